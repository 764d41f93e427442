"""A simulated day from its beginning, and what must hold when it is over, by the store and by what people saw."""

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
from peers.slack import visible
from peers.telegram_forum import GROUP
from sim_peers import Rates
from sim_people import Shopper, chats, team
from simulation import STAFF_CHANNEL, World, mail_of, own_orders, vouch, world

from adapters.slack import render as slack
from adapters.telegram import render as telegram
from bot.shop.tables import Refunds
from bot.store.codec import DESK_POST, REPLY
from bot.store.database import reading
from bot.store.tables import Actions, Handoffs, Inbox, Outbox, Turns


@asynccontextmanager
async def day(
    folder: Path, *, shoppers: int, staff: int, seed: int, rates: Rates, http: bool = False
) -> AsyncIterator["Day"]:
    """A day that is over; the product is still there to be looked at."""
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(world(folder, shoppers=shoppers, seed=seed, rates=rates, http=http))

        async def browser() -> aiohttp.ClientSession:
            jar = aiohttp.CookieJar(unsafe=True)  # of an address without a name
            return await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))

        people, colleagues = chats(here, shoppers), await team(here, browser, staff)
        for shopper in people:
            await vouch(here.product, shopper.chat.address, mail_of(shopper.place))
        begun = time.monotonic()
        lives = [here.time.begin(shopper.live()) for shopper in people]
        work = [here.time.begin(colleague.live()) for colleague in colleagues]
        await here.live(lambda: all(life.done() for life in lives) and not any(one.busy for one in colleagues))
        for task in work:
            task.cancel()
        for result in await asyncio.gather(*lives, *work, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
        yield Day(here, people, time.monotonic() - begun)


@dataclass
class Day:
    world: World
    shoppers: list[Shopper]
    seconds: float  # it took in real time


async def rows(world: World, model: Any) -> list[Any]:
    table = model.__table__
    async with reading(world.product.engine) as connection:
        return list(await connection.execute(sa.select(table).order_by(*table.primary_key.columns)))


async def check_inbox(world: World, shoppers: Sequence[Shopper]) -> int:
    """Each message was accepted once, worked once, in the order it was written; how many there were."""
    inbox, turns = await rows(world, Inbox), await rows(world, Turns)
    assert [row.id for row in inbox if not row.done] == []
    for shopper in shoppers:
        here = shopper.chat.address.conversation_id
        mine = [row for row in inbox if row.conversation_id == here]
        written = [row.message["text"] for row in mine if row.sender == "shopper" and row.kind == "text"]
        assert written == shopper.said, shopper.name
        heard = [turn.record.get("source_id") for turn in turns
                 if turn.conversation_id == here and turn.speaker == "user"]  # fmt: skip
        assert heard == [row.source_id for row in mine if row.sender == "shopper"], shopper.name
    return len([row for row in inbox if row.sender != "clock"])


def without_twins(seen: Sequence[str], owed: Sequence[str]) -> int:
    """How often something came again right after itself; AssertionError when anything else differs."""
    twins = place = 0
    for text in seen:
        if place < len(owed) and text == owed[place]:
            place += 1
        else:
            assert place and text == owed[place - 1], (text, owed[place : place + 1])
            twins += 1
    assert place == len(owed), owed[place:]
    return twins


async def check_chats(world: World, shoppers: Sequence[Shopper]) -> int:
    """Each chat shows what it was owed, in order of acceptance; the twins, each from an answer that was lost."""
    by_conversation = defaultdict(list)
    for row in await rows(world, Outbox):
        by_conversation[row.conversation_id, row.target].append(row)
    twins = 0
    for shopper in shoppers:
        sent = by_conversation[shopper.chat.address.conversation_id, "channel"]
        states = {row.state for row in sent}
        assert states == {"failed"} if shopper.plan == "blocks" else states == {"sent"}, (shopper.name, states)
        if shopper.plan == "blocks":
            continue
        slacks, chat = shopper.chat.key.startswith("slack"), shopper.chat.address.chat
        render = slack.render if slacks else telegram.render
        owed = [part.text for row in sent for part in render(REPLY.load(row.payload))]
        here: list[Any] = world.slack.by_channel[chat] if slacks else world.telegram.by_chat[int(chat)]
        more = without_twins([said["text"] for said in here], owed)
        assert more <= (world.slack.twins if slacks else world.telegram.twins)[chat], shopper.name
        twins += more
        assert shopper.missed == [], shopper.name
    return twins


async def check_desks(world: World, shoppers: Sequence[Shopper]) -> None:
    """Each handoff's posts stand at both desks, in order, in the thread of that handoff."""
    posts = defaultdict(list)
    for row in await rows(world, Outbox):
        if row.target.startswith("desk:"):
            assert row.state == "sent", (row.target, row.state, row.error)
            posts[row.handoff_id, row.target].append(DESK_POST.load(row.payload).text)
    threads = {"desk:slack": _slack_threads(world), "desk:telegram": _telegram_threads(world)}
    for (handoff, target), texts in posts.items():
        if target == "desk:console":
            continue  # it shows the transcript itself
        shown, at = threads[target][handoff], 0
        for text in texts:
            found = shown.find(text, at)
            assert found >= 0, (target, handoff, text)
            at = found + len(text)


def _slack_threads(world: World) -> dict[str, str]:
    threads: defaultdict[str, str] = defaultdict(str)
    place: dict[str, str] = {}
    for sent in world.slack.by_channel[STAFF_CHANNEL]:
        thread = sent.get("thread_ts") or sent["ts"]
        for handoff in _named(key["value"] for block in sent["blocks"] if block["type"] == "actions"
                              for key in block["elements"] if "value" in key):  # fmt: skip
            place.setdefault(thread, handoff)
        threads[place[thread]] += visible(sent) + "\n"
    return threads


def _telegram_threads(world: World) -> dict[str, str]:
    threads: defaultdict[str, str] = defaultdict(str)
    place: dict[str, str] = {}
    for sent in world.telegram.by_chat[GROUP]:
        rows_of_keys = sent.get("reply_markup", {}).get("inline_keyboard", [])
        for handoff in _named(key["callback_data"] for keys in rows_of_keys for key in keys):
            place.setdefault(sent["message_thread_id"], handoff)
        threads[place[sent["message_thread_id"]]] += sent["text"] + "\n"
    return threads


def _named(values: Iterable[str]) -> list[str]:
    return [value.partition(":")[2] for value in values]


async def check_writes(world: World, shoppers: Sequence[Shopper]) -> int:
    """One write and one refund for each yes, and no other."""
    confirmed = sorted(order for shopper in shoppers for order in shopper.confirmed)
    actions = await rows(world, Actions)
    assert sorted(row.arguments["order"] for row in actions) == confirmed
    assert {row.state for row in actions} <= {"finished"}
    ours = {order for shopper in shoppers for order in own_orders(shopper.place)}
    assert sorted(row.order_number for row in await rows(world, Refunds) if row.order_number in ours) == confirmed
    return len(confirmed)


async def check_blocked(world: World, shoppers: Sequence[Shopper]) -> None:
    """Staff were told, once, of each chat that takes nothing any more."""
    handoffs = await rows(world, Handoffs)
    for shopper in shoppers:
        if shopper.plan == "blocks":
            mine = [row.reason for row in handoffs if row.conversation_id == shopper.chat.address.conversation_id]
            assert mine == ["undeliverable"], (shopper.name, mine)


@dataclass(frozen=True)
class Delays:
    median: float
    most: float  # of 95 %
    longest: float
    foreign: float  # the longest that a chat was held up beyond what its own mishaps explain


async def delays(world: World, shoppers: Sequence[Shopper]) -> Delays:
    """Seconds of the simulated day from a chat's row to its delivery."""
    key_of = {shopper.chat.address.conversation_id: shopper.chat.key for shopper in shoppers}
    waited, foreign = [], 0.0
    for row in await rows(world, Outbox):
        if row.target == "channel" and row.state == "sent":
            seconds = (row.sent_at - row.at).total_seconds()
            waited.append(seconds)
            foreign = max(foreign, seconds - world.plan.chats[key_of[row.conversation_id]].waits)
    parts = statistics.quantiles(waited, n=20)
    return Delays(statistics.median(waited), parts[18], max(waited), foreign)
