"""What a confirmed quote does to the rows, in the caller's transaction. Decides nothing: the rules are in quotes.py."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from bot.commerce import LineState, Order, Quote
from bot.shop import tables as t
from bot.shop.reads import col, table


async def take_version(connection: AsyncConnection, order: Order) -> bool:
    """Move the order's version on; False when another write was first. It locks the order: do it before the effect."""
    query = (
        sa.update(table(t.Orders))
        .where(col(t.Orders, "number") == order.number, col(t.Orders, "version") == order.version)
        .values(version=order.version + 1)
    )
    return (await connection.execute(query)).rowcount == 1


async def cancel(connection: AsyncConnection, quote: Quote, actor: str, now: datetime) -> None:
    """Lines cancelled, their stock back, the refund started with each payment's share."""
    await _move_lines(connection, quote, LineState.CANCELLED)
    for line in quote.lines:
        stock = sa.update(table(t.Variants)).where(col(t.Variants, "sku") == line.sku)
        await connection.execute(stock.values(stock=col(t.Variants, "stock") + line.quantity))
    await _event(connection, quote.order, 0, now, "cancelled", _named(quote), actor)
    for count, share in enumerate(quote.arguments["refunds"]):
        place = len(quote.order.refunds) + count
        await _insert(
            connection,
            t.Refunds,
            id=f"{quote.order.number}-F{place + 1}",
            order_number=quote.order.number,
            position=place,
            amount=share["minor"],
            method=share["method"],
            state="started",
            at=now,
            reason="cancelled",
        )
        await _event(connection, quote.order, count + 1, now, "refund_started", f"to {share['method']}", "shop")


async def change_address(connection: AsyncConnection, quote: Quote, actor: str, now: datetime) -> None:
    order = sa.update(table(t.Orders)).where(col(t.Orders, "number") == quote.order.number)
    await connection.execute(order.values(address=quote.arguments["address"]))
    await _event(connection, quote.order, 0, now, "address_changed", "delivery address or recipient changed", actor)


async def take_back(connection: AsyncConnection, quote: Quote, actor: str, now: datetime, shop_url: str) -> None:
    """A return registered with its label; the money follows when it has arrived."""
    await _move_lines(connection, quote, LineState.RETURN_OPEN)
    place = len(quote.order.returns)
    return_id = f"{quote.order.number}-R{place + 1}"
    await _insert(
        connection,
        t.Returns,
        id=return_id,
        order_number=quote.order.number,
        position=place,
        reason=quote.arguments["reason"],
        state="open",
        label_url=f"{shop_url}/returns/{return_id}",
        at=now,
        refund=quote.refund.minor if quote.refund else 0,
        fee=quote.fee.minor if quote.fee else 0,
    )
    for position, line in enumerate(quote.lines):
        await _insert(connection, t.ReturnLines, return_id=return_id, line_id=line.id, position=position)
    await _event(connection, quote.order, 0, now, "return_opened", _named(quote), actor)


async def _move_lines(connection: AsyncConnection, quote: Quote, state: LineState) -> None:
    lines = sa.update(table(t.Lines)).where(col(t.Lines, "id").in_([line.id for line in quote.lines]))
    await connection.execute(lines.values(state=state.value))


async def _event(
    connection: AsyncConnection, order: Order, count: int, at: datetime, kind: str, text: str, actor: str
) -> None:
    place = len(order.history) + count
    await _insert(
        connection, t.Events, order_number=order.number, position=place, at=at, kind=kind, text=text, actor=actor
    )


async def _insert(connection: AsyncConnection, model: type[SQLModel], **values: Any) -> None:
    await connection.execute(sa.insert(table(model)).values(**values))


def _named(quote: Quote) -> str:
    return ", ".join(f"{line.name.text('en')} × {line.quantity}" for line in quote.lines)
