"""Which order is meant: shared by every skill that works on one."""

from collections.abc import Callable, Sequence

from bot.commerce import Line, Order, Shop
from bot.conversation import Option
from bot.facts import Act, Day, Fact, Term, Text
from bot.messages import Card
from bot.skill import Outcome, Request
from bot.skills.lines import by_name
from bot.skills.pictures import first_picture

MOST_OPTIONS = 5


async def pick_order(shop: Shop, request: Request, fits: Callable[[Order], bool]) -> Order | Outcome:
    """The order that is meant: the one named, else by its goods, the one last spoken of, the only one; or a question.

    Goods that a message names count for more than the order spoken of before: "and the umbrella?" is another order.
    """
    if request.proof is None:
        raise ValueError("pick_order needs a proof: give the skill an access above NONE")
    if number := request.slots.get("order_id"):
        order = await shop.order(number, request.proof)
        return order or Outcome(Act("unknown_order", {"order": Text(number)}))
    orders = await shop.orders(request.proof)
    every = [line for order in orders for line in order.lines]
    named = list((await by_name(shop, every, request)).values())
    holding = _holding(orders, named)
    candidates = holding or orders
    fitting = [order for order in candidates if fits(order)] or list(candidates)
    strange = request.slots.get("products") and not holding  # goods of none of them
    hint = "" if strange else request.slots.get("order_hint", "")
    if spoken_of := next((order for order in fitting if order.number == hint), None):
        return spoken_of
    if not fitting:
        return Outcome(Act("no_orders"))
    if len(fitting) == 1:
        return fitting[0]
    options = tuple(
        Option(f"{order.number} · {request.say(_shown(order, named).name)}", order.number)
        for order in fitting[:MOST_OPTIONS]
    )
    return Outcome(Act("ask:order"), slot="order_id", options=options)


def _holding(orders: Sequence[Order], named: Sequence[Sequence[Line]]) -> list[Order]:
    """The orders with most of the goods that the message names; () where it names none, or none that were ordered."""
    counts = [sum(any(line in order.lines for line in lines) for lines in named) for order in orders]
    most = max(counts, default=0)
    return [order for order, count in zip(orders, counts, strict=True) if count == most and most]


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
