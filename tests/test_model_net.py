"""The net: shapes, no look-ahead, and the same answer cached or not, padded or not, in a batch or alone."""

from random import Random

import pytest
import torch
from test_model_tiny import TEXTS, tiny_model

from model import checkpoint
from model.batch import Line, Row, collate, line, request_line
from model.data import CORPUS, read_labelled
from model.labels import SLOTS, TONES, tags
from model.layers import rotary, rotate
from model.understand import logits, understand

ROWS = [Row(text) for text in TEXTS[:5]] + [
    Row("42", "size", (("system", "Which size would you like?"),)), Row(""), Row("😀😀"), Row("the second one " * 40),
    Row("是的", "confirm", (("user", "取消订单"), ("system", "确定要取消吗？"))),
]  # fmt: skip


FRAGMENTS = (
    "where is my order ", "I want to send back ", "the blue shoes ", "cancel it, ", "size 42-44 ", "SH-20488 ",
    "plz!! ", "k.olsen@fern-mail.test ", "don't ", "ÉTÉ ", "😀", "订单", "什么时候到？", "我要退货，", "謝謝",
    "１２", "三件", "\n", "x",
)  # fmt: skip
MANY, LONGEST = 500, 128


def _varied(seed: int = 0) -> list[Row]:
    """Messages in both languages of 1 to LONGEST pieces, with and without history and question."""
    dice, tokenizer, rows = Random(seed), tiny_model().tokenizer, []
    for number in range(MANY):
        text = "".join(dice.choices(FRAGMENTS, k=LONGEST))
        text = text[: tokenizer.encode(text).ends[number % LONGEST]]
        history = tuple((dice.choice(("user", "system")), "".join(dice.choices(FRAGMENTS, k=dice.randint(1, 9))))
                        for _ in range(dice.choice((0, 0, 1, 2, 3))))  # fmt: skip
        rows.append(Row(text, dice.choice(("", "confirm", *SLOTS)), history))
    return dice.sample(rows, len(rows))


def _lines(rows: list[Row]) -> list[Line]:
    model = tiny_model()
    return [line(row, model.tokenizer, model.config) for row in rows]


def test_heads_have_the_shapes_of_the_inventory():
    model = tiny_model()
    inputs = collate(_lines(ROWS), model.tokenizer)
    reading = model.net.read(inputs)
    assert reading.intents.shape == (len(ROWS), 37)
    assert reading.in_scope.shape == (len(ROWS),)
    assert reading.languages.shape == (len(ROWS), len(model.config.languages))
    assert reading.tags.shape == (*inputs.ids.shape, len(tags(model.config.slots)))


def test_batched_and_padded_is_single():
    model = tiny_model(0, LONGEST, lexical=512)
    lines = [line(row, model.tokenizer, model.config) for row in (*ROWS, *_varied())]
    assert {1, LONGEST} <= {len(one.pieces) for one in lines}
    size = 25
    with torch.inference_mode():
        for start in range(0, len(lines), size):  # short and long ones together
            chosen = lines[start : start + size]
            together = model.net.read(collate(chosen, model.tokenizer))
            for place, one in enumerate(chosen):
                alone = model.net.read(collate([one], model.tokenizer))
                for name in ("intents", "in_scope", "languages", "pooled", "sentence"):
                    assert torch.allclose(getattr(together, name)[place], getattr(alone, name)[0], atol=1e-4), name
                assert torch.allclose(together.tags[place, : len(one)], alone.tags[0], atol=1e-4)


def test_labels_and_slots_are_the_same_in_a_batch_and_alone():
    model, rows = tiny_model(0, LONGEST, lexical=512), [*ROWS, *_varied(1)]
    for row, answer in zip(rows, understand(model, rows), strict=True):
        [alone] = understand(model, [row])
        assert (answer.intents[0][0], answer.slots, answer.language) == (
            alone.intents[0][0], alone.slots, alone.language,
        )  # fmt: skip
        assert dict(answer.intents) == pytest.approx(dict(alone.intents), abs=1e-4)
        assert answer.in_scope == pytest.approx(alone.in_scope, abs=1e-4)


