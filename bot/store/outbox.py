"""Step 11's rows: what is due to be sent, one row per chat at a time, and what became of it."""

import logging
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.messages import DeskPost, InboundMessage, Kind, Reply, Sender, joined
from bot.ports import Clock, Pace
from bot.store import budgets
from bot.store.codec import ADDRESS, DESK_POST, INBOUND, REPLY
from bot.store.database import reading, writing
from bot.store.overtaken import speak_line
from bot.store.tables import Budgets, Conversations, DeskThreads, Inbox, Outbox
from bot.turn import Delivery

log = logging.getLogger(__name__)

_outbox = Outbox.__table__

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)
MOST_ATTEMPTS = 12  # about half an hour; then a shopper's chat is treated as gone and staff are told


class OutboxStore:
    def __init__(self, engine: AsyncEngine, clock: Clock, jitter: Callable[[], float]) -> None:
        """`jitter()`: what share of a growing pause is kept, so that what failed together is not tried together."""
        self._engine, self._clock, self._jitter = engine, clock, jitter

    async def due(self) -> list[Delivery]:
        """The first waiting row of every chat, if its time has come: order within a chat is kept."""
        now, lanes = self._clock.now(), Budgets.__table__
        first = sa.select(sa.func.min(_outbox.c.id)).where(_outbox.c.state == "waiting").group_by(_outbox.c.lane)
        ready = (
            sa.select(_outbox)
            .join(lanes, lanes.c.key == _outbox.c.lane, isouter=True)
            .where(_outbox.c.id.in_(first), budgets.free(now))
            .order_by(_outbox.c.id)
        )
        async with reading(self._engine) as connection:
            spent = await budgets.spent(connection, now)
            rows = (await connection.execute(ready)).all()
            found = [await _delivery(connection, row) for row in rows]
        return [delivery for delivery in found if _account(delivery) not in spent]

    async def begin(self, delivery: Delivery, pace: Pace) -> bool:
        """Take it for this process and spend its chat's and its account's budget; False when it may not go now."""
        try:
            async with writing(self._engine) as connection:
                state = sa.select(_outbox.c.state).where(_outbox.c.id == delivery.id)
                if await connection.scalar(state) != "waiting":  # a person has claimed the conversation, or it was sent
                    return False
                return await budgets.spend(connection, self._clock.now(), delivery.lane, _account(delivery), pace)
        except IntegrityError:
            return False

    async def desk_thread(self, handoff_id: str, desk: str) -> str:
        """Where a handoff stands on a desk, "" while it does not."""
        threads = DeskThreads.__table__
        query = sa.select(threads.c.reference).where(threads.c.handoff_id == handoff_id, threads.c.desk == desk)
        async with reading(self._engine) as connection:
            return await connection.scalar(query.limit(1)) or ""

    async def move_thread(self, handoff_id: str, desk: str, reference: str) -> None:
        threads = DeskThreads.__table__
        old = sa.and_(threads.c.handoff_id == handoff_id, threads.c.desk == desk)
        async with writing(self._engine) as connection:
            await connection.execute(threads.delete().where(old))
            await _keep_thread(connection, reference, handoff_id, desk)

    async def sent(self, delivery: Delivery, reference: str) -> None:
        mine = _outbox.c.id == delivery.id
        async with writing(self._engine) as connection:
            await budgets.release(connection, delivery.lane)
            row = (await connection.execute(sa.select(_outbox.c.state, _outbox.c.at).where(mine))).one()
            if row.state == "held" and isinstance(delivery.payload, Reply):
                # a person took over while it was on its way: it was said after all, and is no note
                await speak_line(connection, delivery.conversation_id, row.at, delivery.payload.text, "bot")
            await connection.execute(
                _outbox.update()
                .where(_rows_of(delivery))
                .values(state="sent", reference=reference, sent_at=self._clock.now())
            )
            handoff_id = getattr(delivery.payload, "handoff_id", "")
            if handoff_id and reference:
                await _keep_thread(connection, reference, handoff_id, delivery.target.removeprefix("desk:"))

    async def later(
        self, delivery: Delivery, error: str, retry_after: float | None, *, account: bool = False
    ) -> None:
        """Try again: not before the platform allows it, else after a growing pause.

        A pause that the platform asks for is no failed attempt. A desk or mail is tried for ever, for nobody else hears
        of what is lost there.
        """
        attempts = delivery.attempts + (retry_after is None)
        if retry_after is None and attempts % MOST_ATTEMPTS == 0:
            if delivery.target == "channel":
                await self.failed(delivery, error)
                return
            log.warning(
                "message %s to %s still waits after %s tries: %s", delivery.id, delivery.target, attempts, error
            )
        pause = (
            min(FIRST_WAIT * 2 ** min(delivery.attempts, MOST_ATTEMPTS), LONGEST_WAIT) * self._jitter()
            if retry_after is None
            else max(timedelta(seconds=retry_after), FIRST_WAIT)
        )
        async with writing(self._engine) as connection:
            keys = [delivery.lane, _account(delivery)] if account else [delivery.lane]
            await budgets.release(connection, delivery.lane)
            await budgets.block(connection, keys, self._clock.now() + pause)
            await connection.execute(
                _outbox.update().where(_outbox.c.id == delivery.id).values(attempts=attempts, error=error)
            )

    async def failed(self, delivery: Delivery, error: str) -> None:
        """It will never arrive: the conversation gets a message about it, which brings in a person.

        What a desk could not show stands in the console: there it is said once for each handoff.
        """
        log.warning("message %s to %s cannot be delivered: %s", delivery.id, delivery.target, error)
        now = self._clock.now()
        async with writing(self._engine) as connection:
            await budgets.release(connection, delivery.lane)
            await connection.execute(_outbox.update().where(_rows_of(delivery)).values(state="failed", error=error))
            post = delivery.payload if isinstance(delivery.payload, DeskPost) else None
            if post is None and delivery.target != "channel" and not delivery.payload.attachments:
                return  # of a mere notice nobody need hear; a document is waited for
            address = await connection.scalar(
                sa.select(Conversations.__table__.c.address).where(
                    Conversations.__table__.c.id == delivery.conversation_id
                )
            )
            told = InboundMessage(
                source_id=f"unseen:{delivery.target}:{post.handoff_id}" if post else f"outbox:{delivery.id}",
                address=ADDRESS.load(address),
                sent_at=now,
                sender=Sender.CLOCK,
                kind=Kind.TIMER,
                act="unseen" if post else "undeliverable",
                text=f"{delivery.target.removeprefix('desk:')}: {error}" if post else "",
                handoff_id=post.handoff_id if post else "",
            )
            if post and await _was_told(connection, told):
                return
            await connection.execute(
                Inbox.__table__.insert().values(
                    channel=told.address.channel,
                    account=told.address.account,
                    source_id=told.source_id,
                    conversation_id=delivery.conversation_id,
                    sender=told.sender,
                    kind=told.kind,
                    message=INBOUND.dump(told),
                    accepted_at=now,
                    taken=False,
                    done=False,
                )
            )


