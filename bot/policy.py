"""What to do next: pure, no I/O, table-tested.

`decide` replays one turn: a generator reads the message, asks for Reads and Performs, and ends in a Speak. Outcomes of
what it asked for are sent back in, so the same arguments always give the same decision. How a flow advances stands in
flows.py; here a message is read.
"""

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot import advice, alarms, budget, codes, consent, cues, opt_in, shopping, slots, wants
from bot.conversation import Conversation, Flow, Understanding
from bot.decision import NOTIFY, PERSONAL, Decision, Limits, Offer, TurnInput
from bot.facts import Act, Term, Text
from bot.flows import ADVICE_MEMORY, Script, TurnState
from bot.messages import Kind, form_in, has_masked_card
from bot.promises import Awaited, Promise
from bot.skill import Mode, Outcome, Skill

# Labels that ask the shop for nothing.
QUIET = frozenset({"affirm", "deny", "provide_info", "cancel_flow", "oos", "talk_to_human", "complaint"})
SOCIAL = frozenset({"greeting", "thanks_bye", "feedback"})
TELLING = frozenset({"damaged_or_wrong_item", "delivery_delay", "delivery_problem", "warranty"})  # what is wrong
HALF = 0.5  # independent probabilities: above it, a label more likely holds than not
MOST_REQUESTS = 3  # of one message
SHORT_TEXT = 6  # letters below which a language is a guess
OFFERED = ("order_status", "cancel_order", "return_item")  # what a bare order number may be for


def decide(
    conversation: Conversation, event: TurnInput, understanding: Understanding | None, outcomes: Sequence[Outcome],
    skills: Sequence[Skill], limits: Limits, now: datetime,
) -> Decision:  # fmt: skip
    """The next decision of this turn, given the outcomes of its earlier ones in order."""
    by_name = {skill.name: skill for skill in skills}
    state = TurnState(conversation, event, understanding or Understanding(), by_name, limits, now)
    script = _turn(state)
    decision = next(script)
    for outcome in outcomes:
        decision = script.send(outcome)
    return decision


def _turn(t: TurnState) -> Script:
    match t.event.kind:
        case Kind.START if t.event.text:
            yield from t.signed_in(_menu())
        case Kind.START:
            t.say(Act("greet", tone="warm"))
            yield t.speak("say", offers=_menu())
        case Kind.EDIT:
            t.say(Act("edit_late"))
            yield t.speak("say")
        case Kind.BUTTON:
            yield from _button(t)
        case Kind.FILE if not t.event.text.strip():
            yield from _file(t)
        case _:
            if t.event.kind is Kind.FILE:
                t.say(_file_act(t))
            yield from _text(t)


MOST_FILES = 10  # of one claim


def _file_act(t: TurnState) -> Act:
    """Remember what was sent: for the claim that this message makes or goes on with, else for whoever asks for it."""
    digests = [*t.conversation.memory.get("files", "").split(","), *(item.digest for item in t.event.attachments)]
    files = ",".join(list(dict.fromkeys(filter(None, digests)))[-MOST_FILES:])
    t.change(memory={**t.conversation.memory, "files": files})
    if not all(item.digest for item in t.event.attachments):
        return Act("file_lost")
    if t.top and "files" in t.skills[t.top.skill].slots:
        t.replace_top(t.top.with_slot("files", files))
        return Act("file_added")
    wanted = [t.by_intent[name] for name in _tasks(t) if name in t.by_intent]
    return Act("file_added" if any("files" in skill.slots for skill in wanted) else "file_kept")


def _file(t: TurnState) -> Script:
    """A file without a word goes to the claim that is being made or was made last, or is kept for whoever asks."""
    kept, order = _file_act(t), t.conversation.memory.get("claim", "")
    takes = next((skill for skill in t.skills.values() if "files" in skill.slots), None)
    if kept.name == "file_kept" and takes and order and not t.top:
        known = {"order_id": order, "files": t.conversation.memory["files"]}
        t.change(flows=(Flow(takes.name, takes.intents[0], known),))
        yield from t.advance()
        return
    t.say(kept)
    if kept.name == "file_added":
        yield from t.advance()
    else:
        yield t.speak("say", offers=(t.human,))


