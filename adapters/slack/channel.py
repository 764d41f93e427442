"""Replies out through the Web API, files in. Knows nothing of where messages come from."""

import asyncio
import logging

from adapters.slack import limits
from adapters.slack.api import SlackApi, refuse_large
from adapters.slack.common import CHANNEL
from adapters.slack.parts import Poster
from adapters.slack.render import render
from bot.errors import ChannelError, PermanentFailure
from bot.messages import Address, Attachment, Reply

log = logging.getLogger(__name__)


class SlackChannel:
    """Implements bot.ports.Channel."""

    name = CHANNEL

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._poster = Poster(api)

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        sent = await self._poster.post(message_id, address.chat, address.thread, render(reply))
        return f"{address.chat}:{sent[-1]}"

    async def typing(self, address: Address) -> None:
        """Slack shows it only in the threads of its agent surface, which are the threads of direct chats."""
        if not (address.private and address.thread):
            return
        try:
            async with asyncio.timeout(limits.TYPING_SECONDS):
                await self._api.status(address.chat, address.thread, "…")
        except (ChannelError, TimeoutError) as error:
            log.debug("typing was not shown: %s", error)

    async def fetch(self, attachment: Attachment) -> bytes:
        """The content of a file, if Slack keeps it and it is not larger than we allow."""
        if not attachment.handle:
            raise PermanentFailure("Slack gives this file no address; it belongs to another workspace or was deleted")
        refuse_large(attachment.size)
        return await self._api.download(attachment.handle, page=attachment.mime == "text/html")
