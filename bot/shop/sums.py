"""Sums of money to the cent: parts of a price, what is left to give back, and which payment gets how much of it.

Pure; every amount is in minor units. Parts of a whole always add up to the whole.
"""

from collections.abc import Sequence
from datetime import date

from bot.commerce import Order, Return


def part(price: int, quantity: int, taken: int) -> int:
    """What `taken` of the `quantity` pieces of a line cost together; the rest keeps `price` less that."""
    return (2 * price * taken + quantity) // (2 * quantity)  # half a unit is rounded up, once


def allocated(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` shared out by `weights`, in whole units that add up to it; the largest remainders get what is over.

    Without any weight the first one gets all.
    """
    total = sum(weights)
    if not total:
        return [amount if place == 0 else 0 for place in range(len(weights))]
    shares = [amount * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % total), place))
    for place in order[: amount - sum(shares)]:
        shares[place] += 1
    return shares


def net(item: Return) -> int:
    """What goes back for a return or an exchange once it has arrived: what was promised less its fee."""
    return (item.refund.minor if item.refund else 0) - (item.fee.minor if item.fee else 0)


def under_way(order: Order) -> list[Return]:
    """Returns and exchanges whose money has not gone back yet: it is set aside for them."""
    return [item for item in order.returns if item.state != "refunded"]


def left(order: Order) -> int:
    """What was paid, not given back and not set aside for returns; money only authorised was never taken."""
    paid = sum(payment.amount.minor for payment in order.payments if payment.state == "paid")
    gone = sum(refund.amount.minor for refund in order.refunds) + sum(map(net, under_way(order)))
    return max(0, paid - gone)


def delivery_back(order: Order) -> int:
    """What of the delivery charge went back with a return, or will: it promises more than its lines cost."""
    price = {line.id: line.price.minor for line in order.lines}
    back = [(item.refund.minor, item.line_ids) for item in order.returns if item.kind == "return" and item.refund]
    return sum(max(0, minor - sum(price[line] for line in lines)) for minor, lines in back)


def reissued(order: Order, day: date) -> bool:
    """Whether money for a gift card needs a new one on that day: every one that paid has expired."""
    cards = [payment for payment in order.payments if payment.method == "gift_card" and payment.state == "paid"]
    return bool(cards) and all(card.expires is not None and card.expires < day for card in cards)


def shares(order: Order, amount: int, first: Sequence[str] = ()) -> list[tuple[str, int]]:
    """Which method gets how much of `amount` back, each up to what is left of it and not set aside for returns.

    `first`: methods in the order in which the shop gives money back; the others follow in the order they paid.
    """
    rest: dict[str, int] = {}
    for payment in order.payments:
        if payment.state == "paid":
            rest[payment.method] = rest.get(payment.method, 0) + payment.amount.minor
    for refund in order.refunds:
        rest[refund.method] = rest.get(refund.method, 0) - refund.amount.minor
    methods = sorted(rest, key=lambda method: first.index(method) if method in first else len(first))
    for item in under_way(order):
        for method, share in item.shares:
            rest[method] = rest.get(method, 0) - share.minor
    for item in under_way(order):
        if not item.shares:
            _taken(rest, methods, net(item))
    return _taken(rest, methods, amount)


def _taken(rest: dict[str, int], methods: Sequence[str], amount: int) -> list[tuple[str, int]]:
    """Take `amount` from what is left of the methods, in their order; which gave how much."""
    parts = []
    for method in methods:
        share = min(amount, max(rest[method], 0))
        amount, rest[method] = amount - share, rest[method] - share
        if share:
            parts.append((method, share))
    return parts
