"""Another size or colour of the same product, or another number of pieces, in place of what was ordered.

Like for like: pieces that are swapped move by the difference of the two variants' prices of today, so that a discount
they were bought with stays; further pieces cost what they cost today.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, Line, LineState, Order, Product, Quote, Variant
from bot.shop import sums, variants
from bot.shop import tables as t
from bot.shop.reads import col, table
from bot.shop.verbs import effects
from bot.shop.verbs.verb import ARRIVED, Arguments, Case, Deed, Verb, named, quoted, refused, taken


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """What the change costs or gives back.

    `line`: its id; `wanted`: words that name size or colour, or `sku`: the variant itself; `pieces`: how many of the
    line are changed, where not all; `quantity`: how many there are to be of them then. A refusal names in `detail`
    what is possible: `possible` (sku, size and colour of what is in stock) or `left` (the most pieces).
    """
    order = case.order
    found = named(order, [str(arguments.get("line"))])
    if found is None:
        return refused("not_found")
    if found[0].state is not LineState.OPEN:
        return refused("delivered" if found[0].state in ARRIVED else found[0].state.value)
    if found[0].replaces:  # an exchange ends with staff
        return refused("unsupported")
    some = taken(found, {found[0].id: arguments["pieces"]} if arguments.get("pieces") else {})
    quantity = arguments.get("quantity") or (some[0].quantity if some else 0)
    if some is None or quantity < 1:
        return refused("not_found")
    (line,) = some
    product = case.goods.get(line.product_id)
    if product is None or not product.variants:
        return refused("not_available", possible=[])
    variant = _variant(product, line, arguments)
    if isinstance(variant, Answer):
        return variant
    same = variant.sku == line.sku
    if same and quantity == line.quantity:
        return refused("same")
    most = variant.stock + (line.quantity if same else 0)
    if quantity > most:
        return refused("too_few", left=most) if most else refused("not_available", possible=_others(product, line))
    return _priced(case, line, product, variant, quantity)


# --- which variant ---------------------------------------------------------------------------------------------------


def _variant(product: Product, line: Line, arguments: Arguments) -> Variant | Answer[Any]:
    """The variant meant, or the refusal that says what there is: what is not named stays as it was ordered."""
    now = next((variant for variant in product.variants if variant.sku == line.sku), None)
    if sku := arguments.get("sku"):
        fitting = [variant for variant in product.variants if variant.sku == sku]
    elif words := str(arguments.get("wanted") or ""):
        fitting = variants.fitting(product.variants, now, words)
    else:
        fitting = [now] if now else []
        if not fitting or not arguments.get("quantity"):
            return refused("which", possible=_others(product, line))
    if len(fitting) > 1:
        return refused("which", possible=_json(variant for variant in fitting if variant.stock))
    if not fitting or (not fitting[0].stock and fitting[0] is not now):
        return refused("not_available", possible=_others(product, line, str(arguments.get("wanted") or "")))
    return fitting[0]


def _others(product: Product, line: Line, words: str = "") -> list[dict[str, Any]]:
    """Other variants that can be had, the nearest first."""
    near = variants.nearest(product.variants, words)
    return _json(one for one in near if one.stock and one.sku != line.sku)


def _json(found: Iterable[Variant]) -> list[dict[str, Any]]:
    return [{"sku": one.sku, "size": one.size, "color": one.color.texts} for one in found]


# --- what it costs ---------------------------------------------------------------------------------------------------


def _priced(case: Case, line: Line, product: Product, variant: Variant, quantity: int) -> Answer[Quote]:
    order, before = case.order, line.worth.minor
    now = next((one for one in product.variants if one.sku == line.sku), None)
    price = quantity * variant.price.minor
    if now:  # pieces that stay keep their price and move by the difference; fewer ones give their part back
        stay = min(quantity, line.quantity)
        kept = before - sums.part(before, line.quantity, line.quantity - stay)
        more = (quantity - stay) * variant.price.minor
        price = max(0, kept + stay * (variant.price.minor - now.price.minor) + more)
    difference, due = price - before, line.due.minor if line.due else 0
    charged = difference if difference > 0 and _takes_money(order) else 0
    unpaid = min(due, max(0, -difference))  # of what is still due so much is no longer asked for
    values = {
        "line": line.id, "pieces": line.quantity, "sku": variant.sku, "quantity": quantity,
        "options": described(variant, case.market.language), "price": price, "total": order.total.minor + difference,
        "due": due + charged - unpaid,
    }  # fmt: skip
    return quoted("change_items", case, [line], values, refund=max(0, -difference) - unpaid, fee=charged)


def _takes_money(order: Order) -> bool:
    """Whether a difference is asked for by itself; of an order not paid at all the whole sum is still open."""
    return any(payment.state in ("paid", "authorised") for payment in order.payments)


def described(variant: Variant, language: str) -> str:
    """A line's options as an order of this variant shows them: "navy, M"."""
    return ", ".join(filter(None, (variant.color.text(language), variant.size)))


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    """The line becomes the other variant, stock of both moves, and the difference is given back or left to be paid."""
    order, new, (line,) = deed.quote.order, deed.quote.arguments, deed.quote.lines
    line_id = await effects.split(connection, order, line)
    still_open = col(t.Lines, "state") == LineState.OPEN.value
    lines = sa.update(table(t.Lines)).where(col(t.Lines, "id") == line_id, still_open)
    price = new["price"] + sa.func.coalesce(col(t.Lines, "adjusted"), 0)
    values = {name: new[name] for name in ("sku", "options", "quantity")} | {"price": price, "due": new["due"] or None}
    if (await connection.execute(lines.values(**values))).rowcount != 1:
        raise ValueError(f"line {line_id} is not open and may not be changed")
    await effects.restock(connection, line.sku, line.quantity)
    await effects.restock(connection, new["sku"], -new["quantity"])
    await effects.add_to_total(connection, order, new["total"] - order.total.minor)
    text = f"{line.name.text('en')}: {line.sku} × {line.quantity} to {new['sku']} × {new['quantity']}"
    await effects.event(connection, order, deed.now, "items_changed", text, deed.actor)
    await effects.start_refunds(connection, deed, "items changed")


VERB = Verb("change_items", quote, effect)
