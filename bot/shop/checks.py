"""Whether imported goods, customers and promotions fit together. Orders and documents: order_checks.py.

Pure. Every function gives the reasons why a row cannot be taken; which file and line it was is the caller's business.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bot.shop.checked import known_here
from bot.shop.goods import Goods
from bot.shop.money import to_minor
from bot.shop.policy import Policy
from bot.shop.records import CustomerRecord, ProductRecord, PromotionRecord


def policy_faults(policy: Policy, goods: Goods) -> Iterator[str]:
    """What policy.toml says of categories that the shop does not have."""
    for market in policy.markets.values():
        for key, named in market.categories.items():
            for strange in sorted(name for name in named if goods.lacks("categories", name)):
                known = known_here(strange, sorted(goods.categories))
                yield f"markets.{market.name}.{key}: {strange!r} is not in categories; {known}"


def product_faults(product: ProductRecord, goods: Goods, owners: Mapping[str, str], policy: Policy) -> Iterator[str]:
    """`owners`: sku → id of the product it belongs to."""
    if goods.lacks("categories", product.category):
        yield f"category: {product.category!r} is not in categories"
    if policy.shop.languages[0] not in product.name:
        yield f"name: needs a text in {policy.shop.languages[0]!r}, the shop's first language"
    if product.image and (origin := _origin(product.image)) not in policy.shop.picture_origins:
        yield f"image: {origin} is no place of the shop's pictures; name it in shop.toml, as pictures = [\"{origin}\"]"
    if strange := next((id_ for id_ in product.fits if id_ == product.id or goods.lacks("products", id_)), ""):
        yield f"fits: {strange!r} is no other product of the shop"
    if made := {variant.size for variant in product.variants} if product.sizes else set():
        yield from (f"sizes: no variant has the size {row.size!r}" for row in product.sizes if row.size not in made)
    lows: dict[str, float] = {}
    for row in product.sizes:
        if row.low <= lows.get(row.measure, -1.0):
            yield f"sizes: {row.measure}: {row.size!r} begins no higher than the one before; the smallest comes first"
        lows[row.measure] = row.low
    times = Counter(variant.sku for variant in product.variants)
    yield from (f"variants: {sku}: stands {count} times in this product" for sku, count in times.items() if count > 1)
    for variant in product.variants:
        if owners.get(variant.sku) != product.id:
            yield f"variants: {variant.sku}: is also used by product {owners.get(variant.sku)!r}"
        for currency, price in variant.prices.items():
            yield from _price_fault(f"variants: {variant.sku}: prices", price, currency, policy)


def customer_faults(customer: CustomerRecord, emails: Mapping[str, str], policy: Policy) -> Iterator[str]:
    """`emails`: e-mail → id of the customer it belongs to."""
    if customer.market not in policy.markets:
        yield f"market: {customer.market!r} is not in shop.toml"
    if customer.language not in policy.shop.languages:
        yield f"language: {customer.language!r} is not in shop.toml"
    if emails.get(customer.email) != customer.id:
        yield f"email: {customer.email} is also used by customer {emails.get(customer.email)!r}"


def promotion_faults(promotion: PromotionRecord, goods: Goods, policy: Policy) -> Iterator[str]:
    if bool(promotion.percent) is bool(promotion.amounts):
        yield "percent, amounts: give one of the two"
    for name in ("amounts", "minimum"):
        for currency, amount in getattr(promotion, name).items():
            yield from _price_fault(name, amount, currency, policy)
    for name in (market for market in promotion.markets if market not in policy.markets):
        yield f"markets: {name!r} is not in shop.toml"
    held = [policy.markets[name] for name in promotion.markets or policy.markets if name in policy.markets]
    for name in ("amounts", "minimum"):
        lacking = {market.currency for market in held} - getattr(promotion, name).keys()
        if getattr(promotion, name) and lacking:
            yield f"{name}: needs one in {', '.join(sorted(lacking))} too, for its markets"
    for name in ("categories", "products"):
        for strange in (id_ for id_ in getattr(promotion, name) if goods.lacks(name, id_)):
            yield f"{name}: {strange!r} is not in {name}"
    if promotion.first and promotion.last and promotion.first > promotion.last:
        yield f"last: {promotion.last} is before first, {promotion.first}"
    if promotion.most is not None and promotion.used > promotion.most:
        yield f"used: {promotion.used} is more than most, {promotion.most}"


def amount_fault(place: str, amount: str, currency: str) -> Iterator[str]:
    try:
        to_minor(amount, currency)
    except ValueError as error:
        yield f"{place}: {error}"


def _price_fault(place: str, amount: str, currency: str, policy: Policy) -> Iterator[str]:
    known = sorted({market.currency for market in policy.markets.values()})
    if currency in known:
        yield from amount_fault(f"{place}: {currency}", amount, currency)
    else:
        yield f"{place}: {currency}: no market of shop.toml uses this currency; known: {', '.join(known)}"


def _origin(address: str) -> str:
    return f"https://{urlsplit(address).netloc.lower()}"
