"""One Slack app, put together for bootstrap. Nothing happens before `run`, a request or `check`."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from adapters.slack import limits
from adapters.slack.api import SlackApi
from adapters.slack.channel import SlackChannel
from adapters.slack.common import CHANNEL
from adapters.slack.desk import SlackDesk
from adapters.slack.desk_modals import DeskModals
from adapters.slack.door import events_route
from adapters.slack.intake import Intake
from adapters.slack.settings import SlackSettings
from adapters.slack.sockets import Sockets
from bot.errors import ChannelError, PermanentFailure, SettingsError, TemporaryFailure
from bot.office import Office
from bot.ports import Front, StaffDesk

APPS = "api.slack.com/apps"


class SlackAdapter:
    """Implements bot.ports.Adapter."""

    name = CHANNEL

    def __init__(
        self, front: Front, office: Office, settings: SlackSettings, *, ping_seconds: float = limits.PING_SECONDS
    ) -> None:
        problems = settings.problems()
        if problems:
            raise SettingsError(problems)
        self._settings = settings
        self._ping_seconds = ping_seconds
        self._api = SlackApi(settings.bot_token, settings.base_url)
        modals = DeskModals(self._api, office, front.desk_words)
        self._intake = Intake(
            self._api, front, modals, settings.staff_channel, settings.bot_token, settings.signing_secret)
        self.channel = SlackChannel(self._api)
        digest = hashlib.sha256(settings.app_token.encode()).hexdigest()
        self.sole = f"slack:sockets:{digest[:16]}" if settings.app_token else ""
        desk = SlackDesk(self._api, settings.staff_channel, front) if settings.staff_channel else None
        self.desk: StaffDesk | None = desk

    def routes(self) -> Sequence[Any]:
        """Mounted beside Socket Mode too, where the signing secret is set: Slack uses one of the two."""
        secret = self._settings.signing_secret
        return (events_route(self._intake.bolt, secret),) if secret else ()

    async def run(self) -> None:
        with suppress(ChannelError):  # else the first message has to wait for it, and Slack only waits three seconds
            await self._api.who()
        if self._settings.app_token:
            await Sockets(self._intake.bolt, self._api, self._settings.app_token, self._ping_seconds).run()

    async def close(self) -> None:
        """Let go of what is still under way; nothing of it is owed to anybody."""
        await self._intake.close()

    async def check(self) -> str:
        """A line that begins with "!" says what is wrong and what to do."""
        settings = self._settings
        try:
            me, scopes = await self._api.auth_test()
        except PermanentFailure as error:
            return f"! Slack: the bot token is not accepted ({error}). Copy it again from {APPS}, OAuth & Permissions."
        except TemporaryFailure as error:
            return f"! Slack: no answer from {settings.base_url} ({error}). Check the network, or set HTTPS_PROXY."
        missing = ", ".join(sorted(limits.SCOPES - scopes)) if scopes else ""
        if missing:
            return f"! Slack: the app lacks {missing}. Add them at {APPS}, OAuth & Permissions, and install it again."
        if trouble := await self._socket_trouble():
            return trouble
        way, desk = "Socket Mode" if settings.app_token else "HTTP", ""
        if settings.staff_channel:
            desk, trouble = await self._staff_room(me.user_name)
            if trouble:
                return trouble
        return f"Slack: connected to {me.team_name} as {me.user_name} ({way}){desk}"

    async def _staff_room(self, own_name: str) -> tuple[str, str]:
        """Where staff are, and what is wrong with it."""
        channel = self._settings.staff_channel
        try:
            room = await self._api.room(channel)
        except PermanentFailure as error:
            return "", f"! Slack: the staff channel {channel} is not to be seen ({error}). Compare its id; if it is " \
                       f"private, write /invite @{own_name} in it."
        except TemporaryFailure as error:
            return "", f"! Slack: the staff channel could not be looked at ({error}). Try again in a minute."
        if room.archived:
            return "", f"! Slack: the staff channel #{room.name} is archived. Unarchive it, or set another one."
        if not room.member:
            return "", f"! Slack: the app is not in the staff channel. Write /invite @{own_name} in #{room.name}."
        return f", staff in #{room.name}", ""

    async def _socket_trouble(self) -> str:
        if not self._settings.app_token:
            return ""
        try:
            await self._api.try_sockets(self._settings.app_token)
        except PermanentFailure as error:
            return f"! Slack: the app token is not accepted ({error}). It needs connections:write; make one at {APPS}."
        except TemporaryFailure as error:
            return f"! Slack: Socket Mode is not available now ({error}). Try again in a minute."
        return ""
