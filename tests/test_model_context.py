"""The same words mean another thing after another question: the shipped model reads what was asked and said."""

import pytest

from bot.conversation import Understanding, Utterance
from bot.ports import Language

Case = tuple[str, str, str, str, str]  # message, what was said before, what is being asked, intent, slot

CASES: list[Case] = [
    ("42", "Which size do you need?", "size", "provide_info", "size"),
    ("42", "How many would you like?", "quantity", "provide_info", "quantity"),
    ("10423", "May I have the order number?", "order_id", "provide_info", "order_id"),
    ("blue", "Which colour should it become?", "new_color", "provide_info", "new_color"),
    ("yes please", "I would cancel order 10423. Shall I go ahead?", "confirm", "affirm", ""),
    ("no", "I would cancel order 10423. Shall I go ahead?", "confirm", "deny", ""),
    ("where is my order 10423?", "Which size do you need?", "size", "order_status", "order_id"),
    ("42", "请问要什么尺码？", "size", "provide_info", "size"),
    ("两个", "请问需要几件？", "quantity", "provide_info", "quantity"),
    ("好的", "将为您取消订单10423，确认吗？", "confirm", "affirm", ""),
    ("不用了", "将为您取消订单10423，确认吗？", "confirm", "deny", ""),
    ("好的", "您的订单已发货，预计明天送达。", "", "thanks_bye", ""),
]


@pytest.mark.parametrize(("text", "said", "expects", "intent", "slot"), CASES)
async def test_what_was_asked_decides(
    language: Language, text: str, said: str, expects: str, intent: str, slot: str
) -> None:
    found: Understanding = await language.interpreter.understand(text, (Utterance("system", said),), expects)
    assert found.intents[0].name == intent
    if slot:
        assert slot in {span.name for span in found.slots}
