"""Times of the import format: ISO 8601, or relative to the moment of the import, so that a sample never ages.

"-P3DT4H" is three days and four hours ago, "+P2D" in two days, "-P3D@14:20" on that day at 14:20 in the shop's zone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_RELATIVE = re.compile(
    r"([+-])P(?=\d|T\d)(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,4})M)?)?(?:@([01]\d|2[0-3]):([0-5]\d))?"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What relative times are counted from."""

    now: datetime
    zone: ZoneInfo  # whose calendar days are meant

    def moment(self, text: str) -> datetime:
        """In UTC; ValueError when it is no time, or has no offset."""
        if (distance := self._distance(text)) is not None:
            span, clock = distance
            if clock is None:
                return (self.now + span).astimezone(UTC)
            return datetime.combine(self._local(span), clock, self.zone).astimezone(UTC)
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text!r} is no time; write it like 2026-03-01T14:20:00Z or -P3DT4H") from None
        if at.tzinfo is None:
            raise ValueError(f"{text!r} needs a time and an offset, like 2026-03-01T14:20:00Z")
        return at.astimezone(UTC)

    def day(self, text: str) -> date:
        """A calendar day; ValueError when it is none."""
        if (distance := self._distance(text)) is not None:
            return self._local(distance[0])
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text!r} is no day; write it like 2026-03-01 or +P2D") from None

    def _local(self, span: timedelta) -> date:
        """So far on the calendar of the zone: two days apart stay two days, though the clocks change between them."""
        return (self.now.astimezone(self.zone) + span).date()

    @staticmethod
    def _distance(text: str) -> tuple[timedelta, time | None] | None:
        found = _RELATIVE.fullmatch(text)
        if not found:
            return None
        sign, days, hours, minutes, at_hour, at_minute = found.groups()
        span = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0))
        return (-span if sign == "-" else span), time(int(at_hour), int(at_minute)) if at_hour else None
