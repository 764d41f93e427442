"""Shopper, bot and staff at the same time, through the whole product; what is understood is written down here."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import NOW, Talk, talking

from bot.conversation import IntentScore, Status, Understanding, Utterance
from bot.errors import PermanentFailure
from bot.messages import InboundMessage, Kind, Sender
from bot.ports import Language
from bot.routing import Strengths
from bot.script import ADDRESS
from bot.speech import WrittenWords
from bot.store.database import reading, writing
from bot.store.tables import Actions, Conversations, Handoffs

INTENTS = {
    "cancel": "cancel_order", "person": "talk_to_human", "ok": "affirm", "hello": "greeting",
    "newsletter": "account_help", "where": "order_status", "delivery": "shipping_info", "buy": "place_order",
}  # fmt: skip


class Heard:
    """An interpreter that knows a few words; `during` runs while it reads."""

    def __init__(self) -> None:
        self.during: list[Any] = []

    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        while self.during:
            await self.during.pop(0)
        intents = tuple(IntentScore(name, 0.95) for word, name in INTENTS.items() if word in text)
        return Understanding(text, intents, (), "en", 0.9, 0.7, "words")


class Raising:
    free_words = False

    async def write(self, requests: object) -> list[list[str]]:
        raise RuntimeError("no words today")


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def talk(home: Path, heard: Heard) -> AsyncIterator[Talk]:
    async with talking(home, Language(heard, WrittenWords()), as_email="emma.clarke@example.com") as opened:
        yield opened


def shopper(source_id: str, text: str) -> InboundMessage:
    return InboundMessage(source_id, ADDRESS, NOW, text=text)


def staff(
    source_id: str, handoff_id: str, text: str = "", act: str = "", *, value: str = "", desk: str = "web",
    name: str = "Sam", answers: int | None = None,
) -> InboundMessage:  # fmt: skip
    kind = Kind.STAFF_ACT if act else Kind.TEXT
    place = replace(ADDRESS, channel=desk, chat=handoff_id)
    return InboundMessage(
        source_id, place, NOW, Sender.STAFF, kind, text, act=act, value=value, name=name, handoff_id=handoff_id,
        answers=answers,
    )  # fmt: skip


async def done(talk: Talk, *messages: InboundMessage) -> list[str]:
    """The shopper's new replies after these messages were worked off together."""
    talk.chat.channel.replies.clear()
    for message in messages:
        await talk.product.assistant.receive(message)
    await talk.product.dispatcher.drain()
    return [reply.text for reply in talk.chat.channel.replies]


async def handoffs(talk: Talk) -> dict[str, str]:
    async with reading(talk.product.engine) as connection:
        rows = await connection.execute(sa.select(Handoffs.__table__).order_by(Handoffs.__table__.c.opened_at))
        return {row.id: row.status for row in rows}


async def actions(talk: Talk) -> int:
    async with reading(talk.product.engine) as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(Actions.__table__)) or 0


async def status(talk: Talk) -> Status:
    return (await talk.product.conversations.load(ADDRESS.conversation_id))[0].status


async def test_an_ok_sent_while_the_bot_still_reads_is_no_yes_to_what_it_then_shows(talk: Talk, heard: Heard) -> None:
    heard.during.append(talk.product.assistant.receive(shopper("m2", "ok")))
    replies = await done(talk, shopper("m1", "cancel order 10043"))
    assert (len(replies), await actions(talk)) == (2, 0)  # the quote, and the quote again
    await done(talk, shopper("m3", "ok"))
    assert await actions(talk) == 1


async def test_a_claim_of_what_has_ended_does_not_swallow_a_reply(talk: Talk, heard: Heard) -> None:
    await done(talk, shopper("m1", "a person"))
    [ended] = await handoffs(talk)
    await done(talk, staff("s1", ended, act="claim"), staff("s2", ended, act="back"))
    heard.during.append(talk.product.assistant.receive(staff("s3", ended, act="claim")))
    replies = await done(talk, shopper("m2", "cancel order 10043"))
    assert "10043" in replies[0] and await status(talk) is Status.BOT


