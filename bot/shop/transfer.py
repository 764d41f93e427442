"""Bring a shop in from a folder and out into one (docs/import-format.md): everything is checked first, all or nothing.

report = await import_shop(engine, folder, now)  # report.problems: file, line, reason; then nothing was written
await export_shop(engine, folder)
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

from bot.shop import indexing, reads, rows
from bot.shop import tables as t
from bot.shop.checks import Goods
from bot.shop.documents import prepare
from bot.shop.folder import FORMAT, Problem, Report, read_folder, save_folder
from bot.shop.reads import col, table
from bot.shop.records import CategoryRecord, CustomerRecord, OrderRecord, Record
from bot.store.database import reading, writing

__all__ = ["SAMPLE", "Problem", "Report", "export_shop", "import_shop", "is_empty"]

SAMPLE = Path(__file__).parent / "sample"


async def import_shop(engine: AsyncEngine, folder: Path, now: datetime) -> Report:
    """Read and check, then write what is new or different in one transaction. What the folder lacks stays as it is."""
    async with reading(engine) as connection:
        seen, older = await reads.newest_import(connection), await _everything(connection)
    new, report = await asyncio.to_thread(read_folder, folder, now, older)
    if report.problems:
        return report
    documents = await asyncio.to_thread(prepare, new, older)
    async with writing(engine) as connection:
        current = await _everything(connection)  # a write may have come in between
        if await reads.newest_import(connection) != seen:  # another import: then documents may be of its goods
            documents = prepare(new, current)
        changed = {}
        for file, (name, _, _) in FORMAT.items():
            changed[file] = await _put(connection, file, getattr(new, name), getattr(current, name))
        sample = folder.resolve() == SAMPLE.resolve()
        await connection.execute(sa.insert(table(t.Imports)).values(at=now, counts=changed, sample=sample))
        await indexing.write(connection, documents)
        await indexing.count_sales(connection)
    return Report(read=report.read, changed=changed)


async def export_shop(engine: AsyncEngine, folder: Path, settings: Path | None = None) -> dict[str, int]:
    """Write the shop in the import format, times absolute; the number of rows per file.

    `settings`: the folder whose shop.toml, policy.toml and knowledge/ belong to it; they are copied, so that the result
    can be imported as it is.
    """
    async with reading(engine) as connection:
        goods = await _everything(connection)
    await asyncio.to_thread(save_folder, goods, folder, settings)
    return {file: len(getattr(goods, name)) for file, (name, _, _) in FORMAT.items()}


async def is_empty(engine: AsyncEngine) -> bool:
    """Whether no shop was ever imported: then the sample may be."""
    async with reading(engine) as connection:
        return await reads.newest_import(connection) == 0


# --- out of the database ---------------------------------------------------------------------------------------------


async def _everything(connection: AsyncConnection) -> Goods:
    async def grouped(model: type[SQLModel], by: str) -> dict[str, list[reads.Row]]:
        order = [table(model).c[name] for name in ("position",) if name in table(model).c]
        groups: dict[str, list[reads.Row]] = defaultdict(list)
        for row in reads.rows(await connection.execute(sa.select(table(model)).order_by(*order))):
            groups[row[by]].append(row)
        return groups

    products, customers = await grouped(t.Products, "id"), await grouped(t.Customers, "id")
    variants, prices = await grouped(t.Variants, "product_id"), await grouped(t.Prices, "sku")
    addresses = await grouped(t.Addresses, "customer_id")
    categories = {id_: line["category_id"] for id_, (line,) in (await grouped(t.Lines, "id")).items()}
    returns = {id_: row for id_, (row,) in (await grouped(t.Returns, "id")).items()}
    names, orders = await reads.categories(connection), await reads.orders(connection)
    promotions = await grouped(t.Promotions, "code")
    issued, currency = await grouped(t.Invoices, "number"), {order.number: order.total.currency for order in orders}
    return Goods(
        {id_: CategoryRecord(id=id_, name=name) for id_, name in names.items()},
        {id_: rows.product_record(row, variants[id_], prices) for id_, (row,) in products.items()},
        {id_: rows.customer_record(row, addresses[id_]) for id_, (row,) in customers.items()},
        {order.number: rows.order_record(order, categories, returns) for order in orders},
        {code: rows.promotion_record(row) for code, (row,) in promotions.items()},
        {id_: rows.invoice_record(row, currency[row["order_number"]]) for id_, (row,) in issued.items()},
    )


# --- into the database -----------------------------------------------------------------------------------------------

_ROWS: Mapping[str, Callable[[Any], rows.Rows]] = {
    "categories.jsonl": rows.category_rows,
    "products.jsonl": rows.product_rows,
    "customers.jsonl": rows.customer_rows,
    "orders.jsonl": rows.order_rows,
    "promotions.jsonl": rows.promotion_rows,
    "invoices.jsonl": rows.invoice_rows,
}
# what hangs on a row of each file, children first, with its column; grandchildren hang on (table, key, column)
_BELOW: Mapping[str, Sequence[tuple[type[SQLModel], str, tuple[type[SQLModel], str, str] | None]]] = {
    "categories.jsonl": (),
    "products.jsonl": (
        (t.Prices, "sku", (t.Variants, "sku", "product_id")),
        (t.Variants, "product_id", None),
    ),
    "customers.jsonl": ((t.Addresses, "customer_id", None),),
    "promotions.jsonl": (),
    "orders.jsonl": (
        (t.Events, "order_number", None),
        (t.Claims, "order_number", None),
        (t.ReturnLines, "return_id", (t.Returns, "id", "order_number")),
        (t.Returns, "order_number", None),
        (t.Refunds, "order_number", None),
        (t.Payments, "order_number", None),
        (t.Lines, "order_number", None),
        (t.Scans, "parcel_id", (t.Parcels, "id", "order_number")),
        (t.Parcels, "order_number", None),
    ),
    "invoices.jsonl": (),  # issued once, whatever becomes of the order
}
_MANY = 500  # keys in one statement
_Versioned = OrderRecord | CustomerRecord


async def _put(connection: AsyncConnection, file: str, new: Mapping[str, Any], current: Mapping[str, Any]) -> int:
    """Put rows that are new or different in place of the old ones; how many there were."""
    kept = {key: _with_claims(record, current.get(key)) for key, record in new.items()}
    changed = {key: record for key, record in kept.items() if not _same(record, current.get(key))}
    await _clear_below(connection, file, [key for key in changed if key in current])
    inserts: dict[type[SQLModel], list[dict[str, Any]]] = defaultdict(list)
    for key, record in changed.items():
        (head, row), *below = _ROWS[file](_moved_on(record, current.get(key)))
        if key in current:
            key_column = col(head, FORMAT[file][2])
            await connection.execute(sa.update(table(head)).where(key_column == key).values(**row))
        else:
            inserts[head].append(row)
        for model, child in below:
            inserts[model].append(child)
    below_models = [model for model, _, _ in _BELOW[file]]
    for model in (*(model for model in inserts if model not in below_models), *reversed(below_models)):
        if inserts[model]:
            await connection.execute(sa.insert(table(model)), inserts[model])
    return len(changed)


def _with_claims(record: Record, old: Record | None) -> Record:
    """An order that says nothing of claims keeps those that shoppers made here."""
    if not isinstance(record, OrderRecord):
        return record
    known = old.claims if isinstance(old, OrderRecord) else None
    return record.model_copy(update={"claims": (known if record.claims is None else record.claims) or None})


def _same(record: Record, old: Record | None) -> bool:
    if isinstance(record, _Versioned) and isinstance(old, _Versioned):
        return record.model_copy(update={"version": old.version}) == old
    return record == old


def _moved_on(record: Record, old: Record | None) -> Record:
    """An order or customer that changes gets a new version: a confirmation shown for the old one must not go through."""
    if isinstance(record, _Versioned) and isinstance(old, _Versioned):
        return record.model_copy(update={"version": old.version + 1})
    return record


async def _clear_below(connection: AsyncConnection, file: str, keys: Sequence[str]) -> None:
    for start in range(0, len(keys), _MANY):
        some = keys[start : start + _MANY]
        for model, column, through in _BELOW[file]:
            parents: Any = some
            if through:
                parent, parent_key, up = through
                parents = sa.select(col(parent, parent_key)).where(col(parent, up).in_(some))
            await connection.execute(sa.delete(table(model)).where(col(model, column).in_(parents)))
