"""Socket Mode: the SDK's connection, and a watchdog over it.

The SDK reconnects by itself, but it tries a used address for ever, and its reconnecting task can die; then nothing
arrives until a restart. The watchdog notices that no socket has lived for a while and sets everything up afresh.
"""

import asyncio
import contextlib
import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from adapters.slack import limits
from adapters.slack.api import SlackApi
from adapters.slack.quiet import sdk_log

log = logging.getLogger(__name__)


class Sockets:
    def __init__(self, bolt: AsyncApp, api: SlackApi, app_token: str, ping_seconds: float) -> None:
        self._bolt, self._api, self._app_token, self._ping = bolt, api, app_token, ping_seconds

    async def run(self) -> None:
        """Receive until cancelled. What was not acknowledged then comes again after the next start."""
        while True:
            handler = AsyncSocketModeHandler(
                self._bolt, self._app_token, logger=sdk_log(), web_client=self._api.bare_client(),
                ping_interval=self._ping)
            connecting = asyncio.create_task(handler.connect_async())
            try:
                await self._until_dead(handler)
            finally:
                connecting.cancel()
                await asyncio.gather(connecting, return_exceptions=True)
                await _close(handler)
            log.warning("Slack's socket has been dead for %.0f s; connecting afresh", self._ping * limits.PATIENCE)

    async def _until_dead(self, handler: AsyncSocketModeHandler) -> None:
        dead = 0
        while dead < limits.PATIENCE:
            await asyncio.sleep(self._ping)
            dead = 0 if await handler.client.is_connected() else dead + 1


async def _close(handler: AsyncSocketModeHandler) -> None:
    """A dead peer answers no closing handshake; it must not keep us from going on."""
    client = handler.client
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(handler.close_async(), limits.CLOSE_SECONDS)
    own = (client.message_processor, client.current_session_monitor, client.message_receiver)
    tasks = [task for task in own if task]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.aiohttp_client_session.close()
