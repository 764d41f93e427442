"""Asked to tell when something has happened: what is promised, and until when; bot/skills/notices.py looks after it.

What has happened already, or cannot happen, is answered as a question about it.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot import opt_in
from bot.commerce import Order, Shop
from bot.conversation import Access, SlotSpan
from bot.decision import NOTIFY
from bot.delivery import WAITING, latest, parts
from bot.facts import Act, Day, Fact, Text
from bot.promises import LASTS, Awaited, Promise
from bot.skill import Outcome, Request, Skill
from bot.skills import product_question, refund_status, track_order
from bot.skills.notices import promised_day, undecided
from bot.skills.orders import or_spoken_of, pick_order

# intent → what is awaited where the words leave it open; "": what comes next in the order
INTENTS = {
    "order_status": "",
    "delivery_delay": Awaited.DELAYED,
    "refund_status": Awaited.REFUNDED,
    "product_availability": Awaited.BACK,
}


def fits(intent: str, text: str, spans: Sequence[SlotSpan]) -> bool:
    """The words ask to be told."""
    return opt_in.asked(text) is not None


async def run(shop: Shop, request: Request) -> Outcome:
    named = request.slots.get("notice", "")
    if named == opt_in.APPROVED:
        return _approved(request)
    awaited = named if named in list(Awaited) else INTENTS.get(request.intent, "")
    if awaited == Awaited.BACK:
        return await _back(shop, request)
    needed = Access.ORDER if awaited == Awaited.REFUNDED else Access.DELIVERY
    proof = request.proof
    if proof is None or not proof.opens(request.slots.get("order_id", ""), needed):
        return Outcome(Act("ask:order_id"), needs=needed)
    order = await pick_order(shop, request, or_spoken_of(request, lambda order: _to_come(order, awaited, request)))
    if isinstance(order, Outcome):
        return order
    chosen = replace(request, slots={**request.slots, "order_id": order.number})
    if awaited == Awaited.REFUNDED:
        return _refunded(order, chosen)
    return await _delivery(shop, order, awaited, chosen)


def _to_come(order: Order, awaited: str, request: Request) -> bool:
    """Whether what is awaited may still happen to the order."""
    if awaited == Awaited.REFUNDED:
        return refund_status.waits(order) or undecided(order.number, request.approvals)
    return any(part.under_way for part in parts(order)) if awaited == Awaited.DELAYED else bool(_lines_here(order))


def _approved(request: Request) -> Outcome:
    """What staff decide is told anyhow: it is the answer to what was asked for."""
    number = request.slots.get("order_id", "")
    waits = undecided(number, request.approvals) if number else bool(request.approvals)
    return Outcome(Act("done:notify/approved" if waits else "refused:notify/approved"))


# --- orders ----------------------------------------------------------------------------------------------------------


async def _delivery(shop: Shop, order: Order, awaited: str, request: Request) -> Outcome:
    here = _lines_here(order)
    if here and awaited != Awaited.DELAYED:
        return _promised(order, Awaited.SENT, here, request)
    under_way = any(part.under_way for part in parts(order))
    if not under_way or latest(order, request.today) or awaited == Awaited.SENT:
        return await track_order.run(shop, request)
    day = promised_day(order)
    return _promised(order, Awaited.DELAYED, (day.isoformat(),) if day else (), request)


def _lines_here(order: Order) -> tuple[str, ...]:
    """Ids of the lines that have not left."""
    return tuple(line.id for line in order.lines if line.state in WAITING)


def _refunded(order: Order, request: Request) -> Outcome:
    status = refund_status.told(order, request)
    if status.act.name not in refund_status.ON_ITS_WAY and not undecided(order.number, request.approvals):
        return status
    done = tuple(refund.id for refund in order.refunds if refund.state == "done")
    return _promised(order, Awaited.REFUNDED, done, request)


def _promised(order: Order, awaited: Awaited, seen: tuple[str, ...], request: Request) -> Outcome:
    proof = request.proof
    if proof is None:
        raise ValueError("an order's notice is promised to somebody who is known")
    until = request.now + LASTS
    promise = Promise(awaited, order.number, until, seen, proof.access, proof.customer, proof.market)
    facts: dict[str, Fact] = {"order": Text(order.number), "until": Day(request.day(until))}
    return Outcome(Act(f"done:notify/{awaited}", facts), slots={"order_id": order.number}, promise=promise)


# --- goods -----------------------------------------------------------------------------------------------------------


async def _back(shop: Shop, request: Request) -> Outcome:
    request = replace(request, intent="product_availability")
    product = await product_question.pick(shop, request)
    if isinstance(product, Outcome):
        return product
    skus = request.slots.get("skus")
    wanted = product_question.asked(product, request) if skus is None else product_question.of_skus(product, skus)
    if not wanted or any(variant.stock > 0 for variant in wanted):
        return product_question.told(product, request)
    until = request.now + LASTS
    subject = product_question.waited_for(product, wanted)
    facts = {**product_question.about(product, wanted, request), "until": Day(request.day(until))}
    return Outcome(
        Act("done:notify/back", facts), slots={"product": product.id},
        promise=Promise(Awaited.BACK, subject, until, market=request.market),
    )  # fmt: skip


SKILL = Skill(
    name=NOTIFY,
    intents=tuple(INTENTS),
    run=run,
    acts=(
        *(f"done:notify/{awaited}" for awaited in (*Awaited, opt_in.APPROVED)),
        "refused:notify/approved",
        "refused:notify/too_many",
        *track_order.SKILL.acts,
        *refund_status.SKILL.acts,
        *product_question.SKILL.acts,
    ),
    slots=("notice", "order_id", "contact", "product", "size", "color", "skus"),
    fits=fits,
)
