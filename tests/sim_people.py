"""Who lives in the simulation: shoppers with something on their mind, and staff at three desks.

Each is seeded; what they write carries a mark, "(s007/3)", by which it is found again on the other side.
"""

import asyncio
import random
import re
import uuid
import zlib
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
from peers.slack import TEAM, Envelope, buttons, visible
from peers.telegram import BOT
from peers.telegram_forum import GROUP
from sim_http import to_slack, to_telegram
from simulation import STAFF_CHANNEL, World, own_orders
from slack_rig import payload as slack_payload
from test_telegram_polling import update as telegram_payload

from bot.messages import Address
from bot.ports import Linking

PATIENCE = 6 * 3600.0  # seconds until a person gives up; what he then misses, the checks find
MARK = re.compile(r"\((s\d{3})/\d+\)")


# --- the platforms as people use them ---------------------------------------------------------------------------------


class SlackApp:
    """One person's Slack; what he does is delivered over the socket or by a call, well or badly."""

    def __init__(self, world: World, user: str) -> None:
        self._world, self.user = world, user
        self._late: list[Envelope] = []

    async def say(self, channel: str, text: str, thread: str = "") -> None:
        event = deepcopy(slack_payload("im_text"))
        event["event"] |= {"user": self.user, "channel": channel, "text": text, "ts": ts(self._world),
                           "channel_type": "im" if channel.startswith("D") else "channel"}  # fmt: skip
        event["event"] |= {"thread_ts": thread} if thread else {}
        del event["event"]["blocks"]
        await self._deliver(channel, event)

    async def press(self, message: dict[str, Any], value: str) -> None:
        keys = [key for block in message["blocks"] if block["type"] == "actions" for key in block["elements"]]
        pressed = deepcopy(slack_payload("press_im"))
        pressed["user"]["id"], pressed["channel"]["id"] = self.user, message["channel"]
        pressed["message"]["ts"] = message["ts"]
        pressed["container"] |= {"message_ts": message["ts"], "channel_id": message["channel"]}
        if message.get("thread_ts"):
            pressed["message"]["thread_ts"] = pressed["container"]["thread_ts"] = message["thread_ts"]
        key = next(key for key in keys if key["value"] == value)
        pressed["actions"] = [{**key, "block_id": "b", "action_ts": ts(self._world)}]
        await self._deliver(message["channel"], pressed)

    async def _deliver(self, channel: str, payload: dict[str, Any]) -> None:
        peer, mishap = self._world.slack, self._world.plan.delivery(f"slack:{channel}:{self.user}")
        late, self._late = self._late, []
        if self._world.http:
            await to_slack(self._world, payload, mishap)
            for other in late:
                await to_slack(self._world, other.payload)
            self._late = [Envelope("", "", payload)] if mishap == "late" else []
            return
        envelope = await peer.push(payload)
        if mishap == "closed":
            await peer.drop()
        await self._acknowledged(envelope)
        for other in [*late, *([envelope] if mishap == "twice" else [])]:
            other.acked.clear()
            await peer.push_again(other)
            await self._acknowledged(other)
        if mishap == "late":
            self._late.append(envelope)

    async def _acknowledged(self, envelope: Envelope) -> None:
        """Slack sends it again until it is acknowledged."""
        while True:
            try:
                async with asyncio.timeout(1):
                    await envelope.acked.wait()
                    return
            except TimeoutError:
                await self._world.slack.push_again(envelope)