def _menu() -> tuple[Offer, ...]:
    return tuple(Offer(Term("intent", name), f"intent:{name}") for name in OFFERED)


# --- buttons: as untrusted as text ----------------------------------------------------------------------------------


def _button(t: TurnState) -> Script:
    name, _, value = t.event.button.partition(":")
    pending = t.conversation.pending
    if name in ("yes", "no") and pending and pending.id == value:
        t.heard.append("affirm" if name == "yes" else "deny")
        yield from t.confirmed() if name == "yes" else t.declined()
    elif name == "pick" and t.top and any(option.value == value for option in t.top.options):
        t.fill({t.top.expects: value})
        yield from t.advance()
    elif name == "intent" and value in t.by_intent:
        yield from _requests(t, [value])
    elif name == NOTIFY and value == "stop":
        yield from _taken_back(t, list(t.promises.values()))
    elif name == NOTIFY and NOTIFY in t.skills and value.partition(":")[0] in list(Awaited):
        yield from _asked_to_tell(t, *value.split(":", 1))
    elif name == "about" and value and LOOKING in t.by_intent:
        shown = Flow(t.by_intent[LOOKING].name, LOOKING, {"product": value})
        t.change(flows=(*(other for other in t.conversation.flows if other.skill != shown.skill), shown), fallbacks=0)
        yield from t.advance()
    elif (form := form_in(t.event.button)) and form[0] in t.skills and t.skills[form[0]].form:
        yield from _filled(t, *form)
    elif name == "human":
        yield t.hand_over("requested")
    elif name == "english":
        t.change(language="en")
        t.say(Act("ask_what"))
        yield t.speak("ask", offers=_menu())
    else:
        t.say(Act("stale_button"))
        yield from t.advance() if t.top else iter((t.speak("say"),))


def _filled(t: TurnState, name: str, values: Mapping[str, str]) -> Script:
    """A form's answers are a request of their own: what was asked or shown of this kind before is over."""
    skill, pending = t.skills[name], t.conversation.pending
    known = {slot: value for slot, value in values.items() if slot in skill.form}
    intent = skill.intents[0]
    t.heard.append(intent)
    t.change(
        flows=(*(flow for flow in t.conversation.flows if flow.skill != name), Flow(name, intent, known)),
        pending=None if pending and pending.skill == name else pending, fallbacks=0,
        wishes=(*(wish for wish in t.conversation.wishes if wish != intent), intent),
    )  # fmt: skip
    yield from t.advance()


LOOKING, ADVISING = "product_info", "recommend_product"
# What the model may take a question between products for.
_LIKE_ADVISING = frozenset({LOOKING, ADVISING, "product_price", "product_availability", "size_help"}) | QUIET

# What is asked to be told → the intent whose slots and questions it has.
TELL_OF = {
    Awaited.SENT: "order_status", Awaited.DELAYED: "delivery_delay", Awaited.REFUNDED: "refund_status",
    Awaited.BACK: "product_availability", opt_in.APPROVED: "refund_status",
}  # fmt: skip
# What the model may take words about notices for.
_LIKE_NOTICES = frozenset({*TELL_OF.values(), "account_help", "shipping_info", "cancel_flow", "deny"})


def _asked_to_tell(t: TurnState, awaited: str, subject: str = "") -> Script:
    """The button that asks to be told."""
    product, _, skus = subject.partition("/")
    about = {"product": product, "skus": skus} if awaited == Awaited.BACK else {"order_id": subject}
    flow = Flow(NOTIFY, TELL_OF[awaited], {"notice": awaited, **about})
    t.change(flows=(*(other for other in t.conversation.flows if other.skill != NOTIFY), flow), fallbacks=0)
    yield from t.advance()


