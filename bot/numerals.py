"""Small numbers in digits and in words, English and Chinese, as shoppers write quantities and days. Pure."""

import re

_ENGLISH = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "couple": 2, "dozen": 12,
}  # fmt: skip
_DIGITS = {"一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "廿": 20, "卅": 30}
PATTERN = rf"(?:\d{{1,3}}|(?i:\b(?:{'|'.join(_ENGLISH)})\b)|[{''.join(_DIGITS)}{''.join(_TENS)}]{{1,3}})"
_ANY = re.compile(PATTERN, re.ASCII)


def value(word: str) -> int | None:
    """The number a word of `PATTERN` stands for: "3", "three", 三, 十二, 二十三; None when it is none."""
    plain = word.strip().lower()
    if plain.isdecimal():
        return int(plain)
    if plain in _ENGLISH:
        return _ENGLISH[plain]
    total, digit = 0, 0
    for character in plain:
        if character in _TENS:
            total, digit = total + _TENS[character] * max(digit, 1), 0
        elif character in _DIGITS and not digit:
            digit = _DIGITS[character]
        else:
            return None
    return total + digit or None


def first(text: str) -> int | None:
    """The first number in a text."""
    return next((number for found in _ANY.findall(text) if (number := value(found)) is not None), None)
