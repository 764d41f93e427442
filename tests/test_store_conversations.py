"""Step 10: a turn is written whole and once, or not at all; what staff do meanwhile is respected."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from store_rig import OTHER, SHOPPER, START, Rig, act_of_staff, confirmation, open_rig, opening, reply, said

from bot.conversation import Access, Confirmation, Conversation, Flow, Proof, Status, Utterance
from bot.errors import LeaseLost
from bot.messages import Card, DeskPost, Sender
from bot.store.database import writing
from bot.store.inbox import LEASE
from bot.store.tables import Conversations, Handoffs, Inbox, Outbox, Timers, Turns
from bot.turn import HandoffChange, Line, Sending, TimerChange, TurnResult


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


# --- loading and committing ------------------------------------------------------------------------------------------


async def test_a_new_conversation_is_blank(rig: Rig) -> None:
    await rig.hear("m1")
    loaded = await rig.conversations.load(SHOPPER.conversation_id)
    assert loaded == (Conversation(id=SHOPPER.conversation_id, address=SHOPPER), True)


async def test_what_a_turn_leaves_is_loaded_again(rig: Rig) -> None:
    left = await rig.turn(
        "m1",
        language="zh",
        flows=(Flow("cancel_order", "cancel_order", {"order_id": "10423"}),),
        wishes=("cancel_order",),
    )
    loaded, intact = await rig.conversations.load(SHOPPER.conversation_id)
    assert (loaded, intact) == (replace(left, version=1, settled=1), True)


async def test_what_was_stored_before_the_commit_had_not_seen_the_answer(rig: Rig) -> None:
    await rig.hear("m1")
    claim = await rig.taken()
    await rig.hear("m2")
    await rig.commit(claim)
    await rig.hear("m3")
    loaded, _ = await rig.conversations.load(SHOPPER.conversation_id)
    rows = [row.id for row in await rig.rows(Inbox)]
    assert [number <= loaded.settled for number in rows] == [True, True, False]


async def test_a_turn_that_was_written_does_not_come_again(rig: Rig) -> None:
    await rig.turn("m1")
    assert await rig.inbox.claim("w1") is None


async def test_a_stored_state_that_cannot_be_read_starts_afresh_in_the_known_language(rig: Rig) -> None:
    left = await rig.turn("m1", language="zh", wishes=("cancel_order",), lines=(Line("user", "hello"),))
    async with writing(rig.engine) as connection:
        await connection.execute(
            sa.update(Conversations.__table__).values(state={"state_version": 99, "language": "zh"})
        )
    loaded, intact = await rig.conversations.load(SHOPPER.conversation_id)
    assert (loaded.wishes, loaded.language, loaded.version, intact) == ((), "zh", 1, False)
    assert (loaded.session, loaded.status) == (left.session + 1, Status.BOT)


async def test_a_person_keeps_a_conversation_whose_state_cannot_be_read(rig: Rig) -> None:
    await rig.turn("m1", status=Status.STAFF, handoffs=(replace(opening(), status="claimed"),))
    async with writing(rig.engine) as connection:
        await connection.execute(sa.update(Conversations.__table__).values(state={"state_version": 99}))
    loaded, intact = await rig.conversations.load(SHOPPER.conversation_id)
    assert (loaded.status, loaded.handoff and loaded.handoff.id, intact) == (Status.STAFF, "h1", False)


async def test_a_worker_whose_lease_was_taken_over_writes_nothing(rig: Rig) -> None:
    await rig.hear("m1")
    lost = await rig.taken("w1")
    rig.clock.time += LEASE + timedelta(seconds=1)
    await rig.taken("w2")
    with pytest.raises(LeaseLost):
        await rig.commit(
            lost,
            reply("lost"),
            lines=(Line("bot", "lost"),),
            handoffs=(opening(),),
            timers=(TimerChange("t", "", START),),
            wishes=("lost",),
        )
    counts = [await rig.count(table) for table in (Outbox, Turns, Handoffs, Timers)]
    loaded, _ = await rig.conversations.load(SHOPPER.conversation_id)
    assert (counts, loaded.wishes, [row.done for row in await rig.rows(Inbox)]) == ([0, 0, 0, 0], (), [False])


async def test_a_turn_worked_out_on_an_older_version_writes_nothing(rig: Rig) -> None:
    await rig.turn("m1")
    await rig.hear("m2")
    claim = await rig.taken()
    stale = Conversation(id=SHOPPER.conversation_id, address=SHOPPER, version=0)
    with pytest.raises(LeaseLost):
        await rig.conversations.commit(claim, TurnResult(stale, sendings=(reply("stale"),)))
    assert await rig.count(Outbox) == 0


async def test_a_turn_is_committed_once_only(rig: Rig) -> None:
    await rig.hear("m1")
    claim = await rig.taken()
    await rig.commit(claim, reply("once"))
    with pytest.raises(LeaseLost):
        await rig.commit(claim, reply("twice"))
    assert await rig.due_texts() == ["once"]


async def test_of_two_commits_at_once_one_is_written(rig: Rig) -> None:
    await rig.hear("m1")
    claim = await rig.taken()
    conversation, _ = await rig.conversations.load(claim.conversation_id)
    results = [TurnResult(conversation, sendings=(reply(text),)) for text in ("a", "b")]
    done = await asyncio.gather(
        *(rig.conversations.commit(claim, result) for result in results), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["LeaseLost", "int"]
    assert await rig.count(Outbox) == 1


async def test_a_turn_that_fails_half_way_leaves_nothing_behind(rig: Rig) -> None:
    await rig.turn("m1", handoffs=(opening(),))
    await rig.hear("m2")
    claim = await rig.taken()
    with pytest.raises(sa.exc.IntegrityError):
        await rig.commit(claim, reply("lost"), lines=(Line("bot", "lost"),), handoffs=(opening(),))
    assert [await rig.count(table) for table in (Turns, Outbox)] == [0, 0]


async def test_a_verified_shopper_begins_with_his_proof(rig: Rig) -> None:
    proof = Proof(Access.CUSTOMER, "c1", "", START + timedelta(days=30))
    await rig.conversations.vouch(SHOPPER, proof)
    await rig.hear("m1")
    loaded, intact = await rig.conversations.load(SHOPPER.conversation_id)
    assert (loaded.proof, intact) == (proof, True)


# --- the transcript --------------------------------------------------------------------------------------------------


async def test_a_transcript_line_comes_back_as_it_was_written(rig: Rig) -> None:
    card = Card("Order 10423", (("Total", "£12.50"),))
    lines = (
        Line("user", "hi", record={"source_id": "m1", "attachments": ["digest"]}),
        Line("bot", "Hello", (("Yes", "yes:1"),), (card,), record={"kind": "reply"}),
        Line("staff", "It is me", author="anna"),
    )
    await rig.turn("m1", lines=lines)
    user, bot, staff = await rig.conversations.transcript(SHOPPER.conversation_id)
    assert (user.text, user.source_id, user.attachments, user.at) == ("hi", "m1", ("digest",), START)
    assert (bot.buttons, bot.cards, staff.author) == ((("Yes", "yes:1"),), (card,), "anna")


async def test_a_transcript_is_replayed_from_a_line_and_notes_are_for_staff(rig: Rig) -> None:
    await rig.turn("m1", lines=tuple(Line(speaker, speaker) for speaker in ("user", "note", "bot")))
    first, *_ = await rig.conversations.transcript(SHOPPER.conversation_id)
    after = [line.speaker for line in await rig.conversations.transcript(SHOPPER.conversation_id, first.id)]
    with_notes = [line.speaker for line in await rig.conversations.transcript(SHOPPER.conversation_id, notes=True)]
    assert (after, with_notes) == (["bot"], ["user", "note", "bot"])


async def test_a_transcript_holds_its_own_conversation_only(rig: Rig) -> None:
    await rig.turn("m1", lines=(Line("user", "mine"),))
    await rig.turn("m2", address=OTHER, lines=(Line("user", "not yours"),))
    assert [line.text for line in await rig.conversations.transcript(SHOPPER.conversation_id)] == ["mine"]


async def test_the_model_reads_the_last_lines_of_this_session_without_staff_and_notes(rig: Rig) -> None:
    await rig.turn("m0", lines=(Line("user", "old session"),))
    await rig.turn(
        "m1", session=2, lines=tuple(Line(speaker, f"{speaker} 1") for speaker in ("user", "bot", "staff", "note"))
    )
    await rig.turn("m2", session=2, lines=(Line("user", "user 2"),))
    history = await rig.conversations.history(SHOPPER.conversation_id, 2)
    assert history == (Utterance("user", "user 1"), Utterance("system", "bot 1"), Utterance("user", "user 2"))
    assert await rig.conversations.history(SHOPPER.conversation_id, 2, limit=1) == (Utterance("user", "user 2"),)


async def test_records_keep_what_the_learning_loop_needs(rig: Rig) -> None:
    await rig.turn("m1", lines=(Line("user", "hi", record={"intent": "greeting"}), Line("bot", "Hello")))
    records = await rig.conversations.records(SHOPPER.conversation_id, 0)
    assert [(speaker, record) for _, speaker, record in records] == [("user", {"intent": "greeting"}), ("bot", {})]
    assert await rig.conversations.records(SHOPPER.conversation_id, records[-1][0]) == []


# --- staff -----------------------------------------------------------------------------------------------------------


async def meanwhile(rig: Rig, message: object, *sendings: Sending) -> list[tuple[str, str]]:
    """A turn of the bot is under way when staff act; the transcript it leaves."""
    await rig.turn("m1", handoffs=(opening(),))
    await rig.hear("m2")
    claim = await rig.taken()
    await rig.inbox.receive(message)  # type: ignore[arg-type]
    lines = (Line("user", "q"), Line("bot", "a", record={"kind": sendings[0].kind if sendings else "reply"}))
    await rig.commit(claim, *sendings, lines=lines)
    return [
        (line.speaker, line.text) for line in await rig.conversations.transcript(SHOPPER.conversation_id, notes=True)
    ]


WRITES = said("s1", "I take this", sender=Sender.STAFF, handoff_id="h1")
CLAIMS = act_of_staff("s1", "claim")


@pytest.mark.parametrize("message", [WRITES, CLAIMS], ids=["writes", "claims"])
async def test_when_a_person_came_meanwhile_the_reply_is_a_note_and_not_sent(rig: Rig, message: object) -> None:
    assert await meanwhile(rig, message, reply("a")) == [("user", "q"), ("note", "a")]
    assert await rig.due_texts() == []


@pytest.mark.parametrize("act", ["note", "approve", "decline", "back", "close"])
async def test_other_acts_of_staff_do_not_silence_the_bot(rig: Rig, act: str) -> None:
    assert await meanwhile(rig, act_of_staff("s1", act), reply("a")) == [("user", "q"), ("bot", "a")]
    assert await rig.due_texts() == ["a"]


@pytest.mark.parametrize("kind", ["result", "handoff"])
async def test_results_of_writes_and_handoff_messages_go_out_although_a_person_came(rig: Rig, kind: str) -> None:
    assert await meanwhile(rig, act_of_staff("s1", "claim"), reply("a", kind)) == [("user", "q"), ("bot", "a")]
    assert await rig.due_texts() == ["a"]


async def test_a_claim_of_what_has_ended_keeps_no_reply_back(rig: Rig) -> None:
    await rig.turn("m0", handoffs=(opening(),))
    await rig.turn("m1", handoffs=(HandoffChange("h1", "closed"),))
    await rig.hear("m2")
    claim = await rig.taken()
    await rig.inbox.receive(CLAIMS)
    await rig.commit(claim, reply("a"))
    assert await rig.due_texts() == ["a"]


TOLD = Sending("unsent", DeskPost("h1", "unsent", "Not sent:"), desk="slack", handoff_id="h1")


@pytest.mark.parametrize("message", [WRITES, CLAIMS], ids=["writes", "claims"])
async def test_the_desk_is_told_what_the_bot_was_about_to_say(rig: Rig, message: object) -> None:
    await meanwhile(rig, message, reply("a"))
    await rig.commit(await rig.taken(), TOLD, status=Status.STAFF)
    assert [row.state for row in await rig.rows(Outbox)] == ["held", "waiting"]
    assert [(one.payload.kind, one.payload.text) for one in await rig.outbox.due()] == [("note", "Not sent:\na")]


async def test_a_desk_is_told_nothing_when_nothing_was_left_unsent(rig: Rig) -> None:
    await meanwhile(rig, CLAIMS, reply("a", "result"))
    await rig.commit(await rig.taken(), TOLD, status=Status.STAFF)
    assert await rig.due_texts() == ["a"] and await rig.count(Outbox) == 1


async def test_a_reply_kept_for_a_person_who_does_not_come_is_said_after_all(rig: Rig) -> None:
    await meanwhile(rig, CLAIMS, reply("a"))
    await rig.commit(await rig.taken())
    shown = await rig.conversations.transcript(SHOPPER.conversation_id)
    assert (await rig.due_texts(), [(line.speaker, line.text) for line in shown][-1]) == (["a"], ("bot", "a"))


async def test_what_stands_before_a_claim_leaves_the_reply_kept_back(rig: Rig) -> None:
    """A note is worked first; the claim behind it still takes over."""
    await rig.turn("m1", handoffs=(opening(),))
    await rig.hear("m2")
    claim = await rig.taken()
    for message in (act_of_staff("s0", "note"), CLAIMS):
        await rig.inbox.receive(message)
    await rig.commit(claim, reply("a"))
    await rig.commit(await rig.taken())
    assert await rig.due_texts() == []
    await rig.commit(await rig.taken(), status=Status.STAFF)
    assert [row.state for row in await rig.rows(Outbox)] == ["held"]


async def test_a_claim_holds_replies_that_were_not_begun(rig: Rig) -> None:
    await rig.turn("m1", reply("said before"), reply("done", "result"), handoffs=(opening(),))
    await rig.inbox.receive(act_of_staff("s1", "claim"))
    await rig.commit(await rig.taken(), status=Status.STAFF)
    assert [(row.kind, row.state) for row in await rig.rows(Outbox)] == [("reply", "held"), ("result", "waiting")]


async def test_a_held_reply_is_a_note_that_only_staff_see(rig: Rig) -> None:
    spoken = (Line("bot", "said before", record={"kind": "reply"}), Line("bot", "done", record={"kind": "result"}))
    await rig.turn("m1", reply("said before"), reply("done", "result"), handoffs=(opening(),), lines=spoken)
    rig.clock.time += timedelta(seconds=1)
    await rig.inbox.receive(act_of_staff("s1", "claim"))
    await rig.commit(await rig.taken(), status=Status.STAFF)
    for_staff = await rig.conversations.transcript(SHOPPER.conversation_id, notes=True)
    assert [(line.speaker, line.text) for line in for_staff] == [("note", "said before"), ("bot", "done")]


async def test_a_reply_that_was_tried_before_the_claim_is_still_delivered(rig: Rig) -> None:
    await rig.turn("m1", reply("tried"), handoffs=(opening(),))
    [delivery] = await rig.outbox.due()
    await rig.outbox.later(delivery, "no line", None)
    await rig.inbox.receive(act_of_staff("s1", "claim"))
    await rig.commit(await rig.taken(), status=Status.STAFF)
    assert [row.state for row in await rig.rows(Outbox)] == ["waiting"]


async def test_a_claim_in_one_conversation_holds_nothing_of_another(rig: Rig) -> None:
    await rig.turn("m0", reply("to li"), address=OTHER)
    await rig.turn("m1", handoffs=(opening(),))
    await rig.inbox.receive(act_of_staff("s1", "claim"))
    await rig.commit(await rig.taken(), status=Status.STAFF)
    assert await rig.due_texts() == ["to li"]


# --- handoffs --------------------------------------------------------------------------------------------------------


async def test_a_handoff_is_opened_claimed_and_ended_with_its_times(rig: Rig) -> None:
    await rig.turn("m1", handoffs=(opening(),))
    for minutes, status, staff in ((1, "claimed", "anna"), (2, "back", "")):
        rig.clock.time = START + timedelta(minutes=minutes)
        await rig.turn(f"m{minutes + 1}", handoffs=(HandoffChange("h1", status, claimed_by=staff),))
    [row] = await rig.rows(Handoffs)
    assert (row.status, row.claimed_by, row.opened_at) == ("back", "anna", START)
    assert (row.claimed_at, row.ended_at) == (START + timedelta(minutes=1), START + timedelta(minutes=2))


async def test_a_handoff_has_exactly_one_message_and_one_post_per_desk(rig: Rig) -> None:
    opened = tuple(
        Sending("opened", DeskPost("h1", "opened", "x"), desk=desk, handoff_id="h1") for desk in ("console", "slack")
    )
    for turn in range(2):
        await rig.turn(f"m{turn}", reply("a person will come", "handoff", handoff_id="h1"), *opened)
    assert [(row.kind, row.part, row.target) for row in await rig.rows(Outbox)] == [
        ("handoff", "", "channel"), ("opened", "console", "desk:console"), ("opened", "slack", "desk:slack"),
    ]  # fmt: skip


async def test_the_database_itself_refuses_a_second_handoff_message(rig: Rig) -> None:
    await rig.turn("m1", reply("a person will come", "handoff", handoff_id="h1"))
    [row] = await rig.rows(Outbox)
    values = {column: value for column, value in row._mapping.items() if column != "id"}
    with pytest.raises(sa.exc.IntegrityError):
        async with writing(rig.engine) as connection:
            await connection.execute(sa.insert(Outbox.__table__).values(**values))


async def test_messages_without_a_handoff_are_never_taken_for_one_another(rig: Rig) -> None:
    await rig.turn("m1", reply("same"), reply("same"))
    assert await rig.count(Outbox) == 2


async def test_an_approval_keeps_the_write_it_decides_on(rig: Rig) -> None:
    pending = confirmation()
    await rig.turn("m1", handoffs=(opening("h1", "approval", confirmation=pending), opening("h2")))
    kept: list[Confirmation | None] = [await rig.desk.confirmation(name) for name in ("h1", "h2", "h3")]
    assert kept == [pending, None, None]


async def test_a_reply_on_its_way_when_a_person_took_over_was_said_after_all(rig: Rig) -> None:
    spoken = (Line("bot", "on its way", record={"kind": "reply"}),)
    await rig.turn("m1", reply("on its way"), handoffs=(opening(),), lines=spoken)
    [delivery] = await rig.outbox.due()
    await rig.inbox.receive(act_of_staff("s1", "claim"))
    await rig.commit(await rig.taken(), status=Status.STAFF)
    await rig.outbox.sent(delivery, "ref")
    shown = await rig.conversations.transcript(SHOPPER.conversation_id)
    assert [(line.speaker, line.text) for line in shown] == [("bot", "on its way")]


async def test_a_code_is_taken_out_of_the_message_it_came_in(rig: Rig) -> None:
    await rig.hear("m1", "the code is 482193")
    claim = await rig.taken()
    await rig.commit(claim, hidden={claim.rows[0].id: "the code is ××××××"})
    [row] = await rig.rows(Inbox)
    assert (row.message["text"], row.message["source_id"], row.done) == ("the code is ××××××", "m1", True)
