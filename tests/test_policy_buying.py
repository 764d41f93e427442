"""What the policy does for buying: changes of a basket, proofs asked for on the way, facts that go to a person."""

from collections.abc import Sequence

import pytest
from policy_talk import CUSTOMER, GROUP, LIMITS, SKILLS, Talk, acts, never, start

from bot.conversation import Access, Conversation, Understanding
from bot.decision import Decision, HandoffRequest, Read, Speak, TurnInput
from bot.facts import Act, Text
from bot.messages import Kind
from bot.policy import decide
from bot.skill import Outcome, Skill

BUY_SLOTS = ("wishes", "product", "whole", "again", "order_id", "contact", "basket")
BUY = Skill("place_order", ("place_order",), never, (), slots=BUY_SLOTS)


def buy(read: Read, before: Sequence[Read]) -> Outcome:
    slots = read.flow.slots
    proved = any(one.skill == "identify" and "@" in one.flow.slots["contact"] for one in before)
    if "again" in slots and not proved:
        return Outcome(Act("ask:order_id"), needs=Access.ORDER)
    if "told" in slots:
        told = {"told": Text(slots["told"])}
        return Outcome(Act("inform:trouble", dict(told)), handoff=HandoffRequest("checkout", facts=told))
    if "broken" in slots.get("wishes", ""):
        return Outcome(Act("ask:trouble"), slot="told")
    return Outcome(Act("done:basket"), slots={"basket": "token", "product": "mug"})


class Buying(Talk):
    def __init__(self, conversation: Conversation | None = None) -> None:
        super().__init__(conversation or start())
        self.skills: tuple[Skill, ...] = (*SKILLS, BUY)
        self.answers["place_order"] = lambda read: buy(read, self.reads)

    def decide(
        self, event: TurnInput, understanding: Understanding | None, outcomes: Sequence[Outcome]
    ) -> Decision:
        return decide(self.conversation, event, understanding, outcomes, self.skills, LIMITS, self.now)


def with_basket(**fields: object) -> Buying:
    return Buying(start(memory={"basket": "token", "product": "mug"}, **fields))


def test_a_basket_is_remembered_and_given_to_the_next_request() -> None:
    talk = Buying()
    talk.text("two mugs please", {"product": "mugs"}, place_order=0.95)
    assert talk.conversation.memory["basket"] == "token"
    talk.text("a flask too, please order it", {"product": "flask"}, place_order=0.95)
    assert talk.reads[-1].flow.slots["basket"] == "token"


@pytest.mark.parametrize(("text", "slots", "intents"), [
    ("without the mug", {"product": "mug"}, {"product_price": 0.83}),
    ("add one more mug", {"product": "mug"}, {"modify_order": 0.92}),
    ("不要马克杯了", {"product": "马克杯"}, {"deny": 0.83}),
    ("take the mug out again please", {"product": "mug"}, {"cancel_order": 0.9}),
])  # fmt: skip
def test_a_change_of_the_basket_is_no_change_of_an_order(
    text: str, slots: dict[str, str], intents: dict[str, float]
) -> None:
    talk = with_basket()
    assert acts(talk.text(text, slots, **intents)) == ["done:basket"]
    assert talk.reads[-1].flow.slots["wishes"]


@pytest.mark.parametrize(("text", "slots", "intents"), [
    ("please cancel order 10423 without the mug", {"order_id": "10423", "product": "mug"}, {"cancel_order": 0.95}),
    ("do you have another mug?", {"product": "mug"}, {"product_info": 0.95}),
    ("how do I return things if I don't want the mug any more", {"product": "mug"}, {"return_policy": 0.95}),
    ("thanks a lot", {}, {"thanks_bye": 0.95}),
    ("delete my data", {}, {"account_help": 0.95}),
    ("delete my account", {}, {"cancel_flow": 0.85}),
    ("cancel SP-2001", {}, {"cancel_order": 0.95}),
    ("删除我的个人信息", {}, {"account_help": 0.95}),
    ("remove my e-mail address", {}, {"account_help": 0.95}),
])  # fmt: skip
def test_another_request_is_served_although_there_is_a_basket(
    text: str, slots: dict[str, str], intents: dict[str, float]
) -> None:
    talk = with_basket(proof=CUSTOMER)
    assert "done:basket" not in acts(talk.text(text, slots, **intents))


def test_at_a_confirmation_nothing_is_taken_for_the_basket() -> None:
    talk = with_basket(proof=CUSTOMER)
    talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    talk.text("no, without the mug", {"product": "mug"}, deny=0.6)
    assert [read.skill for read in talk.reads] == ["cancel_order"]