def _taken_back(t: TurnState, promises: Sequence[Promise]) -> Script:
    """He wants to be told no more; what is open goes on, and other requests of the message are served."""
    t.taken_back += promises
    t.say(Act("done:notify/stopped"))
    t.change(fallbacks=0)
    others = [name for name in _tasks(t) if name not in _LIKE_NOTICES] if t.event.kind is Kind.TEXT else []
    yield from _requests(t, others)


def _own_words(t: TurnState) -> bool:
    """Whether a question is open whose answer may hold any words."""
    return t.top is not None and t.top.expects in ("gift_note", "told", "reason")


def _to_take_back(t: TurnState) -> list[Promise] | None:
    """The open promises that the message takes back: all of them, or those of the orders it names.

    None where it means something else: an answer in his own words; without a promise, mails of the account.
    """
    if NOTIFY not in t.skills or _own_words(t) or not opt_in.takes_back(t.event.text):
        return None
    if not t.event.promises and t.understanding.probability("account_help") >= t.threshold:
        return None
    named = slots.orders_named(t.understanding.slots, t.event.text)
    return [promise for promise in t.promises.values() if not named or promise.subject in named]


# --- text ------------------------------------------------------------------------------------------------------------


def _text(t: TurnState) -> Script:
    text, meaning = t.event.text, t.understanding
    t.change(language=_language(t))
    reason = alarms.alarm(text) or ("model_failure" if meaning.failure else "")
    if reason:
        yield t.hand_over(reason)
        return
    if has_masked_card(text):
        t.say(Act("card_masked"))
    if alarms.wants_forgetting(text):
        t.change(proof=None, memory={}, noted={}, wishes=(), flows=(), queue=(), pending=None)
        t.say(Act("forgotten"))
        if promises := t.promises:
            t.taken_back += promises.values()
            t.say(Act("done:notify/stopped"))
        yield t.speak("say")
        return
    wish = advice.history_wish(text) if PERSONAL in t.skills and not _own_words(t) else None
    if wish is not None and set(_sure(t)) <= {ADVISING, "account_help", *QUIET}:
        flow = Flow(PERSONAL, ADVISING, {**t.collected(PERSONAL), "personal": "on" if wish else "off"})
        t.change(flows=(*(other for other in t.conversation.flows if other.skill != PERSONAL), flow), fallbacks=0)
        yield from t.advance()
        return
    if alarms.angry(text) or meaning.probability("complaint") >= t.threshold:
        t.change(anger=t.conversation.anger + 1)
        if t.conversation.anger >= 2:
            yield t.hand_over("angry")
            return
        t.say(Act("apology", tone="apologetic"))
    if meaning.probability("talk_to_human") >= max([HALF, *(score.probability for score in meaning.intents[:1])]):
        yield t.hand_over("requested")
    elif t.typed and t.awaits_code():
        t.heard.append("provide_info")
        t.change(fallbacks=0)
        yield from t.advance(resuming=True)
    elif (promises := _to_take_back(t)) is not None:
        yield from _taken_back(t, promises)
    elif t.conversation.pending and t.top and t.top.expects == "confirm":
        yield from _answer_to_confirm(t)
    elif t.top and t.top.expects == "code":
        yield from _answer_to_code(t)
    elif t.top and t.top.expects:
        yield from _answer_to_question(t)
    else:
        yield from _new_message(t)


# Common characters that only simplified script writes so: "好的" alone does not say which script it is.
_SIMPLIFIED = frozenset("们这个来对时说会没还为过发经进动问间关订单货邮编号码请换买卖钱东车见让认识谢样应该给红蓝绿迟")
_TELLING = 6  # Latin letters, or two Chinese characters: below, a message tells too little to go by ("ok", "M")


def _language(t: TurnState) -> str:
    """What the shopper is answered in: a few letters do not change it, nor does Chinese that fits both scripts."""
    text, known, heard = slots.without_values(t.event.text), t.conversation.language, t.understanding.language
    if t.understanding.failure:
        heard = "zh" if any("\u3400" <= character <= "\u9fff" for character in text) else "en"
    if heard.split("-")[0] not in t.limits.spoken:
        return known or t.limits.spoken[0]
    if known == "zh-Hant" and heard == "zh" and not _SIMPLIFIED & set(text):
        return known
    return heard if not known or _weight(text) >= _TELLING else known


