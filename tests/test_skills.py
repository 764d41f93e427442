"""What single skills answer, asked directly: a shop of one order or one product, no model, no store."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from policy_talk import order

import bot.phrases
from bot.commerce import Line, LineState, Order, Product, Variant
from bot.conversation import Access, Proof
from bot.facts import Act, Localised, Many, Money, Number, Term, Text
from bot.messages import Picture
from bot.phrases import PhraseBook
from bot.skill import Mode, Outcome, Request, Skill
from bot.skills import SKILLS, change_address, compare, product_question, track_order
from bot.skills.orders import pick_order

NOW = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight in London
NAME = Localised({"en": "Linen shirt", "zh": "亚麻衬衫"})


class Shop:
    def __init__(self, found: Order | Product) -> None:
        self.found = found

    async def order(self, number: str, proof: Proof) -> Order:
        return self.found

    async def search(self, words: str, *, limit: int = 5, market: str = "") -> tuple[Product, ...]:
        return (self.found,)


def request(intent: str, today: date, **slots: str) -> Request:
    proof = Proof(Access.CUSTOMER, "c1", "", NOW.replace(year=2030), "uk")
    return Request(slots, intent, "", "en", NOW, today, lambda fact: "said", proof)


@pytest.mark.parametrize(
    ("today", "act", "days"),
    [(date(2026, 7, 1), "inform:order/shipped", None), (date(2026, 7, 2), "inform:delivery/late", Number(1))],
)
async def test_a_parcel_is_late_from_the_day_after_the_promised_one_in_the_shops_zone(
    today: date, act: str, days: Number | None
) -> None:
    line = Line("l1", "s1", "p1", NAME, "", 1, Money(4900, "GBP"), LineState.SHIPPED)
    shipped = replace(order("10423"), lines=(line,), promised=date(2026, 7, 1))
    outcome = await track_order.run(Shop(shipped), request("order_status", today, order_id="10423"))
    assert (outcome.act.name, outcome.act.facts.get("days")) == (act, days)


@pytest.mark.parametrize(
    ("intent", "act"),
    [
        ("product_price", "inform:product/not_sold"),
        ("product_availability", "inform:product/not_sold"),
        ("product_info", "inform:product"),
    ],
)
async def test_a_product_without_a_price_in_the_market_is_not_sold_there(intent: str, act: str) -> None:
    unsold = Product("p1", NAME, NAME, "Alder", NAME, NAME, NAME, variants=(), score=1.0)
    outcome = await product_question.run(Shop(unsold), request(intent, NOW.date(), product="linen shirt"))
    assert (outcome.act.name, outcome.act.facts) == (act, {"product": NAME})
    assert act in product_question.SKILL.acts


SHIRT = Product(
    "p1", NAME, NAME, "Alder", NAME, NAME, NAME, score=1.0,
    variants=tuple(Variant(f"s{n}", size, Localised({"en": color}), Money(4900, "GBP"), stock)
                   for n, (size, color, stock) in enumerate((("M", "Navy", 2), ("L", "White", 1), ("S", "White", 0)))),
)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "act", "variants"),
    [
        ({"size": "medium"}, "inform:availability/in", 1),
        ({"size": "small"}, "inform:availability/out", 0),
        ({"size": "XXL"}, "inform:availability/not_made", 2),
        ({"color": "purple"}, "inform:availability/not_made", 2),
        ({"product": "navy linen shirt", "size": "L"}, "inform:availability/out", 0),
        ({"color": "purple", "size": "M码"}, "inform:availability/not_made", 2),
    ],
)
async def test_a_size_in_other_words_is_found_and_what_is_not_made_is_answered_with_what_is(
    asked: dict[str, str], act: str, variants: int
) -> None:
    wish = request("product_availability", NOW.date(), **{"product": "linen shirt", **asked})
    wish = replace(wish, say=lambda fact: fact.text("en") if isinstance(fact, Localised) else "")
    outcome = await product_question.run(Shop(SHIRT), wish)
    named = outcome.act.facts.get("variants")
    assert (outcome.act.name, len(named.items) if isinstance(named, Many) else 0) == (act, variants)


async def test_a_price_asked_for_several_pieces_says_what_one_costs_and_what_all_do() -> None:
    wish = request("product_price", NOW.date(), product="linen shirt", quantity="3")
    wish = replace(wish, say=lambda fact: str(fact.minor) if isinstance(fact, Money) else "")
    rows = (await product_question.run(Shop(SHIRT), wish)).cards[0].rows
    assert rows[:2] == (("1 ×", "4900"), ("3 ×", "14700"))


@pytest.mark.parametrize(("intent", "priced"), [("product_info", True), ("product_price", False)])
async def test_a_products_card_has_its_picture_and_its_price_unless_that_is_what_is_said(
    intent: str, priced: bool
) -> None:
    wish = replace(request(intent, NOW.date(), product="linen shirt"), say=str)
    shirt = replace(SHIRT, image="https://shop.example/shirt.jpg")
    card = (await product_question.run(Shop(shirt), wish)).cards[0]
    assert card.picture == Picture("https://shop.example/shirt.jpg", str(NAME))
    assert (str(Money(4900, "GBP")) in [value for _, value in card.rows]) is priced
    assert (await product_question.run(Shop(SHIRT), wish)).cards[0].picture is None
    assert all(value for _, value in card.rows)  # no row for an address that it does not have


async def test_what_stands_only_in_the_description_sets_products_apart_too() -> None:
    lamps = [
        replace(SHIRT, id=id_, score=1.0, name=Localised({"en": id_}), description=Localised({"en": text}))
        for id_, text in (("beam", "5 h."), ("glow", "9 h."))
    ]
    wish = request("product_info", NOW.date(), goods="beam\nglow")

    class Lamps(Shop):
        async def search(self, words: str, **_: object) -> tuple[Product, ...]:
            return tuple(lamp for lamp in lamps if lamp.id == words)

    wish = replace(wish, say=lambda fact: fact.text("en") if isinstance(fact, Localised) else "")
    cards = (await compare.run(Lamps(SHIRT), wish)).cards
    assert [[value for _, value in card.rows if value.endswith("h.")] for card in cards] == [["5 h."], ["9 h."]]


# --- which order is meant --------------------------------------------------------------------------------------------


class Orders(Shop):
    async def orders(self, proof: Proof) -> list[Order]:
        mug = Line("m", "s2", "p2", Localised({"en": "Mug"}), "", 1, Money(900, "GBP"), LineState.OPEN)
        shirts = Line("l1", "s1", "p1", NAME, "", 1, Money(4900, "GBP"), LineState.OPEN)
        return [replace(order(number), lines=(shirts, replace(mug, id=number))) for number in ("10423", "10424")]


@pytest.mark.parametrize(("products", "name"), [("mug", "Mug"), ("", "Linen shirt")])
async def test_orders_to_choose_from_are_told_by_the_goods_that_were_asked_for(products: str, name: str) -> None:
    slots = {"products": products} if products else {}
    asking = replace(request("cancel_order", NOW.date(), **slots), say=lambda fact: fact.text("en"))
    outcome = await pick_order(Orders(SHIRT), asking, lambda order, named: 1)
    assert [option.label for option in outcome.options] == [f"10423 · {name}", f"10424 · {name}"]


# --- what the contact on file is told --------------------------------------------------------------------------------

DONE = Outcome(Act("done:x", {"order": Text("10423"), "address": Text("12 High Street")}), notify="emma@example.com")


@pytest.mark.parametrize("skill", [skill for skill in SKILLS if skill.strong], ids=lambda skill: skill.name)
def test_whatever_redirects_something_can_be_told_to_the_contact_on_file(skill: Skill) -> None:
    book = PhraseBook.load(Path(bot.phrases.__file__).parent)
    [notice] = skill.notices(DONE)
    mail, act = notice.mail, notice.act
    assert mail == "emma@example.com"
    assert book.required(act.name) <= act.facts.keys()
    assert skill.access in (Access.ORDER, Access.CUSTOMER) and skill.mode is Mode.WRITE


def test_a_strong_skill_without_a_notice_of_its_own_has_the_common_one() -> None:
    skill = replace(change_address.SKILL, name="send_elsewhere", acts=())
    [notice] = skill.notices(DONE)
    act = notice.act
    assert (act.name, act.facts["task"]) == ("notice:change", Term("intent", "change_address"))
    assert skill.notices(replace(DONE, notify="")) == ()
