"""Takes away what is kept of a person: conversations, handoffs, proofs, and files that nobody else has sent too."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import BadInput
from bot.store.codec import ADDRESS
from bot.store.database import writing
from bot.store.tables import (
    Actions,
    Budgets,
    Codes,
    Conversations,
    DeskThreads,
    Handoffs,
    Inbox,
    Outbox,
    Promises,
    Proofs,
    Timers,
    Tries,
    Turns,
    UsedLinks,
    WaysBack,
)

_conversations, _handoffs, _turns = Conversations.__table__, Handoffs.__table__, Turns.__table__
_actions = Actions.__table__
# all that hangs on a conversation, or on the person himself
OF_CONVERSATION = tuple(table.__table__ for table in (Inbox, Outbox, Turns, Timers, Promises, Handoffs, WaysBack))
OF_PERSON = tuple(table.__table__ for table in (Codes, UsedLinks, Proofs))


@dataclass(frozen=True, slots=True)
class Forgotten:
    person: str  # Address.account_user
    conversations: int
    handoffs: int
    files: int


class ErasureStore:
    def __init__(self, engine: AsyncEngine, files: Path) -> None:
        self._engine, self._files = engine, files

    async def forget(self, who: str) -> Forgotten:
        """`who`: a person as the log of proofs names him, or the id of one of his handoffs. BadInput for neither.

        The log of what staff did stays, which holds no words; so do orders, which are the shop's. A write that has
        begun and not ended is kept until it is known what became of it.
        """
        async with writing(self._engine) as connection:
            person, mine = await _conversations_of(connection, who)
            digests = await _files_of(connection, mine)
            opened = sa.select(_handoffs.c.id).where(_handoffs.c.conversation_id.in_(mine))
            handoffs = list(await connection.scalars(opened))
            threads = DeskThreads.__table__
            await connection.execute(threads.delete().where(threads.c.handoff_id.in_(handoffs)))
            await _forget_lanes(connection, mine)
            for table in OF_CONVERSATION:
                await connection.execute(table.delete().where(table.c.conversation_id.in_(mine)))
            ended = sa.and_(_actions.c.conversation_id.in_(mine), _actions.c.state == "finished")
            await connection.execute(_actions.delete().where(ended))
            for table in OF_PERSON:
                await connection.execute(table.delete().where(table.c.who == person))
            tries = Tries.__table__
            await connection.execute(tries.delete().where(tries.c.subject == f"user:{person}"))
            await connection.execute(_conversations.delete().where(_conversations.c.id.in_(mine)))
            alone = [digest for digest in digests if not await _sent_by_others(connection, digest)]
        for digest in alone:
            (self._files / digest).unlink(missing_ok=True)
        return Forgotten(person, len(mine), len(handoffs), len(alone))


async def _conversations_of(connection: AsyncConnection, who: str) -> tuple[str, list[str]]:
    rows = list(await connection.execute(sa.select(_conversations.c.id, _conversations.c.address)))
    people = {row.id: ADDRESS.load(row.address).account_user for row in rows}
    talked = await connection.scalar(sa.select(_handoffs.c.conversation_id).where(_handoffs.c.id == who))
    person = people.get(talked or "", who)
    mine = [conversation for conversation, one in people.items() if one == person]
    if not mine:
        raise BadInput(f"nobody is known as {who}: give a person as `shophand audit` lists him, or a handoff's id")
    return person, mine


async def _forget_lanes(connection: AsyncConnection, conversations: Collection[str]) -> None:
    """The budgets of the chats and mailboxes that only these conversations were sent to."""
    lane, his = Outbox.__table__.c.lane, Outbox.__table__.c.conversation_id.in_(conversations)
    shared = sa.select(lane).where(sa.not_(his))
    budget = Budgets.__table__
    alone = sa.select(lane).where(his, lane.not_in(shared), sa.not_(lane.startswith("desk:")))
    await connection.execute(budget.delete().where(budget.c.key.in_(alone)))


async def _files_of(connection: AsyncConnection, conversations: Collection[str]) -> set[str]:
    records = await connection.scalars(sa.select(_turns.c.record).where(_turns.c.conversation_id.in_(conversations)))
    return {digest for record in records for digest in record.get("attachments", ())}


async def _sent_by_others(connection: AsyncConnection, digest: str) -> bool:
    """Asked when what this person sent is gone."""
    there = sa.select(_turns.c.id).where(sa.cast(_turns.c.record, sa.Text).contains(digest))
    return await connection.scalar(there.limit(1)) is not None
