"""Send delivered lines back: registered now, with a label; the money follows when they have arrived."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, Line, LineState, Order, Quote
from bot.shop import sums
from bot.shop import tables as t
from bot.shop.reasons import known
from bot.shop.verbs import effects
from bot.shop.verbs.verb import GONE, Arguments, Case, Deed, Verb, fewer, live, named, quoted, refused, taken


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """`lines`: ids, all delivered ones when left out; `quantities`: line id → pieces, where not all; `reason`.

    A quote covers the lines that may come back, and their delivery too where all of it does and the law says so.
    `detail`: "left_out" names the others asked for and their rule, "until" is the last day of the window (ISO 8601),
    "free" lists the reasons for which no fee is taken.
    """
    order, reason = case.order, str(arguments.get("reason", ""))
    if not live(order):
        return refused("cancelled")
    found = named(order, arguments.get("lines") or ())
    asked = None if found is None else taken(found or may_be_meant(order), arguments.get("quantities") or {})
    if asked is None:
        return refused("not_found")
    rules = {line.id: no_return(case, line) for line in asked}
    lines = [line for line in asked if not rules[line.id]]
    detail: dict[str, Any] = {"free": sorted(case.market.free_return)} if case.market.return_fee.minor else {}
    days = [day for line in lines or asked if (day := last_day(case, line))]
    if days:
        detail["until"] = min(days).isoformat()
    if left_out := {line_id: rule for line_id, rule in rules.items() if rule}:
        detail["left_out"] = left_out
    if not lines:
        return refused(next(iter(left_out.values())), **detail)
    delivery = order.delivery_fee.minor if case.market.delivery_back and _all_of_it(order, lines) else 0
    amount = min(sums.left(order), sum(line.price.minor for line in lines) + delivery)
    fee = 0 if known(reason) in case.market.free_return else min(amount, case.market.return_fee.minor)
    values = {"lines": [line.id for line in lines], "quantities": fewer(order, lines), "reason": reason}
    return quoted("return", case, lines, values, refund=amount, fee=fee, detail=detail)


def _all_of_it(order: Order, lines: Sequence[Line]) -> bool:
    """Whether nothing of the order is kept once these lines are back."""
    back = {line.id for line in lines} - fewer(order, lines).keys()
    return all(line.id in back or line.state in GONE for line in live(order))


def may_be_meant(order: Order) -> Sequence[Line]:
    """No line named: what was delivered; else what was sent back; else everything that is on its way."""
    gone = [line for line in order.lines if line.state in GONE]
    return order.delivered_lines or (
        gone if len(gone) == len(live(order)) else [line for line in live(order) if line not in gone]
    )


def no_return(case: Case, line: Line) -> str:
    """The rule that forbids to return or exchange this line, or ""."""
    if line.state is LineState.CANCELLED:
        return "cancelled"
    if line.state in GONE:
        exchanged = any(item.kind == "exchange" and line.id in item.line_ids for item in case.order.returns)
        return "in_exchange" if exchanged else "nothing_left"
    if line.state is not LineState.DELIVERED:
        return "not_delivered"
    if case.categories.get(line.id, "") in case.market.not_returnable:
        return "not_returnable"
    return "window_over" if (last := last_day(case, line)) and case.today > last else ""


def last_day(case: Case, line: Line) -> date | None:
    """The last day of the return window: counted from the last parcel, the day of delivery being day 0.

    What was sent in exchange has its own parcel and its own window, and gives the rest of the order no longer one. None
    while nothing has come.
    """
    order = case.order
    later = {other.parcel_id for other in order.lines if other.replaces}
    later -= {other.parcel_id for other in order.lines if not other.replaces}
    parcels = [
        parcel for parcel in order.parcels if (parcel.id == line.parcel_id if line.replaces else parcel.id not in later)
    ]
    days = [case.day(parcel.delivered_at) for parcel in parcels if parcel.delivered_at]
    return case.market.return_until(max(days), case.day(order.placed_at)) if days else None


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    await opened(connection, deed, "return")
    await effects.event(connection, deed.quote.order, deed.now, "return_opened", effects.listed(deed), deed.actor)


async def opened(connection: AsyncConnection, deed: Deed, kind: str) -> list[str]:
    """The lines of the quote in a new return or exchange with its label; their ids."""
    quote = deed.quote
    ids = await effects.move_lines(connection, deed, LineState.RETURN_OPEN)
    place = await effects.next_place(connection, t.Returns, quote.order)
    return_id = f"{quote.order.number}-R{place + 1}"
    await effects.insert(
        connection, t.Returns, id=return_id, order_number=quote.order.number, position=place, kind=kind,
        reason=quote.arguments["reason"], state="open", label_url=f"{deed.shop_url}/returns/{return_id}", at=deed.now,
        refund=quote.refund.minor if quote.refund else 0, fee=quote.fee.minor if quote.fee else 0,
        shares=[{"method": share["method"], "minor": share["minor"]} for share in quote.arguments["refunds"]],
    )  # fmt: skip
    for position, line_id in enumerate(ids):
        await effects.insert(connection, t.ReturnLines, return_id=return_id, line_id=line_id, position=position)
    return ids


VERB = Verb("return", quote, effect)
