"""A shop as CSV tables: the same rows as JSON lines, the same checks, every bad row named by table, line and column."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import test_shop_transfer
from sqlalchemy.ext.asyncio import AsyncEngine
from test_shop_transfer import NOW, PRODUCT, Fill, everything

from bot.clock import ManualClock
from bot.commerce import Product
from bot.errors import BadInput
from bot.shop import cells
from bot.shop.policy import read_policy
from bot.shop.records import ClaimRecord, OrderRecord, ProductRecord, VariantRecord
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE, export_shop, import_shop, is_empty

TABLES = {
    "categories": "id,name.en,name.zh\nhats,Hats,帽子\nbeauty,Beauty,美容\npantry,Pantry,食品\n",
    "products": "id,name.en,name.zh,category,also.en,description.en\n"
    'cap,Cap,帽子,hats,beanie|hat \\| cap,"Warm,\nand soft."\n'
    "hat,Hat,礼帽,hats,,\n",
    "variants": "product,sku,color.en,price.GBP,price.EUR,stock\n"
    "hat,HAT,Red,20,22.5,1\ncap,CAP,Blue,10,,3\ncap,CAP-2,Red,11,,0\n",
    "customers": "id,name,email,phone,market,language\nC1,A,a@example.com,+447700900001,uk,en\n",
    "addresses": "customer,recipient,lines,city,postcode,country\nC1,A,1 High Street|Flat 2,Leeds,LS1 1AA,GB\n",
    "orders": "number,customer,market,placed_at,delivery_fee,total\n10001,C1,uk,-P2DT4H,3.95,13.95\n",
    "lines": "order,id,sku,price,state,parcel\n10001,10001-1,CAP,10.00,shipped,S1\n",
    "parcels": "order,id,carrier,state,shipped_at\n10001,S1,DPD,shipped,-P1D\n",
    "scans": "parcel,at,text.en\nS1,-P1D,Collected\nS1,-PT5H,Sorted\n",
    "payments": "order,id,method,amount,state\n10001,P1,card,13.95,paid\n",
}
engine, fill = test_shop_transfer.engine, test_shop_transfer.fill  # its fixtures
Tables = Callable[..., Path]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Write a small shop as CSV; each argument replaces a table, by text or bytes, or leaves it out with None."""

    def write(**changed: str | bytes | None) -> Path:
        folder = tmp_path / "in"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in ("shop.toml", "policy.toml"):
            shutil.copyfile(SAMPLE / name, folder / name)
        for name, content in (TABLES | changed).items():
            if content is not None:
                data = content if isinstance(content, bytes) else content.encode()
                (folder / f"{name}.csv").write_bytes(data)
        return folder

    return write


def shop_of(engine: AsyncEngine, now: Any = NOW) -> SqlShop:
    return SqlShop(engine, ManualClock(now), read_policy(SAMPLE), SAMPLE / "knowledge")


async def found(engine: AsyncEngine, words: str, market: str = "uk") -> Product:
    return (await shop_of(engine).search(words, market=market))[0]


async def test_tables_make_the_rows_that_json_lines_make(engine: AsyncEngine, tables: Tables) -> None:
    report = await import_shop(engine, tables(), NOW)
    assert not report.problems
    assert report.read == {"categories": 3, "products": 2, "customers": 1, "orders": 1}
    cap = await found(engine, "hat | cap")
    assert [(each.sku, each.price.minor, each.stock) for each in cap.variants] == [("CAP", 1000, 3), ("CAP-2", 1100, 0)]
    assert cap.description.text("en") == "Warm,\nand soft." and cap.name.text("zh") == "帽子"
    assert [each.price.minor for each in (await found(engine, "Hat", "eu")).variants] == [2250]
    (order,) = await everything(engine)
    assert order.address.lines == ("1 High Street", "Flat 2") and order.email == "a@example.com"
    assert [scan.text.text("en") for scan in order.parcels[0].scans] == ["Collected", "Sorted"]
    assert (order.state, order.lines[0].name.text("zh"), order.payments[0].amount.minor) == ("shipped", "帽子", 1395)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_each_separator_and_a_mark_of_utf8_are_read(
    engine: AsyncEngine, tables: Tables, separator: str, mark: bytes, end: str
) -> None:
    rows = [["product", "sku", "price.GBP", "stock"], ["cap", "CAP", "10.00", "3"], ["hat", "HAT", "9", "1"], [""] * 4]
    text = end.join(separator.join(row) for row in rows) + end
    report = await import_shop(engine, tables(variants=mark + text.encode()), NOW)
    assert not report.problems and report.changed["products"] == 2


