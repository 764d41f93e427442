"""What shoppers asked to be told: the open ones of a conversation, and what a turn makes of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.conversation import Access
from bot.promises import Awaited, Promise
from bot.store.database import reading
from bot.store.tables import Promises
from bot.turn import PromiseChange

_promises = Promises.__table__


class PromiseStore:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def open_ones(self, conversation_id: str) -> tuple[Promise, ...]:
        """Oldest first."""
        mine = sa.and_(_promises.c.conversation_id == conversation_id, _promises.c.state == "open")
        async with reading(self._engine) as connection:
            rows = (await connection.execute(sa.select(_promises).where(mine).order_by(_promises.c.made_at))).all()
        return tuple(
            Promise(
                Awaited(row.awaited), row.subject, row.until, tuple(row.seen), Access(row.access), row.customer,
                row.market, row.id,
            )
            for row in rows
        )  # fmt: skip


async def write_promise(
    connection: AsyncConnection, conversation_id: str, change: PromiseChange, now: datetime
) -> None:
    """Keep a promise or end it, in the transaction of its turn."""
    promise, mine = change.promise, _promises.c.id == change.promise.id
    if change.state != "open":
        await connection.execute(_promises.update().where(mine).values(state=change.state, ended_at=now))
        return
    held = {"access": promise.access, "customer": promise.customer, "market": promise.market, "until": promise.until}
    if (await connection.execute(_promises.update().where(mine).values(**held))).rowcount:
        return  # promised again
    await connection.execute(
        _promises.insert().values(
            id=promise.id, conversation_id=conversation_id, awaited=promise.awaited, subject=promise.subject,
            seen=list(promise.seen), state="open", made_at=now, ended_at=None, **held,
        )
    )  # fmt: skip
