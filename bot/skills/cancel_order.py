"""Cancel what has not left of an order: all of it, single lines, or some pieces of one."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.commerce import Account, AnswerStatus, Line, LineState, Order, Quote, Shop
from bot.conversation import Access, Confirmation, Option
from bot.decision import HandoffRequest
from bot.facts import Act, Day, Fact, Many, Money, Term, Text
from bot.messages import Card
from bot.skill import Mode, Outcome, Request, Skill
from bot.skills import choices, lines, pieces, unmarked
from bot.skills.money_back import shares_card
from bot.skills.orders import WHICH_ORDER, holds, lines_card, pick_order
from bot.slots import means_both

# "can I cancel one item": a part is meant, not said which
_SOME = re.compile(
    r"\b(?:one|some|part|an?|single)(?: (?:of|from))?(?: (?:the|my|these|those))?"
    r" (?:items?|things?|products?|articles?)\b|其中(?!的?订单)|[一某单]件(?:商品|东西)?|一[样樣]|部分",
    re.IGNORECASE,
)


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, holds(LineState.OPEN))
    if isinstance(order, Outcome) or request.proof is None:
        return order
    choice = choices.standing(request.slots).get("lines", "")
    fresh = choices.since(request.slots, "lines", "said")
    if "said" in fresh and "lines" not in fresh and unmarked.lines_in(fresh["said"], order.lines):
        choice = ""  # "not all, one bottle only": words that came since name what is meant
    chosen = await lines.meant(shop, order, request, choice) if order.open_lines else ()
    if chosen is None or (not chosen and _part_only(order, request)):
        return _ask(order, request)
    stays = () if chosen and choice != lines.ALL else _stays(order)
    if not chosen and len(order.open_lines) == 1:
        chosen = order.open_lines
    arguments: dict[str, object] = {"lines": [line.id for line in chosen]} if chosen else {}
    if len(chosen) == 1 and choice != lines.ALL:
        fewer = pieces.to_go(request.slots.get("said", ""), chosen[0].quantity)
        some = {chosen[0].id: fewer} if fewer else lines.counted(chosen, request)
        arguments |= {"quantities": some} if some else {}
    elif choice != lines.ALL and (
        some := await lines.but_kept(shop, chosen, request) or lines.counted(chosen, request)
    ):
        arguments["quantities"] = some
    answer = await shop.quote("cancel", request.proof, order.number, arguments)
    settled = choices.settled(request.slots, order, lines=choice or ",".join(line.id for line in chosen) or lines.ALL)
    if answer.status is not AnswerStatus.DONE or answer.value is None:
        act = _refused(order, chosen, answer.reason or answer.status)
        return Outcome(act, slots=settled)
    quote = answer.value
    cards = (
        lines_card(order, quote.lines, request), *_left_out(order, chosen, request),
        *shares_card(quote.shares, request.say), *_still_due(quote, request),
    )  # fmt: skip
    act = confirm(quote, await _free_again(shop, order, request))
    return Outcome(act, before=stays, slots=settled, quote=quote, cards=cards)


async def _free_again(shop: Shop, order: Order, request: Request) -> date | None:
    """The day by which money that is only reserved for the order is the shopper's again; None where there is none."""
    reserved = [payment.at for payment in order.payments if payment.state == "authorised" and payment.at]
    if not reserved:
        return None
    day = request.day(max(reserved)) + timedelta(days=(await shop.terms(order.market)).authorisation_days)
    return day if day >= request.today else None


def _stays(order: Order) -> tuple[Act, ...]:
    """What of the whole order is too late to be cancelled: it is said before the rest is confirmed."""
    late = [line for line in order.lines if line.state not in (LineState.OPEN, LineState.CANCELLED)]
    facts: dict[str, Fact] = {"order": Text(order.number), "items": lines.items(late, order)}
    return (Act("refused:cancel_order/stays", facts),) if late else ()


def _part_only(order: Order, request: Request) -> bool:
    """Whether a part is to be cancelled of which it was not said what it is part of."""
    said = request.slots.get("said", "")
    some = "part" in request.slots or bool(_SOME.search(said)) or pieces.names_pieces(said)
    some = some or (means_both(said) and len(order.open_lines) > 2)  # which two
    return some and len(order.open_lines) > 1


