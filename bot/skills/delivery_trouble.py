"""A parcel that is late, gone, left elsewhere or refused: the facts first, then what the rules allow.

Late: the carrier is asked, and the shopper told by when he hears. Said to be there: looked for, once he has asked
around. Lost: its goods once more or the money, staff decide. Refused: what becomes of the money. Who wants his money
back in the same breath has made one request: it depends on what became of the parcel.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot import wants
from bot.commerce import Answer, Order, Quote, Shop
from bot.conversation import Access, Option
from bot.decision import tell_me
from bot.delivery import Part, current, latest, open_claims, parts
from bot.facts import Act, Day, Fact, Many, Number, Term, Text
from bot.messages import Card
from bot.promises import Awaited
from bot.skill import Mode, Outcome, Request, Skill
from bot.skills import parcels
from bot.skills.orders import WHICH_ORDER, pick_order
from bot.skills.track_order import MOVING, STATES

LATELY = timedelta(days=30)  # so long a parcel that came is asked after
_SAID_TO_BE_THERE = ("missing", "elsewhere")


async def run(shop: Shop, request: Request) -> Outcome:
    kind = wants.trouble(request.slots.get("said", ""))
    order = await pick_order(shop, request, lambda order, _: _likely(order, kind, request))
    if isinstance(order, Outcome):
        return order
    part = _meant(order, kind, request.today)
    if part is None or order.state in ("unpaid", "cancelled", "return_open", "returned"):
        money = "refund_request" if _wish(request) == "refund" and order.state == "cancelled" else ""
        outcome = Outcome(parcels.status(order, request), cards=parcels.cards(order, request), goes_on=money)
    else:
        outcome = await _answer(shop, request, order, part, kind)
    return _first(outcome, order, request)


def _first(outcome: Outcome, order: Order, request: Request) -> Outcome:
    """The facts are told once, however often the shopper is asked something after them."""
    slots = {**outcome.slots, "order_id": order.number, "told": "yes"}
    if "told" in request.slots:
        return replace(outcome, before=(), cards=(), slots=slots)
    return replace(outcome, before=(*parcels.as_of(order), *outcome.before), slots=slots)


def _likely(order: Order, kind: str, request: Request) -> bool:
    if kind in _SAID_TO_BE_THERE:
        return any(one.delivered_at and request.now - one.delivered_at < LATELY for one in order.parcels)
    if kind == "refused":
        return any(one.state in ("shipped", "refused") for one in order.parcels)
    return order.state in MOVING


def _meant(order: Order, kind: str, today: date) -> Part | None:
    """The part it is about: by what the shopper says of it, else the latest one, else the one under way."""
    every = parts(order)
    come = [part for part in every if part.parcel and part.parcel.state == "delivered"]
    back = [part for part in every if part.parcel and part.parcel.state == "refused"]
    gone = [part for part in every if part.parcel and part.parcel.state == "lost" and part.under_way]
    if kind in _SAID_TO_BE_THERE and come:
        return come[-1]
    if kind == "refused" and back:
        return back[-1]
    return (gone or [None])[-1] or latest(order, today) or (back or [None])[-1] or current(order)


async def _answer(shop: Shop, request: Request, order: Order, part: Part, kind: str) -> Outcome:
    parcel = part.parcel
    if parcel and (parcel.state == "refused" or (kind == "refused" and parcel.state == "shipped")):
        return await _refused(shop, request, order, part)
    if parcel and parcel.state in ("shipped", "lost") and (lost := await _lost(shop, request, order, part)):
        return lost
    if parcel and parcel.state == "delivered":
        return await _not_here(shop, request, order, part, kind)
    seen = (parcels.card(part, request),)
    if part.days_late(request.today):
        late = parcels.late_act(order, part, request.today)
        return await _claim(shop, request, order, part, "chase", (late,), seen)
    if kind in ("unreachable", "elsewhere") and parcel:
        return await _claim(shop, request, order, part, "chase", (parcels.status(order, request),), seen)
    if part.under_way and part.due:
        act = Act("inform:delivery/on_time", parcels.about(order, part))
        if part.parcel is None and _wish(request) == "refund":  # nothing to look for: the money is all that it is about
            return Outcome(act, cards=seen, goes_on="refund_request")
        return Outcome(act, _no_money_yet(order, request), cards=seen, offers=tell_me(Awaited.DELAYED, order.number))
    return Outcome(parcels.status(order, request), _no_money_yet(order, request), cards=seen)


def _no_money_yet(order: Order, request: Request) -> tuple[Act, ...]:
    """What is said first to who wants his money back for a parcel that is not lost."""
    return (Act("inform:way/missing", {"order": Text(order.number)}),) if _wish(request) == "refund" else ()


def _wish(request: Request) -> str:
    return request.slots.get("wish") or wants.wish(request.slots.get("said", "")) or ""


# --- late, or said to be there ---------------------------------------------------------------------------------------


async def _not_here(shop: Shop, request: Request, order: Order, part: Part, kind: str) -> Outcome:
    """By the carrier it has come: who took it, then whether somebody else has it, then people look for it."""
    facts = {**parcels.about(order, part), "state": Term("state", "delivered")}
    before = [Act("inform:order/delivered", facts)]
    if part.parcel and part.parcel.signed_by:
        before.append(Act("inform:delivery/signed", {"name": Text(part.parcel.signed_by)}))
    seen = (parcels.card(part, request),)
    said = request.slots.get("said", "")
    looked_for = any(
        claim.kind == "missing_parcel" and part.parcel and claim.parcel_id == part.parcel.id
        for claim in open_claims(order)
    )
    known = looked_for or kind == "elsewhere" or wants.asked_around(said)
    looked = "yes" if known else request.slots.get("checked", "")
    if not looked:
        options = tuple(Option(request.say(Term("checked", key)), key) for key in ("yes", "no"))
        ask = Act("ask:checked", {"order": Text(order.number)})
        before = [*_no_money_yet(order, request), *before]
        return Outcome(ask, before=tuple(before), slot="checked", options=options, cards=seen)
    if looked == "no":
        return Outcome(Act("inform:delivery/look_first", {"order": Text(order.number)}))
    return await _claim(shop, request, order, part, "missing_parcel", tuple(before), seen)


async def _claim(
    shop: Shop, request: Request, order: Order, part: Part, kind: str, before: tuple[Act, ...], seen: tuple[Card, ...]
) -> Outcome:
    """Have people look into it; a proof that opens the label alone is not enough for that."""
    before = (*_no_money_yet(order, request), *before)
    if weak := _weak(request, order, before, seen):
        return weak
    answer = await _quote(shop, request, order, part, kind, wish=_wish(request))
    if answer.value is None:
        return replace(_no(answer, order, kind, request), before=before, cards=seen)
    facts: dict[str, Fact] = {"order": Text(order.number), "by": Day(date.fromisoformat(answer.value.arguments["due"]))}
    if part.parcel:
        facts |= {"carrier": Text(part.parcel.carrier), "tracking": Text(part.parcel.tracking_no)}
    return Outcome(
        Act(f"confirm:delivery_trouble/{kind}", facts | _for_staff(request)), before, quote=answer.value, cards=seen
    )


def _for_staff(request: Request) -> dict[str, Fact]:
    return {"text": Text(request.slots["said"])} if request.slots.get("said") else {}


def _weak(request: Request, order: Order, before: tuple[Act, ...], seen: tuple[Card, ...]) -> Outcome | None:
    """The label's postcode shows the way of a parcel; whoever wants more says how it was ordered."""
    if request.proof is None or request.proof.access is not Access.DELIVERY:
        return None
    if "contact" in request.slots:  # he just has: the dialogue proves it where the order is not open to him
        return Outcome(Act("unknown_order", {"order": Text(order.number)}))
    ask = Act("ask:contact/stronger", {"task": Term("intent", request.intent)})
    return Outcome(ask, before, slot="contact", cards=seen)


