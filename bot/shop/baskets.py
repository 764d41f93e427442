"""Baskets: goods chosen in a chat, kept under an unguessable token and priced anew whenever they are looked at."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Basket, BasketLine, Product
from bot.facts import Money
from bot.shop import reads
from bot.shop import tables as t
from bot.shop.policy import Market, Shopfront
from bot.shop.reads import col, table

KEPT = timedelta(days=90)  # an older basket is forgotten
MOST_LINES, MOST_PIECES = 50, 999

Items = Sequence[tuple[str, int]]  # (sku, pieces)


async def keep(
    connection: AsyncConnection, items: Mapping[str, int], market: str, token: str, goods: Mapping[str, Product],
    now: datetime,
) -> str:  # fmt: skip
    """Store the goods, as far as they are sold and in stock, under `token` if such a basket is known; its token."""
    stock = {variant.sku: variant.stock for product in goods.values() for variant in product.variants}
    kept = [[sku, min(pieces, stock.get(sku, 0), MOST_PIECES)] for sku, pieces in items.items()]
    row = {"market": market, "items": [item for item in kept if item[1] > 0][:MOST_LINES]}
    await connection.execute(sa.delete(table(t.Baskets)).where(col(t.Baskets, "created_at") < now - KEPT))
    mine = sa.update(table(t.Baskets)).where(col(t.Baskets, "token") == token)
    if (await connection.execute(mine.values(**row))).rowcount:
        return token
    fresh = secrets.token_urlsafe(16)
    await connection.execute(sa.insert(table(t.Baskets)).values(token=fresh, created_at=now, **row))
    return fresh


async def read(connection: AsyncConnection, token: str) -> tuple[str, Items] | None:
    """The market of a basket and what is in it."""
    found = (await connection.execute(sa.select(table(t.Baskets)).where(col(t.Baskets, "token") == token))).first()
    return (found.market, [(str(sku), int(pieces)) for sku, pieces in found.items]) if found else None


async def goods(connection: AsyncConnection, skus: Sequence[str], currency: str) -> dict[str, Product]:
    """The products of these articles, priced in `currency`."""
    mine = sa.select(col(t.Variants, "product_id")).where(col(t.Variants, "sku").in_(list(skus))).distinct()
    return await reads.products(connection, list((await connection.execute(mine)).scalars()), currency)


def priced(
    token: str, items: Items, products: Mapping[str, Product], market: Market, shop: Shopfront, now: datetime
) -> Basket:
    """The basket as it is worth now. What is sold no more is left out; what has run short is capped."""
    known = {variant.sku: (product, variant) for product in products.values() for variant in product.variants}
    lines = tuple(
        BasketLine(
            sku, product.id, product.name, variant.size, variant.color, count,
            Money(variant.price.minor * count, market.currency), variant.stock,
        )
        for sku, pieces in items if sku in known
        for product, variant in [known[sku]] if (count := min(pieces, variant.stock)) > 0
    )  # fmt: skip
    worth = sum(line.price.minor for line in lines)
    fee = market.delivery(worth)
    return Basket(
        token=token, market=market.name, lines=lines, goods=Money(worth, market.currency),
        total=Money(worth + (fee or 0), market.currency),
        delivery_fee=None if fee is None else Money(fee, market.currency),
        free_delivery_from=market.free_delivery_from,
        promised=market.working.promised(now.astimezone(shop.zone), market.promised_days),
        url=f"{shop.url}/basket/{token}",
    )  # fmt: skip
