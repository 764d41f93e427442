"""The payments of an order, and what is wrong with them: reserved, failed, taken twice, taken without an order.

Explains what the records show; wherever money may be missing, a person has the last word.
"""

from dataclasses import dataclass
from datetime import timedelta

from bot.commerce import Order, Payment, Shop, Terms
from bot.conversation import Access, Option
from bot.decision import HandoffRequest
from bot.facts import Act, Day, Fact, Many, Moment, Money, Term, Text
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.skills.orders import MOST_OPTIONS

NO_ORDER = "no_order"  # the answer to "which order": there is none


async def run(shop: Shop, request: Request) -> Outcome:
    claim = request.slots.get("claim", "").split(",")
    number = request.slots.get("order_id", "") or request.slots.get("order_hint", "")
    terms = await shop.terms(request.market)
    if "told" in request.slots:
        told: dict[str, Fact] = {"told": Text(request.slots["told"])}
        return Outcome(Act("inform:payment/no_order", told), handoff=HandoffRequest("payment", facts=told))
    if number == NO_ORDER or (NO_ORDER in claim and not number):
        return Outcome(Act("ask:charge"), slot="told", slots={"order_id": ""})
    if not number and (request.proof is None or not request.proof.opens("", Access.ORDER)):
        if "declined" in claim and "taken" not in claim and "double" not in claim:
            return _declined(terms)
        return Outcome(Act("ask:payment_order"), slot="order_id", options=(_none(request),))
    order = await _order(shop, request, number)
    return order if isinstance(order, Outcome) else _found(order, claim, terms, request)


def _none(request: Request) -> Option:
    return Option(request.say(Term("option", NO_ORDER)), NO_ORDER)


def _declined(terms: Terms) -> Outcome:
    """A payment that does not go through at the checkout: no order, and no money taken."""
    if not terms.methods:
        return Outcome(Act("inform:payment/declined"))
    methods = Many(tuple(Term("pay_with", method) for method in terms.methods))
    return Outcome(Act("inform:payment/declined", {"methods": methods}))


async def _order(shop: Shop, request: Request, number: str) -> Order | Outcome:
    """The order that is named, else the one whose payments are not in order, else a question."""
    if request.proof is None or not request.proof.opens(number, Access.ORDER):
        return Outcome(Act("ask:order_id"), needs=Access.ORDER)
    if number:
        return await shop.order(number, request.proof) or Outcome(Act("unknown_order", {"order": Text(number)}))
    orders = await shop.orders(request.proof)
    odd = [order for order in orders if _look(order).kind != "paid"]
    if len(odd or orders) == 1:
        return (odd or orders)[0]
    options = [Option(f"{order.number} · {request.say(order.total)}", order.number) for order in odd or orders]
    return Outcome(
        Act("ask:payment_order"), slot="order_id", options=(*options[: MOST_OPTIONS - 1], _none(request))
    )


# --- what the payments show ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """An order's payments at a glance."""

    kind: str  # "paid", "double", "authorised", "failed", "part", "refunded", "owed", "nothing_due"
    amount: Money  # taken, taken too much, reserved, or still to be paid, as the kind says
    payment: Payment | None  # the last one of that kind


def _look(order: Order) -> Look:
    def sum_of(state: str) -> int:
        return sum(payment.amount.minor for payment in order.payments if payment.state == state)

    def last(state: str) -> Payment | None:
        return next((payment for payment in reversed(order.payments) if payment.state == state), None)

    def money(minor: int) -> Money:
        return Money(minor, order.total.currency)

    paid, held, total = sum_of("paid"), sum_of("authorised"), order.total.minor
    back = sum(refund.amount.minor for refund in order.refunds)
    if order.state == "cancelled" and paid > back:  # all of it, however often it was taken
        return Look("owed", money(paid - back), last("paid"))
    if paid - back > total:  # a change to something cheaper took its difference off the total and gave it back
        return Look("double", money(paid - back - total), last("paid"))
    if held:
        return Look("authorised", money(held), last("authorised"))
    if order.state == "cancelled":
        return Look("refunded", money(back), last("paid")) if paid else Look("nothing_due", money(0), last("failed"))
    if paid < total:
        return Look("part" if paid else "failed", money(total - paid), last("failed"))
    return Look("paid", money(paid), last("paid"))


def _found(order: Order, claim: list[str], terms: Terms, request: Request) -> Outcome:
    """What the records show, and a person where the shopper says that more was taken than they show."""
    look = _look(order)
    facts: dict[str, Fact] = {"order": Text(order.number), "amount": look.amount}
    if look.payment:
        facts["method"] = Term("pay_with", look.payment.method)
        if look.payment.at:
            facts["when"] = Moment(look.payment.at)
    act, person = f"inform:payment/{look.kind}", look.kind in ("double", "owed")
    more_taken = "double" in claim or ("taken" in claim and look.kind in ("failed", "part", "nothing_due"))
    if look.kind == "authorised" and look.payment and look.payment.at:
        free = look.payment.at.astimezone(request.zone).date() + timedelta(days=terms.authorisation_days)
        facts["day"] = Day(free)
        if free < request.today:
            act, person = "inform:payment/authorised_long", True
    elif look.kind in ("failed", "part"):
        facts["link"] = Text(order.pay_url)
    before: tuple[Act, ...] = ()
    if more_taken and not person:
        before = (Act(act, facts),) if "link" not in facts else ()  # nobody who paid already is asked to pay
        act, person = "inform:payment/not_found", True
        facts = {name: fact for name, fact in facts.items() if name != "link"}
    return Outcome(
        Act(act, facts, "apologetic" if person else "neutral"), before=before,
        slots={"order_id": order.number}, cards=(_card(order, facts.get("link"), request),),
        handoff=HandoffRequest("payment", facts=facts) if person else None,
    )  # fmt: skip


def _card(order: Order, link: Fact | None, request: Request) -> Card:
    """Every payment and refund of the order with its time, and where to pay what is due."""
    rows = [
        (
            " ".join(filter(None, (request.say(Term("pay_with", payment.method)), payment.hint))),
            _line(payment.amount, payment.state, Moment(payment.at) if payment.at else None, request),
        )
        for payment in order.payments
    ]
    rows += [
        (
            request.say(Term("payment", "refund")),
            _line(refund.amount, refund.state, Moment(refund.at), request),
        )
        for refund in order.refunds
    ]
    rows.append((request.say(Term("payment", "total")), request.say(order.total)))
    if link:
        rows.append((request.say(Term("payment", "pay_here")), request.say(link)))
    return Card(f"{request.say(Term('label', 'order'))} {order.number}", tuple(rows))


def _line(amount: Money, state: str, at: Moment | None, request: Request) -> str:
    return " · ".join((request.say(amount), request.say(Term("payment", state)), *([request.say(at)] if at else [])))


SKILL = Skill(
    name="payment_problem",
    intents=("payment_problem",),
    run=run,
    acts=(
        *(f"inform:payment/{kind}" for kind in (
            "paid", "double", "authorised", "authorised_long", "failed", "part", "refunded", "owed", "nothing_due",
            "not_found", "no_order", "declined",
        )),
        "ask:charge", "ask:payment_order", "ask:order_id", "unknown_order",
    ),
    slots=("order_id", "contact", "claim"),
)  # fmt: skip
