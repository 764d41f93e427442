"""Effects that several verbs share, on the rows of one order, in the caller's transaction. They decide nothing."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from bot.commerce import Account, Line, LineState, Order
from bot.shop import sums
from bot.shop import tables as t
from bot.shop.reads import col, holding_now, stored, table
from bot.shop.states import sources
from bot.shop.verbs.verb import Deed


async def take_version(connection: AsyncConnection, order: Order) -> bool:
    """Move the order's version on; False when another write was first. It locks the order: do it before the effect."""
    query = (
        sa.update(table(t.Orders))
        .where(col(t.Orders, "number") == order.number, col(t.Orders, "version") == order.version)
        .values(version=order.version + 1)
    )
    return (await connection.execute(query)).rowcount == 1


async def take_account(connection: AsyncConnection, account: Account) -> bool:
    """Like `take_version`, of a customer's account."""
    mine = sa.and_(col(t.Customers, "id") == account.id, col(t.Customers, "version") == account.version)
    query = sa.update(table(t.Customers)).where(mine).values(version=account.version + 1)
    return (await connection.execute(query)).rowcount == 1


async def move_lines(connection: AsyncConnection, deed: Deed, state: LineState) -> list[str]:
    """Move the quote's lines to `state` and return their ids; a line of which only some pieces go is split first.

    Raises ValueError for a move that `states.LINE_MOVES` does not hold: a rule that let it through is wrong.
    """
    ids = [await split(connection, deed.quote.order, line) for line in deed.quote.lines]
    lines = sa.update(table(t.Lines)).where(
        col(t.Lines, "id").in_(ids), col(t.Lines, "state").in_([before.value for before in sources(state)])
    )
    moved = (await connection.execute(lines.values(state=state.value))).rowcount
    if moved != len(ids):
        raise ValueError(f"only {moved} of the lines {', '.join(ids)} may become {state}")
    if state is not LineState.OPEN:
        await _ask_no_more(connection, deed, ids)
    return ids


async def _ask_no_more(connection: AsyncConnection, deed: Deed, ids: list[str]) -> None:
    """What is still due for these lines leaves their price and the order's total: nobody pays for what goes."""
    if not (due := sum(line.due.minor for line in deed.quote.lines if line.due)):
        return
    price, owed = col(t.Lines, "price"), col(t.Lines, "due")
    lines = sa.update(table(t.Lines)).where(col(t.Lines, "id").in_(ids), owed.is_not(None))
    await connection.execute(lines.values(price=price - owed, due=None))
    await add_to_total(connection, deed.quote.order, -due)


async def add_to_total(connection: AsyncConnection, order: Order, minor: int) -> None:
    total = col(t.Orders, "total")
    query = sa.update(table(t.Orders)).where(col(t.Orders, "number") == order.number)
    await connection.execute(query.values(total=total + minor))


async def split(connection: AsyncConnection, order: Order, taken: Line) -> str:
    """The id of a line of the pieces in `taken` alone; the others stay where they are under their own id."""
    whole = next(line for line in order.lines if line.id == taken.id)
    if taken.quantity == whole.quantity:
        return whole.id
    place = await next_place(connection, t.Lines, order)
    row = (await connection.execute(sa.select(table(t.Lines)).where(col(t.Lines, "id") == whole.id))).mappings().one()
    new_id = f"{order.number}-{place + 1}s"
    adjusted = None if row["adjusted"] is None else sums.part(row["adjusted"], whole.quantity, taken.quantity)
    discount = None if row["discount"] is None else sums.part(row["discount"], whole.quantity, taken.quantity)
    due = taken.due.minor if taken.due else 0
    price = taken.worth.minor + (adjusted or 0)  # a row's: of all
    values = {"adjusted": adjusted, "discount": discount, "due": due or None, "price": price}
    moved = {**row, **values, "id": new_id, "position": place, "quantity": taken.quantity}
    await insert(connection, t.Lines, **moved)
    left = {
        "adjusted": None if adjusted is None else row["adjusted"] - adjusted,
        "discount": None if discount is None else row["discount"] - discount,
        "due": (row["due"] or 0) - due or None,
        "price": row["price"] - values["price"],
    }
    rest = sa.update(table(t.Lines)).where(col(t.Lines, "id") == whole.id)
    await connection.execute(rest.values(quantity=whole.quantity - taken.quantity, **left))
    return new_id


async def restock(connection: AsyncConnection, sku: str, pieces: int) -> None:
    """Put pieces back on the shelf, or take them off it (negative)."""
    variants = stored(t.Variants)
    stock = sa.update(variants).where(variants.c.sku == sku, *holding_now(variants))
    await connection.execute(stock.values(stock=variants.c.stock + pieces))


async def start_refunds(connection: AsyncConnection, deed: Deed, reason: str) -> None:
    """Each payment's share on its way back. The code of a new gift card goes by mail alone, never into a chat."""
    order = deed.quote.order
    for share in deed.quote.arguments["refunds"]:
        place = await next_place(connection, t.Refunds, order)
        await insert(
            connection, t.Refunds, id=f"{order.number}-F{place + 1}", order_number=order.number, position=place,
            amount=share["minor"], method=share["method"], state="started", at=deed.now, reason=reason,
        )  # fmt: skip
        await event(connection, order, deed.now, "refund_started", f"to {share['method']}", "shop")
        if share.get("renewed"):
            text = "the gift card has expired: send a new one to the e-mail on file"
            await event(connection, order, deed.now, "gift_card_renewed", text, "shop")


async def event(connection: AsyncConnection, order: Order, at: datetime, kind: str, text: str, actor: str) -> None:
    """One line of the order's history."""
    place = await next_place(connection, t.Events, order)
    await insert(
        connection, t.Events, order_number=order.number, position=place, at=at, kind=kind, text=text, actor=actor
    )


async def next_place(connection: AsyncConnection, model: type[SQLModel], order: Order) -> int:
    """The first free position among the rows of an order."""
    last = sa.select(sa.func.max(col(model, "position"))).where(col(model, "order_number") == order.number)
    found = await connection.scalar(last)
    return 0 if found is None else found + 1


async def insert(connection: AsyncConnection, model: type[SQLModel], **values: Any) -> None:
    await connection.execute(sa.insert(table(model)).values(**values))


def listed(deed: Deed) -> str:
    return ", ".join(f"{line.name.text('en')} × {line.quantity}" for line in deed.quote.lines)
