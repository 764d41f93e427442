"""What a piece looks like beside its identity: hashed character n-grams of its word, and its letter case.

Sub-words break on a typo; most n-grams of the word survive it (fastText, Bojanowski et al. 2017; DIET, Bunk et al.
2020). Digits count as one character, so that all order numbers of one pattern look alike.
"""

import re
from functools import lru_cache
from zlib import crc32  # Python's own hash differs from process to process

from model.tokenizer import CJK, Pieces, normalise

SHAPES = 5  # of a word: no letters, lower case, Capital, CAPITALS, mIxed
LONGEST = 24  # characters of a word that are looked at

_CHUNK = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
_CHINESE = re.compile(rf"[{CJK}]")
_EDGE = re.compile(r"^\W+(?=\w)|(?<=\w)\W+$")


@lru_cache(maxsize=100_000)
def ngrams(chunk: str, buckets: int) -> tuple[int, ...]:
    """Buckets of the n-grams (3 to 5 letters, and the whole) of one normalised word."""
    plain = re.sub(r"\d", "0", _EDGE.sub("", chunk))[:LONGEST]
    word = f"<{plain}>"
    grams = {word} | {word[at : at + width] for width in (3, 4, 5) for at in range(len(word) - width + 1)}
    return tuple(sorted({crc32(gram.encode(errors="surrogatepass")) % buckets for gram in grams}))


@lru_cache(maxsize=100_000)
def _around(before: str, here: str, after: str, buckets: int) -> tuple[int, ...]:
    """Buckets of a Chinese character: itself and the pairs and the triple around it."""
    grams = {here, before + here, here + after, before + here + after}
    return tuple(sorted({crc32(f"\u4e00{gram}".encode(errors="surrogatepass")) % buckets for gram in grams}))


def _shape(word: str) -> int:
    if word.lower() == word.upper():
        return 0
    if word == word.lower():
        return 1
    if word == word.upper() and len(word) > 1:
        return 3
    return 2 if word[0].isupper() and word[1:] == word[1:].lower() else 4


def describe(text: str, pieces: Pieces, buckets: int) -> tuple[list[tuple[int, ...]], list[int]]:
    """For each piece of `text` the n-gram buckets and the shape of the word it belongs to."""
    plain = normalise(text)
    chunks = [(match.start(), match.end()) for match in _CHUNK.finditer(plain)]
    grams, shapes, at = [], [], -1
    bag: tuple[int, ...] = ()
    shape = 0
    for start in pieces.starts:
        while at + 1 < len(chunks) and chunks[at + 1][0] <= start:
            at += 1
            begin, end = chunks[at]
            if end - begin == 1 and _CHINESE.match(plain[begin]):
                before, after = plain[begin - 1 : begin] or "<", plain[end : end + 1] or ">"
                bag, shape = _around(before, plain[begin], after, buckets), 0
            else:
                bag, shape = ngrams(plain[begin:end], buckets), _shape(_EDGE.sub("", text[begin:end]))
        grams.append(bag)
        shapes.append(shape)
    return grams, shapes
