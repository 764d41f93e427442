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
    Measure.FOOT: r"\b(?:foot|feet|insole)(?: length)?\b|[脚腳][长長]?|[内內][长長]",
    Measure.HAND: r"\b(?:hand|palm)(?: circumference)?\b|手[围圍]|掌[围圍]",
    Measure.HEAD: r"\bhead(?: circumference)?\b|[头頭][围圍]?",
    Measure.NECK: r"\bneck\b|[颈頸脖][子部]?[围圍]?",
    Measure.BACK: r"\bback(?: length)?\b|背[长長]",
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
_HEAVY = _pattern(rf"(?<![\d.]){_NUMBER}{_WEIGHT}(?:\s?(\d{{1,2}})(?:\s?(?:lbs?|pounds?))?)?(?![a-z])")
_HEAVY_NAMED = _pattern(
    rf"(?:\bweigh(?:s|t|ing)?(?: is| about)?|体重|體重|重)\s?[:：是约約]?\s?{_NUMBER}(?!\s?(?:cm|m\b))"
)
_PAIR = re.compile(r"(?<![\d.])(1[4-9]\d|20\d)\s?(?:cm|厘米)?\s?[/／,，、 和\-]\s?(\d{2,3})(?![\d.%])")
_NOT_TALL = (*(words for name, words in _NAMES.items() if name is not Measure.HEIGHT), r"\bweigh\w*|[体體]?重")
_OTHER = _pattern("|".join(rf"(?:{words}){_IS}\d+" for words in _NOT_TALL))  # numbers of something else
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_INCHES = ("in", '"', "”", "″", "英寸", "寸")
_LEAST_CM = {Measure.CHEST: 50, Measure.WAIST: 45, Measure.HIPS: 50}  # a smaller number without a unit is in inches


def found(text: str) -> Mapping[Measure, float]:
    """Every measure that is named, and height and weight as people give them together."""
    plain = text.translate(_WIDE)
    values = {name: value for name in _NAMES if (value := _named(name, plain)) is not None}
    if tall := _height(plain):
        values[Measure.HEIGHT] = tall
    if heavy := _weight(plain):
        values[Measure.WEIGHT] = heavy
    if pair := _PAIR.search(plain):
        values.setdefault(Measure.HEIGHT, float(pair[1]))
        values.setdefault(Measure.WEIGHT, float(pair[2]))
    return {name: round(value, 1) for name, value in values.items()}


def answer(measure: Measure, text: str) -> str | None:
    """The value of the measure that was asked for: named, or the only number there is."""
    values = found(text)
    if measure in values:
        return f"{values[measure]:g}"
    numbers = re.findall(rf"(?<![\d.]){_NUMBER}{_LENGTH}", text.translate(_WIDE), re.I)
    if len(numbers) != 1 or values:
        return None
    number, unit = numbers[0]
    value = _weight(f"{number} kg") if measure is Measure.WEIGHT else _centimetres(measure, number, unit)
    return f"{value:g}" if value else None


def _named(measure: Measure, text: str) -> float | None:
    hit = _AFTER[measure].search(text) or _BEFORE[measure].search(text)
    return _centimetres(measure, hit["n"], hit["unit"]) if hit else None


def _centimetres(measure: Measure, number: str, unit: str | None) -> float:
    value, unit = float(number.replace(",", ".")), (unit or "").lower()
    if unit.startswith(_INCHES) or (not unit and value < _LEAST_CM.get(measure, 0)):
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


def _weight(text: str) -> float | None:
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
    value = float(hit["n"].replace(",", "."))
    return value / 2 if value > 110 and re.search("[\u4e00-\u9fff]", text) else value  # 体重140: in 斤
