"""Facts, and the text they may stand in. Pure: no I/O, no clock, no model.

A dialogue act carries facts from the shop; a template carries placeholders `{name}`. This file renders facts for a
language and refuses every template that says more than its act does, whoever wrote it (our decoder, a large model, a
person). It does not know where acts come from or which phrases exist.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from babel import Locale as BabelLocale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision
from pydantic import Field

from bot import wording

# --- facts -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A name, number or link exactly as the shop stores it."""

    value: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Number:
    value: int
    kind: Literal["number"] = "number"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's minor unit (pence, cents, fen; yen has none)."""

    minor: int
    currency: str  # ISO 4217
    kind: Literal["money"] = "money"

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)


@dataclass(frozen=True, slots=True)
class Day:
    value: date
    kind: Literal["day"] = "day"


@dataclass(frozen=True, slots=True)
class Moment:
    value: datetime  # timezone-aware
    kind: Literal["moment"] = "moment"


@dataclass(frozen=True, slots=True)
class Term:
    """A word of ours with one wording per language, e.g. Term("state", "shipped"); looked up in the phrase book."""

    group: str
    key: str
    kind: Literal["term"] = "term"


@dataclass(frozen=True, slots=True)
class Localised:
    """The shop's own text in several languages, e.g. a product's name."""

    texts: dict[str, str]
    kind: Literal["localised"] = "localised"

    def text(self, language: str) -> str:
        """The text in `language`, else its base language, else English, else whatever there is."""
        for code in (language, language.split("-")[0], "en"):
            if self.texts.get(code):
                return self.texts[code]
        return next(iter(self.texts.values()), "")


@dataclass(frozen=True, slots=True)
class Many:
    """Several facts read as one list: "a, b and c"."""

    items: "tuple[Fact, ...]"
    kind: Literal["many"] = "many"


Fact = Annotated[Text | Number | Money | Day | Moment | Term | Localised | Many, Field(discriminator="kind")]
Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Act:
    """One dialogue act: what is said, and the facts it may be said with.

    Names are `family`, `family:topic` or `family:topic/detail`: greet, ask:order_id, confirm:cancel_order,
    done:cancel_order, refused:cancel_order/shipped, inform:order_status.
    """

    name: str
    facts: dict[str, Fact] = field(default_factory=dict)
    tone: str = "neutral"  # neutral, apologetic, warm

    @property
    def family(self) -> str:
        return self.name.partition(":")[0]

    @property
    def topic(self) -> str:
        return self.name.partition(":")[2].partition("/")[0]


# Acts that assert or deny an effect are never free text: a changed word could turn "is not" into "is".
EFFECT_FAMILIES = frozenset({"confirm", "done", "pending", "refused", "dropped", "notice"})


# --- rendering -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Locale:
    """How values are written for one shopper: language, Babel locale, the shop's zone, and the words for terms."""

    language: str  # "en", "zh", "zh-Hant"
    babel: str  # "en_GB", "zh_Hans_CN"
    zone: ZoneInfo
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # group → key → word
    script: Callable[[str], str] = str  # what the shop's own texts go through: simplified → traditional


def render(fact: Fact, locale: Locale) -> str:
    """Write one fact as text; control and bidirectional characters of shop data are taken out."""
    match fact:
        case Text(value=value):
            return clean(value)
        case Number(value=value):
            return format_decimal(value, locale=locale.babel)
        case Money(minor=minor, currency=currency):
            amount = Decimal(minor).scaleb(-get_currency_precision(currency))
            return format_currency(amount, currency, locale=locale.babel)
        case Day(value=value):
            return format_date(value, _patterns(locale.language, locale.babel)[0], locale=locale.babel)
        case Moment(value=value):
            pattern = _patterns(locale.language, locale.babel)[1]
            return format_datetime(value, pattern, tzinfo=locale.zone, locale=locale.babel)
        case Term(group=group, key=key):
            return locale.terms.get(group, {}).get(key, key.replace("_", " "))
        case Localised():
            return locale.script(clean(fact.text(locale.language)))
        case Many(items=items):
            return format_list([render(item, locale) for item in items], locale=locale.babel)
    raise TypeError(f"not a fact: {fact!r}")


