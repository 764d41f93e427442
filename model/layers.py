"""The building blocks of the net: attention, feed-forward, encoder and decoder layer.

After "Attention Is All You Need" (Vaswani et al. 2017), with the norm before each block, rotary positions (Su et al.
2021) in self-attention and fused attention. Shapes: B batch, T positions, H heads, D width, E = D / H. The layers hold
weights only: masks and caches come in and go out as arguments.
"""

from dataclasses import dataclass

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


def rotary(length: int, width: int, offset: int = 0) -> Tensor:
    """Angles of the positions offset … offset + length - 1: (length, width / 2)."""
    rates = 10_000.0 ** (-torch.arange(0, width, 2, dtype=torch.float32) / width)
    return torch.outer(torch.arange(offset, offset + length, dtype=torch.float32), rates)


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Turn each pair of channels of `x` (B, H, T, E) by its position's angle (T, E / 2)."""
    left, right = x.chunk(2, -1)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    return torch.cat((left * cos - right * sin, left * sin + right * cos), -1)


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
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key_value = nn.Linear(width, 2 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)  # (B, T, D) → (B, H, T, E)

    def look_at(self, x: Tensor, angles: Tensor | None = None) -> KeysValues:
        """Keys and values of `x` (B, T, D); `angles` (T, E / 2) where positions count."""
        keys, values = (self._split(part) for part in self.key_value(x).chunk(2, -1))
        return KeysValues(keys if angles is None else rotate(keys, angles), values)

    def forward(
        self, x: Tensor, seen: KeysValues, mask: Tensor | None = None, angles: Tensor | None = None
    ) -> Tensor:
        """(B, T, D) → (B, T, D). `mask`, True where a query may look, broadcasts to (B, H, T, keys).

        Every query must be allowed at least one key: a row without any is not a number.
        """
        query = self._split(self.query(x))
        query = query if angles is None else rotate(query, angles)
        mixed = F.scaled_dot_product_attention(query, seen.keys, seen.values, attn_mask=mask)
        return self.out(mixed.transpose(1, 2).flatten(2))


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

    def forward(self, x: Tensor, mask: Tensor, angles: Tensor) -> Tensor:
        """(B, T, D) → (B, T, D); `mask` (B, 1, 1, T) is True on true positions."""
        normed = self.norms[0](x)
        x = x + self.dropout(self.attention(normed, self.attention.look_at(normed, angles), mask, angles))
        return x + self.dropout(self.feed_forward(self.norms[1](x)))


class DecoderLayer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.attention, self.cross = Attention(width, heads), Attention(width, heads)
        self.feed_forward = FeedForward(width, inner)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.dropout = Dropout(dropout)

    def forward(
        self, x: Tensor, memory: KeysValues, memory_mask: Tensor, angles: Tensor, past: KeysValues | None
    ) -> tuple[Tensor, KeysValues]:
        """New positions x (B, T, D) → the same, and the keys and values of past and new positions.

        `memory` comes from `self.cross.look_at`; `memory_mask` is (B, 1, 1, S).
        """
        normed = self.norms[0](x)
        seen = self.attention.look_at(normed, angles)
        seen = past.joined(seen) if past else seen
        new, total = x.shape[1], seen.keys.shape[2]
        # Position i of the new ones may see all past ones and the new ones up to itself.
        mask = torch.ones(new, total, dtype=torch.bool, device=x.device).tril(total - new)
        x = x + self.dropout(self.attention(normed, seen, mask, angles))
        x = x + self.dropout(self.cross(self.norms[1](x), memory, memory_mask))
        return x + self.dropout(self.feed_forward(self.norms[2](x))), seen
