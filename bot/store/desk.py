"""Handoffs as staff see them, and the deployment's single values."""

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.conversation import SESSION_SILENCE, Confirmation, Conversation, Status, from_state
from bot.deadlines import KINDS
from bot.messages import Address, Called
from bot.office import OPEN, HandoffView, Ratings, RunningChat
from bot.ports import Clock
from bot.roles import Right, Role, may
from bot.routing import Crew
from bot.store.codec import ADDRESS, CONFIRMATION
from bot.store.database import reading, writing
from bot.store.staff import strengths_of
from bot.store.tables import Conversations, DeskThreads, Facts, Handoffs, Staff, StaffLinks, Timers, Turns
from bot.triage import in_order

_handoffs, _conversations, _facts = Handoffs.__table__, Conversations.__table__, Facts.__table__
_staff, _timers, _threads, _turns = Staff.__table__, Timers.__table__, DeskThreads.__table__, Turns.__table__

# each handoff with what its conversation tells of it, and who has it as he is called now
_LISTED = (
    sa.select(
        _handoffs, _conversations.c.address, _conversations.c.language, _conversations.c.state,
        sa.func.coalesce(_staff.c.name, _handoffs.c.claimed_by).label("claimed_name"),
    )
    .join(_conversations, _conversations.c.id == _handoffs.c.conversation_id)
    .join(_staff, _staff.c.id == _handoffs.c.claimed_by, isouter=True)
)  # fmt: skip
LEADS = [role for role in Role if may(role, Right.APPROVALS)]
MOST_RUNNING = 50  # conversations of the bot that are listed
MOST_CLAIMS, CLAIMS_COUNT_FOR = 20, timedelta(days=14)  # of which a shopper's wait is worked out


