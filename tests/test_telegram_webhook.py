"""The webhook, mounted on a real aiohttp server, called by a Bot API on loopback and by strangers."""

import asyncio
import hmac
import json
import socket
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from conftest import NOW
from fakes import FakeFront, FakeOffice, SlowModel
from peers.telegram import TOKEN, Refusal, TelegramPeer

from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.bootstrap import shophand
from bot.clock import ManualClock
from bot.messages import Address
from bot.ports import Language
from bot.serve import serving
from bot.settings import Settings

PAYLOADS = Path(__file__).parent / "payloads" / "telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def update(name: str) -> dict:
    return json.loads((PAYLOADS / f"{name}.json").read_text())["payload"]


def text(number: int, said: str, chat: int = 111) -> dict:
    message = {**update("private_text")["message"], "message_id": number, "text": said}
    return {"message": {**message, "chat": {**message["chat"], "id": chat}}}


@pytest.fixture
def front():
    return FakeFront()


@pytest.fixture
async def peer():
    async with TelegramPeer() as peer:
        yield peer


class Shop:
    """Our server, with the adapter's routes mounted as bootstrap does."""

    def __init__(self, peer: TelegramPeer, front: FakeFront) -> None:
        self._peer, self._front = peer, front
        self._running: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Shop":
        door = socket.create_server(("127.0.0.1", 0))  # the settings need the port before the server has routes
        self.url = f"http://127.0.0.1:{door.getsockname()[1]}"
        self.settings = TelegramSettings(TOKEN, mode="webhook", public_url=self.url, base_url=self._peer.url)
        self.adapter = TelegramAdapter(self._front, FakeOffice({}), self.settings)
        app = web.Application()
        app.add_routes(self.adapter.routes())
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, door).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self.adapter.close()
        await self._runner.cleanup()

    async def start(self) -> None:
        """Run the adapter until Telegram knows the webhook."""
        self._running = [asyncio.create_task(self.adapter.run())]
        await self._peer.until(lambda: bool(self._peer.webhook))

    async def stop(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def call(self, body: bytes, headers: dict[str, str]) -> int:
        async with ClientSession() as session, session.post(self.settings.webhook_url, data=body,
                                                            headers=headers) as answer:
            return answer.status


@pytest.fixture
async def shop(peer, front):
    async with Shop(peer, front) as shop:
        yield shop


async def test_run_announces_the_webhook(peer, shop):
    await shop.start()
    assert peer.webhook["url"] == f"{shop.url}/telegram/700100"
    assert peer.webhook["secret_token"] == shop.settings.secret
    assert peer.webhook["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_an_update_is_stored_then_answered_with_200(peer, shop, front):
    await shop.start()
    await peer.push(text(1, "hello"))
    assert (await peer.deliver(), front.texts, peer.waiting) == ([200], ["hello"], [])


async def test_what_could_not_be_stored_is_answered_with_500_and_sent_again(peer, shop, front):
    await shop.start()
    for number, said in enumerate(["one", "two"]):
        await peer.push(text(number, said))
    await peer.push(text(9, "elsewhere", chat=222))
    front.broken = 1
    assert await peer.deliver() == [500, 200]
    assert front.texts == ["elsewhere"]
    assert await peer.deliver() == [200, 200]
    assert front.texts == ["elsewhere", "one", "two"]


async def test_a_redelivery_is_stored_once(peer, shop, front):
    await shop.start()
    for update_id in (501, 501, 501):
        await peer.push(text(1, "hello"), update_id=update_id)
    assert (await peer.deliver(), front.texts) == ([200, 200, 200], ["hello"])


async def test_a_pressed_button_stops_spinning(peer, shop, front):
    await shop.start()
    await peer.push(update("button"))
    assert await peer.deliver() == [200]
    await peer.until(lambda: not peer.spinning)
    assert front.texts == ["confirm:yes"]


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: "guess"}, {HEADER: "ümlaut"}])
async def test_a_stranger_is_refused_unread(shop, front, caplog, headers):
    body = json.dumps({**text(1, "a private matter"), "update_id": 1}).encode()
    assert await shop.call(body, headers) == 403
    assert front.received == []
    assert "private matter" not in caplog.text and "without the right secret" in caplog.text


async def test_the_secret_is_compared_in_constant_time(shop, front, monkeypatch):
    compared, real = [], hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda one, two: compared.append((one, two)) or real(one, two))
    assert await shop.call(b"{}", {HEADER: "guess"}) == 403
    assert (b"guess", shop.settings.secret.encode()) in compared


