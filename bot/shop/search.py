"""Find products by name, typos tolerated, in either language. In memory and pure: knows no database and no price.

A score says how well the words name the product: 0.85 and more for (nearly) its name, 0.8 and more for words that fit
it alone, 0.5 to 0.8 for one of several or with a doubt, less for words that do not name it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from rapidfuzz import fuzz

from bot.shop.analyser import bigrams, chinese, fold, latin_words

SURE = 0.8
_BESIDE, _TEXT = 0.7, 0.5  # weight of words beside the name (brand, category, material, colours) and of the description
_TYPO = 0.75  # least likeness of a misspelt word to a true one; short words need more
_FULL = 0.88  # coverage from which all of the query counts as found


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one product."""

    id: str
    names: tuple[str, ...]  # in every language
    also: tuple[str, ...] = ()  # other names it goes by
    beside: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """An entry as the analyser reads it."""

    id: str
    names: tuple[str, ...]  # analysed: Latin words, then Chinese characters
    also: tuple[str, ...]
    words: Mapping[str, float]  # Latin word → weight; neighbours in a name also joined ("t shirt" as "tshirt")
    name: str  # Chinese characters of the names, a space between two
    pairs: Mapping[str, float]  # pair of Chinese characters → weight


class Index:
    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = [_read(entry) for entry in entries]
        counts = Counter(word for entry in self._entries for word in entry.words)
        self._rarity = {word: log(1 + len(self._entries) / count) for word, count in counts.items()}
        self._unknown = log(1 + len(self._entries)) * 0.7  # a word no product has: it counts against, but not alone

    def find(self, query: str, limit: int) -> list[tuple[str, float]]:
        """Ids with scores, best first; nothing below 0.2."""
        folded = fold(query)
        words, characters = latin_words(folded), chinese(folded)
        if not words and not characters:
            return []
        likes = [self._likes(word) for word in words]
        joined = [left + right for left, right in pairwise(words)]
        covered = {entry.id: self._coverage(entry, words, likes, joined, characters) for entry in self._entries}
        alone = sum(share >= _FULL for share in covered.values()) == 1
        plain = _plain(query)
        scores = {entry.id: _score(plain, entry, covered[entry.id], alone) for entry in self._entries}
        return _settle(scores, limit)

    def _likes(self, word: str) -> dict[str, float]:
        """Known words that `word` may be a spelling of, only itself if it is one; the first letter is seldom wrong."""
        if word in self._rarity:
            return {word: 1.0}
        if len(word) < 4:
            return {}
        near = (known for known in self._rarity if known[0] == word[0] and abs(len(known) - len(word)) <= 3)
        least = _TYPO if len(word) > 5 else 0.8
        return {known: like for known in near if len(known) > 3 and (like := _likeness(word, known)) >= least}

    def _coverage(
        self,
        entry: _Read,
        words: Sequence[str],
        likes: Sequence[dict[str, float]],
        joined: Sequence[str],
        characters: str,
    ) -> float:
        """How much of the query the product's words explain, rare words counting more."""
        found = total = 0.0
        for place in range(len(words)):
            hits = [(like * entry.words.get(known, 0.0), self._rarity[known]) for known, like in likes[place].items()]
            hits += [
                (entry.words.get(pair, 0.0), self._rarity.get(pair, 0.0))
                for pair in joined[max(0, place - 1) : place + 1]
            ]
            best, rarity = max(hits, default=(0.0, 0.0))
            weight = rarity if best else max((self._rarity[known] for known in likes[place]), default=self._unknown)
            found, total = found + best * weight, total + weight
        if characters:
            weight = self._unknown * min(len(characters), 6) / 3
            found, total = found + _chinese_coverage(characters, entry) * weight, total + weight
        return found / total if total else 0.0


def _likeness(word: str, known: str) -> float:
    """0 to 1; letters in the wrong order are the slip of a true word."""
    return max(fuzz.ratio(word, known) / 100, 0.85 if sorted(word) == sorted(known) else 0.0)


def _read(entry: Entry) -> _Read:
    words: dict[str, float] = {}
    pairs: dict[str, float] = {}
    named = (*entry.names, *entry.also)
    for texts, weight in ((entry.texts, _TEXT), (entry.beside, _BESIDE), (named, 1.0)):  # the name overrides
        for text in map(fold, texts):
            parts = latin_words(text)
            words |= dict.fromkeys(parts, weight)
            pairs |= dict.fromkeys(bigrams(chinese(text)), weight)
            if weight == 1.0:
                words |= {left + right: weight for left, right in pairwise(parts)}
    names = " ".join(filter(None, (chinese(fold(name)) for name in named)))
    return _Read(entry.id, tuple(map(_plain, entry.names)), tuple(map(_plain, entry.also)), words, names, pairs)


def _plain(name: str) -> str:
    folded = fold(name)
    return " ".join((*latin_words(folded), chinese(folded))).strip()


def _chinese_coverage(query: str, entry: _Read) -> float:
    """Share of the characters found in the product's texts: in pairs, singly in the name (half), or nearly so spelt."""
    if len(query) == 1:
        return 0.8 if query in entry.name else 0.0
    found = 0.0
    for place, character in enumerate(query):
        around = (query[max(0, place - 1) : place + 1], query[place : place + 2])
        found += max(0.5 if character in entry.name else 0.0, *(entry.pairs.get(pair, 0.0) for pair in around))
    share = found / len(query)
    if len(query) <= 4 and re.search(".?".join(query), entry.name):  # 跑鞋 for 跑步鞋
        share = max(share, 0.9)
    near = fuzz.partial_ratio(query, entry.name) / 100 if 3 <= len(query) <= len(entry.name) else 0.0
    return max(share, near if near > 0.65 else 0.0)


def _score(plain: str, entry: _Read, coverage: float, alone: bool) -> float:
    """`alone`: no other product covers the whole query. An other name never makes as sure as the name itself."""
    named = max((_nearness(plain, name) for name in entry.names), default=0.0)
    if named >= 0.85 and coverage >= 0.8:
        return named
    if coverage >= _FULL:
        nearness = max(named, *(_nearness(plain, name) for name in entry.also), 0.0)
        return 0.82 + 0.12 * nearness if alone else 0.68 + 0.11 * nearness
    return min(SURE - 0.01, coverage**1.5)


def _nearness(plain: str, name: str) -> float:
    """Likeness of the whole query to a whole name, word order aside."""
    return max(fuzz.ratio(plain, name), fuzz.token_sort_ratio(plain, name)) / 100


def _settle(scores: dict[str, float], limit: int) -> list[tuple[str, float]]:
    """Best first; where one is clearly ahead, the others are no longer sure."""
    ranked = sorted(((score, id_) for id_, score in scores.items() if score >= 0.2), key=lambda hit: (-hit[0], hit[1]))[
        :limit
    ]
    ahead = ranked[0][0] - 0.03 if ranked else 0.0
    return [(id_, round(score if score >= ahead else min(score, SURE - 0.01), 4)) for score, id_ in ranked]
