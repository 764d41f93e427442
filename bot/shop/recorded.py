"""What the database holds as records of the import format. Reads only."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from bot.shop import reads, rows
from bot.shop import tables as t
from bot.shop.order_rows import invoice_record, order_record
from bot.shop.orders import read_all
from bot.shop.reads import col, table
from bot.shop.records import (
    CategoryRecord,
    CustomerRecord,
    InvoiceRecord,
    OrderRecord,
    ProductRecord,
    PromotionRecord,
)


async def categories(connection: AsyncConnection) -> dict[str, CategoryRecord]:
    return {id_: CategoryRecord(id=id_, name=name) for id_, name in (await reads.categories(connection)).items()}


async def products(connection: AsyncConnection, ids: Collection[str]) -> dict[str, ProductRecord]:
    heads = await reads.children(connection, t.Products, "id", ids)
    variants = await reads.children(connection, t.Variants, "product_id", ids)
    skus = [variant["sku"] for group in variants.values() for variant in group]
    prices = await reads.children(connection, t.Prices, "sku", skus)
    return {id_: rows.product_record(row, variants.get(id_, ()), prices) for id_, (row,) in heads.items()}


async def product_ids(connection: AsyncConnection) -> list[str]:
    return sorted((await connection.scalars(sa.select(col(t.Products, "id")))).all())


async def owners(connection: AsyncConnection) -> dict[str, str]:
    """Sku → id of its product."""
    found = await connection.execute(sa.select(col(t.Variants, "sku"), col(t.Variants, "product_id")))
    return {row.sku: row.product_id for row in found}


async def customers(connection: AsyncConnection, ids: Collection[str] | None = None) -> dict[str, CustomerRecord]:
    """Those named, or all."""
    heads = await _grouped(connection, t.Customers, "id", ids)
    addresses = await _grouped(connection, t.Addresses, "customer_id", ids)
    return {id_: rows.customer_record(row, addresses[id_]) for id_, (row,) in heads.items()}


async def orders(connection: AsyncConnection, numbers: Collection[str] | None = None) -> dict[str, OrderRecord]:
    """Those named, or all."""
    where = () if numbers is None else (col(t.Orders, "number").in_(list(numbers)),)
    found = await read_all(connection, *where)
    lines = await _grouped(connection, t.Lines, "order_number", numbers)
    returns = await _grouped(connection, t.Returns, "order_number", numbers)
    categories = {row["id"]: row["category_id"] for group in lines.values() for row in group}
    sums = {row["id"]: row for group in returns.values() for row in group}
    return {order.number: order_record(order, categories, sums) for order in found}


async def promotions(connection: AsyncConnection) -> dict[str, PromotionRecord]:
    every = await _grouped(connection, t.Promotions, "code")
    return {code: rows.promotion_record(row) for code, (row,) in every.items()}


async def invoices(connection: AsyncConnection) -> dict[str, InvoiceRecord]:
    orders = await connection.execute(sa.select(col(t.Orders, "number"), col(t.Orders, "currency")))
    currency = {row.number: row.currency for row in orders}
    issued = await _grouped(connection, t.Invoices, "number")
    return {id_: invoice_record(row, currency[row["order_number"]]) for id_, (row,) in issued.items()}


async def _grouped(
    connection: AsyncConnection, model: type[SQLModel], by: str, keys: Iterable[str] | None = None
) -> dict[str, list[reads.Row]]:
    """Rows of the model by a column, in their position; those of some keys, or all."""
    groups: dict[str, list[Any]] = defaultdict(list)
    if keys is not None:
        return defaultdict(list, await reads.children(connection, model, by, keys))
    order = [col(model, "position")] if "position" in table(model).c else []
    for row in reads.rows(await connection.execute(sa.select(table(model)).order_by(*order))):
        groups[row[by]].append(row)
    return groups
