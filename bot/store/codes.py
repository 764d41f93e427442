"""One-time codes, signed links that were used, and the log of proofs: what the database counts of identity.

A code is never stored, not even as a hash (a million tries would find it): it is worked out from a random salt and the
home's key, when the mail goes out and when a code is typed. Who reads the database alone learns nothing.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.codes import DIGITS, MINUTES
from bot.ports import Clock
from bot.store.database import reading, writing
from bot.store.tables import Codes, Proofs, UsedLinks
from bot.turn import CodeCheck, Tried

_codes, _links, _proofs = Codes.__table__, UsedLinks.__table__, Proofs.__table__

LASTS = timedelta(minutes=MINUTES)
MOST_TRIES = 5  # of one code
MOST_SENT, SENT_COUNT_FOR = 3, timedelta(hours=1)  # per order, and per person
KEPT_FOR = timedelta(days=1)  # rows of codes and links that have run out; the log keeps what came of them


class CodeStore:
    """Implements bot.turn.OneTimeCodes."""

    def __init__(self, engine: AsyncEngine, clock: Clock, key: bytes, new_salt: Callable[[], bytes]) -> None:
        """`key` never leaves the home; `new_salt` gives 16 unguessable bytes."""
        self._engine, self._clock, self._key, self._new_salt = engine, clock, key, new_salt

    async def issue(self, account_user: str, order: str, turn: str) -> tuple[str, datetime] | None:
        now, mine = self._clock.now(), _of(account_user, order)
        async with writing(self._engine) as connection:
            again = sa.select(_codes.c.salt, _codes.c.until).where(mine, _codes.c.turn == turn)
            if row := (await connection.execute(again.order_by(_codes.c.id.desc()))).first():
                return row.salt, row.until
            for subject in (_codes.c.who == account_user, _codes.c.order_number == order):
                sent = sa.select(sa.func.count()).where(subject, _codes.c.sent_at > now - SENT_COUNT_FOR)
                if (await connection.scalar(sent) or 0) >= MOST_SENT:
                    return None
            await connection.execute(_codes.delete().where(_codes.c.sent_at < now - KEPT_FOR))
            older = _codes.update().where(mine, _codes.c.used_by == "")
            await connection.execute(older.values(used_by="replaced"))
            salt, until = self._new_salt().hex(), now + LASTS
            row = {"who": account_user, "order_number": order, "salt": salt, "turn": turn, "sent_at": now}
            await connection.execute(_codes.insert().values(**row, until=until, tries=0, used_by=""))
        return salt, until

    async def check(self, account_user: str, order: str, typed: str, turn: str) -> CodeCheck:
        async with writing(self._engine) as connection:
            newest = sa.select(_codes).where(_of(account_user, order)).order_by(_codes.c.id.desc()).limit(1)
            row = (await connection.execute(newest)).first()
            if row is None:
                return CodeCheck("over")
            right = hmac.compare_digest(self._code(row.salt).encode(), typed.encode())
            if right and row.used_by == turn:
                return CodeCheck("right")  # this turn had used it before it was cut off
            one = _codes.c.id == row.id
            tried = _codes.update().where(one, self._usable()).values(tries=_codes.c.tries + 1)
            if (await connection.execute(tried.values(used_by=turn) if right else tried)).rowcount != 1:
                return CodeCheck("over")
            tries = await connection.scalar(sa.select(_codes.c.tries).where(one))
        return CodeCheck("right") if right else CodeCheck("wrong", MOST_TRIES - tries)

    async def live(self, account_user: str, typed: str) -> bool:
        usable = sa.select(_codes.c.salt).where(_codes.c.who == account_user, self._usable())
        async with reading(self._engine) as connection:
            salts = (await connection.execute(usable)).scalars().all()
        return any(hmac.compare_digest(self._code(salt).encode(), typed.encode()) for salt in salts)

    async def reveal(self, salt: str) -> str:
        """The code of a salt, for the mail that carries it; "" once nobody could use it."""
        usable = sa.select(_codes.c.salt).where(_codes.c.salt == salt, self._usable())
        async with reading(self._engine) as connection:
            return self._code(salt) if await connection.scalar(usable) else ""

    def _usable(self) -> sa.ColumnElement[bool]:
        return sa.and_(_codes.c.used_by == "", _codes.c.tries < MOST_TRIES, _codes.c.until > self._clock.now())

    def _code(self, salt: str) -> str:
        mac = hmac.new(self._key, bytes.fromhex(salt), hashlib.sha256).digest()
        return str(int.from_bytes(mac[:8], "big") % 10**DIGITS).zfill(DIGITS)  # 64 bits: no digit is favoured


def _of(account_user: str, order: str) -> sa.ColumnElement[bool]:
    return sa.and_(_codes.c.who == account_user, _codes.c.order_number == order)


class LinkStore:
    """Implements bot.turn.UsedLinkRows."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def take(self, digest: str, account_user: str, until: datetime) -> bool:
        try:
            async with writing(self._engine) as connection:
                if (by := await _taken_by(connection, digest)) is not None:
                    return by == account_user
                await connection.execute(_links.delete().where(_links.c.until < self._clock.now() - KEPT_FOR))
                await connection.execute(_links.insert().values(digest=digest, who=account_user, until=until))
            return True
        except IntegrityError:  # two came with it at the same moment
            async with reading(self._engine) as connection:
                return await _taken_by(connection, digest) == account_user


async def _taken_by(connection: AsyncConnection, digest: str) -> str | None:
    return await connection.scalar(sa.select(_links.c.who).where(_links.c.digest == digest))


class ProofStore:
    """Implements bot.turn.ProofLog."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def note(self, tried: Tried) -> None:
        row = {"at": tried.at, "who": tried.who, "order_number": tried.order, "means": tried.means}
        async with writing(self._engine) as connection:
            await connection.execute(_proofs.insert().values(**row, outcome=tried.outcome))

    async def last(self, most: int) -> list[Tried]:
        """The newest tries, newest first."""
        query = sa.select(_proofs).order_by(_proofs.c.id.desc()).limit(most)
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return [Tried(row.at, row.who, row.order_number, row.means, row.outcome) for row in rows]
