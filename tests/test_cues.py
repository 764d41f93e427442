"""What a message says about its own case, in English and Chinese."""

import pytest

from bot.cues import found
from bot.slots import collect, coupon, tries_code


@pytest.mark.parametrize("text", [
    "the same again please", "same as last time", "reorder 10042", "I'd like to order the same as order 10042 again",
    "can I get what I had last time", "order 10042 again", "buy it again", "跟上次一样再来一单", "再来一单", "老样子",
    "订单10101的东西再买一份", "照原样再来", "跟上个月一模一样来一份",
])  # fmt: skip
def test_the_same_again(text: str) -> None:
    assert found(text, ("again",)) == {"again": "yes"}


@pytest.mark.parametrize("text", [
    "I can't check out, the button does nothing", "my basket keeps emptying", "the checkout doesn't work", "error 402",
    "I can’t place my order", "nothing happens when I press it", "结算按钮点了没反应", "购物车打不开", "下不了单",
    "提交订单失败", "没法下单", "結帳按鈕沒反應",
])  # fmt: skip
def test_trouble_with_the_checkout(text: str) -> None:
    assert found(text, ("trouble",)) == {"trouble": "yes"}


@pytest.mark.parametrize("text", [
    "I'd like two mugs", "one more please", "再来一个", "我要买衬衫", "order a flask for me", "send it to Leeds",
    "can I order by phone?", "再加一个马克杯",
])  # fmt: skip
def test_a_plain_order_is_neither(text: str) -> None:
    assert found(text, ("again", "trouble")) == {}


@pytest.mark.parametrize(("text", "claim"), [
    ("I was charged twice", "double,taken"), ("my card was declined", "declined"), ("payment failed", "declined"),
    ("my payment is still pending", "pending"), ("money was taken but I have no order", "no_order,taken"),
    ("it failed but the money is gone", "declined,taken"), ("did my payment go through?", ""),
    ("扣了我两次钱", "double,taken"), ("付款失败了", "declined"), ("一直显示处理中", "pending"),
    ("钱扣了但是没有订单", "no_order,taken"), ("怎么重新付款", "declined"), ("我付款了吗", ""),
])  # fmt: skip
def test_what_is_wrong_with_a_payment(text: str, claim: str) -> None:
    assert found(text, ("claim",)).get("claim", "") == claim


@pytest.mark.parametrize(("text", "slots"), [
    ("is there a student discount?", {"scheme"}), ("do I get points?", {"scheme"}), ("any discounts?", set()),
    ("my code doesn't work", {"code_fails"}), ("the voucher is invalid", {"code_fails"}), ("学生有优惠吗", {"scheme"}),
    ("有积分吗", {"scheme"}), ("优惠码用不了", {"code_fails"}), ("现在有什么活动", set()),
    ("where do I enter the code?", {"scheme"}), ("优惠码在哪里填", {"scheme"}),
])  # fmt: skip
def test_kinds_of_questions_about_discounts(text: str, slots: set[str]) -> None:
    assert found(text, ("scheme", "code_fails")).keys() == slots


def test_only_what_is_wanted_is_looked_for() -> None:
    assert found("reorder, I was charged twice, error 402", ()) == {}


@pytest.mark.parametrize(("text", "tried"), [
    ("can i use LIGHTUP", True), ("WINTER10?", True), ("does SPRING15 work", True), ("SPRING15能用吗", True),
    ("BLACK", False), ("EU 42", False), ("700x25", False), ("does it come in EU42", False),
    ("I'd use the BLUE", True), ("use the blue one", False),
])  # fmt: skip
def test_a_code_that_is_tried_is_told_from_an_answer(text: str, tried: bool) -> None:
    assert tries_code(text) is tried


@pytest.mark.parametrize(("text", "code"), [
    ("SPRING15", "SPRING15"), ("spring15", "SPRING15"), ("it's SPRING15", "SPRING15"),
    ("the code is summer-20.", "SUMMER-20"), ("code MUMSDAY", "MUMSDAY"),
    ("优惠码是CHUN20", "CHUN20"), ("新春大吉", "新春大吉"), ("I have none at hand", None), ("A1B2 or C3D4", None),
    ("“TEATIME”", "TEATIME"), ("", None),
])  # fmt: skip
def test_a_code_is_read_from_an_answer(text: str, code: str | None) -> None:
    assert coupon(text) == code


@pytest.mark.parametrize(("text", "code"), [
    ("does the code SPRING15 work?", "SPRING15"), ("my voucher: tea-5 please", "TEA-5"),
    ("优惠码CHUN20能用吗", "CHUN20"),
    ("the code does not work", None), ("a code for mugs", None), ("promo MUMSDAY is refused", "MUMSDAY"),
])  # fmt: skip
def test_a_code_that_the_model_missed_is_found_after_its_word(text: str, code: str | None) -> None:
    assert collect((), text, ("coupon",)).get("coupon") == code
