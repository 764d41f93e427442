"""Records of the import format to table rows, and the shop's orders and goods back to records. No database here."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import SQLModel

from bot.commerce import Line, Measure, Order, PostalAddress
from bot.facts import Money
from bot.shop import tables as t
from bot.shop.money import to_minor, to_signed, to_text
from bot.shop.records import (
    AddressRecord,
    CategoryRecord,
    ClaimRecord,
    CustomerRecord,
    EventRecord,
    InvoiceLineRecord,
    InvoiceRecord,
    InvoiceTaxRecord,
    LineRecord,
    OrderRecord,
    ParcelRecord,
    PaymentRecord,
    ProductRecord,
    PromotionRecord,
    RefundRecord,
    ReturnRecord,
    ScanRecord,
    ShareRecord,
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
    found: Rows = [
        (
            t.Products,
            {
                "id": record.id,
                "category_id": record.category,
                "name": record.name,
                "brand": record.brand,
                "material": record.material,
                "also": {language: list(names) for language, names in record.also.items()},
                "description": record.description,
                "care": record.care,
                "url": record.url,
                "image": record.image,
                "fits": list(record.fits),
                "sizes": [row.model_dump(mode="json") for row in record.sizes],
                "runs": record.runs,
            },
        )
    ]
    for position, variant in enumerate(record.variants):
        found.append(
            (
                t.Variants,
                {
                    "sku": variant.sku,
                    "product_id": record.id,
                    "position": position,
                    "size": variant.size,
                    "color": variant.color,
                    "stock": variant.stock,
                },
            )
        )
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
            (t.Addresses, {"customer_id": record.id, "position": position, **_address(address)})
            for position, address in enumerate(record.addresses)
        ),
    ]


def order_rows(record: OrderRecord) -> Rows:
    """Rows of a completed order."""

    def minor(amount: str) -> int:
        return to_minor(amount, record.currency)

    def child(position: int, **values: Any) -> dict[str, Any]:
        return {"order_number": record.number, "position": position, **values}

    found: Rows = [
        (
            t.Orders,
            {
                "number": record.number,
                "customer_id": record.customer or None,
                "email": record.email,
                "phone": record.phone,
                "market": record.market,
                "currency": record.currency,
                "placed_at": record.placed_at,
                "promised": record.promised,
                "address": _address(record.address),
                "delivery_fee": minor(record.delivery_fee),
                "total": minor(record.total),
                "coupon": record.coupon,
                "version": record.version,
                "gift_note": record.gift_note,
                "delivery_day": record.delivery_day,
            },
        )
    ]
    for place, parcel in enumerate(record.parcels):
        found.append((t.Parcels, child(place, **parcel.model_dump(exclude={"scans"}))))
        found += [
            (t.Scans, {"parcel_id": parcel.id, "position": count, **scan.model_dump()})
            for count, scan in enumerate(parcel.scans)
        ]
    found += [
        (
            t.Lines,
            child(
                place,
                id=line.id,
                sku=line.sku,
                product_id=line.product,
                category_id=line.category,
                name=line.name,
                options=line.options,
                discount=None if line.discount is None else minor(line.discount),
                quantity=line.quantity,
                price=minor(line.price),
                adjusted=None if line.adjusted is None else minor(line.adjusted),
                due=minor(line.due or "0") or None,
                state=line.state.value,
                replaces=line.replaces,
                parcel_id=line.parcel or None,
                expected=line.expected,
            ),
        )
        for place, line in enumerate(record.lines)
    ]
    found += [
        (t.Payments, child(place, **{**item.model_dump(), "amount": minor(item.amount)}))
        for place, item in enumerate(record.payments)
    ]
    found += [
        (t.Refunds, child(place, **{**item.model_dump(), "amount": minor(item.amount)}))
        for place, item in enumerate(record.refunds)
    ]
    for place, item in enumerate(record.returns):
        found.append(
            (
                t.Returns,
                child(
                    place,
                    **item.model_dump(include={"id", "kind", "reason", "state", "label_url", "at"}),
                    refund=minor(item.refund),
                    fee=minor(item.fee),
                    shares=[{"method": share.method, "minor": minor(share.amount)} for share in item.shares],
                ),
            )
        )
        found += [
            (t.ReturnLines, {"return_id": item.id, "line_id": line, "position": count})
            for count, line in enumerate(item.lines)
        ]
    for place, claim in enumerate(record.claims or ()):
        values = {**claim.model_dump(exclude={"parcel"}), "parcel_id": claim.parcel, "files": list(claim.files)}
        found.append((t.Claims, child(place, **values)))
    return found + [(t.Events, child(place, **event.model_dump())) for place, event in enumerate(record.history)]


def promotion_rows(record: PromotionRecord) -> Rows:
    """Lists, not tuples: what is stored is what is read."""
    row = record.model_dump(mode="json", exclude={"first", "last"}) | {"first": record.first, "last": record.last}
    return [(t.Promotions, row | {name: _minor(getattr(record, name)) for name in ("amounts", "minimum")})]


def _minor(amounts: Mapping[str, str]) -> dict[str, int]:
    return {currency: to_minor(amount, currency) for currency, amount in amounts.items()}
def invoice_rows(record: InvoiceRecord) -> Rows:
    """The row of a completed record."""

    def minor(amount: str) -> int:
        return to_signed(amount, record.currency)

    plain = record.model_dump(exclude={"order", "currency", "lines", "taxes", "total", "paid"})
    lines = [
        {**line.model_dump(), "discount": minor(line.discount), "net": minor(line.net), "amount": minor(line.amount)}
        for line in record.lines
    ]
    taxes = [{"rate": tax.rate, "net": minor(tax.net), "tax": minor(tax.tax)} for tax in record.taxes]
    row = {
        **plain, "order_number": record.order, "buyer": list(record.buyer), "seller": list(record.seller),
        "lines": lines, "taxes": taxes, "total": minor(record.total), "paid": minor(record.paid),
    }  # fmt: skip
    return [(t.Invoices, row)]


def _address(record: AddressRecord | None) -> dict[str, Any]:
    return {**record.model_dump(), "lines": list(record.lines)} if record else {}


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


def order_record(order: Order, lines: Mapping[str, str], returns: Mapping[str, Row]) -> OrderRecord:
    """`lines`: line id → category; `returns`: return id → row, for the sums that the port does not show."""
    currency = order.total.currency
    return OrderRecord.model_construct(
        number=order.number,
        customer=order.customer,
        market=order.market,
        currency=currency,
        placed_at=order.placed_at,
        promised=order.promised,
        email=order.email,
        phone=order.phone,
        address=_address_record(order.address),
        delivery_fee=to_text(order.delivery_fee),
        total=to_text(order.total),
        coupon=order.coupon,
        version=order.version,
        gift_note=order.gift_note,
        delivery_day=order.delivery_day,
        lines=tuple(
            LineRecord.model_construct(
                id=line.id,
                sku=line.sku,
                quantity=line.quantity,
                price=to_text(_as_ordered(line)),
                state=line.state,
                parcel=line.parcel_id,
                expected=line.expected,
                adjusted=None if line.adjusted is None else to_text(line.adjusted),
                due=None if line.due is None else to_text(line.due),
                replaces=line.replaces,
                product=line.product_id,
                category=lines[line.id],
                name=line.name.texts,
                options=line.options,
                discount=None if line.discount is None else to_text(line.discount),
            )
            for line in order.lines
        ),
        parcels=tuple(
            ParcelRecord.model_construct(
                **{name: getattr(parcel, name) for name in ParcelRecord.model_fields if name != "scans"},
                scans=tuple(
                    ScanRecord.model_construct(at=scan.at, text=scan.text.texts, place=scan.place)
                    for scan in parcel.scans
                ),
            )
            for parcel in order.parcels
        ),
        payments=tuple(
            PaymentRecord.model_construct(
                **{name: getattr(p, name) for name in ("id", "method", "state", "hint", "at", "expires")},
                amount=to_text(p.amount),
            )
            for p in order.payments
        ),
        refunds=tuple(
            RefundRecord.model_construct(
                id=r.id, amount=to_text(r.amount), method=r.method, state=r.state, at=r.at, reason=r.reason
            )
            for r in order.refunds
        ),
        returns=tuple(
            ReturnRecord.model_construct(
                id=r.id,
                lines=r.line_ids,
                reason=r.reason,
                state=r.state,
                label_url=r.label_url,
                at=r.at,
                refund=to_text(Money(returns[r.id]["refund"], currency)),
                fee=to_text(Money(returns[r.id]["fee"], currency)),
                kind=r.kind,
                shares=tuple(ShareRecord.model_construct(method=name, amount=to_text(sum_)) for name, sum_ in r.shares),
            )
            for r in order.returns
        ),
        claims=tuple(
            ClaimRecord.model_construct(
                **{name: getattr(claim, name) for name in ClaimRecord.model_fields if name not in ("parcel", "lines")},
                parcel=claim.parcel_id,
                lines=dict(claim.lines),
            )
            for claim in order.claims
        )
        or None,
        history=tuple(
            EventRecord.model_construct(at=e.at, kind=e.kind, text=e.text, actor=e.actor) for e in order.history
        ),
    )


def _as_ordered(line: Line) -> Money:
    """What the line costs before anything was given back of it as its price fell."""
    return line.worth + line.adjusted if line.adjusted else line.worth


def promotion_record(row: Row) -> PromotionRecord:
    texts = {name: {code: to_text(Money(minor, code)) for code, minor in row[name].items()}
             for name in ("amounts", "minimum")}  # fmt: skip
    lists = {name: tuple(row[name]) for name in ("categories", "products", "markets")}
    return PromotionRecord.model_construct(**{**row, **texts, **lists})
def invoice_record(row: Row, currency: str) -> InvoiceRecord:
    def text(minor: int) -> str:
        return to_text(Money(minor, currency))

    kept = [name for name in InvoiceRecord.model_fields if name in row and name not in ("lines", "taxes")]
    return InvoiceRecord.model_construct(
        **{name: row[name] for name in kept}
        | {"order": row["order_number"], "currency": currency}
        | {"buyer": tuple(row["buyer"]), "seller": tuple(row["seller"])}
        | {name: text(row[name]) for name in ("total", "paid")},
        lines=tuple(
            InvoiceLineRecord.model_construct(
                **line | {name: text(line[name]) for name in ("discount", "net", "amount")}
            )
            for line in row["lines"]
        ),
        taxes=tuple(
            InvoiceTaxRecord.model_construct(rate=tax["rate"], net=text(tax["net"]), tax=text(tax["tax"]))
            for tax in row["taxes"]
        ),
    )  # fmt: skip


def _address_record(address: PostalAddress) -> AddressRecord:
    return AddressRecord.model_construct(**{name: getattr(address, name) for name in AddressRecord.model_fields})
