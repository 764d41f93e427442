"""Handoffs as threads of the staff channel. What staff write and press there comes in through intake.py."""

from adapters.slack.api import SlackApi
from adapters.slack.common import CHANNEL
from adapters.slack.desk_menu import Words
from adapters.slack.parts import Poster
from adapters.slack.render import render_post
from bot.messages import OPENING, Address, DeskPost


class SlackDesk:
    """Implements bot.ports.StaffDesk."""

    name = CHANNEL

    def __init__(self, api: SlackApi, channel: str, words: Words) -> None:
        self._api, self._words = api, words
        self._channel = channel
        self._poster = Poster(api)

    async def post(self, post: DeskPost) -> str:
        """Open a thread for a new handoff; everything else goes into its thread, if it has one here."""
        parts = render_post(post, self._words)
        thread = Address.at_desk(post.thread)
        if post.kind not in OPENING and thread and thread.channel == CHANNEL:
            await self._poster.post(post, thread.chat, thread.thread, parts)
            return post.thread
        me = await self._api.who()
        sent = await self._poster.post(post, self._channel, "", parts, opens=True)
        return Address(CHANNEL, me.team, self._channel, sent[0]).desk_ref
