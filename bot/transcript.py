"""What a turn leaves in the transcript: its lines, and beside them what the learning loop lives on. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.conversation import Understanding
from bot.decision import Limits, Speak
from bot.messages import InboundMessage, Kind, Reply, Sender
from bot.speech import Spoken
from bot.turn import Accepted, Line

KEPT_INTENTS = 8


def user_lines(accepted: Sequence[Accepted], record: Mapping[str, Any]) -> tuple[Line, ...]:
    """One line per message; what the turn made of the burst stands with the last one."""
    messages = [row.message for row in accepted if row.message.sender is Sender.SHOPPER]
    said = [message for message in messages if message.kind is not Kind.START]
    return tuple(
        Line("user", shown(message), record={**_source(message), **(record if message is said[-1] else {})})
        for message in said
    )


def shown(message: InboundMessage) -> str:
    """A message as people read it: a button by its label, a file by its kind."""
    files = " ".join(f"[{item.kind}]" for item in message.attachments)
    return message.text or message.button or files or f"[{message.kind}]"


def _source(message: InboundMessage) -> dict[str, Any]:
    kept = [item.digest for item in message.attachments if item.digest]
    names = {item.digest: item.name for item in message.attachments if item.digest and item.name}
    return {"source_id": message.source_id, "attachments": kept, **({"names": names} if names else {})}


def bot_line(reply: Reply, record: dict[str, Any]) -> Line:
    buttons = tuple((button.label, button.value) for button in reply.buttons)
    return Line("bot", reply.text, buttons, reply.cards, record=record)


def staff_line(message: InboundMessage, speaker: str = "staff") -> Line:
    """`speaker`: "note" for what the shopper does not get."""
    return Line(speaker, message.text, author=message.name, record={"source_id": message.source_id})


def figures(spoken: Spoken) -> dict[str, int]:
    return {"spoken": spoken.acts, "fallbacks": spoken.fallbacks}


def language_of(hint: str) -> str:
    """A language from a platform's locale hint, e.g. "zh-hans" or "de-DE"."""
    lowered = hint.lower()
    if lowered.startswith("zh"):
        return "zh-Hant" if any(mark in lowered for mark in ("hant", "tw", "hk", "mo")) else "zh"
    return "en"


def heard(understanding: Understanding | None, speak: Speak, limits: Limits) -> dict[str, Any]:
    """What the learning loop keeps of an understanding; `confidence` is the probability that the handling is right."""
    if understanding is None:
        return {"intent": speak.heard[0] if speak.heard else None, "confidence": 1.0}
    best = understanding.intents[0] if understanding.intents else None
    acted = [understanding.probability(name) for name in speak.heard]
    return {
        "model": understanding.model,
        "failure": understanding.failure,
        "language": understanding.language,
        "in_scope": understanding.in_scope,
        "intents": [[score.name, round(score.probability, 4)] for score in understanding.intents[:KEPT_INTENTS]],
        "slots": [[span.name, span.value] for span in understanding.slots],
        "threshold": understanding.threshold if limits.threshold is None else limits.threshold,
        "intent": speak.heard[0] if speak.heard else best.name if best else None,
        "confidence": round(min(acted) if acted else best.probability if best else 0.0, 4),
    }
