"""A whole shop, or what is new of it, as records of the import format."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from bot.shop.records import (
    CategoryRecord,
    CustomerRecord,
    InvoiceRecord,
    OrderRecord,
    ProductRecord,
    PromotionRecord,
    VariantRecord,
)

Variants = Mapping[str, tuple[ProductRecord, VariantRecord]]  # sku → its product and itself


@dataclass(slots=True)
class Goods:
    """A whole shop as records, by id; of the products, which may be very many, the ids alone."""

    categories: dict[str, CategoryRecord] = field(default_factory=dict)
    products: Set[str] = frozenset()
    customers: dict[str, CustomerRecord] = field(default_factory=dict)
    orders: dict[str, OrderRecord] = field(default_factory=dict)
    promotions: dict[str, PromotionRecord] = field(default_factory=dict)
    invoices: dict[str, InvoiceRecord] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)  # "kind:key" of rows that are wrong by themselves; "kind:" of any

    def lacks(self, kind: str, key: str) -> bool:
        """Whether nothing of that key is there; a row that was refused is spoken of once, at its own place."""
        return key not in getattr(self, kind) and not self.refuses(kind, key)

    def refuses(self, kind: str, key: str) -> bool:
        return not self.refused.isdisjoint((f"{kind}:{key}", f"{kind}:"))

    def over(self, older: "Goods") -> "Goods":
        """What the shop holds once these rows are put over the older ones."""
        return Goods(
            older.categories | self.categories,
            older.products | self.products,
            older.customers | self.customers,
            older.orders | self.orders,
            older.promotions | self.promotions,
            older.invoices | self.invoices,
            self.refused,
        )
