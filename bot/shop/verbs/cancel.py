"""Cancel what has not left of an order: all of it, single lines, or some pieces of a line."""

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, LineState, Quote
from bot.shop import sums
from bot.shop.verbs import effects
from bot.shop.verbs.verb import Arguments, Case, Deed, Verb, fewer, gone_on, live, named, quoted, refused, taken


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """What was paid for them back; all that was paid when nothing else of the order is left.

    `lines`: ids, all open ones when left out; `quantities`: line id → pieces, where not all of a line. The quote's
    "due" is what then is still to be paid of the order.
    """
    order = case.order
    asked = named(order, arguments.get("lines") or [line.id for line in order.open_lines])
    if asked is None:
        return refused("not_found")
    open_ = [line for line in asked if line.state is LineState.OPEN and not line.replaces]  # exchanges end with staff
    lines = taken(open_, arguments.get("quantities") or {})
    if lines is None:
        return refused("not_found")
    left_out = {line.id: "exchange" if line.replaces else line.state.value for line in asked if line not in open_}
    if not lines:
        reasons = list(left_out.values())
        reason = "exchange" if "exchange" in reasons else gone_on(order) or next(iter(reasons), "cancelled")
        return refused(reason, left_out=left_out)
    few = fewer(order, lines)
    whole = not few and len(lines) == len(live(order))
    amount = sums.left(order) if whole else sum(line.price.minor for line in lines)
    due = order.due.minor - sum(line.due.minor for line in lines if line.due)
    values = {"lines": [line.id for line in lines], "quantities": few, "due": due}
    return quoted("cancel", case, lines, values, refund=amount, detail={"left_out": left_out} if left_out else {})


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    """Lines cancelled, their stock back, the refund started with each payment's share."""
    await effects.move_lines(connection, deed, LineState.CANCELLED)
    for line in deed.quote.lines:
        await effects.restock(connection, line.sku, line.quantity)
    await effects.event(connection, deed.quote.order, deed.now, "cancelled", effects.listed(deed), deed.actor)
    await effects.start_refunds(connection, deed, "cancelled")


VERB = Verb("cancel", quote, effect)
