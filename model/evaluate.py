"""How good a model is on labelled messages, with 95 % intervals; and the fit of its probabilities.

Right = inside the row's accept-set. A slot counts when name and value are the labelled ones.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from model import checkpoint
from model.batch import line
from model.calibration import Calibration, Scaling, Trial, fit, kept
from model.checkpoint import Model
from model.data import DataError, Labelled, read_labelled
from model.labels import OOS, REQUIRED
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
    names, rows = [str(file) for file in files], read_labelled(files)
    if not rows:
        raise DataError(f"no labelled messages in {', '.join(names) or 'no file'}")
    return evaluate_rows(checkpoint.load(model_dir), rows, max_error, names)


def evaluate_rows(model: Model, rows: Sequence[Labelled], max_error: float, origin: Sequence[str]) -> dict[str, Any]:
    """The same for rows at hand; `origin` says where they are from."""
    limit = model.calibration.limit(max_error)
    answers = understand(model, [one.row for one in rows])
    groups = {language: [at for at, one in enumerate(rows) if one.language == language]
              for language in sorted({one.language for one in rows})}  # fmt: skip
    groups = {name: chosen for name, chosen in groups.items() if chosen} | {"all": list(range(len(rows)))}
    judged = [judge(row, answer) for row, answer in zip(rows, answers, strict=True)]
    chosen = {name: [judged[at] for at in places] for name, places in groups.items()}
    return {
        "model": model.hash, "threshold": limit.threshold, "promise": limit.promise, "max_error": max_error,
        "promise_kept": kept(model.calibration.trials, max_error) if model.calibration.trials else None,
        "files": list(origin),
        "results": {name: _figures(some, limit.threshold) for name, some in chosen.items()},
        "details": {name: _details(some) for name, some in chosen.items()},
    }  # fmt: skip


def table(report: dict[str, Any]) -> str:
    """The figures of `evaluate` as lines of text."""
    results = report["results"]
    names = list(next(iter(results.values())))
    out = [f"model {report['model']}, threshold {report['threshold']:.3f}: {report['promise']}",
           " " * 26 + "".join(f"{group:>26}" for group in results)]  # fmt: skip
    for name in names:
        out.append(f"{name:26}" + "".join(f"{_cell(group[name]):>26}" for group in results.values()))
    for peer, scored in report.get("peer", {}).items():
        out += [f"{peer}: {scored}"] if isinstance(scored, str) else [
            f"{peer}, {group}: {name} {_cell(value)}"
            for group, figures in scored.items() for name, value in figures.items()]  # fmt: skip
    return "\n".join(out)


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return f"{shown(value['value'])} [{shown(value['low'])}, {shown(value['high'])}]"
    return shown(value)


def shown(value: float | None) -> str:
    """A figure as people read it; a dash where there was nothing to count."""
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else f"{value}"


# --- one group of rows -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """What counts of one row."""

    text: str
    tags: tuple[str, ...]
    right: bool  # the top label is in the accept-set of the main intent
    asked_for: bool  # … or a further intent of the message
    confidence: float
    trial: Trial
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
    wanted = Counter((name, plain(value)) for name, value in row.slots)
    found = Counter((span.name, plain(span.value)) for span in answer.slots)
    likely = {name for name, probability in answer.intents if probability >= 0.5}
    return Judged(
        row.row.text, row.tags, top in row.accept, top in row.accept or top in row.extra, confidence,
        trial(row, answer), top, row.intent, 1 - answer.in_scope, _names(wanted & found), _names(found),
        _names(wanted), answer.language.split("-")[0] == row.language, len(likely & set(row.extra)), len(row.extra),
    )  # fmt: skip


def trial(row: Labelled, answer: Understood) -> Trial:
    """How the message would be handled: "oos" asks for nothing, so it is never acted on, and nothing is needed."""
    known = {name: probability for name, probability in answer.intents if name != OOS}
    right = {*row.accept, *row.extra}
    wrong = max((probability for name, probability in known.items() if name not in right), default=0.0)
    main = 1.0 if OOS in row.accept else max((known.get(name, 0.0) for name in row.accept), default=0.0)
    needed = min((main, *(known.get(name, 0.0) for name in row.extra if name != OOS)))
    return Trial(max(known.values()), wrong, needed if _required_right(row, answer) else -1.0)


def _required_right(row: Labelled, answer: Understood) -> bool:
    """Whether the slots that an action on this message would rest on are found as labelled."""
    required = {slot for intent in (row.intent, *row.extra) for slot in REQUIRED.get(intent, ())}
    return all({plain(value) for slot, value in row.slots if slot == name}
               == {plain(span.value) for span in answer.slots if span.name == name} for name in required)  # fmt: skip


def _names(slots: Counter[tuple[str, str]]) -> Counter[str]:
    return Counter(name for name, _ in slots.elements())


def plain(value: str) -> str:
    return value.strip(" .,!?#。，！？").casefold()


def _figures(judged: Sequence[Judged], limit: float) -> dict[str, Any]:
    handled = [one for one in judged if one.trial.handled(limit)]
    right, found, labelled = (table.total() for table in _slots(judged))
    slots = np.array([[one.slots_right.total(), one.slots_found.total() + one.slots_labelled.total()]
                      for one in judged])  # fmt: skip
    foreign, outside = np.array([[one.out_of_scope, one.intent == OOS] for one in judged]).T
    sure, hits = np.array([[one.confidence, one.right] for one in judged]).T
    return {
        "messages": len(judged),
        "intent_accuracy": wilson(sum(one.right for one in judged), len(judged)),
        "top_label_asked_for": wilson(sum(one.asked_for for one in judged), len(judged)),
        "slot_value_accuracy": wilson(right, labelled),
        "slot_precision": wilson(right, found),
        "slot_f1": interval(len(judged), lambda some: _f1(*slots[some].sum(0))),
        "oos_auroc": interval(len(judged), lambda some: auroc(foreign[some], outside[some])),
        "calibration_error": interval(len(judged), lambda some: calibration_error(sure[some], hits[some])),
        "calibration_error_by_chance": calibration_error_by_chance(sure),
        "language_accuracy": wilson(sum(one.language_right for one in judged), len(judged)),
        "extra_intents_found": wilson(sum(one.extra_right for one in judged),
                                      sum(one.extra_labelled for one in judged)),
        "handled": wilson(len(handled), len(judged)),
        "error_among_handled": wilson(sum(one.trial.spoilt(limit) for one in handled), len(handled)),
    }  # fmt: skip


def _slots(judged: Sequence[Judged]) -> list[Counter[str]]:
    """How many values of each slot were right, found and labelled."""
    return [sum((getattr(one, f"slots_{what}") for one in judged), Counter())
            for what in ("right", "found", "labelled")]  # fmt: skip


def _details(judged: Sequence[Judged]) -> dict[str, Any]:
    """What a report draws: tables by intent, slot and tag, who is taken for whom, reliability, risk, mistakes.

    A label of the accept-set counts as the row's own.
    """
    said = Counter((one.intent, one.intent if one.right else one.top) for one in judged)
    rows, columns = Counter(one.intent for one in judged), Counter[str]()
    for (_, top), count in said.items():
        columns[top] += count
    right, found, labelled = _slots(judged)
    tags = Counter(tag for one in judged for tag in one.tags)
    curve = sorted((one.trial for one in judged), key=lambda trial: -trial.sure)
    wrong = np.cumsum([trial.spoilt(trial.sure) for trial in curve])
    return {
        "per_intent": {intent: {"right": said[intent, intent], "labelled": rows[intent], "said": columns[intent]}
                       for intent in sorted(rows | columns)},
        "confusion": [[wanted, top, count] for (wanted, top), count in said.most_common() if wanted != top],
        "per_slot": {slot: {"right": right[slot], "labelled": labelled[slot], "said": found[slot]}
                     for slot in sorted(labelled | found)},
        "per_tag": {tag: {"right": sum(one.right for one in judged if tag in one.tags), "labelled": count}
                    for tag, count in tags.most_common() if count >= 5},
        "reliability": bins([one.confidence for one in judged], [one.right for one in judged]),
        "risk_coverage": [[(at + 1) / len(curve), int(wrong[at]) / (at + 1), curve[at].sure]
                          for at in range(0, len(curve), max(1, len(curve) // 100))],
        "mistakes": [{"text": one.text, "wanted": one.intent, "got": one.top, "confidence": one.confidence}
                     for one in sorted(judged, key=lambda one: -one.confidence) if not one.right][:25],
    }  # fmt: skip


def _f1(right: int, found_and_labelled: int) -> float:
    return 2 * right / found_and_labelled if found_and_labelled else math.nan


def auroc(scores: Sequence[float] | np.ndarray, labels: Sequence[bool] | np.ndarray) -> float:
    """Chance that a positive scores above a negative; nan without both."""
    values, positive = np.asarray(scores, float), np.asarray(labels, bool)
    if positive.all() or not positive.any():
        return math.nan
    distinct, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    del distinct
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]  # ties share their mean rank
    count = positive.sum()
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * (len(values) - count)))


def calibration_error(confidences: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray) -> float:
    """Expected calibration error over bins of equal mass."""
    parts = bins(confidences, right)
    return sum(abs(said - true) * count for said, true, count in parts) / max(1, sum(count for *_, count in parts))


def calibration_error_by_chance(confidences: Sequence[float] | np.ndarray) -> float:
    """What `calibration_error` would be, on average, if every confidence were exactly right: finite bins err too."""
    values = np.asarray(confidences, float)
    draws = np.random.default_rng(0).random((200, len(values))) < values
    return float(np.mean([calibration_error(values, draw) for draw in draws])) if len(values) else math.nan


def bins(
    confidences: Sequence[float] | np.ndarray, right: Sequence[bool] | np.ndarray
) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, messages) of bins of equal mass, least sure first."""
    order = np.argsort(np.asarray(confidences), kind="stable")
    values, hits = np.asarray(confidences, float)[order], np.asarray(right, float)[order]
    return [(float(values[part].mean()), float(hits[part].mean()), len(part))
            for part in np.array_split(np.arange(len(values)), BINS) if len(part)]  # fmt: skip


