"""Search over 100,000 products beside a plain LIKE scan and rapidfuzz over all names, in one run.

    python -m pytest -s -o addopts= tests/benchmarks/test_search.py        # two to three minutes

Figures are printed, never asserted: milliseconds of `Shop.search` (median, 95 % of all queries) for each kind of query
in each language, what a peer takes for the same ones as a multiple, and of misspelt queries how often the product
meant is among the first five.
"""

import random
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import catalogue
import sqlalchemy as sa
from catalogue import Made
from rapidfuzz import fuzz, process
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

import bot.store.tables  # noqa: F401 (registers its tables)
from bot.clock import ManualClock
from bot.commerce import Filters
from bot.facts import Money
from bot.shop import indexing, reads, rows
from bot.shop import tables as t
from bot.shop.documents import document
from bot.shop.policy import read_policy
from bot.shop.records import CategoryRecord
from bot.shop.sql import SqlShop
from bot.shop.staging import begin, chunks
from bot.shop.transfer import SAMPLE
from bot.store.database import open_database, writing

PRODUCTS, QUERIES, PEER_QUERIES = 100_000, 20, 5  # queries of each kind and language; peers get some of the same
LANGUAGES = ("en", "zh")
Query = tuple[str, Filters | None, str]  # words, filters, id of the product meant ("" if no certain one)


