"""What is suggested and why, in a small shop of our own: true grounds, nothing sold out, sent back or had already."""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

import bot.store.tables  # noqa: F401 (registers its tables)
from bot.clock import ManualClock
from bot.commerce import Filters, Ground, Suggestion, Taste
from bot.conversation import Access, Proof
from bot.facts import Money
from bot.shop.bought_with import KEPT, LEAST, _weights, together
from bot.shop.policy import read_policy
from bot.shop.recommending import _kind
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE, import_shop
from bot.store.database import open_database, reading

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
ADDRESS = {"recipient": "A", "lines": ["1 High Street"], "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"}
# id → English and Chinese name, category, price, colours, stock, accessory to
GOODS: dict[str, tuple[str, str, str, str, tuple[str, ...], int, tuple[str, ...]]] = {
    "printer": ("Inkjet printer", "喷墨打印机", "office", "89.00", ("Black",), 5, ()),
    "ink": ("Printer ink", "打印机墨水", "office", "19.00", ("Black", "Blue"), 9, ("printer",)),
    "paper": ("Copy paper", "复印纸", "office", "6.00", ("White",), 50, ()),
    "stapler": ("Desk stapler", "订书机", "office", "12.00", ("Red",), 0, ("printer",)),
    "stoneware": ("Stoneware mug", "粗陶马克杯", "kitchen", "16.00", ("Blue",), 7, ()),
    "glassmug": ("Glass mug", "玻璃马克杯", "kitchen", "9.00", ("Clear",), 7, ()),
    "kettle": ("Electric kettle", "电热水壶", "kitchen", "45.00", ("Black",), 3, ()),
    "greentea": ("Green tea", "绿茶", "kitchen", "8.00", (), 30, ()),
}


def _product(id_: str) -> dict[str, Any]:
    name, chinese, category, price, colors, stock, fits = GOODS[id_]
    variants = [
        {"sku": f"{id_}-{place}".upper(), "color": {"en": color} if color else {},
         "prices": {"GBP": price, "EUR": price}, "stock": stock}
        for place, color in enumerate(colors or ("",))
    ]  # fmt: skip
    names = {"en": name, "zh": chinese}
    return {"id": id_, "name": names, "category": category, "fits": list(fits), "variants": variants}


def _order(number: int, customer: str, *ids: str, state: str = "delivered", days: int = 20) -> dict[str, Any]:
    at, order = f"-P{days}D", str(number)
    sent = state not in ("open", "cancelled")
    lines = [
        {"id": f"{order}-{place}", "sku": f"{id_}-0".upper(), "price": GOODS[id_][3], "state": state,
         **({"parcel": f"{order}-A"} if sent else {})}
        for place, id_ in enumerate(ids)
    ]  # fmt: skip
    total = sum(round(float(GOODS[id_][3]) * 100) for id_ in ids)
    made: dict[str, Any] = {
        "number": order, "customer": customer, "market": "uk", "placed_at": at, "lines": lines,
        "total": f"{total / 100:.2f}",
        "payments": [{"id": f"{order}-P", "method": "card", "amount": f"{total / 100:.2f}", "state": "paid", "at": at}],
    }  # fmt: skip
    if sent:
        made["parcels"] = [{"id": f"{order}-A", "carrier": "Post", "state": "delivered", "shipped_at": at,
                            "delivered_at": f"-P{days - 2}D"}]  # fmt: skip
    if state == "returned":
        made["returns"] = [{"id": f"{order}-R", "lines": [line["id"] for line in lines], "state": "arrived",
                            "at": f"-P{days - 5}D"}]  # fmt: skip
    return made


