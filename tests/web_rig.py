"""A web adapter on a real server with port 0, and a browser's side of it by aiohttp's own client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient, TestServer
from fakes import FakeOffice, FixedClock, TalkingFront

from adapters.web import WebAdapter, security_headers
from adapters.web.wire import visitor_address

SECRET = b"s" * 32
WAIT = 5  # seconds until a test that waits for a frame is called broken


@dataclass
class Site:
    front: TalkingFront
    office: FakeOffice
    adapter: WebAdapter
    client: TestClient
    origin: str

    @property
    def visitor(self) -> str:
        cookie = next(cookie for cookie in self.client.session.cookie_jar if cookie.key == "shophand_visitor")
        return cookie.value.rpartition(".")[0].partition(":")[0]

    @property
    def conversation(self) -> str:
        return visitor_address(self.visitor).conversation_id

    async def page(self, after: int = 0, language: str = "en-GB") -> "Page":
        """Open the chat page and say hello, as the script does."""
        async with self.client.get("/") as response:
            assert response.status == 200
        page = Page(await self.socket())
        await page.send({"type": "hello", "after": after, "language": language})
        return page

    async def socket(self, **headers: str) -> ClientWebSocketResponse:
        return await self.client.ws_connect("/chat/ws", headers={"Origin": self.origin, **headers})


class Page:
    """The browser's end of a chat socket."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self.ws = ws

    async def send(self, frame: dict[str, Any]) -> None:
        await self.ws.send_json(frame)

    async def until(self, key: str) -> Any:
        """The value of the first frame that has `key`."""
        while True:
            frame = await self.ws.receive_json(timeout=WAIT)
            if key in frame:
                return frame[key]

    async def closed(self) -> int:
        """The code the server closes with; frames before it are passed over."""
        while not self.ws.closed:
            await self.ws.receive(timeout=WAIT)
        return self.ws.close_code


@asynccontextmanager
async def site(
    front: TalkingFront | None = None, office: FakeOffice | None = None, **settings: Any
) -> AsyncIterator[Site]:
    """`settings` are further arguments of WebAdapter."""
    front, office = front or TalkingFront(), office or FakeOffice({"anna": "correct horse"})
    names = {"en": "Alder & Co", "zh": "桤木"}
    adapter = WebAdapter(front, office, secret=SECRET, shop_name=names, now=FixedClock().now, **settings)
    app = web.Application(middlewares=[security_headers])
    app.add_routes(adapter.routes())
    async with TestClient(TestServer(app)) as client:
        yield Site(front, office, adapter, client, str(client.make_url("")).rstrip("/"))
