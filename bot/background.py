"""What staff need to know of a handoff beside the talk: who it is, the order, the money, what was tried. Pure.

Rows by name, in the words of staff; summary.py puts them where they stand in a summary.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.approval import Buyer, deed
from bot.commerce import Order
from bot.conversation import Access, Confirmation, Conversation, Proof
from bot.desk_posts import Terms, desk_word
from bot.facts import Day, Fact, Many, Moment, Money, Term
from bot.office import HandoffView
from bot.summary import order_of
from bot.triage import NEAR
from bot.turn import Attempt

TRIED = {"inform": "answered", "done": "done", "pending": "pending", "refused": "refused"}  # by family of acts
_SAME = {  # topic of an act → the intent that is called the same
    "delivery_trouble": "delivery_problem", "return_items": "return_item", "report_problem": "damaged_or_wrong_item",
    "order": "order_status", "delivery": "delivery_delay", "refund": "refund_status", "methods": "payment_methods",
    "promotion": "promo_discount", "promotions": "promo_discount", "product": "product_info", "price": "product_price",
    "availability": "product_availability", "size": "size_help", "suggestions": "recommend_product",
}  # fmt: skip
ANSWERS = frozenset({"provide_info", "affirm", "deny"})  # to what the bot asked: no tasks


@dataclass(frozen=True, slots=True)
class Background:
    """What shop and store say of the conversation as it is handed over."""

    order: Order | None = None
    buyer: Buyer | None = None
    proof: Proof | None = None  # that holds now
    strong: bool = False  # a code or a signed link stands behind it
    attempts: Sequence[Attempt] = ()
    write: Confirmation | None = None  # asked for and not done
    packed_in: timedelta | None = None  # until what is open of the order is packed
    beside: Sequence[HandoffView] = ()  # open handoffs of the same customer
    able: Sequence[tuple[str, Money]] = ()  # what staff could do about the order, and the sum it moves


def rows(
    found: Background, conversation: Conversation, terms: Terms, say: Callable[[Fact], str]
) -> dict[str, str]:
    """`say` writes a fact in the language of `terms`; a row without anything to say is ""."""
    return {
        **pressing(found, terms, say),
        "customer": _customer(found, conversation, terms),
        "order": _order(found.order, terms, say) or order_of(conversation),
        "stake": _stake(found, terms, say),
        "language": terms.get("language", {}).get(conversation.language.split("-")[0], conversation.language),
        "mood": _mood(conversation, terms),
        "tried": "; ".join(_tried(found, conversation, terms)),
        "left": conversation.left,
        "able": ", ".join(
            f"{desk_word(terms, name)}{f' ({say(moved)})' if moved.minor else ''}" for name, moved in found.able
        ),
    }


def pressing(found: Background, terms: Terms, say: Callable[[Fact], str]) -> dict[str, str]:
    """What every opening at a desk says: when the goods are packed, and what else of this customer is open."""
    reasons, channels = terms.get("handoff", {}), terms.get("channel", {})
    return {
        "packed": _packed(found, terms, say),
        "beside": ", ".join(
            f"{reasons.get(view.reason, view.reason)} ({channels.get(view.channel, view.channel)})"
            for view in found.beside
        ),
    }


def _packed(found: Background, terms: Terms, say: Callable[[Fact], str]) -> str:
    if found.order is None or found.order.packed_by is None or found.packed_in is None:
        return ""
    when = say(Moment(found.order.packed_by))
    minutes = found.packed_in // timedelta(minutes=1)
    return f"{when} ({_word(terms, 'packed_in').replace('%d', str(minutes))})" if found.packed_in <= NEAR else when


def _word(terms: Terms, key: str) -> str:
    return terms.get("summary", {}).get(key, key.replace("_", " "))


def _customer(found: Background, conversation: Conversation, terms: Terms) -> str:
    """Who he is on file, and how far he has proved it: what a parcel's label says proves little."""
    proof, buyer = found.proof, found.buyer
    if proof is None:
        return ", ".join(filter(None, [conversation.name, _word(terms, "not_verified")]))
    how = {Access.DELIVERY: "verified_parcel", Access.ORDER: "verified_order"}.get(proof.access, "verified")
    known = [buyer.name, buyer.email] if buyer else [conversation.name]
    strong = _word(terms, "verified_strong") if found.strong else ""
    return ", ".join(filter(None, [*known, _word(terms, how), strong]))


def _order(order: Order | None, terms: Terms, say: Callable[[Fact], str]) -> str:
    if order is None:
        return ""
    promised = order.delivery_day or order.promised
    return " · ".join([
        order.number,
        say(Term("state", order.state)),
        say(order.total),
        say(Many(tuple(line.name for line in order.lines))),
        f"{_word(terms, 'placed')} {say(Moment(order.placed_at))}",
        *([f"{_word(terms, 'promised')} {say(Day(promised))}"] if promised else []),
    ])  # fmt: skip


def _stake(found: Background, terms: Terms, say: Callable[[Fact], str]) -> str:
    """The sum it is about: what was asked for and is not done, else what is owed, else what the order came to."""
    if (write := found.write) and write.moved and write.moved.minor:
        return f"{say(write.moved)} ({deed(write, terms)})"
    if owed := dict(found.able).get("refund"):
        return f"{say(owed)} ({_word(terms, 'owed')})"
    return f"{say(found.order.total)} ({_word(terms, 'total')})" if found.order else ""


def _mood(conversation: Conversation, terms: Terms) -> str:
    if not conversation.anger:
        return _word(terms, "not_angry")
    return _word(terms, "angry") + (f" × {conversation.anger}" if conversation.anger > 1 else "")


def named(topic: str) -> str:
    """Under which key of terms.task the topic of an act stands."""
    return _SAME.get(topic, topic)


def _tried(found: Background, conversation: Conversation, terms: Terms) -> Iterable[str]:
    """What the bot has answered, done and refused in this session, each once, as it came."""
    tasks, reasons, words = terms.get("task", {}), terms.get("refused", {}), terms.get("attempt", {})
    said = dict[str, None]()
    for attempt in found.attempts:
        for act in attempt.acts:
            family, _, what = act.partition(":")
            topic, _, detail = what.partition("/")
            if family not in TRIED:
                continue
            about = named(topic)
            about = about if about in tasks or family != "inform" else attempt.intent
            why = f" ({reasons.get(detail, detail)})" if family == "refused" and detail else ""
            if about in tasks and about not in ANSWERS:
                said[f"{words.get(TRIED[family], TRIED[family])} {tasks[about]}{why}"] = None
    if found.write:
        said[f"{words.get('unconfirmed', 'unconfirmed')} {deed(found.write, terms)}"] = None
    if conversation.fallbacks:
        said[terms.get("handoff", {}).get("not_understood", "not understood")] = None
    return said
