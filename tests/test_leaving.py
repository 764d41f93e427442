"""A web visitor whom nobody can answer now leaves an e-mail address: the answer goes there, once, with a link back."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import NOW
from peers.smtp import SmtpPeer, smtp_peer
from pydantic import SecretStr
from test_desk_hours import DESK, add
from test_people import Heard, staff
from web_rig import site

from adapters.mail import MailAdapter
from adapters.web import WebAdapter, wire
from bot import leaving
from bot.bootstrap import shophand
from bot.clock import ManualClock
from bot.conversation import Access, Conversation, Flow, Proof
from bot.messages import InboundMessage, Kind
from bot.ports import Language
from bot.settings import Settings
from bot.speech import WrittenWords

VISITOR = "visitor-1"
ADDRESS = wire.visitor_address(VISITOR)
MAIL = "ann@example.org"


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
        assert to == MAIL and text.rstrip().endswith("We send another one.") and "Sam" in text
        token = parse_qs(urlsplit(re.search(r"https://shop\.example/\S+?(?=[.,]?\s)", text)[0]).query)["back"][0]
        assert chat.product.assistant.returning(token) == VISITOR
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
        assert [text.rstrip().splitlines()[-1] for _, text in chat.mails()] == ["It goes out today."]


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
        await chat.does(wire.back(VISITOR, NOW, "token"))
        assert (await chat.product.conversations.load(ADDRESS.conversation_id))[0].proof is None


def test_a_link_runs_out_and_cannot_be_made_without_the_key() -> None:
    link = leaving.sealed(b"k" * 32, "https://shop.example/")(VISITOR, NOW + timedelta(days=7))
    token = link.removeprefix("https://shop.example/?back=")
    assert leaving.opened(b"k" * 32, token, NOW) == VISITOR
    assert leaving.opened(b"k" * 32, token, NOW + timedelta(days=7)) is None
    assert leaving.opened(b"x" * 32, token, NOW) is None and leaving.opened(b"k" * 32, "abc", NOW) is None


def test_what_was_begun_before_is_no_way_around_the_proof() -> None:
    flow = Flow("cancel_order", "cancel_order", {"order_id": "10043", "contact": MAIL})
    begun = Conversation("c1", ADDRESS, flows=(flow,), memory={"order_id": "10043"}, noted={"order_id": "10043"})
    assert leaving.came_back(begun) == Conversation("c1", ADDRESS)


async def test_each_browser_that_comes_by_the_same_link_has_to_prove_who_it_is() -> None:
    async with site(messages_per_minute=3) as shop:
        shop.front.links_back["t0ken"] = VISITOR
        for status in (303, 303, 303, 429):
            shop.client.session.cookie_jar.clear()
            async with shop.client.get("/", params={"back": "t0ken"}, allow_redirects=False) as response:
                assert response.status == status
        assert len({message.source_id for message in shop.front.received}) == 3


async def test_a_browser_goes_on_as_the_visitor_of_the_link() -> None:
    async with site() as shop:
        shop.front.links_back["t0ken"] = VISITOR
        for token, seen in (("wrong", 0), ("t0ken", 1), ("t0ken", 1)):  # the third time it is he already
            async with shop.client.get("/", params={"back": token}, allow_redirects=False) as response:
                assert (response.status, response.headers["Location"]) == (303, "/")
            assert len(shop.front.received) == seen
        assert shop.visitor == VISITOR
        [message] = shop.front.received
        assert (message.kind, message.button, message.address) == (Kind.START, leaving.BACK, ADDRESS)
