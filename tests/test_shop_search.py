"""How well products are found, misspelt and in both languages: in the sample shop, and in shops of a few products."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

import bot.store.tables  # noqa: F401 (registers its tables)
from bot.commerce import Filters
from bot.facts import Money
from bot.shop import fulltext, indexing, reads, rows
from bot.shop import tables as t
from bot.shop.documents import Document, document, prepare
from bot.shop.records import CategoryRecord, ProductRecord
from bot.shop.search import find
from bot.shop.staging import Run, begin, sweep
from bot.shop.transfer import SAMPLE, import_shop
from bot.store.database import open_database, reading, writing

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "sample.db"

    async def fill() -> None:
        engine = await empty(path)
        assert not (await import_shop(engine, SAMPLE, NOW)).problems
        await engine.dispose()

    asyncio.run(fill())
    return path


async def empty(path: Path) -> AsyncEngine:
    engine = open_database(f"sqlite+aiosqlite:///{path}")
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    return engine


Search = Callable[..., Awaitable[list[tuple[str, float]]]]


def searching(engine: AsyncEngine) -> Search:
    async def run(words: str = "", limit: int = 5, currency: str = "GBP", **filters: Any) -> list[tuple[str, float]]:
        async with reading(engine) as connection:
            return await find(connection, words, Filters(**filters) if filters else None, currency, limit)

    return run


@pytest.fixture
async def search(sample: Path) -> AsyncIterator[Search]:
    engine = open_database(f"sqlite+aiosqlite:///{sample}")
    yield searching(engine)
    await engine.dispose()


async def put(engine: AsyncEngine, documents: list[Document], *goods: rows.Rows) -> Run:
    """Put documents, and goods, on sale as an import does."""
    async with reading(engine) as connection:
        last = await reads.last_import(connection)
    run = await begin(engine, NOW, after=last["id"] if last else 0)
    index = await indexing.index(run)
    async with run.step() as connection:
        for model, row in chain.from_iterable(goods):
            await run.add(connection, model, [row])
    await index.put(documents)
    await index.finish()
    async with run.step() as connection:
        await run.switch(connection, {})
    await sweep(run)
    return run


async def stock(engine: AsyncEngine, *products: dict[str, Any]) -> Run:
    """Put products on sale; each needs an id and a name."""
    category = CategoryRecord(id="things", name={"en": "Things", "zh": "物品"})
    variants = [{"sku": "", "prices": {"GBP": "10.00"}, "stock": 1}]
    records = []
    for product in products:
        own = [{**each, "sku": f"{product['id']}-{at}"} for at, each in enumerate(product.get("variants", variants))]
        records.append(ProductRecord.model_validate({"category": "things", **product, "variants": own}))
    documents = [document(record, category) for record in records]
    return await put(engine, documents, rows.category_rows(category), *map(rows.product_rows, records))


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = await empty(tmp_path / "shelf.db")
    yield engine
    await engine.dispose()


def named(id_: str, name: str, name_zh: str = "", **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": {"en": name} | ({"zh": name_zh} if name_zh else {}), **more}


# --- the sample shop -------------------------------------------------------------------------------------------------


SHIRT, TENT = "harbour-linen-shirt", "two-person-tent"


@pytest.mark.parametrize(
    ("words", "product", "least"),
    [
        ("Harbour linen shirt", SHIRT, 0.99),
        ("harbor linnen shirt", SHIRT, 0.85),
        ("港湾亚麻衬衫", SHIRT, 0.99),
        ("港灣亞麻襯衫", SHIRT, 0.99),
        ("HARBOUR LINEN SHIRTS", SHIRT, 0.85),
        ("linen shirt", SHIRT, 0.8),
        ("linen shrit", SHIRT, 0.8),
        ("亚麻衬衫", SHIRT, 0.8),
        ("do you have the linen shirt", SHIRT, 0.8),
        ("你们有没有那款亚麻衬衫", SHIRT, 0.8),
        ("the tent", TENT, 0.8),
        ("curlew tnet", TENT, 0.5),
        ("wakling boots", "fell-walking-boots", 0.8),
        ("hiking boots", "fell-walking-boots", 0.8),
        ("vaccum flask", "vacuum-flask", 0.8),
        ("thermos", "vacuum-flask", 0.8),
        ("保温杯", "vacuum-flask", 0.8),
        ("umbrela", "storm-umbrella", 0.8),
        ("bamboo choping board", "bamboo-cutting-board", 0.8),
        ("tshirt", "everyday-cotton-tee", 0.8),
        ("bluetooth speeker", "bluetooth-speaker", 0.8),
        ("降噪耳机", "northlight-headphones", 0.8),
        ("跑鞋", "swift-running-shoes", 0.8),
        ("猫抓板", "cat-scratching-post", 0.8),
        ("亚嘛衬衫", SHIRT, 0.5),
        ("羊毛围巾", "lambswool-scarf", 0.8),
        ("sage green desk lamp", "desk-lamp-led", 0.5),
        ("fountain pen", "fountain-pen", 0.8),
    ],
)
async def test_the_product_meant_comes_first(search: Search, words: str, product: str, least: float) -> None:
    best = await search(words)
    assert best[0][0] == product and best[0][1] >= least


@pytest.mark.parametrize("words", ["shirt", "mug", "headphones", "耳机", "雨衣", "台灯", "杯子", "cat toy"])
async def test_a_name_that_several_have_is_not_sure(search: Search, words: str) -> None:
    possible = [score for _, score in (await search(words)) if score >= 0.5]
    assert len(possible) > 1 and max(possible) < 0.8


@pytest.mark.parametrize(
    "words",
    [
        "bread maker",
        "电饭煲",
        "washing machine",
        "iphone",
        "sofa",
        "bicycle",
        "洗衣机",
        "yoga mat",
        "garden hose",
        "the",
        "买",
        "asdfgh",
    ],
)
async def test_what_the_shop_does_not_have_is_not_found(search: Search, words: str) -> None:
    assert all(score < 0.5 for _, score in await search(words))


async def test_an_exact_name_beats_its_neighbours(search: Search) -> None:
    sure = [id_ for id_, score in (await search("Harbour deck shoes")) if score >= 0.8]
    assert sure == ["harbour-deck-shoes"]


@pytest.mark.parametrize(
    ("words", "product"),
    [
        ("linnen shirt", SHIRT),  # a letter too many
        ("lien shirt", SHIRT),  # too few
        ("limen shirt", SHIRT),  # another
        ("ilnen shirt", SHIRT),  # two swapped
        ("harbuor linen", SHIRT),
        ("haarbour linen shirt", SHIRT),
        ("linenshirt", SHIRT),  # a space missing
        ("harbourlinenshirt", SHIRT),
        ("har bour linen shirt", SHIRT),  # one too many
        ("headphoens northlight", "northlight-headphones"),
        ("noise canceling hedphnes", "northlight-headphones"),  # two slips in a long word
        ("stainles flask", "vacuum-flask"),  # what looks like a plural
        ("港弯亚麻衬衫", SHIRT),  # one character of four and more
        ("亚麻称衫", SHIRT),
        ("降躁耳机", "northlight-headphones"),
    ],
)
async def test_slips_are_forgiven(search: Search, words: str, product: str) -> None:
    assert product in [id_ for id_, score in await search(words) if score >= 0.5]


# --- ranking ---------------------------------------------------------------------------------------------------------


async def test_exact_name_then_all_words_then_a_typo_and_names_before_descriptions(shelf: AsyncEngine) -> None:
    await stock(
        shelf,
        named("told", "Summer top", description={"en": "Goes with every linen shirt."}),
        named("more", "Blue linen shirt"),
        named("exact", "Linen shirt"),
        named("other", "Wool jumper"),
        named("half", "Cotton shirt"),
    )
    search = searching(shelf)
    assert [id_ for id_, _ in await search("linen shirt")] == ["exact", "more", "told", "half"]
    assert [id_ for id_, _ in await search("linen shrit")] == ["exact", "more", "told", "half"]
    assert (await search("linen shirt"))[0][1] == 1.0 > (await search("linen shrit"))[0][1]


@pytest.mark.parametrize(
    "words",
    ['" OR "', "n:shirt AND NOT (", "shirt* ^ NEAR(", "%_\\", "' | '", "a\x00b", "\ud800", "衬" * 3000, "x " * 3000],
)
async def test_no_text_is_an_operator_or_too_long(search: Search, words: str) -> None:
    assert len(await search(words)) <= 5
    assert await search(words, brand=words, color=words, size=words, category=words) == []


async def test_ties_are_broken_by_id(shelf: AsyncEngine) -> None:
    await stock(shelf, *(named(id_, "Red mug", "红色马克杯") for id_ in ("c", "a", "b")))
    search = searching(shelf)
    assert [id_ for id_, _ in await search("mug")] == ["a", "b", "c"] == [id_ for id_, _ in await search("马克杯")]


async def test_the_exact_name_is_found_among_many_longer_and_shorter_ones(shelf: AsyncEngine) -> None:
    """More products hold the words than are ever judged, and their Chinese names are shorter."""
    products = [named(f"p{count}", f"Shirt of plain linen number {count}", f"衬衫{count}") for count in range(150)]
    names = "Plain linen shirt with a collar and cuffs", "有领有袖口的素色亚麻长袖衬衫"
    await stock(shelf, *products, named("it", *names))
    for name in names:
        assert (await searching(shelf)(name))[0] == ("it", 1.0)


async def test_a_known_word_may_be_a_slip_too(shelf: AsyncEngine) -> None:
    await stock(shelf, named("form", "Cake form"), named("mat", "Foam mat"))
    assert (await searching(shelf)("form mat"))[0][0] == "mat"


async def test_a_long_question_finds_what_has_most_of_it(shelf: AsyncEngine) -> None:
    await stock(
        shelf,
        named("shirt", "Linen shirt", "亚麻衬衫", description={"zh": "夏天穿很凉快。"}),
        named("jumper", "Wool jumper", "羊毛衫"),
    )
    search = searching(shelf)
    assert (await search("do you have any linen clothes for the summer"))[0][0] == "shirt"
    assert (await search("有没有适合夏天的亚麻衣服"))[0][0] == "shirt"


@settings(max_examples=8)
@given(st.lists(st.text(max_size=24), min_size=5, max_size=25, unique=True))
async def test_every_name_finds_its_product(names: list[str]) -> None:
    engine = open_database("sqlite+aiosqlite://")  # in memory
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    await stock(engine, *(named(f"P{at}", f"{name} {at}") for at, name in enumerate(names)))
    search = searching(engine)
    for at, name in enumerate(names):
        assert (f"P{at}", 1.0) in await search(f"{name} {at}", 30), name
    await engine.dispose()


# --- filters ---------------------------------------------------------------------------------------------------------

GBP = lambda pounds: Money(pounds * 100, "GBP")  # noqa: E731


async def clothes(shelf: AsyncEngine) -> Search:
    def variant(color: tuple[str, str], size: str, price: str, left: int, **prices: str) -> dict[str, Any]:
        return {
            "color": dict(zip(("en", "zh"), color, strict=True)), "size": size, "stock": left,
            "prices": {"GBP": price, **prices},
        }  # fmt: skip

    navy, red, white = ("Navy", "藏青色"), ("Red", "红色"), ("White", "白色")
    run = await stock(
        shelf,
        named("a", "Linen shirt", "亚麻衬衫", brand="Saltmarsh & Sons",
              variants=[variant(navy, "M", "49.00", 0, EUR="55.00"), variant(red, "M", "39.00", 3)]),
        named("b", "Cotton shirt", "纯棉衬衫", brand="Fellbrook",
              variants=[variant(navy, "M", "60.00", 5), variant(navy, "L", "45.00", 5),
                        variant(white, "M", "30.00", 1)]),
        named("c", "Wool jumper", "羊毛衫", brand="Fellbrook", variants=[variant(navy, "M", "20.00", 9)]),
        named("d", "Navy scarf", "围巾", variants=[{"color": {}, "stock": 1, "prices": {"CNY": "99.00"}}]),
    )  # fmt: skip
    async with writing(shelf) as connection:
        order = {"customer_id": None, "email": "a@example.com", "phone": "", "market": "uk", "currency": "GBP",
                 "placed_at": NOW, "address": {}, "delivery_fee": 0, "total": 0, "version": 1}  # fmt: skip
        await connection.execute(sa.insert(reads.table(t.Orders)), {"number": "10001", **order})
        for at, (product, quantity, state) in enumerate(
            (("b", 2, "open"), ("c", 9, "cancelled"), ("c", 1, "open"), ("a", 1, "returned"))
        ):
            line = {"id": str(at), "order_number": "10001", "position": at, "sku": f"{product}-0", "name": {}}
            more = {"product_id": product, "category_id": "things", "quantity": quantity, "price": 1, "state": state}
            await connection.execute(sa.insert(reads.table(t.Lines)), line | more)
    await indexing.count_sales(run)
    return searching(shelf)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"color": "blue"}, ["b", "a", "c"]),  # the most popular first, ties by id; cancelled lines sold nothing
        ({"color": "blue", "price_max": GBP(50)}, ["b", "a", "c"]),
        ({"color": "blue", "size": "M", "price_max": GBP(50)}, ["a", "c"]),  # one variant must pass all of them
        ({"color": "藏青", "size": "M", "price_max": GBP(50), "in_stock": True}, ["c"]),
        ({"brand": "fellbrook"}, ["b", "c"]),
        ({"brand": "Felbrook"}, ["b", "c"]),
        ({"brand": "saltmarsh"}, ["a"]),
        ({"brand": "Nobody"}, []),
        ({"category": "things", "color": "red"}, ["a"]),
        ({"category": "物品", "color": "红"}, ["a"]),
        ({"category": "shoes"}, []),
        ({"price_min": GBP(40), "price_max": GBP(45)}, ["b"]),
        ({"price_min": Money(5000, "EUR")}, ["a"]),
        ({"price_max": Money(9900, "CNY")}, []),  # not sold in this market
        ({"in_stock": True}, ["b", "a", "c"]),
        ({"size": "XXL"}, []),
    ],
)
async def test_filters_alone(shelf: AsyncEngine, filters: dict[str, Any], expected: list[str]) -> None:
    found = await (await clothes(shelf))(**filters)
    assert [id_ for id_, _ in found] == expected and {score for _, score in found} <= {1.0}


async def test_filters_with_words(shelf: AsyncEngine) -> None:
    search = await clothes(shelf)
    assert [id_ for id_, _ in await search("shirt", color="red")] == ["a"]
    assert [id_ for id_, _ in await search("衬衫", price_max=GBP(35))] == ["b"]
    assert [id_ for id_, _ in await search("shrit", in_stock=True, size="L")] == ["b"]
    assert await search("jumper", color="red") == [] == await search("c", color="red")
    assert await search("c", color="navy") == [("c", 1.0)]
    assert [id_ for id_, _ in await search("anything", brand="Fellbrook")] == ["b", "c"]
    assert await search("washing machine", color="navy") == [] == await search("")
    assert [id_ for id_, _ in await search(currency="CNY", in_stock=True)] == ["d"]


def test_a_price_range_has_one_currency_and_a_lower_and_an_upper_end() -> None:
    with pytest.raises(ValueError, match="one currency"):
        Filters(price_min=GBP(1), price_max=Money(2, "EUR"))
    with pytest.raises(ValueError, match="swap them"):
        Filters(price_min=GBP(2), price_max=GBP(1))


# --- the index -------------------------------------------------------------------------------------------------------


async def index_of(engine: AsyncEngine) -> dict[str, list[Any]]:
    models = (t.SearchDocuments, t.SearchVariants, t.SearchWords, t.SearchSpellings)
    async with reading(engine) as connection:
        return {
            model.__name__: sorted(
                tuple(str(value) for name, value in row.items() if name != "id")
                for row in reads.rows(await connection.execute(sa.select(reads.table(model))))
            )
            for model in models
        }


async def test_a_product_that_changes_is_found_by_its_new_words_alone(shelf: AsyncEngine) -> None:
    await stock(shelf, named("x", "Velvet cushion"), named("y", "Velvet curtain"))
    search, before = searching(shelf), await index_of(shelf)
    category = CategoryRecord(id="things", name={"en": "Things", "zh": "物品"})
    sold = [{"sku": "x-0", "prices": {"GBP": "10.00"}, "stock": 1}]
    for name, found, gone in (
        ("Corduroy cushion", "corduory", "velvet cushion"), ("Velvet cushion", "cushoin", "corduroy"),
    ):  # fmt: skip
        record = ProductRecord.model_validate({"category": "things", **named("x", name), "variants": sold})
        await put(shelf, [document(record, category)])
        assert (await search(found))[0][0] == "x"
        assert all(score < 0.8 for id_, score in await search(gone) if id_ == "x")
    assert await index_of(shelf) == before  # words and spellings that nothing has any more are gone


async def test_an_index_that_is_missing_or_of_an_older_analyser_is_made_again(
    shelf: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_shop(shelf, SAMPLE, NOW)
    whole = await index_of(shelf)
    assert await indexing.refresh(shelf) == 0
    async with writing(shelf) as connection:
        for model in (t.SearchDocuments, t.SearchVariants, t.SearchWords, t.SearchSpellings):
            await connection.execute(sa.delete(reads.stored(model)))
    assert await indexing.refresh(shelf) == 126 and await index_of(shelf) == whole
    monkeypatch.setattr(indexing, "VERSION", indexing.VERSION + 1)
    assert await indexing.refresh(shelf) == 126 and await indexing.refresh(shelf) == 0
    assert (await searching(shelf)("linen shirt"))[0][0] == SHIRT


def test_only_what_is_searched_makes_a_document_anew() -> None:
    def mug(name: str = "Mug", left: int = 1) -> ProductRecord:
        variants = [{"sku": "M", "prices": {"GBP": "10.00"}, "stock": left}]
        return ProductRecord.model_validate({"category": "c", **named("mug", name), "variants": variants})

    def made(new: ProductRecord, *renamed: str) -> list[str]:
        categories = {"c": CategoryRecord(id="c", name={"en": "Kitchen"})}
        return [each.product_id for each in prepare([new], {"mug": mug()}, categories, set(renamed))]

    assert made(mug()) == [] == made(mug(left=9))
    assert made(mug(name="Cup")) == ["mug"] == made(mug(), "c")


# --- the engines -----------------------------------------------------------------------------------------------------

EXPRESSION = fulltext.All((fulltext.Either(("n:o'brien", "n:a\\b")), 'b:"x'))


def test_tokens_are_quoted_for_either_engine() -> None:
    assert fulltext.query_text(EXPRESSION, "sqlite") == """(("n:o'brien" OR "n:a\\b") AND "b:""x")"""
    assert fulltext.query_text(EXPRESSION, "postgresql") == """(('n:o''brien' | 'n:a\\\\b') & 'b:"x')"""


def test_postgresql_is_asked_by_its_index() -> None:
    statement = fulltext.shortest(EXPRESSION, "postgresql", [fulltext.DOCUMENTS.c.product_id]).limit(5)
    text = str(statement.compile(dialect=postgresql.dialect()))
    assert "array_to_tsvector(string_to_array(shop_search_documents.tokens, ' ')) @@ CAST(" in text
    assert "AS TSQUERY)" in text and "MATCH" not in text


@pytest.mark.parametrize(
    ("url", "own", "others"),
    [
        ("postgresql://", "gin (array_to_tsvector(string_to_array(tokens, ' ')))", "fts5"),
        ("sqlite://", "fts5(tokens", "gin ("),
    ],
)
def test_each_engine_gets_its_own_index(url: str, own: str, others: str) -> None:
    made: list[str] = []

    def keep(statement: sa.schema.ExecutableDDLElement, *_: object) -> None:
        made.append(str(statement.compile(dialect=engine.dialect)))

    engine = sa.create_mock_engine(url, keep)
    SQLModel.metadata.create_all(engine, checkfirst=False)
    assert any(own in text for text in made) and not any(others in text for text in made)
