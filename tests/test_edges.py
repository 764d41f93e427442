"""Awkward input through the whole product, with the real model: each does the sensible thing (issue: Done when, 4)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from conftest import NOW, Talk, talking

from bot.messages import Address, Attachment, InboundMessage, Kind
from bot.ports import Language
from bot.script import ADDRESS
from bot.shop.show import look_up
from bot.store.database import reading
from bot.store.tables import Actions, Turns

EMMA = "emma.clarke@example.com"


@pytest.fixture
async def talk(home, language: Language):
    async with talking(home, language, as_email=EMMA) as opened:
        yield opened


async def receive(talk: Talk, source_id: str, text: str = "", address: Address = ADDRESS, **fields) -> None:
    await talk.product.assistant.receive(
        InboundMessage(source_id=source_id, address=address, sent_at=NOW, text=text, **fields)
    )


async def drained(talk: Talk) -> list[str]:
    """What the shopper got, oldest first."""
    await talk.product.dispatcher.drain()
    replies = [reply.as_text() for reply in talk.chat.channel.replies]
    talk.chat.channel.replies.clear()
    return replies


async def acts(talk: Talk, address: Address = ADDRESS) -> list[list[str]]:
    """The acts of every bot line so far."""
    records = await talk.product.conversations.records(address.conversation_id, 0)
    return [record["acts"] for _, speaker, record in records if speaker == "bot"]


async def actions(talk: Talk) -> int:
    async with reading(talk.product.engine) as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(Actions.__table__))


async def test_the_same_update_three_times_is_answered_once(talk: Talk) -> None:
    for _ in range(3):
        await receive(talk, "u1", "where is my order 10042?")
    assert len(await drained(talk)) == 1
    await receive(talk, "u1", "where is my order 10042?")
    assert await drained(talk) == []


async def test_two_messages_at_once_are_read_together(talk: Talk) -> None:
    await receive(talk, "u1", "hi there")
    await receive(talk, "u2", "where is my order 10042?")
    assert len(await drained(talk)) == 1
    assert "inform:order/shipped" in (await acts(talk))[-1]


async def test_yes_followed_at_once_by_no_wait_does_nothing(talk: Talk) -> None:
    await talk.chat.line('{"text": "please cancel order 10043"}')
    await receive(talk, "u1", "yes")
    await receive(talk, "u2", "no wait")
    await drained(talk)
    order = await look_up(talk.product.engine, "10043")
    assert order is not None
    assert (order["state"], await actions(talk)) == ("open", 0)
    assert (await acts(talk))[-1] == ["dropped:cancel_order"]


async def test_a_yes_button_with_no_wait_behind_it_does_nothing(talk: Talk) -> None:
    await talk.chat.line('{"text": "please cancel order 10043"}')
    yes = talk.chat.find_button(1)
    await receive(talk, "u1", kind=Kind.BUTTON, button=yes.value)
    await receive(talk, "u2", "no wait")
    await drained(talk)
    order = await look_up(talk.product.engine, "10043")
    assert order is not None
    assert (order["state"], await actions(talk)) == ("open", 0)


async def test_yes_typed_and_tapped_acts_once(talk: Talk) -> None:
    await talk.chat.line('{"text": "please cancel order 10043"}')
    yes = talk.chat.find_button(1)
    await receive(talk, "u1", "yes")
    await drained(talk)
    await receive(talk, "u2", kind=Kind.BUTTON, button=yes.value)
    await drained(talk)
    order = await look_up(talk.product.engine, "10043")
    assert order is not None
    assert (len(order["refunds"]), await actions(talk)) == (1, 1)
    assert (await acts(talk))[-1] == ["stale_button"]


async def test_a_button_of_an_expired_confirmation_asks_again(talk: Talk) -> None:
    await talk.chat.line('{"text": "please cancel order 10043"}')
    yes = talk.chat.find_button(1)
    await talk.chat.line('{"advance": "PT45M"}')
    await receive(talk, "u1", kind=Kind.BUTTON, button=yes.value)
    await drained(talk)
    assert await actions(talk) == 0
    assert (await acts(talk))[-1] == ["expired", "confirm:cancel_order"]


async def test_two_people_in_one_group_have_their_own_conversations_and_nothing_personal_is_said(talk: Talk) -> None:
    group = Address("terminal", "", "group", user="ann", private=False)
    await receive(talk, "g1", "where is my order 10042?", group)
    await receive(talk, "g2", "hello", replace(group, user="bob"))
    await drained(talk)
    assert "go_private" in (await acts(talk, group))[-1]
    assert "greet" in (await acts(talk, replace(group, user="bob")))[-1]
    assert await acts(talk) == []


async def test_a_forged_button_changes_nothing(talk: Talk) -> None:
    for number, value in enumerate(("yes:guessed", "pick:all", "intent:nonsense", "approve", "x" * 64)):
        await receive(talk, f"u{number}", kind=Kind.BUTTON, button=value)
    await drained(talk)
    assert await actions(talk) == 0
    assert all("stale_button" in said for said in await acts(talk))


async def test_an_unknown_order_is_not_invented(talk: Talk) -> None:
    [reply] = await talk.chat.line('{"text": "where is my order 99999?"}')
    assert "unknown_order" in reply["acts"]


async def test_five_thousand_characters_are_answered(talk: Talk) -> None:
    story = "I ordered something a while ago and I have been waiting at home for it every day. " * 62
    await receive(talk, "u1", story[:5000])
    assert len(await drained(talk)) == 1


async def test_emoji_only_is_answered(talk: Talk) -> None:
    await receive(talk, "u1", "😀😀👍🎉")
    assert len(await drained(talk)) == 1
    assert await actions(talk) == 0


async def test_a_photo_without_text_is_kept_and_said_so(talk: Talk) -> None:
    digest = await talk.product.assistant.keep_file(b"\xff\xd8\xff photo")
    photo = Attachment("photo", "image/jpeg", 9, "lamp.jpg", digest=digest)
    await receive(talk, "u1", kind=Kind.FILE, attachments=(photo,))
    await drained(talk)
    assert "file_kept" in (await acts(talk))[-1]
    [sent] = [line for line in await talk.product.assistant.transcript(ADDRESS.conversation_id) if line.attachments]
    assert (sent.attachments, sent.names) == ((digest,), {digest: "lamp.jpg"})
    assert await talk.product.assistant.file(digest) == b"\xff\xd8\xff photo"


async def test_a_model_failure_leads_to_a_person(home, language: Language) -> None:
    class Broken:
        async def understand(self, text, history, expects):
            from bot.conversation import Understanding

            return Understanding(text=text, failure="timeout")

    async with talking(home, Language(Broken(), language.writer)) as talk:
        replies = await talk.chat.line('{"text": "where is my order?"}')
        assert "handoff/model_failure" in replies[0]["acts"]
        assert replies[0]["handoff"]["status"] == "waiting"


async def test_a_model_that_raises_leads_to_a_person(home, language: Language) -> None:
    class Raising:
        async def understand(self, text, history, expects):
            raise RuntimeError("broken weights")

    async with talking(home, Language(Raising(), language.writer)) as talk:
        replies = await talk.chat.line('{"text": "where is my order?"}')
        assert "handoff/error" in replies[0]["acts"]


async def test_every_turn_keeps_what_the_learning_loop_needs(talk: Talk) -> None:
    await talk.chat.line('{"text": "where is my order 10042?"}')
    async with reading(talk.product.engine) as connection:
        [record] = (
            (await connection.execute(sa.select(Turns.__table__.c.record).where(Turns.__table__.c.speaker == "user")))
            .scalars()
            .all()
        )
    assert {"model", "intents", "threshold", "decision", "outcomes", "steps", "slots", "confidence"} <= record.keys()
    assert len(record["model"]) > 8


async def test_a_parcel_is_late_when_its_day_is_over_in_the_shops_zone(home, language: Language) -> None:
    settings = home / "shop.toml"
    settings.write_text(settings.read_text("utf-8").replace("Europe/London", "Asia/Shanghai"), "utf-8")
    async with talking(home, language, as_email=EMMA) as talk:
        order = await look_up(talk.product.engine, "10042")
        promised = date.fromisoformat(order["parcels"][-1]["promised"] or order["promised"])
        said = []
        for minutes in (15 * 60 + 30, 16 * 60 + 30):  # an hour around midnight in Shanghai
            talk.clock.advance(datetime.combine(promised, time(), UTC) + timedelta(minutes=minutes) - talk.clock.now())
            replies = await talk.chat.line('{"text": "where is my order 10042?"}')
            said.append("inform:delivery/late" in replies[0]["acts"])
    assert said == [False, True]
