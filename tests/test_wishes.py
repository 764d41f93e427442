"""What a message wants changed, of which lines and how many pieces: words alone, no model and no shop."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_talk import order

from bot.commerce import Answer, AnswerStatus, Line, LineState, Order, Product, Quote
from bot.conversation import Access, Proof
from bot.facts import Day, Localised, Money, Term, Text
from bot.skill import Outcome, Request
from bot.skills import cancel_order, choices, lines, modify_order, pieces
from bot.skills.wishes import Wish, note_text, wishes, without_note

# --- wishes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "slots", "wished"),
    [
        ("I want to change order 10043", {}, ""),
        ("我想改一下订单10102", {}, ""),
        ("change the size to L", {"new_size": "L"}, "items"),
        ("could I have a different colour", {}, "items"),
        ("不用取消，改个颜色就行", {}, "items"),
        ("make it 3 notebooks instead of 2", {"new_quantity": "3", "products": "notebooks"}, "items"),
        ("swap the flask for a teapot", {"products": "flask\nteapot"}, "items"),
        ("I don't want to return anything, I'd only like a different size", {}, "items"),
        ("the order I did an hour ago, can I change the colour", {"date": "an hour ago"}, "items"),
        ("how do I change the quantity?", {}, "quantity"),
        ("改一下数量", {}, "quantity"),
        ("remove the flask", {"products": "flask"}, "remove"),
        ("not cancel, just one fewer", {}, "remove"),
        ("把保温杯去掉", {"products": "保温杯"}, "remove"),
        ("add a mug to my order", {"products": "mug"}, "add"),
        ("can I add something to the order?", {}, "add"),
        ("再加一个杯子", {"products": "杯子"}, "add"),
        ("can it come on Friday instead?", {"date": "Friday"}, "delivery_day"),
        ("Friday", {}, "delivery_day"),
        ("hold my order until next month please", {"date": "next month"}, "delivery_day"),
        ("change the delivery date please", {}, "delivery_day"),
        ("能不能周五送", {}, "delivery_day"),
        ("麻烦改个送货日期", {}, "delivery_day"),
        ("put a birthday note in", {}, "gift_note"),
        ("加个生日贺卡", {"products": "生日贺卡"}, "gift_note"),
        ("take the gift message off", {}, "gift_note"),
        ('add a note: "It came late, double trouble on Friday"', {}, "gift_note"),
        ("can you gift wrap it", {}, "other"),
        ("remove the gift wrap", {"products": "gift wrap"}, "other"),
        ("leave a note for the driver", {}, "other"),
        ("change to express", {"shipping_method": "express"}, "other"),
        ("pay it with my gift card instead", {"payment_method": "gift card"}, "other"),
        ("帮我备注：到了打电话", {}, "other"),
        ("the 500 ml one, and put in a birthday note", {"new_size": "500 ml"}, "items gift_note"),
        ("on the 16th, with a card saying See you soon", {}, "delivery_day gift_note"),
        ("改成藏青色，另外改到下周三送", {"new_color": "藏青色"}, "items delivery_day"),
        ("in red, and gift wrap it", {"new_color": "red"}, "items other"),
    ],
)
def test_words_and_slots_say_what_is_wished(said: str, slots: dict[str, str], wished: str) -> None:
    assert " ".join(wishes({**slots, "said": said})) == wished


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ('add a gift note: "Happy birthday, Tom!"', "Happy birthday, Tom!"),
        ("put in a card saying See you soon, Tom", "See you soon, Tom"),
        ("Can you add a gift note? It should say: Happy 40th, love from us all.", "Happy 40th, love from us all."),
        ("gift note: To Ines,\nwith love", "To Ines, with love"),
        ("贺卡写：妈妈生日快乐，健康长寿", "妈妈生日快乐，健康长寿"),
        ("放张贺卡，写妈妈生日快乐", "妈妈生日快乐"),
        ("卡片上写“新婚快乐”谢谢", "新婚快乐"),
        ("put a birthday note in order 10043", ""),
        ("加个贺卡", ""),
        ("it says Friday on the website", ""),  # of no note
    ],
)
def test_the_words_for_the_note_are_the_shoppers_own(said: str, text: str) -> None:
    assert note_text(said) == text


@pytest.mark.parametrize(
    ("said", "out"),
    [
        ("please remove the gift note", True),
        ("贺卡去掉吧", True),
        ("add a gift note", False),
        ('put in a note: "Remove before flight"', False),
    ],
)
def test_a_note_is_taken_out_only_when_that_is_said(said: str, out: bool) -> None:
    assert without_note(said) is out


# --- pieces ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "have", "go"),
    [
        ("cancel order 10043", 2, 0),
        ("only cancel one of the two notebooks", 2, 1),
        ("cancel a notebook", 2, 1),
        ("cancel 2 of the 3 mugs", 3, 2),
        ("cancel both", 2, 0),
        ("cancel five mugs", 2, 2),
        ("I only want one of them", 3, 2),
        ("keep one, cancel the rest", 3, 2),
        ("ordered two by accident, only wanted one", 2, 1),
        ("cancel the other one", 2, 1),
        ("no, just one", 2, 1),
        ("one fewer please", 3, 1),
        ("cancel the 750 ml flask", 2, 0),
        ("cancel one of my orders", 2, 0),
        ("取消一份，另一份还要", 2, 1),
        ("退掉其中两个", 3, 2),
        ("只要一份", 2, 1),
        ("多拍了一件", 2, 1),
        ("10042里的一条围裙不要了", 2, 1),
        ("两个杯子都不要了", 2, 0),
        ("一个都不要了", 2, 0),
        ("take one of the aprons off my order", 2, 1),
        ("take the apron off my order", 2, 0),
        ("取消一个订单", 2, 0),
        ("取消订单", 2, 0),
        ("取消CN-3001的一个水壶", 2, 1),
        ("取消10102这单里的一个水壶", 3, 1),
        ("not all, one bottle only", 2, 1),
        ("I want one bottle only", 3, 2),
    ],
)
def test_how_many_go(said: str, have: int, go: int) -> None:
    assert pieces.to_go(said, have) == go


@pytest.mark.parametrize(
    ("said", "given", "have", "new"),
    [
        ("make it 3 notebooks instead of 2", "3", 2, 3),
        ("change it from two to one", "2", 2, 1),  # the first number was tagged
        ("两份改成一份", "2", 2, 1),
        ("改成三个", "", 1, 3),
        ("reduce the quantity to 4", "", 6, 4),
        ("4 altogether, not four more", "4", 2, 4),
        ("one more please", "", 2, 3),
        ("add two mugs", "", 1, 3),
        ("add another notebook", "", 2, 3),
        ("再加一个", "", 2, 3),
        ("just one fewer", "", 3, 2),
        ("double it", "", 3, 6),
        ("change the size of the boots to 7", "", 1, 0),
        ("36码改38码", "", 1, 0),
        ("one more thing, is it blue?", "", 2, 0),
        ("only one notebook instead of two", "2", 2, 1),
        ("I want one of the notebooks, not two", "2", 2, 1),
        ("just one rather than the two", "2", 2, 1),
        ("只要一个就行,不要两个", "2", 2, 1),
        ("要一本，不要两本", "", 2, 1),
        ("the one in 750 ml instead of 500 ml", "", 2, 0),
        ("the flask in 750 ml, not the mug", "", 1, 0),
    ],
)
def test_how_many_there_are_to_be(said: str, given: str, have: int, new: int) -> None:
    assert pieces.to_have(said, given, have) == new


@pytest.mark.parametrize(
    ("said", "name", "stay"),
    [
        ("keep one notebook", "notebook", 1),
        ("cancel everything but two of the mugs", "mugs", 2),
        ("leave just one of the notebooks", "notebooks", 1),
        ("keep the notebook", "notebook", 0),
        ("cancel one notebook", "notebook", 0),
        ("keep one notebook", "flask", 0),
        ("笔记本留一本", "笔记本", 1),
        ("留下两个杯子", "杯子", 2),
        ("取消一本笔记本", "笔记本", 0),
    ],
)
def test_how_many_are_kept_of_what_goes(said: str, name: str, stay: int) -> None:
    assert pieces.kept(said, name) == stay


@pytest.mark.parametrize(
    ("said", "some"),
    [("change one of the two mugs to green", 1), ("其中一件换成绿的", 1), ("change the mugs to green", 0)],
)
def test_how_many_are_to_be_another_variant(said: str, some: int) -> None:
    assert pieces.some_of(said, 2) == some


@given(st.text(max_size=60), st.integers(1, 9))
def test_no_message_moves_more_pieces_than_there_are(said: str, have: int) -> None:
    assert 0 <= pieces.to_go(said, have) <= have
    assert 0 <= pieces.some_of(said, have) < have or pieces.some_of(said, have) == 0


# --- which lines -----------------------------------------------------------------------------------------------------

TODAY = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def a_line(place: int, en: str, zh: str, options: str, quantity: int = 1) -> Line:
    names = Localised({"en": en, "zh": zh})
    return Line(f"l{place}", f"S{place}", f"p{place}", names, options, quantity, Money(1000, "GBP"), LineState.OPEN)


FLASK = a_line(1, "Voyager vacuum flask", "远航保温杯", "Navy, 750 ml")
BOOK = a_line(2, "Clothbound notebook", "布面笔记本", "Moss, A5", 2)
SOCKS = a_line(3, "Wool walking socks", "羊毛徒步袜", "Slate, 42-44")


@pytest.mark.parametrize(
    ("line", "name", "said"),
    [
        (BOOK, "notebooks", True),
        (BOOK, "the moss notebook", True),
        (FLASK, "flask", True),
        (FLASK, "保温杯", True),
        (FLASK, "那个保温杯", True),
        (SOCKS, "袜子", True),
        (SOCKS, "sock", True),
        (BOOK, "book", False),  # no word of it begins so
        (FLASK, "the one", False),
        (FLASK, "teapot", False),
        (SOCKS, "杯子", False),
    ],
)
def test_a_name_is_said_of_a_line(line: Line, name: str, said: bool) -> None:
    assert lines.called(line, name) is said


@pytest.mark.parametrize(
    ("said", "name", "stays"),
    [
        ("cancel the flask, keep the notebooks", "notebooks", True),
        ("cancel the flask, keep the notebooks", "flask", False),
        ("cancel everything except the flask", "flask", True),
        ("cancel the cushions, not the armchair", "armchair", True),
        ("not the flask but the notebooks", "notebooks", False),
        ("背心不要了，保温杯留着", "保温杯", True),
        ("背心不要了，保温杯留着", "背心", False),
        ("除了袜子都取消", "袜子", True),
        ("但是袜子我要留着", "袜子", True),
        ("袜子还要，别的取消", "袜子", True),
        ("袜子要取消", "袜子", False),
        ("袜子还要换个颜色", "袜子", False),
    ],
)
def test_what_stays_is_told_from_what_goes(said: str, name: str, stays: bool) -> None:
    assert lines.kept(said, name) is stays


def test_a_choice_stands_until_other_goods_are_named() -> None:
    held = {"order_id": "1", "products": "mug", "said": "cancel the mug"}
    held |= choices.settled(held, order("1"), lines="l1")
    assert choices.standing(held) == {"lines": "l1"}
    assert choices.standing({**held, "products": "flask"}) == {}  # the choice was made on another name
    assert choices.standing({**held, "order_id": "2"}) == {}
    assert choices.standing({**held, "products": "flask", "lines": "l2"}) == {"lines": "l2"}  # chosen since
    assert choices.standing({**held, "said": "yes but not that"}) == {"lines": "l1"}
    assert json.loads(held["basis"])["said"] == "cancel the mug"


def test_an_answer_is_told_from_the_words_it_was_asked_on() -> None:
    held = {"said": "50 of them", "new_quantity": "50"}
    assert not choices.answered(held, "new_quantity")
    held |= choices.settled({**held, "new_quantity": ""}, order("1"))
    assert choices.answered({**held, "new_quantity": "3"}, "new_quantity")
    assert not choices.answered({**held, "said": "no, 3", "new_quantity": "3"}, "new_quantity")


# --- the skills, asked directly --------------------------------------------------------------------------------------


class Shop:
    """One order; quotes what it is asked, or answers as it is told."""

    def __init__(self, *kept: Line, answer: Answer[Quote] | None = None) -> None:
        self.found = replace(order("10043"), lines=kept or (FLASK, BOOK))
        self.answer, self.asked = answer, {}

    async def order(self, number: str, proof: Proof) -> Order:
        return self.found

    async def search(self, words: str, *, limit: int = 5, market: str = "") -> tuple[Product, ...]:
        return ()

    async def quote(self, verb: str, proof: Proof, number: str, arguments: dict[str, Any]) -> Answer[Quote]:
        self.asked = {verb: arguments}
        if self.answer:
            return self.answer
        values = {"refunds": [], "due": 0, "options": "New", "quantity": 1, "total": 0, "text": "", **arguments}
        ids = arguments.get("lines") or [arguments.get("line", "l1")]
        some = tuple(line for line in self.found.lines if line.id in ids)
        return Answer(AnswerStatus.DONE, Quote(verb, values, self.found, some or self.found.lines, version=1))


NOTE = "put in a card saying Get well"


def said_by(fact: object) -> str:
    return fact.text("en") if isinstance(fact, Localised) else fact.key if isinstance(fact, Term) else str(fact)


async def ask(shop: Shop, skill: Any, said: str, **slots: str) -> Outcome:
    proof = Proof(Access.CUSTOMER, "c1", "", TODAY.replace(year=2030), "uk")
    held = {"order_id": "10043", "said": said, **slots}
    return await skill.run(shop, Request(held, "", said, "en", TODAY, TODAY.date(), said_by, proof))


@pytest.mark.parametrize(
    ("said", "slots", "arguments"),
    [
        ("cancel my order", {}, {}),
        ("cancel just the flask", {"products": "flask"}, {"lines": ["l1"]}),
        ("cancel one notebook", {"products": "notebook"}, {"lines": ["l2"], "quantities": {"l2": 1}}),
        ("cancel both notebooks", {"products": "notebooks"}, {"lines": ["l2"]}),
        ("cancel all but keep the flask", {"products": "flask"}, {"lines": ["l2"]}),
        ("cancel the flask and the notebooks", {"products": "flask\nnotebooks"}, {"lines": ["l1", "l2"]}),
    ],
)
async def test_cancel_asks_the_shop_for_what_was_named(said: str, slots: dict, arguments: dict) -> None:
    shop = Shop()
    outcome = await ask(shop, cancel_order, said, **slots)
    assert (outcome.act.name, shop.asked) == ("confirm:cancel_order/unpaid", {"cancel": arguments})


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("can I cancel just one item?", {}),
        ("only cancel one of the two", {}),
        ("cancel the teapot", {"products": "teapot"}),
        ("take something out", {"part": "yes"}),
        ("只取消一件可以吗", {}),
    ],
)
async def test_cancel_asks_which_line_only_when_it_is_not_clear(said: str, slots: dict) -> None:
    outcome = await ask(Shop(), cancel_order, said, **slots)
    assert (outcome.act.name, outcome.slot) == ("ask:cancel_lines", "lines")
    assert [option.value for option in outcome.options] == ["l1", "l2", "all"]


async def test_a_line_chosen_by_button_is_taken_with_the_pieces_that_were_said() -> None:
    shop = Shop()
    first = await ask(shop, cancel_order, "only cancel one of the two")
    await ask(shop, cancel_order, "only cancel one of the two", **{**first.slots, "lines": "l2"})
    assert shop.asked == {"cancel": {"lines": ["l2"], "quantities": {"l2": 1}}}


@pytest.mark.parametrize(
    ("state", "reason"),
    [(LineState.PACKED, "line_packed"), (LineState.SHIPPED, "line_gone"), (LineState.CANCELLED, "line_cancelled"),
     (LineState.RETURNED, "line_gone")],
)  # fmt: skip
async def test_a_line_that_has_left_is_refused_for_itself(state: LineState, reason: str) -> None:
    refusal: Answer[Quote] = Answer(AnswerStatus.REFUSED, reason="shipped")
    shop = Shop(replace(FLASK, state=state), BOOK, answer=refusal)
    outcome = await ask(shop, cancel_order, "cancel the flask", products="flask")
    assert outcome.act.name == f"refused:cancel_order/{reason}" and outcome.act.name in cancel_order.SKILL.acts


@pytest.mark.parametrize(
    ("said", "slots", "asked"),
    [
        ("the flask in moss", {"products": "flask", "new_color": "moss"},
         {"change_items": {"line": "l1", "wanted": "moss"}}),
        ("the flask in moss instead of navy", {"products": "flask", "new_color": "navy", "color": "moss"},
         {"change_items": {"line": "l1", "wanted": "moss"}}),
        ("one of the notebooks in ink", {"products": "notebooks", "new_color": "ink"},
         {"change_items": {"line": "l2", "wanted": "ink", "pieces": 1}}),
        ("make it 3 notebooks", {"products": "notebooks", "new_quantity": "3"},
         {"change_items": {"line": "l2", "quantity": 3}}),
        ("add another notebook", {"products": "notebook"}, {"change_items": {"line": "l2", "quantity": 3}}),
        ("can it come next Friday", {"date": "Friday"}, {"delivery_day": {"day": "2026-03-13"}}),
        (NOTE, {}, {"gift_note": {"text": "Get well"}}),
        ("take the gift note out", {}, {"gift_note": {"text": ""}}),
    ],
)  # fmt: skip
async def test_change_asks_the_shop_for_what_was_wished(said: str, slots: dict, asked: dict) -> None:
    shop = Shop()
    outcome = await ask(shop, modify_order, said, **slots)
    assert shop.asked == asked and outcome.act.name in modify_order.SKILL.acts
    shown = {value for card in outcome.cards for _, value in card.rows}
    told = [fact for name, fact in outcome.act.facts.items() if name in ("day", "note")]  # done without a yes
    assert shown >= set(map(said_by, told)) and bool(told) is (said in ("can it come next Friday", NOTE))


@pytest.mark.parametrize(
    ("said", "slots", "act", "slot"),
    [
        ("I want to change it", {}, "ask:change", "change"),
        ("I'd like another colour", {}, "ask:change_lines", "lines"),
        ("how do I change the quantity", {"lines": "l1"}, "ask:new_quantity", "new_quantity"),
        ("put a birthday note in", {}, "ask:gift_note", "gift_note"),
        ("add a teapot", {"products": "teapot"}, "refused:modify_order/add", ""),
        ("add a notebook in brick", {"products": "notebook", "color": "brick"}, "refused:modify_order/add", ""),
        ("swap the flask for a teapot", {"products": "flask\nteapot"}, "refused:modify_order/other_product", ""),
        ("gift wrap it", {}, "refused:modify_order/unsupported", ""),
        ("remove the flask", {"products": "flask"}, "pass:cancel_order", ""),
    ],
)
async def test_change_asks_or_says_what_is_possible(said: str, slots: dict, act: str, slot: str) -> None:
    outcome = await ask(Shop(), modify_order, said, **slots)
    assert (outcome.act.name, outcome.slot) == (act, slot)


async def test_a_day_that_is_not_possible_comes_with_days_that_are() -> None:
    detail = {"possible": ["2026-03-09", "2026-03-10"], "first": "2026-03-09", "last": "2026-04-03"}
    shop = Shop(answer=Answer(AnswerStatus.REFUSED, reason="day_range", detail=detail))
    outcome = await ask(shop, modify_order, "can it come on Friday")
    assert (outcome.act.name, outcome.slot) == ("refused:modify_order/day_range", "date")
    assert [option.value for option in outcome.options] == detail["possible"]
    assert outcome.act.facts["day"] == Day(date(2026, 3, 6)) and outcome.act.facts["last"] == Day(date(2026, 4, 3))


async def test_an_answered_number_counts_before_the_words_that_were_too_many() -> None:
    shop = Shop(answer=Answer(AnswerStatus.REFUSED, reason="too_few", detail={"left": 9}))
    first = await ask(shop, modify_order, "make it 50 notebooks", products="notebooks", new_quantity="50")
    assert (first.act.name, first.slot) == ("refused:modify_order/too_few", "new_quantity")
    held = {"products": "notebooks", **{name: value for name, value in first.slots.items() if value}}
    await ask(shop, modify_order, "make it 50 notebooks", **{**held, "new_quantity": "4"})
    assert shop.asked == {"change_items": {"line": "l2", "quantity": 4}}


async def test_the_second_wish_of_a_message_waits_beside_the_first() -> None:
    said = "the flask in moss, and put in a birthday note"
    outcome = await ask(Shop(), modify_order, said, products="flask", new_color="moss")
    assert (outcome.act.name, outcome.slots["change"]) == ("confirm:modify_order", Wish.ITEMS)
    assert (outcome.beside["change"], outcome.beside["said"]) == (Wish.GIFT_NOTE, said)
    held = {name: value for name, value in outcome.beside.items() if name not in ("order_id", "said")}
    second = await ask(Shop(), modify_order, said, **held)
    assert (second.act.name, second.beside) == ("ask:gift_note", {})


async def test_an_order_without_an_open_line_is_refused_before_anything_is_asked() -> None:
    reasons = {
        LineState.PACKED: "packed", LineState.SHIPPED: "shipped", LineState.RETURNED: "delivered",
        LineState.CANCELLED: "cancelled",
    }  # fmt: skip
    for state, reason in reasons.items():
        outcome = await ask(Shop(replace(FLASK, state=state)), modify_order, "I want to change it")
        assert outcome.act.name == f"refused:modify_order/{reason}"
        assert outcome.act.facts == {"order": Text("10043")}


@pytest.mark.parametrize(
    ("said", "slots", "answer", "goes_on"),
    [
        ("the flask in moss please", {"new_color": "moss"}, Answer(AnswerStatus.DONE), "exchange_item"),
        ("a different size", {}, Answer(AnswerStatus.REFUSED, reason="out_of_stock"), "exchange_item"),
        ("the flask in moss please", {"new_color": "moss"}, Answer(AnswerStatus.REFUSED, reason="window_over"), ""),
        ("make it 3 flasks", {"new_quantity": "3"}, Answer(AnswerStatus.DONE), ""),
        ("can it come on Friday", {}, Answer(AnswerStatus.DONE), ""),
    ],
)
async def test_another_size_of_what_has_come_goes_on_as_an_exchange_where_one_is_possible(
    said: str, slots: dict[str, str], answer: Answer[Quote], goes_on: str
) -> None:
    outcome = await ask(Shop(replace(FLASK, state=LineState.DELIVERED), answer=answer), modify_order, said, **slots)
    assert (outcome.act.name, outcome.goes_on) == ("refused:modify_order/delivered", goes_on)
