"""Have people look into something that went wrong: a parcel that is late, gone or refused, or goods that are not right.

A claim tells staff and moves nothing, so it needs no yes. Only a lost parcel is settled by it, with a refund or by
sending its goods once more: that is quoted with its sum, and staff decide.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import PROBLEMS, Answer, Claim, Line, LineState, Order, Parcel, Quote
from bot.shop import sums
from bot.shop import tables as t
from bot.shop.reads import col, table
from bot.shop.verbs import effects
from bot.shop.verbs.verb import GONE, Arguments, Case, Deed, Verb, fewer, live, named, quoted, refused, taken

AGAIN = timedelta(minutes=10)  # the same claim once more so soon is the same message read again after a crash
WISHES = ("refund", "replacement", "part")
_HERE = frozenset({LineState.OPEN, LineState.PACKED})


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """`kind` and, for parcels, `parcel` ("": what has not been sent); for goods `lines` and `quantities`.

    Also `text`, `wish` and `files`. One claim at most is open about the same thing: asked for again it is refused with
    its `at` and `due`, unless its day has passed or there is something new to add.
    """
    kind = str(arguments.get("kind", ""))
    if not live(case.order):
        return refused("cancelled")
    if kind in PROBLEMS:
        return _of_goods(case, kind, arguments)
    rule = _PARCELS.get(kind)
    if rule is None:
        return refused("not_found")
    parcel = next((one for one in case.order.parcels if one.id == arguments.get("parcel")), None)
    if arguments.get("parcel") and parcel is None:
        return refused("not_found")
    return rule(case, parcel, arguments)


# --- parcels ---------------------------------------------------------------------------------------------------------


def _chase(case: Case, parcel: Parcel | None, arguments: Arguments) -> Answer[Quote]:
    lines = _inside(case, parcel)
    if parcel is not None and parcel.state == "delivered":
        return refused("delivered")
    return _tell(case, "chase", lines, arguments, parcel=parcel) if lines else refused("nothing_left")


def _missing(case: Case, parcel: Parcel | None, arguments: Arguments) -> Answer[Quote]:
    if parcel is None or parcel.state != "delivered":
        return refused("not_delivered")
    lines = [line for line in _inside(case, parcel) if line.state not in GONE]
    return _tell(case, "missing_parcel", lines, arguments, parcel=parcel) if lines else refused("nothing_left")


def _refused(case: Case, parcel: Parcel | None, arguments: Arguments) -> Answer[Quote]:
    """Like a return: the goods' price back once they are here again, less the fee of a return."""
    if parcel is None or parcel.state not in ("shipped", "refused"):
        return refused("delivered" if parcel and parcel.state == "delivered" else "not_sent")
    lines = _inside(case, parcel)
    if not lines:
        return refused("nothing_left")
    price = min(sums.left(case.order), sum(line.price.minor for line in lines))
    amount = price - min(price, case.market.return_fee.minor)
    days = case.market.refund_days
    return _tell(
        case, "refused", lines, arguments, parcel=parcel, refund=amount, detail={"days": days, "fee": price - amount}
    )


def _lost(case: Case, parcel: Parcel | None, arguments: Arguments) -> Answer[Quote]:
    """By the carrier's word, or by the shop's rule. Its goods go out once more, or their price comes back."""
    lines = _inside(case, parcel)
    if parcel is None or not lines or not counts_as_lost(case, parcel):
        return refused("not_lost")
    wish = "replacement" if arguments.get("wish") == "replacement" else "refund"
    if wish == "replacement" and not in_stock(case, lines):
        return refused("out_of_stock")
    again = case.market.working.promised(case.now.astimezone(case.zone), case.market.promised_days)
    lines = [replace(line, expected=again) for line in lines] if wish == "replacement" else lines
    whole = len(lines) == len(live(case.order))
    amount = sums.left(case.order) if whole else sum(line.price.minor for line in lines)
    values = {"kind": "lost", "parcel": parcel.id, "wish": wish, "text": _text(arguments)}
    return quoted("claim", case, lines, values, refund=amount if wish == "refund" else 0, approval=True)


