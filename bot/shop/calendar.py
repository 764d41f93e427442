"""Working days of a market: promised days and refunds count them. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """When a market's warehouse and couriers work."""

    days: frozenset[int] = frozenset(range(5))  # 0 is Monday
    holidays: frozenset[date] = frozenset()
    extra: frozenset[date] = frozenset()  # worked although they are none of `days`, as before Chinese holidays
    cut_off: time | None = None  # an order placed later that day counts as placed on the next working day

    def works(self, day: date) -> bool:
        return day in self.extra or (day.weekday() in self.days and day not in self.holidays)

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; `day` itself does not count."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.works(day)
        return day

    def promised(self, placed: datetime, count: int) -> date:
        """The day to which a delivery is promised: `count` working days from the day the order is taken up.

        `placed` in the market's zone. An order after the cut-off, or on a day off, is taken up on the next working day.
        """
        return self.after(self._taken_up(placed), count)

    def next_cut_off(self, now: datetime) -> datetime | None:
        """The next one of a working day, in the zone of `now`."""
        return self.cut_off and datetime.combine(self._taken_up(now), self.cut_off, now.tzinfo)

    def _taken_up(self, placed: datetime) -> date:
        day = placed.date()
        late = self.cut_off is not None and placed.time() >= self.cut_off
        return self.after(day, 1) if late or not self.works(day) else day


def weekdays(names: Collection[str]) -> frozenset[int]:
    """ "mon", "tue" … → 0, 1 …; ValueError for another name."""
    if strange := next((name for name in names if name not in DAYS), None):
        raise ValueError(f"{strange!r} is no day; write them like {', '.join(DAYS)}")
    return frozenset(DAYS.index(name) for name in names)
