"""What is claimed goes back into the queue when its shopper has waited too long for a word, or who has it signs out.
Pure.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation import Conversation, Status
from bot.deadlines import IDLE
from bot.handoff import UNCLAIMED, Moved
from bot.messages import DeskPost
from bot.turn import HandoffChange, TimerChange

AFTER = timedelta(hours=4)  # of open time without a word, where the owner has said nothing
RELEASE = "release"  # what staff do, with SIGNED_OUT as its value or none
SIGNED_OUT = "signed_out"


def owed(moved: Moved, due: datetime) -> Moved:
    """The shopper waits for a word of who has claimed it, from his first message on that has no answer."""
    note = moved.conversation.handoff
    if note is None or moved.conversation.status is not Status.STAFF or note.owes:
        return moved
    conversation = replace(moved.conversation, handoff=replace(note, owes=True))
    return replace(moved, conversation=conversation, timers=(*moved.timers, TimerChange(IDLE, note.id, due)))


def paid(moved: Moved) -> Moved:
    """He has written."""
    note = moved.conversation.handoff
    if note is None or not note.owes:
        return moved
    conversation = replace(moved.conversation, handoff=replace(note, owes=False))
    return replace(moved, conversation=conversation, timers=(*moved.timers, TimerChange(IDLE, note.id, None)))


def over(conversation: Conversation, handoff_id: str, note: DeskPost, long: datetime, again: datetime) -> Moved:
    """The time without a word is over. `again`: when it is looked at once more while it is put away."""
    mine = conversation.handoff
    if mine is None or mine.id != handoff_id or not mine.owes or conversation.status is not Status.STAFF:
        return Moved(conversation)
    if mine.away:
        return Moved(conversation, timers=(TimerChange(IDLE, handoff_id, again),))
    return released(conversation, handoff_id, note, long)


def released(conversation: Conversation, handoff_id: str, note: DeskPost, long: datetime) -> Moved:
    """It waits for a person again, and the desks get the note. `long`: when the shopper is told that it takes long."""
    mine = conversation.handoff
    if mine is None or mine.id != handoff_id or conversation.status is not Status.STAFF:
        return Moved(conversation)
    waits = replace(mine, status="waiting", awaits="", owes=False, away=False)
    return Moved(
        replace(conversation, status=Status.WAITING, handoff=waits, acknowledged=False),
        changes=(HandoffChange(handoff_id, "waiting", released=True),),
        posts=(note,),
        timers=(TimerChange(IDLE, handoff_id, None), TimerChange(UNCLAIMED, handoff_id, long)),
    )