def more(**rows: str) -> dict[str, str]:
    """Tables with one more row."""
    return {name: f"{TABLES[name]}{row}\n" for name, row in rows.items()}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        # a row is named by the line that it begins on, whatever the texts before it hold
        (more(products="x,,叉,hats,,", variants="x,X,,1,,1"), "products.csv:5: name: needs a text in 'en'"),
        (more(products="x,X,叉,shoes,,", variants="x,X,,1,,1"), "products.csv:5: category: 'shoes' is not in"),
        (more(products="cap,X,叉,hats,,"), "products.csv:5: id 'cap' stands already on line 2"),
        (more(products="x,X,叉,hats,,"), "products.csv:5: variants: missing"),
        (more(products="x,X,叉,hats"), "products.csv:5: has 4 cells, the first line names 6 columns"),
        (more(products="x,X,叉,hats,a,b,c"), "products.csv:5: has 7 cells, the first line names 6 columns; what"),
        (more(products='x,"X'), "products.csv:5: not CSV: unexpected end of data"),
        ({"products": "id,name.en,colour\n"}, "products.csv:1: colour: no column of this table; known: id, name.<lang"),
        ({"products": "id,name.en,name.en\n"}, "products.csv:1: name.en: two columns of that name"),
        ({"products": "id,name\n"}, "products.csv:1: name: no column"),
        ({"products": "id,variants\n"}, "products.csv:1: variants: no column"),
        ({"products": "id,category\ncap,hats\n"}, "products.csv:1: name: this column is needed"),
        ({"products": "id,name.en,category,\ncap,Cap,hats,what\n"}, "products.csv:2: 'what' stands in a column"),
        ({"variants": "sku,price.GBP,stock\n"}, "variants.csv:1: product: this column is needed"),
        (more(variants="mug,M,,1,,1"), "variants.csv:5: product: 'mug' is not in products.csv"),
        (more(variants=",M,,1,,1"), "variants.csv:5: product: missing"),
        (more(variants="cap,M,,1,,few"), "variants.csv:5: stock: 'few' is no whole number; write it like 12"),
        (more(variants='cap,M,,"49,90",,1'), "variants.csv:5: prices.GBP: '49,90' has a decimal comma"),
        (more(variants="cap,M,,1.999,,1"), "variants.csv:5: variants: M: prices: GBP: '1.999' is no"),
        (more(variants="cap,HAT,,1,,1"), "variants.csv:5: variants: HAT: is also used by product 'hat'"),
        ({"lines": TABLES["lines"].replace("shipped", "lost")}, "lines.csv:2: state: 'lost' is none of: open, "),
        ({"lines": TABLES["lines"].replace("CAP", "NO")}, "lines.csv:2: lines: 10001-1: sku 'NO' is not in products"),
        (more(scans="S1,soon,x"), "scans.csv:4: at: 'soon' is no time"),
        (more(scans="S9,-P1D,x"), "scans.csv:4: parcel: 'S9' is not in parcels.csv"),
        ({"parcels": TABLES["parcels"].replace("-P1D", "-P9D")}, "parcels.csv:2: parcels: S1: shipped_at: 2026-02-23"),
        ({"orders": TABLES["orders"].replace("13.95", "14")}, "orders.csv:2: total: is 14"),
        ({"products": None}, "variants.csv: belongs to products.csv, which is missing"),
        ({"order_lines": "id\n"}, "order_lines.csv: is no table of the import format; known: categories.csv, products"),
        ({"products": TABLES["products"].encode("gb18030")}, "products.csv:2: is not UTF-8 but probably GBK (GB18030)"),
        ({"products": TABLES["products"].encode("utf-16")}, "products.csv:1: is not UTF-8 but UTF-16; s"),
        ({"customers": TABLES["customers"].replace(",A,", ",é,").encode("latin-1")}, "customers.csv:2: is not UTF-8;"),
    ],
)  # fmt: skip
async def test_each_bad_row_is_named_with_table_and_line(
    engine: AsyncEngine, tables: Tables, changed: dict[str, Any], expected: str
) -> None:
    report = await import_shop(engine, tables(**changed), NOW)
    problems = [str(problem) for problem in report.problems]
    assert any(problem.startswith(expected) for problem in problems), problems
    assert await is_empty(engine) and not await everything(engine)


async def test_a_column_that_is_missing_is_one_problem(engine: AsyncEngine, tables: Tables) -> None:
    report = await import_shop(engine, tables(products="id,category\ncap,hats\nhat,hats\n"), NOW)
    assert [str(problem) for problem in report.problems] == ["products.csv:1: name: this column is needed"]


async def test_kinds_may_be_in_either_form_but_each_in_one(
    engine: AsyncEngine, tables: Tables, fill: Fill, tmp_path: Path
) -> None:
    folder = fill(products=[{**PRODUCT, "variants": [{"sku": "CAP", "prices": {"GBP": "10"}, "stock": 3}]}])
    for name in ("customers", "orders"):
        (folder / f"{name}.jsonl").unlink()
    for name in ("customers", "addresses", "orders", "lines", "payments", "parcels", "scans"):
        (folder / f"{name}.csv").write_text(TABLES[name], encoding="utf-8")
    assert not (await import_shop(engine, folder, NOW)).problems
    (folder / "variants.csv").write_text(TABLES["variants"], encoding="utf-8")
    (folder / "orders.jsonl").write_text("", encoding="utf-8")
    problems = [str(problem) for problem in (await import_shop(engine, folder, NOW)).problems]
    assert "variants.csv: stands beside products.jsonl; give one of the two" in problems
    assert "orders.csv: stands beside orders.jsonl; give one of the two" in problems


