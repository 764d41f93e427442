"""How far the bot may go: off, approval or automatic, the limit and the switch, up to the moment of the yes."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Talk as Product
from conftest import talking
from policy_talk import LIMITS, NOW, Talk, acts, confirm, customer

from bot.commerce import WITH_MODE, Refund, WriteMode
from bot.conversation import Confirmation, from_state, to_state
from bot.decision import RULES, Limits, TurnInput
from bot.facts import Money
from bot.messages import Kind
from bot.office import ModeWish
from bot.ports import Language
from bot.script import ADDRESS
from bot.shop.show import look_up
from bot.shop.verbs import ACCOUNT_VERBS, VERBS

OFF, APPROVAL, AUTOMATIC = WriteMode.OFF, WriteMode.APPROVAL, WriteMode.AUTOMATIC


def limits(mode: WriteMode = AUTOMATIC, **changes: Any) -> Limits:
    return replace(LIMITS, modes={"uk": {"all": AUTOMATIC, "cancel": mode}}, **changes)


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


# --- the rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("modes", "mode"),
    [
        ({}, APPROVAL),
        ({"uk": {}}, APPROVAL),
        ({"cn": {"all": AUTOMATIC}}, APPROVAL),
        ({"uk": {"all": AUTOMATIC}}, AUTOMATIC),
        ({"uk": {"all": AUTOMATIC, "cancel": OFF}}, OFF),
        ({"uk": {"all": OFF, "cancel": AUTOMATIC}}, AUTOMATIC),
        ({"uk": {"all": OFF, "return": AUTOMATIC}}, OFF),
    ],
)
def test_the_verb_goes_before_all_and_where_nothing_is_said_staff_approve(
    modes: Mapping[str, Mapping[str, WriteMode]], mode: WriteMode
) -> None:
    assert Limits(modes=modes).mode("uk", "cancel") is mode


@pytest.mark.parametrize(
    ("mode", "stopped", "moved", "rule"),
    [
        (AUTOMATIC, False, None, ""),
        (AUTOMATIC, False, pounds(10000), ""),
        (AUTOMATIC, False, pounds(10001), "amount"),
        (AUTOMATIC, False, Money(99999, "JPY"), ""),
        (AUTOMATIC, True, None, "stop"),
        (AUTOMATIC, True, pounds(10001), "amount"),
        (APPROVAL, False, pounds(1), "mode"),
        (APPROVAL, True, pounds(10001), "mode"),
        (OFF, False, None, "mode"),
    ],
)
def test_the_first_rule_that_holds_is_named(mode: WriteMode, stopped: bool, moved: Money | None, rule: str) -> None:
    assert limits(mode, stopped=stopped).rule("uk", "cancel", moved) == rule
    assert rule in (*RULES, "")


@pytest.mark.parametrize(
    ("moved", "lately", "rule"),
    [(4000, 5999, ""), (4000, 6000, ""), (4000, 6001, "amount"), (0, 20000, "")],
)
def test_what_the_order_gave_back_within_a_day_counts_too(moved: int, lately: int, rule: str) -> None:
    assert limits(AUTOMATIC).rule("uk", "cancel", pounds(moved), lately) == rule


def test_a_large_sum_in_slices_is_put_to_staff() -> None:
    back = Refund("F1", pounds(6000), "card", "started", NOW - timedelta(hours=23))
    talk = customer()
    for age, act in ((timedelta(), "pending:cancel_order/approval"), (timedelta(hours=1), "done:cancel_order")):
        outcome = confirm("cancel_order", "cancel", "10423", 4900)
        assert outcome.quote and outcome.quote.order
        order = replace(outcome.quote.order, refunds=(replace(back, at=back.at - age),))
        outcome = replace(outcome, quote=replace(outcome.quote, order=order))
        talk.answers["cancel_order"] = lambda read, outcome=outcome: outcome
        talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
        assert acts(talk.text("yes", affirm=0.95))[0] == act


def test_what_the_assistant_may_do_to_an_account_has_its_mode_too() -> None:
    assert (*VERBS, *ACCOUNT_VERBS) == WITH_MODE


# --- what holds when the yes comes -----------------------------------------------------------------------------------


def asked(mode: WriteMode = AUTOMATIC, number: str = "10423") -> Talk:
    """A customer who sees the confirmation of a cancellation."""
    talk = replace(customer(), limits=limits(mode))
    assert acts(talk.text(f"cancel {number}", {"order_id": number}, cancel_order=0.95)) == ["confirm:cancel_order"]
    return talk


def yes(talk: Talk, **changes: Any) -> list[str]:
    talk.limits = limits(**changes)
    speak = talk.text("yes", affirm=0.95)
    rule = speak.handoff and speak.handoff.write and speak.handoff.write.needs_approval
    return [*acts(speak), *([rule] if rule else [])]


@pytest.mark.parametrize("before", [AUTOMATIC, APPROVAL])
@pytest.mark.parametrize(
    ("now", "said", "performed"),
    [
        ({"mode": AUTOMATIC}, ["done:cancel_order"], 1),
        ({"mode": APPROVAL}, ["pending:cancel_order/approval", "mode"], 0),
        ({"mode": AUTOMATIC, "stopped": True}, ["pending:cancel_order/approval", "stop"], 0),
        ({"mode": OFF}, ["refused:cancel_order/unsupported", "handoff/requested"], 0),
        ({"mode": AUTOMATIC, "approval_above": {"GBP": 4899}}, ["pending:cancel_order/approval", "amount"], 0),
        ({"mode": AUTOMATIC, "approval_above": {}}, ["done:cancel_order"], 1),
    ],
)
def test_a_yes_obeys_what_holds_when_it_comes(
    before: WriteMode, now: dict[str, Any], said: list[str], performed: int
) -> None:
    talk = asked(before)
    assert (yes(talk, **now), len(talk.performed), talk.conversation.pending) == (said, performed, None)


def test_a_tapped_yes_obeys_it_too() -> None:
    talk = asked()
    assert talk.conversation.pending
    talk.limits = limits(stopped=True)
    assert acts(talk.press(f"yes:{talk.conversation.pending.id}")) == ["pending:cancel_order/approval"]
    assert talk.performed == []


def test_nothing_is_shown_for_a_yes_where_people_do_it() -> None:
    talk = replace(customer(), limits=limits(OFF))
    speak = talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    assert acts(speak) == ["refused:cancel_order/unsupported", "handoff/requested"]
    assert (speak.handoff and speak.handoff.reason, talk.conversation.pending) == ("unsupported", None)


def test_another_verb_is_not_touched() -> None:
    talk = replace(customer(), limits=limits(OFF))
    talk.text("return 10103", {"order_id": "10103"}, return_item=0.95)
    talk.text("all of them")
    talk.text("too small")
    assert acts(talk.text("yes", affirm=0.95)) == ["done:return_items"]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"stopped": True}, ["pending:cancel_order/approval"]),
        ({"mode": APPROVAL}, ["pending:cancel_order/approval"]),
        ({"mode": OFF}, ["refused:cancel_order/unsupported", "handoff/requested"]),
        ({}, ["done:cancel_order"]),
    ],
)
def test_what_harms_nobody_is_done_without_a_yes_only_where_it_is_automatic(
    now: dict[str, Any], said: list[str]
) -> None:
    talk = replace(customer(), limits=limits(**now))
    outcome = confirm("cancel_order", "cancel", "10423", 0)
    assert outcome.quote
    harmless = replace(outcome, quote=replace(outcome.quote, harmless=True))
    talk.answers["cancel_order"] = lambda read: harmless
    assert acts(talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)) == said


def test_the_approval_of_an_earlier_request_is_kept_when_the_next_one_is_off() -> None:
    talk = replace(customer(), limits=limits())
    talk.answers["return_items"] = lambda read: confirm("return_items", "return", "10103")
    talk.text("cancel 10423 and return 10103", {"order_id": "10423"}, cancel_order=0.95, return_item=0.9)
    talk.limits = replace(LIMITS, stopped=True, modes={"uk": {"cancel": AUTOMATIC, "return": OFF}})
    speak = talk.text("yes", affirm=0.95)
    said = ["pending:cancel_order/approval", "next_request", "refused:return_items/unsupported"]
    assert (acts(speak), talk.performed) == (said, [])
    assert speak.handoff and speak.handoff.write and speak.handoff.write.verb == "cancel"


def test_a_write_that_had_begun_before_a_crash_is_told_whatever_holds_now() -> None:
    """It may have had its effect: to ask for approval of it would deny that."""
    talk = asked()
    pending = talk.conversation.pending
    assert pending
    talk.limits = limits(OFF, stopped=True)
    begun = TurnInput("again", Kind.BUTTON, button=f"yes:{pending.id}", begun=True)
    assert acts(talk.play(begun, None)) == ["done:cancel_order"]
    assert talk.performed == [pending]


def test_a_confirmation_stored_by_an_older_version_waits_for_staff() -> None:
    talk = asked()
    state = to_state(talk.conversation)
    for name in ("market", "moved"):
        state["pending"].pop(name)
    talk.conversation, intact = from_state(state, talk.conversation)
    assert intact
    assert yes(talk) == ["pending:cancel_order/approval", "mode"]


def test_a_confirmation_keeps_market_and_sum_in_its_stored_form() -> None:
    talk = asked()
    conversation, intact = from_state(to_state(talk.conversation), talk.conversation)
    assert intact and conversation.pending == talk.conversation.pending
    assert isinstance(conversation.pending, Confirmation)
    assert (conversation.pending.market, conversation.pending.moved) == ("uk", pounds(4900))


# --- the whole product -----------------------------------------------------------------------------------------------


@pytest.fixture
async def talk(home: Path, language: Language) -> AsyncIterator[Product]:
    async with talking(home, language, as_email="emma.clarke@example.com") as opened:
        yield opened


async def said(talk: Product, **line: Any) -> list[str]:
    return [act for reply in await talk.chat.line(json.dumps(line)) for act in reply["acts"]]


async def state(talk: Product, number: str = "10043") -> str:
    order = await look_up(talk.product.engine, number)
    assert order
    return str(order["state"])


async def test_a_mode_set_in_the_console_holds_from_the_next_message(talk: Product) -> None:
    await said(talk, text="please cancel order 10043")
    await talk.product.assistant.set_modes([ModeWish("uk", "cancel", APPROVAL)], "anna")
    assert "pending:cancel_order/approval" in await said(talk, button=1)
    assert await state(talk) == "open"
    assert "done:cancel_order" in await said(talk, staff_do="approve")
    assert await state(talk) == "cancelled"


async def test_the_switch_thrown_between_question_and_yes_stops_the_write(talk: Product) -> None:
    await said(talk, text="please cancel order 10043")
    await talk.product.assistant.switch_writes("anna", stopped=True)
    assert "pending:cancel_order/approval" in await said(talk, button=1)
    [note] = (await talk.product.conversations.load(ADDRESS.conversation_id))[0].approvals
    assert "Rule: automatic writes are stopped" in note.summary
    assert await state(talk) == "open"


async def test_a_mode_of_another_market_changes_nothing(talk: Product) -> None:
    await talk.product.assistant.set_modes([ModeWish("cn", "cancel", OFF)], "anna")
    await said(talk, text="please cancel order 10043")
    assert "done:cancel_order" in await said(talk, button=1)


@pytest.mark.parametrize("ran", [True, False])
async def test_a_write_cut_off_by_a_crash_obeys_the_switch_unless_it_had_run(
    talk: Product, monkeypatch: pytest.MonkeyPatch, ran: bool
) -> None:
    """The write is begun, the process dies before or after the effect, the switch is thrown, the turn is done again."""
    shop, real = talk.product.shop, talk.product.shop.perform

    async def dies(write: Any) -> Any:
        monkeypatch.undo()
        await talk.product.assistant.switch_writes("anna", stopped=True)
        if ran:
            await real(write)
        raise OSError("the process ends here")

    await said(talk, text="please cancel order 10043")
    monkeypatch.setattr(shop, "perform", dies)
    heard = await said(talk, button=1)
    if ran:
        assert ("done:cancel_order" in heard, await state(talk)) == (True, "cancelled")
    else:
        assert ("pending:cancel_order/approval" in heard, await state(talk)) == (True, "open")
        assert "done:cancel_order" in await said(talk, staff_do="approve")
        assert await state(talk) == "cancelled"
