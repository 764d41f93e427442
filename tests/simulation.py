"""A day of the whole product in minutes: shoppers and staff on both platforms, and platforms that fail them.

bot.bootstrap with the real adapters, store, dialogue and dispatcher; only the peers, what is understood (a few words,
written down) and the clock are ours. The clock goes on by itself and leaps over the time in which nobody has anything
to do, so that no pause is waited for.
"""

import asyncio
import heapq
import itertools
import json
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from conftest import NOW
from peers.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from peers.telegram import TOKEN
from peers.telegram_forum import GROUP
from sim_peers import BadSlack, BadTelegram, Plan, Rates

from adapters.slack import SlackAdapter, SlackSettings
from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.web import WebAdapter
from bot.bootstrap import Shophand, shophand
from bot.conversation import IntentScore, Understanding, Utterance
from bot.errors import StoreError
from bot.messages import InboundMessage
from bot.ports import Language, Receipt
from bot.serve import serving
from bot.settings import Settings
from bot.shop.transfer import SAMPLE
from bot.speech import WrittenWords
from bot.store.database import reading
from bot.store.tables import Budgets, Conversations, Inbox, Outbox, Timers

STAFF_CHANNEL = "C0STAFF"
WORDS = {"cancel": "cancel_order", "a person": "talk_to_human", "yes": "affirm", "where is": "order_status"}
STUCK = 60.0  # real seconds in which nothing moves: the simulation is broken
LONGEST_DAY = timedelta(hours=24)
Receive = Callable[[InboundMessage], Awaitable[Receipt]]


class Heard:
    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        intents = tuple(IntentScore(name, 0.95) for word, name in WORDS.items() if word in text)
        return Understanding(text, intents, (), "en", 0.9, 0.7, "words")


class LeapingClock:
    def __init__(self, start: datetime) -> None:
        self._start, self._begun, self._leapt = start, time.monotonic(), timedelta(0)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._begun) + self._leapt

    def leap(self, to: datetime) -> None:
        self._leapt += max(to - self.now(), timedelta(0))


class Time:
    """Who sleeps until when. People are awake until they wait; while one of them is, the clock does not leap."""

    def __init__(self, clock: LeapingClock) -> None:
        self.clock = clock
        self._sleepers: list[tuple[datetime, int, asyncio.Future[bool]]] = []
        self._numbers = itertools.count()
        self._awake: set[asyncio.Task[Any]] = set()
        self._people: dict[asyncio.Future[bool], asyncio.Task[Any]] = {}
        self._looking: dict[str, list[asyncio.Future[bool]]] = {}
        self.people: set[asyncio.Task[Any]] = set()
        self.outside = 0  # sleepers that are no people: the poller between two tries

    def begin(self, life: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(life)
        self.people.add(task)
        self._awake.add(task)
        task.add_done_callback(self._awake.discard)
        return task

    @property
    def quiet(self) -> bool:
        return not self._awake

    async def sleep(self, seconds: float) -> None:
        await self._until(self._sleeper(seconds))

    async def pause(self, seconds: float) -> None:
        """What the poller of Telegram waits with."""
        self.outside += 1
        try:
            await self._sleeper(seconds)
        finally:
            self.outside -= 1

    async def news(self, chat: str, patience: float) -> bool:
        """Until something appears in the chat; False when it takes too long."""
        sleeper = self._sleeper(patience)
        self._looking.setdefault(chat, []).append(sleeper)
        return await self._until(sleeper)

    def appeared(self, chat: str) -> None:
        for sleeper in self._looking.pop(chat, ()):
            self._wake(sleeper, news=True)

    def next_waking(self) -> datetime | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def wake(self) -> None:
        while (due := self.next_waking()) and due <= self.clock.now():
            self._wake(heapq.heappop(self._sleepers)[2], news=False)

    def _sleeper(self, seconds: float) -> asyncio.Future[bool]:
        sleeper = asyncio.get_running_loop().create_future()
        until = self.clock.now() + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (until, next(self._numbers), sleeper))
        return sleeper

    async def _until(self, sleeper: asyncio.Future[bool]) -> bool:
        task = asyncio.current_task()
        assert task is not None
        self._people[sleeper] = task
        self._awake.discard(task)
        return await sleeper

    def _wake(self, sleeper: asyncio.Future[bool], *, news: bool) -> None:
        if not sleeper.done():
            if (task := self._people.pop(sleeper, None)) and not task.done():
                self._awake.add(task)
            sleeper.set_result(news)


