"""Body measures in a message, for size advice: "chest 96", 胸围96, "5 ft 10 and 12 stone", 身高175体重140斤. Pure.

Everything comes out in centimetres, weight in kilograms. Reads English and Chinese, simplified and traditional.
"""

import re
from collections.abc import Mapping

from bot.commerce import Measure

_WIDE = str.maketrans("０１２３４５６７８９．", "0123456789.")
_NUMBER = r"(?P<n>\d{1,3}(?:[.,]\d{1,2})?)"
_LENGTH = r"\s?(?P<unit>cm|centimet(?:re|er)s?|mm|m|in(?:ch(?:es)?)?|[\"”″]|厘米|公分|毫米|米|英寸|寸)?"
_WEIGHT = r"\s?(?P<unit>kg|kgs|kilos?|kilograms?|lbs?|pounds?|st(?:one)?|公斤|千克|斤|磅)"
_NAMES = {
    Measure.CHEST: r"\b(?:chest|bust)\b|胸[围圍]?|上[围圍]",
    Measure.WAIST: r"\bwaist\b|腰[围圍]?",
    Measure.HIPS: r"\b(?:hips?|seat)\b|臀[围圍]?",
    Measure.INSIDE_LEG: r"\b(?:inside leg|inseam)\b|内长|[内內][缝縫]",
    Measure.HEIGHT: r"\b(?:height|tall)\b|身高|高",
    Measure.FOOT: r"\b(?:foot|feet|insole)(?: length| size)?\b|[脚腳][长長]?|[内內][长長]",
    Measure.HAND: r"\b(?:hand|palm)(?: circumference)?\b|手[围圍]|掌[围圍]",
    Measure.HEAD: r"\bhead(?: circumference)?\b|[头頭][围圍]?",
    Measure.NECK: r"\bneck\b|[颈頸脖][子部]?[围圍]?",
    Measure.BACK: r"\bback length\b|背[长長]",
}
_IS = r"(?:\s?(?:is|are|of|measures?|about|around|roughly|approx\.?|length|[:：=是为為大约約在]))*\s?"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.ASCII)


_AFTER = {name: _pattern(rf"(?:{words}){_IS}{_NUMBER}{_LENGTH}") for name, words in _NAMES.items()}
_BEFORE = {name: _pattern(rf"{_NUMBER}{_LENGTH}[\s-]?(?:{words})") for name, words in _NAMES.items()}
_FEET = re.compile(r"(?<!\d)([4-7])\s?(?:ft|foot|feet|['’′])\s?(\d{1,2})?(?!\d)", re.I)
_METRES = _pattern(
    r"(?<![\d.])(1[.,]\d{2}|2[.,]0\d)\s?(?:m\b|米)|(?<!\d)1米([5-9]\d?)(?!\d)|一米([五六七八九][零一二三四五六七八九]?)"
)
_TALL = _pattern(r"(?<![\d.])(1[3-9]\d|20\d)(?!\d)(?:\s?(?:cm|厘米|公分))?")
_ORDINAL = _pattern(r"(?<!\d)(?:1|21|31)st\b")
_HEAVY = _pattern(rf"(?<![\d.]){_NUMBER}{_WEIGHT}(?:\s?(\d{{1,2}})(?:\s?(?:lbs?|pounds?))?)?(?![a-z])")
_HEAVY_NAMED = _pattern(
    rf"(?:\bweigh(?:s|t|ing)?(?: is| about)?|体重|體重|重)\s?[:：是约約]?\s?{_NUMBER}(?!\s?(?:cm|m\b))"
)
_PAIR = re.compile(r"(?<![\d.])(1[4-9]\d|20\d)\s?(?:cm|厘米)?\s?[/／,，、 和\-]\s?(\d{2,3})(?![\d.%A-Za-z])")
_NOT_TALL = (*(words for name, words in _NAMES.items() if name is not Measure.HEIGHT), r"\bweigh\w*|[体體]?重")
_OTHER = _pattern("|".join(rf"(?:{words}){_IS}\d+" for words in _NOT_TALL))  # numbers of something else
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_INCHES = ("in", '"', "”", "″", "英寸", "寸")
_LEAST_CM = {  # of an adult: a smaller number without a unit, in English, is in inches
    Measure.CHEST: 50, Measure.WAIST: 45, Measure.HIPS: 50, Measure.INSIDE_LEG: 45,
}  # fmt: skip
_NOT_INCHES = re.compile(
    r"[\u4e00-\u9fff]|\b(?:dog|cat|pet|puppy|kitten|child|kid|baby|toddler|son|daughter)\w*\b", re.I
)
_CHI = {name: re.compile(rf"(?:{words})[是为為大约約有]*\s?(\d)\s?尺\s?(\d)?") for name, words in _NAMES.items()}
_CHI_CM = 100 / 3  # centimetres of a 尺
_SANE = {  # what is outside is no such measure of anybody
    Measure.CHEST: (20, 200), Measure.WAIST: (20, 200), Measure.HIPS: (40, 200), Measure.INSIDE_LEG: (20, 110),
    Measure.HEIGHT: (40, 230), Measure.WEIGHT: (1, 250), Measure.FOOT: (8, 35), Measure.HAND: (10, 35),
    Measure.HEAD: (20, 70), Measure.NECK: (10, 70), Measure.BACK: (15, 110),
}  # fmt: skip
_MOST_READ = 300  # characters


