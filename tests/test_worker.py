"""Turns whose files or lease give trouble, and deliveries that fail: nothing is lost, and nothing goes on for ever."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from store_rig import SHOPPER, Rig, open_rig, reply

from bot.errors import LeaseLost, PermanentFailure, StoreError, TemporaryFailure, ThreadGone
from bot.messages import Address, Attachment, DeskPost, Kind, Reply
from bot.ports import Pace
from bot.store.budgets import TAKEN
from bot.store.inbox import LEASE
from bot.store.promises import PromiseStore
from bot.store.tables import Outbox
from bot.store.turns import TurnRows
from bot.store.ways_back import WayBackStore
from bot.turn import Claim, Delivery, Sending, TurnResult
from bot.worker import FETCH_PAUSE, LONGEST_FETCH_PAUSE, MOST_FAILURES, MOST_FAULTS, MOST_FETCHES, Carrier, Worker

PHOTO, VOICE = Attachment("photo", handle="photo"), Attachment("voice", handle="voice")


class Talker:
    """A dialogue that notes the turns it gets; `trouble` are errors of the next ones."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.turns: list[Claim] = []
        self.failures: list[Claim] = []
        self.trouble: list[Exception] = []

    async def turn(self, claim: Claim) -> TurnResult:
        if self.trouble:
            raise self.trouble.pop(0)
        self.turns.append(claim)
        return TurnResult((await self._rig.conversations.load(claim.conversation_id))[0])

    async def failed(self, claim: Claim) -> TurnResult:
        self.failures.append(claim)
        return TurnResult((await self._rig.conversations.load(claim.conversation_id))[0])

    @property
    def digests(self) -> list[list[str]]:
        """What was kept of each turn's files."""
        return [[item.digest for row in claim.rows for item in row.message.attachments] for claim in self.turns]


class Platform:
    """A channel and a desk; `answers` says for each file handle, and for "send", what happens in turn (the last stays).

    An answer is an error to raise, None to wait for ever, or what is returned.
    """

    name, pace = "web", Pace()

    def __init__(self, **answers: list[Any]) -> None:
        self.answers, self.asked = answers, []

    async def _answer(self, what: str) -> Any:
        self.asked.append(what)
        answers = self.answers[what]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if answer is not None else await asyncio.Event().wait()

    async def fetch(self, attachment: Attachment) -> bytes:
        return await self._answer(attachment.handle)

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        return await self._answer("send")

    async def post(self, post: DeskPost) -> str:
        return await self._answer(post.text)

    async def typing(self, address: Address) -> None:
        return None


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


@pytest.fixture
def talker(rig: Rig) -> Talker:
    return Talker(rig)


def worker(rig: Rig, talker: Talker, platform: Platform) -> Callable[[str], Awaitable[bool]]:
    async def keep(content: bytes) -> str:
        return f"digest of {content.decode()}"

    rows = TurnRows(
        rig.inbox,
        rig.conversations,
        rig.desk,
        PromiseStore(rig.engine),
        WayBackStore(rig.engine, rig.clock, "", timedelta(0), bytes),
    )
    working = Worker(rows, talker, {"web": platform}, keep, lambda conversation_id: None)  # type: ignore[arg-type]

    async def work(owner: str) -> bool:
        """Whether there was a turn."""
        claim = await working.claim(owner)
        if claim is not None:
            await working.work(claim)
        return claim is not None

    return work


async def no_code(salt: str) -> str:
    return "482193" if salt == "salt" else ""


async def no_link(delivery: Delivery) -> str:
    raise AssertionError("no link is sent here")


async def no_opening(handoff_id: str) -> None:
    return None


def carrier(rig: Rig, platform: Platform) -> Carrier:
    idle = (lambda conversation_id: None, no_code, no_link, no_opening)
    return Carrier(rig.outbox, {"web": platform}, {"slack": platform}, *idle)


async def hear_files(rig: Rig, *files: Attachment) -> None:
    await rig.hear("m1", "", kind=Kind.FILE, attachments=files)


def later(rig: Rig, seconds: float) -> None:
    """Just after that time."""
    rig.clock.time += timedelta(seconds=seconds, microseconds=1)


# --- files -----------------------------------------------------------------------------------------------------------