def _weight(text: str) -> int:
    """How much it says: a Chinese character as much as three Latin letters."""
    return sum(3 if character > "\u2e80" else 1 for character in text if character.isalpha())


def _answer_to_confirm(t: TurnState) -> Script:
    text, meaning, pending = t.event.text, t.understanding, t.conversation.pending
    against = max(meaning.probability("deny"), meaning.probability("cancel_flow")) >= HALF
    corrected = t.correction()
    if pending and consent.explicit_yes(text, pending.verb) and not against and not corrected:
        t.heard.append("affirm")
        yield from t.advance(resuming=True) if t.event.hasty else t.confirmed()  # hasty: shown again, now to be read
    elif others := _tasks(t, apart_from=t.top.skill if t.top else ""):
        if against:
            t.drop()
        yield from _requests(t, others)
    elif corrected:
        t.fill(corrected)
        yield from t.advance()
    elif against or slots.leaves(text) or consent.plain_no(text.strip().rpartition("\n")[2]):  # the last word counts
        t.heard.append("deny")
        yield from t.declined()
    elif t.top and any(meaning.probability(name) >= HALF for name in t.skills[t.top.skill].sounds_like):
        t.fill({})  # it is to be done otherwise: the skill reads this message itself
        yield from t.advance()
    else:
        t.say(Act("confirm_unclear"))
        yield from t.unclear()


def _answer_to_code(t: TurnState) -> Script:
    """No code in the answer: another one wanted, no way to the mailbox, another mailbox; else as with any question."""
    text, flow = t.event.text, t.top
    if flow is None:
        raise ValueError("no question is open")
    if codes.mailbox_lost(text):
        yield t.hand_over("no_code")
    elif slots.email(text) and t.conversation.challenge:
        mail = Text(t.conversation.challenge.mail)
        yield t.ask("code", Act("ask:code/on_file", {"mail": mail}), flow)  # never to an address named in the chat
    elif codes.mistyped(text):
        yield from t.unclear()
    elif codes.wanted_again(text):
        t.again = True
        yield from t.advance(resuming=True)
    else:
        yield from _answer_to_question(t)


def _answer_to_question(t: TurnState) -> Script:
    flow, meaning = t.top, t.understanding
    if flow is None:
        raise ValueError("no question is open")
    if whole := slots.exact(t.event.text, flow.options):
        t.heard.append("provide_info")
        t.fill({flow.expects: whole})
        yield from t.advance()
        return
    others = _tasks(t, apart_from=flow.skill)
    if meaning.probability("cancel_flow") >= HALF or slots.leaves(t.event.text):
        t.drop()
        yield from _requests(t, others)
        return
    value = slots.answer(flow.expects, t.event.text, meaning.slots, flow.options) if flow.expects != "code" else None
    if flow.expects == "contact" and value == flow.slots.get("order_id"):
        value = None  # the order number once more, not a postcode
    if value is not None and slots.is_free(flow.expects) and not flow.options and _only_social(t):
        value = None  # "thanks" is no reason and no product
    if value is not None and (flow.options or flow.expects == "reason") and not re.search("[?？]", t.event.text):
        others = [name for name in others if name in t.by_intent]
        if flow.expects == "reason":  # "it arrived broken" is a reason, not a request
            others = [name for name in others if name not in TELLING]
    if value is not None and flow.options and slots.only_variant(meaning.slots, t.event.text):
        others = []  # whatever it was taken for: one of those to choose from
    if value is not None and flow.expects == "told":
        others = []  # what went wrong may sound like any request; a person reads all of it
    given = meaning.probability("provide_info")
    told = bool(others) and not _own_words(t) and _to_tell(t, others) is not None  # by its words, not by the model
    asks_other = bool(others) and (value is None or told or meaning.probability(others[0]) > given)
    bare = slots.bare(flow.expects, t.event.text, value)
    if bare and value and flow.expects == "order_id" and not slots.only_number(t.event.text, value):
        bare = False  # "cancel 10423" is a request, and names its order itself
    if asks_other and not bare:
        if value is not None and flow.expects == "order_id" and _writes(t, others[0]):
            t.fill({flow.expects: value})  # "take the gloves off 10423": that is the order, and what to do comes first
        yield from _requests(t, others)
    elif value is not None:
        t.heard.append("provide_info")
        also = t.collected(flow.skill)
        if also.get("order_id", "") in value:
            also.pop("order_id", None)  # a house number, a postcode: part of the answer
        if flow.expects == "order_id" and "said" in flow.slots and not slots.only_number(t.event.text, value):
            also["said"] = f"{flow.slots['said']}\n{t.event.text}"  # what is to be done is read in it too
        t.fill({**also, flow.expects: value})
        yield from t.advance()
    elif corrected := t.correction():
        t.fill(corrected)
        yield from t.advance()
    elif _third_language(t):
        yield _other_language(t)
    elif (yield from _on_a_page(t)):
        yield from t.advance()
    else:
        yield from t.unclear()


