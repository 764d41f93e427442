"""A web visitor whom nobody can answer now leaves an e-mail address: the answer goes there, once, with a link back."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from conftest import NOW
from peers.smtp import SmtpPeer, smtp_peer
from pydantic import SecretStr
from sqlmodel import SQLModel
from test_desk_hours import DESK, add
from test_people import Heard, staff
from web_rig import Site, site

from adapters.mail import MailAdapter
from adapters.web import WebAdapter, wire
from bot import leaving
from bot.bootstrap import shophand
from bot.clock import ManualClock
from bot.conversation import Access, Conversation, Flow, Proof
from bot.messages import Address, InboundMessage, Kind, Reply
from bot.ports import Language, WayBack
from bot.settings import Settings
from bot.speech import WrittenWords
from bot.store.database import reading
from bot.store.ways_back import WayBackStore
from bot.turn import Delivery

VISITOR = "visitor-1"
ADDRESS = wire.visitor_address(VISITOR)
MAIL = "ann@example.org"
TOKEN = f"{'a' * 32}.{'b' * 32}"


class Chat:
    """The product with its web page and a mail server on loopback, while the desk is closed until eleven."""

    def __init__(self, product: Any, peer: SmtpPeer, clock: ManualClock) -> None:
        self.product, self.peer, self.clock, self.said = product, peer, clock, 0

    async def says(self, text: str, **fields: Any) -> list[str]:
        """What the page shows after these words of the shopper."""
        self.said += 1
        return await self.does(InboundMessage(f"m{self.said}", ADDRESS, NOW, text=text, **fields))

    async def does(self, message: InboundMessage) -> list[str]:
        before = len(await self.lines())
        await self.product.assistant.receive(message)
        await self.product.dispatcher.drain()
        return [line.text for line in (await self.lines())[before:] if line.speaker != "user"]

    async def lines(self) -> list[Any]:
        return await self.product.assistant.transcript(ADDRESS.conversation_id)

    async def answers(self, text: str) -> None:
        self.said += 1
        [view] = await self.product.assistant.handoffs()
        await self.does(staff(f"s{self.said}", view.id, text))

    def mails(self) -> list[tuple[str, str]]:
        """(recipient, text) of what the server was given."""
        return [
            (to, message_from_bytes(mail).get_payload(decode=True).decode("utf-8")) for to, mail in self.peer.mails
        ]


@asynccontextmanager
async def chatting(home: Path, **changes: Any) -> AsyncIterator[Chat]:
    add(home, DESK)
    clock = ManualClock(NOW)
    with smtp_peer(starttls=False) as peer:
        url = f"smtp://localhost:{peer.port}"
        given = {"public_url": "https://shop.example", "smtp_url": SecretStr(url), **changes}

        def adapters(assistant: Any, policy: Any) -> list[Any]:
            web = WebAdapter(assistant, assistant, secret=b"s" * 32, shop_name={"en": "Shop"}, now=clock.now)
            return [web, MailAdapter(url, "shop@example.com", "Shop", home / "mail", assistant.file)]

        spoken = Language(Heard(), WrittenWords())
        async with shophand(
            Settings(home=home, **given), clock=clock, make_adapters=adapters, language=lambda *_: spoken
        ) as product:
            yield Chat(product, peer, clock)


def token_in(text: str) -> str:
    """The link stands alone at the end of the mail: many programs take what follows one for a part of it."""
    [link] = re.findall(r"^https://shop\.example/back\?link=(\S+)$", text.rstrip().splitlines()[-1])
    return link


@asynccontextmanager
async def mailed(home: Path) -> AsyncIterator[tuple[Chat, str]]:
    """An answer has gone out, with this link."""
    async with chatting(home) as chat:
        await chat.says("a person please")
        await chat.says(MAIL)
        await chat.answers("We send another one.")
        yield chat, token_in(chat.mails()[-1][1])


async def reach(chat: Chat) -> str | None:
    return (await chat.product.conversations.load(ADDRESS.conversation_id))[0].reach


async def test_the_answer_is_mailed_once_with_a_link_back(home: Path) -> None:
    async with chatting(home) as chat:
        [told] = await chat.says("a person please")
        assert "e-mail address" in told
        [kept] = await chat.says(f"my box is open, {MAIL}")
        assert MAIL in kept and chat.mails() == []
        await chat.answers("We send another one.")
        [(to, text)] = chat.mails()
        assert to == MAIL and "We send another one." in text and "Sam" in text and "24 hours" in text
        assert await chat.product.assistant.way_back(token_in(text)) == WayBack(ADDRESS, "good")
        await chat.answers("And a voucher.")
        assert len(chat.mails()) == 1 and await reach(chat) == ""


async def test_while_he_looks_at_the_page_nothing_is_mailed(home: Path) -> None:
    async with chatting(home) as chat:
        await chat.says("a person please")
        await chat.says(MAIL)
        async with chat.product.assistant.subscribe(ADDRESS.conversation_id):
            await chat.answers("We send another one.")
        assert chat.mails() == [] and await reach(chat) == MAIL
        await chat.answers("It goes out today.")
        assert ["It goes out today." in text for _, text in chat.mails()] == [True]


async def test_an_address_that_was_written_before_the_wait_is_not_used(home: Path) -> None:
    async with chatting(home) as chat:
        await chat.says(f"hello, {MAIL}")
        await chat.says("a person please")
        await chat.answers("Hello")
        assert chat.mails() == []


async def test_what_ends_forgets_the_address(home: Path) -> None:
    async with chatting(home) as chat:
        await chat.says("a person please")
        await chat.says(MAIL)
        await chat.says("go on with the bot")
        assert await reach(chat) is None


async def test_in_opening_hours_it_is_offered_when_nobody_comes(home: Path) -> None:
    async with chatting(home) as chat:
        chat.clock.advance(timedelta(hours=1))
        [told] = await chat.says("a person please")
        assert "e-mail" not in told and await reach(chat) is None
        chat.clock.advance(timedelta(minutes=10))
        await chat.product.dispatcher.drain()
        assert "e-mail address" in (await chat.lines())[-1].text and await reach(chat) == ""


@pytest.mark.parametrize("missing", [{"public_url": ""}, {"smtp_url": SecretStr("")}])
async def test_it_is_not_offered_where_no_mail_or_link_could_be_made(home: Path, missing: dict[str, Any]) -> None:
    async with chatting(home, **missing) as chat:
        [told] = await chat.says("a person please")
        assert "e-mail address" not in told and await reach(chat) is None


async def test_who_comes_by_the_link_has_to_prove_himself_anew(home: Path) -> None:
    async with chatting(home) as chat:
        proof = Proof(Access.CUSTOMER, "c1", "", NOW.replace(year=2030))
        await chat.product.conversations.vouch(ADDRESS, proof)
        await chat.does(wire.way_back(wire.BACK, VISITOR, NOW, "once"))
        assert (await chat.product.conversations.load(ADDRESS.conversation_id))[0].proof is None


def test_what_was_begun_before_is_no_way_around_the_proof() -> None:
    flow = Flow("cancel_order", "cancel_order", {"order_id": "10043", "contact": MAIL})
    begun = Conversation("c1", ADDRESS, flows=(flow,), memory={"order_id": "10043"}, noted={"order_id": "10043"})
    assert leaving.came_back(begun) == Conversation("c1", ADDRESS)


# --- the link ---------------------------------------------------------------------------------------------------------


async def test_a_link_is_good_once_and_moves_the_chat_to_who_came_by_it(home: Path) -> None:
    async with mailed(home) as (chat, token):
        front, chat_id = chat.product.assistant, ADDRESS.conversation_id
        assert await front.holds(chat_id, "")
        place = await front.come_back(token)
        assert place and await front.come_back(token) == ""
        assert await front.way_back(token) == WayBack(ADDRESS, "used")
        assert await front.holds(chat_id, place) and not await front.holds(chat_id, "")


async def test_of_two_who_come_at_once_one_has_the_chat(home: Path) -> None:
    async with mailed(home) as (chat, token):
        places = await asyncio.gather(*(chat.product.assistant.come_back(token) for _ in range(5)))
        assert len(list(filter(None, places))) == 1


async def test_a_link_runs_out_after_a_day(home: Path) -> None:
    async with mailed(home) as (chat, token):
        chat.clock.advance(timedelta(hours=24))
        assert await chat.product.assistant.way_back(token) == WayBack(ADDRESS, "over")
        assert await chat.product.assistant.come_back(token) == ""


async def test_a_link_is_kept_as_a_hash_only(home: Path) -> None:
    async with mailed(home) as (chat, token):
        name, _, secret = token.partition(".")
        for table in SQLModel.metadata.sorted_tables:
            async with reading(chat.product.engine) as connection:
                rows = (await connection.execute(table.select())).all()
            assert not [row for row in rows if secret in str(row)], table.name
        for wrong in (f"{name}.{'0' * 32}", f"{name}.", f"{'0' * 32}.{secret}", "", name):
            assert await chat.product.assistant.way_back(wrong) is None
            assert await chat.product.assistant.come_back(wrong) == ""


async def test_another_link_goes_to_the_same_address_and_ends_the_one_before(home: Path) -> None:
    async with mailed(home) as (chat, token):
        await chat.does(wire.way_back(wire.AGAIN, VISITOR, NOW, "once"))
        [_, (to, text)] = chat.mails()
        assert to == MAIL and token_in(text) != token and "We send another one." not in text
        assert await chat.product.assistant.way_back(token) == WayBack(ADDRESS, "over")
        assert await chat.product.assistant.come_back(token_in(text))
        await chat.does(wire.way_back(wire.AGAIN, VISITOR, NOW, "once"))
        assert len(chat.mails()) == 2


async def test_a_month_after_its_end_nothing_can_be_had_by_a_link_and_the_address_goes_with_the_next_mail(
    home: Path,
) -> None:
    async with mailed(home) as (chat, token):
        assert await chat.product.assistant.come_back(token)
        chat.clock.advance(timedelta(days=32))
        assert await chat.product.assistant.way_back(token) is None
        ways = WayBackStore(chat.product.engine, chat.clock, "", timedelta(days=1), lambda: b"another")
        await ways.issue(Delivery(0, "another", "mail", Address("web", "", "b@example.org"), Reply(""), 0))
        await chat.does(wire.way_back(wire.AGAIN, VISITOR, NOW, "once"))
        assert len(chat.mails()) == 1


# --- the page ---------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def linked(state: str = "good", **settings: Any) -> AsyncIterator[Site]:
    async with site(**settings) as shop:
        shop.front.links_back[TOKEN] = WayBack(ADDRESS, state)
        yield shop


async def opens(shop: Site, method: str = "GET", path: str = "/back", **headers: str) -> tuple[int, str]:
    """Status, and the place it leads to or the page's text."""
    given = {"params": {"link": TOKEN}} if method == "GET" else {"data": {"link": TOKEN}}
    if method == "POST":
        headers = {"Origin": shop.origin, **headers}
    async with shop.client.request(method, path, headers=headers, allow_redirects=False, **given) as response:
        return response.status, response.headers.get("Location") or await response.text()


