"""What a message asks for: the labels the model is sure of, mended by plain words where it is known to go wrong."""

import re
from collections.abc import Sequence

from bot import advice, answers, budget, cues, shopping, slots, wants
from bot.conversation import IntentScore
from bot.decision import NOTIFY
from bot.flows import TurnState
from bot.policy.labels import (
    ADVISING,
    BUYING,
    LIKE_ADVISING,
    LIKE_BUYING,
    LIKE_NOTICES,
    LOOKING,
    QUIET,
    SOCIAL,
    STATUS,
)
from bot.policy.notices import to_tell
from bot.policy.requests import MOST_REQUESTS


def tasks(t: TurnState, apart_from: str = "") -> list[str]:
    """Requests the model is sure of, best first: what the shop is asked for, or else plain social words.

    `apart_from`: the skill under way, whose own requests are not meant.
    """
    labels = _plainly(t, sure(t))
    if plain := _of_goods(t, labels):
        return [plain] if apart_from != t.by_intent[plain].name else []
    labels = _asking(t, labels, apart_from)
    if set(labels) <= LIKE_ADVISING | SOCIAL and (plain := _asks_advice(t) or _browses(t, labels)):
        return [plain] if apart_from != t.by_intent[plain].name else []
    if apart_from != NOTIFY and (told := to_tell(t, labels)):
        labels = [*(() if told.alone else (name for name in labels if name not in LIKE_NOTICES)), told.awaited]
    wanted = [name for name in labels if name not in SOCIAL]
    return wanted[:MOST_REQUESTS] if wanted or apart_from else labels[:1]


def sure(t: TurnState) -> list[str]:
    """Every label that the model is sure of, best first: of the message, and of its parts about several orders."""
    scores = [score for meaning in (t.understanding, *t.understanding.parts) for score in meaning.intents]
    scores = sorted((score for score in scores if score.probability >= t.threshold), key=_least)
    return list(dict.fromkeys(score.name for score in scores))


def _least(score: IntentScore) -> float:
    return -score.probability


def asks_where(t: TurnState) -> bool:
    """Whether the message asks where one order is, which it names, and says no more."""
    numbers = slots.orders_named(t.understanding.slots, t.event.text) or slots.order_numbers(t.event.text)
    return len(numbers) == 1 and wants.asks_where(t.event.text, numbers[0])


def own_words(t: TurnState) -> bool:
    """Whether a question is open whose answer may hold any words."""
    return t.top is not None and t.top.expects in ("gift_note", "told", "reason")


def _asking(t: TurnState, labels: Sequence[str], apart_from: str) -> list[str]:
    """The labels that ask for something of their own: none that another covers, or that the open skill sounds like."""
    skill = t.by_intent.get
    labels = [name for name in labels if not (apart_from and (found := skill(name)) and found.name == apart_from)]
    orders = slots.orders_named(t.understanding.slots, t.event.text)
    covered = {name for one in labels if (found := skill(one)) for name in found.covers if len(orders) < 2}
    labels = [name for name in labels if not (apart_from and name in t.skills[apart_from].sounds_like)]
    if apart_from and not orders:
        covered |= set(t.skills[apart_from].covers)  # more about what is under way
    return [name for name in labels if name not in QUIET and name not in covered]


# --- what its words say so plainly that the model need not ------------------------------------------------------------


# What the model may take a question after goods that went back for.
_LIKE_RETURNED = frozenset({"refund_status", "return_policy", "return_item", "order_status", "delivery_delay"}) | QUIET
# Another size or colour, before or after the goods have left: one message asks for one of them, whichever is likelier.
_ONE_CHANGE = ("modify_order", "exchange_item")
_OF_A_PRODUCT = ("product_price", "product_availability")  # whose answers hold what there is to know of it


