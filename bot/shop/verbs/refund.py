"""Give back what is owed without a return: for lines that were cancelled and never refunded, or lost on their way."""

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, Line, LineState, Order, Quote
from bot.shop import sums
from bot.shop.verbs import effects
from bot.shop.verbs.verb import GONE, Arguments, Case, Deed, Verb, live, quoted, refused

PAYS = frozenset({"cancelled", "lost"})  # reasons of refunds that pay for what was cancelled; no other one does


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """The price of lines in parcels that are lost and of cancelled ones, less what went back for these already.

    The whole payment, delivery included, when nothing else of the order is left. Takes no arguments.
    """
    order = case.order
    lost = _lost(order)
    kept = [line for line in live(order) if line not in lost]
    amount = sums.left(order) if not kept else min(_owed(order, lost), _spare(order, kept))
    if not amount:
        paid = any(payment.state == "paid" for payment in order.payments)
        return refused("not_owed" if paid else "unpaid")
    return quoted("refund", case, lost, {"lines": [line.id for line in lost]}, refund=amount)


def _lost(order: Order) -> list[Line]:
    lost = {parcel.id for parcel in order.parcels if parcel.state == "lost"}
    return [line for line in order.lines if line.state is LineState.SHIPPED and line.parcel_id in lost]


def _owed(order: Order, lost: list[Line]) -> int:
    """For the lost lines, and for cancelled ones what no refund has paid for. What was an exchange is for staff."""
    cancelled = [line for line in order.lines if line.state is LineState.CANCELLED and not line.replaces]
    gone_back = sum(refund.amount.minor for refund in order.refunds if refund.reason in PAYS)
    open_ = max(0, sum(line.price.minor for line in cancelled) - gone_back)
    return open_ + sum(line.price.minor for line in lost)


def _spare(order: Order, kept: list[Line]) -> int:
    """What is left of the payments beyond the price of what the shopper keeps, its delivery and the fees of returns."""
    price = sum(line.price.minor for line in kept if line.state not in GONE)
    fees = sum(item.fee.minor for item in order.returns if item.fee)
    delivery = order.delivery_fee.minor - sums.delivery_back(order)
    return max(0, sums.left(order) - price - delivery - fees)


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    order, lost = deed.quote.order, deed.quote.lines
    if lost:
        await effects.move_lines(connection, deed, LineState.CANCELLED)
        await effects.event(connection, order, deed.now, "lost", effects.listed(deed), "shop")
    await effects.event(connection, order, deed.now, "refund_asked", "for what was cancelled or lost", deed.actor)
    await effects.start_refunds(connection, deed, "lost" if lost else "cancelled")


VERB = Verb("refund", quote, effect)
