"""Goods, customers and promotions: records of the import format to table rows, and back. No database here."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import SQLModel

from bot.commerce import Measure
from bot.facts import Money
from bot.shop import tables as t
from bot.shop.money import to_minor, to_text
from bot.shop.records import (
    AddressRecord,
    CategoryRecord,
    CustomerRecord,
    ProductRecord,
    PromotionRecord,
    SizeRecord,
    VariantRecord,
)

Row = Mapping[str, Any]
_OF_CUSTOMER = ("id", "name", "email", "phone", "market", "language", "version")
Rows = list[tuple[type[SQLModel], dict[str, Any]]]  # in an order that keeps every foreign key

# --- to rows ---------------------------------------------------------------------------------------------------------


def category_rows(record: CategoryRecord) -> Rows:
    return [(t.Categories, {"id": record.id, "name": record.name})]


def product_rows(record: ProductRecord) -> Rows:
    kept = ("id", "name", "brand", "material", "description", "care", "url", "image", "runs")
    head = {
        **{name: getattr(record, name) for name in kept},
        "category_id": record.category,
        "also": {language: list(names) for language, names in record.also.items()},
        "fits": list(record.fits),
        "sizes": [row.model_dump(mode="json") for row in record.sizes],
    }
    found: Rows = [(t.Products, head)]
    for position, variant in enumerate(record.variants):
        values = variant.model_dump(include={"sku", "size", "color", "stock"})
        found.append((t.Variants, {**values, "product_id": record.id, "position": position}))
        found += [
            (t.Prices, {"sku": variant.sku, "currency": currency, "minor": to_minor(price, currency)})
            for currency, price in variant.prices.items()
        ]
    return found


def customer_rows(record: CustomerRecord) -> Rows:
    head = {name: getattr(record, name) for name in _OF_CUSTOMER}
    return [
        (t.Customers, {**head, "personal": record.personal is not False}),
        *(
            (t.Addresses, {"customer_id": record.id, "position": position, **address_row(address)})
            for position, address in enumerate(record.addresses)
        ),
    ]


def address_row(record: AddressRecord | None) -> dict[str, Any]:
    return {**record.model_dump(), "lines": list(record.lines)} if record else {}


def promotion_rows(record: PromotionRecord) -> Rows:
    """Lists, not tuples: what is stored is what is read."""
    row = record.model_dump(mode="json", exclude={"first", "last"}) | {"first": record.first, "last": record.last}
    return [(t.Promotions, row | {name: _minor(getattr(record, name)) for name in ("amounts", "minimum")})]


def _minor(amounts: Mapping[str, str]) -> dict[str, int]:
    return {currency: to_minor(amount, currency) for currency, amount in amounts.items()}


# --- from rows -------------------------------------------------------------------------------------------------------


def product_record(row: Row, variants: Sequence[Row], prices: Mapping[str, Sequence[Row]]) -> ProductRecord:
    return ProductRecord.model_construct(
        id=row["id"],
        category=row["category_id"],
        also={language: tuple(names) for language, names in row["also"].items()},
        **{name: row[name] for name in ("name", "brand", "material", "description", "care", "url", "image", "runs")},
        fits=tuple(row["fits"]),
        sizes=tuple(
            SizeRecord.model_construct(**{**each, "measure": Measure(each["measure"])}) for each in row["sizes"]
        ),
        variants=tuple(
            VariantRecord.model_construct(
                sku=variant["sku"],
                size=variant["size"],
                color=variant["color"],
                stock=variant["stock"],
                prices={
                    price["currency"]: to_text(Money(price["minor"], price["currency"]))
                    for price in prices.get(variant["sku"], ())
                },
            )
            for variant in variants
        ),
    )


def customer_record(row: Row, addresses: Sequence[Row]) -> CustomerRecord:
    names = AddressRecord.model_fields
    books = tuple(
        AddressRecord.model_construct(**{name: address[name] for name in names} | {"lines": tuple(address["lines"])})
        for address in addresses
    )
    return CustomerRecord.model_construct(
        **{name: row[name] for name in _OF_CUSTOMER}, addresses=books, personal=None if row["personal"] else False
    )


def promotion_record(row: Row) -> PromotionRecord:
    texts = {name: {code: to_text(Money(minor, code)) for code, minor in row[name].items()}
             for name in ("amounts", "minimum")}  # fmt: skip
    lists = {name: tuple(row[name]) for name in ("categories", "products", "markets")}
    return PromotionRecord.model_construct(**{**row, **texts, **lists})
