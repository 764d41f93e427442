"""Telegram's Bot API on loopback, as core.telegram.org/bots/api and tdlib/telegram-bot-api describe it.

It refuses what Telegram refuses, with Telegram's words. Nothing in it waits: long polls end when something comes (or
the peer closes), and a webhook is called when the test says `deliver()`. What depends on the time of day goes by the
clock that it is given.
"""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any, NoReturn

import aiohttp
from aiohttp import web
from yarl import URL

TOKEN = "700100:AAF-loopback_token"
BOT = {"id": 700100, "is_bot": True, "first_name": "Shophand", "username": "shophand_bot",
       "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
DOWNLOAD_BYTES = 20 * 1024 * 1024
CONNECTIONS, ANSWER_SECONDS, PORTS = 40, 60.0, (443, 80, 88, 8443)  # of a webhook
# how long an update is kept for a bot that does not take it, and how long a pressed button can be answered
UPDATE_LIFE, CALLBACK_LIFE = timedelta(hours=24), timedelta(seconds=150)
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})  # not sent unless they are asked for
# the FAQ: one message a second to a person, with "short bursts", and "about 30" a second in all
CHAT_EVERY, CHAT_BURST = timedelta(seconds=1), 10
BOT_EVERY, BOT_BURST = timedelta(seconds=1 / 30), 30


class Refusal(Exception):
    def __init__(self, code: int, description: str, **parameters: int) -> None:
        self.code, self.description, self.parameters = code, description, parameters
        super().__init__(description)


@dataclass
class Chat:
    """A chat the bot may write to, unless `blocked`."""

    id: int
    type: str = "private"
    threads: tuple[int, ...] = ()  # forum topics
    blocked: bool = False
    migrated_to: int = 0
    floods: list[int] = field(default_factory=list)  # retry_after of the next refusals …
    patience: int = 0  # … which begin after so many more messages


class Bucket:
    """So many messages at once, then one `every` so often."""

    def __init__(self, every: timedelta, burst: int) -> None:
        self._every, self._ahead = every, every * (burst - 1)
        self._next: datetime | None = None  # when the next one is due

    def wait(self, now: datetime) -> timedelta:
        """How long the next one has to wait; none is taken."""
        return max((self._next or now) - self._ahead - now, timedelta())

    def take(self, now: datetime) -> None:
        self._next = max(self._next or now, now) + self._every


