"""Step 3: accept a message once, in order; and step 4: claim a conversation with what waits in it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import StoreError
from bot.messages import Address, InboundMessage, Kind, Sender
from bot.ports import Clock, Receipt
from bot.store import budgets
from bot.store.codec import ADDRESS, INBOUND
from bot.store.database import reading, writing
from bot.store.tables import WAITS, Conversations, DeskThreads, Handoffs, Inbox, Timers
from bot.turn import Accepted, Claim

LEASE = timedelta(minutes=2)  # longer than any turn: files, the model and the shop have time limits well below

_inbox, _conversations, _timers = Inbox.__table__, Conversations.__table__, Timers.__table__


class InboxStore:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def receive(self, message: InboundMessage) -> Receipt:
        """Store one message. StoreError when that is not possible: then the platform must not be answered."""
        try:
            async with writing(self._engine) as connection:
                return await self._accept(connection, message)
        except SQLAlchemyError as error:
            raise StoreError(f"the message could not be stored: {type(error).__name__}") from error

    async def _accept(self, connection: AsyncConnection, message: InboundMessage) -> Receipt:
        if message.sender is Sender.STAFF and not (message.handoff_id or message.conversation_id):
            message = replace(message, handoff_id=await _handoff_of(connection, message.address))
        conversation_id = await _conversation_of(connection, message)
        if not conversation_id:
            return Receipt("", new=False)
        await self._ensure_conversation(connection, conversation_id, message)
        edited = await _editable(connection, message) if message.kind is Kind.EDIT else None
        address = message.address
        row = _inbox.insert().values(
            channel=address.channel,
            account=address.account,
            source_id=message.source_id,
            conversation_id=conversation_id,
            sender=message.sender,
            kind=message.kind,
            message=INBOUND.dump(message),
            accepted_at=self._clock.now(),
            taken=edited is not None,  # what an edit changes is worked with the message it changes
            done=edited is not None,
        )
        try:
            async with connection.begin_nested():
                await connection.execute(row)
        except IntegrityError:
            left_out = await _files_left_out(connection, message)
            return await self._accept(connection, left_out) if left_out else Receipt(conversation_id, new=False)
        if edited is not None:
            await _replace_text(connection, edited, message)
        return Receipt(conversation_id, new=True)

    async def _ensure_conversation(
        self, connection: AsyncConnection, conversation_id: str, message: InboundMessage
    ) -> None:
        known = await connection.scalar(sa.select(_conversations.c.id).where(_conversations.c.id == conversation_id))
        if known is not None:
            return
        now = self._clock.now()
        await connection.execute(
            _conversations.insert().values(
                id=conversation_id,
                address=ADDRESS.dump(message.address),
                status="bot",
                language="",
                state={},
                version=0,
                lease_owner="",
                lease_until=None,
                created_at=now,
                updated_at=now,
            )
        )

    async def fire_timers(self, only: str = "") -> list[str]:
        """Turn every timer that is due (`only` one conversation's) into a message; the conversations that got one."""
        now, woken = self._clock.now(), []
        due = sa.select(_timers).where(_timers.c.due <= now, _is(_timers.c.conversation_id, only))
        async with reading(self._engine) as connection:
            if (await connection.execute(due.limit(1))).first() is None:
                return woken
        async with writing(self._engine) as connection:
            for timer in (await connection.execute(due.order_by(_timers.c.due, _timers.c.id))).all():
                address = await connection.scalar(
                    sa.select(_conversations.c.address).where(_conversations.c.id == timer.conversation_id)
                )
                if address is not None:
                    message = InboundMessage(
                        # not the row's id: SQLite gives it again once the row is gone
                        source_id=f"timer:{timer.kind}:{timer.subject}:{timer.due.isoformat()}:{timer.conversation_id}",
                        address=ADDRESS.load(address),
                        sent_at=now,
                        sender=Sender.CLOCK,
                        kind=Kind.TIMER,
                        act=timer.kind,
                        handoff_id=timer.subject,
                    )
                    woken.append((await self._accept(connection, message)).conversation_id)
                    await _forget_earlier(connection, message, f"timer:{timer.kind}:{timer.subject}:")
                await connection.execute(_timers.delete().where(_timers.c.id == timer.id))
        return woken

    async def said_since(self, conversation_id: str, row: int) -> list[Accepted]:
        shopper = sa.and_(_inbox.c.sender == Sender.SHOPPER, _inbox.c.kind.in_((Kind.TEXT, Kind.BUTTON, Kind.FILE)))
        staff = sa.and_(_inbox.c.sender == Sender.STAFF, _inbox.c.kind == Kind.TEXT)
        later = sa.and_(_inbox.c.conversation_id == conversation_id, _inbox.c.id > row)
        query = sa.select(_inbox).where(later, sa.or_(shopper, staff)).order_by(_inbox.c.id)
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return [Accepted(row.id, INBOUND.load(row.message), row.accepted_at) for row in rows]

    async def claim(self, owner: str, only: str = "") -> Claim | None:
        """The free conversation whose waiting message is oldest, with its next turn; None when all is quiet.

        `only`: the one conversation that is asked about.
        """
        now = self._clock.now()
        free = sa.or_(_conversations.c.lease_until.is_(None), _conversations.c.lease_until < now)
        first = sa.func.min(_inbox.c.id)
        oldest = (
            sa.select(_inbox.c.conversation_id)
            .join(_conversations, _conversations.c.id == _inbox.c.conversation_id)
            .where(WAITS, free, _is(_inbox.c.conversation_id, only))
            .group_by(_inbox.c.conversation_id)
            .order_by(first)
            .limit(1)
        )
        async with reading(self._engine) as connection:  # an idle worker takes no write lock
            if await connection.scalar(oldest) is None:
                return None
        async with writing(self._engine) as connection:
            conversation_id = await connection.scalar(oldest)
            if conversation_id is None:
                return None
            mine = await connection.execute(
                _conversations.update()
                .where(_conversations.c.id == conversation_id, free)
                .values(lease_owner=owner, lease_until=now + LEASE)
            )
            if mine.rowcount != 1:  # another worker was faster
                return None
            waiting = (
                sa.select(_inbox)
                .where(_inbox.c.conversation_id == conversation_id, WAITS)
                .order_by(_inbox.c.id)
            )
            stored = (await connection.execute(waiting)).all()
            # a turn that was begun before is done again with the same messages: what came since may take nothing back
            begun = [row for row in stored if row.taken]
            rows = [Accepted(row.id, INBOUND.load(row.message), row.accepted_at) for row in begun or stored]
            turn = _one_turn(rows)
            await connection.execute(
                _inbox.update().where(_inbox.c.id.in_([row.id for row in turn])).values(taken=True)
            )
        return Claim(conversation_id, owner, turn)

    async def release_all(self) -> None:
        """At start, when no other process works on this store: leases of a killed one are void."""
        async with writing(self._engine) as connection:
            await budgets.release_all(connection)
            await connection.execute(_conversations.update().values(lease_owner="", lease_until=None))

    async def release(self, claim: Claim, pause: timedelta = timedelta(0)) -> None:
        """Give the conversation free again, after a pause if there is one; its turn is still to be done."""
        until = self._clock.now() + pause if pause else None
        async with writing(self._engine) as connection:
            await connection.execute(
                _conversations.update()
                .where(_conversations.c.id == claim.conversation_id, _conversations.c.lease_owner == claim.owner)
                .values(lease_owner="", lease_until=until)
            )

    async def any_waiting(self) -> bool:
        async with reading(self._engine) as connection:
            return await connection.scalar(sa.select(_inbox.c.id).where(WAITS).limit(1)) is not None

    async def composing(self, conversation_id: str) -> bool:
        waiting = sa.select(_inbox.c.id).where(
            _inbox.c.conversation_id == conversation_id, WAITS, _inbox.c.sender == Sender.SHOPPER
        )
        async with reading(self._engine) as connection:
            return await connection.scalar(waiting.limit(1)) is not None


async def _forget_earlier(connection: AsyncConnection, message: InboundMessage, timer: str) -> None:
    """A timer that is put on again and again leaves one row. Never the newest of all: its number would come again."""
    mine = sa.and_(_inbox.c.channel == message.address.channel, _inbox.c.account == message.address.account)
    earlier = sa.and_(_inbox.c.source_id > timer, _inbox.c.source_id < f"{timer}z", _inbox.c.done)  # a time follows
    await connection.execute(_inbox.delete().where(mine, earlier, _inbox.c.kind == Kind.TIMER))


def _is(conversation: sa.Column[str], only: str) -> sa.ColumnElement[bool]:
    return conversation == only if only else sa.true()


async def later_waits(connection: AsyncConnection, conversation_id: str, after: int) -> bool:
    later = sa.select(_inbox.c.id).where(
        _inbox.c.conversation_id == conversation_id,
        _inbox.c.id > after,
        WAITS,
        _inbox.c.sender == Sender.SHOPPER,
    )
    return await connection.scalar(later.limit(1)) is not None


async def _conversation_of(connection: AsyncConnection, message: InboundMessage) -> str:
    """A shopper's address is his conversation; a desk's resolves to its handoff's, so both share one queue."""
    if message.sender is not Sender.STAFF:
        return message.address.conversation_id
    handoffs = Handoffs.__table__
    if message.conversation_id:
        mine = sa.select(_conversations.c.id).where(_conversations.c.id == message.conversation_id)
    else:
        mine = sa.select(handoffs.c.conversation_id).where(handoffs.c.id == message.handoff_id)
    return await connection.scalar(mine) or ""


async def _handoff_of(connection: AsyncConnection, desk: Address) -> str:
    """The handoff whose thread this place of a desk is; "" when it is none."""
    threads = DeskThreads.__table__
    return await connection.scalar(sa.select(threads.c.handoff_id).where(threads.c.reference == desk.desk_ref)) or ""


async def _editable(connection: AsyncConnection, edit: InboundMessage) -> int | None:
    """The row that an edit may change: a message no worker has begun, in the writer's own conversation."""
    mine = sa.and_(
        _inbox.c.conversation_id == edit.address.conversation_id,
        _inbox.c.channel == edit.address.channel,
        _inbox.c.account == edit.address.account,
        _inbox.c.source_id == edit.edits,
        sa.not_(_inbox.c.taken),
    )
    return await connection.scalar(sa.select(_inbox.c.id).where(mine))


async def _replace_text(connection: AsyncConnection, row_id: int, edit: InboundMessage) -> None:
    """The text of the latest edit, whichever arrives last."""
    mine = _inbox.c.id == row_id
    message = INBOUND.load(await connection.scalar(sa.select(_inbox.c.message).where(mine)))
    if edit.sent_at >= message.sent_at:
        message = replace(message, text=edit.text, sent_at=edit.sent_at)
        await connection.execute(_inbox.update().where(mine).values(message=INBOUND.dump(message)))


async def _files_left_out(connection: AsyncConnection, again: InboundMessage) -> InboundMessage | None:
    """The files of a message whose first telling had none: Slack tells of a mention twice, and not always of all."""
    if not again.attachments:
        return None
    at = again.address
    same = sa.and_(
        _inbox.c.channel == at.channel, _inbox.c.account == at.account, _inbox.c.source_id == again.source_id
    )  # fmt: skip
    first = INBOUND.load(await connection.scalar(sa.select(_inbox.c.message).where(same)))
    return None if first.attachments else replace(again, source_id=f"{again.source_id}:files", text="")


def _one_turn(rows: Sequence[Accepted]) -> tuple[Accepted, ...]:
    """A burst of plain texts is read together; a button, file or staff act is a turn of its own."""

    def plain(row: Accepted) -> bool:
        return row.message.kind is Kind.TEXT and row.message.sender is Sender.SHOPPER

    if not plain(rows[0]):
        return (rows[0],)
    end = next((place for place, row in enumerate(rows) if not plain(row)), len(rows))
    return tuple(rows[:end])
