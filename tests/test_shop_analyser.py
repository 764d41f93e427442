"""Texts become the same tokens however they are written, and every allowed slip of a word finds it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.shop import facets
from bot.shop.analyser import bigrams, parts, slips, spellings


@pytest.mark.parametrize(
    ("text", "words", "runs"),
    [
        ("ＢＬＵＥ　Ｌｉｎｅｎ", ("blue", "linen"), ()),
        ("Crème brûlée's", ("creme", "brulee"), ()),
        ("港灣亞麻襯衫", (), ("港湾亚麻衬衫",)),
        ("你们有没有那款亚麻衬衫", (), ("亚麻衬衫",)),
        ("do you have the boots", ("boot",), ()),
        ("T恤 蓝色", ("t",), ("恤", "蓝色")),
        ("1,500 ml bottle", ("1500ml", "bottle"), ()),
        ("500毫升保温杯", ("500ml",), ("保温杯",)),
        ("2,5 升 水壶", ("2.5l",), ("水壶",)),
        ("2.50 L", ("2.5l",), ()),
        ('27" monitor', ("27inch", "monitor"), ()),
        ("2 in 1", ("2", "1"), ()),
        ("80 × 150 cm", ("80", "150cm"), ()),
        ("36,38,40", ("36", "38", "40"), ()),
        ("有机棉", (), ("有机棉",)),
        ("The One", ("the", "one"), ()),
        ("𠮷野家", (), ("𠮷野家",)),
        ("???", (), ()),
    ],
)
def test_a_text_is_taken_apart(text: str, words: tuple[str, ...], runs: tuple[str, ...]) -> None:
    read = parts(text)
    assert (read.words, read.runs) == (words, runs)


def test_tokens_are_words_numbers_of_measures_characters_and_pairs() -> None:
    assert parts("500 ml 保温杯").tokens() == {"500ml", "500", "保", "温", "杯", "保温", "温杯"}
    assert parts("500 ml 保温杯").tokens(False) == {"500ml", "500", "保温", "温杯"}
    assert bigrams("杯") == set()


@given(st.text(max_size=60))
def test_a_text_holds_what_a_query_of_the_same_text_looks_for(text: str) -> None:
    read = parts(text)
    assert {*read.words, *(character for run in read.runs for character in run)} <= read.tokens()
    assert all(" " not in token and token for token in read.tokens())


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_width_and_case_make_no_difference(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c != " " else "\u3000" for c in text)
    assert parts(wide) == parts(text.upper()) == parts(text)


LETTERS = "abcdefgh"


@st.composite
def slipped(draw: st.DrawFn) -> tuple[str, str]:
    """A word with as many slips as it may have, and the word."""
    word = draw(st.text(LETTERS, min_size=4, max_size=14))
    wrong = word
    for _ in range(draw(st.integers(1, slips(word)))):
        place, letter = draw(st.integers(0, len(wrong) - 1)), draw(st.sampled_from(LETTERS))
        wrong = {
            "other": wrong[:place] + letter + wrong[place + 1 :],
            "missing": wrong[:place] + wrong[place + 1 :],
            "more": wrong[:place] + letter + wrong[place:],
            "swapped": wrong[:place] + wrong[place : place + 2][::-1] + wrong[place + 2 :],
        }[draw(st.sampled_from(("other", "missing", "more", "swapped")))]
    return wrong, word


@given(slipped())
def test_a_misspelt_word_shares_a_spelling_with_the_word(pair: tuple[str, str]) -> None:
    wrong, word = pair
    if len(wrong) >= 4 and OSA.distance(wrong, word) <= slips(wrong):
        assert spellings(wrong, asked=True) & spellings(word)


@pytest.mark.parametrize(
    ("asked", "sold"),
    [
        ("blue", ("Navy", "藏青色")),
        ("蓝色", ("Ink", "墨蓝色")),
        ("藍色", ("Sky blue", "天蓝色")),
        ("navy", ("Navy stripe", "藏青条纹")),
        ("天蓝", ("Sky blue", "天蓝色")),
        ("gray", ("Charcoal", "炭灰色")),
    ],
)
def test_a_colour_finds_its_shades_in_either_language(asked: str, sold: tuple[str, str]) -> None:
    assert facets.wanted_color(asked) <= facets.color(sold)


@pytest.mark.parametrize(
    ("asked", "sold"),
    [("navy", ("Sky blue", "天蓝色")), ("blue", ("Brass", "黄铜色")), ("yellow", ("Brass", "黄铜色"))],
)
def test_a_colour_finds_no_other(asked: str, sold: tuple[str, str]) -> None:
    assert not facets.wanted_color(asked) <= facets.color(sold)


@pytest.mark.parametrize(
    ("asked", "sold"),
    [
        ("M码", "M"), ("medium", "M"), ("size M", "S/M"), ("2XL", "XXL"), ("EU 42", "42"), ("42码", "EU 42"),
        ("extra large", "XL"), ("大号", "L"), ("均码", "One size"), ("500毫升", "500 ml"), ("42", "42-44"),
    ],
)  # fmt: skip
def test_a_size_is_the_same_however_it_is_said(asked: str, sold: str) -> None:
    assert facets.size(asked) <= facets.size(sold)


def test_a_size_is_no_other() -> None:
    assert not facets.size("L") <= facets.size("XL") and not facets.size("4") <= facets.size("42")