Figure = dict[str, float | None]  # value, low, high; None where there was nothing to count


def wilson(hits: int, count: int) -> Figure:
    """A share with its 95 % interval (Wilson)."""
    if not count:
        return {"value": None, "low": None, "high": None}
    z, share = 1.96, hits / count
    centre = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return {"value": share, "low": (centre - spread) / scale, "high": (centre + spread) / scale}


def interval(count: int, figure: Callable[[np.ndarray], float]) -> Figure:
    """A figure of the rows at some places, with its 95 % interval over resamples, the same ones every time."""
    draws = np.random.default_rng(0).integers(0, count, (RESAMPLES, count))
    values, whole = np.array([figure(draw) for draw in draws]), float(figure(np.arange(count)))
    low, high = np.nanpercentile(values, (2.5, 97.5)) if not np.isnan(values).all() else (math.nan, math.nan)
    return {"value": or_none(whole), "low": or_none(low), "high": or_none(high)}


def or_none(value: float) -> float | None:
    """A number, None for nan: JSON knows none."""
    return None if math.isnan(value) else float(value)


# --- calibration -----------------------------------------------------------------------------------------------------


def calibrate(net: Transformer, tokenizer: Tokenizer, rows: Sequence[Labelled]) -> Calibration:
    """Fit probabilities on labelled rows nobody trained on; `net` is already rounded to fp16."""
    if not rows:
        return Calibration()
    model = Model(net, tokenizer, Calibration(), "")
    lines = [line(one.row, tokenizer, net.config) for one in rows]
    first: list[tuple[np.ndarray, bool]] = []
    further: list[tuple[np.ndarray, bool]] = []
    scope = np.zeros((len(rows), 3))
    for at, raw in logits(model, lines):
        scope[at], scores = raw.scope_scores(), raw.label_scores()
        named, best = {rows[at].intent, *rows[at].extra}, int(raw.intents.argmax())
        for place, name in enumerate(net.config.intents):
            if place == best:
                first.append((scores[place], name in named or name in rows[at].accept))
            elif name in named or name not in rows[at].accept:  # another label that counts as right is neither
                further.append((scores[place], name in named))
    fair = [at for at, one in enumerate(rows) if (one.intent == OOS) == (OOS in one.accept)]
    served = np.array([rows[at].intent != OOS for at in fair], float)
    # Where nothing is out of scope, nobody can tell: all is taken to be in scope.
    in_scope = fit(scope[fair], served) if 0 < served.mean() < 1 else Scaling((0.0, 0.0, 0.0), 30.0)
    fitted = Calibration(_fitted(first), _fitted(further), in_scope)
    answers = understand(Model(net, tokenizer, fitted, ""), [one.row for one in rows])
    return replace(fitted, trials=tuple(Trial(*(round(value, 4) for value in trial(row, answer)))
                                        for row, answer in zip(rows, answers, strict=True)))  # fmt: skip


def _fitted(told: Sequence[tuple[np.ndarray, bool]]) -> Scaling:
    """A scaling that goes up with the logits, even where the data would turn it round (a net that learnt nothing)."""
    labels = np.array([right for _, right in told], float)
    if not 0 < labels.mean() < 1:
        return Scaling((1.0, 0.0, 0.0))
    scaling = fit(np.array([scores for scores, _ in told]), labels)
    return scaling if scaling.weights[0] + scaling.weights[2] > 0 else Scaling((1.0, 0.0, 0.0))