class TelegramApp:
    """One person's Telegram; the poller fetches what he does, or Telegram calls, well or badly."""

    def __init__(self, world: World, user: int) -> None:
        self._world, self.user = world, user
        self._late: list[dict[str, Any]] = []

    async def say(self, text: str) -> None:
        message = deepcopy(telegram_payload("private_text")["message"])
        message["from"]["id"] = message["chat"]["id"] = self.user
        await self._push({"message": message | {"text": text, "message_id": number(self._world)}})

    async def say_in_topic(self, text: str, topic: int) -> None:
        message = deepcopy(telegram_payload("topic_mention")["message"])
        del message["entities"]
        message |= {"message_id": number(self._world), "text": text, "message_thread_id": topic}
        message["from"] |= {"id": self.user, "first_name": f"U{self.user}"}
        await self._push({"message": message})

    async def press(self, message: dict[str, Any], value: str) -> None:
        there = "button_in_group" if message["chat_id"] == GROUP else "button"
        query = deepcopy(telegram_payload(there)["callback_query"]) | {"id": str(number(self._world)), "data": value}
        query["from"]["id"] = self.user
        query["message"]["message_id"] = message["message_id"]
        if there == "button":
            query["message"]["chat"]["id"] = self.user
        await self._push({"callback_query": query})

    async def _push(self, update: dict[str, Any]) -> None:
        peer, mishap = self._world.telegram, self._world.plan.delivery(f"telegram:{self.user}")
        late, self._late = self._late, []
        if self._world.http:
            update = {"update_id": number(self._world), **update}
            await to_telegram(self._world, update, mishap)
            for other in late:
                await to_telegram(self._world, other)
            self._late = [update] if mishap == "late" else []
            return
        await peer.push(update)
        for other in [*late, *([update] if mishap in ("twice", "closed") else [])]:
            await peer.push(other)
        if mishap == "late":
            self._late.append(update)


def number(world: World) -> int:
    world.ticks += 1
    return 20_000 + world.ticks


def ts(world: World) -> str:
    return f"1790001000.{number(world):06d}"


# --- shoppers --------------------------------------------------------------------------------------------------------


class ChatWindow(Protocol):
    """The private chat of a shopper with the shop."""

    key: str  # as Time.news and the plan know it
    address: Address

    def messages(self) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
        """What the shop wrote: text, values of the buttons, and the platform's message."""
        ...

    async def say(self, text: str) -> None: ...

    async def press(self, message: dict[str, Any], value: str) -> None: ...

    def block(self) -> None: ...


class SlackChat:
    def __init__(self, world: World, place: int) -> None:
        self._peer, self._channel = world.slack, f"D{place:04}"
        self._app = SlackApp(world, f"U0S{place:04}")
        self._peer.open(self._channel)
        self.key = f"slack:{self._channel}"
        self.address = Address("slack", TEAM, self._channel, "", self._app.user)
        self.press = self._app.press

    def messages(self) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
        here = self._peer.by_channel[self._channel]
        return [(visible(sent), tuple(value for _, value in buttons(sent)), sent) for sent in here]

    async def say(self, text: str) -> None:
        await self._app.say(self._channel, text)

    def block(self) -> None:
        self._peer.channels[self._channel].error = "is_archived"


class TelegramChat:
    def __init__(self, world: World, place: int) -> None:
        self._peer, self._app = world.telegram, TelegramApp(world, 300_000 + place)
        self._chat = self._peer.chat(self._app.user)
        self.key = f"telegram:{self._app.user}"
        self.address = Address("telegram", str(BOT["id"]), str(self._app.user), "", str(self._app.user))
        self.say, self.press = self._app.say, self._app.press

    def messages(self) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
        return [(sent["text"], _keys(sent), sent) for sent in self._peer.by_chat[self._app.user]]

    def block(self) -> None:
        self._chat.blocked = True


def _keys(sent: dict[str, Any]) -> tuple[str, ...]:
    rows = sent.get("reply_markup", {}).get("inline_keyboard", [])
    return tuple(key["callback_data"] for row in rows for key in row)


