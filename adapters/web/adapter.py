"""The web adapter as bootstrap sees it: one channel, one desk, their routes."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from aiohttp import web

from adapters.web.account import Account
from adapters.web.accounts import Accounts
from adapters.web.chat import Chat
from adapters.web.console import Console
from adapters.web.console_door import Door
from adapters.web.guard import Site
from adapters.web.limits import MESSAGES_PER_MINUTE
from adapters.web.live import CONSOLES, Live
from adapters.web.log import Log
from adapters.web.modes import Modes
from adapters.web.pages import Pages
from adapters.web.rates import Rates
from adapters.web.signing import Signer
from adapters.web.visitors import Visitors
from adapters.web.way_back import WayBackPage
from adapters.web.wire import NAME
from bot.errors import PermanentFailure
from bot.messages import Address, Attachment, DeskPost, Reply
from bot.office import Office
from bot.ports import Front, Pace


class WebChannel:
    """A reply counts as delivered when it stands in the transcript: sending is waking whoever looks at it."""

    name = NAME
    pace = Pace()

    def __init__(self, live: Live) -> None:
        self._live = live

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        self._live.wake(address.conversation_id)
        return message_id

    async def typing(self, address: Address) -> None:
        self._live.wake(address.conversation_id)

    async def fetch(self, attachment: Attachment) -> bytes:
        raise PermanentFailure("files of the web chat are kept when they are uploaded; there is nothing to fetch")


class ConsoleDesk:
    """The console reads the handoffs themselves: posting is waking it."""

    name = "console"
    pace = Pace()

    def __init__(self, live: Live) -> None:
        self._live = live

    async def post(self, post: DeskPost) -> str:
        self._live.wake(CONSOLES)
        return ""


class WebAdapter:
    """`secret` signs the visitors' cookies: with another one every visitor is new. `shop_name` is by language.
    `pictures` names the places (https and host) that pictures of goods may come from.
    `public_url` is what browsers see of a server behind a proxy; when it is https, cookies are Secure.
    """

    name = NAME
    sole = ""

    def __init__(
        self, front: Front, office: Office, *, secret: bytes, shop_name: Mapping[str, str], public_url: str = "",
        pictures: Sequence[str] = (), messages_per_minute: int = MESSAGES_PER_MINUTE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        pages = Pages(shop_name, office.words, office.language)
        self._site, self._live, self._pages, signer = Site(public_url), Live(), pages, Signer(secret)
        self.channel, self.desk = WebChannel(self._live), ConsoleDesk(self._live)
        rates, visitors = Rates(messages_per_minute, monotonic), Visitors(front, signer, self._site)
        self._way_back = WayBackPage(
            front, visitors=visitors, site=self._site, rates=rates, pages=self._pages, now=now
        )  # fmt: skip
        self._chat = Chat(
            front, visitors=visitors, signer=signer, site=self._site, live=self._live, rates=rates,
            pages=self._pages, now=now, pictures=pictures,
        )
        self._door = Door(office, signer=signer, site=self._site, pages=self._pages)
        self._console = Console(front, office, door=self._door, live=self._live, pages=self._pages, now=now)
        self._modes = Modes(office, door=self._door, live=self._live, pages=self._pages)
        self._account = Account(office, door=self._door, pages=self._pages)
        self._accounts = Accounts(office, door=self._door, pages=self._pages)
        self._log = Log(office, door=self._door, pages=self._pages)

    def routes(self) -> Sequence[web.RouteDef]:
        shoppers = (self._chat, self._way_back)
        staffs = (self._door, self._console, self._modes, self._account, self._accounts, self._log)
        static = web.get("/static/{name}", self._pages.static)
        return [*(route for part in (*shoppers, *staffs) for route in part.routes()), static]

    async def run(self) -> None:
        """The routes do the work; when this is cancelled, open sockets and streams are closed, to come back later."""
        self._live.stopping = False
        try:
            await asyncio.Event().wait()
        finally:
            self._live.stop()

    async def check(self) -> str:
        secure = "" if self._site.https else " only over https (behind a proxy, set the public URL)"
        return f"web: shopper chat on /, staff console on /staff; cookies are Secure{secure}"
