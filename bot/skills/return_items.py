"""Send delivered items back: which ones, why (asked once, may be skipped), what comes back."""

from collections.abc import Mapping
from typing import Any

from bot.commerce import AnswerStatus, Line, Order, Quote, Shop
from bot.conversation import Access, Option
from bot.facts import Act, Fact, Many, Term, Text
from bot.messages import Card
from bot.skill import Mode, Outcome, Request, Skill
from bot.skills.orders import pick_order

ALL = "all"
REASONS = ("too_small", "too_big", "not_as_described", "changed_mind", "skip")  # anything else may be said in own words


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, lambda order: bool(order.delivered_lines))
    if isinstance(order, Outcome) or request.proof is None:
        return order
    settled = {"order_id": order.number}
    lines = _chosen(order, request)
    if len(order.delivered_lines) > 1 and not lines:
        return Outcome(
            Act("ask:lines", {"order": Text(order.number)}),
            slot="lines",
            options=_options(order, request),
            slots=settled,
        )
    settled["lines"] = ",".join(line.id for line in lines)
    wanted = {"lines": [line.id for line in lines], "reason": request.slots.get("reason", "")}
    answer = await shop.quote("return", request.proof, order.number, wanted)
    if answer.status is not AnswerStatus.DONE or answer.value is None:
        reason = answer.reason or answer.status
        return Outcome(Act(f"refused:return_items/{reason}", {"order": Text(order.number)}), slots=settled)
    if (
        answer.value.refund is None or not answer.value.refund.minor
    ):  # nothing to give back: unusual enough for a person
        return Outcome(Act("refused:return_items/unsupported", {"order": Text(order.number)}), slots=settled)
    if "reason" not in request.slots:
        return Outcome(
            Act("ask:reason"),
            slot="reason",
            options=tuple(Option(request.say(Term("reason", key)), key) for key in REASONS),
            slots=settled,
        )
    return Outcome(
        _confirm(answer.value), slots=settled, quote=answer.value, cards=_left_out(order, answer.detail, request)
    )


def _left_out(order: Order, detail: Mapping[str, Any], request: Request) -> tuple[Card, ...]:
    """Lines that were asked for and may not go back, so that the confirmation hides nothing."""
    rows = tuple(
        ("", f"{request.say(line.name)} {line.options}".strip())
        for line in order.lines
        if line.id in detail.get("left_out", {})
    )
    return (Card(request.say(Term("label", "left_out")), rows),) if rows else ()


def _chosen(order: Order, request: Request) -> tuple[Line, ...]:
    """The delivered lines meant: chosen before, named by product, or the only one there is."""
    delivered = order.delivered_lines
    chosen = request.slots.get("lines", "")
    if chosen == ALL or len(delivered) == 1:
        return delivered
    if chosen:
        return tuple(line for line in delivered if line.id in chosen.split(","))
    named = request.slots.get("products", "").lower().split("\n")
    hits = [[line for line in delivered if name and _is_called(line, name)] for name in named]
    if any(len(found) != 1 for found in hits):
        return ()
    ids = {line.id for found in hits for line in found}
    return tuple(line for line in delivered if line.id in ids)


def _is_called(line: Line, name: str) -> bool:
    return any(name in text.lower() for text in line.name.texts.values())


def _options(order: Order, request: Request) -> tuple[Option, ...]:
    lines = tuple(Option(f"{request.say(line.name)} {line.options}".strip(), line.id) for line in order.delivered_lines)
    return (*lines, Option(request.say(Term("option", "all")), ALL))


def _confirm(quote: Quote) -> Act:
    facts: dict[str, Fact] = {
        "order": Text(quote.order.number),
        "items": Many(tuple(line.name for line in quote.lines)),
        "method": Term("method", quote.method),
    }
    if quote.refund:
        facts["amount"] = quote.refund
    if quote.fee and quote.fee.minor:
        return Act("confirm:return_items/fee", {**facts, "fee": quote.fee})
    return Act("confirm:return_items", facts)


SKILL = Skill(
    name="return_items",
    intents=("return_item",),
    run=run,
    mode=Mode.WRITE,
    acts=(
        "ask:lines",
        "ask:reason",
        "confirm:return_items",
        "confirm:return_items/fee",
        "done:return_items",
        "done:return_items/fee",
        "pending:return_items",
        "pending:return_items/approval",
        *(
            f"refused:return_items/{reason}"
            for reason in (
                "not_delivered",
                "window_over",
                "not_returnable",
                "nothing_left",
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
    slots=("order_id", "contact", "products", "reason", "lines"),
    access=Access.ORDER,
)
