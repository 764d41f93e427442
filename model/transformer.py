"""The net: one encoder that understands, one decoder that writes, one table of pieces for both.

A function of its arguments: it holds weights, no state of a request. B batch, T positions, D width, V pieces.
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.features import SHAPES
from model.labels import INTENTS, SLOTS, SPOKEN, tags
from model.layers import DecoderLayer, Dropout, EncoderLayer, KeysValues, rotary
from model.lexical import Lexical

SEGMENTS = 4  # the message, what is being asked, what the assistant said, what the shopper said before


@dataclass(frozen=True, slots=True)
class Config:
    """All that fixes the shape and the labels of a net; saved with the weights."""

    pieces: int  # size of the vocabulary
    width: int = 256
    heads: int = 4
    inner: int = 1024  # of the feed-forward blocks
    encoder_layers: int = 4
    decoder_layers: int = 2
    buckets: int = 16_384  # of the hashed character n-grams
    lexical: int = 0  # buckets of the linear model beside the net; 0: there is none
    further: bool = False  # whether requests beside the main one have a head of their own
    dropout: float = 0.15
    message_length: int = 256  # pieces of a message that are read; the rest of a longer one is cut from its middle
    context_length: int = 40  # pieces of an earlier turn that are read
    reply_length: int = 96  # pieces of a reply at most
    intents: tuple[str, ...] = INTENTS  # without "oos", which is 1 - in_scope
    slots: tuple[str, ...] = SLOTS
    languages: tuple[str, ...] = SPOKEN

    def __post_init__(self) -> None:
        if self.width % (2 * self.heads):  # rotary positions turn pairs of channels
            raise ValueError(f"a width of {self.width} cannot be cut into {self.heads} heads of an even width")

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Config":
        """Raises TypeError when a field is unknown or missing, ValueError when the shape is none."""
        return cls(**{name: tuple(item) if isinstance(item, list) else item for name, item in value.items()})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Inputs:
    """A batch for the encoder. Padding is False in `mask` and 0 elsewhere."""

    ids: Tensor  # (B, T) pieces; position 0 is [cls]
    segments: Tensor  # (B, T) 0 … SEGMENTS - 1
    shapes: Tensor  # (B, T) letter case
    grams: Tensor  # (N,) n-gram buckets of all positions, one after the other
    offsets: Tensor  # (B * T,) where each position's n-grams begin in `grams`
    mask: Tensor  # (B, T) True on true positions
    message: Tensor  # (B, T) True on the pieces of the message itself
    words: tuple[Tensor, Tensor, Tensor] | None = None  # what `Lexical` takes, where the net has one


@dataclass(frozen=True, slots=True)
class Reading:
    """What the heads say: logits."""

    intents: Tensor  # (B, intents) of the main request
    further: Tensor  # (B, intents) of any request, each by itself
    in_scope: Tensor  # (B,)
    languages: Tensor  # (B, languages) one of them
    tags: Tensor  # (B, T, tags) BIO
    pooled: Tensor  # (B, D) the state behind them
    sentence: Tensor  # (B, D) a vector of length 1: messages that want the same are close


class Encoder(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.pieces = nn.Embedding(config.pieces, config.width)
        self.segments = nn.Embedding(SEGMENTS, config.width)
        self.shapes = nn.Embedding(SHAPES, config.width)
        self.grams = nn.EmbeddingBag(config.buckets, config.width, mode="mean")
        self.dropout = Dropout(config.dropout)
        self.layers = nn.ModuleList(
            EncoderLayer(config.width, config.heads, config.inner, config.dropout)
            for _ in range(config.encoder_layers)
        )
        self.norm = nn.LayerNorm(config.width)
        for table in (self.pieces, self.segments, self.shapes):
            nn.init.normal_(table.weight, std=config.width**-0.5)
        nn.init.zeros_(self.grams.weight)  # an n-gram nobody has seen says nothing

    def forward(self, inputs: Inputs) -> tuple[Tensor, Tensor]:
        """Outputs (B, T, D), and the embeddings they started from (B, T, D)."""
        bags = self.grams(inputs.grams, inputs.offsets).view(*inputs.ids.shape, -1)
        first = self.pieces(inputs.ids) + self.segments(inputs.segments) + self.shapes(inputs.shapes) + bags
        x = self.dropout(first)
        turns = rotary(x.shape[1], self.config.width // self.config.heads)
        mask = inputs.mask[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask, turns)
        return self.norm(x), first


class Heads(nn.Module):
    """Intents, in-scope and language from the pooled message; slot tags from each position."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(4))
        self.pool = nn.Sequential(
            nn.Dropout(config.dropout), nn.Linear(5 * width, width), nn.GELU(), nn.Dropout(2 * config.dropout)
        )
        self.intents = nn.Linear(width, len(config.intents))
        self.in_scope = nn.Linear(width, 1)
        self.languages = nn.Linear(width, len(config.languages))
        self.aware = nn.Linear(width, width)  # what is wanted decides what a value is (Qin et al. 2019)
        self.tags = nn.Linear(width, len(tags(config.slots)))
        self.moves = nn.Parameter(torch.zeros(2 * (len(tags(config.slots)),)))  # from a tag to the next (model/crf.py)
        self.sentence = nn.Linear(width, width, bias=False)
        self.lexical = Lexical(config.lexical, len(config.intents)) if config.lexical else None
        self.further = nn.Sequential(
            nn.Dropout(config.dropout), nn.Linear(5 * width, width), nn.GELU(), nn.Dropout(config.dropout),
            nn.Linear(width, len(config.intents)),
        ) if config.further else None  # fmt: skip

    def forward(self, encoded: Tensor, first: Tensor, inputs: Inputs) -> Reading:
        message = inputs.message
        # The means of the input embeddings go past the layers: a linear model on n-grams is a strong start. One mean
        # leans on the beginning, one on the end: of two requests the first one is the main one.
        lean = (message.cumsum(1) - 0.5) / message.sum(1, keepdim=True).clamp(min=1)  # (B, T) 0 … 1 along the message
        means = [(part * weight[:, :, None]).sum(1) / weight.sum(1, keepdim=True).clamp(min=1e-3)
                 for part in (encoded, first) for weight in ((1 - lean) * message, lean * message)]  # fmt: skip
        normed = (norm(mean) for norm, mean in zip(self.norms, means, strict=True))
        gathered = torch.cat((encoded[:, 0], *normed), -1)
        pooled = self.pool(gathered)
        sentence = F.normalize(self.sentence(pooled).float(), dim=-1)
        intents = self.intents(pooled)
        if self.lexical is not None and inputs.words is not None:
            intents = intents + self.lexical(*inputs.words)
        further = self.further(gathered) if self.further is not None else intents
        places = self.tags(F.gelu(encoded + self.aware(pooled)[:, None]))
        return Reading(intents, further, self.in_scope(pooled)[:, 0], self.languages(pooled), places, pooled, sentence)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decoder looks at: per layer the keys and values of the encoder's output, and its mask (B, 1, 1, S)."""

    layers: tuple[KeysValues, ...]
    mask: Tensor | None  # None: all of it

    def rows(self, index: Tensor) -> "Memory":
        mask = None if self.mask is None else self.mask[index]
        return Memory(tuple(layer.rows(index) for layer in self.layers), mask)


