"""Another day of delivery for what is not packed yet: a working day of the market, not before the promised one."""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, AnswerStatus, Quote
from bot.shop import tables as t
from bot.shop.reads import col, table
from bot.shop.verbs import effects
from bot.shop.verbs.verb import Arguments, Case, Deed, Verb, gone_on, quoted, refused

MOST_DAYS = 30  # from today
SHOWN = 5


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """`day`: ISO 8601. A refusal names in `detail` the nearest `possible` days, and the `first` and `last` of all."""
    order = case.order
    if not order.open_lines:
        return refused(gone_on(order))
    days = possible(case)
    if not days:  # promised for later than anybody can choose
        return Answer(AnswerStatus.UNSUPPORTED)
    try:
        day = date.fromisoformat(str(arguments.get("day", "")))
    except ValueError:
        return _refused("no_day", days, days[0])
    if not days[0] <= day <= days[-1]:
        return _refused("day_range", days, day)
    if day not in days:
        return _refused("day_off", days, day)
    return quoted("delivery_day", case, order.open_lines, {"day": day.isoformat()}, harmless=True)


def possible(case: Case) -> list[date]:
    """Every day that may be chosen, in order."""
    first = max(case.order.promised or case.today, case.today + timedelta(days=1))
    last = case.today + timedelta(days=MOST_DAYS)
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    return [day for day in days if case.market.working.works(day)]


def _refused(reason: str, days: Sequence[date], wanted: date) -> Answer[Quote]:
    near = sorted(sorted(days, key=lambda day: abs(day - wanted))[:SHOWN])
    first, last = days[0].isoformat(), days[-1].isoformat()
    return refused(reason, possible=[day.isoformat() for day in near], first=first, last=last)


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    order, day = deed.quote.order, deed.quote.arguments["day"]
    query = sa.update(table(t.Orders)).where(col(t.Orders, "number") == order.number)
    await connection.execute(query.values(delivery_day=date.fromisoformat(day)))
    await effects.event(connection, order, deed.now, "delivery_day", day, deed.actor)


VERB = Verb("delivery_day", quote, effect)
