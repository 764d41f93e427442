"""Where an order is, and whether it is late."""

from bot.commerce import Order, Parcel, Shop
from bot.conversation import Access
from bot.facts import Act, Day, Fact, Moment, Number, Term, Text
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.skills.orders import due_card, pick_order, wishes_card

_STATES = ("unpaid", "open", "packed", "part_shipped", "shipped", "delivered", "cancelled", "return_open", "returned")
_MOVING = ("part_shipped", "shipped")
_UNDER_WAY = ("open", "packed", "part_shipped", "shipped")


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, lambda order: order.state in _MOVING)
    if isinstance(order, Outcome):
        return order
    parcel = _current(order)
    promised = (parcel.promised if parcel else None) or order.delivery_day or order.promised
    facts: dict[str, Fact] = {"order": Text(order.number), "state": Term("state", order.state)}
    if promised:
        facts |= {"day": Day(promised)}
    if parcel:
        facts |= {"carrier": Text(parcel.carrier), "tracking": Text(parcel.tracking_no)}
        if parcel.delivered_at:
            facts |= {"when": Moment(parcel.delivered_at)}
    late = promised is not None and promised < request.today and order.state in _UNDER_WAY
    if late:
        days = (request.today - promised).days if promised else 0
        act = Act("inform:delivery/late", {**facts, "days": Number(days)}, tone="apologetic")
    elif request.intent == "delivery_delay" and promised and order.state in _UNDER_WAY:
        act = Act("inform:delivery/on_time", dict(facts))
    else:
        act = Act(f"inform:order/{order.state}", dict(facts))
    cards = (*(_card(parcel, request) for parcel in order.parcels), *wishes_card(order, request.say))
    return Outcome(act, slots={"order_id": order.number}, cards=(*cards, *due_card(order, request.say)))


def _current(order: Order) -> Parcel | None:
    """The parcel the shopper asks about: the last one that is still under way, else the last one."""
    moving = [parcel for parcel in order.parcels if parcel.delivered_at is None]
    return (moving or list(order.parcels) or [None])[-1]


def _card(parcel: Parcel, request: Request) -> Card:
    """Carrier, number, link and last scan: what also stands on the label, so fit for a delivery-only proof."""
    tracking = f"{parcel.tracking_no} {parcel.tracking_url}".strip()
    rows = [(request.say(Term("label", "tracking")), tracking)] if tracking else []
    if parcel.scans:
        last = parcel.scans[-1]
        rows.append((request.say(Moment(last.at)), " · ".join(filter(None, (request.say(last.text), last.place)))))
    return Card(parcel.carrier, tuple(rows))


SKILL = Skill(
    name="track_order",
    intents=("order_status", "delivery_delay"),
    run=run,
    acts=(
        *(f"inform:order/{state}" for state in _STATES),
        "inform:delivery/late",
        "inform:delivery/on_time",
        "ask:order",
        "unknown_order",
        "no_orders",
    ),
    slots=("order_id", "contact"),
    access=Access.DELIVERY,
)
