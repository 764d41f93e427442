"""Links from a mail back to a chat on the web page: each is good once and for a day, and only its hash is kept.

A link names its row and holds a secret. The row stays after it was used: it says which browser has the chat now.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from hmac import compare_digest

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ports import Clock, WayBack
from bot.store.codec import ADDRESS
from bot.store.database import reading, writing
from bot.store.tables import Conversations, WaysBack
from bot.turn import Delivery

_ways, _conversations = WaysBack.__table__, Conversations.__table__

ASKED_FOR = timedelta(days=30)  # how long after its end another one may be asked for; the address is kept as long


class WayBackStore:
    def __init__(
        self, engine: AsyncEngine, clock: Clock, public_url: str, lasts: timedelta, new_salt: Callable[[], bytes]
    ) -> None:
        """`new_salt` gives 16 unguessable bytes."""
        self._engine, self._clock, self._lasts, self._new_salt = engine, clock, lasts, new_salt
        self._base = f"{public_url.rstrip('/')}/back?link="

    async def issue(self, delivery: Delivery) -> str:
        """The link of a mail that goes out now; older ones of its conversation are over."""
        now, name, secret = self._clock.now(), self._new_salt().hex(), self._new_salt().hex()
        row = {
            "id": name, "conversation_id": delivery.conversation_id, "mail": delivery.address.chat,
            "digest": _digest(secret), "until": now + self._lasts, "used_at": None,
        }  # fmt: skip
        unused, forgotten = _ways.c.used_at.is_(None), _ways.c.until < now - ASKED_FOR
        older = sa.and_(_ways.c.conversation_id == delivery.conversation_id, unused, _ways.c.until > now)
        async with writing(self._engine) as connection:
            await connection.execute(_ways.delete().where(forgotten, unused))
            await connection.execute(_ways.update().where(forgotten).values(mail=""))
            await connection.execute(_ways.update().where(older).values(until=now))
            await connection.execute(_ways.insert().values(row))
        return f"{self._base}{name}.{secret}"

    async def way_back(self, token: str) -> WayBack | None:
        async with reading(self._engine) as connection:
            row = await _row(connection, token)
            if row is None or row.until < self._clock.now() - ASKED_FOR:
                return None
            query = sa.select(_conversations.c.address).where(_conversations.c.id == row.conversation_id)
            address = ADDRESS.load(await connection.scalar(query))
        over = "over" if row.until <= self._clock.now() else "good"
        return WayBack(address, "used" if row.used_at else over)

    async def come_back(self, token: str) -> str:
        now = self._clock.now()
        async with writing(self._engine) as connection:
            row = await _row(connection, token)
            if row is None:
                return ""
            unused = sa.and_(_ways.c.id == row.id, _ways.c.used_at.is_(None), _ways.c.until > now)
            used = await connection.execute(_ways.update().where(unused).values(used_at=now))
        return row.id if used.rowcount else ""

    async def holds(self, conversation_id: str, place: str) -> bool:
        mine = sa.and_(_ways.c.conversation_id == conversation_id, _ways.c.used_at.is_not(None))
        last = sa.select(_ways.c.id).where(mine).order_by(_ways.c.used_at.desc(), _ways.c.id.desc()).limit(1)
        async with reading(self._engine) as connection:
            return (await connection.scalar(last) or "") == place

    async def mailed_to(self, conversation_id: str) -> str:
        """Where the last link back to it went, "" when it is not known any more."""
        last = sa.select(_ways.c.mail).where(_ways.c.conversation_id == conversation_id).order_by(_ways.c.until.desc())
        async with reading(self._engine) as connection:
            return await connection.scalar(last.limit(1)) or ""


async def _row(connection: AsyncConnection, token: str) -> sa.Row | None:
    name, _, secret = token.partition(".")
    row = (await connection.execute(sa.select(_ways).where(_ways.c.id == name))).first()
    return row if row and compare_digest(row.digest, _digest(secret)) else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
