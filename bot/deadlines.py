"""What the owner sets for handoffs: the open time until somebody answers, until it is settled, and until an approval is
over. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.messages import Called, DeskPost
from bot.office import OPEN, HandoffView
from bot.opening import OpeningHours
from bot.turn import HandoffChange, TimerChange

FIRST_ANSWER, SETTLED, EXPIRES = KINDS = ("first_answer", "settled", "approval")  # each is a timer of the handoff
IDLE = "idle"  # another timer: who has claimed it has left the shopper without a word (bot/idle.py)
REMINDS = "approval_reminder"  # a timer too: the time to decide is nearly over
EXPIRES_AFTER = 3  # days on which people are there, where the owner has said nothing
REMINDS_AT = 2 / 3  # of the time to decide


def timers(
    changes: Iterable[HandoffChange], targets: Mapping[str, timedelta], hours: OpeningHours, now: datetime
) -> Iterator[TimerChange]:
    """Put on when a handoff opens, taken away when what they are for has happened. `targets`: kind → open time."""
    for change in changes:
        if change.opening and change.status in OPEN:
            for kind in (FIRST_ANSWER, SETTLED):
                if kind in targets:
                    yield TimerChange(kind, change.id, hours.after(now, targets[kind]))
            if change.kind == "approval":
                span = targets.get(EXPIRES, EXPIRES_AFTER * hours.day)
                yield TimerChange(REMINDS, change.id, hours.after(now, span * REMINDS_AT))
                yield TimerChange(EXPIRES, change.id, hours.after(now, span))
        elif change.status == "claimed":
            yield TimerChange(FIRST_ANSWER, change.id, None)
        elif change.status and change.status not in OPEN:
            yield from (TimerChange(kind, change.id, None) for kind in (*KINDS, REMINDS, IDLE))


def missed(
    view: HandoffView | None, kind: str, note: DeskPost
) -> tuple[tuple[HandoffChange, ...], tuple[DeskPost, ...]]:
    """The time is up: the handoff is marked, and the desks are told. Nothing where it has happened meanwhile.

    Of what is only reminded nothing is late yet.
    """
    if view is None or view.status not in OPEN or (kind == FIRST_ANSWER and view.status == "claimed"):
        return (), ()
    if kind == REMINDS:
        return (), (note,)
    return (HandoffChange(view.id, view.status, missed=kind),), (note,)


def for_leads(handoff_id: str, note: str, leads: Sequence[Called], word: str) -> DeskPost:
    """A note about what is late, with whom it is for."""
    post = DeskPost(handoff_id, "note", note, calls=tuple(leads))
    return replace(post, text=f"{note} {word} {post.names}") if leads else post
