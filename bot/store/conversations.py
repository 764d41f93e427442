"""Load a conversation, and step 10: everything a turn leaves behind, in one short transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.conversation import Conversation, HandoffNote, Proof, Status, Utterance, from_state, to_state
from bot.errors import LeaseLost
from bot.messages import Address, DeskPost, InboundMessage, Reply, Sender
from bot.office import OPEN, Deed
from bot.ports import Clock, TranscriptLine
from bot.store import overtaken
from bot.store.audit import note
from bot.store.codec import ADDRESS, CARDS, CONFIRMATION, DESK_POST, REPLY
from bot.store.database import UtcTime, reading, writing
from bot.store.promises import write_promise
from bot.store.tables import Conversations, Handoffs, Inbox, Outbox, Timers, Turns
from bot.turn import Attempt, Claim, HandoffChange, Line, Sending, TimerChange, TurnResult

_conversations, _turns, _inbox = Conversations.__table__, Turns.__table__, Inbox.__table__
_outbox, _handoffs, _timers = Outbox.__table__, Handoffs.__table__, Timers.__table__


class ConversationStore:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def load(self, conversation_id: str) -> tuple[Conversation, bool]:
        """The conversation, and False when its stored state could not be read and it starts a new session."""
        async with reading(self._engine) as connection:
            row = (
                await connection.execute(sa.select(_conversations).where(_conversations.c.id == conversation_id))
            ).one()
            blank = Conversation(
                id=row.id, address=ADDRESS.load(row.address), version=row.version, language=row.language
            )
            conversation, intact = from_state(row.state, blank) if row.state else (blank, True)
            return conversation if intact else await _recovered(connection, conversation), intact

    async def history(self, conversation_id: str, session: int, limit: int = 6) -> tuple[Utterance, ...]:
        """The last turns of this session that the model may read, oldest first."""
        query = (
            sa.select(_turns.c.speaker, _turns.c.text)
            .where(
                _turns.c.conversation_id == conversation_id,
                _turns.c.session == session,
                _turns.c.speaker.in_(("user", "bot")),
            )
            .order_by(_turns.c.id.desc())
            .limit(limit)
        )
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return tuple(Utterance("user" if row.speaker == "user" else "system", row.text) for row in reversed(rows))

    async def attempts(self, conversation_id: str, session: int) -> tuple[Attempt, ...]:
        """What the bot made of the messages of this session, oldest first."""
        mine = (_turns.c.conversation_id == conversation_id, _turns.c.session == session, _turns.c.speaker == "user")
        async with reading(self._engine) as connection:
            records = list(await connection.scalars(sa.select(_turns.c.record).where(*mine).order_by(_turns.c.id)))
        return tuple(Attempt(record.get("intent") or "", tuple(record.get("acts", ()))) for record in records)

    async def transcript(self, conversation_id: str, after: int = 0, *, notes: bool = False) -> list[TranscriptLine]:
        query = (
            sa.select(_turns)
            .where(_turns.c.conversation_id == conversation_id, _turns.c.id > after)
            .order_by(_turns.c.id)
        )
        if not notes:
            query = query.where(_turns.c.speaker != "note")
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return [
            TranscriptLine(
                id=row.id,
                speaker=row.speaker,
                text=row.text,
                at=row.at,
                buttons=tuple((label, value) for label, value in row.buttons),
                author=row.author,
                source_id=row.record.get("source_id", ""),
                attachments=tuple(row.record.get("attachments", ())),
                names=row.record.get("names", {}),
                cards=CARDS.load(row.cards),
                suggestion=row.record.get("suggestion", "") if notes else "",
                answers=row.record.get("answers", 0),
            )
            for row in rows
        ]

    async def records(self, conversation_id: str, after: int) -> list[tuple[int, str, dict[str, Any]]]:
        """(line id, speaker, record) of the lines after a line id: what the learning loop keeps."""
        query = (
            sa.select(_turns.c.id, _turns.c.speaker, _turns.c.record)
            .where(_turns.c.conversation_id == conversation_id, _turns.c.id > after)
            .order_by(_turns.c.id)
        )
        async with reading(self._engine) as connection:
            return [(row.id, row.speaker, row.record) for row in await connection.execute(query)]

    async def vouch(self, address: Address, proof: Proof) -> None:
        """Begin a conversation, or go on with it, as a shopper whom a trusted place has already verified."""
        now, conversation_id = self._clock.now(), address.conversation_id
        mine = _conversations.c.id == conversation_id
        async with writing(self._engine) as connection:
            row = (await connection.execute(sa.select(_conversations).where(mine))).first()
            blank = Conversation(id=conversation_id, address=address, version=row.version if row else 0)
            known = from_state(row.state, blank)[0] if row and row.state else blank
            state = to_state(replace(known, proof=proof))
            if row:
                await connection.execute(_conversations.update().where(mine).values(state=state, updated_at=now))
                return
            await connection.execute(
                _conversations.insert().values(
                    id=conversation_id,
                    address=ADDRESS.dump(address),
                    status=known.status,
                    language="",
                    state=state,
                    version=0,
                    lease_owner="",
                    lease_until=None,
                    created_at=now,
                    updated_at=now,
                )
            )

    async def commit(self, claim: Claim, result: TurnResult) -> int:
        """Write the turn, all or nothing, and give the conversation free. LeaseLost when it is no longer ours.

        Returns the id of the last transcript line.
        """
        now, conversation = self._clock.now(), result.conversation
        async with writing(self._engine) as connection:
            mine = sa.and_(
                _conversations.c.id == claim.conversation_id,
                _conversations.c.lease_owner == claim.owner,
                _conversations.c.version == conversation.version,
            )
            newest = conversation.settled
            first = claim.rows[0].message
            if first.sender is not Sender.CLOCK and first.act != "note":  # they ask nothing that a yes could be for
                newest = await connection.scalar(
                    sa.select(sa.func.max(_inbox.c.id)).where(_inbox.c.conversation_id == claim.conversation_id)
                )
            moved = await connection.execute(
                _conversations.update()
                .where(mine)
                .values(
                    status=conversation.status,
                    language=conversation.language,
                    state=to_state(replace(conversation, settled=newest)),
                    version=conversation.version + 1,
                    lease_owner="",
                    lease_until=None,
                    updated_at=now,
                )
            )
            if moved.rowcount != 1:
                raise LeaseLost(f"conversation {claim.conversation_id} was taken over")
            await connection.execute(
                _inbox.update().where(_inbox.c.id.in_([row.id for row in claim.rows])).values(done=True)
            )
            for row_id, text in result.hidden.items():
                kept = await connection.scalar(sa.select(_inbox.c.message).where(_inbox.c.id == row_id))
                await connection.execute(
                    _inbox.update().where(_inbox.c.id == row_id).values(message={**kept, "text": text})
                )
            person_comes = await overtaken.person_comes(connection, claim.conversation_id)
            for change in result.handoffs:
                await _write_handoff(connection, claim.conversation_id, change, now)
                await _note_act(connection, claim.rows[0].message, change, now)
            if rated := result.rated:
                mine = _handoffs.c.id == rated.handoff_id
                await connection.execute(_handoffs.update().where(mine).values(stars=rated.stars, word=rated.word))
            last = 0
            for line in result.lines:
                last = await _write_line(connection, conversation, line, now, keep=person_comes)
            unsent: list[str] = []
            if conversation.status is Status.STAFF:
                unsent = await overtaken.hold(connection, claim.conversation_id)
            elif not person_comes:
                await overtaken.let_go(connection, claim.conversation_id)
            for sending in _told(result.sendings, unsent):
                answer = _quoting(sending, conversation.address, claim)
                await _write_sending(connection, conversation, answer, now, keep=person_comes)
            for timer in result.timers:
                await _write_timer(connection, claim.conversation_id, timer)
            for promise in result.promises:
                await write_promise(connection, claim.conversation_id, promise, now)
        return last


async def _recovered(connection: AsyncConnection, blank: Conversation) -> Conversation:
    """Who has the conversation is known from the handoffs, whatever has become of its state."""
    last = sa.select(sa.func.max(_turns.c.session)).where(_turns.c.conversation_id == blank.id)
    open_ones = sa.select(_handoffs).where(
        _handoffs.c.conversation_id == blank.id, _handoffs.c.status.in_(OPEN)
    )
    conversation = replace(blank, session=(await connection.scalar(last) or 0) + 1)
    for row in (await connection.execute(open_ones.order_by(_handoffs.c.opened_at))).all():
        subject = CONFIRMATION.load(row.confirmation).subject if row.confirmation else ""
        note = HandoffNote(row.id, row.reason, row.summary, row.status, subject, row.away_until is not None)
        if row.kind == "approval":
            conversation = replace(conversation, approvals=(*conversation.approvals, note))
        elif row.kind == "case" and row.status == "waiting":
            conversation = replace(conversation, cases=(*conversation.cases, note))
        else:
            status = Status.STAFF if row.status == "claimed" else Status.WAITING
            conversation = replace(conversation, status=status, handoff=note)
    return conversation


def _told(sendings: Sequence[Sending], unsent: Sequence[str]) -> Iterator[Sending]:
    """What is sent; a post about what the bot was about to say gets its words, or is left out."""
    for sending in sendings:
        if sending.kind != "unsent":
            yield sending
        elif unsent and isinstance(sending.payload, DeskPost):
            text = "\n".join([sending.payload.text, *unsent])
            yield replace(sending, payload=replace(sending.payload, kind="note", text=text))


def _quoting(sending: Sending, address: Address, claim: Claim) -> Sending:
    """Where others talk too, with what it answers: the shopper's last words of this turn."""
    said = [row.message.source_id for row in claim.rows if row.message.sender is Sender.SHOPPER]
    if address.private or not said or sending.mail or not isinstance(sending.payload, Reply):
        return sending
    return replace(sending, payload=replace(sending.payload, answers=said[-1]))


