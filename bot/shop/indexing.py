"""The search index in its tables: written at import, made again after an update.

It is made from the catalogue alone and can be thrown away: `refresh` makes again what is missing or was made by an
older analyser.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, count
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.commerce import LineState
from bot.shop import reads, rows
from bot.shop import tables as t
from bot.shop.analyser import VERSION, is_misspelt_from, spellings
from bot.shop.documents import Document, counted, document
from bot.shop.reads import col, table
from bot.shop.records import CategoryRecord
from bot.store.database import reading, writing

_MANY = 500  # rows in one statement
# A document's id is its length and a running number. In ascending order the shortest names come first: of all names
# that hold the words asked for they are the nearest. Small steps between ids also keep the index small.
_SERIAL = 1 << 40

Item = TypeVar("Item")


async def write(connection: AsyncConnection, documents: Collection[Document]) -> None:
    """Put the documents in place of their products' older ones, and count their words anew."""
    change: Counter[str] = Counter()
    newest = await connection.scalar(sa.select(sa.func.max(col(t.SearchDocuments, "id") % _SERIAL)))
    serial = count((newest or 0) + 1)
    for some in _chunks(sorted(documents, key=lambda document: (document.length, document.product_id))):
        ids = [document.product_id for document in some]
        mine = col(t.SearchDocuments, "product_id").in_(ids)
        older = (await connection.scalars(sa.select(col(t.SearchDocuments, "tokens")).where(mine))).all()
        await connection.execute(sa.delete(table(t.SearchDocuments)).where(mine))
        await connection.execute(
            sa.delete(table(t.SearchVariants)).where(col(t.SearchVariants, "product_id").in_(ids))
        )
        change.subtract(chain.from_iterable(map(counted, older)))
        change.update(chain.from_iterable(counted(document.tokens) for document in some))
        await connection.execute(
            sa.insert(table(t.SearchDocuments)),
            [
                {
                    "id": document.length * _SERIAL + next(serial),
                    "product_id": document.product_id,
                    "names": list(document.names),
                    "also": list(document.also),
                    "tokens": document.tokens,
                    "minus_sold": 0,
                    "version": VERSION,
                }
                for document in some
            ],
        )
        await connection.execute(
            sa.insert(table(t.SearchVariants)),
            [
                {"sku": sku, "product_id": document.product_id, "facets": own}
                for document in some
                for sku, own in document.variants
            ],
        )
    await _count_words(connection, {word: by for word, by in change.items() if by})


async def _count_words(connection: AsyncConnection, change: dict[str, int]) -> None:
    words, forms = table(t.SearchWords), table(t.SearchSpellings)
    for some in _chunks(change):
        known = {
            row.word: row.products
            for row in await connection.execute(sa.select(words).where(words.c.word.in_(some)))
        }
        counts = {word: known.get(word, 0) + change[word] for word in some}
        gone = [word for word, count in counts.items() if count == 0]
        new = [word for word in some if word not in known]
        if gone:
            await connection.execute(sa.delete(words).where(words.c.word.in_(gone)))
            await connection.execute(sa.delete(forms).where(forms.c.word.in_(gone)))
        if moved := [{"key": word, "count": counts[word]} for word in known if counts[word]]:
            by_word = sa.update(words).where(words.c.word == sa.bindparam("key"))
            await connection.execute(by_word.values(products=sa.bindparam("count")), moved)
        if new:
            await connection.execute(sa.insert(words), [{"word": word, "products": counts[word]} for word in new])
        spelt = [
            {"form": form, "word": word} for word in new if is_misspelt_from(word) for form in sorted(spellings(word))
        ]
        for rows_ in _chunks(spelt):
            await connection.execute(sa.insert(forms), rows_)


async def count_sales(connection: AsyncConnection) -> None:
    """Popularity: units of every order line that was not cancelled."""
    lines, documents = table(t.Lines), table(t.SearchDocuments)
    sold = (
        sa.select(lines.c.product_id, (-sa.func.sum(lines.c.quantity)).label("minus_sold"))
        .where(lines.c.state != LineState.CANCELLED.value)
        .group_by(lines.c.product_id)
        .subquery()
    )
    now = sa.func.coalesce(sold.c.minus_sold, 0)
    changed = await connection.execute(
        sa.select(documents.c.id, now.label("now"))
        .outerjoin(sold, sold.c.product_id == documents.c.product_id)
        .where(now != documents.c.minus_sold)
    )
    by_id = sa.update(documents).where(documents.c.id == sa.bindparam("key")).values(minus_sold=sa.bindparam("now"))
    for some in _chunks([{"key": row.id, "now": row.now} for row in changed]):
        await connection.execute(by_id, some)


async def refresh(engine: AsyncEngine) -> int:
    """Make the documents that are missing, all of them after a change of the analyser; how many were made."""
    old = sa.select(col(t.SearchDocuments, "id")).where(col(t.SearchDocuments, "version") != VERSION).limit(1)
    has_one = sa.exists().where(col(t.SearchDocuments, "product_id") == col(t.Products, "id"))
    without = sa.select(col(t.Products, "id")).where(~has_one).limit(_MANY)
    async with reading(engine) as connection:
        if await connection.scalar(old) is None and await connection.scalar(without) is None:
            return 0
    done = 0
    while True:  # a short transaction for each batch: messages go on being accepted
        async with writing(engine) as connection:
            if await connection.scalar(old) is not None:
                for model in (t.SearchDocuments, t.SearchVariants, t.SearchWords, t.SearchSpellings):
                    await connection.execute(sa.delete(table(model)))
            ids = (await connection.scalars(without)).all()
            if not ids:
                await count_sales(connection)
                return done
            await write(connection, await _documents(connection, ids))
        done += len(ids)


async def _documents(connection: AsyncConnection, ids: Collection[str]) -> list[Document]:
    names = await reads.categories(connection)
    heads = await reads.children(connection, t.Products, "id", ids)
    variants = await reads.children(connection, t.Variants, "product_id", ids)
    records = (rows.product_record(head, variants.get(id_, ()), {}) for id_, (head,) in heads.items())
    return [
        document(record, CategoryRecord.model_construct(id=record.category, name=names[record.category]))
        for record in records
    ]


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    found = list(items)
    return (found[start : start + _MANY] for start in range(0, len(found), _MANY))
