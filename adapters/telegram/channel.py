"""Replies out through the Bot API, files in. Knows nothing of where messages come from."""

import logging
from functools import partial

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import ChatMigrated, TelegramError

from adapters.telegram import limits
from adapters.telegram.errors import translate
from adapters.telegram.normalise import CHANNEL
from adapters.telegram.render import Part, keyboard, render
from adapters.telegram.steps import Steps
from bot.errors import PermanentFailure
from bot.messages import Address, Attachment, Reply

log = logging.getLogger(__name__)


class TelegramChannel:
    name = CHANNEL
    pace = limits.PACE

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._steps = Steps()
        self._moved: dict[str, str] = {}  # group → supergroup it has become

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        """Send all parts; a second try goes on after the last part that Telegram took, it does not repeat them."""
        parts, keys = render(reply), keyboard(reply.buttons)
        if not parts:
            raise PermanentFailure("the reply is empty; Telegram takes no empty message")
        steps = [partial(self._send_part, address, part, keys if part is parts[-1] else None) for part in parts]
        return (await self._steps.take(message_id, steps))[-1]

    async def typing(self, address: Address) -> None:
        try:
            await self._bot.send_chat_action(
                self._chat(address), ChatAction.TYPING, message_thread_id=_thread(address))
        except TelegramError as error:
            log.debug("typing was not shown: %s", type(error).__name__)

    async def fetch(self, attachment: Attachment) -> bytes:
        """The content of a file, if it is not larger than we allow."""
        _refuse_large(attachment.size)
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

    async def _send_part(self, address: Address, part: Part, keys: InlineKeyboardMarkup | None) -> str:
        try:
            return await self._send_or_follow(address, part, keys)
        except TelegramError as error:
            raise translate(error) from error

    async def _send_or_follow(self, address: Address, part: Part, keys: InlineKeyboardMarkup | None) -> str:
        try:
            return await self._send_to(self._chat(address), address, part, keys)
        except ChatMigrated as moved:
            self._moved[address.chat] = str(moved.new_chat_id)
            return await self._send_to(self._chat(address), address, part, keys)

    async def _send_to(self, chat: str, address: Address, part: Part, keys: InlineKeyboardMarkup | None) -> str:
        message = await self._bot.send_message(
            chat, part.text, entities=part.entities(), reply_markup=keys, message_thread_id=_thread(address),
            link_preview_options=LinkPreviewOptions(is_disabled=True))
        return f"{message.chat.id}:{message.message_id}"

    def _chat(self, address: Address) -> str:
        return self._moved.get(address.chat, address.chat)


def _thread(address: Address) -> int | None:
    return int(address.thread) if address.thread else None


def _refuse_large(size: int) -> None:
    if size > limits.FILE_BYTES:
        raise PermanentFailure(f"the file is larger than {limits.FILE_BYTES // 1024 ** 2} MB")
