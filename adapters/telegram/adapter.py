"""One Telegram bot, put together for bootstrap. Nothing happens before `run`, a webhook call or `check`."""

import asyncio
import json
import logging
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from adapters.telegram import limits
from adapters.telegram.budget import Budgets
from adapters.telegram.channel import TelegramChannel
from adapters.telegram.commands import SHOPPER_MENU, STAFF_MENU, menu
from adapters.telegram.desk import TelegramDesk
from adapters.telegram.errors import REASON_LENGTH
from adapters.telegram.forum import Forum, forum_trouble
from adapters.telegram.moves import Moves
from adapters.telegram.normalise import CHANNEL
from adapters.telegram.polling import Poller
from adapters.telegram.receive import Intake
from adapters.telegram.retry import Pause, Retry
from adapters.telegram.settings import TelegramSettings
from adapters.telegram.toolbox import Toolbox
from adapters.telegram.webhook import webhook_route
from bot.errors import SettingsError
from bot.office import Office
from bot.ports import Front, StaffDesk

log = logging.getLogger(__name__)


class _Request(HTTPXRequest):
    """The SDK's transport without its habit of logging an answer that it cannot read, message text and all.

    What was closed when this process stopped receiving opens anew with the next call: it may go on sending.
    """

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        await self.initialize()
        return await super().do_request(*args, **kwargs)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            return json.loads(payload.decode("utf-8", "replace"))
        except ValueError as error:
            raise TelegramError("Invalid server response") from error


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _half_to_whole() -> float:
    return random.uniform(0.5, 1)


class TelegramAdapter:
    """Implements bot.ports.Adapter. Telegram lets one process alone poll a bot; a webhook any of them answers."""

    name = CHANNEL

    def __init__(
        self, front: Front, office: Office, settings: TelegramSettings, *,
        now: Callable[[], datetime] = _utc_now, pause: Pause = asyncio.sleep,
        jitter: Callable[[], float] = _half_to_whole,
    ) -> None:
        problems = settings.problems()
        if problems:
            raise SettingsError(problems)
        _silence_sdk()
        self.sole = f"telegram:{settings.account}:polling" if settings.mode == "polling" else ""
        self._settings = settings
        self._front = front
        self._retry = Retry(pause, jitter)
        self._request = _Request(read_timeout=limits.READ_SECONDS, connect_timeout=limits.CONNECT_SECONDS,
                                 pool_timeout=limits.CONNECT_SECONDS)
        root = settings.base_url.rstrip("/")
        self._bot = Bot(settings.token, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot",
                        request=self._request, get_updates_request=self._request)
        budgets = Budgets(front, settings.account, now)
        desk = tools = None
        if settings.staff_group:
            forum = Forum(self._bot, settings.staff_group, budgets)
            desk = TelegramDesk(forum, settings.account, front)
            tools = Toolbox(front, office, forum, settings.account)
        self.desk: StaffDesk | None = desk
        moves = Moves(front, settings.account)
        self._intake = Intake(self._bot, front, now, settings.account, desk, tools, moves)
        self._running = False
        self.channel = TelegramChannel(self._bot, moves, budgets)

    def routes(self) -> Sequence[Any]:
        if self._settings.mode == "polling":
            return ()
        return (webhook_route(self._settings.path, self._settings.secret, self._intake),)

    async def run(self) -> None:
        """Receive until cancelled; then give the connections back."""
        self._running = True
        try:
            await self._retry.persist(self._announce_menus)
            if self._settings.mode == "polling":
                await Poller(self._bot, self._settings.account, self._intake, self._front, self._retry).run()
            else:
                await self._retry.persist(self._announce_webhook)
                await asyncio.Event().wait()  # the route does the rest
        except asyncio.CancelledError:  # but not when it fell over: it is started again, and replies still go out
            self._running = False
            await self.close()
            raise

    async def check(self) -> str:
        """One line on how it stands; "!" in front when something must be done."""
        try:
            return await self._examine()
        except InvalidToken:
            return "! telegram: the token is not accepted. Copy it again from @BotFather (/mybots, API Token)."
        except TelegramError as error:
            return (f"! telegram: {self._settings.base_url} cannot be reached ({type(error).__name__}). "
                    "Check the network, or set HTTPS_PROXY.")
        finally:
            if not self._running:
                await self.close()

    async def close(self) -> None:
        """Give the connections back; whatever is sent afterwards opens new ones."""
        await self._intake.close()
        await self._request.shutdown()

    async def _examine(self) -> str:
        mode, me = self._settings.mode, await self._intake.who()
        if mode == "webhook":
            info = await self._bot.get_webhook_info()
            if info.last_error_message and info.pending_update_count:  # an old error stays on record when all is well
                return (f"! telegram: connected as @{me.username}, but it cannot deliver to "
                        f"{self._settings.webhook_url}: {info.last_error_message[:REASON_LENGTH]}")
        group = self._settings.staff_group
        if group and (trouble := await forum_trouble(self._bot, group, me)):
            return f"! telegram: connected as @{me.username}, but {trouble}"
        return f"telegram: connected as @{me.username} ({mode}){f', staff in {group}' if group else ''}"

    async def _announce_menus(self) -> None:
        """The commands that Telegram lists: for shoppers by the language of their app, for staff in theirs."""
        for code, language in limits.MENU_LANGUAGES.items():
            await self._announce(menu(SHOPPER_MENU, self._front.command_words(language)), language_code=code)
        if group := self._settings.staff_group:
            says = {name: self._front.desk_words(f"command_{name}") for name in STAFF_MENU}
            await self._announce(menu(STAFF_MENU, says), scope=BotCommandScopeChat(group))

    async def _announce(self, commands: Sequence[BotCommand], **where: Any) -> None:
        try:
            await self._bot.set_my_commands(commands, **where)
        except (BadRequest, Forbidden) as error:  # nobody goes without an answer for want of a menu
            log.warning("Telegram does not take a menu of commands: %s", error.message[:REASON_LENGTH])

    async def _announce_webhook(self) -> None:
        await self._bot.set_webhook(self._settings.webhook_url, secret_token=self._settings.secret,
                                    allowed_updates=limits.ALLOWED_UPDATES)


def _silence_sdk() -> None:
    """Keep tokens and texts out of the log: httpx logs each address at INFO (the token is in it), the SDK each call
    with its text at DEBUG."""
    for library in ("httpx", "telegram"):
        logging.getLogger(library).setLevel(logging.WARNING)
