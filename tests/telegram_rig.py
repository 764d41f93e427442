"""Our side for Telegram's tests: the adapter at work, and the whole product behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from conftest import NOW
from fakes import NoModel
from peers.telegram import BOT, TOKEN
from peers.telegram_forum import GROUP, ForumPeer

from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.bootstrap import Shophand, shophand
from bot.clock import ManualClock
from bot.ports import Language
from bot.settings import Settings

EVE, BOB, ANN = 222, 333, 111  # linked staff, somebody else in the group, a shopper
UNHEARD = Language(NoModel(), NoModel())  # nothing is understood, and the written phrases are spoken
LAWYER = "My lawyer will write to you about this cup"  # a person at once, by rule


def settings(peer: ForumPeer, **changes: Any) -> TelegramSettings:
    return TelegramSettings(TOKEN, base_url=peer.url, **{"staff_group": str(GROUP), **changes})


class Gate:
    """Stands in for the wait between two tries, and lets on when the test says so."""

    def __init__(self) -> None:
        self.begun, self.open = asyncio.Event(), asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.begun.set()
        await self.open.wait()


@asynccontextmanager
async def running(adapter: TelegramAdapter):
    task = asyncio.create_task(adapter.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def settled(peer: ForumPeer) -> None:
    await peer.until(lambda: peer.waiting == [])


async def told(peer: ForumPeer, number: int) -> list[str]:
    """The first so many messages that the bot wrote into the group, once they are there."""
    await peer.until(lambda: len(peer.sent) >= number)
    return [sent["text"] for sent in peer.sent]


def _person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": f"Shopper {user}", "language_code": "en"}


@dataclass
class Shop:
    """The whole product but the model, with Telegram on loopback on the other side."""

    product: Shophand
    peer: ForumPeer
    clock: ManualClock
    said: int = 0

    async def shopper(self, user: int, text: str, **fields: Any) -> None:
        await self.done({"message": self.message(user, text, **fields)})

    def message(self, user: int, text: str, **fields: Any) -> dict[str, Any]:
        self.said += 1
        message = {"message_id": self.said, "date": 1790000000, "chat": {"id": user, "type": "private"},
                   "from": _person(user)}  # fmt: skip
        return {**message, **({"text": text} if text else {}), **fields}

    def tap(self, user: int, data: str, **fields: Any) -> dict[str, Any]:
        """A button under a message of ours in his private chat."""
        self.said += 1
        chat = {"id": user, "type": "private"}
        return {"id": f"tap{self.said}", "from": _person(user), "chat_instance": "1", "data": data,
                "message": {"message_id": 9, "date": 1790000000, "chat": chat, "from": BOT}, **fields}  # fmt: skip

    async def staff(self, text: str, topic: int) -> None:
        self.clock.advance(timedelta(seconds=2))  # nobody types faster, and the shopper's chat takes no more
        await self.peer.write(EVE, text, topic)
        await self.done()

    async def press(self, act: str, topic: int) -> None:
        self.said += 1
        data = next(key for key in self.peer.keys(topic) if key.startswith(act))
        await self.peer.press(EVE, data, query_id=f"q{self.said}", topic=topic)
        await self.done()

    async def minutes(self, number: int) -> None:
        for _ in range(number):
            self.clock.advance(timedelta(minutes=1))
            await self.product.dispatcher.drain()

    async def done(self, update: dict[str, Any] | None = None) -> None:
        if update:
            await self.peer.push(update)
        await settled(self.peer)
        await self.product.dispatcher.drain()

    def heard(self, user: int) -> list[str]:
        return [sent.get("text") or sent["caption"] for sent in self.peer.sent if sent["chat_id"] == user]

    def buttons(self, user: int) -> list[str]:
        """The data of those under the last message to him."""
        last = [sent for sent in self.peer.sent if sent["chat_id"] == user][-1]
        return [key["callback_data"] for row in last.get("reply_markup", {}).get("inline_keyboard", []) for key in row]

    @property
    def topic(self) -> int:
        """The newest one."""
        return max(self.peer.topics)


@asynccontextmanager
async def running_shop(home: Path, peer: ForumPeer, clock: ManualClock, language: Language) -> AsyncIterator[Shop]:
    """Begun again over the same home and peer, it goes on as after a restart."""

    def adapters(assistant: Any, policy: Any) -> list[TelegramAdapter]:
        return [TelegramAdapter(assistant, assistant, settings(peer), now=clock.now)]

    async with (
        shophand(
            Settings(home=home), clock=clock, language=lambda *_: language, make_adapters=adapters
        ) as product,
        running(product.adapters[0]),
    ):  # fmt: skip
        yield Shop(product, peer, clock)


@asynccontextmanager
async def open_shop(home: Path, language: Language = UNHEARD) -> AsyncIterator[Shop]:
    """EVE is linked to the account "eve"; ANN has written to the bot before."""
    clock = ManualClock(NOW)
    async with ForumPeer(clock.now) as peer:
        peer.chat(ANN)
        async with running_shop(home, peer, clock, language) as shop:
            await shop.product.staff.fresh_password("eve")
            await shop.product.staff.rename("eve", "Eve")
            code, _ = await shop.product.links.link_code("eve")
            await peer.write(EVE, f"link {code}")
            await told(peer, 1)
            clock.advance(timedelta(minutes=1))
            yield shop
