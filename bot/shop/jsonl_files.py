"""Kinds of rows as JSON lines: one row with everything below it a line."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.shop.entries import Entry, Problem, Source, not_utf8
from bot.shop.layout import Sheet
from bot.shop.records import Record

ENDING = ".jsonl"


def read(folder: Path, sheet: Sheet) -> Iterator[Entry | Problem]:
    path = folder / (sheet.name + ENDING)
    if problem := not_utf8(path):
        yield problem
        return
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield Entry(json.loads(line), Source(path.name, number))
            except json.JSONDecodeError as error:
                why = f"not JSON: {error.msg} at character {min(error.pos, len(line.rstrip())) + 1} of the line"
                yield Problem(path.name, number, why, _named(line, sheet))
            except (ValueError, RecursionError) as error:
                yield Problem(path.name, number, f"not JSON: {error}")


def _named(line: str, sheet: Sheet) -> tuple[str, ...]:
    """The keys that can be read in a row that cannot."""
    return tuple(re.findall(rf'"(?:{sheet.key}|sku)"\s*:\s*"?([\w.-]+)', line))


def write(folder: Path, sheet: Sheet, records: Iterable[Record]) -> int:
    """How many there were."""
    count = 0
    with (folder / (sheet.name + ENDING)).open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            count += 1
            row = record.model_dump(mode="json", exclude_defaults=True)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count
