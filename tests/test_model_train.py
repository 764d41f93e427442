"""The recipe from end to end on a handful of lines: seeded, staged, resumable, and it learns."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model import checkpoint, optimise
from model.calibration import Calibration
from model.evaluate import evaluate, table
from model.recipe import TINY
from model.report import html
from model.train import train, train_tiny

LINES = {
    "en/greeting": ["hello", "hi there", "good morning", "hey you"],
    "en/order_status": ["where is my order [10423](order_id)?",
                        "has [SH-20488](order_id) shipped", "track my [shoes](product)"],
    "en/oos": ["what is the weather", "write a poem about cats"],
    "zh/greeting": ["你好", "在吗", "早上好"],
    "zh/order_status": ["订单[10423](order_id)到哪了", "我的[鞋子](product)发货了吗", "查一下物流"],
    "zh/oos": ["今天天气怎么样", "讲个笑话"],
    "other/de": ["wo ist mein paket", "ich möchte das zurückgeben"],
}
PHRASES = '[acts.greet]\nneutral = ["{}"]\n'


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    root = tmp_path_factory.mktemp("training")
    for name, lines in LINES.items():
        (root / "corpus" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "corpus" / f"{name}.txt").write_text("\n".join(lines))
    (root / "phrases").mkdir()
    (root / "phrases" / "en.toml").write_text(PHRASES.format("Hello, this is {shop}."))
    (root / "phrases" / "zh.toml").write_text(PHRASES.format("您好，这里是{shop}。"))
    return {"corpus": root / "corpus", "phrases": [root / "phrases"]}


@pytest.fixture(scope="module")
def trained(inputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_tiny(tmp_path_factory.mktemp("first"), **inputs)


def test_the_same_seed_gives_the_same_weights(inputs, trained: Path, tmp_path: Path):
    assert checkpoint.content_hash(train_tiny(tmp_path, **inputs)) == checkpoint.content_hash(trained)


def test_a_model_goes_on_from_a_base_of_its_shape(inputs, trained: Path, tmp_path: Path):
    out = train_tiny(tmp_path, base=trained, recipe=replace(TINY, steps=1), **inputs)
    was, now = checkpoint.load(trained).net.state_dict(), checkpoint.load(out).net.state_dict()
    assert all((was[name] - now[name]).abs().max() < 0.05 for name in was if name.startswith("encoder."))


def test_another_seed_gives_others(inputs, trained: Path, tmp_path: Path):
    other = train_tiny(tmp_path, recipe=replace(TINY, seed=2), **inputs)
    assert checkpoint.content_hash(other) != checkpoint.content_hash(trained)


def test_a_run_that_broke_off_ends_in_the_same_weights(inputs, trained: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(optimise, "KEEP_EVERY", 10)
    update = optimise.Run.update

    def breaks(run):
        if run.step == 25:
            raise KeyboardInterrupt
        update(run)

    monkeypatch.setattr(optimise.Run, "update", breaks)
    with pytest.raises(KeyboardInterrupt):
        train_tiny(tmp_path, **inputs)
    seen = []
    monkeypatch.setattr(optimise.Run, "update", lambda run: (seen.append(run.step), update(run)))
    train_tiny(tmp_path, **inputs)
    assert seen[0] == 20
    assert checkpoint.content_hash(tmp_path) == checkpoint.content_hash(trained)


@pytest.mark.parametrize(("instructions", "used"), [
    ({"avx2": True, "avx512_bf16": False}, torch.float32), ({"avx2": True, "avx512_bf16": True}, torch.bfloat16),
    ({"neon": True, "bf16": True}, torch.bfloat16), ({"neon": True}, torch.float32),
])  # fmt: skip
def test_bfloat16_is_used_where_the_processor_has_it(instructions, used, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: instructions)
    optimise.has_bfloat16.cache_clear()
    try:
        with optimise.training(replace(TINY, bf16=True)):
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == used
        with optimise.training(replace(TINY, bf16=False)):
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
    finally:
        optimise.has_bfloat16.cache_clear()


def test_a_finished_stage_is_not_done_again(inputs, trained: Path):
    said: list[str] = []
    train(trained, recipe=TINY, exclude=(), threads=1, say=said.append, **inputs)
    assert [line for line in said if line.endswith("already there")] == [
        f"{stage}: already there" for stage in ("tokenizer", "encoder", "further", "decoder")
    ]


def test_no_text_of_a_test_set_is_calibrated_on(inputs, tmp_path: Path, monkeypatch):
    corpus = shutil.copytree(inputs["corpus"], tmp_path / "corpus")
    (corpus / "calibration").mkdir()
    (corpus / "calibration" / "en.jsonl").write_text('{"text": "hello you", "intent": "greeting"}\n'
                                                     '{"text": "has it left", "intent": "order_status"}')  # fmt: skip
    (tmp_path / "en.jsonl").write_text('{"text": "Hello, you!", "intent": "greeting"}')
    seen = []
    monkeypatch.setattr("model.train.calibrate", lambda net, tokenizer, rows: seen.extend(rows) or Calibration())
    train(tmp_path / "out", **inputs | {"corpus": corpus}, exclude=[tmp_path / "en.jsonl"], threads=1,
          recipe=replace(TINY, steps=1, further_steps=1, decoder_steps=1), say=lambda _: None)  # fmt: skip
    assert [one.text for one in seen] == ["has it left"]


def test_the_report_of_a_trained_model(trained: Path, tmp_path: Path):
    file = tmp_path / "en.jsonl"
    rows = [{"text": "hello", "intent": "greeting"}, {
        "text": "where is my order 10423?", "intent": "order_status", "slots": [{"name": "order_id", "value": "10423"}],
    }]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)))
    report = evaluate(trained, [file], 0.05)
    assert set(report["results"]) == {"en", "all"}
    assert report["results"]["en"]["messages"] == 2
    assert report["results"]["en"]["intent_accuracy"]["value"] >= 0.5  # seconds of training, seen texts
    assert "intent_accuracy" in table(report)
    assert "order_status" in html(report)
