"""A message while a question is open: it answers, corrects, leaves, or asks for something else."""

import re
from collections.abc import Sequence

from bot import answers, causes, codes, consent, slots, talk
from bot.conversation import Confirmation, Flow
from bot.facts import Act, Text
from bot.flows import Script, TurnState
from bot.policy.labels import ADVISING, BUYING, HALF, OF_A_PRODUCT, PROMO, SOCIAL, TELLING
from bot.policy.language import other_language, third_language
from bot.policy.notices import to_tell
from bot.policy.pages import on_a_page
from bot.policy.requests import requests
from bot.policy.tasks import asks_where, own_words, sure, tasks
from bot.skill import Mode


def answered(t: TurnState, flow: Flow) -> Script:
    """`flow`: the one on top, which asks."""
    if t.conversation.pending and flow.expects == "confirm":
        yield from _to_confirm(t, flow, t.conversation.pending)
    elif flow.expects == "code":
        yield from _to_code(t, flow)
    else:
        yield from _to_question(t, flow)


def _to_confirm(t: TurnState, flow: Flow, pending: Confirmation) -> Script:
    text, meaning = t.event.text, t.understanding
    against = max(meaning.probability("deny"), meaning.probability("cancel_flow")) >= HALF
    corrected = t.correction()
    if consent.explicit_yes(text, pending.verb) and not against and not corrected:
        t.heard.append("affirm")
        yield from t.advance(resuming=True) if t.event.hasty else t.confirmed()  # hasty: shown again, now to be read
    elif others := tasks(t, apart_from=flow.skill):
        if against:
            t.drop()
        yield from requests(t, others)
    elif corrected:
        t.fill(corrected)
        yield from t.advance()
    elif against or talk.leaves(text) or consent.plain_no(text.strip().rpartition("\n")[2]):  # the last word counts
        t.heard.append("deny")
        yield from t.declined()
    elif any(meaning.probability(name) >= HALF for name in t.skills[flow.skill].sounds_like):
        t.fill({})  # it is to be done otherwise: the skill reads this message itself
        yield from t.advance()
    else:
        t.say(Act("confirm_unclear"))
        yield from t.unclear()


def _to_code(t: TurnState, flow: Flow) -> Script:
    """No code in the answer: another one wanted, no way to the mailbox, another mailbox; else as with any question."""
    text = t.event.text
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
        yield from _to_question(t, flow)


