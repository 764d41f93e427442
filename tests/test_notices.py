"""Promises to tell, through the whole product: told once, whatever happens between promise and event.

Conversations with the real model are en_notice_* and zh_notice_*; here is what a script cannot do.
"""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import NOW, Talk, talking
from policy_talk import LIMITS, meaning, start
from shop_change import bring_in
from sqlmodel import SQLModel

from bot.clock import ManualClock
from bot.conversation import Access, IntentScore, Proof, SlotSpan, Understanding, Utterance
from bot.decision import Limits, Speak, TurnInput, tell_me
from bot.errors import StoreError
from bot.facts import Act
from bot.messages import Address, InboundMessage, Kind
from bot.policy import decide
from bot.ports import Language
from bot.promises import MOST, Awaited, Promise
from bot.script import ADDRESS
from bot.shop.sql import SqlShop
from bot.skill import Outcome
from bot.skills import SKILLS
from bot.speech import WrittenWords
from bot.store.database import reading
from bot.store.promises import PromiseStore
from bot.store.tables import Inbox, Outbox, Promises, Timers

EMMA = "emma.clarke@example.com"
HOUR = timedelta(hours=1)
GROUP = Address("terminal", "", "group", user="u1", private=False)


class Heard:
    """An interpreter that takes everything for a question about an order, or about goods."""

    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        intent = "product_availability" if "stock" in text else "order_status"
        at = text.find("10043")
        spans = (SlotSpan("order_id", "10043", at, at + 5),) if at >= 0 else ()
        if (at := text.find("linen shirt")) >= 0:
            spans = (SlotSpan("product", "linen shirt", at, at + 11), SlotSpan("size", "M", at + 20, at + 21))
        if (at := text.find("navy")) >= 0:
            spans += (SlotSpan("color", "navy", at, at + 4),)
        return Understanding(text, (IntentScore(intent, 0.95),), spans, "en", 0.9, 0.7, "words")


LANGUAGE = Language(Heard(), WrittenWords())


class ShakyShop(SqlShop):
    broken = False

    async def order(self, number: str, proof: Proof) -> Any:
        if self.broken:
            raise StoreError("the shop does not answer")
        return await super().order(number, proof)


@pytest.fixture
async def talk(home: Path) -> AsyncIterator[Talk]:
    async with talking(home, LANGUAGE, as_email=EMMA) as opened:
        yield opened


async def say(talk: Talk, **step: str) -> list[str]:
    """The acts of what came out."""
    return [act for line in await talk.chat.line(json.dumps(step)) for act in line["acts"]]


async def rows(talk: Talk, model: type[SQLModel]) -> list[Any]:
    table = model.__table__  # type: ignore[attr-defined]
    async with reading(talk.product.engine) as connection:
        return list((await connection.execute(sa.select(table))).all())


async def notices(talk: Talk) -> list[Any]:
    return [row for row in await rows(talk, Outbox) if row.kind == "notice"]


# --- exactly once ----------------------------------------------------------------------------------------------------


async def test_a_promise_outlives_a_restart(home: Path) -> None:
    async with talking(home, LANGUAGE, as_email=EMMA) as before:
        assert "done:notify/sent" in await say(before, text="let me know when 10043 ships")
    clock = ManualClock(NOW + HOUR / 2)
    async with talking(home, LANGUAGE, clock=clock) as after:
        await after.chat.resume()
        await bring_in(after.product.engine, clock.now(), "10043", "sent")
        assert "notice:sent" in await say(after, advance="PT1H")
        assert len(await notices(after)) == 1


