"""Send an order that has not left to another address. The contact on file is told of the change."""

import re

from bot.commerce import AnswerStatus, PostalAddress, Shop
from bot.conversation import Access
from bot.facts import Act, Term, Text
from bot.messages import Card
from bot.skill import Mode, Outcome, Request, Skill
from bot.skills import address_book
from bot.skills.address_book import means_book
from bot.skills.orders import WHICH_ORDER, pick_order

# "my sister Lucy Clarke", 我老婆林小满: the name alone goes on the label
_KIN = re.compile(
    r"^(?:my|our)\s+(?:[a-z]+\s+){1,3}(?=[A-Z])|^[我俺](?:老婆|老公|媳妇|爱人|[妈媽爸姐妹哥弟]{1,2}|朋友|同事|闺蜜|室友|邻居|女儿|儿子)"
    r"(?=[\u4e00-\u9fff]{2,4}$)"
)
_KIN_ALONE = re.compile(r"(?:my|our)(?: [a-z]+)+|[我俺]\w{1,3}")  # "my sister": a name beside it goes on the label
_PLACE = ("address", "city", "postcode", "country")
_PARTS = (*_PLACE, "recipient", "phone")


async def run(shop: Shop, request: Request) -> Outcome:
    if means_book(request.slots.get("said", "")):
        return Outcome(Act(f"pass:{address_book.SKILL}"))
    order = await pick_order(shop, request, lambda order, _: order.state == "open")
    if isinstance(order, Outcome) or request.proof is None:
        return order
    settled = {"order_id": order.number}
    parts = {part: request.slots[part] for part in _PARTS if part in request.slots}
    if "recipient" in parts:
        alone = _KIN_ALONE.fullmatch(parts["recipient"])
        parts["recipient"] = _KIN.sub("", (alone and request.slots.get("name")) or parts["recipient"])
    answer = await shop.quote("change_address", request.proof, order.number, parts)
    if answer.reason == "bad_address":
        missing = str(answer.detail.get("missing", "address"))
        return Outcome(Act(f"ask:{missing}", {"order": Text(order.number)}), slot=missing, slots=settled)
    if answer.status is not AnswerStatus.DONE or answer.value is None or answer.value.address is None:
        reason = answer.reason or answer.status
        refused = Act(f"refused:change_address/{reason}", {"order": Text(order.number)})
        if reason == "country":  # another address is still welcome
            return Outcome(refused, slot="address", slots=settled | dict.fromkeys(_PLACE, ""))
        return Outcome(refused, slots=settled)
    facts = {"order": Text(order.number), "address": Text(one_line(answer.value.address))}
    delivery = request.say(Term("label", "delivery_stays")), request.say(order.delivery_fee)  # a market has one charge
    cards = (Card("", (delivery,)),)
    return Outcome(Act("confirm:change_address", facts), slots=settled, quote=answer.value, cards=cards)


def one_line(address: PostalAddress) -> str:
    """The whole address as its country writes it, phone included: what the shopper says yes to."""
    if address.country == "CN":  # from the large to the small
        place = address.region + (address.city if address.city not in address.region else "") + "".join(address.lines)
        return "，".join(filter(None, (place, address.postcode, address.recipient, address.phone)))
    place = (address.recipient, *address.lines, address.city, address.region, address.postcode, address.country)
    return ", ".join(filter(None, (*place, address.phone)))


SKILL = Skill(
    name="change_address",
    intents=("change_address",),
    run=run,
    mode=Mode.WRITE,
    acts=(
        "ask:address",
        "ask:postcode",
        "ask:phone",
        "confirm:change_address",
        "done:change_address",
        "pending:change_address",
        "pending:change_address/approval",
        *(
            f"refused:change_address/{reason}"
            for reason in (
                "packed",
                "shipped",
                "delivered",
                "cancelled",
                "country",
                "changed",
                "declined",
                "unsupported",
                "unknown",
            )
        ),
        "notice:change_address",
        *WHICH_ORDER,
    ),
    slots=("order_id", "contact", "name", "said", *_PARTS),
    access=Access.ORDER,
    strong=True,
)