async def test_a_file_the_platform_cannot_give_now_is_fetched_later(rig: Rig, talker: Talker) -> None:
    platform = Platform(photo=[TemporaryFailure("429", 7), b"x"])
    work = worker(rig, talker, platform)
    await hear_files(rig, PHOTO)
    seen = [await work("w1"), await work("w1")]
    later(rig, 7)
    assert (seen, await work("w2"), talker.digests) == ([True, False], True, [["digest of x"]])


async def test_a_platform_that_says_nothing_or_too_much_is_asked_again_soon(rig: Rig, talker: Talker) -> None:
    platform = Platform(photo=[TemporaryFailure("down"), TemporaryFailure("429", 9999), b"x"])
    work = worker(rig, talker, platform)
    await hear_files(rig, PHOTO)
    for pause in (FETCH_PAUSE, LONGEST_FETCH_PAUSE, 0):
        assert await work("w1")
        later(rig, pause)
    assert talker.digests == [["digest of x"]]


async def test_after_some_tries_the_turn_goes_on_without_the_file(rig: Rig, talker: Talker) -> None:
    platform = Platform(photo=[TemporaryFailure("down")], voice=[b"y"])
    work = worker(rig, talker, platform)
    await hear_files(rig, PHOTO, VOICE)
    for _ in range(MOST_FETCHES):
        assert await work("w1")
        later(rig, FETCH_PAUSE)
    assert talker.digests == [["", "digest of y"]]
    assert platform.asked == ["photo", "voice", "photo", "photo"]  # what is there is not fetched again


