"""Kinds of rows as CSV: a table for each kind and each thing below it, which names the row it belongs to by its key.

What is read is the very data that the JSON lines hold, so that everything is checked once, for both.
"""

import csv
import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from bot.shop import cells
from bot.shop.entries import Entry, Loc, Problem, Source, not_utf8
from bot.shop.layout import Sheet, under
from bot.shop.records import Record

ENDING = ".csv"
_SEPARATORS = (",", ";", "\t")
_UP = ("",)  # the path of the column that names the row above

# --- reading ---------------------------------------------------------------------------------------------------------


def read(folder: Path, sheet: Sheet) -> Iterator[Entry | Problem]:
    with ExitStack() as stack:
        below = [stack.enter_context(_Below(folder, child)) for child in sheet.below]
        for child in below:
            yield from child.load()
        refused = False  # then it is not known what its rows are
        for item in _rows(folder / (sheet.name + ENDING), sheet):
            if isinstance(item, Problem):
                refused = True
                yield item
                continue
            places: dict[Loc, tuple[str, int]] = {}
            for child in below:
                child.join(item.data, item.data.get(sheet.key, ""), (), places)
            yield Entry(item.data, Source(sheet.name + ENDING, item.line, places))
        for child in below:
            yield from child.orphans(sheet, refused)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    data: dict[str, Any]
    up: str = ""


def _rows(path: Path, sheet: Sheet) -> Iterator[_Row | Problem]:
    """A table's rows. A row begins on the line it is reported by, however many lines its texts have."""
    if problem := not_utf8(path):
        yield problem
        return
    line, separator = 1, _separator(path, sheet)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            header = next(reader, [])
            columns, reasons = _columns(sheet, header)
            if reasons:
                yield from (Problem(path.name, 1, reason) for reason in reasons)
                return
            while True:
                line = reader.line_num + 1
                if (row := next(reader, None)) is None:
                    return
                if any(row):
                    yield _row(path, line, header, columns, row, sheet.key)
        except csv.Error as error:
            yield Problem(path.name, line, f"not CSV: {error}; a quotation mark that is not closed?")


def _row(
    path: Path, line: int, header: list[str], columns: Mapping[int, cells.Column], row: list[str], key: str
) -> _Row | Problem:
    keys = [at for at, column in columns.items() if column.path in ((key,), _UP)]
    named = tuple(row[at] for at in keys if at < len(row))
    if len(row) != len(header):
        hint = "; what holds a comma itself stands in quotes" if len(row) > len(header) else ""
        why = f"has {len(row)} cells, the first line names {len(header)} columns{hint}"
        return Problem(path.name, line, why, named)
    if strange := next((cell for at, cell in enumerate(row) if cell and at not in columns), ""):
        return Problem(path.name, line, f"{strange!r} stands in a column without a name", named)
    try:
        data = cells.data(columns, row)
    except ValueError as error:
        return Problem(path.name, line, str(error), named)
    return _Row(line, data, data.pop(*_UP, ""))


