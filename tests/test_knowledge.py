"""Which passage answers: its words, its meaning, its page; and how sure one may be of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.commerce import Passage, Product, Terms
from bot.facts import Act, Localised, Number
from bot.meaning import Meaning
from bot.skill import Alike, Request, nobody_knows
from bot.skills import any_page, knowledge, promo_discount, returnable, shop_faq

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


class Pages:
    """A shop of nothing but knowledge."""

    def __init__(self, *passages: Passage) -> None:
        self._passages = passages

    async def passages(self, words: str, language: str) -> tuple[Passage, ...]:
        return self._passages

    async def terms(self, market: str = "") -> Terms:
        return Terms("uk", "GBP", True, (), 7, return_days=30, warranty_days=365)


def passage(title: str, topic: str = "shipping_info", score: float = 0.0, language: str = "en") -> Passage:
    return Passage(topic, title, f"About {title}.", language, score, (title,))


def likes(**likeness: float) -> Alike:
    async def alike(text: str, groups: Sequence[Sequence[str]]) -> list[float]:
        return [likeness.get(group[0], 0.0) for group in groups]

    return alike


async def found(*passages: Passage, alike: Alike = nobody_knows, language: str = "en") -> knowledge.Found | None:
    request = Request({}, "shipping_info", "how?", language, NOW, date(2026, 3, 4), str, alike=alike)
    return await knowledge.find(Pages(*passages), request)  # type: ignore[arg-type]


async def said(*passages: Passage, alike: Alike = nobody_knows, language: str = "en") -> tuple[str, list[str]]:
    answer = await found(*passages, alike=alike, language=language)
    assert answer is not None
    request = Request({}, "shipping_info", "how?", language, NOW, date(2026, 3, 4), str)
    outcome = answer.outcome(request)
    return outcome.act.name, [card.title for card in outcome.cards]


async def test_the_passage_that_means_the_same_comes_first() -> None:
    pages = passage("cost", score=0.2), passage("abroad")
    assert await said(*pages, alike=likes(cost=0.3, abroad=0.8)) == ("inform:passage", ["abroad"])


async def test_the_page_of_what_is_asked_goes_before_another_that_is_as_near() -> None:
    pages = passage("refund time", "return_policy"), passage("delivery time")
    alike = likes(**{"refund time": 0.7, "delivery time": 0.6})
    assert await said(*pages, alike=alike) == ("inform:passage", ["delivery time"])


async def test_a_page_of_the_owner_that_no_intent_is_named_after_can_be_found() -> None:
    pages = passage("cost"), passage("gift wrapping", "our_gifts", score=0.9)
    assert await said(*pages, alike=likes(cost=0.1, **{"gift wrapping": 0.9})) == ("inform:passage", ["gift wrapping"])


async def test_where_two_are_near_both_are_shown_and_it_is_said_that_one_is_not_sure() -> None:
    pages = passage("cost"), passage("abroad"), passage("time")
    alike = likes(cost=0.5, abroad=0.55, time=0.3)
    assert await said(*pages, alike=alike) == ("inform:passage/nearest", ["abroad", "cost"])


async def test_what_fits_in_words_and_meaning_is_sure_however_near_another_is() -> None:
    pages = passage("methods", score=1.0), passage("later", score=0.9)
    assert await said(*pages, alike=likes(methods=0.8, later=0.85)) == ("inform:passage", ["methods"])


async def test_without_a_model_words_decide() -> None:
    assert await said(passage("cost"), passage("abroad", score=0.6)) == ("inform:passage", ["abroad"])


async def test_nothing_to_do_with_it_is_nothing() -> None:
    assert await found() is None
    assert await found(passage("opening hours", "store_info")) is None


@pytest.mark.parametrize(
    ("intent", "act"),
    [
        ("return_policy", Act("inform:return_window", {"days": Number(30)})),
        ("warranty", Act("inform:warranty_term", {"days": Number(365)})),
    ],
)
async def test_a_rule_of_the_policy_is_told_where_no_page_holds_it(intent: str, act: Act) -> None:
    said = "how long is the warranty, and can I return it?"
    request = Request({}, intent, said, "en", NOW, date(2026, 3, 4), str, alike=likes(cost=0.4))
    assert (await shop_faq.run(Pages(passage("cost")), request)).act == act  # type: ignore[arg-type]
    own = await shop_faq.run(Pages(passage("cost"), passage("ours", intent)), request)  # type: ignore[arg-type]
    assert own.act.name.startswith("inform:passage")


@pytest.mark.parametrize(
    ("intent", "text"), [("warranty", "do you fix lamps?"), ("return_policy", "how long on a charge")]
)
async def test_a_rule_is_no_answer_to_what_does_not_ask_for_it(intent: str, text: str) -> None:
    request = Request({}, intent, text, "en", NOW, date(2026, 3, 4), str, alike=likes(repairs=0.9))
    assert (await shop_faq.run(Pages(), request)).act.name == "no_passage"  # type: ignore[arg-type]
    of_goods = replace(request, slots={"product": "lamp"})
    assert (await shop_faq.run(Pages(), of_goods)).act.name == "pass:product_question"  # type: ignore[arg-type]
    page = Pages(passage("repairs", "workshop", score=0.8), passage("ours", intent))
    outcome = await shop_faq.run(page, of_goods)  # type: ignore[arg-type]
    assert [card.title for card in outcome.cards] == ["repairs"]


NO = Localised({"en": ""})
OIL = Product("oil", Localised({"en": "Chain oil"}), Localised({"en": "Care"}), "", NO, NO, NO, (), score=1)


class Excluding(Pages):
    async def terms(self, market: str = "") -> Terms:
        kept = (Localised({"en": "Care"}),)
        return Terms("uk", "GBP", True, (), 7, return_days=30, not_returnable=kept, price_match_days=10)

    async def search(self, words: str, *, limit: int = 5, market: str = "") -> tuple[Product, ...]:
        goods = OIL, replace(OIL, id="mug", name=Localised({"en": "Mug"}), category=Localised({"en": "Kitchen"}))
        return tuple(one for one in goods if one.name.text("en").lower() == words)


@pytest.mark.parametrize(("name", "act"), [("chain oil", "inform:passage"), ("mug", "inform:return_window")])
async def test_goods_that_may_not_go_back_are_said_not_to(name: str, act: str) -> None:
    request = Request({"product": name}, "return_policy", "can I return it?", "en", NOW, date(2026, 3, 4), str)
    outcome = await shop_faq.run(Excluding(), request)  # type: ignore[arg-type]
    assert (outcome.act.name, len(outcome.cards)) == (act, int(name == "chain oil"))
    before = replace(request, slots={"products": name}, intent="return_item")
    outcome = await returnable.run(Excluding(), before)  # type: ignore[arg-type]
    assert outcome.act.name == ("inform:passage" if name == "chain oil" else "pass:return_items")


async def test_whether_prices_are_matched_is_answered_by_the_rule() -> None:
    request = Request({"scheme": "yes"}, "promo_discount", "do you price match?", "en", NOW, date(2026, 3, 4), str)
    outcome = await promo_discount.run(Excluding(), request)  # type: ignore[arg-type]
    assert outcome.act.name == "inform:passage" and "10" in outcome.cards[0].rows[0][1]


async def test_a_passage_in_another_language_says_so() -> None:
    name, _ = await said(passage("保修", score=1.0, language="zh"))
    assert name == "inform:passage/other_language"


# --- comparing by meaning --------------------------------------------------------------------------------------------


class Letters:
    """Texts are alike that begin alike: an encoder one can do in the head."""

    def __init__(self, fails: bool = False) -> None:
        self.asked: list[str] = []
        self._fails = fails

    async def vectors(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        self.asked += texts
        return [] if self._fails else [(1.0, 0.0) if text.startswith("a") else (0.0, 1.0) for text in texts]


async def test_the_two_nearest_texts_of_a_group_count() -> None:
    meaning = Meaning(Letters())
    assert await meaning.alike("apple", [["axe", "ant", "bee"], ["axe", "bee"], ["bee"], []]) == [1.0, 0.5, 0.0, 0.0]


async def test_texts_of_the_shop_are_encoded_once() -> None:
    letters = Letters()
    meaning = Meaning(letters)
    await meaning.alike("apple", [["axe", "bee"], ["bee"]])
    await meaning.alike("pear", [["axe", "bee"]])
    assert letters.asked == ["apple", "axe", "bee", "pear"]


@pytest.mark.parametrize("meaning", [Meaning(None), Meaning(Letters(fails=True))])
async def test_without_an_answer_of_the_model_nothing_is_alike(meaning: Meaning) -> None:
    assert await meaning.alike("apple", [["axe"], ["bee"]]) == [0.0, 0.0]


async def test_a_shop_that_rewrites_its_texts_over_and_over_does_not_fill_the_memory() -> None:
    letters = Letters()
    meaning = Meaning(letters, kept=3)
    for place in range(5):
        assert await meaning.alike("apple", [[f"axe {place}"], ["bee"]]) == [1.0, 0.0]
    assert await meaning.alike("apple", [["a1", "a2", "a3", "a4"]]) == [1.0]


async def test_what_was_encoded_stays_when_the_model_misses_its_time_for_the_rest() -> None:
    class Tired(Letters):
        async def vectors(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
            return [] if len(self.asked) > 60 and len(texts) > 1 else await super().vectors(texts)

    tired = Tired()
    meaning = Meaning(tired)
    groups = [[f"axe {place}" for place in range(90)]]
    assert await meaning.alike("apple", groups) == [0.0]  # the third part of it was too much
    tired.asked = []
    assert await meaning.alike("apple", groups) == [1.0]
    assert len(tired.asked) == 1 + 90 - 64


@pytest.mark.parametrize(
    ("score", "likeness", "other", "answered"),
    [
        (0.5, 0.8, 0.6, True),  # by words and meaning, and clearly ahead
        (0.0, 0.95, 0.6, False),  # alike, with no word in common
        (0.3, 0.6, 0.1, False),  # too little of both
        (0.5, 0.8, 1.0, False),  # another one as near
    ],
)
async def test_a_question_of_no_known_kind_is_answered_by_one_clear_passage_or_none(
    score: float, likeness: float, other: float, answered: bool
) -> None:
    shop = Pages(passage("Sowing", "garden", score), passage("Opening"))
    asked = Request({"said": "when is basil sown"}, "", "", "en", NOW, date(2026, 3, 4), str,
                    alike=likes(Sowing=likeness, Opening=other))  # fmt: skip
    outcome = await any_page.run(shop, asked)
    assert outcome.act.name == ("inform:passage" if answered else "oos")
    assert [card.title for card in outcome.cards] == ["Sowing"] * answered
