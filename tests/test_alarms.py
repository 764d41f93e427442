"""Words that bring a person at once, words of anger, and their everyday doubles."""

import pytest

from bot.alarms import alarm, angry, wants_forgetting


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The kettle burned my hand", "injury"),
        ("my son is in HOSPITAL because of your toy", "injury"),
        ("she had an allergic reaction", "injury"),
        ("孩子被烫伤了", "injury"),
        ("誤吞了零件", "injury"),
        ("the battery caught fire", "fire"),
        ("it started smoking", "fire"),
        ("充电器冒烟了", "fire"),
        ("手机爆炸", "fire"),
        ("somebody used my card, this is fraud", "fraud"),
        ("an unauthorised payment", "fraud"),
        ("我的卡被盗刷了", "fraud"),
        ("you will hear from my lawyer", "legal"),
        ("I'll take you to court", "legal"),
        ("我要找lawyer了", "legal"),
        ("我要打12315投诉", "legal"),
        ("我要去消協", "legal"),
        ("I am a journalist", "press"),
        ("I'm going on TV with this", "press"),
        ("我要找媒体曝光你们", "press"),
        ("I'll kill you", "threat"),
        ("I’ll come for you", "threat"),
        ("不想活了", "threat"),
        ("I want to kill myself", "threat"),
    ],
)
def test_alarm_names_its_reason(text: str, reason: str) -> None:
    assert alarm(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Where is my order 10423?",
        "I saw this jacket on TV, do you have it?",
        "I'll come to the shop on Saturday to collect it",
        "i'll find out the size",
        "do you sell bath bombs or a bath bomb set",
        "可以用工商银行的卡付款吗",
        "我会来店里取",
        "fire red, size M",
        "is it child-safe?",
    ],
)
def test_everyday_questions_raise_no_alarm(text: str) -> None:
    assert alarm(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "this is ridiculous",
        "WTF",
        "what a rip-off",
        "WHERE IS MY ORDER ALREADY!!",
        "你们是骗子吧",
        "太差了",
        "妈的，还没到",
        "他妈的",
        "什么破快递",
        "滚",
        "这也太shit了",
    ],
)
def test_anger_is_heard(text: str) -> None:
    assert angry(text)


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "OK!",
        "IPHONE CASE",
        "scarf and scale",
        "给妈妈的生日礼物",
        "他妈妈喜欢蓝色",
        "滚筒洗衣机能用吗",
        "有垃圾桶卖吗",
        "好的",
        "CANCEL ORDER SH-20488 PLEASE",
    ],
)
def test_calm_messages_are_not_anger(text: str) -> None:
    assert not angry(text)


@pytest.mark.parametrize(
    "text",
    ["Forget me", "please forget who I am", "log me out", "忘记我", "忘掉我吧", "退出登录", "登出", "不要记住我"],
)
def test_wants_forgetting(text: str) -> None:
    assert wants_forgetting(text)


@pytest.mark.parametrize(
    "text",
    ["forget it", "don't forget me", "don’t forget my details", "别忘记我", "forget my order", "我忘了密码",
     "你们是不是忘记我的订单了？", "不要忘记我的订单", "did you forget me?", "please dont forget me",
     "退出登录后还能看吗"],
)  # fmt: skip
def test_does_not_want_forgetting(text: str) -> None:
    assert not wants_forgetting(text)
