"""The shopper's orders, newest first, a card each; a list of open ones holds only what is still to come."""

from collections.abc import Sequence

from bot.commerce import LineState, Order, Shop
from bot.conversation import Access, SlotSpan
from bot.delivery import current, latest
from bot.facts import Act, Day, Fact, Number, Term
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.skills import parcels
from bot.skills.pictures import first_picture
from bot.slots import orders_named
from bot.wants import lists_orders, open_only

MOST_SHOWN = 5
_TO_COME = frozenset({"unpaid", "open", "packed", "part_shipped", "shipped"})


def fits(intent: str, text: str, spans: Sequence[SlotSpan]) -> bool:
    """No order is named, and the words mean several."""
    return lists_orders(text) and not orders_named(spans, text)


async def run(shop: Shop, request: Request) -> Outcome:
    if request.proof is None:
        raise ValueError("list_orders needs a proof: give the skill an access above NONE")
    every = await shop.orders(request.proof)
    to_come = [order for order in every if order.state in _TO_COME]
    orders = to_come if open_only(request.slots.get("said", "")) and to_come else every
    if not orders:
        return Outcome(Act("no_orders"))
    facts: dict[str, Fact] = {"count": Number(len(orders))}
    if len(orders) > MOST_SHOWN:
        facts["more"] = Number(len(orders) - MOST_SHOWN)
    return Outcome(
        Act("inform:orders/more" if "more" in facts else "inform:orders", facts),
        before=next(filter(None, map(parcels.as_of, orders)), ()),
        cards=tuple(_card(order, request) for order in orders[:MOST_SHOWN]),
    )


def _card(order: Order, request: Request) -> Card:
    say, part, late = request.say, current(order), latest(order, request.today)
    ordered = [line for line in order.lines if line.state is not LineState.CANCELLED] or order.lines
    rows = [
        (say(Term("label", "state")), say(Term("state", order.state))),
        (say(Term("label", "placed")), say(Day(request.day(order.placed_at)))),
    ]
    if part and part.under_way and part.due:
        rows.append((say(Term("label", "day")), say(Day(part.due))))
    if late:
        rows.append((say(Term("label", "days_late")), say(Number(late.days_late(request.today)))))
    if names := ", ".join(filter(None, (say(line.name) for line in ordered))):
        rows.append((say(Term("label", "items")), names))
    if order.total.minor:  # a proof that opens the label alone sees no price
        rows.append((say(Term("label", "total")), say(order.total)))
    return Card(f"{say(Term('label', 'order'))} {order.number}", tuple(rows), first_picture(order.lines, request))


SKILL = Skill(
    name="list_orders",
    intents=("order_status",),
    run=run,
    acts=("inform:orders", "inform:orders/more", "inform:as_of", "no_orders"),
    slots=("order_id", "contact", "said"),
    access=Access.DELIVERY,
    fits=fits,
)
