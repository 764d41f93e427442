"""The workers of one process: one looks for a turn at a time, and all work at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.dispatch import local
from bot.dispatch.local import WORKERS, LocalDispatcher
from bot.turn import Claim, Delivery


class Hands:
    """A worker whose turns never end, and a carrier with nothing to do."""

    def __init__(self, *waiting: str) -> None:
        self.waiting, self.looks, self.begun = list(waiting), 0, list[str]()

    async def claim(self, owner: str) -> Claim | None:
        self.looks += 1
        return Claim(self.waiting.pop(0), owner, ()) if self.waiting else None

    async def work(self, claim: Claim) -> None:
        self.begun.append(claim.conversation_id)
        await asyncio.Future()

    async def due(self) -> list[Delivery]:
        return []

    async def fire(self) -> list[str]:
        return []


@asynccontextmanager
async def running(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalDispatcher]:
    monkeypatch.setattr(local, "TICK", 3600)  # nothing is found out by itself
    dispatcher = LocalDispatcher(hands, hands, hands.fire)  # type: ignore[arg-type]
    task = asyncio.create_task(dispatcher.run())
    await settled()
    yield dispatcher
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def settled() -> None:
    """All has been done that can be done without time passing."""
    for _ in range(20 * WORKERS):
        await asyncio.sleep(0)


async def test_a_message_makes_one_worker_look_and_not_all(monkeypatch: pytest.MonkeyPatch) -> None:
    hands = Hands()
    async with running(hands, monkeypatch) as dispatcher:
        assert hands.looks == 1
        for _ in range(3):
            dispatcher.wake("c1")
        await settled()
        assert hands.looks == 2


async def test_turns_are_worked_at_once_though_one_looks_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    conversations = [f"c{number}" for number in range(WORKERS + 1)]
    hands = Hands(*conversations)
    async with running(hands, monkeypatch):
        assert hands.begun == conversations[:WORKERS]


async def test_what_comes_while_all_work_is_taken_by_the_first_that_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    class Quick(Hands):
        def __init__(self, *waiting: str) -> None:
            super().__init__(*waiting)
            self.done = asyncio.Event()

        async def work(self, claim: Claim) -> None:
            self.begun.append(claim.conversation_id)
            await self.done.wait()

    hands = Quick(*(f"c{number}" for number in range(WORKERS)))
    async with running(hands, monkeypatch) as dispatcher:
        hands.waiting.append("late")
        dispatcher.wake("late")
        await settled()
        assert "late" not in hands.begun
        hands.done.set()
        await settled()
        assert hands.begun[-1] == "late"
