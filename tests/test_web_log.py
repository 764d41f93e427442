"""The console's page of what staff did: leads and admins read it, newest first, by page."""

import re

import pytest
from fakes import FakeOffice, FixedClock
from test_web_console import PASSWORD, XSS, get, sign_in
from web_rig import site

from bot.office import AuditLine, Deed
from bot.ports import Role

PAGE = "/staff/log"
AT = FixedClock().now()


@pytest.fixture
async def shop():
    async with site(office=FakeOffice({"anna": PASSWORD}, roles={"anna": Role.LEAD})) as opened:
        opened.office.log = [
            AuditLine(AT, "bob", Deed.CLAIMED, "h 1", "requested"),
            AuditLine(AT, "", Deed.SIGN_IN_FAILED, "", "192.0.2.7"),
            AuditLine(AT, "cleo", Deed.MODE_SET, "cancel, uk", "policy → off"),
        ]  # fmt: skip
        yield opened


def shown(page: str) -> list[list[str]]:
    """The cells of every line, without marks."""
    rows = re.findall(r"<tr>(.+?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", row)] for row in rows]


async def test_strangers_are_sent_to_the_door(shop):
    assert await get(shop, PAGE) == (303, "/staff/sign-in")


async def test_an_agent_is_told_who_reads_it(shop):
    shop.office.roles["anna"] = Role.AGENT
    await sign_in(shop)
    assert await get(shop, PAGE) == (403, "Reading the log needs a lead or an admin. Your role is agent.")
    assert PAGE not in (await get(shop, "/staff"))[1]


async def test_a_lead_reads_it_page_by_page(shop):
    await sign_in(shop)
    _, first = await get(shop, PAGE)
    _, second = await get(shop, f"{PAGE}?page=2")
    assert [row[1:] for row in shown(first)] == [
        ["bob", "took over", "h 1", "Asked for a person"], ["unknown", "could not sign in", "", "192.0.2.7"],
    ]  # fmt: skip
    assert [row[1:] for row in shown(second)] == [["cleo", "set the mode of a write", "cancel, uk", "policy → off"]]
    assert 'href="/staff/handoffs/h%201"' in first
    assert ["Older" in page for page in (first, second)] == [True, False]
    assert ["Newer" in page for page in (first, second)] == [False, True]


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 400, "1' OR 1"])
async def test_a_page_that_is_none_is_the_first(shop, page):
    await sign_in(shop)
    async with shop.client.get(PAGE, params={"page": page}) as response:
        assert (response.status, shown(await response.text())[0][1]) == (200, "bob")


@pytest.mark.parametrize("what", Deed)
async def test_every_deed_has_its_words(shop, what):
    shop.office.log = [AuditLine(AT, "bob", what, "x", "")]
    await sign_in(shop)
    _, page = await get(shop, PAGE)
    assert shown(page)[0][2]


async def test_names_are_escaped_and_nothing_stands_inline(shop):
    shop.office.log = [AuditLine(AT, XSS, Deed.RENAMED, XSS, XSS)]
    await sign_in(shop)
    _, page = await get(shop, PAGE)
    assert "<img" not in page and "&lt;img" in page
    assert "style=" not in page and "<script>" not in page and "onclick" not in page
