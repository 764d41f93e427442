"""The web channel keeps every channel's promises: a line stands in the transcript, and send shows it to the page."""

from dataclasses import dataclass, field

import pytest
from channel_contract import CHECKS, Delivered
from web_rig import Page, Site, site

from adapters.web.wire import visitor_address
from bot.errors import PermanentFailure
from bot.messages import Address, Attachment, DeskPost, Reply


@dataclass
class CommittedFirst:
    """Step 10 before step 11: the line is in the transcript before the channel is asked to send. Reads what arrives."""

    shop: Site
    page: Page
    arrived: list[dict] = field(default_factory=list)

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        buttons = tuple((button.label, button.value) for button in reply.buttons)
        conversation = address.conversation_id
        self.shop.front.write(conversation, "bot", reply.text, told=False, buttons=buttons, cards=reply.cards)
        reference = await self.shop.adapter.channel.send(address, reply, message_id)
        self.arrived += await self.page.until("lines")
        return reference

    async def typing(self, address: Address) -> None:
        await self.shop.adapter.channel.typing(address)


@dataclass
class WebRig:
    channel: CommittedFirst
    address: Address
    buttons: bool = True
    long_text: int = 50_000

    def delivered(self) -> list[Delivered]:
        return [
            Delivered(
                "\n".join([line["text"], *(f"{card['title']} {card['rows']}" for card in line["cards"])]),
                tuple((button["label"], button["value"]) for button in line["buttons"]),
            )
            for line in self.channel.arrived
        ]

    def flood(self, seconds: int) -> bool:
        return False  # there is no platform in between

    def block(self) -> bool:
        return False  # who has closed the page finds the line when he opens it again


@pytest.fixture
async def rig():
    async with site() as shop:
        page = await shop.page()
        await page.until("composing")
        yield WebRig(CommittedFirst(shop, page), visitor_address(shop.visitor))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_contract(check, rig):
    await check(rig)


async def test_nobody_there_is_delivered_all_the_same():
    async with site() as shop:
        assert await shop.adapter.channel.send(visitor_address("away"), Reply("hello"), "m1") == "m1"


async def test_files_are_not_fetched_they_were_uploaded():
    async with site() as shop:
        with pytest.raises(PermanentFailure):
            await shop.adapter.channel.fetch(Attachment("photo"))


async def test_desk_needs_no_thread():
    async with site() as shop:
        assert (shop.adapter.desk.name, await shop.adapter.desk.post(DeskPost("h1", "opened", "…"))) == ("console", "")


async def test_check_says_where_things_are_and_when_cookies_are_safe():
    async with site() as shop, site(public_url="https://chat.example") as public:
        assert "only over https" in await shop.adapter.check()
        assert await public.adapter.check() == "web: shopper chat on /, staff console on /staff; cookies are Secure"