def _folder(path: Path, orders: list[dict[str, Any]], customers: int = 6, **over: Any) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    for name in ("shop.toml", "policy.toml"):
        shutil.copyfile(SAMPLE / name, path / name)
    rows = {
        "categories": [{"id": id_, "name": {"en": id_.title()}} for id_ in ("office", "kitchen", "beauty", "pantry")],
        "products": [_product(id_) for id_ in GOODS],
        "customers": [
            {"id": f"C{n}", "name": "A", "email": f"c{n}@example.com", "market": "uk", "language": "en",
             "addresses": [ADDRESS]}
            for n in range(customers)
        ],
        "orders": orders,
        **over,
    }  # fmt: skip
    for name, items in rows.items():
        (path / f"{name}.jsonl").write_text("\n".join(json.dumps(item) for item in items) + "\n", "utf-8")
    return path


@dataclass
class Small:
    engine: AsyncEngine
    shop: SqlShop
    folder: Path

    async def orders(self, *orders: dict[str, Any], **over: Any) -> None:
        report = await import_shop(self.engine, _folder(self.folder, list(orders), **over), NOW)
        assert not report.problems, report.problems

    async def suggest(self, taste: Taste | None = None, customer: str = "", limit: int = 3) -> tuple[Suggestion, ...]:
        proof = Proof(Access.CUSTOMER, customer, "", NOW, "uk") if customer else None
        return await self.shop.suggest(taste or Taste(), proof, market="uk", limit=limit)


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Small]:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'shop.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield Small(engine, SqlShop(engine, ManualClock(NOW), read_policy(SAMPLE), tmp_path), tmp_path / "in")
    await engine.dispose()


def ids(found: tuple[Suggestion, ...]) -> list[str]:
    return [each.product.id for each in found]


# --- grounds ---------------------------------------------------------------------------------------------------------


async def test_an_accessory_of_what_was_bought_comes_first_with_the_day_it_was_bought(small: Small) -> None:
    await small.orders(_order(10001, "C0", "printer", days=60))
    found = await small.suggest(customer="C0")
    assert found[0].product.id == "ink"  # the stapler fits as well, and is sold out
    assert (found[0].ground, found[0].about.text("en")) == (Ground.FITS, "Inkjet printer")
    assert found[0].bought == datetime(2026, 1, 3, 10, 0, tzinfo=UTC)
    assert "printer" not in ids(found)  # he has it


async def test_what_others_buy_together_is_suggested_once_it_is_a_habit(small: Small) -> None:
    few = [_order(10010 + n, f"C{n}", "stoneware", "greentea") for n in range(1, LEAST)]
    often = [_order(10030 + n, "C1", "stoneware", "greentea") for n in range(9)]  # one shopper's habit is his alone
    await small.orders(_order(10001, "C0", "stoneware"), *few, *often)
    assert all(each.ground is Ground.POPULAR for each in await small.suggest(customer="C0"))
    await small.orders(_order(10020, "C5", "greentea", "stoneware"))
    found = await small.suggest(customer="C0")
    assert (found[0].product.id, found[0].ground) == ("greentea", Ground.BOUGHT_WITH)
    assert found[0].about.text("en") == "Stoneware mug"


async def test_a_cancelled_order_makes_no_habit(small: Small) -> None:
    await small.orders(
        _order(10001, "C0", "stoneware"),
        *(_order(10010 + n, f"C{n + 1}", "stoneware", "greentea", state="cancelled") for n in range(LEAST)),
    )
    async with reading(small.engine) as connection:
        assert not await together(connection, ["stoneware"])


async def test_what_was_sent_back_is_never_suggested_whatever_speaks_for_it(small: Small) -> None:
    await small.orders(
        _order(10001, "C0", "printer", days=60), _order(10002, "C0", "ink", state="returned", days=40),
        *(_order(10010 + n, "C1", "ink", "paper") for n in range(5)),
    )  # fmt: skip
    assert "ink" not in ids(await small.suggest(customer="C0", limit=9))
    assert "ink" not in ids(await small.suggest(Taste("printer ink"), customer="C0", limit=9))
    await small.shop.set_personal(Proof(Access.CUSTOMER, "C0", "", NOW, "uk"), False)
    assert "ink" not in ids(await small.suggest(Taste("printer ink"), customer="C0", limit=9))
    assert "ink" in ids(await small.suggest(customer="C1", limit=9)) or "ink" in ids(await small.suggest(limit=9))


