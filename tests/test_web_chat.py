"""The chat socket against a real server: what is acknowledged is stored, nothing is lost between two connections."""

import asyncio

import pytest
from aiohttp import WSServerHandshakeError
from fakes import TalkingFront
from web_rig import site

from adapters.web.limits import MESSAGE_BYTES, SOCKETS_PER_VISITOR, TEXT_CHARS, VISITORS_PER_ADDRESS
from adapters.web.wire import visitor_address
from bot.messages import Card, Kind, Picture
from bot.ports import Receipt

ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def text(message_id: str = ONE, words: str = "where is my order?") -> dict[str, str]:
    return {"type": "text", "id": message_id, "text": words, "language": "en-GB"}


class SlowFront(TalkingFront):
    """A store that takes its time: a test lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def receive(self, message) -> Receipt:
        if message.kind is Kind.TEXT:
            self.begun.set()
            await self.go_on.wait()
        return await super().receive(message)


@pytest.fixture
async def shop():
    async with site() as opened:
        yield opened


async def test_message_is_acknowledged_once_it_is_stored(shop):
    page = await shop.page()
    await page.send(text())
    assert await page.until("ack") == ONE
    message = shop.front.received[-1]
    assert (message.source_id, message.text, message.language) == (ONE, "where is my order?", "en-GB")
    assert message.address == visitor_address(shop.visitor)
    assert message.address.private


async def test_no_ack_while_the_store_is_writing():
    async with site(SlowFront()) as shop:
        page = await shop.page()
        await page.until("composing")
        await page.send(text())
        await shop.front.begun.wait()
        shop.front.write(shop.conversation, "bot", "still thinking")
        frame = await page.ws.receive_json(timeout=5)
        assert "lines" in frame and "ack" not in frame
        shop.front.go_on.set()
        assert await page.until("ack") == ONE


async def test_same_id_again_is_acknowledged_and_stored_once(shop):
    page = await shop.page()
    await page.send(text())
    await page.send(text())
    assert [await page.until("ack"), await page.until("ack")] == [ONE, ONE]
    assert [message.source_id for message in shop.front.received if message.kind is Kind.TEXT] == [ONE]


async def test_store_failure_gives_no_ack_and_the_resend_is_taken(shop):
    page = await shop.page()
    await page.until("composing")
    shop.front.broken = 1
    await page.send(text())
    assert await page.closed() == 1011
    again = await shop.page()
    await again.send(text())
    assert await again.until("ack") == ONE
    assert shop.front.texts[-1] == "where is my order?"


async def test_reconnect_replays_only_what_was_not_seen(shop):
    page = await shop.page()
    shop.front.write(shop.conversation, "bot", "first")
    seen = (await page.until("lines"))[0]["id"]
    await page.ws.close()
    shop.front.write(shop.conversation, "bot", "while away")
    again = await shop.page(after=seen)
    assert [line["text"] for line in await again.until("lines")] == ["while away"]


async def test_send_wakes_the_socket_even_when_nobody_else_does(shop):
    page = await shop.page()
    await page.until("composing")
    shop.front.write(shop.conversation, "bot", "here", told=False)
    reference = await shop.adapter.channel.send(visitor_address(shop.visitor), None, "out-7")
    assert [line["text"] for line in await page.until("lines")] == ["here"]
    assert reference == "out-7"


async def test_line_carries_all_that_the_page_shows_and_no_notes(shop):
    page = await shop.page()
    await page.until("composing")
    shop.front.write(shop.conversation, "note", "only for staff", told=False)
    picture = Picture("https://cdn.example/mug.jpg", "Mug")
    card = Card("Order 7", (("Total", "£3"),), picture)
    shop.front.write(shop.conversation, "bot", "<b>Sure?</b>", told=False, buttons=(("Yes", "yes:1"),), cards=(card,))
    shop.front.write(shop.conversation, "user", "hi", told=False, source_id=ONE, attachments=("d1",))
    shop.front.write(shop.conversation, "staff", "Hello, this is Anna", author="anna")
    bot, user, staff = await page.until("lines")
    assert (bot["text"], bot["buttons"]) == ("<b>Sure?</b>", [{"label": "Yes", "value": "yes:1"}])
    shown = {"url": "https://cdn.example/mug.jpg", "alt": "Mug"}
    assert bot["cards"] == [{"title": "Order 7", "rows": [["Total", "£3"]], "picture": shown}]
    assert (user["source"], user["files"]) == (ONE, 1)
    assert (staff["who"], staff["author"]) == ("staff", "anna")


async def test_typing_is_shown_while_a_reply_is_worked_out(shop):
    page = await shop.page()
    assert await page.until("composing") is False
    shop.front.busy.add(shop.conversation)
    await shop.adapter.channel.typing(visitor_address(shop.visitor))
    assert await page.until("composing") is True
    shop.front.busy.clear()
    shop.front.write(shop.conversation, "bot", "done")
    assert await page.until("composing") is False


async def test_fresh_visitor_is_greeted_once(shop):
    for _ in range(2):
        page = await shop.page(language="zh-CN")
        await page.until("composing")
        await page.ws.close()
    (started,) = shop.front.received
    assert (started.kind, started.language) == (Kind.START, "zh-CN")


async def test_opening_the_page_is_no_line_and_no_news_for_who_has_talked(shop):
    page = await shop.page()
    await page.until("composing")
    shop.front.write(shop.conversation, "user", "[start]", told=False, source_id=f"start:{shop.visitor}")
    shop.front.write(shop.conversation, "bot", "Welcome")
    assert [line["text"] for line in await page.until("lines")] == ["Welcome"]
    again = await shop.page()
    await again.until("lines")
    assert len(shop.front.received) == 1


# --- who may connect -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://[", "https://127.0.0.1:1"])
async def test_foreign_page_gets_no_socket(shop, origin):
    with pytest.raises(WSServerHandshakeError) as refusal:
        await shop.client.ws_connect("/chat/ws", headers={"Origin": origin} if origin else {})
    assert refusal.value.status == 403


async def test_public_address_counts_as_our_own_behind_a_proxy():
    async with site(public_url="https://chat.example") as shop:
        ws = await shop.client.ws_connect("/chat/ws", headers={"Origin": "https://chat.example"})
        await ws.close()
        async with shop.client.get("/") as page:
            assert page.cookies["shophand_visitor"]["secure"]


async def test_cookie_is_kept_from_scripts_and_other_sites(shop):
    async with shop.client.get("/") as page:
        cookie = page.cookies["shophand_visitor"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["secure"]


TAMPER = {
    "signature": lambda value: value[:-1] + ("A" if value[-1] != "A" else "B"),
    "visitor": lambda value: "x" + value,
    "unsigned": lambda _: "somebody.",
    "empty": lambda _: ".",
}


@pytest.mark.parametrize("change", TAMPER.values(), ids=TAMPER)
async def test_tampered_cookie_gets_a_fresh_visitor(shop, change):
    async with shop.client.get("/") as page:
        first = page.cookies["shophand_visitor"].value
    shop.client.session.cookie_jar.update_cookies({"shophand_visitor": change(first)}, shop.client.make_url("/"))
    async with shop.client.get("/") as page:
        assert page.cookies["shophand_visitor"].value.partition(".")[0] not in (first.partition(".")[0], "somebody")


async def test_known_visitor_keeps_his_cookie(shop):
    async with shop.client.get("/") as first, shop.client.get("/") as second:
        assert "shophand_visitor" in first.cookies and "shophand_visitor" not in second.cookies


async def test_socket_without_a_cookie_gives_one(shop):
    ws = await shop.socket()
    await ws.close()
    assert len(shop.visitor) > 16


# --- what a socket refuses -------------------------------------------------------------------------------------------

JUNK = [
    "",
    "no json",
    "[]",
    "[" * 60_000,
    '{"type": "text"}',
    '{"type": "text", "id": "timer:4", "text": "x"}',
    f'{{"type": "dance", "id": "{ONE}"}}',
    f'{{"type": "text", "id": "{ONE}", "text": 5}}',
    '{"type": "hello", "after": 0}',
]


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
async def test_junk_closes_the_socket_politely(shop, junk):
    page = await shop.page()
    await page.ws.send_str(junk)
    assert await page.closed() == 1008
    assert [message.kind for message in shop.front.received] == [Kind.START]


@pytest.mark.parametrize("after", [-1, 2**64, True, "7", None])
async def test_hello_names_a_line_that_can_be(shop, after):
    ws = await shop.socket()
    await ws.send_json({"type": "hello", "after": after})
    await ws.receive(timeout=5)
    assert ws.close_code == 1008


async def test_first_frame_must_be_a_hello(shop):
    ws = await shop.socket()
    await ws.send_json(text())
    await ws.receive(timeout=5)
    assert ws.close_code == 1008
    assert shop.front.received == []


async def test_frame_above_the_limit_closes_the_socket(shop):
    page = await shop.page()
    await page.ws.send_str(" " * (MESSAGE_BYTES + 1))
    assert await page.closed() == 1009


async def test_bytes_close_the_socket(shop):
    page = await shop.page()
    await page.ws.send_bytes(b"\x00")
    assert await page.closed() == 1008


async def test_five_thousand_characters_are_fine(shop):
    page = await shop.page()
    await page.send(text(words="订单" * 2500))
    assert await page.until("ack") == ONE


UNFIT = {
    "empty": text(words=" \n "),
    "long": text(words="x" * (TEXT_CHARS + 1)),
    "long value": {"type": "button", "id": ONE, "value": "v" * 65},
    "value that no button has": {"type": "button", "id": ONE, "value": "是"},
    "file that was not uploaded": {"type": "file", "id": ONE, "file": "made.up"},
}


@pytest.mark.parametrize("frame", UNFIT.values(), ids=UNFIT)
async def test_message_that_can_never_be_taken_is_refused_and_the_socket_stays(shop, frame):
    page = await shop.page()
    await page.send(frame)
    assert await page.until("refused") == ONE
    await page.send(text(TWO))
    assert await page.until("ack") == TWO


async def test_flood_is_told_when_to_send_again():
    now = [100.0]
    async with site(messages_per_minute=2, monotonic=lambda: now[0]) as shop:
        page = await shop.page()
        for number in range(2):
            await page.send(text(f"{number}1111111-1111-4111-8111-111111111111"))
            await page.until("ack")
        await page.send(text(TWO))
        frame = await page.ws.receive_json(timeout=5)
        assert frame == {"slow": TWO, "seconds": 30.0}
        now[0] += 30
        await page.send(text(TWO))
        assert await page.until("ack") == TWO


async def test_a_fresh_cookie_brings_no_fresh_allowance():
    async with site(messages_per_minute=1, monotonic=lambda: 7.0) as shop:
        for _ in range(VISITORS_PER_ADDRESS // 2):  # each is greeted and says a word
            page = await shop.page()
            await page.send(text())
            assert await page.until("ack") == ONE
            shop.client.session.cookie_jar.clear()
        heard = len(shop.front.received)
        page = await shop.page()
        await page.send(text())
        assert await page.until("slow") == ONE
        assert len(shop.front.received) == heard  # nor is that visitor greeted


async def test_one_browser_opens_so_many_windows_at_most(shop):
    pages = [await shop.page() for _ in range(SOCKETS_PER_VISITOR)]
    for page in pages:
        await page.until("composing")
    assert await (await shop.page()).closed() == 1013


async def test_stopping_sends_open_pages_home(shop):
    running = asyncio.create_task(shop.adapter.run())
    page = await shop.page()
    await page.until("composing")
    running.cancel()
    assert await page.closed() == 1001
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_every_answer_carries_the_security_headers(shop):
    for path in ("/", "/static/chat.js", "/static/none.js", "/staff/sign-in"):
        async with shop.client.get(path) as response:
            assert "default-src 'self'" in response.headers["Content-Security-Policy"], path
            assert response.headers["X-Frame-Options"] == "DENY"


async def test_pictures_of_goods_come_from_the_shops_own_places_and_on_the_chat_page_alone():
    async with site(pictures=("https://cdn.example", "https://shop.example")) as shop:
        for path, allowed in (("/", True), ("/staff/sign-in", False), ("/static/chat.js", False)):
            async with shop.client.get(path) as response:
                rules = response.headers["Content-Security-Policy"]
            wanted = "img-src 'self' blob: https://cdn.example https://shop.example;" if allowed else "blob:;"
            assert wanted in rules and "https:;" not in rules, path


async def test_page_names_the_shop_and_nothing_foreign_or_inline(shop):
    async with shop.client.get("/") as response:
        page = await response.text()
    assert "Alder &amp; Co" in page and response.headers["Cache-Control"] == "no-store"
    assert "http" not in page and "style=" not in page and "<script>" not in page and "onclick" not in page
