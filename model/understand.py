"""Rows → what they mean, in plain values: probabilities, spans, language. Calibrated, synchronous, in batches."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from model import crf
from model.batch import Line, Row, collate, line
from model.checkpoint import Model
from model.labels import OOS, tags
from model.languages import language
from model.tokenizer import CJK

BATCH = 32


@dataclass(frozen=True, slots=True)
class Span:
    """A slot value where it stands: `value == text[start:end]`, in code points."""

    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Understood:
    """What one message means."""

    text: str
    intents: tuple[tuple[str, float], ...]  # every label with its probability, best first
    slots: tuple[Span, ...]
    language: str  # "zh-Hant" for Chinese in traditional characters
    in_scope: float


@dataclass(frozen=True, slots=True)
class Raw:
    """Logits of one message, before calibration."""

    intents: np.ndarray  # (intents,) of the main request
    further: np.ndarray  # (intents,) of any request
    in_scope: float
    tags: np.ndarray  # (pieces of the message, tags)
    languages: np.ndarray  # (languages,)

    def label_scores(self) -> np.ndarray:
        """(intents, 3): each label's logit, its log-share among all labels and "oos", and its logit by itself."""
        shares = self.intents - np.logaddexp(_together(self.intents), -self.in_scope)
        return np.stack((self.intents, shares, self.further), 1)

    def scope_scores(self) -> np.ndarray:
        """(3,): the head's logit, and the highest label's logit and log-share."""
        return np.array([self.in_scope, *self.label_scores()[int(self.intents.argmax()), :2]])


def _together(scores: np.ndarray) -> float:
    return float(np.logaddexp.reduce(scores.astype(float)))


def understand(model: Model, rows: Sequence[Row], batch: int = BATCH) -> list[Understood]:
    """Understand `rows` in order; rows of like length share a batch."""
    lines = [line(row, model.tokenizer, model.config) for row in rows]
    out: list[Understood | None] = [None] * len(rows)
    for at, raw in logits(model, lines, batch):
        out[at] = _read(model, rows[at], lines[at], raw)
    return [one for one in out if one is not None]


def logits(model: Model, lines: Sequence[Line], batch: int = BATCH) -> Iterator[tuple[int, Raw]]:
    """(index, logits) of each line, shortest lines first."""
    order = sorted(range(len(lines)), key=lambda at: len(lines[at]))
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        with torch.inference_mode():
            reading = model.net.read(collate([lines[at] for at in chosen], model.tokenizer))
        for place, at in enumerate(chosen):
            yield at, Raw(
                reading.intents[place].numpy(), reading.further[place].numpy(), float(reading.in_scope[place]),
                reading.tags[place, 1 : len(lines[at].pieces) + 1].numpy(), reading.languages[place].numpy(),
            )  # fmt: skip


def _read(model: Model, row: Row, one: Line, raw: Raw) -> Understood:
    in_scope = float(model.calibration.in_scope(raw.scope_scores()))
    probabilities = model.calibration.labels(raw.label_scores()).tolist()
    scores = [*zip(model.config.intents, probabilities, strict=True), (OOS, 1 - in_scope)]
    intents = tuple(sorted(scores, key=lambda score: (-score[1], score[0])))
    # What the shop cannot serve holds nothing for it, unless it is part of an answer.
    silent = intents[0][0] == OOS and not row.expects
    return Understood(
        row.text, intents, () if silent else tuple(
            spans(row.text, one, crf.best(raw.tags, model.net.heads.moves.detach().numpy()), model.config.slots)),
        language(row.text, dict(zip(model.config.languages, raw.languages.tolist(), strict=True))), in_scope,
    )  # fmt: skip


# --- slots -----------------------------------------------------------------------------------------------------------


def spans(text: str, one: Line, places: Sequence[int], slots: tuple[str, ...]) -> list[Span]:
    """The spans of a well-formed tag sequence; a span never begins or ends within a word of letters."""
    found: list[Span] = []
    names = tags(slots)
    at = 0
    while at < len(places):
        if places[at] == 0:
            at += 1
            continue
        begin = at
        at += 1
        while at < len(places) and places[at] == places[begin] + 1:
            at += 1
        name = names[places[begin]][2:]
        start, end = _whole(text, name, one.pieces.starts[begin], one.pieces.ends[at - 1])
        if not found or start >= found[-1].end:
            found.append(Span(name, text[start:end], start, end))
    return found


_CODES = frozenset({"order_id", "tracking_no", "email", "coupon", "tax_id", "postcode"})  # typed as one run
_CODE = re.compile(r"[A-Za-z0-9]+(?:[-_.@+/][A-Za-z0-9]+)*")
_GLUED = re.compile(r"[A-Za-z]{5,}(?=\d)|(?<=\d)[A-Za-z]{5,}")  # words typed on to a number without a space
_WORD = re.compile(rf"[^\W\d_{CJK}]+")


def _whole(text: str, name: str, start: int, end: int) -> tuple[int, int]:
    """Widen to whole words of an alphabet, and codes to all of the code; Chinese has no words to widen to."""
    first, last = start, end
    for match in (_CODE if name in _CODES else _WORD).finditer(text):
        if match.start() < start < match.end():
            start = match.start()
        if match.start() < end < match.end():
            end = match.end()
    for glued in _GLUED.finditer(text) if name == "order_id" else ():
        start = max(start, glued.end()) if start < glued.end() <= first else start
        end = min(end, glued.start()) if first < glued.start() and last < glued.end() else end
    return start, end