async def test_an_export_goes_where_no_file_of_the_other_form_is(
    engine: AsyncEngine, tables: Tables, tmp_path: Path
) -> None:
    await import_shop(engine, tables(), NOW)
    await export_shop(engine, tmp_path / "out")
    with pytest.raises(BadInput, match=r"holds categories\.jsonl; export to another folder"):
        await export_shop(engine, tmp_path / "out", form="csv")


async def test_tables_that_are_empty_now_do_not_stay_from_an_earlier_export(
    engine: AsyncEngine, tables: Tables, tmp_path: Path
) -> None:
    await import_shop(engine, tables(), NOW)
    await export_shop(engine, tmp_path / "out", SAMPLE, "csv")
    lines = TABLES["lines"].replace("shipped,S1", "open,")
    report = await import_shop(engine, tables(lines=lines, parcels=None, scans=None), NOW)
    await export_shop(engine, tmp_path / "out", SAMPLE, "csv")
    assert report.changed["orders"] == 1 and not (tmp_path / "out" / "scans.csv").exists()
    assert not (await import_shop(engine, tmp_path / "out", NOW)).problems


async def test_an_excel_opens_what_is_exported(engine: AsyncEngine, tables: Tables, tmp_path: Path) -> None:
    await import_shop(engine, tables(), NOW)
    await export_shop(engine, tmp_path / "out", form="csv")
    first, second = (tmp_path / "out" / "variants.csv").read_bytes().split(b"\r\n")[:2]
    assert first == b"\xef\xbb\xbfproduct,sku,color.en,price.EUR,price.GBP,stock"
    assert second == b"cap,CAP,Blue,,10.00,3"


async def test_data_from_tables_are_as_old_as_their_import(engine: AsyncEngine, tables: Tables) -> None:
    await import_shop(engine, tables(), NOW)
    for hours, stated in ((23, None), (25, NOW)):
        shop = shop_of(engine, NOW + timedelta(hours=hours))
        proof = await shop.identify("10001", "a@example.com")
        assert proof is not None
        order = await shop.order("10001", proof)
        assert order is not None and order.as_of == stated


# --- cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "name", "path", "kind"),
    [
        (ProductRecord, "name.zh-Hant", ("name", "zh-Hant"), cells.Kind.MAP),
        (ProductRecord, "also.en", ("also", "en"), cells.Kind.MAP_OF_MANY),
        (VariantRecord, "price.GBP", ("prices", "GBP"), cells.Kind.MAP),
        (VariantRecord, "prices.GBP", ("prices", "GBP"), cells.Kind.MAP),
        (OrderRecord, "address.lines", ("address", "lines"), cells.Kind.MANY),
        (ClaimRecord, "lines", ("lines",), cells.Kind.PAIRS),
        (OrderRecord, "total", ("total",), cells.Kind.ONE),
    ],
)
def test_a_column_is_a_place_in_a_record(model: Any, name: str, path: tuple[str, ...], kind: cells.Kind) -> None:
    assert cells.column(model, name) == cells.Column(path, kind)


@pytest.mark.parametrize("name", ["", "name", "name.", "total.GBP", "lines", "address", "address.street", "nothing"])
def test_what_is_no_place_is_no_column(name: str) -> None:
    assert cells.column(ProductRecord if name.startswith("name") else OrderRecord, name) is None


@pytest.mark.parametrize("lines", [[""], ["a"], ["a", ""], ["", ""], ["|"], ["\\"], ["\\", "|a"], ['"'], ['""', ""]])
def test_several_values_stand_in_one_cell(lines: list[str]) -> None:
    made = cells.cells(ProductRecord, {"also": {"en": lines}})
    assert cells.data({0: cells.Column(("also", "en"), cells.Kind.MAP_OF_MANY)}, [made["also.en"]]) == {
        "also": {"en": lines}
    }


def test_pairs_that_are_none_are_refused() -> None:
    column = {0: cells.Column(("lines",), cells.Kind.PAIRS)}
    assert cells.data(column, ["A-1=2|A-2=1"]) == {"lines": {"A-1": "2", "A-2": "1"}}
    with pytest.raises(ValueError, match="no list of pairs; write it like"):
        cells.data(column, ["A-1"])


@pytest.mark.parametrize("typed", ["SP-1001", "sp-1001", "sp1001", "SP 1001", "#sp 1001"])
async def test_an_order_is_found_however_its_number_is_typed(engine: AsyncEngine, tables: Tables, typed: str) -> None:
    dashed = {name: text.replace("10001", "SP-1001") for name, text in TABLES.items()}
    assert not (await import_shop(engine, tables(**dashed), NOW)).problems
    shop = shop_of(engine)
    proof = await shop.identify(typed, "a@example.com")
    assert proof is not None and proof.order == "SP-1001"
    found = await shop.order(typed, proof)
    assert found is not None and found.number == "SP-1001"
    assert await shop.identify("sp1002", "a@example.com") is None
