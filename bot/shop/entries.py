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


def reasons(error: ValidationError, source: Source, model: type[Record]) -> Iterator[Problem]:
    found = error.errors(include_url=False, include_context=False)
    for item in found:
        loc = item["loc"]
        if item["type"] == "too_short" and any(one["loc"][: len(loc)] == loc != one["loc"] for one in found):
            continue  # its parts were refused, and these are named
        match item["type"]:
            case "missing":
                message = "missing"
            case "extra_forbidden":
                message = f"no field of this row; known: {', '.join(_known(model, loc))}"
            case _:
                message = item["msg"].removeprefix("Value error, ")
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