def _plainly(t: TurnState, labels: Sequence[str]) -> list[str]:
    """The sure labels, where the words themselves say which: one request is not two because two labels fit it."""
    text, spans = t.event.text, t.understanding.slots
    if set(labels) <= _LIKE_RETURNED and wants.asks_after_return(text) and "refund_status" in t.by_intent:
        return ["refund_status"]
    if asks_where(t) and STATUS in t.by_intent:
        return [STATUS]
    if t.top is None and "product" in t.conversation.memory and slots.only_variant(spans, text):
        return _of_the_one_spoken_of(t)
    faulty = "damaged_or_wrong_item"
    if not labels and t.top is None and faulty in t.by_intent and slots.orders_named(spans, text):
        return [faulty] if wants.tells_of_fault(text) else []  # an order and what broke of it
    only = list(labels)
    if "refund_request" in t.by_intent and wants.asks_for_refund(text):
        only = list(dict.fromkeys("refund_request" if name == "refund_status" else name for name in only))
    if len(slots.orders_named(spans, text)) < 2:
        only = [name for name in only if name not in [one for one in only if one in _ONE_CHANGE][1:]]
    if set(only) & set(_OF_A_PRODUCT) and len(shopping.names(spans, text)) < 2:
        only = [name for name in only if name != LOOKING]
    if set(only) & set(_OF_A_PRODUCT) and cues.found(text, ("tax",)):  # "is that including VAT?" asks for no invoice
        only = [name for name in only if name != "invoice"]
    if BUYING in only and not shopping.asks(text):
        only = [name for name in only if name not in (LOOKING, ADVISING, *_OF_A_PRODUCT)]
    return only


def _of_the_one_spoken_of(t: TurnState) -> list[str]:
    """What "black, M" wants of a product spoken of: to have it, where it was being bought, else whether it is there."""
    about = BUYING if t.conversation.wishes[-1:] == (BUYING,) else "product_availability"
    return [about] if about in t.by_intent else []


def _of_goods(t: TurnState, labels: Sequence[str]) -> str:
    """The intent of a few words about the basket, or about what was just suggested; "" where they are neither."""
    if _about_basket(t, sure(t)):
        return BUYING
    return ADVISING if _narrows_advice(t, labels) else ""


def _about_basket(t: TurnState, labels: Sequence[str]) -> bool:
    """ "One more", "without the mug": while there is a basket, it is changed, unless something else is surely asked.

    A brief message surely asks for something else only where it names no goods: "delete my data".
    """
    buying = t.by_intent.get(BUYING)
    elsewhere = t.top is not None and buying is not None and t.top.skill != buying.name
    if buying is None or elsewhere or "basket" not in t.conversation.memory or re.search("[?？]", t.event.text):
        return False
    spans, text = t.understanding.slots, t.event.text
    goods = slots.brief(text) and shopping.names_goods(spans, text)
    return (goods or set(labels) <= LIKE_BUYING) and shopping.changes_basket(spans, text)


def _narrows_advice(t: TurnState, labels: Sequence[str]) -> bool:
    """ "Something else", "under £50", "in blue?" after goods were shown, while nothing else is asked."""
    memory, spans, text = t.conversation.memory, t.understanding.slots, t.event.text
    shown = t.shown
    one_of_them = answers.place(text) is not None
    if ADVISING not in t.by_intent or not shown or one_of_them or slots.orders_named(spans, text):
        return False
    if advice.turned(text):  # 换一批, which sounds like an exchange
        return True
    one = len(shown) == 1 or memory.get("product") in shown  # of which the shop is asked, rather than for others
    named = any(span.name in ("color", "size") for span in spans) and not shopping.names(spans, text)
    if not set(labels) <= LIKE_ADVISING or not slots.points_at_shown(text):
        return False
    return bool(budget.named(text)) or (named and not one)


def _asks_advice(t: TurnState) -> str:
    """The intent of a message that sets products against each other or asks what goes with one."""
    text = t.event.text
    of_those = len(t.conversation.memory.get("shown", "").split()) > 1 and advice.compares_those(text)
    if LOOKING in t.by_intent and (of_those or advice.compares(text, t.understanding.slots)):
        return LOOKING
    if LOOKING in t.by_intent and t.shown and cues.found(text, ("in_box",)):
        return LOOKING
    return ADVISING if ADVISING in t.by_intent and cues.beside(text) else ""


def _browses(t: TurnState, labels: Sequence[str]) -> str:
    """The intent of "show me your pots", 有哪些花盆, where the model knows no such goods."""
    text = t.event.text
    unread = not labels and ADVISING in t.by_intent and not own_words(t) and slots.brief(text)
    return ADVISING if unread and advice.goods_browsed(text) else ""
