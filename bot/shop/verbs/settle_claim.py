"""Staff have dealt with a claim: it is no longer open. What they did about it they did by other verbs, or by hand."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, AnswerStatus, Claim, Order, Quote
from bot.shop import tables as t
from bot.shop.reads import col, table
from bot.shop.verbs import effects
from bot.shop.verbs.claim import open_claim
from bot.shop.verbs.verb import Arguments, Case, Deed, Verb, refused


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """The arguments are those that the claim was made with."""
    if _claim(case.order, arguments) is None:
        return refused("nothing_left")
    return Answer(AnswerStatus.DONE, Quote("settle_claim", dict(arguments), case.order, version=case.order.version))


def _claim(order: Order, arguments: Arguments) -> Claim | None:
    return open_claim(order, str(arguments.get("kind", "")), str(arguments.get("parcel", "")), arguments["lines"])


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    order = deed.quote.order
    if (claim := _claim(order, deed.quote.arguments)) is None:
        raise ValueError(f"{order.number} has no such open claim: a rule that let it through is wrong")
    rows = sa.update(table(t.Claims)).where(col(t.Claims, "id") == claim.id)
    await connection.execute(rows.values(state="settled"))
    await effects.event(connection, order, deed.now, "claim_settled", claim.kind, deed.actor)


VERB = Verb("settle_claim", quote, effect)