def _ask(order: Order, request: Request) -> Outcome:
    several = (Option(request.say(Term("option", "all")), lines.ALL),) if len(order.open_lines) > 1 else ()
    options = (*lines.options(order.open_lines, request), *several)
    act = Act("ask:cancel_lines", {"order": Text(order.number)})
    return Outcome(act, slot="lines", options=options, slots=choices.settled(request.slots, order))


def _refused(order: Order, chosen: Sequence[Line], reason: str) -> Act:
    """Of single lines that cannot be cancelled it is said what became of them, while others of the order are open."""
    facts: dict[str, Fact] = {"order": Text(order.number)}
    if order.open_lines and chosen:
        facts["items"] = Many(tuple(line.name for line in chosen))
        states = {line.state for line in chosen}
        part = {LineState.PACKED: "packed", LineState.CANCELLED: "cancelled"}
        reason = f"line_{part.get(states.pop(), 'gone') if len(states) == 1 else 'gone'}"
    return Act(f"refused:cancel_order/{reason}", facts)


def _left_out(order: Order, chosen: Sequence[Line], request: Request) -> tuple[Card, ...]:
    """Lines that were asked for and can no longer be cancelled, so that the confirmation hides nothing."""
    late = [line for line in chosen if line.state is not LineState.OPEN]
    rows = tuple(("", lines.described(line, request)) for line in late)
    return (Card(request.say(Term("label", "too_late")), rows),) if rows else ()


def _still_due(quote: Quote, request: Request) -> tuple[Card, ...]:
    """What then remains to be paid, where a part of it falls away."""
    left = Money(quote.arguments["due"], quote.order.total.currency)
    label = request.say(Term("label", "due"))
    return (Card("", ((label, request.say(left)),)),) if left.minor and left != quote.order.due else ()


def confirm(quote: Quote, free_again: date | None = None) -> Act:
    """What is about to happen, with its sum; `free_again`: when what was only reserved is."""
    facts: dict[str, Fact] = {
        "order": Text(quote.order.number),
        "items": lines.items(quote.lines, quote.order),
    }
    less = quote.order.due.minor - quote.arguments["due"]
    if quote.refund and quote.refund.minor:
        return Act("confirm:cancel_order", {**facts, "amount": quote.refund, "method": Term("method", quote.method)})
    if free_again:
        return Act("confirm:cancel_order/authorised", {**facts, "day": Day(free_again)})
    if less:
        return Act("confirm:cancel_order/less_due", {**facts, "due": Money(less, quote.order.total.currency)})
    return Act("confirm:cancel_order/unpaid", facts)


def told(pending: Confirmation, row: Order | Account, outcome: Outcome) -> Outcome:
    """People let go of what was only reserved, or collect the less: the shop's payment service obeys nobody else."""
    reserved = isinstance(row, Order) and any(payment.state == "authorised" for payment in row.payments)
    case = HandoffRequest("void", kind="case", facts={"order": Text(str(pending.arguments["order"]))})
    return replace(outcome, handoff=case) if reserved else outcome


SKILL = Skill(
    name="cancel_order",
    intents=("cancel_order",),
    run=run,
    mode=Mode.WRITE,
    acts=(
        "ask:cancel_lines",
        "confirm:cancel_order",
        "confirm:cancel_order/unpaid",
        "done:cancel_order",
        "done:cancel_order/unpaid",
        "confirm:cancel_order/less_due",
        "done:cancel_order/less_due",
        "pending:cancel_order",
        "pending:cancel_order/approval",
        *(
            f"refused:cancel_order/{reason}"
            for reason in (
                "packed",
                "shipped",
                "delivered",
                "cancelled",
                "line_packed",
                "line_gone",
                "line_cancelled",
                "stays",
                "changed",
                "declined",
                "unsupported",
                "unknown",
            )
        ),
        *WHICH_ORDER,
    ),
    slots=("order_id", "contact", "products", "keep", "size", "color", "quantity", "said"),
    access=Access.ORDER,
    told=told,
)