def _to_question(t: TurnState, flow: Flow) -> Script:
    if whole := answers.exact(t.event.text, flow.options):
        t.heard.append("provide_info")
        t.fill({flow.expects: whole})
        yield from t.advance()
        return
    if flow.expects == "lines" and causes.unwanted(t.event.text):
        t.heard.append("provide_info")
        t.fill({"reason": t.event.text.strip()} if "reason" in t.skills[flow.skill].slots else {})
        yield from t.advance()
        return
    if flow.intent == BUYING and PROMO in t.by_intent and _tries_code(t, flow):
        yield from requests(t, [PROMO])
        return
    others = tasks(t, apart_from=flow.skill)
    ended = not own_words(t) and talk.ends(t.event.text)
    if t.understanding.probability("cancel_flow") >= HALF or talk.leaves(t.event.text) or ended:
        t.drop()
        goodbye = ended and "thanks_bye" in t.by_intent and _only_social(t)
        yield from requests(t, others or (["thanks_bye"] if goodbye else []))
        return
    value = _value(t, flow)
    if asked := _asked_instead(t, flow, value, others):
        if value is not None and flow.expects == "order_id" and _writes(t, asked[0]):
            t.fill({flow.expects: value})  # "take the gloves off 10423": that is the order, and what to do comes first
        elif t.shown and asked[0] == ADVISING:  # "cheaper ones": narrowed, rather than chosen from
            memory = {name: value for name, value in t.conversation.memory.items() if name != "product"}
            t.change(memory={**memory, "shown": "\n".join(t.shown)}, flows=t.conversation.flows[:-1])
        yield from requests(t, asked)
    elif flow.expects == "reason" and slots.adds(t.event.text) and (more := t.correction()).get("products"):
        t.fill({**more, "reason": ""})  # "and the slippers too": more goes back; a reason is asked for once
        yield from t.advance()
    elif value is not None:
        t.heard.append("provide_info")
        also = t.collected(flow.skill)
        if also.get("order_id", "") in value:
            also.pop("order_id", None)  # a house number, a postcode: part of the answer
        also = {name: said for name, said in also.items() if said != value}  # the same words answer one question
        if flow.expects == "reason":  # "my wife has the same jumper": what goes back was said before
            also = {name: said for name, said in also.items() if name not in ("products", "keep")}
        if flow.expects == "order_id" and "said" in flow.slots and not slots.only_number(t.event.text, value):
            also["said"] = f"{flow.slots['said']}\n{t.event.text}"  # what is to be done is read in it too
        t.fill({**also, flow.expects: value})
        yield from t.advance()
    elif corrected := t.correction():
        anew = [name for name in sure(t) if name in OF_A_PRODUCT and t.by_intent[name].name == flow.skill]
        if anew and "product" in corrected:  # another product, of which something else is asked
            yield from requests(t, anew[:1])
            return
        t.fill(corrected)
        yield from t.advance()
    elif third_language(t):
        yield other_language(t)
    elif (yield from on_a_page(t)):
        yield from t.advance()
    else:
        yield from t.unclear()


def _tries_code(t: TurnState, flow: Flow) -> bool:
    """ "Can I use WINTER10", asked for a colour: a promotion's code, and none of what may be chosen."""
    return slots.tries_code(t.event.text) and answers.choose(t.event.text, flow.options) is None


def _value(t: TurnState, flow: Flow) -> str | None:
    """The answer to what the flow asks, None where the message holds none."""
    if flow.expects == "code":
        return None  # a code was cut out of the text already
    value = answers.answer(flow.expects, t.event.text, t.understanding.slots, flow.options)
    if flow.expects == "contact" and value == flow.slots.get("order_id"):
        return None  # the order number once more, not a postcode
    if slots.is_free(flow.expects) and not flow.options and _only_social(t):
        return None  # "thanks" is no reason and no product
    return value


def _asked_instead(t: TurnState, flow: Flow, value: str | None, others: Sequence[str]) -> list[str]:
    """Which of the other requests heard in the message are meant: none where it rather answers the question."""
    text, meaning = t.event.text, t.understanding
    if value is not None and (flow.options or flow.expects == "reason") and not re.search("[?？]", text):
        others = [name for name in others if name in t.by_intent]
        if flow.expects == "reason":  # "it arrived broken" is a reason, not a request
            others = [name for name in others if name not in TELLING]
    if value is not None and flow.options and slots.only_variant(meaning.slots, text):
        others = []  # whatever it was taken for: one of those to choose from
    if value is not None and flow.expects == "told":
        others = []  # what went wrong may sound like any request; a person reads all of it
    if not others or asks_where(t):
        return list(others)
    told = not own_words(t) and to_tell(t, others) is not None  # by its words, not by the model
    if value is not None and not told and meaning.probability(others[0]) <= meaning.probability("provide_info"):
        return []
    bare = slots.bare(flow.expects, text, value)
    if bare and value and flow.expects == "order_id" and not slots.only_number(text, value):
        bare = False  # "cancel 10423" is a request, and names its order itself
    return [] if bare else list(others)


def _writes(t: TurnState, intent: str) -> bool:
    skill = t.by_intent.get(intent)
    return skill is not None and skill.mode is Mode.WRITE


def _only_social(t: TurnState) -> bool:
    best = t.understanding.intents[:1]
    return any(score.name in SOCIAL and score.probability >= t.threshold for score in best)