async def _quote(shop: Shop, request: Request, order: Order, part: Part, kind: str, **more: Any) -> Answer[Quote]:
    if request.proof is None:
        raise ValueError("a claim needs a proof: give the skill an access above NONE")
    parcel = part.parcel.id if part.parcel else ""
    wanted = {"kind": kind, "parcel": parcel, "text": request.slots.get("said", ""), **more}
    return await shop.quote("claim", request.proof, order.number, wanted)


def _no(answer: Answer[Quote], order: Order, kind: str, request: Request) -> Outcome:
    if answer.reason == "claim_open":
        return Outcome(open_already(answer, order, kind, request))
    return Outcome(Act(f"refused:delivery_trouble/{answer.reason or answer.status}", {"order": Text(order.number)}))


def open_already(answer: Answer[Quote], order: Order, kind: str, request: Request) -> Act:
    """Of an answer that refuses because the same claim is open: since when, and by when the shopper hears."""
    due = str(answer.detail.get("due", ""))
    at = datetime.fromisoformat(str(answer.detail["at"]))
    return parcels.claim_act(order, kind, at, date.fromisoformat(due) if due else None, request)


# --- lost ------------------------------------------------------------------------------------------------------------


async def _lost(shop: Shop, request: Request, order: Order, part: Part) -> Outcome | None:
    """What can be done about a parcel that is lost, by the carrier or by the shop's rule; None for one that is not."""
    facts: dict[str, Fact] = {"order": Text(order.number)}
    if part.parcel:
        facts["carrier"] = Text(part.parcel.carrier)
    before, seen = (Act("inform:delivery/lost", facts, tone="apologetic"),), (parcels.card(part, request),)
    if request.proof and request.proof.access is Access.DELIVERY:
        return _weak(request, order, before, seen) if part.parcel and part.parcel.state == "lost" else None
    wish = "replacement" if _wish(request) == "part" else _wish(request)
    answer = await _quote(shop, request, order, part, "lost", wish=wish or "refund")
    if answer.reason == "not_lost":
        return None
    if not wish or answer.reason == "out_of_stock":
        again = answer if wish else await _quote(shop, request, order, part, "lost", wish="replacement")
        return replace(_ask_wish(request, order, can_resend=again.value is not None), before=before, cards=seen)
    quote = answer.value
    if quote is None:
        return replace(_no(answer, order, "lost", request), before=before, cards=seen)
    items: dict[str, Fact] = {"order": facts["order"], "items": Many(tuple(line.name for line in quote.lines))}
    if wish == "replacement":
        act = Act("confirm:delivery_trouble/lost_resend", items)
    elif quote.refund and quote.refund.minor:
        money: dict[str, Fact] = {"amount": quote.refund, "method": Term("method", quote.method)}
        act = Act("confirm:delivery_trouble/lost_refund", items | money)
    else:  # nothing was paid: unusual enough for a person
        return Outcome(Act("refused:delivery_trouble/unsupported", {"order": facts["order"]}), before, cards=seen)
    return Outcome(act, before, quote=quote, cards=seen, slots={"wish": wish})


