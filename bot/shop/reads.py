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
    Invoice,
    InvoiceLine,
    InvoiceTax,
    Measure,
    PostalAddress,
    Product,
    SizeRow,
    Variant,
)
from bot.facts import Localised, Money
from bot.shop import tables as t

Row = Mapping[str, Any]
MANY = 500  # keys in one question; every engine takes that many parameters

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
    for start in range(0, len(wanted), MANY):
        query = sa.select(table(model)).where(col(model, key).in_(wanted[start : start + MANY])).order_by(*order)
        for row in rows(await connection.execute(query)):
            groups.setdefault(row[key], []).append(row)
    return groups
