"""A shop's own intents as the shop writes them: a table of utterances, read and checked."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from model.data import DataError, Example, cut, marked
from model.labels import OOS
from model.tokenizer import CJK

_NAME = re.compile(r"[\w.:/? -]{1,60}")


def read_own(file: Path) -> list[Example]:
    """The rows of a .csv with the columns text and intent, or a .jsonl with these keys; "oos" = nothing we serve.

    Slots stand in brackets, `[two](quantity)`; JSON lines may have `spans` ({slot, start, end}) instead. Raises
    DataError naming file, line and what to do.
    """
    if file.suffix not in (".csv", ".jsonl"):
        raise DataError(f"{file}: expected a .csv with the columns text,intent or a .jsonl with these keys")
    if not file.is_file():
        raise DataError(f"{file} is missing")
    rows = []
    for number, value in _csv(file) if file.suffix == ".csv" else _json_lines(file):
        try:
            rows.append(_example(value))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise DataError(f"{file}:{number}: {problem}") from problem
    counts = Counter(row.intents[0] for row in rows)
    if len(counts.keys() - {OOS}) < 2:
        raise DataError(f"{file}: {len(counts.keys() - {OOS})} intent(s); to tell them apart takes at least two")
    if rare := [intent for intent, count in counts.items() if count < 3]:
        raise DataError(f"{file}: intent {rare[0]!r} has {counts[rare[0]]} utterance(s); write at least 3, better 20, "
                        "that differ in structure and length")  # fmt: skip
    return rows


def _csv(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.DictReader(opened)
        if missing := {"text", "intent"} - set(rows.fieldnames or ()):
            raise DataError(f"{file}:1: the first line must name the columns text and intent; no {min(missing)} here")
        for row in rows:
            yield rows.line_num, row


def _json_lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, written in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if written.strip():
            try:
                yield number, json.loads(written)
            except ValueError as problem:
                raise DataError(f"{file}:{number}: not JSON ({problem})") from problem


def _example(value: dict[str, Any]) -> Example:
    text, intent = (value["text"] or "").strip(), (value["intent"] or "").strip()
    if not text:
        raise ValueError("the text is empty")
    if not _NAME.fullmatch(intent):
        raise ValueError(f"{intent!r} cannot be an intent's name: letters, digits and . : / ? _ - only, at most 60")
    if value.get("spans"):
        parts = cut(text, ((span["slot"], span["start"], span["end"]) for span in value["spans"]))
    else:
        parts = marked(text)
    plain = "".join(part for part, _ in parts)
    return Example(parts, (intent,), "zh" if re.search(f"[{CJK}]", plain) else "en")


def split(rows: Sequence[Example], share: float) -> tuple[list[Example], list[Example]]:
    """(rest, held out): of each intent every n-th row in the file's order, at least one."""
    rest, held = [], []
    seen: Counter[str] = Counter()
    step = max(2, round(1 / share))
    counts = Counter(row.intents[0] for row in rows)
    for row in rows:
        intent = row.intents[0]
        place = seen[intent]
        seen[intent] += 1
        (held if place % step == min(step, counts[intent]) - 1 else rest).append(row)
    return rest, held


def joined(rows: Iterable[Example], known: Sequence[str]) -> tuple[str, ...]:
    """`known` names and, after them, the new ones of `rows`, without "oos"."""
    new = sorted({row.intents[0] for row in rows} - {*known, OOS})
    return (*known, *new)


def slots_of(rows: Iterable[Example], known: Sequence[str]) -> tuple[str, ...]:
    """`known` slots and, after them, the new ones of `rows`."""
    return (*known, *sorted({slot for row in rows for _, slot in row.parts if slot} - set(known)))

