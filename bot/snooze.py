"""A claimed handoff that staff put away until a time; it comes back then, or as soon as the shopper writes. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation import Conversation, Status
from bot.durations import duration
from bot.errors import BadInput
from bot.handoff import Moved
from bot.messages import DeskPost
from bot.opening import OpeningHours
from bot.turn import HandoffChange, TimerChange

SNOOZE = "snooze"  # what staff do, and the timer that brings it back
LONGEST = timedelta(days=90)


def until(text: str, hours: OpeningHours, now: datetime) -> datetime:
    """The end of an ISO 8601 duration, or the next opening of the desk where there is no text. BadInput."""
    if not text:
        return hours.next_opening(now)
    if (span := duration(text)) > LONGEST:
        raise BadInput(f"{text!r} is longer than {LONGEST.days} days")
    return now + span


def put_away(conversation: Conversation, handoff_id: str, back: datetime, note: str) -> Moved:
    """Only what a person has claimed: who waits for one is not put away."""
    mine = conversation.handoff
    if mine is None or mine.id != handoff_id or conversation.status is not Status.STAFF:
        return Moved(conversation)
    return Moved(
        replace(conversation, handoff=replace(mine, away=True)),
        changes=(HandoffChange(handoff_id, "claimed", away_until=back),),
        posts=(DeskPost(handoff_id, "note", note),),
        timers=(TimerChange(SNOOZE, handoff_id, back),),
    )


def brought_back(conversation: Conversation, handoff_id: str, note: str) -> Moved:
    mine = conversation.handoff
    if mine is None or mine.id != handoff_id or not mine.away:
        return Moved(conversation)
    return Moved(
        replace(conversation, handoff=replace(mine, away=False)),
        changes=(HandoffChange(handoff_id, "claimed"),),
        posts=(DeskPost(handoff_id, "note", note),),
        timers=(TimerChange(SNOOZE, handoff_id, None),),
    )
