"""A typed message: first what goes before everything else, then what it means where it stands."""

from bot import advice, alarms, consent, shopping, slots
from bot.conversation import Flow
from bot.decision import PERSONAL, Decision, Offer
from bot.facts import Act, Term
from bot.flows import Script, TurnState
from bot.messages import Kind, has_masked_card
from bot.policy.buttons import menu
from bot.policy.labels import ADVISING, BUYING, HALF, QUIET, SOCIAL, STATUS
from bot.policy.language import language, other_language, third_language
from bot.policy.notices import asked_beside, taken_back, to_take_back
from bot.policy.pages import on_a_page
from bot.policy.questions import answered
from bot.policy.requests import begin, requests
from bot.policy.tasks import own_words, sure, tasks


def typed(t: TurnState) -> Script:
    """What goes before everything: danger, a card number, being forgotten, what suggestions go by, anger."""
    text, meaning = t.event.text, t.understanding
    t.change(language=language(t))
    reason = alarms.alarm(text) or ("model_failure" if meaning.failure else "")
    if reason:
        yield t.hand_over(reason)
        return
    if has_masked_card(text):
        t.say(Act("card_masked"))
    if alarms.wants_forgetting(text):
        yield _forgotten(t)
        return
    if flow := _personal(t):
        yield from begin(t, flow)
        return
    if alarms.angry(text) or meaning.probability("complaint") >= t.threshold:
        t.change(anger=t.conversation.anger + 1)
        if t.conversation.anger >= 2:
            yield t.hand_over("angry")
            return
        t.say(Act("apology", tone="apologetic"))
    yield from _meant(t)


def _forgotten(t: TurnState) -> Decision:
    t.change(proof=None, memory={}, noted={}, wishes=(), flows=(), queue=(), pending=None)
    t.say(Act("forgotten"))
    if promises := t.promises:
        t.taken_back += promises.values()
        t.say(Act("done:notify/stopped"))
    return t.speak("say")


def _personal(t: TurnState) -> Flow | None:
    """The flow of a message that says whether suggestions may go by what was bought, and asks for nothing else."""
    wish = advice.history_wish(t.event.text) if PERSONAL in t.skills and not own_words(t) else None
    if wish is None or not set(sure(t)) <= {ADVISING, "account_help", *QUIET}:
        return None
    return Flow(PERSONAL, ADVISING, {**t.collected(PERSONAL), "personal": "on" if wish else "off"})


def _meant(t: TurnState) -> Script:
    """What the message means where it stands: a person asked for, a code, notices, an answer, something new."""
    meaning = t.understanding
    if meaning.probability("talk_to_human") >= max([HALF, *(score.probability for score in meaning.intents[:1])]):
        yield t.hand_over("requested")
    elif t.typed and t.awaits_code():
        t.heard.append("provide_info")
        t.change(fallbacks=0)
        yield from t.advance(resuming=True)
    elif not own_words(t) and (promises := to_take_back(t)) is not None:
        others = asked_beside(t, tasks(t)) if t.event.kind is Kind.TEXT else []
        yield from taken_back(t, promises, others)
    elif not own_words(t) and BUYING in t.by_intent and shopping.whole(t.event.text):
        yield from _whole_basket(t)
    elif t.top and t.top.expects:
        yield from answered(t, t.top)
    else:
        yield from _new_message(t)


def _whole_basket(t: TurnState) -> Script:
    """The basket is to be shown or emptied, whatever is asked: not taken for goods, nor for an answer."""
    skill = t.by_intent[BUYING].name
    if t.top and t.top.skill == skill:
        t.heard.append(BUYING)
        t.fill(t.collected(skill))
        yield from t.advance()
    else:
        yield from requests(t, [BUYING])


def _new_message(t: TurnState) -> Script:
    """No question is open."""
    meaning, names = t.understanding, t.collected("identify")
    wanted = tasks(t)
    if third_language(t):
        yield other_language(t)
    elif consent.assents(t.event.text):
        t.say(Act("ask_more"))
        yield t.speak("say")
    elif wanted:
        yield from requests(t, wanted)
    elif t.said and t.said[0].name == "apology":
        yield t.speak("say", offers=(t.human,))
    elif meaning.probability("cancel_flow") >= HALF:
        t.say(Act("nothing_open"))
        yield t.speak("say")
    elif slots.labelled(names) and STATUS in t.by_intent:
        yield from requests(t, [STATUS])
    elif "order_id" in names and slots.bare("order_id", t.event.text, names["order_id"]):
        t.change(memory={**t.conversation.memory, "order_id": names["order_id"]})
        t.say(Act("clarify"))
        yield t.speak("clarify", offers=(*menu(), t.human))
    elif "contact" in names:  # who he is, before he says what he wants: not asked for again
        t.change(memory={**t.conversation.memory, **names})
        t.say(Act("contact_noted"))
        t.say(Act("ask_what"))
        yield t.speak("ask", offers=menu())
    elif consent.thanks_no(t.event.text):
        yield from requests(t, ["thanks_bye"])
    elif max(meaning.probability(name) for name in ("affirm", "deny", "provide_info")) >= t.threshold:
        t.say(Act("ask_what"))
        yield t.speak("ask", offers=menu())
    elif (yield from on_a_page(t)):
        yield t.speak("say", offers=(t.human,))
    elif 1 - meaning.in_scope >= t.threshold:
        t.say(Act("oos"))
        yield from t.unclear(silent=True)
    else:
        yield from _not_understood(t)


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