async def test_writing_after_giving_back_takes_over_and_can_be_given_back_again(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    [first] = await handoffs(talk)
    await done(talk, staff("s1", first, act="claim"), staff("s2", first, act="back"))
    assert (await done(talk, staff("s3", first, "one more thing")))[-1] == "one more thing"
    assert (await status(talk), await handoffs(talk)) == (Status.STAFF, {first: "claimed"})
    await done(talk, staff("s4", first, act="back"))
    assert (await status(talk), await handoffs(talk)) == (Status.BOT, {first: "back"})


async def test_writing_in_the_old_thread_answers_the_handoff_that_waits(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    [first] = await handoffs(talk)
    await done(talk, staff("s1", first, act="claim"), staff("s2", first, act="back"), shopper("m2", "a person"))
    second = next(number for number, state in (await handoffs(talk)).items() if state == "waiting")
    await done(talk, staff("s3", first, "here I am"))
    assert (await status(talk), (await handoffs(talk))[second]) == (Status.STAFF, "claimed")
    await done(talk, staff("s4", second, act="close"))
    assert set((await handoffs(talk)).values()) == {"back", "closed"}


async def test_half_a_surrogate_pair_is_no_reason_for_silence(talk: Talk) -> None:
    assert await done(talk, shopper("m1", "hello \ud83d"))
    assert await done(talk, shopper("m2", "cancel order 10043"))


async def test_a_writer_that_raises_leaves_it_to_the_written_phrases(home: Path, heard: Heard) -> None:
    async with talking(home, Language(heard, Raising()), as_email="emma.clarke@example.com") as talk:
        assert "10043" in (await done(talk, shopper("m1", "cancel order 10043")))[0]


@pytest.mark.parametrize(("act", "text", "reply"), [("", "I am here", ["I am here"]), ("back", "", [])])
async def test_what_staff_write_arrives_even_when_their_turn_fails(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, act: str, text: str, reply: list[str]
) -> None:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("bot.handoff.claimed", broken)
    monkeypatch.setattr("bot.handoff.given_back", broken)
    talk.chat.desk.posts.clear()
    assert await done(talk, staff("s1", number, text, act)) == reply
    assert [post.text for post in talk.chat.desk.posts if "could not be done" in post.text] == (
        [] if text else ["That could not be done because of an error. The log has the details."]
    )


async def test_a_state_that_cannot_be_read_is_a_polite_restart(talk: Talk) -> None:
    await done(talk, shopper("m1", "cancel order 10043"))
    async with writing(talk.product.engine) as connection:
        await connection.execute(sa.update(Conversations.__table__).values(state={"state_version": 99}))
    await done(talk, shopper("m2", "hello"))
    records = await talk.product.conversations.records(ADDRESS.conversation_id, 0)
    assert [record["acts"][0] for _, speaker, record in records if speaker == "bot"][-1] == "restarted"
    assert await actions(talk) == 0


async def test_ten_thousand_blanks_are_a_short_message(talk: Talk) -> None:
    assert "10043" in (await done(talk, shopper("m1", "cancel order" + " " * 9_900 + "10043?")))[0]


# --- notes -----------------------------------------------------------------------------------------------------------


async def lines(talk: Talk, *, notes: bool = True) -> list[tuple[str, str, str]]:
    shown = await talk.product.conversations.transcript(ADDRESS.conversation_id, notes=notes)
    return [(line.speaker, line.author, line.text) for line in shown]


async def test_a_note_is_kept_for_staff_claims_nothing_and_never_reaches_the_shopper(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    talk.chat.desk.posts.clear()
    assert await done(talk, staff("s1", number, "he is a regular", act="note")) == []
    assert (await status(talk), await handoffs(talk)) == (Status.WAITING, {number: "waiting"})
    assert (await lines(talk))[-1] == ("note", "Sam", "he is a regular")
    assert "he is a regular" not in str(await lines(talk, notes=False))
    assert [(post.kind, post.text) for post in talk.chat.desk.posts] == [("note", "Sam: he is a regular")]


async def test_a_note_is_not_repeated_at_the_desk_it_was_written_at(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    talk.chat.desk.posts.clear()
    await done(talk, staff("s1", number, "he is a regular", act="note", desk="terminal"))
    assert not talk.chat.desk.posts


async def test_a_note_beside_a_question_leaves_its_yes_a_yes(talk: Talk, heard: Heard) -> None:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="claim"), staff("s2", number, act="back"))
    await done(talk, shopper("m2", "cancel order 10043"))
    await done(talk, staff("s3", number, "wants to cancel", act="note"), shopper("m3", "ok"))
    assert await actions(talk) == 1


# --- what the bot was about to say -----------------------------------------------------------------------------------


async def test_a_claim_while_the_bot_reads_makes_its_reply_a_note_for_staff(talk: Talk, heard: Heard) -> None:
    await done(talk, shopper("m1", "no more newsletter please"))  # a case: the bot goes on beside it
    [case] = await handoffs(talk)
    talk.chat.desk.posts.clear()
    heard.during.append(talk.product.assistant.receive(staff("s1", case, act="claim")))
    [joined] = await done(talk, shopper("m2", "cancel order 10043"))
    assert "10043" not in joined and "Sam" in joined and await status(talk) is Status.STAFF
    [unsent] = [text for speaker, _, text in await lines(talk) if speaker == "note"]
    assert "10043" in unsent
    [told] = [post.text for post in talk.chat.desk.posts if post.kind == "note"]
    assert told.splitlines()[:3] == [
        "Taken over by Sam", "Not sent, because a person took over. The assistant was about to say:", unsent,
    ]  # fmt: skip


async def test_a_claim_while_a_write_is_done_leaves_its_result_to_the_shopper(talk: Talk, heard: Heard) -> None:
    await done(talk, shopper("m1", "no more newsletter please"))
    await done(talk, shopper("m2", "cancel order 10043"))
    [case] = await handoffs(talk)
    heard.during.append(talk.product.assistant.receive(staff("s1", case, act="claim")))
    result, joined = await done(talk, shopper("m3", "ok"))
    assert "10043" in result and "Sam" in joined and await actions(talk) == 1


async def test_a_claim_while_the_bot_hands_over_leaves_the_handoff_message(talk: Talk, heard: Heard) -> None:
    await done(talk, shopper("m1", "no more newsletter please"))
    [case] = await handoffs(talk)
    heard.during.append(talk.product.assistant.receive(staff("s1", case, act="claim")))
    replies = await done(talk, shopper("m2", "a person"))
    assert len(replies) == 2 and "note" not in {speaker for speaker, _, _ in await lines(talk)}


async def test_a_claim_that_comes_too_late_leaves_the_reply_to_the_shopper(talk: Talk, heard: Heard) -> None:
    await done(talk, shopper("m1", "no more newsletter please"))
    [case] = await handoffs(talk)
    for number, act in enumerate(("close", "claim")):
        heard.during.append(talk.product.assistant.receive(staff(f"s{number}", case, act=act)))
    [reply] = await done(talk, shopper("m2", "cancel order 10043"))
    assert "10043" in reply and await status(talk) is Status.BOT


# --- colleagues ------------------------------------------------------------------------------------------------------


async def holder(talk: Talk, handoff_id: str) -> tuple[str, str]:
    view = await talk.product.assistant.handoff(handoff_id)
    assert view is not None
    return view.status, view.claimed_by


async def test_a_conversation_moves_to_a_colleague_who_joins_when_he_writes(talk: Talk) -> None:
    await talk.product.staff.fresh_password("Mei")
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="claim"))
    talk.chat.desk.posts.clear()
    assert await done(talk, staff("s2", number, act="assign", value="Mei")) == []
    assert [post.text for post in talk.chat.desk.posts] == ["Handed to Mei (Sam)"]
    assert await holder(talk, number) == ("claimed", "Mei")
    joined, text = await done(talk, staff("s3", number, "Hello again", name="Mei"))
    assert "Mei" in joined and text == "Hello again"


