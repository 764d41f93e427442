"""Whether what was promised to be told has happened, by what the shop says now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.commerce import LineState, Order, Shop
from bot.conversation import Proof
from bot.delivery import WAITING, latest, parts
from bot.facts import Act, Day, Fact, Text
from bot.messages import Card
from bot.promises import Awaited, Promise
from bot.skill import Request
from bot.skills import parcels, product_question, refund_status


@dataclass(frozen=True, slots=True)
class Look:
    """`act`: it has happened, or cannot any more, and is told. Neither: not yet."""

    act: Act | None = None
    over: bool = False  # it cannot happen any more, and there is nothing to tell
    cards: tuple[Card, ...] = ()


async def look(shop: Shop, promise: Promise, request: Request) -> Look:
    """What has become of a promise."""
    if promise.awaited is Awaited.BACK:
        return await _back(shop, promise, request)
    proof = Proof(promise.access, promise.customer, promise.subject, request.now, promise.market)
    order = await shop.order(promise.subject, proof)
    if order is None:  # no longer his
        return Look(over=True)
    match promise.awaited:
        case Awaited.SENT:
            return _sent(order, promise, request)
        case Awaited.DELAYED:
            return _delayed(order, promise, request)
    return _refunded(order, promise, request)


# --- orders ----------------------------------------------------------------------------------------------------------


def _sent(order: Order, promise: Promise, request: Request) -> Look:
    """Told when the first of what he waited for has left; what then still waits is another promise."""
    waited = [line for line in order.lines if line.id in promise.seen] or list(order.lines)
    left = [line for line in waited if line.state not in WAITING | {LineState.CANCELLED}]
    if not left:
        gone = all(line.state is LineState.CANCELLED for line in waited)
        return _cancelled(order) if gone else Look()
    part = next(part for part in parts(order) if left[-1] in part.lines)
    name = "notice:sent/part" if any(line.state in WAITING for line in order.lines) else "notice:sent"
    return Look(Act(name, parcels.about(order, part), "warm"), cards=(parcels.card(part, request),))


def _cancelled(order: Order) -> Look:
    """He knows of it where he did it himself."""
    by_himself = any(event.kind == "cancelled" and event.actor == "shopper" for event in order.history)
    return Look(over=True) if by_himself else Look(Act("notice:cancelled", {"order": Text(order.number)}, "apologetic"))


def promised_day(order: Order) -> date | None:
    """The day by which all that is still to come was promised."""
    return max((part.due for part in parts(order) if part.due and part.under_way), default=None)


def _delayed(order: Order, promise: Promise, request: Request) -> Look:
    if order.state == "cancelled":
        return _cancelled(order)
    if not any(part.under_way for part in parts(order)):
        return Look(over=True)
    if order.as_of:  # old data: it may have arrived meanwhile
        return Look()
    if late := latest(order, request.today):
        act = replace(parcels.late_act(order, late, request.today), name="notice:late")
        return Look(act, cards=(parcels.card(late, request),))
    day = promised_day(order)
    if day and promise.seen and day > date.fromisoformat(promise.seen[0]):
        return Look(Act("notice:moved", {"order": Text(order.number), "day": Day(day)}, "apologetic"))
    return Look()


def _refunded(order: Order, promise: Promise, request: Request) -> Look:
    """Told once all that is under way has been paid out."""
    if any(refund.state == "started" for refund in order.refunds):
        return Look()
    new = [refund for refund in order.refunds if refund.id not in promise.seen]
    if new:
        facts: dict[str, Fact] = {"order": Text(order.number), **refund_status.money(order, new)}
        return Look(Act("notice:refunded", facts, "warm"))
    return Look(over=not (refund_status.waits(order) or undecided(order.number, request.approvals)))


def undecided(number: str, approvals: Sequence[str]) -> bool:
    """Whether staff have still to decide on something about the order; `approvals`: subjects of confirmations."""
    return any(f'"order": "{number}"' in subject for subject in approvals)


# --- goods -----------------------------------------------------------------------------------------------------------


async def _back(shop: Shop, promise: Promise, request: Request) -> Look:
    number, _, skus = promise.subject.partition("/")
    found = [item for item in await shop.search(number, limit=1, market=promise.market) if item.id == number]
    if not found:
        return Look(over=True)
    waited = product_question.of_skus(found[0], skus)
    there = tuple(variant for variant in waited if variant.stock > 0)
    return Look(Act("notice:back", product_question.about(found[0], there, request), "warm")) if there else Look()
