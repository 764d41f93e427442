"""Send a delivered line back for another size or colour of the same product, or for the same once more.

The replacement is reserved at once and joins the order as an open line of its own. What is cheaper is settled with the
return, what is dearer is due: it stays out of the line's price until it is paid.
"""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, Line, LineState, Quote, Variant
from bot.facts import Localised
from bot.shop import tables as t
from bot.shop.reads import col, table
from bot.shop.verbs import effects, send_back
from bot.shop.verbs.verb import Arguments, Case, Deed, Verb, fewer, live, named, quoted, refused, taken


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """`lines`: the id of one line; `quantities`: line id → pieces, where not all; `sku`: of the same product, the
    line's own when left out; `reason`.

    The line keeps what was paid for it; only the difference of today's prices of the two is settled. `detail`: "until"
    is the last day of the window, "link" where a difference can be paid.
    """
    order = case.order
    if not live(order):
        return refused("cancelled")
    found = named(order, arguments.get("lines") or ())
    asked = None if found is None or len(found) != 1 else taken(found, arguments.get("quantities") or {})
    if asked is None:
        return refused("not_found")
    [line] = asked
    last = send_back.last_day(case, line)
    detail = {"until": last.isoformat()} if last else {}
    if line.state is LineState.OPEN:
        return refused("not_shipped")
    if rule := send_back.no_return(case, line):
        return refused("nothing_left" if rule == "in_exchange" else rule, **detail)
    if line.due:
        return refused("unpaid", link=order.pay_url)
    product = case.goods.get(line.product_id)
    sku = arguments.get("sku") or line.sku
    variants = {variant.sku: variant for variant in product.variants} if product else {}
    if sku not in variants:
        return refused("other_product" if sku != line.sku else "out_of_stock", **detail)
    new = variants[sku]
    if new.stock < line.quantity:
        return refused("out_of_stock", **detail)
    more = _difference(line, variants.get(line.sku), new)
    values = {
        "lines": [line.id], "quantities": fewer(order, asked), "reason": str(arguments.get("reason", "")), "sku": sku,
        "options": _options(new, case.market.language), "price": max(0, line.price.minor + more), "due": max(0, more),
    }  # fmt: skip
    cheaper = line.price.minor - values["price"]
    return quoted("exchange", case, asked, values, refund=max(0, cheaper), detail=detail | {"link": order.pay_url})


def _difference(line: Line, old: Variant | None, new: Variant) -> int:
    """What the new one costs more today than the old one; than was paid, where the old one is no longer sold."""
    before = old.price.minor * line.quantity if old else line.price.minor
    return new.price.minor * line.quantity - before


def _options(variant: Variant, language: str) -> str:
    return ", ".join(filter(None, (Localised(variant.color.texts).text(language), variant.size)))


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    """The old line in an exchange, the new one open and taken from the stock, the order's total up by what is due."""
    quote, order = deed.quote, deed.quote.order
    values, [line] = quote.arguments, quote.lines
    [old_id] = await send_back.opened(connection, deed, "exchange")
    await effects.restock(connection, values["sku"], -line.quantity)
    old = sa.select(table(t.Lines)).where(col(t.Lines, "id") == old_id)
    row = (await connection.execute(old)).mappings().one()
    place = await effects.next_place(connection, t.Lines, order)
    replacement = {
        **row, "id": f"{order.number}-{place + 1}x", "position": place, "sku": values["sku"],
        "options": values["options"], "price": values["price"], "adjusted": None, "due": values["due"] or None,
        "state": LineState.OPEN.value, "replaces": old_id, "parcel_id": None,
    }  # fmt: skip
    await effects.insert(connection, t.Lines, **replacement)
    await effects.add_to_total(connection, order, values["due"])
    text = f"{effects.listed(deed)} for {values['sku']}"
    await effects.event(connection, order, deed.now, "exchange_opened", text, deed.actor)


VERB = Verb("exchange", quote, effect)
