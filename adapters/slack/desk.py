"""Handoffs as threads of the staff channel. What staff write and press there comes in through intake.py."""

from adapters.slack import limits
from adapters.slack.api import SlackApi
from adapters.slack.common import CHANNEL
from adapters.slack.desk_menu import Words
from adapters.slack.parts import Poster
from adapters.slack.render import render_post
from bot.errors import TemporaryFailure, ThreadGone
from bot.messages import OPENING, Address, DeskPost


class SlackDesk:
    """Implements bot.ports.StaffDesk."""

    name = CHANNEL
    pace = limits.PACE

    def __init__(self, api: SlackApi, channel: str, words: Words) -> None:
        self._api, self._words = api, words
        self._channel = channel
        self._poster = Poster(api, threaded=True)

    async def post(self, post: DeskPost) -> str:
        """Open a thread for a new handoff; everything else goes into its thread."""
        if post.kind in OPENING:
            return await self._open(post)
        thread = Address.at_desk(post.thread)
        try:
            if thread is None or (thread.channel, thread.chat) != (CHANNEL, self._channel):
                raise ThreadGone("the handoff has no thread in the Slack staff channel")
            await self._poster.post(post, self._channel, thread.thread, render_post(post, self._words))
        except ThreadGone:
            if post.kind != "ended":  # nobody misses the end of what he has deleted
                raise
        return post.thread

    async def _open(self, post: DeskPost) -> str:
        me = await self._api.who()
        try:
            sent = await self._poster.post(post, self._channel, "", render_post(post, self._words), opens=True)
        except ThreadGone as error:
            raise TemporaryFailure("the opening was deleted while it was written") from error
        return Address(CHANNEL, me.team, self._channel, sent[0]).desk_ref
