"""A shop folder in the import format: files read into checked records, records written into files. No database."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.facts import Money
from bot.shop import checks
from bot.shop.checks import Goods
from bot.shop.moments import Origin
from bot.shop.money import to_signed, to_text
from bot.shop.policy import POLICY_FILE, SHOP_FILE, Policy, check_policy
from bot.shop.records import (
    CategoryRecord,
    CustomerRecord,
    InvoiceRecord,
    OrderRecord,
    ProductRecord,
    PromotionRecord,
    Record,
)

# file → the field of Goods, the model of its rows, and their key
FORMAT: Mapping[str, tuple[str, type[Record], str]] = {
    "categories.jsonl": ("categories", CategoryRecord, "id"),
    "products.jsonl": ("products", ProductRecord, "id"),
    "customers.jsonl": ("customers", CustomerRecord, "id"),
    "orders.jsonl": ("orders", OrderRecord, "number"),
    "promotions.jsonl": ("promotions", PromotionRecord, "code"),
    "invoices.jsonl": ("invoices", InvoiceRecord, "number"),
}
_UNIQUE = ("lines", "parcels", "payments", "refunds", "returns", "claims")  # their ids are unique over all orders


@dataclass(frozen=True, slots=True)
class Problem:
    file: str
    line: int  # from 1; 0 when it is about the whole file
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or why it did nothing."""

    problems: tuple[Problem, ...] = ()
    read: Mapping[str, int] = field(default_factory=dict)  # file → rows read
    changed: Mapping[str, int] = field(default_factory=dict)  # file → rows that were new or different


def read_folder(folder: Path, now: datetime, older: Goods) -> tuple[Goods, Report]:
    """The folder's rows, complete, as they would lie over the `older` ones; or every problem there is."""
    policy, settings_problems = check_policy(folder)
    problems = [Problem(file, 0, reason) for file, _, reason in (text.partition(": ") for text in settings_problems)]
    present = [file for file in FORMAT if (folder / file).is_file()]
    if not present:
        problems.append(Problem(folder.name, 0, f"has none of {', '.join(FORMAT)}"))
    new = Goods()
    if policy:
        lines: dict[str, dict[str, int]] = {}
        for file in present:
            found, lines[file] = _records(folder / file, Origin(now, policy.shop.zone), problems)
            setattr(new, FORMAT[file][0], found)
        new = _complete(new, older, policy)
        problems += [
            Problem(*fault) for fault in sorted(_faults(new, older, policy, now, lines), key=lambda it: it[:2])
        ]
    return new, Report(tuple(problems), {file: len(getattr(new, FORMAT[file][0])) for file in present})


