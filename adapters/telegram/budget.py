"""How many messages of a minute a group has had: Telegram counts a group as one chat, however many topics it has."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.telegram import limits
from bot.errors import TemporaryFailure

WINDOW = timedelta(seconds=limits.GROUP_SECONDS)


class Budget:
    """Counts the calls of the last minute: messages, edits, and topics made, closed and opened again."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._spent: deque[datetime] = deque()

    def spend(self, behind: int = 0) -> None:
        """Count one call; TemporaryFailure says when there is room for it and for as many right `behind` it."""
        now = self._now()
        while self._spent and now - self._spent[0] >= WINDOW:
            self._spent.popleft()
        over = len(self._spent) + behind - limits.GROUP_CALLS
        if over >= 0:
            wait = self._spent[over] + WINDOW - now
            raise TemporaryFailure("the group has had its messages of this minute", wait.total_seconds())
        self._spent.append(now)