@dataclass
class World:
    product: Shophand
    time: Time
    plan: Plan
    slack: BadSlack
    telegram: BadTelegram
    url: str
    hook: TelegramSettings
    http: bool  # the platforms call us; else sockets and polling
    refused: int = 0  # calls of theirs that we answered with no 2xx
    ticks: int = 0  # numbers that were given to messages of people

    async def live(self, over: Callable[[], bool]) -> None:
        """Until all that people wanted is over, and nothing is left to do for the product."""
        moved, known = time.monotonic(), -1
        while True:
            self.time.wake()
            if known != (known := self.ticks + len(self.slack.sent) + len(self.telegram.sent)):
                moved = time.monotonic()
            if time.monotonic() - moved > STUCK or self.time.clock.now() > NOW + LONGEST_DAY:
                raise TimeoutError(f"nothing moves: {await self._left()}")
            if not self.time.quiet or (self.telegram.waiting and not self.time.outside):
                await asyncio.sleep(0.002)
                continue
            later = await self._later()
            if later is None:
                await asyncio.sleep(0.004)
                continue
            if over() and not await self.waiting() and not await self.product.desk.handoffs():
                return
            moved = time.monotonic()
            self.time.clock.leap(min(later))
            await self.product.inbox.fire_timers()
            self.product.dispatcher.wake("")
            self.product.dispatcher._sendable.set()  # what it finds out by itself within half a second

    async def waiting(self) -> bool:
        """Whether anything is still to be sent or answered."""
        async with reading(self.product.engine) as connection:
            row = await connection.scalar(sa.select(_outbox.c.id).where(_outbox.c.state == "waiting").limit(1))
        return row is not None or await self.product.inbox.any_waiting()

    async def _later(self) -> list[datetime] | None:
        """When something is to be done, None while something is to be done now."""
        now = self.time.clock.now()
        lanes = sa.select(_outbox.c.lane, sa.func.min(_outbox.c.id)).where(_outbox.c.state == "waiting")
        paused = (
            sa.select(_conversations.c.lease_until, _conversations.c.lease_owner)
            .join(_inbox, _inbox.c.conversation_id == _conversations.c.id).where(sa.not_(_inbox.c.done))
        )  # fmt: skip
        async with reading(self.product.engine) as connection:
            budgets = {row.key: row for row in await connection.execute(sa.select(_budgets))}
            times: list[datetime | None] = []
            for lane, _ in await connection.execute(lanes.group_by(_outbox.c.lane)):
                account = "account:" + lane.removeprefix("desk:").partition(":")[0]
                times.append(_held(now, *(budgets[key] for key in (lane, account) if key in budgets)))
            for until, owner in await connection.execute(paused):
                times.append(None if owner else until)
            times += await connection.scalars(sa.select(_timers.c.due))
        times += [waking] if (waking := self.time.next_waking()) else []
        if not times:
            return [now]
        known = [moment for moment in times if moment is not None and moment > now]
        return known if len(known) == len(times) else None

    async def _left(self) -> str:
        async with reading(self.product.engine) as connection:
            sending = sa.select(_outbox.c.id, _outbox.c.lane, _outbox.c.error).where(_outbox.c.state == "waiting")
            heard = sa.select(_inbox.c.id, _inbox.c.conversation_id).where(sa.not_(_inbox.c.done))
            rows = [[tuple(row) for row in await connection.execute(each)] for each in (sending, heard)]
        return f"outbox {rows[0][:8]}, inbox {rows[1][:8]}"


_outbox, _inbox, _timers = Outbox.__table__, Inbox.__table__, Timers.__table__
_conversations, _budgets = Conversations.__table__, Budgets.__table__