async def _write_line(
    connection: AsyncConnection, conversation: Conversation, line: Line, now: datetime, *, keep: bool
) -> int:
    kept_back = keep and line.speaker == "bot" and line.record.get("kind") == "reply"
    done = await connection.execute(
        _turns.insert().values(
            conversation_id=conversation.id,
            session=conversation.session,
            speaker="note" if kept_back else line.speaker,
            text=line.text,
            buttons=[list(button) for button in line.buttons],
            cards=CARDS.dump(line.cards),
            author=line.author,
            record=line.record,
            at=now,
        )
    )
    return int(done.inserted_primary_key[0])


async def _write_sending(
    connection: AsyncConnection, conversation: Conversation, sending: Sending, now: datetime, *, keep: bool
) -> None:
    address = conversation.address
    if sending.desk:
        target = lane = f"desk:{sending.desk}"
    elif sending.mail:
        target, lane = "mail", f"mail:{sending.mail}"
    else:
        target, lane = "channel", f"{address.channel}:{address.account}:{address.chat}"
    once = {"handoff_id": sending.handoff_id or None, "kind": sending.kind, "part": f"{sending.desk}{sending.part}"}
    if sending.handoff_id:
        same = sa.select(_outbox.c.id).where(*(_outbox.c[name] == value for name, value in once.items()))
        if await connection.scalar(same) is not None:
            return
    payload = REPLY.dump(sending.payload) if isinstance(sending.payload, Reply) else DESK_POST.dump(sending.payload)
    sent_to = {
        **ADDRESS.dump(address),
        **({"channel": "mail", "account": "", "chat": sending.mail, "thread": "", "user": ""} if sending.mail else {}),
    }
    await connection.execute(
        _outbox.insert().values(
            conversation_id=conversation.id,
            lane=lane,
            target=target,
            address=sent_to,
            payload=payload,
            **once,
            state="kept" if keep and sending.kind == "reply" else "waiting",
            attempts=0,
            error="",
            reference="",
            at=now,
            sent_at=None,
        )
    )


