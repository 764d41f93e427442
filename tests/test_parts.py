"""Where the part of a message about one order ends and that about the next begins; and whose request is whose."""

from dataclasses import replace

import pytest
from policy_talk import Talk, acts, customer, meaning

from bot import parts
from bot.conversation import Understanding
from bot.decision import Speak, TurnInput
from bot.facts import Text
from bot.messages import Kind


@pytest.mark.parametrize(
    ("text", "numbers", "wanted"),
    [
        ("取消10102，再帮我查下10101", ("10102", "10101"), ("取消10102", "帮我查下10101")),
        ("10102不要了，顺便看看10101到哪了", ("10102", "10101"), ("10102不要了", "看看10101到哪了")),
        ("cancel 10043, and check where 10042 is", ("10043", "10042"), ("cancel 10043", "check where 10042 is")),
        ("Where is 10042? And please cancel 10043.", ("10042", "10043"), ("Where is 10042", "please cancel 10043.")),
        ("cancel 10043 and 10055 and where is 10042", ("10043", "10055", "10042"),
         ("cancel 10043", "10055", "where is 10042")),
        ("10043和10055都取消", ("10043", "10055"), ("10043", "10055都取消")),
        ("cancel 10043, please, it was £3.50 dearer. Where is 10042", ("10043", "10042"),
         ("cancel 10043, please, it was £3.50 dearer", "Where is 10042")),
        ("cancel 10043, it's late, and look for 10042", ("10043", "10042"),
         ("cancel 10043, it's late", "look for 10042")),
        ("10043 10055", ("10043", "10055"), ()),
        ("cancel 10043", ("10043",), ()),
        ("cancel one-oh-oh-four-three and 10042", ("10043", "10042"), ()),
    ],
)  # fmt: skip
def test_a_message_is_cut_between_its_orders(text: str, numbers: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    assert parts.of(text, numbers) == wanted


def say(talk: Talk, whole: Understanding, *pieces: Understanding) -> Speak:
    return talk.play(TurnInput(talk.next_id(), Kind.TEXT, whole.text), replace(whole, parts=pieces))


def orders(speak: Speak) -> list[str]:
    return [fact.value for act in speak.acts if isinstance(fact := act.facts.get("order"), Text)]


def part(text: str, number: str, **intents: float) -> Understanding:
    return meaning(text, intents, {"order_id": number})


BOTH = meaning("cancel 10423, and where is 10500", {"cancel_order": 0.9}, {"order_id": ["10423", "10500"]})
CANCEL = part("cancel 10423", "10423", cancel_order=0.95)


def test_each_order_gets_what_its_own_part_asks_for() -> None:
    talk = customer()
    speak = say(talk, BOTH, CANCEL, part("where is 10500", "10500", order_status=0.9))
    assert acts(speak) == ["confirm:cancel_order"]
    assert orders(speak) == ["10423"]
    speak = talk.press(f"yes:{talk.conversation.pending.id}")  # type: ignore[union-attr]
    assert acts(speak) == ["done:cancel_order", "next_request", "inform:order/open"]
    assert [done.arguments["order"] for done in talk.performed] == ["10423"]
    assert orders(speak) == ["10423", "10500"]


def test_the_cancellation_that_comes_second_is_quoted_for_its_own_order() -> None:
    talk = customer()
    text = "where is 10500? and cancel 10423"
    whole = meaning(text, {"order_status": 0.9, "cancel_order": 0.8}, {"order_id": ["10500", "10423"]})
    speak = say(talk, whole, part("where is 10500", "10500", order_status=0.9), CANCEL)
    assert acts(speak) == ["inform:order/open", "next_request", "confirm:cancel_order"]
    assert orders(speak) == ["10500", "10423"]


def test_a_number_alone_belongs_to_the_request_before_it() -> None:
    talk = customer()
    text = "cancel 10423 and 10424 and where is 10500"
    whole = meaning(text, {"cancel_order": 0.9}, {"order_id": ["10423", "10424", "10500"]})
    say(talk, whole, CANCEL, part("10424", "10424"), part("where is 10500", "10500", order_status=0.9))
    assert [(flow.skill, flow.slots["order_id"]) for flow in talk.conversation.queue] == [
        ("cancel_order", "10424"), ("track_order", "10500"),
    ]  # fmt: skip


def test_a_request_that_no_part_makes_is_asked_about_and_never_lost() -> None:
    talk = customer()
    whole = replace(BOTH, intents=meaning("", {"cancel_order": 0.9, "order_status": 0.8}).intents)
    speak = say(talk, whole, part("cancel 10423", "10423", order_status=0.6), part("10500", "10500"))
    assert acts(speak) == ["ask:order"]
    assert talk.top == "cancel_order"
    assert not talk.performed


def test_a_correction_is_no_second_request() -> None:
    talk = customer()
    whole = meaning("cancel 10423, I mean 10424", {"cancel_order": 0.9}, {"order_id": ["10423", "10424"]})
    assert acts(say(talk, whole, CANCEL, part("I mean 10424", "10424"))) == ["ask:order"]
