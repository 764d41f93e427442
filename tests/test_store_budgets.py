"""Budgets of chats and accounts: rows, so that every process on a store keeps the same ones."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from store_rig import OTHER, SHOPPER, START, Rig, open_rig, reply

from bot.conversation import Status
from bot.dispatch import local
from bot.dispatch.local import LocalDispatcher
from bot.messages import Address, DeskPost, Reply
from bot.ports import Pace, Rate
from bot.store.budgets import TAKEN, CallStore
from bot.store.database import open_database
from bot.turn import Delivery, Sending
from bot.worker import Carrier

SECOND = timedelta(seconds=1)
CHAT_PACE = Pace(chat=Rate(seconds=1.0, burst=3))
ACCOUNT_PACE = Pace(account=Rate(seconds=0.5, burst=2))


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def second_process(rig: Rig) -> AsyncIterator[Rig]:
    """Another process on the same store, at the same time of day."""
    engine = open_database(rig.engine.url.render_as_string(hide_password=False))
    try:
        yield Rig(engine, rig.clock)
    finally:
        await engine.dispose()


class Platform:
    """A channel that notes what it was sent, and when; it answers when the others have had their chance."""

    name = "web"

    def __init__(self, rig: Rig, pace: Pace) -> None:
        self._rig, self.pace = rig, pace
        self.sent: list[tuple[float, str]] = []

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        self.sent.append(((self._rig.clock.time - START).total_seconds(), reply.text))
        await asyncio.sleep(0)
        return message_id


class Quiet:
    """A worker and timers with nothing to do."""

    async def claim(self, owner: str) -> None:
        return None

    async def fire(self) -> list[str]:
        return []


async def none(_: str) -> None:
    return None


async def to_many(rig: Rig, pace: Pace, chats: int) -> Counter[float]:
    """How many of so many chats of one account hear something at which second, when all of it is due at once."""
    await rig.turn("m1", *(reply("hello", "notice", mail=f"{number}@example.com") for number in range(chats)))
    return Counter(at for at, _ in await all_sent([rig], Platform(rig, pace), seconds=1))


async def all_sent(rigs: list[Rig], platform: Platform, seconds: int) -> list[tuple[float, str]]:
    """What arrives in so many seconds while every process delivers whatever it finds due, all at once."""

    async def work(carrier: Carrier) -> None:
        begun = [delivery for delivery in await carrier.due() if await carrier.begin(delivery)]
        await asyncio.gather(*map(carrier.deliver, begun))

    doors: Any = {"web": platform, "mail": platform}
    carriers = [Carrier(rig.outbox, doors, {}, lambda _: None, none, none, none) for rig in rigs]
    for _ in range(2 * seconds + 1):
        for _ in range(5):
            await asyncio.gather(*map(work, carriers))
        rigs[0].clock.time += SECOND / 2
    return platform.sent


async def test_two_processes_send_each_message_once_in_order_and_keep_the_chats_one_budget(rig: Rig) -> None:
    await rig.turn("m1", *(reply(f"{number}") for number in range(7)))
    async with second_process(rig) as other:
        sent = await all_sent([rig, other], Platform(rig, CHAT_PACE), seconds=4)
    assert sent == [(0, "0"), (0, "1"), (0, "2"), (1, "3"), (2, "4"), (3, "5"), (4, "6")]


async def test_two_processes_keep_one_budget_for_all_chats_of_an_account(rig: Rig) -> None:
    for number in range(5):
        await rig.turn(f"m{number}", reply(f"{number}"), address=Address("web", "", f"chat {number}"))
    async with second_process(rig) as other:
        sent = await all_sent([rig, other], Platform(rig, ACCOUNT_PACE), seconds=2)
    assert sorted(sent) == [(0, "0"), (0, "1"), (0.5, "2"), (1, "3"), (1.5, "4")]  # who has waited longest is first


async def test_what_one_process_sends_no_other_begins(rig: Rig) -> None:
    await rig.turn("m1", reply("one"), reply("two"))
    async with second_process(rig) as other:
        [mine], [his] = await rig.outbox.due(), await other.outbox.due()
        assert [await rig.outbox.begin(mine, Pace()), await other.outbox.begin(his, Pace())] == [True, False]
        assert await other.due_texts() == []
        await rig.outbox.sent(mine, "ref")
        assert await other.due_texts() == ["two"]


async def test_what_a_dead_process_was_sending_is_sent_again_after_a_while(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    [delivery] = await rig.outbox.due()
    assert await rig.outbox.begin(delivery, Pace())
    rig.clock.time += TAKEN - SECOND
    assert await rig.due_texts() == []
    rig.clock.time += SECOND
    assert await rig.due_texts() == ["one"]


async def test_what_this_process_still_sends_it_does_not_begin_anew(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that slept with a message in flight."""
    await rig.turn("m1", reply("one"))
    looks: asyncio.Queue[None] = asyncio.Queue()
    sends: asyncio.Queue[str] = asyncio.Queue()

    class Slow(Platform):
        async def send(self, address: Address, reply: Reply, message_id: str) -> str:
            sends.put_nowait(reply.text)
            return await asyncio.Future()

    class Watched(Carrier):
        async def due(self) -> list[Delivery]:
            looks.put_nowait(None)
            return await super().due()

    carrier = Watched(rig.outbox, {"web": Slow(rig, Pace())}, {}, lambda _: None, none, none, none)
    monkeypatch.setattr(local, "TICK", 0.01)
    running = asyncio.create_task(LocalDispatcher(Quiet(), carrier, Quiet().fire).run())  # type: ignore[arg-type]
    assert await sends.get() == "one"
    rig.clock.time += 2 * TAKEN
    for _ in range(looks.qsize() + 3):
        await looks.get()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert sends.empty()


