"""Whatever shop there is: exported, imported into an empty store and exported again it is the same, byte for byte."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

import bot.store.tables  # noqa: F401 (registers its tables)
from bot.commerce import METHODS
from bot.shop.folder import Form
from bot.shop.layout import KINDS
from bot.shop.transfer import SAMPLE, export_shop, import_shop
from bot.store.database import open_database

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
COUNTRY = {"uk": "GB", "eu": "DE", "cn": "CN"}

# --- any shop --------------------------------------------------------------------------------------------------------

NASTY = st.sampled_from(
    ['"', '""', "|", "\\", "\\|", ";", ",", "\t", "=1+1", "a\nb", "a\r\nb", "”", "黑 色", "é", "'", "-"]
)
TEXT = st.lists(st.one_of(NASTY, st.text("abz019 .", min_size=1, max_size=4)), min_size=1, max_size=3).map("".join)
WORDS = TEXT.filter(lambda text: bool(text.strip()))
METHOD = st.sampled_from(METHODS)
LOOSE = st.one_of(st.just(""), TEXT)  # where a text may be empty, or blank


def by_language(texts: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(("en", "zh", "zh-Hant", "de")), texts, min_size=least)


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


ADDRESS = st.fixed_dictionaries(
    {"recipient": WORDS, "lines": st.lists(WORDS, min_size=1, max_size=3)},
    optional={"city": LOOSE, "region": LOOSE, "postcode": LOOSE, "phone": LOOSE},
)
VARIANT = st.fixed_dictionaries(
    {"prices": st.dictionaries(st.sampled_from(("GBP", "EUR", "CNY")), st.integers(0, 10**6).map(money), min_size=1),
     "stock": st.integers(0, 10**9 - 1)},
    optional={"size": LOOSE, "color": by_language(WORDS)},
)  # fmt: skip
PRODUCT = st.fixed_dictionaries(
    {"name": by_language(WORDS, 1).map(lambda texts: {"zh": "x", "en": "x", **texts}),
     "variants": st.lists(VARIANT, min_size=1, max_size=3)},
    optional={"brand": LOOSE, "url": LOOSE, "image": st.sampled_from(("", "https://heronandhearth.example/p.jpg?a=|")),
              "also": by_language(st.lists(WORDS, max_size=2)),
              **{name: by_language(WORDS) for name in ("material", "description", "care")}},
)  # fmt: skip


@st.composite
def orders(draw: st.DrawFn, number: str, customers: list[dict[str, Any]], skus: list[str]) -> dict[str, Any]:
    customer = draw(st.sampled_from(customers))
    market, placed = customer["market"], NOW - timedelta(minutes=draw(st.integers(60, 10**5)))

    def at() -> str:
        return (placed + timedelta(minutes=draw(st.integers(0, 59)))).isoformat()

    state = draw(st.sampled_from(("open", "packed", "shipped", "delivered", "return_open", "returned", "cancelled")))
    parcel: dict[str, Any] = {"id": f"{number}-S1", "carrier": draw(WORDS), "state": "delivered", "shipped_at": at()}
    if state == "shipped":
        parcel["state"] = draw(st.sampled_from(("shipped", "lost", "refused")))
    else:
        parcel["delivered_at"] = parcel["shipped_at"]
    scans = sorted(at() for _ in range(draw(st.integers(0, 2))))
    parcel["scans"] = [{"at": each, "text": draw(by_language(WORDS, 1)), "place": draw(LOOSE)} for each in scans]
    parcels = [parcel] if state in ("shipped", "delivered", "return_open", "returned") else []
    prices = [draw(st.integers(0, 10**5)) for _ in range(draw(st.integers(1, 3)))]
    lines = [
        {"id": f"{number}-{place}", "sku": draw(st.sampled_from((*skus, "OLD"))), "quantity": draw(st.integers(1, 9)),
         "price": money(price), "state": state, "name": draw(by_language(WORDS, 1)), "options": draw(LOOSE),
         **({"parcel": parcel["id"]} if parcels else {})}
        for place, price in enumerate(prices)
    ]  # fmt: skip
    fee = draw(st.integers(0, 999))
    total = sum(prices) + fee
    order: dict[str, Any] = {
        "number": number, "market": market, "placed_at": placed.isoformat(), "lines": lines, "total": money(total),
        "delivery_fee": money(fee), "parcels": parcels, "coupon": draw(st.sampled_from(("", "SPRING"))),
        "payments": [{"id": f"{number}-P", "method": "card", "amount": money(total), "state": "paid", "at": at()}],
        "refunds": [{"id": f"{number}-F", "amount": money(draw(st.integers(0, total))), "method": draw(METHOD),
                     "state": draw(st.sampled_from(("started", "done"))), "at": at(), "reason": draw(LOOSE)}],
        "claims": [{"id": f"{number}-C", "kind": "damaged", "lines": {lines[0]["id"]: 1}, "text": draw(LOOSE),
                    "files": draw(st.lists(st.just("0" * 64), max_size=2)), "at": at()}],
        "history": [{"at": at(), "kind": draw(WORDS), "text": draw(LOOSE), "actor": draw(LOOSE)}],
        "version": draw(st.integers(1, 9)), "gift_note": draw(LOOSE),
    }  # fmt: skip
    if draw(st.booleans()):
        order |= {"customer": customer["id"]}
    else:
        order |= {"email": "guest@example.com", "address": {**draw(ADDRESS), "country": COUNTRY[market]}}
    if state in ("return_open", "returned"):
        refund = draw(st.integers(0, 999))
        order["returns"] = [{
            "id": f"{number}-R", "lines": [line["id"] for line in lines], "at": at(), "refund": money(refund),
            "state": "open" if state == "return_open" else draw(st.sampled_from(("arrived", "refunded"))),
            "shares": [{"method": draw(METHOD), "amount": money(refund)}],
        }]  # fmt: skip
    return {name: value for name, value in order.items() if value not in ([], "")}


@st.composite
def shops(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    categories = [{"id": f"c{at}", "name": draw(by_language(WORDS, 1))} for at in range(draw(st.integers(1, 2)))]
    categories += [{"id": id_, "name": {"en": id_}} for id_ in ("beauty", "pantry")]  # which the rules name
    numbers, products = count(), draw(st.lists(PRODUCT, min_size=1, max_size=3))
    for at, product in enumerate(products):
        product |= {"id": f"p.{at}", "category": draw(st.sampled_from(categories))["id"]}
        product["variants"] = [{**variant, "sku": f"S-{next(numbers)}"} for variant in product["variants"]]
    customers = []
    for at in range(draw(st.integers(1, 2))):
        market = draw(st.sampled_from(sorted(COUNTRY)))
        addresses = draw(st.lists(ADDRESS, min_size=1, max_size=2))
        customers.append({
            "id": f"C{at}", "name": draw(WORDS), "email": f"c{at}@example.com", "market": market, "language": "en",
            "addresses": [{**address, "country": COUNTRY[market]} for address in addresses],
        })  # fmt: skip
    skus = [variant["sku"] for product in products for variant in product["variants"]]
    placed = [draw(orders(f"1000{at}", customers, skus)) for at in range(draw(st.integers(0, 2)))]
    promotions = [{"code": "SPRING", "text": draw(by_language(WORDS, 1)), "percent": 5, "once": draw(st.booleans()),
                   "public": draw(st.booleans()), "products": draw(st.lists(st.just("p.0"), max_size=1))}]  # fmt: skip
    return {"categories": categories, "products": products, "customers": customers, "orders": placed,
            "promotions": promotions}  # fmt: skip


# --- there and back --------------------------------------------------------------------------------------------------


class Bench:
    """Empty stores, as many as are asked for, and room for folders."""

    def __init__(self, path: Path) -> None:
        self.path, self._numbers = path, count()
        asyncio.run(self._template())

    async def _template(self) -> None:
        engine = open_database(f"sqlite+aiosqlite:///{self.path}/empty.db")
        async with engine.begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)
        await engine.dispose()

    @asynccontextmanager
    async def store(self):  # type: ignore[no-untyped-def]
        path = self.path / f"{next(self._numbers)}.db"
        shutil.copyfile(self.path / "empty.db", path)
        engine = open_database(f"sqlite+aiosqlite:///{path}")
        yield engine
        await engine.dispose()

    def folder(self) -> Path:
        return self.path / f"{next(self._numbers)}"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    yield Bench(tmp_path_factory.mktemp("round"))


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".csv", ".jsonl")}


async def exported(bench: Bench, engine: AsyncEngine, form: Form = "jsonl") -> Path:
    folder = bench.folder()
    await export_shop(engine, folder, SAMPLE, form)
    return folder


async def taken(engine: AsyncEngine, folder: Path) -> dict[str, int]:
    report = await import_shop(engine, folder, NOW)
    assert not report.problems, [str(problem) for problem in report.problems]
    return dict(report.changed)


@settings(max_examples=25)
@given(shops())
def test_a_shop_is_the_same_after_going_out_and_in_in_either_form(bench: Bench, shop: dict[str, list[Any]]) -> None:
    async def go() -> None:
        folder = bench.folder()
        folder.mkdir()
        for name in ("shop.toml", "policy.toml"):
            shutil.copyfile(SAMPLE / name, folder / name)
        for kind, rows in shop.items():
            text = "".join(json.dumps(row) + "\n" for row in rows)
            (folder / f"{kind}.jsonl").write_text(text, encoding="utf-8")
        async with bench.store() as first, bench.store() as second, bench.store() as third:
            assert (await taken(first, folder))["products"] == len(shop["products"])
            lines, tables = await exported(bench, first), await exported(bench, first, "csv")
            await taken(second, lines)
            await taken(third, tables)
            for engine in (second, third):
                assert written(await exported(bench, engine)) == written(lines)
                assert written(await exported(bench, engine, "csv")) == written(tables)
            for again in (lines, tables):  # unchanged: nothing changes, versions stay
                assert await taken(second, again) == dict.fromkeys(KINDS, 0)
            assert written(await exported(bench, second)) == written(lines)

    asyncio.run(go())