def _new_message(t: TurnState) -> Script:
    meaning, names = t.understanding, t.collected("identify")
    tasks = _tasks(t)
    if _third_language(t):
        yield _other_language(t)
    elif consent.assents(t.event.text):
        t.say(Act("ask_more"))
        yield t.speak("say")
    elif tasks:
        yield from _requests(t, tasks)
    elif t.said and t.said[0].name == "apology":
        yield t.speak("say", offers=(t.human,))
    elif meaning.probability("cancel_flow") >= HALF:
        t.say(Act("nothing_open"))
        yield t.speak("say")
    elif "order_id" in names and slots.bare("order_id", t.event.text, names["order_id"]):
        t.change(memory={**t.conversation.memory, "order_id": names["order_id"]})
        t.say(Act("clarify"))
        yield t.speak("clarify", offers=(*_menu(), t.human))
    elif "contact" in names:  # who he is, before he says what he wants: not asked for again
        t.change(memory={**t.conversation.memory, **names})
        t.say(Act("contact_noted"))
        t.say(Act("ask_what"))
        yield t.speak("ask", offers=_menu())
    elif consent.thanks_no(t.event.text):
        yield from _requests(t, ["thanks_bye"])
    elif max(meaning.probability(name) for name in ("affirm", "deny", "provide_info")) >= t.threshold:
        t.say(Act("ask_what"))
        yield t.speak("ask", offers=_menu())
    elif (yield from _on_a_page(t)):
        yield t.speak("say")
    elif 1 - meaning.in_scope >= t.threshold:
        t.say(Act("oos"))
        yield from t.unclear(silent=True)
    else:
        yield from _not_understood(t)


ANY_PAGE = "any_page"


def _on_a_page(t: TurnState) -> Generator[Decision, Outcome, bool]:
    """Whether a page of the shop plainly answers what the model makes nothing of; then it has been said."""
    if ANY_PAGE not in t.skills or _weight(slots.without_values(t.event.text)) < _TELLING:
        return False
    found = yield from t.read(Flow(ANY_PAGE, "", {"said": t.event.text}))
    if found.act.family != "inform":
        return False
    t.say(found.act)
    t.cards += found.cards
    t.change(fallbacks=0)
    return True


def _only_social(t: TurnState) -> bool:
    best = t.understanding.intents[:1]
    return any(score.name in SOCIAL and score.probability >= t.threshold for score in best)


def _third_language(t: TurnState) -> bool:
    base = t.understanding.language.split("-")[0]
    return base not in t.limits.spoken and sum(map(str.isalpha, t.event.text)) >= SHORT_TEXT


def _other_language(t: TurnState) -> Decision:
    """One written line in the shopper's language says what the first line says to others."""
    t.change(introduced=True)
    t.say(Act(f"other_language/{t.understanding.language}"))
    return t.speak("say", offers=(Offer(Term("button", "english"), "english"), t.human))