async def test_looking_at_a_link_uses_nothing_up_and_one_press_does() -> None:
    async with linked() as shop:
        for _ in range(3):  # a mail scanner, a preview, the shopper
            status, page = await opens(shop)
            assert status == 200 and 'method="post" action="/back"' in page and TOKEN in page
        assert shop.front.received == []
        assert await opens(shop, "POST") == (303, "/")
        assert shop.visitor == VISITOR
        [message] = shop.front.received
        assert (message.kind, message.button, message.address) == (Kind.START, leaving.BACK, ADDRESS)
        assert TOKEN not in str(message)
        assert await opens(shop) == (303, "/")  # in the browser that has the chat it simply leads there


@pytest.mark.parametrize("state", ["used", "over"])
async def test_a_link_that_is_over_says_so_and_offers_another(state: str) -> None:
    async with linked(state) as shop:
        for method in ("GET", "POST"):
            status, page = await opens(shop, method)
            assert status == 410 and 'action="/back/again"' in page
        assert shop.front.received == []
        for _ in range(2):
            status, page = await opens(shop, "POST", "/back/again")
            assert status == 200 and "on its way" in page and MAIL not in page
        [message] = shop.front.received
        assert (message.kind, message.button, message.address) == (Kind.START, leaving.AGAIN, ADDRESS)


