"""The net: shapes, no look-ahead, and the same answer cached or not, padded or not, in a batch or alone."""

import pytest
import torch
from test_model_tiny import TEXTS, tiny_model

from model.batch import Row, collate, line, request_line
from model.labels import tags
from model.understand import logits, understand

ROWS = [Row(text) for text in TEXTS[:5]] + [
    Row("42", "size", (("system", "Which size would you like?"),)), Row(""), Row("😀😀"), Row("the second one " * 40),
    Row("是的", "confirm", (("user", "取消订单"), ("system", "确定要取消吗？"))),
]  # fmt: skip


def _lines(rows: list[Row]):
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
    model = tiny_model()
    together = dict(logits(model, _lines(ROWS), batch=len(ROWS)))
    for at, one in enumerate(_lines(ROWS)):
        [(_, alone)] = logits(model, [one])
        assert torch.allclose(torch.tensor(together[at].intents), torch.tensor(alone.intents), atol=1e-4)
        assert torch.allclose(torch.tensor(together[at].tags), torch.tensor(alone.tags), atol=1e-4)
        assert together[at].in_scope == pytest.approx(alone.in_scope, abs=1e-4)


def _memory():
    model = tiny_model()
    lines = [request_line("greet", ["shop"], "en", "neutral", [], model.tokenizer, model.config),
             request_line("done:cancel_order", ["order_id", "amount"], "zh", "warm", [("user", "please")],
                          model.tokenizer, model.config)]  # fmt: skip
    return model.net.remember(collate(lines, model.tokenizer))


def test_the_decoder_does_not_look_ahead():
    net, memory = tiny_model().net, _memory()
    ids = torch.randint(0, net.config.pieces, (2, 9))
    changed = ids.clone()
    changed[:, 5:] = torch.randint(0, net.config.pieces, (2, 4))
    before, _ = net.write(ids, memory)
    after, _ = net.write(changed, memory)
    assert torch.allclose(before[:, :5], after[:, :5], atol=1e-5)
    assert not torch.allclose(before[:, 5:], after[:, 5:], atol=1e-3)


def test_cached_is_uncached():
    net, memory = tiny_model().net, _memory()
    ids = torch.randint(0, net.config.pieces, (2, 7))
    whole, _ = net.write(ids, memory)
    cache, steps = None, []
    for at in range(7):
        logit, cache = net.write(ids[:, at : at + 1], memory, cache)
        steps.append(logit)
    assert torch.allclose(torch.cat(steps, 1), whole, atol=1e-4)


def test_padding_does_not_reach_the_decoder():
    model = tiny_model()
    short = request_line("greet", ["shop"], "en", "neutral", [], model.tokenizer, model.config)
    alone = model.net.remember(collate([short], model.tokenizer))
    ids = torch.tensor([[model.tokenizer.bos, 5]])
    first, _ = model.net.write(ids, alone)
    both, _ = model.net.write(ids.repeat(2, 1), _memory())
    assert torch.allclose(first[0], both[0], atol=1e-4)


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
