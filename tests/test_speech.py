"""From acts to sentences: what a writer proposes is checked, and what fails is said in written words."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from opencc import OpenCC

from bot.conversation import Conversation, Utterance
from bot.decision import Offer, Speak
from bot.facts import Act, Day, Fact, Localised, Money, Term, Text, placeholders, words
from bot.messages import Address, Button, Card
from bot.ports import ReplyWriter, WriteRequest
from bot.speech import Speech, WrittenWords

ADDRESS = Address("web", "", "v", user="v")
BOOK: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "greet": {"en": {"neutral": ("Hello.",), "warm": ("Hello, welcome!",)}, "zh": {"neutral": ("您好。",)}},
    "inform:order/open": {
        "en": {"neutral": ("Order {order} is being prepared.", "Order {order} is due on {day}, by {carrier}.")},
        "zh": {"neutral": ("订单{order}正在准备。", "订单{order}预计{day}送到。")},
    },
    "done:cancel_order": {
        "en": {"neutral": ("Order {order} is cancelled.",), "apologetic": ("Sorry, {order} is cancelled.",)},
        "zh": {"neutral": ("订单{order}已经取消。",)},
    },
    "no_facts_fit": {"en": {"neutral": ("Only with {amount}.",)}, "zh": {"neutral": ("{amount}",)}},
}
TERMS = {"en": {"button": {"yes": "yes, do it"}}, "zh": {"button": {"yes": "是的，办理"}}}
ORDER: dict[str, Fact] = {"order": Text("10423")}


class TinyBook:
    """A phrase book small enough to read; every act but greet needs its order."""

    def variants(self, act: str, language: str, tone: str) -> tuple[str, ...]:
        tones = BOOK[act][language]
        return tones.get(tone) or tones["neutral"]

    def required(self, act: str) -> frozenset[str]:
        return frozenset() if act in ("greet", "no_facts_fit") else frozenset({"order"})

    def lexicon(self, act: str, language: str) -> frozenset[str]:
        return frozenset(word for tone in BOOK[act][language].values() for text in tone for word in words(text))

    def terms(self, language: str) -> Mapping[str, Mapping[str, str]]:
        return TERMS[language]

    def other(self, language: str) -> str:
        return {"de": "Ich spreche nur Englisch und Chinesisch."}.get(language, "Sorry, English or Chinese only.")


class Proposing:
    """A writer that proposes the same candidates for every act."""

    def __init__(self, *candidates: str, free_words: bool = False) -> None:
        self.candidates, self.free_words = candidates, free_words
        self.asked: list[WriteRequest] = []

    async def write(self, requests: Sequence[WriteRequest]) -> list[list[str]]:
        self.asked += requests
        return [list(self.candidates) for _ in requests]


def speech(writer: ReplyWriter | None = None) -> Speech:
    return Speech(writer or WrittenWords(), TinyBook(), ZoneInfo("Europe/London"), "en_GB", OpenCC("s2t").convert)


def said(*acts: Act, language: str = "en", **parts: object) -> Speak:
    return Speak("say", Conversation(id="c", address=ADDRESS, language=language), acts, **parts)  # type: ignore[arg-type]


async def test_a_candidate_that_keeps_to_its_act_is_said() -> None:
    spoken = await speech(Proposing("{order} is due.")).sentences([Act("inform:order/open", ORDER)], "en")
    assert (spoken.text, spoken.fallbacks, spoken.acts) == ("10423 is due.", 0, 1)


@pytest.mark.parametrize(
    "candidate",
    [
        "",
        "Order {order} is due in 3 days.",
        "Order {order} is due on Monday.",
        "Order {order} is being prepared, see shop.com",
        "Order {order is being prepared",
        "Order {order} is due {amount}.",
        "Order is being prepared.",
        "Order {order} is late.",
        "Order {order} is shipped.",
    ],
)
async def test_a_candidate_that_says_more_than_its_act_is_dropped_for_the_written_phrase(candidate: str) -> None:
    spoken = await speech(Proposing(candidate)).sentences([Act("inform:order/open", ORDER)], "en")
    assert (spoken.text, spoken.fallbacks) == ("Order 10423 is being prepared.", 1)


async def test_the_next_candidate_is_taken_when_the_first_fails() -> None:
    writer = Proposing("{order}: 3 days", "{order} is due.", "Order {order} is being prepared.")
    spoken = await speech(writer).sentences([Act("inform:order/open", ORDER)], "en")
    assert (spoken.text, spoken.fallbacks) == ("10423 is due.", 0)


async def test_a_writer_of_free_words_is_not_held_to_the_lexicon() -> None:
    template = "We are getting {order} ready for you!"
    spoken = await speech(Proposing(template, free_words=True)).sentences([Act("inform:order/open", ORDER)], "en")
    assert spoken.text == "We are getting 10423 ready for you!"


@pytest.mark.parametrize("free_words", [False, True])
@pytest.mark.parametrize(
    "candidate", ["Order {order} is not cancelled.", "Order {order} cancelled is.", "order {order} is cancelled."]
)
async def test_an_effect_is_said_in_a_written_variant_or_not_at_all(candidate: str, free_words: bool) -> None:
    spoken = await speech(Proposing(candidate, free_words=free_words)).sentences(
        [Act("done:cancel_order", ORDER)], "en"
    )
    assert (spoken.text, spoken.fallbacks) == ("Order 10423 is cancelled.", 1)


async def test_an_effect_may_be_said_in_a_written_variant_of_any_tone() -> None:
    spoken = await speech(Proposing("Sorry, {order} is cancelled.")).sentences([Act("done:cancel_order", ORDER)], "en")
    assert (spoken.text, spoken.fallbacks) == ("Sorry, 10423 is cancelled.", 0)


async def test_the_written_phrase_uses_as_many_facts_as_there_are() -> None:
    few, all_of_them = ORDER, {**ORDER, "day": Day(date(2026, 11, 23)), "carrier": Text("DPD")}
    texts = [(await speech().sentences([Act("inform:order/open", facts)], "en")).text for facts in (few, all_of_them)]
    assert texts == ["Order 10423 is being prepared.", "Order 10423 is due on Monday 23 November, by DPD."]


async def test_the_written_phrase_keeps_the_tone_where_it_has_one() -> None:
    warm, none = Act("greet", tone="warm"), Act("inform:order/open", ORDER, tone="warm")
    assert [(await speech().sentences([act], "en")).text for act in (warm, none)] == [
        "Hello, welcome!", "Order 10423 is being prepared.",
    ]  # fmt: skip


async def test_fallbacks_are_counted_per_act() -> None:
    spoken = await speech(Proposing("Hello.")).sentences([Act("greet"), Act("inform:order/open", ORDER)], "en")
    assert (spoken.text, spoken.fallbacks, spoken.acts) == ("Hello. Order 10423 is being prepared.", 1, 2)


async def test_an_act_that_nothing_can_say_is_an_error_and_not_silence() -> None:
    with pytest.raises(LookupError, match="no_facts_fit"):
        await speech().sentences([Act("no_facts_fit")], "en")


async def test_the_writer_is_told_names_of_facts_and_never_a_value() -> None:
    writer, history = Proposing(), (Utterance("user", "where is it"),)
    await speech(writer).sentences([Act("inform:order/open", ORDER, "warm")], "zh-Hant", history)
    assert writer.asked == [WriteRequest("inform:order/open", frozenset({"order"}), "zh", "warm", history)]


async def test_a_line_in_a_third_language_is_written_and_the_writer_not_asked() -> None:
    writer = Proposing()
    texts = [(await speech(writer).sentences([Act(f"other_language/{code}")], "en")).text for code in ("de", "xx")]
    assert (texts, writer.asked) == (
        ["Ich spreche nur Englisch und Chinesisch.", "Sorry, English or Chinese only."],
        [],
    )


@pytest.mark.parametrize("answer", [
    None, 7, [], [[]], [["Hello."]], [["Hello."], ["{order} is due."], ["Hello."]], [None, None],
    [[None, 3], [b"Hello."]], "ab", ["a", "b"], RuntimeError("down"),
])  # fmt: skip
async def test_a_writer_that_answers_nonsense_leaves_it_to_the_written_phrases(answer: Any) -> None:
    class Broken:
        free_words = True

        async def write(self, requests: Sequence[WriteRequest]) -> Any:
            if isinstance(answer, Exception):
                raise answer
            return answer

    spoken = await speech(Broken()).sentences([Act("greet"), Act("inform:order/open", ORDER)], "en")
    assert (spoken.text, spoken.fallbacks) == ("Hello. Order 10423 is being prepared.", 2)


@pytest.mark.parametrize("candidate", ["Order {order} is not being prepared.", "Order {order} will be cancelled.",
                                       "Order {order} goes to Li Na.", "**Order** {order}"])  # fmt: skip
async def test_free_words_may_not_turn_an_act_round_nor_name_what_it_does_not(candidate: str) -> None:
    spoken = await speech(Proposing(candidate, free_words=True)).sentences([Act("inform:order/open", ORDER)], "en")
    assert (spoken.text, spoken.fallbacks) == ("Order 10423 is being prepared.", 1)


async def test_several_acts_make_one_reply_each_in_its_own_tone_and_with_its_own_facts() -> None:
    acts = [
        Act("greet", tone="warm"),
        Act("done:cancel_order", {"order": Text("A1")}, "apologetic"),
        Act("inform:order/open", {"order": Text("B2")}),
        Act("done:cancel_order", {"order": Text("C3")}),
    ]
    texts = [(await speech().sentences(acts, language)).text for language in ("en", "zh-Hant")]
    assert texts == [
        "Hello, welcome! Sorry, A1 is cancelled. Order B2 is being prepared. Order C3 is cancelled.",
        "您好。訂單A1已經取消。訂單B2正在準備。訂單C3已經取消。",
    ]


async def test_the_same_act_twice_takes_each_its_own_candidate() -> None:
    acts = [Act("inform:order/open", {"order": Text(number)}) for number in ("A1", "B2")]
    writer = Proposing("{order} is due.")
    assert (await speech(writer).sentences(acts, "en")).text == "A1 is due. B2 is due."
    assert len(writer.asked) == 2


async def test_english_is_formatted_for_the_market_and_chinese_is_not() -> None:
    american = Speech(WrittenWords(), TinyBook(), ZoneInfo("Europe/London"), "en_US", OpenCC("s2t").convert)
    facts: dict[str, Fact] = {**ORDER, "day": Day(date(2026, 11, 23)), "carrier": Text("DPD")}
    spoken = [(await american.sentences([Act("inform:order/open", facts)], language)).text for language in ("en", "zh")]
    assert spoken == ["Order 10423 is due on Monday, November 23, by DPD.", "订单10423预计11月23日星期一送到。"]
    assert american.say(Money(129900, "USD"), "en") == "$1,299.00"
    assert american.say(Money(129900, "CNY"), "zh-Hant") == "¥1,299.00"


async def test_proposals_stay_with_their_act_beside_a_third_language() -> None:
    writer = Proposing("Hello.")
    spoken = await speech(writer).sentences([Act("other_language/de"), Act("greet")], "en")
    assert spoken.text == "Ich spreche nur Englisch und Chinesisch. Hello."


# --- languages -------------------------------------------------------------------------------------------------------


async def test_chinese_sentences_stand_side_by_side_without_a_space() -> None:
    spoken = await speech().sentences([Act("greet"), Act("inform:order/open", ORDER)], "zh")
    assert spoken.text == "您好。订单10423正在准备。"


async def test_traditional_chinese_converts_our_words_and_leaves_names_as_written() -> None:
    facts: dict[str, Fact] = {"order": Text("订单号A")}
    spoken = await speech().sentences([Act("inform:order/open", facts)], "zh-Hant")
    assert spoken.text == "訂單订单号A正在準備。"


async def test_a_candidate_is_converted_to_traditional_as_well() -> None:
    spoken = await speech(Proposing("订单{order}正在准备。")).sentences([Act("inform:order/open", ORDER)], "zh-Hant")
    assert (spoken.text, spoken.fallbacks) == ("訂單10423正在準備。", 0)


def test_the_shops_texts_are_converted_to_traditional_and_names_of_people_are_not() -> None:
    name = Localised({"en": "Lamp", "zh": "阅读台灯"})
    assert speech().say(Text("陈丽华"), "zh-Hant") == "陈丽华"
    assert speech().say(Term("button", "yes"), "zh-Hant") == "是的，辦理"
    assert speech().say(name, "zh-Hant") == "閱讀檯燈"


@pytest.mark.parametrize(
    ("language", "found"),
    [("en", "en"), ("zh", "zh"), ("zh-Hant", "zh-Hant"), ("zh-HK", "zh"), ("fr", "en"), ("", "en")],
)
def test_every_language_has_a_locale(language: str, found: str) -> None:
    assert speech().locale(language).language == found


# --- replies ---------------------------------------------------------------------------------------------------------


async def test_a_reply_holds_text_buttons_and_cards_in_the_language_of_the_conversation() -> None:
    card = Card("Order 10423")
    reply, _ = await speech().reply(
        said(Act("greet"), language="zh", offers=(Offer(Term("button", "yes"), "yes:1"),), cards=(card,)), ()
    )
    assert reply is not None
    assert (reply.text, reply.buttons, reply.cards) == ("您好。", (Button("是的，办理", "yes:1"),), (card,))


async def test_a_button_begins_with_a_capital() -> None:
    reply, _ = await speech().reply(said(Act("greet"), offers=(Offer(Term("button", "yes"), "yes:1"),)), ())
    assert reply is not None
    assert reply.buttons[0].label == "Yes, do it"


async def test_a_button_with_the_shops_own_name_keeps_its_letters() -> None:
    names = (Text("adidas cap"), Localised({"en": "iPhone case"}), Text("éclair {order}"))
    reply, _ = await speech().reply(said(Act("greet"), offers=tuple(Offer(name, "pick:1") for name in names)), ())
    assert reply is not None
    assert [button.label for button in reply.buttons] == ["adidas cap", "iPhone case", "éclair {order}"]


async def test_a_decision_that_says_nothing_gives_no_reply() -> None:
    reply, spoken = await speech().reply(said(), ())
    assert (reply, spoken.acts) == (None, 0)


async def test_without_a_known_language_english_is_spoken() -> None:
    reply, _ = await speech().reply(said(Act("greet"), language=""), ())
    assert reply is not None
    assert reply.text == "Hello."


async def test_a_dropped_candidate_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "bot.speech"):
        await speech(Proposing("secret words 3")).sentences([Act("greet")], "en")
    assert [record.act for record in caplog.records] == ["greet"]  # type: ignore[attr-defined]
    assert "secret" not in caplog.text


def test_the_tiny_book_of_this_test_asks_for_what_its_variants_hold() -> None:
    book = TinyBook()
    for act, languages in BOOK.items():
        for tones in languages.values():
            assert all(book.required(act) <= placeholders(text) for texts in tones.values() for text in texts)
