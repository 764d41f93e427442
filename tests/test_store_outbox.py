"""Step 11's rows: in order per chat, held back as the platform asks, and a failure that reaches staff."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from store_rig import OTHER, SHOPPER, START, Rig, open_rig, opening, reply

from bot.conversation import Status
from bot.messages import Address, Attachment, DeskPost, Kind, Reply, Sender
from bot.ports import Pace
from bot.store.outbox import FIRST_WAIT, LONGEST_WAIT, MOST_ATTEMPTS
from bot.store.tables import Budgets, DeskThreads, Inbox, Outbox
from bot.turn import Delivery, Sending


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


async def the_one(rig: Rig) -> Delivery:
    [delivery] = await rig.outbox.due()
    return delivery


def post(kind: str = "opened", handoff_id: str = "h1") -> Sending:
    return Sending(kind, DeskPost(handoff_id, kind, "a shopper waits"), desk="slack", handoff_id=handoff_id)


async def test_a_delivery_holds_what_the_turn_left(rig: Rig) -> None:
    await rig.turn("m1", reply("hello"))
    delivery = await the_one(rig)
    assert (delivery.payload, delivery.target, delivery.address, delivery.attempts) == (
        Reply("hello"),
        "channel",
        SHOPPER,
        0,
    )


async def test_rows_of_one_chat_go_out_one_at_a_time_in_order(rig: Rig) -> None:
    await rig.turn("m1", reply("one"), reply("two"))
    await rig.turn("m2", reply("three"))
    sent = []
    while due := await rig.outbox.due():
        assert len(due) == 1
        sent.append(due[0].payload.text)
        await rig.outbox.sent(due[0], "ref")
    assert sent == ["one", "two", "three"]


async def test_chats_do_not_wait_for_one_another(rig: Rig) -> None:
    await rig.turn("m1", reply("to emma"), reply("later"))
    await rig.turn("m2", reply("to li"), address=OTHER)
    assert await rig.due_texts() == ["to emma", "to li"]


async def test_two_people_in_one_group_chat_share_its_order(rig: Rig) -> None:
    group = [Address("telegram", "bot", "-1", user=user) for user in ("u1", "u2")]
    await rig.turn("m1", reply("to u1"), address=group[0])
    await rig.turn("m2", reply("to u2"), address=group[1])
    assert await rig.due_texts() == ["to u1"]


async def test_desk_mail_and_chat_are_lanes_of_their_own(rig: Rig) -> None:
    await rig.turn("m1", reply("chat"), post(), reply("mail", "notice", mail="emma@example.com"))
    due = await rig.outbox.due()
    assert [delivery.target for delivery in due] == ["channel", "desk:slack", "mail"]
    assert (due[2].address.channel, due[2].address.chat) == ("mail", "emma@example.com")


async def test_a_sent_row_is_never_due_again_and_keeps_the_platforms_id(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    delivery = await the_one(rig)
    await rig.outbox.sent(delivery, "platform-7")
    [row] = await rig.rows(Outbox)
    assert (await rig.outbox.due(), await rig.outbox.begin(delivery, Pace())) == ([], False)
    assert (row.state, row.reference, row.sent_at) == ("sent", "platform-7", START)


# --- temporary failures ----------------------------------------------------------------------------------------------


async def failing(rig: Rig, error: str = "timeout", retry_after: float | None = None) -> timedelta:
    """The one that is due fails, and time goes on until it is due again; how long that was."""
    delivery, before = await the_one(rig), rig.clock.time
    await rig.outbox.later(delivery, error, retry_after)
    [budget] = [row for row in await rig.rows(Budgets) if row.key == delivery.lane]
    rig.clock.time = budget.blocked_until
    return rig.clock.time - before


async def test_retry_after_holds_that_chat_until_then_and_no_other(rig: Rig) -> None:
    await rig.turn("m1", reply("one"), reply("two"))
    await rig.turn("m2", reply("to li"), address=OTHER)
    await rig.outbox.later((await rig.outbox.due())[0], "429", 7)
    assert await rig.due_texts() == ["to li"]
    rig.clock.time = START + timedelta(seconds=7)
    assert await rig.due_texts() == ["one", "to li"]


async def test_what_joins_a_held_chat_waits_behind(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    await rig.outbox.later(await the_one(rig), "429", 7)
    await rig.turn("m2", reply("two"))
    assert await rig.due_texts() == []
    rig.clock.time = START + timedelta(seconds=7)
    assert await rig.due_texts() == ["one"]


async def test_without_a_word_of_the_platform_the_pause_grows_up_to_a_limit(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    pauses = []
    for _ in range(MOST_ATTEMPTS - 1):
        pauses.append(await failing(rig))
    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (2, 4, 8, 16)]
    assert pauses == sorted(pauses) and max(pauses) == LONGEST_WAIT
    assert (await the_one(rig)).attempts == MOST_ATTEMPTS - 1


async def test_what_failed_at_one_moment_is_not_tried_again_at_one_moment(rig: Rig) -> None:
    await rig.turn("m1", reply("to emma"))
    await rig.turn("m2", reply("to li"), address=OTHER)
    for delivery, share in zip(await rig.outbox.due(), (0.5, 0.75), strict=True):
        rig.jitter = share
        await rig.outbox.later(delivery, "timeout", None)
    assert [row.blocked_until - START for row in await rig.rows(Budgets) if row.blocked_until] == [
        timedelta(seconds=1), timedelta(seconds=1.5)]  # fmt: skip


async def test_a_wait_that_the_platform_asks_for_is_kept_whole(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    rig.jitter = 0.5
    assert await failing(rig, "429", retry_after=7) == timedelta(seconds=7)


async def test_after_the_last_attempt_it_has_failed(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    for _ in range(MOST_ATTEMPTS):
        await failing(rig, "gone")
    [row] = await rig.rows(Outbox)
    assert (row.state, row.error, (await rig.taken()).rows[0].message.act) == ("failed", "gone", "undeliverable")


async def test_a_pause_that_the_platform_asks_for_is_no_failed_attempt(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    pauses = [await failing(rig, "429", retry_after=60) for _ in range(MOST_ATTEMPTS + 1)]
    delivery = await the_one(rig)
    assert (delivery.attempts, set(pauses)) == (0, {timedelta(minutes=1)})


async def test_a_platform_that_asks_for_no_pause_at_all_gets_one(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    assert await failing(rig, "429", retry_after=0) == FIRST_WAIT


@pytest.mark.parametrize("sending", [post(), reply("notice", "notice", mail="emma@example.com")], ids=["desk", "mail"])
async def test_a_desk_or_mail_is_tried_until_it_arrives(
    rig: Rig, sending: Sending, caplog: pytest.LogCaptureFixture
) -> None:
    await rig.turn("m1", sending)
    pauses = [await failing(rig) for _ in range(4 * MOST_ATTEMPTS)]
    delivery = await the_one(rig)
    assert (delivery.attempts, pauses[-1]) == (4 * MOST_ATTEMPTS, LONGEST_WAIT)
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 4
    assert delivery.payload.text not in caplog.text and "emma" not in caplog.text


async def test_what_never_arrives_is_logged_without_its_text(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    await rig.turn("m1", reply("your order 10423"))
    await rig.outbox.failed(await the_one(rig), "blocked")
    [record] = caplog.records
    assert (record.levelname, "blocked" in record.message, "10423" in record.message) == ("WARNING", True, False)


# --- permanent failures ----------------------------------------------------------------------------------------------


async def test_a_permanent_failure_becomes_a_message_of_its_conversation(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    await rig.outbox.failed(await the_one(rig), "blocked")
    [row] = (await rig.taken()).rows
    message = row.message
    assert (message.sender, message.kind, message.act, message.address) == (
        Sender.CLOCK,
        Kind.TIMER,
        "undeliverable",
        SHOPPER,
    )


async def test_the_next_message_of_that_chat_is_tried_after_a_failure(rig: Rig) -> None:
    await rig.turn("m1", reply("one"), reply("two"))
    await rig.outbox.failed((await rig.outbox.due())[0], "malformed")
    assert await rig.due_texts() == ["two"]


async def test_a_mail_that_fails_does_not_bother_the_shopper(rig: Rig) -> None:
    await rig.turn("m1", reply("notice", "notice", mail="emma@example.com"))
    before = await rig.count(Inbox)
    await rig.outbox.failed(await the_one(rig), "gone")
    assert (await rig.count(Inbox), await rig.outbox.due()) == (before, [])


async def test_a_desk_that_fails_is_told_of_once_for_each_handoff(rig: Rig) -> None:
    await rig.turn("m1", post(), post("relay"), post(handoff_id="h2"))
    for _ in range(3):
        await rig.outbox.failed((await rig.outbox.due())[0], "thrown out")
    messages = [(await rig.taken()).rows[0].message]
    assert [(message.act, message.handoff_id, message.text) for message in messages] == [
        ("unseen", "h1", "slack: thrown out")
    ]
    assert [row.message["handoff_id"] for row in await rig.rows(Inbox) if row.kind == Kind.TIMER] == ["h1", "h2"]


async def test_a_held_row_may_not_be_begun(rig: Rig) -> None:
    await rig.turn("m1", reply("one"))
    delivery = await the_one(rig)
    await rig.turn("m2", status=Status.STAFF)
    assert await rig.outbox.begin(delivery, Pace()) is False


# --- posts that wait together ---


def line(text: str, handoff_id: str = "h1", kind: str = "relay", **fields: Any) -> Sending:
    return Sending(
        kind, DeskPost(handoff_id, kind, text, **fields), desk="slack", handoff_id=handoff_id, part=f":{text[:9]}"
    )


async def test_lines_that_wait_for_one_thread_go_out_as_one_and_other_threads_keep_theirs(rig: Rig) -> None:
    await rig.turn("m1", line("one"), line("other", "h2"), line("two"), line("three"))
    assert await rig.due_texts() == ["one\ntwo\nthree"]
    await rig.outbox.sent(await the_one(rig), "slack:T1:C1:17.1")
    assert await rig.due_texts() == ["other"]
    assert [row.state for row in await rig.rows(Outbox)] == ["sent", "waiting", "sent", "sent"]


@pytest.mark.parametrize(
    "between",
    [line("stop", kind="note"), line("stop", files=(Attachment("photo", digest="d"),)), line("😀" * 1500)],
    ids=["another kind", "with a file", "too long"],
)
async def test_what_does_not_fit_together_keeps_its_order(rig: Rig, between: Sending) -> None:
    await rig.turn("m1", line("one"), between, line("two"))
    sent = []
    while due := await rig.outbox.due():
        sent.append(due[0].payload.text)
        await rig.outbox.sent(due[0], "")
    assert sent == ["one", between.payload.text, "two"]


async def test_lines_that_failed_together_have_all_failed(rig: Rig) -> None:
    await rig.turn("m1", line("one"), line("two"))
    await rig.outbox.failed(await the_one(rig), "gone")
    assert [row.state for row in await rig.rows(Outbox)] == ["failed", "failed"]


# --- desk threads ----------------------------------------------------------------------------------------------------


async def test_a_desk_thread_is_remembered_and_its_messages_find_the_conversation(rig: Rig) -> None:
    await rig.turn("m1", post(), handoffs=(opening(),))
    thread = Address("slack", "T1", "C1", thread="17.1", user="U9")
    await rig.outbox.sent(await the_one(rig), thread.desk_ref)
    assert await rig.outbox.desk_thread("h1", "slack") == thread.desk_ref
    assert [await rig.outbox.desk_thread(*key) for key in (("h1", "console"), ("h2", "slack"))] == ["", ""]
    await rig.hear("s1", "hello, this is Anna", thread, sender=Sender.STAFF)
    assert (await rig.taken()).conversation_id == SHOPPER.conversation_id


async def test_further_posts_of_a_thread_keep_it_once(rig: Rig) -> None:
    await rig.turn("m1", post(), post("note"), handoffs=(opening(),))
    for _ in range(2):
        await rig.outbox.sent(await the_one(rig), "slack:T1:C1:17.1")
    assert await rig.count(DeskThreads) == 1


async def test_a_handoff_that_moved_stands_in_its_new_thread_only(rig: Rig) -> None:
    await rig.turn("m1", post(), handoffs=(opening(),))
    await rig.outbox.sent(await the_one(rig), "slack:T1:C1:17.1")
    await rig.outbox.move_thread("h1", "slack", "slack:T1:C1:18.2")
    assert (await rig.outbox.desk_thread("h1", "slack"), await rig.count(DeskThreads)) == ("slack:T1:C1:18.2", 1)


async def test_a_desk_without_threads_keeps_none(rig: Rig) -> None:
    await rig.turn("m1", post(), handoffs=(opening(),))
    await rig.outbox.sent(await the_one(rig), "")
    assert await rig.count(DeskThreads) == 0