@dataclass
class Shopper:
    world: World
    place: int
    chat: ChatWindow
    plan: str  # one of PLANS
    said: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)  # orders whose cancelling he said yes to
    missed: list[str] = field(default_factory=list)  # what he waited for in vain
    read: int = 0  # how many messages he has looked at

    def __post_init__(self) -> None:
        self.name = f"s{self.place:03}"
        self.dice = random.Random(f"{self.place} shopper")

    async def live(self) -> None:
        await self.world.time.sleep(self.dice.uniform(0, 120))
        await getattr(self, f"_{self.plan}")()

    # --- what is on his mind ---

    async def _asks(self) -> None:
        for turn in range(4):
            order = own_orders(self.place)[turn % 2]
            await self._say(f"where is order {order}")
            await self._reads(f"an answer about {order}", lambda text, order=order: order in text)
            await self._think()

    async def _cancels(self) -> None:
        await self._cancel(by_word=False)
        await self._asks()

    async def _cancels_in_words(self) -> None:
        await self._cancel(by_word=True)
        for _ in range(2):  # a burst: two messages before anybody can answer
            await self._say(f"where is order {own_orders(self.place)[1]}", think=False)
        await self._reads("an answer to the burst", lambda text: own_orders(self.place)[1] in text)

    async def _wants_a_person(self) -> None:
        await self._say("I want to talk to a person")
        await self._say("still waiting, my parcel is wet")
        await self._say("and the box is torn")
        for answer in range(1, 4):
            await self._reads(f"staff's answer {answer}", lambda text, n=answer: f"staff {n} for {self.name}" in text)
        await self._say("noted, thank you")
        await self._reads("the end of the talk", lambda text: not text.startswith("staff "))
        await self._think()
        await self._say(f"where is order {own_orders(self.place)[0]}")
        await self._reads("an answer afterwards", lambda text: own_orders(self.place)[0] in text)

    async def _cancels_then_wants_a_person(self) -> None:
        await self._cancel(by_word=self.place % 2 == 0)
        await self._wants_a_person()

    async def _blocks(self) -> None:
        self.chat.block()  # just after he has pressed Send
        await self._say(f"where is order {own_orders(self.place)[0]}")

    # --- how he does it ---

    async def _cancel(self, *, by_word: bool) -> None:
        order = own_orders(self.place)[0]
        await self._say(f"please cancel order {order}")
        text, keys, message = await self._reads("the question", lambda text: order in text, with_keys=True)
        if not text:
            return
        self.confirmed.append(order)
        if by_word:
            await self._say("yes", mark=False)  # nothing beside it, or it is no plain yes
        else:
            yes = next(value for value in keys if value.startswith("yes"))
            await self.chat.press(message, yes)
            if self.dice.random() < 0.4:  # impatient: once more, and in words, too
                await self.chat.press(message, yes)
        await self._reads("that it is done", lambda text: order in text)
        await self._think()

    async def _say(self, text: str, *, think: bool = True, mark: bool = True) -> None:
        text = f"{text} ({self.name}/{len(self.said)})" if mark else text
        self.said.append(text)
        await self.chat.say(text)
        if think:
            await self._think()

    async def _think(self) -> None:
        await self.world.time.sleep(self.dice.uniform(2, 30))

    async def _reads(
        self, what: str, is_it: Callable[[str], bool], *, with_keys: bool = False
    ) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        """Look at what is new until it is there."""
        patient = True
        while True:
            for text, keys, message in self.chat.messages()[self.read :]:
                self.read += 1
                if is_it(text) and (keys or not with_keys):
                    return text, keys, message
            if not patient:
                self.missed.append(what)
                return "", (), {}
            patient = await self.world.time.news(self.chat.key, PATIENCE)


PLANS = ("asks", "cancels", "wants_a_person", "cancels_in_words", "cancels_then_wants_a_person")


# --- staff -----------------------------------------------------------------------------------------------------------


class Desk(Protocol):
    """One member of staff at his desk."""

    async def handoffs(self) -> dict[str, str]:
        """What stands there: handoff → the text it was opened with."""
        ...

    async def seen(self, handoff: str) -> str:
        """All that can be read of a handoff."""
        ...

    async def act(self, handoff: str, act: str) -> None: ...

    async def write(self, handoff: str, text: str) -> None: ...

    async def look_again(self) -> None:
        """Until there may be something new."""
        ...


