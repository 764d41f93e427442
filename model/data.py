"""Our utterances and labelled rows: read, checked, and kept away from the test sets.

An example is kept as parts, (text, slot or ""), so that augmentation may change any part and no offset is lost. Rows
whose text stands in a reported test set are dropped here, before anything sees them.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from model.batch import Row
from model.labels import CONFIRM, INTENTS, OOS, SLOTS, SPOKEN
from model.tokenizer import key

CORPUS = Path(__file__).parent / "corpus"
OWN = "own"


class DataError(Exception):
    """A data file cannot be used; the message names file, line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message."""

    parts: tuple[tuple[str, str], ...]  # (text, slot or ""); the text of the message is all of them in a row
    intents: tuple[str, ...]  # the main one first; ("oos",) when the shop cannot serve it; () when not labelled
    language: str
    expects: str = ""
    history: tuple[tuple[str, str], ...] = ()
    source: str = OWN  # another corpus has its own intents and slots

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.parts)

    @property
    def spans(self) -> list[tuple[str, int, int]]:
        """(slot, start, end) in code points of `text`."""
        out, at = [], 0
        for text, slot in self.parts:
            if slot:
                out.append((slot, at, at + len(text)))
            at += len(text)
        return out

    @property
    def row(self) -> Row:
        return Row(self.text, self.expects, self.history)


def cut(text: str, spans: Iterable[tuple[str, int, int]]) -> tuple[tuple[str, str], ...]:
    """The parts of `text` with `spans` as (slot, start, end); of overlapping spans the first is kept."""
    parts, at = [], 0
    for slot, start, end in sorted(spans, key=lambda span: span[1]):
        if start >= at and end > start:
            parts += [(text[at:start], ""), (text[start:end], slot)]
            at = end
    return tuple(part for part in (*parts, (text[at:], "")) if part[0])


# --- our utterances --------------------------------------------------------------------------------------------------

_MARK = re.compile(r"\[([^\[\]]+)\]\(([a-z][a-z0-9_]*)\)")
_NOTE = re.compile(r"\s*;\s*(?=(?:also|expects|after)=)")


def marked(text: str) -> tuple[tuple[str, str], ...]:
    """The parts of a text with marks such as [two](quantity)."""
    parts, at = [], 0
    for match in _MARK.finditer(text):
        parts += [(text[at : match.start()], ""), (match[1], match[2])]
        at = match.end()
    return tuple(part for part in (*parts, (text[at:], "")) if part[0])


def parse(written: str, intent: str, language: str) -> Example:
    """One line of a corpus file (format: corpus/README.md); ValueError says what is wrong with it."""
    text, _, rest = written.partition(" || ")
    notes = dict(note.split("=", 1) for note in _NOTE.split(rest.strip()) if "=" in note)
    if rest and (notes.keys() - {"also", "expects", "after"} or len(notes) != len(_NOTE.split(rest.strip()))):
        raise ValueError(f"cannot read the notes {rest!r}; known are also=, expects=, after=")
    parts = marked(text)
    if strange := next((slot for _, slot in parts if slot and slot not in SLOTS), None):
        raise ValueError(f"{strange!r} is not a slot")
    also = tuple(name.strip() for name in notes.get("also", "").split(",") if name.strip())
    if unknown := set(also) - {*INTENTS, OOS}:
        raise ValueError(f"{sorted(unknown)[0]!r} is not an intent")
    expects = notes.get("expects", "")
    if expects and expects not in (*SLOTS, CONFIRM):
        raise ValueError(f"expects={expects!r} is neither a slot nor {CONFIRM!r}")
    history = (("system", notes["after"]),) if "after" in notes else ()
    intents = (intent, *(name for name in also if name not in (intent, OOS))) if intent else ()
    return Example(parts, intents, language, expects, history)


def read_file(file: Path, intent: str, language: str) -> Iterator[Example]:
    for number, written in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if written.strip() and not written.startswith("# "):
            try:
                yield parse(written.strip(), intent, language)
            except ValueError as problem:
                raise DataError(f"{file}:{number}: {problem}") from problem


def read_corpus(folder: Path = CORPUS) -> list[Example]:
    """All our utterances: <folder>/{en,zh}/<intent>.txt, and other/<language>.txt with no intents."""
    examples: list[Example] = []
    for language in SPOKEN:
        files = sorted((folder / language).glob("*.txt"))
        if not files:
            raise DataError(f"{folder / language}: no utterances here; expected one <intent>.txt per intent")
        for file in files:
            if file.stem not in (*INTENTS, OOS):
                raise DataError(f"{file}: {file.stem!r} is not an intent of the inventory")
            examples.extend(read_file(file, file.stem, language))
    for file in sorted((folder / "other").glob("*.txt")):
        if not re.fullmatch(r"[a-z]{2,3}", file.stem):
            raise DataError(f"{file}: {file.stem!r} is not a language code")
        examples.extend(read_file(file, "", file.stem))
    return examples


def languages(examples: Iterable[Example]) -> tuple[str, ...]:
    """The languages the model can learn to tell apart: the spoken ones, then the others by code."""
    return (*SPOKEN, *sorted({example.language for example in examples} - set(SPOKEN)))


# --- labelled rows for calibration and tests -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Labelled:
    """One row of tests/heldout, corpus/calibration or corpus/development."""

    row: Row
    intent: str
    accept: frozenset[str]  # every label that counts as right, `intent` among them
    extra: tuple[str, ...] = ()
    slots: tuple[tuple[str, str], ...] = ()  # (name, value)
    language: str = "en"
    tags: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        return self.row.text


def read_labelled(files: Sequence[Path]) -> list[Labelled]:
    """Rows of JSON-lines files named <language>.jsonl, or <language>-something.jsonl."""
    out = []
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as problem:
            raise DataError(f"{file} cannot be read: {problem}") from problem
        for number, written in enumerate(lines, 1):
            if written.strip():
                try:
                    out.append(_labelled(json.loads(written), re.split(r"[-_.]", file.name)[0]))
                except (ValueError, KeyError, TypeError, AttributeError) as problem:
                    raise DataError(f"{file}:{number}: {problem!r}") from problem
    return out


def _labelled(value: dict[str, Any], language: str) -> Labelled:
    intent, accept = value["intent"], value.get("accept") or []
    if unknown := {intent, *accept} - {*INTENTS, OOS}:
        raise ValueError(f"{sorted(unknown)[0]!r} is not an intent")
    slots = [(slot["name"], item) for slot in value.get("slots") or []
             for item in (slot["value"] if isinstance(slot["value"], list) else [slot["value"]])]  # fmt: skip
    if strange := next((item for _, item in slots if item not in value["text"]), None):
        raise ValueError(f"slot value {strange!r} does not stand in the text")
    history = tuple((turn["speaker"], turn["text"]) for turn in value.get("history") or [])
    return Labelled(
        Row(value["text"], value.get("expects") or "", history), intent, frozenset({intent, *accept}),
        tuple(value.get("extra_intents") or ()), tuple(slots), value.get("language", language),
        tuple(value.get("tags") or ()),
    )  # fmt: skip


# --- kept apart ------------------------------------------------------------------------------------------------------

Told = TypeVar("Told", Example, Labelled)


def without(rows: Iterable[Told], keys: Collection[str]) -> list[Told]:
    """Drop the rows whose normalised text is among `keys` (a reported test set's)."""
    return [one for one in rows if key(one.text) not in keys]
