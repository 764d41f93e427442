"""In which order staff find the open handoffs, and why each stands where it does. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.office import HandoffView

DANGER = frozenset({"injury", "fire", "threat", "recall"})  # for somebody's safety
FIRST = DANGER | {"fraud", "legal", "authority"}
MONEY = frozenset({"payment", "chargeback"})  # somebody may be missing his money
NEAR = timedelta(hours=2)  # a cut-off that may still be made
SOON = timedelta(minutes=30)  # a deadline that may still be kept

WHY = ("first", "packing", "overdue", "due", "money", "")  # what stands before what


def in_order(views: Iterable[HandoffView], now: datetime) -> list[HandoffView]:
    """The most urgent first, each with why; what is of one account stands together, where the first of it does."""
    alone = sorted((_placed(view, now) for view in views), key=_key)
    places: dict[str, int] = {}
    for place, view in enumerate(alone):
        places.setdefault(view.account or view.id, place)
    return sorted(alone, key=lambda view: places[view.account or view.id])


def _placed(view: HandoffView, now: datetime) -> HandoffView:
    if view.reason in FIRST:
        return replace(view, why="first")
    if view.packed_by and timedelta() < view.packed_by - now <= NEAR:
        return replace(view, why="packing", minutes=_minutes(view.packed_by - now))
    if view.missed:
        return replace(view, why="overdue")
    if view.due and view.due - now <= SOON:
        return replace(view, why="due", minutes=_minutes(max(timedelta(), view.due - now)))
    return replace(view, why="money") if view.reason in MONEY else view


def _key(view: HandoffView) -> tuple[int, int, datetime, str]:
    return WHY.index(view.why), view.minutes, view.opened_at, view.id


def _minutes(left: timedelta) -> int:
    return left // timedelta(minutes=1)
