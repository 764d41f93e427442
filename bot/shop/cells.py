"""One row of a table as a record's data and back. Pure; the columns follow from the model.

A text by language or an amount by currency has a column for each (`name.en`, `price.GBP`), a part of the row columns
of its own (`address.city`); several values in one cell are parted by "|". An empty cell is left out, `""` is an empty
text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from bot.shop.records import Record

_SHORT = {"prices": "price"}  # field → what its columns begin with
_FIELDS = {short: field for field, short in _SHORT.items()}
_QUOTES = re.compile('""+')
_PART = re.compile(r"(?:[^|\\]|\\.)*", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Kind(Enum):
    ONE = "one value"
    MANY = "several values in one cell"
    PAIRS = "key=value, several in one cell"
    MAP = "a column for each key"
    MAP_OF_MANY = "a column for each key, several values in one cell"
    PART = "columns of its own"
    ROWS = "rows of a table of its own"


@dataclass(frozen=True, slots=True)
class Column:
    path: tuple[str, ...]
    kind: Kind


@cache
def kind(model: type[Record], field: str) -> tuple[Kind, type[Record] | None]:
    """How a field stands in a table, and the model of what it holds if that is a record."""
    plain = _plain(model.model_fields[field].annotation)
    if get_origin(plain) is dict:
        value = _plain(get_args(plain)[1])
        if value is int:
            return Kind.PAIRS, None
        return (Kind.MAP_OF_MANY if get_origin(value) is tuple else Kind.MAP), None
    if get_origin(plain) is tuple:
        item = _plain(get_args(plain)[0])
        return (Kind.ROWS, item) if _is_record(item) else (Kind.MANY, None)
    return (Kind.PART, plain) if _is_record(plain) else (Kind.ONE, None)


def _plain(annotation: Any) -> Any:
    """Without its constraints, and without None."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _plain(next(arg for arg in get_args(annotation) if arg is not type(None)))
    return annotation


def _is_record(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Record)


def column(model: type[Record], name: str) -> Column | None:
    """What a column of that name holds; None when the model has no place for it."""
    head, _, rest = name.partition(".")
    field = head if head in model.model_fields else _FIELDS.get(head, head)
    if field not in model.model_fields:
        return None
    its_kind, part = kind(model, field)
    if part and its_kind is Kind.PART:
        inner = column(part, rest)
        return inner and Column((field, *inner.path), inner.kind)
    keyed = its_kind in (Kind.MAP, Kind.MAP_OF_MANY)
    if its_kind is Kind.ROWS or keyed is not bool(rest):
        return None
    return Column((field, rest) if keyed else (field,), its_kind)


def names(model: type[Record]) -> Iterator[str]:
    """The columns there may be, for a message."""
    for field in model.model_fields:
        its_kind, part = kind(model, field)
        head = _SHORT.get(field, field)
        if part and its_kind is Kind.PART:
            yield from (f"{head}.{name}" for name in names(part))
        elif its_kind in (Kind.MAP, Kind.MAP_OF_MANY):
            yield f"{head}.<{'currency' if field in _CURRENCIES else 'language'}>"
        elif its_kind is not Kind.ROWS:
            yield head


def needed(model: type[Record]) -> Iterator[str]:
    """The fields that each row must have in its own table."""
    for name, field in model.model_fields.items():
        if field.is_required() and kind(model, name)[0] is not Kind.ROWS:
            yield name


_CURRENCIES = {"prices", "amounts", "minimum"}


def data(columns: Mapping[int, Column], cells: list[str]) -> dict[str, Any]:
    """A row's cells as what its model is made of. `columns`: by place in the row. ValueError for a cell of no sense."""
    found: dict[str, Any] = {}
    for at, each in columns.items():
        if cells[at]:
            inner = found
            for step in each.path[:-1]:
                inner = inner.setdefault(step, {})
            inner[each.path[-1]] = _read(each, cells[at])
    return found


def cells(model: type[Record], dumped: Mapping[str, Any]) -> dict[str, str]:
    """Column → cell, of a record that was dumped as JSON; without what stands in tables of its own."""
    found: dict[str, str] = {}
    for field, value in dumped.items():
        its_kind, part = kind(model, field)
        head = _SHORT.get(field, field)
        if value is None or its_kind is Kind.ROWS:
            continue
        if part:
            found |= {f"{head}.{name}": cell for name, cell in cells(part, value).items()}
        elif its_kind in (Kind.MAP, Kind.MAP_OF_MANY):
            found |= {f"{head}.{key}": _write(each) for key, each in value.items()}
        elif its_kind is not Kind.MANY or value:
            found[head] = _write(value)
    return found


def _read(column: Column, cell: str) -> Any:
    text = cell[2:] if _QUOTES.fullmatch(cell) else cell
    if column.kind in (Kind.ONE, Kind.MAP):
        return text
    parts = [_ESCAPED.sub(r"\1", part) for part in _parts(text)]
    if column.kind is not Kind.PAIRS:
        return parts
    pairs = [part.rpartition("=") for part in parts]
    if not all(between for _, between, _ in pairs):
        raise ValueError(f"{column.path[-1]}: {cell!r} is no list of pairs; write it like A-1=2|A-2=1")
    return {key: value for key, _, value in pairs}


def _parts(text: str) -> Iterator[str]:
    at = 0
    while True:
        part = _PART.match(text, at)
        end = part.end() if part else at
        if end < len(text) and text[end] != "|":  # a backslash at the very end
            end += 1
        yield text[at:end]
        if end >= len(text):
            return
        at = end + 1


def _write(value: Any) -> str:
    if isinstance(value, dict):
        value = [f"{key}={each}" for key, each in value.items()]
    if isinstance(value, list):
        text = "|".join(str(each).replace("\\", "\\\\").replace("|", "\\|") for each in value)
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return f'""{text}' if not text or set(text) == {'"'} else text
