"""Tags → spans: always well formed, never half a word."""

import numpy as np
import pytest
from test_model_tiny import tiny_model, tiny_tokenizer

from model import crf
from model.batch import Row, line
from model.data import parse
from model.labels import SLOTS, tags
from model.objective import bio
from model.understand import Span, spans

TAGS = tags(SLOTS)


def _places(names: list[str]) -> list[int]:
    return [TAGS.index(name) for name in names]


def test_an_inside_tag_never_stands_without_its_begin():
    numbers = np.random.default_rng(1)
    scores, moves = numbers.normal(size=(200, len(TAGS))), numbers.normal(size=2 * (len(TAGS),))
    path = [TAGS[at] for at in crf.best(scores, moves)]
    for before, here in zip(["O", *path], path, strict=False):
        assert not here.startswith("I-") or before[2:] == here[2:]


def test_no_pieces_no_tags():
    assert crf.best(np.zeros((0, len(TAGS))), np.zeros(2 * (len(TAGS),))) == []


@pytest.mark.parametrize("written", [
    "where is order [10423](order_id) with the [blue shoes](product)?", "把[白色](color)换成[黑色](new_color)，谢谢",
    "訂單[10423](order_id)什麼時候到😀", "[42](size)",
])  # fmt: skip
def test_spans_survive_the_way_through_tags(written: str):
    example, model = parse(written, "order_status", "en"), tiny_model()
    one = line(example.row, model.tokenizer, model.config)
    found = spans(example.text, one, _places(bio(example.spans, one)), SLOTS)
    assert [(span.name, span.start, span.end) for span in found] == example.spans


def test_a_span_is_widened_to_whole_words():
    text = "unbelievable shoes"
    one = line(Row(text), tiny_tokenizer(), tiny_model().config)
    names = ["O"] * len(one.pieces)
    names[1] = "B-product"  # somewhere inside the first word
    assert spans(text, one, _places(names), SLOTS) == [Span("product", "unbelievable", 0, 12)]


@pytest.mark.parametrize(("text", "slot", "value"), [
    ("it is SH-20488, please", "order_id", "SH-20488"), ("订单号A1B2-77到了吗", "order_id", "A1B2-77"),
    ("whereismyorder10423", "order_id", "10423"), ("cancelorder10423please", "order_id", "10423"),
    ("mail k.olsen@fern-mail.test.", "email", "k.olsen@fern-mail.test"), ("size 42-44", "size", "42"),
])  # fmt: skip
def test_a_code_is_taken_whole(text: str, slot: str, value: str):
    one = line(Row(text), tiny_tokenizer(), tiny_model().config)
    names = ["O"] * len(one.pieces)
    at = text.index(value) + (1 if slot == "email" else 0)
    names[next(place for place, start in enumerate(one.pieces.starts) if start >= at)] = f"B-{slot}"
    if slot == "size":
        names[names.index("B-size") + 1] = "I-size"
    assert [span.value for span in spans(text, one, _places(names), SLOTS)] == [value]
