"""In which order staff find the open handoffs: each step of it, and what it is worked out from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import NOW, talking
from test_desk_hours import HOUR
from test_people import Heard, done, shopper

from bot.office import HandoffView
from bot.ports import Language
from bot.shop.calendar import WorkingDays
from bot.speech import WrittenWords
from bot.triage import in_order

CUT_OFF = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)


def view(name: str, reason: str = "requested", hours: float = 1, **changes: object) -> HandoffView:
    """One that was opened so many hours ago."""
    opened = NOW - timedelta(hours=hours)
    known = HandoffView(name, name, "chat", reason, "", "waiting", "", opened, "web", "en")
    return replace(known, **changes)  # type: ignore[arg-type]


def packed_in(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def listed(*views: HandoffView) -> list[tuple[str, str, int]]:
    return [(view.id, view.why, view.minutes) for view in in_order(views, NOW)]


@pytest.mark.parametrize("reason", ["injury", "fire", "threat", "recall", "fraud", "legal", "authority"])
def test_safety_fraud_and_law_come_first(reason: str) -> None:
    assert listed(view("near", packed_by=packed_in(5)), view("grave", reason, 0)) == [
        ("grave", "first", 0), ("near", "packing", 5),
    ]  # fmt: skip


def test_then_orders_that_are_packed_soon_the_soonest_first() -> None:
    later, sooner = (view(name, packed_by=packed_in(left)) for name, left in (("later", 119.5), ("sooner", 7)))
    assert listed(view("older", "payment", 9), later, sooner) == [
        ("sooner", "packing", 7), ("later", "packing", 119), ("older", "money", 0),
    ]  # fmt: skip


@pytest.mark.parametrize("minutes", [-1, 0, 121])
def test_a_cut_off_that_is_over_or_far_hurries_nobody(minutes: float) -> None:
    assert listed(view("older", hours=2), view("packed", packed_by=packed_in(minutes))) == [
        ("older", "", 0), ("packed", "", 0),
    ]  # fmt: skip


def test_then_what_is_late_and_what_is_due_soon() -> None:
    late, over = view("late", missed="first_answer", hours=1), view("over", due=packed_in(-1))
    soon, far = (view(name, due=packed_in(left), hours=9) for name, left in (("soon", 30), ("far", 31)))
    assert listed(far, view("money", "payment", 9), soon, over, late) == [
        ("late", "overdue", 0), ("over", "due", 0), ("soon", "due", 30), ("money", "money", 0), ("far", "", 0),
    ]  # fmt: skip


@pytest.mark.parametrize("reason", ["payment", "chargeback"])
def test_then_who_may_be_missing_money(reason: str) -> None:
    assert listed(view("older", hours=2), view("money", reason)) == [("money", "money", 0), ("older", "", 0)]


def test_then_the_oldest_first() -> None:
    assert [name for name, _, _ in listed(view("c", hours=1), view("a", hours=3), view("b", hours=2))] == [*"abc"]


def test_what_is_of_one_account_stands_together_where_its_first_one_does() -> None:
    views = [view("money", "payment"), view("a1", account="a"), view("old", hours=5), view("a2", "fire", account="a")]
    assert [name for name, _, _ in listed(*views)] == ["a2", "a1", "money", "old"]


@pytest.mark.parametrize(
    ("now", "cut_off"),
    [
        (CUT_OFF - HOUR, CUT_OFF),
        (CUT_OFF, CUT_OFF + timedelta(days=1)),
        (CUT_OFF + timedelta(days=2), CUT_OFF + timedelta(days=5)),  # a Friday afternoon
    ],
)
def test_the_next_cut_off_is_on_a_working_day(now: datetime, cut_off: datetime) -> None:
    london = now.astimezone(ZoneInfo("Europe/London"))
    assert WorkingDays(cut_off=CUT_OFF.time()).next_cut_off(london) == cut_off
    assert WorkingDays().next_cut_off(london) is None


async def test_a_handoff_about_an_open_order_knows_when_it_is_packed(home: Path) -> None:
    async with talking(home, Language(Heard(), WrittenWords()), as_email="emma.clarke@example.com") as talk:
        await done(talk, shopper("m1", "cancel order 10043"))
        await done(talk, shopper("m2", "a person"))
        [view] = await talk.product.desk.handoffs()
        assert (view.packed_by, view.why) == (CUT_OFF, "")
        talk.clock.advance(5 * HOUR)
        [view] = await talk.product.desk.handoffs()
        assert (view.why, view.minutes) == ("packing", 60)


@pytest.mark.parametrize("order", ["10048", "10051", "10049", "10101"])
async def test_what_is_packed_unpaid_awaited_or_anothers_has_no_cut_off(home: Path, order: str) -> None:
    async with talking(home, Language(Heard(), WrittenWords()), as_email="emma.clarke@example.com") as talk:
        await done(talk, shopper("m1", f"cancel order {order}"))
        await done(talk, shopper("m2", "a person"))
        assert [view.packed_by for view in await talk.product.desk.handoffs()] == [None]


async def test_a_shop_that_fails_keeps_no_person_away(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no shop today")

    async with talking(home, Language(Heard(), WrittenWords()), as_email="emma.clarke@example.com") as talk:
        await done(talk, shopper("m1", "cancel order 10048"))
        for verb in ("order", "orders", "quote"):
            monkeypatch.setattr(talk.product.shop, verb, broken)
        await done(talk, shopper("m2", "cancel order 10047"))
        assert [view.reason for view in await talk.product.desk.handoffs()] == ["error"]
