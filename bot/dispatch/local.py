"""In-process workers that claim conversations from the table; the embedded default, no server needed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.turn import Claim, Delivery
from bot.worker import Carrier, Worker

log = logging.getLogger(__name__)

WORKERS = 8  # turns in parallel; conversations never wait for one another's model or shop call
CHATS = 64  # chats delivered to at once
TICK = 0.5  # seconds between looks at timers and held-back messages


class LocalDispatcher:
    def __init__(self, worker: Worker, carrier: Carrier, fire_timers: Callable[..., Awaitable[list[str]]]) -> None:
        self._worker, self._carrier, self._fire_timers = worker, carrier, fire_timers
        self._waiting, self._sendable = asyncio.Event(), asyncio.Event()
        self._looking = asyncio.Lock()  # one worker at a time looks for a turn: eight would reach for the same one

    def wake(self, conversation_id: str) -> None:
        self._waiting.set()

    async def run(self) -> None:
        """Work until cancelled. Rows left by an earlier run are found at once."""
        async with asyncio.TaskGroup() as group:
            for number in range(WORKERS):
                group.create_task(self._work(f"local-{number}"))
            group.create_task(self._deliver())
            group.create_task(self._tick())

    async def drain(self, only: str = "") -> None:
        """Everything that can be done at this moment of the clock, one thing after another.

        With `only`, a conversation's id, the others are left alone: their channels live in another process.
        """
        busy = True
        while busy:
            busy = bool(await self._fire_timers(only))
            while claim := await self._worker.claim("drain", only):
                busy = True
                await self._worker.work(claim)
            while due := [row for row in await self._carrier.due() if only in ("", row.conversation_id)]:
                busy = True
                for delivery in due:
                    if await self._carrier.begin(delivery):
                        await self._carrier.deliver(delivery)

    async def _work(self, owner: str) -> None:
        while True:
            try:
                await self._worker.work(await self._next(owner))
                self._sendable.set()
            except Exception:  # a worker loop outlives whatever one turn does
                log.exception("worker %s goes on after an error", owner)
                await asyncio.sleep(TICK)

    async def _next(self, owner: str) -> Claim:
        async with self._looking:
            while True:
                self._waiting.clear()  # before looking: what is set from here on was not seen by this look
                if claim := await self._worker.claim(owner):
                    return claim
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._waiting.wait(), TICK)

    async def _deliver(self) -> None:
        """Every chat has its own task: a slow or flooded one never delays the others."""
        flying: set[int] = set()
        async with asyncio.TaskGroup() as chats:
            while True:
                try:
                    self._sendable.clear()
                    for delivery in await self._carrier.due():
                        # what is in flight here stays so, though its lane be free again for other processes
                        rests = delivery.id not in flying
                        if rests and len(flying) < CHATS and await self._carrier.begin(delivery):
                            flying.add(delivery.id)
                            chats.create_task(self._deliver_one(delivery, flying))
                    await asyncio.wait_for(self._sendable.wait(), TICK)
                except TimeoutError:
                    continue
                except Exception:
                    log.exception("delivery goes on after an error")
                    await asyncio.sleep(TICK)

    async def _deliver_one(self, delivery: Delivery, flying: set[int]) -> None:
        try:
            await self._carrier.deliver(delivery)
        except Exception:
            log.exception("outbox row %s is tried again", delivery.id)
        finally:
            flying.discard(delivery.id)
            self._sendable.set()  # the chat's next row may go
            self._waiting.set()  # a failed delivery may have left a message for its conversation

    async def _tick(self) -> None:
        while True:
            try:
                if await self._fire_timers():
                    self._waiting.set()
            except Exception:
                log.exception("timers go on after an error")
            await asyncio.sleep(TICK)
