"""What sends goods elsewhere waits for a one-time code or a signed link: what the policy asks for, and when."""

from dataclasses import replace
from datetime import timedelta

import pytest
from policy_talk import (
    CODE,
    CUSTOMER,
    GROUP,
    MAIL,
    NOW,
    SIGNED_IN,
    SKILLS,
    TOKEN,
    Talk,
    acts,
    confirm,
    customer,
    signed_in,
    start,
)

from bot.commerce import WriteMode
from bot.conversation import Access, Proof
from bot.decision import Limits, Speak
from bot.facts import Act, Text
from bot.messages import Kind
from bot.policy import decide
from bot.skill import Outcome

MASKED = Text("e…a@example.com")


def asked(talk: Talk | None = None) -> tuple[Talk, Speak]:
    """A customer who has asked for another address and is to type the code."""
    talk = talk or customer()
    talk.text("change the address of 10423", {"order_id": "10423"}, change_address=0.95)
    return talk, talk.text("12 High Street, Leeds")


# --- when ------------------------------------------------------------------------------------------------------------


def test_a_code_is_sent_to_the_contact_on_file_before_the_change_is_confirmed() -> None:
    talk, speak = asked()
    assert (acts(speak), speak.kind, speak.code) == (["ask:code"], "ask", (MAIL, "5a17"))
    assert speak.acts[0].facts == {"mail": MASKED}
    assert (talk.conversation.pending, talk.top) == (None, "change_address")


@pytest.mark.parametrize("typed", [
    "482193", "the code is 482193", "４８２１９３", "482 193", "482-193", "四八二一九三",
])  # fmt: skip
def test_the_right_code_leads_on_to_the_confirmation_and_the_yes_to_the_change(typed: str) -> None:
    talk, _ = asked()
    speak = talk.text(typed, provide_info=0.8)
    assert acts(speak) == ["identify/done", "confirm:change_address"]
    assert talk.conversation.proof == replace(SIGNED_IN, mailbox=MAIL)
    assert talk.conversation.challenge is None
    assert acts(talk.text("yes", affirm=0.95)) == ["done:change_address"]


def test_the_next_change_asks_for_no_second_code() -> None:
    talk, _ = asked()
    talk.text(CODE)
    talk.text("yes", affirm=0.95)
    assert acts(asked(talk)[1]) == ["confirm:change_address"]


def test_a_code_of_yesterday_counts_no_more() -> None:
    talk, _ = asked()
    talk.text(CODE)
    talk.text("yes", affirm=0.95)
    talk.now += timedelta(days=1)
    assert acts(asked(talk)[1]) == ["ask:code"]


def test_who_was_signed_in_by_the_shop_is_asked_for_no_code() -> None:
    talk, speak = asked(signed_in())
    assert acts(speak) == ["confirm:change_address"]
    assert acts(talk.text("yes", affirm=0.95)) == ["done:change_address"]


def test_the_mailbox_of_one_order_says_nothing_of_an_order_with_another() -> None:
    _, speak = asked(Talk(start(proof=replace(SIGNED_IN, mailbox="other@example.com"))))
    assert acts(speak) == ["ask:code"]


def test_what_redirects_nothing_needs_no_code() -> None:
    speak = customer().text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    assert acts(speak) == ["confirm:cancel_order"]


def test_what_cannot_be_done_is_refused_without_a_code() -> None:
    talk = customer()
    talk.answers["change_address"] = lambda read: Outcome(Act("refused:change_address/packed"))
    speak = talk.text("change the address of 10423", {"order_id": "10423"}, change_address=0.95)
    assert (acts(speak), speak.code) == (["refused:change_address/packed"], None)


def test_what_people_do_in_this_market_is_handed_over_without_a_code() -> None:
    talk = customer()
    talk.answers["change_address"] = lambda read: confirm("change_address", "change_address", "10423", 0)
    event, heard = talk_event(talk, "change the address of 10423")
    off = Limits(modes={"uk": {"all": WriteMode.OFF}})
    outcomes: list[Outcome] = []
    decision = decide(talk.conversation, event, heard, outcomes, SKILLS, off, talk.now)
    outcomes.append(talk.answers["change_address"](decision))
    speak = decide(talk.conversation, event, heard, outcomes, SKILLS, off, talk.now)
    assert isinstance(speak, Speak)
    assert (acts(speak), speak.code) == (["refused:change_address/unsupported", "handoff/requested"], None)


def talk_event(talk: Talk, text: str):
    from policy_talk import meaning

    from bot.decision import TurnInput

    return TurnInput(talk.next_id(), Kind.TEXT, text), meaning(text, {"change_address": 0.95}, {"order_id": "10423"})


def test_a_strong_proof_that_ran_out_before_the_yes_is_proved_again() -> None:
    talk, _ = asked(Talk(start(proof=replace(SIGNED_IN, strong_until=NOW + timedelta(minutes=5)))))
    talk.now += timedelta(minutes=6)
    speak = talk.text("yes", affirm=0.95)
    assert (acts(speak), talk.performed) == (["ask:code"], [])


# --- answers ---------------------------------------------------------------------------------------------------------


def test_a_wrong_code_may_be_put_right() -> None:
    talk, _ = asked()
    assert acts(talk.text("482194")) == ["ask:code/wrong"]
    assert acts(talk.text("sorry, 482193")) == ["identify/done", "confirm:change_address"]


def test_as_many_tries_as_the_code_allows_are_not_cut_short_by_the_questions_limit() -> None:
    talk, _ = asked()
    assert [acts(talk.text(f"11111{number}")) for number in range(4)] == [["ask:code/wrong"]] * 4


