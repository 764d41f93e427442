"""Bring a shop in from a folder and out into one (docs/import-format.md): everything is checked first, all or nothing.

report = await import_shop(engine, folder, now)  # report.problems: file, line, reason; then nothing was written
await export_shop(engine, folder)

The catalogue is written ahead, hidden, some products in each transaction; the last transaction writes the orders and
customers that changed and shows everything. Messages are accepted and orders changed in the chat meanwhile.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

from bot.errors import BadInput
from bot.shop import bought_with, indexing, reads, recorded, replacing, rows
from bot.shop import tables as t
from bot.shop.documents import prepare
from bot.shop.entries import Problem, Source
from bot.shop.folder import WRITE, Form, Parsed, Progress, Report, Shelf, check, other_form, parse, save_settings
from bot.shop.goods import Goods, Variants
from bot.shop.layout import KINDS
from bot.shop.reads import col
from bot.shop.records import CategoryRecord, Record
from bot.shop.staging import Run, begin, chunks, sweep
from bot.store.database import reading

__all__ = ["SAMPLE", "Problem", "Report", "export_shop", "import_shop", "is_empty"]

SAMPLE = Path(__file__).parent / "sample"


def quiet(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


async def import_shop(engine: AsyncEngine, folder: Path, now: datetime, progress: Progress = quiet) -> Report:
    """Read and check, then write what is new or different, all of it or nothing. What the folder lacks stays as it is.

    BadInput when another import begins meanwhile, or what the chat writes meanwhile does not go together with it.
    """
    with Shelf() as shelf:
        parsed = await asyncio.to_thread(parse, folder, now, shelf, progress)
        progress("checking everything together", 0, 0)
        async with reading(engine) as connection:
            last = await reads.last_import(connection)
            older, owners = await _older(connection, parsed), await recorded.owners(connection)
            variants = await _variants(connection, parsed.wanted, owners, shelf)
        report = await asyncio.to_thread(check, parsed, older, owners, variants, now)
        if report.problems:
            return report
        is_sample = folder.resolve() == SAMPLE.resolve()
        run = await begin(engine, now, after=last["id"] if last else 0, sample=is_sample)
        changed = await _write_ahead(run, parsed, older, progress)
        plans = [
            replacing.plan(kind, getattr(parsed.goods, kind), getattr(older, kind))
            for kind in ("customers", "orders", "promotions", "invoices")
        ]
    report = await _switch(run, plans, replace(report, changed=changed))
    progress("clearing up", 0, 0)
    await sweep(run)
    await indexing.count_sales(run)
    await bought_with.count_together(run)
    return report


async def is_empty(engine: AsyncEngine) -> bool:
    """Whether no shop was ever imported: then the sample may be."""
    async with reading(engine) as connection:
        return await reads.last_import(connection) is None


# --- what is there ---------------------------------------------------------------------------------------------------


async def _older(connection: AsyncConnection, parsed: Parsed) -> Goods:
    """What is needed of what there is; the products themselves are compared as they are written."""
    read = parsed.sources.keys()
    return Goods(
        await recorded.categories(connection),
        set(await recorded.product_ids(connection)),
        await recorded.customers(connection) if read & {"customers", "orders"} else {},
        await recorded.orders(connection) if read & {"orders", "invoices"} else {},
        await recorded.promotions(connection) if "promotions" in read else {},
        await recorded.invoices(connection) if "invoices" in read else {},
    )


async def _variants(
    connection: AsyncConnection, wanted: set[str], owners: Mapping[str, str], shelf: Shelf
) -> Variants:
    """Those that orders name, of the folder or else of the database."""
    ids = {owners[sku] for sku in wanted & owners.keys() if owners[sku] not in shelf.ids}
    known = list((await recorded.products(connection, sorted(ids))).values())
    if wanted & shelf.owners.keys():
        ids = {shelf.owners[sku] for sku in wanted & shelf.owners.keys()}
        known += [product for product, _ in shelf if product.id in ids]
    return {variant.sku: (product, variant) for product in known for variant in product.variants}


# --- into the database -----------------------------------------------------------------------------------------------


async def _write_ahead(run: Run, parsed: Parsed, older: Goods, progress: Progress) -> dict[str, int]:
    """Write the catalogue and its search index, hidden; how many rows of each kind were new or different."""
    index, new = await indexing.index(run), parsed.goods
    categories = older.categories | new.categories
    changed = {id_: record for id_, record in new.categories.items() if record != older.categories.get(id_)}
    renamed = changed.keys() & older.categories.keys()
    async with run.step() as connection:
        await run.retire(connection, t.Categories, "id", list(changed))
        await _add(run, connection, map(rows.category_rows, changed.values()))
    done, different = 0, 0
    for some in chunks(product for product, _ in parsed.shelf):
        progress("writing products", done, len(parsed.shelf.ids))
        async with reading(run.engine) as connection:
            known = await recorded.products(connection, [product.id for product in some])
        documents = await asyncio.to_thread(prepare, some, known, categories, renamed)
        unlike = [product for product in some if product != known.get(product.id)]
        made = await asyncio.to_thread(lambda products: list(map(rows.product_rows, products)), unlike)
        gone = [known[product.id] for product in unlike if product.id in known]
        if unlike:
            async with run.step() as connection:
                skus = [each.sku for product in gone for each in product.variants]
                await run.retire(connection, t.Prices, "sku", skus)
                await run.retire(connection, t.Variants, "product_id", [product.id for product in gone])
                await run.retire(connection, t.Products, "id", [product.id for product in gone])
                await _add(run, connection, made)
        await index.put(documents)
        done, different = done + len(some), different + len(unlike)
    await _rename(run, index, renamed, parsed.shelf.ids, categories)
    progress("writing the search index", done, len(parsed.shelf.ids))
    await index.finish()
    return {"categories": len(changed), "products": different}


async def _rename(
    run: Run, index: indexing.Index, renamed: Set[str], written: Set[str], categories: Mapping[str, CategoryRecord]
) -> None:
    """Index the other products of categories that have another name now."""
    theirs = sa.select(col(t.Products, "id")).where(col(t.Products, "category_id").in_(sorted(renamed)))
    async with reading(run.engine) as connection:
        ids = set((await connection.scalars(theirs)).all()) - written if renamed else ()
    for some in chunks(sorted(ids)):
        async with reading(run.engine) as connection:
            known = await recorded.products(connection, some)
        documents = await asyncio.to_thread(prepare, known.values(), known, categories, renamed)
        await index.put(documents)


async def _switch(run: Run, plans: Sequence[replacing.Plan], report: Report) -> Report:
    """The one transaction that makes the import: what is written nowhere yet, and the word that all of it holds."""
    changed, overruled = dict(report.changed), list(report.overruled)
    try:
        async with run.step() as connection:
            for plan in plans:
                changed[plan.kind], moved = await replacing.put(connection, plan)
                overruled += moved
            await run.switch(connection, changed)
    except IntegrityError as error:
        raise BadInput("what the chat wrote meanwhile does not go together with the folder; import again") from error
    return replace(report, changed=changed, overruled=tuple(overruled))


async def _add(run: Run, connection: AsyncConnection, records: Iterable[rows.Rows]) -> None:
    by_model: dict[type[SQLModel], list[dict[str, Any]]] = {}
    for model, row in chain.from_iterable(records):  # in an order that keeps every foreign key
        by_model.setdefault(model, []).append(row)
    for model, values in by_model.items():
        await run.add(connection, model, values)


# --- out of the database ---------------------------------------------------------------------------------------------


async def export_shop(
    engine: AsyncEngine, folder: Path, settings: Path | None = None, form: Form = "jsonl"
) -> dict[str, int]:
    """Write the shop in the import format, times absolute; the number of rows of each kind.

    `settings`: the folder whose shop.toml, policy.toml, knowledge/ and replies/ belong to it; they are copied, so that
    the result can be imported as it is. BadInput when the folder holds files of the other form: it could not be
    imported.
    """
    with Shelf() as shelf:
        async with reading(engine) as connection:
            for some in chunks(await recorded.product_ids(connection)):
                found = await recorded.products(connection, some)
                for id_ in some:
                    shelf.put(found[id_], Source("", 0))
            goods: Mapping[str, Mapping[str, Record]] = {
                "categories": await recorded.categories(connection),
                "customers": await recorded.customers(connection),
                "orders": await recorded.orders(connection),
                "promotions": await recorded.promotions(connection),
                "invoices": await recorded.invoices(connection),
            }
        return await asyncio.to_thread(_save, shelf, goods, folder, settings, form)


def _save(
    shelf: Shelf, goods: Mapping[str, Mapping[str, Record]], folder: Path, settings: Path | None, form: Form
) -> dict[str, int]:
    folder.mkdir(parents=True, exist_ok=True)
    if other := other_form(folder, form):
        raise BadInput(f"{folder} holds {other}; export to another folder: one kind of row is in one form only")
    counts = {}
    for kind, sheet in KINDS.items():
        products = (product for product, _ in shelf)
        others = (record for _, record in sorted(goods.get(kind, {}).items()))
        counts[kind] = WRITE[form](folder, sheet, products if kind == "products" else others)
    if settings:
        save_settings(settings, folder)
    return counts
