"""The CRF over tags: its loss against a sum over all paths, its best path against all paths."""

from itertools import product

import numpy as np
import pytest
import torch

from model import crf

COUNT = 5  # "O" and two slots


def _case(seed: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    numbers = np.random.default_rng(seed)
    return numbers.normal(size=(length, COUNT)) * 2, numbers.normal(size=(COUNT, COUNT))


def _total(scores: np.ndarray, moves: np.ndarray, path: tuple[int, ...]) -> float:
    moves = moves + crf.allowed(COUNT)
    before = (0, *path)
    return sum(scores[at, tag] + moves[before[at], tag] for at, tag in enumerate(path))


@pytest.mark.parametrize("seed", range(5))
def test_the_best_path_beats_every_other(seed: int):
    scores, moves = _case(seed, 5)
    paths = list(product(range(COUNT), repeat=5))
    assert tuple(crf.best(scores, moves)) == max(paths, key=lambda path: _total(scores, moves, path))


@pytest.mark.parametrize("seed", range(5))
def test_the_loss_is_the_share_of_the_labelled_path_among_all(seed: int):
    scores, moves = _case(seed, 4)
    path = (0, 1, 2, 3)
    totals = [_total(scores, moves, other) for other in product(range(COUNT), repeat=4)]
    wanted = (np.logaddexp.reduce(totals) - _total(scores, moves, path)) / 4
    # A longer row beside it, its first position, and padding after it change nothing.
    batch = torch.zeros(2, 7, COUNT)
    batch[0, 1:5] = torch.tensor(scores)
    tags, labelled = torch.zeros(2, 7, dtype=torch.long), torch.zeros(2, 7, dtype=torch.bool)
    tags[0, 1:5], labelled[0, 1:5], labelled[1, 1:7] = torch.tensor(path), True, True
    lost = crf.loss(batch, torch.tensor(moves, dtype=torch.float), tags, labelled)
    assert lost[0].item() == pytest.approx(wanted, abs=1e-4)


def test_a_row_without_labels_costs_nothing_and_teaches_nothing():
    scores = torch.randn(1, 3, COUNT, requires_grad=True)
    nothing = torch.zeros(1, 3, dtype=torch.bool)
    lost = crf.loss(scores, torch.zeros(COUNT, COUNT), torch.full((1, 3), -100), nothing)
    lost.sum().backward()
    assert lost.item() == 0 and not scores.grad.any()
