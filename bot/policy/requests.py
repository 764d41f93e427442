"""How a request begins: a flow with all that the message and the conversation so far have said for it."""

import re
from collections.abc import Mapping, Sequence

from bot import answers, shopping, slots, talk
from bot.conversation import Flow, Understanding
from bot.flows import ADVICE_MEMORY, Script, TurnState
from bot.messages import Kind
from bot.policy.labels import BUYING, HALF, LIKE_ADVISING, OF_A_PRODUCT, SOCIAL
from bot.skill import Skill

MOST_REQUESTS = 3  # of one message


def begin(t: TurnState, flow: Flow) -> Script:
    """Go on with this flow; one of a skill at a time: the newer is meant."""
    t.change(flows=(*(other for other in t.conversation.flows if other.skill != flow.skill), flow), fallbacks=0)
    yield from t.advance()


def requests(t: TurnState, names: Sequence[str]) -> Script:
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

    Which of several orders belongs to which of several requests the parts of the message tell; where they do not, it is
    asked, not guessed.
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
    corrects = bool(_CORRECTS.search(t.event.text))
    if not corrects and (parted := _by_parts(t, takers, numbers)):
        return [*parted, *(flow for flow in flows if flow not in takers)]
    if len(takers) == 1 and not corrects:
        return [*flows, *(takers[0].with_slot("order_id", number) for number in numbers[1:])]
    return [flow.without_slot("order_id") for flow in flows]


def _by_parts(t: TurnState, takers: Sequence[Flow], numbers: Sequence[str]) -> list[Flow]:
    """A flow for each order, with what its part of the message asks for; [] where a request is left without an order.

    A part that asks for nothing of its own belongs to the one before it, or to the one after: "10043 and 10055".
    """
    asked = [_asked(part, takers) for part in t.understanding.parts]
    last = next(filter(None, asked), None)
    flows = []
    for own, part, number in zip(asked, t.understanding.parts, numbers, strict=False):
        last = own or last
        if last:
            known = _known(t.hearing(part), t.skills[last.skill], last.intent)
            flows.append(Flow(last.skill, last.intent, {**known, "order_id": number}))
    return flows if {flow.intent for flow in flows} == {flow.intent for flow in takers} else []


def _asked(part: Understanding, takers: Sequence[Flow]) -> Flow | None:
    """The request that a part of the message most likely makes."""
    best = max(takers, key=lambda flow: part.probability(flow.intent))
    return best if part.probability(best.intent) >= HALF else None


def _start(t: TurnState, intent: str) -> Flow | None:
    """A flow for the intent with the slots of this message; None after saying that people do this here."""
    noted = {span.name: span.value for span in t.understanding.slots}
    wishes = (*(wish for wish in t.conversation.wishes if wish != intent), intent)
    t.change(wishes=wishes[-MOST_REQUESTS:], noted={**t.conversation.noted, **noted})
    skill = t.by_intent.get(intent)
    if skill is None:
        t.no_skill(intent)
        return None
    if intent not in (*LIKE_ADVISING, BUYING, *SOCIAL):  # something else is spoken of
        t.change(memory={name: value for name, value in t.conversation.memory.items() if name not in ADVICE_MEMORY})
    return Flow(skill.name, intent, _known(t, skill, intent))


def _known(t: TurnState, skill: Skill, intent: str) -> dict[str, str]:
    """What this message says for the skill's slots, and what the conversation remembers for them."""
    memory, values = t.conversation.memory, t.collected(skill.name)
    if "said" in skill.slots and t.event.kind is not Kind.BUTTON:
        values["said"] = t.event.text
    if "files" in skill.slots and (files := memory.get("files")):
        values["files"] = files
    values |= {name: memory[name] for name in ("basket", *ADVICE_MEMORY) if name in skill.slots and name in memory}
    if "product" in skill.slots and "product" not in values:
        named = shopping.brought_up(t.event.text) if intent in OF_A_PRODUCT else ""
        if chosen := _shown_one(t) or named:
            values["product"] = chosen
    return values | _spoken_of(t, skill, values)


def _shown_one(t: TurnState) -> str:
    """ "The second one": of the products last shown."""
    place = answers.place(t.event.text)
    shown = t.conversation.memory.get("shown", "").split()
    return shown[place] if place is not None and -len(shown) <= place < len(shown) else ""


def _spoken_of(t: TurnState, skill: Skill, values: Mapping[str, str]) -> dict[str, str]:
    """The order and the product that were spoken of before, where the message may mean them."""
    text, memory, found = t.event.text, t.conversation.memory, dict[str, str]()
    if talk.means_another(text):
        return found
    lacking = {name for name in ("order_id", "product") if name in skill.slots and name not in values} & memory.keys()
    points_back = talk.points_back(text)
    if "order_id" in lacking:
        # "the blanket, has that been sent?" points at the blanket: which order it is in, the skill finds out
        found["order_id" if points_back and "products" not in values else "order_hint"] = memory["order_id"]
    # "two in white" names no other product; so many words may well name one, which was not found in them
    same = points_back or slots.brief(text) or {"wishes", "cheaper", "alternative"} & values.keys()
    if "product" in lacking and same:
        found["product"] = memory["product"]
        if "skus" in skill.slots and not {"size", "color"} & values.keys() and memory.get("skus"):
            found["skus"] = memory["skus"]
    return found