def _ask_wish(request: Request, order: Order, *, can_resend: bool) -> Outcome:
    wishes: Sequence[str] = ("replacement", "refund") if can_resend else ("refund",)
    words = {"replacement": "again", "refund": "refund"}
    options = tuple(Option(request.say(Term("wish", words[key])), key) for key in wishes)
    act = Act("ask:wish/lost" if can_resend else "ask:wish/out_of_stock", {"order": Text(order.number)})
    return Outcome(act, slot="wish", options=options, slots={"wish": ""})


# --- refused ---------------------------------------------------------------------------------------------------------


async def _refused(shop: Shop, request: Request, order: Order, part: Part) -> Outcome:
    """It goes back: what comes back of the money and when, and staff see to it."""
    seen = (parcels.card(part, request),)
    if weak := _weak(request, order, (parcels.status(order, request),), seen):
        return weak
    answer = await _quote(shop, request, order, part, "refused")
    quote = answer.value
    if quote is None:
        return replace(_no(answer, order, "refused", request), cards=seen)
    if not (quote.refund and quote.refund.minor):
        return Outcome(Act("refused:delivery_trouble/unsupported", {"order": Text(order.number)}), cards=seen)
    first, last = answer.detail["days"]
    facts: dict[str, Fact] = {
        "order": Text(order.number), "amount": quote.refund, "method": Term("method", quote.method),
        "first": Number(first), "last": Number(last),
    }  # fmt: skip
    fee = replace(quote.refund, minor=int(answer.detail["fee"]))
    rows = ((request.say(Term("label", "amount")), request.say(quote.refund)),)
    if fee.minor:
        rows = ((request.say(Term("label", "fee")), request.say(fee)), *rows)
    sums = Card(f"{request.say(Term('label', 'order'))} {order.number}", rows)
    act = Act("confirm:delivery_trouble/refused", facts | _for_staff(request))
    return Outcome(act, quote=quote, cards=(*seen, sums))


SKILL = Skill(
    name="delivery_trouble",
    intents=("delivery_delay", "delivery_problem"),
    run=run,
    mode=Mode.WRITE,
    acts=(
        *(f"inform:order/{state}" for state in STATES),
        "inform:delivery/late",
        "inform:delivery/on_time",
        "inform:delivery/signed",
        "inform:delivery/look_first",
        "inform:delivery/lost",
        "inform:way/missing",
        "inform:as_of",
        "inform:claim/open",
        "inform:claim/open_until",
        "ask:checked",
        "ask:wish/lost",
        "ask:wish/out_of_stock",
        "ask:contact/stronger",
        *(
            f"{family}:delivery_trouble/{what}"
            for what in ("chase", "missing_parcel", "refused", "lost_refund", "lost_resend")
            for family in ("confirm", "done")
        ),
        "pending:delivery_trouble",
        "pending:delivery_trouble/approval",
        *(
            f"refused:delivery_trouble/{reason}"
            for reason in ("out_of_stock", "changed", "declined", "unsupported", "unknown")
        ),
        *WHICH_ORDER,
    ),
    slots=("order_id", "contact", "products", "said", "wish"),
    access=Access.DELIVERY,
    covers=("order_status", "refund_request"),
    case="claim",
)