def test_after_the_last_try_a_person_comes() -> None:
    talk, _ = asked()
    talk.answers["one_time_code"] = lambda read: Outcome(Act("ask:code/wrong", {"mail": MASKED}), tries_left=0)
    speak = talk.text("482194")
    assert (acts(speak), speak.handoff and speak.handoff.reason) == (["handoff/identity"], "identity")
    assert talk.performed == []


@pytest.mark.parametrize(
    "text",
    [
        "send it again please", "can you resend the code", "I didn't get it", "nothing came", "no email yet",
        "another code", "没收到", "收不到验证码", "再发一次", "沒有收到", "重新发一下",
    ],
)  # fmt: skip
def test_another_code_is_sent_when_it_is_asked_for(text: str) -> None:
    talk, _ = asked()
    speak = talk.text(text, delivery_problem=0.9)
    assert (acts(speak), speak.code) == (["ask:code/resent"], (MAIL, "5a17"))


@pytest.mark.parametrize(
    "text",
    [
        "I can't get into that mailbox", "that's not my email",
        "I lost my inbox", "那个邮箱不用了", "邮箱登不上了", "不是我的邮箱",
    ],
)  # fmt: skip
def test_a_lost_mailbox_brings_a_person(text: str) -> None:
    talk, _ = asked()
    speak = talk.text(text)
    assert (acts(speak), speak.handoff and speak.handoff.reason) == (["handoff/no_code"], "no_code")


def test_no_mailbox_on_file_or_too_many_codes_bring_a_person() -> None:
    talk = customer()
    talk.answers["one_time_code"] = lambda read: Outcome(Act("handoff/no_code"))
    speak = asked(talk)[1]
    assert (acts(speak), speak.code) == (["handoff/no_code"], None)


def test_no_code_goes_to_an_address_that_is_named_in_the_chat() -> None:
    talk, _ = asked()
    speak = talk.text("please send it to lucy@example.org instead", change_address=0.4)
    assert (acts(speak), speak.acts[0].facts, speak.code) == (["ask:code/on_file"], {"mail": MASKED}, None)


@pytest.mark.parametrize("text", ["48219", "4821 93 11", "482"])
def test_a_number_too_short_or_too_long_is_asked_for_again_and_no_order(text: str) -> None:
    talk, _ = asked()
    speak = talk.text(text, {"order_id": text}, provide_info=0.9)
    assert (acts(speak), talk.reads[-1].flow.slots["order_id"]) == (["ask:code/again"], "10423")


def test_a_question_in_between_is_answered_and_no_second_code_is_sent() -> None:
    talk, _ = asked()
    speak = talk.text("how much is delivery?", shipping_info=0.95)
    assert (acts(speak), speak.code) == (["inform:passage", "resume", "ask:code/again"], None)
    assert acts(talk.text(CODE)) == ["identify/done", "confirm:change_address"]


def test_the_code_is_heard_in_the_middle_of_another_question() -> None:
    talk, _ = asked()
    talk.text("I want to return 10103", {"order_id": "10103"}, return_item=0.95)
    assert acts(talk.text(CODE)) == ["identify/done", "confirm:change_address"]


def test_a_correction_while_the_code_is_awaited_is_what_gets_confirmed() -> None:
    talk, _ = asked()
    assert acts(talk.text("no, 14 High Street", {"address": "14 High Street"})) == ["ask:code/again"]
    talk.text(CODE)
    assert talk.reads[-2].flow.slots["address"] == "14 High Street"


def test_the_request_can_be_dropped_instead() -> None:
    talk, _ = asked()
    assert acts(talk.text("never mind", cancel_flow=0.9)) == ["dropped:change_address"]
    talk.text(CODE, {"order_id": CODE}, provide_info=0.9)
    assert (talk.conversation.proof, talk.performed) == (CUSTOMER, [])


def test_a_code_is_kept_in_no_state() -> None:
    talk, _ = asked()
    for text in ("482194", CODE):
        talk.text(text)
        assert "482" not in repr(talk.conversation)


# --- signed links ----------------------------------------------------------------------------------------------------


def test_a_signed_link_signs_in() -> None:
    talk = Talk(start())
    speak = talk.event(Kind.START, TOKEN)
    assert (acts(speak), talk.conversation.proof) == (["identify/link"], SIGNED_IN)
    assert acts(asked(talk)[1]) == ["confirm:change_address"]


def test_a_link_that_is_over_signs_nobody_in() -> None:
    talk = Talk(start())
    assert (acts(talk.event(Kind.START, "old")), talk.conversation.proof) == (["link_over"], None)


def test_a_link_is_of_no_use_where_others_read() -> None:
    talk = Talk(start(GROUP))
    assert (acts(talk.event(Kind.START, TOKEN)), talk.conversation.proof) == (["go_private"], None)


def test_a_request_that_waited_for_the_code_goes_on_with_the_link() -> None:
    talk, _ = asked()
    assert acts(talk.event(Kind.START, TOKEN)) == ["identify/link", "confirm:change_address"]


def test_what_somebody_else_had_begun_is_dropped_when_another_customer_signs_in() -> None:
    talk = Talk(start(proof=replace(CUSTOMER, customer="c2")))
    talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    talk.event(Kind.START, TOKEN)
    after = talk.conversation
    assert (after.flows, after.pending, after.memory, after.proof) == ((), None, {}, SIGNED_IN)


def test_a_link_after_a_postcode_goes_on_with_what_was_asked() -> None:
    talk = Talk(start(proof=Proof(Access.DELIVERY, "", "10423", CUSTOMER.until)))
    talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    assert acts(talk.event(Kind.START, TOKEN)) == ["identify/link", "confirm:cancel_order"]
