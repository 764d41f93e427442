"""The shopper's own words, put in with what has not been packed yet."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import GIFT_NOTE_LENGTH, Answer, Quote
from bot.shop import tables as t
from bot.shop.reads import col, table
from bot.shop.verbs import effects
from bot.shop.verbs.verb import Arguments, Case, Deed, Verb, gone_on, quoted, refused


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """`text`: the whole note, which replaces an older one; "" takes it out again."""
    order, text = case.order, " ".join(str(arguments.get("text", "")).split())
    if not order.open_lines:
        return refused(gone_on(order))
    if len(text) > GIFT_NOTE_LENGTH:
        return refused("too_long", length=len(text))
    if not text and not order.gift_note:
        return refused("no_note")
    return quoted("gift_note", case, order.open_lines, {"text": text}, harmless=True)


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    order, text = deed.quote.order, deed.quote.arguments["text"]
    await connection.execute(
        sa.update(table(t.Orders)).where(col(t.Orders, "number") == order.number).values(gift_note=text)
    )
    await effects.event(connection, order, deed.now, "gift_note", "put in" if text else "taken out", deed.actor)


VERB = Verb("gift_note", quote, effect)
