"""What to suggest: goods that are asked for, or go with what is spoken of or was bought, or else sell best.

Candidates are found in SQL, judged here. Every suggestion has a ground that is true, and is to be had now.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Filters, Ground, LineState, Product, Suggestion, Taste
from bot.shop import facets, reads, spelling
from bot.shop import tables as t
from bot.shop.analyser import parts
from bot.shop.bought_with import together
from bot.shop.documents import BESIDE, NAME
from bot.shop.filtering import popular, restriction
from bot.shop.fulltext import DOCUMENTS, Either, holding, marked, shortest
from bot.shop.ranking import rarity
from bot.shop.reads import table
from bot.shop.search import find

_CANDIDATES = 60
_SEEDS = 12  # the last things bought that count
_NAMED = 0.5  # Product.score from which words name a kind of goods
_PACKED = ("set", "pack", "pair", "kit", "box", "套装", "件套", "套组", "礼盒", "装")  # say nothing of the kind
_COMMON = 0.25  # share of all products from which a word says nothing of the kind
# said around a wish, though the name of some product may hold it
_NO_GOODS = frozenset(
    """
    well good nice great best better recommend suggest suggestion idea bought product item thing shop cheap cheaper love
    like help choose pick today show budget under pound euro yuan
    """.split()  # noqa: SIM905 (a list of one word a line reads worse)
)
_GONE = {LineState.CANCELLED.value, LineState.RETURN_OPEN.value, LineState.RETURNED.value}
_SENT_BACK = _GONE - {LineState.CANCELLED.value}


@dataclass(frozen=True, slots=True)
class History:
    """What a shopper bought: product id → when last, the latest last."""

    bought: Mapping[str, datetime] = field(default_factory=dict)
    sent_back: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Affinity:
    strength: float
    ground: Ground
    about: str  # product id


async def history(connection: AsyncConnection, *where: sa.ColumnElement[bool]) -> History:
    """Of the orders that fit."""
    orders, lines = table(t.Orders), table(t.Lines)
    query = (
        sa.select(lines.c.product_id, lines.c.state, orders.c.placed_at)
        .join(orders, orders.c.number == lines.c.order_number)
        .where(*where, lines.c.product_id != "")
        .order_by(orders.c.placed_at, lines.c.position)
    )
    found = (await connection.execute(query)).all()
    sent_back = frozenset(row.product_id for row in found if row.state in _SENT_BACK)
    kept = [row for row in found if row.state not in _GONE and row.product_id not in sent_back]
    last = {row.product_id: row.placed_at for row in kept}
    return History(dict(sorted(last.items(), key=lambda item: item[1])), sent_back)


async def suggest(
    connection: AsyncConnection, taste: Taste, past: History, currency: str, limit: int
) -> tuple[Suggestion, ...]:
    """`past`: what the shopper bought; empty where suggestions may not go by it."""
    never = frozenset((taste.instead, *taste.beside, *taste.without, *past.sent_back))
    asked = await _asked_for(connection, taste, never, currency)
    ids, names_kind = asked.ids, asked.named
    seeds = [*(taste.beside or past.bought)][-_SEEDS:]
    near = await _near(connection, seeds) if seeds else {}
    free = not (names_kind or taste.instead or taste.beside or taste.filters.category)
    picky = taste.filters.color or taste.filters.size  # which only what was found for them is known to have
    near = dict(sorted(near.items(), key=lambda one: -one[1].strength))
    wanted = list(near) if taste.beside else [*near, *ids] if free and not picky else ids
    had = never.union(past.bought) if free else never
    found = await _offered(connection, [id_ for id_ in wanted if id_ not in had], asked.filters, currency)
    place = {id_: at for at, id_ in enumerate(ids)}
    ranked = sorted(found.values(), key=lambda one: _rank(one, place, near, names_kind))
    chosen = list(_varied(ranked, near) if free else ranked)[:limit]
    abouts = await reads.products(connection, [near[one.id].about for one in chosen if one.id in near], currency)
    own = await reads.products(connection, [taste.instead], currency) if taste.instead else {}
    return tuple(_suggestion(one, near, abouts, own.get(taste.instead), past, asked) for one in chosen)


# --- candidates ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    ids: Sequence[str] = ()  # of what may be meant, best first
    filters: Filters = field(default_factory=Filters)  # that they pass
    named: bool = False  # words name the kind
    exact: bool = False  # it is all that was asked for
    plain: bool = False  # nothing was asked for or left out: what sells best does so without a condition


async def _asked_for(connection: AsyncConnection, taste: Taste, never: Set[str], currency: str) -> _Asked:
    wanted = replace(taste.filters, in_stock=True)
    if taste.instead:
        return await _of_its_kind(connection, taste.instead, never, wanted, currency)
    found: list[str] = []
    for filters in dict.fromkeys(_looser(wanted)):
        named = await _by_words(connection, taste, filters, currency)
        if ids := [id_ for id_ in named if id_ not in never]:
            return _Asked(ids, filters, True, filters == wanted)
        found += named
    if taste.words or found:  # the shop has no such goods, or no more of them: what sells best is no answer
        return _Asked()
    for filters in dict.fromkeys(_looser(wanted)):
        if ids := [id_ for id_ in await _popular(connection, filters, currency) if id_ not in never]:
            plain = filters == wanted == Filters(in_stock=True) and not taste.without
            return _Asked(ids, filters, False, filters == wanted, plain)
    return _Asked()


def _looser(filters: Filters) -> Iterator[Filters]:
    """The filters, then without colour and size, then without the limits of the price."""
    yield filters
    yield replace(filters, color="", size="")
    yield replace(filters, color="", size="", price_min=None, price_max=None)


async def _by_words(connection: AsyncConnection, taste: Taste, filters: Filters, currency: str) -> list[str]:
    if taste.words:
        hits = await find(connection, taste.words, filters, currency, _CANDIDATES)
        named = [id_ for id_, score in hits if score >= _NAMED]
        return named or await _by_hints(connection, taste.words, filters, currency, every=True)
    return await _by_hints(connection, taste.said, filters, currency) if taste.said else []


async def _by_hints(
    connection: AsyncConnection, said: str, filters: Filters, currency: str, *, every: bool = False
) -> list[str]:
    """What has a telling word of the text in its name or beside it, the rarest words first.

    `every`: nothing where the shop does not know each of them.
    """
    passing = await restriction(connection, filters, currency)
    words = sorted(word for word in parts(said).tokens(False) if word.isalpha() and word not in _NO_GOODS)
    known = await spelling.counts(connection, ["", *words])
    total = known.pop("", 1)
    weights = {word: rarity(count, total) for word, count in known.items() if count < _COMMON * total}
    if passing is None or not weights or (every and len(known) < len(words)):
        return []
    some = Either(tuple(marked(word, (NAME, BESIDE)) for word in weights))
    columns = [DOCUMENTS.c[name] for name in ("product_id", "tokens", "minus_sold")]
    statement = shortest(some, connection.dialect.name, columns, *passing.offered)
    if passing.tokens is not None:
        statement = statement.where(holding(passing.tokens, connection.dialect.name))
    rows = (await connection.execute(statement.limit(4 * _CANDIDATES))).all()

    def told(tokens: str) -> float:
        held = frozenset(tokens.split())
        return sum(weight for word, weight in weights.items() if {NAME + word, BESIDE + word} & held)

    best = sorted(rows, key=lambda row: (-told(row.tokens), row.minus_sold, row.product_id))
    most = told(best[0].tokens) if best else 0.0
    return [row.product_id for row in best if told(row.tokens) >= 0.7 * most][:_CANDIDATES]


async def _of_its_kind(
    connection: AsyncConnection, id_: str, never: Set[str], filters: Filters, currency: str
) -> _Asked:
    """Goods that a name of theirs calls the same kind of thing; else what sells best of its category, which is not."""
    own = await _names(connection, [id_])
    if not own:
        return _Asked()
    kinds, within = _kinds(own[id_].names), replace(filters, category=own[id_].category)
    alike = Counter[str]()
    for words, among in (*((name, filters) for name in own[id_].proper), *((kind, filters) for kind in kinds)):
        hits = await find(connection, words, among, currency, _CANDIDATES)
        alike |= Counter({other: round(100 * score) for other, score in hits})
    others = await _names(connection, list(alike))
    same = {other: named.category == within.category for other, named in others.items() if _kinds(named.names) & kinds}
    best = sorted(same, key=lambda other: (not same[other], -alike[other], other))
    if ids := [other for other in best if other not in never]:
        return _Asked(ids, filters, True, True)
    return _Asked([other for other in await _popular(connection, within, currency) if other not in never], within)


@dataclass(frozen=True, slots=True)
class _Named:
    category: str
    proper: tuple[str, ...]  # names in every language
    names: tuple[str, ...]  # and other ones


async def _names(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, _Named]:
    found = await reads.children(connection, t.Products, "id", ids)
    return {
        id_: _Named(
            row["category_id"],
            tuple(row["name"].values()),
            (*row["name"].values(), *chain.from_iterable(row["also"].values())),
        )
        for id_, (row,) in found.items()
    }


def _kinds(names: Iterable[str]) -> frozenset[str]:
    """What kind of thing it is: "shirt" of "Harbour linen shirt", 衬衫 of 港湾亚麻衬衫."""
    return frozenset(filter(None, map(_kind, names)))


def _kind(name: str) -> str:
    first = parts(re.split("[,，(（]", name)[0])
    if first.runs:
        core = re.sub(f"(?:{'|'.join(_PACKED)})$", "", first.runs[-1])
        return core[-2:] if len(core) > 1 else ""
    return next((word for word in reversed(first.words) if word.isalpha() and word not in _PACKED), "")


async def _popular(connection: AsyncConnection, filters: Filters, currency: str) -> Sequence[str]:
    passing = await restriction(connection, filters, currency)
    return await popular(connection, passing, _CANDIDATES) if passing else []


async def _near(connection: AsyncConnection, seeds: Sequence[str]) -> dict[str, _Affinity]:
    """What goes with these products, the last of them first: their accessories, then what others bought with them."""
    found = {
        other: _Affinity(weight, Ground.BOUGHT_WITH, about)
        for other, (weight, about) in (await together(connection, seeds)).items()
    }
    tokens = Either(tuple(map(facets.fits, seeds)))
    holds = sa.select(DOCUMENTS.c.product_id, DOCUMENTS.c.tokens).where(holding(tokens, connection.dialect.name))
    for row in await connection.execute(holds):
        held = set(row.tokens.split())
        place = max(place for place, seed in enumerate(seeds) if facets.fits(seed) in held)
        found[row.product_id] = _Affinity(2.0 + place, Ground.FITS, seeds[place])
    return {id_: each for id_, each in found.items() if id_ not in seeds}


async def _offered(
    connection: AsyncConnection, ids: Iterable[str], filters: Filters, currency: str
) -> dict[str, Product]:
    """Those that are to be had, with the variants that are; of goods beside what was asked, within the price."""
    found = await reads.products(connection, list(dict.fromkeys(ids))[: 2 * _CANDIDATES], currency)
    low = filters.price_min.minor if filters.price_min else 0
    high = filters.price_max.minor if filters.price_max else None

    def fits(product: Product) -> bool:
        there = [variant.price.minor for variant in product.variants if variant.stock > 0]
        return any(low <= minor and (high is None or minor <= high) for minor in there)

    return {id_: product for id_, product in found.items() if fits(product)}


# --- judging ---------------------------------------------------------------------------------------------------------


def _rank(one: Product, place: Mapping[str, int], near: Mapping[str, _Affinity], names_kind: bool) -> tuple[float, ...]:
    """Of what was named, that which goes with something moves up some places; without a name it is first."""
    strength = near[one.id].strength if one.id in near else 0.0
    at = place.get(one.id, len(place))
    return (at - 3 * min(strength, 1.0), at) if names_kind else (-strength, at)


def _varied(ranked: Sequence[Product], near: Mapping[str, _Affinity]) -> Iterator[Product]:
    """Of what merely sells best, one of a category: the best."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    for one in ranked:
        kind = tuple(sorted(one.category.texts.items()))
        if one.id in near or kind not in seen:
            yield one
        seen.add(kind)


def _suggestion(
    one: Product, near: Mapping[str, _Affinity], abouts: Mapping[str, Product], own: Product | None, past: History,
    asked: _Asked,
) -> Suggestion:  # fmt: skip
    if (known := near.get(one.id)) and (about := abouts.get(known.about)):
        return Suggestion(one, known.ground, about.name, past.bought.get(known.about), asked.exact)
    if own and asked.exact:
        return Suggestion(one, Ground.LIKE, own.name)
    if asked.named:
        return Suggestion(one, Ground.ASKED, exact=asked.exact)
    return Suggestion(one, Ground.POPULAR, one.category if asked.plain else None, exact=asked.exact)
