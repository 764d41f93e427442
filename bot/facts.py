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
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision
from pydantic import Field

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
            return format_date(value, "EEEE d MMMM" if locale.language == "en" else "M月d日EEEE", locale=locale.babel)
        case Moment(value=value):
            pattern = "d MMMM, HH:mm" if locale.language == "en" else "M月d日 HH:mm"
            return format_datetime(value, pattern, tzinfo=locale.zone, locale=locale.babel)
        case Term(group=group, key=key):
            return locale.terms.get(group, {}).get(key, key.replace("_", " "))
        case Localised():
            return clean(locale.script(fact.text(locale.language)))
        case Many(items=items):
            return format_list([render(item, locale) for item in items], locale=locale.babel)
    raise TypeError(f"not a fact: {fact!r}")


_CONTROL = re.compile(
    r"[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]"
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

_NUMBER_WORDS = {
    "en": r"zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
          r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|percent|dozen|half|twice"
          r"|double|first|second|third|tomorrow|yesterday|today|tonight",
    "zh": r"[零一二两三四五六七八九十百千万半几]+(?=[个件天日周月年元块点分折号份单小时笔倍])"
          r"|第[一二三四五六七八九十]|明天|昨天|今天|后天",
}  # fmt: skip
_DAYS = {
    "en": r"mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|january|february|april|june|july"
          # "may" is a word too: a month after these, or before a placeholder, of which a space is left
          r"|august|september|october|november|december|(?:in|of|until|since|by|this|next|last) (?-i:March|May)"
          r"|(?-i:March|May)(?=  )",
    "zh": r"(?:星期|周|礼拜)[一二三四五六日天末]|[一二三四五六七八九十]+月",
}  # fmt: skip
_STATES = {
    "en": r"shipped|dispatched|delivered|cancel+ed|refunded|returned|packed|paid|approved|in stock|sold out"
    r"|(?<!feel )free",
    "zh": r"已(?:经)?(?:发货|送达|签收|取消|退款|退货|打包|付款|发出|寄出|批准)|有货|缺货|免费|包邮",
}
_LINK = re.compile(r"\w+:/|www\.|\b[\w-]+\.[a-z]{2,}\b|@\w|[<>]", re.IGNORECASE | re.ASCII)


def _banned(language: str) -> re.Pattern[str]:
    base = language.split("-")[0]
    bound = r"\b" if base == "en" else ""
    words = "|".join(table[base] for table in (_NUMBER_WORDS, _DAYS, _STATES))
    return re.compile(rf"{bound}(?:{words}){bound}", re.IGNORECASE)


_BANNED = {"en": _banned("en"), "zh": _banned("zh")}


def words(template: str) -> list[str]:
    """The words of a template outside its placeholders, lower case; every CJK character is a word of its own."""
    return re.findall(
        r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.sub(r"([\u3400-\u9fff])", r" \1 ", PLACEHOLDER.sub(" ", template).lower())
    )


def fault(
    template: str, act: Act, language: str, required: frozenset[str], lexicon: frozenset[str] | None = None
) -> str:
    """Why `template` must not be said for `act`, or "" if it may.

    `required`: placeholders without which the act is not said. `lexicon`: the words of the act's written variants in
    that language; given for our own decoder, None for a writer trusted to choose its words.
    """
    outside = PLACEHOLDER.sub(" ", template)
    used = placeholders(template)
    if not template.strip():
        return "says nothing"
    if "{" in outside or "}" in outside:
        return "broken placeholder"
    if used - act.facts.keys():
        return f"unknown fact {sorted(used - act.facts.keys())[0]}"
    if required - used:
        return f"leaves out {sorted(required - used)[0]}"
    if any(unicodedata.category(character).startswith("N") for character in outside):  # ½ and Ⅳ are figures too
        return "a digit outside placeholders"
    if _LINK.search(outside):
        return "a link outside placeholders"
    if act.family not in EFFECT_FAMILIES and (hit := _BANNED[language.split("-")[0]].search(outside)):
        return f"{hit.group()!r} may only come from a fact"
    if lexicon is not None and (strange := next((word for word in words(template) if word not in lexicon), None)):
        return f"{strange!r} is not a word of this act"
    return ""