def save_folder(goods: Goods, folder: Path, settings: Path | None) -> None:
    """Write the rows; copy shop.toml, policy.toml and knowledge/ from `settings`."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, (name, _, key) in FORMAT.items():
        if file == "promotions.jsonl" and not goods.promotions:
            continue  # a shop without promotions has no such file
        records = sorted(getattr(goods, name).values(), key=lambda record: str(getattr(record, key)))
        rows = (record.model_dump(mode="json", exclude_defaults=True) for record in records)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / file).write_text(text, encoding="utf-8")
    if settings and settings.resolve() != folder.resolve():
        for file in (SHOP_FILE, POLICY_FILE):
            shutil.copyfile(settings / file, folder / file)
        if (settings / "knowledge").is_dir():
            shutil.copytree(settings / "knowledge", folder / "knowledge", dirs_exist_ok=True)


# --- one file --------------------------------------------------------------------------------------------------------


def _records(path: Path, origin: Origin, problems: list[Problem]) -> tuple[dict[str, Any], dict[str, int]]:
    """Rows by key, and the line each stands on; what is wrong with a row by itself goes to the problems."""
    _, model, key_name = FORMAT[path.name]
    found: dict[str, Any] = {}
    lines: dict[str, int] = {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(Problem(path.name, 0, f"is not UTF-8: {error}"))
        return found, lines
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = model.model_validate(json.loads(line), context={"origin": origin})
        except (ValueError, RecursionError) as error:  # pydantic's and json's errors are ValueErrors
            problems += [Problem(path.name, number, reason) for reason in _reasons(error)]
            continue
        key = getattr(record, key_name)
        if key in found:
            problems.append(Problem(path.name, number, f"{key_name} {key!r} stands already on line {lines[key]}"))
        else:
            found[key], lines[key] = record, number
    return found, lines


def _reasons(error: Exception) -> Iterator[str]:
    if not isinstance(error, ValidationError):
        yield f"not JSON: {error}"
        return
    for item in error.errors(include_url=False, include_context=False):
        place = ".".join(map(str, item["loc"]))
        message = item["msg"].removeprefix("Value error, ")
        yield f"{place}: {message}" if place else message


# --- rows together ---------------------------------------------------------------------------------------------------


def _complete(new: Goods, older: Goods, policy: Policy) -> Goods:
    """Amounts all written alike ("5" as "5.00"), orders with everything they left out."""
    products = {key: _even_product(product) for key, product in new.products.items()}
    goods = Goods(new.categories, products, new.customers).over(older)
    variants = goods.variants()
    orders = {key: _even_order(checks.complete(order, goods, variants, policy)) for key, order in new.orders.items()}
    promotions = {key: _even_promotion(promotion) for key, promotion in new.promotions.items()}
    invoices = {key: _even_invoice(_of_order(item, older.orders | orders)) for key, item in new.invoices.items()}
    return Goods(new.categories, products, new.customers, orders, promotions, invoices)


def _of_order(invoice: InvoiceRecord, orders: Mapping[str, OrderRecord]) -> InvoiceRecord:
    """With what it left to its order."""
    if (order := orders.get(invoice.order)) is None:
        return invoice
    left_out = {"market": order.market, "currency": order.currency, "email": order.email}
    return invoice.model_copy(update={name: getattr(invoice, name) or value for name, value in left_out.items()})


def _even_invoice(invoice: InvoiceRecord) -> InvoiceRecord:
    def even(record: Any, *names: str) -> Any:
        return record.model_copy(update={name: _even(getattr(record, name), invoice.currency) for name in names})

    lines = tuple(even(line, "discount", "net", "amount") for line in invoice.lines)
    taxes = tuple(even(tax, "net", "tax") for tax in invoice.taxes)
    return even(invoice, "total", "paid").model_copy(update={"lines": lines, "taxes": taxes})


def _even_product(product: ProductRecord) -> ProductRecord:
    variants = tuple(
        variant.model_copy(
            update={"prices": {code: _even(price, code) for code, price in sorted(variant.prices.items())}}
        )
        for variant in product.variants
    )
    return product.model_copy(update={"variants": variants})


def _even_promotion(promotion: PromotionRecord) -> PromotionRecord:
    even = {name: {code: _even(amount, code) for code, amount in sorted(getattr(promotion, name).items())}
            for name in ("amounts", "minimum")}  # fmt: skip
    return promotion.model_copy(update=even)


def _even_order(order: OrderRecord) -> OrderRecord:
    def each(name: str, *amounts: str) -> tuple[Record, ...]:
        items = getattr(order, name)
        return tuple(
            item.model_copy(
                update={amount: _even(text, order.currency) for amount in amounts if (text := getattr(item, amount))}
            )
            for item in items
        )

    update: dict[str, Any] = {name: _even(getattr(order, name), order.currency) for name in ("total", "delivery_fee")}
    update |= {name: each(name, "amount") for name in ("payments", "refunds")}
    update["lines"] = each("lines", "price", "discount", "adjusted", "due")
    update["returns"] = tuple(
        item.model_copy(update={"shares": tuple(
            share.model_copy(update={"amount": _even(share.amount, order.currency)}) for share in item.shares
        )})
        for item in each("returns", "refund", "fee")
    )  # fmt: skip
    return order.model_copy(update=update)


def _even(amount: str, currency: str) -> str:
    try:
        return to_text(Money(to_signed(amount, currency), currency))
    except ValueError:
        return amount  # the checks report it


def _faults(
    new: Goods, older: Goods, policy: Policy, now: datetime, lines: Mapping[str, Mapping[str, int]]
) -> Iterator[tuple[str, int, str]]:
    """Everything wrong between rows, as (file, line, reason)."""
    goods = new.over(older)
    owners = {variant.sku: product.id for product in goods.products.values() for variant in product.variants}
    emails = {customer.email: customer.id for customer in goods.customers.values()}
    for product in new.products.values():
        for reason in checks.product_faults(product, goods, owners, policy):
            yield "products.jsonl", lines["products.jsonl"][product.id], reason
    for customer in new.customers.values():
        for reason in checks.customer_faults(customer, emails, policy):
            yield "customers.jsonl", lines["customers.jsonl"][customer.id], reason
    for order in new.orders.values():
        for reason in checks.order_faults(order, goods, policy, now):
            yield "orders.jsonl", lines["orders.jsonl"][order.number], reason
    for promotion in new.promotions.values():
        for reason in checks.promotion_faults(promotion, goods, policy):
            yield "promotions.jsonl", lines["promotions.jsonl"][promotion.code], reason
    for invoice in new.invoices.values():
        for reason in checks.invoice_faults(invoice, goods, older):
            yield "invoices.jsonl", lines["invoices.jsonl"][invoice.number], reason
    for number, reason in _id_faults(goods):
        if number in new.orders:
            yield "orders.jsonl", lines["orders.jsonl"][number], reason


def _id_faults(goods: Goods) -> Iterator[tuple[str, str]]:
    """(order number, reason) for both orders of an id that stands twice."""
    seen: dict[tuple[str, str], str] = {}
    for order in goods.orders.values():
        for kind in _UNIQUE:
            ids = [item.id for item in getattr(order, kind) or ()]
            for item in getattr(order, kind) or ():
                other = seen.setdefault((kind, item.id), order.number)
                if other != order.number:
                    yield order.number, f"{kind}: id {item.id!r} is also used by order {other}"
                    yield other, f"{kind}: id {item.id!r} is also used by order {order.number}"
                elif ids.count(item.id) > 1:
                    yield order.number, f"{kind}: id {item.id!r} stands twice"
