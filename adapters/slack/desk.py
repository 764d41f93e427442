"""Handoffs as threads of the staff channel. What staff write and press there comes in through intake.py."""

import logging
from functools import partial

from adapters.slack import limits
from adapters.slack.api import SlackApi
from adapters.slack.common import CHANNEL
from adapters.slack.parts import Poster, Step
from adapters.slack.render import render_post
from bot.errors import PermanentFailure, TemporaryFailure, ThreadGone
from bot.messages import OPENING, Address, Attachment, DeskPost
from bot.ports import Front

log = logging.getLogger(__name__)


class SlackDesk:
    """Implements bot.ports.StaffDesk."""

    name = CHANNEL
    pace = limits.PACE

    def __init__(self, api: SlackApi, channel: str, front: Front) -> None:
        self._api, self._channel, self._front = api, channel, front
        self._poster = Poster(api, threaded=True)

    async def post(self, post: DeskPost) -> str:
        """Open a thread for a new handoff; everything else goes into its thread."""
        if post.kind in OPENING:
            return await self._open(post)
        thread = Address.at_desk(post.thread)
        try:
            if thread is None or (thread.channel, thread.chat) != (CHANNEL, self._channel):
                raise ThreadGone("the handoff has no thread in the Slack staff channel")
            parts = render_post(post, self._front.desk_words, thread.account)
            await self._poster.post(post, self._channel, thread.thread, parts, below=self._files(post))
        except ThreadGone:
            if post.kind != "ended":  # nobody misses the end of what he has deleted
                raise
        return post.thread

    async def _open(self, post: DeskPost) -> str:
        me, parts = await self._api.who(), render_post(post, self._front.desk_words)
        try:
            sent = await self._poster.post(post, self._channel, "", parts, opens=True, below=self._files(post))
        except ThreadGone as error:
            raise TemporaryFailure("the opening was deleted while it was written") from error
        return Address(CHANNEL, me.team, self._channel, sent[0]).desk_ref

    def _files(self, post: DeskPost) -> list[Step]:
        return [partial(self._attach, item) for item in post.files]

    async def _attach(self, item: Attachment, thread: str) -> str:
        content = await self._front.file(item.digest)
        if content is None or item.told_whole(content):  # taken away since, and the words name it; or nothing more
            return ""
        try:
            return await self._api.upload(self._channel, thread, item.file_name(content), content)
        except PermanentFailure as error:  # it can be had in the console
            log.warning("a file could not be shown in the Slack staff channel: %s", error)
            return ""
