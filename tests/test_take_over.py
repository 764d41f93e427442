"""A person takes over a conversation that the assistant has alone: in the console, and through the whole product."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import NOW, Talk, talking
from fakes import FakeOffice
from test_people import Heard, done, handoffs, lines, shopper, status
from test_web_console import ONE, OPENED, PASSWORD, csrf_of, get, post, sign_in, view
from web_rig import Site, site

from bot.conversation import Status
from bot.messages import Address, InboundMessage, Kind, Sender
from bot.office import Deed, RunningChat
from bot.ports import Language
from bot.routing import Strengths
from bot.script import ADDRESS
from bot.speech import WrittenWords

CHAT = "web::a%3Ab::a%3Ab"
AT = "/staff/chats/web%3A%3Aa%253Ab%3A%3Aa%253Ab"
SAM = {"sender": Sender.STAFF, "name": "Sam", "staff": "sam", "conversation_id": ADDRESS.conversation_id}
PLACE = Address("web", "", "chat", user="sam")


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def talk(home: Path, heard: Heard) -> AsyncIterator[Talk]:
    async with talking(home, Language(heard, WrittenWords()), as_email="emma.clarke@example.com") as opened:
        yield opened


def pressed(source: str) -> InboundMessage:
    return InboundMessage(source, PLACE, NOW, kind=Kind.STAFF_ACT, act="take_over", **SAM)


async def test_by_the_button_the_bot_falls_silent_and_every_desk_has_it(talk: Talk) -> None:
    await done(talk, shopper("m1", "cancel order 10043"))
    office = talk.product.assistant
    [running] = await office.running()
    assert (running.conversation_id, running.last.count("10043")) == (ADDRESS.conversation_id, 1)
    assert await office.open_chat(running.conversation_id) == ""
    [joined] = await done(talk, pressed("s1"))
    assert "Sam" in joined and await status(talk) is Status.STAFF
    [(number, state)] = (await handoffs(talk)).items()
    assert (state, await office.open_chat(running.conversation_id), await office.running()) == ("claimed", number, [])
    claim = await office.handoff(number)
    assert claim and claim.claimer == "sam"
    opening, taken = talk.chat.desk.posts
    assert "taken over by staff" in opening.text and "Emma Clarke" in opening.text and taken.text == "Taken over by Sam"
    assert await done(talk, shopper("m2", "ok")) == []  # a yes to the bot is none any more
    assert [line.what for line in (await office.audit(1)).lines if line.about == number] == [Deed.CLAIMED]


async def test_by_writing_while_the_bot_composes(talk: Talk, heard: Heard) -> None:
    heard.during.append(talk.product.assistant.receive(InboundMessage("s1", PLACE, NOW, text="Sam here.", **SAM)))
    replies = await done(talk, shopper("m1", "cancel order 10043"))
    assert len(replies) == 2 and "Sam" in replies[0] and replies[1] == "Sam here."
    assert any(speaker == "note" and "10043" in text for speaker, _, text in await lines(talk))
    opening = talk.chat.desk.posts[0].text
    assert "> Sam here." not in opening  # the shopper has not said it


async def test_what_a_person_has_already_is_not_opened_again(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    await done(talk, pressed("s1"))
    await done(talk, replace(pressed("s2"), name="Mei", staff="mei"))
    assert list((await handoffs(talk)).values()) == ["claimed"]
    assert talk.chat.desk.posts[-1].text == "Somebody has taken this over already."


async def test_who_is_at_his_limit_takes_no_more_but_may_write(talk: Talk) -> None:
    await done(talk, shopper("m1", "hello"))
    await talk.product.staff.fresh_password("sam")  # whatever name shoppers see
    await talk.product.staff.set_strengths("sam", Strengths(most=1), "sam")
    await talk.product.assistant.receive(InboundMessage("t1", replace(ADDRESS, chat="other"), NOW, text="a person"))
    await talk.product.dispatcher.drain()
    [other] = await handoffs(talk)
    busy = replace(pressed("s0"), act="claim", conversation_id="", handoff_id=other)
    assert await done(talk, busy) and await done(talk, pressed("s1")) == []
    assert await status(talk) is Status.BOT and list(await handoffs(talk)) == [other]
    await done(talk, InboundMessage("s2", PLACE, NOW, text="Sam here.", **SAM))
    assert await status(talk) is Status.STAFF


# --- the console -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def shop() -> AsyncIterator[Site]:
    async with site(office=FakeOffice({"anna": PASSWORD})) as opened:
        opened.office.chats = [RunningChat(CHAT, "web", "en", "Emma <b>", OPENED, "where is my lamp?")]
        opened.front.write(CHAT, "user", "where is my lamp?")
        yield opened


async def test_the_console_lists_what_the_assistant_has_and_shows_it(shop: Site) -> None:
    assert await get(shop, AT) == (303, "/staff/sign-in")
    await sign_in(shop)
    _, listed = await get(shop, "/staff/list")
    assert f'href="{AT}"' in listed and "Emma &lt;b&gt;" in listed and "where is my lamp?" in listed
    status, page = await get(shop, AT)
    assert status == 200 and 'data-do="take_over"' in page and "where is my lamp?" in page
    assert f'data-act="{AT}/act"' in page and (await get(shop, f"{AT}/view"))[0] == 200


async def test_a_press_and_words_go_in_as_messages_to_that_conversation(shop: Site) -> None:
    await sign_in(shop)
    form = {"csrf": csrf_of(shop), "source": ONE}
    assert await post(shop, f"{AT}/act", **form, act="take_over") == 204
    assert await post(shop, f"{AT}/act", **form | {"source": ONE.replace("1", "2")}, text="Anna here") == 204
    assert [(m.conversation_id, m.act, m.text, m.staff) for m in shop.front.received] == [
        (CHAT, "take_over", "", "anna"), (CHAT, "", "Anna here", "anna"),
    ]  # fmt: skip
    for wrong in ({"act": "close"}, {"text": ""}, {"act": "take_over", "source": "x"}):
        assert await post(shop, f"{AT}/act", **form | wrong) == 400
    assert await post(shop, f"{AT}/act", **form | {"csrf": "x"}, act="take_over") == 403


async def test_what_a_person_has_stands_with_its_handoff(shop: Site) -> None:
    await sign_in(shop)
    shop.office.chats = []
    assert (await get(shop, f"{AT}/view"))[0] == 409 and await get(shop, AT) == (303, "/staff")
    shop.office.views["h1"] = replace(view(status="claimed"), conversation_id=CHAT)
    assert await get(shop, AT) == (303, "/staff/handoffs/h1")
