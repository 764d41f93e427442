"""Handoffs as topics of the staff group. What staff write and press there comes in through receive.py."""

import asyncio
import logging
from contextlib import suppress
from functools import partial

from telegram import InlineKeyboardMarkup

from adapters.telegram import limits
from adapters.telegram.forum import Forum
from adapters.telegram.hints import Hint
from adapters.telegram.normalise import CHANNEL
from adapters.telegram.render import Part, keyboard, render_post, topic_name
from adapters.telegram.steps import Steps
from adapters.telegram.tools import more, sendable, token
from bot.errors import PermanentFailure, ShophandError, TemporaryFailure, ThreadGone
from bot.messages import OPENING, Address, Attachment, Button, DeskPost
from bot.ports import Front

log = logging.getLogger(__name__)


class TelegramDesk:
    """Implements bot.ports.StaffDesk."""

    name = CHANNEL
    pace = limits.GROUP_PACE

    def __init__(self, forum: Forum, account: str, front: Front) -> None:
        self._forum, self._account, self._front = forum, account, front
        self.group = forum.chat
        self._steps = Steps()
        self._newest = f"telegram:{account}:{forum.chat}:newest topic"  # kept as "<handoff>:<topic>"
        self._telling = asyncio.Lock()  # else two words of one person are both his first

    async def post(self, post: DeskPost) -> str:
        """Open a topic for a new handoff; everything else goes into its topic."""
        if post.kind in OPENING:
            return await self._open(post)
        thread = Address.at_desk(post.thread)
        try:
            if thread is None or (thread.channel, thread.chat) != (CHANNEL, self._forum.chat):
                raise ThreadGone("the handoff has no topic in the Telegram staff group")
            await self._write(post, thread.thread)
        except ThreadGone:
            if post.kind != "ended":  # nobody misses the end of what he has deleted
                raise
        return post.thread

    async def tell(self, hint: Hint) -> None:
        """Say it in its topic. No message of a shopper waits for it: when that fails it is left out."""
        kept = self._told(hint.once)
        try:
            async with self._telling:
                if hint.once and await self._front.recall(kept):
                    return
                await self._forum.write(hint.topic, Part(self._front.desk_words(hint.says)))
                if hint.once:
                    await self._front.remember(kept, "yes")
        except ShophandError as error:
            log.info("A hint to staff could not be shown: %s", error)

    async def write(self, topic: str, words: str) -> None:
        """Answer who asked for something by a command; left out when that fails."""
        try:
            await self._forum.write(topic, Part(words))
        except ShophandError as error:
            log.info("An answer to staff could not be shown: %s", error)

    async def forget(self, user: str) -> None:
        """He has no need any more of what he was told once; should it come again, he is told anew."""
        async with self._telling:
            await self._front.remember(self._told(user), "")

    def _told(self, whom: str) -> str:
        return f"telegram:{self._account}:told:{whom}"

    async def _open(self, post: DeskPost) -> str:
        """A topic that was made for this handoff and not written in to the end is gone on with, after a crash too."""
        made_for, _, topic = (await self._front.recall(self._newest)).rpartition(":")
        if made_for == post.handoff_id:
            with suppress(ThreadGone):
                await self._write(post, topic)
                return self._reference(topic)
        topic = await self._forum.open(topic_name(post.title or post.text))
        await self._front.remember(self._newest, f"{post.handoff_id}:{topic}")
        try:
            await self._write(post, topic)
        except ThreadGone as error:
            raise TemporaryFailure("the topic was deleted while it was written in") from error
        return self._reference(topic)

    def _reference(self, topic: str) -> str:
        return Address(CHANNEL, self._account, self._forum.chat, topic).desk_ref

    async def _write(self, post: DeskPost, topic: str) -> None:
        forum, parts = self._forum, render_post(post, self._account)
        keys = self._keys(post)
        steps = [partial(forum.reopen, topic)] if post.kind == "again" else []
        steps += [partial(forum.write, topic, part, keys if part is parts[-1] else None) for part in parts]
        steps += [partial(self._attach, topic, item) for item in post.files]
        steps += [partial(forum.close, topic)] if post.kind == "ended" else []
        await self._steps.take((topic, post), steps)

    def _keys(self, post: DeskPost) -> InlineKeyboardMarkup | None:
        """The buttons of an opening with its menu; under what the shopper said, the suggestion."""
        acts = keyboard([Button(button.label, f"{button.value}:{post.handoff_id}") for button in post.buttons])
        rows = [list(row) for row in acts.inline_keyboard] if acts else []
        if post.kind == "opened":
            rows.append([more(post.handoff_id, self._front.desk_words)])
        if post.suggestion:
            value = f"{token(post.suggestion)}:{post.answers}"
            rows.append(sendable(post.suggestion, "send", value, post.handoff_id, self._front.desk_words))
        return InlineKeyboardMarkup(rows) if rows else None

    async def _attach(self, topic: str, item: Attachment) -> str:
        content = await self._front.file(item.digest)
        if content is None or item.told_whole(content):  # taken away since, and the words name it; or nothing more
            return ""
        try:
            return await self._forum.attach(topic, item.file_name(content), content)
        except ThreadGone:
            raise
        except PermanentFailure as error:  # the file is what Telegram does not like; it can be had in the console
            log.warning("a file could not be shown in the staff group: %s", error)
            return ""
