"""A signed link opened in a browser: the token goes in as a message of that visitor, and out of the address bar."""

import pytest
from web_rig import site

from adapters.web import wire
from bot.messages import Kind

TOKEN = "Y2moBPhDMDAxZph6w_aS3PLoRpEqmjd01g"


@pytest.fixture
async def shop():
    async with site() as opened:
        yield opened


async def opened(shop, token: str = TOKEN, **headers: str):
    async with shop.client.get("/", params={"link": token}, headers=headers, allow_redirects=False) as response:
        return response


async def test_the_token_is_received_as_the_visitors_and_the_address_is_cleared(shop):
    response = await opened(shop, **{"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert (response.status, response.headers["Location"], response.headers["Cache-Control"]) == (303, "/", "no-store")
    [message] = shop.front.received
    assert (message.kind, message.text, message.language) == (Kind.START, TOKEN, "zh-CN")
    assert message.address == wire.visitor_address(shop.visitor)


async def test_a_visitor_who_is_known_stays_the_same_one(shop):
    await shop.page()
    visitor = shop.visitor
    await opened(shop)
    assert shop.visitor == visitor
    assert shop.front.received[-1].address == wire.visitor_address(visitor)


async def test_the_same_link_again_is_one_message_and_another_one_more(shop):
    for token in (TOKEN, TOKEN, TOKEN[:-1] + "A"):
        await opened(shop, token)
    assert [message.text for message in shop.front.received] == [TOKEN, TOKEN[:-1] + "A"]


@pytest.mark.parametrize("token", ["", "not a token", "a" * 513, "<script>", "t%C3%B6ken"])
async def test_what_cannot_be_a_token_is_not_received(shop, token: str):
    assert (await opened(shop, token)).status == 303
    assert shop.front.received == []


async def test_too_many_links_at_once_are_refused_and_none_is_lost_silently():
    async with site(messages_per_minute=2) as shop:
        statuses = [(await opened(shop, f"{TOKEN}{number}")).status for number in range(3)]
        assert statuses == [303, 303, 429]
        assert len(shop.front.received) == 2


async def test_no_line_of_the_transcript_shows_that_a_link_was_opened(shop):
    await opened(shop)
    source = shop.front.received[-1].source_id
    shop.front.write(shop.conversation, "user", TOKEN, source_id=source)
    page = await shop.page()
    assert await page.until("lines") == []


@pytest.mark.parametrize(
    ("header", "language"),
    [("zh-CN,zh;q=0.9", "zh-CN"), ("en", "en"), ("", ""), ("*", ""), ("de-DE;q=0.5", "de-DE"), ("x" * 900, "")],
)
def test_the_browsers_first_language_is_the_hint(header: str, language: str):
    assert wire.language_of(header) == language
