"""What the owner sets for handoffs: the open time until somebody answers, and until it is settled. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from bot.messages import DeskPost
from bot.opening import OpeningHours
from bot.ports import OPEN, HandoffView
from bot.turn import HandoffChange, TimerChange

FIRST_ANSWER, SETTLED = KINDS = ("first_answer", "settled")  # each is a timer of the handoff


def timers(
    changes: Iterable[HandoffChange], targets: Mapping[str, timedelta], hours: OpeningHours, now: datetime
) -> Iterator[TimerChange]:
    """Put on when a handoff opens, taken away when what they are for has happened. `targets`: kind → open time."""
    for change in changes:
        if change.opening and change.status in OPEN:
            yield from (TimerChange(kind, change.id, hours.after(now, span)) for kind, span in targets.items())
        elif change.status == "claimed":
            yield TimerChange(FIRST_ANSWER, change.id, None)
        elif change.status not in OPEN:
            yield from (TimerChange(kind, change.id, None) for kind in KINDS)


def missed(
    view: HandoffView | None, kind: str, note: str
) -> tuple[tuple[HandoffChange, ...], tuple[DeskPost, ...]]:
    """The time is up: the handoff is marked, and the desks are told. Nothing where it has happened meanwhile."""
    if view is None or view.status not in OPEN or (kind == FIRST_ANSWER and view.status == "claimed"):
        return (), ()
    return (HandoffChange(view.id, view.status, missed=kind),), (DeskPost(view.id, "note", note),)
