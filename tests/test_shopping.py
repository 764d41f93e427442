"""Wishes for the basket, read from spans as the model marks them: "[two](quantity) [linen shirts](product)"."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import SlotSpan
from bot.shopping import Wish, brought_up, changes_basket, count, dumps, loads, whole, wishes

_MARK = re.compile(r"\[([^\]]*)\]\(([a-z_]+)\)")


def marked(text: str) -> tuple[tuple[SlotSpan, ...], str]:
    """The spans of a marked text, and the text without its marks."""
    spans, plain, place = [], "", 0
    for mark in _MARK.finditer(text):
        plain += text[place : mark.start()]
        spans.append(SlotSpan(mark[2], mark[1], len(plain), len(plain) + len(mark[1])))
        plain, place = plain + mark[1], mark.end()
    return tuple(spans), plain + text[place:]


@pytest.mark.parametrize(("text", "number"), [
    ("two", 2), ("2", 2), ("one", 1), ("a pair", 1), ("a couple", 2), ("a dozen", 12), ("half a dozen", 6),
    ("two dozen", 24), ("another", 1), ("30x", 30), ("x 3", 3), ("12", 12), ("twenty", 20), ("none of it", 0), ("", 0),
    ("1200", 0), ("一件", 1), ("两个", 2), ("俩", 2), ("三支", 3), ("十双", 10), ("十二条", 12), ("三十五个", 35),
    ("一打", 12), ("半打", 6), ("两打", 24), ("一百二十份", 120), ("一百零五", 105), ("3件", 3), ("几件", 0),
])  # fmt: skip
def test_numbers_are_read_in_figures_and_words(text: str, number: int) -> None:
    assert count(text) == number


@pytest.mark.parametrize(("text", "wanted"), [
    ("I'd like the [linen shirt](product)", [Wish("add", "linen shirt")]),
    ("[two](quantity) [linen shirts](product) in [white](color), size [M](size)",
     [Wish("add", "linen shirts", 2, "white", "M")]),
    ("[white](color) [M](size) [linen shirt](product), please", [Wish("add", "linen shirt", 0, "white", "M")]),
    ("the [linen shirt](product) in [white](color) [M](size) and [two](quantity) [mugs](product)",
     [Wish("add", "linen shirt", 0, "white", "M"), Wish("add", "mugs", 2)]),
    ("[mugs](product) x 2, [flask](product)", [Wish("add", "mugs", 2), Wish("add", "flask")]),
    ("30x [pens](product)", [Wish("add", "pens", 30)]),
    ("[two](quantity) [shirts](product), [one](quantity) [white](color) and [one](quantity) [navy](color)",
     [Wish("add", "shirts", 1, "white"), Wish("add", "shirts", 1, "navy")]),
    ("[three](quantity) [shirts](product), [one](quantity) in [white](color)",
     [Wish("add", "shirts", 2), Wish("add", "shirts", 1, "white")]),
    ("a [shirt](product) in [white](color) [M](size) and [L](size)",
     [Wish("add", "shirt", 0, "white", "M"), Wish("add", "shirt", 1, "white", "L")]),
    ("[blue](color), size [7](size), [one](quantity) pair of the [sliders](product)",
     [Wish("add", "sliders", 1, "blue", "7")]),
    ("[Harbour](brand) [linen shirt](product)", [Wish("add", "Harbour linen shirt")]),
    ("anything by [Northlight](brand)", [Wish("add", "Northlight")]),
    ("without the [mug](product) please", [Wish("take", "mug")]),
    ("take the [mug](product) out and the [flask](product)", [Wish("take", "mug"), Wish("take", "flask")]),
    ("no [mug](product), but add a [flask](product)", [Wish("take", "mug"), Wish("add", "flask")]),
    ("remove [one](quantity) [mug](product)", [Wish("take", "mug", 1)]),
    ("add [one](quantity) more [mug](product)", [Wish("add", "mug", 1, more=True)]),
    ("another one please", [Wish("add", more=True)]),
    ("take it out again", [Wish("take")]),
    ("make it [three](new_quantity) [mugs](product)", [Wish("set", "mugs", 3)]),
    ("the [blue](new_color) one instead", [Wish("set", "", 0, "blue")]),
    ("in [M](size), please", [Wish("add", "", 0, "", "M")]),
    ("what do you sell?", []),
    ("来[两件](quantity)[亚麻衬衫](product)，[白色](color)[M码](size)", [Wish("add", "亚麻衬衫", 2, "白色", "M码")]),
    ("我要[一件](quantity)[白色](color)[M码](size)的[亚麻衬衫](product)和[两个](quantity)[马克杯](product)",
     [Wish("add", "亚麻衬衫", 1, "白色", "M码"), Wish("add", "马克杯", 2)]),
    ("我要[港湾](product)[亚麻衬衫](product)", [Wish("add", "港湾亚麻衬衫")]),
    ("[两个](quantity)[斑](product)点[粗陶马克杯](product)", [Wish("add", "斑点粗陶马克杯", 2)]),
    ("[衬衫](product) [裤子](product)", [Wish("add", "衬衫"), Wish("add", "裤子")]),
    ("[衬衫](product)和[裤子](product)", [Wish("add", "衬衫"), Wish("add", "裤子")]),
    ("actually the [stoneware mug](product) in [ink](color)", [Wish("set", "stoneware mug", 0, "ink")]),
    ("再加[一个](quantity)[马克杯](product)", [Wish("add", "马克杯", 1, more=True)]),
    ("不要[马克杯](product)了", [Wish("take", "马克杯")]),
    ("把[马克杯](product)和[保温杯](product)去掉", [Wish("take", "马克杯"), Wish("take", "保温杯")]),
    ("[马克杯](product)改成[三个](new_quantity)", [Wish("set", "马克杯", 3)]),
])  # fmt: skip
def test_a_message_is_read_as_wishes(text: str, wanted: list[Wish]) -> None:
    spans, plain = marked(text)
    assert list(wishes(spans, plain)) == wanted


@pytest.mark.parametrize("text", [
    "add [one](quantity) more [mug](product)", "without the [mug](product)", "put a [flask](product) in as well",
    "remove the [mug](product) from my order's basket", "make it [three](quantity)", "不要[马克杯](product)了",
    "再来一个", "把[马克杯](product)去掉", "不要了", "no [mug](product) please",
])  # fmt: skip
def test_a_change_of_the_basket_is_seen(text: str) -> None:
    assert changes_basket(*marked(text))


@pytest.mark.parametrize("text", [
    "thanks a lot", "remove the [mug](product) from order [10042](order_id)", "where is my parcel", "好的", "谢谢",
    "no thanks", "No.", "no, thank you very much!", "不用了，谢谢", "谢谢，不用了",
    "don't want the [mug](product) from my last order", "订单10042不要[马克杯](product)了",
])  # fmt: skip
def test_what_is_about_something_else_is_none(text: str) -> None:
    assert not changes_basket(*marked(text))


@pytest.mark.parametrize(("text", "wanted"), [
    ("and an apron", [Wish("add", "apron", 1)]),
    ("oh and two green aprons please", [Wish("add", "green aprons", 2)]),
    ("and a [green](color) apron", [Wish("add", "apron", 1, "green")]),
    ("[two](quantity) [mugs](product), a flux capacitor and a [stove](product)",
     [Wish("add", "mugs", 2), Wish("add", "flux capacitor", 1), Wish("add", "stove")]),
    ("[two](quantity) [mugs](product) and a flux [capacitor](color)",
     [Wish("add", "mugs", 2), Wish("add", "flux capacitor", 1)]),
    ("[两个](quantity)[马克杯](product)、一个量子电容", [Wish("add", "马克杯", 2), Wish("add", "量子电容", 1)]),
    ("还有一块竹砧板", [Wish("add", "竹砧板", 1)]),
    ("[two](quantity) [mugs](product) and an invoice", [Wish("add", "mugs", 2)]),
    ("[two](quantity) [mugs](product), a friend told me about them", [Wish("add", "mugs", 2)]),
    ("and a question", []),
])  # fmt: skip
def test_counted_goods_that_were_not_marked_are_not_passed_over(text: str, wanted: list[Wish]) -> None:
    assert list(wishes(*marked(text))) == wanted


@pytest.mark.parametrize(("text", "changes"), [
    ("and an [apron](product)", True), ("and an apron", True), ("还有[竹砧板](product)", True),
    ("also the [mug](product)", True), ("and an [apron](product)?", False), ("and my parcel", False),
    ("and what is the [apron](product) made of", False), ("还有[竹砧板](product)吗", False),
    ("an [apron](product)", False),
])  # fmt: skip
def test_what_goes_on_adds_to_the_basket_unless_it_asks(text: str, changes: bool) -> None:
    assert changes_basket(*marked(text)) is changes


_WORD = st.text(alphabet="abc ä杯-", max_size=8)


@given(st.lists(st.builds(
    Wish, st.sampled_from(["add", "set", "take"]), _WORD, st.integers(0, 999), _WORD, _WORD, st.booleans()
), max_size=5))  # fmt: skip
def test_wishes_come_back_from_their_slot_value(said: list[Wish]) -> None:
    assert list(loads(dumps(said))) == said


_PIECES = st.sampled_from([
    "[two](quantity) ", "[mugs](product) ", "[white](color) ", "[M](size) ", "and ", ", ", "without ", "more ", "no ",
    "instead ", "[Harbour](brand) ", "和", "再", "不要", "[两个](quantity)", "[杯子](product)", "。",
])  # fmt: skip


@given(st.lists(_PIECES, max_size=12))
def test_any_order_of_words_is_read_without_losing_a_product(pieces: list[str]) -> None:
    spans, plain = marked("".join(pieces))
    said = wishes(spans, plain)
    names = " ".join(wish.name for wish in said)
    assert all(span.value in names for span in spans if span.name == "product")
    assert loads(dumps(said)) == said


@pytest.mark.parametrize(("text", "goods"), [
    ("and the ember rear light, is it in stock?", "ember rear light"),
    ("how about the oak desk: how much?", "oak desk"),
    ("and the other one, is it in stock?", ""), ("is it in stock?", ""),
    ("and the delivery costs, what are they", ""),
])  # fmt: skip
def test_goods_that_are_brought_up_are_heard_although_unmarked(text: str, goods: str) -> None:
    assert brought_up(text) == goods


@pytest.mark.parametrize(("text", "wanted"), [
    ("checkout pls", "look"), ("check out please", "look"), ("ok, that's all, let's checkout", "look"),
    ("whats in my basket", "look"), ("show me my cart", "look"), ("结账", "look"), ("购物车里有什么", "look"),
    ("clear my basket", "empty"), ("remove everything from my basket", "empty"), ("清空购物车", "empty"),
    ("把购物车清空", "empty"), ("checkout doesn't work", ""), ("add a mug to my basket", ""), ("a bag", ""),
    ("how do I check out?", ""), ("付款方式", ""), ("i need a basket", ""),
])  # fmt: skip
def test_what_is_wanted_of_the_whole_basket_is_told_from_goods(text: str, wanted: str) -> None:
    assert whole(text) == wanted


@pytest.mark.parametrize("text", [
    "no wait, [white](color) [S](size)", "actually, [white](color) [S](size)", "等等，[white](color)[S](size)码",
])  # fmt: skip
def test_who_thinks_again_changes_what_was_chosen(text: str) -> None:
    assert changes_basket(*marked(text))
    assert wishes(*marked(text)) == (Wish("set", "", 0, "white", "S"),)
