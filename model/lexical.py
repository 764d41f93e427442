"""A linear model on hashed words and character n-grams, beside the Transformer: what a few examples teach best.

TF-IDF features of the message alone (words, pairs of words, 2 to 5 characters of a word; Chinese: 1 to 3 characters in
a row) and multinomial logistic regression, as in every strong baseline for intents. Its scores are added to the net's.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import log
from zlib import crc32

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.features import LONGEST
from model.tokenizer import CJK, normalise

_TOKEN = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:'[^\W_{CJK}]+)*")
_CHINESE = re.compile(rf"[{CJK}]")


@lru_cache(maxsize=50_000)
def _bucket(feature: str, buckets: int) -> int:
    return crc32(feature.encode(errors="surrogatepass")) % buckets


def features(text: str, buckets: int) -> dict[int, float]:
    """Bucket → weight (1 + log of how often it occurs) of one message."""
    tokens = [re.sub(r"\d", "0", token)[:LONGEST] for token in _TOKEN.findall(normalise(text))]
    found = [f"w:{token}" for token in tokens] + [f"p:{a} {b}" for a, b in pairwise(tokens)]
    found += [f"t:{a}{b}{c}" for a, b, c in zip(tokens, tokens[1:], tokens[2:], strict=False)
              if _CHINESE.match(a) and _CHINESE.match(b) and _CHINESE.match(c)]  # fmt: skip
    for token in tokens:
        if not _CHINESE.match(token):
            word = f"<{token}>"
            found += [f"c:{word[at : at + width]}" for width in (2, 3, 4, 5) for at in range(len(word) - width + 1)]
    return {bucket: 1 + log(count) for bucket, count in Counter(_bucket(one, buckets) for one in found).items()}


class Lexical(nn.Module):
    """Scores (B, labels) from weighted buckets; a bucket that training never saw weighs nothing."""

    def __init__(self, buckets: int, labels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(buckets, labels))
        self.bias = nn.Parameter(torch.zeros(labels))
        self.register_buffer("idf", torch.zeros(buckets))

    def forward(self, buckets: Tensor, weights: Tensor, offsets: Tensor) -> Tensor:
        """`buckets` and `weights` (N,) of all messages in a row, `offsets` (B,) where each begins."""
        return self.bias + F.embedding_bag(buckets, self.weight, offsets, mode="sum",
                                           per_sample_weights=self.unit(buckets, weights, offsets))  # fmt: skip

    def unit(self, buckets: Tensor, weights: Tensor, offsets: Tensor) -> Tensor:
        """The weights times idf, of length 1 for each message."""
        scaled = weights * self.idf[buckets]
        rows = torch.bucketize(torch.arange(len(buckets)), offsets, right=True) - 1
        length = torch.zeros(len(offsets)).index_add_(0, rows, scaled * scaled).sqrt().clamp(min=1e-9)
        return scaled / length[rows]


def bags(rows: Sequence[dict[int, float]]) -> tuple[Tensor, Tensor, Tensor]:
    """What `Lexical` takes: buckets (N,), weights (N,), offsets (B,)."""
    lengths = torch.tensor([len(row) for row in rows])
    return (torch.tensor([bucket for row in rows for bucket in row], dtype=torch.long),
            torch.tensor([weight for row in rows for weight in row.values()], dtype=torch.float32),
            lengths.cumsum(0) - lengths)  # fmt: skip


def fit(rows: Sequence[dict[int, float]], labels: Tensor, count: int, buckets: int, *, strength: float = 20.0,
        steps: int = 60) -> Lexical:  # fmt: skip
    """Logistic regression by L-BFGS: `labels` (B, count) are distributions, `strength` the inverse of the penalty."""
    model = Lexical(buckets, count)
    seen = Counter(bucket for row in rows for bucket in row)
    for bucket, times in seen.items():
        model.idf[bucket] = log((1 + len(rows)) / (1 + times)) + 1
    places, weights, offsets = bags(rows)
    unit = model.unit(places, weights, offsets)
    optimiser = torch.optim.LBFGS([model.weight, model.bias], max_iter=steps, history_size=5,
                                  line_search_fn="strong_wolfe")  # fmt: skip

    def closure() -> Tensor:
        optimiser.zero_grad()
        logits = F.embedding_bag(places, model.weight, offsets, mode="sum", per_sample_weights=unit) + model.bias
        loss = -(labels * F.log_softmax(logits, 1)).sum() + model.weight.square().sum() / (2 * strength)
        loss.backward()
        return loss

    optimiser.step(closure)
    return model.requires_grad_(False)