def _tasks(t: TurnState, apart_from: str = "") -> list[str]:
    """Requests the model is sure of, best first: what the shop is asked for, or else plain social words."""
    if _about_basket(t):
        return [BUYING] if apart_from != t.by_intent[BUYING].name else []
    sure = _plainly(t, _sure(t))
    if _narrows_advice(t, sure):
        return [ADVISING] if apart_from != t.by_intent[ADVISING].name else []
    skill = t.by_intent.get
    sure = [name for name in sure if not (apart_from and (found := skill(name)) and found.name == apart_from)]
    orders = slots.orders_named(t.understanding.slots, t.event.text)
    covered = {name for one in sure if (found := skill(one)) for name in found.covers if len(orders) < 2}
    sure = [name for name in sure if not (apart_from and name in t.skills[apart_from].sounds_like)]
    if apart_from and not orders:
        covered |= set(t.skills[apart_from].covers)  # more about what is under way
    sure = [name for name in sure if name not in QUIET and name not in covered]
    if set(sure) <= _LIKE_ADVISING and (plainly := _asks_advice(t) or _browses(t, sure)):
        return [plainly] if apart_from != t.by_intent[plainly].name else []
    if apart_from != NOTIFY and (told := _to_tell(t, sure)):
        sure = [*(() if told.alone else (name for name in sure if name not in _LIKE_NOTICES)), told.awaited]
    wanted = [name for name in sure if name not in SOCIAL]
    return wanted[:MOST_REQUESTS] if wanted or apart_from else sure[:1]


# What the model may take a question after goods that went back for.
_LIKE_RETURNED = frozenset({"refund_status", "return_policy", "return_item", "order_status", "delivery_delay"}) | QUIET
# Another size or colour, before or after the goods have left: one message asks for one of them, whichever is likelier.
_ONE_CHANGE = ("modify_order", "exchange_item")
_OF_A_PRODUCT = ("product_price", "product_availability")  # whose answers hold what there is to know of it


def _plainly(t: TurnState, sure: Sequence[str]) -> list[str]:
    """The sure labels, where the words themselves say which: one request is not two because two labels fit it."""
    text, spans = t.event.text, t.understanding.slots
    if set(sure) <= _LIKE_RETURNED and wants.asks_after_return(text) and "refund_status" in t.by_intent:
        return ["refund_status"]
    if t.top is None and "product" in t.conversation.memory and slots.only_variant(spans, text):
        return _of_the_one_spoken_of(t)
    only = list(sure)
    if len(slots.orders_named(spans, text)) < 2:
        only = [name for name in only if name not in [one for one in only if one in _ONE_CHANGE][1:]]
    if set(only) & set(_OF_A_PRODUCT) and len(shopping.names(spans, text)) < 2:
        only = [name for name in only if name != LOOKING]
    if BUYING in only and not shopping.asks(text):
        only = [name for name in only if name not in (LOOKING, ADVISING, *_OF_A_PRODUCT)]
    return only


def _of_the_one_spoken_of(t: TurnState) -> list[str]:
    """What "black, M" wants of a product spoken of: to have it, where it was being bought, else whether it is there."""
    about = BUYING if t.conversation.wishes[-1:] == (BUYING,) else "product_availability"
    return [about] if about in t.by_intent else []


def _narrows_advice(t: TurnState, sure: Sequence[str]) -> bool:
    """ "Something else", "under £50" after suggestions, while nothing else is asked."""
    if ADVISING not in t.by_intent or t.top is not None or not t.conversation.memory.get("shown"):
        return False
    text = t.event.text
    if slots.orders_named(t.understanding.slots, text):
        return False
    if advice.wants_more(text):  # 换一批, which sounds like an exchange
        return set(sure) <= _LIKE_ADVISING | {"exchange_item"}
    return set(sure) <= _LIKE_ADVISING and slots.brief(text) and bool(budget.named(text))


