"""What a verb is: its rule and its effect. Verbs themselves are in this folder, one file each.

A rule is pure: what the write would do to this order by this policy at this time, or why it may not be. It is asked for
the quote, and asked again before the effect: `quote(case, quote(case, x).value.arguments)` gives the same arguments, as
long as nothing has changed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import (
    ORIGINAL_METHODS,
    Account,
    Answer,
    AnswerStatus,
    Line,
    LineState,
    Order,
    Product,
    Quote,
    shares_of,
)
from bot.facts import Money
from bot.shop import sums
from bot.shop.policy import Market, Shopfront

GONE = frozenset({LineState.RETURN_OPEN, LineState.RETURNED})
ARRIVED = GONE | {LineState.DELIVERED}


@dataclass(frozen=True, slots=True)
class Case:
    """All that a rule may look at."""

    order: Order
    market: Market
    now: datetime
    zone: ZoneInfo  # in which days are counted
    categories: Mapping[str, str] = field(default_factory=dict)  # line id → category id
    goods: Mapping[str, Product] = field(default_factory=dict)  # product id → product, priced in the order's currency
    front: Shopfront | None = None  # who sells
    account: Account | None = None  # the buyer's; None for a guest

    @property
    def today(self) -> date:
        return self.day(self.now)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Deed:
    """What an effect is given: the quote, checked once more, and who does it when."""

    quote: Quote
    actor: str  # "shopper" or "staff:<id>"
    now: datetime
    shop_url: str


Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    quote: Callable[[Case, Arguments], Answer[Quote]]
    effect: Callable[[AsyncConnection, Deed], Awaitable[None]]  # in the caller's transaction; decides nothing


def refused(reason: str, **detail: Any) -> Answer[Any]:
    return Answer(AnswerStatus.REFUSED, reason=reason, detail=detail)


# --- lines -----------------------------------------------------------------------------------------------------------


def live(order: Order) -> list[Line]:
    return [line for line in order.lines if line.state is not LineState.CANCELLED]


def gone_on(order: Order) -> str:
    """How far the order has gone, as the reason of a refusal; "" while every line of it is open."""
    states = {line.state for line in live(order)}
    if not states:
        return "cancelled"
    if states <= ARRIVED:
        return "delivered"
    if states - {LineState.OPEN, LineState.PACKED}:
        return "shipped"
    return "packed" if LineState.PACKED in states else ""


def named(order: Order, ids: Sequence[str]) -> list[Line] | None:
    """The lines of these ids, each once; None when one of them is not of this order."""
    known = {line.id: line for line in order.lines}
    return [known[line_id] for line_id in dict.fromkeys(ids)] if set(ids) <= known.keys() else None


def taken(lines: Sequence[Line], quantities: Mapping[str, int]) -> list[Line] | None:
    """The lines with as many pieces as are asked for, priced for them; None when more are than there are.

    Of what is still due for a line they take all that they are worth: less is asked for before anything is given back.
    """
    out = []
    for line in lines:
        count = quantities.get(line.id, line.quantity)
        if not 0 < count <= line.quantity:
            return None
        worth = sums.part(line.worth.minor, line.quantity, count)
        due = min(line.due.minor, worth) if line.due else 0
        price, owed = (replace(line.price, minor=minor) for minor in (worth - due, due))
        out.append(replace(line, quantity=count, price=price, due=owed if due else None))
    return out


def fewer(order: Order, lines: Sequence[Line]) -> dict[str, int]:
    """The quantities of those lines of which only some pieces are taken."""
    whole = {line.id: line.quantity for line in order.lines}
    return {line.id: line.quantity for line in lines if line.quantity < whole[line.id]}


# --- the quote -------------------------------------------------------------------------------------------------------


def quoted(
    verb: str, case: Case, lines: Sequence[Line], arguments: dict[str, Any], *, refund: int = 0, fee: int = 0,
    detail: Mapping[str, Any] | None = None, **fields: Any,
) -> Answer[Quote]:  # fmt: skip
    """The quote of a rule. Its arguments hold every figure the shopper is shown: asked again, another one refuses.

    `refund` and `fee` in minor units; the refund less the fee is shared out over the payments, never more than is left
    of them. Money for a gift card that has expired goes to a new one.
    """
    order, currency = case.order, case.order.total.currency
    refund = min(refund, sums.left(order))
    parts = sums.shares(order, max(0, refund - fee), case.market.refund_order)
    renewed = sums.reissued(order, case.today)
    refunds = [
        {"method": method, "minor": minor, **({"renewed": True} if renewed and method == "gift_card" else {})}
        for method, minor in parts
    ]
    arguments = {"order": order.number, "customer": order.customer, **arguments, "fee": fee, "refunds": refunds}
    shares = shares_of(arguments, currency)
    method = shares[0][0] if len(shares) == 1 else ORIGINAL_METHODS if shares else ""
    quote = Quote(
        verb, arguments, order, tuple(lines), refund=Money(refund, currency), method=method,
        fee=Money(fee, currency), shares=shares, version=order.version, **fields,
    )  # fmt: skip
    return Answer(AnswerStatus.DONE, quote, detail=detail or {})