async def test_who_asked_not_to_is_not_suggested_by_his_purchases_and_may_change_his_mind(small: Small) -> None:
    await small.orders(_order(10001, "C0", "printer", days=60), _order(10002, "C0", "kettle", state="returned"))
    proof = Proof(Access.CUSTOMER, "C0", "", NOW, "uk")
    assert await small.shop.set_personal(proof, False)
    found = await small.suggest(customer="C0", limit=9)
    assert not any(each.bought for each in found) and "kettle" not in ids(found)
    assert await small.shop.set_personal(proof, True)
    assert (await small.suggest(customer="C0"))[0].bought
    assert not await small.shop.set_personal(Proof(Access.ORDER, "", "10001", NOW, "uk"), False)  # no account


async def test_a_stranger_gets_what_sells_best_one_of_each_category(small: Small) -> None:
    await small.orders(*(_order(10010 + n, "C1", "paper") for n in range(3)), _order(10020, "C1", "stoneware"))
    found = await small.suggest()
    assert ids(found) == ["paper", "stoneware"]
    assert [(each.ground, each.about.text("en")) for each in found] == [
        (Ground.POPULAR, "Office"), (Ground.POPULAR, "Kitchen"),
    ]  # fmt: skip


# --- wishes ----------------------------------------------------------------------------------------------------------


async def test_a_wish_in_words_budget_and_colour_is_met_or_said_to_be_only_near(small: Small) -> None:
    await small.orders(_order(10001, "C0", "paper"))
    assert ids(await small.suggest(Taste("mug"))) == ["glassmug", "stoneware"]
    cheap = Taste("mug", filters=Filters(price_max=Money(1000, "GBP")))
    assert [(each.product.id, each.exact) for each in await small.suggest(cheap)] == [("glassmug", True)]
    blue = Taste("mug", filters=Filters(color="blue"))
    assert [(each.product.id, each.exact) for each in await small.suggest(blue)] == [("stoneware", True)]
    green = Taste("mug", filters=Filters(color="green", price_max=Money(1000, "GBP")))
    assert [(each.product.id, each.exact) for each in await small.suggest(green)] == [("glassmug", False)]
    assert await small.suggest(Taste("vacuum cleaner")) == ()  # what sells best is no answer to it


async def test_a_word_of_a_whole_message_that_names_goods_counts(small: Small) -> None:
    await small.orders(_order(10001, "C0", "paper"))
    found = await small.suggest(Taste(said="something nice for my sister, she loves tea"))
    assert [(each.product.id, each.ground) for each in found] == [("greentea", Ground.ASKED)]
    assert ids(await small.suggest(Taste(said="送妈妈的，她爱喝绿茶"))) == ["greentea"]
    assert ids(await small.suggest(Taste("loves tea"))) == ["greentea"]  # taken for the name of goods
    assert ids(await small.suggest(Taste("tea cosy"))) == []  # no such goods


async def test_what_takes_a_product_s_place_is_of_its_kind(small: Small) -> None:
    await small.orders(_order(10001, "C0", "paper"))
    found = await small.suggest(Taste(instead="stoneware"))
    assert [(each.product.id, each.ground, each.about.text("zh")) for each in found] == [
        ("glassmug", Ground.LIKE, "粗陶马克杯")
    ]
    assert not any(each.exact for each in await small.suggest(Taste(instead="kettle")))  # there is no other kettle
    assert await small.suggest(Taste(instead="no-such-thing")) == ()


async def test_what_goes_with_a_product_is_an_accessory_and_nothing_else(small: Small) -> None:
    await small.orders(*(_order(10010 + n, "C1", "paper") for n in range(9)))
    assert ids(await small.suggest(Taste(beside=("printer",)))) == ["ink"]
    assert await small.suggest(Taste(beside=("kettle",))) == ()
    assert await small.suggest(Taste(beside=("printer",), without=frozenset({"ink"}))) == ()


