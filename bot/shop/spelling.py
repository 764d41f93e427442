"""What the words of a query may stand for in this shop: as written, several run together, one torn apart, misspelt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import sqlalchemy as sa
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.shop import tables as t
from bot.shop.analyser import may_be_misspelt, slips, spellings, stem
from bot.shop.documents import NAME
from bot.shop.fulltext import DOCUMENTS, All, shortest
from bot.shop.ranking import Reading, Word, rarity, unknown
from bot.shop.reads import table

_MOST_LIKE = 8  # known words that a misspelt one may stand for
_SEPARABLE = range(5, 25)  # letters of a word that may be several without their spaces
_words, _spellings = table(t.SearchWords), table(t.SearchSpellings)


async def counts(connection: AsyncConnection, tokens: Collection[str]) -> dict[str, int]:
    """How many products have each token; only of those that any has. Under "", how many products there are."""
    if not tokens:
        return {}
    known = sa.select(_words).where(_words.c.word.in_(sorted(set(tokens))))
    return {row.word: row.products for row in await connection.execute(known)}


async def read(connection: AsyncConnection, words: Sequence[str], known: Mapping[str, int]) -> tuple[Word, ...]:
    """`known`: the counts of the words, of neighbours written as one, and of "" (all products)."""
    return tuple([await _word(connection, words, place, known) for place in range(len(words))])


def joined(words: Sequence[str]) -> list[str]:
    """Neighbours written as one: "blue tooth"."""
    return [left + right for left, right in pairwise(words)]


async def widened(connection: AsyncConnection, words: Sequence[Word], products: int) -> tuple[Word, ...]:
    """With the words that a known one may be a slip of: "form" may be a word of this shop, and "foam" be meant."""
    found = []
    for word in words:
        written = [reading.words[0] for reading in word.readings if reading.like == 1 and len(reading.words) == 1][:1]
        others = [each for one in written for each in await near(connection, one, products) if each.words[0] != one]
        found.append(replace(word, readings=(*word.readings, *others)))
    return tuple(found)


async def _word(connection: AsyncConnection, words: Sequence[str], place: int, known: Mapping[str, int]) -> Word:
    word, products = words[place], known[""]
    if word in known:
        readings = [Reading((word,), 1.0, rarity(known[word], products))]
    elif apart := await _apart(connection, word, products):
        readings = [apart]
    else:
        readings = await near(connection, word, products)
    weight = max((reading.rarity for reading in readings), default=unknown(products))
    readings += [
        Reading((one,), 1.0, rarity(known[one], products))
        for one in joined(words[max(0, place - 1) : place + 2]) if one in known
    ]  # fmt: skip
    return Word(tuple(readings), weight)


async def near(connection: AsyncConnection, word: str, products: int) -> list[Reading]:
    """Known words that it may be a slip of, likest first."""
    if not may_be_misspelt(word):
        return []
    # the analyser may have taken an s for a plural that belongs to the word: stainles(s)
    written = (word, word + "s")
    forms = {form for each in written for form in spellings(each, asked=True)}
    known = (
        sa.select(_spellings.c.word, _words.c.products)
        .distinct()
        .join(_words, _words.c.word == _spellings.c.word)
        .where(_spellings.c.form.in_(sorted(forms)))
    )
    like: dict[str, tuple[float, int]] = {}
    for row in await connection.execute(known):
        for each in written:
            if OSA.distance(each, row.word, score_cutoff=slips(each)) <= slips(each):
                like[row.word] = max(like.get(row.word, (0.0, 0)), (_likeness(each, row.word), row.products))
    best = sorted(like.items(), key=lambda found: (*(-figure for figure in found[1]), found[0]))[:_MOST_LIKE]
    return [Reading((other,), likeness, rarity(count, products)) for other, (likeness, count) in best]


def _likeness(word: str, known: str) -> float:
    """0 to 1; below 0.63 a doubt: what rests on it alone is no more than near.

    Letters in the wrong order are the slip of a true word; another letter in a short word, or another first letter,
    more often makes another word (sofa and soft, iphone and phone).
    """
    like = max(fuzz.ratio(word, known) / 100, 0.85 if sorted(word) == sorted(known) else 0.0)
    if word[0] != known[0]:
        like *= 0.9 if slips(word) > 1 else 0.65
    return min(like, 0.6) if len(word) < 5 and like < 0.8 else like


async def _apart(connection: AsyncConnection, word: str, products: int) -> Reading | None:
    """The known words it is made of, if the name of a product has them all."""
    if len(word) not in _SEPARABLE:
        return None
    ends = range(1, len(word) + 1)
    pieces = await counts(connection, {stem(word[start:end]) for end in ends for start in range(end)})
    words = _separated(word, pieces)
    if not words:
        return None
    together = All(tuple(NAME + piece for piece in words))
    if await connection.scalar(shortest(together, connection.dialect.name, [DOCUMENTS.c.id]).limit(1)) is None:
        return None
    return Reading(words, 1.0, rarity(min(pieces[piece] for piece in words), products))


def _separated(word: str, known: Collection[str]) -> tuple[str, ...]:
    """The fewest known words, at most one of them shorter than three letters; () if it cannot be taken apart so."""
    best: dict[int, tuple[int, int, tuple[str, ...]]] = {0: (0, 0, ())}  # up to here: short words, all words, which
    for end in range(1, len(word) + 1):
        options = [
            (short + (end - start < 3), count + 1, (*words, stem(word[start:end])))
            for start, (short, count, words) in best.items()
            if stem(word[start:end]) in known
        ]
        if options:
            best[end] = min(options)
    short, _, words = best.get(len(word), (0, 0, ()))
    return words if short <= 1 and 1 < len(words) <= 4 else ()