@lru_cache(maxsize=64)
def _patterns(language: str, babel: str) -> tuple[str, str]:
    """How a day and a moment are written, as Babel patterns: month or day first, and the market's clock."""
    if language != "en":
        return "M月d日EEEE", "M月d日 HH:mm"
    market = BabelLocale.parse(babel)
    long, clock = market.date_formats["long"].pattern, market.time_formats["short"].pattern
    day, weekday = ("MMMM d", "EEEE, MMMM d") if long.index("M") < long.index("d") else ("d MMMM", "EEEE d MMMM")
    return weekday, f"{day}, {clock.replace(chr(0x202F), ' ')}"  # a narrow space before "PM" that few fonts have


# A zero-width joiner holds families of emoji and some scripts together; after these letters it only hides something.
# Tags spell the name of a flag after 🏴, elsewhere nothing that anybody sees. A lone surrogate cannot be sent at all.
_CONTROL = re.compile(
    r"[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    r"\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb]|(?<![\U0001f3f4\U000e0000-\U000e007f])[\U000e0000-\U000e007f]+"
    r"|(?:^|(?<=[\u0000-\u024f\u2e80-\u9fff\uff00-\uffef]))[\u200c\u200d]+"
)


def clean(text: str) -> str:
    """One line without control, zero-width or direction-changing characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def placeholders(template: str) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(template))


def fill(template: str, facts: Facts, locale: Locale) -> str:
    """Put the facts in; text inside a fact is never read as a placeholder. KeyError if another one is needed."""
    return PLACEHOLDER.sub(lambda match: render(facts[match[1]], locale), template)


# --- checking --------------------------------------------------------------------------------------------------------

LONGEST = 1_000  # characters of a template; what is longer is no sentence of ours


def words(template: str) -> list[str]:
    """The words of a template outside its placeholders, lower case; every CJK character is a word of its own."""
    return re.findall(
        r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.sub(r"([\u3400-\u9fff])", r" \1 ", PLACEHOLDER.sub(" ", template).lower())
    )


def fault(
    template: str,
    act: Act,
    language: str,
    required: frozenset[str],
    lexicon: frozenset[str] | None = None,
    written: tuple[str, ...] | None = None,
) -> str:
    """Why `template` must not be said for `act`, or "" if it may.

    `required`: placeholders without which the act is not said. `lexicon`: the words of the act's written variants in
    that language; given for our own decoder, None for a writer trusted to choose its words. `written`: these variants,
    beyond whose weighty words nobody goes; None for a variant itself, which the shop answers for. It is a net against
    false words, not a proof that free ones are true: acts of effect are held to their variants in speech.py.
    """
    outside, base = PLACEHOLDER.sub(" ", template), language.split("-")[0]
    plain, used = wording.plain(outside), placeholders(template)
    if not template.strip():
        return "says nothing"
    if len(template) > LONGEST:
        return "too long"
    if _CONTROL.search(template.replace("\n", " ")):
        return "a hidden character"
    if "{" in plain or "}" in plain:
        return "broken placeholder"
    if used - act.facts.keys():
        return f"unknown fact {sorted(used - act.facts.keys())[0]}"
    if required - used:
        return f"leaves out {sorted(required - used)[0]}"
    # ½ and Ⅳ are figures too, and ㏠ becomes one
    if any(unicodedata.category(character).startswith("N") for character in outside + plain):
        return "a digit outside placeholders"
    if wording.LINK.search(plain):
        return "a link outside placeholders"
    if hit := (wording.FIGURE if act.family in EFFECT_FAMILIES else wording.FIGURE_OR_STATE)[base].search(plain):
        return f"{hit.group()!r} may only come from a fact"
    if lexicon is not None and (strange := next((word for word in words(template) if word not in lexicon), None)):
        return f"{strange!r} is not a word of this act"
    return "" if written is None else _excess(outside, plain, base, written)


def _excess(outside: str, plain: str, base: str, written: tuple[str, ...]) -> str:
    """What a writer put in beyond the act's written variants."""
    if wording.MARKUP.search(outside):
        return "markup outside placeholders"
    if foreign := wording.foreign_letter(plain):
        return f"{foreign!r} is no letter of English or Chinese"
    if more := wording.weights(plain, base) - _weights_of(written, base):
        return f"{min(more)!r} is more than this act says"
    return ""


@lru_cache(maxsize=4_096)
def _weights_of(written: tuple[str, ...], base: str) -> frozenset[str]:
    return frozenset().union(*(wording.weights(wording.plain(PLACEHOLDER.sub(" ", text)), base) for text in written))
