"""Our side for Slack's tests: the adapter with its routes on a real server, as bootstrap mounts them."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import web
from fakes import FakeOffice, TalkingFront
from peers.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackPeer

from adapters.slack import SlackAdapter, SlackSettings
from bot.messages import InboundMessage
from bot.ports import Receipt

FOLDER = Path(__file__).parent / "payloads" / "slack"


def payload(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())["payload"]


def settings(peer: SlackPeer, **changes: Any) -> SlackSettings:
    over_http = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "base_url": peer.api,
                 "staff_channel": "C0STAFF"}  # fmt: skip
    return SlackSettings(**{**over_http, **changes})


def over_sockets(peer: SlackPeer) -> SlackSettings:
    return settings(peer, signing_secret="", app_token=APP_TOKEN)


class GatedFront(TalkingFront):
    """Takes its time: nothing is stored before the gate opens."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def receive(self, message: InboundMessage) -> Receipt:
        await self.gate.wait()
        return await super().receive(message)


class Shop:
    def __init__(self, front: TalkingFront, chosen: SlackSettings, office: FakeOffice | None = None) -> None:
        self.front, self.office = front, office or FakeOffice()
        self.adapter = SlackAdapter(front, self.office, chosen)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(self.adapter.routes())
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self.adapter.close()


# --- fixtures: a file imports those that it needs ---------------------------------------------------------------------


@pytest.fixture(name="peer")
async def slack_peer() -> AsyncIterator[SlackPeer]:
    async with SlackPeer() as peer:
        for channel in ("D0ANN", "C0SHOP", "C0STAFF"):
            peer.open(channel, "U0EVE", "U0ANN")
        yield peer


@pytest.fixture(name="front")
def slack_front() -> TalkingFront:
    return TalkingFront()


@pytest.fixture(name="office")
def slack_office() -> FakeOffice:
    return FakeOffice()


@pytest.fixture(name="shop")
async def slack_shop(peer: SlackPeer, front: TalkingFront, office: FakeOffice) -> AsyncIterator[Shop]:
    async with Shop(front, settings(peer), office) as shop:
        yield shop
