"""When staff are there: the days, hours and days off of the desk, in its own zone. Pure; only open time is counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """By default the desk is always open."""

    days: frozenset[int] = frozenset(range(7))  # 0 is Monday
    first: time = MIDNIGHT
    last: time = MIDNIGHT  # not later than `first`: on the next day
    holidays: frozenset[date] = frozenset()
    zone: tzinfo = UTC

    @property
    def day(self) -> timedelta:
        """How long people are there on a day."""
        span = datetime.combine(date.min, self.last) - datetime.combine(date.min, self.first)
        return span if span > timedelta() else span + timedelta(days=1)

    def open(self, at: datetime) -> bool:
        return self.opens(at) == at

    def opens(self, at: datetime) -> datetime:
        """When somebody is there next: `at` itself while people are."""
        return next(self._times(at))[0]

    def next_opening(self, at: datetime) -> datetime:
        """When people come next, after those who are there have gone."""
        return next(begin for begin, _ in self._times(at) if begin > at)

    def after(self, at: datetime, span: timedelta) -> datetime:
        """The moment at which `span` of open time has gone by since `at`."""
        for begin, end in self._times(at):
            if span <= end - begin:
                break
            span -= end - begin
        return begin + span

    def between(self, start: datetime, until: datetime) -> timedelta:
        """The open time in between."""
        total = timedelta()
        for begin, end in self._times(start):
            if begin >= until:
                break
            total += min(end, until) - begin
        return total

    def _times(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From when to when people are there, in UTC, without what has passed by `at`."""
        day = at.astimezone(self.zone).date() - timedelta(days=1)  # whose night may go on
        while True:
            if day.weekday() in self.days and day not in self.holidays:
                begin = datetime.combine(day, self.first, self.zone).astimezone(UTC)
                over = timedelta(days=self.last <= self.first)
                end = datetime.combine(day + over, self.last, self.zone).astimezone(UTC)
                if end > at:
                    yield max(begin, at), end
            day += timedelta(days=1)
