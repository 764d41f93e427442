"""After a chat with a person: asked once how it was, not where it would be out of place; any other message goes on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import NOW, Talk, talking
from test_desk_hours import acts
from test_handoff import NOTE, WAITING
from test_handoff import STAFF as TALKING
from test_people import Heard, done, shopper, staff
from test_triage import view

from bot import rating
from bot.conversation import Conversation, IntentScore, RatingAsked, Understanding
from bot.messages import InboundMessage, Kind
from bot.office import HandoffView, Ratings
from bot.ports import Language
from bot.rating import Given
from bot.script import ADDRESS
from bot.speech import WrittenWords

ASKED, AFTER = RatingAsked("h1"), RatingAsked("h1", "word", 4)
CHAT = view("h1")
LANGUAGE = Language(Heard(), WrittenWords())


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("5", Given(5)), (" 4! ", Given(4)), ("３", Given(3)), ("four", Given(4)), ("3/5", Given(3)),
        ("2 stars", Given(2)), ("4 out of 5", Given(4)), ("五分", Given(5)), ("给4分", Given(4)),
        ("我打3星", Given(3)), ("5颗星", Given(5)),
        ("5, quick and kind", Given(5, "quick and kind")), ("2 - nobody listened", Given(2, "nobody listened")),
        ("五分，很耐心", Given(5, "很耐心")), ("5\nso kind", Given(5, "so kind")), ("0", None), ("6", None),
        ("10", None), ("4.5", None), ("10042", None),
        ("3 of the mugs are broken", None), ("where is my order?", None), ("", None),
    ],
)  # fmt: skip
def test_a_number_from_one_to_five_is_a_rating(text: str, given: Given | None) -> None:
    assert rating.written(ASKED, text) == given


def test_after_the_number_comes_the_word() -> None:
    assert rating.written(AFTER, " very kind ") == Given(4, "very kind")
    assert rating.written(RatingAsked("h1", ""), "5") is None


@pytest.mark.parametrize(
    ("button", "given"),
    [("rate:5:h1", Given(5)), ("rate:5:h2", None), ("rate:9:h1", None), ("rate:x:h1", None), ("yes:h1", None)],
)
def test_a_button_counts_for_its_own_handoff(button: str, given: Given | None) -> None:
    assert rating.pressed(RatingAsked("h1", ""), button) == given


@pytest.mark.parametrize(
    ("conversation", "asked_about", "fit"),
    [
        (TALKING, CHAT, True),
        (WAITING, CHAT, False),  # no person has come
        (TALKING, view("h2"), False),
        (TALKING, replace(CHAT, kind="case"), False),
        (TALKING, None, False),
        (replace(TALKING, cases=(NOTE,)), CHAT, False),
        *((TALKING, view("h1", reason), False) for reason in sorted(rating.NEVER)),
    ],
)
def test_only_a_harmless_chat_that_a_person_has_had_is_asked_about(
    conversation: Conversation, asked_about: HandoffView | None, fit: bool
) -> None:
    assert {"injury", "threat", "fraud", "legal", "death"} <= rating.NEVER
    assert rating.may_be_asked(conversation, asked_about) is fit


@pytest.mark.parametrize(
    ("text", "intents", "fit"),
    [
        ("so kind", ("feedback",), True), ("thanks", ("thanks_bye",), True), ("hm", (), True),
        ("where is it", ("order_status",), False), ("kind, and where is it", ("feedback", "order_status"), False),
        ("a person please", ("talk_to_human",), False), ("my hand is bleeding", ("complaint",), False),
    ],
)  # fmt: skip
def test_a_word_says_how_it_was_and_asks_for_nothing(text: str, intents: tuple[str, ...], fit: bool) -> None:
    meant = Understanding(text, tuple(IntentScore(name, 0.9) for name in intents))
    assert rating.says_how(meant) is fit


# --- through the whole product ---------------------------------------------------------------------------------------


@pytest.fixture
async def talk(home: Path) -> AsyncIterator[Talk]:
    async with talking(home, LANGUAGE) as opened:
        yield opened


async def closed(talk: Talk, reason: str = "a person") -> str:
    """A chat that a person has taken and closed; its handoff."""
    await done(talk, shopper("m0", reason))
    [opened] = await talk.product.desk.handoffs()
    await done(talk, staff("s1", opened.id, act="claim"))
    await done(talk, staff("s2", opened.id, act="close"))
    return opened.id


async def given(talk: Talk) -> list[tuple[int | None, str]]:
    return [(view.stars, view.word) for view in await talk.product.desk.handoffs(ended=True)]


def button(source_id: str, value: str) -> InboundMessage:
    return InboundMessage(source_id, ADDRESS, NOW, kind=Kind.BUTTON, button=value)


async def test_after_a_closed_chat_the_shopper_is_asked_with_buttons(talk: Talk) -> None:
    number = await closed(talk)
    assert (await acts(talk))[-2:] == ["staff/closed", "rating/ask"]
    offered = [(one.label, one.value) for one in talk.chat.channel.replies[-1].buttons]
    assert offered == [(str(stars), f"rate:{stars}:{number}") for stars in range(1, 6)]


async def test_a_pressed_number_and_the_word_after_it_are_kept(talk: Talk) -> None:
    number = await closed(talk)
    await done(talk, button("b1", f"rate:2:{number}"))
    await done(talk, shopper("m1", "rather slow"))
    assert (await acts(talk))[-2:] == ["rating/thanks", "rating/noted"]
    assert (await given(talk), await talk.product.desk.ratings()) == ([(2, "rather slow")], Ratings(2.0, 1))


async def test_a_number_as_text_works_with_its_word(talk: Talk) -> None:
    await closed(talk)
    await done(talk, shopper("m1", "5, very patient"))
    assert (await acts(talk))[-1] == "rating/noted" and await given(talk) == [(5, "very patient")]


async def test_the_last_number_counts(talk: Talk) -> None:
    number = await closed(talk)
    await done(talk, button("b1", f"rate:2:{number}"))
    await done(talk, button("b2", f"rate:3:{number}"))
    assert await given(talk) == [(3, "")]


@pytest.mark.parametrize("text", ["hello", "cancel order 10043", "5, and cancel order 10043"])
async def test_any_other_message_goes_on_as_usual_and_nothing_is_asked_again(talk: Talk, text: str) -> None:
    await closed(talk)
    await done(talk, shopper("m1", text))
    await done(talk, shopper("m2", "5"))
    assert await given(talk) == [(None, "")]
    assert not [act for act in await acts(talk) if act in ("rating/thanks", "rating/noted")]
    assert (await acts(talk)).count("rating/ask") == 1


async def test_a_request_after_the_number_is_no_word(talk: Talk) -> None:
    await closed(talk)
    await done(talk, shopper("m1", "4"))
    await done(talk, shopper("m2", "hello"))
    assert (await given(talk), (await acts(talk))[-1]) == ([(4, "")], "greet")


async def test_a_number_that_is_pressed_while_a_person_talks_is_kept_without_a_word(talk: Talk) -> None:
    number = await closed(talk)
    await done(talk, shopper("m1", "a person"))
    assert await done(talk, button("b1", f"rate:4:{number}")) == []
    assert (4, "") in await given(talk)


async def test_who_is_in_dispute_is_not_asked(home: Path) -> None:
    """Emma has an order that is late."""
    async with talking(home, LANGUAGE, as_email="emma.clarke@example.com") as talk:
        await closed(talk)
        assert (await acts(talk))[-1] == "staff/closed"


async def test_who_was_in_danger_is_not_asked(talk: Talk) -> None:
    await closed(talk, "the lamp exploded and my hand is bleeding")
    assert (await acts(talk))[-1] == "staff/closed"


async def test_what_is_given_back_is_not_asked_about(talk: Talk) -> None:
    await done(talk, shopper("m0", "a person"))
    [opened] = await talk.product.desk.handoffs()
    await done(talk, staff("s1", opened.id, act="claim"), staff("s2", opened.id, act="back"))
    assert (await acts(talk))[-1] == "staff/back"