class TelegramPeer:
    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        """With a clock, it refuses who writes too fast or answers too late, and drops what nobody has fetched."""
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, bytes] = {}  # file id → content
        self.calls: list[tuple[str, dict[str, Any]]] = []  # every accepted or refused call, in order
        self.sent: list[dict[str, Any]] = []  # messages that were accepted, with the buttons they have now
        self.pictures: set[str] = set()  # addresses of pictures that Telegram can fetch
        self.menus: dict[tuple[str, str], dict[str, str]] = {}  # (chat or "", language or "") → command → description
        self.spinning: dict[str, datetime | None] = {}  # callback queries handed out and not answered → pressed when
        self.webhook: dict[str, Any] = {}
        self.webhook_statuses: list[int] = []
        self.url = ""
        self.floods_refused = 0  # for writing too fast
        self._now = now
        self._buckets: dict[int, Bucket] = {}  # by private chat
        self._bucket = Bucket(BOT_EVERY, BOT_BURST)  # of the bot
        self._updates: list[dict[str, Any]] = []  # not yet confirmed
        self._came: dict[int, datetime | None] = {}  # update → when
        self._allowed: list[str] = []  # kinds of updates that the bot asks for; [] for all but UNASKED
        self._next_update = 501
        self._next_message = 9000
        self._poll = 0  # number of the newest getUpdates call
        self._closing = False
        self._changed = asyncio.Condition()

    # --- life -----------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> "TelegramPeer":
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)  # its addresses hold the token
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        await self._notify()
        await self._runner.cleanup()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something that happened here makes `condition` true."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(condition)

    def asked(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all calls of one method."""
        return [parameters for name, parameters in self.calls if name == method.lower()]

    # --- what the test does as the people on the other side ---------------------------------------------------------

    def chat(self, chat_id: int, **details: Any) -> Chat:
        self.chats[chat_id] = Chat(chat_id, **details)
        return self.chats[chat_id]

    async def push(self, update: dict[str, Any], *, update_id: int = 0) -> int:
        """A new update waits for the bot, if it asks for such. Its id is the next one, unless told."""
        number, kind = update_id or self._next_update, next(key for key in update if key != "update_id")
        self._next_update = number + 1
        if kind in self._allowed or not (self._allowed or kind in UNASKED):
            self._updates.append({**update, "update_id": number})
            self._came[number] = self._now and self._now()
        await self._notify()
        return number

    @property
    def waiting(self) -> list[int]:
        """Ids of updates that the bot has not confirmed."""
        return [update["update_id"] for update in self._updates]

    async def deliver(self, *, behind: str = "", patience: float = ANSWER_SECONDS) -> list[int]:
        """Call the webhook once for each update that is due; what is not answered 2xx stays for the next call.

        One queue per chat, and one per user for buttons, as the real server has: an update waits for those before it,
        and the queues go on side by side. `behind`: where the server stands, if a proxy has the webhook's address.
        The statuses, queue by queue, 0 for a late answer.
        """
        self._forget_old()
        queues: dict[str, list[dict[str, Any]]] = {}
        for update in self._updates:
            queues.setdefault(_queue_of(update), []).append(update)
        url = behind + URL(self.webhook["url"]).path if behind else self.webhook["url"]
        lines = asyncio.Semaphore(int(self.webhook.get("max_connections", CONNECTIONS)))
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=patience)) as session:
            answers = await asyncio.gather(*(self._bring(queue, session, url, lines) for queue in queues.values()))
        statuses = [status for queue in answers for status in queue]
        self.webhook_statuses += statuses
        return statuses

    async def _bring(
        self, queue: list[dict[str, Any]], session: aiohttp.ClientSession, url: str, lines: asyncio.Semaphore
    ) -> list[int]:
        statuses, headers = list[int](), {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"]}
        for update in queue:
            async with lines:
                self._hand_out(update)
                try:
                    async with session.post(url, json=update, headers=headers) as answer:
                        statuses.append(answer.status)
                except TimeoutError:
                    statuses.append(0)
            if statuses[-1] // 100 != 2:
                break
            self._updates.remove(update)
        return statuses

    # --- HTTP -------------------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()  # "all methods are case-insensitive"
        parameters = await _parameters(request)
        self.calls.append((method, parameters))
        try:
            _check_token(request.match_info["token"])
            handler = self._methods().get(method)
            if handler is None:
                raise Refusal(404, "Not Found: method not found")
            result = await handler(parameters)
        except Refusal as refusal:
            body = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                body["parameters"] = refusal.parameters
            return web.json_response(body, status=refusal.code)
        finally:
            await self._notify()
        return web.json_response({"ok": True, "result": result})

    async def _download(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["path"].removeprefix("files/"))
        if request.match_info["token"] != TOKEN or content is None:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=content)

    def _methods(self) -> dict[str, Any]:
        return {"getme": self._get_me, "getupdates": self._get_updates, "setwebhook": self._set_webhook,
                "deletewebhook": self._delete_webhook, "getwebhookinfo": self._webhook_info,
                "sendmessage": self._send_message, "sendphoto": self._send_photo,
                "sendchataction": self._send_chat_action, "setmycommands": self._set_my_commands,
                "answercallbackquery": self._answer_callback_query, "getfile": self._get_file,
                "editmessagereplymarkup": self._edit_reply_markup}

    # --- methods ----------------------------------------------------------------------------------------------------

    async def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return BOT

    async def _get_updates(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to "
                               "delete the webhook first")
        limit = int(asked.get("limit", 100))
        if not 1 <= limit <= 100:
            raise Refusal(400, "Bad Request: limit must be between 1 and 100")
        self._allowed = asked.get("allowed_updates", self._allowed)
        self._forget_old()
        self._poll += 1
        number = self._poll
        await self._notify()  # whoever polls already is thrown out
        offset = int(asked.get("offset", 0))
        # an offset far beyond the newest update is taken for a mistake: the server answers from the oldest
        if offset > self._next_update + 10:
            offset = 0
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        async with self._changed:
            if int(asked.get("timeout", 0)):
                await self._changed.wait_for(lambda: self._updates or self._poll != number or self._closing)
        if self._poll != number:
            raise Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
                               "is running")
        for update in self._updates[:limit]:
            self._hand_out(update)
        return self._updates[:limit]

    async def _set_webhook(self, asked: dict[str, Any]) -> bool:
        secret = asked.get("secret_token", "")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        url = asked.get("url", "")
        if not url.startswith(("https://", "http://127.0.0.1:")):  # a server run with --local takes http, as here
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if url.startswith("https://") and URL(url).port not in PORTS:
            raise Refusal(400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        self._allowed = asked.get("allowed_updates", self._allowed)
        self.webhook = {**asked, "secret_token": secret}
        return True

    async def _delete_webhook(self, _: dict[str, Any]) -> bool:
        self.webhook = {}
        return True

    async def _webhook_info(self, _: dict[str, Any]) -> dict[str, Any]:
        info = {"url": self.webhook.get("url", ""), "has_custom_certificate": False,
                "pending_update_count": len(self._updates)}
        if self.webhook_statuses and self.webhook_statuses[-1] // 100 != 2:
            info |= {"last_error_date": 1790000000,
                     "last_error_message": f"Wrong response from the webhook: {self.webhook_statuses[-1]}"}
        return info

    async def _send_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        chat = self._writable(asked)
        text = _parsed(asked.get("text", ""), asked.get("parse_mode", "")).strip()
        if not text:
            raise Refusal(400, "Bad Request: message text is empty")
        if _units(text) > 4096:
            raise Refusal(400, "Bad Request: message is too long")
        return self._accept(chat, asked, text=text)

    async def _send_photo(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Of a picture by its address: Telegram fetches it itself."""
        chat = self._writable(asked)
        if _units(_parsed(asked.get("caption", ""), asked.get("parse_mode", "")).strip()) > 1024:
            raise Refusal(400, "Bad Request: message caption is too long")
        if asked.get("photo", "") not in self.pictures:
            raise Refusal(400, "Bad Request: failed to get HTTP URL content")
        return self._accept(chat, asked, caption=asked.get("caption", "").strip())

    def _accept(self, chat: Chat, asked: dict[str, Any], **content: str) -> dict[str, Any]:
        if chat.type != "private" and "request_contact" in str(asked.get("reply_markup", "")):
            raise Refusal(400, "Bad Request: phone number can be requested in private chats only")
        _check_entities(asked.get("entities", asked.get("caption_entities", [])), *content.values())
        _check_keyboard(asked.get("reply_markup", {}).get("inline_keyboard", []))
        _check_own_keyboard(asked.get("reply_markup", {}).get("keyboard", []))
        if chat.floods and not chat.patience:
            seconds = chat.floods.pop(0)
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        chat.patience = max(0, chat.patience - 1)
        self._pace(chat)
        self._next_message += 1
        self.sent.append({**asked, "chat_id": chat.id, **content, "message_id": self._next_message})
        return {"message_id": self._next_message, "date": 1790000000, **content, "from": BOT,
                "chat": {"id": chat.id, "type": chat.type, "title": "T", "first_name": "F"}}

    def _pace(self, chat: Chat) -> None:
        if self._now is None:
            return
        now, buckets = self._now(), [self._bucket]
        if chat.type == "private":
            buckets.append(self._buckets.setdefault(chat.id, Bucket(CHAT_EVERY, CHAT_BURST)))
        if wait := max(bucket.wait(now) for bucket in buckets):
            self._flood(wait)
        for bucket in buckets:
            bucket.take(now)

    def _flood(self, wait: timedelta) -> NoReturn:
        self.floods_refused += 1
        seconds = -(-wait // timedelta(seconds=1))  # rounded up
        raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    async def _edit_reply_markup(self, asked: dict[str, Any]) -> dict[str, Any]:
        chat = self._writable(asked)
        here = [sent for sent in self.sent if sent["chat_id"] == chat.id]
        mine = [sent for sent in here if str(sent["message_id"]) == asked["message_id"]]
        if not mine:
            raise Refusal(400, "Bad Request: message to edit not found")
        keys = asked.get("reply_markup", {})
        _check_keyboard(keys.get("inline_keyboard", []))
        if mine[0].get("reply_markup", {}) == keys:
            raise Refusal(400, "Bad Request: message is not modified: specified new message content and reply markup "
                               "are exactly the same as a current content and reply markup of the message")
        mine[0]["reply_markup"] = keys
        return {"message_id": mine[0]["message_id"], "date": 1790000000, "text": mine[0].get("text", ""), "from": BOT,
                "chat": {"id": chat.id, "type": chat.type, "title": "T", "first_name": "F"}}

    async def _set_my_commands(self, asked: dict[str, Any]) -> bool:
        commands = asked["commands"]
        if len(commands) > 100:
            raise Refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        if not re.fullmatch(r"([a-z]{2})?", asked.get("language_code", "")):
            raise Refusal(400, "Bad Request: LANG_CODE_INVALID")
        scope = asked.get("scope", {"type": "default"})
        if scope["type"] == "chat":
            self._reachable(str(scope["chat_id"]))
        self.menus[str(scope.get("chat_id", "")), asked.get("language_code", "")] = {
            command["command"]: command["description"] for command in commands}
        return True

    async def _send_chat_action(self, asked: dict[str, Any]) -> bool:
        self._writable(asked)
        if asked.get("action") != "typing":
            raise Refusal(400, "Bad Request: wrong parameter action in request")
        return True

    async def _answer_callback_query(self, asked: dict[str, Any]) -> bool:
        query = asked.get("callback_query_id", "")
        if query not in self.spinning or self._older(self.spinning[query], CALLBACK_LIFE):
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if len(asked.get("text", "")) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        del self.spinning[query]
        return True

    async def _get_file(self, asked: dict[str, Any]) -> dict[str, Any]:
        file_id = asked.get("file_id", "")
        if file_id not in self.files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[file_id]) > DOWNLOAD_BYTES:
            raise Refusal(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_path": f"files/{file_id}"}

    # --- helpers ----------------------------------------------------------------------------------------------------

    def _writable(self, asked: dict[str, Any]) -> Chat:
        chat = self._reachable(asked.get("chat_id", ""))
        thread = asked.get("message_thread_id")
        if thread is not None and int(thread) not in chat.threads:
            raise Refusal(400, "Bad Request: message thread not found")
        return chat

    def _reachable(self, chat_id: str) -> Chat:
        try:
            chat = self.chats[int(chat_id)]
        except (KeyError, ValueError):
            raise Refusal(400, "Bad Request: chat not found") from None
        if chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat.migrated_to:
            raise Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat",
                          migrate_to_chat_id=chat.migrated_to)
        return chat

    def _hand_out(self, update: dict[str, Any]) -> None:
        if "callback_query" in update:
            self.spinning[update["callback_query"]["id"]] = self._came.get(update["update_id"])

    def _forget_old(self) -> None:
        """Drop the updates that have waited too long."""
        self._updates = [update for update in self._updates if not self._older(
            self._came.get(update["update_id"]), CALLBACK_LIFE if "callback_query" in update else UPDATE_LIFE)]

    def _older(self, moment: datetime | None, life: timedelta) -> bool:
        return self._now is not None and moment is not None and self._now() - moment > life

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


async def _parameters(request: web.Request) -> dict[str, Any]:
    """From the query, a form or JSON; objects inside a form are JSON texts."""
    if request.content_type == "application/json":
        return {**request.query, **await request.json()}
    values = {**request.query, **await request.post()}
    return {key: json.loads(value) if str(value)[:1] in ("{", "[") and key not in ("text", "chat_id", "name") else value
            for key, value in values.items()}


def _check_token(token: str) -> None:
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
        raise Refusal(404, "Not Found")
    if token != TOKEN:
        raise Refusal(401, "Unauthorized")


def _check_keyboard(rows: list[list[dict[str, Any]]]) -> None:
    keys = [key for row in rows for key in row]
    if len(keys) > 100 or any(len(row) > 8 for row in rows):
        raise Refusal(400, "Bad Request: reply markup is too long")
    for key in keys:
        if not key.get("text", "").strip():
            raise Refusal(400, "Bad Request: can't parse inline keyboard button: text is empty")
        copied = key.get("copy_text", {}).get("text")
        if copied is not None and not 1 <= len(copied) <= 256:
            raise Refusal(400, "Bad Request: BUTTON_COPY_TEXT_INVALID")
        if copied is None and not 1 <= len(key.get("callback_data", "").encode()) <= 64:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")


def _check_own_keyboard(rows: list[list[dict[str, Any]]]) -> None:
    """The one that stands in place of the phone's."""
    if any(not key.get("text", "").strip() for row in rows for key in row):
        raise Refusal(400, "Bad Request: keyboard button text must be non-empty")


def _check_entities(entities: list[dict[str, Any]], text: str) -> None:
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if not 0 <= start < end <= _units(text):
            raise Refusal(400, "Bad Request: ENTITY_BOUNDS_INVALID")


class _Tags(HTMLParser):
    """Telegram's HTML: the few tags it knows, each of them closed in order."""

    known = frozenset({"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "tg-spoiler",
                       "blockquote", "span", "tg-emoji"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in self.known:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" at byte offset 0')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unmatched end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        self.text += data


def _parsed(text: str, mode: str) -> str:
    """What is left of a text after its markup."""
    if mode != "HTML":
        return text
    tags = _Tags()
    tags.feed(text)
    tags.close()
    if tags.open:
        raise Refusal(400, f'Bad Request: can\'t parse entities: Can\'t find end tag for "{tags.open[-1]}"')
    return tags.text


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _queue_of(update: dict[str, Any]) -> str:
    if "callback_query" in update:
        return f"user {update['callback_query']['from']['id']}"
    content = next(value for key, value in update.items() if key != "update_id")
    return f"chat {content['chat']['id']}"
