"""What takes several calls, without repeating one when the outbox tries again."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence

from bot.errors import PermanentFailure

UNFINISHED = 1000  # how many half-done deliveries are remembered


class Steps:
    def __init__(self) -> None:
        self._taken: OrderedDict[Hashable, list[str]] = OrderedDict()  # what each step gave, by delivery

    async def take(self, key: Hashable, steps: Sequence[Callable[[], Awaitable[str]]]) -> list[str]:
        """Take all steps in order and return what they give; `key` is the same on every try."""
        taken = self._taken.setdefault(key, [])
        while len(self._taken) > UNFINISHED:  # the oldest was given up long ago
            self._taken.popitem(last=False)
        try:
            for step in steps[len(taken):]:
                taken.append(await step())
        except PermanentFailure:
            self._taken.pop(key, None)
            raise
        finally:
            if len(taken) in (0, len(steps)):
                self._taken.pop(key, None)
        return taken
