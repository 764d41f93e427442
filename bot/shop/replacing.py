"""Customers, orders, promotions and invoices of an import put in place of the older ones, in its last transaction.

What is written is worked out before. The chat may write an order meanwhile: the import still holds, since the shop it
comes from is the truth, but from the order as it is then: its claims stay, and its version moves on from there.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from bot.shop import order_rows, recorded, rows
from bot.shop import tables as t
from bot.shop.layout import KINDS
from bot.shop.reads import col, table
from bot.shop.records import CustomerRecord, OrderRecord, Record
from bot.shop.staging import chunks

Records = Mapping[str, Any]  # by key
_ROWS: Mapping[str, Callable[[Any], rows.Rows]] = {
    "customers": rows.customer_rows,
    "orders": order_rows.order_rows,
    "promotions": rows.promotion_rows,
    "invoices": order_rows.invoice_rows,
}
_WRITTEN_IN_CHAT: Mapping[str, Callable[[AsyncConnection, Collection[str]], Awaitable[Records]]] = {
    "customers": recorded.customers,
    "orders": recorded.orders,
}
# what hangs on a row of each kind, children first, with its column; grandchildren hang on (table, key, column)
_BELOW: Mapping[str, Sequence[tuple[type[SQLModel], str, tuple[type[SQLModel], str, str] | None]]] = {
    "customers": ((t.Addresses, "customer_id", None),),
    "promotions": (),
    "orders": (
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
    "invoices": (),  # issued once, whatever becomes of the order
}
_Versioned = OrderRecord | CustomerRecord


@dataclass(frozen=True, slots=True)
class Plan:
    """What of one kind is written: its rows by key, and what is in the database under each."""

    kind: str
    new: Records  # as imported
    older: Records
    rows: Mapping[str, rows.Rows]  # of those that are new or different


def plan(kind: str, new: Records, older: Records) -> Plan:
    kept = {key: _with_what_was_said_here(record, older.get(key)) for key, record in new.items()}
    changed = {key: record for key, record in kept.items() if not _same(record, older.get(key))}
    made = {key: _ROWS[kind](_moved_on(record, older.get(key))) for key, record in changed.items()}
    return Plan(kind, {key: new[key] for key in changed}, {key: older[key] for key in changed if key in older}, made)


async def put(connection: AsyncConnection, planned: Plan) -> tuple[int, list[str]]:
    """Write it; how many there were, and the keys of those that were written in the chat since it was planned."""
    kind, moved = planned.kind, await _moved(connection, planned)
    written = dict(planned.rows)
    if moved:
        again = plan(kind, {key: planned.new[key] for key in moved}, await _WRITTEN_IN_CHAT[kind](connection, moved))
        written = {key: made for key, made in written.items() if key not in moved} | dict(again.rows)
    await _clear_below(connection, kind, [key for key in written if key in planned.older])
    added: dict[type[SQLModel], list[dict[str, Any]]] = defaultdict(list)
    replaced: dict[type[SQLModel], list[dict[str, Any]]] = defaultdict(list)
    for key, ((head, row), *below) in written.items():
        if key in planned.older:
            replaced[head].append({"written_key": key, **row})
        else:
            added[head].append(row)
        for model, child in below:
            added[model].append(child)
    for head, values in replaced.items():
        by_key = sa.update(table(head)).where(col(head, KINDS[kind].key) == sa.bindparam("written_key"))
        await connection.execute(by_key, values)
    below_models = [model for model, _, _ in _BELOW[kind]]
    for model in (*(model for model in added if model not in below_models), *reversed(below_models)):
        if added[model]:
            await connection.execute(sa.insert(table(model)), added[model])
    return len(written), moved


async def _moved(connection: AsyncConnection, planned: Plan) -> list[str]:
    """Keys of what was written since it was planned."""
    if planned.kind not in _WRITTEN_IN_CHAT:
        return []
    head = {"customers": t.Customers, "orders": t.Orders}[planned.kind]
    key, version, found = col(head, KINDS[planned.kind].key), col(head, "version"), []
    for some in chunks(planned.older):
        rows_ = await connection.execute(sa.select(key.label("key"), version.label("version")).where(key.in_(some)))
        found += [row.key for row in rows_ if row.version != planned.older[row.key].version]
    return sorted(found)


def _with_what_was_said_here(record: Record, old: Record | None) -> Record:
    """An order that says nothing of claims keeps those that shoppers made, a customer his wish about suggestions."""
    if isinstance(record, CustomerRecord):
        kept = old.personal if isinstance(old, CustomerRecord) and record.personal is None else record.personal
        return record.model_copy(update={"personal": None if kept else kept})
    if not isinstance(record, OrderRecord):
        return record
    known = old.claims if isinstance(old, OrderRecord) else None
    return record.model_copy(update={"claims": (known if record.claims is None else record.claims) or None})


def _same(record: Record, old: Record | None) -> bool:
    if isinstance(record, _Versioned) and isinstance(old, _Versioned):
        return record.model_copy(update={"version": old.version}) == old
    return record == old


def _moved_on(record: Record, old: Record | None) -> Record:
    """An order or account that changes gets a new version: a confirmation shown for the old one must not go through."""
    if isinstance(record, _Versioned) and isinstance(old, _Versioned):
        return record.model_copy(update={"version": old.version + 1})
    return record


async def _clear_below(connection: AsyncConnection, kind: str, keys: Sequence[str]) -> None:
    for some in chunks(keys):
        for model, column, through in _BELOW[kind]:
            parents: Any = some
            if through:
                parent, parent_key, up = through
                parents = sa.select(col(parent, parent_key)).where(col(parent, up).in_(some))
            await connection.execute(sa.delete(table(model)).where(col(model, column).in_(parents)))
