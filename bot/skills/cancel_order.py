"""Cancel what has not left of an order."""

from bot.commerce import AnswerStatus, Quote, Shop
from bot.conversation import Access
from bot.facts import Act, Fact, Many, Term, Text
from bot.skill import Mode, Outcome, Request, Skill
from bot.skills.orders import lines_card, pick_order


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, lambda order: order.state == "open")
    if isinstance(order, Outcome) or request.proof is None:
        return order
    answer = await shop.quote("cancel", request.proof, order.number, {})
    if answer.status is not AnswerStatus.DONE or answer.value is None:
        reason = answer.reason or answer.status
        return Outcome(
            Act(f"refused:cancel_order/{reason}", {"order": Text(order.number)}), slots={"order_id": order.number}
        )
    return Outcome(
        _confirm(answer.value),
        slots={"order_id": order.number},
        quote=answer.value,
        cards=(lines_card(order, answer.value.lines, request),),
    )


def _confirm(quote: Quote) -> Act:
    facts: dict[str, Fact] = {
        "order": Text(quote.order.number),
        "items": Many(tuple(line.name for line in quote.lines)),
    }
    if quote.refund and quote.refund.minor:
        facts |= {"amount": quote.refund, "method": Term("method", quote.method)}
    return Act("confirm:cancel_order" if "amount" in facts else "confirm:cancel_order/unpaid", facts)


SKILL = Skill(
    name="cancel_order",
    intents=("cancel_order",),
    run=run,
    mode=Mode.WRITE,
    acts=(
        "confirm:cancel_order",
        "confirm:cancel_order/unpaid",
        "done:cancel_order",
        "done:cancel_order/unpaid",
        "pending:cancel_order",
        "pending:cancel_order/approval",
        *(
            f"refused:cancel_order/{reason}"
            for reason in (
                "packed",
                "shipped",
                "delivered",
                "cancelled",
                "changed",
                "declined",
                "unsupported",
                "unknown",
            )
        ),
        "ask:order",
        "unknown_order",
        "no_orders",
    ),
    slots=("order_id", "contact"),
    access=Access.ORDER,
)
