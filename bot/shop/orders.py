"""Whole orders out of the shop's tables: each with its lines, parcels, payments and what else hangs on it."""

import re
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from bot.commerce import Claim, Event, Line, LineState, Order, Parcel, Payment, Refund, Return, Scan
from bot.conversation import plain_number
from bot.facts import Localised, Money
from bot.shop import tables as t
from bot.shop.reads import MANY, Row, address, children, col, invoice, rows, table


async def read_all(connection: AsyncConnection, *where: sa.ColumnElement[bool]) -> list[Order]:
    """The orders that fit, newest first, each whole."""
    query = (
        sa.select(table(t.Orders))
        .where(*where)
        .order_by(col(t.Orders, "placed_at").desc(), col(t.Orders, "number").desc())
    )
    heads = rows(await connection.execute(query))
    numbers = [head["number"] for head in heads]
    below = {
        child: await children(connection, child, "order_number", numbers)
        for child in (t.Lines, t.Parcels, t.Payments, t.Refunds, t.Returns, t.Claims, t.Events, t.Invoices)
    }
    scans = await children(
        connection, t.Scans, "parcel_id", [row["id"] for group in below[t.Parcels].values() for row in group]
    )
    lines = await children(
        connection, t.ReturnLines, "return_id", [row["id"] for group in below[t.Returns].values() for row in group]
    )
    pictures = await _pictures(connection, {row["product_id"] for group in below[t.Lines].values() for row in group})
    return [
        _order(head, {child: groups.get(head["number"], []) for child, groups in below.items()}, scans, lines, pictures)
        for head in heads
    ]


async def read(connection: AsyncConnection, number: str) -> Order | None:
    """The order of this number, however it was typed."""
    found = await read_all(connection, col(t.Orders, "number") == await spelled(connection, number))
    return found[0] if found else None


async def spelled(connection: AsyncConnection, number: str) -> str:
    """An order's number as the shop writes it, however it was typed, "sp1001", "#SP 1001"; an unknown one as given."""
    plain = plain_number(number)
    dashed = re.sub(r"(?<=[A-Z])(?=\d)", "-", plain, count=1)
    given = re.sub(r"\s+", "-", number.strip().lstrip("#").strip().upper())
    ways = list(dict.fromkeys((given, dashed, plain)))  # the likeliest first
    query = sa.select(col(t.Orders, "number")).where(col(t.Orders, "number").in_(ways))
    known = set((await connection.execute(query)).scalars())
    return next((way for way in ways if way in known), given)


async def line_categories(connection: AsyncConnection, number: str) -> dict[str, str]:
    """Line id → category id: what the return rules ask beside the order."""
    query = sa.select(col(t.Lines, "id"), col(t.Lines, "category_id")).where(col(t.Lines, "order_number") == number)
    return {row.id: row.category_id for row in await connection.execute(query)}


def _order(
    head: Row,
    below: Mapping[type[SQLModel], Sequence[Row]],
    scans: Mapping[str, list[Row]],
    lines: Mapping[str, list[Row]],
    pictures: Mapping[str, str],
) -> Order:
    currency = head["currency"]
    kept = ("number", "email", "phone", "market", "placed_at", "promised", "coupon", "version", "gift_note",
            "delivery_day")  # fmt: skip
    return Order(
        **{name: head[name] for name in kept},
        customer=head["customer_id"] or "",
        address=address(head["address"]),
        delivery_fee=Money(head["delivery_fee"], currency),
        total=Money(head["total"], currency),
        lines=tuple(_line(row, currency, pictures.get(row["product_id"], "")) for row in below[t.Lines]),
        parcels=tuple(_parcel(row, scans.get(row["id"], ())) for row in below[t.Parcels]),
        payments=tuple(_payment(row, currency) for row in below[t.Payments]),
        refunds=tuple(
            Refund(row["id"], Money(row["amount"], currency), row["method"], row["state"], row["at"], row["reason"])
            for row in below[t.Refunds]
        ),
        returns=tuple(_return(row, lines.get(row["id"], ()), currency) for row in below[t.Returns]),
        claims=tuple(_claim(row) for row in below[t.Claims]),
        history=tuple(Event(row["at"], row["kind"], row["text"], row["actor"]) for row in below[t.Events]),
        invoices=tuple(invoice(row, currency) for row in below[t.Invoices]),
    )


def _line(row: Row, currency: str, image: str) -> Line:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, currency)

    return Line(
        row["id"],
        row["sku"],
        row["product_id"],
        Localised(row["name"]),
        row["options"],
        row["quantity"],
        Money(row["price"] - (row["adjusted"] or 0) - (row["due"] or 0), currency),
        LineState(row["state"]),
        row["parcel_id"] or "",
        row["expected"],
        money(row["adjusted"]),
        money(row["due"]),
        row["replaces"],
        discount=money(row["discount"]),
        image=image,
    )


def _parcel(row: Row, scans: Sequence[Row]) -> Parcel:
    kept = ("id", "carrier", "tracking_no", "tracking_url", "state", "promised", "shipped_at", "delivered_at",
            "signed_by")  # fmt: skip
    told = tuple(Scan(scan["at"], Localised(scan["text"]), scan["place"]) for scan in scans)
    return Parcel(**{name: row[name] for name in kept}, scans=told)


def _payment(row: Row, currency: str) -> Payment:
    kept = ("id", "method", "state", "hint", "at", "expires")
    return Payment(**{name: row[name] for name in kept}, amount=Money(row["amount"], currency))


def _return(row: Row, lines: Sequence[Row], currency: str) -> Return:
    return Return(
        row["id"],
        tuple(line["line_id"] for line in lines),
        row["reason"],
        row["state"],
        row["label_url"],
        row["at"],
        row["kind"],
        Money(row["refund"], currency),
        Money(row["fee"], currency),
        tuple((share["method"], Money(share["minor"], currency)) for share in row["shares"]),
    )


def _claim(row: Row) -> Claim:
    names = ("id", "kind", "lines", "state", "at", "parcel_id", "text", "wish", "due")
    return Claim(**{name: row[name] for name in names}, files=tuple(row["files"]))


async def _pictures(connection: AsyncConnection, products: set[str]) -> dict[str, str]:
    """The pictures that these products have now, by id."""
    found: dict[str, str] = {}
    wanted, image = sorted(products), col(t.Products, "image")
    for start in range(0, len(wanted), MANY):
        of_these = col(t.Products, "id").in_(wanted[start : start + MANY])
        query = sa.select(col(t.Products, "id"), image).where(of_these, image != "")
        found |= {row.id: row.image for row in await connection.execute(query)}
    return found