def _separator(path: Path, sheet: Sheet) -> str:
    """The one that makes the most columns of the first line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()

    def known(separator: str) -> int:
        return len(_columns(sheet, first.rstrip("\r\n").split(separator))[0])

    return max(_SEPARATORS, key=known)


def _columns(sheet: Sheet, header: list[str]) -> tuple[dict[int, cells.Column], list[str]]:
    """What each place of a row holds, and what is wrong with the header."""
    found: dict[int, cells.Column] = {}
    reasons: list[str] = []
    for at, name in enumerate(map(str.strip, header)):
        if name == sheet.up and name:
            column: cells.Column | None = cells.Column(_UP, cells.Kind.ONE)
        else:
            column = cells.column(sheet.model, name)
        if column in found.values():
            reasons.append(f"{name}: two columns of that name")
        elif column:
            found[at] = column
        elif name:
            known = ", ".join(filter(None, (sheet.up, *cells.names(sheet.model))))
            reasons.append(f"{name}: no column of this table; known: {known}")
    there = {column.path[0] for column in found.values()}
    reasons += [f"{name}: this column is needed" for name in cells.needed(sheet.model) if name not in there]
    if sheet.up and cells.Column(_UP, cells.Kind.ONE) not in found.values():
        reasons.append(f"{sheet.up}: this column is needed, with the {sheet.up} that each row belongs to")
    return found, reasons


class _Below:
    """The rows of a table below another one. They wait on disk, in any order, until the row above asks for them."""

    def __init__(self, folder: Path, sheet: Sheet) -> None:
        self._path, self._sheet = folder / (sheet.name + ENDING), sheet
        self._below = [_Below(folder, child) for child in sheet.below]
        self._asked: set[str] = set()
        self._refused = False

    def __enter__(self) -> "_Below":
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)  # "": a temporary file
        self._rows.execute("CREATE TABLE waiting (up TEXT, line INTEGER, data TEXT)")
        for child in self._below:
            child.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._below:
            child.__exit__()
        self._rows.close()

    def load(self) -> Iterator[Problem]:
        for child in self._below:
            yield from child.load()
        if not self._path.is_file():
            return
        problems: list[Problem] = []
        self._rows.execute("BEGIN")
        self._rows.executemany("INSERT INTO waiting VALUES (?, ?, ?)", self._found(problems))
        self._rows.execute("CREATE INDEX by_up ON waiting (up, line)")
        self._rows.execute("COMMIT")
        self._refused = bool(problems)
        yield from problems

    def _found(self, problems: list[Problem]) -> Iterator[tuple[str, int, str]]:
        for item in _rows(self._path, self._sheet):
            if isinstance(item, Problem):
                problems.append(item)
            else:
                yield item.up, item.line, json.dumps(item.data, ensure_ascii=False)

    def join(self, data: dict[str, Any], key: str, loc: Loc, places: dict[Loc, tuple[str, int]]) -> None:
        """Put the rows of that key into `data`, which stands at `loc` of its row, and say where each came from."""
        self._asked.add(key)
        found = self._rows.execute("SELECT line, data FROM waiting WHERE up = ? ORDER BY line", (key,)).fetchall()
        for at, (line, text) in enumerate(found):
            own, place = json.loads(text), (*loc, self._sheet.field, at)
            places[place] = (self._path.name, line)
            for child in self._below:
                child.join(own, own.get(self._sheet.key, ""), place, places)
            data.setdefault(self._sheet.field, []).append(own)

    def orphans(self, above: Sheet, refused: bool) -> Iterator[Problem]:
        """The rows that nothing asked for. `refused`: rows of the table above were, so these may be theirs."""
        for up, line in self._rows.execute("SELECT up, line FROM waiting ORDER BY line"):
            if not up:
                yield Problem(self._path.name, line, f"{self._sheet.up}: missing; which {self._sheet.up} is it of?")
            elif up not in self._asked and not refused:
                yield Problem(self._path.name, line, f"{self._sheet.up}: {up!r} is not in {above.name}{ENDING}")
        for child in self._below:
            yield from child.orphans(self._sheet, refused or self._refused)


# --- writing ---------------------------------------------------------------------------------------------------------


def write(folder: Path, sheet: Sheet, records: Iterable[Record]) -> int:
    """How many rows there were; tables without rows are left out."""
    count = 0
    with ExitStack() as stack:
        tables = {each.name: stack.enter_context(_Table()) for each in under(sheet)}
        for record in records:
            count += 1
            _put(tables, sheet, record.model_dump(mode="json", exclude_defaults=True), "")
        for each in under(sheet):
            tables[each.name].save(folder / (each.name + ENDING), each)
    return count


def _put(tables: Mapping[str, "_Table"], sheet: Sheet, row: Mapping[str, Any], up: str) -> None:
    tables[sheet.name].add(({sheet.up: up} if sheet.up else {}) | cells.cells(sheet.model, row))
    for child in sheet.below:
        for own in row.get(child.field) or ():
            _put(tables, child, own, row[sheet.key])


@dataclass(slots=True)
class _Table:
    """Rows that wait on disk: only after the last one it is known which columns there are."""

    rows: IO[str] = field(default_factory=partial(tempfile.TemporaryFile, "w+", encoding="utf-8"))
    names: dict[str, None] = field(default_factory=dict)

    def __enter__(self) -> "_Table":
        return self

    def __exit__(self, *_: object) -> None:
        self.rows.close()

    def add(self, row: Mapping[str, str]) -> None:
        self.names |= dict.fromkeys(row)
        self.rows.write(json.dumps(row, ensure_ascii=False) + "\n")

    def save(self, path: Path, sheet: Sheet) -> None:
        if not self.names:
            path.unlink(missing_ok=True)  # of an earlier export
            return
        order = {name.partition("<")[0]: at for at, name in enumerate((sheet.up, *cells.names(sheet.model)))}

        def place(name: str) -> tuple[int, str]:
            return order[name if name in order else name.partition(".")[0] + "."], name

        self.rows.seek(0)
        with path.open("w", encoding="utf-8-sig", newline="") as file:  # with a mark: Excel takes it for UTF-8 then
            writer = csv.DictWriter(file, sorted(self.names, key=place), restval="", lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(map(json.loads, self.rows))