class DeskStore:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    # --- handoffs ----------------------------------------------------------------------------------------------------

    async def handoffs(self, *, ended: bool = False) -> list[HandoffView]:
        opened = _LISTED.where(_handoffs.c.status.in_(OPEN)).order_by(_handoffs.c.away_until)
        newest = (_handoffs.c.ended_at.desc(), _handoffs.c.id)
        finished = _LISTED.where(_handoffs.c.status.not_in(OPEN)).order_by(*newest).limit(20)
        async with reading(self._engine) as connection:
            open_ones = list(await connection.execute(opened))
            over = list(await connection.execute(finished)) if ended else []
            due = await _due(connection)
        now = self._clock.now()
        views = [replace(_view(row, now), due=due.get(row.id)) for row in open_ones]
        away = [view for view in views if view.away_until] if ended else []
        here = in_order((view for view in views if not view.away_until), now)
        return [*here, *away, *(_view(row, now) for row in over)]

    async def handoff(self, handoff_id: str) -> HandoffView | None:
        async with reading(self._engine) as connection:
            row = (await connection.execute(_LISTED.where(_handoffs.c.id == handoff_id))).first()
        return _view(row, self._clock.now()) if row else None

    async def running(self) -> list[RunningChat]:
        """Conversations of the last day that no person has or is waited for in, the latest first."""
        lately = _conversations.c.updated_at > self._clock.now() - SESSION_SILENCE
        said = sa.and_(_turns.c.conversation_id == _conversations.c.id, _turns.c.speaker.in_(("user", "bot")))
        last = sa.select(sa.func.max(_turns.c.id)).where(said).correlate(_conversations).scalar_subquery()
        query = (
            sa.select(_conversations, _turns.c.text, _turns.c.at)
            .join(_turns, _turns.c.id == last)
            .where(_conversations.c.status == Status.BOT, lately)
            .order_by(_turns.c.id.desc())
            .limit(MOST_RUNNING)
        )
        async with reading(self._engine) as connection:
            rows = list(await connection.execute(query))
        return [
            RunningChat(row.id, row.address["channel"], row.language, row.state.get("name", ""), row.at, row.text)
            for row in rows
        ]

    async def open_chat(self, conversation_id: str) -> str:
        """The id of the handoff by which a person has it, or is waited for; "" when the bot has it alone."""
        mine = sa.select(_handoffs.c.id).where(
            _handoffs.c.conversation_id == conversation_id, _handoffs.c.kind == "chat", _handoffs.c.status.in_(OPEN)
        )
        async with reading(self._engine) as connection:
            return await connection.scalar(mine.order_by(_handoffs.c.opened_at.desc()).limit(1)) or ""

    async def handoff_at(self, desk: Address) -> HandoffView | None:
        """The handoff whose thread this place of a desk is."""
        mine = sa.select(_threads.c.handoff_id).where(_threads.c.reference == desk.desk_ref)
        async with reading(self._engine) as connection:
            handoff_id = await connection.scalar(mine)
        return await self.handoff(handoff_id) if handoff_id else None

    async def confirmation(self, handoff_id: str) -> Confirmation | None:
        """The write that an approval handoff decides on."""
        async with reading(self._engine) as connection:
            stored = await connection.scalar(sa.select(_handoffs.c.confirmation).where(_handoffs.c.id == handoff_id))
        return CONFIRMATION.load(stored) if stored else None

    async def claims(self) -> list[tuple[datetime, datetime]]:
        """When the chats that were claimed last were opened and claimed; those of long ago say nothing of today."""
        lately = sa.and_(_handoffs.c.kind == "chat", _handoffs.c.claimed_at > self._clock.now() - CLAIMS_COUNT_FOR)
        times = sa.select(_handoffs.c.opened_at, _handoffs.c.claimed_at).where(lately)
        async with reading(self._engine) as connection:
            rows = await connection.execute(times.order_by(_handoffs.c.claimed_at.desc()).limit(MOST_CLAIMS))
            return [(row.opened_at, row.claimed_at) for row in rows]

    async def ratings(self) -> Ratings | None:
        figures = sa.select(sa.func.avg(_handoffs.c.stars), sa.func.count(_handoffs.c.stars))
        async with reading(self._engine) as connection:
            average, count = (await connection.execute(figures)).one()
        return Ratings(float(average), count) if count else None

    async def colleagues(self) -> list[str]:
        """The names that shoppers see of all members of staff."""
        async with reading(self._engine) as connection:
            return list(await connection.scalars(sa.select(_staff.c.name).distinct().order_by(_staff.c.name)))

    async def leads(self) -> list[Called]:
        """Those who may approve, and who they are on the platforms of the desks."""
        links = StaffLinks.__table__
        mine = (
            sa.select(_staff.c.id, _staff.c.name, links.c.channel, links.c.account, links.c.user_id)
            .join(links, links.c.staff_id == _staff.c.id, isouter=True)
            .where(_staff.c.role.in_(LEADS))
            .order_by(_staff.c.name, _staff.c.id, links.c.since)
        )
        async with reading(self._engine) as connection:
            rows = list(await connection.execute(mine))
        found = {row.id: Called(row.name) for row in rows}
        for row in rows:
            if row.user_id:
                person = Address(row.channel, row.account, "", user=row.user_id)
                found[row.id] = replace(found[row.id], people=(*found[row.id].people, person))
        return list(found.values())

    async def crew(self) -> list[Crew]:
        """All members of staff, with how many conversations each has just now."""
        mine = sa.select(_handoffs.c.claimed_by, sa.func.count().label("number")).where(
            _handoffs.c.status == "claimed", _handoffs.c.kind == "chat", _handoffs.c.away_until.is_(None)
        )
        async with reading(self._engine) as connection:
            rows = list(await connection.execute(sa.select(_staff).order_by(_staff.c.name)))
            claimed = await connection.execute(mine.group_by(_handoffs.c.claimed_by))
            has = {row.claimed_by: row.number for row in claimed}
        return [Crew(row.name, strengths_of(row), has.get(row.id, 0), row.id) for row in rows]

    # --- single values -----------------------------------------------------------------------------------------------

    async def remember(self, name: str, value: str) -> None:
        async with writing(self._engine) as connection:
            done = await connection.execute(_facts.update().where(_facts.c.name == name).values(value=value))
            if done.rowcount == 0:
                await connection.execute(_facts.insert().values(name=name, value=value))

    async def recall(self, name: str) -> str:
        async with reading(self._engine) as connection:
            return await connection.scalar(sa.select(_facts.c.value).where(_facts.c.name == name)) or ""


async def _due(connection: AsyncConnection) -> dict[str, datetime]:
    """Handoff id → the next of its deadlines."""
    kept = sa.select(_timers.c.subject, sa.func.min(_timers.c.due).label("due")).where(_timers.c.kind.in_(KINDS))
    return {row.subject: row.due for row in await connection.execute(kept.group_by(_timers.c.subject))}


def _view(row: sa.Row, now: datetime) -> HandoffView:
    return HandoffView(
        id=row.id,
        conversation_id=row.conversation_id,
        kind=row.kind,
        reason=row.reason,
        summary=row.summary,
        summaries=row.summaries,
        status=row.status,
        claimed_by=row.claimed_name,
        claimer=row.claimed_by,
        opened_at=row.opened_at,
        channel=row.address["channel"],
        language=row.language,
        name=row.state.get("name", ""),
        account=_account(row),
        packed_by=row.packed_by,
        missed=row.missed,
        away_until=row.away_until if row.away_until and row.away_until > now else None,
        stars=row.stars,
        word=row.word,
        closing=row.closing,
    )


def _account(row: sa.Row) -> str:
    """Who the shopper had proved to be when the handoff was opened."""
    blank = Conversation(row.conversation_id, ADDRESS.load(row.address))
    proof = from_state(row.state, blank)[0].proof
    return proof.account if proof and proof.until > row.opened_at else ""