def _asks_advice(t: TurnState) -> str:
    """The intent of a message that sets products against each other or asks what goes with one: by its words."""
    text = t.event.text
    of_those = len(t.conversation.memory.get("shown", "").split()) > 1 and advice.compares_those(text)
    if LOOKING in t.by_intent and (of_those or advice.compares(text, t.understanding.slots)):
        return LOOKING
    return ADVISING if ADVISING in t.by_intent and cues.beside(t.event.text) else ""


def _browses(t: TurnState, sure: Sequence[str]) -> str:
    """The intent of "show me your pots", 有哪些花盆, where the model knows no such goods."""
    said = t.event.text
    unread = not sure and ADVISING in t.by_intent and not _own_words(t) and slots.brief(said)
    return ADVISING if unread and advice.goods_browsed(said) else ""


def _sure(t: TurnState) -> list[str]:
    """Every label that the model is sure of, best first."""
    return [score.name for score in t.understanding.intents if score.probability >= t.threshold]


def _to_tell(t: TurnState, sure: Sequence[str]) -> opt_in.Asked | None:
    """A wish to be told, with the intent it belongs to: the model's, or what was spoken of, where it says only that."""
    wish = opt_in.asked(t.event.text) if NOTIFY in t.skills else None
    if wish is None or wish.awaited in TELL_OF:
        return wish and replace(wish, awaited=TELL_OF[wish.awaited])
    order = ["order_status"] if slots.orders_named(t.understanding.slots, t.event.text) else []
    likely = (*sure, *order, *reversed(t.conversation.wishes))
    about = next((name for name in likely if name in TELL_OF.values()), "")
    return replace(wish, awaited=about) if about else None


BUYING = "place_order"
# What the model may take a change of the basket for.
_LIKE_BUYING = frozenset({BUYING, "modify_order", "cancel_order", "cancel_flow", "deny", "affirm", "provide_info"})


def _about_basket(t: TurnState) -> bool:
    """ "One more", "without the mug": while there is a basket, it is changed, unless something else is surely asked.

    A brief message surely asks for something else only where it names no goods: "delete my data".
    """
    buying = t.by_intent.get(BUYING)
    elsewhere = t.top is not None and buying is not None and t.top.skill != buying.name
    if buying is None or elsewhere or "basket" not in t.conversation.memory or re.search("[?？]", t.event.text):
        return False
    spans, text = t.understanding.slots, t.event.text
    goods = slots.brief(text) and shopping.names_goods(spans, text)
    return (goods or set(_sure(t)) <= _LIKE_BUYING) and shopping.changes_basket(spans, text)


def _writes(t: TurnState, intent: str) -> bool:
    skill = t.by_intent.get(intent)
    return skill is not None and skill.mode is Mode.WRITE


def _requests(t: TurnState, names: Sequence[str]) -> Script:
    """Start the requests of one message: the first now, the others wait their turn."""
    t.heard += names
    if names:
        t.change(fallbacks=0)
        if not (t.conversation.flows or t.conversation.queue):
            t.change(wishes=())  # what was wished before is settled
    if flows := _flows(t, names):
        first, *rest = flows
        pending = t.conversation.pending
        # one flow of a skill at a time: the newer request is meant
        below = tuple(flow for flow in t.conversation.flows if flow.skill != first.skill)
        known = {(flow.intent, *flow.slots.items()) for flow in t.conversation.queue}
        queue = (*t.conversation.queue, *(flow for flow in rest if (flow.intent, *flow.slots.items()) not in known))
        t.change(
            flows=(*below, first), queue=queue[:MOST_REQUESTS],
            pending=None if pending and pending.skill == first.skill else pending,
        )  # fmt: skip
    yield from t.advance()


_CORRECTS = re.compile(
    r"\b(?:no|not|sorry|i mean|rather|instead|actually|wrong)\b|不是|不[对對]|[错錯]|[应應][该該]是",
    re.IGNORECASE | re.ASCII,
)