@pytest.mark.parametrize("point", ["UPDATE conversations SET status", "INSERT INTO outbox", "UPDATE promises SET"])
async def test_what_breaks_off_is_done_again_and_told_once(talk: Talk, point: str) -> None:
    await say(talk, text="let me know when 10043 ships")
    await bring_in(talk.product.engine, talk.clock.now(), "10043", "sent")
    broken: list[str] = []

    @sa.event.listens_for(talk.product.engine.sync_engine, "before_cursor_execute")
    def _break(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith(point) and not broken:
            broken.append(statement)
            raise RuntimeError("killed")

    assert "notice:sent" in await say(talk, advance="PT1H")
    assert broken
    assert len(await notices(talk)) == 1
    assert [(row.state, row.ended_at) for row in await rows(talk, Promises)] == [("told", talk.clock.now())]


async def test_a_shop_that_does_not_answer_is_asked_again(home: Path) -> None:
    async with talking(home, LANGUAGE, as_email=EMMA, make_shop=ShakyShop) as talk:
        await say(talk, text="let me know when 10043 ships")
        await bring_in(talk.product.engine, talk.clock.now(), "10043", "sent")
        ShakyShop.broken = True
        try:
            assert await say(talk, advance="PT1H") == []
        finally:
            ShakyShop.broken = False
        assert [row.due for row in await rows(talk, Timers)] == [talk.clock.now() + HOUR]
        assert await say(talk, advance="PT1H") == ["notice:sent"]


async def test_many_looks_leave_one_row(talk: Talk) -> None:
    await say(talk, text="let me know when 10043 ships")
    for _ in range(5):
        await say(talk, advance="PT1H")
    looks = [row for row in await rows(talk, Inbox) if row.kind == Kind.TIMER]
    assert len(looks) == 1
    assert looks[0].message["sent_at"].startswith((NOW + 5 * HOUR).isoformat()[:13])


async def test_a_look_changes_nothing_of_the_conversation(talk: Talk) -> None:
    """`settled` neither: a yes that came before the look was worked was not written too early."""
    await say(talk, text="let me know when 10043 ships")
    before, _ = await talk.product.conversations.load(ADDRESS.conversation_id)
    await say(talk, advance="PT1H")
    after, _ = await talk.product.conversations.load(ADDRESS.conversation_id)
    assert after == replace(before, version=before.version + 1)


async def test_old_data_say_nothing_of_a_delay(talk: Talk) -> None:
    await bring_in(talk.product.engine, talk.clock.now(), "10048", "sent")  # from now on it is no sample
    assert "done:notify/delayed" in await say(talk, text="tell me if 10043 is delayed")
    assert await say(talk, advance="P5D") == []
    await bring_in(talk.product.engine, talk.clock.now(), "10048", "delivered")
    assert await say(talk, advance="PT1H") == ["notice:late"]


# --- who reads it ----------------------------------------------------------------------------------------------------


async def test_in_a_group_goods_may_be_promised_and_orders_not(talk: Talk) -> None:
    async def write(number: int, text: str) -> list[str]:
        message = InboundMessage(f"g{number}", GROUP, talk.clock.now(), text=text)
        await talk.product.assistant.receive(message)
        await talk.product.dispatcher.drain()
        lines = await talk.product.conversations.records(GROUP.conversation_id, 0)
        return [act for _, speaker, record in lines if speaker == "bot" for act in record["acts"]]

    assert await write(1, "notify me when 10043 is sent") == ["introduce", "go_private"]
    said = await write(2, "notify me when the linen shirt in navy M is back in stock")
    assert said[2:] == ["done:notify/back"]
    [promise] = await PromiseStore(talk.product.engine).open_ones(GROUP.conversation_id)
    assert (promise.key, promise.access) == ("back:harbour-linen-shirt/CL01-NAVY-M", Access.NONE)
    await bring_in(talk.product.engine, talk.clock.now(), "CL01-NAVY-M", "stock=1")
    talk.clock.advance(HOUR)
    await talk.product.dispatcher.drain()
    assert [row.address["chat"] for row in await notices(talk)] == ["group"]


def promise(awaited: Awaited, subject: str, access: Access = Access.CUSTOMER) -> Promise:
    return Promise(awaited, subject, NOW + timedelta(days=60), access=access, id=f"{awaited}-{subject}")


def replay(event: TurnInput, understanding: Understanding | None, *outcomes: Outcome, **fields: Any) -> Speak:
    decision = decide(replace(start(), **fields), event, understanding, outcomes, SKILLS, LIMITS, NOW)
    assert isinstance(decision, Speak)
    return decision


def test_who_comes_in_with_anothers_link_hears_nothing_of_the_orders_before() -> None:
    known, other = (Proof(Access.CUSTOMER, name, "", NOW + HOUR) for name in ("C001", "C002"))
    kept, gone = promise(Awaited.BACK, "shirt/", Access.NONE), promise(Awaited.SENT, "10423")
    event = TurnInput("t", Kind.START, "token", promises=(kept, gone))
    speak = replay(event, None, Outcome(Act("identify/link"), proof=other), proof=known)
    assert speak.taken_back == (gone,)
    assert replay(event, None, Outcome(Act("identify/link"), proof=known), proof=known).taken_back == ()


def test_a_chat_has_a_limit_and_the_same_again_is_none_more() -> None:
    held = tuple(promise(Awaited.SENT, str(number)) for number in range(MOST))
    event = TurnInput("t", Kind.BUTTON, button="notify:back:shirt/S1", promises=held)
    new = Outcome(Act("done:notify/back"), promise=promise(Awaited.BACK, "shirt/S1"))
    speak = replay(event, None, new)
    assert (speak.acts[-1].name, speak.promised) == ("refused:notify/too_many", ())
    again = replay(event, None, replace(new, promise=replace(held[3], id="", seen=("line",))))
    assert [one.id for one in again.promised] == [held[3].id]
    assert again.promised[0].seen == held[3].seen


@pytest.mark.parametrize("button", ["notify:", "notify:forever:10043", "notify:approved:1"])
def test_a_button_of_no_promise_is_stale(button: str) -> None:
    speak = replay(TurnInput("t", Kind.BUTTON, button=button), None)
    assert speak.acts[-1].name == "stale_button"


def test_a_subject_too_long_for_a_button_gets_none() -> None:
    assert tell_me(Awaited.BACK, "p" * 32 + "/" + "s" * 32) == ()
    [offer] = tell_me(Awaited.SENT, "10043")
    assert offer.value == "notify:sent:10043"


def test_buttons_that_read_alike_are_not_offered() -> None:
    heard = meaning("where are 10423 and 10424?", {"order_status": 0.9}, {"order_id": ["10423", "10424"]})
    known = Proof(Access.CUSTOMER, "C001", "", NOW + HOUR)
    first, second = (
        Outcome(Act("inform:order/open"), slots={"order_id": number}, offers=tell_me(Awaited.SENT, number))
        for number in ("10423", "10424")
    )
    event = TurnInput("t", Kind.TEXT, heard.text, at=NOW)
    assert replay(event, heard, first, second, proof=known).offers == ()
    delayed = replace(second, offers=tell_me(Awaited.DELAYED, "10424"))
    values = [offer.value for offer in replay(event, heard, first, delayed, proof=known).offers]
    assert values == ["notify:sent:10423", "notify:delayed:10424"]


def test_without_the_skill_nothing_is_offered() -> None:
    event = TurnInput("t", Kind.BUTTON, button="notify:sent:10043")
    speak = decide(start(), event, None, (), [one for one in SKILLS if one.name != "notify"], Limits(), NOW)
    assert isinstance(speak, Speak)
    assert speak.acts[-1].name == "stale_button"
