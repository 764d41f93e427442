"""Reasons for which a person comes whatever else holds: nothing is changed, and a number to call is said first."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Talk as Product
from conftest import talking
from policy_talk import CUSTOMER, LIMITS, Talk, acts, customer, start
from test_modes import said

import bot
from bot.alarms import REASONS
from bot.conversation import HandoffNote, Proof, Status
from bot.facts import Act, Text
from bot.handoff import relayed
from bot.messages import Kind
from bot.phrases import LANGUAGES, TONES, PhraseBook
from bot.ports import Language, WriteRequest
from bot.script import ADDRESS
from bot.shop.policy import read_policy
from bot.shop.transfer import SAMPLE
from bot.speech import Speech, WrittenWords

BOOK = PhraseBook.load(Path(bot.__file__).parent / "phrases")
URGENT = ("injury", "fire", "recall")
NUMBERS = {"uk": {"injury": "999", "fire": "999", "recall": "999"}, "cn": {"injury": "120", "fire": "119"}, "us": {}}
HURT = "the kettle burned my hand"
EXAMPLE = {
    "injury": HURT, "fire": "the charger caught fire", "threat": "I'll kill you", "recall": "is it part of the recall?",
    "chargeback": "I'll do a chargeback", "authority": "I am from the police", "fraud": "my account was hacked",
    "legal": "my lawyer will call", "press": "I am a journalist", "goodwill": "I want compensation",
    "other_method": "refund it to a different card", "login": "change my login email", "death": "my mother passed away",
    "minor": "my son ordered it without asking",
}  # fmt: skip


def limits(**changes: Any) -> Any:
    return replace(LIMITS, emergency=NUMBERS, home="uk", **changes)


def fact(talk: Talk, text: str) -> str:
    speak = talk.text(text)
    found = next(act for act in speak.acts if act.name.startswith("handoff/")).facts.get("emergency")
    return found.value if isinstance(found, Text) else ""


# --- the decision ----------------------------------------------------------------------------------------------------


def test_every_reason_has_its_example_here() -> None:
    assert EXAMPLE.keys() == set(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_a_person_comes_whatever_model_and_policy_say(reason: str) -> None:
    """The model is sure of a cancellation, every write is automatic, and the order is named."""
    talk = replace(customer(), limits=limits())
    speak = talk.text(f"cancel 10423, {EXAMPLE[reason]}", {"order_id": "10423"}, cancel_order=0.99)
    assert acts(speak) == [f"handoff/{reason}"]
    assert speak.handoff and speak.handoff.reason == reason
    assert (talk.reads, talk.performed, talk.conversation.pending) == ([], [], None)


@pytest.mark.parametrize("reason", REASONS)
def test_a_yes_beside_it_does_nothing(reason: str) -> None:
    talk = replace(customer(), limits=limits())
    talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    speak = talk.text(f"yes. {EXAMPLE[reason]}", affirm=0.99)
    assert (acts(speak), talk.performed, talk.conversation.pending) == ([f"handoff/{reason}"], [], None)
    assert talk.conversation.flows == ()


def test_the_button_of_before_is_stale_then() -> None:
    talk = replace(customer(), limits=limits())
    talk.text("cancel 10423", {"order_id": "10423"}, cancel_order=0.95)
    pending = talk.conversation.pending
    assert pending
    talk.text(EXAMPLE["legal"])
    talk.conversation = replace(talk.conversation, status=Status.BOT)
    assert (acts(talk.press(f"yes:{pending.id}")), talk.performed) == (["stale_button"], [])


def test_it_holds_for_the_words_under_a_photo() -> None:
    speak = Talk().event(Kind.FILE, HURT)
    assert acts(speak) == ["file_kept", "handoff/injury"]


@pytest.mark.parametrize(
    ("market", "text", "number"),
    [
        ("uk", HURT, "999"),
        ("cn", HURT, "120"),
        ("cn", EXAMPLE["fire"], "119"),
        ("cn", EXAMPLE["recall"], ""),
        ("us", HURT, ""),
        ("gone", HURT, "999"),
        ("", HURT, "999"),
        ("uk", EXAMPLE["legal"], ""),
        ("uk", EXAMPLE["threat"], ""),
    ],
)
def test_the_number_is_that_of_the_shoppers_market(market: str, text: str, number: str) -> None:
    talk = Talk(start(proof=replace(CUSTOMER, market=market)), limits=limits())
    assert fact(talk, text) == number


def test_nobody_known_gets_the_number_of_the_shops_default_market() -> None:
    assert fact(Talk(limits=limits()), HURT) == "999"
    assert fact(Talk(limits=replace(limits(), home="cn")), HURT) == "120"
    assert fact(Talk(limits=replace(limits(), home="us")), HURT) == ""


@pytest.mark.parametrize(("language", "number"), [("zh", "120"), ("zh-Hant", "120"), ("en", "999"), ("de", "999")])
def test_nobody_known_gets_the_number_where_his_language_is_spoken(language: str, number: str) -> None:
    talk = Talk(replace(start(), language=language), limits=replace(limits(), speaks={"en": "uk", "zh": "cn"}))
    speak = talk.text("水壶把我的手烫伤了", language=language)
    assert speak.acts[0].facts["emergency"] == Text(number)


def test_a_proof_that_has_run_out_still_says_where_he_is() -> None:
    over = Proof(CUSTOMER.access, "c1", "", CUSTOMER.until.replace(year=2020), "cn")
    assert fact(Talk(start(proof=over), limits=limits()), HURT) == "120"


def test_the_number_comes_before_who_answers_and_before_all_else() -> None:
    fresh = replace(start(), introduced=False)
    assert acts(Talk(fresh, limits=limits()).text(HURT)) == ["handoff/injury", "introduce"]
    assert acts(Talk(fresh).text(HURT)) == ["introduce", "handoff/injury"]
    assert acts(Talk(limits=limits()).event(Kind.FILE, HURT)) == ["handoff/injury", "file_kept"]


def test_numbers_of_the_sample_shop() -> None:
    policy = read_policy(SAMPLE)
    assert policy.market("uk").emergency_numbers == {"injury": "999", "fire": "999", "recall": "999"}
    assert policy.market("cn").emergency_numbers == {"injury": "120", "fire": "119", "recall": "120"}
    assert replace(policy.market("uk"), emergency="").emergency_numbers == {}


# --- while a person is awaited ---------------------------------------------------------------------------------------


def test_while_a_person_is_awaited_the_number_is_said_at_once_and_staff_read_it() -> None:
    note = HandoffNote("h1", "requested", "", "waiting")
    waiting = replace(start(), status=Status.WAITING, handoff=note, acknowledged=True)
    moved = relayed(waiting, HURT, limits().person("injury", None, "en"))
    assert ([act.name for act in moved.acts], moved.posts[0].text) == (["handoff/injury"], HURT)
    again = replace(waiting, handoff=HandoffNote("h1", "injury", "", "waiting"))
    assert relayed(again, HURT, limits().person("injury", None, "en")).acts == ()
    assert relayed(waiting, "lawyer", limits().person("legal", None, "en")).acts == ()
    assert relayed(replace(waiting, status=Status.STAFF), HURT, limits().person("injury", None, "en")).acts == ()


# --- the words -------------------------------------------------------------------------------------------------------


def wordings(reason: str, language: str) -> set[str]:
    return {text for tone in TONES for text in BOOK.variants(f"handoff/{reason}", language, tone)}


UNCHANGED = {
    "en": r"nothing|stays? as (?:it|they)|untouched|leave\b.*\bas (?:it|they)|left (?:alone|as)"
          r"|leave (?:your|the) order|not touched",
    "zh": r"不会(?:有)?(?:任何)?改动|不(?:会)?动|不做任何改动|不作任何改动|不改动|照旧|原样|不变|不受影响|不会动",
}  # fmt: skip
TAKES_OVER = {
    "en": r"\b(?:person|colleague|someone from|grown-up at our shop|staff|our team|member|people)\b",
    "zh": r"同事|人工|负责人|由人|大人",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
def test_every_wording_says_who_takes_over_and_that_nothing_is_changed(reason: str, language: str) -> None:
    texts = wordings(reason, language)
    assert len(texts) >= 12
    silent = {text for text in texts if not re.search(UNCHANGED[language], text, re.IGNORECASE)}
    nobody = {text for text in texts if not re.search(TAKES_OVER[language], text, re.IGNORECASE)}
    assert (silent, nobody) == (set(), set())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", URGENT)
def test_the_number_stands_at_the_beginning_of_what_is_said(reason: str, language: str) -> None:
    with_number = [text for text in wordings(reason, language) if "{emergency}" in text]
    assert len(with_number) >= 4
    start = {"en": 90, "zh": 40}[language]
    late = [text for text in with_number if text.index("{emergency}") > start or "takes over" in text.split("{")[0]]
    assert not late


class Proposes:
    """A writer that proposes every variant, those without the number first."""

    free_words = False

    async def write(self, requests: Sequence[WriteRequest]) -> list[list[str]]:
        return [
            sorted(BOOK.variants(one.act, one.language, one.tone), key=lambda text: "{" in text) for one in requests
        ]


@pytest.mark.parametrize("writer", [Proposes(), WrittenWords()])
@pytest.mark.parametrize("language", ["en", "zh", "zh-Hant"])
@pytest.mark.parametrize("reason", URGENT)
async def test_a_number_is_never_left_out_whoever_writes(writer: Any, language: str, reason: str) -> None:
    speech = Speech(writer, BOOK, read_policy(SAMPLE).shop.zone, "en_GB", str)
    for tone in ("neutral", "apologetic"):
        told = await speech.sentences([Act(f"handoff/{reason}", {"emergency": Text("999")}, tone)], language)
        assert "999" in told.text
        bare = await speech.sentences([Act(f"handoff/{reason}", tone=tone)], language)
        assert "999" not in bare.text and "{" not in bare.text


# --- the whole product -----------------------------------------------------------------------------------------------


@pytest.fixture
async def talk(home: Path, language: Language) -> AsyncIterator[Product]:
    async with talking(home, language, as_email="li.na@example.com") as opened:
        yield opened


async def test_an_emergency_while_waiting_is_answered_with_the_number(talk: Product) -> None:
    assert "handoff/requested" in await said(talk, text="我要转人工")
    replies = await talk.chat.line('{"text": "等等，充电宝着火了！"}')
    shopper = next(line for line in replies if line["to"] == "shopper")
    assert (shopper["acts"], "119" in shopper["reply"]) == (["handoff/fire"], True)
    conversation, _ = await talk.product.conversations.load(ADDRESS.conversation_id)
    assert conversation.status is Status.WAITING

