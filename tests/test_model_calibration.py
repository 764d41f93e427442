"""Probabilities that mean what they say, and thresholds that keep their promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.calibration import STRICT, Calibration, Scaling, Trial, binomial_below, fit, kept, limit
from model.evaluate import auroc, calibration_error, calibration_error_by_chance, wilson


@pytest.mark.parametrize(("errors", "count", "bound"), [
    (0, 10, 0.2589), (1, 10, 0.3942), (0, 100, 0.0295), (3, 100, 0.0757), (5, 50, 0.1990), (10, 1000, 0.0169),
])  # fmt: skip
def test_the_tabled_one_sided_clopper_pearson_bounds(errors: int, count: int, bound: float):
    assert binomial_below(errors, count, bound) == pytest.approx(0.05, abs=2e-3)


@given(st.integers(0, 40), st.integers(1, 200), st.floats(0.01, 0.98), st.floats(0.001, 0.01))
def test_so_few_errors_grow_unlikely_as_the_rate_grows(errors: int, more: int, rate: float, step: float):
    count = errors + more
    before, after = (binomial_below(errors, count, value) for value in (rate, rate + step))
    assert 0 <= after <= before + 1e-9 <= 1 + 1e-9


def trials(sure, wrong, needed=None) -> list[Trial]:
    """Messages that are handled rightly but for `wrong`, unless something `needed` is less sure."""
    return [Trial(*row) for row in zip(sure, wrong, sure if needed is None else needed, strict=True)]


def test_the_threshold_is_the_loosest_before_the_first_that_fails():
    best = np.linspace(0.3, 0.999, 2000)
    found = limit(trials(best, np.where(best < 0.6, best, 0.0)), 0.03)
    count, errors = int((best >= found.threshold).sum()), int(((best >= found.threshold) & (best < 0.6)).sum())
    assert 0.5 < found.threshold < 0.6
    assert binomial_below(errors, count, 0.03) <= 0.05
    assert "at most" in found.promise


def test_a_second_label_that_does_not_apply_is_an_error_too():
    best, other = np.linspace(0.5, 0.999, 2000), np.linspace(0.3, 0.799, 2000)
    assert limit(trials(best, np.zeros(2000)), 0.03).threshold < 0.51
    assert limit(trials(best, other), 0.03).threshold > 0.78


def test_a_request_that_is_not_seen_is_an_error_and_a_wrong_slot_is():
    best = np.linspace(0.5, 0.999, 2000)
    assert limit(trials(best, np.zeros(2000), best - 0.3), 0.03).threshold == STRICT
    assert limit(trials(best, np.zeros(2000), np.where(best < 0.8, -1.0, best)), 0.03).threshold > 0.78
    assert Trial(0.9, 0.2, 0.9).spoilt(0.85) is False
    assert [Trial(0.9, 0.2, 0.6).spoilt(threshold) for threshold in (0.5, 0.7, 0.95)] == [False, True, False]


def test_a_tolerant_shop_gets_a_looser_threshold():
    generator = np.random.default_rng(1)
    best = generator.uniform(0, 1, 3000)
    calibration = Calibration(trials=tuple(Trial(b, b * (generator.uniform() < 0.12 * (1 - b)), b) for b in best))
    limits = [calibration.limit(share).threshold for share in (0.03, 0.045, 0.1)]
    assert limits == sorted(limits, reverse=True) and len(set(limits)) == 3


def test_too_little_data_promises_nothing():
    found = limit(trials([0.99] * 50, [0.0] * 50), 0.03)
    assert found.threshold == STRICT
    assert "more labelled messages needed" in found.promise


def test_the_promise_holds_over_calibration_sets():
    """Over many sets drawn alike, the true error passes 5 % in about one set of twenty at most."""
    generator, broken = np.random.default_rng(0), 0
    true_error = lambda lowest: np.mean(0.5 * (1 - np.linspace(lowest, 1, 2000)))  # noqa: E731
    for _ in range(200):
        scores = generator.uniform(0, 1, 400)
        wrong = np.where(generator.uniform(0, 1, 400) < 0.5 * (1 - scores), scores, 0.0)
        found = limit(trials(scores, wrong), 0.05)
        broken += "at most" in found.promise and true_error(found.threshold) > 0.05
    assert broken <= 18


def test_the_promise_is_kept_in_nearly_all_sets_drawn_anew():
    generator = np.random.default_rng(3)
    sure = generator.uniform(0, 1, 800)
    wrong = np.where(generator.uniform(0, 1, 800) < 0.4 * (1 - sure), sure, 0.0)
    assert kept(trials(sure, wrong), 0.05, draws=80) >= 0.93


def test_platt_scaling_finds_the_slope_and_shift_the_data_came_from():
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 3, 20_000)
    labels = generator.uniform(size=20_000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
    found = fit(np.stack((logits, generator.normal(size=20_000)), 1), labels.astype(float))
    assert found.weights == (pytest.approx(0.5, abs=0.03), pytest.approx(0, abs=0.05))
    assert found.shift == pytest.approx(-1, abs=0.06)


def test_calibration_round_trip():
    scalings = (Scaling((0.5, 0.1, 0.0), 1.0), Scaling((0.4, 0.2, 0.1), 0.5), Scaling((2.0, 0.0, 1.0), -1.0))
    calibration = Calibration(*scalings, (Trial(0.9, 0.1, 0.8),))
    assert Calibration.from_json(calibration.to_json()) == calibration


def test_auroc_counts_ties_half():
    assert auroc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == pytest.approx(0.75)
    assert auroc([1, 1, 1, 1], [True, False, True, False]) == pytest.approx(0.5)


def test_calibration_error_of_an_honest_model_is_small():
    generator = np.random.default_rng(0)
    confidence = generator.uniform(size=20_000)
    assert calibration_error(confidence, generator.uniform(size=20_000) < confidence) < 0.02
    assert calibration_error([0.9] * 100, [False] * 100) == pytest.approx(0.9)


def test_few_messages_show_an_error_where_there_is_none():
    confidence = np.random.default_rng(1).uniform(0.5, 1.0, 600)
    few, many = calibration_error_by_chance(confidence), calibration_error_by_chance(np.tile(confidence, 30))
    assert 0.03 < few < 0.07 and many < 0.012


def test_wilson_interval_holds_the_share():
    assert wilson(8, 10)["low"] == pytest.approx(0.490, abs=1e-3)
    assert wilson(8, 10)["high"] == pytest.approx(0.943, abs=1e-3)
