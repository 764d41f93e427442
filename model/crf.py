"""Tag sequences as a whole: a linear-chain CRF (Lafferty et al. 2001) over BIO tags. Its loss, and its best path.

Tags are laid out as `labels.tags` gives them: 0 is "O", 2i + 1 "B-" and 2i + 2 "I-" of slot i. "I-x" follows only
"B-x" or "I-x". C tags, T positions, B rows.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

FORBIDDEN = -1e4


@lru_cache(maxsize=8)
def allowed(count: int) -> np.ndarray:
    """(C, C): 0 where a tag (column) may follow another (row), FORBIDDEN elsewhere."""
    out = np.zeros((count, count), np.float32)
    insides = np.arange(2, count, 2)
    out[:, insides] = FORBIDDEN
    out[insides - 1, insides] = out[insides, insides] = 0.0
    return out


def loss(scores: Tensor, moves: Tensor, tags: Tensor, labelled: Tensor) -> Tensor:
    """Negative log-likelihood of the labelled path, per labelled position: scores (B, T, C), moves (C, C) → (B,).

    `tags` (B, T) counts where `labelled` (B, T) is True: on a run of positions that begins at position 1. Rows without
    any give 0.
    """
    moves = moves + torch.from_numpy(allowed(scores.shape[2]))
    places = labelled.float()
    tags = tags.where(labelled, torch.zeros_like(tags))
    gold = (scores.gather(2, tags[:, :, None])[:, :, 0] * places).sum(1)
    gold = gold + (moves[tags[:, :-1], tags[:, 1:]] * places[:, 1:] * places[:, :-1]).sum(1)
    # In probabilities a step is one small matrix product; what underflows is far from any path that counts.
    step, first = moves.exp(), scores[:, 1] + moves[0]  # the message begins as after "O"
    total = first
    for at in range(2, scores.shape[1]):
        highest = total.max(1, keepdim=True).values
        reached = ((total - highest).exp() @ step).clamp(min=1e-30).log() + highest + scores[:, at]
        total = torch.where(labelled[:, at, None], reached, total)
    lost = total.logsumexp(1) - gold - moves[0, tags[:, 1]]
    return lost.where(labelled.any(1), torch.zeros_like(lost)) / places.sum(1).clamp(min=1)


def best(scores: np.ndarray, moves: np.ndarray) -> list[int]:
    """The best well-formed path (Viterbi) for scores (T, C)."""
    if not len(scores):
        return []
    moves = moves + allowed(scores.shape[1])
    total, back = scores[0] + moves[0], []
    for row in scores[1:]:
        reached = total[:, None] + moves
        come_from = reached.argmax(0)
        back.append(come_from)
        total = reached[come_from, np.arange(len(row))] + row
    path = [int(total.argmax())]
    for come_from in reversed(back):
        path.append(int(come_from[path[-1]]))
    return path[::-1]
