"""Posting a message that Slack takes only in parts, without repeating a part when the outbox tries again."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial

from adapters.slack.api import SlackApi
from adapters.slack.errors import Unshowable
from adapters.slack.render import Part
from bot.errors import ChannelError, PermanentFailure, ThreadGone

log = logging.getLogger(__name__)

Step = Callable[[str], Awaitable[str]]  # takes the thread it stands in, gives Slack's id of it

UNFINISHED = 1000  # how many half-sent messages are remembered


class Poster:
    def __init__(self, api: SlackApi, *, threaded: bool = False) -> None:
        """`threaded`: outside its thread a message is of no use."""
        self._api, self._threaded = api, threaded
        self._sent: OrderedDict[Hashable, list[str]] = OrderedDict()  # what was posted of a message, by its key

    async def post(
        self, key: Hashable, channel: str, thread: str, parts: Sequence[Part], *, opens: bool = False,
        below: Sequence[Step] = (),
    ) -> list[str]:
        """Post all parts and what stands `below` them; return Slack's ids of them. `key` is the same on every try.

        `opens`: the first part opens a thread and the others stand in it. ThreadGone where they must and cannot.
        """
        if not parts:
            raise PermanentFailure("the message is empty; Slack takes no empty message")
        sent = self._sent.setdefault(key, [])
        while len(self._sent) > UNFINISHED:  # the oldest was given up long ago
            self._sent.popitem(last=False)
        steps = [*(partial(self._post, channel, part) for part in parts), *below]
        try:
            for step in steps[len(sent) :]:
                sent.append(await step(sent[0] if opens and sent else thread))
        except PermanentFailure:
            self._sent.pop(key, None)
            raise
        finally:
            if len(sent) in (0, len(steps)):
                self._sent.pop(key, None)
        return sent

    async def _post(self, channel: str, part: Part, thread: str) -> str:
        """A picture that Slack cannot fetch is left out: the words matter more."""
        try:
            posted = await self._api.post(channel, thread, part.text, part.blocks, aloud=part.aloud)
        except Unshowable:
            if not part.pictured:
                raise
            posted = await self._api.post(channel, thread, part.text, part.without_pictures().blocks)
        if self._threaded and posted.thread != thread:
            await self._take_back(channel, posted.ts)
            raise ThreadGone("the thread's first message was deleted")
        return posted.ts

    async def _take_back(self, channel: str, ts: str) -> None:
        try:
            await self._api.delete(channel, ts)
        except ChannelError as error:
            log.info("a message outside its thread could not be taken back: %s", error)
