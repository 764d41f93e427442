"""Send delivered items back: which ones, how many, why (asked once, may be skipped), what comes back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.commerce import Account, AnswerStatus, LineState, Order, Quote, Shop, shares_of
from bot.conversation import Access, Confirmation, Option
from bot.facts import Act, Fact, Many, Money, Term, Text
from bot.messages import Card
from bot.skill import Mode, Outcome, Request, Skill, beside
from bot.skills import choices, exchange_item, lines, money_back
from bot.skills.money_back import label
from bot.skills.orders import WHICH_ORDER, holds, pick_order
from bot.skills.return_form import EXCHANGE, REASONS, SLOTS, form
from bot.slots import means_all


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, holds(LineState.DELIVERED))
    if isinstance(order, Outcome) or request.proof is None:
        return order
    if request.slots.get("way") == EXCHANGE:
        return Outcome(Act(f"pass:{exchange_item.SKILL.name}"), slots={"order_id": order.number, "way": ""})
    delivered = order.delivered_lines
    meant = await lines.arrived(shop, order, request)
    if not meant and means_all(request.slots.get("said", ""), len(delivered)) and not request.slots.get("products"):
        meant = delivered
    settled = choices.settled(request.slots, order, lines=",".join(line.id for line in meant))
    if delivered and not meant:
        options = (*lines.options(delivered, request), Option(request.say(Term("option", "all")), lines.ALL))
        asked = Act("ask:lines", {"order": Text(order.number)})
        return Outcome(asked, slot="lines", options=options, slots=settled, form=form(order, request))
    wanted = {
        "lines": [line.id for line in meant], "quantities": lines.counted(meant, request),
        "reason": request.slots.get("reason", ""),
    }  # fmt: skip
    answer = await shop.quote("return", request.proof, order.number, wanted)
    facts: dict[str, Fact] = {"order": Text(order.number), **beside(answer.detail)}
    if answer.status is not AnswerStatus.DONE or answer.value is None:
        return Outcome(Act(f"refused:return_items/{answer.reason or answer.status}", facts), slots=settled)
    if not answer.value.shares:  # nothing to give back: unusual enough for a person
        return Outcome(Act("refused:return_items/unsupported", facts), slots=settled)
    if "reason" not in request.slots:
        return Outcome(
            Act("ask:reason"),
            slot="reason",
            options=tuple(Option(request.say(Term("reason", key)), key) for key in REASONS),
            slots=settled,
            form=form(order, request),
        )
    cards = (_card(answer.value, answer.detail, request), *_left_out(order, answer.detail, request))
    return Outcome(_confirm(answer.value, request), slots=settled, quote=answer.value, cards=cards)


def _card(quote: Quote, detail: Mapping[str, Any], request: Request) -> Card:
    """The sums, when the return is without its fee, and until when it is possible."""
    rows = money_back.rows(quote, request)
    if quote.fee and quote.fee.minor and (free := detail.get("free")):
        rows.append((label("no_fee", request), request.say(Many(tuple(Term("reason", key) for key in free)))))
    if day := beside(detail).get("day"):
        rows.append((label("send_by", request), request.say(day)))
    return Card(label("return", request), tuple(rows))


def _left_out(order: Order, detail: Mapping[str, Any], request: Request) -> tuple[Card, ...]:
    """Lines that were asked for and may not go back, so that the confirmation hides nothing."""
    rows = tuple(
        ("", lines.described(line, request)) for line in order.lines if line.id in detail.get("left_out", {})
    )
    return (Card(label("left_out", request), rows),) if rows else ()


def _confirm(quote: Quote, request: Request) -> Act:
    facts: dict[str, Fact] = {
        "order": Text(quote.order.number),
        "items": lines.items(quote.lines, quote.order),
        "method": Term("method", quote.method),
    }
    if quote.refund:
        facts["amount"] = quote.refund
    if quote.fee and quote.fee.minor:
        return Act("confirm:return_items/fee", {**facts, "fee": quote.fee})
    return Act("confirm:return_items", facts)


def told(pending: Confirmation, row: Order | Account, outcome: Outcome) -> Outcome:
    """The receipt says what comes back in the end."""
    facts = outcome.act.facts
    if not isinstance(row, Order) or "fee" not in facts:
        return outcome
    shares = [amount for _, amount in shares_of(pending.arguments, row.total.currency)]
    net = sum(shares, start=Money(0, row.total.currency))
    return replace(outcome, act=replace(outcome.act, facts={**facts, "net": net}))


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
                "in_exchange",
                "cancelled",
                "changed",
                "declined",
                "unsupported",
                "unknown",
            )
        ),
        *WHICH_ORDER,
    ),
    slots=("order_id", "contact", "products", "keep", "reason", "lines", "quantity", "said"),
    access=Access.ORDER,
    form=SLOTS,
    told=told,
)