async def _write_handoff(
    connection: AsyncConnection, conversation_id: str, change: HandoffChange, now: datetime
) -> None:
    if change.opening:
        await connection.execute(
            _handoffs.insert().values(
                id=change.id,
                conversation_id=conversation_id,
                kind=change.kind,
                reason=change.reason,
                summary=change.summary,
                summaries=dict(change.summaries),
                confirmation=CONFIRMATION.dump(change.confirmation) if change.confirmation else None,
                status=change.status,
                claimed_by=change.claimed_by,
                closing=change.closing,
                opened_at=now,
                claimed_at=None,
                ended_at=None if change.status in OPEN else now,
                packed_by=change.packed_by,
                missed=change.missed,
                away_until=change.away_until,
                stars=None,
                word="",
            )
        )
        return
    values: dict[str, Any] = {"status": change.status, "closing": change.closing} if change.status else {}
    if change.status == "claimed":  # the first time stays
        values["claimed_at"] = sa.func.coalesce(_handoffs.c.claimed_at, sa.literal(now, UtcTime))
    elif change.status not in ("waiting", ""):
        values["ended_at"] = now
    if change.claimed_by or change.released:
        values["claimed_by"] = change.claimed_by
    values |= {"missed": change.missed} if change.missed else {"away_until": change.away_until}
    await connection.execute(_handoffs.update().where(_handoffs.c.id == change.id).values(**values))


async def _note_act(connection: AsyncConnection, message: InboundMessage, change: HandoffChange, now: datetime) -> None:
    """The log says what staff did with a handoff, by its reason; what a turn opens nobody did."""
    if message.sender is Sender.STAFF and not change.opening:
        reason = await connection.scalar(sa.select(_handoffs.c.reason).where(_handoffs.c.id == change.id))
        if change.away_until is not None:
            deed = Deed.SNOOZED
        elif change.released:
            deed = Deed.RELEASED
        else:
            deed = Deed(change.status) if change.status else Deed.ASSIGNED
        await note(connection, now, message.staff or message.name, deed, change.id, reason or "")


async def _write_timer(connection: AsyncConnection, conversation_id: str, timer: TimerChange) -> None:
    same = sa.and_(
        _timers.c.conversation_id == conversation_id, _timers.c.kind == timer.kind, _timers.c.subject == timer.subject
    )
    await connection.execute(_timers.delete().where(same))
    if timer.due is not None:
        await connection.execute(
            _timers.insert().values(
                conversation_id=conversation_id, kind=timer.kind, subject=timer.subject, due=timer.due
            )
        )