async def test_an_import_that_says_nothing_of_it_leaves_the_wish_as_it_is(small: Small) -> None:
    await small.orders(_order(10001, "C0", "printer", days=60))
    await small.shop.set_personal(Proof(Access.CUSTOMER, "C0", "", NOW, "uk"), False)
    await small.orders(_order(10001, "C0", "printer", days=60), _order(10002, "C0", "paper"))
    assert not any(each.bought for each in await small.suggest(customer="C0", limit=9))


async def test_a_guest_s_order_is_not_looked_at(small: Small) -> None:
    await small.orders(_order(10001, "C0", "printer", days=60))
    proof = Proof(Access.ORDER, "", "10001", NOW, "uk")
    assert not any(each.bought for each in await small.shop.suggest(Taste(), proof, market="uk", limit=9))


async def test_after_all_that_fits_was_shown_there_is_no_more_of_it(small: Small) -> None:
    await small.orders(_order(10001, "C0", "paper"))
    assert await small.suggest(Taste("mug", without=frozenset({"stoneware", "glassmug"}))) == ()
    later = await small.suggest(Taste(without=frozenset({"paper"})))
    assert later and all(each.about is None for each in later)  # nothing is said to sell best that does not


async def test_everything_suggested_is_to_be_had(small: Small) -> None:
    await small.orders(*(_order(10010 + n, "C1", "paper", "printer") for n in range(5)))
    wishes = (Taste(), Taste("stapler"), Taste(said="a stapler"), Taste(beside=("printer",)), Taste(instead="paper"))
    for taste in wishes:
        assert all(any(v.stock for v in each.product.variants) for each in await small.suggest(taste, limit=9))


async def test_an_accessory_to_nothing_and_a_chart_of_sizes_nobody_makes_are_refused(small: Small) -> None:
    wrong = [_product(id_) for id_ in GOODS]
    wrong[0] |= {"fits": ["toaster"]}
    wrong[1] |= {"sizes": [{"size": "XL", "measure": "chest", "low": 90, "high": 95}]}
    wrong[2] |= {"sizes": [{"size": "", "measure": "chest", "low": 99, "high": 95}]}
    folder = _folder(small.folder, [], products=wrong)
    report = await import_shop(small.engine, folder, NOW)
    assert [problem.line for problem in report.problems] == [1, 2, 3] or {p.line for p in report.problems} == {1, 2, 3}
    said = " ".join(str(problem) for problem in report.problems)
    assert "'toaster' is no other product" in said and "no variant has the size 'XL'" in said


# --- counting --------------------------------------------------------------------------------------------------------

PAIRS = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("efghijklmnopqrst")), st.integers(LEAST, 50), max_size=40
)


@given(PAIRS)
@settings(max_examples=100)
def test_of_each_product_those_few_are_kept_that_say_most(pairs: dict[tuple[str, str], int]) -> None:
    orders = {name: 100 for pair in pairs for name in pair}
    weights = dict(_weights(orders, [(one, other, both) for (one, other), both in sorted(pairs.items())]))
    for product in "abcd":
        kept = {other: weight for (one, other), weight in weights.items() if one == product}
        theirs = {other: both for (one, other), both in pairs.items() if one == product}
        assert len(kept) == min(KEPT, len(theirs))
        assert not theirs or min(theirs[other] for other in kept) >= max(
            (both for other, both in theirs.items() if other not in kept), default=0
        )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Harbour linen shirt", "shirt"),
        ("Wool walking socks, pack of 3", "sock"),
        ("Pour-over coffee set", "coffee"),
        ("Roll-top dry bag, 20 l", "bag"),
        ("港湾亚麻衬衫", "衬衫"),
        ("手冲咖啡套装", "咖啡"),
        ("毯", ""),  # too little to tell
    ],
)
def test_the_kind_a_name_is_of(name: str, kind: str) -> None:
    assert _kind(name) == kind
