"""JSON lines in, JSON lines out: what `shophand understand` reads and writes. Knows no model."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.conversation import Understanding, Utterance
from bot.errors import BadInput

MOST_AT_ONCE = 64
READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of input."""

    id: Any
    text: str
    expects: str
    history: tuple[Utterance, ...]


Many = Callable[[Sequence[Asked]], Sequence[Understanding]]


def answers(descriptor: int, understand: Many) -> Iterator[dict[str, Any]]:
    """One answer per line of the file descriptor, in order; what has arrived together is understood together.

    BadInput names the line that cannot be read.
    """
    waiting: list[Asked] = []
    for chunk in _chunks(descriptor):
        for number, line in chunk:
            waiting.append(read(line, number))
            if len(waiting) == MOST_AT_ONCE:
                yield from _answered(waiting, understand)
                waiting = []
        yield from _answered(waiting, understand)
        waiting = []


def _chunks(descriptor: int) -> Iterator[list[tuple[int, bytes]]]:
    """The complete lines of each read, numbered: a caller that waits for an answer to each line gets it."""
    rest, number = b"", 0
    while block := os.read(descriptor, READ_BYTES):
        *lines, rest = (rest + block).split(b"\n")
        yield [(number := number + 1, line) for line in lines]
    if rest.strip():
        yield [(number + 1, rest)]


def _answered(asked: Sequence[Asked], understand: Many) -> Iterator[dict[str, Any]]:
    for one, meaning in zip(asked, understand(asked) if asked else (), strict=True):
        yield to_json(one, meaning)


def read(line: bytes, number: int) -> Asked:
    try:
        value = json.loads(line.decode("utf-8"))
        history = tuple(Utterance(_speaker(turn["speaker"]), str(turn["text"])) for turn in value.get("history") or ())
        return Asked(value.get("id"), _text(value["text"]), value.get("expects") or "", history)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise BadInput(
            f'line {number}: give {{"text": "…"}} with optional id, expects, history ({type(error).__name__}: {error})'
        ) from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("text must be a string")
    return value


def _speaker(value: Any) -> str:
    if value not in ("user", "system"):
        raise ValueError('speaker must be "user" or "system"')
    return str(value)


def to_json(asked: Asked, meaning: Understanding) -> dict[str, Any]:
    return {
        "id": asked.id, "text": asked.text,
        "intents": [{"name": score.name, "confidence": round(score.probability, 6)} for score in meaning.intents],
        "slots": [asdict(span) for span in meaning.slots],
        "language": meaning.language, "in_scope": round(meaning.in_scope, 6),
    }  # fmt: skip
