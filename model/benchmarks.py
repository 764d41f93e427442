"""The figures on published test sets: each training and score is one function, each stands beside its peer.

Splits as published; thresholds and choices on validation rows alone. The base of all of them (`train_base`) has seen
neither BANKING77 nor HWU64 nor MASSIVE. Peers that can be run are run beside ours (extra `bench`: scikit-learn).
"""

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from model import checkpoint
from model.batch import Row, line
from model.corpora import read_source
from model.data import OWN, Example
from model.evaluate import auroc, interval, wilson
from model.labels import OOS
from model.nlg import DOMAINS, rnnlg
from model.optimise import has_bfloat16
from model.peers import peer
from model.stages import Say
from model.tune import Tuning, tune
from model.understand import logits, understand

RECALL = 0.80  # of out-of-scope messages, on validation rows: the operating point on CLINC150


def clinc150(data: Path, base: Path, out: Path, *, threads: int = 2, say: Say = print) -> dict[str, Any]:
    """In-scope accuracy and out-of-scope recall at one operating point (Larson et al. 2019, oos-train)."""
    began = time.monotonic()
    rows, held, test = (_own(data, "clinc150", split) for split in ("train", "val", "test"))
    tuned = tune(rows, out, base=base, validation=held, tuning=Tuning(alone=True, epochs=16), threads=threads, say=say)
    model = checkpoint.load(tuned.folder)

    def outside(examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray, list[str]]:
        answers = understand(model, [one.row for one in examples])
        tops = [next(name for name, _ in answer.intents if name != OOS) for answer in answers]
        return np.array([1 - answer.in_scope for answer in answers]), np.array(
            [one.intents[0] == OOS for one in examples]), tops  # fmt: skip

    scores, foreign, _ = outside(held)
    limit = float(np.quantile(scores[foreign], 1 - RECALL))
    scores, foreign, tops = outside(test)
    right = np.array([top == one.intents[0] for top, one in zip(tops, test, strict=True)])
    return _figures(began, tuned.folder, {
        "in_scope_accuracy": wilson(int((right & (scores < limit))[~foreign].sum()), int((~foreign).sum())),
        "oos_recall": wilson(int((scores[foreign] >= limit).sum()), int(foreign.sum())),
        "oos_auroc": interval(len(test), lambda some: auroc(scores[some], foreign[some])),
        "in_scope_accuracy_without_threshold": wilson(int(right[~foreign].sum()), int((~foreign).sum())),
    })  # fmt: skip


def banking77(data: Path, base: Path, out: Path, *, threads: int = 2, say: Say = print) -> dict[str, Any]:
    """Accuracy with all training rows (the published training set, our validation cut included)."""
    rows = [*_own(data, "banking77", "train"), *_own(data, "banking77", "val")]
    return _accuracy(data, "banking77", rows, base, out, Tuning(alone=True, epochs=12, held_out=0.1), threads, say)


def few_examples(data: Path, base: Path, out: Path, *, threads: int = 2, say: Say = print) -> dict[str, Any]:
    """Accuracy on the full test sets of BANKING77 and HWU64 with ten examples an intent."""
    return {source: _accuracy(data, source, _own(data, f"{source}_train_10", "train_10"), base, out / source,
                              Tuning(alone=True), threads, say)
            for source in ("banking77", "hwu64")}  # fmt: skip


def snips(data: Path, base: Path, out: Path, *, threads: int = 2, say: Say = print) -> dict[str, Any]:
    """Slot F1 (exact spans) and intent accuracy."""
    began = time.monotonic()
    rows, held, test = (_own(data, "snips", split) for split in ("train", "val", "test"))
    tuning = Tuning(alone=True, epochs=20, dropout=0.25)
    tuned = tune(rows, out, base=base, validation=held, tuning=tuning, threads=threads, say=say)
    answers = understand(checkpoint.load(tuned.folder), [one.row for one in test])
    found = [{(span.name, span.start, span.end) for span in answer.slots} for answer in answers]
    wanted = [set(one.spans) for one in test]
    counts = np.array([(len(a & b), len(a), len(b)) for a, b in zip(found, wanted, strict=True)])

    def f1(some: np.ndarray) -> float:
        right, guessed, there = counts[some].sum(0)
        return 2 * right / (guessed + there)

    right = sum(next(name for name, _ in answer.intents if name != OOS) == one.intents[0]
                for answer, one in zip(answers, test, strict=True))  # fmt: skip
    return _figures(began, tuned.folder, {"slot_f1": interval(len(test), f1),
                                          "intent_accuracy": wilson(right, len(test))})  # fmt: skip


def replies(data: Path, base: Path, out: Path, *, threads: int = 2, say: Say = print) -> dict[str, Any]:
    """BLEU and slot errors on RNNLG laptop and tv, by nets of their own that rest on no base."""
    del base, out
    return {domain: rnnlg(data, domain, threads=threads, say=say) | {"machine": _machine()} for domain in DOMAINS}


BENCHMARKS: dict[str, Callable[..., dict[str, Any]]] = {
    "clinc150": clinc150, "banking77": banking77, "few": few_examples, "snips": snips, "replies": replies,
}  # fmt: skip


def _own(data: Path, source: str, split: str) -> list[Example]:
    """Rows of a corpus as a shop's own: their first label alone."""
    return [replace(one, source=OWN, intents=one.intents[:1]) for one in read_source(data, source, split)]


def _accuracy(
    data: Path, source: str, rows: list[Example], base: Path, out: Path, tuning: Tuning, threads: int, say: Say
) -> dict[str, Any]:
    began = time.monotonic()
    tuned = tune(rows, out, base=base, tuning=tuning, threads=threads, say=say)
    model, test = checkpoint.load(tuned.folder), _own(data, source, "test")
    lines = [line(Row(one.text), model.tokenizer, model.config) for one in test]
    right = sum(model.config.intents[int(raw.intents.argmax())] == test[at].intents[0]
                for at, raw in logits(model, lines))  # fmt: skip
    figures = {"accuracy": wilson(right, len(test))}
    return _figures(began, tuned.folder, figures) | {"peer": peer(rows, test)}


def _figures(began: float, folder: Path, figures: dict[str, Any]) -> dict[str, Any]:
    return figures | {
        "seconds": round(time.monotonic() - began), "model": checkpoint.content_hash(folder), "seed": Tuning().seed,
        "machine": _machine(),
    }  # fmt: skip


def _machine() -> str:
    number = "bfloat16" if has_bfloat16() else "float32"
    return f"{platform.machine()}, trained in {number}, {torch.get_num_threads()} threads, torch {torch.__version__}"
