"""Sums of money to the cent: parts of a price, what is left to give back, and which payment gets how much of it.

Pure; every amount is in minor units. Parts of a whole always add up to the whole.
"""

from collections.abc import Sequence

from bot.commerce import Order


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


def left(order: Order) -> int:
    """What was paid and not given back; money only authorised was never taken."""
    paid = sum(payment.amount.minor for payment in order.payments if payment.state == "paid")
    return max(0, paid - sum(refund.amount.minor for refund in order.refunds))


def due(order: Order) -> int:
    """What is still to be paid after a change to something dearer."""
    return sum(payment.amount.minor for payment in order.payments if payment.state == "due")


def shares(order: Order, amount: int, first: Sequence[str] = ()) -> list[tuple[str, int]]:
    """Which method gets how much of `amount` back, each up to what is left of it.

    `first`: methods in the order in which the shop gives money back; the others follow in the order they paid.
    """
    rest: dict[str, int] = {}
    for payment in order.payments:
        if payment.state == "paid":
            rest[payment.method] = rest.get(payment.method, 0) + payment.amount.minor
    for refund in order.refunds:
        rest[refund.method] = rest.get(refund.method, 0) - refund.amount.minor
    parts = []
    for method in sorted(rest, key=lambda method: first.index(method) if method in first else len(first)):
        share = min(amount, max(rest[method], 0))
        amount -= share
        if share:
            parts.append((method, share))
    return parts
