"""What a message names of an order's lines where the model marked nothing."""

import pytest

from bot.commerce import Line, LineState
from bot.facts import Localised, Money
from bot.skills.unmarked import asked_for, joined, lines_in

NAMES = {
    "lock": Localised({"en": "Bastion D-lock", "zh": "堡垒U型锁"}),
    "lights": Localised({"en": "Firefly light set", "zh": "萤火虫车灯套装"}),
    "gloves": Localised({"en": "Grip gloves", "zh": "防滑手套"}),
}
LINES = [Line(id_, id_, id_, name, "", 1, Money(100, "GBP"), LineState.OPEN) for id_, name in NAMES.items()]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("I want to cancel the lock from SP-2001", {"lock": ["lock"]}),
        ("not the lights, the grip gloves", {"lights": ["lights"], "grip gloves": ["gloves"]}),
        ("手套不要了，车灯留着", {"手套": ["gloves"], "车灯": ["lights"]}),
        ("cancel the whole set of things in my order", {}),
    ],
)
def test_words_of_a_name_find_its_line_in_any_language(said: str, found: dict[str, list[str]]) -> None:
    assert {name: [line.id for line in lines] for name, lines in lines_in(said, LINES).items()} == found


@pytest.mark.parametrize(
    ("said", "intent", "noun"),
    [
        ("please cancel the parasol from order 10043", "cancel_order", "parasol"),
        ("cancel just my garden chair, I changed my mind", "cancel_order", "garden chair"),
        ("取消那个阳伞", "cancel_order", "阳伞"),
        ("I'd like to send back the parasol", "return_item", "parasol"),
        ("cancel 10043 and return the slippers", "cancel_order", ""),
        ("please cancel my most recent order", "cancel_order", ""),
        ("cancel the whole thing", "cancel_order", ""),
        ("取消整个订单吧", "cancel_order", ""),
    ],
)
def test_a_noun_after_the_verb_is_goods_unless_it_means_the_whole_order(said: str, intent: str, noun: str) -> None:
    assert asked_for(said, intent) == noun


@pytest.mark.parametrize(
    ("said", "name", "other"),
    [
        ("想退围裙和吐司模", "围裙", "吐司模"), ("围裙、吐司模都不要了", "围裙", "吐司模"),
        ("return the apron and the loaf tin from 10042", "apron", "loaf tin"),
        ("return the apron and tell me when", "apron", ""), ("退围裙和取消订单", "围裙", ""),
        ("cancel the apron and the rest", "apron", ""), ("return the apron", "apron", ""),
    ],
)  # fmt: skip
def test_what_is_named_in_one_breath(said: str, name: str, other: str) -> None:
    assert joined(said, name) == other
