"""Whether imported orders and their documents fit together: references, sums, states, times.

Pure. Every function gives the reasons why a row cannot be taken; which file and line it was is the caller's business.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.commerce import LineState
from bot.facts import Money
from bot.shop.checked import known_here
from bot.shop.checks import amount_fault
from bot.shop.goods import Goods
from bot.shop.money import to_minor, to_signed, to_text
from bot.shop.policy import Policy
from bot.shop.records import AddressRecord, InvoiceRecord, OrderRecord

_ON_THE_WAY = {"shipped", "lost", "refused"}
_GONE = {LineState.CANCELLED, LineState.RETURN_OPEN, LineState.RETURNED}
_ARRIVED = {LineState.DELIVERED, LineState.RETURN_OPEN, LineState.RETURNED}


def order_faults(order: OrderRecord, goods: Goods, policy: Policy, now: datetime) -> Iterator[str]:
    """What is wrong with a completed order."""
    market = policy.markets.get(order.market)
    if market is None:
        yield f"market: {order.market!r} is not in shop.toml; {known_here(order.market, list(policy.markets))}"
    left = bool(order.customer) and goods.refuses("customers", order.customer)  # to a customer that is not known
    if order.customer and goods.lacks("customers", order.customer):
        yield f"customer: {order.customer!r} is not in customers"
    if order.currency not in {market.currency for market in policy.markets.values()}:
        yield f"currency: no market of shop.toml uses {order.currency!r}"
    if not order.email and not left:
        yield "email: missing; a guest order needs one"
    if market and (order.address or not left):
        yield from _address_faults(order.address, market.countries)
    amounts = _amounts(order)
    faults = [fault for place, amount in amounts.items() for fault in amount_fault(place, amount, order.currency)]
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


def _amounts(order: OrderRecord) -> dict[str, str]:
    """Every amount of it, by its place."""
    return {
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
        own = {f"{where}: shipped_at": parcel.shipped_at, f"{where}: delivered_at": parcel.delivered_at}
        own |= {f"{where}: scan {place}": scan.at for place, scan in enumerate(parcel.scans, 1)}
        times |= own
        possible = all(at is None or order.placed_at <= at <= now for at in own.values())  # else one is named below
        if (parcel.state == "delivered") is not (parcel.delivered_at is not None):
            yield f"{where}: is {parcel.state}; delivered_at belongs to a delivered parcel and only to it"
        if parcel.state != "packed" and parcel.shipped_at is None:
            yield f"{where}: is {parcel.state} and needs shipped_at"
        elif possible and parcel.delivered_at and parcel.shipped_at and parcel.delivered_at < parcel.shipped_at:
            yield f"{where}: delivered before it was shipped"
        scans = [scan.at for scan in parcel.scans]
        if possible and scans != sorted(scans):
            yield f"{where}: scans must be oldest first"
    known = {where: at for where, at in times.items() if at is not None}
    if order.placed_at > now:
        yield f"placed_at: {order.placed_at:%Y-%m-%d %H:%M} UTC is in the future"
    else:
        early = {where: at for where, at in known.items() if at < order.placed_at}
        if len(early) == len(known) > 1:
            yield f"placed_at: {order.placed_at:%Y-%m-%d %H:%M} UTC is after all that happened to the order"
        else:
            for where, at in early.items():
                yield f"{where}: {at:%Y-%m-%d %H:%M} UTC is before the order was placed"
    for where, at in known.items():
        if at > now:
            yield f"{where}: {at:%Y-%m-%d %H:%M} UTC is in the future"


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