async def _delivery(connection: AsyncConnection, row: sa.Row) -> Delivery:
    """A desk post comes with what waits behind it for the same handoff, as far as that makes one post."""
    also: list[int] = []
    payload: Reply | DeskPost
    if row.target.startswith("desk:"):
        payload = DESK_POST.load(row.payload)
        behind = sa.select(_outbox.c.id, _outbox.c.payload).where(
            _outbox.c.state == "waiting", _outbox.c.lane == row.lane, _outbox.c.id > row.id,
            _outbox.c.handoff_id == row.handoff_id,
        )  # fmt: skip
        for later in (await connection.execute(behind.order_by(_outbox.c.id))).all():
            longer = joined(payload, DESK_POST.load(later.payload))
            if longer is None:
                break
            payload = longer
            also.append(later.id)
    else:
        payload = REPLY.load(row.payload)
    address = ADDRESS.load(row.address)
    return Delivery(row.id, row.conversation_id, row.target, address, payload, row.attempts, row.lane, tuple(also))


def _account(delivery: Delivery) -> str:
    """One account for each channel; what stands on a platform's desk comes from the same one."""
    return f"account:{delivery.door}"


def _rows_of(delivery: Delivery) -> sa.ColumnElement[bool]:
    return _outbox.c.id.in_((delivery.id, *delivery.also))


async def _was_told(connection: AsyncConnection, told: InboundMessage) -> bool:
    inbox, at = Inbox.__table__, told.address
    same = sa.and_(
        inbox.c.channel == at.channel, inbox.c.account == at.account, inbox.c.source_id == told.source_id
    )  # fmt: skip
    return await connection.scalar(sa.select(inbox.c.id).where(same)) is not None


async def _keep_thread(connection: AsyncConnection, reference: str, handoff_id: str, desk: str) -> None:
    threads = DeskThreads.__table__
    if await connection.scalar(sa.select(threads.c.reference).where(threads.c.reference == reference)) is None:
        await connection.execute(threads.insert().values(reference=reference, handoff_id=handoff_id, desk=desk))
