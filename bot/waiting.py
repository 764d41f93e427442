"""What a shopper who waits for a person is told of the time. Pure."""

from dataclasses import replace
from datetime import datetime

from bot.decision import Speak
from bot.facts import Act, Moment
from bot.handoff import GO_ON
from bot.opening import OpeningHours


def told(speak: Speak, hours: OpeningHours, now: datetime) -> Speak:
    """The words of a handoff, and when people are back if nobody is there now; he may go on with the bot meanwhile."""
    if hours.open(now):
        return speak
    back = Act("waiting/closed", {"when": Moment(hours.opens(now))})
    return replace(speak, acts=(*speak.acts, back), offers=(*speak.offers, GO_ON))