async def test_a_waiting_one_waits_for_the_colleague(talk: Talk) -> None:
    await talk.product.staff.fresh_password("Mei")
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="assign", value="Mei"))
    assert (await holder(talk, number), await status(talk)) == (("waiting", "Mei"), Status.WAITING)
    [joined] = await done(talk, staff("s2", number, act="claim", name="Mei"))
    assert "Mei" in joined


async def test_a_claim_hangs_on_the_account_and_not_on_what_he_is_called(talk: Talk) -> None:
    """Mei marries and is called Mei Lin from then on: what she has, and what waits for her, is hers still."""
    office = talk.product.assistant
    token = await office.sign_in("Mei", await talk.product.staff.fresh_password("Mei"), "127.0.0.1")
    await office.set_strengths("Mei", Strengths(most=1), "admin")
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="claim"))
    await done(talk, staff("s2", number, act="assign", value="Mei"))
    await office.rename("Mei", "Mei Lin")
    assert await holder(talk, number) == ("claimed", "Mei Lin")
    mei = replace(staff("s3", number, "It is me.", name="Mei Lin"), staff="Mei")
    joined, _ = await done(talk, mei)
    assert "Mei Lin" in joined  # he who was handed it, by another name
    [crew] = [one for one in await talk.product.desk.crew() if one.account == "Mei"]
    assert crew.full
    await office.sign_out(token)
    await talk.product.dispatcher.drain()
    assert (await holder(talk, number))[0] == "waiting"


