"""The forum group of staff: topics and what is written in them, within what Telegram lets a bot do in one group."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.error import BadRequest, Forbidden, TelegramError

from adapters.telegram import limits
from adapters.telegram.addressing import Me
from adapters.telegram.budget import Budgets
from adapters.telegram.errors import REASON_LENGTH, TopicClosed, translate
from adapters.telegram.render import Part
from bot.errors import PermanentFailure

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Forum:
    def __init__(self, bot: Bot, chat: str, budgets: Budgets) -> None:
        self.chat = chat
        self._bot = bot
        self._budgets = budgets

    async def open(self, name: str) -> str:
        """Make a topic and return its id. None is made that would stand empty for the rest of the minute."""
        topic = await self._call(lambda: self._bot.create_forum_topic(self.chat, name), behind=1)
        return str(topic.message_thread_id)

    async def write(self, topic: str, part: Part, keys: InlineKeyboardMarkup | None = None) -> str:
        """`topic`: "" for General."""
        thread = int(topic) if topic else None
        return await self._into(topic, lambda: self._bot.send_message(
            self.chat, part.text, entities=part.entities(), reply_markup=keys, message_thread_id=thread,
            link_preview_options=LinkPreviewOptions(is_disabled=True)))

    async def attach(self, topic: str, name: str, content: bytes) -> str:
        return await self._into(topic, lambda: self._bot.send_document(
            self.chat, content, filename=name, message_thread_id=int(topic), write_timeout=limits.READ_SECONDS))

    async def change_keys(self, message_id: int, keys: InlineKeyboardMarkup) -> str:
        """The buttons under a message of ours; staff's second press for the same ones changes nothing."""
        try:
            await self._call(lambda: self._bot.edit_message_reply_markup(self.chat, message_id, reply_markup=keys))
        except PermanentFailure as error:
            if "not modified" not in str(error):
                raise
        return ""

    async def close(self, topic: str) -> str:
        return await self._change("close", lambda: self._bot.close_forum_topic(self.chat, int(topic)))

    async def reopen(self, topic: str) -> str:
        return await self._change("open again", lambda: self._bot.reopen_forum_topic(self.chat, int(topic)))

    async def _into(self, topic: str, send: Callable[[], Awaitable[Message]]) -> str:
        try:
            sent = await self._call(send)
        except TopicClosed:  # by hand, and the bot is no administrator any more; the topics it made it may open still
            if not topic:
                raise
            await self.reopen(topic)
            sent = await self._call(send)
        return str(sent.message_id)

    async def _change(self, what: str, change: Callable[[], Awaitable[bool]]) -> str:
        """No message is given up because its topic stays open or closed."""
        try:
            await self._call(change)
        except PermanentFailure as error:
            if "topic_not_modified" not in str(error).casefold():
                log.warning("could not %s a topic of the staff group: %s", what, error)
        return ""

    async def _call(self, call: Callable[[], Awaitable[Result]], *, behind: int = 0) -> Result:
        await self._budgets.spend(self.chat, behind)
        try:
            return await call()
        except TelegramError as error:
            raise translate(error) from error


async def forum_trouble(bot: Bot, group: str, me: Me) -> str:
    """What keeps the group from being a staff desk, and what to do; "" when all is well."""
    try:
        chat, member = await bot.get_chat(group), await bot.get_chat_member(group, me.id)
    except (BadRequest, Forbidden) as error:
        return (f"the staff group {group} cannot be seen ({error.message[:REASON_LENGTH]}). Add the bot to it as an "
                "administrator, or correct SHOPHAND_TELEGRAM_STAFF_GROUP.")
    if not chat.is_forum:
        return f"the staff group {group} has no topics. Turn on Topics in the group's settings."
    if not getattr(member, "can_manage_topics", False):  # only administrators have it
        return (f"it may not make topics in the staff group {group}. Make it an administrator there, "
                "with the right Manage Topics.")
    return ""
