"""A net of the right shape with random weights, built in milliseconds, for the other tests; and its way to disk."""

import json
from functools import cache
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from bot.errors import ModelError
from model import checkpoint
from model.batch import Row, collate, line
from model.calibration import Calibration, Scaling, Trial
from model.checkpoint import CheckpointError, Model
from model.interpreter import load_model
from model.tokenizer import Tokenizer, train_tokenizer
from model.transformer import Config, Transformer

TEXTS = [
    "where is my order 10423?", "I want to send the blue shoes back", "订单什么时候到？", "我要退货，谢谢",
    "cancel it please",
] * 3  # fmt: skip
PHRASES = {
    ("greet", "en"): {"neutral": ("Hello, welcome to {shop}.", "Hi there! How can I help?")},
    ("greet", "zh"): {"neutral": ("您好，欢迎来到{shop}。", "您好！请问有什么可以帮您？")},
    ("done:cancel_order", "en"): {"neutral": ("Order {order_id} is cancelled.", "Done, {amount} goes back to you.")},
}
REPLIES = [text for tones in PHRASES.values() for texts in tones.values() for text in texts]


@cache
def tiny_tokenizer() -> Tokenizer:
    return train_tokenizer(TEXTS, REPLIES * 2, 600)


@cache
def tiny_model(seed: int = 0, message_length: int = 64, lexical: int = 0) -> Model:
    torch.manual_seed(seed)
    config = Config(pieces=tiny_tokenizer().size, width=32, heads=2, inner=48, encoder_layers=2, decoder_layers=2,
                    buckets=256, lexical=lexical, languages=("en", "zh", "de"), message_length=message_length,
                    context_length=12, reply_length=40)  # fmt: skip
    net = Transformer(config)
    for untrained in (net.encoder.grams, net.heads.lexical):  # these begin at zero, which would say nothing here
        if untrained is not None:
            torch.nn.init.normal_(untrained.weight, std=0.2)
    if net.heads.lexical is not None:
        net.heads.lexical.idf.fill_(1.5)
    net = checkpoint.rounded(net)
    scalings = (Scaling((0.7, 0.1, 0.0), -0.1), Scaling((0.6, 0.2, 0.1), -0.2), Scaling((1.2, 0.0, 0.0), 0.3))
    fitted = Calibration(*scalings, (Trial(0.9, 0.2, 0.9),))
    return Model(net, tiny_tokenizer(), fitted, "tiny")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = tiny_model()
    checkpoint.save(tmp_path / "weights", model.net, model.tokenizer, model.calibration)
    return tmp_path / "weights"


def test_a_model_comes_back_from_disk_as_it_went(folder: Path):
    before, after = tiny_model(), checkpoint.load(folder)
    inputs = collate([line(Row("where is 42?", "size"), before.tokenizer, before.config)], before.tokenizer)
    assert after.config == before.config
    assert after.calibration == before.calibration
    assert torch.equal(after.net.read(inputs).intents, before.net.read(inputs).intents)
    assert after.hash == checkpoint.content_hash(folder)


def test_the_hash_names_the_content(folder: Path):
    before = checkpoint.content_hash(folder)
    (folder / checkpoint.CALIBRATION).write_text((folder / checkpoint.CALIBRATION).read_text().replace("0.9", "0.95"))
    assert checkpoint.content_hash(folder) != before


@pytest.mark.parametrize("name", [checkpoint.WEIGHTS, checkpoint.CONFIG, checkpoint.TOKENIZER, checkpoint.CALIBRATION])
@pytest.mark.parametrize("damage", ["missing", "cut", "nonsense"])
def test_a_missing_or_damaged_file_is_named(folder: Path, name: str, damage: str):
    file = folder / name
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2] if damage == "cut" else b"{\"x\": 1}")
    with pytest.raises(CheckpointError, match=name):
        checkpoint.load(folder)


def permuted(written: dict) -> dict:
    names = list(written["model"]["vocab"])
    return {**written, "model": {**written["model"], "vocab": {name: at for at, name in enumerate(reversed(names))}}}


def of_one_score(written: dict) -> dict:
    return {**written, "intents": {"weights": [0.7], "shift": 0.0}}


@pytest.mark.parametrize(("name", "change", "said"), [
    (checkpoint.CONFIG, lambda written: {**written, "width": 64}, "different models"),
    (checkpoint.CONFIG, lambda written: {**written, "heads": 4}, "different models"),
    (checkpoint.CONFIG, lambda written: {**written, "heads": 3}, "32 cannot be cut into 3 heads"),
    (checkpoint.CONFIG, lambda written: {**written, "intents": written["intents"][::-1]}, "different models"),
    (checkpoint.TOKENIZER, permuted, "different models"),
    (checkpoint.CALIBRATION, lambda written: {**written, "trials": []}, "different models"),
    (checkpoint.CALIBRATION, of_one_score, "three scores"),
], ids=["width", "heads", "no heads", "intents", "pieces", "trials", "scores"])  # fmt: skip
def test_a_file_of_another_model_is_refused_and_named(folder: Path, name: str, change, said: str):
    file = folder / name
    file.write_text(json.dumps(change(json.loads(file.read_text()))))
    with pytest.raises(CheckpointError, match=f"{name}.*{said}"):
        checkpoint.load(folder)


def test_weights_that_name_no_files_are_refused(folder: Path):
    save_file(load_file(folder / checkpoint.WEIGHTS), folder / checkpoint.WEIGHTS)
    with pytest.raises(CheckpointError, match="different models"):
        checkpoint.load(folder)


def test_weights_of_another_shape_are_refused(folder: Path):
    with safe_open(folder / checkpoint.WEIGHTS, "pt") as opened:
        named = opened.metadata()
    weights = load_file(folder / checkpoint.WEIGHTS)
    save_file({name: tensor[:1].contiguous() for name, tensor in weights.items()}, folder / checkpoint.WEIGHTS, named)
    with pytest.raises(CheckpointError, match=r"model\.safetensors is damaged"):
        checkpoint.load(folder)


def test_the_assistant_sees_its_own_error(tmp_path: Path):
    with pytest.raises(ModelError, match=r"model\.safetensors is missing; train one with"):
        load_model(tmp_path)
