"""What staff need to know of a conversation at a glance, in their language. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.conversation import Conversation, Utterance
from bot.desk_posts import Terms

LAST_LINES = 6


def summary(
    conversation: Conversation, reason: str, history: Sequence[Utterance], terms: Terms, said: str = ""
) -> str:
    """What staff need at a glance, in their language; shop words come from the phrase book, never from the model."""
    label = terms.get("summary", {})
    proof = conversation.proof
    rows = [
        ("reason", terms.get("handoff", {}).get(reason, reason)),
        ("wish", ", ".join(terms.get("intent", {}).get(wish, wish) for wish in conversation.wishes)),
        ("order", order_of(conversation)),
        ("known", ", ".join(f"{name} {value}" for name, value in _known(conversation).items())),
        ("customer", label.get("verified", "verified") if proof else label.get("not_verified", "not verified")),
        ("mood", label.get("angry", "angry") if conversation.anger else ""),
        ("tried", terms.get("handoff", {}).get("not_understood", "") if conversation.fallbacks else ""),
    ]
    lines = [f"{label.get(name, name)}: {value}" for name, value in rows if value]
    return "\n".join([*lines, *talk(history, said)])


def talk(history: Sequence[Utterance], said: str) -> list[str]:
    """The last lines that were said, the shopper's marked with >."""
    lines = [*history, *([Utterance("user", said)] if said else [])]
    return [
        f"{'>' if line.speaker == 'user' else '<'} {' '.join(line.text.split())[:200]}" for line in lines[-LAST_LINES:]
    ]


def case_summary(
    facts: Mapping[str, str], conversation: Conversation, reason: str, history: Sequence[Utterance], terms: Terms,
    said: str,
) -> str:  # fmt: skip
    """The facts of a case, written out, over what staff need to know of the shopper."""
    labels = {**terms.get("label", {}), **terms.get("fact", {})}
    rows = [f"{labels.get(name, name)}: {value}" for name, value in facts.items() if value]
    return "\n".join([*rows, summary(replace(conversation, noted={}), reason, history, terms, said)])


def order_of(conversation: Conversation) -> str:
    """The order it is about: last spoken of, else of the open flow, else the one proved."""
    open_ones = [flow.slots["order_id"] for flow in reversed(conversation.flows) if "order_id" in flow.slots]
    return (
        conversation.memory.get("order_id", "")
        or next(iter(open_ones), "")
        or (conversation.proof.order if conversation.proof else "")
    )


# slots that prove identity, stand elsewhere in the summary, or mean nothing to people
_UNTOLD = frozenset({
    "contact", "order_id", "order_hint", "lines", "said", "told", "files", "basis", "change", "variant", "part",
    "products", "wishes", "chosen", "basket", "again", "trouble", "claim", "scheme", "code_fails",
    "notice", "skus",
})  # fmt: skip


def _known(conversation: Conversation) -> dict[str, str]:
    """Slots of open flows, without what only proves identity."""
    values = dict(conversation.noted)
    for flow in (*conversation.queue, *conversation.flows):
        values |= flow.slots
    return {name: value for name, value in values.items() if name not in _UNTOLD and "/" not in name}
