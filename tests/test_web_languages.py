"""The console in the language of who reads it: page texts, what codes are called, and the summary of a handoff."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest
from fakes import FakeOffice
from test_web_console import OPENED, PASSWORD, csrf_of, get, post, sign_in, view
from web_rig import site

import adapters.web
from adapters.web.console_door import NEEDED, NOT_CHANGED
from adapters.web.words import catalogue, say
from bot.office import LANGUAGES, ReadyReply, RunningChat
from bot.phrases import LANGUAGES as SPOKEN
from bot.ports import Role

WEB = Path(adapters.web.__file__).parent
PARTS = ["/list", "/handoffs/h1/view", "/handoffs/h1/replies", "/chats/web:c/view"]
PAGES = ["", "/handoffs/h1", "/chats/web:c", "/modes", "/log", "/accounts", "/account", "/password"]


@pytest.fixture
async def shop():
    async with site(office=FakeOffice({"anna": PASSWORD})) as opened:
        told = {"en": "wants a refund", "zh": "想退款"}
        opened.office.views = {"h1": replace(view(reason="requested"), summaries=told, status="waiting")}
        opened.office.chats = [RunningChat("web:c", "web", "zh", "", OPENED, "你好")]
        opened.office.ready = [ReadyReply("zh", "问候", "您好")]
        yield opened


def texts() -> Iterator[str]:
    """Every text of the console that is not a code's name."""
    for path in (WEB / "templates").glob("*.html"):
        yield from re.findall(r'\b_\("([^"]+)"', path.read_text("utf-8"))
    for path in WEB.glob("*.py"):
        yield from re.findall(r'_pages\.say\(\s*[\w.]+, "([^"]+)"', path.read_text("utf-8"))
    yield from (*NEEDED.values(), NOT_CHANGED, "this handoff belongs to no conversation any more")


def named(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_of_the_console_stands_in_every_language_with_its_values() -> None:
    chinese = catalogue("zh")
    assert set(texts()) == chinese.keys()
    for text, word in chinese.items():
        assert named(text) == named(word), text
        assert [mark in text for mark in ("%d", "%s")] == [mark in word for mark in ("%d", "%s")], text


def test_staff_read_in_the_languages_of_the_phrase_book() -> None:
    assert set(LANGUAGES) == set(SPOKEN)


def test_a_text_is_said_with_its_values() -> None:
    assert say("en", "since {time}", time="noon") == "since noon"
    assert say("zh", "as the policy says: {mode}", mode="自动") == "按店铺规则：自动"


@pytest.mark.parametrize("path", PAGES)
async def test_who_reads_chinese_gets_every_page_in_chinese(shop, path):
    shop.office.languages["anna"] = "zh"
    await sign_in(shop)
    status, page = await get(shop, f"/staff{path}")
    assert status == 200 and '<html lang="zh">' in page and "员工控制台" in page
    shown = re.sub(r"<[^>]*>|\s+", " ", re.sub(r"<code>.*?</code>|<time.*?</time>", "", page))
    left = set(re.findall(r"[A-Za-z]{3,}", shown)) - {"anna", "Telegram", "Slack", "policy", "toml"}
    assert not left


@pytest.mark.parametrize("path", PARTS)
async def test_and_every_part_that_the_page_fetches(shop, path):
    shop.office.languages["anna"] = "zh"
    await sign_in(shop)
    status, part = await get(shop, f"/staff{path}")
    shown = re.sub(r"<[^>]*>", " ", re.sub(r"<time.*?</time>", "", part))
    assert status == 200 and set(re.findall(r"[A-Za-z]{3,}", shown)) <= {"anna", "Telegram"}


async def test_reason_state_and_summary_are_in_the_language_of_who_reads(shop):
    await sign_in(shop)
    english = (await get(shop, "/staff/handoffs/h1"))[1]
    shop.office.languages["anna"] = "zh"
    chinese = (await get(shop, "/staff/handoffs/h1"))[1]
    words = {"Asked for a person": "要求人工", "wants a refund": "想退款", 'status">Waiting': 'status">待接手'}
    for in_english, in_chinese in words.items():
        assert in_english in english and in_english not in chinese
        assert in_chinese in chinese and in_chinese not in english


async def test_a_language_is_chosen_on_ones_own_page(shop):
    await sign_in(shop)
    assert await post(shop, "/staff/account/language", csrf=csrf_of(shop), language="zh") == 303
    assert shop.office.languages == {"anna": "zh"}
    assert re.search(r'value="zh" selected', (await get(shop, "/staff/account"))[1])
    assert await post(shop, "/staff/account/language", csrf=csrf_of(shop), language="xx") == 409
    assert await post(shop, "/staff/account/language", csrf="wrong", language="en") == 403
    assert shop.office.languages == {"anna": "zh"}


async def test_who_has_chosen_none_and_who_is_not_in_yet_read_as_at_the_desks():
    office = FakeOffice({"anna": PASSWORD})
    office.language = "zh"
    async with site(office=office) as shop:
        assert "登录" in (await get(shop, "/staff/sign-in"))[1]
        await sign_in(shop)
        assert "没有人在等" in (await get(shop, "/staff"))[1]


async def test_a_refusal_is_in_the_language_of_who_is_refused(shop):
    shop.office.languages["anna"] = "zh"
    shop.office.roles["anna"] = Role.AGENT
    await sign_in(shop)
    headers = {"Origin": shop.origin}
    form = {"csrf": csrf_of(shop), "text": "x"}
    async with shop.client.post("/staff/handoffs/h1/act", data=form, headers=headers) as response:
        assert await response.text() == "这次转接不能这样处理"
    assert "您的角色是客服" in (await get(shop, "/staff/accounts"))[1]
