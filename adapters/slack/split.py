"""Cut a long text where it hurts least. Pure."""

import re
import unicodedata
from collections.abc import Callable

# best first: paragraph, line, sentence, word
BOUNDARIES = tuple(re.compile(pattern) for pattern in (
    r"\n\s*\n", r"\n", r"[.!?…][\"'”’)]*\s|[。！？；][”’」』）]*", r"\s"))  # fmt: skip


def units(text: str) -> int:
    """UTF-16 units: whichever way a platform counts characters, it never counts more."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, first: int, rest: int, cost: Callable[[str], int] = units) -> list[str]:
    """Pieces that cost at most `first` (the first one) and `rest`, without the white space between them."""
    pieces, text = [], text.strip()
    while text:
        fitting = _fitting(text, rest if pieces else first, cost)
        end = fitting if fitting == len(text) else _cut(text, fitting)
        pieces.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return pieces


def _fitting(text: str, most: int, cost: Callable[[str], int]) -> int:
    """How many characters cost no more than `most`, by halving: the cost grows with the text."""
    low, high = 1, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if cost(text[:middle]) <= most else (low, middle - 1)
    return low


def _cut(text: str, most: int) -> int:
    """The best place to end a piece; not so early that it is half empty."""
    window = text[:most]
    for boundary in BOUNDARIES:
        ends = [match.end() for match in boundary.finditer(window)]
        if ends and ends[-1] > most // 2:
            return ends[-1]
    end = most
    while end > most // 2 and _joined(text[end - 1], text[end]):
        end -= 1
    return end


def _joined(before: str, after: str) -> bool:
    """Whether two characters make one sign: accents, variation selectors, skin tones, joined emoji, flags."""
    return (
        "\u200d" in (before, after) or after == "\ufe0f" or bool(unicodedata.combining(after))
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or all("\U0001f1e6" <= character <= "\U0001f1ff" for character in (before, after))
    )  # fmt: skip
