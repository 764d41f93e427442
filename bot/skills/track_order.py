"""Where an order is: what is in which parcel, when it comes, whether it is late, and what is being looked into."""

from bot.commerce import Shop
from bot.conversation import Access
from bot.decision import tell_me
from bot.promises import Awaited
from bot.skill import Outcome, Request, Skill
from bot.skills import parcels
from bot.skills.orders import WHICH_ORDER, due_card, pick_order, wishes_card
from bot.skills.return_form import form

STATES = ("unpaid", "open", "packed", "part_shipped", "shipped", "delivered", "cancelled", "return_open", "returned")
MOVING = ("part_shipped", "shipped")
# what may be asked to be told after an order's state
OFFERED = {
    **{f"inform:order/{state}": Awaited.SENT for state in ("open", "packed", "part_shipped")},
    "inform:order/shipped": Awaited.DELAYED,
}


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, lambda order, _: order.state in MOVING)
    if isinstance(order, Outcome):
        return order
    act = parcels.status(order, request)
    return Outcome(
        act,
        before=(*parcels.as_of(order), *parcels.looked_into(order, request)),
        slots={"order_id": order.number},
        cards=(*parcels.cards(order, request), *wishes_card(order, request.say), *due_card(order, request.say)),
        form=form(order, request) if act.name == "inform:order/delivered" else None,
        offers=tell_me(OFFERED[act.name], order.number) if act.name in OFFERED else (),
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
        "inform:claim/open_until",
        *WHICH_ORDER,
    ),
    slots=("order_id", "contact", "products", "said"),
    access=Access.DELIVERY,
)
