"""The clocks: the world's, the world's from another start, and one that is moved by hand (scripts, tests)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class StartedClock:
    """Begins at `start` and goes on from there: retries, timers and leases need time that passes."""

    def __init__(self, start: datetime, seconds: Callable[[], float] = time.monotonic) -> None:
        self._start, self._seconds, self._begun = _in_utc(start), seconds, seconds()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds() - self._begun)


class ManualClock:
    """Stands still until `advance`."""

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


def _in_utc(start: datetime) -> datetime:
    if start.tzinfo is None:
        raise ValueError("a clock needs a timezone-aware start")
    return start.astimezone(UTC)
