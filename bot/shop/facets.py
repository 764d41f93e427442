"""What products are filtered by: brand, colour and size as tokens, the same for what is sold and what is asked for.

Pure. A variant holds many tokens, a filter asks for all of its own: "42" finds "EU 42", "blue" every shade of blue.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from bot.attributes import LETTERS, SIZE_WORDS, even
from bot.shop.analyser import Parts, all_words, bigrams, fold, folded_parts, parts

BRAND, CATEGORY, COLOR, HUE, SIZE, FITS = "brand:", "category:", "color:", "hue:", "size:", "fits:"

# hue → (how Chinese names of its shades are known, English names of shades that do not name it)
_HUES: Mapping[str, tuple[str, str]] = {
    "black": ("黑", "ebony jet onyx"),
    "white": ("白", "ivory chalk snow"),
    "grey": ("灰", "gray charcoal graphite slate smoke ash anthracite"),
    "silver": ("银", "chrome steel"),
    "gold": ("金(?!属)", "golden brass champagne"),
    "blue": ("蓝|藏青|靛", "navy indigo cobalt azure denim ink sapphire aqua turquoise teal"),
    "red": ("(?<![粉玫])红", "crimson scarlet burgundy maroon oxblood ruby brick wine cherry berry"),
    "pink": ("粉(?!彩)|玫红|玫瑰", "rose blush fuchsia magenta salmon coral"),
    "green": ("绿|青(?=草|苔)", "olive sage moss forest mint emerald lime fern teal"),
    "yellow": ("黄(?!铜)", "mustard ochre lemon"),
    "orange": ("橙|橘|桔", "apricot tangerine terracotta peach"),
    "brown": ("棕|褐|咖啡|栗|巧克力", "tan chestnut walnut cognac chocolate mocha coffee camel"),
    "purple": ("紫|薰衣草", "violet lavender lilac plum mauve aubergine"),
    "beige": ("米色|米白|杏色|沙色|燕麦|卡其|驼", "cream sand oat oatmeal ecru khaki camel stone"),
}
_SHADES = [
    (hue, re.compile(characters), frozenset((hue, *words.split()))) for hue, (characters, words) in _HUES.items()
]
# a filter that says one of these means all shades
_BASE = {hue: hue for hue in _HUES} | {
    "gray": "grey", "黑": "black", "白": "white", "灰": "grey", "银": "silver", "金": "gold", "蓝": "blue", "红": "red",
    "粉": "pink", "粉红": "pink", "绿": "green", "黄": "yellow", "橙": "orange", "橘": "orange", "棕": "brown",
    "褐": "brown", "咖啡": "brown", "紫": "purple", "米": "beige", "卡其": "beige",
}  # fmt: skip

_KEPT = 10_000  # a catalogue says the same colours and sizes over and over


def brand(name: str) -> frozenset[str]:
    return frozenset(_marked(BRAND, parts(name)))


def category(id_: str) -> str:
    return CATEGORY + id_.lower()


def fits(id_: str) -> str:
    """Of an accessory, that it goes with the product of this id."""
    return FITS + id_.lower()


@lru_cache(_KEPT)
def color(texts: tuple[str, ...]) -> frozenset[str]:
    """Of a variant, its colour's name given in every language."""
    found: set[str] = set()
    for text in map(fold, texts):
        read = _uncolored(folded_parts(text))
        found |= _marked(COLOR, read) | {COLOR + character for run in read.runs for character in run}
        found |= {HUE + hue for hue, shade, words in _SHADES if shade.search(text) or not words.isdisjoint(read.words)}
    return frozenset(found)


def wanted_color(text: str) -> frozenset[str]:
    """What a variant must hold to be of the colour asked for, in whichever language."""
    read = _uncolored(parts(text))
    if hue := _BASE.get(read.plain):
        return frozenset((HUE + hue,))
    return frozenset(_marked(COLOR, read))


@lru_cache(_KEPT)
def size(text: str) -> frozenset[str]:
    """Of a variant, or asked for: "M码", "medium" and "size M" are one, so are "XXL" and "2XL"."""
    folded = even(fold(text))
    words = [LETTERS.get(word, word) for word in (*all_words(folded), *folded_parts(folded).runs)]
    return frozenset(SIZE + word for word in [word for word in words if word not in SIZE_WORDS] or words)


def _marked(mark: str, read: Parts) -> set[str]:
    """Words and pairs of characters; a character alone when there is but one."""
    return {mark + unit for unit in (*read.words, *(unit for run in read.runs for unit in bigrams(run) or {run}))}


def _uncolored(read: Parts) -> Parts:
    """Without the 色 of 蓝色."""
    return Parts(read.words, tuple(run.removesuffix("色") or run for run in read.runs))
