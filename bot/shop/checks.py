"""Whether imported rows fit together: references, sums, states, times. Also fills in what a row may leave out.

Pure. Every function gives the reasons why a row cannot be taken; which file and line it was is the caller's business.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from bot.commerce import LineState
from bot.facts import Localised, Money
from bot.shop.money import to_minor, to_signed, to_text
from bot.shop.policy import Policy
from bot.shop.records import (
    AddressRecord,
    CategoryRecord,
    CustomerRecord,
    InvoiceRecord,
    LineRecord,
    OrderRecord,
    ProductRecord,
    PromotionRecord,
    VariantRecord,
)

_ON_THE_WAY = {"shipped", "lost", "refused"}
_GONE = {LineState.CANCELLED, LineState.RETURN_OPEN, LineState.RETURNED}
_ARRIVED = {LineState.DELIVERED, LineState.RETURN_OPEN, LineState.RETURNED}


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


# --- filling in ------------------------------------------------------------------------------------------------------


def complete(order: OrderRecord, goods: Goods, variants: Variants, policy: Policy) -> OrderRecord:
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


def _origin(address: str) -> str:
    return f"https://{urlsplit(address).netloc.lower()}"


# --- checking --------------------------------------------------------------------------------------------------------


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


def order_faults(order: OrderRecord, goods: Goods, policy: Policy, now: datetime) -> Iterator[str]:
    """What is wrong with a completed order."""
    if order.market not in policy.markets:
        yield f"market: {order.market!r} is not in shop.toml"
        return
    left = bool(order.customer) and goods.refuses("customers", order.customer)  # to a customer that is not known
    if order.customer and goods.lacks("customers", order.customer):
        yield f"customer: {order.customer!r} is not in customers"
    if order.currency not in {market.currency for market in policy.markets.values()}:
        yield f"currency: no market of shop.toml uses {order.currency!r}"
    if not order.email and not left:
        yield "email: missing; a guest order needs one"
    if order.address or not left:
        yield from _address_faults(order.address, policy.market(order.market).countries)
    amounts = {
        "delivery_fee": order.delivery_fee,
        "total": order.total,
        **{f"lines: {line.id}: price": line.price for line in order.lines},
        **{f"lines: {line.id}: discount": line.discount for line in order.lines if line.discount},
        **{f"payments: {payment.id}: amount": payment.amount for payment in order.payments},
        **{f"refunds: {refund.id}: amount": refund.amount for refund in order.refunds},
        **{f"returns: {item.id}: refund": item.refund for item in order.returns},
        **{f"returns: {item.id}: fee": item.fee for item in order.returns},
        **{f"returns: {item.id}: shares": share.amount for item in order.returns for share in item.shares},
        **{f"lines: {line.id}: adjusted": line.adjusted for line in order.lines if line.adjusted},
        **{f"lines: {line.id}: due": line.due for line in order.lines if line.due},
    }
    faults = [fault for place, amount in amounts.items() for fault in _amount_fault(place, amount, order.currency)]
    yield from faults
    if not faults:
        yield from _sum_faults(order)
    yield from _line_faults(order, goods)
    yield from _return_faults(order)
    yield from _claim_faults(order)
    for payment in order.payments:
        if payment.expires and payment.method != "gift_card":
            yield f"payments: {payment.id}: expires belongs to a gift_card"
    yield from _time_faults(order, now)


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


def _amount_fault(place: str, amount: str, currency: str) -> Iterator[str]:
    try:
        to_minor(amount, currency)
    except ValueError as error:
        yield f"{place}: {error}"


def _price_fault(place: str, amount: str, currency: str, policy: Policy) -> Iterator[str]:
    known = sorted({market.currency for market in policy.markets.values()})
    if currency in known:
        yield from _amount_fault(f"{place}: {currency}", amount, currency)
    else:
        yield f"{place}: {currency}: no market of shop.toml uses this currency; known: {', '.join(known)}"


def _address_faults(address: AddressRecord | None, countries: frozenset[str]) -> Iterator[str]:
    if address is None:
        yield "address: missing, and its customer has none"
    elif address.country not in countries:
        yield f"address: country {address.country} is not served by this market"


def _sum_faults(order: OrderRecord) -> Iterator[str]:
    def minor(amount: str) -> int:
        return to_minor(amount, order.currency)

    kept = {line.id: minor(line.price) - minor(line.adjusted or "0") - minor(line.due or "0") for line in order.lines}
    for line_id, price in kept.items():
        if price < 0:
            yield f"lines: {line_id}: adjusted and due are more than its price"
    total = minor(order.delivery_fee)
    for replaced in dict.fromkeys(line.replaces for line in order.lines):  # an exchange costs what is paid beside it
        price = sum(minor(line.price) for line in order.lines if line.replaces == replaced)
        total += max(0, price - kept.get(replaced, 0)) if replaced else price
    if total != minor(order.total):
        made = to_text(Money(total, order.currency))
        yield f"total: is {order.total}, but lines and delivery_fee make {made}"
    for item in order.returns:
        if item.shares and sum(minor(share.amount) for share in item.shares) != minor(item.refund) - minor(item.fee):
            yield f"returns: {item.id}: shares must make refund less fee"
    taken = [minor(payment.amount) for payment in order.payments if payment.state == "paid"]
    refunded = sum(minor(refund.amount) for refund in order.refunds)
    due = sum(minor(line.due or "0") for line in order.lines)
    paid = sum(taken)
    if paid - refunded > total and (len(taken) < 2 or max(taken) > total):  # else it was charged twice: that happens
        yield "payments: more was paid than the order's total and its refunds"
    elif paid - refunded <= total < paid - refunded + due:
        yield "lines: more is due than the order's total leaves open"
    if refunded > paid:
        yield "refunds: more was refunded than paid"


def _line_faults(order: OrderRecord, goods: Goods) -> Iterator[str]:
    parcels = {parcel.id: parcel.state for parcel in order.parcels}
    exchanged = {line for item in order.returns if item.kind == "exchange" for line in item.lines}
    for line in order.lines:
        where = f"lines: {line.id}"
        if not line.name and not goods.refuses("skus", line.sku):
            yield f"{where}: sku {line.sku!r} is not in products; then name and options must be given"
        if line.parcel and line.parcel not in parcels:
            yield f"{where}: there is no parcel {line.parcel!r}"
            continue
        if line.replaces and line.replaces not in exchanged:
            yield f"{where}: replaces {line.replaces!r}, which is in no exchange of this order"
        if line.due and line.state in _GONE:
            yield f"{where}: is {line.state.value}, so nothing is due for it: take it off its price and the total"
        state = parcels.get(line.parcel, "")
        if line.state in _ARRIVED and state != "delivered":
            yield f"{where}: is {line.state.value}, but it is in no delivered parcel"
        elif line.state is LineState.SHIPPED and state not in _ON_THE_WAY:
            yield f"{where}: is shipped, but it is in no parcel under way"
        elif line.state is LineState.OPEN and line.parcel:
            yield f"{where}: is open, but it is in parcel {line.parcel!r}"
        elif line.state is LineState.CANCELLED and state in ("packed", "shipped"):
            yield f"{where}: is cancelled, but parcel {line.parcel!r} is {state}"
        elif line.state is LineState.PACKED and state not in ("", "packed"):
            yield f"{where}: is packed, but parcel {line.parcel!r} is {state}"


def _return_faults(order: OrderRecord) -> Iterator[str]:
    states = {line.id: line.state for line in order.lines}
    seen: set[str] = set()
    for item in order.returns:
        fitting = LineState.RETURN_OPEN if item.state == "open" else LineState.RETURNED
        for line in item.lines:
            if states.get(line) is not fitting:
                yield f"returns: {item.id}: is {item.state}, so line {line!r} must be {fitting.value}"
            elif line in seen:
                yield f"returns: {item.id}: line {line!r} is in two returns"
            seen.add(line)
    for line, state in states.items():
        if state in (LineState.RETURN_OPEN, LineState.RETURNED) and line not in seen:
            yield f"lines: {line}: is {state.value}, but in no return"


def _claim_faults(order: OrderRecord) -> Iterator[str]:
    lines, parcels = {line.id for line in order.lines}, {parcel.id for parcel in order.parcels}
    for claim in order.claims or ():
        if strange := sorted(claim.lines.keys() - lines):
            yield f"claims: {claim.id}: there is no line {strange[0]!r}"
        if claim.parcel and claim.parcel not in parcels:
            yield f"claims: {claim.id}: there is no parcel {claim.parcel!r}"


def _time_faults(order: OrderRecord, now: datetime) -> Iterator[str]:
    """Nothing happened before the order or in the future, and no parcel came before it left."""
    times = {f"payments: {payment.id}": payment.at for payment in order.payments}
    times |= {f"refunds: {refund.id}": refund.at for refund in order.refunds}
    times |= {f"returns: {item.id}": item.at for item in order.returns}
    times |= {f"claims: {claim.id}": claim.at for claim in order.claims or ()}
    times |= {f"history: {event.kind}": event.at for event in order.history}
    for parcel in order.parcels:
        where = f"parcels: {parcel.id}"
        times |= {f"{where}: shipped_at": parcel.shipped_at, f"{where}: delivered_at": parcel.delivered_at}
        times |= {f"{where}: scan {place}": scan.at for place, scan in enumerate(parcel.scans, 1)}
        if (parcel.state == "delivered") is not (parcel.delivered_at is not None):
            yield f"{where}: is {parcel.state}; delivered_at belongs to a delivered parcel and only to it"
        if parcel.state != "packed" and parcel.shipped_at is None:
            yield f"{where}: is {parcel.state} and needs shipped_at"
        elif parcel.delivered_at and parcel.shipped_at and parcel.delivered_at < parcel.shipped_at:
            yield f"{where}: delivered before it was shipped"
        scans = [scan.at for scan in parcel.scans]
        if scans != sorted(scans):
            yield f"{where}: scans must be oldest first"
    if order.placed_at > now:
        yield "placed_at: is in the future"
    for where, at in times.items():
        if at is not None and not order.placed_at <= at <= now:
            fault = "before the order was placed" if at < order.placed_at else "in the future"
            yield f"{where}: {at:%Y-%m-%d %H:%M} UTC is {fault}"


def invoice_faults(invoice: InvoiceRecord, goods: Goods, older: Goods) -> Iterator[str]:
    """What is wrong with a completed document; one that was issued is never changed."""
    order = goods.orders.get(invoice.order)
    if order is None:
        if goods.lacks("orders", invoice.order):
            yield f"order: {invoice.order!r} is not in orders"
        return
    if older.invoices.get(invoice.number, invoice) != invoice:
        yield "number: was issued with other content, and an issued document is never changed"
    if invoice.currency != order.currency:
        yield f"currency: the order's is {order.currency}"
    corrected = goods.invoices.get(invoice.corrects)
    if (invoice.kind == "credit_note") is not (corrected is not None and corrected.kind == "invoice"):
        yield "corrects: a credit note, and only a credit note, names an invoice"
    for other in goods.invoices.values():
        if other.number == invoice.number:
            continue
        if invoice.serial is not None and (other.market, other.serial) == (invoice.market, invoice.serial):
            yield f"serial: is also that of {other.number}"
        if (other.order, other.position) == (invoice.order, invoice.position):
            yield f"position: is also that of {other.number}"
    try:
        yield from _tax_faults(invoice)
    except ValueError as error:
        yield str(error)


def _tax_faults(invoice: InvoiceRecord) -> Iterator[str]:
    def minor(amount: str) -> int:
        return to_signed(amount, invoice.currency)

    if sum(minor(line.amount) for line in invoice.lines) != minor(invoice.total):
        yield f"total: is {invoice.total}, but its lines make another sum"
    shown = {tax.rate: (minor(tax.net), minor(tax.tax)) for tax in invoice.taxes}
    for rate in shown.keys() | {line.rate for line in invoice.lines if line.rate is not None}:
        lines = [line for line in invoice.lines if line.rate == rate]
        net, whole = sum(minor(line.net) for line in lines), sum(minor(line.amount) for line in lines)
        if shown.get(rate) != (net, whole - net):
            yield f"taxes: at {rate / 100:g} % the lines make {net} net and {whole - net} of VAT in minor units"
