"""How good a model is on labelled messages, with 95 % intervals; and the fit of its probabilities.

Right = inside the row's accept-set. A slot counts when name and value are the labelled ones.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from model import checkpoint
from model.batch import line
from model.calibration import Calibration, Scaling, fit
from model.checkpoint import Model
from model.data import Labelled, read_labelled
from model.labels import OOS
from model.tokenizer import Tokenizer
from model.transformer import Transformer
from model.understand import Understood, logits, understand

BINS = 15
RESAMPLES = 1_000


def evaluate(model_dir: Path, files: Sequence[Path], max_error: float) -> dict[str, Any]:
    """Score a model on rows in the format of tests/heldout: one report per language, and one for all.

    `max_error`: the share of errors that a shop tolerates among handled messages; it decides the threshold.
    Raises CheckpointError, or DataError naming file and line.
    """
    model = checkpoint.load(model_dir)
    limit = model.calibration.limit(max_error)
    rows = read_labelled(files)
    answers = understand(model, [one.row for one in rows])
    groups = {language: [at for at, one in enumerate(rows) if one.language == language]
              for language in sorted({one.language for one in rows})}  # fmt: skip
    groups = {name: chosen for name, chosen in groups.items() if chosen} | {"all": list(range(len(rows)))}
    return {
        "model": model.hash, "threshold": limit.threshold, "promise": limit.promise,
        "files": [str(file) for file in files],
        "results": {name: _report([rows[at] for at in chosen], [answers[at] for at in chosen],
                                  limit.threshold)
                    for name, chosen in groups.items()},
    }  # fmt: skip


def table(report: dict[str, Any]) -> str:
    """The figures of `evaluate` as lines of text."""
    results = report["results"]
    names = [name for name in next(iter(results.values())) if not name.startswith("per_")]
    out = [f"model {report['model']}, threshold {report['threshold']:.3f}: {report['promise']}",
           " " * 26 + "".join(f"{group:>26}" for group in results)]  # fmt: skip
    for name in names:
        cells = []
        for group in results.values():
            value = group[name]
            if isinstance(value, dict):
                cells.append(f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]")
            else:
                cells.append(f"{value}")
        out.append(f"{name:26}" + "".join(f"{cell:>26}" for cell in cells))
    return "\n".join(out)


# --- one group of rows -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """What counts of one row."""

    right: bool
    confidence: float
    sure: float  # the highest probability of a label that could be acted on
    misled: float  # the highest of one that does not apply
    top: str
    intent: str
    out_of_scope: float
    slots_right: Counter[str]  # by name: found with the labelled name and value
    slots_found: Counter[str]
    slots_labelled: Counter[str]
    language_right: bool
    extra_right: int
    extra_labelled: int


def judge(row: Labelled, answer: Understood) -> Judged:
    top, confidence = answer.intents[0]
    wanted = Counter((name, _plain(value)) for name, value in row.slots)
    found = Counter((span.name, _plain(span.value)) for span in answer.slots)
    likely = {name for name, probability in answer.intents if probability >= 0.5}
    return Judged(
        top in row.accept, confidence, highest(answer), highest(answer, {*row.accept, *row.extra}), top, row.intent,
        1 - answer.in_scope, _names(wanted & found), _names(found), _names(wanted),
        answer.language.split("-")[0] == row.language, len(likely & set(row.extra)), len(row.extra),
    )  # fmt: skip


def highest(answer: Understood, apart_from: Collection[str] = ()) -> float:
    """The highest probability of a label apart from these; "oos" asks for nothing and does not count."""
    return max(probability for name, probability in answer.intents if name != OOS and name not in apart_from)


def _names(slots: Counter[tuple[str, str]]) -> Counter[str]:
    return Counter(name for name, _ in slots.elements())


def _plain(value: str) -> str:
    return value.strip(" .,!?#。，！？").casefold()


def _report(rows: Sequence[Labelled], answers: Sequence[Understood], limit: float) -> dict[str, Any]:
    judged = [judge(row, answer) for row, answer in zip(rows, answers, strict=True)]
    handled = [one for one in judged if one.sure >= limit]
    right, found, labelled = (sum((getattr(one, f"slots_{what}") for one in judged), Counter())
                              for what in ("right", "found", "labelled"))  # fmt: skip
    return {
        "messages": len(judged),
        "intent_accuracy": wilson(sum(one.right for one in judged), len(judged)),
        "slot_value_accuracy": wilson(right.total(), labelled.total()),
        "slot_precision": wilson(right.total(), found.total()),
        "slot_f1": resampled(judged, _f1),
        "oos_auroc": resampled(judged, lambda some: auroc([one.out_of_scope for one in some],
                                                          [one.intent == OOS for one in some])),
        "calibration_error": resampled(judged, lambda some: calibration_error([one.confidence for one in some],
                                                                              [one.right for one in some])),
        "language_accuracy": wilson(sum(one.language_right for one in judged), len(judged)),
        "extra_intents_found": wilson(sum(one.extra_right for one in judged),
                                      sum(one.extra_labelled for one in judged)),
        "handled": wilson(len(handled), len(judged)),
        "error_among_handled": wilson(sum(one.misled >= limit for one in handled), len(handled)),
        "per_intent": {intent: [sum(one.right for one in judged if one.intent == intent), count]
                       for intent, count in sorted(Counter(one.intent for one in judged).items())},
        "per_slot": {slot: [right[slot], found[slot], labelled[slot]] for slot in sorted(labelled | found)},
    }  # fmt: skip


def _f1(judged: Sequence[Judged]) -> float:
    right = sum(one.slots_right.total() for one in judged)
    total = sum(one.slots_found.total() + one.slots_labelled.total() for one in judged)
    return 2 * right / total if total else math.nan


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Chance that a positive scores above a negative; nan without both."""
    values, positive = np.asarray(scores, float), np.asarray(labels, bool)
    if positive.all() or not positive.any():
        return math.nan
    distinct, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    del distinct
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]  # ties share their mean rank
    count = positive.sum()
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * (len(values) - count)))


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error over bins of equal mass."""
    order = np.argsort(np.asarray(confidences), kind="stable")
    values, hits = np.asarray(confidences, float)[order], np.asarray(right, float)[order]
    bins = [part for part in np.array_split(np.arange(len(values)), BINS) if len(part)]
    return float(sum(abs(values[part].mean() - hits[part].mean()) * len(part) for part in bins) / max(1, len(values)))


def wilson(hits: int, count: int) -> dict[str, float]:
    """A share with its 95 % interval (Wilson)."""
    if not count:
        return {"value": math.nan, "low": math.nan, "high": math.nan}
    z, share = 1.96, hits / count
    centre = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return {"value": share, "low": (centre - spread) / scale, "high": (centre + spread) / scale}


def resampled(judged: Sequence[Judged], figure: Callable[[Sequence[Judged]], float]) -> dict[str, float]:
    """A figure with its 95 % interval over resamples of the rows, the same ones every time."""
    draws = np.random.default_rng(0).integers(0, len(judged), (RESAMPLES, len(judged)))
    values = np.array([figure([judged[at] for at in draw]) for draw in draws])
    if np.isnan(values).all():
        return {"value": figure(judged), "low": math.nan, "high": math.nan}
    low, high = np.nanpercentile(values, (2.5, 97.5))
    return {"value": figure(judged), "low": float(low), "high": float(high)}


# --- calibration -----------------------------------------------------------------------------------------------------


def calibrate(net: Transformer, tokenizer: Tokenizer, rows: Sequence[Labelled]) -> Calibration:
    """Fit probabilities on labelled rows nobody trained on; `net` is already rounded to fp16."""
    if not rows:
        return Calibration()
    model = Model(net, tokenizer, Calibration(), "")
    lines = [line(one.row, tokenizer, net.config) for one in rows]
    scores: list[float] = []
    labels: list[bool] = []
    scope = np.zeros(len(rows))
    for at, raw in logits(model, lines):
        scope[at] = raw.in_scope
        named, best = {rows[at].intent, *rows[at].extra}, int(raw.intents.argmax())
        for place, name in enumerate(net.config.intents):
            # Another label that counts as right is neither true nor false, unless it is what the model would say.
            if name in named or name not in rows[at].accept or place == best:
                scores.append(float(raw.intents[place]))
                labels.append(name in named or name in rows[at].accept)
    fair = [at for at, one in enumerate(rows) if (one.intent == OOS) == (OOS in one.accept)]
    in_scope = fit(scope[fair], np.array([rows[at].intent != OOS for at in fair], float))
    fitted = Calibration(_rising(fit(np.array(scores), np.array(labels, float))), _rising(in_scope))
    answers = understand(Model(net, tokenizer, fitted, ""), [one.row for one in rows])
    judged = map(judge, rows, answers)
    return replace(fitted, trials=tuple((round(one.sure, 4), round(one.misled, 4)) for one in judged))


def _rising(scaling: Scaling) -> Scaling:
    """A scaling that keeps the order, even where the data would turn it round (a net that has learnt nothing)."""
    return scaling if scaling.slope > 0 else Scaling()
