"""Filters on the catalogue as conditions: on the tokens of a product, and on one of its variants as it is now."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Filters
from bot.shop import facets, reads, spelling
from bot.shop import tables as t
from bot.shop.analyser import parts
from bot.shop.fulltext import DOCUMENTS, Either, Expression, all_of, holding
from bot.shop.reads import table

_FEW = 3000  # products that are sorted by popularity, rather than met on the way down from the most popular one


@dataclass(frozen=True, slots=True)
class Restriction:
    """What every product found must pass."""

    tokens: Expression | None = None
    offered: tuple[sa.ColumnElement[bool], ...] = ()
    price: tuple[sa.ColumnElement[bool], ...] = ()  # the limits of the price as conditions on shop_prices


async def restriction(connection: AsyncConnection, filters: Filters, currency: str) -> Restriction | None:
    """None when nothing can pass: the shop has no such brand, category, colour or size."""
    wanted = [*facets.brand(filters.brand), *facets.size(filters.size), *facets.wanted_color(filters.color)]
    known = await spelling.counts(connection, wanted)
    groups = [(token,) if token in known else await _like(connection, token) for token in wanted]
    own = [group for group in groups if group and not group[0].startswith(facets.BRAND)]
    if filters.category:
        groups.append(await _categories(connection, filters.category))
    if not all(groups):
        return None
    price = _limits(filters)
    return Restriction(all_of(*map(Either, groups)), (_offered(filters, currency, own, price),), price)


async def popular(connection: AsyncConnection, passing: Restriction, limit: int) -> Sequence[str]:
    """Ids of what passes, by units sold, ties by id.

    Of few that pass the tokens or the price all are taken and sorted; else we go down from the most popular one. No
    engine knows which is quicker, so we count up to there, and a sum in place of a column keeps its index out of it.
    """
    dialect, where, few = connection.dialect.name, list(passing.offered), False
    if passing.tokens is not None:
        few = await _are_few(connection, sa.select(DOCUMENTS.c.id).where(holding(passing.tokens, dialect)))
        where.append(holding(passing.tokens, dialect, listed=few))
    if passing.price and not few:
        prices, variants = table(t.Prices), table(t.Variants)
        few = await _are_few(connection, sa.select(prices.c.sku).where(*passing.price))
        if few:
            some = sa.select(variants.c.product_id).join(prices, prices.c.sku == variants.c.sku).where(*passing.price)
            where.append(DOCUMENTS.c.product_id.in_(some))
    order = DOCUMENTS.c.minus_sold + 0 if few else DOCUMENTS.c.minus_sold
    best = sa.select(DOCUMENTS.c.product_id).where(*where).order_by(order, DOCUMENTS.c.product_id).limit(limit)
    return (await connection.scalars(best)).all()


async def _are_few(connection: AsyncConnection, rows: sa.Select[tuple[object]]) -> bool:
    counted = sa.select(sa.func.count()).select_from(rows.limit(_FEW + 1).subquery())
    return (await connection.scalar(counted) or 0) <= _FEW


async def _like(connection: AsyncConnection, token: str) -> tuple[str, ...]:
    """Facets that a misspelt one may stand for."""
    mark, _, word = token.partition(":")
    like = [f"{mark}:{reading.words[0]}" for reading in await spelling.near(connection, word, 1)]
    known = await spelling.counts(connection, like)
    return tuple(facet for facet in like if facet in known)


async def _categories(connection: AsyncConnection, wanted: str) -> tuple[str, ...]:
    """The category of that id, else all whose name in some language holds the words."""
    names = await reads.categories(connection)
    words = parts(wanted).tokens(False)
    ids = [wanted] if wanted in names else [
        id_ for id_, name in names.items() if any(words and words <= parts(text).tokens() for text in name.values())
    ]  # fmt: skip
    return tuple(map(facets.category, ids))


async def categories_sold(connection: AsyncConnection, currency: str) -> frozenset[str]:
    """Ids of categories with goods in stock that are sold in the currency."""
    products, variants, prices = table(t.Products), table(t.Variants), table(t.Prices)
    there = sa.select(products.c.category_id).distinct()
    there = there.join(variants, variants.c.product_id == products.c.id).join(prices, prices.c.sku == variants.c.sku)
    found = await connection.scalars(there.where(variants.c.stock > 0, prices.c.currency == currency))
    return frozenset(found)


def _limits(filters: Filters) -> tuple[sa.ColumnElement[bool], ...]:
    minor, limits = table(t.Prices).c.minor, []
    if filters.price_min:
        limits += [table(t.Prices).c.currency == filters.price_min.currency, minor >= filters.price_min.minor]
    if filters.price_max:
        limits += [table(t.Prices).c.currency == filters.price_max.currency, minor <= filters.price_max.minor]
    return tuple(limits)


def _offered(
    filters: Filters, currency: str, own: Sequence[Sequence[str]], price: Sequence[sa.ColumnElement[bool]]
) -> sa.ColumnElement[bool]:
    """That one variant has the colour and size, is in stock, costs that, and is sold in the market's currency."""
    variants, facet_rows, sold = table(t.Variants), table(t.SearchVariants), table(t.Prices).alias()
    where = [variants.c.product_id == DOCUMENTS.c.product_id, sold.c.sku == variants.c.sku, sold.c.currency == currency]
    if filters.in_stock:
        where.append(variants.c.stock > 0)
    if price:
        where += [table(t.Prices).c.sku == variants.c.sku, *price]
    if own:
        where.append(facet_rows.c.sku == variants.c.sku)
        where += [
            sa.or_(*(facet_rows.c.facets.contains(f" {token} ", autoescape=True) for token in group)) for group in own
        ]
    return sa.exists().where(*where)
