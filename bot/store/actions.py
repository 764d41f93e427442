"""Writes, at most once each, and failed proofs: the two things counted by the database and not by careful code."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.conversation import Confirmation
from bot.ports import Clock
from bot.store.database import reading, writing
from bot.store.inbox import later_waits
from bot.store.tables import Actions, Tries
from bot.turn import Begun

_actions, _tries = Actions.__table__, Tries.__table__

MOST_TRIES = 3
TRIES_COUNT_FOR = timedelta(hours=24)


class ActionStore:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def begin(
        self, confirmation: Confirmation, actor: str, conversation_id: str, *, unless_after: int | None
    ) -> Begun | None:
        """Commit the started row; the check for later messages stands in the same transaction."""
        async with writing(self._engine) as connection:
            known = sa.select(_actions.c.key).where(_actions.c.key == confirmation.id)
            if await connection.scalar(known) is not None:
                return Begun(fresh=False)
            if unless_after is not None and await later_waits(connection, conversation_id, unless_after):
                return None
            await connection.execute(
                _actions.insert().values(
                    key=confirmation.id,
                    conversation_id=conversation_id,
                    verb=confirmation.verb,
                    arguments=confirmation.arguments,
                    version=confirmation.version,
                    actor=actor,
                    state="started",
                    answer=None,
                    started_at=self._clock.now(),
                    finished_at=None,
                )
            )
        return Begun(fresh=True)

    async def begun(self, key: str) -> bool:
        async with reading(self._engine) as connection:
            return await connection.scalar(sa.select(_actions.c.key).where(_actions.c.key == key)) is not None

    async def withdraw(self, key: str) -> None:
        async with writing(self._engine) as connection:
            await connection.execute(_actions.delete().where(_actions.c.key == key, _actions.c.state == "started"))

    async def finish(self, key: str, answer: Mapping[str, Any]) -> None:
        async with writing(self._engine) as connection:
            await connection.execute(
                _actions.update()
                .where(_actions.c.key == key, _actions.c.state == "started")
                .values(state="finished", answer=dict(answer), finished_at=self._clock.now())
            )


class TryStore:
    """Tries to prove who one is, per channel account and per order; a miss counts for a day."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def take(self, account_user: str, order: str) -> int:
        since, subjects = self._clock.now() - TRIES_COUNT_FOR, _subjects(account_user, order)
        async with writing(self._engine) as connection:
            counts = [
                await connection.scalar(
                    sa.select(sa.func.count()).where(_tries.c.subject == subject, _tries.c.at > since)
                )
                for subject in subjects
            ]
            left = max(0, MOST_TRIES - max(count or 0 for count in counts))
            if left:
                await connection.execute(
                    _tries.insert(), [{"subject": subject, "at": self._clock.now()} for subject in subjects]
                )
        return left

    async def right(self, account_user: str, order: str) -> None:
        async with writing(self._engine) as connection:
            for subject in _subjects(account_user, order):
                last = sa.select(sa.func.max(_tries.c.id)).where(_tries.c.subject == subject).scalar_subquery()
                await connection.execute(_tries.delete().where(_tries.c.id == last))


def _subjects(account_user: str, order: str) -> tuple[str, str]:
    return f"user:{account_user}", f"order:{order}"
