"""The console's page "My account": the name shoppers see, a code for linking that is shown once, and the links."""

import re

import pytest
from fakes import FakeOffice, FixedClock
from test_web_console import PASSWORD, XSS, act, csrf_of, get, post, sign_in, view
from web_rig import Site, site

from bot.office import StaffLink
from bot.ports import Role

PAGE = "/staff/account"
WAYS = ["/name", "/code", "/unlink"]
SINCE = FixedClock().now()


@pytest.fixture
async def shop():
    office = FakeOffice({"anna": PASSWORD, "new": "printed once"}, must_change=["new"], roles={"anna": Role.AGENT})
    async with site(office=office) as opened:
        yield opened


async def make_code(shop: Site) -> str:
    """Press the button and read the page that answers."""
    headers = {"Origin": shop.origin}
    async with shop.client.post(f"{PAGE}/code", data={"csrf": csrf_of(shop)}, headers=headers) as response:
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
        return await response.text()


async def test_strangers_and_who_must_change_his_password_are_sent_away(shop):
    assert await get(shop, PAGE) == (303, "/staff/sign-in")
    assert [await post(shop, PAGE + way, csrf="x") for way in WAYS] == [303] * 3
    await sign_in(shop, "new", "printed once")
    assert await get(shop, PAGE) == (303, "/staff/password")
    assert [await post(shop, PAGE + way, csrf=csrf_of(shop)) for way in WAYS] == [303] * 3
    assert (shop.office.codes, shop.office.names) == ([], {})


@pytest.mark.parametrize("way", WAYS)
async def test_a_form_needs_this_sessions_token_and_our_own_page(shop, way):
    await sign_in(shop)
    assert await post(shop, PAGE + way, csrf="wrong", name="Anna") == 403
    assert await post(shop, PAGE + way, csrf=csrf_of(shop), name="Anna", origin="https://evil.example") == 403
    assert (shop.office.codes, shop.office.names) == ([], {})


async def test_a_code_of_ones_own_account_is_shown_once(shop):
    await sign_in(shop)
    page = await make_code(shop)
    [(staff, code)] = shop.office.codes
    assert (staff, re.findall(r"<code>(.+?)</code>", page)) == ("anna", [f"link {code}"])
    assert "2026-09-21 12:10 UTC" in page
    assert code not in (await get(shop, PAGE))[1]
    assert (await get(shop, f"{PAGE}/code"))[0] == 405


async def test_the_name_that_shoppers_see_is_changed_and_goes_with_what_is_done(shop):
    shop.office.views = {"h1": view()}
    await sign_in(shop)
    assert await post(shop, f"{PAGE}/name", csrf=csrf_of(shop), name=" Anna Lee ") == 303
    assert 'value="Anna Lee"' in (await get(shop, PAGE))[1]
    assert await act(shop, act="claim") == 204
    assert [(message.name, message.staff) for message in shop.front.received] == [("Anna Lee", "anna")]


async def test_a_name_that_is_unfit_is_said_so(shop):
    await sign_in(shop)
    assert await post(shop, f"{PAGE}/name", csrf=csrf_of(shop), name=" ") == 409
    assert shop.office.names == {}


async def test_links_are_listed_and_one_can_be_removed(shop):
    one, other = StaffLink("slack", "T1", "U1", SINCE), StaffLink("telegram", "7", "222", SINCE)
    shop.office.linked = {"anna": [one, other], "new": [StaffLink("slack", "T1", "U7", SINCE)]}
    await sign_in(shop)
    _, page = await get(shop, PAGE)
    assert [words in page for words in ("Slack", "U1", "Telegram", "222", "U7")] == [True, True, True, True, False]
    await post(shop, f"{PAGE}/unlink", csrf=csrf_of(shop), channel="slack", account="T1", user="U7")
    assert len(shop.office.linked["new"]) == 1
    assert await post(shop, f"{PAGE}/unlink", csrf=csrf_of(shop), channel="slack", account="T1", user="U1") == 303
    assert shop.office.linked["anna"] == [other]


async def test_everything_is_escaped_and_nothing_stands_inline(shop):
    shop.office.names["anna"], shop.office.linked = XSS, {"anna": [StaffLink("slack", XSS, XSS, SINCE)]}
    await sign_in(shop)
    page = await make_code(shop)
    assert "<img" not in page and "&lt;img" in page
    assert "style=" not in page and "<script>" not in page and "onclick" not in page
