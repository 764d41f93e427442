"""What the policy does after goods were shown: which messages are about them, whatever the model takes them for."""

from collections.abc import Sequence

import pytest
from policy_talk import LIMITS, Talk, never, start

from bot.conversation import Conversation, Option, Understanding
from bot.decision import Decision, Read, TurnInput
from bot.facts import Act
from bot.policy import decide
from bot.skill import Outcome, Skill

SKILLS = (
    Skill("identify", (), never, (), slots=("order_id", "contact")),
    Skill("recommend", ("recommend_product",), never, (), slots=("product", "goods", "color", "shown", "taste")),
    Skill(
        "product_question", ("product_info", "product_price", "product_availability"), never, (),
        slots=("product", "color", "shown", "tax", "in_box"),
    ),
    Skill("exchange_item", ("exchange_item", "damaged_or_wrong_item"), never, ()),
    Skill("invoice", ("invoice",), never, ()),
    Skill("shop_faq", ("shipping_info",), never, ()),
)  # fmt: skip


def asked(read: Read) -> Outcome:
    if read.flow.slots.get("product") == "boots":
        return Outcome(Act("ask:product/which"), slot="product", options=(Option("Red", "r"), Option("Blue", "b")))
    return Outcome(Act("inform:product"))


class Advised(Talk):
    def __init__(self, conversation: Conversation) -> None:
        super().__init__(conversation)
        self.answers |= {skill.name: asked for skill in SKILLS}

    def decide(
        self, event: TurnInput, understanding: Understanding | None, outcomes: Sequence[Outcome]
    ) -> Decision:
        return decide(self.conversation, event, understanding, outcomes, SKILLS, LIMITS, self.now)

    def read(self, text: str, slots: dict[str, str] | None = None, **intents: float) -> str:
        self.text(text, slots or {}, **intents)
        return f"{self.reads[-1].skill}/{self.reads[-1].flow.intent}"


def after(**memory: str) -> Advised:
    return Advised(start(memory=memory))


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("another brand", {"damaged_or_wrong_item": 0.9}),
        ("换个牌子", {"exchange_item": 0.9}),
        ("a bigger one", {"exchange_item": 0.9}),
        ("不要这个，换一个", {"exchange_item": 0.95}),
        ("not that one, something else", {"deny": 0.9}),
        ("anything cheaper?", {}),
    ],
)
def test_what_turns_from_goods_just_shown_is_advice(text: str, intents: dict[str, float]) -> None:
    assert after(shown="a\nb").read(text, **intents) == "recommend/recommend_product"
    assert after(shown="a").read(text, **intents) == "recommend/recommend_product"


def test_without_goods_shown_the_model_decides() -> None:
    assert after().read("a bigger one", exchange_item=0.9) == "exchange_item/exchange_item"
    assert after(shown="a\nb").read("shipping is too expensive", shipping_info=0.9) == "shop_faq/shipping_info"


def test_a_colour_is_asked_of_several_that_were_shown_or_of_the_one_spoken_of() -> None:
    several, one = after(shown="a\nb"), after(shown="a\nb", product="b")
    color = {"color": "blue"}
    assert several.read("do you have it in blue?", color, product_availability=0.9) == "recommend/recommend_product"
    assert one.read("do you have it in blue?", color, product_availability=0.9) == (
        "product_question/product_availability"
    )


def test_a_choice_that_is_narrowed_is_not_asked_for_again() -> None:
    talk = after()
    talk.text("how much are the boots", {"product": "boots"}, product_price=0.9)
    assert talk.conversation.top and talk.conversation.top.expects == "product"
    assert talk.read("anything cheaper?", recommend_product=0.9) == "recommend/recommend_product"
    assert talk.reads[-1].flow.slots["shown"] == "r\nb" and "product" not in talk.reads[-1].flow.slots
    assert talk.conversation.top is None


def test_a_question_for_the_tax_asks_for_no_invoice() -> None:
    talk = after(shown="a", product="a")
    assert talk.read("is that including VAT?", product_price=0.9, invoice=0.8) == "product_question/product_price"
    assert not talk.conversation.queue


def test_what_is_in_the_box_is_asked_of_the_product_spoken_of() -> None:
    assert after(shown="a", product="a").read("what's in the box?", oos=0.2) == "product_question/product_info"
