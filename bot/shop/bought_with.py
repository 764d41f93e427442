"""What is bought together: counted in SQL after an import, for orders come by imports alone.

Of each product the few others are kept that say most. What too few buyers have in common is no habit, and would tell of
one shopper to another.
"""

from collections.abc import Collection, Iterator, Mapping
from heapq import nlargest
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import LineState
from bot.shop import tables as t
from bot.shop.reads import table
from bot.shop.staging import Run, chunks
from bot.store.database import reading

LEAST = 3  # buyers who must have ordered both
KEPT = 10  # others of one product
_EVEN = 0.6  # how far a product's own popularity is evened out: 0 not at all, 1 wholly. Chosen on validation baskets


async def count_together(run: Run) -> None:
    """Count anew, and write what has changed."""
    others = table(t.BoughtWith)
    async with reading(run.engine) as connection:
        now = dict(_weights(await _orders(connection), await _pairs(connection)))
        known = {(row.product_id, row.other_id): row.weight for row in await connection.execute(sa.select(others))}
    gone = [key for key, weight in known.items() if now.get(key) != weight]
    new = [key for key, weight in now.items() if known.get(key) != weight]
    mine = (others.c.product_id == sa.bindparam("mine"), others.c.other_id == sa.bindparam("other"))
    for some in chunks(gone):
        async with run.step() as connection:
            await connection.execute(
                sa.delete(others).where(*mine), [{"mine": mine_, "other": other} for mine_, other in some]
            )
    for some in chunks(new):
        async with run.step() as connection:
            rows = [{"product_id": key[0], "other_id": key[1], "weight": now[key]} for key in some]
            await connection.execute(sa.insert(others), rows)


async def together(connection: AsyncConnection, ids: Collection[str]) -> Mapping[str, tuple[float, str]]:
    """What is bought with any of these products: how much speaks for it, and with which of them most."""
    others = table(t.BoughtWith)
    found: dict[str, tuple[float, str]] = {}
    most: dict[str, float] = {}
    rows = await connection.execute(sa.select(others).where(others.c.product_id.in_(list(ids))))
    for row in sorted(rows, key=lambda row: (row.other_id, row.product_id)):
        if row.other_id in ids:
            continue
        total, about = found.get(row.other_id, (0.0, ""))
        if row.weight > most.get(row.other_id, 0.0):
            most[row.other_id], about = row.weight, row.product_id
        found[row.other_id] = (total + row.weight, about)
    return found


def _bought() -> sa.CTE:
    """Which product is in which order, and whose that is."""
    lines, orders = table(t.Lines), table(t.Orders)
    live = sa.and_(lines.c.state != LineState.CANCELLED.value, lines.c.product_id != "")
    buyer = sa.func.coalesce(orders.c.customer_id, orders.c.email).label("buyer")
    both = sa.select(lines.c.order_number, lines.c.product_id, buyer).join(
        orders, orders.c.number == lines.c.order_number
    )
    return both.where(live).distinct().cte("bought")


async def _orders(connection: AsyncConnection) -> Mapping[str, int]:
    bought = _bought()
    counted = sa.select(bought.c.product_id, sa.func.count().label("orders")).group_by(bought.c.product_id)
    return {row.product_id: row.orders for row in await connection.execute(counted)}


async def _pairs(connection: AsyncConnection) -> list[tuple[str, str, int]]:
    """(product, other, orders that have both), by product."""
    bought = _bought()
    one, other = bought.alias("one"), bought.alias("other")
    both = sa.and_(one.c.order_number == other.c.order_number, one.c.product_id != other.c.product_id)
    counted = (
        sa.select(one.c.product_id, other.c.product_id.label("other_id"), sa.func.count().label("orders"))
        .join(other, both)
        .group_by(one.c.product_id, other.c.product_id)
        .having(sa.func.count(sa.distinct(one.c.buyer)) >= LEAST)
        .order_by(one.c.product_id, other.c.product_id)
    )
    return [(row.product_id, row.other_id, row.orders) for row in await connection.execute(counted)]


def _weights(
    orders: Mapping[str, int], pairs: Collection[tuple[str, str, int]]
) -> Iterator[tuple[tuple[str, str], float]]:
    """Squared cosine of two products over orders, the other's popularity evened out less than whole."""
    for product, theirs in groupby(pairs, key=lambda pair: pair[0]):
        weighed = [(both**2 / (orders[product] * orders[other] ** _EVEN), other) for _, other, both in theirs]
        yield from (((product, other), weight) for weight, other in nlargest(KEPT, weighed))
