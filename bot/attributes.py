"""Whether a size or a colour that was said is that of a variant: "M码", "medium" and M, 藏青 and "navy". Pure."""

import re
import unicodedata
from collections.abc import Iterable

from bot.units import spaced

# a size in words, in the letters shops write it in
LETTERS = {
    "small": "s", "medium": "m", "large": "l", "xlarge": "xl", "大": "l", "中": "m", "小": "s", "均": "one",
    "特小": "xs", "加小": "xs", "加大": "xl", "特大": "xl",
}  # fmt: skip
SIZE_WORDS = frozenset(("size", "uk", "eu", "us", "eur"))  # which system is meant shows in the number
_EXTRA = re.compile(r"\b(?:extra|x)[ -](small|large)\b")
_TIMES_X = re.compile(r"\b([2-6])x([sl])\b|\b(x{2,6})([sl])\b")
_WORD = re.compile(r"\d+\.\d+[a-z]*|[^\W_\u3400-\u9fff]+|[\u3400-\u9fff]+")


def even(folded: str) -> str:
    """A size in lower case as it is compared: "extra large" as "xl", "xxl" as "2xl", without 码 and 号."""
    folded = _EXTRA.sub(lambda hit: "x" + hit[1][0], folded)
    folded = _TIMES_X.sub(lambda hit: f"{hit[1]}x{hit[2]}" if hit[1] else f"{len(hit[3])}x{hit[4]}", folded)
    return re.sub("[码碼号號]", "", folded)


def size_words(text: str) -> frozenset[str]:
    words = [LETTERS.get(word, word) for word in _WORD.findall(spaced(even(_plain(text))))]
    return frozenset([word for word in words if word not in SIZE_WORDS] or words)


def is_size(said: str, size: str) -> bool:
    """The size, or a part of it: A5 of "A5 dotted", 42 of "EU 42"; nothing said is every size."""
    if not said or _joined(said) == _joined(size):
        return True
    words = size_words(said)
    return bool(words) and words <= size_words(size)


def is_color(said: str, texts: Iterable[str]) -> bool:
    """The colour's name in any language, or a part of it, 色 left out; nothing said is every colour."""
    plain = _color(said)
    return not said or any(text and (plain in text or text in plain) for text in map(_color, texts))


def in_name(said: str, names: Iterable[str]) -> bool:
    """Whether a word that may be a colour stands in a product's name: the rose of "rose gloves"."""
    word = re.compile(rf"(?<![^\W\u3400-\u9fff]){re.escape(_plain(said))}(?![^\W\u3400-\u9fff])")
    return any(word.search(_plain(name)) for name in names)


def says(text: str, word: str) -> bool:
    """Whether the word stands in the text by itself; a size of letters in capitals, or after "size" or before 码."""
    letters = word.isascii() and word.isalpha() and len(word) <= 3
    plain = re.escape(word).replace("\\ ", r"\s?")
    found = rf"(?<![\w'’.-]){plain}(?![\w'’-]|\.\d)"
    if letters:
        return bool(re.search(rf"{found}|(?i:size {plain}\b|{plain}[码碼号號])", text, re.ASCII))
    return bool(re.search(found, text, re.IGNORECASE | re.ASCII))


def without_size_word(said: str) -> str:
    """ "size M", M码 → M."""
    return re.sub(r"(?i)\s*(?:\bsize\b|码|碼|号|號)\s*", "", said) or said


def _color(text: str) -> str:
    plain = _joined(text).replace("gray", "grey")
    return plain.removesuffix("色") or plain


def _joined(text: str) -> str:
    return re.sub(r"\s", "", _plain(text))


def _plain(text: str) -> str:
    """Written evenly; "it's" is one word and no S."""
    return re.sub(r"(?<=\w)['’](?=\w)", "", unicodedata.normalize("NFKC", text).casefold())