def test_the_shipped_weights_answer_the_same_in_a_batch_and_alone():
    model = checkpoint.load(checkpoint.SHIPPED)
    rows = [one.row for one in read_labelled(sorted((CORPUS / "calibration").glob("*.jsonl")))][::4]
    assert len(rows) >= 500 and any(row.history for row in rows) and any(row.expects for row in rows)
    for row, answer in zip(rows, understand(model, rows), strict=True):
        [alone] = understand(model, [row])
        assert (answer.slots, answer.language) == (alone.slots, alone.language)
        assert dict(answer.intents) == pytest.approx(dict(alone.intents), abs=1e-5)
        assert answer.in_scope == pytest.approx(alone.in_scope, abs=1e-5)


def _requests() -> list[Line]:
    """What the decoder is told, for MANY varied requests."""
    model, dice = tiny_model(), Random(2)
    return [
        request_line(dice.choice(("greet", "done:cancel_order", "inform:order/open")),
                     dice.sample(["shop", "order_id", "amount", "day"], dice.randint(0, 4)), dice.choice(("en", "zh")),
                     dice.choice(TONES), row.history, model.tokenizer, model.config)
        for row in _varied(3)
    ]  # fmt: skip


def test_the_decoder_is_the_same_cached_padded_or_in_a_batch_and_does_not_look_ahead():
    model, dice, requests, size = tiny_model(), Random(4), _requests(), 10
    net = model.net
    torch.manual_seed(4)
    with torch.inference_mode():
        for start in range(0, MANY, size):
            chosen, length = requests[start : start + size], dice.randint(2, 40)
            memory = net.remember(collate(chosen, model.tokenizer))
            ids = torch.randint(0, net.config.pieces, (size, length))
            whole, _ = net.write(ids, memory)
            for row, one in enumerate(chosen):  # alone and without padding
                alone, _ = net.write(ids[row : row + 1], net.remember(collate([one], model.tokenizer)))
                assert torch.allclose(alone[0], whole[row], atol=1e-4)
            at, cache, runs = 0, None, []
            while at < length:  # piece by piece, and in runs of several
                run = dice.choice((1, 1, 2, 3, 7))
                logit, cache = net.write(ids[:, at : at + run], memory, cache)
                runs.append(logit)
                at += run
            assert torch.allclose(torch.cat(runs, 1), whole, atol=1e-4)
            later = dice.randrange(1, length)
            changed = ids.clone()
            changed[:, later:] = (changed[:, later:] + 1) % net.config.pieces
            after, _ = net.write(changed, memory)
            assert torch.allclose(after[:, :later], whole[:, :later], atol=1e-5)
            assert not torch.allclose(after[:, later:], whole[:, later:], atol=1e-3)


def test_the_decoder_scores_chosen_pieces_as_among_all():
    model, pieces = tiny_model(), torch.tensor([7, 3, 300])
    table = model.net.encoder.pieces.weight
    states = torch.randn(2, 5, model.config.width)
    whole = model.net.decoder.logits(states, table)
    assert torch.allclose(model.net.decoder.logits(states, table, pieces), whole[..., pieces], atol=1e-5)


def test_context_is_read():
    model = tiny_model()
    bare, asked = logits(model, _lines([Row("42"), Row("42", "size")]))
    assert not torch.allclose(torch.tensor(bare[1].intents), torch.tensor(asked[1].intents), atol=1e-3)


def test_understanding_has_every_label_and_true_offsets():
    model = tiny_model()
    for row, answer in zip(ROWS, understand(model, ROWS), strict=True):
        names = [name for name, _ in answer.intents]
        assert sorted(names) == sorted((*model.config.intents, "oos"))
        assert [p for _, p in answer.intents] == sorted((p for _, p in answer.intents), reverse=True)
        assert dict(answer.intents)["oos"] == pytest.approx(1 - answer.in_scope)
        assert all(row.text[span.start : span.end] == span.value != "" for span in answer.slots)


def test_a_very_long_message_is_read_at_both_ends():
    model = tiny_model()
    text = "x " * 2500 + "订单"
    one = line(Row(text), model.tokenizer, model.config)
    assert len(one.pieces) == model.config.message_length
    assert one.pieces.starts[0] == 0
    assert one.pieces.ends[-1] == len(text) == 5002
    [answer] = understand(model, [Row(text)])
    assert all(text[span.start : span.end] == span.value for span in answer.slots)


def test_what_was_first_read_may_be_trained_on_afterwards():
    with torch.inference_mode():
        rotary(193, 8)
    x = torch.ones(1, 193, 1, 8, requires_grad=True)
    rotate(x, rotary(193, 8)).sum().backward()
    assert x.grad is not None
