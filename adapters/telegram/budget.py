"""How many messages of a minute a group has had: Telegram counts a group as one chat, however many topics it has."""

from collections.abc import Callable
from datetime import datetime

from adapters.telegram import limits
from adapters.telegram.normalise import CHANNEL
from bot.errors import TemporaryFailure
from bot.ports import Front


class Budgets:
    """Counts the calls of the last minute in each group: messages, edits, and topics made, closed and opened again.

    They are counted in the store: every process that sends has the same account.
    """

    def __init__(self, front: Front, account: str, now: Callable[[], datetime]) -> None:
        self._front, self._account, self._now = front, account, now

    async def spend(self, group: str, behind: int = 0) -> None:
        """Count one call; TemporaryFailure says when there is room for it and for as many right `behind` it."""
        key = f"calls:{CHANNEL}:{self._account}:{group}"
        wait = await self._front.spend(key, self._now(), limits.GROUP_CALLS, limits.GROUP_SECONDS, behind)
        if wait:
            raise TemporaryFailure("the group has had its messages of this minute", wait)