def _flows(t: TurnState, names: Sequence[str]) -> list[Flow]:
    """A flow for each request, and for each order where one request names several.

    Which of several orders belongs to which of several requests is asked, not guessed.
    """
    numbers = slots.orders_named(t.understanding.slots, t.event.text)
    flows: list[Flow] = []
    for flow in filter(None, (_start(t, name) for name in names)):
        on_order = "order_id" in t.skills[flow.skill].slots
        # "where is it, it is late": two labels, one question
        if not (on_order and any((other.skill, other.slots) == (flow.skill, flow.slots) for other in flows)):
            flows.append(flow)
    takers = [flow for flow in flows if "order_id" in flow.slots]
    if len(numbers) < 2 or not takers:
        return flows
    if len(takers) == 1 and not _CORRECTS.search(t.event.text):
        return [*flows, *(takers[0].with_slot("order_id", number) for number in numbers[1:])]
    return [flow.without_slot("order_id") for flow in flows]


def _start(t: TurnState, intent: str) -> Flow | None:
    """A flow for the intent with the slots of this message; None after saying that people do this here."""
    noted = {span.name: span.value for span in t.understanding.slots}
    wishes = (*(wish for wish in t.conversation.wishes if wish != intent), intent)
    t.change(wishes=wishes[-MOST_REQUESTS:], noted={**t.conversation.noted, **noted})
    skill = t.by_intent.get(intent)
    if skill is None:
        t.no_skill(intent)
        return None
    if intent not in (*_LIKE_ADVISING, BUYING, *SOCIAL):  # something else is spoken of
        t.change(memory={name: value for name, value in t.conversation.memory.items() if name not in ADVICE_MEMORY})
    values = t.collected(skill.name)
    if "said" in skill.slots and t.event.kind is not Kind.BUTTON:
        values["said"] = t.event.text
    if "files" in skill.slots and (files := t.conversation.memory.get("files")):
        values["files"] = files
    values |= {name: t.conversation.memory[name] for name in ("basket", *ADVICE_MEMORY)
               if name in skill.slots and name in t.conversation.memory}  # fmt: skip
    if "product" in skill.slots and "product" not in values and (chosen := _shown_one(t)):
        values["product"] = chosen
    for name, slot in (("order_id", "order_hint"), ("product", "product")):
        spoken_of = name in skill.slots and name not in values and name in t.conversation.memory
        back = slots.points_back(t.event.text) or slots.brief(t.event.text) or "wishes" in values  # "two in white"
        back = back or bool({"cheaper", "alternative"} & values.keys())
        if name == "product" and not back:
            continue  # so many words may well name another product, which was not found in them
        if spoken_of and not slots.means_another(t.event.text):
            # "the blanket, has that been sent?" points at the blanket: which order it is in, the skill finds out
            sure = slots.points_back(t.event.text) and "products" not in values
            values[name if sure else slot] = t.conversation.memory[name]
            if slot == "product" and "skus" in skill.slots and not {"size", "color"} & values.keys():
                values |= {"skus": skus} if (skus := t.conversation.memory.get("skus")) else {}
    return Flow(skill.name, intent, values)


def _shown_one(t: TurnState) -> str:
    """ "The second one": of the products last shown."""
    place = slots.place(t.event.text)
    shown = t.conversation.memory.get("shown", "").split()
    return shown[place] if place is not None and -len(shown) <= place < len(shown) else ""


def _not_understood(t: TurnState) -> Script:
    """The bounded ladder: the two likeliest readings as buttons, rephrase once, a person."""
    rung = t.conversation.fallbacks
    t.change(fallbacks=rung + 1)
    likely = [score.name for score in t.understanding.intents if score.name in t.by_intent.keys() - SOCIAL][:2]
    if rung == 0 and likely:
        t.say(Act("clarify"))
        yield t.speak("clarify", offers=(*(Offer(Term("intent", name), f"intent:{name}") for name in likely), t.human))
    elif rung <= 1:
        t.say(Act("rephrase"))
        yield t.speak("clarify", offers=(t.human,))
    else:
        yield t.hand_over("not_understood")
