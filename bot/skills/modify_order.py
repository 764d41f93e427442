"""Change an order before it leaves: size, colour and quantity of an item, the delivery day, a gift note.

A message may hold several of these; each is done in turn. Taking an item out is a cancellation, putting one in is a new
order, and what the rules do not know goes to a person.
"""

from datetime import date

from bot import days, wants
from bot.commerce import GIFT_NOTE_LENGTH, AnswerStatus, LineState, Order, Shop
from bot.conversation import Access, Option
from bot.facts import Act, Day, Fact, Number, Term, Text
from bot.messages import Card
from bot.skill import Mode, Outcome, Request, Skill
from bot.skills import choices, item_change, report_problem, wishes
from bot.skills.money_back import label
from bot.skills.order_change import Change
from bot.skills.orders import WHICH_ORDER, holds, pick_order
from bot.skills.wishes import Wish

ASKED_FOR = (Wish.ITEMS, Wish.QUANTITY, Wish.REMOVE, Wish.DELIVERY_DAY, Wish.GIFT_NOTE)  # what can be chosen


async def run(shop: Shop, request: Request) -> Outcome:
    order = await pick_order(shop, request, holds(LineState.OPEN))
    if isinstance(order, Outcome) or request.proof is None:
        return order
    if not order.open_lines and order.delivered_lines and wants.tells_of_fault(request.slots.get("said", "")):
        return Outcome(Act(f"pass:{report_problem.SKILL.name}"), slots={"order_id": order.number})
    if not order.open_lines:
        act = Act(f"refused:modify_order/{_far(order)}", {"order": Text(order.number)})
        return Outcome(act, slots={"order_id": order.number}, goes_on=await _exchange(shop, order, request))
    picked = choices.standing(request.slots)
    wished = _read(picked.get("change", "")) or wishes.wishes(request.slots)
    wished = wished or _read(request.slots.get("change", ""))  # other words, "the socks", and still the same wish
    if not wished:
        options = tuple(Option(request.say(Term("change", str(wish))), str(wish)) for wish in ASKED_FOR)
        act = Act("ask:change", {"order": Text(order.number)})
        return Outcome(act, slot="change", options=options, slots=choices.settled(request.slots, order))
    first, *rest = wished
    left = {"change": ",".join(rest), "order_id": order.number}
    beside = {**{name: value for name, value in request.slots.items() if name != "basis"}, **left} if rest else {}
    return await _WORK[first](Change(shop, request, request.proof, order, first, picked, beside))


def _read(choice: str) -> tuple[Wish, ...]:
    return tuple(Wish(name) for name in choice.split(",") if name)


async def _exchange(shop: Shop, order: Order, request: Request) -> str:
    """The intent that takes over where another size or colour of goods that have come is wished for and possible."""
    slots = request.slots
    if Wish.ITEMS not in wishes.wishes(slots) or slots.get("new_quantity") or request.proof is None:
        return ""
    for line in order.delivered_lines:
        answer = await shop.quote("exchange", request.proof, order.number, {"lines": [line.id]})
        if answer.status is AnswerStatus.DONE or answer.reason == "out_of_stock":  # of the very same once more
            return "exchange_item"
    return ""


def _far(order: Order) -> str:
    """How far an order without an open line has gone, as the reason of a refusal."""
    back = {"part_shipped": "shipped", "return_open": "delivered", "returned": "delivered", "unpaid": "packed"}
    return back.get(order.state, order.state)


# --- day and note ----------------------------------------------------------------------------------------------------


