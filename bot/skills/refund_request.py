"""Money back without a return where a rule gives it: a price that fell, an order cancelled or lost and not refunded.

Otherwise the way to the money is another request: send it back, cancel it, or wait for it. What no rule covers, a sum
to make up for something first of all, is a person's to decide.
"""

from typing import Any

from bot.commerce import Answer, AnswerStatus, LineState, Order, Quote, Shop
from bot.conversation import Access
from bot.facts import Act, Fact, Term, Text
from bot.skill import Mode, Outcome, Request, Skill, beside
from bot.skills import lines, money_back, refund_status
from bot.skills.orders import WHICH_ORDER, or_spoken_of, pick_order

FOR_A_PERSON = ("goodwill", "charge")  # slots.collect, "cause"


def confirm(quote: Quote) -> Act:
    """What is about to go back."""
    facts: dict[str, Fact] = {"order": Text(quote.arguments["order"]), "method": Term("method", quote.method)}
    return Act("confirm:refund_request", facts | ({"amount": quote.refund} if quote.refund else {}))


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, or_spoken_of(request, _may_be_meant))
    if isinstance(order, Outcome) or request.proof is None:
        return order
    settled, cause = {"order_id": order.number}, request.slots.get("cause", "")
    if cause in FOR_A_PERSON:
        return _refused(order, "unsupported", settled)
    if cause == "price":
        return await _price(shop, order, request, settled)
    answer = await shop.quote("refund", request.proof, order.number, {})
    if quote := answer.value:
        return Outcome(confirm(quote), slots=settled, quote=quote, cards=money_back.card(quote, request))
    if answer.status is not AnswerStatus.REFUSED or answer.reason not in ("not_owed", "unpaid"):
        return _refused(order, "unsupported", settled)
    return _other_way(order, answer.reason, cause, request, settled)


def _may_be_meant(order: Order) -> bool:
    return bool(order.delivered_lines) or order.state == "cancelled"


async def _price(shop: Shop, order: Order, request: Request, settled: dict[str, str]) -> Outcome:
    """The difference of a price that has fallen; of the items named, or of all that have become cheaper."""
    if request.proof is None:
        raise ValueError("a price is matched for somebody who is known")
    named = [line.id for line in await lines.arrived(shop, order, request)] if request.slots.get("products") else []
    answer: Answer[Quote] = await shop.quote("price_match", request.proof, order.number, {"lines": named})
    quote = answer.value
    if quote is None or quote.refund is None:
        return _refused(order, answer.reason or answer.status, settled, **answer.detail)
    facts: dict[str, Fact] = {
        "order": Text(order.number), "items": lines.items(quote.lines, order), "amount": quote.refund,
        "method": Term("method", quote.method),
    }  # fmt: skip
    act = Act("confirm:refund_request/price", facts)
    return Outcome(act, slots=settled, quote=quote, cards=money_back.card(quote, request))


def _other_way(order: Order, reason: str, cause: str, request: Request, settled: dict[str, str]) -> Outcome:
    """Nothing is owed as it stands: what is under way, or how the money comes back."""
    facts: dict[str, Fact] = {"order": Text(order.number)}
    if cause == "lost" and order.state not in ("open", "packed", "cancelled"):
        return Outcome(Act("inform:way/missing", facts), slots=settled, goes_on="delivery_problem")
    if order.delivered_lines:
        return Outcome(Act("inform:way/return", facts), slots=settled, goes_on="return_item")
    if order.refunds or order.returns:
        return refund_status.told(order, request)
    if order.open_lines:
        return Outcome(Act("inform:way/cancel", facts), slots=settled, goes_on="cancel_order")
    if reason == "unpaid":
        return _refused(order, "unpaid", settled)
    on_its_way = any(line.state in (LineState.PACKED, LineState.SHIPPED) for line in order.lines)
    return _refused(order, "not_delivered" if on_its_way else "unsupported", settled)


def _refused(order: Order, reason: str, settled: dict[str, str], **detail: Any) -> Outcome:
    return Outcome(
        Act(f"refused:refund_request/{reason}", {"order": Text(order.number), **beside(detail)}), slots=settled
    )


REFUSALS = (
    "price_window", "not_cheaper", "matched", "unpaid", "nothing_left", "cancelled", "not_delivered", "changed",
    "declined", "unsupported", "unknown",
)  # fmt: skip
SKILL = Skill(
    name="refund_request",
    intents=("refund_request",),
    run=run,
    mode=Mode.WRITE,
    acts=(
        *(f"{family}:refund_request{detail}" for family in ("confirm", "done") for detail in ("", "/price")),
        "pending:refund_request", "pending:refund_request/approval",
        *(f"refused:refund_request/{reason}" for reason in REFUSALS),
        "inform:way/return", "inform:way/cancel", "inform:way/missing", *refund_status.ACTS,
        *WHICH_ORDER,
    ),
    slots=("order_id", "contact", "products", "reason", "quantity", "cause", "amount"),
    access=Access.ORDER,
)  # fmt: skip
