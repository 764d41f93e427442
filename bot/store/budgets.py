"""When a chat and an account may be sent the next message: rows that all processes on this store share."""

from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import StoreError
from bot.ports import Pace, Rate
from bot.store.database import writing
from bot.store.tables import Budgets

_budgets = Budgets.__table__
AGAIN = 1.0  # seconds
TAKEN = timedelta(minutes=5)  # longer than any delivery, its parts and files included


def free(now: datetime) -> sa.ColumnElement[bool]:
    """Whether a budget lets a message go now; also where there is no row."""
    moments = (_budgets.c.next_at, _budgets.c.blocked_until, _budgets.c.taken_until)
    return sa.and_(*(sa.or_(moment.is_(None), moment <= now) for moment in moments))


async def spent(connection: AsyncConnection, now: datetime) -> set[str]:
    """The accounts that may send nothing now."""
    mine = sa.and_(_budgets.c.key.startswith("account:"), sa.not_(free(now)))
    return set(await connection.scalars(sa.select(_budgets.c.key).where(mine)))


async def spend(connection: AsyncConnection, now: datetime, lane: str, account: str, pace: Pace) -> bool:
    """Take the lane for one message and count it; False, and nothing is changed, when it may not go now.

    IntegrityError when another process has made one of the rows at the same moment.
    """
    query = sa.select(_budgets, free(now).label("free")).where(_budgets.c.key.in_((lane, account)))
    rows = {row.key: row for row in await connection.execute(query.order_by(_budgets.c.key).with_for_update())}
    if not all(row.free for row in rows.values()):
        return False
    due = {key: row.next_at for key, row in rows.items()}
    await _write(connection, rows, lane, next_at=_after(due.get(lane), pace.chat, now), taken_until=now + TAKEN)
    if pace.account.seconds:
        await _write(connection, rows, account, next_at=_after(due.get(account), pace.account, now))
    return True


class CallStore:
    """Calls that a platform counts one by one in a window that moves along."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def spend(self, key: str, now: datetime, most: int, seconds: float, behind: int = 0) -> float:
        window = timedelta(seconds=seconds)
        try:
            async with writing(self._engine) as connection:
                query = sa.select(_budgets.c.key, _budgets.c.spent).where(_budgets.c.key == key).with_for_update()
                row = (await connection.execute(query)).first()
                made = [datetime.fromisoformat(at) for at in (row.spent or ())] if row else []
                made = sorted(at for at in made if now - at < window)
                over = len(made) + behind - most
                if over >= 0:
                    return (made[over] + window - now).total_seconds()
                known = (key,) if row else ()
                await _write(connection, known, key, spent=[at.isoformat() for at in (*made, now)])
        except IntegrityError:  # another process has made the row at the same moment
            return AGAIN
        except SQLAlchemyError as error:
            raise StoreError(f"a call could not be counted: {type(error).__name__}") from error
        return 0.0


async def release(connection: AsyncConnection, lane: str) -> None:
    await connection.execute(_budgets.update().where(_budgets.c.key == lane).values(taken_until=None))


async def release_all(connection: AsyncConnection) -> None:
    """When no other process sends."""
    await connection.execute(_budgets.update().values(taken_until=None))


async def block(connection: AsyncConnection, keys: Sequence[str], until: datetime) -> None:
    """Nothing goes there before; a longer block stays."""
    query = sa.select(_budgets).where(_budgets.c.key.in_(keys))
    rows = {row.key: row for row in await connection.execute(query.order_by(_budgets.c.key).with_for_update())}
    for key in keys:
        known = rows[key].blocked_until if key in rows else None
        await _write(connection, rows, key, blocked_until=max(known or until, until))


async def _write(connection: AsyncConnection, known: Container[str], key: str, **values: Any) -> None:
    if key in known:
        await connection.execute(_budgets.update().where(_budgets.c.key == key).values(values))
    else:
        await connection.execute(_budgets.insert().values(key=key, **values))


def _after(due: datetime | None, rate: Rate, now: datetime) -> datetime | None:
    """When the message after this one may go: a whole burst is saved up while nothing is sent."""
    if not rate.seconds:
        return due
    saved = now - timedelta(seconds=rate.seconds * (rate.burst - 1))
    return max(due or saved, saved) + timedelta(seconds=rate.seconds)
