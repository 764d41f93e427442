"""Codes and signed links through the whole product: who is told what, what is kept, and what a crash leaves.

What is understood is written down here; the real model plays in tests/conversations (en_code_*, zh_code_*).
"""

import logging
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import NOW, Talk, talking
from sqlmodel import SQLModel

from bot import links
from bot.conversation import IntentScore, SlotSpan, Status, Understanding, Utterance
from bot.keys import Keys
from bot.messages import Address, InboundMessage, Kind
from bot.ports import Language
from bot.script import ADDRESS
from bot.shop.show import look_up
from bot.speech import WrittenWords
from bot.store.database import reading
from bot.store.tables import Codes

EMMA, PLACE = "emma.clarke@example.com", "27 Mill Lane, York YO10 4AB"
INTENTS = {"address": "change_address", "person": "talk_to_human", "yes": "affirm"}


class Heard:
    """An interpreter that knows a few words, and keeps what it was given to read."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        self.texts += [text, *(turn.text for turn in history)]
        intents = tuple(IntentScore(name, 0.95) for word, name in INTENTS.items() if word in text)
        at = text.find(PLACE)
        spans = (SlotSpan("address", PLACE, at, at + len(PLACE)),) if at >= 0 else ()
        return Understanding(text, intents, spans, "en", 0.9, 0.7, "words")


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def talk(home: Path, heard: Heard) -> AsyncIterator[Talk]:
    async with talking(home, Language(heard, WrittenWords())) as opened:
        yield opened


async def say(talk: Talk, **step: str) -> list[dict]:
    import json

    return await talk.chat.line(json.dumps(step))


def acts(lines: list[dict]) -> list[str]:
    return [act for line in lines for act in line["acts"]]


def mails(lines: list[dict]) -> list[str]:
    return [line["reply"] for line in lines if line["to"] == "mail"]


async def asked(talk: Talk) -> str:
    """The code that was mailed to a customer who wants another address."""
    await say(talk, text=f"change the address of order 10043 to {PLACE}")
    lines = await say(talk, text=EMMA)
    assert "ask:code" in acts(lines)
    [mail] = mails(lines)
    [code] = re.findall(r"^\d{6}$", mail, re.MULTILINE)
    return code


async def kept(talk: Talk) -> str:
    """Every row of the store as text."""
    async with reading(talk.product.engine) as connection:
        tables = [table for table in SQLModel.metadata.sorted_tables if not table.name.startswith("shop_")]
        return repr([(await connection.execute(sa.select(table))).all() for table in tables])


async def city(talk: Talk) -> str:
    order = await look_up(talk.product.engine, "10043")
    assert order is not None
    return order["address"]["city"]


# --- codes -----------------------------------------------------------------------------------------------------------


async def test_the_code_goes_by_mail_alone_and_is_kept_nowhere(
    talk: Talk, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "aiosqlite")  # as `shophand run` does: its debug lines are the statements
    code = await asked(talk)
    assert code not in await kept(talk)
    lines = await say(talk, text=f"the code is {code[:3]} {code[3:]}")
    assert acts(lines) == ["identify/done", "confirm:change_address"]
    rows = await kept(talk)
    assert code not in rows and f"{code[:3]} {code[3:]}" not in rows
    assert "the code is ×××××××" in rows
    assert not [text for text in heard.texts if code in text or code[3:] in text]
    assert code not in caplog.text


async def test_a_wrong_code_is_not_kept_either(talk: Talk) -> None:
    code = await asked(talk)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert acts(await say(talk, text=wrong)) == ["ask:code/wrong"]
    assert wrong not in await kept(talk)


async def test_staff_do_not_see_a_code_that_could_still_be_used(talk: Talk) -> None:
    code = await asked(talk)
    await say(talk, text="a person please")
    lines = await say(talk, text=f"they sent me {code}")
    assert [line["reply"] for line in lines if line["to"] == "staff"] == ["they sent me ××××××"]
    assert code not in await kept(talk)


async def test_a_postcode_that_is_no_code_is_left_as_it_is(talk: Talk) -> None:
    await asked(talk)
    await say(talk, text="a person please")
    assert "315100" in str(await say(talk, text="my postcode is 315100"))


async def test_a_turn_cut_off_after_the_code_was_checked_ends_alike(talk: Talk) -> None:
    code = await asked(talk)
    await talk.product.assistant.receive(InboundMessage("typed", ADDRESS, NOW, text=code))
    claim = await talk.product.inbox.claim("worker")
    assert claim is not None
    for _ in range(2):  # the first one's commit never happened
        result = await talk.product.live.turn(claim)
        assert result.conversation.pending and result.conversation.pending.skill == "change_address"
    await talk.product.conversations.commit(claim, result)
    assert acts(await say(talk, text="yes"))[-1] == "done:change_address"
    assert code not in await kept(talk)


async def test_a_turn_cut_off_before_its_mail_sends_one_code(talk: Talk) -> None:
    await say(talk, text=f"change the address of order 10043 to {PLACE}")
    await talk.product.assistant.receive(InboundMessage("typed", ADDRESS, NOW, text=EMMA))
    claim = await talk.product.inbox.claim("worker")
    assert claim is not None
    salts = {sending.payload.salt for _ in range(2) for sending in (await talk.product.live.turn(claim)).sendings}
    assert len(salts - {""}) == 1
    async with reading(talk.product.engine) as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(Codes.__table__)) == 1


async def test_a_mail_that_waits_longer_than_its_code_lasts_is_not_sent(talk: Talk) -> None:
    channel, waiting = talk.product.adapters[1].channel, []
    send = channel.send

    async def later(address: Address, reply, message_id: str) -> str:
        waiting.append(reply.text)
        return await send(address, reply, message_id)

    await say(talk, text=f"change the address of order 10043 to {PLACE}")
    await talk.product.assistant.receive(InboundMessage("typed", ADDRESS, NOW, text=EMMA))
    claim = await talk.product.inbox.claim("worker")
    assert claim is not None
    await talk.product.conversations.commit(claim, await talk.product.live.turn(claim))
    channel.send = later
    talk.clock.advance(timedelta(minutes=11))
    await talk.product.dispatcher.drain()
    assert waiting == []


async def test_the_contact_on_file_is_told_when_staff_approve_the_change_too(home: Path, heard: Heard) -> None:
    policy = home / "policy.toml"
    policy.write_text(policy.read_text().replace('modes = { all = "automatic" }', 'modes = { all = "approval" }'))
    async with talking(home, Language(heard, WrittenWords())) as talk:
        code = await asked(talk)
        await say(talk, text=code)
        assert "pending:change_address/approval" in acts(await say(talk, text="yes"))
        assert await city(talk) == "Leeds"
        lines = await say(talk, staff_do="approve")
        assert "done:change_address" in acts(lines)
        assert [mail.partition(":")[0] for mail in mails(lines)] == [EMMA]
        assert PLACE.partition(",")[0] in mails(lines)[0]
        assert await city(talk) == "York"


# --- signed links ----------------------------------------------------------------------------------------------------


def token(talk: Talk, kind: str = links.CUSTOMER, id_: str = "C001", minutes: int = 10) -> str:
    key = Keys.of(talk.home).links
    return links.seal(key, kind, id_, talk.clock.now() + timedelta(minutes=minutes))


async def come(talk: Talk, payload: str, address: Address = ADDRESS, source_id: str = "start") -> list[str]:
    """Open the chat with a link; the acts that were said."""
    message = InboundMessage(source_id, address, NOW, kind=Kind.START, text=payload, language="en")
    await talk.product.assistant.receive(message)
    await talk.product.dispatcher.drain()
    records = await talk.product.conversations.records(address.conversation_id, 0)
    return records[-1][2]["acts"] if records else []


async def test_a_link_signs_in_and_needs_no_code(talk: Talk) -> None:
    assert await come(talk, token(talk)) == ["introduce", "identify/link"]
    assert acts(await say(talk, text=f"change the address of order 10043 to {PLACE}"))[-1] == "confirm:change_address"
    assert "done:change_address" in acts(await say(talk, text="yes"))
    assert await city(talk) == "York"


async def test_a_link_that_somebody_else_has_used_signs_nobody_in(talk: Talk) -> None:
    link, other = token(talk), replace(ADDRESS, chat="other", user="other")
    assert (await come(talk, link))[-1] == "identify/link"
    assert (await come(talk, link, source_id="again"))[-1] == "identify/link"
    assert (await come(talk, link, other, "other"))[-1] == "link_over"
    conversation, _ = await talk.product.conversations.load(other.conversation_id)
    assert conversation.proof is None


async def test_a_link_of_yesterday_and_a_forged_one_are_over(talk: Talk) -> None:
    old = token(talk)
    talk.clock.advance(timedelta(minutes=10))
    assert (await come(talk, old))[-1] == "link_over"
    forged = links.seal(b"x" * 32, links.CUSTOMER, "C001", NOW + timedelta(minutes=15))
    assert (await come(talk, forged, source_id="forged"))[-1] == "link_over"


async def test_a_campaigns_link_greets(talk: Talk) -> None:
    assert "greet" in await come(talk, "summer-sale")


async def test_a_guests_link_opens_that_order_alone(talk: Talk) -> None:
    assert (await come(talk, token(talk, links.ORDER, "10201")))[-1] == "identify/link"
    conversation, _ = await talk.product.conversations.load(ADDRESS.conversation_id)
    assert conversation.proof and (conversation.proof.order, conversation.proof.customer) == ("10201", "")


async def test_while_a_person_has_the_chat_a_link_is_neither_taken_nor_shown(talk: Talk) -> None:
    link = token(talk)
    await say(talk, text="a person please")
    talk.chat.desk.posts.clear()
    await come(talk, link)
    assert not talk.chat.desk.posts
    conversation, _ = await talk.product.conversations.load(ADDRESS.conversation_id)
    assert (conversation.status, conversation.proof) == (Status.WAITING, None)
    await say(talk, staff_do="back")
    assert (await come(talk, link, source_id="again"))[-1] == "identify/link"