async def test_and_at_once_when_it_is_the_only_one_that_starts_anew(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    [delivery] = await rig.outbox.due()
    assert await rig.outbox.begin(delivery, Pace())
    await rig.inbox.release_all()
    assert await rig.due_texts() == ["one"]


async def test_a_pause_that_was_asked_for_holds_what_comes_later_whatever_becomes_of_the_first(rig: Rig) -> None:
    """The first one is kept from the shopper because a person took over; the chat is flooded all the same."""
    await rig.turn("m1", reply("one"))
    [delivery] = await rig.outbox.due()
    await rig.outbox.later(delivery, "429", 7)
    await rig.turn("m2", reply("from a person", "staff"), status=Status.STAFF)
    assert await rig.due_texts() == []
    rig.clock.time += 7 * SECOND
    assert await rig.due_texts() == ["from a person"]


async def test_an_account_that_may_send_nothing_holds_all_its_chats_and_its_desk_and_no_other(rig: Rig) -> None:
    post = Sending("note", DeskPost("h1", "note", "a note"), desk="web", handoff_id="h1")
    await rig.turn("m1", reply("to emma"), post)
    await rig.turn("m2", reply("to li"), address=OTHER)
    await rig.turn("m3", reply("elsewhere"), address=Address("telegram", "bot", "7"))
    first = (await rig.outbox.due())[0]
    await rig.outbox.later(first, "429", 5, account=True)
    assert await rig.due_texts() == ["elsewhere"]
    rig.clock.time += 5 * SECOND
    assert await rig.due_texts() == ["to emma", "a note", "to li", "elsewhere"]


async def test_a_refused_message_costs_another_account_nothing(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    [delivery] = await rig.outbox.due()
    assert SHOPPER.channel == "web"
    await rig.outbox.later(delivery, "429", 5)
    assert await rig.outbox.begin(delivery, ACCOUNT_PACE) is False
    await rig.turn("m2", reply("to li"), address=OTHER)
    for _ in range(2):  # the whole burst is still there
        [other] = await rig.outbox.due()
        assert await rig.outbox.begin(other, ACCOUNT_PACE)
        await rig.inbox.release_all()


# --- calls that a platform counts one by one --------------------------------------------------------------------------


async def test_the_calls_of_all_processes_are_counted_together(rig: Rig) -> None:
    """Twenty in a minute, whoever makes them: no more, and the next when the first is a minute old."""
    async with second_process(rig) as other:
        stores = [CallStore(rig.engine), CallStore(other.engine)]
        first = [await stores[n % 2].spend("calls:group", START + n * SECOND, 20, 60) for n in range(20)]
        assert first == [0.0] * 20
        at = START + 20 * SECOND
        assert [await store.spend("calls:group", at, 20, 60) for store in stores] == [40.0, 40.0]
        assert await stores[0].spend("calls:another", at, 20, 60) == 0.0
        assert await stores[1].spend("calls:group", START + 60 * SECOND, 20, 60) == 0.0
        assert await stores[0].spend("calls:group", START + 60 * SECOND, 20, 60) == 1.0


async def test_room_is_asked_for_what_comes_right_behind(rig: Rig) -> None:
    calls = CallStore(rig.engine)
    assert [await calls.spend("calls:group", START, 2, 60, behind) for behind in (0, 1, 0)] == [0.0, 60.0, 0.0]


async def test_many_at_once_are_no_more_than_there_may_be(rig: Rig) -> None:
    async with second_process(rig) as other:
        stores = [CallStore(rig.engine), CallStore(other.engine)]
        waits = await asyncio.gather(*(stores[n % 2].spend("calls:group", START, 20, 60) for n in range(30)))
        assert waits.count(0.0) <= 20 and waits.count(60.0) >= 10
