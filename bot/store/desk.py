"""Handoffs as staff see them, and the deployment's single values."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.conversation import Confirmation
from bot.ports import Clock, HandoffView
from bot.store.codec import CONFIRMATION
from bot.store.database import reading, writing
from bot.store.tables import Conversations, Facts, Handoffs

_handoffs, _conversations, _facts = Handoffs.__table__, Conversations.__table__, Facts.__table__

OPEN = ("waiting", "claimed")


class DeskStore:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    # --- handoffs ----------------------------------------------------------------------------------------------------

    async def handoffs(self, *, ended: bool = False) -> list[HandoffView]:
        query = sa.select(_handoffs, _conversations.c.address, _conversations.c.language, _conversations.c.state).join(
            _conversations, _conversations.c.id == _handoffs.c.conversation_id
        )
        opened = query.where(_handoffs.c.status.in_(OPEN)).order_by(_handoffs.c.opened_at, _handoffs.c.id)
        finished = (
            query.where(_handoffs.c.status.not_in(OPEN)).order_by(_handoffs.c.ended_at.desc(), _handoffs.c.id).limit(20)
        )
        async with reading(self._engine) as connection:
            rows = list(await connection.execute(opened)) + (list(await connection.execute(finished)) if ended else [])
        return [_view(row) for row in rows]

    async def handoff(self, handoff_id: str) -> HandoffView | None:
        query = sa.select(_handoffs, _conversations.c.address, _conversations.c.language, _conversations.c.state).join(
            _conversations, _conversations.c.id == _handoffs.c.conversation_id
        )
        async with reading(self._engine) as connection:
            row = (await connection.execute(query.where(_handoffs.c.id == handoff_id))).first()
        return _view(row) if row else None

    async def confirmation(self, handoff_id: str) -> Confirmation | None:
        """The write that an approval handoff decides on."""
        async with reading(self._engine) as connection:
            stored = await connection.scalar(sa.select(_handoffs.c.confirmation).where(_handoffs.c.id == handoff_id))
        return CONFIRMATION.load(stored) if stored else None

    # --- single values -----------------------------------------------------------------------------------------------

    async def remember(self, name: str, value: str) -> None:
        async with writing(self._engine) as connection:
            done = await connection.execute(_facts.update().where(_facts.c.name == name).values(value=value))
            if done.rowcount == 0:
                await connection.execute(_facts.insert().values(name=name, value=value))

    async def recall(self, name: str) -> str:
        async with reading(self._engine) as connection:
            return await connection.scalar(sa.select(_facts.c.value).where(_facts.c.name == name)) or ""


def _view(row: sa.Row) -> HandoffView:
    return HandoffView(
        id=row.id,
        conversation_id=row.conversation_id,
        kind=row.kind,
        reason=row.reason,
        summary=row.summary,
        status=row.status,
        claimed_by=row.claimed_by,
        opened_at=row.opened_at,
        channel=row.address["channel"],
        language=row.language,
        name=row.state.get("name", ""),
    )