async def test_an_unknown_link_leads_to_a_new_chat() -> None:
    async with site() as shop:
        for method, path in (("GET", "/back"), ("POST", "/back"), ("POST", "/back/again")):
            status, page = await opens(shop, method, path)
            assert status == 404 and 'href="/"' in page and shop.front.received == []


async def test_the_page_speaks_chinese_to_who_reads_chinese() -> None:
    async with linked() as shop:
        assert "继续对话" in (await opens(shop, **{"Accept-Language": "zh-CN,en;q=0.5"}))[1]


async def test_no_other_site_can_send_a_browser_into_a_chat() -> None:
    async with linked() as shop:
        for path in ("/back", "/back/again"):
            assert (await opens(shop, "POST", path, Origin="https://evil.example"))[0] == 403
        assert shop.front.received == []


async def test_links_that_are_tried_too_fast_wait() -> None:
    async with linked("used", messages_per_minute=3) as shop:
        assert [(await opens(shop, "POST"))[0] for _ in range(4)] == [410, 410, 410, 429]


async def test_the_browser_before_reads_and_writes_no_more() -> None:
    async with linked() as shop:
        before = await shop.page()
        shop.front.links_back[TOKEN] = WayBack(wire.visitor_address(shop.visitor), "good")
        began = shop.conversation
        await before.until("composing")
        async with site(shop.front) as other:
            assert await opens(other, "POST") == (303, "/")
            assert other.conversation == began
        await before.send({"type": "text", "id": str(uuid4()), "text": "cancel my order", "language": "en"})
        assert await before.closed() == wire.ELSEWHERE
        assert [message.kind for message in shop.front.received] == [Kind.START, Kind.START]
        async with shop.client.get("/") as response:
            assert response.status == 200
        assert shop.conversation != began
