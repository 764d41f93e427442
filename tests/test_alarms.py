"""Words that bring a person at once, words of anger, and their everyday doubles."""

import time
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from opencc import OpenCC

from bot.alarms import REASONS, alarm, angry, wants_forgetting
from bot.reasons import zh

EXAMPLES = {
    language: tomllib.loads((Path(__file__).parent / "alarms" / f"{language}.toml").read_text("utf-8"))
    for language in ("en", "zh")
}
GROUPS = {
    "danger": ("injury", "fire", "recall", "threat"),
    "account": ("fraud", "login"),
    "money": ("chargeback", "goodwill", "other_method"),
    "outside": ("legal", "press", "authority"),
    "people": ("death", "minor"),
}
TRADITIONAL = [OpenCC(name).convert for name in ("s2t", "s2tw", "s2hk")]


def examples(kind: str) -> list[tuple[str, str, str]]:
    """(language, reason, text): what must raise an alarm, or must be calm."""
    return [(language, reason, text) for language, reasons in EXAMPLES.items() for reason, of in reasons.items()
            for text in of[kind]]  # fmt: skip


@pytest.mark.parametrize("language", EXAMPLES)
def test_every_reason_has_examples_and_every_group_many(language: str) -> None:
    of = EXAMPLES[language]
    assert sorted(chain(*GROUPS.values())) == sorted(REASONS)
    assert of.keys() == {*REASONS, "everyday"}
    for group in GROUPS.values():
        for kind in ("alarm", "calm"):
            assert sum(len(of[reason][kind]) for reason in group) >= 25, (group, kind)
    assert all(len(of[reason][kind]) >= 10 for reason in REASONS for kind in ("alarm", "calm"))


def test_every_alarm_is_raised_with_its_reason() -> None:
    heard = {(reason, text): alarm(text) for _, reason, text in examples("alarm")}
    assert not {text: (found, reason) for (reason, text), found in heard.items() if found != reason}


def test_everyday_talk_raises_no_alarm() -> None:
    heard = {text: alarm(text) for _, _, text in examples("calm")}
    assert not {text: found for text, found in heard.items() if found}


def test_traditional_chinese_is_heard_alike() -> None:
    for kind in ("alarm", "calm"):
        for _, _, text in (example for example in examples(kind) if example[0] == "zh"):
            assert {alarm(write(text)) for write in TRADITIONAL} == {alarm(text)}, text


def test_every_letter_of_the_patterns_is_known_in_traditional_chinese() -> None:
    letters = {letter for letter in "".join([*zh.PARTS.values(), *zh.WORDS.values(), zh.HARMLESS]) if letter > "\u3400"}
    written = {write(letter): letter for letter in letters for write in TRADITIONAL}
    known = dict(zip(zh.TRADITIONAL, zh.SIMPLIFIED, strict=True))
    assert {new: old for new, old in written.items() if new != old}.items() <= known.items()
    assert letters.isdisjoint(known)


@pytest.mark.parametrize(
    "text",
    [
        "THE KETTLE BURNED MY HAND!!!",
        "the kettle\nburned   my hand",
        "the kettle burned my hand. Order 10423, emma@example.com",
        "ｔｈｅ ｋｅｔｔｌｅ burned my hand",
        "水壶 把我的手 烫伤了",
        "水壶把我\n烫伤了",
        "my手被烫伤了help",
    ],
)
def test_case_width_and_line_breaks_hide_nothing(text: str) -> None:
    assert alarm(text) == "injury"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("the battery exploded and burned my hand, I'll sue you", "injury"),
        ("it caught fire and I want compensation", "fire"),
        ("my son used my card without asking, I'll do a chargeback", "chargeback"),
        ("My mother passed away, can you refund to a different card?", "other_method"),
        ("充电宝爆炸把我的手烫伤了，我要找律师", "injury"),
        ("不赔我就去12315", "legal"),
    ],
)
def test_of_several_reasons_the_gravest_is_named(text: str, reason: str) -> None:
    assert alarm(text) == reason


@pytest.mark.parametrize("text", ["a-" * 5_000, "my aaaa " * 1_250, "-" * 10_000, "我的卡" * 3_300, "会" * 10_000])
def test_a_long_message_is_read_in_no_time(text: str) -> None:
    began = time.process_time()
    alarm(text)
    assert time.process_time() - began < 2  # it takes a twentieth of that; a pattern that runs away takes minutes


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
