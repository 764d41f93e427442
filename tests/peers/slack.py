"""Slack on loopback: Web API, file host, Events API, interactivity and Socket Mode, as docs.slack.dev describes them.

It refuses what Slack refuses, with Slack's error codes. Nothing in it waits for a clock but `deliver`, whose patience
the test sets; a retry follows at once instead of after a minute.
"""

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-71-loopback", "xapp-1-A0SHOP-loopback", "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, BOT_USER, BOT = "T0SHOP", "U0BOT", "B0BOT"
SCOPES = ("app_mentions:read,channels:history,channels:read,chat:write,files:read,files:write,groups:history,"
          "groups:read,im:history")  # fmt: skip
SOCKETS = 10  # open at the same time
NEEDED = {
    "chat.postMessage": "chat:write", "chat.postEphemeral": "chat:write", "chat.delete": "chat:write",
    "assistant.threads.setStatus": "chat:write", "conversations.info": "channels:read",
    "files.getUploadURLExternal": "files:write", "files.completeUploadExternal": "files:write",
}  # fmt: skip
RETRIES = 3


@dataclass
class Channel:
    """A conversation the app may write to, unless `error` says what Slack answers."""

    id: str
    error: str = ""  # "is_archived", "not_in_channel", …
    members: set[str] = field(default_factory=set)
    posts: set[str] = field(default_factory=set)  # what stands there, by its ts: a thread hangs on one of them
    floods: list[int] = field(default_factory=list)  # Retry-After of the next refusals …
    patience: int = 0  # … which begin after so many more messages


@dataclass
class Envelope:
    id: str
    type: str
    payload: dict[str, Any]
    attempts: int = 0
    acks: list[dict[str, Any]] = field(default_factory=list)
    acked: asyncio.Event = field(default_factory=asyncio.Event)


