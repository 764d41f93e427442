"""A shop's own intents: read, held out, trained on top of a tiny base; and the linear model beside the net."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model import checkpoint, lexical, mixture, tune
from model.batch import Row
from model.calibration import STRICT
from model.checkpoint import Model
from model.data import OWN, DataError, Example
from model.labels import INTENTS
from model.optimise import Run
from model.own import read_own, split
from model.tokenizer import key
from model.tune import Tuning
from model.understand import understand
from tests.test_model_tiny import tiny_model

ROWS = [
    *((f"please wrap the {thing} as a present", "gift_wrap") for thing in ("mug", "lamp", "scarf", "kite", "ring")),
    *((f"which {thing} workshop can I join", "workshop") for thing in ("clay", "wood", "paint", "knit", "print")),
    *((f"{thing} 天气怎么样", "oos") for thing in ("北京", "上海", "明天", "周末")),
]
QUICK = Tuning(alone=True, fewest=24, epochs=1, batch=8, rate=5e-3)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    model = tiny_model()
    checkpoint.save(tmp_path / "base", model.net, model.tokenizer, model.calibration)
    return tmp_path / "base"


@pytest.fixture(autouse=True)
def small_linear_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixture, "BUCKETS", 2_048)


def rows() -> list[Example]:
    return [Example(((text, ""),), (intent,), "en", source=OWN) for text, intent in ROWS]


@pytest.mark.parametrize("name", ["own.csv", "own.jsonl"])
def test_both_formats_say_the_same(tmp_path: Path, name: str):
    lines = ["wrap [two](quantity) mugs|gift_wrap", "包装一下|gift_wrap", "bow on it|gift_wrap"]
    lines += [f"join number {at}|workshop" for at in range(3)]
    as_csv = "text,intent\n" + "\n".join(line.replace("|", ",") for line in lines)
    as_json = "\n".join(json.dumps(dict(zip(("text", "intent"), line.split("|"), strict=True))) for line in lines)
    (tmp_path / name).write_text(as_csv if name.endswith("csv") else as_json, encoding="utf-8")
    found = read_own(tmp_path / name)
    assert [(one.text, one.intents[0], one.language) for one in found[:2]] == [
        ("wrap two mugs", "gift_wrap", "en"), ("包装一下", "gift_wrap", "zh"),
    ]  # fmt: skip
    assert found[0].spans == [("quantity", 5, 8)]


@pytest.mark.parametrize(("content", "said"), [
    ("text;intent\n", "the first line must name the columns"),
    ("text,intent\nhello,greet\nhi,greet\nhey,greet\n", "at least two"),
    ("text,intent\nhello,greet\nhi,greet\nhey,greet\nbye,leave\n", "write at least 3"),
    ("text,intent\n ,greet\n", "own.csv:2: the text is empty"),
    ("text,intent\nhello,<b>\n", "cannot be an intent's name"),
])  # fmt: skip
def test_a_bad_file_is_named_with_what_to_do(tmp_path: Path, content: str, said: str):
    (tmp_path / "own.csv").write_text(content)
    with pytest.raises(DataError, match=said):
        read_own(tmp_path / "own.csv")


def test_every_intent_is_held_out_and_learnt():
    rest, held = split(rows(), 0.15)
    assert {one.intents for one in held} == {one.intents for one in rest} == {(intent,) for _, intent in ROWS}
    assert sorted(one.text for one in (*rest, *held)) == sorted(text for text, _ in ROWS)


def test_own_intents_alone_are_learnt_and_saved(base: Path, tmp_path: Path):
    done = tune.tune(rows(), tmp_path / "own", base=base, tuning=QUICK, threads=1, say=lambda _: None)
    model = checkpoint.load(done.folder)
    assert model.config.intents == ("gift_wrap", "workshop")
    answers = understand(model, [Row("wrap the teapot as a present"), Row("can I join the clay workshop")])
    assert [max(answer.intents[:2], key=lambda one: one[1] if one[0] != "oos" else 0)[0] for answer in answers] == [
        "gift_wrap", "workshop",
    ]  # fmt: skip
    assert "messages held out" in (done.folder / "report.html").read_text()


def test_messages_that_chose_the_weights_promise_nothing(base: Path, tmp_path: Path):
    done = tune.tune(rows(), tmp_path / "own", base=base, tuning=replace(QUICK, epochs=0, fewest=1), threads=1,
                     say=lambda _: None)  # fmt: skip
    for tolerated in (0.03, 0.2, 0.45):
        found = checkpoint.load(done.folder).calibration.limit(tolerated)
        assert (found.threshold, found.kept) == (STRICT, False)
        assert "no labelled messages were kept for this alone" in found.promise
    assert "cannot promise an error below 3.0%" in (done.folder / "report.html").read_text()


def test_a_broken_off_tuning_goes_on_and_ends_in_the_same_weights(base: Path, tmp_path: Path, monkeypatch):
    whole = tune.tune(rows(), tmp_path / "whole", base=base, tuning=QUICK, threads=1, say=lambda _: None)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(mixture, "mixed", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        tune.tune(rows(), tmp_path / "broken", base=base, tuning=QUICK, threads=1, say=lambda _: None)
    said: list[str] = []
    again = tune.tune(rows(), tmp_path / "broken", base=base, tuning=QUICK, threads=1, say=said.append)
    assert "first: already there" in said
    assert checkpoint.content_hash(again.folder) == checkpoint.content_hash(whole.folder)


def scripted(monkeypatch: pytest.MonkeyPatch, *accuracies: float) -> list[float]:
    """What each evaluation finds, the last one again and again; returns what was found so far."""
    found: list[float] = []
    monkeypatch.setattr(tune, "_accuracy", lambda *_: found.append(accuracies[min(len(found), len(accuracies) - 1)])
                        or found[-1])  # fmt: skip
    return found


def breaks_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    update = Run.update

    def broken(run: Run, **options: bool) -> None:
        if run.step == step:
            raise KeyboardInterrupt
        update(run, **options)

    monkeypatch.setattr(Run, "update", broken)


def test_the_first_phase_ends_when_it_gets_no_better_and_keeps_its_best(base: Path, tmp_path: Path, monkeypatch):
    found = scripted(monkeypatch, 0.5, 0.9, 0.1)
    done = tune.tune(rows(), tmp_path / "own", base=base, tuning=QUICK, threads=1, say=lambda _: None)
    assert found[:-1] == [0.5, 0.9, 0.1, 0.1, 0.1]  # of 12; the last is the finished model's
    assert done.steps == 2 * 24 // tune.EVALUATIONS


@pytest.mark.parametrize("step", [7, 9], ids=["after an evaluation", "just before the end"])
def test_a_phase_that_broke_off_still_knows_its_best(base: Path, tmp_path: Path, monkeypatch, step: int):
    with monkeypatch.context() as patch:
        scripted(patch, 0.5, 0.9, 0.1)
        whole = tune.tune(rows(), tmp_path / "whole", base=base, tuning=QUICK, threads=1, say=lambda _: None)
    found = scripted(monkeypatch, 0.5, 0.9, 0.1)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        breaks_at(patch, step)
        tune.tune(rows(), tmp_path / "broken", base=base, tuning=QUICK, threads=1, say=lambda _: None)
    again = tune.tune(rows(), tmp_path / "broken", base=base, tuning=QUICK, threads=1, say=lambda _: None)
    assert found[:-1] == [0.5, 0.9, 0.1, 0.1, 0.1]
    assert checkpoint.content_hash(again.folder) == checkpoint.content_hash(whole.folder)


def test_own_intents_join_ours_unless_alone(base: Path, tmp_path: Path):
    corpus = tmp_path / "corpus"
    for language, text in (("en", "where is my parcel"), ("zh", "我的包裹到哪了")):
        (corpus / language).mkdir(parents=True)
        (corpus / language / "order_status.txt").write_text(text)
    done = tune.tune(rows(), tmp_path / "own", base=base, tuning=replace(QUICK, alone=False, fewest=4, rehearsed=2),
                     corpus=corpus, threads=1, say=lambda _: None)  # fmt: skip
    assert checkpoint.load(done.folder).config.intents == (*INTENTS, "gift_wrap", "workshop")


def test_of_ours_no_text_of_a_test_set_is_learnt_or_calibrated_on(base: Path, tmp_path: Path, monkeypatch):
    for name, text in (("corpus/en/order_status.txt", "Where is my parcel?\ntrack it"),
                       ("corpus/zh/order_status.txt", "包裹到哪了"),
                       ("corpus/calibration/en.jsonl", '{"text": "where is my parcel", "intent": "order_status"}\n'
                                                       '{"text": "has it left", "intent": "order_status"}'),
                       ("test/en.jsonl", '{"text": "where is MY parcel", "intent": "order_status"}')):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    seen: set[str] = set()
    learn, calibrate = tune.learn, tune.calibrate
    monkeypatch.setattr(tune, "learn", lambda *given: (seen.update(key(one.text) for one in given[4]), learn(*given)))
    monkeypatch.setattr(tune, "calibrate", lambda *given: (seen.update(key(one.text) for one in given[2]),
                                                           calibrate(*given))[1])  # fmt: skip
    tune.tune(rows(), tmp_path / "own", base=base, tuning=replace(QUICK, alone=False, epochs=0, fewest=2),
              corpus=tmp_path / "corpus", exclude=[tmp_path / "test/en.jsonl"], threads=1,
              say=lambda _: None)  # fmt: skip
    assert key("has it left") in seen and key("Where is my parcel?") not in seen


def test_a_known_intent_keeps_its_weights_in_a_grown_net():
    start = tiny_model()
    config = replace(start.config, intents=(*start.config.intents, "gift_wrap"), slots=(*start.config.slots, "ribbon"))
    grown = tune._grown(start, config)
    known = len(start.config.intents)
    assert torch.equal(grown.heads.intents.weight[:known], start.net.heads.intents.weight)
    assert torch.equal(grown.heads.tags.weight[: 2 * len(start.config.slots) + 1], start.net.heads.tags.weight)


# --- the linear model ------------------------------------------------------------------------------------------------


def test_the_linear_model_learns_and_knows_nothing_of_what_it_never_saw():
    texts = [text for text, intent in ROWS if intent != "oos"]
    labels = torch.tensor([[float(intent == name) for name in ("gift_wrap", "workshop")]
                           for _, intent in ROWS if intent != "oos"])  # fmt: skip
    model = lexical.fit([lexical.features(text, 1 << 16) for text in texts], labels, 2, 1 << 16)
    asked = ("wrap it as a present", "a workshop", "ξψω")
    scores = model(*lexical.bags([lexical.features(text, 1 << 16) for text in asked]))
    assert scores[0, 0] > scores[0, 1] and scores[1, 1] > scores[1, 0]
    assert torch.allclose(scores[2], model.bias)


def test_features_ignore_case_width_script_and_which_digits():
    assert lexical.features("Order 123！訂單", 4096) == lexical.features("order 987! 订单", 4096)


def test_the_linear_model_is_added_to_the_net():
    start = tiny_model()
    net = tune._grown(start, replace(start.config, lexical=64)).requires_grad_(False)
    model = Model(checkpoint.rounded(net), start.tokenizer, start.calibration, "")
    before = understand(model, [Row("where is it")])[0]
    net.heads.lexical.bias[0] = 8.0
    after = understand(model, [Row("where is it")])[0]
    name = start.config.intents[0]
    assert dict(after.intents)[name] > dict(before.intents)[name] + 0.3
