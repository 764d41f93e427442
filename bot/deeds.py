"""What staff can do about the order of a handoff: the shop's own verbs, quoted first, then confirmed by a press.

Each is told to the shopper with the words of the skill that does the same for him.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.commerce import Order, Quote, Shop
from bot.conversation import Confirmation, Proof
from bot.decision import Limits
from bot.facts import Act, Many, Money, Text
from bot.skills import cancel_order, refund_request, voucher

VOUCHER = "voucher"  # the one deed that staff name a sum for
BY_STAFF, ABOVE_LIMIT = PROPOSED = ("staff_action", "staff_action_above")  # reasons of the approval that it becomes


@dataclass(frozen=True, slots=True)
class Deed:
    verb: str
    skill: str
    tries: "Callable[[Order, Given], Iterable[dict[str, Any]]]"  # arguments; the first that the shop quotes
    act: Callable[[Quote], Act]


@dataclass(frozen=True, slots=True)
class Given:
    """What a voucher is made of."""

    amount: str = ""  # "10.00"
    code: str = ""


def _whole(_order: Order, _given: Given) -> Iterable[dict[str, Any]]:
    return ({},)


def _voucher(_order: Order, given: Given) -> Iterable[dict[str, Any]]:
    return ({"amount": given.amount, "code": given.code},)


def _parcels(order: Order, _given: Given) -> Iterable[dict[str, Any]]:
    return ({"kind": "lost", "parcel": parcel.id, "wish": "replacement"} for parcel in order.parcels)


def _again(quote: Quote) -> Act:
    items = Many(tuple(line.name for line in quote.lines))
    return Act("confirm:delivery_trouble/lost_resend", {"order": Text(_order(quote).number), "items": items})


def _order(quote: Quote) -> Order:
    if quote.order is None:
        raise ValueError(f"the quote of {quote.verb} is of no order")
    return quote.order


DEEDS: Mapping[str, Deed] = {
    "cancel": Deed("cancel", "cancel_order", _whole, cancel_order.confirm),
    "refund": Deed("refund", "refund_request", _whole, refund_request.confirm),
    "resend": Deed("claim", "delivery_trouble", _parcels, _again),  # the goods of a lost parcel
    VOUCHER: Deed("voucher", "voucher", _voucher, voucher.given),
}


async def quoted(shop: Shop, name: str, order: Order, proof: Proof, given: Given) -> Quote | None:
    """What the deed would do to the order now; None where the shop's rules have nothing to do."""
    deed = DEEDS[name]
    for arguments in deed.tries(order, given):
        if quote := (await shop.quote(deed.verb, proof, order.number, arguments)).value:
            return quote
    return None


def confirmation(
    name: str, quote: Quote, key: str, limits: Limits, now: datetime, lasts: timedelta
) -> Confirmation:
    """`key` makes it at most once. Above the limit a lead decides."""
    deed, moved = DEEDS[name], moves(quote)
    limit = limits.limit(moved.currency)
    above = limit is None or moved.minor > limit.minor
    return Confirmation(
        key, deed.skill, quote.verb, quote.arguments, deed.act(quote), quote.version, now + lasts,
        needs_approval="amount" if above else "", market=quote.market, moved=moved,
    )  # fmt: skip


def moves(quote: Quote) -> Money:
    """What it costs the shop: what goes back or is given, or what the goods are worth that go out."""
    currency = _order(quote).total.currency
    if quote.refund and quote.refund.minor:
        return quote.refund
    goods = sum(line.price.minor for line in quote.lines) if quote.verb == "claim" else 0
    return Money(goods, currency)