async def test_a_stranger_is_refused_before_the_body_arrives(shop):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(shop.url.rpartition(":")[2]))
    writer.write(f"POST {shop.settings.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n".encode())
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 403")
    writer.close()
    await writer.wait_closed()


async def test_a_body_that_is_no_update_is_refused(shop, front):
    secret = {HEADER: shop.settings.secret}
    assert [await shop.call(body, secret) for body in (b"{", b"[]", b"\xff")] == [400, 400, 400]
    assert await shop.call(b"{}", secret) == 200  # Telegram would send it again for a day
    assert front.received == []


async def test_an_update_waits_at_telegram_while_our_name_cannot_be_asked(peer, shop, front):
    await shop.start()
    await peer.push(text(1, "hello"))
    methods = peer._methods()
    peer._methods = lambda: {name: call for name, call in methods.items() if name != "getme"}
    assert await peer.deliver() == [503]
    peer._methods = lambda: methods
    assert (await peer.deliver(), front.texts) == ([200], ["hello"])


async def test_check_tells_what_telegram_says_of_our_webhook(peer, shop, front):
    await shop.start()
    assert await shop.adapter.check() == "telegram: connected as @shophand_bot (webhook)"
    front.broken = 1
    await peer.push(text(1, "hello"))
    await peer.deliver()
    told = await shop.adapter.check()
    assert told.startswith("! telegram:") and told.endswith("Wrong response from the webhook: 500")
    await peer.deliver()
    peer.webhook_statuses.append(500)  # stays on record when nothing waits any more
    assert (await shop.adapter.check()).startswith("telegram: connected")


async def test_a_stopped_adapter_has_given_its_connections_back_and_can_start_again(peer, shop, front):
    await shop.start()
    await shop.stop()
    assert shop.adapter._request._client.is_closed
    await shop.start()
    await peer.push(text(1, "hello"))
    assert (await peer.deliver(), front.texts) == ([200], ["hello"])


async def test_announcing_is_tried_again(peer, front, caplog):
    waits = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)
        peer._set_webhook = accept

    async def refuse(_: dict) -> bool:
        raise Refusal(400, "Bad Request: bad webhook: Failed to resolve host")

    accept, peer._set_webhook = peer._set_webhook, refuse
    settings = TelegramSettings(TOKEN, mode="webhook", public_url="https://shop.example", base_url=peer.url)
    adapter = TelegramAdapter(front, FakeOffice({}), settings, pause=pause, jitter=lambda: 1.0)
    task = asyncio.create_task(adapter.run())
    await peer.until(lambda: bool(peer.webhook))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (waits, peer.webhook["url"]) == ([1.0], "https://shop.example/telegram/700100")
    assert "failed to resolve host" in caplog.text


def test_the_secret_is_derived_unless_given():
    derived = TelegramSettings(TOKEN, mode="webhook", public_url="https://shop.example")
    given = TelegramSettings(TOKEN, secret_token="my-own")
    assert (len(derived.secret), given.secret, derived.problems()) == (64, "my-own", ())
    assert TOKEN not in repr(derived) and "my-own" not in repr(given)


# --- the whole product ------------------------------------------------------------------------------------------------

SHOPPERS = range(1001, 1007)


async def test_many_chats_are_answered_at_once_while_the_dialogue_is_slow_and_each_is_kept_in_order(peer, home):
    model = SlowModel()
    webhook = TelegramSettings(TOKEN, mode="webhook", public_url="https://shop.example", base_url=peer.url)
    for number, user in enumerate(user for _ in range(2) for user in SHOPPERS):
        peer.chat(user)
        await peer.push(text(number, f"line {number // len(SHOPPERS)}", chat=user))
    async with (
        shophand(
            Settings(home=home), clock=ManualClock(NOW), language=lambda *_: Language(model, model),
            make_adapters=lambda assistant, policy: [TelegramAdapter(assistant, assistant, webhook)],
        ) as product,
        serving(product, "127.0.0.1", 0) as port,
    ):  # fmt: skip
        await peer.until(lambda: bool(peer.webhook))
        due = list(peer._updates)
        for _ in range(2):  # all of it comes twice, as after answers that were lost on the way
            assert await peer.deliver(behind=f"http://127.0.0.1:{port}", patience=10.0) == [200] * len(due)
            peer._updates = list(due)
        assert peer.sent == []
        model.gate.set()
        await peer.until(lambda: {sent["chat_id"] for sent in peer.sent} == set(SHOPPERS))
        for user in SHOPPERS:
            hers = Address("telegram", "700100", str(user), user="111").conversation_id
            kept = [line.text for line in await product.assistant.transcript(hers) if line.speaker == "user"]
            assert kept == ["line 0", "line 1"]