Cache = tuple[KeysValues, ...]  # of the positions written so far, per layer


class Decoder(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.layers = nn.ModuleList(
            DecoderLayer(config.width, config.heads, config.inner, config.dropout)
            for _ in range(config.decoder_layers)
        )
        self.norm = nn.LayerNorm(config.width)
        self.bias = nn.Parameter(torch.zeros(config.pieces))

    def remember(self, encoded: Tensor, mask: Tensor) -> Memory:
        """Prepare the encoder's output (B, S, D) with its mask (B, S) once for all steps."""
        seen = None if mask.all() else mask[:, None, None, :]
        return Memory(tuple(layer.cross.look_at(encoded) for layer in self.layers), seen)

    def forward(
        self, ids: Tensor, memory: Memory, table: Tensor, past: Cache | None = None
    ) -> tuple[Tensor, Cache]:
        """States (B, T, D) after each of the new pieces `ids` (B, T), and the cache to pass with the next ones.

        `table` (V, D) is the encoder's piece embedding.
        """
        start = past[0].keys.shape[2] if past else 0
        x = table[ids]
        turns = rotary(ids.shape[1], self.config.width // self.config.heads, start)
        cache = []
        for number, layer in enumerate(self.layers):
            x, seen = layer(x, memory.layers[number], memory.mask, turns, past[number] if past else None)
            cache.append(seen)
        return self.norm(x), tuple(cache)

    def logits(self, states: Tensor, table: Tensor, pieces: Tensor | None = None) -> Tensor:
        """Scores (B, T, V) of the next piece, by the same table; of `pieces` (P,) alone when given."""
        if pieces is None:
            return F.linear(states, table, self.bias)
        return F.linear(states, table[pieces], self.bias[pieces])


class Transformer(nn.Module):
    """Encoder, its heads, and the decoder."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.encoder, self.heads, self.decoder = Encoder(config), Heads(config), Decoder(config)

    def read(self, inputs: Inputs) -> Reading:
        """Understand a batch of messages."""
        encoded, first = self.encoder(inputs)
        return self.heads(encoded, first, inputs)

    def remember(self, inputs: Inputs) -> Memory:
        """Encode a batch of writing requests for the decoder."""
        encoded, _ = self.encoder(inputs)
        return self.decoder.remember(encoded, inputs.mask)

    def write(self, ids: Tensor, memory: Memory, past: Cache | None = None) -> tuple[Tensor, Cache]:
        """Logits (B, T, V) of the piece after each of `ids` (B, T), and the new cache."""
        states, cache = self.decoder(ids, memory, self.encoder.pieces.weight, past)
        return self.decoder.logits(states, self.encoder.pieces.weight), cache
