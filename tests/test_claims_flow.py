"""How claims move a turn: which skill takes a message, files, what is done without a yes, and cases beside the talk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from policy_talk import CUSTOMER, Talk, acts, meaning, order, start

from bot import handoff, summary
from bot.commerce import Quote, WriteMode
from bot.conversation import Confirmation, Flow, HandoffNote, Status
from bot.decision import Decision, Limits, Read, Speak, TurnInput
from bot.facts import Act, Text
from bot.messages import Attachment, Kind
from bot.policy import decide
from bot.skill import Outcome
from bot.skills import SKILLS
from bot.turn import HandoffChange

LIMITS = Limits(modes={"uk": {"all": WriteMode.AUTOMATIC}})
PHOTO = Attachment("photo", "image/jpeg", 9, "hole.jpg", digest="a" * 64)
Answers = Mapping[str, Callable[[Read], Outcome]]


class ShopTalk(Talk):
    """A talk with the shop's own skills, answered by the test."""

    limits = LIMITS

    def decide(self, event: TurnInput, understanding: object, outcomes: Sequence[Outcome]) -> Decision:
        return decide(self.conversation, event, understanding, outcomes, SKILLS, self.limits, self.now)  # type: ignore[arg-type]

    def send(self, *files: Attachment, text: str = "", **intents: float) -> Speak:
        event = TurnInput(self.next_id(), Kind.FILE, text, attachments=files)
        return self.play(event, meaning(text, intents) if text else None)


def claim(skill: str, *, approval: bool | None = False, **arguments: object) -> Outcome:
    """A claim that the shop would take."""
    told = {"order": "10423", "kind": "chase", **arguments}
    quote = Quote("claim", told, order("10423"), version=3, harmless=approval is not True, approval=approval)
    return Outcome(Act(f"confirm:{skill}/chase", {"order": Text("10423")}), (Act("inform:delivery/lost"),), quote=quote)


def talk(answers: Answers | None = None, *, limits: Limits = LIMITS, **fields: object) -> ShopTalk:
    made = ShopTalk(start(proof=CUSTOMER, **fields))
    made.limits = limits
    plain = {skill.name: lambda read: Outcome(Act("inform:passage")) for skill in SKILLS}
    made.answers = {
        **plain, "delivery_trouble": lambda read: claim("delivery_trouble"),
        "report_problem": lambda read: claim("report_problem", files=read.flow.slots.get("files", "").split(",")),
        **(answers or {}),
    }  # fmt: skip
    return made


def skills(made: ShopTalk) -> list[str]:
    return [read.skill for read in made.reads]


# --- which skill ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "slots", "intent", "skill"),
    [
        ("show my orders", {}, "order_status", "list_orders"),
        ("where are my orders, 10423 first", {"order_id": "10423"}, "order_status", "track_order"),
        ("where is it", {}, "order_status", "track_order"),
        ("我的订单有哪些", {}, "order_status", "list_orders"),
        ("how long is the warranty", {}, "warranty", "shop_faq"),
        ("my kettle leaks, is it under warranty", {}, "warranty", "report_problem"),
        ("warranty for order 10423", {"order_id": "10423"}, "warranty", "report_problem"),
        ("保修多久", {}, "warranty", "shop_faq"),
        ("cancel 10423, and how long is the warranty", {"order_id": "10423"}, "warranty", "shop_faq"),
        ("取消10423，另外保修几年", {"order_id": "10423"}, "warranty", "shop_faq"),
        ("耳机坏了能保修吗", {}, "warranty", "report_problem"),
        ("it is broken", {}, "damaged_or_wrong_item", "report_problem"),
    ],
)
def test_the_words_choose_between_two_skills_of_one_intent(
    text: str, slots: dict[str, str], intent: str, skill: str
) -> None:
    made = talk()
    made.text(text, slots, **{intent: 0.95})
    assert skills(made) == [skill]


def test_a_remedy_in_the_same_message_is_part_of_the_claim_and_where_it_is_part_of_its_lateness() -> None:
    made = talk()
    made.text("it arrived broken, I want my money back", damaged_or_wrong_item=0.9, refund_request=0.95)
    assert skills(made) == ["report_problem"]
    made = talk()
    made.text("where is it, it is late", delivery_delay=0.9, order_status=0.95)
    assert skills(made) == ["delivery_trouble"]


