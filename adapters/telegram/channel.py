"""Replies out through the Bot API, files in. Knows nothing of where messages come from."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyKeyboardMarkup, ReplyParameters
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, TelegramError

from adapters.telegram import limits
from adapters.telegram.budget import Budgets
from adapters.telegram.errors import REASON_LENGTH, translate
from adapters.telegram.files import words_in
from adapters.telegram.moves import Moves
from adapters.telegram.normalise import CHANNEL
from adapters.telegram.render import Part, keyboard, render, sharing
from adapters.telegram.steps import Steps
from bot.errors import PermanentFailure
from bot.messages import Address, Attachment, Reply

log = logging.getLogger(__name__)

Keys = InlineKeyboardMarkup | ReplyKeyboardMarkup


class TelegramChannel:
    name = CHANNEL
    pace = limits.PACE

    def __init__(self, bot: Bot, moves: Moves, budgets: Budgets) -> None:
        self._bot, self._moves = bot, moves
        self._steps = Steps()
        self._budgets = budgets

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        """Send all parts; a second try goes on after the last part that Telegram took, it does not repeat them."""
        parts, keys = render(reply), keyboard(reply.buttons) or (sharing(reply.share) if address.private else None)
        if not parts:
            raise PermanentFailure("the reply is empty; Telegram takes no empty message")
        steps = [
            partial(self._send_part, address, part, keys if part is parts[-1] else None,
                    reply.answers if part is parts[0] else "")
            for part in parts
        ]  # fmt: skip
        return (await self._steps.take(message_id, steps))[-1]

    async def typing(self, address: Address) -> None:
        try:
            await self._bot.send_chat_action(
                self._moves.now(address.chat), ChatAction.TYPING, message_thread_id=_thread(address))
        except TelegramError as error:
            log.debug("typing was not shown: %s", type(error).__name__)

    async def fetch(self, attachment: Attachment) -> bytes:
        """The content of a file, if it is not larger than we allow."""
        _refuse_large(attachment.size)
        if (words := words_in(attachment.handle)) is not None:
            return words
        if not attachment.handle:
            raise PermanentFailure(f"Telegram gives a bot nothing of a {attachment.kind}")
        try:
            file = await self._bot.get_file(attachment.handle)
            _refuse_large(file.file_size or 0)
            if not file.file_path:
                raise PermanentFailure("Telegram gives this file no path to fetch it by")
            content = bytes(await file.download_as_bytearray(read_timeout=limits.READ_SECONDS))
        except TelegramError as error:
            raise translate(error) from error
        _refuse_large(len(content))  # sizes are optional in Telegram's answers
        return content

    async def _send_part(self, address: Address, part: Part, keys: Keys | None, answers: str) -> str:
        try:
            return await self._send_or_follow(address, part, keys, answers)
        except TelegramError as error:
            raise translate(error) from error

    async def _send_or_follow(self, address: Address, part: Part, keys: Keys | None, answers: str) -> str:
        try:
            return await self._send_to(address, part, keys, answers)
        except ChatMigrated as moved:
            await self._moves.learn(address.chat, str(moved.new_chat_id))
            return await self._send_to(address, part, keys, answers)

    async def _send_to(self, address: Address, part: Part, keys: Keys | None, answers: str) -> str:
        chat = self._moves.now(address.chat)
        if chat.startswith("-"):
            await self._budgets.spend(chat)
        where: dict[str, Any] = {"reply_markup": keys, "message_thread_id": _thread(address),
                                 "reply_parameters": _quoted(answers, chat)}
        message = await self._photo(chat, part, where) if part.photo else None
        if message is None:
            message = await self._bot.send_message(
                chat, part.text, entities=part.entities(), link_preview_options=LinkPreviewOptions(is_disabled=True),
                **where)
        return f"{message.chat.id}:{message.message_id}"

    async def _photo(self, chat: str, part: Part, where: Mapping[str, Any]) -> Message | None:
        """None when Telegram does not like the picture, or cannot fetch it: the words go out without it."""
        try:
            return await self._bot.send_photo(
                chat, part.photo, caption=part.text or None, caption_entities=part.entities(), **where)
        except BadRequest as error:
            log.warning("Telegram does not take a picture: %s", error.message[:REASON_LENGTH])
            return None


def _quoted(answers: str, chat: str) -> ReplyParameters | None:
    """The message that is answered, if it is one, and of this chat: a button is none."""
    home, _, message = answers.partition(":")
    if home != chat or not message.isdecimal():
        return None
    return ReplyParameters(int(message), allow_sending_without_reply=True)  # it may have been deleted


def _thread(address: Address) -> int | None:
    return int(address.thread) if address.thread else None


def _refuse_large(size: int) -> None:
    if size > limits.FILE_BYTES:
        raise PermanentFailure(f"the file is larger than {limits.FILE_BYTES // 1024 ** 2} MB")
