"""Orders and their documents: records of the import format to table rows, and back. No database here."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import SQLModel

from bot.commerce import Claim, Line, Order, Parcel, Payment, PostalAddress, Return
from bot.facts import Money
from bot.shop import tables as t
from bot.shop.money import to_minor, to_signed, to_text
from bot.shop.records import (
    AddressRecord,
    ClaimRecord,
    EventRecord,
    InvoiceLineRecord,
    InvoiceRecord,
    InvoiceTaxRecord,
    LineRecord,
    OrderRecord,
    ParcelRecord,
    PaymentRecord,
    RefundRecord,
    ReturnRecord,
    ScanRecord,
    ShareRecord,
)
from bot.shop.rows import Row, Rows, address_row

_OF_ORDER = ("number", "email", "phone", "market", "placed_at", "promised", "coupon", "version", "gift_note",
             "delivery_day")  # fmt: skip
_OF_LINE = ("id", "sku", "quantity", "state", "expected", "replaces", "options")
_OF_PAYMENT = ("id", "method", "state", "hint", "at", "expires")
_OF_RETURN = ("id", "kind", "reason", "state", "label_url", "at")

# --- to rows ---------------------------------------------------------------------------------------------------------


def order_rows(record: OrderRecord) -> Rows:
    """Rows of a completed order."""
    currency = record.currency

    def children(model: type[SQLModel], values: Iterable[Row]) -> Rows:
        return [(model, {"order_number": record.number, "position": at, **row}) for at, row in enumerate(values)]

    def paid(item: PaymentRecord | RefundRecord) -> Row:
        return {**item.model_dump(), "amount": to_minor(item.amount, currency)}

    return [
        (t.Orders, _order_row(record)),
        *children(t.Parcels, (parcel.model_dump(exclude={"scans"}) for parcel in record.parcels)),
        *(
            (t.Scans, {"parcel_id": parcel.id, "position": at, **scan.model_dump()})
            for parcel in record.parcels
            for at, scan in enumerate(parcel.scans)
        ),
        *children(t.Lines, (_line_row(line, currency) for line in record.lines)),
        *children(t.Payments, map(paid, record.payments)),
        *children(t.Refunds, map(paid, record.refunds)),
        *children(t.Returns, (_return_row(item, currency) for item in record.returns)),
        *(
            (t.ReturnLines, {"return_id": item.id, "line_id": line, "position": at})
            for item in record.returns
            for at, line in enumerate(item.lines)
        ),
        *children(t.Claims, map(_claim_row, record.claims or ())),
        *children(t.Events, (event.model_dump() for event in record.history)),
    ]


def _order_row(record: OrderRecord) -> dict[str, Any]:
    return {
        **{name: getattr(record, name) for name in _OF_ORDER},
        "customer_id": record.customer or None,
        "currency": record.currency,
        "address": address_row(record.address),
        "delivery_fee": to_minor(record.delivery_fee, record.currency),
        "total": to_minor(record.total, record.currency),
    }


def _line_row(line: LineRecord, currency: str) -> Row:
    def minor(amount: str | None) -> int | None:
        return None if amount is None else to_minor(amount, currency)

    return {
        **{name: getattr(line, name) for name in _OF_LINE},
        "state": line.state.value,
        "product_id": line.product,
        "category_id": line.category,
        "name": line.name,
        "parcel_id": line.parcel or None,
        "price": minor(line.price),
        "discount": minor(line.discount),
        "adjusted": minor(line.adjusted),
        "due": minor(line.due) or None,
    }


def _return_row(item: ReturnRecord, currency: str) -> Row:
    return {
        **{name: getattr(item, name) for name in _OF_RETURN},
        "refund": to_minor(item.refund, currency),
        "fee": to_minor(item.fee, currency),
        "shares": [{"method": share.method, "minor": to_minor(share.amount, currency)} for share in item.shares],
    }


def _claim_row(claim: ClaimRecord) -> Row:
    return {**claim.model_dump(exclude={"parcel"}), "parcel_id": claim.parcel, "files": list(claim.files)}


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


# --- from rows -------------------------------------------------------------------------------------------------------


def order_record(order: Order, lines: Mapping[str, str], returns: Mapping[str, Row]) -> OrderRecord:
    """`lines`: line id → category; `returns`: return id → row, for the sums that the port does not show."""
    return OrderRecord.model_construct(
        **{name: getattr(order, name) for name in _OF_ORDER},
        customer=order.customer,
        currency=order.total.currency,
        address=_address_record(order.address),
        delivery_fee=to_text(order.delivery_fee),
        total=to_text(order.total),
        lines=tuple(_line_record(line, lines[line.id]) for line in order.lines),
        parcels=tuple(map(_parcel_record, order.parcels)),
        payments=tuple(map(_payment_record, order.payments)),
        refunds=tuple(
            RefundRecord.model_construct(
                id=r.id, amount=to_text(r.amount), method=r.method, state=r.state, at=r.at, reason=r.reason
            )
            for r in order.refunds
        ),
        returns=tuple(_return_record(item, returns[item.id], order.total.currency) for item in order.returns),
        claims=tuple(map(_claim_record, order.claims)) or None,
        history=tuple(
            EventRecord.model_construct(at=e.at, kind=e.kind, text=e.text, actor=e.actor) for e in order.history
        ),
    )


def _line_record(line: Line, category: str) -> LineRecord:
    as_ordered = line.worth + line.adjusted if line.adjusted else line.worth  # before its price fell
    return LineRecord.model_construct(
        **{name: getattr(line, name) for name in _OF_LINE},
        parcel=line.parcel_id,
        product=line.product_id,
        category=category,
        name=line.name.texts,
        price=to_text(as_ordered),
        discount=line.discount and to_text(line.discount),
        adjusted=line.adjusted and to_text(line.adjusted),
        due=line.due and to_text(line.due),
    )


def _parcel_record(parcel: Parcel) -> ParcelRecord:
    return ParcelRecord.model_construct(
        **{name: getattr(parcel, name) for name in ParcelRecord.model_fields if name != "scans"},
        scans=tuple(
            ScanRecord.model_construct(at=scan.at, text=scan.text.texts, place=scan.place) for scan in parcel.scans
        ),
    )


def _payment_record(payment: Payment) -> PaymentRecord:
    kept = {name: getattr(payment, name) for name in _OF_PAYMENT}
    return PaymentRecord.model_construct(**kept, amount=to_text(payment.amount))


def _return_record(item: Return, row: Row, currency: str) -> ReturnRecord:
    return ReturnRecord.model_construct(
        **{name: getattr(item, name) for name in _OF_RETURN},
        lines=item.line_ids,
        refund=to_text(Money(row["refund"], currency)),
        fee=to_text(Money(row["fee"], currency)),
        shares=tuple(ShareRecord.model_construct(method=name, amount=to_text(sum_)) for name, sum_ in item.shares),
    )


def _claim_record(claim: Claim) -> ClaimRecord:
    return ClaimRecord.model_construct(
        **{name: getattr(claim, name) for name in ClaimRecord.model_fields if name not in ("parcel", "lines")},
        parcel=claim.parcel_id,
        lines=dict(claim.lines),
    )


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
