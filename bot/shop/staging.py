"""Import runs: rows of the catalogue written ahead, hidden, in short transactions, and one short one that shows them.

A run owns the database's catalogue as long as its row in `Imports` is there. Another run takes it over by removing that
row: then the first one stops at its next step. So a crash needs no repair, the next run begins by clearing up.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

from bot.errors import BadInput
from bot.shop import tables as t
from bot.shop.reads import holding_now, last_import, stored
from bot.store.database import reading, writing

# children before what they hang on
CATALOGUE = (
    t.Prices, t.Variants, t.Products, t.Categories, t.SearchVariants, t.SearchDocuments, t.SearchWords,
)  # fmt: skip
_MANY = 300  # products, words, keys in one transaction: it must be short
Item = TypeVar("Item")


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """As many at a time as one transaction may write."""
    found = iter(items)
    return iter(lambda: list(islice(found, _MANY)), [])


@dataclass(frozen=True, slots=True)
class Run:
    """One import; its `id` is the `since` of the rows that it writes ahead and the `until` of what they replace."""

    engine: AsyncEngine
    id: int

    @asynccontextmanager
    async def step(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction of this run. BadInput when another import has taken over."""
        imports, loop = stored(t.Imports), asyncio.get_running_loop()
        mine = sa.select(imports.c.id).where(imports.c.id == self.id).with_for_update()
        async with writing(self.engine) as connection:
            began = loop.time()
            if await connection.scalar(mine) is None:
                raise BadInput("another import has begun; this one stops and leaves the shop as it was")
            yield connection
        # who waits for SQLite's lock stands in no queue but looks again now and then: it must be free for a while
        await asyncio.sleep((loop.time() - began) / 4)

    async def retire(
        self, connection: AsyncConnection, model: type[SQLModel], column: str, keys: Sequence[str]
    ) -> None:
        """Let the rows of these keys end where this run's begin."""
        whole = stored(model)
        for some in chunks(keys):
            theirs = whole.c[column].in_(some)
            await connection.execute(sa.update(whole).where(theirs, *holding_now(whole)).values(until=self.id))

    async def add(self, connection: AsyncConnection, model: type[SQLModel], rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows that hold once this run is switched to."""
        if values := [{**row, "since": self.id} for row in rows]:
            await connection.execute(sa.insert(stored(model)), values)

    async def switch(self, connection: AsyncConnection, counts: Mapping[str, int]) -> None:
        """From the commit on, what this run wrote holds."""
        imports = stored(t.Imports)
        shown = sa.update(imports).where(imports.c.id == self.id)
        await connection.execute(shown.values(switched=True, counts=dict(counts)))


async def begin(engine: AsyncEngine, at: datetime, *, after: int, sample: bool = False) -> Run:
    """A new run, in place of any that is under way or was cut off; what that one wrote is swept away.

    `at`: the time as of which its data hold; `after`: the import that its data were compared with, 0 for none. BadInput
    when another one was finished since.
    """
    imports = stored(t.Imports)
    async with writing(engine) as connection:
        row = sa.insert(imports).values(at=at, counts={}, sample=sample, switched=False)
        (id_,) = (await connection.execute(row)).inserted_primary_key or (0,)
        await connection.execute(sa.delete(imports).where(imports.c.id != id_, sa.not_(imports.c.switched)))
        now = await _newest(connection)  # asked last: a switch under way is waited for by the statement before
        if now != after:
            raise BadInput("another import was finished while this one was being checked; import again")
    run = Run(engine, id_)
    for model in CATALOGUE:
        whole = stored(model)
        marked = sa.and_(whole.c.since <= now, whole.c.until > now, whole.c.until < t.FOREVER)
        await _each(run, whole, whole.c.since > now, sa.delete(whole))
        await _each(run, whole, marked, sa.update(whole).values(until=t.FOREVER))
    await sweep(run)
    return run


async def sweep(run: Run) -> None:
    """Remove what holds no more."""
    async with reading(run.engine) as connection:
        now = await _newest(connection)
    for model in CATALOGUE:
        whole = stored(model)
        await _each(run, whole, whole.c.until <= now, sa.delete(whole))
    words, forms = stored(t.SearchWords), stored(t.SearchSpellings)
    await _each(run, forms, sa.not_(sa.exists().where(words.c.word == forms.c.word)), sa.delete(forms))


async def _newest(connection: AsyncConnection) -> int:
    last = await last_import(connection)
    return last["id"] if last else 0


async def _each(run: Run, whole: sa.Table, where: sa.ColumnElement[bool], change: Any) -> None:
    """Apply a change to the rows for which `where` is true, some in each transaction."""
    key = list(whole.primary_key)
    one = change.where(*(column == sa.bindparam(f"key_{column.name}") for column in key))
    async with reading(run.engine) as connection:
        found = await connection.stream(sa.select(*(column.label(f"key_{column.name}") for column in key)).where(where))
        async for some in found.mappings().partitions(5 * _MANY):
            async with run.step() as writer:
                await writer.execute(one, [dict(row) for row in some])
