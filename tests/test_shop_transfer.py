"""Import and export: every bad row is named, all or nothing, twice changes nothing, and nothing is lost."""

import json
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

import bot.store.tables  # noqa: F401 (registers its tables)
from bot.commerce import Order
from bot.facts import Money
from bot.shop import orders, reads
from bot.shop import tables as t
from bot.shop.access import label_only
from bot.shop.answers import answer_from_json, answer_to_json, order_as_json
from bot.shop.moments import Origin
from bot.shop.transfer import SAMPLE, export_shop, import_shop, is_empty
from bot.shop.verbs import effects
from bot.shop.verbs.verb import refused
from bot.store.database import open_database, reading, writing

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
ADDRESS = {"recipient": "A", "lines": ["1 High Street"], "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"}
PRODUCT: dict[str, Any] = {
    "id": "cap",
    "name": {"en": "Cap", "zh": "帽子"},
    "category": "hats",
    "variants": [{"sku": "CAP", "prices": {"GBP": "10"}, "stock": 3}],
}
CUSTOMER: dict[str, Any] = {
    "id": "C1",
    "name": "A",
    "email": "A@Example.com",
    "phone": "+447700900001",
    "market": "uk",
    "language": "en",
    "addresses": [ADDRESS],
}
ORDER: dict[str, Any] = {
    "number": "10001",
    "customer": "C1",
    "market": "uk",
    "placed_at": "-P2DT4H",
    "delivery_fee": "3.95",
    "total": "13.95",
    "lines": [{"id": "10001-1", "sku": "CAP", "price": "10.00", "state": "open"}],
    "payments": [{"id": "10001-P1", "method": "card", "amount": "13.95", "state": "paid", "at": "-P2DT4H"}],
}


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'shop.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield engine
    await engine.dispose()


