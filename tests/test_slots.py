"""Values out of what people type: order numbers, contacts, choices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import answers, slots, talk
from bot.conversation import Option, SlotSpan


def span(name: str, value: str, text: str = "") -> SlotSpan:
    start = max(text.find(value), 0)
    return SlotSpan(name, value, start, start + len(value))


# --- order numbers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10423", "10423"),
        ("#10423", "10423"),
        ("# 10423", "10423"),
        ("my order is 10423", "10423"),
        ("it is 10423, thanks", "10423"),
        ("MY ORDER IS 10423", "10423"),
        ("for 10423 please", "10423"),
        ("no 10423", "10423"),
        ("No.10423", "10423"),
        ("no. 10423.", "10423"),
        ("order number:10423", "10423"),
        ("order#10423", "10423"),
        ("(10423)", "10423"),
        ("10423?", "10423"),
        ("sh-20488", "SH-20488"),
        ("SH20488", "SH20488"),
        ("SH 20488", "SH-20488"),
        ("123-456789", None),
        ("1234-567890", "1234-567890"),
        ("订单10423", "10423"),
        ("订单号：10423，谢谢", "10423"),
        ("帮我查一下10423的物流", "10423"),
        ("１０４２３", "10423"),
        ("＃10423", "10423"),
        ("emma1042@example.com 10423", "10423"),
        ("10423 07700 900123", "10423"),
        ("+447700900123 10423", "10423"),
        ("手机13800138000订单10423", "10423"),
        ("", None),
        ("123", None),
        ("1234567890123", None),
        ("£1250", None),
        ("£ 1250", None),
        ("1250元", None),
        ("1250 euros", None),
        ("1250.50", None),
        ("2026-11-23", None),
        ("2026年", None),
        ("emma10423@example.com", None),
        ("https://shop.example/p/123456", None),
        ("07700 900123", None),
        ("+86 138 0013 8000", None),
        ("SF1234567890123", None),
        ("where is my order", None),
        ("解放南路18号，邮编315010", None),
        ("订单10102寄到宁波，邮政编码：315010", "10102"),
        ("postcode 10115, order 10423", "10423"),
    ],
)
def test_order_number_is_found_among_other_words_and_figures(text: str, number: str | None) -> None:
    assert slots.order_number(text) == number


def test_every_order_number_of_a_message_is_found_once() -> None:
    assert slots.order_numbers("10423, 10424 and #10423") == ("10423", "10424")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10423", "10423"),
        ("#10423", "10423"),
        ("订单10423", "10423"),
        ("order 10423", "10423"),
        ("104 23", "10423"),
        ("one oh four two three", "10423"),
        ("一零四二三", "10423"),
        ("幺零四二三", "10423"),
        ("sh-20488", "SH-20488"),
        ("sh杠20488", "SH-20488"),
        ("A1B2", "A1B2"),
        ("42", "42"),
        ("my last one", None),
        ("", None),
        ("1" * 25, None),
    ],
)
def test_tagged_order_number_may_be_spelled_out(text: str, number: str | None) -> None:
    assert slots.tagged_order_number(text) == number


@given(
    st.from_regex(r"[1-9][0-9]{4,7}", fullmatch=True),
    st.sampled_from(["my order is {}", "{} please", "订单{}到哪了", "#{}"]),
)
def test_order_number_comes_back_as_written(number: str, sentence: str) -> None:
    assert slots.order_number(sentence.format(number)) == number


@given(st.text(max_size=80))
def test_no_text_makes_a_parser_fail(text: str) -> None:
    for slot in ("order_id", "email", "phone", "postcode", "contact", "quantity", "reason"):
        value = slots.parse_tagged(slot, text)
        assert value is None or value.strip()


# --- contacts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("emma.clarke@example.com", "emma.clarke@example.com"),
        ("It's Emma.Clarke@Example.COM.", "emma.clarke@example.com"),
        ("邮箱li.na@example.com谢谢", "li.na@example.com"),
        ("a+b_c%d@mail.example.co.uk", "a+b_c%d@mail.example.co.uk"),
        ("li.na＠example.com", "li.na@example.com"),
        ("emma at example.com", None),
        ("@emma", None),
        ("emma@localhost", None),
    ],
)
def test_email(text: str, value: str | None) -> None:
    assert slots.email(text) == value


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("07700 900123", "+447700900123"),
        ("07700900123", "+447700900123"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("0044 7700 900 123", "+447700900123"),
        ("my number is 07700-900-123.", "+447700900123"),
        ("(020) 7946 0958", "+442079460958"),
        ("138 0013 8000", "+8613800138000"),
        ("手机号13800138000谢谢", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+49 171 1234567", "+491711234567"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("+31612345678 10423", "+31612345678"),
        ("10423 07700 900123", "+447700900123"),
    ],
)
def test_phone_is_the_one_on_file_however_it_is_written(text: str, stored: str) -> None:
    found = slots.phone(text)
    assert found is not None
    assert slots.same_phone(found, stored)


@pytest.mark.parametrize("text", ["", "10423", "12345678", "call me", "1234567890123456789012", "EC1A 1BB"])
def test_what_is_too_short_or_too_long_is_no_phone(text: str) -> None:
    assert slots.phone(text) is None


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("+447700900123", "07700 900123", True),
        ("+44 7700 900123", "0044 7700-900123", True),
        ("+8613800138000", "138 0013 8000", True),
        ("+447700900123", "+447700900124", False),
        ("", "", False),
        ("123456", "123456", False),
    ],
)
def test_phones_are_compared_by_their_national_digits(left: str, right: str, same: bool) -> None:
    assert slots.same_phone(left, right) is same


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SW1A 1AA", "SW1A1AA"),
        ("it's e1 6an", "E16AN"),
        ("10423, E1 6AN", "E16AN"),
        ("10115", "10115"),
        ("邮编200040", "200040"),
        ("1012 AB", "1012AB"),
        ("1012ab", "1012AB"),
        ("1012 in Amsterdam", "1012"),
        ("00-950", "00-950"),
        ("1000-205", "1000-205"),
        ("London", None),
        ("123", None),
    ],
)
def test_postcode(text: str, value: str | None) -> None:
    assert slots.postcode(text) == value


def test_contact_is_the_strongest_of_email_phone_and_postcode() -> None:
    texts = ["E1 6AN or emma@example.com", "E1 6AN, 07700 900123", "E1 6AN", "no idea"]
    kinds = [slots.contact(text) for text in texts]
    assert kinds == ["emma@example.com", slots.phone("07700 900123"), "E16AN", None]


@pytest.mark.parametrize(
    ("text", "value"), [("3", "3"), ("两件", "2"), ("x 12", "12"), ("zero", None), ("0", None), ("007", "7")]
)
def test_quantity(text: str, value: str | None) -> None:
    assert slots.parse("quantity", text) == value


def test_free_text_is_one_line_without_trailing_marks_and_not_endless() -> None:
    assert slots.parse("reason", "  the zip\n broke!! ") == "the zip broke"
    assert slots.parse("reason", " ... ") is None
    assert len(slots.parse("reason", "x" * 5000) or "") == 300


# --- what a message carries ------------------------------------------------------------------------------------------


def test_a_tagged_span_wins_over_a_pattern() -> None:
    text = "return 10103, not 10104"
    assert slots.collect([span("order_id", "10104", text)], text, ["order_id"]) == {"order_id": "10104"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10423, emma@example.com", {"order_id": "10423", "contact": "emma@example.com"}),
        ("order 10423 and my phone is 07700 900123", {"order_id": "10423", "contact": slots.phone("07700 900123")}),
        ("订单10423，手机13800138000", {"order_id": "10423", "contact": "+8613800138000"}),
        ("cancel orders 10423 10424", {"order_id": "10423"}),
        ("I ordered 10423 on 2026-11-23 at 18:34", {"order_id": "10423"}),
        ("bought in 2026, order 10423", {"order_id": "10423"}),
        ("bought in 2026", {}),
        ("hello", {}),
    ],
)
def test_untagged_values_are_taken_where_they_are_sure(text: str, found: dict[str, str]) -> None:
    assert slots.collect([], text, ["order_id", "contact"]) == found


def test_only_wanted_slots_are_taken() -> None:
    text = "10423 emma@example.com E1 6AN"
    assert slots.collect([span("color", "blue")], text, ["postcode"]) == {"postcode": "E1 6AN"}


def test_a_tagged_value_that_does_not_parse_is_left_out() -> None:
    assert slots.collect([span("quantity", "some"), span("quantity", "2")], "some, 2", ["quantity"]) == {
        "quantity": "2"
    }


def test_orders_named_are_those_tagged_else_those_that_look_like_one() -> None:
    text = "10423 and 10424 from 2026"
    assert slots.orders_named([], text) == ("10423", "10424")
    assert slots.orders_named([span("order_id", "10424", text)], text) == ("10424",)


def test_digits_beside_a_sure_postcode_are_an_order_whatever_they_are_tagged_as() -> None:
    text, alone = "parcel 10161? my postcode is BA1 5NF", "my postcode is 10161"
    assert slots.orders_named([span("postcode", "10161", text), span("postcode", "BA1 5NF", text)], text) == ("10161",)
    assert slots.orders_named([span("postcode", "10161", alone)], alone) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("包裹10219？邮编315010", {"order_id": "10219", "contact": "315010"}),
        ("order 10217, postcode 41010", {"order_id": "10217", "contact": "41010"}),
        ("10217, my postcode is 1012 AB", {"order_id": "10217", "contact": "1012AB"}),
        ("where is 10217, number 41010", {"order_id": "10217"}),
    ],
)
def test_a_postcode_that_is_called_one_says_who_asks(text: str, found: dict[str, str]) -> None:
    values = slots.collect([], text, ["order_id", "contact"])
    assert (values, slots.labelled(values)) == (found, "contact" in found)


def test_a_mailbox_is_no_label_of_a_parcel() -> None:
    assert not slots.labelled({"order_id": "10217", "contact": "ines.ortega@example.net"})
    assert not slots.labelled({"order_id": "10217", "contact": "+34612345071"})
    assert not slots.labelled({"contact": "41010"})


# --- answers ---------------------------------------------------------------------------------------------------------

LINES = (
    Option("Notebook A5", "L1"),
    Option("Blue wool hat, M", "L2"),
    Option("阅读台灯 白色", "L3"),
    Option("All of them", "all"),
)
ORDERS = (Option("10043 · Lamp", "10043"), Option("10044 · Mug", "10044"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Notebook A5", "L1"),
        ("L2", "L2"),
        ("1", "L1"),
        ("#2", "L2"),
        ("3.", "L3"),
        ("２", "L2"),
        ("option 2", "L2"),
        ("第2个", "L2"),
        ("2号", "L2"),
        ("the first one", "L1"),
        ("the 2nd please", "L2"),
        ("third", "L3"),
        ("the last one", "L3"),
        ("第一个", "L1"),
        ("第二个吧", "L2"),
        ("最后一个", "L3"),
        ("all", "all"),
        ("all of them", "all"),
        ("everything please", "all"),
        ("全部", "all"),
        ("都要退", "all"),
        ("both of them", None),  # of three
        ("两个都退", None),
        ("两件都要", None),
        ("the blue hat", "L2"),
        ("blue wool hat", "L2"),
        ("the notebok", "L1"),
        ("台灯", "L3"),
        ("我要台灯", "L3"),
        ("台灯吧", "L3"),
        ("阅读台灯", "L3"),
        ("the fifth one", None),
        ("9", None),
        ("no", None),
        ("不是", None),
        ("ok", None),
        ("not all", None),
        ("what about that", None),
        ("the red shoes", None),
        ("鞋子", None),
        ("", None),
    ],
)
def test_choose(text: str, value: str | None) -> None:
    assert answers.choose(text, LINES) == value


@pytest.mark.parametrize(
    ("text", "there", "value"),
    [
        ("both of them", 2, True),
        ("both, please", 1, True),  # two pieces of one thing
        ("both of them", 3, False),
        ("两个都退", 2, True),
        ("兩件都不要了", 2, True),
        ("两个都退", 3, False),
        ("两件都取消", 3, False),
        ("都退了吧", 3, True),
        ("all of them", 3, True),
    ],
)
def test_both_is_everything_only_where_there_are_two(text: str, there: int, value: bool) -> None:
    assert slots.means_all(text, there) is value


@pytest.mark.parametrize("text", ["both of them", "两个都要"])
def test_of_two_things_both_are_all_of_them(text: str) -> None:
    assert answers.choose(text, (*LINES[:2], LINES[-1])) == "all"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10044", "10044"),
        ("the 10044 one", "10044"),
        ("订单10044", "10044"),
        ("10043 or 10044", None),
        ("110044", None),
        ("the mug", "10044"),
        ("the third one", None),
        ("all of them", None),
        ("-1", None),
        ("0", None),
    ],
)
def test_choose_among_orders(text: str, value: str | None) -> None:
    assert answers.choose(text, ORDERS) == value


def test_choosing_from_nothing_is_nothing() -> None:
    assert answers.choose("1", ()) is None


@given(st.text(max_size=40))
def test_a_choice_is_one_of_the_options_whatever_is_typed(text: str) -> None:
    assert answers.choose(text, LINES) in {None, "L1", "L2", "L3", "all"}


REASONS = (Option("Too small", "too_small"), Option("I'd rather not say", "skip"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("too small", "too_small"),
        ("2", "skip"),
        ("no", "skip"),
        ("不用了", "skip"),
        ("the zip broke after a day", "the zip broke after a day"),
        ("拉链坏了", "拉链坏了"),
    ],
)
def test_a_reason_may_be_chosen_skipped_or_said_in_own_words(text: str, value: str) -> None:
    assert answers.answer("reason", text, [], REASONS) == value


def test_an_answer_to_a_choice_must_be_one_of_the_options() -> None:
    assert answers.answer("order_id", "10999", [], ORDERS) is None


def test_an_answer_prefers_what_the_model_tagged() -> None:
    text = "house 10115, order 10423"
    assert answers.answer("order_id", text, [span("order_id", "10423", text)], ()) == "10423"


def test_five_digits_that_the_model_reads_as_an_order_are_no_postcode() -> None:
    assert answers.answer("contact", "10424", [span("order_id", "10424")], ()) is None
    assert answers.answer("contact", "10424", [], ()) == "10424"


# --- whole messages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["never mind", "nevermind", "forget it", "start over", "算了", "不用了", "重新开始", "那就不退了", "还是不改了吧"],
)
def test_leaves(text: str) -> None:
    assert talk.leaves(text)


@pytest.mark.parametrize(
    "text",
    ["leave it with a neighbour", "cancel my order", "forget-me-not seeds", "好的", "太小了，穿不了", "用不了",
     "取消不了", "我打算了解一下", "Never mind the box, it arrived broken", "don't forget it"],
)  # fmt: skip
def test_does_not_leave(text: str) -> None:
    assert not talk.leaves(text)


@pytest.mark.parametrize("text", ["another order", "a different one", "另一个订单", "别的订单", "其他"])
def test_means_another(text: str) -> None:
    assert talk.means_another(text)


def test_mother_is_not_another() -> None:
    assert not talk.means_another("for my mother and brother")


@pytest.mark.parametrize(
    "text",
    [
        "go on with the bot",
        "I don't need a person",
        "I don’t need a human",
        "继续用机器人",
        "不用人工了",
        "让机器人继续",
    ],
)
def test_wants_the_bot_back(text: str) -> None:
    assert talk.wants_bot(text)


@pytest.mark.parametrize("text", ["are you a bot", "I need a person", "转人工"])
def test_does_not_want_the_bot_back(text: str) -> None:
    assert not talk.wants_bot(text)


def test_values_are_no_evidence_of_a_language() -> None:
    assert slots.without_values("emma@example.com 10423 ok").split() == ["ok"]
    assert slots.without_values("我想退货，订单10042 ok") == "我想退货，订单  ok"


def test_bare_is_little_more_than_the_value() -> None:
    assert slots.bare("order_id", "it's 10423", "10423")
    assert all(slots.only_number(text, "GK-1001") for text in ("gk 1001", "it's GK-1001, thanks", "我的订单号是GK1001"))
    assert not any(slots.only_number(text, "GK-1001") for text in ("cancel gk 1001", "把GK1001整单取消"))
    assert not slots.bare("order_id", "where is my order 10423 please", "10423")
    assert not slots.bare("order_id", "hello", None)
    assert not slots.bare("reason", "too small", "too small")  # any words can be a reason


@pytest.mark.parametrize(
    "text",
    ["I will not continue with the bot, please get me a human", "我不想继续和机器人聊", "不要机器人继续回答我",
     "能不能不用人工审核？"],
)  # fmt: skip
def test_who_refuses_the_bot_goes_on_waiting(text: str) -> None:
    assert not talk.wants_bot(text)


@pytest.mark.parametrize("unit", [" ", "\n", "\u3000", " \n", "a", "1", "a@", "a.", "#", "order ", "SH ", "1-", "订单"])
def test_rules_read_a_hostile_text_in_short(unit: str) -> None:
    text = talk.readable("where is 10423" + unit * 10_000 + "?")
    assert len(text) <= talk.MOST_READ + 1
    assert talk.readable(text) == text
    slots.collect((), text, ("order_id", "contact", "postcode", "phone"))


def test_readable_keeps_lines_and_both_ends() -> None:
    assert talk.readable(" cancel   10423 \n\n  yes ") == "cancel 10423\nyes"
    long = talk.readable("where is 10423? " + "bla " * 2_000 + " emma@example.com")
    assert long.startswith("where is 10423?") and long.endswith("emma@example.com")


@pytest.mark.parametrize(
    ("text", "tagged", "whole"),
    [
        ("改成 310000 文三路18号", "三路18号", "文三路18号"),
        ("麻烦改到浙江省杭州市文三路18号502室", "杭州市文三路18号", "浙江省杭州市文三路18号502室"),
        ("我住文三路18号", "文三路18号", "文三路18号"),
        ("麻烦帮我改一下文三路18号", "文三路18号", "文三路18号"),
        ("订单10102的新地址是上海市徐汇区漕溪北路18号谢谢", "徐汇区漕溪北路18号", "上海市徐汇区漕溪北路18号"),
    ],
)
def test_an_address_is_widened_to_what_the_tags_cut_off(text: str, tagged: str, whole: str) -> None:
    start = text.index(tagged)
    spans = [SlotSpan("address", tagged, start, start + len(tagged))]
    assert slots.collect(spans, text, ("address",)) == {"address": whole}


def test_a_chinese_address_is_one_run_with_its_towns() -> None:
    text = "寄到浙江绍兴市越城区解放北路120号"
    spans = [SlotSpan("city", "浙江", 2, 4), SlotSpan("address", "绍兴市越城区解放北路120号", 4, len(text))]
    assert slots.collect(spans, text, ("address", "city")) == {"address": "浙江绍兴市越城区解放北路120号"}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("and the slippers too please", True),
        ("the mug is broken too", True),
        ("also the scarf", True),
        ("围巾也退", True),
        ("the sleeves are too long", False),
        ("too small", False),
        ("the jumper", False),
    ],
)
def test_one_more_thing_is_told_from_another_one(text: str, more: bool) -> None:
    assert slots.adds(text) is more
