"""What happens to one update, whichever way it came: stored first, then its button stops spinning."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from adapters.telegram.addressing import Me
from adapters.telegram.hints import Hint, hint
from adapters.telegram.normalise import Staff, normalise
from bot.errors import BadInput
from bot.ports import Front

log = logging.getLogger(__name__)


Tell = Callable[[Hint], Awaitable[None]]


class Intake:
    def __init__(self, bot: Bot, front: Front, now: Callable[[], datetime], staff: Staff, tell: Tell | None) -> None:
        """`tell` says something in the staff's group, if there is one."""
        self._bot = bot
        self._front = front
        self._now = now
        self._staff, self._tell = staff, tell
        self._me: Me | None = None
        self._answers: set[asyncio.Task[None]] = set()  # the loop itself keeps only weak references

    async def take(self, payload: Mapping[str, Any]) -> None:
        """Store the update. Returns once it is committed, or is nothing to store; else raises and wants it again.

        Raises the store's errors, and TelegramError while the bot's own name is not yet known.
        """
        me = self._me or await self.who()
        try:
            message = normalise(payload, me, self._now(), self._staff)
        except BadInput:
            # asking again would bring the same one again, and with it hold up all that follow
            log.error("Update %s from Telegram could not be read and is left out", payload.get("update_id"))
            return
        if message is not None:
            await self._front.receive(message)
        aside, query = hint(payload, self._staff), payload.get("callback_query")
        if query is not None:
            self._later(self._answer(str(query["id"]), aside.text if aside else ""))
        elif aside is not None and self._tell is not None:
            self._later(self._tell(aside))

    async def who(self) -> Me:
        """Ask who we are; kept for good, since a bot's name stands in every mention."""
        user = await self._bot.get_me()
        self._me = Me(id=user.id, username=user.username or "")
        return self._me

    async def close(self) -> None:
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    def _later(self, answer: Coroutine[Any, Any, None]) -> None:
        # not awaited: a slow answer must not hold up the next update
        task = asyncio.create_task(answer)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, query_id: str, text: str) -> None:
        """Stop the button's spinner. The row is stored: nothing is lost when this fails (too old after 150 s)."""
        try:
            await self._bot.answer_callback_query(query_id, text or None, show_alert=bool(text))
        except TelegramError as error:
            log.info("A pressed button could not be answered: %s", type(error).__name__)
