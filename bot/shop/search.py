"""Find products by words, brand, category, colour, size, price and stock: candidates in SQL, judged by ranking.py.

Candidates come step by step, from the whole name down to what has a word of the query at all, and each step takes the
shortest names first: so both engines hand over the same ones.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Filters
from bot.shop import spelling
from bot.shop import tables as t
from bot.shop.analyser import Parts, bigrams, parts
from bot.shop.documents import BESIDE, NAME, TEXT, whole
from bot.shop.filtering import Restriction, popular, restriction
from bot.shop.fulltext import DOCUMENTS, All, Either, Expression, all_of, either_of, holding, marked, shortest
from bot.shop.ranking import Candidate, Query, Word, rank, rarity, unknown
from bot.shop.reads import col

_MOST = 120  # candidates that are judged
_MOST_WORDS, _MOST_CHARACTERS = 16, 24  # of a query that are looked for
_ANYWHERE = (NAME, BESIDE, TEXT)


async def find(
    connection: AsyncConnection, words: str, filters: Filters | None, currency: str, limit: int
) -> list[tuple[str, float]]:
    """Product ids with scores, best first; with filters alone the most popular, all with score 1.

    `currency`: the market's. What passes the filters has a variant that passes them all and is sold in it.
    """
    filters = filters if filters != Filters() else None
    passing = await restriction(connection, filters, currency) if filters else Restriction()
    asked = parts(words)
    if passing is None or not (asked.plain or filters):
        return []
    if filters and (asked.idle or not asked.plain):  # "anything": nothing but the filters is asked for
        return [(id_, 1.0) for id_ in await popular(connection, passing, limit)]
    if known := await _by_number(connection, words.strip(), passing):
        return [(known, 1.0)]
    return await _by_text(connection, asked, passing, limit)


async def _by_number(connection: AsyncConnection, words: str, passing: Restriction) -> str:
    """The product of that id or article number, "" if there is none."""
    if not (words.isascii() and words.isprintable()) or " " in words:
        return ""
    by_sku = sa.select(col(t.Variants, "product_id")).where(col(t.Variants, "sku") == words.upper())
    ids = [words, *(await connection.scalars(by_sku)).all()]
    found = sa.select(DOCUMENTS.c.product_id).where(DOCUMENTS.c.product_id.in_(ids), *passing.offered)
    if passing.tokens is not None:
        found = found.where(holding(passing.tokens, connection.dialect.name))
    passed = (await connection.scalars(found)).all()
    return next((id_ for id_ in ids if id_ in passed), "")


async def _by_text(
    connection: AsyncConnection, text: Parts, passing: Restriction, limit: int
) -> list[tuple[str, float]]:
    cut = _cut(text)
    known = {"": 1} | await spelling.counts(connection, ["", *spelling.joined(cut.words), *cut.tokens()])
    asked = _Asked(cut, await spelling.read(connection, cut.words, known), known)
    found: dict[str, Candidate] = {}

    async def collect(fewer_than: int, *expressions: Expression | None) -> None:
        for expression in expressions:
            if expression is not None and len(found) < fewer_than:
                found.update(await _candidates(connection, expression, passing))

    await collect(_MOST, asked.whole(), asked.full((NAME,)), asked.full(_ANYWHERE))
    if not found:
        asked = replace(asked, words=await spelling.widened(connection, asked.words, known[""]))
        await collect(_MOST, asked.full((NAME,)), asked.full(_ANYWHERE))
    await collect(limit, asked.full((NAME,), characters=True), asked.but_one_word())
    await collect(1, asked.but_one_character(), *asked.rarest())
    return rank(Query(text.plain, asked.words, "".join(cut.runs), unknown(known[""])), found.values(), limit)


async def _candidates(
    connection: AsyncConnection, expression: Expression, passing: Restriction
) -> dict[str, Candidate]:
    columns = [DOCUMENTS.c[name] for name in ("product_id", "names", "also", "tokens")]
    wanted = expression if passing.tokens is None else All((expression, passing.tokens))
    statement = shortest(wanted, connection.dialect.name, columns, *passing.offered).limit(_MOST)
    return {
        row.product_id: Candidate(row.product_id, row.names, row.also, frozenset(row.tokens.split()))
        for row in await connection.execute(statement)
    }


def _cut(text: Parts) -> Parts:
    """The beginning of a query that is as long as a letter."""
    runs, left = [], _MOST_CHARACTERS
    for run in text.runs:
        runs.append(run[:left])
        left -= len(runs[-1])
    return replace(text, words=text.words[:_MOST_WORDS], runs=tuple(filter(None, runs)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The words asked for with what each may stand for, and which documents to look at for them."""

    text: Parts
    words: tuple[Word, ...]
    known: Mapping[str, int]

    def whole(self) -> Expression:
        """A product named just so, as written or as meant."""
        meant = [max(word.readings, key=lambda reading: reading.like).words for word in self.words if word.readings]
        return Either((whole(self.text), whole(replace(self.text, words=tuple(chain.from_iterable(meant))))))

    def full(self, marks: Collection[str], characters: bool = False) -> Expression | None:
        """All of the query; with `characters` the Chinese ones need not stand in their pairs."""
        return self._all_but(marks, characters) if self.text.runs or not characters else None

    def but_one_word(self) -> Expression | None:
        """Whatever word, or run of Chinese characters, is left out."""
        return either_of(
            *(self._all_but(_ANYWHERE, True, word=place) for place, word in enumerate(self.words) if word.readings),
            *(self._all_but(_ANYWHERE, True, run=place) for place in range(len(self.text.runs))),
        )

    def but_one_character(self) -> Expression | None:
        """Whatever character is wrong, of four to a dozen that stand together."""
        return either_of(
            *(
                self._all_but(_ANYWHERE, True, run=place, character=at)
                for place, run in enumerate(self.text.runs) if 4 <= len(run) <= 12 for at in range(len(run))
            )
        )  # fmt: skip

    def rarest(self) -> Iterator[Expression | None]:
        """As many as possible of the rarest words together; Chinese words are what hangs together in known pairs."""
        units = [(word.weight, all_of(_either(word, _ANYWHERE))) for word in self.words if word.readings]
        for chunk in chain.from_iterable(map(self._chunks, self.text.runs)):
            least = min(self.known[pair] for pair in bigrams(chunk))
            units.append((rarity(least, self.known[""]), all_of(*self._characters(chunk, _ANYWHERE, False))))
        units.sort(key=lambda unit: -unit[0])
        for count in range(len(units), 0, -1):
            yield all_of(*(expression for _, expression in units[:count]))

    def _chunks(self, run: str) -> Iterator[str]:
        """The run cut where two characters never stand together in this shop."""
        start = 0
        for end in range(1, len(run) + 1):
            if run[end - 1 : end + 1] not in self.known or end == len(run):
                if end - start > 1:
                    yield run[start:end]
                start = end

    def _all_but(
        self, marks: Collection[str], characters: bool, word: int = -1, run: int = -1, character: int = -1
    ) -> Expression | None:
        """All without that word or run (only that character of the run); None when something has no known token."""
        groups = [_either(each, marks) for place, each in enumerate(self.words) if place != word and each.readings]
        for place, each in enumerate(self.text.runs):
            if place != run:
                groups += self._characters(each, marks, characters)
            elif character >= 0:
                groups += self._characters(each, marks, characters, character)
        return all_of(*groups) if None not in groups else None

    def _characters(
        self, run: str, marks: Collection[str], characters: bool, without: int = -1
    ) -> Iterator[Expression | None]:
        """Each character in a pair with a neighbour, or by itself; None for one that is nowhere."""
        for at, character in enumerate(run):
            if at == without:
                continue
            pairs = [
                pair for start in (at - 1, at)
                if 0 <= start < len(run) - 1 and without not in (start, start + 1)
                and (pair := run[start : start + 2]) in self.known
            ]  # fmt: skip
            tokens = [mark + pair for pair in pairs for mark in marks]
            if (characters or len(run) == 1) and character in self.known:
                tokens += [mark + character for mark in (marks if len(run) == 1 else (NAME,))]
            yield Either(tuple(tokens)) if tokens else None


def _either(word: Word, marks: Collection[str]) -> Expression:
    """One of its readings, whole."""
    return Either(tuple(All(tuple(marked(token, marks) for token in each.words)) for each in word.readings))
