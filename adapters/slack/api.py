"""Slack's Web API as this adapter needs it: few verbs, errors in our words, no retries behind our back."""

import asyncio
import re
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack import limits
from adapters.slack.common import Me
from adapters.slack.errors import translate, unreachable
from adapters.slack.quiet import sdk_log
from bot.errors import PermanentFailure

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as Slack put it: where the thread's first message was deleted it stands loose in the channel."""

    ts: str  # Slack's id of it
    thread: str  # "" for none


@dataclass(frozen=True, slots=True)
class Room:
    """A channel as the app sees it."""

    name: str
    member: bool  # the app is in it
    archived: bool


class SlackApi:
    def __init__(self, token: str, base_url: str) -> None:
        self._token = token
        # a retry after a lost answer would post twice; the outbox tries again and knows that it does
        self._client = AsyncWebClient(
            token=token, base_url=base_url, timeout=limits.CALL_SECONDS, retry_handlers=[], logger=sdk_log())
        self._origin = urlsplit(base_url)
        self._me: Me | None = None

    def bare_client(self) -> AsyncWebClient:
        """A client without the bot token, for the SDK's own parts."""
        return AsyncWebClient(
            base_url=self._client.base_url, timeout=limits.CALL_SECONDS, retry_handlers=[], logger=sdk_log())

    async def who(self) -> Me:
        """Who we are; asked once, since every mention and every address needs it."""
        if self._me is None:
            self._me, _ = await self.auth_test()
        return self._me

    async def auth_test(self) -> tuple[Me, frozenset[str]]:
        """Who we are and which scopes the token has (empty when Slack does not say)."""
        said = await _call("auth.test", self._client.auth_test())
        scopes = frozenset(re.findall(r"[\w:.]+", said.headers.get("x-oauth-scopes", "")))
        names = [said[name] or "" for name in ("bot_id", "team", "user")]
        return Me(said["team_id"], said["user_id"], *names), scopes

    async def room(self, channel: str) -> Room:
        """PermanentFailure for a channel that is not there, or is private and the app is not in it."""
        said = (await _call("conversations.info", self._client.conversations_info(channel=channel)))["channel"]
        return Room(said.get("name") or channel, bool(said.get("is_member")), bool(said.get("is_archived")))

    async def post(
        self, channel: str, thread: str, text: str, blocks: Sequence[Block], *, aloud: bool = False
    ) -> Posted:
        """Post one message; `aloud`: what is said in a thread is shown in the channel too."""
        said = await _call("chat.postMessage", self._client.chat_postMessage(
            channel=channel, text=text, blocks=list(blocks), thread_ts=thread or None,
            unfurl_links=False, unfurl_media=False, reply_broadcast=aloud or None))
        return Posted(str(said["ts"]), str((said.get("message") or {}).get("thread_ts") or ""))

    async def delete(self, channel: str, ts: str) -> None:
        """Take back a message of ours."""
        await _call("chat.delete", self._client.chat_delete(channel=channel, ts=ts))

    async def whisper(self, channel: str, thread: str, user: str, text: str) -> None:
        """Show a line to one user only."""
        await _call("chat.postEphemeral", self._client.chat_postEphemeral(
            channel=channel, user=user, text=text, thread_ts=thread or None))

    async def open_view(self, trigger: str, view: Block) -> None:
        """Open a modal for whom the trigger belongs to, if Slack answers in time."""
        try:
            async with asyncio.timeout(limits.TRIGGER_SECONDS):
                await _call("views.open", self._client.views_open(trigger_id=trigger, view=view))
        except TimeoutError as error:
            raise unreachable("views.open", error) from error

    async def status(self, channel: str, thread: str, status: str) -> None:
        """Set the status line of an agent thread."""
        await _call("assistant.threads.setStatus", self._client.assistant_threads_setStatus(
            channel_id=channel, thread_ts=thread, status=status))

    async def try_sockets(self, app_token: str) -> None:
        """Ask for a Socket Mode address, to see that the app token is good."""
        await _call("apps.connections.open", self._client.apps_connections_open(app_token=app_token))

    async def download(self, url: str, *, page: bool = False) -> bytes:
        """A file's content. The token is shown to Slack only, and no redirect is followed.

        `page`: an HTML page is what was asked for; otherwise it is Slack's sign-in page.
        """
        if not self._may_see_token(url):
            raise PermanentFailure("this file is not kept by Slack; it is not fetched")
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            async with (
                _for_files() as session,
                session.get(url, headers=headers, allow_redirects=False) as answer,
            ):
                _refuse_download(answer, page)
                content = bytearray()
                async for piece in answer.content.iter_chunked(64 * 1024):
                    content += piece
                    refuse_large(len(content))
                return bytes(content)
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable("a file", error) from error

    async def upload(self, channel: str, thread: str, name: str, content: bytes) -> str:
        """Put a file into a thread and return Slack's id of it."""
        place = await _call("files.getUploadURLExternal", self._client.files_getUploadURLExternal(
            filename=name, length=len(content)))
        try:
            async with _for_files() as session, session.post(place["upload_url"], data=content) as answer:
                if answer.status >= 500 or answer.status == 429:
                    raise unreachable("a file", None, answer.headers.get("Retry-After"))
                if answer.status != 200:
                    raise PermanentFailure(f"Slack does not take this file ({answer.status})")
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable("a file", error) from error
        await _call("files.completeUploadExternal", self._client.files_completeUploadExternal(
            files=[{"id": place["file_id"], "title": name}], channel_id=channel, thread_ts=thread))
        return str(place["file_id"])

    def _may_see_token(self, url: str) -> bool:
        asked, own = urlsplit(url), self._origin
        if asked.scheme == "https" and asked.hostname == limits.FILE_HOST and asked.port in (None, 443):
            return True
        return (asked.scheme, asked.hostname, asked.port) == (own.scheme, own.hostname, own.port)


def _for_files() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=limits.FILE_SECONDS), trust_env=True)


async def _call(method: str, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    try:
        return await call
    except SlackApiError as error:
        raise translate(method, error) from error
    except (aiohttp.ClientError, OSError) as error:  # a timeout is an OSError
        raise unreachable(method, error) from error


def refuse_large(size: int) -> None:
    if size > limits.FILE_BYTES:
        raise PermanentFailure(f"the file is larger than {limits.FILE_BYTES // 1024**2} MB")


def _refuse_download(answer: aiohttp.ClientResponse, page: bool) -> None:
    if answer.status >= 500 or answer.status == 429:
        raise unreachable("a file", None, answer.headers.get("Retry-After"))
    # without files:read Slack answers with its sign-in page, as a redirect or with status 200
    if answer.status != 200 or (answer.content_type == "text/html" and not page):
        raise PermanentFailure(f"Slack does not give out this file ({answer.status}); is the scope files:read missing?")
    refuse_large(answer.content_length or 0)
