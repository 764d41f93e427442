"""How well a product answers a query. Pure, and the only judge: whatever engine found the candidates, they rank alike.

A score says how well the words name the product: 0.85 and more for (nearly) its name, 0.8 and more for words that fit
it alone, 0.5 to 0.8 for one of several or with a doubt, less for words that do not name it.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import log

from rapidfuzz import fuzz

from bot.shop.analyser import bigrams
from bot.shop.documents import BESIDE, NAME, TEXT

SURE = 0.8
_BESIDE, _TEXT = 0.7, 0.5  # weight of words beside the name (brand, category, material, colours) and of the description
_APART = 0.95  # words written as one that stand in the name, but not side by side
_FULL = 0.88  # coverage from which all of the query counts as found
_LEAST = 0.2


@dataclass(frozen=True, slots=True)
class Reading:
    """What a word of the query may stand for: words that are all in the product."""

    words: tuple[str, ...]  # several when they were written as one
    like: float  # 1: written like this
    rarity: float


@dataclass(frozen=True, slots=True)
class Word:
    readings: tuple[Reading, ...]
    weight: float  # what it counts when it is not found


@dataclass(frozen=True, slots=True)
class Query:
    plain: str  # the analysed query as one text
    words: tuple[Word, ...]
    chinese: str
    unknown: float  # weight of a word no product has: it counts against, but not alone


@dataclass(frozen=True, slots=True)
class Candidate:
    id: str
    names: Sequence[str]  # analysed: Latin words, then Chinese characters
    also: Sequence[str]
    tokens: Collection[str]  # with their marks


def rarity(products: int, all_products: int) -> float:
    return log(1 + all_products / products)


def unknown(all_products: int) -> float:
    return log(1 + all_products) * 0.7


def rank(query: Query, candidates: Iterable[Candidate], limit: int) -> list[tuple[str, float]]:
    """Ids with scores, best first, ties by id; nothing below 0.2. Where one is clearly ahead, no other is sure."""
    covered = [(candidate, _coverage(query, candidate)) for candidate in candidates]
    alone = sum(share >= _FULL for _, share in covered) == 1
    scored = sorted((-_score(query.plain, candidate, share, alone), candidate.id) for candidate, share in covered)
    best = [(id_, -score) for score, id_ in scored[:limit] if -score >= _LEAST]
    ahead = best[0][1] - 0.03 if best else 0.0
    return [(id_, round(score if score >= ahead else min(score, SURE - 0.01), 4)) for id_, score in best]


def _score(plain: str, candidate: Candidate, coverage: float, alone: bool) -> float:
    """`alone`: no other product covers the whole query. An other name never makes as sure as the name itself."""
    named = max((_nearness(plain, name) for name in candidate.names), default=0.0)
    if named >= 0.85 and coverage >= 0.8:
        return named
    nearness = max(named, *(_nearness(plain, name) for name in candidate.also), 0.0)
    if coverage >= _FULL:
        return 0.82 + 0.12 * nearness if alone else 0.68 + 0.11 * nearness
    return min(SURE - 0.01, coverage**1.5) - 0.03 * (1 - nearness)


def _nearness(plain: str, name: str) -> float:
    """Likeness of the whole query to a whole name, word order aside."""
    return max(fuzz.ratio(plain, name), fuzz.token_sort_ratio(plain, name)) / 100


def _coverage(query: Query, candidate: Candidate) -> float:
    """How much of the query the product's words explain, rare words counting more."""
    found = total = 0.0
    for word in query.words:
        best, weight = max(
            ((_found(reading, candidate) * reading.like, reading.rarity) for reading in word.readings),
            default=(0.0, 0.0),
        )
        weight = weight if best else word.weight
        found, total = found + best * weight, total + weight
    if query.chinese:
        weight = query.unknown * min(len(query.chinese), 6) / 3
        found, total = found + _chinese_coverage(query.chinese, candidate) * weight, total + weight
    return found / total if total else 0.0


def _found(reading: Reading, candidate: Candidate) -> float:
    share = min(_weight(word, candidate.tokens) for word in reading.words)
    if len(reading.words) > 1 and share and not any(" ".join(reading.words) in name for name in candidate.names):
        share *= _APART
    return share


def _weight(token: str, tokens: Collection[str]) -> float:
    if NAME + token in tokens:
        return 1.0
    if BESIDE + token in tokens:
        return _BESIDE
    return _TEXT if TEXT + token in tokens else 0.0


def _chinese_coverage(query: str, candidate: Candidate) -> float:
    """Share of the characters found in the product's texts: in pairs, singly in the name (half), or nearly so spelt."""
    tokens = candidate.tokens
    if len(query) == 1:
        return 0.8 if NAME + query in tokens else 0.0
    pairs = {pair: _weight(pair, tokens) for pair in bigrams(query)}
    found = 0.0
    for place, character in enumerate(query):
        around = (query[max(0, place - 1) : place + 1], query[place : place + 2])
        found += max(0.5 if NAME + character in tokens else 0.0, *(pairs.get(pair, 0.0) for pair in around))
    share = found / len(query)
    if share == 1:
        return share
    names = " ".join((*candidate.names, *candidate.also))
    if len(query) <= 4 and re.search(".?".join(query), names):  # 跑鞋 for 跑步鞋
        share = max(share, 0.9)
    near = fuzz.partial_ratio(query, names) / 100 if 3 <= len(query) <= len(names) else 0.0
    return max(share, near if near > 0.65 else 0.0)