def test_what_the_shopper_wrote_is_kept_for_the_claim_while_he_proves_who_he_is() -> None:
    made = talk()
    made.conversation = replace(made.conversation, proof=None)
    made.answers["identify"] = lambda read: Outcome(Act("identify/done"), proof=replace(CUSTOMER, order="10423"))
    made.text("10423 is broken", {"order_id": "10423"}, damaged_or_wrong_item=0.95)
    made.text("emma@example.com", {"email": "emma@example.com"}, provide_info=0.95)
    assert made.reads[-1].flow.slots["said"] == "10423 is broken"


def test_a_reason_for_a_return_starts_no_claim() -> None:
    made = talk({"return_items": lambda read: Outcome(Act("ask:reason"), slot="reason")})
    made.text("I want to return it", return_item=0.95)
    made.text("it arrived broken", damaged_or_wrong_item=0.95)
    assert skills(made) == ["return_items", "return_items"]


# --- done without a yes -----------------------------------------------------------------------------------------------


def test_a_claim_is_made_at_once_after_the_facts_and_staff_are_told() -> None:
    made = talk()
    speak = made.text("it is late", delivery_delay=0.95)
    assert acts(speak) == ["inform:delivery/lost", "done:delivery_trouble"]
    assert [one.write.skill for one in speak.cases if one.write] == ["delivery_trouble"] and speak.handoff is None
    assert made.conversation.memory["claim"] == "10423"


def test_staff_are_told_once_of_the_same_thing() -> None:
    made = talk()
    first = made.text("it is late", delivery_delay=0.95)
    note = HandoffNote("h1", "claim", "", "waiting", first.cases[0].write.subject)
    made.conversation = replace(made.conversation, cases=(note,))
    assert made.text("it is late", delivery_delay=0.95).cases == ()


@pytest.mark.parametrize(
    ("mode", "stopped", "approval", "needs"),
    [
        (WriteMode.AUTOMATIC, False, False, ""),
        (WriteMode.APPROVAL, False, False, ""),  # staff hear of it anyway
        (WriteMode.AUTOMATIC, True, False, "stop"),  # the one switch stops everything
        (WriteMode.AUTOMATIC, False, True, "rule"),
        (WriteMode.APPROVAL, False, True, "rule"),
        (WriteMode.APPROVAL, False, None, "mode"),
        (WriteMode.AUTOMATIC, False, None, ""),
    ],
)
def test_who_decides_on_a_claim(mode: WriteMode, stopped: bool, approval: bool | None, needs: str) -> None:
    limits = Limits(modes={"uk": {"all": mode}}, stopped=stopped)
    made = talk({"delivery_trouble": lambda read: claim("delivery_trouble", approval=approval)}, limits=limits)
    speak = made.text("it is lost", delivery_problem=0.95)
    if approval is True:  # money or goods: shown for a yes first
        assert made.conversation.pending is not None and speak.kind == "confirm"
        speak = made.text("yes", affirm=0.95)
    assert (speak.handoff.write.needs_approval if speak.handoff and speak.handoff.write else "") == needs
    assert (made.performed == []) is bool(needs)


def test_where_the_owner_has_turned_it_off_a_person_does_it() -> None:
    made = talk(limits=Limits(modes={"uk": {"claim": WriteMode.OFF, "all": WriteMode.AUTOMATIC}}))
    speak = made.text("it is late", delivery_delay=0.95)
    assert acts(speak) == ["inform:delivery/lost", "refused:delivery_trouble/unsupported", "handoff/requested"]
    assert made.performed == [] and speak.handoff is not None


def test_a_claim_and_an_approval_of_one_turn_both_reach_staff() -> None:
    shown = Act("confirm:cancel_order", {"order": Text("10423")})
    until = Talk().now + timedelta(minutes=9)
    pending = Confirmation(
        "c1", "cancel_order", "cancel", {"order": "10423"}, shown, 3, until, "amount", person=CUSTOMER.person
    )
    cancelling = Flow("cancel_order", "cancel_order", {"order_id": "10423"}, "confirm")
    waits = Flow("delivery_trouble", "delivery_delay", {"order_id": "10423"})
    speak = talk(pending=pending, flows=(cancelling,), queue=(waits,)).press("yes:c1")
    assert speak.handoff is not None and speak.handoff.write and speak.handoff.write.id == pending.id
    assert [one.write.skill for one in speak.cases if one.write] == ["delivery_trouble"]


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_photo_sent_before_goes_into_the_claim_and_is_used_up() -> None:
    made = talk()
    assert acts(made.send(PHOTO)) == ["file_kept"]
    made.text("it arrived broken", damaged_or_wrong_item=0.95)
    assert made.performed[-1].arguments["files"] == ["a" * 64]
    assert "files" not in made.conversation.memory


