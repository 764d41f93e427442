"""Replies of the bot that a person overtakes: kept back while he comes, then a note for staff, or said after all.

Results of writes and the handoff message are no such replies: they always go out.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Kind, Sender
from bot.store.codec import REPLY
from bot.store.tables import WAITS, Handoffs, Inbox, Outbox, Turns

_inbox, _outbox, _turns, _handoffs = Inbox.__table__, Outbox.__table__, Turns.__table__, Handoffs.__table__


async def person_comes(connection: AsyncConnection, conversation_id: str) -> bool:
    """Whether a person is taking over: he has claimed what is open, or has written, or takes what is on no desk.

    A text in an approval's thread takes nothing over, and neither does a claim of what has ended.
    """
    waiting = sa.select(_inbox.c.message).where(
        _inbox.c.conversation_id == conversation_id, WAITS, _inbox.c.sender == Sender.STAFF
    )
    acts = [row.message for row in (await connection.execute(waiting)).all()]
    if any(act.get("conversation_id") for act in acts):
        return True
    written = {act["handoff_id"] for act in acts if act["kind"] == Kind.TEXT}
    claimed = {act["handoff_id"] for act in acts if act["act"] == "claim"}
    taken = sa.select(_handoffs.c.id).where(
        _handoffs.c.kind != "approval",
        sa.or_(
            _handoffs.c.id.in_(written), sa.and_(_handoffs.c.id.in_(claimed), _handoffs.c.status == "waiting")
        ),
    )  # fmt: skip
    return await connection.scalar(taken.limit(1)) is not None


async def hold(connection: AsyncConnection, conversation_id: str) -> list[str]:
    """A person owns it now: what was not begun stays unsent and becomes a note. Returns the texts."""
    unsent = sa.and_(
        _outbox.c.conversation_id == conversation_id,
        _outbox.c.kind == "reply",
        sa.or_(_outbox.c.state == "kept", sa.and_(_outbox.c.state == "waiting", _outbox.c.attempts == 0)),
    )
    rows = (await connection.execute(sa.select(_outbox).where(unsent).order_by(_outbox.c.id))).all()
    await connection.execute(_outbox.update().where(_outbox.c.id.in_([row.id for row in rows])).values(state="held"))
    for row in rows:
        await speak_line(connection, row.conversation_id, row.at, row.payload["text"], "note")
    return [REPLY.load(row.payload).as_text() for row in rows]


async def let_go(connection: AsyncConnection, conversation_id: str) -> None:
    """Nobody came after all: what was kept back is said."""
    kept = sa.and_(_outbox.c.conversation_id == conversation_id, _outbox.c.state == "kept")
    rows = (await connection.execute(sa.select(_outbox).where(kept))).all()
    if not rows:
        return
    await connection.execute(_outbox.update().where(kept).values(state="waiting"))
    for row in rows:
        await speak_line(connection, row.conversation_id, row.at, row.payload["text"], "bot")


async def speak_line(connection: AsyncConnection, conversation_id: str, at: datetime, text: str, speaker: str) -> None:
    """Make a reply's line in the transcript the bot's, or a note that only staff see."""
    line = sa.and_(  # written in the same commit as the reply, at the same moment
        _turns.c.conversation_id == conversation_id, _turns.c.speaker.in_(("bot", "note")), _turns.c.author == "",
        _turns.c.at == at, _turns.c.text == text,
    )  # fmt: skip
    await connection.execute(_turns.update().where(line).values(speaker=speaker))
