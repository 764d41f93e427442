"""What staff need to know of a conversation at a glance, in their language. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.conversation import Conversation, Utterance
from bot.desk_posts import Terms

LAST_LINES = 6
_VALUES = {"payment_method": "pay_with"}  # slot → the group of terms that its values stand in, where it is not its name


def summary(
    conversation: Conversation, reason: str, history: Sequence[Utterance], terms: Terms, said: str = "",
    background: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """What staff need at a glance, in their language; shop words come from the phrase book, never from the model.

    `background`: rows by name (bot/background.py).
    """
    rows = {
        "reason": terms.get("handoff", {}).get(reason, reason),
        "wish": ", ".join(terms.get("task", {}).get(wish, wish) for wish in conversation.wishes),
        "order": order_of(conversation),
        "known": ", ".join(_known(conversation, terms)),
        **(background or {}),
    }
    return "\n".join([*labelled(rows, terms), *talk(history, said)])


def labelled(rows: Mapping[str, str], terms: Terms) -> list[str]:
    """Rows of a summary by name, as lines; what has no value is left out."""
    label = terms.get("summary", {})
    return [f"{label.get(name, name)}: {value}" for name, value in rows.items() if value]


def talk(history: Sequence[Utterance], said: str) -> list[str]:
    """The last lines that were said, the shopper's marked with >."""
    lines = [*history, *([Utterance("user", said)] if said else [])]
    return [
        f"{'>' if line.speaker == 'user' else '<'} {' '.join(line.text.split())[:200]}" for line in lines[-LAST_LINES:]
    ]


def case_summary(
    facts: Mapping[str, str], conversation: Conversation, reason: str, history: Sequence[Utterance], terms: Terms,
    said: str, background: Mapping[str, str],
) -> str:  # fmt: skip
    """The facts of a case, written out, over what staff need to know of the shopper."""
    labels = {**terms.get("label", {}), **terms.get("fact", {})}
    rows = [f"{labels.get(name, name)}: {value}" for name, value in facts.items() if value]
    return "\n".join([*rows, summary(replace(conversation, noted={}), reason, history, terms, said, background)])


def order_of(conversation: Conversation) -> str:
    """The order it is about: last spoken of, else of the open flow, else the one proved."""
    open_ones = [flow.slots["order_id"] for flow in reversed(conversation.flows) if "order_id" in flow.slots]
    return (
        conversation.memory.get("order_id", "")
        or next(iter(open_ones), "")
        or (conversation.proof.order if conversation.proof else "")
    )


def _known(conversation: Conversation, terms: Terms) -> list[str]:
    """Slots of open flows, those that mean something to people, in their words."""
    values = dict(conversation.noted)
    for flow in (*conversation.queue, *conversation.flows):
        values |= flow.slots
    labels = {**terms.get("measure", {}), **terms.get("slot", {})}
    return [
        f"{labels[name]} {terms.get(_VALUES.get(name, name), {}).get(value, value)}"
        for name, value in values.items()
        if name in labels
    ]