class SlackDesk:
    def __init__(self, world: World, user: str) -> None:
        self._world, self._app = world, SlackApp(world, user)

    def _openings(self) -> dict[str, dict[str, Any]]:
        found = {}
        for sent in self._world.slack.by_channel[STAFF_CHANNEL]:
            if not sent.get("thread_ts") and (keys := buttons(sent)):
                found[keys[0][1].partition(":")[2]] = sent  # of twins the last one is known to the shop
        return found

    async def handoffs(self) -> dict[str, str]:
        return {handoff: visible(sent) for handoff, sent in self._openings().items()}

    async def seen(self, handoff: str) -> str:
        ts = self._openings()[handoff]["ts"]
        here = self._world.slack.by_channel[STAFF_CHANNEL]
        return "\n".join(visible(sent) for sent in here if ts in (sent["ts"], sent.get("thread_ts")))

    async def act(self, handoff: str, act: str) -> None:
        await self._app.press(self._openings()[handoff], f"{act}:{handoff}")

    async def write(self, handoff: str, text: str) -> None:
        await self._app.say(STAFF_CHANNEL, text, self._openings()[handoff]["ts"])

    async def look_again(self) -> None:
        await self._world.time.news(f"slack:{STAFF_CHANNEL}", PATIENCE)


class TelegramDesk:
    def __init__(self, world: World, user: int) -> None:
        self._world, self._app = world, TelegramApp(world, user)

    def _openings(self) -> dict[str, dict[str, Any]]:
        here = self._world.telegram.by_chat[GROUP]
        return {keys[0].partition(":")[2]: sent for sent in here if (keys := _keys(sent))}

    async def handoffs(self) -> dict[str, str]:
        return {handoff: sent["text"] for handoff, sent in self._openings().items()}

    async def seen(self, handoff: str) -> str:
        topic = self._openings()[handoff]["message_thread_id"]
        here = self._world.telegram.by_chat[GROUP]
        return "\n".join(sent["text"] for sent in here if sent["message_thread_id"] == topic)

    async def act(self, handoff: str, act: str) -> None:
        await self._app.press(self._openings()[handoff], f"{act}:{handoff}")

    async def write(self, handoff: str, text: str) -> None:
        await self._app.say_in_topic(text, int(self._openings()[handoff]["message_thread_id"]))

    async def look_again(self) -> None:
        await self._world.time.news(f"telegram:{GROUP}", PATIENCE)


class ConsoleDesk:
    """A browser: signed in, and the page loaded again every half minute."""

    def __init__(self, world: World, browser: aiohttp.ClientSession, csrf: str) -> None:
        self._world, self._browser, self._csrf = world, browser, csrf

    async def handoffs(self) -> dict[str, str]:
        page = await self._page("/staff/list")
        ids = dict.fromkeys(re.findall(r"/staff/handoffs/(\w+)", page))
        return {handoff: await self.seen(handoff) for handoff in ids}

    async def seen(self, handoff: str) -> str:
        return await self._page(f"/staff/handoffs/{handoff}/view")

    async def act(self, handoff: str, act: str) -> None:
        await self._post(handoff, act=act)

    async def write(self, handoff: str, text: str) -> None:
        await self._post(handoff, text=text)

    async def look_again(self) -> None:
        await self._world.time.sleep(30)

    async def _page(self, path: str) -> str:
        async with self._browser.get(self._world.url + path) as answer:
            assert answer.status == 200, path
            return await answer.text()

    async def _post(self, handoff: str, **fields: str) -> None:
        """Pressed twice by a nervous finger: the page's own number makes it one."""
        form = {"csrf": self._csrf, "source": str(uuid.uuid4()), **fields}
        for _ in range(2):
            url = f"{self._world.url}/staff/handoffs/{handoff}/act"
            async with self._browser.post(url, data=form, headers={"Origin": self._world.url}) as answer:
                assert answer.status == 204, await answer.text()


