"""What a shopper wants to spend: "under £50", "20 to 30 pounds", 两百以内, 预算300左右. Pure."""

import re
from dataclasses import dataclass

from bot.facts import Money

# a currency whose sign another one's name holds comes first; 块 counts soap, too
_CURRENCIES = {
    "GBP": r"£|\b(?:gbp|pounds?|quid)\b|英?[镑鎊]", "EUR": r"€|\b(?:eur|euros?)\b|[欧歐]元?",
    "USD": r"\$|\b(?:usd|dollars?|bucks)\b|美[元金]",
    "CNY": r"¥|￥|\b(?:cny|rmb|yuan)\b|元|[块塊](?:[钱錢]|(?=[以之左上下的到內内]|[^\u4e00-\u9fff]|$))|人民[币幣]",
}  # fmt: skip
_SIGN = rf"(?:{'|'.join(_CURRENCIES.values())})"
_ENGLISH = {
    "fiver": 5, "tenner": 10, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "one hundred": 100, "two hundred": 200,
    "three hundred": 300, "five hundred": 500,
}  # fmt: skip
_DIGITS = {character: at % 10 for at, character in enumerate("零一二三四五六七八九〇")} | {"两": 2, "兩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE = f"[{''.join(_DIGITS)}{''.join(_UNITS)}]{{1,7}}"
_WORDS = rf"\b(?:{'|'.join(sorted(_ENGLISH, key=len, reverse=True))})\b"
_FIGURES = r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+|\d{1,6})(?:[.]\d{1,2}|,\d{2})?(?![\d%]|[.,]\d)"
_N = rf"(?:{_SIGN}\s?|\ba )?({_FIGURES}|{_WORDS}|{_CHINESE})(?:\s?{_SIGN})?"


def _forms(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_RANGE = _forms(
    rf"(?:\b(?:between|budget|price)\s|[预預]算|[价價]格?)?{_N}\s?(?:-|–|~|～|\bto\b|\band\b|到|至)\s?{_N}"
)
_IS_RANGE = _forms(_SIGN, r"\b(?:between|budget|price)\b|[预預]算|[价價]")
_LEAST = _forms(
    rf"\b(?:no|not) (?:less than|under|below)\s+{_N}",
    rf"\b(?:over|above|(?<!no )(?<!not )more than|at least|from|minimum(?: of)?)\s+{_N}",
    rf"{_N}\s?(?:or more|and up|or above|plus\b)",
    rf"(?:不低[于於]|不少[于於]|至少|高[于於]|(?<!不)超[过過])\s?{_N}",
    rf"{_N}\s?(?:以上|起)",
)
_MOST = _forms(
    rf"\b(?:under|below|less than|(?:no|not) more than|up to|max(?:imum)?(?: of)?|at most|within|cheaper than|not over"
    rf"|budget(?: is| of|:)?)\s+(?:about |around )?{_N}",
    rf"{_N}\s?(?:or less|or under|max\b|tops\b)",
    rf"(?:不超[过過]|最多|低[于於]|[预預]算(?:是|在|[为為]|只有)?|不到|少[于於])\s?{_N}(?!\s?(?:左右|上下|以上))",
    rf"{_N}\s?(?:以[內内下]|之[內内]|封[顶頂])",
)
_ABOUT = _forms(rf"\b(?:around|about|roughly|approx\.?)\s+{_N}", rf"{_N}\s?(?:or so|ish\b|左右|上下)")
_PLAIN = _forms(rf"{_SIGN}\s?({_FIGURES})", rf"({_FIGURES}|{_WORDS}|{_CHINESE})\s?{_SIGN}")
_AROUND = 0.25  # "around 40" is 30 to 50
# form → what its number is of the lower and of the upper limit; 0: there is none
_SHARES = ((_ABOUT, 1 - _AROUND, 1 + _AROUND), (_LEAST, 1, 0), (_MOST, 0, 1), (_PLAIN, 0, 1))
_MOST_READ = 300  # characters


@dataclass(frozen=True, slots=True)
class Budget:
    low: Money | None = None
    high: Money | None = None


def currency(text: str) -> str:
    """The currency that a text names by its sign or name; "" where it names none."""
    return next((code for code, signs in _CURRENCIES.items() if re.search(signs, text[:_MOST_READ], re.I)), "")


def named(text: str) -> str:
    """The currency of a limit that a text names with the currency's sign or name, "" where it names none."""
    found = currency(text)
    return found if found and read(text, found) != Budget() else ""


def read(text: str, own: str) -> Budget:
    """The limits that are named, in the market's `own` currency of two places; none where another currency is meant."""
    text = text[:_MOST_READ]
    if (currency(text) or own) != own:
        return Budget()
    if (hit := _RANGE.search(text)) and _IS_RANGE.search(hit[0]):
        low, high = sorted(map(_minor, hit.groups()))
        return Budget(Money(low, own), Money(high, own))
    for form, low_share, high_share in _SHARES:
        if hit := form.search(text):
            minor = _minor(next(filter(None, hit.groups())))
            low, high = round(minor * low_share), round(minor * high_share)
            return Budget(Money(low, own) if low else None, Money(high, own) if high else None)
    return Budget()


def _minor(number: str) -> int:
    if number[0].isdigit():
        plain = re.sub(r",(?=\d{3}(?!\d))", "", number).replace(",", ".")
        return round(float(plain) * 100)
    return 100 * (_ENGLISH.get(number.lower()) or _chinese(number))


def _chinese(number: str) -> int:
    """三百五 is 350, 一百零五 is 105."""
    total, digit, unit = 0, 0, 1
    for place, character in enumerate(number):
        if character in _UNITS:
            unit = _UNITS[character]
            total, digit = total + max(digit, 1) * unit, 0
        else:
            digit = _DIGITS[character]
            short = place + 1 == len(number) and unit >= 100 and number[place - 1] in _UNITS
            digit *= unit // 10 if short else 1
    return total + digit
