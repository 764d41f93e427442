"""TOML tables whose values are checked one by one; each problem is kept as "file: key: reason". Knows no policy."""

import difflib
import re
from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.numbers import list_currencies

from bot.facts import Localised, Money
from bot.shop.money import to_minor

T = TypeVar("T")
ORIGIN = re.compile(r"https://[a-z0-9.-]+(?::\d+)?")


class CheckedTable:
    """One TOML table: hands out checked values and remembers every problem instead of stopping at the first."""

    def __init__(self, values: dict[str, Any], file: str, path: str, problems: list[str]) -> None:
        self.values, self.file, self.path, self.problems = values, file, path, problems
        self.taken: set[str] = set()
        self.wrong: set[str] = set()  # keys whose values could not be taken

    def value(self, key: str, check: Callable[[Any], T]) -> T | None:
        self.taken.add(key)
        if key not in self.values:
            self._problem(key, "missing")
            return None
        try:
            return check(self.values[key])
        except ValueError as error:
            self._problem(key, str(error))
            return None

    def optional(self, key: str, check: Callable[[Any], T], default: T) -> T:
        """A value that may be left out."""
        self.taken.add(key)
        if key not in self.values:
            return default
        found = self.value(key, check)
        return default if found is None else found

    def tables_of(self, key: str) -> "CheckedTable":
        self.taken.add(key)
        value = self.values.get(key)
        if not isinstance(value, dict):
            self._problem(key, "missing; it must be a table" if value is None else "must be a table")
        return CheckedTable(value if isinstance(value, dict) else {}, self.file, f"{self.path}{key}.", self.problems)

    def tables(self, key: str) -> "dict[str, CheckedTable]":
        outer = self.tables_of(key)
        return {name: outer.tables_of(name) for name in outer.values}

    def unknown(self) -> None:
        for key in self.values.keys() - self.taken:
            self._problem(key, f"not a setting; {known_here(key, sorted(self.taken))}")

    def _problem(self, key: str, reason: str) -> None:
        self.wrong.add(key)
        self.problems.append(f"{self.file}: {self.path}{key}: {reason}")


# --- checks: the value, or ValueError with the reason ----------------------------------------------------------------


def known_here(name: str, known: Collection[str]) -> str:
    """What may stand where an unknown name does, the one that is nearest to it first."""
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f"{f'did you mean {near[0]!r}? ' if near else ''}known: {', '.join(known)}"


def some_of(known: Collection[str], what: str) -> Callable[[Any], tuple[str, ...]]:
    """A list of names that are known; every other one is told."""

    def check(value: Any) -> tuple[str, ...]:
        if strange := [name for name in words(value) if name not in known]:
            raise ValueError("; ".join(f"{name!r} is no {what}; {known_here(name, known)}" for name in strange))
        return words(value)

    return check


def amount(currency: str) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if not isinstance(value, str):
            raise ValueError(f'must be text like "2.95", not {value!r}')
        return to_minor(value, currency)

    return check


def money(currency: str) -> Callable[[Any], Money | None]:
    return lambda value: Money(amount(currency)(value), currency)


def word(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text that is not empty")
    return value.strip()


def words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(set(map(str, value))) != len(value):
        raise ValueError("must be a list of different texts")
    return tuple(word(item) for item in value)


def languages(value: Any) -> tuple[str, ...]:
    return words([language(code) for code in words(value)])


def language(value: Any) -> str:
    try:
        Locale.parse(word(value), sep="-")
    except (UnknownLocaleError, ValueError):
        raise ValueError(f'{value!r} is no language; write its code, like "en" or "zh"') from None
    return word(value)


def texts(value: Any) -> Localised:
    if not isinstance(value, dict) or not value:
        raise ValueError('must be texts per language like { en = "…", zh = "…" }')
    return Localised({language(code): word(text) for code, text in value.items()})


def zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(word(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'{value!r} is no time zone; write it like "Europe/London"') from None


def telephone(value: Any) -> str:
    if not re.fullmatch(r"\+?[0-9][0-9 -]{0,18}", word(value)):
        raise ValueError(f'{value!r} is no telephone number; write it like "112"')
    return word(value)


def web_address(value: Any) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(?:/\S*)?", word(value)):
        raise ValueError('must be a web address like "https://shop.example"')
    return word(value).rstrip("/")


def origins(value: Any) -> tuple[str, ...]:
    if strange := [each for each in words(value) if not ORIGIN.fullmatch(each)]:
        raise ValueError(f'{strange[0]!r} must be https and a host alone, like "https://pictures.example"')
    return words(value)


def email(value: Any) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", word(value)):
        raise ValueError("must be an e-mail address")
    return word(value)


def share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 0.5:
        raise ValueError("must be a share above 0 and below 0.5, like 0.05")
    return float(value)


def rate(value: Any) -> int:
    """A share in percent, with at most two places, as hundredths of a percent."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,2}(?:\.\d{1,2})?", value):
        raise ValueError(f'{value!r} is no rate; write the percent as text like "20" or "5.5"')
    return int(Decimal(value) * 100)


def days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 3650:
        raise ValueError("must be a whole number of days")
    return value


def minutes(value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 525_600:
        raise ValueError("must be a whole number of minutes")
    return timedelta(minutes=value)


def hours(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 8760:
        raise ValueError("must be a whole number of hours")
    return value


def span(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2 or days(value[0]) > days(value[1]):
        raise ValueError("must be two numbers of days like [5, 7], the smaller one first")
    return days(value[0]), days(value[1])


def day(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError(f"{value!r} is no day; write it without quotes, like 2026-12-25")
    return value


def date_list(value: Any) -> tuple[date, ...]:
    if not isinstance(value, list):
        raise ValueError("must be a list of days like [2026-12-25, 2026-12-26]")
    return tuple(map(day, value))


def clock_time(value: Any) -> time:
    if not isinstance(value, time):
        raise ValueError(f"{value!r} is no time of day; write it without quotes, like 16:00:00")
    return value


def currency_code(value: Any) -> str:
    if value not in list_currencies():
        raise ValueError(f"{value!r} is no ISO 4217 currency")
    return str(value)


def countries(value: Any) -> tuple[str, ...]:
    known = Locale("en").territories
    codes = words(value)
    if not codes or (strange := next((code for code in codes if len(code) != 2 or code not in known), None)):
        raise ValueError(f'must be ISO 3166 codes like "GB"{f", not {strange!r}" if codes else ""}')
    return codes


def one_of(languages: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if word(value) not in languages:
            raise ValueError(f"{value!r} is none of the shop's languages ({', '.join(languages)})")
        return word(value)

    return check


def locales(languages: tuple[str, ...]) -> Callable[[Any], dict[str, str]]:
    def check(value: Any) -> dict[str, str]:
        if not isinstance(value, dict) or not set(languages) <= value.keys():
            raise ValueError(f"must name a Babel locale for each of {', '.join(languages)}")
        if strange := sorted(value.keys() - set(languages)):
            raise ValueError(f"{strange[0]!r} is none of the shop's languages ({', '.join(languages)})")
        for locale in value.values():
            try:
                Locale.parse(word(locale))
            except (UnknownLocaleError, ValueError):
                raise ValueError(f'{locale!r} is no Babel locale; write it like "en_GB"') from None
        return dict(value)

    return check
