"""A voucher to make up for something: a sum off one later order of the same market. Staff alone give it."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, Quote
from bot.facts import Money
from bot.shop import tables as t
from bot.shop.money import to_minor, to_text
from bot.shop.verbs import effects
from bot.shop.verbs.verb import Arguments, Case, Deed, Verb, quoted, refused

VALID = timedelta(days=180)  # a day within the year: it is said without one


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """`amount` in the order's currency ("10.00") and a `code` that nobody can guess."""
    currency, code = case.order.total.currency, str(arguments.get("code", ""))
    try:
        worth = Money(to_minor(str(arguments.get("amount", "")), currency), currency)
    except ValueError:
        return refused("bad_amount")
    if not worth.minor or not code:
        return refused("bad_amount")
    last = date.fromisoformat(arguments["last"]) if "last" in arguments else case.today + VALID
    values = {"amount": to_text(worth), "code": code, "last": last.isoformat()}
    answer = quoted("voucher", case, [], values)
    return replace(answer, value=replace(answer.value, refund=worth)) if answer.value else answer


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    """A promotion that can be used once, which nobody is told of but him."""
    told, order = deed.quote.arguments, deed.quote.order
    worth = {order.total.currency: deed.quote.refund.minor}
    await effects.insert(
        connection, t.Promotions, code=told["code"], text={"en": "A voucher from us", "zh": "本店赠送的优惠券"},
        percent=0, amounts=worth, minimum={}, first=None, last=date.fromisoformat(told["last"]), categories=[],
        products=[], markets=[order.market], public=False, once=True, first_order=False, used=0, most=1,
    )  # fmt: skip
    text = f"{told['amount']} {order.total.currency}"
    await effects.event(connection, order, deed.now, "voucher_given", text, deed.actor)


VERB = Verb("voucher", quote, effect)
