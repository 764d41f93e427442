"""From logits to probabilities that mean what they say, and from a tolerated error to a threshold.

Pure numbers: knows nothing of nets and files. The threshold is learnt then tested (Angelopoulos et al. 2021): from
strict to loose, the loosest one before the first whose Clopper-Pearson bound on the error passes the limit.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

STRICT = 0.95  # the threshold where too little is known to promise anything
GRID = tuple(round(1 - 0.005 * step, 3) for step in range(1, 160))  # 0.995 … 0.205


@dataclass(frozen=True, slots=True)
class Scaling:
    """Platt scaling: probability = sigmoid(slope * logit + shift)."""

    slope: float = 1.0
    shift: float = 0.0

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-np.clip(self.slope * logits + self.shift, -30, 30)))


@dataclass(frozen=True, slots=True)
class Limit:
    """From which probability on a label is acted on, and what that promises, in words."""

    threshold: float
    promise: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """How one model's logits are read, and how sure it was of which calibration messages."""

    intents: Scaling = Scaling()
    in_scope: Scaling = Scaling()
    # Of each message: the highest probability of any label, and the highest of a wrong one.
    trials: tuple[tuple[float, float], ...] = ()

    def limit(self, max_error: float) -> Limit:
        """The limit for a shop that tolerates this share of errors among what is handled without a person."""
        return limit([best for best, _ in self.trials], [wrong for _, wrong in self.trials], max_error)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Calibration":
        trials = tuple((float(best), float(wrong)) for best, wrong in value["trials"])
        return cls(Scaling(**value["intents"]), Scaling(**value["in_scope"]), trials)


def fit(logits: np.ndarray, labels: np.ndarray, steps: int = 100) -> Scaling:
    """The scaling of least cross-entropy for logits (N,) with labels 0 or 1 (N,), by Newton's method."""
    parameters = np.array([1.0, 0.0])
    features = np.stack((logits, np.ones_like(logits)), 1).astype(float)
    for _ in range(steps):
        guess = 1 / (1 + np.exp(-np.clip(features @ parameters, -30, 30)))
        gradient = features.T @ (guess - labels) + 1e-3 * (parameters - (1, 0))
        curvature = (features * (guess * (1 - guess))[:, None]).T @ features + 1e-3 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        parameters = parameters - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    return Scaling(float(parameters[0]), float(parameters[1]))


# --- the threshold ---------------------------------------------------------------------------------------------------


def binomial_below(errors: int, count: int, rate: float) -> float:
    """Probability of at most `errors` errors among `count` at error rate `rate`."""
    if rate <= 0:
        return 1.0
    if rate >= 1:
        return float(errors >= count)
    logs = [
        math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1)
        + k * math.log(rate) + (count - k) * math.log1p(-rate)
        for k in range(errors + 1)
    ]  # fmt: skip
    return min(1.0, math.fsum(math.exp(value) for value in logs))


def limit(best: Sequence[float], wrong: Sequence[float], max_error: float, delta: float = 0.05) -> Limit:
    """The loosest threshold that keeps the error among handled messages below `max_error`.

    For each calibration message `best` is the highest probability of any label: the message is handled at a threshold
    up to it; `wrong` is the highest of a label that does not apply: up to it the handling is wrong. The first threshold
    tested leaves a quarter of the messages, at least as many as could prove anything: with fewer, one error would end
    the search. That choice looks at `best` alone, so the promise holds.
    """
    sure, spoilt = np.asarray(best, float), np.asarray(wrong, float)
    needed = math.ceil(math.log(delta) / math.log1p(-max_error))  # messages without one error that prove max_error
    found, failed = None, ""
    for threshold in GRID:
        count, errors = int((sure >= threshold).sum()), int((spoilt >= threshold).sum())
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
    return Limit(STRICT, f"cannot promise an error below {max_error:.1%}: {reason}; the stricter default {STRICT} "
                 "is used")  # fmt: skip