async def test_another_who_takes_an_old_name_gets_nothing_with_it(talk: Talk) -> None:
    for account in ("Mei", "Bo"):
        await talk.product.staff.fresh_password(account)
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, replace(staff("s1", number, act="claim", name="Mei"), staff="Mei"))
    await talk.product.staff.rename("Mei", "Mei Lin")
    await talk.product.staff.rename("Bo", "Mei")
    view = await talk.product.assistant.handoff(number)
    assert view and (view.claimed_by, view.claimer) == ("Mei Lin", "Mei")
    assert {one.name: one.has for one in await talk.product.desk.crew()} == {"Mei": 0, "Mei Lin": 1}


async def test_nobody_without_an_account_is_handed_anything(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    talk.chat.desk.posts.clear()
    await done(talk, staff("s1", number, act="assign", value="Nobody"))
    assert (await holder(talk, number))[1] == ""
    assert [post.text for post in talk.chat.desk.posts] == ["There is no staff account with the name Nobody"]


# --- why it is closed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "kept"), [("no_answer", "no_answer"), ("", ""), ("bored", "")])
async def test_the_reason_for_closing_is_kept_with_the_handoff(talk: Talk, value: str, kept: str) -> None:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="close", value=value))
    view = await talk.product.assistant.handoff(number)
    assert view and (view.status, view.closing) == ("closed", kept)


# --- what the bot would have answered --------------------------------------------------------------------------------


async def suggestion(talk: Talk, *, notes: bool = True) -> str:
    shown = await talk.product.conversations.transcript(ADDRESS.conversation_id, notes=notes)
    return [line for line in shown if line.speaker == "user"][-1].suggestion


@pytest.mark.parametrize(("text", "answer"), [
    ("where is 10042", "10042"), ("how much is delivery", "£"), ("cancel order 10042", "10042"),
])  # fmt: skip
async def test_staff_see_what_the_bot_would_have_answered_and_nothing_is_sent(
    talk: Talk, text: str, answer: str
) -> None:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="claim"))
    talk.chat.desk.posts.clear()
    assert await done(talk, shopper("m2", text)) == []
    assert answer in await suggestion(talk) and await suggestion(talk, notes=False) == ""
    [post] = talk.chat.desk.posts
    head = "The assistant would answer (a suggestion, nothing was sent):"
    assert post.text == f"{text}\n\n{head}\n{await suggestion(talk)}"
    assert post.suggestion == await suggestion(talk)


