"""The building blocks of the net: attention, feed-forward, encoder and decoder layer.

After "Attention Is All You Need" (Vaswani et al. 2017), with the norm before each block, rotary positions (Su et al.
2021) in self-attention and fused attention. Shapes: B batch, T positions, H heads, D width, E = D / H. The layers hold
weights only: masks and caches come in and go out as arguments.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class KeysValues:
    """What attention looks at: keys and values, each (B, H, T, E)."""

    keys: Tensor
    values: Tensor

    def joined(self, later: "KeysValues") -> "KeysValues":
        """These positions followed by `later` ones."""
        return KeysValues(torch.cat((self.keys, later.keys), 2), torch.cat((self.values, later.values), 2))

    def rows(self, index: Tensor) -> "KeysValues":
        """The batch rows named by `index` (B',)."""
        return KeysValues(self.keys[index], self.values[index])


@dataclass(frozen=True, slots=True)
class Turns:
    """What turns the channels of each position by its angle: cosines and signed sines, each (T, 1, E)."""

    cos: Tensor
    sin: Tensor

    def __getitem__(self, positions: slice) -> "Turns":
        return Turns(self.cos[positions], self.sin[positions])


def rotary(length: int, width: int, offset: int = 0) -> Turns:
    """The turns of the positions offset … offset + length - 1 for heads of `width` channels."""
    return _turns(-(-(offset + length) // 64) * 64, width)[offset : offset + length]


@lru_cache(maxsize=16)
@torch.inference_mode(False)  # kept for trainings too, whoever asks first
def _turns(length: int, width: int) -> Turns:
    rates = 10_000.0 ** (-torch.arange(0, width, 2, dtype=torch.float32) / width)
    angles = torch.outer(torch.arange(length, dtype=torch.float32), rates)[:, None]
    cos, sin = angles.cos(), angles.sin()
    return Turns(torch.cat((cos, cos), -1), torch.cat((-sin, sin), -1))


def rotate(x: Tensor, turns: Turns) -> Tensor:
    """Turn the pairs (i, i + E / 2) of the channels of `x` (B, T, H, E) by their position's angle."""
    left, right = x.chunk(2, -1)
    return torch.addcmul(x * turns.cos.to(x.dtype), torch.cat((right, left), -1), turns.sin.to(x.dtype))


class Dropout(nn.Module):
    """Drops whole channels of a row, at all its positions alike (Gal and Ghahramani 2016).

    On a CPU random numbers for every element cost as much as the matrix products around them.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, D) → (B, T, D)"""
        if not self.training or not self.rate:
            return x
        kept = torch.empty(x.shape[0], 1, x.shape[2], dtype=x.dtype, device=x.device).bernoulli_(1 - self.rate)
        return x * (kept / (1 - self.rate))


class Attention(nn.Module):
    """Multi-head scaled dot-product attention; self- and cross-attention differ only in what is passed."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.width, self.heads = width, heads
        self.project = nn.Linear(width, 3 * width, bias=False)  # queries, keys, values
        self.out = nn.Linear(width, width, bias=False)

    def look_at(self, x: Tensor) -> KeysValues:
        """Keys and values of what stands elsewhere, `x` (B, S, D)."""
        both = F.linear(x, self.project.weight[self.width :]).unflatten(-1, (2, self.heads, -1))
        keys, values = both.transpose(1, 3).unbind(2)  # (B, H, S, E)
        return KeysValues(keys, values)

    def across(self, x: Tensor, seen: KeysValues, mask: Tensor | None) -> Tensor:
        """What stands elsewhere, seen from `x` (B, T, D) → (B, T, D). `mask`: as in `_mix`."""
        queries = F.linear(x, self.project.weight[: self.width]).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        return self._mix(queries, seen, mask)

    def within(
        self, x: Tensor, turns: Turns, mask: Tensor | None, past: KeysValues | None = None, causal: bool = False
    ) -> tuple[Tensor, KeysValues]:
        """`x` (B, T, D) and what came before seen from x → (B, T, D), and the keys and values of past and `x`.

        `causal`: a position sees nothing that comes after it.
        """
        both = F.linear(x, self.project.weight).unflatten(-1, (3, self.heads, -1))  # (B, T, 3, H, E)
        queries, keys = rotate(both[:, :, :2].flatten(2, 3), turns).transpose(1, 2).chunk(2, 1)
        new = KeysValues(keys, both[:, :, 2].transpose(1, 2))
        seen = past.joined(new) if past else new
        if causal and x.shape[1] > 1:
            count, total = x.shape[1], seen.keys.shape[2]
            mask = torch.ones(count, total, dtype=torch.bool, device=x.device).tril(total - count)
        return self._mix(queries, seen, mask), seen

    def _mix(self, queries: Tensor, seen: KeysValues, mask: Tensor | None) -> Tensor:
        """`mask`, True where a query may look, broadcasts to (B, H, T, keys).

        Every query must be allowed at least one key: a row without any is not a number.
        """
        mixed = F.scaled_dot_product_attention(queries, seen.keys, seen.values, attn_mask=mask)
        return F.linear(mixed.transpose(1, 2).flatten(2), self.out.weight)


class FeedForward(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(F.gelu(self.up(x)))


class EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.attention, self.feed_forward = Attention(width, heads), FeedForward(width, inner)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor, turns: Turns) -> Tensor:
        """(B, T, D) → (B, T, D); `mask` (B, 1, 1, T) is True on true positions."""
        mixed, _ = self.attention.within(self.norms[0](x), turns, mask)
        x = x + self.dropout(mixed)
        return x + self.dropout(self.feed_forward(self.norms[1](x)))


class DecoderLayer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.attention, self.cross = Attention(width, heads), Attention(width, heads)
        self.feed_forward = FeedForward(width, inner)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.dropout = Dropout(dropout)

    def forward(
        self, x: Tensor, memory: KeysValues, memory_mask: Tensor | None, turns: Turns, past: KeysValues | None
    ) -> tuple[Tensor, KeysValues]:
        """New positions x (B, T, D) → the same, and the keys and values of past and new positions.

        `memory` comes from `self.cross.look_at`; `memory_mask` is (B, 1, 1, S).
        """
        mixed, seen = self.attention.within(self.norms[0](x), turns, None, past, causal=True)
        x = x + self.dropout(mixed)
        x = x + self.dropout(self.cross.across(self.norms[1](x), memory, memory_mask))
        return x + self.dropout(self.feed_forward(self.norms[2](x))), seen
