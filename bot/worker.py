"""The two halves of the engine room: work a claimed turn (steps 5 to 10), and deliver what is due (step 11).

A broad `except` here ends one turn or one delivery, never the worker.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from bot.conversation import Status
from bot.errors import BadInput, ChannelError, LeaseLost, PermanentFailure, TemporaryFailure, ThreadGone
from bot.messages import Attachment, DeskPost, Reply, Sender
from bot.ports import Channel, StaffDesk
from bot.turn import Accepted, Claim, Delivery, OutboxRows, TurnResult, TurnStore

log = logging.getLogger(__name__)

MOST_FAILURES = 3  # of one turn, then a person is brought in
MOST_FAULTS = 12  # unexpected errors of one delivery: it must not hold up for ever what waits behind it

FETCHING = 45.0  # seconds for all files of a turn at one go, well inside the lease
MOST_FETCHES = 3  # of one turn, then it goes on without the files that the platform did not give
FETCH_PAUSE, LONGEST_FETCH_PAUSE = 5.0, 60.0  # seconds in between, unless the platform says how long


@dataclass
class Fetched:
    """The files of one turn so far; a turn put off or done again does not fetch them twice."""

    tries: int = 0
    known: dict[Attachment, Attachment] = field(default_factory=dict)  # as sent → as kept, or as sent for good


class Turns(Protocol):
    """A dialogue, as the worker knows it."""

    async def turn(self, claim: Claim) -> TurnResult: ...

    async def failed(self, claim: Claim) -> TurnResult: ...


class Worker:
    def __init__(
        self,
        store: TurnStore,
        dialogue: Turns,
        channels: Mapping[str, Channel],
        keep_file: Callable[[bytes], Awaitable[str]],
        changed: Callable[[str], None],
    ) -> None:
        """`changed(conversation id)` tells whoever watches that there is something new."""
        self._store, self._dialogue, self._channels = store, dialogue, channels
        self._keep_file, self._changed = keep_file, changed
        self._failures: dict[str, int] = {}
        self._fetched: dict[int, Fetched] = {}  # by the turn's first row

    async def claim(self, owner: str, only: str = "") -> Claim | None:
        """The next turn, of any conversation or `only` this one; None when nothing waits."""
        return await self._store.claim(owner, only)

    async def work(self, claim: Claim) -> None:
        """Work one turn to its end, or give it free to be done again."""
        try:
            pause = await self._fetch_files(claim)
            if pause is None:
                await self._answer(self._with_files(claim))
            else:
                await self._store.release(claim, pause)
        except LeaseLost as error:  # once, and another worker has it; again and again, and this turn never ends
            self._count_failure(claim)
            log.warning("turn dropped: %s", error)
        except asyncio.CancelledError:
            await self._store.release(claim)
            raise
        except Exception:
            failures = self._count_failure(claim)
            log.exception("turn failed", extra={"conversation": claim.conversation_id})
            if failures > MOST_FAILURES:
                raise  # even the way to a person fails: the store itself is broken, and the message stays waiting
            await self._store.release(claim)
        self._changed(claim.conversation_id)

    async def _answer(self, claim: Claim) -> None:
        await self._show_typing(claim)
        failed = self._failures.get(claim.conversation_id, 0) >= MOST_FAILURES
        result = await (self._dialogue.failed(claim) if failed else self._dialogue.turn(claim))
        await self._store.commit(claim, result)
        self._failures.pop(claim.conversation_id, None)
        self._fetched.pop(claim.rows[0].id, None)

    def _count_failure(self, claim: Claim) -> int:
        self._failures[claim.conversation_id] = self._failures.get(claim.conversation_id, 0) + 1
        return self._failures[claim.conversation_id]

    async def _show_typing(self, claim: Claim) -> None:
        conversation, _ = await self._store.load(claim.conversation_id)
        channel = self._channels.get(conversation.address.channel)
        if channel and conversation.status is Status.BOT and claim.rows[0].message.sender is Sender.SHOPPER:
            await channel.typing(conversation.address)

    # --- files -------------------------------------------------------------------------------------------------------

    async def _fetch_files(self, claim: Claim) -> timedelta | None:
        """Fetch what was sent while the platform still has it; the pause after which the turn is to be tried again."""
        wanted = [
            (item, channel)
            for row in claim.rows
            if (channel := self._channels.get(row.message.address.channel))
            for item in row.message.attachments
            if not item.digest
        ]
        if not wanted:
            return None
        fetched = self._fetched.setdefault(claim.rows[0].id, Fetched())
        if fetched.tries >= MOST_FETCHES:
            return None
        fetched.tries += 1
        try:
            async with asyncio.timeout(FETCHING):
                tried = (self._fetch(*each, fetched) for each in wanted if each[0] not in fetched.known)
                problem = next(filter(None, await asyncio.gather(*tried)), None)
        except TimeoutError:
            problem = TemporaryFailure(f"it takes longer than {FETCHING:.0f} s")
        if problem is None:
            return None
        again = fetched.tries < MOST_FETCHES
        log.warning("a file could not be fetched%s: %s", ", it is tried again" if again else "", problem)
        pause = FETCH_PAUSE if problem.retry_after is None else problem.retry_after
        return timedelta(seconds=min(pause, LONGEST_FETCH_PAUSE)) if again else None

    async def _fetch(self, item: Attachment, channel: Channel, fetched: Fetched) -> TemporaryFailure | None:
        """Keep one file and note it; one that will never be had is noted as it was sent, by name only."""
        try:
            fetched.known[item] = replace(item, digest=await self._keep_file(await channel.fetch(item)))
        except TemporaryFailure as error:
            return error
        except (ChannelError, BadInput) as error:
            log.warning("a file cannot be fetched: %s", error)
            fetched.known[item] = item
        except Exception:  # whatever is wrong with a file, its message is answered
            log.exception("a file cannot be fetched")
            fetched.known[item] = item
        return None

    def _with_files(self, claim: Claim) -> Claim:
        fetched = self._fetched.get(claim.rows[0].id)
        if fetched is None:
            return claim
        rows: list[Accepted] = []
        for row in claim.rows:
            kept = tuple(fetched.known.get(item, item) for item in row.message.attachments)
            rows.append(replace(row, message=replace(row.message, attachments=kept)))
        return replace(claim, rows=tuple(rows))


class Carrier:
    """Delivers outbox rows, one at a time per chat."""

    def __init__(
        self,
        outbox: OutboxRows,
        channels: Mapping[str, Channel],
        desks: Mapping[str, StaffDesk],
        changed: Callable[[str], None],
        code_of: Callable[[str], Awaitable[str]],
        link_of: Callable[[Delivery], Awaitable[str]],
        opening_of: Callable[[str], Awaitable[DeskPost | None]],
    ) -> None:
        """`code_of(salt)` is the one-time code that a mail carries, "" when it has run out.

        `link_of(delivery)` makes the link back to the chat that a mail carries.
        `opening_of(handoff id)` is the post that opens its thread on a desk.
        """
        self._outbox, self._channels, self._desks, self._changed = outbox, channels, desks, changed
        self._code_of, self._link_of, self._opening_of = code_of, link_of, opening_of
        self._faults: dict[int, int] = {}
        self._accepted: dict[int, tuple[Delivery, str]] = {}  # by a platform, and not marked yet

    async def due(self) -> list[Delivery]:
        """The next row of every chat that may be sent now. What is for a channel that is not here waits for it."""
        return [
            delivery
            for delivery in await self._outbox.due()
            if delivery.door in (self._desks if isinstance(delivery.payload, DeskPost) else self._channels)
        ]

    async def begin(self, delivery: Delivery) -> bool:
        """Take it for this process, within its budgets; in the order of `due`, so that nobody waits for ever.

        False when it may not go now: a person has claimed the conversation meanwhile, or another process was faster.
        """
        doors: Mapping[str, Channel | StaffDesk] = (
            self._desks if isinstance(delivery.payload, DeskPost) else self._channels
        )
        return await self._outbox.begin(delivery, doors[delivery.door].pace)

    async def deliver(self, delivery: Delivery) -> None:
        """Send what was begun. When the store fails after that, the platform is not asked a second time."""
        try:
            accepted = self._accepted.get(delivery.id) or (delivery, await self._send(delivery))
        except TemporaryFailure as error:
            await self._outbox.later(delivery, str(error), error.retry_after, account=error.account)
        except PermanentFailure as error:
            await self._outbox.failed(delivery, str(error))
        except Exception as error:
            log.exception("delivery failed", extra={"outbox": delivery.id})
            faults = self._faults.pop(delivery.id, 0) + 1
            if faults < MOST_FAULTS:
                self._faults[delivery.id] = faults
                await self._outbox.later(delivery, type(error).__name__, None)
            else:
                await self._outbox.failed(delivery, type(error).__name__)
        else:
            self._faults.pop(delivery.id, None)
            self._accepted[delivery.id] = accepted
            await self._outbox.sent(*accepted)
            del self._accepted[delivery.id]
        self._changed(delivery.conversation_id)

    async def _send(self, delivery: Delivery) -> str:
        if isinstance(delivery.payload, DeskPost):
            return await self._post(self._desks[delivery.door], delivery.payload)
        payload: Reply = delivery.payload
        if payload.salt:
            code = await self._code_of(payload.salt)
            if not code:
                raise PermanentFailure("the one-time code has run out")
            payload = replace(payload, text=f"{payload.text}\n\n{code}", salt="")
        if payload.back:
            payload = replace(payload, text=f"{payload.text}\n\n{await self._link_of(delivery)}", back=False)
        return await self._channels[delivery.door].send(delivery.address, payload, f"out-{delivery.id}")

    async def _post(self, desk: StaffDesk, post: DeskPost) -> str:
        """In the handoff's thread; where that is gone, staff get a new one with the opening first."""
        thread = await self._outbox.desk_thread(post.handoff_id, desk.name)
        try:
            return await desk.post(replace(post, thread=thread))
        except ThreadGone:
            opening = await self._opening_of(post.handoff_id)
            if opening is None:
                raise
        reference = await desk.post(opening)
        await self._outbox.move_thread(post.handoff_id, desk.name, reference)
        return await desk.post(replace(post, thread=reference))