_PARCELS = {"chase": _chase, "missing_parcel": _missing, "refused": _refused, "lost": _lost}


def counts_as_lost(case: Case, parcel: Parcel) -> bool:
    """The carrier says so, or working days enough have gone since the promised day and the last scan."""
    if parcel.state == "lost":
        return True
    promised = parcel.promised or case.order.promised
    if parcel.state != "shipped" or promised is None:
        return False
    seen = max([promised, *(case.day(scan.at) for scan in parcel.scans)])
    return case.today > case.market.working.after(seen, case.market.lost_after_days)


def in_stock(case: Case, lines: Sequence[Line]) -> bool:
    """Whether all of it can go out once more."""
    left = {variant.sku: variant.stock for product in case.goods.values() for variant in product.variants}
    for line in lines:
        left[line.sku] = left.get(line.sku, 0) - line.quantity
    return all(left[line.sku] >= 0 for line in lines)


def _inside(case: Case, parcel: Parcel | None) -> list[Line]:
    """What the parcel took along; without a parcel, what is still here."""
    lines = live(case.order)
    if parcel is not None:
        return [line for line in lines if line.parcel_id == parcel.id]
    return [line for line in lines if line.state in _HERE and not line.parcel_id]


# --- goods -----------------------------------------------------------------------------------------------------------


def _of_goods(case: Case, kind: str, arguments: Arguments) -> Answer[Quote]:
    """What has left us and is not on its way back, until warranty and return window have both ended."""
    asked = named(case.order, arguments.get("lines") or [line.id for line in live(case.order)])
    lines = None if asked is None else taken(asked, arguments.get("quantities") or {})
    if not lines:
        return refused("not_found")
    rules = {line.id: _no_claim(case, line) for line in lines}
    fit = [line for line in lines if not rules[line.id]]
    if not fit:
        rule = rules[lines[0].id]
        ended = {"until": until.isoformat()} if rule == "warranty_over" and (until := last_day(case, lines[0])) else {}
        return refused(rule, **ended)
    return _tell(case, kind, fit, arguments)


def _no_claim(case: Case, line: Line) -> str:
    if line.state is LineState.CANCELLED:
        return "cancelled"
    if line.state in GONE:
        return "nothing_left"
    if line.state in _HERE:
        return "not_delivered"
    last = last_day(case, line) if case.market.warranty_days is not None else None
    return "warranty_over" if last and case.today > last else ""


def last_day(case: Case, line: Line) -> date | None:
    """The last day on which something may be wrong with the line; None while it has not come by the carrier's word."""
    parcel = next((one for one in case.order.parcels if one.id == line.parcel_id), None)
    if parcel is None or parcel.delivered_at is None:
        return None
    came = case.day(parcel.delivered_at)
    warranty = timedelta(days=case.market.warranty_days or 0)
    return max(came + warranty, case.market.return_until(came, case.day(case.order.placed_at)))


# --- telling staff ---------------------------------------------------------------------------------------------------


def _tell(
    case: Case, kind: str, lines: Sequence[Line], arguments: Arguments, *, parcel: Parcel | None = None,
    refund: int = 0, detail: Mapping[str, Any] | None = None,
) -> Answer[Quote]:  # fmt: skip
    """A harmless quote; of a claim that is open already what would be added to it, `detail["claim"]` being its id."""
    wish = str(arguments.get("wish", ""))
    known = open_claim(case.order, kind, parcel.id if parcel else "", [line.id for line in lines])
    due = case.market.working.after(case.today, case.market.answer_days)
    told: dict[str, Any] = {
        "text": _text(arguments), "wish": wish if wish in WISHES else "", "files": list(arguments.get("files") or ()),
    }  # fmt: skip
    if known:
        told = _added(known, told, goods=kind in PROBLEMS)
        old = {"text": known.text, "wish": known.wish, "files": list(known.files)}
        waits = known.due is not None and case.today <= known.due
        if told == old and waits and case.now - known.at > AGAIN:
            return refused("claim_open", at=known.at.isoformat(), due=known.due.isoformat() if known.due else "")
        due = known.due if known.due and waits else due
    values = {
        "kind": kind, "parcel": parcel.id if parcel else "", "lines": [line.id for line in lines],
        "quantities": fewer(case.order, lines), **told,
        "due": str(arguments.get("due") or due.isoformat()),
    }  # fmt: skip
    detail = {**(detail or {}), **({"claim": known.id} if known else {})}
    return quoted("claim", case, lines, values, refund=refund, harmless=True, approval=False, detail=detail)


