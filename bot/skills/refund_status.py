"""Where the money of an order is: its refunds and returns, each with sum, method, state and day, differences told."""

import re
from collections.abc import Sequence

from bot.commerce import (
    NEW_GIFT_CARD,
    ORIGINAL_METHODS,
    Claim,
    LineState,
    Order,
    Refund,
    Return,
    Shop,
    delivery_in,
)
from bot.conversation import Access
from bot.decision import tell_me
from bot.facts import Act, Day, Fact, Moment, Money, Term, Text
from bot.messages import Card
from bot.promises import Awaited
from bot.skill import Outcome, Request, Skill
from bot.skills import lines, money_back, parcels
from bot.skills.money_back import label
from bot.skills.orders import WHICH_ORDER, pick_order

# "has my return arrived", 退件收到没: asks for the goods more than for the money
_PARCEL = re.compile(
    r"\b(?:parcel|package|box)\b|\breturn(?:ed)?\b.{0,30}\b(?:arriv|reach|receiv|get there|got|come|there|back)"
    r"|\b(?:received|got|have) (?:my|the) return|退[件货貨].{0,6}(?:到|收)|寄回.{0,8}(?:到|收)|[签簽]收",
    re.IGNORECASE,
)


async def run(shop: Shop, request: Request) -> Outcome:
    number, proof = request.slots.get("order_id"), request.proof
    orders = () if number or proof is None else await shop.orders(proof)
    if orders and not any(map(_has_money_moving, orders)):
        return Outcome(Act("inform:refund/nowhere"))
    waiting = any(map(waits, orders))
    order = await pick_order(shop, request, lambda order, _: waits(order) if waiting else _has_money_moving(order))
    return order if isinstance(order, Outcome) else told(order, request)


def told(order: Order, request: Request) -> Outcome:
    """The state of an order's money: what is under way before what is done; the card holds all of it."""
    act, goes_on = _act(order, request), ""
    if act is None:
        facts: dict[str, Fact] = {"order": Text(order.number)}
        owed = order.state == "cancelled" and any(payment.state == "paid" for payment in order.payments)
        act = Act("inform:way/refund", facts)
        goes_on = "refund_request" if owed else ""
        if not owed:
            act = Act("inform:refund/none", {**facts, "state": Term("state", order.state)})
    offers = tell_me(Awaited.REFUNDED, order.number) if act.name in ON_ITS_WAY else ()
    before = () if act.name == "inform:refund/done" else parcels.dated(order)  # what is done stays so
    return Outcome(
        act, before, slots={"order_id": order.number}, cards=_cards(order, request), goes_on=goes_on, offers=offers
    )


def _has_money_moving(order: Order) -> bool:
    return bool(order.refunds or order.returns or sent_back(order)) or order.state == "cancelled"


def waits(order: Order) -> bool:
    """Whether something of it is not on the shopper's account yet."""
    coming = [*sent_back(order), *(one for one in order.returns if one.state != "refunded")]
    return bool(coming) or any(one.state == "started" for one in order.refunds)


def sent_back(order: Order) -> list[Claim]:
    """Parcels refused at the door: their money is promised once they are here."""
    return [claim for claim in order.claims if claim.kind == "refused" and claim.state == "open"]


def _act(order: Order, request: Request) -> Act | None:
    facts: dict[str, Fact] = {"order": Text(order.number)}
    started = [refund for refund in order.refunds if refund.state == "started"]
    coming = [item for item in order.returns if item.state != "refunded"]
    if started and not (coming and _PARCEL.search(request.text)):
        latest = max(started, key=lambda refund: (refund.expected or refund.at.date(), refund.at))
        facts |= money(order, started)
        facts["when"] = Moment(latest.at)
        if latest.expected is None:
            return Act("inform:refund/started", facts)
        late = request.today > latest.expected
        facts["day"] = Day(latest.expected)
        return Act(f"inform:refund/{'overdue' if late else 'expected'}", facts, "apologetic" if late else "neutral")
    for state in ("arrived", "open"):
        if waiting := [item for item in order.returns if item.state == state]:
            sums = [amount for item in waiting if (amount := _net(item)) and amount.minor]
            if sums:
                return Act(f"inform:refund/{state}", {**facts, "amount": _sum(sums)})
            return Act("inform:refund/exchange", facts)
    if back := sent_back(order):
        return parcels.claim_act(order, "refused", back[-1].at, back[-1].due, request)
    if order.refunds:
        facts |= money(order, order.refunds)
        return Act("inform:refund/done", {**facts, "when": Moment(max(one.at for one in order.refunds))})
    return Act("inform:refund/exchange", facts) if order.returns else None


