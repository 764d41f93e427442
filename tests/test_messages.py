"""What comes in is storable, and holds no number of a payment card (those below are the card schemes' test numbers)."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import (
    MASK,
    Address,
    Called,
    DeskPost,
    InboundMessage,
    Kind,
    has_masked_card,
    joined,
    note_in,
    without_card_numbers,
)

NOW = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)
ADDRESS = Address("web", "", "1")


@pytest.mark.parametrize("number", [
    "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "5555 5555 5555 4444",
    "3782 822463 10005", "378282246310005", "3056 930902 5904", "4222222222222", "4222 222 222 222",
    "6205 5000 0000 0000 004", "620550 0000000000004", "４１１１１１１１１１１１１１１１",
    "4111\u00a01111\u00a01111\u00a01111",
])  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "my card is {}, exp 04/29", "卡号{}，麻烦帮我付一下", "({})", "card no:{}."])
def test_a_card_number_is_masked_digit_by_digit(number: str, around: str) -> None:
    masked = without_card_numbers(around.format(number))
    assert masked == around.format(re.sub(r"\d", MASK, number))
    assert has_masked_card(masked)


@pytest.mark.parametrize("text", [
    "4111 1111 1111 1112",  # does not pass the check
    "10042 10043 10044 and 10046", "order 10042", "07700 900101", "+44 7700 900101", "138 0000 0201", "",
    "+4917604069011", "JD4111111111111111", "4111111111111111GB", "41111111111111111111111",  # phone, parcel, too long
    "4111 1111 1111 1111 2222 3333",  # a longer list
    "£49.00, £16.00 and £65.00 on 2026-03-04",
])  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    assert without_card_numbers(text) == text
    assert not has_masked_card(text)


@given(st.text(alphabet="0123456789 -.ab卡", max_size=60))
def test_masking_changes_digits_only_and_once(text: str) -> None:
    masked = without_card_numbers(text)
    assert len(masked) == len(text)
    assert all(new in (old, MASK) for new, old in zip(masked, text, strict=True))
    assert without_card_numbers(masked) == masked


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.EDIT, Kind.FILE])
def test_no_message_carries_a_card_number_into_the_store(kind: Kind) -> None:
    message = InboundMessage("1", ADDRESS, NOW, kind=kind, text="pay with 4111 1111 1111 1111 please")
    assert message.text == "pay with •••• •••• •••• •••• please"


def test_what_no_store_can_keep_is_replaced() -> None:
    assert InboundMessage("1", ADDRESS, NOW, text="a\x00b\ud800").text == "ab?"


@pytest.mark.parametrize(("text", "note"), [
    ("// he is a regular", "he is a regular"), ("note: two\nlines", "two\nlines"), ("Note： ask Mei", "ask Mei"),
    ("备注：老顾客", "老顾客"), ("//", ""), ("a note: no", None), ("https://shop.example", None), ("notes: x", None),
])  # fmt: skip
def test_what_staff_write_for_each_other_begins_with_its_mark(text: str, note: str | None) -> None:
    assert note_in(text) == note


def test_what_is_for_somebody_stays_a_post_of_its_own() -> None:
    note, late = DeskPost("h", "note", "one"), DeskPost("h", "note", "Late. For: Lena", calls=(Called("Lena"),))
    assert joined(note, note) == DeskPost("h", "note", "one\none")
    assert joined(note, late) is joined(late, note) is None