def _held(now: datetime, *budgets: Any) -> datetime | None:
    """Until when the budgets hold something up; None when it can go, or is under way."""
    if any(row.taken_until for row in budgets):
        return None
    moments = [moment for row in budgets for moment in (row.next_at, row.blocked_until) if moment and moment > now]
    return max(moments, default=None)


# --- its shop --------------------------------------------------------------------------------------------------------


def own_orders(number: int) -> tuple[str, str]:
    """The two open orders of the shopper with that number."""
    return str(60000 + 2 * number), str(60001 + 2 * number)


def mail_of(number: int) -> str:
    return f"shopper{number}@example.com"


def make_shop(folder: Path, shoppers: int) -> Path:
    """The sample shop with customers of our own, each with two open orders of a paid 65 pounds."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("promotions.jsonl"))
    rows = [json.loads(line) for line in (SAMPLE / "orders.jsonl").read_text("utf-8").splitlines()]
    pattern = json.dumps(next(row for row in rows if row["number"] == "10043"))
    customers, orders = [], []
    for number in range(shoppers):
        customers.append(
            {"id": f"S{number:03}", "name": f"Sam Shopper {number}", "email": mail_of(number),
             "phone": f"+4477009{number:05}", "market": "uk", "language": "en",
             "addresses": [{"recipient": f"Sam Shopper {number}", "lines": ["1 Rowan Street"], "city": "Leeds",
                            "postcode": "LS6 2AB", "country": "GB"}]})  # fmt: skip
        orders += [json.loads(pattern.replace("10043", own).replace("C001", f"S{number:03}"))
                   for own in own_orders(number)]  # fmt: skip
    for name, lines in (("customers", customers), ("orders", orders)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return folder


# --- its life --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def world(folder: Path, *, shoppers: int, seed: int, rates: Rates, http: bool) -> AsyncIterator[World]:
    clock = LeapingClock(NOW)
    passing, plan = Time(clock), Plan(seed, rates)
    slack, telegram = BadSlack(plan, passing.appeared), BadTelegram(plan, passing.appeared, now=clock.now)

    mode, app_token = ("webhook", "") if http else ("polling", APP_TOKEN)
    hook = TelegramSettings(
        TOKEN, mode=mode, public_url="https://shop.example", staff_group=str(GROUP)
    )  # fmt: skip

    def adapters(assistant: Any, policy: Any) -> list[Any]:
        assistant.receive = _at_times_away(assistant.receive, plan)
        return [
            WebAdapter(assistant, assistant, secret=b"s" * 32, shop_name={"en": "Shop"}, now=clock.now),
            TelegramAdapter(
                assistant, assistant, replace(hook, base_url=telegram.url), now=clock.now, pause=passing.pause
            ),
            SlackAdapter(
                assistant, assistant, SlackSettings(BOT_TOKEN, SIGNING_SECRET, app_token, STAFF_CHANNEL, slack.api),
                ping_seconds=2.0,
            ),
        ]  # fmt: skip

    async with slack, telegram:
        slack.open(STAFF_CHANNEL)
        async with (
            shophand(
                Settings(home=folder / "home"), clock=clock, make_adapters=adapters,
                language=lambda *_: Language(Heard(), WrittenWords()),
                shop_folder=make_shop(folder / "shop", shoppers),
            ) as product,
            serving(product, "127.0.0.1", 0) as port,
        ):  # fmt: skip
            yield World(product, passing, plan, slack, telegram, f"http://127.0.0.1:{port}", hook, http)


def _at_times_away(receive: Receive, plan: Plan) -> Receive:
    """The store, which now and then takes nothing that a platform brings."""

    async def take(message: InboundMessage) -> Receipt:
        address = message.address
        if address.channel in ("slack", "telegram") and plan.away(f"{address.chat}:{address.user}"):
            raise StoreError("the store is away")
        return await receive(message)

    return take


async def vouch(product: Shophand, address: Any, mail: str) -> None:
    """He has proved who he is."""
    proof = await product.shop.customer(mail)
    assert proof is not None
    until = NOW.replace(year=2030)
    await product.conversations.vouch(address, replace(proof, until=until, strong_until=until))