class SlackPeer:
    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, bytes] = {}  # path → content
        self.shared: list[dict[str, Any]] = []  # files of the app's own: channel, thread, name, content
        self.upload_errors: list[int] = []  # HTTP status of the next uploads
        self.moved: dict[str, str] = {}  # path → address it redirects to
        self.calls: list[tuple[str, dict[str, Any]]] = []  # every call, refused ones too
        self.sent: list[dict[str, Any]] = []  # messages that were accepted, with their ts
        self.whispers: list[dict[str, Any]] = []
        self.broken: list[int] = []  # HTTP status of the next calls, e.g. 503
        self.refused = 0  # so many next connections break before anything is read
        self.called: list[str] = []  # who was called by unescaped text: "!channel", "@U0ANN"
        self.lost_answers = 0  # so many next calls are carried out, but the connection breaks before the answer
        self.stalled: asyncio.Event | None = None  # until it is set, views.open is not answered
        self.triggers: set[str] = set()  # those that have not expired
        self.views: list[dict[str, Any]] = []  # modals that were opened, each with its id and hash
        self.lost_pictures: set[str] = set()  # addresses that Slack cannot fetch
        self.scopes = SCOPES
        self.account_error = ""  # "invalid_auth", "account_inactive", …
        self.tickets: set[str] = set()  # unused Socket Mode addresses
        self.dead_tickets = 0  # so many next addresses are refused when used
        self.mute = False  # sockets accept and answer nothing, not even pings
        self.least = 99  # how few sockets were left open whenever one closed
        self.silent = False  # sockets answer pings and bring nothing, not even hello
        self.greetings = 0
        self.url = ""
        self._socket: web.WebSocketResponse | None = None
        self._sockets: set[web.WebSocketResponse] = set()
        self._ids = count(1)
        self._uploads: dict[str, dict[str, Any]] = {}  # announced, by the file's id
        self._waiting: dict[str, Envelope] = {}
        self._changed = asyncio.Condition()

    # --- life ------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_get("/files-pri/{path:.+}", self._file)
        app.router.add_post("/upload/v1/{id}", self._upload)
        app.router.add_get("/link/", self._link)
        app.router.add_get("/signin", _sign_in)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()
        for socket in list(self._sockets):
            if transport := socket._req.transport:  # a mute socket would not answer a closing handshake
                transport.close()
        await self._runner.cleanup()

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    def open(self, channel: str, *members: str) -> Channel:
        """Let the app write there."""
        return self.channels.setdefault(channel, Channel(channel, members=set(members)))

    def removed(self, channel: str, ts: str) -> None:
        """Somebody deletes a message. One with replies leaves a mark behind, and its thread goes on."""
        gone, = (message for message in self.sent if (message["channel"], message["ts"]) == (channel, ts))
        self.sent.remove(gone)
        if not any((message["channel"], message.get("thread_ts")) == (channel, ts) for message in self.sent):
            self.channels[channel].posts.discard(ts)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something that this peer sees has come about."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(condition)

    def named(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]

    # --- Web API: docs.slack.dev/apis/web-api ----------------------------------------------------------------------

    async def _call(self, request: web.Request) -> web.Response:
        if self.refused:
            self.refused -= 1
            request.transport.abort()
            raise web.HTTPServiceUnavailable
        method, arguments = request.match_info["method"], await _arguments(request)
        self.calls.append((method, arguments))
        if self.stalled and method == "views.open":
            await self.stalled.wait()
        if self.broken:
            return web.Response(status=self.broken.pop(0), text="<html>upstream</html>", content_type="text/html")
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token", "")
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        error = "not_authed" if not bearer else "invalid_auth" if bearer != wanted else self.account_error
        handler = getattr(self, "_" + re.sub(r"\W", "_", method), None)
        if not error and NEEDED.get(method, "") not in self.scopes:
            error = "missing_scope"
        if error or handler is None:
            answer: dict[str, Any] | int = {"ok": False, "error": error or "unknown_method"}
        else:
            answer = handler(arguments)
        async with self._changed:
            self._changed.notify_all()
        if self.lost_answers:
            self.lost_answers -= 1
            request.transport.abort()
        if isinstance(answer, int):
            refusal = {"ok": False, "error": "ratelimited"}
            return web.json_response(refusal, status=429, headers={"Retry-After": str(answer)})
        return web.json_response(answer, headers={"x-oauth-scopes": self.scopes})

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "url": "https://shop.slack.com/", "team": "Shop", "user": "shophand", "team_id": TEAM,
                "user_id": BOT_USER, "bot_id": BOT, "is_enterprise_install": False}

    def _chat_postMessage(self, message: dict[str, Any]) -> dict[str, Any] | int:
        channel = self._taking(message)
        if not isinstance(channel, Channel):
            return channel
        error = wrong_with(message)
        if not error and not self.lost_pictures.isdisjoint(pictures(message)):
            error = "invalid_blocks"  # "downloading image failed"
        if error:
            return {"ok": False, "error": error}
        self.called += calls_in(message)
        ts = f"1790000000.{next(self._ids):06d}"
        if message.get("thread_ts") not in channel.posts:  # without a word: the answer alone tells
            message = {name: value for name, value in message.items() if name != "thread_ts"}
        channel.posts.add(ts)
        self.sent.append({**message, "ts": ts})
        echo = {name: message[name] for name in ("text", "thread_ts") if name in message}
        return {"ok": True, "channel": channel.id, "ts": ts, "message": {**echo, "ts": ts}}

    def _chat_delete(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel, ts = arguments.get("channel", ""), arguments.get("ts", "")
        if channel not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        if not any((message["channel"], message["ts"]) == (channel, ts) for message in self.sent):
            return {"ok": False, "error": "message_not_found"}
        self.removed(channel, ts)
        return {"ok": True, "channel": channel, "ts": ts}

    def _taking(self, message: dict[str, Any]) -> Channel | dict[str, Any] | int:
        """The channel that takes the message now, else what Slack answers."""
        channel = self.channels.get(message.get("channel", ""))
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        if channel.error:
            return {"ok": False, "error": channel.error}
        if channel.floods and channel.patience == 0:
            return channel.floods.pop(0)
        channel.patience = max(channel.patience - 1, 0)
        return channel

    def _chat_postEphemeral(self, message: dict[str, Any]) -> dict[str, Any] | int:
        channel = self._taking(message)
        if not isinstance(channel, Channel):
            return channel
        if message.get("user") not in channel.members:
            return {"ok": False, "error": "user_not_in_channel"}
        if not message.get("text"):
            return {"ok": False, "error": "no_text"}
        self.whispers.append(message)
        return {"ok": True, "message_ts": f"1790000000.{next(self._ids):06d}"}

    def _conversations_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """docs.slack.dev/reference/methods/conversations.info"""
        channel = self.channels.get(arguments.get("channel", ""))
        if channel is None or channel.error == "channel_not_found":
            return {"ok": False, "error": "channel_not_found"}
        told = {"id": channel.id, "name": channel.id.lower(), "is_channel": True,
                "is_archived": channel.error == "is_archived", "is_member": channel.error != "not_in_channel"}
        return {"ok": True, "channel": told}

    def _views_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """docs.slack.dev/reference/methods/views.open"""
        view = arguments["view"]
        view = json.loads(view) if isinstance(view, str) else view
        if arguments.get("trigger_id") not in self.triggers:
            return {"ok": False, "error": "expired_trigger_id"}
        self.triggers.discard(arguments["trigger_id"])  # each opens one
        if not _good_view(view):
            return {"ok": False, "error": "invalid_arguments"}
        self.views.append({**view, "id": f"V{next(self._ids):06d}", "hash": f"1790.{next(self._ids):06d}"})
        return {"ok": True, "view": self.views[-1]}

    def _assistant_threads_setStatus(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments.get("channel_id") not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        return {"ok": True} if arguments.get("thread_ts") else {"ok": False, "error": "invalid_thread_ts"}

    def _apps_connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        ticket = f"ticket-{next(self._ids)}"
        self.tickets.add(ticket)
        return {"ok": True, "url": f"{self.url.replace('http', 'ws')}/link/?ticket={ticket}&app_id=A0SHOP"}

    # --- files: docs.slack.dev/reference/objects/file-object ---------------------------------------------------------

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}" or "files:read" not in self.scopes:
            raise web.HTTPFound(f"/signin?redir={request.path}")
        if request.match_info["path"] in self.moved:
            raise web.HTTPFound(self.moved[request.match_info["path"]])
        content = self.files.get(request.match_info["path"])
        if content is None:
            raise web.HTTPNotFound
        response = web.StreamResponse()  # no Content-Length: the receiver has to count
        await response.prepare(request)
        await response.write(content)
        return response

    def _files_getUploadURLExternal(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """docs.slack.dev/reference/methods/files.getUploadURLExternal"""
        if not arguments.get("filename") or int(arguments.get("length") or 0) < 1:
            return {"ok": False, "error": "invalid_arguments"}
        file_id = f"F{next(self._ids):06d}"
        self._uploads[file_id] = {"name": arguments["filename"], "length": int(arguments["length"])}
        return {"ok": True, "upload_url": f"{self.url}/upload/v1/{file_id}", "file_id": file_id}

    async def _upload(self, request: web.Request) -> web.Response:
        content, announced = await request.read(), self._uploads[request.match_info["id"]]
        if self.upload_errors:
            return web.Response(status=self.upload_errors.pop(0))
        if len(content) != announced["length"]:
            return web.Response(status=400)
        announced["content"] = content
        return web.Response(text=f"OK - {len(content)}")

    def _files_completeUploadExternal(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """docs.slack.dev/reference/methods/files.completeUploadExternal"""
        done, channel = json.loads(arguments["files"]), self.channels.get(arguments.get("channel_id", ""))
        if channel is None or channel.error:
            return {"ok": False, "error": channel.error if channel else "channel_not_found"}
        if any("content" not in self._uploads.get(file["id"], {}) for file in done):
            return {"ok": False, "error": "file_not_found"}
        thread = arguments.get("thread_ts") if arguments.get("thread_ts") in channel.posts else ""
        for file in done:
            whole = self._uploads.pop(file["id"])
            self.shared.append({"channel": channel.id, "thread_ts": thread, "name": whole["name"],
                                "content": whole["content"]})
        return {"ok": True, "files": [{"id": file["id"], "title": file.get("title", "")} for file in done]}

    # --- Events API and interactivity: docs.slack.dev/apis/events-api ------------------------------------------------

    async def deliver(
        self, url: str, payload: dict[str, Any], *, patience: float = 3.0,
        before_retry: Callable[[], None] = lambda: None,
    ) -> list[int]:
        """Send it, and again while the answer is late or no 2xx; the statuses, 0 for a late answer."""
        self._heard(payload)
        statuses: list[int] = []
        content, reason, limit = body(payload), "", aiohttp.ClientTimeout(total=patience)
        for attempt in range(1 + RETRIES):
            headers = {"Content-Type": content_type(payload), **signed(content)}
            if attempt:
                headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
            try:
                async with self.client.post(url, data=content, headers=headers, timeout=limit) as answer:
                    statuses.append(answer.status)
                    if answer.ok or answer.headers.get("X-Slack-No-Retry") == "1":
                        self._goes_on(await answer.read())
                        return statuses
                    reason = "http_error"
            except TimeoutError:
                statuses.append(0)
                reason = "http_timeout"
            before_retry()
        return statuses

    async def answered(self, url: str, payload: dict[str, Any]) -> dict[str, Any]:
        """What a delivery is answered with: how a modal goes on."""
        content = body(payload)
        headers = {"Content-Type": content_type(payload), **signed(content)}
        async with self.client.post(url, data=content, headers=headers) as answer:
            self._goes_on(await answer.read())
            return await answer.json()

    def _goes_on(self, answer: bytes) -> None:
        """How a modal goes on: closed by an empty answer, another one in its place, or words at what is wrong in it."""
        said = json.loads(answer) if answer.startswith(b"{") else {}
        if said.get("response_action") == "errors":
            assert said["errors"] and said["errors"].keys() <= {block["block_id"] for block in self.views[-1]["blocks"]}
        elif "response_action" in said:
            view = said.get("view") or {}
            assert said["response_action"] == "update" and self.views and _good_view(view), said
            self.views.append({**view, "id": self.views[-1]["id"], "hash": f"1790.{next(self._ids):06d}"})

    def _heard(self, payload: dict[str, Any]) -> None:
        """What a person posts stands in the channel, and what he answers to stands there too."""
        event = payload.get("event") or {}
        if channel := self.channels.get(str(event.get("channel"))):
            channel.posts |= {event[name] for name in ("ts", "thread_ts") if name in event}

    # --- Socket Mode: docs.slack.dev/apis/events-api/using-socket-mode -----------------------------------------------

    async def push(self, payload: dict[str, Any]) -> Envelope:
        """Send it over the newest socket."""
        self._heard(payload)
        kind = "events_api" if payload["type"] == "event_callback" else "interactive"
        envelope = Envelope(f"env-{next(self._ids)}", kind, payload)
        await self.push_again(envelope)
        return envelope

    async def push_again(self, envelope: Envelope) -> None:
        await self.until(lambda: self._socket is not None)
        retry = {"retry_attempt": envelope.attempts, "retry_reason": "timeout" if envelope.attempts else ""}
        envelope.attempts += 1
        self._waiting[envelope.id] = envelope
        await self._socket.send_json({
            "envelope_id": envelope.id, "type": envelope.type, "payload": envelope.payload,
            "accepts_response_payload": envelope.type == "interactive",
            **(retry if envelope.type == "events_api" else {}),
        })  # fmt: skip

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell the app to take a new address, as Slack does every few hours."""
        socket, self._socket = self._socket, None
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-loopback"}})

    async def drop(self) -> None:
        """Close the socket without a word."""
        socket, self._socket = self._socket, None
        await socket.close()

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            raise web.HTTPForbidden
        self.tickets.discard(ticket)
        if self.dead_tickets:
            self.dead_tickets -= 1
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(autoping=not self.mute, timeout=0.1)
        await socket.prepare(request)
        if len(self._sockets) >= SOCKETS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._sockets.add(socket)
        if not (self.mute or self.silent):
            await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0SHOP"},
                                    "debug_info": {"host": "applink-loopback", "approximate_connection_time": 18060}})
            self._socket = socket
        self.greetings += 1
        async with self._changed:
            self._changed.notify_all()
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT and not self.mute:
                await self._acknowledged(message.json())
        self._sockets.discard(socket)
        async with self._changed:
            self.least = min(self.least, len(self._sockets))
            self._changed.notify_all()
        if self._socket is socket:
            self._socket = None
        return socket

    async def _acknowledged(self, answer: dict[str, Any]) -> None:
        envelope = self._waiting[answer["envelope_id"]]
        envelope.acks.append(answer)
        envelope.acked.set()


async def _sign_in(request: web.Request) -> web.Response:
    return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return await request.json()
    return {**request.query, **await request.post()}


# --- what Slack refuses: docs.slack.dev/reference/block-kit ----------------------------------------------------------


def wrong_with(message: dict[str, Any]) -> str:
    """The error code Slack would answer to chat.postMessage, "" for none."""
    blocks, text = message.get("blocks") or [], message.get("text") or ""
    if not blocks and not text.strip():
        return "no_text"
    if len(text) > 40_000:
        return "msg_too_long"
    if len(blocks) > 50 or not all(map(_good_block, blocks)):
        return "invalid_blocks"
    if sum(len(block["text"]["text"]) for block in blocks if block["type"] == "section") > 11_000:
        return "msg_blocks_too_long"  # undocumented; the lowest figure seen in the field
    if message.get("thread_ts") and not re.fullmatch(r"\d{10}\.\d{6}", message["thread_ts"]):
        return "invalid_thread_ts"
    return ""


def _good_block(block: dict[str, Any]) -> bool:
    if block["type"] == "section":
        text = block["text"]
        good = text["type"] in ("mrkdwn", "plain_text") and 0 < len(text["text"]) <= 3000
        return good and _good_accessory(block.get("accessory"))
    if block["type"] != "actions" or not 0 < len(block["elements"]) <= 25:
        return False
    ids = Counter(element["action_id"] for element in block["elements"])
    return max(ids.values()) == 1 and all(map(_good_button, block["elements"]))


def _good_accessory(element: dict[str, Any] | None) -> bool:
    if element is None:
        return True
    if element["type"] != "image":
        return False
    url = element["image_url"]
    return url.startswith("https://") and len(url) <= 3000 and 0 < len(element["alt_text"]) <= 2000


def _good_view(view: dict[str, Any]) -> bool:
    """docs.slack.dev/reference/views/modal-views"""
    texts = [view.get("title"), view.get("submit")]
    return (
        view.get("type") == "modal" and all(text and 0 < len(text["text"]) <= 24 for text in texts)
        and len(view.get("private_metadata", "")) <= 3000 and len(view.get("callback_id", "")) <= 255
        and 0 < len(view["blocks"]) <= 100 and all(map(_good_input, view["blocks"]))
        and len({block.get("block_id") for block in view["blocks"]}) == len(view["blocks"])
    )  # fmt: skip


def _good_input(block: dict[str, Any]) -> bool:
    if block["type"] != "input":
        return _good_block(block)
    element = block["element"]
    good = 0 < len(block["label"]["text"]) <= 2000 and len(block.get("block_id", "")) <= 255
    if element["type"] == "plain_text_input":
        return good and len(element.get("initial_value", "")) <= element.get("max_length", 3000) <= 3000
    options = element.get("options") or []
    most = {"checkboxes": 10, "radio_buttons": 10, "static_select": 100, "multi_static_select": 100}
    first = element.get("initial_option")
    return (
        good and 0 < len(options) <= most.get(element["type"], 0) and (first is None or first in options)
        and all(0 < len(option["text"]["text"]) <= 75 and 0 < len(option["value"]) <= 150 for option in options)
        and len({option["value"] for option in options}) == len(options)
    )  # fmt: skip


def _good_button(element: dict[str, Any]) -> bool:
    if element["type"] == "overflow":
        options = element["options"]
        return 0 < len(options) <= 5 and all(
            0 < len(option["text"]["text"]) <= 75 and 0 < len(option["value"]) <= 150 for option in options)
    text = element["text"]
    return (
        element["type"] == "button" and text["type"] == "plain_text" and 0 < len(text["text"]) <= 75
        and len(element["value"]) <= 2000 and len(element["action_id"]) <= 255
    )  # fmt: skip


def calls_in(message: dict[str, Any]) -> list[str]:
    """Whom the message calls, as its mrkdwn says."""
    blocks = [block for block in message.get("blocks") or () if block["type"] == "section"]
    texts = [block["text"]["text"] for block in blocks if block["text"]["type"] == "mrkdwn"]
    return [call for text in texts or [message.get("text") or ""] for call in re.findall(r"<([@!][^<>|]+)", text)]


# --- what a person sees ----------------------------------------------------------------------------------------------


def visible(message: dict[str, Any]) -> str:
    """The text of a message as a Slack client shows it: markup applied, links by their label, entities decoded."""
    shown = []
    for block in message.get("blocks") or ():
        if block["type"] == "section":
            text = block["text"]["text"]
            shown.append(_displayed(text) if block["text"]["type"] == "mrkdwn" else text)
    return "\n".join(shown) if message.get("blocks") else _displayed(message["text"])


def pictures(message: dict[str, Any]) -> tuple[str, ...]:
    return tuple(block["accessory"]["image_url"] for block in message.get("blocks") or () if "accessory" in block)


def buttons(message: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((element["text"]["text"], element["value"]) for block in message.get("blocks") or ()
                 if block["type"] == "actions" for element in block["elements"] if element["type"] == "button")


def _displayed(text: str) -> str:
    text = re.sub(r"<([^<>|]+)(?:\|([^<>]+))?>", lambda link: link[2] or link[1], text)
    text = re.sub(r"(?m)^&gt;\s?", "▏", text)
    text = re.sub(r"(?<!\w)([*_~`])(\S(?:.*?\S)?)\1(?!\w)", r"\2", text)
    text = re.sub(r":[a-z_+-][a-z0-9_+'-]*:", "□", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def filled_in(view: dict[str, Any], user: str, choices: dict[str, Any]) -> dict[str, Any]:
    """The view_submission of who chose these values, by block; a text for an input of text.

    docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """
    values = {}
    for block in view["blocks"]:
        element, chosen = block.get("element"), choices.get(block.get("block_id"))
        if element is None:
            continue
        found = [option for option in element.get("options", ()) if option["value"] in (chosen or ())]
        state: dict[str, Any] = {"type": element["type"]}
        if element["type"] == "plain_text_input":
            state["value"] = chosen
        elif element["type"] in ("checkboxes", "multi_static_select"):
            state["selected_options"] = found
        else:
            state["selected_option"] = found[0] if found else element.get("initial_option")
        values[block["block_id"]] = {element["action_id"]: state}
    return {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": user, "name": user.lower()},
            "api_app_id": "A0SHOP", "token": "legacy", "trigger_id": "1.2.3", "response_urls": [],
            "view": {**view, "state": {"values": values}}}


# --- signing: docs.slack.dev/authentication/verifying-requests-from-slack --------------------------------------------


def body(payload: dict[str, Any]) -> bytes:
    """Events are JSON, interactions a form with JSON in one field."""
    if payload["type"] in ("event_callback", "url_verification"):
        return json.dumps(payload).encode()
    return urlencode({"payload": json.dumps(payload)}).encode()


def content_type(payload: dict[str, Any]) -> str:
    events = payload["type"] in ("event_callback", "url_verification")
    return "application/json" if events else "application/x-www-form-urlencoded"


def signed(content: bytes, *, secret: str = SIGNING_SECRET, age: int = 0) -> dict[str, str]:
    timestamp = str(int(time.time()) - age)
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + content, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
