"""Send an order elsewhere, or to somebody else, while none of it is packed."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, PostalAddress, Quote
from bot.shop import tables as t
from bot.shop.addresses import Unfit, readdress
from bot.shop.reads import col, table
from bot.shop.verbs import effects
from bot.shop.verbs.verb import Arguments, Case, Deed, Verb, gone_on, quoted, refused

PARTS = ("address", "city", "postcode", "country", "recipient", "phone")


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """What the new address lacks is asked for, never made up.

    `PARTS` as the shopper gave them, or `new`: a whole address that was quoted before and is taken as it stands.
    """
    order = case.order
    if reason := gone_on(order):
        return refused(reason)
    if "new" in arguments:
        address: PostalAddress | Unfit = _address(arguments["new"])
    else:
        parts = {part: arguments[part] for part in PARTS if arguments.get(part)}
        address = readdress(order.address, parts, case.market.countries)
    if isinstance(address, Unfit):
        return refused(address.reason, missing=address.missing) if address.missing else refused(address.reason)
    return quoted("change_address", case, order.open_lines, {"new": _json(address)}, address=address)


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    order = sa.update(table(t.Orders)).where(col(t.Orders, "number") == deed.quote.order.number)
    await connection.execute(order.values(address=deed.quote.arguments["new"]))
    text = "delivery address or recipient changed"
    await effects.event(connection, deed.quote.order, deed.now, "address_changed", text, deed.actor)


def _address(value: Mapping[str, Any]) -> PostalAddress:
    return PostalAddress(**{**value, "lines": tuple(value["lines"])})


def _json(address: PostalAddress) -> dict[str, Any]:
    return {**asdict(address), "lines": list(address.lines)}


VERB = Verb("change_address", quote, effect)
