"""Messages come in once and in order, and each conversation is worked by one worker at a time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store_rig import DESK, OTHER, SHOPPER, START, Rig, act_of_staff, open_rig, opening, said, texts

from bot.errors import StoreError
from bot.messages import Address, Attachment, InboundMessage, Kind, Sender
from bot.store.database import open_database
from bot.store.inbox import LEASE, InboxStore
from bot.store.tables import Conversations, Inbox, Timers
from bot.turn import TimerChange


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


# --- received once ---------------------------------------------------------------------------------------------------


async def test_a_message_is_stored_whole(rig: Rig) -> None:
    message = said(
        "m1", "文 💡", replace(SHOPPER, private=False), name="Emma", language="zh-hans", kind=Kind.FILE,
        attachments=(Attachment("photo", "image/png", 5, "a.png", "h", "d"),),
    )  # fmt: skip
    receipt = await rig.inbox.receive(message)
    [row] = (await rig.taken()).rows
    assert (receipt.new, receipt.conversation_id) == (True, SHOPPER.conversation_id)
    assert (row.message, row.message.address.private, row.accepted_at) == (message, False, START)


async def test_the_same_source_id_again_changes_nothing(rig: Rig) -> None:
    first = await rig.inbox.receive(said("m1", "one"))
    again = await rig.inbox.receive(said("m1", "two"))
    assert (first.new, again.new, again.conversation_id) == (True, False, first.conversation_id)
    assert texts(await rig.taken()) == ["one"]


async def test_files_that_the_first_telling_left_out_come_once_as_a_row_of_their_own(rig: Rig) -> None:
    photo = Attachment("photo", "image/png", 5, "a.png", "h")
    whole = said("m1", "broken", kind=Kind.FILE, attachments=(photo,))
    receipts = [await rig.inbox.receive(message) for message in (said("m1", "broken"), whole, whole)]
    assert [receipt.new for receipt in receipts] == [True, True, False]
    stored = [row.message for row in await rig.rows(Inbox)]
    assert [(row["text"], len(row["attachments"])) for row in stored] == [("broken", 0), ("", 1)]


async def test_a_whole_message_gets_nothing_from_a_poorer_telling(rig: Rig) -> None:
    whole = said("m1", "broken", kind=Kind.FILE, attachments=(Attachment("photo", "image/png", 5, "a.png", "h"),))
    receipts = [await rig.inbox.receive(message) for message in (whole, said("m1", "broken"), whole)]
    assert [receipt.new for receipt in receipts] == [True, False, False] and await rig.count(Inbox) == 1


async def test_a_message_that_was_answered_long_ago_is_still_known(rig: Rig) -> None:
    await rig.turn("m1")
    assert (await rig.inbox.receive(said("m1"))).new is False
    assert await rig.inbox.claim("w1") is None


async def test_the_same_source_id_on_another_account_is_another_message(rig: Rig) -> None:
    receipts = [
        await rig.inbox.receive(said("m1", address=replace(SHOPPER, account=account))) for account in ("a", "b")
    ]
    assert [receipt.new for receipt in receipts] == [True, True]


async def test_of_concurrent_duplicates_one_is_stored(rig: Rig) -> None:
    receipts = await asyncio.gather(*(rig.inbox.receive(said("m1")) for _ in range(8)))
    assert (sum(receipt.new for receipt in receipts), await rig.count(Inbox), await rig.count(Conversations)) == (
        1,
        1,
        1,
    )


async def test_concurrent_messages_of_many_are_all_stored(rig: Rig) -> None:
    addresses = [SHOPPER, OTHER]
    await asyncio.gather(*(rig.inbox.receive(said(f"m{n}", address=addresses[n % 2])) for n in range(20)))
    assert (await rig.count(Inbox), await rig.count(Conversations)) == (20, 2)


async def test_what_cannot_be_stored_is_said_to_be_so(tmp_path: Path) -> None:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    try:
        with pytest.raises(StoreError, match="could not be stored"):
            await InboxStore(engine, type("Clock", (), {"now": lambda self: START})()).receive(said("m1", "secret"))
    finally:
        await engine.dispose()


# --- edits -----------------------------------------------------------------------------------------------------------


def edit(number: int, text: str) -> InboundMessage:
    """The message m1, changed `number` minutes after it was sent."""
    changed = said(f"m1:edit:{number}", text, kind=Kind.EDIT, edits="m1")
    return replace(changed, sent_at=START + timedelta(minutes=number))


async def test_an_edit_before_a_worker_began_replaces_the_text(rig: Rig) -> None:
    await rig.hear("m1", "cancel 10423")
    await rig.inbox.receive(edit(1, "cancel 10424"))
    claim = await rig.taken()
    assert texts(claim) == ["cancel 10424"]
    await rig.commit(claim)
    assert await rig.inbox.any_waiting() is False


async def test_an_edit_after_a_worker_began_is_a_turn_of_its_own(rig: Rig) -> None:
    await rig.hear("m1", "cancel 10423")
    claim = await rig.taken()
    receipt = await rig.inbox.receive(edit(1, "cancel 10424"))
    await rig.commit(claim)
    later = await rig.taken("w2")
    assert (receipt.new, [row.message.kind for row in later.rows], texts(claim)) == (
        True,
        [Kind.EDIT],
        ["cancel 10423"],
    )


async def test_an_edit_that_was_applied_is_known_when_it_comes_again(rig: Rig) -> None:
    await rig.hear("m1", "cancel 10423")
    receipts = [await rig.inbox.receive(edit(1, "cancel 10424")) for _ in range(2)]
    await rig.commit(await rig.taken())
    receipts.append(await rig.inbox.receive(edit(1, "cancel 10424")))
    assert [receipt.new for receipt in receipts] == [True, False, False]
    assert await rig.inbox.claim("w1") is None


@pytest.mark.parametrize("order", [(1, 2, 1), (2, 1)], ids=["delivered again", "delivered late"])
async def test_of_two_edits_the_later_one_counts(rig: Rig, order: tuple[int, ...]) -> None:
    await rig.hear("m1", "cancel 10423")
    for number in order:
        await rig.inbox.receive(edit(number, f"edit {number}"))
    assert texts(await rig.taken()) == ["edit 2"]


async def test_nobody_edits_the_message_of_another(rig: Rig) -> None:
    await rig.hear("m1", "cancel 10423")
    await rig.inbox.receive(said("x", "cancel nothing", OTHER, kind=Kind.EDIT, edits="m1"))
    assert texts(await rig.taken()) == ["cancel 10423"]


# --- claims ----------------------------------------------------------------------------------------------------------


async def test_nothing_waiting_is_no_claim(rig: Rig) -> None:
    assert await rig.inbox.claim("w1") is None
    assert await rig.inbox.any_waiting() is False


async def test_a_burst_of_texts_is_taken_together_in_order_of_acceptance(rig: Rig) -> None:
    for number in range(3):
        await rig.hear(f"m{9 - number}", f"text {number}")
    assert texts(await rig.taken()) == ["text 0", "text 1", "text 2"]


@pytest.mark.parametrize(
    "alone",
    [
        said("b", "", kind=Kind.BUTTON, button="yes:1"),
        said("b", "photo", kind=Kind.FILE, attachments=(Attachment("photo"),)),
        said("b", "start", kind=Kind.START),
        said("b", "edit", kind=Kind.EDIT, edits="gone"),
    ],
)
async def test_what_is_no_plain_text_is_a_turn_of_its_own(rig: Rig, alone: object) -> None:
    await rig.hear("m1", "first")
    await rig.inbox.receive(alone)  # type: ignore[arg-type]
    await rig.hear("m2", "second")
    await rig.hear("m3", "third")
    turns = []
    for _ in range(3):
        claim = await rig.taken()
        turns.append([row.message.source_id for row in claim.rows])
        await rig.commit(claim)
    assert turns == [["m1"], ["b"], ["m2", "m3"]]


async def test_staff_and_shopper_share_the_queue_of_the_conversation(rig: Rig) -> None:
    await rig.turn("m1", handoffs=(opening(),))
    await rig.hear("m2", "are you there?")
    await rig.inbox.receive(said("s1", "I am", DESK, sender=Sender.STAFF, handoff_id="h1"))
    await rig.hear("m3", "great")
    turns = []
    while claim := await rig.inbox.claim("w1"):
        turns.append(texts(claim))
        await rig.commit(claim)
    assert turns == [["are you there?"], ["I am"], ["great"]]


async def test_a_staff_message_that_belongs_to_no_handoff_is_not_stored(rig: Rig) -> None:
    receipt = await rig.inbox.receive(said("s1", "hi", DESK, sender=Sender.STAFF))
    assert (receipt.conversation_id, receipt.new, await rig.count(Inbox)) == ("", False, 0)


async def test_an_unknown_handoff_belongs_to_nobody(rig: Rig) -> None:
    assert (await rig.inbox.receive(act_of_staff("s1", "claim", "nope"))).conversation_id == ""


async def test_the_conversation_that_waited_longest_comes_first(rig: Rig) -> None:
    await rig.hear("m1", address=OTHER)
    await rig.hear("m2")
    assert [(await rig.taken(owner)).conversation_id for owner in ("w1", "w2")] == [
        OTHER.conversation_id,
        SHOPPER.conversation_id,
    ]


async def test_two_workers_never_hold_one_conversation(rig: Rig) -> None:
    await rig.hear("m1")
    claims = await asyncio.gather(*(rig.inbox.claim(f"w{n}") for n in range(6)))
    assert len([claim for claim in claims if claim]) == 1


async def test_parallel_workers_take_different_conversations(rig: Rig) -> None:
    for number in range(5):
        await rig.hear(f"m{number}", address=Address("web", "", str(number), user=str(number)))
    claims = await asyncio.gather(*(rig.inbox.claim(f"w{n}") for n in range(5)))
    assert len({claim.conversation_id for claim in claims if claim}) == 5


async def test_what_comes_during_a_turn_waits_for_the_next(rig: Rig) -> None:
    await rig.hear("m1", "one")
    claim = await rig.taken()
    await rig.hear("m2", "two")
    assert await rig.inbox.claim("w2") is None
    await rig.commit(claim)
    assert texts(await rig.taken("w2")) == ["two"]


async def test_a_released_turn_is_taken_again_with_the_same_messages(rig: Rig) -> None:
    """What came since must not take back a yes that may have been acted on."""
    await rig.hear("m1", "yes")
    claim = await rig.taken()
    await rig.hear("m2", "no wait")
    await rig.inbox.release(claim)
    assert texts(await rig.taken("w2")) == ["yes"]


async def test_a_turn_put_off_is_taken_again_after_its_pause(rig: Rig) -> None:
    await rig.hear("m1", "one")
    await rig.inbox.release(await rig.taken(), timedelta(seconds=5))
    early = await rig.inbox.claim("w1")
    rig.clock.time += timedelta(seconds=6)
    assert (early, texts(await rig.taken("w2"))) == (None, ["one"])


async def test_a_lease_runs_out_and_the_turn_is_taken_over(rig: Rig) -> None:
    await rig.hear("m1", "one")
    await rig.taken("w1")
    rig.clock.time += LEASE
    assert await rig.inbox.claim("w2") is None
    rig.clock.time += timedelta(seconds=1)
    taken = await rig.taken("w2")
    assert (taken.owner, texts(taken)) == ("w2", ["one"])


async def test_a_worker_that_lost_its_lease_cannot_release_that_of_another(rig: Rig) -> None:
    await rig.hear("m1")
    lost = await rig.taken("w1")
    rig.clock.time += LEASE + timedelta(seconds=1)
    await rig.taken("w2")
    await rig.inbox.release(lost)
    assert await rig.inbox.claim("w3") is None


async def test_at_start_the_leases_of_a_killed_process_are_void(rig: Rig) -> None:
    await rig.hear("m1")
    await rig.taken("killed")
    await rig.inbox.release_all()
    assert (await rig.taken("w1")).owner == "w1"


async def test_a_reply_is_being_composed_while_a_message_of_the_shopper_waits(rig: Rig) -> None:
    states = [await rig.inbox.composing(SHOPPER.conversation_id)]
    await rig.hear("m1")
    states.append(await rig.inbox.composing(SHOPPER.conversation_id))
    await rig.commit(await rig.taken())
    states.append(await rig.inbox.composing(SHOPPER.conversation_id))
    assert states == [False, True, False]


# --- timers ----------------------------------------------------------------------------------------------------------


def timer(subject: str = "h1", minutes: int = 10) -> TimerChange:
    return TimerChange("unclaimed", subject, START + timedelta(minutes=minutes))


async def test_a_timer_becomes_a_message_once_when_it_is_due(rig: Rig) -> None:
    await rig.turn("m1", timers=(timer(),))
    early = await rig.inbox.fire_timers()
    rig.clock.time += timedelta(minutes=10)
    woken = [await rig.inbox.fire_timers(), await rig.inbox.fire_timers()]
    [row] = (await rig.taken()).rows
    assert (early, woken) == ([], [[SHOPPER.conversation_id], []])
    assert (row.message.sender, row.message.kind, row.message.act, row.message.handoff_id) == (
        Sender.CLOCK,
        Kind.TIMER,
        "unclaimed",
        "h1",
    )


async def test_a_later_timer_fires_although_the_database_gives_its_number_again(rig: Rig) -> None:
    for place, subject in enumerate(("h1", "h2", "h3")):
        await rig.turn(f"m{place}", timers=(TimerChange("unclaimed", subject, rig.clock.now()),))
        assert await rig.inbox.fire_timers() == [SHOPPER.conversation_id]
        claim = await rig.taken()
        assert [row.message.handoff_id for row in claim.rows] == [subject]
        await rig.commit(claim)


async def test_a_timer_set_again_for_the_same_thing_fires_again(rig: Rig) -> None:
    for place in range(2):
        rig.clock.time += timedelta(minutes=1)
        await rig.turn(f"m{place}", timers=(TimerChange("unclaimed", "h1", rig.clock.now()),))
        assert await rig.inbox.fire_timers() == [SHOPPER.conversation_id]
        await rig.commit(await rig.taken())


async def test_a_timer_is_moved_and_taken_away_by_the_turn(rig: Rig) -> None:
    await rig.turn("m1", timers=(timer(minutes=1), timer("h2")))
    await rig.turn("m2", timers=(timer(minutes=30), TimerChange("unclaimed", "h2", None)))
    assert [(row.subject, row.due) for row in await rig.rows(Timers)] == [("h1", START + timedelta(minutes=30))]


async def test_a_timer_comes_after_what_the_shopper_wrote_before_it(rig: Rig) -> None:
    await rig.turn("m1", timers=(timer(),))
    await rig.hear("m2", "still here?")
    rig.clock.time += timedelta(minutes=10)
    await rig.inbox.fire_timers()
    first = await rig.taken()
    await rig.commit(first)
    assert (texts(first), texts(await rig.taken())) == (["still here?"], ["unclaimed"])
