"""The console's page of accounts: admins alone see it, and only a form of this session changes an account."""

import re

import pytest
from fakes import FakeOffice
from test_web_console import PASSWORD, XSS, csrf_of, get, post, sign_in
from web_rig import Site, site

from bot.ports import Role
from bot.routing import Strengths

PAGE = "/staff/accounts"
WAYS = ["", "/password", "/role", "/strengths", "/remove"]


@pytest.fixture
async def shop():
    async with site(office=FakeOffice({"anna": PASSWORD, "bob": "b"}, roles={"bob": Role.AGENT})) as opened:
        yield opened


async def change(shop: Site, way: str = "", **fields: str) -> tuple[int, str]:
    """Send a form of the page; the status and the page that answers."""
    form = {"csrf": csrf_of(shop), **fields}
    async with shop.client.post(
        PAGE + way, data=form, headers={"Origin": shop.origin}, allow_redirects=False
    ) as response:
        return response.status, await response.text()


def shown_password(page: str) -> str:
    return re.search(r"<code>(.+?)</code>", page).group(1)


async def test_strangers_are_sent_to_the_door(shop):
    assert await get(shop, PAGE) == (303, "/staff/sign-in")
    assert [await post(shop, PAGE + way, csrf="x", name="eve", role="admin") for way in WAYS] == [303] * len(WAYS)
    assert shop.office.roles == {"anna": Role.ADMIN, "bob": Role.AGENT}


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD])
async def test_others_than_admins_are_told_so_and_change_nothing(shop, role):
    shop.office.roles["anna"] = role
    await sign_in(shop)
    status, said = await get(shop, PAGE)
    assert (status, said) == (403, f"Managing accounts needs an admin. Your role is {role}.")
    assert [(await change(shop, way, name="bob", role="admin"))[0] for way in WAYS] == [403] * len(WAYS)
    assert shop.office.roles == {"anna": role, "bob": Role.AGENT} and shop.office.passwords["bob"] == "b"
    assert PAGE not in (await get(shop, "/staff"))[1]


@pytest.mark.parametrize("way", WAYS)
async def test_a_form_needs_this_sessions_token_and_our_own_page(shop, way):
    await sign_in(shop)
    bob = {"name": "bob", "role": "lead"}
    assert (await change(shop, way, csrf="wrong", **bob))[0] == 403
    assert await post(shop, PAGE + way, csrf=csrf_of(shop), origin="https://evil.example", **bob) == 403
    assert shop.office.roles == {"anna": Role.ADMIN, "bob": Role.AGENT} and shop.office.passwords["bob"] == "b"


async def test_a_new_account_gets_a_password_that_is_shown_once(shop):
    await sign_in(shop)
    status, page = await change(shop, name=" cleo ", role="lead")
    assert (status, shown_password(page)) == (200, shop.office.passwords["cleo"])
    assert shop.office.roles["cleo"] is Role.LEAD
    assert "<code>" not in (await get(shop, PAGE))[1]


async def test_a_password_is_reset_and_shown_once(shop):
    await sign_in(shop)
    status, page = await change(shop, "/password", name="bob")
    assert (status, shown_password(page)) == (200, shop.office.passwords["bob"]) and shop.office.passwords["bob"] != "b"
    assert shop.office.roles["bob"] is Role.AGENT


async def test_a_role_is_set_and_an_account_removed(shop):
    await sign_in(shop)
    assert (await change(shop, "/role", name="bob", role="lead"))[0] == 303
    assert shop.office.roles["bob"] is Role.LEAD
    assert (await change(shop, "/remove", name="bob"))[0] == 303
    assert list(shop.office.passwords) == ["anna"]
    await change(shop, name="cleo", role="lead")
    await change(shop, "/password", name="cleo")
    assert shop.office.done_by == ["anna"] * 4


async def test_what_an_account_takes_is_set(shop):
    await sign_in(shop)
    fields = {"languages": "EN, zh", "skills": "payment invoice", "most": "3"}
    assert (await change(shop, "/strengths", name="bob", **fields))[0] == 303
    assert shop.office.strengths["bob"] == Strengths(("en", "zh"), ("payment", "invoice"), 3)
    assert 'value="payment invoice"' in (await get(shop, PAGE))[1]


@pytest.mark.parametrize(
    ("way", "fields", "why"),
    [
        ("/strengths", {"name": "bob", "languages": "<b>"}, "is no language or reason"),
        ("/strengths", {"name": "bob", "most": "0"}, "is no number of conversations"),
        ("", {"name": "bob", "role": "lead"}, "already an account bob"),
        ("", {"name": "cleo", "role": "boss"}, "is no role"),
        ("/password", {"name": "cleo"}, "no account cleo"),
        ("/role", {"name": "anna", "role": "lead"}, "the last admin"),
        ("/role", {"name": "bob"}, "is no role"),
        ("/remove", {"name": "anna"}, "the last admin"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_said_on_the_page_and_changes_nothing(shop, way, fields, why):
    await sign_in(shop)
    status, page = await change(shop, way, **fields)
    assert status == 409 and why in page and "<code>" not in page
    assert shop.office.roles == {"anna": Role.ADMIN, "bob": Role.AGENT} and shop.office.passwords["bob"] == "b"


async def test_names_are_escaped_and_nothing_stands_inline(shop):
    await shop.office.fresh_password(XSS, Role.AGENT)
    await sign_in(shop)
    _, page = await change(shop, "/password", name=XSS)
    assert "<img" not in page and "&lt;img" in page
    assert "style=" not in page and "<script>" not in page and "onclick" not in page
