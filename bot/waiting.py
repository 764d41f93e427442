"""What a shopper who waits for a person is told of the time. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from bot.decision import Speak
from bot.facts import Act, Moment, Number
from bot.handoff import GO_ON
from bot.opening import OpeningHours
from bot.triage import DANGER

LEAST_WAITS = 5  # of which a wait is worked out; below that nothing is said
STEP = timedelta(minutes=5)  # it is rounded up to
IN_HOURS = timedelta(minutes=90)  # from here on in whole ones


def told(
    speak: Speak, reason: str, hours: OpeningHours, claims: Sequence[tuple[datetime, datetime]], now: datetime
) -> Speak:
    """The words of a handoff, and about how long it takes; when people are back if nobody is there now.

    `claims`: when the last handoffs were opened and claimed.
    """
    if not hours.open(now):
        back = Act("waiting/closed", {"when": Moment(hours.opens(now))})
        return replace(speak, acts=(*speak.acts, back), offers=(*speak.offers, GO_ON))
    if reason in DANGER or len(claims) < LEAST_WAITS:
        return speak
    wait = median(hours.between(opened, claimed) for opened, claimed in claims)
    if hours.after(now, wait) - now > wait:  # not before the desk closes
        return speak
    return replace(speak, acts=(*speak.acts, _about(wait)))


def _about(wait: timedelta) -> Act:
    steps = max(1, -(-wait // STEP))
    if steps * STEP < IN_HOURS:
        return Act("waiting/minutes", {"minutes": Number(steps * STEP // timedelta(minutes=1))})
    return Act("waiting/hours", {"hours": Number(-(-wait // timedelta(hours=1)))})
