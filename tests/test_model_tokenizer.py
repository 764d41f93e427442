"""Text ↔ pieces: nothing is unknown, and every offset points into the text as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_model_tiny import tiny_tokenizer

from model.features import describe, ngrams
from model.tokenizer import key, normalise, traditional

HARD = [
    "", "where's my Parcel SH-20488??", "訂單10423送達了嗎😀 ＯＫ", "Hi 👨‍👩‍👧 ÀÉÎ ẞ İstanbul", "𠮷野家",
    "a  b\n\tc", "{order_id} x {nope}", "ﬁn",
]  # fmt: skip


@pytest.mark.parametrize("text", HARD)
def test_pieces_cover_the_text_in_order(text: str):
    pieces = tiny_tokenizer().encode(text)
    assert all(0 <= start < end <= len(text) for start, end in zip(pieces.starts, pieces.ends, strict=True))
    assert pieces.starts == sorted(pieces.starts)
    covered = {at for start, end in zip(pieces.starts, pieces.ends, strict=True) for at in range(start, end)}
    assert all(at in covered for at, character in enumerate(text) if not character.isspace())


@given(st.text(max_size=60))
def test_normalising_keeps_the_length(text: str):
    assert len(normalise(text)) == len(text)


@given(st.text(max_size=40).filter(lambda text: text == " ".join(text.split()) and text.isprintable()))
def test_a_reply_comes_back_with_its_capitals_and_spaces(text: str):
    tokenizer = tiny_tokenizer()
    assert tokenizer.decode(tokenizer.encode(text, cased=True).ids) == text


def test_width_script_and_case_do_not_matter():
    assert normalise("ＯＫ 訂單 Order") == "ok 订单 order"
    assert key("Where's  my ORDER?!") == key("wheres my order".replace("wheres", "where's"))
    assert tiny_tokenizer().encode("訂單").ids == tiny_tokenizer().encode("订单").ids


def test_digits_and_chinese_characters_stand_alone():
    pieces = tiny_tokenizer().encode("订单10423")
    assert [end - start for start, end in zip(pieces.starts, pieces.ends, strict=True)] == [1] * 7


def test_a_placeholder_is_one_piece():
    tokenizer = tiny_tokenizer()
    assert tokenizer.words("订单{order_id}。")[2] == [tokenizer.id("{order_id}")]


def test_traditional_chinese_is_told_from_simplified():
    assert traditional("訂單什麼時候到")
    assert not traditional("订单什么时候到")
    assert not traditional("你好")


def test_an_ngram_bag_outlives_a_typo():
    right, wrong = set(ngrams("delivered", 1 << 20)), set(ngrams("delievred", 1 << 20))
    assert len(right & wrong) >= 4


def test_order_numbers_of_one_pattern_look_alike():
    assert ngrams("sh-20488,", 256) == ngrams("sh-99999", 256)


def test_every_piece_is_described():
    text = "Hello WORLD 订单 42"
    pieces = tiny_tokenizer().encode(text)
    grams, shapes = describe(text, pieces, 256)
    assert len(grams) == len(shapes) == len(pieces)
    assert all(grams)
    assert {2, 3, 0} <= set(shapes)