async def test_a_file_that_takes_too_long_neither_holds_the_lease_nor_the_others(
    rig: Rig, talker: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.worker.FETCHING", 0.01)
    work = worker(rig, talker, Platform(photo=[None], voice=[b"y"]))
    await hear_files(rig, PHOTO, VOICE)
    for _ in range(MOST_FETCHES):
        assert await work("w1")
        later(rig, FETCH_PAUSE)
    assert talker.digests == [["", "digest of y"]]


@pytest.mark.parametrize("error", [PermanentFailure("deleted"), RuntimeError("our own mistake")])
async def test_a_file_that_can_never_be_had_does_not_hold_up_its_message(
    rig: Rig, talker: Talker, error: Exception
) -> None:
    await hear_files(rig, PHOTO)
    assert await worker(rig, talker, Platform(photo=[error]))("w1")
    assert talker.digests == [[""]]


async def test_a_turn_done_again_does_not_fetch_its_files_again(rig: Rig, talker: Talker) -> None:
    platform = Platform(photo=[b"x"])
    work = worker(rig, talker, platform)
    talker.trouble = [RuntimeError("broken")]
    await hear_files(rig, PHOTO)
    assert [await work("w1"), await work("w1")] == [True, True]
    assert (talker.digests, platform.asked) == ([["digest of x"]], ["photo"])


# --- leases ----------------------------------------------------------------------------------------------------------


async def test_a_turn_that_loses_its_lease_again_and_again_ends_in_a_person(rig: Rig, talker: Talker) -> None:
    work = worker(rig, talker, Platform())
    talker.trouble = [LeaseLost("taken over")] * MOST_FAILURES
    await rig.hear("m1")
    for _ in range(MOST_FAILURES + 1):
        assert await work("w1")
        later(rig, LEASE.total_seconds())
    assert (len(talker.failures), talker.turns, await rig.inbox.any_waiting()) == (1, [], False)


async def test_a_lease_that_was_lost_once_is_forgotten_with_the_next_turn(rig: Rig, talker: Talker) -> None:
    work = worker(rig, talker, Platform())
    for number in range(MOST_FAILURES + 1):
        talker.trouble = [LeaseLost("taken over")]
        await rig.hear(f"m{number}")
        for _ in range(2):
            assert await work("w1")
            later(rig, LEASE.total_seconds())
    assert (len(talker.turns), talker.failures) == (MOST_FAILURES + 1, [])


# --- deliveries ------------------------------------------------------------------------------------------------------


def card(text: str) -> Sending:
    return Sending("opened", DeskPost(text, "opened", text), desk="slack", handoff_id=text)


async def delivered(rig: Rig, carry: Carrier, times: int) -> list[str]:
    """The outbox's states after so many rounds of deliveries."""
    for _ in range(times):
        for delivery in await carry.due():
            if await carry.begin(delivery):
                await carry.deliver(delivery)
        later(rig, 300)
    return [row.state for row in await rig.rows(Outbox)]


async def test_a_desk_that_was_away_for_hours_gets_every_card(rig: Rig) -> None:
    await rig.turn("m1", card("one"), card("two"))
    platform = Platform(one=[*[TemporaryFailure("down")] * 40, "ref 1"], two=["ref 2"])
    carry = carrier(rig, platform)
    assert await delivered(rig, carry, 40) == ["waiting", "waiting"]
    assert await delivered(rig, carry, 2) == ["sent", "sent"]


async def test_a_card_that_we_cannot_render_does_not_hold_up_the_others_for_ever(rig: Rig) -> None:
    await rig.turn("m1", card("one"), card("two"))
    carry = carrier(rig, Platform(one=[KeyError("our own mistake")], two=["ref 2"]))
    assert await delivered(rig, carry, MOST_FAULTS + 1) == ["failed", "sent"]


async def test_a_thread_that_is_gone_is_opened_anew_before_the_line(rig: Rig) -> None:
    async def opening_of(handoff_id: str) -> DeskPost:
        return DeskPost(handoff_id, "opened", "the summary")

    await rig.turn("m1", card("one"))
    platform = Platform(one=[ThreadGone("deleted"), "ref 2"], **{"the summary": [TemporaryFailure("flood"), "ref 2"]})
    carry = Carrier(rig.outbox, {}, {"slack": platform}, lambda conversation_id: None, no_code, no_link, opening_of)
    assert await delivered(rig, carry, 1) == ["waiting"]
    platform.answers["one"].insert(0, ThreadGone("deleted"))
    assert await delivered(rig, carry, 1) == ["sent"]
    assert platform.asked == ["one", "the summary"] * 2 + ["one"]
    assert await rig.outbox.desk_thread("one", "web") == "ref 2"


async def test_a_thread_of_an_unknown_handoff_fails_for_good(rig: Rig) -> None:
    await rig.turn("m1", card("one"))
    assert await delivered(rig, carrier(rig, Platform(one=[ThreadGone("deleted")])), 1) == ["failed"]


async def test_a_mail_gets_its_code_when_it_goes_out_and_the_row_never_holds_it(rig: Rig) -> None:
    letters: list[str] = []

    class Mail(Platform):
        async def send(self, address: Address, reply: Reply, message_id: str) -> str:
            letters.append(reply.text)
            return message_id

    await rig.turn("m1", Sending("code", Reply("Your code:", salt="salt"), mail="emma@example.com"))
    carry = Carrier(rig.outbox, {"mail": Mail()}, {}, lambda conversation_id: None, no_code, no_link, no_opening)
    assert await delivered(rig, carry, 1) == ["sent"]
    assert letters == ["Your code:\n\n482193"]
    assert "482193" not in repr(await rig.rows(Outbox))


async def test_a_mail_whose_code_has_run_out_is_not_sent(rig: Rig) -> None:
    await rig.turn("m1", Sending("code", Reply("Your code:", salt="old"), mail="emma@example.com"))
    platform = Platform(send=["gone"])
    carry = Carrier(rig.outbox, {"mail": platform}, {}, lambda conversation_id: None, no_code, no_link, no_opening)
    assert await delivered(rig, carry, 1) == ["failed"]
    assert platform.asked == []


async def test_what_the_platform_took_is_not_sent_again_because_the_store_could_not_note_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreError("the disk is full")

    await rig.turn("m1", reply("one"))
    platform = Platform(send=["ref 1"])
    carry = carrier(rig, platform)
    with monkeypatch.context() as broken:
        broken.setattr(rig.outbox, "sent", away)
        with pytest.raises(StoreError):
            await delivered(rig, carry, 1)
    later(rig, TAKEN.total_seconds())
    assert (await delivered(rig, carry, 1), platform.asked) == (["sent"], ["send"])


async def test_a_shopper_who_cannot_be_reached_for_long_is_given_up_and_staff_are_told(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    carry = carrier(rig, Platform(send=[TemporaryFailure("down")]))
    assert await delivered(rig, carry, 12) == ["failed"]
    claim = await rig.taken()
    assert (claim.conversation_id, claim.rows[0].message.act) == (SHOPPER.conversation_id, "undeliverable")