async def build(engine: AsyncEngine, made: list[Made]) -> None:
    """The catalogue and its index, as an import writes them ahead, sales, and plain names for the peers."""
    categories = {category.id: category for category in catalogue.categories()}
    chance = random.Random(3)
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    run = await begin(engine, datetime(2026, 3, 4, tzinfo=UTC), after=0)
    index, indexing_took = await indexing.index(run), 0.0
    for some in chunks(made):
        async with run.step() as connection:
            for model, values in _rows(some, categories if some[0] is made[0] else {}).items():
                await run.add(connection, model, values)
        began = time.perf_counter()
        await index.put([document(each.record, categories[each.record.category]) for each in some])
        indexing_took += time.perf_counter() - began
    await index.finish()
    async with run.step() as connection:
        await run.switch(connection, {})
    print(f"\nindex of {len(made)} products: {indexing_took:.0f} s")
    documents = reads.stored(t.SearchDocuments)
    by_id = sa.update(documents).where(documents.c.product_id == sa.bindparam("key"))
    sold = [
        {"key": each.record.id, "sold": -int(5000 / place)}
        for place, each in enumerate(chance.sample(made, len(made) // 20), 1)
    ]
    async with writing(engine) as connection:
        await connection.execute(by_id.values(minus_sold=sa.bindparam("sold")), sold)
        await connection.execute(sa.text("CREATE TABLE names (id TEXT, en TEXT, zh TEXT)"))
        names = [{"id": each.record.id, **each.record.name} for each in made]
        await connection.execute(sa.text("INSERT INTO names VALUES (:id, lower(:en), :zh)"), names)


def _rows(some: list[Made], categories: Mapping[str, CategoryRecord]) -> dict[type[SQLModel], list[dict[str, Any]]]:
    by_model: dict[type[SQLModel], list[dict[str, Any]]] = {}
    products = (row for each in some for row in rows.product_rows(each.record))
    for model, row in (*(row for each in categories.values() for row in rows.category_rows(each)), *products):
        by_model.setdefault(model, []).append(row)
    return by_model


# --- what is asked ---------------------------------------------------------------------------------------------------


def kinds(made: list[Made], language: str, chance: random.Random) -> dict[str, list[Query]]:
    """Queries of each kind, from products drawn at random."""
    place, gap = LANGUAGES.index(language), " " if language == "en" else ""
    shared = Counter((each.series, each.noun) for each in made)
    rare = [each for each in made if shared[each.series, each.noun] <= 3]

    def some(pick: Callable[[Made], Query], among: list[Made] = made) -> list[Query]:
        return [pick(each) for each in chance.sample(among, QUERIES)]

    def color(each: Made) -> str:
        return str(each.record.variants[0].color[language])

    def price(each: Made) -> Money:
        return Money(int(float(each.record.variants[0].prices["GBP"])) * 100, "GBP")

    def part(each: Made) -> str:
        return gap.join((each.series[place], each.noun[place]))

    found: dict[str, list[Query]] = {
        "whole name": some(lambda each: (each.record.name[language], None, each.record.id)),
        "part of the name": some(lambda each: (part(each), None, each.record.id), rare),
        "one common word": some(lambda each: (each.noun[place], None, "")),
        "colour and noun": some(lambda each: (color(each) + gap + each.noun[place], None, "")),
        "material and noun": some(
            lambda each: (each.record.material[language] + gap + each.noun[place], None, "")
        ),
        "brand and noun": some(lambda each: (f"{each.record.brand} {each.noun[place]}", None, "")),
        "words of the text": some(lambda each: (each.record.description[language][:40], None, "")),
        "not sold here": [(words, None, "") for words in _UNSOLD[language]],
        "filters alone": some(lambda each: ("", Filters(color=color(each), price_max=price(each)), ""))
        + some(lambda each: ("", Filters(category=each.record.category, in_stock=True), "")),
        "words and filters": some(
            lambda each: (each.noun[place], Filters(color=color(each), price_max=price(each), in_stock=True), "")
        ),
    }
    for name, slip in SLIPS[language].items():
        found[name] = some(lambda each, slip=slip: (slip(each.record.name[language], chance), None, each.record.id))
        found[f"{name}, part"] = some(lambda each, slip=slip: (slip(part(each), chance), None, each.record.id), rare)
    return found


_UNSOLD = {
    "en": ("washing machine", "bicycle pump", "garden hose", "lawn mower", "guitar strings", "wedding cake"),
    "zh": ("洗衣机", "电饭煲", "自行车", "割草机", "吉他弦", "婚礼蛋糕"),
}


def _letters(change: Callable[[str, int, str], str]) -> Callable[[str, random.Random], str]:
    """A slip anywhere in a word of at least four letters."""

    def slip(text: str, chance: random.Random) -> str:
        words = text.lower().split()
        at = chance.choice([place for place, word in enumerate(words) if len(word) >= 4 and word.isalpha()])
        words[at] = change(words[at], chance.randrange(len(words[at])), chance.choice("abcdefghijklmnopqrstuvwxyz"))
        return " ".join(words)

    return slip


def _swapped(word: str, at: int, _letter: str) -> str:
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _no_space(text: str, chance: random.Random) -> str:
    words = text.lower().split()
    at = chance.randrange(len(words) - 1)
    return " ".join((*words[:at], words[at] + words[at + 1], *words[at + 2 :]))


def _other_character(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice("的人大小新好多山水风云花石木") + text[at + 1 :]


SLIPS: dict[str, dict[str, Callable[[str, random.Random], str]]] = {
    "en": {
        "another letter": _letters(lambda word, at, letter: word[:at] + letter + word[at + 1 :]),
        "a letter less": _letters(lambda word, at, _: word[:at] + word[at + 1 :]),
        "a letter more": _letters(lambda word, at, letter: word[:at] + letter + word[at:]),
        "letters swapped": _letters(_swapped),
        "a space less": _no_space,
    },
    "zh": {"another character": _other_character},
}

# --- who answers -----------------------------------------------------------------------------------------------------

Answer = Callable[[Query], Awaitable[list[str]]]


def peers(engine: AsyncEngine, made: list[Made], language: str) -> dict[str, Answer]:
    names = {each.record.id: each.record.name[language].lower() for each in made}

    async def like(query: Query) -> list[str]:
        words = query[0].lower().split()
        where = " AND ".join(f"{language} LIKE :w{at}" for at in range(len(words)))
        values = {f"w{at}": f"%{word}%" for at, word in enumerate(words)}
        async with engine.connect() as connection:
            question = sa.text(f"SELECT id FROM names WHERE {where} LIMIT 5")  # noqa: S608 - placeholders only
            return list(await connection.scalars(question, values))

    async def fuzzy(query: Query) -> list[str]:
        return [found[2] for found in process.extract(query[0].lower(), names, scorer=fuzz.WRatio, limit=5)]

    return {"LIKE": like, "rapidfuzz": fuzzy}


async def _asked(answer: Answer, queries: list[Query]) -> tuple[list[float], list[float], list[bool]]:
    """Milliseconds of each, those of the processor, and whether the product meant is among the first five."""
    taken, worked, hits = [], [], []
    for query in queries:
        began, began_work = time.perf_counter(), time.process_time()
        found = await answer(query)
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - began_work) * 1000)
        hits.append(query[2] in found[:5])
    return taken, worked, hits


def _share(hits: Iterable[bool]) -> str:
    return f"{statistics.mean(hits):8.0%}"


async def test_search_over_a_hundred_thousand_products(tmp_path: Path) -> None:
    made = list(catalogue.products(PRODUCTS))
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'shop.db'}")
    await build(engine, made)
    shop = SqlShop(engine, ManualClock(datetime(2026, 3, 4, tzinfo=UTC)), read_policy(SAMPLE), SAMPLE / "knowledge")

    async def ours(query: Query) -> list[str]:
        return [product.id for product in await shop.search(query[0], filters=query[1])]

    head = f"{'':24}{'median':>8}{'95 %':>8}{'recall':>8}{'LIKE':>9}{'recall':>8}{'rapidfuzz':>11}{'recall':>8}"
    every: list[float] = []
    work: list[float] = []
    recalls: dict[str, list[bool]] = {"ours": [], "LIKE": [], "rapidfuzz": []}
    for language in LANGUAGES:
        print(f"\n{language}: milliseconds, recall@5, peers as a multiple of our median\n{head}")
        others = peers(engine, made, language)
        for name, queries in kinds(made, language, random.Random(11)).items():
            await ours(queries[0])
            taken, worked, hits = await _asked(ours, queries)
            every, work = every + taken, work + worked
            median = statistics.median(taken)
            line = f"{name:24}{median:8.1f}{statistics.quantiles(taken, n=20)[-1]:8.1f}"
            line += _share(hits) if queries[0][2] else f"{'':8}"
            is_slip = name.removesuffix(", part") in SLIPS[language]
            recalls["ours"] += hits if is_slip else []
            for peer, answer in others.items():
                if queries[0][1] is None:
                    theirs, _, found = await _asked(answer, queries[:PEER_QUERIES])
                    line += f"{statistics.median(theirs) / median:{9 if peer == 'LIKE' else 11}.1f}"
                    line += _share(found) if queries[0][2] else f"{'':8}"
                    recalls[peer] += found if is_slip else []
            print(line)
    for name, figures in (("all together", every), ("of the processor", work)):
        last = statistics.quantiles(figures, n=20)[-1]
        print(f"{name}: {len(figures)} queries, median {statistics.median(figures):.1f} ms, 95 % {last:.1f} ms")
    print("recall@5 of misspelt queries:", {name: f"{statistics.mean(hits):.1%}" for name, hits in recalls.items()})
    assert recalls["ours"]
    await engine.dispose()
