"""What a training sees of the licensed corpora, on invented files of their format: never a text of a test set."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from model.corpora import REPORTED, SOURCES, read_pairs, read_reported, read_source, read_translations
from model.data import DataError
from model.material import gather
from model.tokenizer import key

ROW = {"source": "x", "lang": "en", "split": "train"}


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    file = folder / f"{name}.jsonl.gz"
    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for source in SOURCES:
        write(tmp_path, f"intents/{source}", [ROW | {"text": f"{source} in common", "intent": "a"}])
    write(tmp_path, "intents/clinc150", [
        ROW | {"text": "Play a song for Ann!", "intent": "play_music",
               "spans": [{"slot": "who", "start": 16, "end": 19}]},
        ROW | {"text": "what is the moon", "intent": "oos", "oos": True, "domain": "oos"},
        ROW | {"text": "wake me", "intent": "alarm", "split": "test"},
    ])  # fmt: skip
    write(tmp_path, "intents/banking77", [
        ROW | {"text": "WAKE me!", "intent": "b"}, ROW | {"text": "my card", "intent": "b"},
        ROW | {"text": "play a song for ann", "intent": "c", "split": "test"},
    ])  # fmt: skip
    for lang, text in (("en", "wake me at nine"), ("zh", "九点叫醒我")):
        row = ROW | {"text": text, "intent": "alarm", "lang": lang, "pair_id": "1"}
        write(tmp_path, f"intents/massive_{lang}", [row])
    for source in ("star", "taskmaster3", "taskmaster4", "cucom_ecommerce"):
        turns = ["wake me", "good morning"]
        if source == "star":
            turns = ["where is my parcel", "", "it is on its way", "ok"]
        write(tmp_path, f"dialogues/{source}", [{"split": "train", "turns": [{"text": text} for text in turns]}])
    return tmp_path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name, text in (("en/greeting", "hello\nwake me"), ("zh/greeting", "你好")):
        (tmp_path / "corpus" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "corpus" / f"{name}.txt").write_text(text)
    return tmp_path / "corpus"


def test_rows_keep_their_spans_and_are_known_to_be_foreign(data: Path):
    song, moon = read_source(data, "clinc150")
    assert song.spans == [("who", 16, 19)]
    assert moon.intents == ("oos", "oos")


def test_turns_that_follow_one_another_are_pairs_unless_they_say_nothing(data: Path):
    assert read_pairs(data, "star") == [("where is my parcel", "it is on its way")]


def test_translations_come_in_pairs(data: Path):
    assert read_translations(data) == [("wake me at nine", "九点叫醒我")]


def test_no_text_of_a_published_or_own_test_set_is_trained_on(data: Path, corpus: Path, tmp_path: Path):
    own = tmp_path / "en.jsonl"
    own.write_text(json.dumps({"text": "My CARD", "intent": "oos"}))
    found = gather(corpus, data, [own])
    assert read_reported(data) == {key("wake me"), key("Play a song for Ann")}
    texts = {key(one.text) for one in (*found.examples, *found.borrowed)} | {key(text) for pair in found.pairs
                                                                             for text in pair}  # fmt: skip
    assert not texts & {key("wake me"), key("play a song for Ann!"), key("my card")}
    assert key("hello") in texts and key("what is the moon") in texts


def test_the_base_leaves_whole_corpora_out(data: Path, corpus: Path):
    found = gather(corpus, data, [], ("banking77", "massive_en", "massive_zh"))
    assert not {one.source for one in found.borrowed} & {"banking77", "massive_en", "massive_zh"}
    assert ("wake me at nine", "九点叫醒我") not in found.pairs
    assert set(REPORTED) >= {"banking77"}


def test_a_missing_file_is_named_with_its_repository_and_commit(tmp_path: Path):
    with pytest.raises(DataError, match=r"snips\.jsonl\.gz is missing: sonos/nlu-benchmark@[0-9a-f]{40}"):
        read_source(tmp_path, "snips")
