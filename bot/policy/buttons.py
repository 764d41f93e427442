"""What a pressed button or a form's answers set going. Both are as untrusted as text."""

from collections.abc import Mapping

from bot.conversation import Flow
from bot.decision import NOTIFY, Offer
from bot.facts import Act, Term
from bot.flows import Script, TurnState
from bot.messages import form_in
from bot.policy.labels import LOOKING, TELL_OF
from bot.policy.notices import taken_back
from bot.policy.requests import begin, requests
from bot.promises import Awaited

OFFERED = ("order_status", "cancel_order", "return_item")  # what a bare order number may be for


def menu() -> tuple[Offer, ...]:
    """What to begin with, where the shopper has said nothing yet, or nothing that says what for."""
    return tuple(Offer(Term("intent", name), f"intent:{name}") for name in OFFERED)


def pressed(t: TurnState) -> Script:
    name, _, value = t.event.button.partition(":")
    pending = t.conversation.pending
    if name in ("yes", "no") and pending and pending.id == value:
        t.heard.append("affirm" if name == "yes" else "deny")
        yield from t.confirmed() if name == "yes" else t.declined()
    elif name == "pick" and t.top and any(option.value == value for option in t.top.options):
        t.fill({t.top.expects: value})
        yield from t.advance()
    elif name == "intent" and value in t.by_intent:
        yield from requests(t, [value])
    elif name == NOTIFY and value == "stop":
        yield from taken_back(t, list(t.promises.values()))
    elif name == NOTIFY and NOTIFY in t.skills and value.partition(":")[0] in list(Awaited):
        yield from _asked_to_tell(t, *value.split(":", 1))
    elif name == "about" and value and LOOKING in t.by_intent:
        yield from begin(t, Flow(t.by_intent[LOOKING].name, LOOKING, {"product": value}))
    elif (form := form_in(t.event.button)) and form[0] in t.skills and t.skills[form[0]].form:
        yield from _filled(t, *form)
    elif name == "human":
        yield t.hand_over("requested")
    elif name == "english":
        t.change(language="en")
        t.say(Act("ask_what"))
        yield t.speak("ask", offers=menu())
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
        pending=None if pending and pending.skill == name else pending,
        wishes=(*(wish for wish in t.conversation.wishes if wish != intent), intent),
    )
    yield from begin(t, Flow(name, intent, known))


def _asked_to_tell(t: TurnState, awaited: str, subject: str = "") -> Script:
    product, _, skus = subject.partition("/")
    about = {"product": product, "skus": skus} if awaited == Awaited.BACK else {"order_id": subject}
    yield from begin(t, Flow(NOTIFY, TELL_OF[awaited], {"notice": awaited, **about}))
