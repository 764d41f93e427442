"""What a file of a shop folder holds: rows with their places, and what is wrong with them. Knows no form of file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.shop import cells
from bot.shop.records import Record

Loc = tuple[str | int, ...]  # a path into a row: ("lines", 0, "price")


@dataclass(frozen=True, slots=True)
class Problem:
    file: str
    line: int  # from 1; 0 when it is about the whole file
    reason: str
    named: tuple[str, ...] = field(default=(), compare=False)  # keys that an unreadable row names; (): not known

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row came from; `below`: the places of its parts that stand in files of their own."""

    file: str
    line: int
    below: Mapping[Loc, tuple[str, int]] = field(default_factory=dict)

    def problem(self, loc: Loc, message: str) -> Problem:
        """`message` about the part of the row at `loc`."""
        inside = next((loc[:end] for end in range(len(loc), 0, -1) if loc[:end] in self.below), ())
        file, line = self.below.get(inside, (self.file, self.line))
        place = ".".join(map(str, loc[len(inside) :]))
        return Problem(file, line, f"{place}: {message}" if place else message)

    def fault(self, record: Record, reason: str) -> Problem:
        """`reason` about the whole row, or about one of its parts: "lines: 10001-1: price: …"."""
        name, id_, *rest = (*reason.split(": ", 2), "")
        for at, part in enumerate(getattr(record, name, None) or () if (name, 0) in self.below else ()):
            if rest and id_ in (getattr(part, "id", ""), getattr(part, "sku", "")):
                return Problem(*self.below[name, at], reason)
        return Problem(self.file, self.line, reason)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it was read, before it is known to be one."""

    data: Any
    source: Source


_WHOLE, _NUMBER = "{value!r} is no whole number; write it like 12", "{value!r} is no number; write it like 12.5"
_LIST, _TABLE = 'must be a list, like ["…"]', 'must be a table of names and values, like {{"en": "…"}}'
_SAID = {  # kind of error → what to do about it
    "string_type": "{value!r} must be text, in quotes", "string_too_short": "must not be empty",
    "string_too_long": "has more than {max_length} characters", "too_long": "has more than {max_length} entries",
    "too_short": "must have at least {min_length}", "tuple_type": _LIST, "dict_type": _TABLE,
    "model_type": 'must be a row of its own fields, like {{"id": "…"}}',
    "int_type": _WHOLE, "int_parsing": _WHOLE, "int_from_float": _WHOLE,
    "float_type": _NUMBER, "float_parsing": _NUMBER,
    "bool_type": "{value!r} must be true or false", "bool_parsing": "{value!r} must be true or false",
    "greater_than_equal": "{value!r} must be at least {ge}", "less_than_equal": "{value!r} must be at most {le}",
    "less_than": "{value!r} must be below {lt}",
}  # fmt: skip


def reasons(error: ValidationError, source: Source, model: type[Record]) -> Iterator[Problem]:
    found = error.errors(include_url=False)
    for item in found:
        loc = item["loc"]
        if item["type"] == "too_short" and any(one["loc"][: len(loc)] == loc != one["loc"] for one in found):
            continue  # its parts were refused, and these are named
        match item["type"]:
            case "missing":
                message = "missing"
            case "extra_forbidden":
                message = f"no field of this row; known: {', '.join(_known(model, loc))}"
            case "value_error":
                message = item["msg"].removeprefix("Value error, ")
            case "literal_error" | "enum":
                message = f"{item['input']!r} is none of: {item['ctx']['expected'].replace(chr(39), '')}"
            case kind if kind in _SAID:
                message = _SAID[kind].format(value=item["input"], **item.get("ctx", {}))
            case _:
                message = item["msg"]
        yield source.problem(loc, message)


def _known(model: type[Record], loc: Loc) -> Iterable[str]:
    """The fields that a row, or the part of it in which `loc` stands, may have."""
    for step in (step for step in loc[:-1] if step in model.model_fields):
        model = cells.kind(model, str(step))[1] or model
    return model.model_fields


def not_utf8(path: Path) -> Problem | None:
    """What to do about a file in another encoding; None when it is UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return Problem(path.name, number, f"is not UTF-8{_likely(line)}; save the file as {_HOW}")
    return None


_HOW = "UTF-8 (in Excel: Save as, CSV UTF-8)"


def _likely(line: bytes) -> str:
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        return " but UTF-16"
    try:
        text = line.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return " but probably GBK (GB18030)" if any("\u4e00" <= character <= "\u9fff" for character in text) else ""