Fill = Callable[..., Path]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Write a small shop folder; each argument replaces the rows of its file (texts are written as they are)."""

    def write(**files: list[Any]) -> Path:
        folder = tmp_path / "in"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in ("shop.toml", "policy.toml"):
            shutil.copyfile(SAMPLE / name, folder / name)
        rows: dict[str, list[Any]] = {
            "categories": [{"id": id_, "name": {"en": id_}} for id_ in ("hats", "beauty", "pantry")],
            "products": [PRODUCT],
            "customers": [CUSTOMER],
            "orders": [ORDER],
            **files,
        }
        for name, items in rows.items():
            lines = [item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in items]
            (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder

    return write


async def everything(engine: AsyncEngine) -> list[Order]:
    async with reading(engine) as connection:
        return await orders.read_all(connection)


async def test_an_order_is_completed_from_customer_article_and_market(engine: AsyncEngine, fill: Fill) -> None:
    assert await is_empty(engine)
    assert not (await import_shop(engine, fill(), NOW)).problems
    (order,) = await everything(engine)
    assert not await is_empty(engine)
    assert (order.email, order.phone, order.address.city) == ("a@example.com", "+447700900001", "Leeds")
    assert (order.lines[0].name.text("zh"), order.total.currency, order.promised) == ("帽子", "GBP", date(2026, 3, 5))
    assert order.placed_at == NOW - timedelta(days=2, hours=4)


async def test_a_line_has_the_picture_that_its_product_has_now(engine: AsyncEngine, fill: Fill) -> None:
    for picture in ("https://heronandhearth.example/old.jpg", "https://HeronAndHearth.example/cap.jpg?w=96"):
        assert not (await import_shop(engine, fill(products=[{**PRODUCT, "image": picture}]), NOW)).problems
        (order,) = await everything(engine)
        assert order.lines[0].image == picture
    assert not label_only(order).lines[0].image  # a picture says what is in the parcel


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"products": [PRODUCT, "", "{oops"]}, "products.jsonl:3: not JSON"),
        ({"products": [PRODUCT, PRODUCT]}, "products.jsonl:2: id 'cap' stands already on line 1"),
        ({"products": [{**PRODUCT, "colour": "red"}]}, "products.jsonl:1: colour: no field of this row; known: id,"),
        (
            {"products": [{**PRODUCT, "category": "shoes"}]},
            "products.jsonl:1: category: 'shoes' is not in categories",
        ),
        (
            {"products": [{**PRODUCT, "image": "http://heronandhearth.example/cap.jpg"}]},
            "products.jsonl:1: image: 'http://heronandhearth.example/cap.jpg': write the picture's whole address",
        ),
        (
            {"products": [{**PRODUCT, "image": "https://elsewhere.example/cap.jpg"}]},
            "products.jsonl:1: image: https://elsewhere.example is no place of the shop's pictures; name it in shop.t",
        ),
        ({"products": [{**PRODUCT, "variants": []}]}, "products.jsonl:1: variants: "),
        (
            {"products": [{**PRODUCT, "variants": PRODUCT["variants"] * 2}]},
            "products.jsonl:1: variants: CAP: stands 2 times in this product",
        ),
        (
            {"products": [{**PRODUCT, "variants": [{"sku": "X", "prices": {"USD": "1"}, "stock": 1}]}]},
            "products.jsonl:1: variants: X: prices: USD: no market of shop.toml uses this currency; known: ",
        ),
        (
            {"products": [{**PRODUCT, "variants": [{"sku": "X", "prices": {"GBP": "£1,549.00"}, "stock": 1}]}]},
            "products.jsonl:1: variants.0.prices.GBP: '£1,549.00': write the amount as 1549.00",
        ),
        (
            {"products": [{**PRODUCT, "variants": [{"sku": "X", "prices": {"GBP": "1"}, "stock": 1, "ean": "4"}]}]},
            "products.jsonl:1: variants.0.ean: no field of this row; known: sku, size, color, prices, stock",
        ),
        (
            {"products": [{**PRODUCT, "variants": [{"sku": "X", "prices": {"GBP": 9.5}, "stock": 1}]}]},
            "products.jsonl:1: variants.0.prices.GBP: 9.5: write the amount as text, in quotes",
        ),
        ({"products": ['{"id": "cap" "name": 1}']}, "products.jsonl:1: not JSON: Expecting ',' delimiter at char"),
        ({"products": ['{"id": "cap",']}, "products.jsonl:1: not JSON: Expecting property name enclosed"),
        ({"products": [{**PRODUCT, "id": "a cap"}]}, "products.jsonl:1: id: 'a cap': letters, digits, _, . and -"),
        ({"orders": [{**ORDER, "number": "n1"}]}, "orders.jsonl:1: number: 'n1': 4 to 20 capital letters"),
        (
            {"customers": [{**CUSTOMER, "addresses": [{**ADDRESS, "country": "UK"}]}]},
            "customers.jsonl:1: addresses.0.country: 'UK' is no country; write its ISO 3166 code, two capital letters",
        ),
        ({"products": [{"id": "cap", "category": "hats"}]}, "products.jsonl:1: name: missing"),
        (
            {"products": [{**PRODUCT, "variants": [{"sku": "X", "prices": {"GBP": "1.999"}, "stock": 1}]}]},
            "products.jsonl:1: variants: X: prices",
        ),
        (
            {"products": [PRODUCT, {**PRODUCT, "id": "cap2"}]},
            "products.jsonl:1: variants: CAP: is also used by product 'cap2'",
        ),
        (
            {"customers": [CUSTOMER, {**CUSTOMER, "id": "C2"}]},
            "customers.jsonl:1: email: a@example.com is also used by customer 'C2'",
        ),
        ({"customers": [{**CUSTOMER, "email": "nobody"}]}, "customers.jsonl:1: email: "),
        ({"customers": [{**CUSTOMER, "market": "us"}]}, "customers.jsonl:1: market: 'us' is not in shop.toml"),
        (
            {"orders": [ORDER, {**ORDER, "number": "10002"}]},
            "orders.jsonl:1: lines: 10001-1: is also used by order 10002",
        ),
        (
            {"orders": [{**ORDER, "total": "14.00"}]},
            "orders.jsonl:1: total: is 14.00, but lines and delivery_fee make 13.95",
        ),
        (
            {"orders": [{**ORDER, "payments": [{**ORDER["payments"][0], "method": "wechat"}]}]},
            "orders.jsonl:1: payments.0.method: 'wechat' is no payment method; did you mean 'wechat_pay'? known: card",
        ),
        (
            {"categories": [{"id": id_, "name": {"en": id_}} for id_ in ("hats", "beauty", "pantries")]},
            "policy.toml: markets.uk.not_returnable: 'pantry' is not in categories; did you mean 'pantries'? known: be",
        ),
        (
            {"categories": [{"id": id_, "name": {"en": id_}} for id_ in ("hats", "beauty")]},
            "policy.toml: markets.eu.vat: 'pantry' is not in categories; known: beauty, hats",
        ),
        ({"orders": [{**ORDER, "customer": "C9"}]}, "orders.jsonl:1: customer: 'C9' is not in customers"),
        ({"orders": [{**ORDER, "customer": ""}]}, "orders.jsonl:1: email: missing"),
        ({"orders": [{**ORDER, "placed_at": "yesterday"}]}, "orders.jsonl:1: placed_at: 'yesterday' is no time"),
        (
            {"orders": [{**ORDER, "placed_at": "2026-03-01T10:00:00"}]},
            "orders.jsonl:1: placed_at: '2026-03-01T10:00:00' needs",
        ),
        ({"orders": [{**ORDER, "placed_at": "+P1D"}]}, "orders.jsonl:1: placed_at: 2026-03-0"),
        (
            {"orders": [{**ORDER, "lines": [{**ORDER["lines"][0], "sku": "NO"}]}]},
            "orders.jsonl:1: lines: 10001-1: sku 'NO' is not in products",
        ),
        ({"orders": [{**ORDER, "lines": [{**ORDER["lines"][0], "state": "lost"}]}]}, "orders.jsonl:1: lines.0.state: "),
        (
            {"orders": [{**ORDER, "lines": [{**ORDER["lines"][0], "state": "delivered"}]}]},
            "orders.jsonl:1: lines: 10001-1: is delivered, but",
        ),
        (
            {"orders": [{**ORDER, "address": {**ADDRESS, "country": "US"}}]},
            "orders.jsonl:1: address: country US is not served",
        ),
        (
            {"orders": [{**ORDER, "payments": [{**ORDER["payments"][0], "amount": "99"}]}]},
            "orders.jsonl:1: payments: more was paid",
        ),
    ],
)
async def test_each_bad_row_is_named_with_file_and_line_and_nothing_is_written(
    engine: AsyncEngine, fill: Fill, files: dict[str, list[Any]], expected: str
) -> None:
    report = await import_shop(engine, fill(**files), NOW)
    assert any(str(problem).startswith(expected) for problem in report.problems), [
        str(problem) for problem in report.problems
    ]
    assert await is_empty(engine) and not await everything(engine)


async def test_a_row_that_was_refused_is_spoken_of_once(engine: AsyncEngine, fill: Fill) -> None:
    fan = {**PRODUCT, "id": "fan", "fits": ["cap"], "variants": [{"sku": "FAN", "prices": {"GBP": "1"}, "stock": 1}]}
    bad = {**PRODUCT, "variants": [{"sku": "CAP", "prices": {"GBP": "ten"}, "stock": 1}]}
    report = await import_shop(engine, fill(products=[bad, fan], customers=[{**CUSTOMER, "email": "nobody"}]), NOW)
    assert [str(problem).split(": ")[1] for problem in report.problems] == ["variants.0.prices.GBP", "email"]


async def test_a_broken_row_hides_no_other_mistake(engine: AsyncEngine, fill: Fill) -> None:
    broken = '{"id": "fan", "variants": [{"sku": "FAN" "stock": 1}]}'
    lines = [{**ORDER["lines"][0], "id": f"10001-{sku}", "sku": sku} for sku in ("CAP", "FAN", "NO")]
    order = {**ORDER, "market": "us", "total": "33.95", "lines": lines}
    report = await import_shop(engine, fill(products=[PRODUCT, broken], orders=[order]), NOW)
    problems = [str(problem) for problem in report.problems]
    assert [problem.split(":")[0] for problem in problems] == ["products.jsonl", "orders.jsonl", "orders.jsonl"]
    assert "market: 'us' is not in shop.toml; known: uk, eu, cn" in problems[1] and "sku 'NO' is not in" in problems[2]


@pytest.mark.parametrize(("placed", "shipped"), [("2026-03-01", "2025-03-02"), ("2027-03-01", "2026-03-02")])
async def test_one_wrong_year_is_one_problem(engine: AsyncEngine, fill: Fill, placed: str, shipped: str) -> None:
    at, day = {"placed_at": f"{placed}T08:00:00Z"}, "2026-03-02"
    parcel = {
        "id": "P1", "carrier": "DPD", "state": "delivered", "shipped_at": f"{shipped}T09:00:00Z",
        "delivered_at": f"{day}T15:00:00Z",
        "scans": [{"at": f"{when}T{hour}:00:00Z", "text": {"en": "x"}} for when, hour in ((day, 10), (day, 12))],
    }  # fmt: skip
    line = {**ORDER["lines"][0], "state": "delivered", "parcel": "P1"}
    payment = {**ORDER["payments"][0], "at": f"{day}T08:00:00Z"}
    order = {**ORDER, **at, "lines": [line], "parcels": [parcel], "payments": [payment]}
    assert len((await import_shop(engine, fill(orders=[order]), NOW)).problems) == 1


async def test_all_problems_come_at_once(engine: AsyncEngine, fill: Fill) -> None:
    folder = fill(products=["[]", {**PRODUCT, "category": "x"}], customers=["nope"], orders=[{**ORDER, "total": "1"}])
    (folder / "policy.toml").write_text("", encoding="utf-8")
    files = {problem.file for problem in (await import_shop(engine, folder, NOW)).problems}
    assert files == {"policy.toml"}  # nothing can be judged without rules
    shutil.copyfile(SAMPLE / "policy.toml", folder / "policy.toml")
    report = await import_shop(engine, folder, NOW)
    assert {(problem.file, problem.line) for problem in report.problems} == {
        ("products.jsonl", 1),
        ("products.jsonl", 2),
        ("customers.jsonl", 1),
        ("orders.jsonl", 1),
    }


async def test_again_changes_nothing_and_a_change_moves_the_version(engine: AsyncEngine, fill: Fill) -> None:
    await import_shop(engine, fill(), NOW)
    again = await import_shop(engine, fill(), NOW)
    assert set(again.changed.values()) == {0}
    line = {**ORDER["lines"][0], "state": "packed"}
    changed = await import_shop(engine, fill(orders=[{**ORDER, "lines": [line]}]), NOW)
    (order,) = await everything(engine)
    assert changed.changed["orders"] == 1 and (order.state, order.version) == ("packed", 2)


async def test_a_part_of_a_shop_can_be_imported_alone(engine: AsyncEngine, fill: Fill) -> None:
    folder = fill()
    await import_shop(engine, folder, NOW)
    for name in ("categories", "products", "customers"):
        (folder / f"{name}.jsonl").unlink()
    other = {**ORDER, "number": "10002", "lines": [{**ORDER["lines"][0], "id": "10002-1"}], "payments": []}
    (folder / "orders.jsonl").write_text(json.dumps(other) + "\n", encoding="utf-8")
    report = await import_shop(engine, folder, NOW)
    assert not report.problems and {order.number for order in await everything(engine)} == {"10001", "10002"}


async def test_what_stays_keeps_its_skus_and_emails(engine: AsyncEngine, fill: Fill) -> None:
    await import_shop(engine, fill(), NOW)
    report = await import_shop(
        engine, fill(products=[{**PRODUCT, "id": "cap2"}], customers=[{**CUSTOMER, "id": "C2"}], orders=[]), NOW
    )
    assert [str(problem) for problem in report.problems] == [
        "customers.jsonl:1: email: a@example.com is also used by customer 'C1'",
        "products.jsonl:1: variants: CAP: is also used by product 'cap'",
    ]


async def test_folder_without_data_is_refused(engine: AsyncEngine, tmp_path: Path) -> None:
    assert (await import_shop(engine, tmp_path / "nowhere", NOW)).problems


async def test_a_folder_that_is_not_there_is_said_to_be_so(engine: AsyncEngine, tmp_path: Path) -> None:
    report = await import_shop(engine, tmp_path / "nowhere", NOW)
    assert [str(problem) for problem in report.problems] == [f"{tmp_path / 'nowhere'}: there is no such folder"]


async def test_round_trip_loses_nothing(engine: AsyncEngine, tmp_path: Path) -> None:
    await import_shop(engine, SAMPLE, NOW)
    before = await everything(engine)
    counts = await export_shop(engine, tmp_path / "out", SAMPLE)
    assert counts == {
        "categories": 12, "products": 126, "customers": 60, "orders": 300, "promotions": 8, "invoices": 0,
    }  # fmt: skip
    second = open_database(f"sqlite+aiosqlite:///{tmp_path / 'second.db'}")
    async with second.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    report = await import_shop(second, tmp_path / "out", NOW + timedelta(days=3))
    await export_shop(second, tmp_path / "again")
    assert not report.problems and await everything(second) == before
    for name in counts:
        assert (tmp_path / "again" / f"{name}.jsonl").read_bytes() == (tmp_path / "out" / f"{name}.jsonl").read_bytes()
    assert (tmp_path / "out" / "knowledge" / "zh" / "warranty.md").is_file()
    for model in SQLModel.__subclasses__():
        name = getattr(model, "__tablename__", "")
        if str(name).startswith("shop_") and model is not t.Imports:
            query = sa.select(sa.func.count()).select_from(reads.table(model))
            async with reading(engine) as one, reading(second) as two:
                assert await one.scalar(query) == await two.scalar(query), name
    await second.dispose()


async def test_order_as_json_is_plain(engine: AsyncEngine) -> None:
    await import_shop(engine, SAMPLE, NOW)
    async with reading(engine) as connection:
        order = await orders.read(connection, "10053")
    assert order is not None
    shown = order_as_json(order)
    assert json.loads(json.dumps(shown)) == shown
    assert shown["total"] == {"minor": 5595, "currency": "GBP"} and shown["state"] == "returned"
    assert {"lines", "parcels", "payments", "returns", "refunds", "history"} <= shown.keys()
    assert shown["lines"][0]["name"]["zh"] == "花楸中长半身裙" and datetime.fromisoformat(shown["placed_at"]).tzinfo


async def test_answers_survive_being_stored(engine: AsyncEngine) -> None:
    await import_shop(engine, SAMPLE, NOW)
    for order in (await everything(engine))[:20]:
        answer = refused("changed", left_out={"x": "y"})
        answer = type(answer)(answer.status, order, answer.reason, answer.detail)
        assert answer_from_json(json.loads(json.dumps(answer_to_json(answer)))) == answer


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("-P3DT4H", datetime(2026, 3, 1, 6, 0, tzinfo=UTC)),
        ("-PT90M", datetime(2026, 3, 4, 8, 30, tzinfo=UTC)),
        ("+P1D", datetime(2026, 3, 5, 10, 0, tzinfo=UTC)),
        ("-P2D@14:20", datetime(2026, 3, 2, 6, 20, tzinfo=UTC)),  # in the shop's zone, eight hours ahead
        ("2026-03-01T10:00:00+01:00", datetime(2026, 3, 1, 9, 0, tzinfo=UTC)),
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, 0, tzinfo=UTC)),
    ],
)
def test_times_are_absolute_or_relative_to_the_import(text: str, moment: datetime) -> None:
    assert Origin(NOW, ZoneInfo("Asia/Shanghai")).moment(text) == moment


@pytest.mark.parametrize("text", ["", "P1D", "-P", "-PT", "-P1W", "3 days ago", "2026-13-01T00:00:00Z", "-P1D@25:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|offset"):
        Origin(NOW, ZoneInfo("UTC")).moment(text)


async def test_a_line_that_is_parted_parts_its_share_of_discounts(engine: AsyncEngine, fill: Fill) -> None:
    line = {**ORDER["lines"][0], "quantity": 3, "discount": "1.00"}
    assert not (await import_shop(engine, fill(orders=[{**ORDER, "lines": [line]}]), NOW)).problems
    (order,) = await everything(engine)
    taken = replace(order.lines[0], quantity=1, price=Money(333, "GBP"))
    async with writing(engine) as connection:
        await effects.split(connection, order, taken)
    (order,) = await everything(engine)
    assert [(each.quantity, each.price.minor, each.discount.minor) for each in order.lines] == [
        (2, 667, 67), (1, 333, 33),
    ]  # fmt: skip
