"""Facts as text, and templates that must not say more than their act."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from bot.facts import (
    EFFECT_FAMILIES,
    Act,
    Day,
    Fact,
    Locale,
    Localised,
    Many,
    Moment,
    Money,
    Number,
    Term,
    Text,
    clean,
    fault,
    fill,
    placeholders,
    render,
    words,
)

ZONE = ZoneInfo("Europe/London")
EN = Locale("en", "en_GB", ZONE, {"state": {"shipped": "on its way"}})
ZH = Locale("zh", "zh_Hans_CN", ZONE, {"state": {"shipped": "已发货"}})
US = Locale("en", "en_US", ZoneInfo("America/New_York"))
IE = Locale("en", "en_IE", ZoneInfo("Europe/Dublin"))
HANT = Locale("zh-Hant", "zh_Hant_TW", ZONE, {"state": {"shipped": "已發貨"}})
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"  # a flag spelt out in tags
NAME = Localised({"en": "Reading lamp", "zh": "阅读台灯"})


@pytest.mark.parametrize(
    ("fact", "en", "zh", "hant"),
    [
        (Text("SH-20488"), "SH-20488", "SH-20488", "SH-20488"),
        (Number(12345), "12,345", "12,345", "12,345"),
        (Number(-3), "-3", "-3", "-3"),
        (Money(1250, "GBP"), "£12.50", "£12.50", "£12.50"),
        (Money(0, "GBP"), "£0.00", "£0.00", "£0.00"),
        (Money(129900, "CNY"), "CN¥1,299.00", "¥1,299.00", "CN¥1,299.00"),
        (Money(500, "JPY"), "JP¥500", "JP¥500", "¥500"),
        (Day(date(2026, 11, 23)), "Monday 23 November", "11月23日星期一", "11月23日星期一"),
        (Moment(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)), "2 July, 00:30", "7月2日 00:30", "7月2日 00:30"),
        (Term("state", "shipped"), "on its way", "已发货", "已發貨"),
        (Term("state", "part_shipped"), "part shipped", "part shipped", "part shipped"),
        (NAME, "Reading lamp", "阅读台灯", "阅读台灯"),
        (Many((Text("a"), Text("b"), Text("c"))), "a, b and c", "a、b和c", "a、b和c"),
        (Many((NAME,)), "Reading lamp", "阅读台灯", "阅读台灯"),
        (Many(()), "", "", ""),
    ],
)
def test_a_fact_is_written_in_the_form_of_the_language(fact: Fact, en: str, zh: str, hant: str) -> None:
    assert [render(fact, locale) for locale in (EN, ZH, HANT)] == [en, zh, hant]


@pytest.mark.parametrize(
    ("fact", "gb", "us", "ie"),
    [
        (Money(123456, "USD"), "US$1,234.56", "$1,234.56", "US$1,234.56"),
        (Money(1250, "GBP"), "£12.50", "£12.50", "£12.50"),
        (Money(-1250, "EUR"), "-€12.50", "-€12.50", "-€12.50"),
        (Money(1250, "KWD"), "KWD1.250", "KWD1.250", "KWD1.250"),
        (Day(date(2026, 11, 3)), "Tuesday 3 November", "Tuesday, November 3", "Tuesday 3 November"),
        (Moment(datetime(2026, 7, 1, 23, 5, tzinfo=UTC)), "2 July, 00:05", "July 1, 7:05 PM", "2 July, 00:05"),
        (Moment(datetime(2026, 5, 1, 0, 0, tzinfo=UTC)), "1 May, 01:00", "April 30, 8:00 PM", "1 May, 01:00"),
    ],
)
def test_money_and_dates_are_written_in_the_form_of_the_market(fact: Fact, gb: str, us: str, ie: str) -> None:
    assert [render(fact, locale) for locale in (EN, US, IE)] == [gb, us, ie]


@pytest.mark.parametrize(
    ("texts", "language", "text"),
    [
        ({"en": "lamp", "zh": "台灯"}, "zh-Hant", "台灯"),
        ({"en": "lamp"}, "zh", "lamp"),
        ({"de": "Lampe"}, "zh", "Lampe"),
        ({"en": "lamp", "zh": ""}, "zh", "lamp"),
        ({}, "en", ""),
    ],
)
def test_a_missing_language_falls_back(texts: dict[str, str], language: str, text: str) -> None:
    assert Localised(texts).text(language) == text


def test_only_like_currencies_add_up() -> None:
    assert Money(100, "EUR") + Money(50, "EUR") == Money(150, "EUR")
    with pytest.raises(ValueError, match="cannot add GBP to EUR"):
        Money(100, "EUR") + Money(50, "GBP")


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\u202eb", "a b"),
        ("a\u2066b\u2069", "a b"),
        ("a\u061cb", "a b"),
        ("a\u200bb\ufeffc", "a b c"),
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("two\nlines\r\n\tand tabs", "two lines and tabs"),
        ("a\u2028b", "a b"),
        ("  padded  ", "padded"),
        ("{order} {0} {{x}}", "{order} {0} {{x}}"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
        ("pay\u200dpal and 订\u200c单", "pay pal and 订 单"),
        ("\u200dbegins, می\u200cخواهم", "begins, می\u200cخواهم"),
        ("a\U000e0068\U000e0069b", "a b"),
        (ENGLAND, ENGLAND),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("a\ud800b", "a b"),
        ("a\u3164\u2063\u180eb", "a b"),
        ("x" * 300, "x" * 300),
    ],
)
def test_shop_text_loses_what_could_mislead_the_eye_and_nothing_else(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown
    assert render(Text(hostile), EN) == render(Localised({"en": hostile}), EN) == shown


def test_a_character_that_cannot_be_sent_does_not_stop_the_conversion_to_traditional() -> None:
    assert render(Localised({"zh": "台\ud800灯"}), replace(HANT, script=OpenCC("s2tw").convert)) == "臺 燈"


# --- templates -------------------------------------------------------------------------------------------------------


def test_text_inside_a_fact_is_never_read_as_a_placeholder() -> None:
    facts: dict[str, Fact] = {"name": Text("{secret} {order}"), "order": Text("{name}"), "secret": Text("s3cret")}
    assert fill("{name} for {order}", facts, EN) == "{secret} {order} for {name}"


def test_a_template_that_needs_an_unknown_fact_cannot_be_filled() -> None:
    with pytest.raises(KeyError):
        fill("order {order}", {}, EN)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_value_stands_in_the_text_exactly_once_and_as_it_is(first: str, second: str) -> None:
    facts: dict[str, Fact] = {"a": Text(first), "b": Text(second)}
    assert fill("<{a}|{b}>", facts, EN) == f"<{clean(first)}|{clean(second)}>"


def test_placeholders_are_the_names_in_braces() -> None:
    assert placeholders("{order} and {refund_day} and {order}, not {Order} {1} { order }") == {"order", "refund_day"}


def test_words_are_those_outside_placeholders_and_each_chinese_character() -> None:
    assert words("It's {order}, OK? 您的订单{order}") == ["it's", "ok", "您", "的", "订", "单"]


INFORM = Act("inform:order/open", {"order": Text("10423"), "day": Day(date(2026, 11, 23))})


def why(template: str, act: Act = INFORM, language: str = "en", required: tuple[str, ...] = ()) -> str:
    return fault(template, act, language, frozenset(required))


@pytest.mark.parametrize(
    "template", ["Order {order} comes on {day}.", "{order}", "It may take a while.", "Feel free to ask."]
)
def test_a_template_that_keeps_to_its_act_passes(template: str) -> None:
    assert why(template) == ""


@pytest.mark.parametrize(
    "template", ["订单{order}预计{day}到。", "一下子就好", "请问还有什么需要？", "您随时可以找人工"]
)
def test_a_chinese_template_that_keeps_to_its_act_passes(template: str) -> None:
    assert [why(template, language=language) for language in ("zh", "zh-Hant")] == ["", ""]


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("", "says nothing"),
        (" \n", "says nothing"),
        ("{order", "broken placeholder"),
        ("order}", "broken placeholder"),
        ("{Order}", "broken placeholder"),
        ("{order!r}", "broken placeholder"),
        ("{order.value}", "broken placeholder"),
        ("{{order}}", "broken placeholder"),
        ("{}", "broken placeholder"),
        ("{tracking} for {amount}", "unknown fact amount"),
        ("Order 10423", "a digit outside placeholders"),
        ("in ２ days", "a digit outside placeholders"),
        ("٣ days", "a digit outside placeholders"),
        ("½ price", "a digit outside placeholders"),
        ("part Ⅳ", "a digit outside placeholders"),
        ("①", "a digit outside placeholders"),
        ("㏠", "a digit outside placeholders"),
        ("soon \u200b", "a hidden character"),
        ("\u202enoos", "a hidden character"),
        ("｛order｝", "broken placeholder"),
        ("so " * 400, "too long"),
    ],
)
def test_empty_broken_unknown_and_figures_are_faults(template: str, reason: str) -> None:
    assert why(template) == reason


@pytest.mark.parametrize(
    "template",
    [
        "see https://x", "HTTP://X", "ftp://files", "javascript:/x", "www.shop", "shop.example", "shop.com", "t.me",
        "pay.cn now", "shop。com", "例子.公司", "mailto:x", "shop dot com",
        "write to a@b", "@someone", "<b>bold</b>", "a > b", "请看shop.com。",
    ],
)  # fmt: skip
def test_links_addresses_and_markup_are_faults(template: str) -> None:
    assert why(template) == "a link outside placeholders"


@pytest.mark.parametrize(
    "word",
    [
        "two", "Seven", "fifteen", "sixty", "a dozen", "twice", "half", "percent", "tomorrow", "Today", "on Monday",
        "sundays", "in June", "in March", "before May {day}", "shipped", "Delivered", "cancelled", "canceled",
        "refunded", "free", "in stock", "sold out", "approved", "hundreds", "fourth", "twentieth", "one day", "noon",
        "Tue", "Sept", "March or April", "mid-May", "ｔｗｏ", "𝐭𝐰𝐨", "twó", "💯",
    ],
)  # fmt: skip
def test_number_words_days_and_states_come_from_facts_alone(word: str) -> None:
    assert why(f"It is {word} now").endswith("may only come from a fact")


@pytest.mark.parametrize(
    "word", ["you may ask", "weight", "often", "someone", "freedom", "a tenant", "march on", "tent"]
)
def test_words_that_only_look_like_figures_or_states_pass(word: str) -> None:
    assert why(f"{word} here") == ""


@pytest.mark.parametrize(
    "word",
    [
        "三天",
        "两件",
        "十五日",
        "几小时",
        "第一",
        "明天",
        "今天",
        "星期五",
        "周末",
        "礼拜天",
        "十二月",
        "已发货",
        "已经取消",
        "有货",
        "免费",
        "兩個",
        "幾天",
        "貳",
        "二十一",
        "十一",
        "百分之三",
        "八折",
        "週末",
        "已經發貨",
        "有貨",
        "免費",
    ],
)
def test_chinese_numbers_days_and_states_come_from_facts_alone(word: str) -> None:
    assert why(f"大约{word}了", language="zh").endswith("may only come from a fact")


@pytest.mark.parametrize("family", sorted(EFFECT_FAMILIES))
def test_acts_of_effect_may_name_their_effect_but_no_figure(family: str) -> None:
    act = Act(f"{family}:cancel_order", {"order": Text("10423")})
    assert why("Order {order} is cancelled.", act) == ""
    assert why("Order 10423 is cancelled.", act) == "a digit outside placeholders"
    assert why("Order {order} is cancelled in two days.", act) == "'two' may only come from a fact"
    assert why("订单{order}周五取消。", act, "zh") == "'周五' may only come from a fact"


def test_an_act_is_not_said_without_its_required_facts() -> None:
    assert why("It comes soon.", required=("order", "day")) == "leaves out day"
    assert why("{order} on {day}", required=("order", "day")) == ""


def test_our_decoder_keeps_to_the_words_of_the_act() -> None:
    lexicon = frozenset({"order", "comes", "on"})
    assert fault("Order {order} comes on {day}", INFORM, "en", frozenset(), lexicon) == ""
    assert fault("Order {order} never comes", INFORM, "en", frozenset(), lexicon) == "'never' is not a word of this act"
    assert fault("订单{order}", INFORM, "zh", frozenset(), frozenset("订")) == "'单' is not a word of this act"


WRITTEN = {
    "en": ("Order {order} has not left us yet, Emma.", "Order {order} is being prepared. You can pay here."),
    "zh": ("订单{order}还没有发货。", "订单{order}正在准备，请付款。"),
}


@pytest.mark.parametrize(
    ("language", "template", "reason"),
    [
        ("en", "Order {order} has not left yet. Emma can pay.", ""),
        ("en", "Order {order} is OK, I'm sure.", ""),
        ("en", "Order {order} is not being prepared.", "'is not being' is more than this act says"),
        ("en", "Order {order} isn’t being prepared.", "\"isn't being\" is more than this act says"),
        ("en", "Order {order} has left us.", "'left' is more than this act says"),
        ("en", "We will cancel order {order}.", "'cancel' is more than this act says"),
        ("en", "Order {order} comes with DHL.", "'dhl' is more than this act says"),
        ("en", "Thank you, Li Na! Order {order} is fine.", "'li' is more than this act says"),
        ("en", "Order {order} Lucy", "'lucy' is more than this act says"),
        ("en", "Order {order}: send your password.", "'password' is more than this act says"),
        ("en", "Order {order} 准备", "'准' is more than this act says"),
        ("en", "Order {order} is **fine**.", "markup outside placeholders"),
        ("en", "Order {order} is about ready: [day].", "markup outside placeholders"),
        ("en", "Order {order} is due in tw\u043e days.", "'\u043e' is no letter of English or Chinese"),
        ("zh", "订单{order}还没有发货，请稍等。", ""),
        ("zh", "订单{order}发货了。", "'发货' is more than this act says"),
        ("zh", "订单{order}不用付款。", "' 不用付' is more than this act says"),
        ("zh", "订单{order}由顺丰寄出。", "'寄出' is more than this act says"),
        ("zh", "订单{order} is shipping。", "'is' is more than this act says"),
        ("zh", "王女士，订单{order}正在准备。", "'女士' is more than this act says"),
    ],
)
def test_a_writer_adds_no_effect_name_or_negation_to_the_written_variants(
    language: str, template: str, reason: str
) -> None:
    assert fault(template, INFORM, language, frozenset(), None, WRITTEN[language]) == reason


def test_a_written_variant_may_name_whom_it_wants() -> None:
    assert why("Grüße from Straße 🙂, Emma * pays with PayPal, not here.") == ""


def test_an_act_knows_its_family_and_topic() -> None:
    names = ["greet", "ask:order_id", "refused:cancel_order/shipped", "handoff/angry"]
    assert [(Act(name).family, Act(name).topic) for name in names] == [
        ("greet", ""), ("ask", "order_id"), ("refused", "cancel_order"), ("handoff/angry", ""),
    ]  # fmt: skip


@given(st.text(max_size=80), st.sampled_from(["en", "zh", "zh-Hant"]))
def test_what_passes_can_always_be_filled_and_adds_no_figure(template: str, language: str) -> None:
    if not why(template, language=language):
        bare = fill(template, {"order": Text(""), "day": Text("")}, EN)
        assert not any(character.isdigit() for character in bare)