def open_claim(order: Order, kind: str, parcel: str, lines: Collection[str]) -> Claim | None:
    """The open claim about the same thing: the same kind for the same parcel, or any about one of these goods."""

    def same(claim: Claim) -> bool:
        if kind in PROBLEMS:
            return claim.kind in PROBLEMS and not claim.lines.keys().isdisjoint(lines)
        return (claim.kind, claim.parcel_id) == (kind, parcel)

    return next((claim for claim in order.claims if claim.state == "open" and same(claim)), None)


def _added(known: Claim, told: Mapping[str, Any], *, goods: bool) -> dict[str, Any]:
    """What the claim says with the new words and files; impatience about a parcel is nothing new."""
    text = told["text"]
    if not goods or text in known.text:
        text = known.text
    elif not text.startswith(known.text):  # else it was put together before
        text = f"{known.text}\n{text}"
    files = list(dict.fromkeys([*known.files, *told["files"]]))
    return {"text": text, "wish": told["wish"] or known.wish, "files": files}


def _text(arguments: Arguments) -> str:
    return str(arguments.get("text", ""))[:2000]


# --- effects ---------------------------------------------------------------------------------------------------------


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    if deed.quote.arguments["kind"] == "lost":
        await _settle_lost(connection, deed)
        return
    told, order = deed.quote.arguments, deed.quote.order
    due = date.fromisoformat(told["due"])
    values = {name: told[name] for name in ("text", "wish", "files")}
    if known := open_claim(order, told["kind"], told["parcel"], told["lines"]):
        rows = sa.update(table(t.Claims)).where(col(t.Claims, "id") == known.id)
        await connection.execute(rows.values(**values, due=due))
        await effects.event(connection, order, deed.now, "claim_added", told["kind"], deed.actor)
        return
    pieces = {line.id: line.quantity for line in deed.quote.lines}
    await _insert(connection, deed, "open", lines=pieces, **values, due=due)
    await effects.event(
        connection, order, deed.now, "claim_opened", f"{told['kind']}: {effects.listed(deed)}", deed.actor
    )


async def _settle_lost(connection: AsyncConnection, deed: Deed) -> None:
    """Staff said yes: the parcel is lost, its goods are paid back or go out once more."""
    told, order = deed.quote.arguments, deed.quote.order
    parcels = sa.update(table(t.Parcels)).where(col(t.Parcels, "id") == told["parcel"])
    await connection.execute(parcels.values(state="lost"))
    again = told["wish"] == "replacement"
    ids = await effects.move_lines(connection, deed, LineState.OPEN if again else LineState.CANCELLED)
    left = {"parcel_id": None, **({"expected": deed.quote.lines[0].expected} if again else {})}
    await connection.execute(sa.update(table(t.Lines)).where(col(t.Lines, "id").in_(ids)).values(**left))
    if again:
        for line in deed.quote.lines:
            await effects.restock(connection, line.sku, -line.quantity)
    await _insert(connection, deed, "settled", lines={line.id: line.quantity for line in deed.quote.lines},
                  text=told["text"], wish=told["wish"], files=[], due=None)  # fmt: skip
    kind = "resent" if again else "lost"
    await effects.event(connection, order, deed.now, kind, effects.listed(deed), deed.actor)
    await effects.start_refunds(connection, deed, "lost")


async def _insert(connection: AsyncConnection, deed: Deed, state: str, **values: Any) -> None:
    told, order = deed.quote.arguments, deed.quote.order
    place = await effects.next_place(connection, t.Claims, order)
    await effects.insert(
        connection, t.Claims, id=f"{order.number}-K{place + 1}", order_number=order.number, position=place,
        kind=told["kind"], parcel_id=told["parcel"], state=state, at=deed.now, **values,
    )  # fmt: skip


VERB = Verb("claim", quote, effect)
