"""The rules of after-sales: what a cancellation, an address change or a return would do, or why it may not be.

Pure functions over an order, the policy and the time; the same ones give the quote and re-check it before the write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.commerce import Answer, AnswerStatus, Line, LineState, Order, PostalAddress, Quote
from bot.facts import Money
from bot.shop.addresses import Unfit, readdress
from bot.shop.policy import Policy

ORIGINAL_METHODS = "original_methods"  # Quote.method when more than one payment gets its share back
_GONE = {LineState.RETURN_OPEN, LineState.RETURNED}
_ARRIVED = _GONE | {LineState.DELIVERED}


def refused(reason: str, **detail: Any) -> Answer[Any]:
    return Answer(AnswerStatus.REFUSED, reason=reason, detail=detail)


# --- cancel ----------------------------------------------------------------------------------------------------------


def cancel(order: Order) -> Answer[Quote]:
    """Cancel the open lines: their price back, the whole payment with the delivery fee when nothing else is left."""
    lines = order.open_lines
    if not lines:
        return refused(_gone_on(order))
    whole = len(lines) == len(_live(order))
    left = _left(order)
    amount = left if whole else min(left, sum(line.price.minor for line in lines))
    return _quote("cancel", order, lines, amount, {"lines": [line.id for line in lines]})


# --- change address --------------------------------------------------------------------------------------------------


def change_address(order: Order, parts: Mapping[str, str], policy: Policy) -> Answer[Quote]:
    """Send the order elsewhere while none of it is packed; what the new address lacks is asked for, never made up."""
    if reason := _gone_on(order):
        return refused(reason)
    address = readdress(order.address, parts, policy.market(order.market).countries)
    if isinstance(address, Unfit):
        return refused(address.reason, missing=address.missing) if address.missing else refused(address.reason)
    arguments = {"order": order.number, "customer": order.customer, "address": _json(address)}
    return Answer(
        AnswerStatus.DONE,
        Quote("change_address", arguments, order, order.open_lines, address=address, version=order.version),
    )


def change_address_again(order: Order, address: Mapping[str, Any]) -> Answer[Quote]:
    """Re-check a quoted change: the address was read when it was quoted and is taken as it stands."""
    if reason := _gone_on(order):
        return refused(reason)
    new = PostalAddress(**{**address, "lines": tuple(address["lines"])})
    arguments = {"order": order.number, "customer": order.customer, "address": _json(new)}
    return Answer(
        AnswerStatus.DONE,
        Quote("change_address", arguments, order, order.open_lines, address=new, version=order.version),
    )


# --- return ----------------------------------------------------------------------------------------------------------


def take_back(
    order: Order, line_ids: Sequence[str], reason: str, policy: Policy, now: datetime, categories: Mapping[str, str]
) -> Answer[Quote]:
    """Take delivered lines back (all of them when none is named); `categories`: line id → category id.

    A quote covers the lines that may come back; `detail["left_out"]` names the others asked for and their rule.
    """
    if not _live(order):
        return refused("cancelled")
    known = {line.id: line for line in order.lines}
    if any(line_id not in known for line_id in line_ids):
        return refused("not_found")
    asked = [known[line_id] for line_id in dict.fromkeys(line_ids)] or _may_be_meant(order)
    market = policy.market(order.market)
    over = _days_since_delivery(order, policy, now) > market.return_days
    rules = {line.id: _no_return(line, over, categories.get(line.id, "") in market.not_returnable) for line in asked}
    lines = tuple(line for line in asked if not rules[line.id])
    left_out = {line_id: rule for line_id, rule in rules.items() if rule}
    if not lines:
        return refused(next(iter(left_out.values())), left_out=left_out)
    amount = min(_left(order), sum(line.price.minor for line in lines))
    arguments = {"lines": [line.id for line in lines], "reason": reason}
    return _quote(
        "return", order, lines, amount, arguments, market.return_fee, {"left_out": left_out} if left_out else {}
    )


def _may_be_meant(order: Order) -> Sequence[Line]:
    """No line named: what was delivered; else what was sent back; else everything that is on its way."""
    gone = [line for line in order.lines if line.state in _GONE]
    return order.delivered_lines or (
        gone if len(gone) == len(_live(order)) else [line for line in _live(order) if line not in gone]
    )


def _no_return(line: Line, over: bool, excluded: bool) -> str:
    """The rule that forbids to return this line, or ""."""
    if line.state is LineState.CANCELLED:
        return "cancelled"
    if line.state in _GONE:
        return "nothing_left"
    if line.state is not LineState.DELIVERED:
        return "not_delivered"
    if excluded:
        return "not_returnable"
    return "window_over" if over else ""


def _days_since_delivery(order: Order, policy: Policy, now: datetime) -> int:
    """Whole days in the shop's zone since the last parcel came; the day of delivery itself is day 0."""
    days = [parcel.delivered_at.astimezone(policy.shop.zone).date() for parcel in order.parcels if parcel.delivered_at]
    return (now.astimezone(policy.shop.zone).date() - max(days)).days if days else 0


