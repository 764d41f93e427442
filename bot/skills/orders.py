"""Which order is meant: shared by every skill that works on one."""

import re
from collections.abc import Callable, Iterable, Sequence

from bot import days
from bot.commerce import Line, LineState, Order, Shop
from bot.conversation import Option
from bot.facts import Act, Day, Fact, Term, Text
from bot.messages import Card
from bot.skill import Outcome, Request
from bot.skills.lines import POSSIBLE, by_name
from bot.skills.pictures import first_picture
from bot.slots import order_numbers

MOST_OPTIONS = 5
WHICH_ORDER = ("ask:order", "ask:order/without", "unknown_order", "no_orders")  # acts of `pick_order`
# how well an order fits, with those of its lines that the message names: 0 for not at all, and the best ones count
Fits = Callable[[Order, Sequence[Line]], int]


def holds(state: LineState) -> Fits:
    """Orders with a line in this state: one that the message names, where it names any."""
    return lambda order, named: any(line.state is state for line in named or order.lines)


def or_spoken_of(request: Request, fits: Callable[[Order], bool]) -> Fits:
    """Orders that fit, and the one spoken of before whether it does or not: it is the one that is meant."""
    spoken_of = request.slots.get("order_hint", "")
    return lambda order, _: order.number == spoken_of or fits(order)


async def pick_order(shop: Shop, request: Request, fits: Fits) -> Order | Outcome:
    """The order that is meant: the one named, else by its goods, the one last spoken of, the only one; or a question.

    Goods that a message names count for more than the order spoken of before: "and the umbrella?" is another order.
    """
    if request.proof is None:
        raise ValueError("pick_order needs a proof: give the skill an access above NONE")
    number = request.slots.get("order_id", "")
    if number and (order := await shop.order(number, request.proof)):
        return order
    orders = await shop.orders(request.proof)
    told = () if days.mention(request.text) else order_numbers(request.text)  # what looks like a year may be a number
    if one := _numbered(orders, [number] if number else told):
        return one
    if number:
        return Outcome(Act("unknown_order", {"order": Text(number)}))
    every = [line for order in orders for line in order.lines]
    hits = await by_name(shop, every, request)
    named = list(hits.values())
    holding = _holding(orders, named)
    fitting = _best(holding or orders, named, fits)
    strange = request.slots.get("products") and not holding  # goods of none of them
    hint = "" if strange else request.slots.get("order_hint", "")
    if spoken_of := next((order for order in fitting if order.number == hint), None):
        return spoken_of
    if not fitting:
        return Outcome(Act("no_orders"))
    missing = "" if holding else await _sold(hits, shop, request)
    if len(fitting) == 1 and not missing:
        return fitting[0]
    options = tuple(
        Option(f"{order.number} · {request.say(_shown(order, named).name)}", order.number)
        for order in fitting[:MOST_OPTIONS]
    )
    act = Act("ask:order/without", {"name": Text(missing)}) if missing else Act("ask:order")
    return Outcome(act, slot="order_id", options=options)


def _numbered(orders: Sequence[Order], said: Sequence[str]) -> Order | None:
    """The one of these orders that the figures alone can mean: 2006 is SC-2006. None unless it is exactly one."""
    found = [order for order in orders if [re.sub(r"\D", "", order.number)] == list(said)]
    return found[0] if len(found) == 1 else None


def _holding(orders: Sequence[Order], named: Sequence[Sequence[Line]]) -> list[Order]:
    """The orders with most of the goods that the message names; () where it names none, or none that were ordered."""
    counts = [sum(any(line in order.lines for line in lines) for lines in named) for order in orders]
    most = max(counts, default=0)
    return [order for order, count in zip(orders, counts, strict=True) if count == most and most]


async def _sold(names: Iterable[str], shop: Shop, request: Request) -> str:
    """The first of the names that is surely one of goods: the catalogue knows it. "" where none is."""
    for name in names:
        found = await shop.search(name, limit=1, market=request.proof.market if request.proof else "")
        if found and found[0].score >= POSSIBLE:
            return name
    return ""


def _best(orders: Sequence[Order], named: Sequence[Sequence[Line]], fits: Fits) -> list[Order]:
    """The orders that fit best; all of them where none fits."""
    told = [line for lines in named for line in lines]
    fit = [fits(order, [line for line in order.lines if line in told]) for order in orders]
    return [order for order, much in zip(orders, fit, strict=True) if much == max(fit)]


def _shown(order: Order, named: Sequence[Sequence[Line]]) -> Line:
    """The line that an order is told by: one that the message names, else its first."""
    return next((line for lines in named for line in order.lines if line in lines), order.lines[0])


def lines_card(order: Order, lines: Sequence[Line], request: Request) -> Card:
    """Order lines as rows of a card: name and options, quantity."""
    rows = tuple((request.say(line.name), f"{line.options} × {line.quantity}".strip(" ×")) for line in lines)
    return Card(f"{request.say(Term('label', 'order'))} {order.number}", rows, first_picture(lines, request))


Say = Callable[[Fact], str]


def due_card(order: Order, say: Say) -> tuple[Card, ...]:
    """What is still to be paid of an order, and where: card data never come into the chat."""
    return (Card(say(Term("label", "due")), ((say(order.due), order.pay_url),)),) if order.due.minor else ()


def wishes_card(order: Order, say: Say) -> tuple[Card, ...]:
    """The gift note and the day of delivery that the shopper has asked for."""
    day = [(say(Term("label", "delivery_day")), say(Day(order.delivery_day)))] if order.delivery_day else []
    note = [(say(Term("label", "gift_note")), order.gift_note)] if order.gift_note else []
    return (Card(say(Term("label", "wishes")), (*day, *note)),) if day or note else ()