async def _delivery_day(change: Change) -> Outcome:
    slots, today, language = change.slots, change.request.today, change.request.language
    words = slots.get("date", "")
    words = change.said if not words or words in change.said else words  # a tag may have cut "next" off
    day = days.parse(words, today, language)
    answer = await change.quote("delivery_day", {"day": day.isoformat() if day else ""})
    if answer.status is AnswerStatus.DONE and answer.value and day:
        new = {"date": day.isoformat()}
        facts: dict[str, Fact] = {"day": Day(day)}
        cards = _passed_on("delivery_day", facts["day"], change)
        return change.outcome("confirm:modify_order/delivery_day", facts, quote=answer.value, new=new, cards=cards)
    possible = [date.fromisoformat(one) for one in answer.detail.get("possible", ())]
    options = tuple(Option(change.request.say(Day(one)), one.isoformat()) for one in possible)
    if answer.reason == "no_day":
        return change.outcome("ask:delivery_day", {}, slot="date", options=options)
    facts = {"day": Day(day)} if day else {}
    if answer.reason == "day_range":
        facts |= {end: Day(date.fromisoformat(answer.detail[end])) for end in ("first", "last")}
    slot = "date" if options else ""
    return change.refused(answer.reason or str(answer.status), facts, slot=slot, options=options)


def _passed_on(key: str, fact: Fact, change: Change) -> tuple[Card, ...]:
    """What is written down or put to staff: such a change needs no yes, so that nothing else shows it."""
    return (Card(label(key, change.request), (("", change.request.say(fact)),)),)


async def _gift_note(change: Change) -> Outcome:
    removal = wishes.without_note(change.said)
    text = "" if removal else change.slots.get("gift_note", "") or wishes.note_text(change.said)
    if not text and not removal:
        return change.outcome("ask:gift_note", {"limit": Number(GIFT_NOTE_LENGTH)}, slot="gift_note")
    answer = await change.quote("gift_note", {"text": text})
    if answer.status is AnswerStatus.DONE and answer.value:
        if removal:
            return change.outcome("confirm:modify_order/gift_note_removed", {}, quote=answer.value)
        facts = {"note": Text(answer.value.arguments["text"])}
        cards = _passed_on("gift_note", facts["note"], change)
        return change.outcome("confirm:modify_order/gift_note", facts, quote=answer.value, cards=cards)
    if answer.reason == "too_long":
        facts = {"length": Number(answer.detail["length"]), "limit": Number(GIFT_NOTE_LENGTH)}
        return change.refused("too_long", facts, slot="gift_note", new={"gift_note": ""})
    return change.refused(answer.reason or str(answer.status))


async def _other(change: Change) -> Outcome:
    return change.refused("unsupported")


_WORK = {
    Wish.ITEMS: item_change.items, Wish.QUANTITY: item_change.items, Wish.REMOVE: item_change.remove,
    Wish.ADD: item_change.add, Wish.DELIVERY_DAY: _delivery_day, Wish.GIFT_NOTE: _gift_note, Wish.OTHER: _other,
}  # fmt: skip

SKILL = Skill(
    name="modify_order",
    intents=("modify_order",),
    run=run,
    mode=Mode.WRITE,
    acts=(
        "ask:change",
        "ask:change_lines",
        "ask:variant",
        "ask:new_quantity",
        "ask:gift_note",
        "ask:delivery_day",
        *(
            f"{family}:modify_order{detail}"
            for family in ("confirm", "done")
            for detail in ("", "/refund", "/due", "/gift_note", "/gift_note_removed", "/delivery_day")
        ),
        "pending:modify_order",
        "pending:modify_order/approval",
        *(
            f"refused:modify_order/{reason}"
            for reason in (
                "packed",
                "shipped",
                "delivered",
                "cancelled",
                "line_packed",
                "line_gone",
                "not_available",
                "too_few",
                "same",
                "add",
                "other_product",
                "no_note",
                "too_long",
                "day_range",
                "day_off",
                "changed",
                "declined",
                "unsupported",
                "unknown",
            )
        ),
        *WHICH_ORDER,
    ),
    slots=(
        "order_id", "contact", "products", "size", "new_size", "color", "new_color", "quantity", "new_quantity", "date",
        "shipping_method", "payment_method", "coupon", "said",
    ),
    access=Access.ORDER,
)  # fmt: skip