# --- parts of them all -----------------------------------------------------------------------------------------------


def again(
    verb: str, order: Order, arguments: Mapping[str, Any], policy: Policy, now: datetime, categories: Mapping[str, str]
) -> Answer[Quote]:
    """Work a confirmed quote out once more; REFUSED/"changed" unless it is what the shopper said yes to."""
    match verb:
        case "cancel":
            answer = cancel(order)
        case "change_address":
            answer = change_address_again(order, arguments["address"])
        case "return":
            answer = take_back(order, arguments["lines"], arguments["reason"], policy, now, categories)
        case _:
            return Answer(AnswerStatus.UNSUPPORTED)
    same = answer.value is None or answer.value.arguments == dict(arguments)
    return answer if same else refused("changed")


def shares(order: Order, amount: int) -> list[tuple[str, int]]:
    """Which method gets how much of `amount` back: in the order they paid, each up to what is left of it."""
    left: dict[str, int] = {}
    for payment in order.payments:
        if payment.state == "paid":
            left[payment.method] = left.get(payment.method, 0) + payment.amount.minor
    for refund in order.refunds:
        left[refund.method] = left.get(refund.method, 0) - refund.amount.minor
    parts = []
    for method, most in left.items():
        share = min(amount, max(most, 0))
        amount -= share
        if share:
            parts.append((method, share))
    return parts


def _quote(
    verb: str,
    order: Order,
    lines: Sequence[Line],
    amount: int,
    arguments: dict[str, Any],
    fee: Money | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Answer[Quote]:
    """The arguments hold every figure the shopper is shown: a re-check that finds another one refuses."""
    refunds = shares(order, amount)
    arguments = {
        "order": order.number,
        "customer": order.customer,
        **arguments,
        "fee": fee.minor if fee else 0,
        "refunds": [{"method": method, "minor": minor} for method, minor in refunds],
    }
    method = refunds[0][0] if len(refunds) == 1 else ORIGINAL_METHODS if refunds else ""
    refund = Money(sum(minor for _, minor in refunds), order.total.currency)
    quote = Quote(verb, arguments, order, tuple(lines), refund=refund, method=method, fee=fee, version=order.version)
    return Answer(AnswerStatus.DONE, quote, detail=detail or {})


def _left(order: Order) -> int:
    """What was paid and not given back, in minor units; money only authorised was never taken."""
    paid = sum(payment.amount.minor for payment in order.payments if payment.state == "paid")
    return max(0, paid - sum(refund.amount.minor for refund in order.refunds))


def _live(order: Order) -> list[Line]:
    return [line for line in order.lines if line.state is not LineState.CANCELLED]


def _gone_on(order: Order) -> str:
    """How far the order has gone, as the reason of a refusal; "" while every line of it is open."""
    states = {line.state for line in _live(order)}
    if not states:
        return "cancelled"
    if states <= _ARRIVED:
        return "delivered"
    if states - {LineState.OPEN, LineState.PACKED}:
        return "shipped"
    return "packed" if LineState.PACKED in states else ""


def _json(address: PostalAddress) -> dict[str, Any]:
    return {**asdict(address), "lines": list(address.lines)}
