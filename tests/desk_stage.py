"""One shopper and the staff desk on a platform on loopback, through its own adapter: a story is the same on each.

Nothing runs by itself: what was accepted is worked off when the shopper or staff have done something.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web
from conftest import NOW
from peers.slack import SlackPeer, buttons, visible
from peers.telegram import TOKEN
from peers.telegram_forum import GROUP, ForumPeer
from slack_rig import settings as slack_settings
from telegram_rig import ANN, running, settled
from telegram_rig import Shop as TelegramShop
from telegram_rig import settings as telegram_settings
from test_slack_product import Workspace

from adapters.slack import SlackAdapter
from adapters.telegram import TelegramAdapter
from bot.bootstrap import Shophand, shophand
from bot.clock import ManualClock
from bot.messages import SIGNS, Address
from bot.ports import Adapter, Language, Role
from bot.settings import Settings

STAFF = {"sam": Role.AGENT, "mei": Role.AGENT, "lena": Role.LEAD}  # account → role; shown as Sam, Mei, Lena


class Platform(Protocol):
    shopper: Address
    users: dict[str, str]  # account → his id there

    def adapter(self, assistant: Any) -> Adapter: ...
    async def begin(self, product: Shophand, stack: AsyncExitStack) -> None: ...
    async def say(self, text: str) -> None: ...
    async def write(self, who: str, text: str) -> None:
        """Into the newest thread."""
        ...

    async def press(self, who: str, act: str) -> None: ...
    async def give(self, who: str, worth: str) -> None:
        """A voucher."""
        ...

    def heard(self) -> list[str]: ...
    def buttons(self) -> list[str]:
        """What those under the last message to the shopper stand for."""
        ...

    def desk(self) -> list[str]: ...


class OnTelegram:
    shopper = Address("telegram", TOKEN.partition(":")[0], str(ANN), user=str(ANN))

    def __init__(self, clock: ManualClock) -> None:
        self.users = {"sam": "222", "mei": "223", "lena": "224"}
        self.peer, self._clock = ForumPeer(clock.now), clock
        self.peer.chat(ANN)

    def adapter(self, assistant: Any) -> Adapter:
        return TelegramAdapter(assistant, assistant, telegram_settings(self.peer), now=self._clock.now)

    async def begin(self, product: Shophand, stack: AsyncExitStack) -> None:
        [adapter] = [adapter for adapter in product.adapters if isinstance(adapter, TelegramAdapter)]
        await stack.enter_async_context(running(adapter))
        self.shop = TelegramShop(product, self.peer, self._clock)

    async def say(self, text: str) -> None:
        await self.peer.push({"message": self.shop.message(ANN, text)})
        await settled(self.peer)

    async def write(self, who: str, text: str) -> None:
        await self.peer.write(int(self.users[who]), text, self.shop.topic)
        await settled(self.peer)

    async def press(self, who: str, act: str) -> None:
        self.shop.said += 1
        data = next(key for key in self.peer.keys(self.shop.topic) if key.startswith(act))
        await self.peer.press(int(self.users[who]), data, query_id=f"q{self.shop.said}", topic=self.shop.topic)
        await settled(self.peer)

    async def give(self, who: str, worth: str) -> None:
        await self.press(who, "voucher")
        assert "/voucher 10" in self.peer.asked("answerCallbackQuery")[-1]["text"]
        await self.write(who, f"/voucher {worth}")

    def heard(self) -> list[str]:
        return self.shop.heard(ANN)

    def buttons(self) -> list[str]:
        return self.shop.buttons(ANN)

    def desk(self) -> list[str]:
        return [sent["text"] for sent in self.peer.sent if sent["chat_id"] == GROUP]


class OnSlack:
    shopper = Address("slack", "T0SHOP", "D0ANN", user="U0ANN")

    def __init__(self, clock: ManualClock) -> None:
        self.users = {"sam": "U0SAM", "mei": "U0MEI", "lena": "U0LENA"}
        self.peer = SlackPeer()
        for channel in ("D0ANN", "C0STAFF"):
            self.peer.open(channel, "U0ANN", *self.users.values())

    def adapter(self, assistant: Any) -> Adapter:
        return SlackAdapter(assistant, assistant, slack_settings(self.peer))

    async def begin(self, product: Shophand, stack: AsyncExitStack) -> None:
        runner = web.AppRunner(product.web_app(), shutdown_timeout=1, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        self.workspace = Workspace(self.peer, url, product)

    async def say(self, text: str) -> None:
        await self.workspace.say("U0ANN", "D0ANN", text)

    async def write(self, who: str, text: str) -> None:
        await self.workspace.say(self.users[who], "C0STAFF", text, thread=self._opening["ts"])

    async def press(self, who: str, act: str) -> None:
        await self.workspace.press(self.users[who], self._opening, act)

    async def give(self, who: str, worth: str) -> None:
        await self.press(who, "voucher")
        await self.workspace.submit(self.users[who], {"voucher": worth})

    def heard(self) -> list[str]:
        return [visible(message) for message in self.workspace.messages("D0ANN")]

    def buttons(self) -> list[str]:
        return [value for _, value in buttons(self.workspace.messages("D0ANN")[-1])]

    def desk(self) -> list[str]:
        return [visible(message) for message in self.workspace.messages("C0STAFF")]

    @property
    def _opening(self) -> dict[str, Any]:
        return [message for message in self.workspace.messages("C0STAFF") if not message.get("thread_ts")][-1]


@dataclass
class Stage:
    """What was heard and posted is told once: since it was last asked for."""

    platform: Platform
    product: Shophand
    clock: ManualClock
    heard_before: int = 0
    posted_before: int = 0

    async def says(self, text: str) -> list[str]:
        await self.platform.say(text)
        return await self.done()

    async def writes(self, who: str, text: str) -> list[str]:
        await self.platform.write(who, text)
        return await self.done()

    async def presses(self, who: str, act: str) -> list[str]:
        await self.platform.press(who, act)
        return await self.done()

    async def passed(self, span: timedelta) -> list[str]:
        self.clock.advance(span)
        return await self.done()

    async def done(self) -> list[str]:
        """What the shopper hears by now. Nobody types or reads faster than in some seconds."""
        await self.product.dispatcher.drain()
        self.clock.advance(timedelta(seconds=5))
        heard = self.platform.heard()
        new, self.heard_before = heard[self.heard_before:], len(heard)
        return new

    def posted(self) -> list[str]:
        """What the desk was told, line by line, without the signs in front."""
        posts = self.platform.desk()
        new, self.posted_before = posts[self.posted_before:], len(posts)
        signs = tuple(f"{sign} " for sign in SIGNS.values())
        lines = [line for post in new for line in post.splitlines()]
        return [line[2:] if line.startswith(signs) else line for line in lines]


@asynccontextmanager
async def staging(home: Path, language: Language, *kinds: type[Any], as_email: str) -> AsyncIterator[list[Stage]]:
    """One product with these platforms, a stage on each; the shopper has proved there who he is."""
    clock = ManualClock(NOW)
    platforms = [kind(clock) for kind in kinds]
    async with AsyncExitStack() as stack:
        for platform in platforms:
            await stack.enter_async_context(platform.peer)
        product = await stack.enter_async_context(
            shophand(
                Settings(home=home), clock=clock, language=lambda *_: language,
                make_adapters=lambda assistant, policy: [platform.adapter(assistant) for platform in platforms],
            )
        )  # fmt: skip
        for adapter in product.adapters:
            stack.push_async_callback(adapter.close)  # type: ignore[attr-defined]
        proof = await product.shop.customer(as_email)
        assert proof is not None
        until = NOW.replace(year=2030)
        for account, role in STAFF.items():
            await product.staff.fresh_password(account, role)
            await product.staff.rename(account, account.title())
        for platform in platforms:
            await platform.begin(product, stack)
            shopper = platform.shopper
            await product.conversations.vouch(shopper, replace(proof, until=until, strong_until=until))
            for account, user in platform.users.items():
                code, _ = await product.links.link_code(account)
                await product.assistant.link(Address(shopper.channel, shopper.account, "", user=user), code)
        yield [Stage(platform, product, clock) for platform in platforms]
