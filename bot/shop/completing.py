"""Rows of the import format with everything they left out, and amounts all written alike ("5" as "5.00"). Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.facts import Localised, Money
from bot.shop.goods import Goods, Variants
from bot.shop.money import to_signed, to_text
from bot.shop.policy import Policy
from bot.shop.records import InvoiceRecord, LineRecord, OrderRecord, ProductRecord, PromotionRecord, Record


def complete(new: Goods, older: Goods, variants: Variants, policy: Policy) -> Goods:
    """`variants`: those that orders name."""
    goods = new.over(older)
    orders = {key: _even_order(_filled(order, goods, variants, policy)) for key, order in new.orders.items()}
    promotions = {key: _even_promotion(promotion) for key, promotion in new.promotions.items()}
    invoices = {key: _even_invoice(_of_order(item, older.orders | orders)) for key, item in new.invoices.items()}
    return replace(new, orders=orders, promotions=promotions, invoices=invoices)


def _filled(order: OrderRecord, goods: Goods, variants: Variants, policy: Policy) -> OrderRecord:
    """The order with everything it left to its customer, its articles and its market."""
    market, customer = policy.market(order.market), goods.customers.get(order.customer)
    values: dict[str, object] = {
        "currency": order.currency or market.currency,
        "promised": order.promised
        or market.working.promised(order.placed_at.astimezone(policy.shop.zone), market.promised_days),
        "lines": tuple(_described(line, variants, market.language) for line in order.lines),
    }
    if customer:
        values |= {"email": order.email or customer.email, "phone": order.phone or customer.phone}
        values["address"] = order.address or next(iter(customer.addresses), None)
    return order.model_copy(update=values)


def _described(line: LineRecord, variants: Variants, language: str) -> LineRecord:
    if line.sku not in variants:
        return line
    product, variant = variants[line.sku]
    options = ", ".join(filter(None, (Localised(variant.color).text(language), variant.size)))
    return line.model_copy(
        update={
            "product": line.product or product.id,
            "category": line.category or product.category,
            "name": line.name or product.name,
            "options": line.options or options,
        }
    )


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


def even_product(product: ProductRecord) -> ProductRecord:
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
