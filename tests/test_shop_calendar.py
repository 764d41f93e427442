"""Working days of a market: holidays, days worked all the same, the cut-off."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.shop.calendar import WorkingDays, weekdays

LONDON = ZoneInfo("Europe/London")
UK = WorkingDays(holidays=frozenset({date(2026, 12, 25), date(2026, 12, 28)}), cut_off=time(16))


@pytest.mark.parametrize(("day", "count", "wanted"), [
    (date(2026, 12, 1), 0, date(2026, 12, 1)), (date(2026, 12, 1), 3, date(2026, 12, 4)),
    (date(2026, 12, 4), 1, date(2026, 12, 7)), (date(2026, 12, 5), 1, date(2026, 12, 7)),
    (date(2026, 12, 24), 1, date(2026, 12, 29)),
])  # fmt: skip
def test_days_off_do_not_count(day: date, count: int, wanted: date) -> None:
    assert UK.after(day, count) == wanted


@pytest.mark.parametrize(("placed", "wanted"), [
    (datetime(2026, 12, 1, 15, 59, tzinfo=LONDON), date(2026, 12, 4)),
    (datetime(2026, 12, 1, 16, 0, tzinfo=LONDON), date(2026, 12, 7)),  # taken up on Wednesday
    (datetime(2026, 12, 5, 9, 0, tzinfo=LONDON), date(2026, 12, 10)),  # a Saturday: taken up on Monday
])  # fmt: skip
def test_a_promise_counts_from_the_day_an_order_is_taken_up(placed: datetime, wanted: date) -> None:
    assert UK.promised(placed, 3) == wanted


def test_a_weekend_day_may_be_worked() -> None:
    day_off, worked = date(2026, 10, 1), date(2026, 10, 10)
    china = WorkingDays(holidays=frozenset({day_off}), extra=frozenset({worked}))
    assert china.works(worked) and not china.works(date(2026, 10, 11)) and not china.works(day_off)


def test_days_are_named_as_in_the_policy() -> None:
    assert weekdays(["mon", "sun"]) == {0, 6}
    with pytest.raises(ValueError, match="'friday' is no day; write them like mon"):
        weekdays(["friday"])
