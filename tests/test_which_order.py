"""Which of several orders a message means, by its goods and by how far they are: no model, no store."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from policy_talk import order

from bot.commerce import Line, LineState, Order, Product
from bot.conversation import Access, Proof
from bot.facts import Localised, Money
from bot.skill import Outcome, Request
from bot.skills import exchange_item
from bot.skills.orders import Fits, holds, pick_order

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
BOOTS = Localised({"en": "Wellington boots", "zh": "雨靴"})
HAT = Localised({"en": "Straw hat", "zh": "草帽"})

KNIFE = Product("knife", Localised({"en": "Paring knife", "zh": "水果刀"}), Localised({}), "", Localised({}),
                Localised({}), Localised({}), (), score=1.0)  # fmt: skip


def line(id_: str, name: Localised, state: LineState) -> Line:
    return Line(id_, f"sku-{id_}", f"product-{name}", name, "", 1, Money(4900, "GBP"), state)


class Shop:
    """10423: boots that came and a hat to be sent; 10424: the other way round. `lettered`: SC-10423, SC-10424."""

    def __init__(self, lettered: bool = False) -> None:
        self.prefix = "SC-" if lettered else ""

    async def order(self, number: str, proof: Proof) -> Order | None:
        return next((order for order in await self.orders(proof) if order.number == number), None)

    async def orders(self, proof: Proof) -> list[Order]:
        states = {"10423": (LineState.DELIVERED, LineState.OPEN), "10424": (LineState.OPEN, LineState.DELIVERED)}
        return [
            replace(
                order(f"{self.prefix}{number}"),
                lines=(line(f"{number}-1", BOOTS, boots), line(f"{number}-2", HAT, hat)),
            )
            for number, (boots, hat) in states.items()
        ]

    async def search(self, words: str, *, limit: int = 5, market: str = "") -> tuple[Product, ...]:
        return (KNIFE,) if words in ("knife", "刀") else ()


async def pick(fits: Fits, text: str, **slots: str) -> Order | Outcome:
    proof = Proof(Access.CUSTOMER, "c1", "", NOW.replace(year=2030), "uk")
    asking = Request(slots, "", text, "en", NOW, NOW.date(), lambda fact: fact.text("en"), proof)
    return await pick_order(Shop(), asking, fits)


async def meant(fits: Fits, text: str, **slots: str) -> str:
    found = await pick(fits, text, **slots)
    return "asked" if isinstance(found, Outcome) else found.number


@pytest.mark.parametrize(("state", "number"), [(LineState.DELIVERED, "10423"), (LineState.OPEN, "10424")])
async def test_the_goods_that_are_named_are_where_the_request_needs_them(state: LineState, number: str) -> None:
    assert await meant(holds(state), "the boots", products="boots") == number
    assert await meant(holds(state), "something of mine") == "asked"


@pytest.mark.parametrize(
    ("text", "reason", "number"),
    [
        ("can I have the boots in black instead?", "", "10424"),
        ("雨靴换成黑色可以吗", "", "10424"),
        ("could you swap the boots for black", "too small", "10423"),
        ("the boots are too small, can I have a 42 instead?", "", "10423"),
        ("I'd like to exchange the boots for black", "", "10423"),
        ("雨靴收到了，想换成黑色", "", "10423"),
    ],
)
async def test_goods_of_an_open_order_are_changed_unless_the_words_tell_that_they_have_come(
    text: str, reason: str, number: str
) -> None:
    fits: Fits = lambda order, named: exchange_item.fits(order, named, text, reason)  # noqa: E731
    assert await meant(fits, text, products="雨靴" if "雨靴" in text else "boots") == number


@pytest.mark.parametrize(
    ("name", "act"),
    [("knife", "ask:order/without"), ("刀", "ask:order/without"), ("boots", "ask:order"), ("thingy", "ask:order")],
)
async def test_goods_of_the_shop_that_no_order_holds_are_said_to_be_in_none(name: str, act: str) -> None:
    found = await pick(lambda order, named: 1, f"the {name} arrived broken", products=name)
    assert isinstance(found, Outcome)
    assert (found.act.name, [option.value for option in found.options]) == (act, ["10423", "10424"])


@pytest.mark.parametrize(
    ("text", "number", "found"),
    [
        ("cancel 10424", "10424", "SC-10424"),
        ("10424到哪了", "10424", "SC-10424"),
        ("swap the hat from 10424", "", "SC-10424"),
        ("cancel XY-10424", "XY-10424", ""),
        ("cancel 10425", "10425", ""),
    ],
)
async def test_an_order_is_known_by_the_figures_of_its_number(text: str, number: str, found: str) -> None:
    proof = Proof(Access.CUSTOMER, "c1", "", NOW.replace(year=2030), "uk")
    slots = {"order_id": number} if number else {}
    asking = Request(slots, "", text, "en", NOW, NOW.date(), lambda fact: fact.text("en"), proof)
    order = await pick_order(Shop(lettered=True), asking, lambda order, named: 1)
    assert (order.act.name if isinstance(order, Outcome) else order.number) == (found or "unknown_order")
