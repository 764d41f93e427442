"""Socket Mode: the SDK's connection, and a watchdog over it.

The SDK reconnects by itself, but it tries a used address for ever, its reconnecting task can die, and a socket that
answers pings may bring nothing all the same; then nothing arrives until a restart. The watchdog sets everything up
afresh when no socket has lived for a while, or when a living one has not said a word for long.
"""

import asyncio
import contextlib
import json
import logging

from aiohttp import WSMessage
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
        lines = [self._connect()]
        try:
            while True:
                trouble = await self._until_dead(lines[-1])
                log.warning("Slack's socket %s; connecting afresh", trouble)
                lines.append(self._connect())
                with contextlib.suppress(TimeoutError):  # while nothing at all is open, events may be lost
                    await asyncio.wait_for(lines[-1].greeted.wait(), self._ping * limits.PATIENCE)
                await lines[0].close()
                del lines[0]
        finally:
            await asyncio.gather(*(line.close() for line in lines))

    def _connect(self) -> "_Line":
        return _Line(AsyncSocketModeHandler(
            self._bolt, self._app_token, logger=sdk_log(), web_client=self._api.bare_client(),
            ping_interval=self._ping))

    async def _until_dead(self, line: "_Line") -> str:
        """What is wrong with it."""
        dead = 0
        while dead < limits.PATIENCE:
            await asyncio.sleep(self._ping)
            if line.quiet_for() > limits.QUIET_SECONDS:
                return f"has brought nothing for {limits.QUIET_SECONDS:.0f} s"
            dead = 0 if await line.answers() else dead + 1
        return f"has been dead for {self._ping * limits.PATIENCE:.0f} s"


class _Line:
    """One client of the SDK's, with its sockets one after another, and what is heard of Slack over them."""

    def __init__(self, handler: AsyncSocketModeHandler) -> None:
        self._handler, self._client = handler, handler.client
        self._session: object = None  # the socket on which Slack said hello last
        self._heard = _now()
        self.greeted = asyncio.Event()
        self._client.on_message_listeners.append(self._hear)
        self._connecting = asyncio.create_task(handler.connect_async())

    async def answers(self) -> bool:
        """Whether the socket of now was greeted and answers pings."""
        return self._client.current_session is self._session and await self._client.is_connected()

    def quiet_for(self) -> float:
        """Seconds since Slack's last word; a pong is none."""
        return _now() - self._heard

    async def close(self) -> None:
        """A dead peer answers no closing handshake; it must not keep us from going on."""
        self._connecting.cancel()
        await asyncio.gather(self._connecting, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._handler.close_async(), limits.CLOSE_SECONDS)
        client = self._client
        own = (client.message_processor, client.current_session_monitor, client.message_receiver)
        tasks = [task for task in own if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.aiohttp_client_session.close()

    async def _hear(self, message: WSMessage) -> None:
        self._heard = _now()
        if self._client.current_session is not self._session and _is_hello(message.data):
            self._session = self._client.current_session
            self.greeted.set()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _is_hello(data: str) -> bool:
    with contextlib.suppress(ValueError, AttributeError):
        return bool(json.loads(data).get("type") == "hello")
    return False
