"""What comes when: parts of an order, days late, and the mood flag."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from policy_talk import order as blank

from bot.commerce import Claim, Line, LineState, Order, Parcel, Payment
from bot.delivery import current, in_dispute, latest, parts
from bot.facts import Localised, Money

TODAY = date(2026, 3, 4)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPEN, PACKED, SHIPPED, DELIVERED = LineState.OPEN, LineState.PACKED, LineState.SHIPPED, LineState.DELIVERED
CANCELLED = LineState.CANCELLED


def line(number: int, state: LineState, parcel: str = "", expected: date | None = None) -> Line:
    name = Localised({"en": f"Thing {number}"})
    return Line(f"l{number}", f"s{number}", f"p{number}", name, "", 1, Money(100, "GBP"), state, parcel, expected)


def parcel(name: str, state: str, due: int | None = 0) -> Parcel:
    """Promised `due` days from today."""
    promised = None if due is None else TODAY + timedelta(days=due)
    return Parcel(name, "DPD", "1", "", state, promised, AT, AT if state == "delivered" else None)


def order(lines: list[Line], parcels: list[Parcel] | None = None, due: int | None = 1, **fields: object) -> Order:
    promised = None if due is None else TODAY + timedelta(days=due)
    held = replace(blank("10007"), lines=tuple(lines), parcels=tuple(parcels or ()), promised=promised)
    return replace(held, **fields)  # type: ignore[arg-type]


def test_lines_stand_in_their_parcel_and_the_rest_by_its_own_day() -> None:
    later = TODAY + timedelta(days=30)
    lines = [line(1, SHIPPED, "A"), line(2, OPEN), line(3, OPEN, expected=later), line(4, PACKED), line(5, CANCELLED)]
    found = parts(order(lines, [parcel("A", "shipped", -1), parcel("B", "shipped")]))
    assert [([one.id for one in part.lines], part.parcel and part.parcel.id, part.due) for part in found] == [
        (["l1"], "A", TODAY - timedelta(days=1)),
        (["l2", "l4"], None, TODAY + timedelta(days=1)),
        (["l3"], None, later),
    ]


def test_a_replacement_is_not_late_because_the_order_was_promised_long_ago() -> None:
    given = replace(line(2, OPEN), replaces="l1")
    lines = [line(1, LineState.RETURN_OPEN, "A"), given]
    waiting = order(lines, [parcel("A", "delivered", -9)], due=-9)
    assert latest(waiting, TODAY) is None and [part.due for part in parts(waiting)] == [TODAY - timedelta(days=9), None]
    sent = order([lines[0], replace(given, state=SHIPPED, parcel_id="B")],
                 [parcel("A", "delivered", -9), parcel("B", "shipped", -2)], due=-9)  # fmt: skip
    assert latest(sent, TODAY).days_late(TODAY) == 2  # its parcel's own day counts


@pytest.mark.parametrize(
    ("lines", "parcels", "due", "days"),
    [
        ([line(1, SHIPPED, "A")], [parcel("A", "shipped", -3)], 1, 3),
        ([line(1, SHIPPED, "A")], [parcel("A", "shipped", 0)], -5, 0),  # the parcel's own day counts
        ([line(1, SHIPPED, "A")], [parcel("A", "shipped", None)], -2, 2),
        ([line(1, SHIPPED, "A")], [parcel("A", "lost", -4)], 1, 4),
        ([line(1, SHIPPED, "A")], [parcel("A", "refused", -4)], -4, 0),  # it goes back
        ([line(1, DELIVERED, "A")], [parcel("A", "delivered", -4)], -4, 0),
        ([line(1, OPEN)], [], -1, 1),
        ([line(1, OPEN, expected=TODAY + timedelta(days=9))], [], -1, 0),  # a pre-order has its own day
        ([line(1, OPEN, expected=TODAY - timedelta(days=2))], [], 5, 2),
        ([line(1, OPEN)], [], None, 0),
        ([line(1, CANCELLED)], [], -9, 0),
        ([line(1, DELIVERED, "A"), line(2, SHIPPED, "B")], [parcel("A", "delivered", -4), parcel("B", "shipped", -2)],
         -4, 2),
        ([line(1, SHIPPED, "A"), line(2, OPEN)], [parcel("A", "shipped", 1)], -6, 6),
    ],
)  # fmt: skip
def test_days_late_are_those_of_the_latest_part(
    lines: list[Line], parcels: list[Parcel], due: int | None, days: int
) -> None:
    held = order(lines, parcels, due)
    late = latest(held, TODAY)
    assert (late.days_late(TODAY) if late else 0) == days
    assert in_dispute(held, TODAY) is (days > 0)


def test_an_order_that_is_not_paid_is_not_late() -> None:
    failed = Payment("p", "card", Money(100, "GBP"), "failed")
    assert latest(order([line(1, OPEN)], due=-3, payments=(failed,)), TODAY) is None


@pytest.mark.parametrize(
    ("lines", "parcels", "expected"),
    [
        ([line(1, SHIPPED, "A"), line(2, SHIPPED, "B"), line(3, OPEN)],
         [parcel("A", "shipped"), parcel("B", "shipped")], "B"),
        ([line(1, DELIVERED, "A"), line(2, OPEN)], [parcel("A", "delivered")], ""),
        ([line(1, DELIVERED, "A"), line(2, DELIVERED, "B")], [parcel("A", "delivered"), parcel("B", "delivered")], "B"),
    ],
)  # fmt: skip
def test_the_part_that_is_asked_after(lines: list[Line], parcels: list[Parcel], expected: str) -> None:
    part = current(order(lines, parcels))
    assert part is not None and (part.parcel.id if part.parcel else "") == expected


def test_an_order_of_nothing_has_no_part() -> None:
    assert current(order([line(1, CANCELLED)])) is None


@pytest.mark.parametrize(("state", "dispute"), [("open", True), ("settled", False)])
def test_an_open_claim_is_a_dispute(state: str, dispute: bool) -> None:
    held = order([line(1, DELIVERED, "A")], [parcel("A", "delivered")])
    claim = Claim("10007-K1", "damaged", {"l1": 1}, state, AT)
    assert in_dispute(replace(held, claims=(claim,)), TODAY) is dispute


def test_a_lost_parcel_is_a_dispute_before_its_day_and_no_longer_when_its_goods_are_paid_back() -> None:
    gone = order([line(1, SHIPPED, "A")], [parcel("A", "lost", 3)], due=3)
    assert in_dispute(gone, TODAY)
    assert not in_dispute(replace(gone, lines=(line(1, CANCELLED),)), TODAY)