@dataclass
class Colleague:
    """A member of staff. Who takes which handoff is agreed upon; now and then two reach for the same one."""

    world: World
    place: int
    team: int
    desk: Desk
    done: set[str] = field(default_factory=set)
    busy: bool = False

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.place} staff")

    async def live(self) -> None:
        while True:
            for handoff, text in (await self.desk.handoffs()).items():
                if handoff not in self.done and self._mine(handoff, text):
                    self.busy = True
                    self.done.add(handoff)
                    await self._help(handoff, text)
                    self.busy = False
                    break
            else:
                await self.desk.look_again()

    def _mine(self, handoff: str, text: str) -> bool:
        agreed = zlib.crc32(handoff.encode()) % self.team
        if agreed != self.place and (agreed + 1) % self.team == self.place and handoff not in self.done:
            self.done.add(handoff)
            if self.dice.random() < 0.25:
                self.world.time.begin(self.desk.act(handoff, "claim"))
        return agreed == self.place

    async def _help(self, handoff: str, text: str) -> None:
        await self.world.time.sleep(self.dice.uniform(5, 60))
        await self.desk.act(handoff, "claim")
        shopper = MARK.search(text)
        if shopper and "I want to talk to a person" in text:
            for answer in range(1, 4):
                await self.desk.write(handoff, f"staff {answer} for {shopper[1]}")
                await self.world.time.sleep(self.dice.uniform(1, 15))
            while "noted, thank you" not in await self.desk.seen(handoff):
                await self.desk.look_again()
        await self.desk.act(handoff, self.dice.choice(("back", "close")))


def chats(world: World, count: int) -> list[Shopper]:
    """Half of them on each platform; the last one of each blocks the shop, the first one of each is flooded."""
    found: list[Shopper] = []
    for place in range(count):
        window = SlackChat(world, place) if place % 2 else TelegramChat(world, place)
        plan = "blocks" if place >= count - 2 else PLANS[place // 2 % len(PLANS)]
        found.append(Shopper(world, place, window, plan))
    for shopper in found[:2]:
        world.plan.flooded[shopper.chat.key] = world.plan.rates.floods
    return found


async def team(world: World, browser: Callable[[], Awaitable[aiohttp.ClientSession]], count: int) -> list[Colleague]:
    """Accounts at the three desks in turn, linked where the desk is a platform's."""
    found = []
    for place in range(count):
        name, kind = f"staff{place}", place % 3
        password = await world.product.staff.fresh_password(name)
        if kind == 2:
            desk: Desk = await _signed_in(world, await browser(), name, password)
        else:
            user = f"U0T{place:04}" if kind == 0 else str(700 + place)
            channel, account = ("slack", TEAM) if kind == 0 else ("telegram", str(BOT["id"]))
            there = Address(channel, account, "", user=user)
            code, _ = await world.product.links.link_code(name)
            assert await world.product.assistant.link(there, code) is Linking.DONE
            desk = SlackDesk(world, user) if kind == 0 else TelegramDesk(world, int(user))
        found.append(Colleague(world, place, count, desk))
    return found


async def _signed_in(world: World, browser: aiohttp.ClientSession, name: str, password: str) -> ConsoleDesk:
    async def post(path: str, **fields: str) -> None:
        async with browser.post(
            world.url + path, data=fields, headers={"Origin": world.url}, allow_redirects=False
        ) as answer:
            assert answer.status == 303, await answer.text()

    async def csrf(path: str, form: str) -> str:
        async with browser.get(world.url + path) as answer:
            found = re.search(form, await answer.text())
            assert found, path
            return found[1]

    field = r'name="csrf" value="([^"]+)"'
    await post("/staff/sign-in", csrf=await csrf("/staff/sign-in", field), name=name, password=password)
    new = {"new": "a longer password", "again": "a longer password"}
    await post("/staff/password", csrf=await csrf("/staff/password", field), old=password, **new)
    return ConsoleDesk(world, browser, await csrf("/staff", r'data-csrf="([^"]+)"'))
