"""Which variant of a product is meant by words like "the 500 ml one in navy", 换成蓝色的, "one size up". Pure."""

import re
import unicodedata
from collections.abc import Sequence

from bot.attributes import size_words
from bot.commerce import Variant


def fitting(variants: Sequence[Variant], now: Variant | None, words: str) -> list[Variant]:
    """The variants of the size and colour named in `words`; none when neither is."""
    row = list(dict.fromkeys(variant.size for variant in variants if variant.size))
    sizes = _sizes(row, words)
    if not sizes and now and now.size in row and (step := _step(words)):
        place = row.index(now.size) + step
        sizes = {row[place]} if 0 <= place < len(row) else {""}  # there is no larger one
    colors = _colors(variants, words)
    if not sizes and not colors:
        return []
    return [
        variant
        for variant in variants
        if (variant.size in sizes if sizes else now is None or variant.size == now.size)
        and (variant.sku in colors if colors else now is None or variant.color == now.color)
    ]


_UNITS = {"cm", "mm", "ml", "l", "g", "kg", "inch"}


def _sizes(row: Sequence[str], words: str) -> set[str]:
    """The sizes named: 500 ml, "39" of 39-41, "lined" of A5 lined; a whole name counts before a part of one."""
    whole = {size for size in row if _holds(words, size)}
    if whole:
        return {size for size in whole if not any(size != other and _holds(other, size) for other in whole)}
    numbers = [int(number) for number in re.findall(r"(?<![\d.])\d{1,3}(?![\d.])", words)]
    found = set()
    for size in row:
        span = re.fullmatch(r"(\d+)\s*[-–]\s*(\d+)", size)
        within = span is not None and any(int(span[1]) <= number <= int(span[2]) for number in numbers)
        parts = [part for part in re.split(r"[\s/]+", size) if part.lower() not in _UNITS or "/" in size]
        if within or any(part != size and _holds(words, part) for part in parts):
            found.add(size)
    return found or {size for size in row if size_words(size) <= size_words(words)}


def _colors(variants: Sequence[Variant], words: str) -> set[str]:
    """The skus of the colour named: a whole name counts before a part, "blue" of night blue, 绿 of 苔藓绿."""
    names = {variant.sku: [re.sub("色$", "", name) for name in variant.color.texts.values()] for variant in variants}
    whole = {sku: [name for name in own if _holds(words, name)] for sku, own in names.items()}
    longest = max((len(name) for own in whole.values() for name in own), default=0)
    if longest:
        return {sku for sku, own in whole.items() if any(len(name) == longest for name in own)}
    basic = re.findall("[红紅橙黄黃绿綠青蓝藍紫粉黑白灰棕金银銀米]", words)
    return {
        sku
        for sku, own in names.items()
        if any(_holds(words, part) for name in own for part in name.split())
        or any(character in name for character in basic for name in own)
    }


def _holds(text: str, part: str) -> bool:
    """Whether `part` stands in the text as words of its own, spaces within it aside: "500ml", "500 ml"."""
    pattern = r"\s*".join(map(re.escape, re.sub(r"\s", "", _plain(part))))
    return bool(re.search(rf"(?<![a-z0-9.'-]){pattern}(?![a-z0-9'-])", _plain(text)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().replace("’", "'")


_UP = re.compile(r"\b(?:bigger|larger|wider|longer|up)\b|大一[码碼号號点點]|[加更]大", re.IGNORECASE)
_DOWN = re.compile(r"\b(?:smaller|shorter|down)\b|小一[码碼号號点點]|[更]小", re.IGNORECASE)


def _step(words: str) -> int:
    """A size up or down in the order the shop lists them."""
    return bool(_UP.search(words)) - bool(_DOWN.search(words))


def nearest(variants: Sequence[Variant], words: str) -> list[Variant]:
    """All of them, those that share a size or colour with `words` first."""
    sizes, colors = _sizes([variant.size for variant in variants if variant.size], words), _colors(variants, words)
    return sorted(variants, key=lambda one: one.size not in sizes and one.sku not in colors)
