"""A shop folder read and checked as if the store were empty, with its products in memory."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.shop.folder import Report, Shelf, check, parse
from bot.shop.goods import Goods
from bot.shop.records import ProductRecord
from bot.shop.transfer import quiet


@dataclass(frozen=True)
class ReadFolder:
    goods: Goods
    products: dict[str, ProductRecord]
    report: Report


def read_folder(folder: Path, now: datetime) -> ReadFolder:
    with Shelf() as shelf:
        parsed = parse(folder, now, shelf, quiet)
        products = {product.id: product for product, _ in shelf}
        variants = {variant.sku: (product, variant) for product in products.values() for variant in product.variants}
        report = check(parsed, Goods(), {}, variants, now)
        return ReadFolder(parsed.goods, products, report)
