"""Codes for linking as they are written, read out and typed."""

import re

import pytest

from bot.linking import BITS, plain, written
from bot.messages import link_code_in


def test_a_code_holds_all_its_bits_and_no_sign_that_looks_like_another() -> None:
    codes = {written(number) for number in (0, 1, 31, 32, 2**BITS - 1, 2**BITS - 2, 2**59)}
    assert len(codes) == 7 and BITS >= 40
    assert all(re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)


@pytest.mark.parametrize("typed", ["K7QX-1M9D-R0WT", "k7qx-1m9d-r0wt", "K7QXLM9DROWT", "k7qx-im9d-rowt"])
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert plain(typed) == "K7QX1M9DR0WT"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("link K7QX-1M9D-R0WT", "K7QX-1M9D-R0WT"), (" /LINK  k7qx-1m9d-r0wt\n", "k7qx-1m9d-r0wt"),
        ("link：K7QX-1M9D-R0W", "K7QX-1M9D-R0W"), ("link", ""), ("link broken", ""), ("link re-send", ""),
        ("links K7QX-1M9D-R0WT", ""), ("link K7QX-1M9D-R0WT now", ""), ("please link K7QX-1M9D-R0WT", ""),
    ],
)  # fmt: skip
def test_a_code_is_told_from_other_talk_of_links(text: str, found: str) -> None:
    assert link_code_in(text) == found


def test_where_nothing_else_can_be_meant_any_word_is_a_code() -> None:
    assert [link_code_in(text, any_word=True) for text in ("link 42", "link", "link to it")] == ["42", "", ""]