def found(text: str) -> Mapping[Measure, float]:
    """Every measure that is named, and height and weight as people give them together."""
    plain = _ORDINAL.sub(" ", text[:_MOST_READ].translate(_WIDE))
    values = {name: value for name in _NAMES if (value := _named(name, plain)) is not None}
    if _FEET.search(plain):  # "5 foot 8" is a height
        values.pop(Measure.FOOT, None)
    if tall := _height(plain):
        values[Measure.HEIGHT] = tall
    if heavy := _weight(plain, values.get(Measure.HEIGHT)):
        values[Measure.WEIGHT] = heavy
    if pair := _PAIR.search(plain):
        values.setdefault(Measure.HEIGHT, float(pair[1]))
        values.setdefault(Measure.WEIGHT, _kilograms(float(pair[2]), float(pair[1]), plain))
    sane = {name: value for name, value in values.items() if _SANE[name][0] <= value <= _SANE[name][1]}
    return {name: round(value, 1) for name, value in sane.items()}


def answer(measure: Measure, text: str) -> str | None:
    """The value of the measure that was asked for: named, or the only number there is."""
    values = found(text)
    if measure in values:
        return f"{values[measure]:g}"
    numbers = re.findall(rf"(?<![\d.]){_NUMBER}{_LENGTH}", text.translate(_WIDE), re.I)
    if len(numbers) != 1 or values:
        return None
    number, unit = numbers[0]
    least, most = _SANE[measure]
    value = float(number.replace(",", ".")) if measure is Measure.WEIGHT else _centimetres(measure, number, unit, text)
    return f"{value:g}" if least <= value <= most else None


def _named(measure: Measure, text: str) -> float | None:
    if hit := _CHI[measure].search(text):
        return (int(hit[1]) + int(hit[2] or 0) / 10) * _CHI_CM
    hit = _AFTER[measure].search(text) or _BEFORE[measure].search(text)
    return _centimetres(measure, hit["n"], hit["unit"], text) if hit else None


def _centimetres(measure: Measure, number: str, unit: str | None, text: str) -> float:
    value, unit = float(number.replace(",", ".")), (unit or "").lower()
    guessed = not unit and value < _LEAST_CM.get(measure, 0) and not _NOT_INCHES.search(text)
    if unit.startswith(_INCHES) or guessed:
        return round(value * 2.54, 1)
    if unit in ("mm", "毫米") or (not unit and measure is Measure.FOOT and value > 100):  # 脚长245
        return round(value / 10, 1)
    metres = unit in ("m", "米") or (not unit and measure is Measure.HEIGHT and value < 3)
    return value * 100 if metres else value


def _height(text: str) -> float | None:
    if hit := _FEET.search(text):
        return int(hit[1]) * 30.48 + int(hit[2] or 0) * 2.54
    if hit := _METRES.search(text):
        if hit[1]:
            return float(hit[1].replace(",", ".")) * 100
        if hit[2]:
            return 100 + float(hit[2].ljust(2, "0"))
        return 100.0 + sum(value * _DIGITS[digit] for digit, value in zip(hit[3], (10, 1), strict=False))
    hit = _TALL.search(_OTHER.sub(" ", text))
    return float(hit[1]) if hit else None


def _weight(text: str, height: float | None) -> float | None:
    if hit := _HEAVY.search(text):
        value, unit = float(hit["n"].replace(",", ".")), hit["unit"].lower()
        if unit.startswith("st"):
            return value * 6.35 + int(hit[3] or 0) * 0.4536
        if unit.startswith(("lb", "pound", "磅")):
            return value * 0.4536
        return value / 2 if unit == "斤" else value
    hit = _HEAVY_NAMED.search(text)
    if not hit:
        return None
    return _kilograms(float(hit["n"].replace(",", ".")), height, text)


_USUAL = 21.5  # kilograms by the square of the height in metres


def _kilograms(value: float, height: float | None, text: str) -> float:
    """A weight without a unit: in Chinese it may be in 斤, whichever is likelier for the height."""
    if not re.search("[\u4e00-\u9fff]", text):
        return value
    if height is None:
        return value / 2 if value >= 90 else value
    square = (height / 100) ** 2
    return min(value, value / 2, key=lambda kilograms: abs(kilograms / square - _USUAL))
