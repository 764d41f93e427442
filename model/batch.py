"""Rows → tensors: what the encoder reads, for training and for serving alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from model import lexical
from model.features import describe
from model.tokenizer import Pieces, Tokenizer
from model.transformer import Config, Inputs


@dataclass(frozen=True, slots=True)
class Row:
    """One message as the model reads it."""

    text: str
    expects: str = ""  # the slot being asked for, "confirm", or ""
    history: tuple[tuple[str, str], ...] = ()  # (speaker, text), oldest first; speaker is "user" or "system"


@dataclass(frozen=True, slots=True)
class Line:
    """A row cut into positions; a position outside a text has no n-grams."""

    ids: list[int]
    segments: list[int]
    shapes: list[int]
    grams: list[tuple[int, ...]]
    pieces: Pieces  # of the message; piece i stands at position i + 1
    words: dict[int, float] | None = None  # features of the linear model beside the net, where there is one

    def __len__(self) -> int:
        return len(self.ids)


TURNS = 2  # earlier turns that are read


def line(row: Row, tokenizer: Tokenizer, config: Config) -> Line:
    """[cls] message [sep] what is asked, then the last turns, latest first, each after a [sep]."""
    pieces = _shortened(tokenizer.encode(row.text), config.message_length)
    grams, shapes = describe(row.text, pieces, config.buckets)
    words = lexical.features(row.text, config.lexical) if config.lexical else None
    out = Line([tokenizer.cls, *pieces.ids], [0] * (len(pieces) + 1), [0, *shapes], [(), *grams], pieces, words)
    _special(out, 1, tokenizer.sep, tokenizer.ask(row.expects))
    for speaker, text in row.history[: -TURNS - 1 : -1]:
        said = tokenizer.encode(text)
        # A question stands at the end of what was said.
        said = Pieces(*(part[-config.context_length :] for part in (said.ids, said.starts, said.ends)))
        grams, shapes = describe(text, said, config.buckets)
        segment = 2 if speaker == "system" else 3
        _special(out, segment, tokenizer.sep)
        out.ids.extend(said.ids)
        out.segments.extend([segment] * len(said))
        out.shapes.extend(shapes)
        out.grams.extend(grams)
    return out


def request_line(
    act: str, facts: Sequence[str], language: str, tone: str, history: Sequence[tuple[str, str]],
    tokenizer: Tokenizer, config: Config,
) -> Line:  # fmt: skip
    """What the decoder is told: the act's name, what may be said, language and tone, then the last turn."""
    told = Row(" ".join((act, *(f"{{{name}}}" for name in sorted(facts)))), history=tuple(history)[-1:])
    out = line(told, tokenizer, config)
    _special(out, 1, tokenizer.id(f"[lang:{language.split('-')[0]}]"), tokenizer.id(f"[tone:{tone}]"))
    return out


def _special(out: Line, segment: int, *ids: int) -> None:
    out.ids.extend(ids)
    out.segments.extend([segment] * len(ids))
    out.shapes.extend([0] * len(ids))
    out.grams.extend([()] * len(ids))


def _shortened(pieces: Pieces, length: int) -> Pieces:
    """At most `length` pieces: what people want stands at the beginning or at the end of a long message."""
    if len(pieces) <= length:
        return pieces
    tail = length // 4
    return Pieces(*(part[: length - tail] + part[-tail:] for part in (pieces.ids, pieces.starts, pieces.ends)))


def collate(lines: Sequence[Line], tokenizer: Tokenizer) -> Inputs:
    """Pad `lines` to one batch."""
    longest = max(map(len, lines))

    def padded(rows: list[list[int]], fill: int) -> torch.Tensor:
        return torch.tensor([row + [fill] * (longest - len(row)) for row in rows])

    bags = [gram for one in lines for gram in (*one.grams, *[()] * (longest - len(one)))]
    lengths = torch.tensor([len(bag) for bag in bags])
    return Inputs(
        ids=padded([one.ids for one in lines], tokenizer.pad),
        segments=padded([one.segments for one in lines], 0),
        shapes=padded([one.shapes for one in lines], 0),
        grams=torch.tensor([bucket for bag in bags for bucket in bag], dtype=torch.long),
        offsets=lengths.cumsum(0) - lengths,
        mask=torch.arange(longest) < torch.tensor([len(one) for one in lines])[:, None],
        message=_within(longest, [len(one.pieces) for one in lines]),
        words=lexical.bags([one.words for one in lines]) if lines[0].words is not None else None,
    )


def _within(longest: int, lengths: Sequence[int]) -> torch.Tensor:
    """(B, T): True on the positions 1 … length, which hold the message."""
    places = torch.arange(longest)
    return (places >= 1) & (places <= torch.tensor(lengths)[:, None])
