"""An order's parts as cards, and what is said of it: shared by the skills that tell where it is."""

from datetime import date, datetime

from bot.commerce import Order
from bot.delivery import Part, current, latest, open_claims, parts
from bot.facts import Act, Day, Fact, Moment, Number, Term, Text
from bot.messages import Card
from bot.skill import Request
from bot.skills.pictures import first_picture

# What may have changed since the last import; the others have come to their end.
_MOVING = frozenset({"unpaid", "open", "packed", "part_shipped", "shipped", "return_open"})


def status(order: Order, request: Request) -> Act:
    """Late, with the days; or the order's state."""
    if late := latest(order, request.today):
        return late_act(order, late, request.today)
    if came := _came(order):
        return Act("inform:order/delivered", {**about(order, came), "state": Term("state", "delivered")})
    return Act(f"inform:order/{order.state}", about(order, current(order)))


def _came(order: Order) -> Part | None:
    """What was delivered of an order where only goods given in exchange wait to be sent: a card tells of those."""
    every = parts(order)
    waits = [part for part in every if part.under_way]
    if not waits or any(part.parcel or not all(line.replaces for line in part.lines) for part in waits):
        return None
    return next((part for part in every if part.parcel and part.parcel.delivered_at), None)


def late_act(order: Order, part: Part, today: date) -> Act:
    facts = {**about(order, part), "days": Number(part.days_late(today))}
    return Act("inform:delivery/late", facts, tone="apologetic")


def about(order: Order, part: Part | None) -> dict[str, Fact]:
    """What can be told of a part: never more than stands on its label."""
    facts: dict[str, Fact] = {"order": Text(order.number), "state": Term("state", order.state)}
    if part and part.due:
        facts["day"] = Day(part.due)
    if part and part.parcel:
        facts |= {"carrier": Text(part.parcel.carrier), "tracking": Text(part.parcel.tracking_no)}
        if part.parcel.delivered_at:
            facts["when"] = Moment(part.parcel.delivered_at)
    return facts


def as_of(order: Order) -> tuple[Act, ...]:
    """How old the data are, where they are old and may have changed since."""
    return dated(order) if order.state in _MOVING else ()


def dated(order: Order) -> tuple[Act, ...]:
    """How old the data are, where they are old."""
    return (Act("inform:as_of", {"when": Moment(order.as_of)}),) if order.as_of else ()


def looked_into(order: Order, request: Request) -> tuple[Act, ...]:
    """The newest claim that is open."""
    return tuple(claim_act(order, claim.kind, claim.at, claim.due, request) for claim in open_claims(order)[-1:])


def claim_act(order: Order, kind: str, at: datetime, due: date | None, request: Request) -> Act:
    facts: dict[str, Fact] = {
        "order": Text(order.number), "claim": Term("claim", kind), "day": Day(request.day(at)),
    }  # fmt: skip
    if due and due >= request.today:
        return Act("inform:claim/open_until", facts | {"by": Day(due)})
    return Act("inform:claim/open", facts)


def cards(order: Order, request: Request) -> tuple[Card, ...]:
    return tuple(card(part, request) for part in parts(order))


def card(part: Part, request: Request) -> Card:
    """One parcel, or what has not been sent: tracking, last scan, promised day, days late, and what is in it.

    A proof that opens the label alone finds no names on the lines, so nothing of the content shows.
    """
    say, parcel = request.say, part.parcel
    rows: list[tuple[str, str]] = []
    if parcel and (parcel.tracking_no or parcel.tracking_url):
        rows.append((say(Term("label", "tracking")), f"{parcel.tracking_no} {parcel.tracking_url}".strip()))
    if scan := part.last_scan:
        rows.append((say(Moment(scan.at)), " · ".join(filter(None, (say(scan.text), scan.place)))))
    if parcel and parcel.delivered_at and (scan is None or scan.at != parcel.delivered_at):
        rows.append((say(Term("state", "delivered")), say(Moment(parcel.delivered_at))))
    if parcel and parcel.signed_by:
        rows.append((say(Term("label", "signed_by")), parcel.signed_by))
    if part.under_way and part.due:
        rows.append((say(Term("label", "day")), say(Day(part.due))))
        if days := part.days_late(request.today):
            rows.append((say(Term("label", "days_late")), say(Number(days))))
    if inside := contents(part, request):
        rows.append((say(Term("label", "inside")), inside))
    title = parcel.carrier if parcel else say(Term("label", "not_sent"))
    if not parcel and all(line.replaces for line in part.lines):
        title = say(Term("label", "exchange"))
        rows.append((say(Term("label", "state")), say(Term("state", part.lines[0].state))))
    return Card(title, tuple(rows), first_picture(part.lines, request))


def contents(part: Part, request: Request) -> str:
    named = ((request.say(line.name), line.quantity) for line in part.lines)
    return ", ".join(f"{name} × {count}" if count > 1 else name for name, count in named if name)
