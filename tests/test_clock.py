"""A clock that was given a start goes on from there; one moved by hand stands still."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import ManualClock, StartedClock

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def test_a_started_clock_goes_on_with_the_seconds_of_the_machine() -> None:
    seconds = iter([100.0, 100.0, 160.5])
    clock = StartedClock(NOW, lambda: next(seconds))
    assert [clock.now(), clock.now()] == [NOW, NOW + timedelta(seconds=60.5)]


def test_a_manual_clock_moves_by_hand_only() -> None:
    clock = ManualClock(NOW)
    clock.advance(timedelta(minutes=10))
    assert (clock.now(), clock.now()) == (NOW + timedelta(minutes=10),) * 2


@pytest.mark.parametrize("make", [StartedClock, ManualClock])
def test_a_start_without_a_timezone_is_refused(make: type) -> None:
    with pytest.raises(ValueError, match="timezone"):
        make(NOW.replace(tzinfo=None))
