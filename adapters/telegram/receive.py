"""What happens to one update, whichever way it came: stored first, then its button stops spinning."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram import Bot, Update
from telegram.error import TelegramError

from adapters.telegram import limits
from adapters.telegram.addressing import Me
from adapters.telegram.desk import TelegramDesk
from adapters.telegram.hints import Hint, hint
from adapters.telegram.linking import Wish, link_wish
from adapters.telegram.moves import Moves
from adapters.telegram.normalise import CHANNEL, NOBODY, Staff, desk_user, normalise, read, thrown_out
from adapters.telegram.toolbox import Toolbox, Used
from adapters.telegram.tools import Asked, asked
from bot.errors import BadInput, ShophandError, TemporaryFailure
from bot.messages import Address
from bot.ports import Front, Linking

log = logging.getLogger(__name__)


class Intake:
    def __init__(
        self, bot: Bot, front: Front, now: Callable[[], datetime], account: str, desk: TelegramDesk | None,
        tools: Toolbox | None, moves: Moves,
    ) -> None:
        self._bot = bot
        self._front = front
        self._now = now
        self._account, self._desk, self._moves = account, desk, moves
        self._tools = tools
        self._me: Me | None = None
        self._answers: set[asyncio.Task[None]] = set()  # the loop itself keeps only weak references

    async def take(self, payload: Mapping[str, Any]) -> None:
        """Store the update. Returns once it is committed, or is nothing to store; else raises and wants it again.

        Raises the store's errors, and TelegramError while the bot's own name is not yet known.
        """
        me = self._me or await self.who()
        try:
            update = read(payload)
        except BadInput:
            # asking again would bring the same one again, and with it hold up all that follow
            log.error("Update %s from Telegram could not be read and is left out", payload.get("update_id"))
            return
        if self._desk is None:
            await self._take(payload, update, me, NOBODY)
            return
        staff = await self._staff(update, self._desk)
        wish = link_wish(update, me, staff)
        if wish is None:
            await self._take(payload, update, me, staff)
        else:
            await self._link(wish, self._desk)

    async def _take(self, payload: Mapping[str, Any], update: Update, me: Me, staff: Staff) -> None:
        if update.message is not None and update.message.migrate_to_chat_id is not None:
            await self._moves.learn(str(update.message.chat.id), str(update.message.migrate_to_chat_id))
        if self._desk is not None and (reason := thrown_out(update, self._desk.group)):
            log.error("The bot is no longer in the staff group (%s): handoffs go on in the console", reason)
        asks = asked(update, me, self._now(), staff)
        if asks is not None and self._tools is not None:
            await self._use(asks, payload.get("callback_query"), self._tools)
            return
        message = normalise(update, me, self._now(), staff)
        if message is not None:
            home = await self._moves.home(message.address.chat)
            await self._front.receive(replace(message, address=replace(message.address, chat=home)))
        aside, query = hint(payload, staff), payload.get("callback_query")
        if query is not None:
            self._later(self._answer(str(query["id"]), self._front.desk_words(aside.says) if aside else ""))
        elif aside is not None and self._desk is not None:
            self._later(self._desk.tell(aside))

    async def _use(self, asks: Asked, query: Mapping[str, Any] | None, tools: Toolbox) -> None:
        used = await tools.use(asks)
        if used.message is not None:
            await self._front.receive(used.message)
        self._later(self._shown(asks, str(query["id"]) if query else "", used))

    async def _shown(self, asks: Asked, query_id: str, used: Used) -> None:
        """What it shows, then the answer: of what Telegram does not take now, whoever asked is told."""
        says = used.says
        if used.show is not None:
            try:
                await used.show()
            except ShophandError as error:
                log.info("What staff asked for could not be shown: %s", error)
                says = self._front.desk_words("busy" if isinstance(error, TemporaryFailure) else "not_done")
        if query_id:
            await self._answer(query_id, says)
        elif says and self._desk is not None:
            await self._desk.write(asks.topic, says)

    async def _staff(self, update: Update, desk: TelegramDesk) -> Staff:
        """The desk, and whether he who does something there is linked to an account."""
        user = desk_user(update, desk.group)
        member = await self._front.member(self._person(user)) if user else None
        return Staff(desk.group, {user: member} if member else {})

    async def _link(self, wish: Wish, desk: TelegramDesk) -> None:
        linking = await self._front.link(self._person(wish.user), wish.code)
        if linking is Linking.DONE:
            self._later(desk.forget(wish.user))
        here = wish.chat == desk.group
        self._later(desk.tell(Hint(linking, wish.topic)) if here else self._say(wish.chat, linking))

    def _person(self, user: str) -> Address:
        return Address(CHANNEL, self._account, "", user=user)

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
            shown = text[: limits.ANSWER_CHARS]
            await self._bot.answer_callback_query(query_id, shown or None, show_alert=bool(shown))
        except TelegramError as error:
            log.info("A pressed button could not be answered: %s", type(error).__name__)

    async def _say(self, chat: str, key: str) -> None:
        try:
            await self._bot.send_message(chat, self._front.desk_words(key))
        except TelegramError as error:
            log.info("A person could not be told whether he is linked: %s", type(error).__name__)
