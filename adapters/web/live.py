"""The sockets and streams that are open now, so that they can be woken and, at the end, sent home."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

CONSOLES = ""  # the key under which connected consoles wait: any change


class Live:
    def __init__(self) -> None:
        self._events: dict[str, set[asyncio.Event]] = {}
        self.stopping = False

    def count(self, key: str) -> int:
        return len(self._events.get(key, ()))

    @contextmanager
    def joined(self, key: str, event: asyncio.Event) -> Iterator[None]:
        """Keep `event` under `key` while a socket is open."""
        self._events.setdefault(key, set()).add(event)
        try:
            yield
        finally:
            self._events[key].discard(event)
            if not self._events[key]:
                del self._events[key]

    def wake(self, key: str) -> None:
        for event in self._events.get(key, ()):
            event.set()

    def stop(self) -> None:
        """Tell all to close; each does so when it wakes."""
        self.stopping = True
        for key in self._events:
            self.wake(key)
