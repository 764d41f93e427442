"""Slack and Telegram on loopback on a bad day: each call may be refused, fail, or lose its answer, by a seeded plan.

What befalls the n-th call about a chat depends on the seed, the chat and n alone, so it is the same whatever else goes
on at that moment.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web
from peers.slack import Envelope, SlackPeer, _arguments
from peers.telegram import _parameters
from peers.telegram_forum import ForumPeer

CONNECTION = ("dropped", "lost")
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0  # seconds; what the outbox waits at least and at most before it tries again


@dataclass(frozen=True)
class Rates:
    """The share of the calls, or of the deliveries, that each mishap befalls."""

    limited: float = 0.0  # 429 with a Retry-After of 1 to 8 s
    broken: float = 0.0  # 500
    dropped: float = 0.0  # the connection ends before the platform has taken the call
    lost: float = 0.0  # the platform has taken it, and the connection ends before its answer
    twice: float = 0.0  # an event or update comes twice
    late: float = 0.0  # its twin comes only after the next one: out of order
    closed: float = 0.0  # Slack's socket ends right after the event; over HTTP our answer to it is lost
    away: float = 0.0  # our own store takes nothing, so that what a platform has brought is refused
    floods: int = 0  # one chat on each platform takes nothing for 30 s, so many times over


CALM = Rates()
BAD_DAY = Rates(limited=0.08, broken=0.05, dropped=0.04, lost=0.04, twice=0.12, late=0.08, closed=0.04, floods=4)
BAD_DAY_OVER_HTTP = replace(BAD_DAY, away=0.06)


@dataclass
class Chat:
    """What befell the calls about one chat."""

    mishaps: Counter[str] = field(default_factory=Counter)
    in_a_row: int = 0
    waits: float = 0.0  # seconds that its own mishaps may have held it up


class Plan:
    def __init__(self, seed: int, rates: Rates) -> None:
        self._seed, self.rates = seed, rates
        self._calls: Counter[str] = Counter()
        self.chats: defaultdict[str, Chat] = defaultdict(Chat)
        self.flooded: dict[str, int] = {}  # chat → how many more calls are refused for 30 s

    def call(self, chat: str) -> tuple[str, int]:
        """What befalls the next call about this chat ("" for nothing), and for a 429 the seconds to wait."""
        dice, rates, seen = self._dice(chat), self.rates, self.chats[chat]
        if self.flooded.get(chat):
            self.flooded[chat] -= 1
            what, seconds = "limited", 30
        else:
            what = _drawn(dice, {name: getattr(rates, name) for name in ("limited", "broken", *CONNECTION)})
            seconds = dice.randint(1, 8)
        if not what:
            seen.in_a_row = 0
            return "", 0
        seen.mishaps[what] += 1
        if what == "limited":
            seen.waits += max(seconds, FIRST_PAUSE)
        else:
            seen.waits += min(FIRST_PAUSE * 2**seen.in_a_row, LONGEST_PAUSE)
            seen.in_a_row += 1
        return what, seconds

    def delivery(self, chat: str) -> str:
        """What befalls the next event of this chat on its way to us."""
        names = ("twice", "late", "closed")
        return _drawn(self._dice(f"from {chat}"), {name: getattr(self.rates, name) for name in names})

    def away(self, chat: str) -> bool:
        return bool(self.rates.away) and self._dice(f"store {chat}").random() < self.rates.away

    def _dice(self, chat: str) -> random.Random:
        self._calls[chat] += 1
        return random.Random(f"{self._seed} {chat} {self._calls[chat]}")


def _drawn(dice: random.Random, shares: Mapping[str, float]) -> str:
    point = dice.random()
    for name, share in shares.items():
        point -= share
        if point < 0:
            return name
    return ""


class BadSlack(SlackPeer):
    def __init__(self, plan: Plan, arrived: Callable[[str], None]) -> None:
        """`arrived(chat)` is told of every message that a person can see."""
        super().__init__()
        self._plan, self._arrived = plan, arrived
        self.by_channel: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.twins: Counter[str] = Counter()  # chat → messages whose answer was lost: they may come again

    async def _call(self, request: web.Request) -> web.Response:
        if request.match_info["method"] != "chat.postMessage":
            return await super()._call(request)
        arguments = await _arguments(request)
        what, seconds = self._plan.call(f"slack:{arguments.get('channel')}")
        if what == "limited":
            refusal = {"ok": False, "error": "ratelimited"}
            return web.json_response(refusal, status=429, headers={"Retry-After": str(seconds)})
        if what == "broken":
            return web.Response(status=500, text="<html>upstream</html>", content_type="text/html")
        if what == "dropped":
            request.transport.abort()
            return web.Response()
        answer = await super()._call(request)
        if what == "lost":
            self.twins[str(arguments.get("channel"))] += answer.status == 200 and json.loads(answer.text)["ok"]
            request.transport.abort()
        return answer

    def _chat_postMessage(self, message: dict[str, Any]) -> dict[str, Any] | int:
        answer = super()._chat_postMessage(message)
        if isinstance(answer, dict) and answer["ok"]:
            self.by_channel[message["channel"]].append(self.sent[-1])
            self._arrived(f"slack:{message['channel']}")
        return answer

    async def push_again(self, envelope: Envelope) -> None:
        with suppress(ConnectionError):  # the socket was just closed: it is sent again when no answer comes
            await super().push_again(envelope)

    async def drop(self) -> None:
        if self._socket is not None:
            await super().drop()


class BadTelegram(ForumPeer):
    SPEAKING = ("sendmessage", "createforumtopic", "getupdates")

    def __init__(self, plan: Plan, arrived: Callable[[str], None], **arguments: Any) -> None:
        super().__init__(**arguments)
        self._plan, self._arrived = plan, arrived
        self.by_chat: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        self.twins: Counter[str] = Counter()
        self.orphans = 0  # topics that were made and never heard of: nobody writes in them

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()
        if method not in self.SPEAKING:
            return await super()._serve(request)
        asked = await _parameters(request)
        chat = str(asked.get("chat_id", "updates"))
        what, seconds = self._plan.call(f"telegram:{chat}")
        if what == "limited":
            body = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {seconds}",
                    "parameters": {"retry_after": seconds}}  # fmt: skip
            return web.json_response(body, status=429)
        if what == "broken":
            body = {"ok": False, "error_code": 500, "description": "Internal Server Error"}
            return web.json_response(body, status=500)
        if what == "dropped":
            request.transport.abort()
            return web.Response()
        answer = await super()._serve(request)
        if what == "lost" and request.transport is not None:
            self.twins[chat] += method == "sendmessage" and answer.status == 200
            self.orphans += method == "createforumtopic" and answer.status == 200
            request.transport.abort()
        return answer

    async def _send_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        said = await super()._send_message(asked)
        self.by_chat[int(asked["chat_id"])].append(self.sent[-1])
        self._arrived(f"telegram:{asked['chat_id']}")
        return said
