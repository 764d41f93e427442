"""Fill a basket with what is wanted and in stock, and give the link where it is paid: prices and delivery of now.

Goods are chosen one after another; what is not said and can be chosen is asked. `chosen` keeps them between turns, the
basket itself is only filled when all is settled. Nothing is ordered here, and nothing about payment is asked.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.commerce import Basket, LineState, Order, Shop, Taste
from bot.conversation import Access
from bot.decision import HandoffRequest
from bot.facts import Act, Day, Fact, Localised, Many, Number, Term, Text
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.skills.choosing import (
    MOST_LINES,
    Choice,
    Pick,
    chosen_before,
    grant,
    kept,
    settle,
    take_answers,
    told_apart,
    wishes_of,
)


async def run(shop: Shop, request: Request) -> Outcome:
    if "trouble" in request.slots:
        return await _trouble(shop, request)
    basket = await shop.basket(request.slots["basket"]) if "basket" in request.slots else None
    choice = Choice(request.market or (basket.market if basket else ""), chosen_before(request, basket))
    whole = request.slots.get("whole")
    if whole == "empty" or (whole and (basket or choice.open_place is None)):
        return await _whole(choice, basket, shop, request)
    if "again" in request.slots:
        order = await _earlier_order(shop, request)
        if isinstance(order, Outcome):
            return order
        choice.picks += _picks_of(order, request)
    take_answers(choice, request)
    for place, wish in enumerate(await told_apart(wishes_of(request, choice), choice, shop)):
        await grant(wish, choice, shop, request, first=place == 0)
    for place, pick in enumerate(choice.picks[:MOST_LINES]):
        settled = await settle(pick, place, choice, shop, request)
        if isinstance(settled, Outcome):
            return replace(settled, slots=kept(choice, request))
        choice.picks[place] = settled
    before = {line.sku: line.quantity for line in basket.lines} if basket else {}
    return await _filled(choice, before, shop, request)


# --- the same again --------------------------------------------------------------------------------------------------


async def _earlier_order(shop: Shop, request: Request) -> Order | Outcome:
    """The order that is wanted once more: the one named, else the last that was not cancelled."""
    number = request.slots.get("order_id", "")
    if request.proof is None or not request.proof.opens(number, Access.ORDER):
        return Outcome(Act("ask:order_id"), needs=Access.ORDER)
    if number:
        found = await shop.order(number, request.proof)
        return found or Outcome(Act("unknown_order", {"order": Text(number)}))
    orders = await shop.orders(request.proof)
    live = [order for order in orders if order.state != "cancelled"]
    return next(iter([*live, *orders]), None) or Outcome(Act("no_orders"))


def _picks_of(order: Order, request: Request) -> list[Pick]:
    """What was bought: all of it, but for lines that were cancelled from it."""
    live = [line for line in order.lines if line.state is not LineState.CANCELLED] or list(order.lines)
    return [Pick(line.quantity, request.say(line.name), line.product_id, sku=line.sku) for line in live]


# --- the basket ------------------------------------------------------------------------------------------------------


async def _filled(choice: Choice, before: Mapping[str, int], shop: Shop, request: Request) -> Outcome:
    """Put what is chosen into the basket and show it; or say why there is nothing new to show."""
    items: dict[str, int] = {}
    for pick in filter(lambda pick: pick.counts, choice.picks):
        items[pick.sku] = items.get(pick.sku, 0) + pick.quantity
    token = request.slots.get("basket", "")
    settled = {**kept(choice, request), "chosen": ""}
    if items == before and choice.gone:
        return await _cannot_be_had(choice, shop, request, settled)
    if items == before and choice.absent:
        return Outcome(Act("inform:basket/not_in_it", {"name": Text(choice.absent)}), slots=settled)
    if not items and not token:
        return Outcome(Act("ask:product/buy"), slot="product", slots={**settled, "product": ""})
    basket = await shop.fill_basket(items, market=choice.market, token=token)
    settled["basket"] = basket.token
    if not basket.lines:
        return Outcome(Act("inform:basket/empty"), slots=settled)
    facts = _facts(basket, request)
    if not choice.gone:
        return Outcome(Act("done:basket", facts, "warm"), slots=settled, cards=(_card(basket, request),))
    facts["missing"] = Many(tuple(name for _, name in choice.gone))
    return Outcome(Act("done:basket/part", facts), slots=settled, cards=(_card(basket, request),))


async def _whole(choice: Choice, basket: Basket | None, shop: Shop, request: Request) -> Outcome:
    """The basket as it is, or emptied; what was still being chosen is left."""
    settled = {**kept(choice, request), "chosen": ""}
    if basket and request.slots["whole"] == "empty":
        basket = await shop.fill_basket({}, market=choice.market, token=basket.token)
    if not basket or not basket.lines:
        return Outcome(Act("inform:basket/empty"), slots=settled)
    return Outcome(Act("done:basket", _facts(basket, request), "warm"), slots=settled, cards=(_card(basket, request),))


def _facts(basket: Basket, request: Request) -> dict[str, Fact]:
    items = (_line_fact(line.name, line.color, line.size, line.quantity, request) for line in basket.lines)
    return {"items": Many(tuple(items)), "total": basket.total, "day": Day(basket.promised), "link": Text(basket.url)}


async def _cannot_be_had(choice: Choice, shop: Shop, request: Request, settled: Mapping[str, str]) -> Outcome:
    """Nothing of it is to be had: why, and what there is instead."""
    act, name = choice.gone[0]
    if len(choice.gone) > 1:
        names = Many(tuple(name for _, name in choice.gone))
        return Outcome(Act("inform:basket/nothing", {"missing": names}), slots={**settled, "product": ""})
    if act == "unknown_product":
        return Outcome(Act(act, {"name": name}), slots=settled)
    instead = await shop.suggest(Taste(instead=choice.last), request.proof, market=choice.market) if choice.last else ()
    rows = tuple((request.say(each.product.name), each.product.url) for each in instead)
    cards = (Card(request.say(Term("buying", "instead")), rows),) if rows else ()
    return Outcome(Act(act, {"product": name}), slots=settled, cards=cards)


def _line_fact(name: Localised, color: Localised, size: str, quantity: int, request: Request) -> Text:
    options = ", ".join(filter(None, (request.say(color), size)))
    return Text(f"{quantity} × {request.say(name)}" + (f" ({options})" if options else ""))


def _card(basket: Basket, request: Request) -> Card:
    """Each kind of goods with its price of now and its stock, delivery, and where to pay."""

    def word(key: str) -> str:
        return request.say(Term("buying", key))

    rows = [
        (
            _line_fact(line.name, line.color, line.size, line.quantity, request).value,
            f"{request.say(line.price)} · {word('in_stock')} {request.say(Number(line.stock))}",
        )
        for line in basket.lines
    ]
    fee = request.say(basket.delivery_fee) if basket.delivery_fee else word("at_checkout")
    rows.append((word("delivery"), fee))
    if basket.free_delivery_from and basket.delivery_fee and basket.delivery_fee.minor:
        rows.append((word("free_delivery_from"), request.say(basket.free_delivery_from)))
    rows += [(word("total"), request.say(basket.total)), (word("day"), request.say(Day(basket.promised)))]
    return Card(word("basket"), (*rows, (word("checkout"), basket.url)))


# --- it does not work ------------------------------------------------------------------------------------------------


async def _trouble(shop: Shop, request: Request) -> Outcome:
    """Basket or checkout do not work: what happens is asked once, then a person has the facts."""
    if "told" not in request.slots:
        return Outcome(Act("ask:trouble"), slot="told")
    facts: dict[str, Fact] = {"told": Text(request.slots["told"])}
    basket = await shop.basket(request.slots["basket"]) if "basket" in request.slots else None
    if basket:
        facts["link"] = Text(basket.url)
    return Outcome(Act("inform:trouble", facts, "apologetic"), handoff=HandoffRequest("checkout", facts=facts))


SKILL = Skill(
    name="place_order",
    intents=("place_order",),
    run=run,
    acts=(
        "done:basket", "done:basket/part", "ask:product/buy", "ask:product/which", "ask:color", "ask:color/out",
        "ask:size", "ask:size/out", "ask:quantity", "inform:basket/sold_out", "inform:basket/nothing",
        "inform:basket/empty", "inform:basket/not_in_it", "inform:product/not_sold", "unknown_product",
        "ask:order_id", "unknown_order", "no_orders", "ask:trouble", "inform:trouble",
    ),
    slots=("wishes", "product", "whole", "again", "order_id", "contact", "trouble", "basket"),
)  # fmt: skip