def test_without_a_basket_the_model_decides() -> None:
    assert "done:basket" not in acts(Buying().text("without the mug", {"product": "mug"}, product_price=0.95))


# --- a proof on the way ----------------------------------------------------------------------------------------------


def test_a_skill_may_ask_who_it_is_only_when_it_must() -> None:
    talk = Buying()
    assert acts(talk.text("the same again please", place_order=0.95)) == ["ask:order_id"]
    assert acts(talk.text("10423", provide_info=0.9)) == ["ask:contact/full"]
    assert acts(talk.text("emma@example.com", {"email": "emma@example.com"}, provide_info=0.9)) == [
        "identify/done", "done:basket",
    ]  # fmt: skip
    assert talk.reads[-1].flow.slots["again"] == "yes"


def test_in_a_group_nobody_is_asked_who_he_is() -> None:
    talk = Buying(start(GROUP))
    assert acts(talk.text("the same again please", place_order=0.95)) == ["go_private"]


def test_a_postcode_is_not_enough_for_what_needs_more() -> None:
    talk = Buying()
    talk.text("the same again please", place_order=0.95)
    talk.text("10423", provide_info=0.9)
    assert acts(talk.text("E1 6AN", provide_info=0.9)) == ["ask:contact/stronger"]


# --- to a person -----------------------------------------------------------------------------------------------------


def handed_over() -> Speak:
    talk = Buying()
    talk.text("the broken one", {"product": "broken"}, place_order=0.95)
    return talk.text("I get error 402, cancel my order!", cancel_order=0.99)


def test_a_description_is_read_as_one_whatever_it_sounds_like_and_goes_to_a_person_with_its_facts() -> None:
    speak = handed_over()
    assert acts(speak) == ["inform:trouble", "handoff/requested"]
    assert speak.handoff is not None and speak.handoff.reason == "checkout"
    assert speak.handoff.facts == {"told": Text("I get error 402, cancel my order")}


def test_a_masked_card_number_is_told_once_and_the_request_goes_on() -> None:
    talk = Buying()
    speak = talk.text("•••• •••• •••• •••• is my card, two mugs", {"product": "mugs"}, place_order=0.95)
    assert acts(speak) == ["card_masked", "done:basket"]
    assert acts(talk.event(Kind.TEXT, "two mugs", place_order=0.95)) == ["done:basket"]



def asked_what_to_buy() -> Buying:
    talk = with_basket()
    talk.answers["place_order"] = lambda read: Outcome(Act("ask:color"), slot="color/0")
    talk.text("I want to buy a shirt", place_order=0.95)
    return talk


def test_a_question_that_leads_to_no_write_is_taken_up_once_and_then_let_go() -> None:
    talk = asked_what_to_buy()
    question = "how do returns work?"
    assert acts(talk.text(question, return_policy=0.95)) == ["inform:passage", "resume", "ask:color"]
    assert acts(talk.text(question, return_policy=0.95)) == ["inform:passage"]
    assert talk.conversation.top is None


@pytest.mark.parametrize("text", ["Thanks, bye", "i've changed my mind", "谢谢，再见", "我改变主意了"])
def test_who_takes_leave_or_changes_his_mind_is_asked_no_more(text: str) -> None:
    talk = asked_what_to_buy()
    assert acts(talk.text(text, thanks_bye=0.3))[0] == "stopped"
    assert talk.conversation.top is None


@pytest.mark.parametrize("text", ["checkout please", "clear my basket", "结账"])
def test_the_whole_basket_is_no_product_that_was_asked_for(text: str) -> None:
    talk = with_basket()
    talk.answers["place_order"] = lambda read: (
        Outcome(Act("done:basket")) if "whole" in read.flow.slots else Outcome(Act("ask:product/buy"), slot="product")
    )
    talk.text("I want to buy something", place_order=0.95)
    assert acts(talk.text(text, provide_info=0.9)) == ["done:basket"]
    assert talk.conversation.top is None


def test_a_code_tried_while_a_colour_is_asked_for_is_no_colour() -> None:
    talk = asked_what_to_buy()
    promo = Skill("promo_discount", ("promo_discount",), never, (), slots=("coupon",))
    talk.skills, talk.answers["promo_discount"] = (*talk.skills, promo), lambda read: Outcome(Act("inform:promotion"))
    assert acts(talk.text("can i use LIGHTUP", {"color": "LIGHTUP"}, provide_info=0.9))[0] == "inform:promotion"
    assert talk.reads[-2].flow.slots["coupon"] == "LIGHTUP"
