"""Which order is meant: shared by every skill that works on one."""

from collections.abc import Callable, Sequence

from bot.commerce import Line, Order, Shop
from bot.conversation import Option
from bot.facts import Act, Term, Text
from bot.messages import Card
from bot.skill import Outcome, Request

MOST_OPTIONS = 5


async def pick_order(shop: Shop, request: Request, fits: Callable[[Order], bool]) -> Order | Outcome:
    """The order the shopper means: the one named, the one last spoken of or the only one if it fits, or a question."""
    if request.proof is None:
        raise ValueError("pick_order needs a proof: give the skill an access above NONE")
    if number := request.slots.get("order_id"):
        order = await shop.order(number, request.proof)
        return order or Outcome(Act("unknown_order", {"order": Text(number)}))
    orders = await shop.orders(request.proof)
    spoken_of = next(
        (order for order in orders if order.number == request.slots.get("order_hint") and fits(order)), None
    )
    if spoken_of:
        return spoken_of
    fitting = [order for order in orders if fits(order)] or list(orders)
    if not fitting:
        return Outcome(Act("no_orders"))
    if len(fitting) == 1:
        return fitting[0]
    options = tuple(
        Option(f"{order.number} · {request.say(order.lines[0].name)}", order.number) for order in fitting[:MOST_OPTIONS]
    )
    return Outcome(Act("ask:order"), slot="order_id", options=options)


def lines_card(order: Order, lines: Sequence[Line], request: Request) -> Card:
    """Order lines as rows of a card: name and options, quantity."""
    rows = tuple((request.say(line.name), f"{line.options} × {line.quantity}".strip(" ×")) for line in lines)
    return Card(f"{request.say(Term('label', 'order'))} {order.number}", rows)
