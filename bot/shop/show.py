"""One order as the shop's people see it: no proof needed, so never reached from a chat."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.shop import orders
from bot.shop.answers import order_as_json
from bot.store.database import reading


async def look_up(engine: AsyncEngine, number: str) -> dict[str, Any] | None:
    """The order with lines, parcels, payments, returns, refunds and history; None when there is none."""
    async with reading(engine) as connection:
        order = await orders.read(connection, number)
    return order_as_json(order) if order else None