async def test_the_suggestion_stands_with_the_handoff_that_the_same_words_opened(talk: Talk) -> None:
    talk.chat.desk.posts.clear()
    await done(talk, shopper("m1", "where is 10042, a person please"))
    assert "10042" in await suggestion(talk)
    assert await suggestion(talk) in talk.chat.desk.posts[0].text
    assert talk.chat.desk.posts[0].suggestion == await suggestion(talk)


@pytest.mark.parametrize("text", ["thanks", "cancel order 10043", "buy two mugs", "a lawyer will write", "where is 77"])
async def test_there_is_no_suggestion_where_the_bot_would_ask_or_do_or_does_not_know(talk: Talk, text: str) -> None:
    await done(talk, shopper("m1", "a person"))
    await done(talk, shopper("m2", text))
    assert (await suggestion(talk), await actions(talk)) == ("", 0)


async def test_a_suggestion_leaves_the_conversation_as_it_was(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    before, _ = await talk.product.conversations.load(ADDRESS.conversation_id)
    await done(talk, shopper("m2", "where is 10042"))
    after, _ = await talk.product.conversations.load(ADDRESS.conversation_id)
    kept = replace(before, version=after.version, settled=after.settled, acknowledged=True)
    assert after == kept


async def test_a_shop_that_does_not_answer_keeps_no_message_from_staff(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the shop is away")

    monkeypatch.setattr("bot.fulfilment.Fulfilment.read", broken)
    await done(talk, shopper("m1", "where is 10042, a person please"))
    [opened] = talk.chat.desk.posts
    await done(talk, shopper("m2", "where is 10042"))
    assert "asked for a person" in opened.text and talk.chat.desk.posts[-1].text == "where is 10042"


# --- a chat that nothing reaches -------------------------------------------------------------------------------------


async def test_staff_hear_once_of_a_chat_that_nothing_reaches_until_its_shopper_writes_again(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> str:
        raise PermanentFailure("blocked")

    monkeypatch.setattr(talk.chat.channel, "send", refused)
    await done(talk, shopper("m1", "hello"))
    [first] = await handoffs(talk)
    await done(talk, staff("s1", first, act="claim"), staff("s2", first, act="back"))
    assert await handoffs(talk) == {first: "back"}  # that he is back with the assistant did not arrive, either
    await done(talk, shopper("m2", "hello"))
    assert sorted((await handoffs(talk)).values()) == ["back", "waiting"]


async def test_a_suggestion_that_is_overtaken_is_shown_again_and_sent_at_a_second_press(talk: Talk) -> None:
    """Sam presses Send while Emma writes on: Sam is shown what she wrote and decides again; Emma gets it once."""
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="claim"))
    await done(talk, shopper("m2", "where is 10042"))
    first = talk.chat.desk.posts[-1]
    await done(talk, shopper("m3", "no, I meant the other one"))
    assert await done(talk, staff("s2", number, first.suggestion, answers=first.answers)) == []
    shown = talk.chat.desk.posts[-1]
    assert "Not sent" in shown.text and "no, I meant the other one" in shown.text and first.suggestion in shown.text
    noted = (await talk.product.conversations.transcript(ADDRESS.conversation_id, notes=True))[-1]
    assert (noted.speaker, noted.suggestion, noted.answers) == ("note", first.suggestion, shown.answers)
    again = staff("s3", number, shown.suggestion, answers=shown.answers)
    assert await done(talk, again) == [first.suggestion]
    # a colleague who still sees the first one
    assert await done(talk, replace(again, source_id="s4", answers=first.answers, name="Ann")) == []
    assert f"Sam: {first.suggestion}" in talk.chat.desk.posts[-1].text


async def test_a_message_that_waits_stops_a_suggestion_too(talk: Talk) -> None:
    """Emma's message is stored and not worked on yet: it is read where it belongs, behind Sam's press."""
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, shopper("m2", "where is 10042"))
    first = talk.chat.desk.posts[-1]
    await talk.product.assistant.receive(staff("s1", number, first.suggestion, answers=first.answers))
    assert await done(talk, shopper("m3", "wait")) == []
    assert ["Not sent" in post.text for post in list(talk.chat.desk.posts)[-2:]] == [True, False]
