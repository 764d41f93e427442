"""Where an order is: what is in which parcel, when it comes, whether it is late, and what is being looked into."""

from bot.commerce import Shop
from bot.conversation import Access
from bot.skill import Outcome, Request, Skill
from bot.skills import parcels
from bot.skills.orders import due_card, pick_order, wishes_card

STATES = ("unpaid", "open", "packed", "part_shipped", "shipped", "delivered", "cancelled", "return_open", "returned")
MOVING = ("part_shipped", "shipped")


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, lambda order: order.state in MOVING)
    if isinstance(order, Outcome):
        return order
    return Outcome(
        parcels.status(order, request),
        before=(*parcels.as_of(order), *parcels.looked_into(order, request)),
        slots={"order_id": order.number},
        cards=(*parcels.cards(order, request), *wishes_card(order, request.say), *due_card(order, request.say)),
    )


SKILL = Skill(
    name="track_order",
    intents=("order_status",),
    run=run,
    acts=(
        *(f"inform:order/{state}" for state in STATES),
        "inform:delivery/late",
        "inform:as_of",
        "inform:claim/open",
        "ask:order",
        "unknown_order",
        "no_orders",
    ),
    slots=("order_id", "contact"),
    access=Access.DELIVERY,
)