def _sum(amounts: Sequence[Money]) -> Money:
    return sum(amounts[1:], start=amounts[0])


def money(order: Order, refunds: Sequence[Refund]) -> dict[str, Fact]:
    """What some of an order's refunds come to, and where they go."""
    methods = {_paid_to(order, refund) for refund in refunds}
    method = Term("method", methods.pop() if len(methods) == 1 else ORIGINAL_METHODS)
    return {"amount": _sum([refund.amount for refund in refunds]), "method": method}


def _paid_to(order: Order, refund: Refund) -> str:
    """The method, or a new gift card where the one that paid had expired by then."""
    cards = [payment for payment in order.payments if payment.method == "gift_card" and payment.state == "paid"]
    expired = bool(cards) and all(card.expires is not None and card.expires < refund.at.date() for card in cards)
    return NEW_GIFT_CARD if refund.method == "gift_card" and expired else refund.method


def _net(item: Return) -> Money | None:
    if item.refund is None:
        return None
    return Money(item.refund.minor - (item.fee.minor if item.fee else 0), item.refund.currency)


# --- the card: every sum, and why it is not more ---------------------------------------------------------------------


def _cards(order: Order, request: Request) -> tuple[Card, ...]:
    rows = [row for item in order.returns for row in _return_rows(order, item, request)]
    rows += [_refund_row(order, refund, request) for refund in order.refunds]
    kept = any(line.state is not LineState.CANCELLED for line in order.lines)
    goods = any(item.kind == "return" for item in order.returns) or any(
        refund.reason not in ("price_match", "exchanged") for refund in order.refunds
    )
    if goods and kept and order.delivery_fee.minor and not any(_delivery(order, item) for item in order.returns):
        rows.append((label("delivery_kept", request), request.say(order.delivery_fee)))
    return (Card(f"{label('refund', request)} · {order.number}", tuple(rows)),) if rows else ()


def _return_rows(order: Order, item: Return, request: Request) -> list[tuple[str, str]]:
    """What went back and where it is; its price, the fee, and where the rest goes to, to the cent."""
    back = [line for line in order.lines if line.id in item.line_ids]
    names = ", ".join(lines.described(line, request) for line in back)
    rows = [(label(item.kind, request), f"{names} · {request.say(Term('return', item.state))}")]
    if item.refund and item.refund.minor:
        exchange = [(label("difference", request), request.say(item.refund))]
        rows += money_back.goods(item.refund, _delivery(order, item), request) if item.kind == "return" else exchange
        if item.fee and item.fee.minor:
            rows.append((label("fee", request), money_back.minus(item.fee, request)))
        if item.state != "refunded" and len(item.shares) > 1:
            rows += money_back.shares(item.shares, request.say)
    if item.state == "open" and item.label_url:
        rows.append((label("return_label", request), item.label_url))
    return rows


def _delivery(order: Order, item: Return) -> int:
    """What a return gives back for the delivery."""
    back = [line for line in order.lines if line.id in item.line_ids]
    return delivery_in(item.refund, back, order.delivery_fee) if item.kind == "return" and item.refund else 0


def _refund_row(order: Order, refund: Refund, request: Request) -> tuple[str, str]:
    method = money_back.capital(request.say(Term("method", _paid_to(order, refund))))
    state = request.say(Term("refund", refund.state))
    by = ""
    if _open(refund) and refund.expected:
        by = f", {label('expected_by', request)} {request.say(Day(refund.expected))}"
    return method, f"{request.say(refund.amount)} · {state} {request.say(Moment(refund.at))}{by}"


def _open(refund: Refund) -> bool:
    return refund.state == "started"


ON_ITS_WAY = (
    "inform:refund/started", "inform:refund/expected", "inform:refund/overdue", "inform:refund/arrived",
    "inform:refund/open", "inform:claim/open", "inform:claim/open_until",
)  # fmt: skip
ACTS = (
    *ON_ITS_WAY, "inform:refund/exchange", "inform:refund/done", "inform:refund/none", "inform:way/refund",
)  # fmt: skip
SKILL = Skill(
    name="refund_status",
    intents=("refund_status",),
    run=run,
    acts=(*ACTS, "inform:as_of", "inform:refund/nowhere", *WHICH_ORDER),
    slots=("order_id", "contact", "products", "said"),
    access=Access.ORDER,
)
