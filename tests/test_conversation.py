"""The state of a conversation as it is stored, and what a new session keeps."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from bot import conversation as module
from bot.conversation import (
    STATE_VERSION,
    Access,
    Challenge,
    Confirmation,
    Conversation,
    Flow,
    HandoffNote,
    IntentScore,
    Option,
    Proof,
    RatingAsked,
    Status,
    Understanding,
    facts_to_json,
    from_state,
    to_state,
)
from bot.facts import Act, Day, Fact, Localised, Many, Moment, Money, Number, Term, Text
from bot.messages import Address

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ADDRESS = Address("web", "", "visitor-1", user="visitor-1")
FACTS: dict[str, Fact] = {
    "order": Text("10423"),
    "days": Number(3),
    "amount": Money(4900, "GBP"),
    "day": Day(date(2026, 11, 23)),
    "when": Moment(NOW),
    "state": Term("state", "shipped"),
    "items": Many((Localised({"en": "Lamp", "zh": "台灯"}), Text("Mug"))),
}
NOTE = HandoffNote("h1", "requested", "what it is about", "waiting")
FULL = Conversation(
    id=ADDRESS.conversation_id,
    address=ADDRESS,
    status=Status.WAITING,
    session=3,
    version=7,
    language="zh-Hant",
    introduced=True,
    proof=Proof(Access.ORDER, "", "10423", NOW + timedelta(hours=24), "uk", NOW + timedelta(hours=1), "e@example.com"),
    challenge=Challenge("10423", "e…a@example.com", NOW + timedelta(minutes=10)),
    flows=(
        Flow("cancel_order", "cancel_order", {"order_id": "10423"}, "confirm", (Option("一", "1"),), {"order_id": 2}),
    ),
    queue=(Flow("shop_faq", "return_policy"),),
    pending=Confirmation(
        "c1",
        "cancel_order",
        "cancel",
        {"order": "10423", "lines": ["a"], "deep": {"n": [1, None, True]}},
        Act("confirm:cancel_order", FACTS, "warm"),
        4,
        NOW,
        "amount",
    ),
    fallbacks=1,
    wishes=("cancel_order",),
    noted={"color": "blue"},
    anger=1,
    refused="refused:cancel_order/shipped 10423",
    memory={"order_id": "10423"},
    handoff=NOTE,
    approvals=(NOTE,),
    cases=(NOTE,),
    acknowledged=True, left="was told to wait",
    reach="emma@example.com",
    last_seen=NOW,
    settled=12,
    name="Emma",
    unreachable=True,
    rating=RatingAsked("h1", "word", 4),
)
BLANK = Conversation(id=ADDRESS.conversation_id, address=ADDRESS, version=9, language="en")


def test_a_state_of_everything_comes_back_from_json_as_it_was() -> None:
    stored = json.loads(json.dumps(to_state(FULL)))
    assert from_state(stored, replace(BLANK, version=7)) == (FULL, True)


def test_the_full_state_of_this_test_leaves_no_field_at_its_default() -> None:
    plain = Conversation(id="", address=ADDRESS)
    assert [item.name for item in fields(Conversation) if getattr(FULL, item.name) == getattr(plain, item.name)] == [
        "address"
    ]


def test_the_row_knows_address_and_version_better_than_the_state() -> None:
    group = Address("slack", "T1", "C1", user="U1", private=False)
    read, _ = from_state(to_state(FULL), Conversation(id="x", address=group, version=12))
    assert (read.address, read.address.private, read.version) == (group, False, 12)


def broken(**changes: Any) -> dict[str, Any]:
    return {**to_state(FULL), **changes}


@pytest.mark.parametrize(
    "state",
    [
        broken(state_version=0),
        broken(state_version=STATE_VERSION + 1),
        broken(state_version="new"),
        broken(state_version=None),
        broken(status="asleep"),
        broken(flows=[{"skill": 1}]),
        broken(flows="none"),
        broken(pending={"id": "c1"}),
        broken(proof={"access": "everything", "customer": "", "order": "", "until": "2026-11-23T00:00:00Z"}),
        broken(last_seen="yesterday"),
        {"language": "zh-Hant"},
        {"language": "zh-Hant", "state_version": STATE_VERSION},
    ],
)
def test_a_state_that_cannot_be_read_is_dropped_and_only_the_language_kept(state: dict[str, Any]) -> None:
    assert from_state(state, BLANK) == (replace(BLANK, language="zh-Hant"), False)


@pytest.mark.parametrize("language", [None, 5, ["zh"]])
def test_a_language_that_is_none_is_not_kept(language: Any) -> None:
    fresh, intact = from_state({"language": language}, BLANK)
    assert (fresh.language, intact) == ("", False)


def test_an_older_state_is_upgraded_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(state: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in state.items() if name not in ("wishes", "goal")}
        return {**kept, "wishes": [state["goal"]]}

    monkeypatch.setattr(module, "UPGRADES", {0: rename})
    read, intact = from_state(broken(state_version=0, goal="return_item"), BLANK)
    assert (read.wishes, intact) == (("return_item",), True)


def test_an_upgrade_that_fails_drops_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UPGRADES", {0: lambda state: {"wish": state["goal"]}})
    assert from_state(broken(state_version=0), BLANK) == (replace(BLANK, language="zh-Hant"), False)


def test_reading_a_state_does_not_change_it() -> None:
    stored = to_state(FULL)
    before = json.dumps(stored)
    from_state(stored, BLANK)
    assert json.dumps(stored) == before


def test_a_new_session_keeps_language_proof_and_what_staff_still_decide() -> None:
    kept = Conversation(
        id=FULL.id, address=ADDRESS, session=4, version=7, language="zh-Hant", proof=FULL.proof, approvals=(NOTE,),
        cases=(NOTE,), last_seen=NOW, name="Emma", unreachable=True,
        rating=FULL.rating,
    )  # fmt: skip
    assert FULL.new_session() == kept


def test_facts_come_back_from_json_as_they_were() -> None:
    assert TypeAdapter(dict[str, Fact]).validate_python(json.loads(json.dumps(facts_to_json(FACTS)))) == FACTS


@pytest.mark.parametrize(
    ("access", "order", "needed", "opens"),
    [
        (Access.CUSTOMER, "10999", Access.ORDER, True),
        (Access.CUSTOMER, "", Access.ORDER, True),
        (Access.ORDER, "10423", Access.ORDER, True),
        (Access.ORDER, "", Access.ORDER, True),
        (Access.ORDER, "10999", Access.DELIVERY, False),
        (Access.DELIVERY, "10423", Access.DELIVERY, True),
        (Access.DELIVERY, "", Access.DELIVERY, True),
        (Access.DELIVERY, "10423", Access.ORDER, False),
        (Access.DELIVERY, "", Access.ORDER, False),
        (Access.DELIVERY, "10999", Access.DELIVERY, False),
        (Access.NONE, "10423", Access.ORDER, False),
        (Access.NONE, "10423", Access.DELIVERY, False),
        (Access.NONE, "10423", Access.CUSTOMER, False),
        (Access.ORDER, "10423", Access.CUSTOMER, False),
    ],
)
def test_a_proof_opens_no_more_than_was_proved(access: Access, order: str, needed: Access, opens: bool) -> None:
    assert Proof(access, "", "10423", NOW).opens(order, needed) is opens


@pytest.mark.parametrize(("typed", "opens"), [("sp1001", True), ("SP 1001", True), ("SP-1002", False), ("1001", False)])
def test_a_proof_opens_its_order_however_the_number_is_typed(typed: str, opens: bool) -> None:
    assert Proof(Access.ORDER, "", "SP-1001", NOW).opens(typed, Access.ORDER) is opens


def test_a_state_from_before_strong_proofs_reads_as_a_weak_one() -> None:
    state = to_state(FULL)
    old = {name: value for name, value in state["proof"].items() if name not in ("strong_until", "mailbox")}
    kept = {name: value for name, value in state.items() if name != "challenge"}
    read, intact = from_state({**kept, "proof": old}, BLANK)
    assert intact and read.proof and read.challenge is None
    assert not read.proof.strong(NOW - timedelta(days=9))


@pytest.mark.parametrize(
    ("mailbox", "email", "minutes", "redirects"),
    [
        ("emma@example.com", "emma@example.com", 59, True),
        ("emma@example.com", "emma@example.com", 60, False),
        ("emma@example.com", "emma@example.org", 1, False),
        ("emma@example.com", "", 1, False),
        ("", "emma@example.org", 1, True),
        ("", "", 1, True),
        ("", "emma@example.org", 61, False),
    ],
)
def test_a_code_counts_for_the_mailbox_it_went_to_and_a_signed_link_for_the_account(
    mailbox: str, email: str, minutes: int, redirects: bool
) -> None:
    proof = Proof(Access.CUSTOMER, "c1", "", NOW, strong_until=NOW + timedelta(hours=1), mailbox=mailbox)
    assert proof.redirects(email, NOW + timedelta(minutes=minutes)) is redirects


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("c1", ""), ("c1", "10423"), True),
        (("c1", "10423"), ("c2", "10423"), False),
        (("", "10423"), ("", "10423"), True),
        (("", "10423"), ("", "10424"), False),
        (("", "10423"), ("c1", ""), False),
    ],
)
def test_two_proofs_are_of_one_person_by_account_or_else_by_the_guests_order(
    one: tuple[str, str], other: tuple[str, str], same: bool
) -> None:
    assert Proof(Access.ORDER, *one, NOW).same_person(Proof(Access.ORDER, *other, NOW)) is same


def test_an_understanding_knows_the_probability_of_each_label() -> None:
    meaning = Understanding(intents=(IntentScore("affirm", 0.9),))
    assert (meaning.probability("affirm"), meaning.probability("deny")) == (0.9, 0.0)


def test_a_flow_with_and_without_a_slot_is_another_flow() -> None:
    flow = Flow("s", "i", {"a": "1"})
    assert (flow.with_slot("b", "2").slots, flow.without_slot("a").slots, flow.slots) == (
        {"a": "1", "b": "2"},
        {},
        {"a": "1"},
    )
