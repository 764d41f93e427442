"""The search index in its tables: written ahead by an import, made again after an update.

It is made from the catalogue alone and can be thrown away: `refresh` makes again what is missing or was made by an
older analyser. Until a run is switched to, search finds by the index as it was.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.commerce import LineState
from bot.shop import reads, rows
from bot.shop import tables as t
from bot.shop.analyser import VERSION, is_misspelt_from, spellings
from bot.shop.documents import Document, counted, document
from bot.shop.reads import stored, table
from bot.shop.records import CategoryRecord
from bot.shop.staging import Run, begin, chunks, sweep
from bot.store.database import reading

# A document's id is its length and a running number. In ascending order the shortest names come first: of all names
# that hold the words asked for they are the nearest. Small steps between ids also keep the index small.
_SERIAL = 1 << 40


@dataclass(slots=True)
class Index:
    """Documents of one run as they are written ahead; `finish` writes what changes in the counts of words."""

    run: Run
    serial: Iterator[int]
    change: Counter[str] = field(default_factory=Counter)

    async def put(self, documents: Collection[Document]) -> None:
        """Documents in place of their products' older ones."""
        run, documents_now = self.run, table(t.SearchDocuments)
        columns = [documents_now.c[name] for name in ("product_id", "tokens", "minus_sold")]
        for some in chunks(sorted(documents, key=lambda document: (document.length, document.product_id))):
            ids = [document.product_id for document in some]
            async with reading(run.engine) as connection:
                found = await connection.execute(sa.select(*columns).where(documents_now.c.product_id.in_(ids)))
                older = {row.product_id: row for row in found}
            self.change.subtract(chain.from_iterable(counted(row.tokens) for row in older.values()))
            self.change.update(chain.from_iterable(counted(document.tokens) for document in some))
            heads = [
                {
                    "id": document.length * _SERIAL + next(self.serial),
                    "product_id": document.product_id,
                    "names": list(document.names),
                    "also": list(document.also),
                    "tokens": document.tokens,
                    "minus_sold": older[document.product_id].minus_sold if document.product_id in older else 0,
                    "version": VERSION,
                }
                for document in some
            ]
            variants = [
                {"sku": sku, "product_id": document.product_id, "facets": own}
                for document in some
                for sku, own in document.variants
            ]
            async with run.step() as connection:
                await run.retire(connection, t.SearchDocuments, "product_id", list(older))
                await run.retire(connection, t.SearchVariants, "product_id", list(older))
                await run.add(connection, t.SearchDocuments, heads)
                await run.add(connection, t.SearchVariants, variants)

    async def finish(self) -> None:
        for some in chunks(word for word, by in self.change.items() if by):
            async with self.run.step() as connection:
                await self._count(connection, some)

    async def _count(self, connection: AsyncConnection, some: Sequence[str]) -> None:
        words, forms = table(t.SearchWords), table(t.SearchSpellings)
        found = await connection.execute(sa.select(words).where(words.c.word.in_(some)))
        known = {row.word: row.products for row in found}
        await self.run.retire(connection, t.SearchWords, "word", some)
        counts = {word: known.get(word, 0) + self.change[word] for word in some}
        rows_ = [{"word": word, "products": count} for word, count in counts.items() if count]
        await self.run.add(connection, t.SearchWords, rows_)
        spelt = set(await connection.scalars(sa.select(forms.c.word).where(forms.c.word.in_(some)).distinct()))
        new = (word for word in counts if counts[word] and word not in spelt and is_misspelt_from(word))
        made = [{"form": form, "word": word} for word in new for form in sorted(spellings(word))]
        for each in chunks(made):
            await connection.execute(sa.insert(forms), each)


async def index(run: Run) -> Index:
    """The search index as this run is to leave it."""
    async with reading(run.engine) as connection:
        newest = await connection.scalar(sa.select(sa.func.max(stored(t.SearchDocuments).c.id % _SERIAL)))
    return Index(run, count((newest or 0) + 1))


async def count_sales(run: Run) -> None:
    """Popularity: units of every order line that was not cancelled."""
    lines, documents = table(t.Lines), table(t.SearchDocuments)
    sold = (
        sa.select(lines.c.product_id, (-sa.func.sum(lines.c.quantity)).label("minus_sold"))
        .where(lines.c.state != LineState.CANCELLED.value)
        .group_by(lines.c.product_id)
        .subquery()
    )
    now = sa.func.coalesce(sold.c.minus_sold, 0)
    moved = (
        sa.select(documents.c.id, now.label("now"))
        .outerjoin(sold, sold.c.product_id == documents.c.product_id)
        .where(now != documents.c.minus_sold)
    )
    async with reading(run.engine) as connection:
        changed = [{"key": row.id, "now": row.now} for row in await connection.execute(moved)]
    whole = stored(t.SearchDocuments)
    by_id = sa.update(whole).where(whole.c.id == sa.bindparam("key")).values(minus_sold=sa.bindparam("now"))
    for some in chunks(changed):
        async with run.step() as connection:
            await connection.execute(by_id, some)


async def refresh(engine: AsyncEngine) -> int:
    """Make the documents that are missing, all of them after a change of the analyser; how many were made."""
    documents, products = table(t.SearchDocuments), table(t.Products)
    made_now = sa.exists().where(documents.c.product_id == products.c.id, documents.c.version == VERSION)
    lacking = sa.select(products.c.id).where(~made_now)
    async with reading(engine) as connection:
        ids = (await connection.scalars(lacking)).all()
        last = await reads.last_import(connection)
    if not ids or last is None:
        return 0
    run = await begin(engine, last["at"], after=last["id"], sample=last["sample"])  # the goods are as old as they were
    index_ = await index(run)
    for some in chunks(ids):
        async with reading(engine) as connection:
            made = await documents_of(connection, some)
        await index_.put(made)
    await index_.finish()
    async with run.step() as connection:
        await run.switch(connection, {})
    await sweep(run)
    await count_sales(run)
    return len(ids)


async def documents_of(connection: AsyncConnection, ids: Collection[str]) -> list[Document]:
    """Documents of products as they are."""
    names = await reads.categories(connection)
    heads = await reads.children(connection, t.Products, "id", ids)
    variants = await reads.children(connection, t.Variants, "product_id", ids)
    records = (rows.product_record(head, variants.get(id_, ()), {}) for id_, (head,) in heads.items())
    return [
        document(record, CategoryRecord.model_construct(id=record.category, name=names[record.category]))
        for record in records
    ]
