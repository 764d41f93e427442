"""What happens to one payload, whichever way it came: verified by Bolt, stored, and only then answered.

Storing is a global middleware of Bolt's because Bolt acknowledges events before their listeners run, while an exception
in a middleware becomes status 500 (over HTTP) or no acknowledgement (in Socket Mode): Slack sends it again either way.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

from adapters.slack.api import SlackApi
from adapters.slack.common import CHANNEL, Me, Staff
from adapters.slack.desk_modals import DeskModals
from adapters.slack.forms import Opening
from adapters.slack.hints import Hint, astray, hint
from adapters.slack.interactions import desk_answer, desk_wish, form_opening, suggestion_sent
from adapters.slack.linking import Wish, link_wish
from adapters.slack.normalise import desk_user, normalise, overheard
from adapters.slack.quiet import sdk_log
from bot.errors import BadInput, ChannelError, ShophandError
from bot.messages import Address
from bot.ports import Front, Linking

log = logging.getLogger(__name__)


class Intake:
    def __init__(
        self, api: SlackApi, front: Front, modals: DeskModals, desk: str, token: str, signing_secret: str
    ) -> None:
        """`desk`: the channel of staff, "" for none."""
        self._api, self._front, self._modals, self._desk = api, front, modals, desk
        self._whispering = asyncio.Lock()  # else two words of one person are both his first
        self._whispers: set[asyncio.Task[None]] = set()  # the loop itself keeps only weak references

        async def authorize() -> AuthorizeResult:
            """Bolt's own answers 200 when auth.test fails, and the event is lost; ours raises, and it comes again."""
            me = await api.who()
            return AuthorizeResult(
                enterprise_id=None, team_id=me.team, bot_id=me.bot, bot_user_id=me.user, bot_token=token)

        self.bolt = AsyncApp(
            name="shophand", logger=sdk_log(), client=api.bare_client(), authorize=authorize,
            # Socket Mode is verified by its own connection; door.py opens no route without a secret
            signing_secret=signing_secret, request_verification_enabled=bool(signing_secret),
        )  # fmt: skip
        self.bolt.middleware(self.take)
        self.bolt.error(_not_stored)

    async def close(self) -> None:
        for task in self._whispers:
            task.cancel()
        await asyncio.gather(*self._whispers, return_exceptions=True)

    async def take(self, body: dict[str, Any], ack: AsyncAck) -> BoltResponse:
        """Bolt's middleware: acknowledge what is stored, or is nothing to store."""
        if body.get("type") == "app_rate_limited":
            log.warning("Slack holds back events: this workspace sends more than 30,000 an hour")
            return await ack()
        me = await self._api.who()
        try:
            staff = await self._staff(body, me)
            message, whisper, wish = normalise(body, me, staff), hint(body, staff), link_wish(body, me, staff)
            form = form_opening(body, message) if message else None
            desk_does, desk_sent = desk_wish(body, staff), desk_answer(body, staff)
            suggested = message if message and message.handoff_id and suggestion_sent(body) else None
        except BadInput:
            # the same payload would come again, and with it again
            log.error("A payload from Slack of type %s could not be read and is left out", _type_of(body))
            return await ack()
        if desk_sent and (following := await self._modals.next(desk_sent, staff.users[desk_sent.wish.user])):
            return await ack(**following)
        if desk_does and (instead := await self._modals.open(desk_does, staff.users[desk_does.user])):
            whisper = Hint(desk_does.channel, desk_does.thread, desk_does.user, instead)
        if suggested and await self._modals.over(suggested.handoff_id):  # an old message: nobody is to be disturbed
            there = suggested.address
            message, whisper = None, Hint(there.chat, there.thread, there.user, "ended")
        if form is not None and await self._opened(form):
            return await ack()  # a press that opens something changes nothing: what is chosen there is the message
        if wish is not None:
            whisper = await self._linked(wish, me)
        elif message is not None and (not overheard(body, message, me) or await self._talking(message.address)):
            receipt = await self._front.receive(message)
            whisper = whisper or (None if receipt.conversation_id else astray(body, staff, me.user))
        if whisper is not None:
            self._whisper_later(whisper, me)
        return await ack()

    async def _staff(self, body: dict[str, Any], me: Me) -> Staff:
        """The desk, and whether he who does something there is linked to an account."""
        user = desk_user(body, self._desk)
        member = await self._front.member(_person(user, me)) if user else None
        return Staff(self._desk, {user: member} if member else {})

    async def _linked(self, wish: Wish, me: Me) -> Hint:
        linking = await self._front.link(_person(wish.user, me), wish.code)
        return Hint(wish.channel, wish.thread, wish.user, linking)

    async def _opened(self, form: Opening) -> bool:
        """Whether the modal stands there now. If not, the press is an ordinary message, answered in words."""
        try:
            await self._api.open_view(form.trigger, form.view)
        except ChannelError as error:
            log.info("A form could not be opened, and is asked for in words: %s", error)
            return False
        return True

    async def _talking(self, address: Address) -> bool:
        """Whether this person talks with us in this thread. A turn moves from the first to the second in one commit."""
        conversation = address.conversation_id
        return await self._front.composing(conversation) or bool(await self._front.transcript(conversation))

    def _whisper_later(self, whisper: Hint, me: Me) -> None:
        # not awaited: Slack wants its answer within three seconds
        task = asyncio.create_task(self._whisper(whisper, _told(whisper.user, me)))
        self._whispers.add(task)
        task.add_done_callback(self._whispers.discard)

    async def _whisper(self, whisper: Hint, told: str) -> None:
        words = self._front.desk_words(whisper.says)
        try:
            async with self._whispering:
                if whisper.once and await self._front.recall(told):
                    return
                await self._api.whisper(whisper.channel, whisper.thread, whisper.user, words)
                if whisper.once or whisper.says == Linking.DONE:  # should the link go, he is told anew
                    await self._front.remember(told, "yes" if whisper.once else "")
        except ShophandError as error:
            log.info("A hint to staff could not be shown: %s", error)


def _person(user: str, me: Me) -> Address:
    return Address(CHANNEL, me.team, "", user=user)


def _told(user: str, me: Me) -> str:
    """Where it is kept that he was told what is told once."""
    return f"slack:{me.team}:told:{user}"


async def _not_stored(error: Exception) -> None:
    """Never the error's own text: a database's may quote what a shopper wrote."""
    log.error("A message from Slack could not be stored (%s); Slack will send it again", type(error).__name__)


def _type_of(body: Mapping[str, Any]) -> str:
    event = body.get("event")
    inner = event.get("type") if isinstance(event, Mapping) else None
    return f"{body.get('type')}/{inner}"[:80]