def test_a_photo_sent_while_something_is_asked_is_added_and_the_question_stands() -> None:
    ask = Outcome(Act("ask:wish"), slot="wish")
    made = talk({"report_problem": lambda read: ask})
    made.text("it arrived broken", damaged_or_wrong_item=0.95)
    for digest in "bcdef":  # five in a row are no five answers that do not help
        speak = made.send(replace(PHOTO, digest=digest * 64))
    assert acts(speak) == ["file_added", "resume", "ask:wish"]
    assert made.reads[-1].flow.slots["files"].count(",") == 4


def test_a_photo_sent_after_the_claim_goes_to_it() -> None:
    made = talk()
    made.text("it arrived broken", damaged_or_wrong_item=0.95)
    speak = made.send(PHOTO)
    assert acts(speak)[-1] == "done:report_problem"
    assert made.reads[-1].flow.slots == {"order_id": "10423", "files": "a" * 64}


def test_a_photo_with_its_words_is_one_message() -> None:
    made = talk()
    speak = made.send(PHOTO, text="it arrived broken", damaged_or_wrong_item=0.95)
    assert acts(speak)[0] == "file_added" and made.performed[-1].arguments["files"] == ["a" * 64]


def test_a_photo_that_was_lost_changes_nothing() -> None:
    made = talk()
    made.text("it arrived broken", damaged_or_wrong_item=0.95)
    assert acts(made.send(replace(PHOTO, digest=""))) == ["file_lost"]
    assert len(made.performed) == 1


# --- cases at the desk ------------------------------------------------------------------------------------------------

CASE = HandoffNote("k1", "claim", "facts", "waiting", "claim {}")
FREE = start(proof=CUSTOMER, cases=(CASE,))
OPENING = HandoffChange("k1", "waiting", "case", "claim", "facts", opening=True)


def test_a_case_does_not_stop_the_bot() -> None:
    moved = handoff.opened(start(), OPENING, Talk().now, timedelta(minutes=10), {})
    assert (moved.conversation.status, moved.conversation.handoff, moved.timers) == (Status.BOT, None, ())
    assert [note.id for note in moved.conversation.cases] == ["k1"]
    assert (moved.posts[0].kind, [button.value for button in moved.posts[0].buttons]) == ("opened", ["claim", "close"])


@pytest.mark.parametrize("writes", [False, True])
def test_claiming_a_case_or_writing_there_takes_the_conversation_over(writes: bool) -> None:
    moved = handoff.claimed(FREE, "k1", "Sam", {}, account="Sam", writes=writes)
    note = moved.conversation.handoff
    assert (moved.conversation.status, note and note.reason, moved.conversation.cases) == (Status.STAFF, "claim", ())
    assert [change.status for change in moved.changes] == ["claimed"]


@pytest.mark.parametrize(
    ("end", "status"), [(handoff.closed, "closed"), (handoff.given_back, "back")], ids=["closed", "back"]
)
def test_a_case_that_is_ended_at_the_desk_leaves_the_talk_alone(end: Callable[..., handoff.Moved], status: str) -> None:
    moved = end(FREE, "k1", {})
    assert moved.conversation == replace(FREE, cases=()) and moved.acts == ()
    assert [change.status for change in moved.changes] == [status]


def test_a_case_claimed_while_a_person_is_awaited_means_the_open_handoff() -> None:
    waiting = replace(FREE, status=Status.WAITING, handoff=HandoffNote("h1", "requested", "", "waiting"))
    moved = handoff.claimed(waiting, "k1", "Sam", {}, account="Sam")
    assert moved.conversation.handoff is not None and moved.conversation.handoff.id == "h1"
    assert moved.conversation.cases == (CASE,)


def test_cases_outlive_a_session() -> None:
    assert FREE.new_session().cases == (CASE,)


def test_a_case_shows_the_facts_and_no_slots_of_earlier_requests() -> None:
    talked = replace(FREE, noted={"product": "kettle"})
    terms = {"label": {"order": "Order"}}
    text = summary.case_summary({"order": "10423", "text": ""}, talked, "claim", (), terms, "", {})
    assert text.startswith("Order: 10423\n") and "kettle" not in text
