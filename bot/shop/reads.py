"""Rows of the shop's tables to the port's frozen types. Reads only; decides nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from bot.commerce import (
    Account,
    Claim,
    Event,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    Line,
    LineState,
    Measure,
    Order,
    Parcel,
    Payment,
    PostalAddress,
    Product,
    Refund,
    Return,
    Scan,
    SizeRow,
    Variant,
)
from bot.facts import Localised, Money
from bot.shop import tables as t

Row = Mapping[str, Any]
_MANY = 500  # keys in one question; every engine takes that many parameters

# --- orders ----------------------------------------------------------------------------------------------------------


async def orders(connection: AsyncConnection, *where: sa.ColumnElement[bool]) -> list[Order]:
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


async def order(connection: AsyncConnection, number: str) -> Order | None:
    found = await orders(connection, col(t.Orders, "number") == number)
    return found[0] if found else None


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
    def money(minor: int) -> Money:
        return Money(minor, head["currency"])

    return Order(
        number=head["number"],
        customer=head["customer_id"] or "",
        email=head["email"],
        phone=head["phone"],
        market=head["market"],
        placed_at=head["placed_at"],
        address=address(head["address"]),
        delivery_fee=money(head["delivery_fee"]),
        total=money(head["total"]),
        promised=head["promised"],
        coupon=head["coupon"],
        version=head["version"],
        gift_note=head["gift_note"],
        delivery_day=head["delivery_day"],
        lines=tuple(
            Line(
                row["id"],
                row["sku"],
                row["product_id"],
                Localised(row["name"]),
                row["options"],
                row["quantity"],
                money(row["price"] - (row["adjusted"] or 0) - (row["due"] or 0)),
                LineState(row["state"]),
                row["parcel_id"] or "",
                row["expected"],
                None if row["adjusted"] is None else money(row["adjusted"]),
                None if row["due"] is None else money(row["due"]),
                row["replaces"],
                discount=None if row["discount"] is None else money(row["discount"]),
                image=pictures.get(row["product_id"], ""),
            )
            for row in below[t.Lines]
        ),
        parcels=tuple(
            Parcel(
                row["id"],
                row["carrier"],
                row["tracking_no"],
                row["tracking_url"],
                row["state"],
                row["promised"],
                row["shipped_at"],
                row["delivered_at"],
                tuple(Scan(scan["at"], Localised(scan["text"]), scan["place"]) for scan in scans.get(row["id"], ())),
                row["signed_by"],
            )
            for row in below[t.Parcels]
        ),
        payments=tuple(
            Payment(
                **{name: row[name] for name in ("id", "method", "state", "hint", "at", "expires")},
                amount=money(row["amount"]),
            )
            for row in below[t.Payments]
        ),
        refunds=tuple(
            Refund(row["id"], money(row["amount"]), row["method"], row["state"], row["at"], row["reason"])
            for row in below[t.Refunds]
        ),
        returns=tuple(
            Return(
                row["id"],
                tuple(line["line_id"] for line in lines.get(row["id"], ())),
                row["reason"],
                row["state"],
                row["label_url"],
                row["at"],
                row["kind"],
                money(row["refund"]),
                money(row["fee"]),
                tuple((share["method"], money(share["minor"])) for share in row["shares"]),
            )
            for row in below[t.Returns]
        ),
        claims=tuple(_claim(row) for row in below[t.Claims]),
        history=tuple(Event(row["at"], row["kind"], row["text"], row["actor"]) for row in below[t.Events]),
        invoices=tuple(invoice(row, head["currency"]) for row in below[t.Invoices]),
    )


async def _pictures(connection: AsyncConnection, products: set[str]) -> dict[str, str]:
    """The pictures that these products have now, by id."""
    found: dict[str, str] = {}
    wanted, image = sorted(products), col(t.Products, "image")
    for start in range(0, len(wanted), _MANY):
        of_these = col(t.Products, "id").in_(wanted[start : start + _MANY])
        query = sa.select(col(t.Products, "id"), image).where(of_these, image != "")
        found |= {row.id: row.image for row in await connection.execute(query)}
    return found


def invoice(row: Row, currency: str) -> Invoice:
    def money(minor: int) -> Money:
        return Money(minor, currency)

    kept = ("number", "kind", "at", "title", "tax_id", "email", "seller_vat_id", "corrects")
    return Invoice(
        **{name: row[name] for name in kept}, buyer=tuple(row["buyer"]), seller=tuple(row["seller"]),
        total=money(row["total"]), paid=money(row["paid"]),
        lines=tuple(
            InvoiceLine(
                line["kind"], Localised(line["name"]), line["options"], line["quantity"], money(line["discount"]),
                money(line["net"]), line["rate"], money(line["amount"]),
            )
            for line in row["lines"]
        ),
        taxes=tuple(InvoiceTax(tax["rate"], money(tax["net"]), money(tax["tax"])) for tax in row["taxes"]),
    )  # fmt: skip


async def document(connection: AsyncConnection, number: str) -> tuple[Invoice, str, str] | None:
    """An issued document, the number of its order, and whose market it is."""
    orders, issued = table(t.Orders), table(t.Invoices)
    query = sa.select(issued, orders.c.currency).join(orders, orders.c.number == issued.c.order_number)
    found = (await connection.execute(query.where(issued.c.number == number))).mappings().first()
    return (invoice(found, found["currency"]), found["order_number"], found["market"]) if found else None


async def account(connection: AsyncConnection, id_: str) -> Account | None:
    head = await connection.execute(sa.select(table(t.Customers)).where(col(t.Customers, "id") == id_))
    if (found := head.mappings().first()) is None:
        return None
    book = (await children(connection, t.Addresses, "customer_id", [id_])).get(id_, [])
    parts = [field.name for field in fields(PostalAddress)]
    return Account(
        **{name: found[name] for name in ("id", "name", "email", "phone", "market", "version", "personal")},
        addresses=tuple(address({name: row[name] for name in parts}) for row in book),
    )


def _claim(row: Row) -> Claim:
    names = ("id", "kind", "lines", "state", "at", "parcel_id", "text", "wish", "due")
    return Claim(**{name: row[name] for name in names}, files=tuple(row["files"]))


def address(value: Mapping[str, Any]) -> PostalAddress:
    return PostalAddress(**{**value, "lines": tuple(value["lines"])})


# --- catalogue -------------------------------------------------------------------------------------------------------


async def products(connection: AsyncConnection, ids: Sequence[str], currency: str) -> dict[str, Product]:
    """The products with their variants of now, priced in `currency`; what is not sold in it has no variants."""
    heads = await children(connection, t.Products, "id", ids)
    below = await children(connection, t.Variants, "product_id", ids)
    prices = await children(connection, t.Prices, "sku", [row["sku"] for group in below.values() for row in group])
    names = await categories(connection)
    mains = await children(connection, t.Products, "id", {id_ for head, *_ in heads.values() for id_ in head["fits"]})
    return {
        id_: Product(
            id=id_,
            name=Localised(head["name"]),
            category=Localised(names[head["category_id"]]),
            brand=head["brand"],
            material=Localised(head["material"]),
            description=Localised(head["description"]),
            care=Localised(head["care"]),
            url=head["url"],
            image=head["image"],
            goes_with=tuple(Localised(main["name"]) for id_ in head["fits"] for main in mains.get(id_, ())),
            sizes=tuple(
                SizeRow(row["size"], Measure(row["measure"]), row["low"], row["high"]) for row in head["sizes"]
            ),
            runs=head["runs"],
            variants=tuple(
                Variant(row["sku"], row["size"], Localised(row["color"]), Money(price["minor"], currency), row["stock"])
                for row in below.get(id_, ())
                for price in prices.get(row["sku"], ())
                if price["currency"] == currency
            ),
        )
        for id_, (head,) in heads.items()
    }


async def categories(connection: AsyncConnection) -> dict[str, dict[str, str]]:
    return {row["id"]: row["name"] for row in rows(await connection.execute(sa.select(table(t.Categories))))}


async def last_import(connection: AsyncConnection) -> Row | None:
    """The newest import: its `id`, `at`, and whether it was the `sample`."""
    newest = sa.select(table(t.Imports)).where(col(t.Imports, "switched")).order_by(col(t.Imports, "id").desc())
    return next(iter(rows(await connection.execute(newest.limit(1)))), None)


# --- helpers ---------------------------------------------------------------------------------------------------------


def stored(model: type[SQLModel]) -> sa.Table:
    """The table itself: what is written to."""
    return model.__table__  # type: ignore[attr-defined,no-any-return]


@cache
def table(model: type[SQLModel]) -> Any:
    """What is read of a table: of the catalogue the rows that hold now."""
    whole = stored(model)
    if "until" not in whole.c:
        return whole
    shown = [column for column in whole.c if column.name not in ("since", "until")]
    return sa.select(*shown).where(*holding_now(whole)).subquery(whole.name)


def holding_now(whole: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    imports = stored(t.Imports)
    newest = sa.select(imports.c.id).where(imports.c.switched).order_by(imports.c.id.desc()).limit(1)
    now = sa.func.coalesce(newest.scalar_subquery(), 0)
    return whole.c.since <= now, whole.c.until > now


def col(model: type[SQLModel], name: str) -> sa.ColumnElement[Any]:
    column: sa.ColumnElement[Any] = table(model).c[name]
    return column


def rows(result: sa.CursorResult[Any]) -> list[Row]:
    return [dict(row) for row in result.mappings()]


async def children(
    connection: AsyncConnection, model: type[SQLModel], key: str, values: Iterable[str]
) -> dict[str, list[Row]]:
    """Rows of `model` grouped by `key`, in their position."""
    groups: dict[str, list[Row]] = {}
    wanted = list(values)
    order = [table(model).c[name] for name in ("position",) if name in table(model).c]
    for start in range(0, len(wanted), _MANY):
        query = sa.select(table(model)).where(col(model, key).in_(wanted[start : start + _MANY])).order_by(*order)
        for row in rows(await connection.execute(query)):
            groups.setdefault(row[key], []).append(row)
    return groups
