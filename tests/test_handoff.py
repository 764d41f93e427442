"""To a person and back: who owns a conversation, and what staff and shopper are told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from policy_talk import CUSTOMER, NOW, start

from bot import desk_posts, handoff, summary
from bot.conversation import Confirmation, Conversation, Flow, HandoffNote, Status, Utterance
from bot.facts import Act
from bot.messages import Attachment, DeskPost
from bot.turn import HandoffChange, TimerChange

TERMS = {
    "handoff": {"requested": "asked for a person", "undeliverable": "could not be delivered"},
    "desk": {"claim": "Take it"},
    "slot": {"reason": "because", "payment_method": "by"},
    "reason": {"too_big": "it is too big"},
    "pay_with": {"card": "a card"},
}
NOTE = HandoffNote("h1", "requested", "summary", "waiting")
BUSY = start(proof=CUSTOMER, flows=(Flow("cancel_order", "cancel_order", {"order_id": "10423"}),), language="zh")
WAITING = replace(BUSY, status=Status.WAITING, handoff=NOTE)
STAFF = replace(WAITING, status=Status.STAFF)
OPENING = HandoffChange("h1", "waiting", "chat", "requested", "summary", opening=True)


def said(moved: handoff.Moved) -> list[str]:
    return [act.name for act in moved.acts]


def test_a_handoff_stops_the_bot_and_sets_the_clock() -> None:
    moved = handoff.opened(BUSY, OPENING, NOW, timedelta(minutes=10), TERMS)
    assert (moved.conversation.status, moved.conversation.handoff, moved.changes) == (Status.WAITING, NOTE, (OPENING,))
    assert moved.timers == (TimerChange("unclaimed", "h1", NOW + timedelta(minutes=10)),)
    assert [(button.label, button.value) for button in moved.posts[0].buttons] == [
        ("Take it", "claim"),
        ("Back", "back"),
        ("Close", "close"),
    ]


@pytest.mark.parametrize("kind", ["chat", "case", "approval"])
def test_an_opening_says_how_a_note_is_written(kind: str) -> None:
    words = {**TERMS, "desk": {"how_note": "with //"}}
    moved = handoff.opened(BUSY, replace(OPENING, kind=kind), NOW, timedelta(minutes=10), words)
    assert moved.posts[0].text == "summary\nwith //"


def test_an_approval_does_not_stop_the_bot() -> None:
    pending = Confirmation("c1", "cancel_order", "cancel", {"order": "10423"}, Act("confirm:cancel_order"), 1, NOW)
    change = replace(OPENING, kind="approval", confirmation=pending)
    moved = handoff.opened(BUSY, change, NOW, timedelta(minutes=10), TERMS)
    assert (moved.conversation.status, moved.conversation.handoff, moved.timers) == (Status.BOT, None, ())
    assert [note.id for note in moved.conversation.approvals] == ["h1"]
    values = [button.value for button in moved.posts[0].buttons]
    assert values == ["approve", "decline", "mode_automatic", "mode_off"]


def test_what_a_waiting_shopper_writes_goes_to_the_desk_and_is_acknowledged_once() -> None:
    first = handoff.relayed(WAITING, "hello?")
    second = handoff.relayed(first.conversation, "anyone?")
    assert (said(first), said(second)) == (["waiting/ack"], [])
    assert [post.text for moved in (first, second) for post in moved.posts] == ["hello?", "anyone?"]


@pytest.mark.parametrize("before", [WAITING, STAFF], ids=["waiting", "staff"])
def test_writing_in_an_older_thread_means_the_open_handoff(before: Conversation) -> None:
    moved = handoff.claimed(before, "an older one", "Sam", TERMS, account="Sam", writes=True)
    note = moved.conversation.handoff
    assert (moved.conversation.status, note and note.id) == (Status.STAFF, "h1")
    assert {change.id for change in moved.changes} <= {"h1"}


def test_while_a_person_talks_the_bot_says_nothing() -> None:
    assert said(handoff.relayed(STAFF, "thanks")) == []


@pytest.mark.parametrize("writes", [False, True])
def test_claiming_or_writing_takes_the_conversation_over(writes: bool) -> None:
    moved = handoff.claimed(WAITING, "h1", "anna", TERMS, account="anna", writes=writes)
    assert (moved.conversation.status, moved.conversation.flows, said(moved)) == (Status.STAFF, (), ["staff/joined"])
    assert (moved.changes, moved.timers) == (
        (HandoffChange("h1", "claimed", claimed_by="anna"),),
        (TimerChange("unclaimed", "h1", None),),
    )


def test_the_second_claim_does_not_win_and_writing_on_says_nothing_again() -> None:
    second, writing = (
        handoff.claimed(STAFF, "h1", "ben", TERMS, account="ben"),
        handoff.claimed(STAFF, "h1", "anna", TERMS, account="anna", writes=True),
    )
    assert (second.changes, said(second), len(second.posts)) == ((), [], 1)
    assert writing == handoff.Moved(STAFF)


@pytest.mark.parametrize("before", [WAITING, STAFF, replace(BUSY, cases=(NOTE,))], ids=["waiting", "staff", "case"])
def test_what_is_handed_to_a_colleague_is_his_and_the_shopper_hears_nothing(before: Conversation) -> None:
    moved = handoff.assigned(before, "h1", "ben", "anna", TERMS, account="ben")
    assert (moved.changes, said(moved)) == ((HandoffChange("h1", "", claimed_by="ben"),), [])
    assert (moved.conversation.status, moved.posts[0].text) == (before.status, "assigned ben (anna)")


@pytest.mark.parametrize("writes", [False, True])
def test_the_shopper_hears_once_of_the_colleague_who_took_over_from_another(writes: bool) -> None:
    handed = handoff.assigned(STAFF, "h1", "ben", "anna", TERMS, account="ben").conversation
    first = handoff.claimed(handed, "h1", "ben", TERMS, account="ben", writes=writes)
    again = handoff.claimed(first.conversation, "h1", "ben", TERMS, account="ben", writes=True)
    assert (said(first), said(again), first.conversation.status) == (["staff/joined"], [], Status.STAFF)


def test_who_handed_it_over_may_still_say_goodbye() -> None:
    handed = handoff.assigned(STAFF, "h1", "ben", "anna", TERMS, account="ben").conversation
    assert handoff.claimed(handed, "h1", "anna", TERMS, account="anna", writes=True) == handoff.Moved(handed)


def test_what_has_ended_is_handed_to_nobody() -> None:
    moved = handoff.assigned(BUSY, "h1", "ben", "anna", TERMS, account="ben")
    assert (moved.conversation, moved.changes, len(moved.posts)) == (BUSY, (), 1)


def test_an_ended_handoff_is_not_claimed_by_a_button_but_by_writing() -> None:
    button, writing = (
        handoff.claimed(BUSY, "h1", "anna", TERMS, account="anna"),
        handoff.claimed(BUSY, "h1", "anna", TERMS, account="anna", writes=True),
    )
    assert (button.conversation.status, writing.conversation.status) == (Status.BOT, Status.STAFF)


@pytest.mark.parametrize(
    ("end", "status", "act"),
    [
        (lambda conversation: handoff.given_back(conversation, "h1", TERMS), Status.BOT, "staff/back"),
        (lambda conversation: handoff.closed(conversation, "h1", TERMS), Status.CLOSED, "staff/closed"),
        (lambda conversation: handoff.cancelled(conversation, TERMS), Status.BOT, "waiting/cancelled"),
    ],
    ids=["back", "close", "bot"],
)
def test_the_end_of_a_handoff_starts_a_new_session_with_the_proof_kept(end: object, status: Status, act: str) -> None:
    moved = end(STAFF)  # type: ignore[operator]
    after: Conversation = moved.conversation
    assert (after.status, after.session, after.handoff, after.flows, after.proof) == (status, 2, None, (), CUSTOMER)
    assert (said(moved), moved.posts[0].kind, moved.timers) == ([act], "ended", (TimerChange("unclaimed", "h1", None),))


@pytest.mark.parametrize("before", [STAFF, replace(BUSY, cases=(NOTE,))], ids=["chat", "case"])
def test_a_reason_for_closing_is_kept_and_told_at_the_desk(before: Conversation) -> None:
    words = {**TERMS, "closing": {"no_answer": "nobody there"}}
    moved = handoff.closed(before, "h1", words, "no_answer")
    assert moved.changes == (HandoffChange("h1", "closed", closing="no_answer"),)
    assert moved.posts[0].text.endswith(" (nobody there)")


def test_what_belongs_to_another_handoff_changes_nothing() -> None:
    moves = [
        handoff.given_back(STAFF, "h2", TERMS),
        handoff.closed(STAFF, "h2", TERMS),
        handoff.waited_long(WAITING, "h2"),
    ]
    assert [move.conversation for move in moves] == [STAFF, STAFF, WAITING]
    assert not any(move.acts or move.posts or move.changes for move in moves)


def test_an_opening_is_titled_by_who_it_is_about_and_why_and_brings_the_kept_files() -> None:
    kept, lost = Attachment("photo", digest="d1"), Attachment("photo")
    [post] = handoff.opened(replace(BUSY, name="Ann"), OPENING, NOW, timedelta(minutes=10), TERMS, [kept, lost]).posts
    assert (post.title, post.files) == ("Ann · asked for a person", (kept,))
    [post] = handoff.relayed(WAITING, "look", files=[kept, lost]).posts
    assert post.files == (kept,)


def test_what_is_said_in_a_thread_that_has_ended_opens_it_again() -> None:
    pressed = handoff.claimed(BUSY, "h1", "anna", TERMS, account="anna")
    written = handoff.claimed(BUSY, "h1", "anna", TERMS, account="anna", writes=True)
    open_one = handoff.claimed(WAITING, "h1", "anna", TERMS, account="anna")
    assert [moved.posts[0].kind for moved in (pressed, written, open_one)] == ["again", "again", "note"]


def test_a_long_wait_is_told_to_who_still_waits() -> None:
    assert [said(handoff.waited_long(conversation, "h1")) for conversation in (WAITING, STAFF, BUSY)] == [
        ["waiting/long"],
        [],
        [],
    ]


def test_staff_hear_that_a_message_did_not_arrive() -> None:
    moved = handoff.undeliverable(STAFF, TERMS)
    assert (moved.posts, moved.conversation) == ((DeskPost("h1", "note", "could not be delivered"),), STAFF)


def test_every_desk_gets_each_post_and_an_opening_has_one_place() -> None:
    posts = (DeskPost("h1", "opened", "x"), DeskPost("h1", "relay", "y"))
    sendings = desk_posts.to_sendings(posts, ("console", "slack"), "m1")
    assert [(sending.desk, sending.kind, sending.part) for sending in sendings] == [
        ("console", "opened", ""), ("slack", "opened", ""), ("console", "relay", ":m1:1"), ("slack", "relay", ":m1:1"),
    ]  # fmt: skip


def test_a_summary_holds_reason_order_and_the_last_lines_and_no_contact() -> None:
    flows = (
        Flow("cancel_order", "cancel_order", {"order_id": "10423", "contact": "emma@example.com", "token": "x"}),
        Flow("return_items", "return_item", {"reason": "too_big"}),
    )
    history = tuple(Utterance("user" if n % 2 else "system", f"line {n}\nmore") for n in range(9))
    wished = replace(BUSY, flows=flows, noted={"payment_method": "card"})
    text = summary.summary(wished, "requested", history, TERMS, "I want a person")
    assert "asked for a person" in text and "known: by a card, because it is too big" in text
    assert "emma@" not in text and "token" not in text
    assert text.splitlines()[-1] == "> I want a person"
    assert len([line for line in text.splitlines() if line[:2] in ("> ", "< ")]) == summary.LAST_LINES


@pytest.mark.parametrize(
    ("note", "means"), [("wants 10043 sent again", "10043"), ("10042 or 10043?", ""), ("be kind to her", "")]
)
def test_the_last_note_goes_along_when_it_is_given_back(note: str, means: str) -> None:
    after = handoff.given_back(replace(STAFF, left=note), "h1", TERMS).conversation
    assert (after.left, after.memory.get("order_id", "")) == (note, means)
    assert (summary.order_of(replace(after, proof=None)), after.new_session().left) == (means, "")
    assert handoff.closed(replace(STAFF, left=note), "h1", TERMS).conversation.left == ""
