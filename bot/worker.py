"""The two halves of the engine room: work a claimed turn (steps 5 to 10), and deliver what is due (step 11).

The only files with a broad `except`: an error ends one turn, never the worker.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.conversation import Status
from bot.dialogue import Dialogue
from bot.errors import BadInput, ChannelError, LeaseLost, PermanentFailure, TemporaryFailure
from bot.messages import Attachment, DeskPost, Reply, Sender
from bot.ports import Channel, StaffDesk
from bot.turn import Accepted, Claim, Delivery, OutboxRows, TurnStore

log = logging.getLogger(__name__)

MOST_FAILURES = 3  # of one turn, then a person is brought in


class Worker:
    def __init__(
        self,
        store: TurnStore,
        dialogue: Dialogue,
        channels: Mapping[str, Channel],
        keep_file: Callable[[bytes], Awaitable[str]],
        changed: Callable[[str], None],
    ) -> None:
        """`changed(conversation id)` tells whoever watches that there is something new."""
        self._store, self._dialogue, self._channels = store, dialogue, channels
        self._keep_file, self._changed = keep_file, changed
        self._failures: dict[str, int] = {}

    async def work(self, owner: str) -> bool:
        """Claim and work one turn; False when nothing waits."""
        claim = await self._store.claim(owner)
        if claim is None:
            return False
        try:
            claim = await self._with_files(claim)
            await self._show_typing(claim)
            failed_before = self._failures.get(claim.conversation_id, 0)
            result = await (
                self._dialogue.failed(claim) if failed_before >= MOST_FAILURES else self._dialogue.turn(claim)
            )
            await self._store.commit(claim, result)
            self._failures.pop(claim.conversation_id, None)
        except LeaseLost as error:
            log.warning("turn dropped: %s", error)
        except asyncio.CancelledError:
            await self._store.release(claim)
            raise
        except Exception:
            self._failures[claim.conversation_id] = self._failures.get(claim.conversation_id, 0) + 1
            log.exception("turn failed", extra={"conversation": claim.conversation_id})
            if self._failures[claim.conversation_id] > MOST_FAILURES:
                raise  # even the way to a person fails: the store itself is broken, and the message stays waiting
            await self._store.release(claim)
        self._changed(claim.conversation_id)
        return True

    async def _show_typing(self, claim: Claim) -> None:
        conversation, _ = await self._store.load(claim.conversation_id)
        channel = self._channels.get(conversation.address.channel)
        if channel and conversation.status is Status.BOT and claim.rows[0].message.sender is Sender.SHOPPER:
            await channel.typing(conversation.address)

    async def _with_files(self, claim: Claim) -> Claim:
        """Fetch what was sent while the platform still has it; a file that cannot be had is passed on by name only."""
        rows: list[Accepted] = []
        for row in claim.rows:
            channel = self._channels.get(row.message.address.channel)
            fetched = [await self._fetched(item, channel) for item in row.message.attachments]
            rows.append(replace(row, message=replace(row.message, attachments=tuple(fetched))))
        return replace(claim, rows=tuple(rows))

    async def _fetched(self, item: Attachment, channel: Channel | None) -> Attachment:
        if item.digest or channel is None:
            return item
        try:
            return replace(item, digest=await self._keep_file(await channel.fetch(item)))
        except (ChannelError, BadInput) as error:
            log.warning("a file could not be fetched: %s", error)
            return item


class Carrier:
    """Delivers outbox rows, one at a time per chat."""

    def __init__(
        self,
        outbox: OutboxRows,
        channels: Mapping[str, Channel],
        desks: Mapping[str, StaffDesk],
        changed: Callable[[str], None],
    ) -> None:
        self._outbox, self._channels, self._desks, self._changed = outbox, channels, desks, changed

    async def due(self) -> list[Delivery]:
        """The next row of every chat that may be sent now."""
        return await self._outbox.due()

    async def deliver(self, delivery: Delivery) -> None:
        if not await self._outbox.still_waiting(delivery):
            return
        try:
            reference = await self._send(delivery)
        except TemporaryFailure as error:
            await self._outbox.later(delivery, str(error), error.retry_after)
        except PermanentFailure as error:
            log.warning("message %s cannot be delivered: %s", delivery.id, error)
            await self._outbox.failed(delivery, str(error))
        except Exception as error:
            log.exception("delivery failed", extra={"outbox": delivery.id})
            await self._outbox.later(delivery, type(error).__name__, None)
        else:
            await self._outbox.sent(delivery, reference)
        self._changed(delivery.conversation_id)

    async def _send(self, delivery: Delivery) -> str:
        if isinstance(delivery.payload, DeskPost):
            desk = self._desks.get(delivery.target.removeprefix("desk:"))
            if desk is None:
                raise PermanentFailure(f"there is no staff desk {delivery.target!r} any more")
            thread = await self._outbox.desk_thread(delivery.payload.handoff_id, desk.name)
            return await desk.post(replace(delivery.payload, thread=thread))
        channel = self._channels.get("mail" if delivery.target == "mail" else delivery.address.channel)
        if channel is None:
            raise PermanentFailure(f"there is no channel {delivery.address.channel!r} any more")
        payload: Reply = delivery.payload
        return await channel.send(delivery.address, payload, f"out-{delivery.id}")
