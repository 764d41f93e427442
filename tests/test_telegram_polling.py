"""Long polling with the real SDK: nothing is confirmed to Telegram before it is stored."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import NOW
from fakes import FakeFront, FakeOffice
from peers.telegram import TOKEN, TelegramPeer
from telegram.error import RetryAfter, TimedOut

from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.telegram.retry import Retry
from bot.clock import ManualClock
from bot.messages import InboundMessage, Kind
from bot.ports import Receipt

PAYLOADS = Path(__file__).parent / "payloads" / "telegram"
OFFSET = "telegram:700100:offset"


def update(name: str) -> dict:
    return json.loads((PAYLOADS / f"{name}.json").read_text())["payload"]


def text(number: int, said: str) -> dict:
    return {"message": {**update("private_text")["message"], "message_id": number, "text": said}}


class Gate:
    """Stands in for the wait between two tries: records it, and lets on when the test says so."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.begun = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.begun.set()
        await self.open.wait()


@asynccontextmanager
async def running(peer, front, gate=None, token=TOKEN, jitter=lambda: 1.0):
    settings = TelegramSettings(token, base_url=peer.url)
    adapter = TelegramAdapter(front, FakeOffice({}), settings, pause=gate or Gate(), jitter=jitter)
    task = asyncio.create_task(adapter.run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await adapter.close()


@pytest.fixture
async def peer():
    async with TelegramPeer() as peer:
        peer.chat(111)
        yield peer


@pytest.fixture
def front():
    return FakeFront()


def confirmed(peer):
    return lambda: peer.waiting == []


async def test_updates_are_stored_in_order_then_confirmed(peer, front):
    for number in range(3):
        await peer.push(text(number, f"line {number}"))
    async with running(peer, front):
        await peer.until(confirmed(peer))
        await peer.push(text(3, "line 3"))
        await peer.until(confirmed(peer))
    assert front.texts == [f"line {number}" for number in range(4)]
    assert front.memory[OFFSET] == "505"


async def test_the_poll_is_long_and_asks_only_for_what_we_read(peer, front):
    async with running(peer, front):
        await peer.until(lambda: peer.asked("getUpdates"))
    (poll,) = peer.asked("getUpdates")
    assert poll["timeout"] == "50"
    assert poll["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_a_webhook_left_behind_is_taken_away(peer, front):
    peer.webhook = {"url": "https://old.example", "secret_token": ""}
    await peer.push(text(1, "hello"))
    async with running(peer, front):
        await peer.until(confirmed(peer))
    assert front.texts == ["hello"]


async def test_a_restart_goes_on_where_it_stopped(peer, front):
    await peer.push(text(1, "before"))
    async with running(peer, front):
        await peer.until(confirmed(peer))
    await peer.push(text(2, "after"))
    first_polls = len(peer.asked("getUpdates"))
    async with running(peer, front):
        await peer.until(confirmed(peer))
    assert peer.asked("getUpdates")[first_polls]["offset"] == "502"
    assert front.texts == ["before", "after"]


async def test_what_could_not_be_stored_is_asked_for_again(peer, front):
    gate = Gate()
    await peer.push(text(1, "one"))
    await peer.push(text(2, "two"))
    front.broken = 1
    async with running(peer, front, gate):
        await gate.begun.wait()
        assert (peer.waiting, front.texts, OFFSET in front.memory) == ([501, 502], [], False)
        gate.open.set()
        await peer.until(confirmed(peer))
    assert front.texts == ["one", "two"]
    assert gate.waits == [1.0]


async def test_waits_grow_while_the_store_is_away(peer, front):
    gate = Gate()
    gate.open.set()
    front.broken = 8
    await peer.push(text(1, "one"))
    async with running(peer, front, gate):
        await peer.until(confirmed(peer))
    assert gate.waits == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_two_bots_that_lose_the_store_at_one_moment_do_not_keep_step(peer, front):
    gate, shares = Gate(), iter((0.5, 0.75, 1.0, 0.5))
    gate.open.set()
    front.broken = 4
    await peer.push(text(1, "one"))
    async with running(peer, front, gate, jitter=lambda: next(shares)):
        await peer.until(confirmed(peer))
    assert gate.waits == [0.5, 1.5, 4, 4]


async def test_the_same_update_three_times_is_stored_once(peer, front):
    for update_id in (501, 502, 503):
        await peer.push(text(7, "hello"), update_id=update_id)
    async with running(peer, front):
        await peer.until(confirmed(peer))
    assert front.texts == ["hello"]


async def test_ids_that_start_anew_lower_down_are_still_received(peer, front):
    """After a quiet week Telegram goes on at a random id."""
    await peer.push(text(1, "old"), update_id=900_000)
    async with running(peer, front):
        await peer.until(confirmed(peer))
        await peer.push(text(2, "new"), update_id=1_000)
        await peer.until(confirmed(peer))
    async with running(peer, front):  # the kept offset is of the new count as well
        await peer.push(text(3, "newer"))
        await peer.until(confirmed(peer))
    assert front.texts == ["old", "new", "newer"]


async def test_an_update_that_cannot_be_read_holds_up_nobody(peer, front, caplog):
    await peer.push({"message": {"chat": {"id": 111}, "text": "a private matter"}})
    await peer.push(text(2, "hello"))
    async with running(peer, front):
        await peer.until(confirmed(peer))
    assert front.texts == ["hello"]
    assert "Update 501" in caplog.text and "private matter" not in caplog.text


async def test_a_second_poller_is_told_of_clearly_and_does_not_spin(peer, front, caplog):
    gate = Gate()
    async with running(peer, front, gate):
        await peer.until(lambda: peer.asked("getUpdates"))
        async with running(peer, FakeFront()):
            await gate.begun.wait()
            polls = len(peer.asked("getUpdates"))
    assert polls == 2
    assert gate.waits == [30]
    assert "another process receives this bot's messages" in caplog.text


async def test_a_poller_thrown_out_comes_back(peer, front):
    gate = Gate()
    async with running(peer, front, gate):
        await peer.until(lambda: peer.asked("getUpdates"))
        async with running(peer, FakeFront()):
            await gate.begun.wait()
        gate.open.set()
        await peer.push(text(1, "hello"))
        await peer.until(confirmed(peer))
    assert front.texts == ["hello"]


async def test_a_refused_token_is_told_of_without_naming_it(peer, front, caplog):
    gate = Gate()
    async with running(peer, front, gate, token="700100:AAF-wrong"):
        await gate.begun.wait()
    assert gate.waits == [60]
    assert "@BotFather" in caplog.text and "AAF-wrong" not in caplog.text


@pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be of type")
async def test_the_wait_that_telegram_asks_for_is_kept():
    gate, answers = Gate(), [RetryAfter(7), TimedOut()]
    gate.open.set()

    async def step() -> str:
        if answers:
            raise answers.pop(0)
        return "done"

    assert (await Retry(gate, lambda: 0.5).persist(step), gate.waits) == ("done", [7, 1])


async def test_polling_mounts_nothing(peer, front):
    adapter = TelegramAdapter(front, FakeOffice({}), TelegramSettings(TOKEN, base_url=peer.url))
    assert list(adapter.routes()) == []
    await adapter.close()


async def test_a_pressed_button_is_stored_and_then_answered(peer, front):
    await peer.push(update("button"))
    async with running(peer, front):
        await peer.until(lambda: peer.asked("answerCallbackQuery"))
        await peer.until(lambda: not peer.spinning)
    assert [(message.kind, message.button) for message in front.received] == [(Kind.BUTTON, "confirm:yes")]


async def test_a_button_is_not_answered_before_it_is_stored(peer, front):
    gate = Gate()
    front.broken = 1
    await peer.push(update("button"))
    async with running(peer, front, gate):
        await gate.begun.wait()
    assert peer.asked("answerCallbackQuery") == []


async def test_a_button_too_old_to_answer_is_only_logged(front, caplog):
    caplog.set_level("INFO")
    clock, receive = ManualClock(NOW), front.receive

    async def slowly(message: InboundMessage) -> Receipt:
        clock.advance(timedelta(seconds=151))
        return await receive(message)

    front.receive = slowly
    async with TelegramPeer(clock.now) as peer:
        await peer.push(update("button"))
        async with running(peer, front) as task:
            await peer.until(lambda: peer.asked("answerCallbackQuery"))
            await peer.push(text(2, "hello"))
            await peer.until(confirmed(peer))
            assert not task.done()
        assert len(peer.spinning) == 1 and "could not be answered" in caplog.text
    assert [message.kind for message in front.received] == [Kind.BUTTON, Kind.TEXT]


async def test_no_token_and_no_text_reaches_the_log(peer, front, caplog):
    caplog.set_level("DEBUG")
    await peer.push(text(1, "a private matter"))
    async with running(peer, front):
        await peer.until(confirmed(peer))
    assert front.texts == ["a private matter"]
    assert TOKEN not in caplog.text and "private matter" not in caplog.text
