"""What is in which parcel, what is still to come, and whether it is late. Pure; the order's own data decide.

`in_dispute` is the mood flag: while it holds, nothing is recommended and nobody is asked for a rating.
"""

from dataclasses import dataclass
from datetime import date

from bot.commerce import Claim, Line, LineState, Order, Parcel, Scan

WAITING = frozenset({LineState.OPEN, LineState.PACKED})
UNDER_WAY = WAITING | {LineState.SHIPPED}


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that come together: one parcel, or what has not been sent and is promised for the same day."""

    lines: tuple[Line, ...]
    parcel: Parcel | None  # None: not sent yet
    due: date | None  # the promised day

    @property
    def under_way(self) -> bool:
        """Still to reach the shopper; what was refused goes back and does not."""
        refused = self.parcel is not None and self.parcel.state == "refused"
        return not refused and any(line.state in UNDER_WAY for line in self.lines)

    @property
    def last_scan(self) -> Scan | None:
        return self.parcel.scans[-1] if self.parcel and self.parcel.scans else None

    def days_late(self, today: date) -> int:
        """Days past the promised one; 0 while there is time, and for what has come."""
        return max(0, (today - self.due).days) if self.due and self.under_way else 0


def parts(order: Order) -> tuple[Part, ...]:
    """Parcels as the shop lists them, then what is still here by its day. What was cancelled is in no part.

    The day that the order was promised for says nothing of what was given in exchange since.
    """
    ordered = order.delivery_day or order.promised
    lines = [line for line in order.lines if line.state is not LineState.CANCELLED]

    def due(*inside: Line) -> date | None:
        return None if all(line.replaces for line in inside) else ordered

    sent = [
        Part(inside, parcel, parcel.promised or due(*inside))
        for parcel in order.parcels
        if (inside := tuple(line for line in lines if line.parcel_id == parcel.id))
    ]
    known = {parcel.id for parcel in order.parcels}
    here = [line for line in lines if line.parcel_id not in known]
    by_day = [(line.expected or due(line), line) for line in here]
    days = sorted({day for day, _ in by_day}, key=lambda day: (day is None, day or date.max))
    kept = [Part(tuple(line for own, line in by_day if own == day), None, day) for day in days]
    return (*sent, *kept)


def current(order: Order) -> Part | None:
    """The part a shopper asks about: the last parcel on its way, else the next one to leave, else what came last."""
    every = parts(order)
    moving = [part for part in every if part.parcel and part.under_way]
    here = [part for part in every if part.parcel is None and part.under_way]
    return (moving[-1:] or here[:1] or list(every[-1:]) or [None])[0]


def latest(order: Order, today: date) -> Part | None:
    """The part that is most days late, None when nothing is. An order that is not paid is not late."""
    if order.state == "unpaid":
        return None
    late = [part for part in parts(order) if part.days_late(today)]
    return max(late, key=lambda part: part.days_late(today), default=None)


def open_claims(order: Order) -> tuple[Claim, ...]:
    return tuple(claim for claim in order.claims if claim.state == "open")


def in_dispute(order: Order, today: date) -> bool:
    """Whether something of the order is late, lost or being looked into, by the shop's day."""
    lost = any(part.parcel and part.parcel.state == "lost" and part.under_way for part in parts(order))
    return bool(open_claims(order)) or lost or latest(order, today) is not None
