"""How fast one channel is written to: about a message a second, and a few at once after a pause."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from adapters.slack import limits


class Pace:
    def __init__(
        self, now: Callable[[], float] = time.monotonic, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._now, self._pause = now, pause
        self._next: dict[str, float] = {}  # channel → when its next message would be due, were they sent evenly

    async def turn(self, channel: str) -> None:
        """Wait until one more message may go to the channel; other channels are not waited for."""
        now = self._now()
        slot = max(self._next.pop(channel, 0.0), now - (limits.BURST - 1) * limits.GAP_SECONDS)
        self._next[channel] = slot + limits.GAP_SECONDS
        for quiet in [name for name, due in self._next.items() if due < now - limits.BURST * limits.GAP_SECONDS]:
            del self._next[quiet]
        if slot > now:
            await self._pause(slot - now)
