"""Give back what a line has become cheaper by, within the days that the owner allows: once for each line."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, Line, LineState, Quote
from bot.shop import sums
from bot.shop import tables as t
from bot.shop.reads import col, table
from bot.shop.verbs import effects
from bot.shop.verbs.verb import GONE, Arguments, Case, Deed, Verb, live, named, quoted, refused


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """`lines`: ids, every line of the order when left out; those whose price has fallen are quoted.

    `detail`: "until" is the last day (ISO 8601).
    """
    order, days = case.order, case.market.price_match_days
    if not live(order):
        return refused("cancelled")
    found = named(order, arguments.get("lines") or ())
    if found is None:
        return refused("not_found")
    if not days:
        return refused("unsupported")
    last = case.day(order.placed_at) + timedelta(days=days)
    detail = {"until": last.isoformat()}
    if case.today > last:
        return refused("price_window", **detail)
    asked = found or live(order)
    rules = {line.id: _no_match(line) for line in asked}
    falls: dict[str, int] = {}
    left = sums.left(order)
    if not left:
        return refused("unpaid")
    for line in (line for line in asked if not rules[line.id]):
        if fall := min(left, line.price.minor, line.worth.minor - _price_now(case, line)):
            falls[line.id], left = fall, left - fall
    if not falls:
        return refused(next(iter(filter(None, rules.values())), "not_cheaper"), **detail)
    lines = [line for line in asked if line.id in falls]
    values = {"lines": [line.id for line in lines], "falls": falls}
    return quoted("price_match", case, lines, values, refund=sum(falls.values()), detail=detail)


def _no_match(line: Line) -> str:
    """Why nothing is given back of this line's price, or ""."""
    if line.adjusted is not None:
        return "matched"
    if line.state is LineState.CANCELLED:
        return "cancelled"
    if line.state in GONE:
        return "nothing_left"
    return "not_cheaper" if line.replaces else ""  # an exchange was settled at the prices of its day


def _price_now(case: Case, line: Line) -> int:
    """What the line costs today; what it did, where it is no longer sold or is dearer now."""
    product = case.goods.get(line.product_id)
    prices = [variant.price.minor for variant in (product.variants if product else ()) if variant.sku == line.sku]
    return min([line.worth.minor, *(price * line.quantity for price in prices)])


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    for line_id, fall in deed.quote.arguments["falls"].items():
        line = sa.update(table(t.Lines)).where(col(t.Lines, "id") == line_id)
        await connection.execute(line.values(adjusted=fall))
    await effects.event(connection, deed.quote.order, deed.now, "price_matched", effects.listed(deed), deed.actor)
    await effects.start_refunds(connection, deed, "price_match")


VERB = Verb("price_match", quote, effect)
