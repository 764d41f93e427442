"""From logits to probabilities that mean what they say, and from a tolerated error to a threshold.

Pure numbers: knows nothing of nets and files. The threshold is learnt then tested (Angelopoulos et al. 2021): from
strict to loose, the loosest one before the first whose Clopper-Pearson bound on the error passes the limit.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

PULL = 1e-2  # of the fit of probabilities towards the net's own
STRICT = 0.95  # the threshold where too little is known to promise anything
GRID = tuple(round(1 - 0.005 * step, 3) for step in range(1, 160))  # 0.995 … 0.205


@dataclass(frozen=True, slots=True)
class Scaling:
    """Logistic regression on a few scores (Platt 1999): probability = sigmoid(weights · scores + shift)."""

    weights: tuple[float, ...]
    shift: float = 0.0

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """(…, scores) → (…)"""
        return 1 / (1 + np.exp(-np.clip(scores @ np.array(self.weights) + self.shift, -30, 30)))


@dataclass(frozen=True, slots=True)
class Limit:
    """From which probability on a label is acted on, and what that promises, in words."""

    threshold: float
    promise: str
    kept: bool = True  # False: nothing can be promised, a stricter default holds


class Trial(NamedTuple):
    """How one calibration message would be handled at any threshold."""

    sure: float  # highest probability of a label that can be acted on: up to it the message is handled
    wrong: float  # highest probability of one that does not apply: up to it that one is acted on too
    needed: float  # lowest probability of what had to be acted on: above it something is missed; -1: a slot is wrong

    def handled(self, threshold: float) -> bool:
        return self.sure >= threshold

    def spoilt(self, threshold: float) -> bool:
        """Handled, and not as it should be."""
        return self.handled(threshold) and (self.wrong >= threshold or self.needed < threshold)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How one model's logits are read, and how sure it was of which calibration messages."""

    intents: Scaling = Scaling((1.0, 0.0, 0.0))  # of the highest label: logit, log-share among all, logit by itself
    further: Scaling = Scaling((1.0, 0.0, 0.0))  # likewise of the others, which are there beside it or not
    in_scope: Scaling = Scaling((1.0, 0.0, 0.0))  # of the head's logit, the highest label's, and its log-share
    trials: tuple[Trial, ...] = ()

    def __post_init__(self) -> None:
        if any(len(part.weights) != 3 for part in (self.intents, self.further, self.in_scope)):
            raise ValueError("a scaling is of three scores")

    def labels(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities (labels,) from scores (labels, 3): no other label is likelier than the highest."""
        top = int(scores[:, 0].argmax())
        highest = self.intents(scores[top])
        probabilities = np.minimum(self.further(scores), highest)
        probabilities[top] = highest
        return probabilities

    def limit(self, max_error: float) -> Limit:
        """The limit for a shop that tolerates this share of errors among what is handled without a person."""
        return limit(self.trials, max_error)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Calibration":
        scalings = (Scaling(tuple(part["weights"]), part["shift"])
                    for part in (value["intents"], value["further"], value["in_scope"]))  # fmt: skip
        return cls(*scalings, tuple(Trial(*map(float, trial)) for trial in value["trials"]))


def fit(scores: np.ndarray, labels: np.ndarray, steps: int = 100) -> Scaling:
    """The scaling of least cross-entropy for scores (N, K) with labels 0 or 1 (N,), by damped Newton steps.

    A little pull towards none keeps weights in place where there are few labels or scores say the same.
    """
    middle, spread = scores.mean(0), scores.std(0) + 1e-6
    features = np.concatenate(((scores - middle) / spread, np.ones((len(scores), 1))), 1)
    parameters, signs = np.zeros(features.shape[1]), np.where(labels > 0.5, 1.0, -1.0)

    def cost(at: np.ndarray) -> float:
        return float(np.logaddexp(0, -signs * (features @ at)).sum() + PULL * (at @ at) / 2)

    for _ in range(steps):
        guess = 1 / (1 + np.exp(-np.clip(features @ parameters, -30, 30)))
        gradient = features.T @ (guess - labels) + PULL * parameters
        curvature = (features * (guess * (1 - guess))[:, None]).T @ features + PULL * np.eye(len(parameters))
        step, size = np.linalg.solve(curvature, gradient), 1.0
        while size > 1e-6 and cost(parameters - size * step) > cost(parameters) - 1e-4 * size * float(gradient @ step):
            size /= 2
        parameters = parameters - size * step
        if np.abs(size * step).max() < 1e-8:
            break
    weights = parameters[:-1] / spread
    return Scaling(tuple(map(float, weights)), float(parameters[-1] - weights @ middle))


# --- the threshold ---------------------------------------------------------------------------------------------------


def binomial_below(errors: int, count: int, rate: float) -> float:
    """Probability of at most `errors` errors among `count` at error rate `rate`."""
    if rate <= 0:
        return 1.0
    if rate >= 1:
        return float(errors >= count)
    each, k = _log_factorials(count), np.arange(errors + 1)
    logs = each[count] - each[k] - each[count - k] + k * math.log(rate) + (count - k) * math.log1p(-rate)
    return min(1.0, float(np.exp(logs).sum()))


@lru_cache(maxsize=4096)
def _log_factorials(count: int) -> np.ndarray:
    """(count + 1,): the logarithms of 0! … count!"""
    return np.concatenate(([0.0], np.log(np.arange(1, count + 1)).cumsum()))


def limit(trials: Sequence[Trial] | np.ndarray, max_error: float, delta: float = 0.05) -> Limit:
    """The loosest threshold that keeps the error among handled messages below `max_error`.

    The first threshold tested leaves a quarter of the messages, at least as many as could prove anything: with fewer,
    one error would end the search. That choice looks at how sure the model is alone, so the promise holds.
    """
    table = np.asarray(trials, float).reshape(-1, 3)
    sure, wrong, missed = table[:, 0], table[:, 1], table[:, 2]
    needed = math.ceil(math.log(delta) / math.log1p(-max_error))  # messages without one error that prove max_error
    found, failed = None, ""
    grid = np.array(GRID)[:, None]
    handled = sure >= grid
    spoilt = handled & ((wrong >= grid) | (missed < grid))
    for threshold, count, errors in zip(GRID, handled.sum(1).tolist(), spoilt.sum(1).tolist(), strict=True):
        if count < max(needed, len(sure) / 4):
            continue
        if binomial_below(errors, count, max_error) > delta:  # their Clopper-Pearson bound is above max_error
            failed = f"{errors} errors among the {count} surest calibration messages"
            break
        found = Limit(threshold, f"error among handled messages at most {max_error:.1%} with probability "
                      f"{1 - delta:.0%}, on messages drawn like the calibration set ({count} of {len(sure)} handled, "
                      f"{errors} wrong)")  # fmt: skip
    if found:
        return found
    more = max(0, 4 * needed - len(sure))
    reason = f"about {more} more labelled messages needed" if more else failed or "no message is sure enough"
    reason = reason if len(sure) else "no labelled messages were kept for this alone"
    return Limit(STRICT, f"cannot promise an error below {max_error:.1%}: {reason}; the stricter default {STRICT} "
                 "is used", kept=False)  # fmt: skip


def kept(trials: Sequence[Trial], max_error: float, draws: int = 200) -> float:
    """In which share of calibration sets drawn anew from `trials` the threshold keeps its promise on all of them."""
    table = np.asarray(trials, float).reshape(-1, 3)
    good = 0
    for draw in np.random.default_rng(0).integers(0, len(table), (draws, len(table))):
        found = limit(table[draw], max_error)
        handled = table[:, 0] >= found.threshold
        spoilt = handled & ((table[:, 1] >= found.threshold) | (table[:, 2] < found.threshold))
        good += not found.kept or spoilt.sum() <= max_error * handled.sum()
    return good / draws
