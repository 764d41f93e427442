"""Spans of time as scripts and staff write them."""

import re
from datetime import timedelta

from bot.errors import BadInput

_DURATION = re.compile(r"P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?")


def duration(text: str) -> timedelta:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds, e.g. PT10M. BadInput for anything else."""
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        raise BadInput(f"{text!r} is no ISO 8601 duration such as PT10M or P1DT2H")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    try:
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise BadInput(f"{text!r} is longer than any calendar") from None
