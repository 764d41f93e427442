"""What the policy decides, branch by branch; see policy_talk.py for the little world it is tested in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from policy_talk import (
    CUSTOMER,
    GROUP,
    LIMITS,
    NOW,
    SKILLS,
    Talk,
    acts,
    cancel,
    confirm,
    customer,
    meaning,
    never,
    offers,
    signed_in,
    start,
    track,
)

from bot.conversation import Access, Flow, HandoffNote, Proof, Status
from bot.decision import Limits, Perform, Read, Speak, TurnInput
from bot.facts import Act, Money, Text
from bot.messages import Attachment, Kind
from bot.policy import decide
from bot.skill import Mode, Outcome, Skill


def asked_to_cancel(number: str = "10423") -> Talk:
    """A customer who sees the confirmation of a cancellation."""
    talk = customer()
    speak = talk.text(f"cancel {number}", {"order_id": number}, cancel_order=0.95)
    assert (speak.kind, talk.performed) == ("confirm", [])
    return talk


def yes_button(talk: Talk) -> str:
    assert talk.conversation.pending
    return f"yes:{talk.conversation.pending.id}"


# --- new requests ----------------------------------------------------------------------------------------------------


def test_a_clear_request_runs_its_skill_with_the_slots_of_the_message() -> None:
    talk = customer()
    speak = talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95)
    assert (speak.kind, acts(speak), speak.heard) == ("say", ["inform:order/open"], ("order_status",))
    assert [(read.skill, read.flow.slots) for read in talk.reads] == [("track_order", {"order_id": "10423"})]


def test_a_finished_request_is_remembered_as_what_it_means_next() -> None:
    talk = customer()
    talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95)
    talk.text("cancel it", cancel_order=0.95)
    assert talk.reads[-1].flow.slots["order_id"] == "10423"


def test_a_request_that_points_at_nothing_takes_the_order_spoken_of_as_a_hint_only() -> None:
    talk = customer()
    talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95)
    talk.text("cancel my order", cancel_order=0.95)
    assert (talk.reads[-1].flow.slots.get("order_id"), talk.reads[-1].flow.slots["order_hint"]) == (None, "10423")


def test_another_order_is_not_the_one_spoken_of() -> None:
    talk = customer()
    talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95)
    talk.text("cancel another order", cancel_order=0.95)
    assert "order_hint" not in talk.reads[-1].flow.slots


def test_an_order_that_does_not_exist_is_not_remembered() -> None:
    talk = customer()
    speak = talk.text("where is 10999", {"order_id": "10999"}, order_status=0.95)
    assert (acts(speak), offers(speak), talk.conversation.memory) == (["unknown_order"], ["human"], {})


def test_the_first_sentence_says_that_a_machine_answers_once() -> None:
    talk = Talk(start(introduced=False))
    first, second = talk.text("hi", greeting=0.95), talk.text("hi again", greeting=0.95)
    assert (acts(first), acts(second)) == (["greet", "introduce"], ["greet"])


def test_the_introduction_comes_before_an_answer_that_is_no_greeting() -> None:
    talk = Talk(start(introduced=False))
    assert acts(talk.text("returns?", return_policy=0.95)) == ["introduce", "inform:passage"]


def test_an_intent_without_a_skill_is_said_to_be_done_by_people_and_climbs_no_ladder() -> None:
    talk = Talk()
    speak = talk.text("I need an invoice", invoice=0.95)
    assert (acts(speak), offers(speak), talk.conversation.fallbacks, talk.conversation.wishes) == (
        ["no_skill"],
        ["human"],
        0,
        ("invoice",),
    )
    assert acts(talk.press("human")) == ["handoff/requested"]


def test_a_request_with_no_skill_beside_one_with_is_answered_too() -> None:
    talk = Talk()
    speak = talk.text("invoice, and how do returns work", invoice=0.95, return_policy=0.9)
    assert acts(speak) == ["no_skill", "inform:passage"]


def test_two_requests_in_one_message_are_done_one_after_the_other() -> None:
    talk = customer()
    speak = talk.text(
        "where is 10423 and how do returns work", {"order_id": "10423"}, order_status=0.95, return_policy=0.9
    )
    assert acts(speak) == ["inform:order/open", "next_request", "inform:passage"]
    assert speak.heard == ("order_status", "return_policy")


def test_the_second_request_waits_while_the_first_asks() -> None:
    talk = customer()
    first = talk.text(
        "cancel 10423 and how do returns work", {"order_id": "10423"}, cancel_order=0.95, return_policy=0.9
    )
    assert (first.kind, [flow.intent for flow in talk.conversation.queue]) == ("confirm", ["return_policy"])
    assert acts(talk.text("yes", affirm=0.95)) == ["done:cancel_order", "next_request", "inform:passage"]


def test_a_social_word_beside_a_request_is_not_answered() -> None:
    assert acts(customer().text("hi, where is 10423", {"order_id": "10423"}, order_status=0.9, greeting=0.95)) == [
        "inform:order/open"
    ]


def test_a_social_word_alone_is_answered() -> None:
    assert acts(Talk().text("thanks!", thanks_bye=0.95, greeting=0.9)) == ["thanks"]


def test_two_labels_of_one_question_are_one_question() -> None:
    speak = customer().text("where is 10423, it is late", {"order_id": "10423"}, delivery_delay=0.95, order_status=0.9)
    assert acts(speak) == ["inform:order/open"]


def test_one_request_for_several_orders_is_done_for_each() -> None:
    talk = customer()
    talk.text("cancel 10423 and 10424", {"order_id": ["10423", "10424"]}, cancel_order=0.95)
    talk.text("yes", affirm=0.95)
    talk.text("yes", affirm=0.95)
    assert [confirmation.arguments["order"] for confirmation in talk.performed] == ["10423", "10424"]


def test_which_order_belongs_to_which_request_is_asked_and_not_guessed() -> None:
    talk = customer()
    talk.text("return 10103 and cancel 10423", {"order_id": ["10103", "10423"]}, cancel_order=0.95, return_item=0.9)
    assert all("order_id" not in flow.slots for flow in (talk.reads[0].flow, *talk.conversation.queue))


def test_of_a_number_that_is_corrected_in_the_same_breath_neither_is_taken() -> None:
    talk = customer()
    speak = talk.text("cancel 10423, no sorry 10424", {"order_id": ["10423", "10424"]}, cancel_order=0.95)
    assert (acts(speak), talk.conversation.queue) == (["ask:order"], ())


def test_a_new_request_of_the_same_skill_replaces_the_one_under_way() -> None:
    talk = asked_to_cancel("10423")
    talk.text("how do returns work", return_policy=0.95)
    talk.press("intent:cancel_order")
    assert [flow.skill for flow in talk.conversation.flows] == ["cancel_order"]
    assert talk.conversation.pending is None


# --- low confidence --------------------------------------------------------------------------------------------------


def test_the_ladder_clarifies_then_asks_to_rephrase_then_brings_a_person() -> None:
    talk = Talk()
    unsure = {"order_status": 0.4, "cancel_order": 0.3, "greeting": 0.2}
    speaks = [talk.text("hmm the thing", **unsure) for _ in range(3)]
    assert [acts(speak) for speak in speaks] == [["clarify"], ["rephrase"], ["handoff/not_understood"]]
    assert offers(speaks[0]) == ["intent:order_status", "intent:cancel_order", "human"]
    assert speaks[2].handoff and speaks[2].handoff.reason == "not_understood"


def test_an_understood_message_steps_off_the_ladder() -> None:
    talk = Talk()
    talk.text("hmm the thing", order_status=0.4)
    talk.text("how do returns work", return_policy=0.95)
    assert acts(talk.text("hmm the thing", order_status=0.4)) == ["clarify"]


def test_a_reading_offered_as_a_button_is_done_when_pressed() -> None:
    talk = customer()
    talk.text("hmm the thing", cancel_order=0.4)
    assert acts(talk.press("intent:cancel_order")) == ["ask:order"]


def test_what_no_shop_serves_is_said_so_and_ends_with_a_person() -> None:
    talk = Talk()
    speaks = [talk.text("write me a poem", in_scope=0.05, oos=0.95) for _ in range(3)]
    assert [acts(speak) for speak in speaks] == [["oos"], ["oos"], ["oos", "handoff/not_understood"]]


@pytest.mark.parametrize(("text", "heard"), [("yes", "affirm"), ("ok", "thanks_bye"), ("好的", "thanks_bye")])
def test_a_bare_yes_without_a_question_is_asked_what_may_be_done_whatever_the_model_hears(
    text: str, heard: str
) -> None:
    speak = Talk().text(text, **{heard: 0.95})
    assert (acts(speak), speak.offers) == (["ask_more"], ())


def test_a_bare_order_number_is_asked_what_for_and_remembered() -> None:
    talk = customer()
    speak = talk.text("10423", {"order_id": "10423"}, provide_info=0.95)
    assert (acts(speak), talk.conversation.memory) == (["clarify"], {"order_id": "10423"})
    assert offers(speak) == ["intent:order_status", "intent:cancel_order", "intent:return_item", "human"]


def test_never_mind_with_nothing_open_says_so() -> None:
    assert acts(Talk().text("never mind", cancel_flow=0.9)) == ["nothing_open"]


def test_the_owner_may_set_another_threshold() -> None:
    event, heard = TurnInput("t", Kind.TEXT, "returns?"), meaning("returns?", {"return_policy": 0.6})
    decisions = [decide(start(), event, heard, [], SKILLS, Limits(threshold=value), NOW) for value in (0.5, 0.9)]
    assert [decision.skill for decision in decisions if isinstance(decision, Read)] == ["shop_faq", "any_page"]


# --- answers to a question -------------------------------------------------------------------------------------------


def asked_which_order() -> Talk:
    talk = customer()
    assert acts(talk.text("cancel my order", cancel_order=0.95)) == ["ask:order"]
    return talk


@pytest.mark.parametrize("answer", ["10424", "the second one", "2", "第二个", "the mug"])
def test_a_bare_answer_is_taken_although_the_model_is_unsure(answer: str) -> None:
    talk = asked_which_order()
    speak = talk.text(answer, order_status=0.2)
    assert (acts(speak), speak.acts[0].facts["order"]) == (
        ["confirm:cancel_order"],
        Act("", {"o": cancel(talk.reads[-1]).act.facts["order"]}).facts["o"],
    )
    assert talk.reads[-1].flow.slots["order_id"] == "10424"


def test_an_option_may_be_pressed() -> None:
    talk = asked_which_order()
    assert acts(talk.press("pick:10424")) == ["confirm:cancel_order"]


def test_a_question_offers_its_options_as_buttons() -> None:
    assert offers(customer().text("cancel my order", cancel_order=0.95)) == ["pick:10423", "pick:10424"]


def test_an_option_of_another_question_is_stale() -> None:
    talk = asked_which_order()
    speak = talk.press("pick:l1")
    assert acts(speak) == ["stale_button", "resume", "ask:order"]


def test_a_digression_is_answered_and_the_question_taken_up_again() -> None:
    talk = asked_which_order()
    speak = talk.text("how do returns work by the way", return_policy=0.95, provide_info=0.1)
    assert (acts(speak), talk.top) == (["inform:passage", "resume", "ask:order"], "cancel_order")


def test_many_digressions_do_not_count_as_failing_to_answer() -> None:
    talk = asked_which_order()
    speaks = [talk.text("how do returns work by the way", return_policy=0.95) for _ in range(6)]
    assert {speak.kind for speak in speaks} == {"ask"}


def test_an_answer_that_does_not_help_is_asked_again_and_then_a_person_comes() -> None:
    talk = asked_which_order()
    speaks = [talk.text("erm the big blue whatever", oos=0.2) for _ in range(3)]
    assert [acts(speak) for speak in speaks] == [["ask:order"], ["ask:order"], ["handoff/not_understood"]]


def test_a_correction_replaces_the_slot() -> None:
    talk = customer()
    talk.text("return 10103", {"order_id": "10103"}, return_item=0.95)
    talk.text("no, order 10104", {"order_id": "10104"}, deny=0.3)
    assert talk.reads[-1].flow.slots["order_id"] == "10104"


def test_never_mind_leaves_the_flow_and_says_that_nothing_was_done() -> None:
    talk = asked_which_order()
    assert (acts(talk.text("never mind", cancel_flow=0.9)), talk.conversation.flows) == (["stopped"], ())


def test_never_mind_with_another_request_goes_on_with_that() -> None:
    talk = asked_which_order()
    speak = talk.text("never mind, how do returns work", cancel_flow=0.8, return_policy=0.9)
    assert acts(speak) == ["stopped", "inform:passage"]


def test_leaving_a_flow_that_only_reads_is_no_effect_to_report() -> None:
    talk = Talk()
    talk.text("what is it made of", product_info=0.95)
    assert acts(talk.text("forget it", cancel_flow=0.9)) == ["stopped"]


def test_leaving_the_upper_flow_returns_to_the_one_below() -> None:
    talk = asked_which_order()
    talk.text("I want to return something from 10103", {"order_id": "10103"}, return_item=0.95)
    speak = talk.text("算了", language="zh")
    assert (acts(speak), talk.top) == (["dropped:return_items", "resume", "ask:order"], "cancel_order")


def test_a_reason_may_be_skipped_or_said_in_own_words() -> None:
    for text, reason in (("no", "skip"), ("2", "skip"), ("the zip broke", "the zip broke")):
        talk = customer()
        talk.text("return 10103", {"order_id": "10103"}, return_item=0.95)
        talk.text("all of them")
        assert talk.text(text).kind == "confirm"
        assert talk.reads[-1].flow.slots["reason"] == reason


def test_an_answer_that_sounds_like_a_request_which_people_do_is_still_the_answer() -> None:
    talk = customer()
    talk.text("return 10103", {"order_id": "10103"}, return_item=0.95)
    chosen = talk.text("all of them, I want my money back", refund_request=0.9)
    reason = talk.text("it arrived broken", damaged_or_wrong_item=0.9)
    assert (acts(chosen), reason.kind) == (["ask:reason"], "confirm")


def test_a_question_about_what_people_do_is_a_digression() -> None:
    talk = customer()
    talk.text("return 10103", {"order_id": "10103"}, return_item=0.95)
    speak = talk.text("can all of them go on one invoice?", invoice=0.9)
    assert acts(speak) == ["no_skill", "resume", "ask:lines"]


def test_a_house_number_in_an_address_does_not_become_the_order() -> None:
    talk = customer()
    talk.text("change the address of 10423", {"order_id": "10423"}, change_address=0.95)
    talk.text("Lange Str. 12, 10115 Berlin", {"address": "Lange Str. 12, 10115 Berlin"})
    assert talk.reads[-1].flow.slots["order_id"] == "10423"


# --- who is asking ---------------------------------------------------------------------------------------------------


def test_a_stranger_is_asked_for_number_then_contact_and_then_answered() -> None:
    talk = Talk()
    first = talk.text("where is my order", order_status=0.95)
    second = talk.text("10423")
    third = talk.text("emma@example.com")
    assert [acts(speak) for speak in (first, second, third)] == [
        ["ask:order_id"],
        ["ask:contact"],
        ["identify/done", "inform:order/open"],
    ]
    assert talk.conversation.proof and talk.conversation.proof.access is Access.CUSTOMER


def test_number_and_contact_may_come_with_the_request() -> None:
    talk = Talk()
    speak = talk.text("where is 10423, emma@example.com", {"order_id": "10423"}, order_status=0.95)
    assert acts(speak) == ["identify/done", "inform:order/open"]


def test_nothing_of_an_order_is_read_before_a_proof() -> None:
    talk = Talk()
    talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95)
    assert talk.reads == []


def test_a_miss_is_told_alike_and_the_contact_asked_again() -> None:
    talk = Talk()
    talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95)
    wrong_contact = talk.text("nobody@example.com")
    other = Talk()
    other.text("where is 10999", {"order_id": "10999"}, order_status=0.95)
    wrong_number = other.text("emma@example.com")
    assert acts(wrong_contact) == acts(wrong_number) == ["identify/miss", "ask:contact"]


def test_after_a_miss_the_number_may_be_corrected() -> None:
    talk = Talk()
    talk.text("where is 10424, nobody@example.com", {"order_id": "10424"}, order_status=0.95)
    talk.text("sorry it's 10423", {"order_id": "10423"})
    assert acts(talk.text("emma@example.com")) == ["identify/done", "inform:order/open"]


def test_who_says_who_he_is_before_he_is_asked_is_not_asked() -> None:
    talk = Talk()
    assert acts(talk.text("hi, I'm emma@example.com", provide_info=0.95)) == ["contact_noted", "ask_what"]
    speak = talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95)
    assert acts(speak) == ["identify/done", "inform:order/open"] and "contact" not in talk.conversation.memory


def test_a_contact_given_before_the_number_is_asked_for_is_acknowledged_once_and_used() -> None:
    talk = Talk()
    assert acts(talk.text("where is my order? I'm emma@example.com", order_status=0.95)) == [
        "contact_noted",
        "ask:order_id",
    ]
    assert acts(talk.text("10423", {"order_id": "10423"}, provide_info=0.95)) == ["identify/done", "inform:order/open"]


def test_a_contact_given_to_one_request_counts_for_the_next() -> None:
    talk = Talk()
    talk.text("where is my order", order_status=0.95)
    assert acts(talk.text("emma@example.com")) == ["contact_noted", "ask:order_id"]
    speak = talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    assert acts(speak) == ["identify/done", "confirm:cancel_order"]


def test_a_contact_that_failed_is_not_tried_for_another_request() -> None:
    talk = Talk()
    talk.text("hi, I'm nobody@example.com", provide_info=0.95)
    assert acts(talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95))[:1] == ["identify/miss"]
    assert acts(talk.text("cancel 10424", {"order_id": "10424"}, cancel_order=0.95)) == ["ask:contact/full"]
    assert [read.skill for read in talk.reads] == ["identify"]


def test_a_postcode_said_before_is_tried_once_where_it_is_too_weak() -> None:
    talk = Talk(start(memory={"contact": "E16AN"}))
    speak = talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    assert acts(speak) == ["ask:contact/stronger"] and acts(talk.text("hm")) == ["ask:contact/full"]
    assert [read.skill for read in talk.reads] == ["identify"]


def test_an_offer_that_is_declined_with_thanks_is_answered_politely() -> None:
    for text in ("no thanks", "不用了，谢谢"):
        assert acts(Talk().text(text, deny=0.95)) == ["thanks"]


def test_the_order_number_once_more_is_not_tried_as_a_postcode() -> None:
    talk = Talk()
    talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95)
    assert (acts(talk.text("10423")), talk.reads) == (["ask:contact"], [])


def test_out_of_tries_brings_a_person() -> None:
    talk = Talk()
    talk.answers["identify"] = lambda read: Outcome(Act("identify/miss"), tries_left=0)
    speak = talk.text("where is 10423, x@example.com", {"order_id": "10423"}, order_status=0.95)
    assert (acts(speak), speak.handoff and speak.handoff.reason) == (["handoff/identity"], "identity")


def test_a_postcode_opens_the_delivery_only() -> None:
    talk = Talk()
    talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95)
    assert acts(talk.text("E1 6AN")) == ["identify/done", "inform:order/open"]
    speak = talk.text("cancel it", cancel_order=0.95)
    assert (acts(speak), talk.reads[-1].skill) == (["ask:contact/stronger"], "track_order")


def test_nobody_says_yes_to_what_another_customer_was_shown() -> None:
    talk = customer()
    talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    shown = talk.conversation
    other = Proof(Access.CUSTOMER, "c2", "10102", NOW + timedelta(hours=24))
    talk.conversation = replace(shown, proof=other)
    assert acts(talk.text("yes", affirm=0.95)) == ["confirm:cancel_order"] and not talk.performed
    assert talk.conversation.pending and talk.conversation.pending.person == "c2"  # worked out anew, as his own
    talk.conversation = shown
    assert acts(talk.text("yes", affirm=0.95)) == ["done:cancel_order"]


def test_what_one_customer_wanted_is_gone_once_another_has_proved_who_he_is() -> None:
    talk = customer()
    talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    talk.answers["track_order"] = lambda read: (
        track(read) if "contact" not in read.flow.slots else Outcome(Act("unknown_order", {"order": Text("10102")}))
    )
    other = Proof(Access.CUSTOMER, "c2", "10102", NOW + timedelta(hours=24))
    talk.answers["identify"] = lambda read: Outcome(Act("identify/done"), proof=other)
    speak = talk.text("where is 10102? li.na@example.com", {"order_id": "10102"}, order_status=0.95)
    assert acts(speak) == ["identify/done", "inform:order/open"]
    assert (talk.conversation.proof, talk.conversation.pending, talk.conversation.flows) == (other, None, ())
    assert talk.conversation.memory == {"order_id": "10102"}
    talk.text("yes", affirm=0.95)
    assert not talk.performed


def test_a_guest_who_proves_his_next_order_goes_on_with_the_first_once_it_is_proved_again() -> None:
    talk = Talk()
    talk.answers["identify"] = lambda read: Outcome(
        Act("identify/done"), proof=Proof(Access.ORDER, "", read.flow.slots["order_id"], NOW + timedelta(hours=24))
    )
    talk.text("cancel 10423, guest@example.net", {"order_id": "10423"}, cancel_order=0.95)
    talk.text("where is 10424? guest@example.net", {"order_id": "10424"}, order_status=0.95)
    assert talk.top == "cancel_order"
    assert acts(talk.text("yes", affirm=0.95)) == ["ask:contact/full"]
    assert acts(talk.text("guest@example.net")) == ["identify/done", "confirm:cancel_order"]


def test_a_postcode_is_not_enough_for_a_write_however_often_it_is_given() -> None:
    talk = Talk()
    talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    speaks = [talk.text("E1 6AN") for _ in range(3)]
    assert [acts(speak)[-1] for speak in speaks] == [
        "ask:contact/stronger",
        "ask:contact/stronger",
        "handoff/not_understood",
    ]
    assert (talk.conversation.proof, {read.skill for read in talk.reads}) == (None, {"identify"})


def test_a_proof_of_one_order_is_no_proof_of_another() -> None:
    guest = Proof(Access.ORDER, "", "10423", NOW + timedelta(hours=1))
    talk = Talk(start(proof=guest))
    speak = talk.text("cancel 10424", {"order_id": "10424"}, cancel_order=0.95)
    assert (acts(speak), talk.reads) == (["ask:contact/full"], [])


def test_a_proof_of_one_order_says_which_order_is_meant() -> None:
    guest = Proof(Access.ORDER, "", "10423", NOW + timedelta(hours=1))
    talk = Talk(start(proof=guest))
    talk.text("cancel my order", cancel_order=0.95)
    assert talk.reads[-1].flow.slots["order_id"] == "10423"


def test_an_expired_proof_proves_nothing() -> None:
    talk = Talk(start(proof=Proof(Access.CUSTOMER, "c1", "", NOW)))
    assert acts(talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)) == ["ask:contact/full"]


def test_in_a_group_nothing_personal_is_said_or_asked() -> None:
    talk = Talk(start(GROUP, CUSTOMER))
    speak = talk.text("where is 10423, emma@example.com", {"order_id": "10423"}, order_status=0.95)
    assert (acts(speak), talk.reads, talk.conversation.flows) == (["go_private"], [], ())


def test_in_a_group_what_is_public_is_answered() -> None:
    assert acts(Talk(start(GROUP)).text("returns?", return_policy=0.95)) == ["inform:passage"]


def test_forget_me_drops_the_proof_and_all_that_was_said() -> None:
    talk = asked_to_cancel()
    speak = talk.text("please forget me", oos=0.5)
    assert (acts(speak), talk.conversation) == (["forgotten"], start())


# --- confirmations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["yes", "ok do it", "好的", "Yes, cancel it please", "👍", "取消吧"])
def test_an_explicit_yes_performs_exactly_what_was_shown_once(text: str) -> None:
    talk = asked_to_cancel()
    shown = talk.conversation.pending
    speak = talk.text(text, affirm=0.9)
    assert (talk.performed, acts(speak), talk.conversation.pending, talk.conversation.flows) == (
        [shown],
        ["done:cancel_order"],
        None,
        (),
    )


def test_a_confirmation_names_the_quote_and_offers_yes_and_no() -> None:
    talk = customer()
    speak = talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    pending = talk.conversation.pending
    assert pending
    assert (pending.id, pending.act, pending.version, pending.arguments) == (
        "turn-1",
        speak.acts[-1],
        3,
        {"order": "10423"},
    )
    assert (offers(speak), pending.expires) == (["yes:turn-1", "no:turn-1"], NOW + timedelta(minutes=30))


def test_the_button_performs_like_the_word_and_only_once() -> None:
    talk = asked_to_cancel()
    button = yes_button(talk)
    first, second = talk.press(button), talk.press(button)
    assert (acts(first), acts(second), len(talk.performed)) == (["done:cancel_order"], ["stale_button"], 1)


@pytest.mark.parametrize(
    "button",
    ["yes:turn-0", "yes:", "yes", "yes:turn-1x", "Yes:turn-1", "pick:yes", "no:turn-9", "intent:nothing", "", "💥"],
)
def test_a_forged_or_stale_button_performs_nothing_and_shows_the_question_again(button: str) -> None:
    talk = asked_to_cancel()
    pending = talk.conversation.pending
    speak = talk.press(button)
    assert (acts(speak), talk.performed, talk.conversation.pending) == (
        ["stale_button", "resume", "confirm:cancel_order"],
        [],
        pending,
    )


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("hmm", {}),
        ("yes but is it free?", {"affirm": 0.9}),
        ("yes 10423", {"affirm": 0.95}),
        ("thanks", {"affirm": 0.9}),
        ("you sure", {"affirm": 0.9}),
        ("不好意思", {"affirm": 0.9}),
        ("please send my order", {"affirm": 0.99}),
    ],
)
def test_what_is_no_explicit_yes_is_asked_again_whatever_the_model_reads(text: str, intents: dict[str, float]) -> None:
    talk = asked_to_cancel()
    speak = talk.text(text, **intents)
    assert (acts(speak), talk.performed) == (["confirm_unclear", "confirm:cancel_order"], [])


def test_an_explicit_yes_that_the_model_reads_as_a_no_is_no_yes() -> None:
    talk = asked_to_cancel()
    talk.text("ok", deny=0.6)
    assert (talk.performed, talk.conversation.pending) == ([], None)


def test_unclear_answers_to_a_confirmation_end_with_a_person() -> None:
    talk = asked_to_cancel()
    speaks = [talk.text("hmm") for _ in range(3)]
    assert acts(speaks[-1]) == ["confirm_unclear", "handoff/not_understood"]
    assert talk.conversation.pending is None


@pytest.mark.parametrize(
    ("text", "intents"), [("no", {}), ("no thanks", {"deny": 0.9}), ("stop that", {"cancel_flow": 0.8}), ("不要了", {})]
)
def test_a_no_drops_the_request(text: str, intents: dict[str, float]) -> None:
    talk = asked_to_cancel()
    speak = talk.text(text, **intents)
    assert (acts(speak), talk.performed, talk.conversation.pending) == (["dropped:cancel_order"], [], None)


@pytest.mark.parametrize("text", ["yes\nno wait", "yes\nno", "ok\nsorry no", "好的\n不要了", "好的\n等等，不用"])
def test_the_last_word_of_a_burst_counts(text: str) -> None:
    talk = asked_to_cancel()
    assert (acts(talk.text(text, affirm=0.9)), talk.performed) == (["dropped:cancel_order"], [])


def test_the_no_button_drops_the_request() -> None:
    talk = asked_to_cancel()
    assert acts(talk.press(yes_button(talk).replace("yes", "no", 1))) == ["dropped:cancel_order"]


def test_a_correction_at_the_confirmation_makes_a_new_quote_and_voids_the_old_button() -> None:
    talk = asked_to_cancel("10423")
    old = yes_button(talk)
    speak = talk.text("no, 10424", {"order_id": "10424"}, deny=0.6)
    talk.press(old)
    assert (acts(speak), talk.performed) == (["confirm:cancel_order"], [])
    assert talk.conversation.pending and talk.conversation.pending.arguments == {"order": "10424"}


def test_a_question_about_another_order_is_no_correction() -> None:
    talk = asked_to_cancel("10423")
    speak = talk.text("where is 10424", {"order_id": "10424"}, order_status=0.9)
    assert acts(speak) == ["inform:order/open", "resume", "confirm:cancel_order"]
    assert talk.conversation.pending and talk.conversation.pending.arguments == {"order": "10423"}


def test_a_no_with_another_request_drops_and_goes_on() -> None:
    talk = asked_to_cancel()
    speak = talk.text("no, how do returns work?", deny=0.8, return_policy=0.9)
    assert acts(speak) == ["dropped:cancel_order", "inform:passage"]


def test_an_expired_confirmation_is_quoted_anew() -> None:
    talk = asked_to_cancel()
    talk.now = NOW + timedelta(minutes=30)
    speak = talk.text("yes", affirm=0.95)
    assert (acts(speak), talk.performed) == (["expired", "confirm:cancel_order"], [])
    assert talk.conversation.pending and talk.conversation.pending.id == "turn-2"


def test_a_yes_accepted_in_time_stays_one_however_long_the_queue_was() -> None:
    talk = asked_to_cancel()
    talk.now = NOW + timedelta(hours=2)
    talk.play(TurnInput("late", Kind.TEXT, "yes", at=NOW + timedelta(minutes=29)), meaning("yes", {"affirm": 0.9}))
    assert len(talk.performed) == 1


def test_a_yes_written_before_the_quote_was_there_is_no_yes_to_it() -> None:
    talk = asked_to_cancel()
    speak = talk.play(TurnInput("t", Kind.TEXT, "ok", hasty=True), meaning("ok", {"affirm": 0.95}))
    assert (acts(speak), talk.performed) == (["confirm:cancel_order"], [])
    talk.text("ok", affirm=0.95)
    assert len(talk.performed) == 1


@pytest.mark.parametrize("by_button", [False, True])
def test_a_yes_after_the_proof_has_run_out_asks_first_who_it_is(by_button: bool) -> None:
    talk = Talk(start(proof=replace(CUSTOMER, until=NOW + timedelta(minutes=10))))
    talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    button, talk.now = yes_button(talk), NOW + timedelta(minutes=20)
    speak = talk.press(button) if by_button else talk.text("yes", affirm=0.95)
    assert (acts(speak), talk.performed) == (["ask:contact/full"], [])
    speak = talk.text("emma@example.com", {"email": "emma@example.com"}, provide_info=0.95)
    assert acts(speak) == ["identify/done", "confirm:cancel_order"]


def test_a_customer_may_prove_a_guest_order_too() -> None:
    talk = customer()
    known = talk.answers["track_order"]
    strange = Outcome(Act("unknown_order", {"order": Text("10201")}))
    identified = talk.reads  # whoever has proved the guest order may see it
    talk.answers["track_order"] = lambda read: known(read) if len(identified) > 1 else strange
    speak = talk.text(
        "where is 10201? my email is emma@example.com", {"order_id": "10201", "email": "emma@example.com"},
        order_status=0.95,
    )  # fmt: skip
    assert [read.skill for read in talk.reads] == ["track_order", "identify", "track_order"]
    assert acts(speak) == ["identify/done", "inform:order/open"]


def test_the_button_of_an_expired_confirmation_performs_nothing() -> None:
    talk = asked_to_cancel()
    button = yes_button(talk)
    talk.now = NOW + timedelta(hours=2)
    talk.press(button)
    assert talk.performed == []


@pytest.mark.parametrize("by_button", [False, True])
def test_with_a_later_message_waiting_a_yes_does_nothing_yet(by_button: bool) -> None:
    talk = asked_to_cancel()
    pending = talk.conversation.pending
    speak = (
        talk.press(yes_button(talk), later_waits=True) if by_button else talk.text("yes", affirm=0.9, later_waits=True)
    )
    assert (acts(speak), talk.performed, talk.conversation.pending) == ([], [], pending)
    assert acts(talk.text("no wait", deny=0.9)) == ["dropped:cancel_order"]


def test_a_row_that_moved_is_quoted_anew_and_asked_again() -> None:
    talk = asked_to_cancel()
    talk.perform = lambda confirmation: Outcome(Act("refused:cancel_order/changed", confirmation.act.facts))
    speak = talk.text("yes", affirm=0.95)
    assert acts(speak) == ["refused:cancel_order/changed", "confirm:cancel_order"]
    assert (len(talk.performed), talk.conversation.pending and talk.conversation.pending.id) == (1, "turn-2")


@pytest.mark.parametrize("answer", ["unsupported", "unknown"])
def test_what_the_shop_cannot_do_or_say_goes_to_a_person(answer: str) -> None:
    talk = asked_to_cancel()
    talk.perform = lambda confirmation: Outcome(Act(f"refused:cancel_order/{answer}", confirmation.act.facts))
    speak = talk.text("yes", affirm=0.95)
    assert acts(speak) == [f"refused:cancel_order/{answer}", "handoff/requested"]
    assert speak.handoff and speak.handoff.reason == "unsupported"


def test_the_contact_on_file_is_told_of_a_change() -> None:
    talk = signed_in()
    talk.text("change the address of 10423", {"order_id": "10423"}, change_address=0.95)
    talk.text("12 High Street, Leeds")
    talk.perform = lambda confirmation: Outcome(
        Act("done:change_address", confirmation.act.facts), notify="emma@example.com"
    )
    speak = talk.text("yes", affirm=0.95)
    assert [(told.mail, told.act.name) for told in speak.notify] == [("emma@example.com", "notice:change_address")]


def test_above_the_limit_staff_decide_and_the_bot_goes_on() -> None:
    talk = asked_to_cancel("10777")
    pending = talk.conversation.pending
    speak = talk.text("yes", affirm=0.95)
    assert (acts(speak), talk.performed, talk.conversation.pending) == (["pending:cancel_order/approval"], [], None)
    assert speak.handoff and (speak.handoff.reason, speak.handoff.write) == ("approval", pending)
    assert talk.conversation.status is Status.BOT


def test_staff_are_asked_once_for_the_same_and_again_for_something_else() -> None:
    talk = asked_to_cancel("10777")
    first = talk.text("yes", affirm=0.95)
    assert first.handoff and first.handoff.write
    waiting = HandoffNote("h1", "approval", "", "waiting", first.handoff.write.subject)
    talk.conversation = replace(talk.conversation, approvals=(waiting,))
    speaks = []
    for lines in (None, ["l2"]):
        quote = confirm("cancel_order", "cancel", "10777", 25000)
        assert quote.quote
        other = replace(quote.quote, arguments={"order": "10777", "lines": lines}) if lines else quote.quote
        answer = replace(quote, quote=other)
        talk.answers["cancel_order"] = lambda read, answer=answer: answer
        talk.text("cancel 10777", {"order_id": "10777"}, cancel_order=0.95)
        speaks.append(talk.text("yes", affirm=0.95))
    assert [acts(speak) for speak in speaks] == [["pending:cancel_order/approval"]] * 2
    assert [speak.handoff is not None for speak in speaks] == [False, True]


def test_the_approval_is_not_lost_when_the_next_request_would_bring_a_person() -> None:
    talk = customer()
    talk.conversation = start(proof=CUSTOMER, refused="refused:cancel_order/shipped 10500")
    talk.answers["shop_faq"] = lambda read: Outcome(Act("refused:shop_faq/unsupported"))
    talk.text("cancel 10777, returns?", {"order_id": "10777"}, cancel_order=0.95, return_policy=0.9)
    speak = talk.text("yes", affirm=0.95)
    assert speak.handoff and speak.handoff.reason == "approval"
    assert not [act for act in acts(speak) if act.startswith("handoff/")]


@pytest.mark.parametrize(("minor", "needs"), [(10000, ""), (10001, "amount")])
def test_the_limit_itself_is_still_within(minor: int, needs: str) -> None:
    talk = customer()
    outcome = cancel(Read("cancel_order", Flow("cancel_order", "cancel_order", {"order_id": "10423"}), "en"))
    assert outcome.quote
    quote = type(outcome.quote)(
        outcome.quote.verb, outcome.quote.arguments, outcome.quote.order, refund=Money(minor, "GBP")
    )
    talk.answers["cancel_order"] = lambda read: Outcome(outcome.act, quote=quote)
    talk.text("cancel it", cancel_order=0.95)
    assert talk.conversation.pending and talk.conversation.pending.needs_approval == needs


def test_a_refusal_asked_for_again_brings_a_person() -> None:
    talk = customer()
    first = talk.text("cancel 10500", {"order_id": "10500"}, cancel_order=0.95)
    second = talk.text("cancel 10500", {"order_id": "10500"}, cancel_order=0.95)
    assert (acts(first), acts(second)) == (["refused:cancel_order/shipped"], ["handoff/insists"])


def test_the_same_refusal_for_another_order_is_no_insisting() -> None:
    talk = customer()
    talk.text("cancel 10500", {"order_id": "10500"}, cancel_order=0.95)
    assert acts(talk.text("cancel 10501", {"order_id": "10501"}, cancel_order=0.95)) == ["refused:cancel_order/shipped"]


def test_a_yes_pressed_during_a_digression_performs_and_the_digression_goes_on() -> None:
    talk = asked_to_cancel()
    button = yes_button(talk)
    talk.text("I also want to return 10103", {"order_id": "10103"}, return_item=0.95)
    speak = talk.press(button)
    assert acts(speak) == ["done:cancel_order", "resume", "ask:lines"]
    assert [flow.skill for flow in talk.conversation.flows] == ["return_items"]


def test_a_no_pressed_during_a_digression_drops_what_was_asked_and_not_the_digression() -> None:
    talk = asked_to_cancel()
    button = yes_button(talk).replace("yes", "no", 1)
    talk.text("I also want to return 10103", {"order_id": "10103"}, return_item=0.95)
    speak = talk.press(button)
    assert acts(speak) == ["dropped:cancel_order", "resume", "ask:lines"]
    assert [flow.skill for flow in talk.conversation.flows] == ["return_items"]


def test_a_yes_to_another_question_is_not_taken_for_the_confirmation_below() -> None:
    talk = asked_to_cancel()
    talk.text("I also want to return 10103", {"order_id": "10103"}, return_item=0.95)
    talk.text("yes", affirm=0.95)
    assert talk.performed == []


def test_a_second_confirmation_voids_the_first() -> None:
    talk = asked_to_cancel("10423")
    first = yes_button(talk)
    talk.text("and return all of 10103", {"order_id": "10103"}, return_item=0.95)
    talk.text("all of them")
    talk.text("skip")
    talk.press(first)
    assert talk.performed == []
    talk.text("yes", affirm=0.95)
    assert [confirmation.verb for confirmation in talk.performed] == ["return"]


def test_the_lower_request_is_quoted_anew_after_the_upper_one_is_done() -> None:
    talk = asked_to_cancel("10423")
    talk.text("and return all of 10103", {"order_id": "10103"}, return_item=0.95)
    talk.text("all of them")
    talk.text("skip")
    speak = talk.text("yes", affirm=0.95)
    assert acts(speak) == ["done:return_items", "resume", "confirm:cancel_order"]


# --- people and moods ------------------------------------------------------------------------------------------------


def test_asking_for_a_person_brings_one() -> None:
    talk = asked_to_cancel()
    speak = talk.text("I want to talk to a human", talk_to_human=0.9)
    assert (acts(speak), speak.handoff and speak.handoff.reason) == (["handoff/requested"], "requested")
    assert (talk.conversation.flows, talk.conversation.queue, talk.conversation.pending) == ((), (), None)


def test_a_person_is_not_brought_when_something_else_is_likelier_meant() -> None:
    assert acts(Talk().text("do humans pack the parcels? returns?", talk_to_human=0.6, return_policy=0.9)) == [
        "inform:passage"
    ]


def test_anger_is_answered_with_one_apology_and_the_offer_of_a_person() -> None:
    speak = customer().text("this is ridiculous, where is 10423", {"order_id": "10423"}, order_status=0.95)
    assert (acts(speak), offers(speak)) == (["apology", "inform:order/open"], ["human"])


def test_a_second_angry_message_brings_a_person() -> None:
    talk = Talk()
    first = talk.text("useless service", oos=0.2)
    second = talk.text("垃圾", language="zh")
    assert (acts(first), offers(first), acts(second)) == (["apology"], ["human"], ["handoff/angry"])


def test_a_complaint_counts_as_anger_and_is_no_task() -> None:
    assert acts(Talk().text("I am not satisfied with your staff", complaint=0.95)) == ["apology"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("it burned my hand", "injury"), ("the charger caught fire", "fire"), ("this is fraud", "fraud"),
        ("我要找律师", "legal"),
        ("I am a journalist", "press"), ("I will kill you", "threat"),
    ],
)  # fmt: skip
def test_an_alarm_brings_a_person_at_once_even_in_the_middle_of_a_confirmation(text: str, reason: str) -> None:
    talk = asked_to_cancel()
    speak = talk.text(text, affirm=0.99)
    assert (acts(speak), speak.kind, talk.performed) == ([f"handoff/{reason}"], "handoff", [])


def test_an_alarm_in_chinese_is_answered_in_chinese() -> None:
    talk = Talk(start(language=""))
    assert talk.text("我被烫伤了", language="zh").conversation.language == "zh"


@pytest.mark.parametrize(("text", "language"), [("where is it", "en"), ("我的快递呢", "zh")])
def test_a_model_failure_brings_a_person_in_the_language_of_the_message(text: str, language: str) -> None:
    talk = Talk(start(language=""))
    speak = talk.text(text, failure="timeout")
    assert (acts(speak), speak.conversation.language) == (["handoff/model_failure"], language)


# --- other events ----------------------------------------------------------------------------------------------------


def test_a_file_alone_is_kept_and_a_person_offered() -> None:
    speak = Talk().event(Kind.FILE, attachments=(Attachment("photo", digest="d"),))
    assert (acts(speak), offers(speak)) == (["file_kept"], ["human"])


def test_a_file_that_was_not_had_is_not_said_to_be_kept() -> None:
    speak = Talk().event(Kind.FILE, attachments=(Attachment("photo", digest="d"), Attachment("photo")))
    assert acts(speak) == ["file_lost"]


def test_a_file_with_words_is_kept_and_the_words_are_answered() -> None:
    speak = Talk().event(Kind.FILE, "how do returns work?", (Attachment("photo", digest="d"),), return_policy=0.95)
    assert acts(speak) == ["file_kept", "inform:passage"]


def test_start_greets_and_shows_what_can_be_done() -> None:
    speak = Talk(start(introduced=False)).event(Kind.START)
    assert (acts(speak), offers(speak)) == (
        ["greet", "introduce"],
        ["intent:order_status", "intent:cancel_order", "intent:return_item"],
    )


def test_a_late_edit_changes_nothing() -> None:
    talk = asked_to_cancel()
    before = talk.conversation
    speak = talk.event(Kind.EDIT, "yes", affirm=0.99)
    assert (acts(speak), talk.performed, talk.conversation) == (["edit_late"], [], before)


# --- languages -------------------------------------------------------------------------------------------------------


def test_a_third_language_is_answered_in_one_line_of_it() -> None:
    speak = Talk().text("Wo ist meine Bestellung?", language="de", order_status=0.9)
    assert (acts(speak), offers(speak)) == (["other_language/de"], ["english", "human"])


def test_a_third_language_in_answer_to_a_question_is_told_so() -> None:
    assert acts(asked_which_order().text("ich weiß es leider nicht", language="de")) == ["other_language/de"]


def test_an_address_in_a_third_language_is_still_an_address() -> None:
    talk = signed_in()
    talk.text("change the address of 10423", {"order_id": "10423"}, change_address=0.95)
    assert talk.text("Lange Straße 12, Berlin", language="de").kind == "confirm"


@pytest.mark.parametrize(
    ("known", "text", "heard", "spoken"),
    [
        ("", "hi", "en", "en"),
        ("", "你好", "zh", "zh"),
        ("", "你好嗎", "zh-Hant", "zh-Hant"),
        ("en", "我的订单呢", "zh", "zh"),
        ("en", "我想退货，订单10042", "zh", "zh"),
        ("zh", "where is my order", "en", "en"),
        ("zh", "ok", "en", "zh"),
        ("zh", "M", "en", "zh"),
        ("zh", "10423 emma@example.com", "en", "zh"),
        ("en", "好的", "zh", "zh"),
        ("zh-Hant", "可以", "zh", "zh-Hant"),
        ("zh-Hant", "我的订单呢", "zh", "zh"),
        ("zh", "我的訂單呢", "zh-Hant", "zh-Hant"),
        ("zh", "Wo ist das Paket", "de", "zh"),
        ("", "Wo ist das Paket", "de", "en"),
    ],
)
def test_the_language_follows_the_shopper_but_not_a_few_letters(known: str, text: str, heard: str, spoken: str) -> None:
    assert Talk(start(language=known)).text(text, language=heard, oos=0.3).conversation.language == spoken


def test_a_chinese_conversation_goes_all_the_way_to_a_write() -> None:
    talk = Talk(start(language=""))
    speaks = [
        talk.text("我想取消订单", language="zh", cancel_order=0.95),
        talk.text("订单号是10423", {"order_id": "10423"}, language="zh"),
        talk.text("手机07700900123", language="zh"),
        talk.text("好的，取消吧", language="zh", affirm=0.9),
    ]
    assert [acts(speak)[-1] for speak in speaks] == [
        "ask:order_id",
        "ask:contact/full",
        "confirm:cancel_order",
        "done:cancel_order",
    ]
    assert {speak.conversation.language for speak in speaks} == {"zh"}


# --- the contract of decide ------------------------------------------------------------------------------------------


def test_decide_replays_its_turn_from_the_outcomes() -> None:
    conversation, event = start(), TurnInput("t", Kind.TEXT, "where is 10423, emma@example.com")
    heard = meaning(event.text, {"order_status": 0.9}, {"order_id": "10423"})
    talk = Talk()
    outcomes: list[Outcome] = []
    kinds = []
    while not isinstance(decision := decide(conversation, event, heard, outcomes, SKILLS, LIMITS, NOW), Speak):
        kinds.append(decision.skill if isinstance(decision, Read) else "perform")
        outcomes.append(
            talk.answers[decision.skill](decision)
            if isinstance(decision, Read)
            else talk.perform(decision.confirmation)
        )
    assert kinds == ["identify", "track_order"]


def test_decide_changes_none_of_its_arguments() -> None:
    talk = asked_to_cancel()
    before = repr(talk.conversation)
    decide(
        talk.conversation, TurnInput("t", Kind.TEXT, "yes"), meaning("yes", {"affirm": 0.9}), [], SKILLS, LIMITS, NOW
    )
    assert repr(talk.conversation) == before


def test_a_turn_with_many_open_requests_ends_and_the_rest_goes_on_next_time() -> None:
    """Eight skills that all finish at once: the turn stops after a bounded number of reads."""
    skills = (*SKILLS, *(Skill(f"s{n}", (f"i{n}",), never, (), Mode.READ) for n in range(8)))
    flows = tuple(Flow(f"s{n}", f"i{n}") for n in range(8))
    event, heard = TurnInput("t", Kind.TEXT, "returns?"), meaning("returns?", {"return_policy": 0.9})
    outcomes: list[Outcome] = []
    while not isinstance(decision := decide(start(flows=flows), event, heard, outcomes, skills, LIMITS, NOW), Speak):
        outcomes.append(Outcome(Act("inform:passage")))
    assert (len(outcomes), len(decision.conversation.flows)) == (5, 4)


def test_a_confirm_without_a_quote_is_a_mistake_of_the_skill() -> None:
    talk = customer()
    talk.answers["cancel_order"] = lambda read: Outcome(Act("confirm:cancel_order"))
    with pytest.raises(ValueError, match="needs its quote"):
        talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)


def test_performing_is_asked_for_nowhere_but_after_a_confirmation() -> None:
    talk = customer()
    for text, intents in (
        ("yes", {"affirm": 0.99}),
        ("do it", {"affirm": 0.99}),
        ("cancel 10423 yes yes", {"cancel_order": 0.99, "affirm": 0.99}),
    ):
        talk.text(text, {"order_id": "10423"} if "10423" in text else None, **intents)
    assert talk.performed == []
    assert isinstance(
        decide(
            talk.conversation,
            TurnInput("x", Kind.TEXT, "yes"),
            meaning("yes", {"affirm": 0.9}),
            [],
            SKILLS,
            LIMITS,
            NOW,
        ),
        Perform,
    )


def test_a_handoff_is_about_the_last_wish_and_not_about_settled_ones() -> None:
    talk = customer()
    talk.text("where is 10423", {"order_id": "10423"}, order_status=0.95)
    talk.text("cancel 10500", {"order_id": "10500"}, cancel_order=0.95)
    assert talk.text("a person please", talk_to_human=0.95).conversation.wishes == ("cancel_order",)


@pytest.mark.parametrize(
    ("text", "product"),
    [("and in size 42?", "id-of-boots"), ("do they have that in stock at the moment too?", "id-of-boots"),
     ("有42码吗", "id-of-boots"), ("do you have washing machines in stock?", "")],
)  # fmt: skip
def test_only_what_points_back_or_is_brief_is_about_the_product_spoken_of(text: str, product: str) -> None:
    talk = Talk(start(memory={"product": "id-of-boots"}))
    talk.text(text, product_info=0.95)
    assert talk.reads[0].flow.slots.get("product", "") == product


# --- forms: several answers at once, as untrusted as text -------------------------------------------------------------


FILLED = "form:return_items?order_id=10103&lines=l1%2Cl2&reason=too_small&way=refund&proof=mine&contact=x%40y.example"


def test_a_filled_form_is_a_request_with_the_slots_that_its_skill_lets_it_have() -> None:
    talk = signed_in()
    talk.press(FILLED)
    read = talk.reads[-1]
    assert (read.skill, read.flow.intent) == ("return_items", "return_item")
    assert read.flow.slots == {"order_id": "10103", "lines": "l1,l2", "reason": "too_small", "way": "refund"}


def test_a_filled_form_takes_the_place_of_what_was_asked_and_shown_of_its_kind() -> None:
    talk = signed_in()
    talk.text("return 10103", {"order_id": "10103"}, return_item=0.95)
    talk.press(FILLED)
    assert [flow.skill for flow in talk.conversation.flows].count("return_items") <= 1
    assert talk.reads[-1].flow.slots["lines"] == "l1,l2"


@pytest.mark.parametrize("button", [
    "form:", "form:return_items2?order_id=1", "form:cancel_order?order_id=10423", "form:return_items?" + "a" * 3000,
])  # fmt: skip
def test_a_form_of_no_skill_that_has_one_is_a_stale_button(button: str) -> None:
    talk = signed_in()
    assert acts(talk.press(button)) == ["stale_button"] and talk.reads == []


def test_a_filled_form_proves_nothing() -> None:
    talk = Talk()
    speak = talk.press(FILLED)
    assert acts(speak)[-1].startswith("ask:contact") and not talk.performed


# --- one request, and what nothing else answers ----------------------------------------------------------------------


def test_a_page_is_looked_at_before_a_message_is_given_up() -> None:
    speak = Talk().text("when is basil sown", in_scope=0.05, oos=0.95)
    assert (acts(speak), [offer.value for offer in speak.offers]) == (["inform:passage"], ["human"])
    assert acts(Talk().text("basil, when", order_status=0.3)) == ["inform:passage"]
    talk = customer()
    talk.text("cancel my order", cancel_order=0.95)
    assert acts(talk.text("when is basil sown", in_scope=0.05, oos=0.95)) == ["inform:passage", "resume", "ask:order"]


def test_what_is_told_of_a_product_with_its_price_is_no_second_request() -> None:
    lamp = {"product": "lamp"}
    speak = Talk().text("how much is the lamp?", lamp, product_price=0.95, product_info=0.6)
    assert "next_request" not in acts(speak)
    both = {"order_id": "10423", **lamp}
    speak = customer().text("where is 10423, and how much is the lamp?", both, order_status=0.9, product_price=0.8)
    assert "next_request" in acts(speak)


def test_the_number_answers_the_open_question_and_the_request_beside_it_is_kept() -> None:
    talk = customer()
    talk.text("cancel my order", cancel_order=0.95)
    speak = talk.text("change the address of 10423", {"order_id": "10423"}, change_address=0.95)
    assert talk.top == "change_address" and acts(speak)[-1].startswith("ask:")
    assert [flow.slots.get("order_id") for flow in talk.conversation.flows] == ["10423", "10423"]
    asking = customer()
    asking.text("cancel my order", cancel_order=0.95)
    speak = asking.text("where is 10423?", {"order_id": "10423"}, order_status=0.95)
    assert acts(speak) == ["inform:order/open", "resume", "ask:order"]


@pytest.mark.parametrize("text", ["where's 10500?", "10500在哪"])
def test_a_question_where_an_order_is_does_not_answer_which_order_is_meant(text: str) -> None:
    talk = customer()
    talk.text("cancel my order", cancel_order=0.95)
    speak = talk.text(text, {"order_id": "10500"}, provide_info=0.8, cancel_order=0.7, order_status=0.3)
    assert acts(speak) == ["inform:order/open", "resume", "ask:order"]
    assert talk.top == "cancel_order"


def test_a_request_that_goes_on_as_another_does_not_show_what_was_asked_before() -> None:
    talk = customer()
    talk.text("return something", return_item=0.95)
    talk.press("pick:l1")
    assert acts(talk.press("pick:too_small")) == ["confirm:return_items"]
    way = Outcome(Act("inform:way/return"), slots={"order_id": "10104"}, goes_on="return_item")
    talk.answers["track_order"] = lambda read: way
    speak = talk.text("how do i get my money for 10104", {"order_id": "10104"}, order_status=0.95)
    assert acts(speak) == ["inform:way/return", "ask:lines"]
    assert talk.conversation.pending is None
