"""What the encoder is trained towards: labels as tensors, the heads of the other corpora, and the loss.

The heads of the other corpora teach breadth and are thrown away after training.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model import crf
from model.batch import Line
from model.data import OWN, Example
from model.labels import OOS, tags
from model.transformer import Config, Inputs, Transformer

IGNORED = -100  # a position without a label
PRIMARY = 0.9  # share of the main intent where a message has several
FOREIGN = 0.3  # weight of out-of-scope rows taken from other corpora: they are of another style
ONE_OF, EACH, SPANS, LANGUAGE, HIDDEN, BORROWED = 1.0, 0.35, 3.0, 0.1, 0.3, 0.5  # weights of the parts of the loss
PAIRED = 0.3
SHARPNESS = 20.0  # what cosines are multiplied by before a softmax
MESSAGE = 4  # masked pieces of a usual message: a long one counts for more
SMOOTHING = 0.05


@dataclass(frozen=True, slots=True)
class Targets:
    """The labels of a batch. `own` is 0 on rows that say nothing about our intents."""

    own: Tensor  # (B,) weight of the row in the intent loss
    main: Tensor  # (B, intents + 1) which one it is: a distribution; oos is last
    each: Tensor  # (B, intents + 1) 0 or 1, independent
    languages: Tensor  # (B,)
    tags: Tensor  # (B, T) IGNORED off the message and on rows of other corpora
    sources: Tensor  # (B,) index of the corpus; 0 is our own
    borrowed: Tensor  # (B,) index of the corpus's label, IGNORED where it has none
    borrowed_tags: Tensor  # (B, T)
    hidden: Tensor  # (B, T) the pieces that were masked


class Labels:
    """Turns examples into targets; knows the label sets of all corpora in use."""

    def __init__(self, config: Config, borrowed: Iterable[Example] = ()) -> None:
        self.intents = {name: index for index, name in enumerate((*config.intents, OOS))}
        self.tags = {name: index for index, name in enumerate(tags(config.slots))}
        self.languages = {name: index for index, name in enumerate(config.languages)}
        borrowed = list(borrowed)
        self.sources = (OWN, *sorted({example.source for example in borrowed}))
        # nlupp joins its labels to over a thousand: only its slots are used.
        self.labels = _numbered({(one.source, one.intents[0]) for one in borrowed
                                 if one.intents and one.intents[0] and one.source != "nlupp"})  # fmt: skip
        slots = {(one.source, slot) for one in borrowed for _, slot in one.parts if slot}
        outside = {(source, "O") for source, _ in slots}
        self.source_tags = _numbered(outside | {(source, f"{mark}-{slot}") for source, slot in slots for mark in "BI"})

    def targets(self, examples: Sequence[Example], lines: Sequence[Line], hidden: Sequence[Sequence[int]]) -> Targets:
        """The targets of a batch; `hidden` holds the pieces that were masked, IGNORED elsewhere."""
        rows, longest = len(lines), max(map(len, lines))
        main = torch.zeros(rows, len(self.intents))
        each = torch.zeros(rows, len(self.intents))
        own, languages = torch.zeros(rows), torch.zeros(rows, dtype=torch.long)
        sources, borrowed = torch.zeros(rows, dtype=torch.long), torch.full((rows,), IGNORED)
        own_tags, other_tags = (torch.full((rows, longest), IGNORED) for _ in range(2))
        for at, (example, one) in enumerate(zip(examples, lines, strict=True)):
            languages[at] = self.languages[example.language]
            sources[at] = self.sources.index(example.source) if example.source in self.sources else 0
            if example.source == OWN:
                names = example.intents
                own[at] = 1.0 if names else 0.0
                table: dict = self.tags if names else {}
            else:
                names = (OOS,) if OOS in example.intents[1:] else ()
                own[at] = FOREIGN if names else 0.0
                borrowed[at] = self.labels.get((example.source, example.intents[0]), IGNORED)
                table = {tag: index for (source, tag), index in self.source_tags.items() if source == example.source}
            for place, name in enumerate(names):
                share = 1.0 if len(names) == 1 else PRIMARY if place == 0 else (1 - PRIMARY) / (len(names) - 1)
                main[at, self.intents[name]], each[at, self.intents[name]] = share, 1.0
            if table:
                marks = torch.tensor([table[tag] for tag in bio(example.spans, one)], dtype=torch.long)
                (own_tags if example.source == OWN else other_tags)[at, 1 : len(marks) + 1] = marks
        return Targets(own, main, each, languages, own_tags, sources, borrowed, other_tags,
                       torch.tensor([[*row, *[IGNORED] * (longest - len(row))] for row in hidden]))  # fmt: skip

    def each(self, examples: Sequence[Example]) -> Tensor:
        """(B, intents): 1 for every intent of a message, "oos" left out."""
        out = torch.zeros(len(examples), len(self.intents) - 1)
        for at, example in enumerate(examples):
            for name in example.intents:
                if name != OOS:
                    out[at, self.intents[name]] = 1.0
        return out

    def allowed(self, table: dict[tuple[str, str], int]) -> Tensor:
        """(sources, labels): True where a label belongs to the corpus."""
        mask = torch.zeros(len(self.sources), max(1, len(table)), dtype=torch.bool)
        for (source, _), index in table.items():
            mask[self.sources.index(source), index] = True
        return mask


def _numbered(names: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    return {name: index for index, name in enumerate(sorted(names))}


def bio(spans: Iterable[tuple[str, int, int]], one: Line) -> list[str]:
    """The BIO tag of each piece of the message: the piece belongs to the span it begins in, or covers the start of."""
    out = ["O"] * len(one.pieces)
    for slot, start, end in spans:
        mark = "B"
        for place, (begin, stop) in enumerate(zip(one.pieces.starts, one.pieces.ends, strict=True)):
            if begin < end and stop > start:
                out[place], mark = f"{mark}-{slot}", "I"
    return out


class BorrowedHeads(nn.Module):
    """One layer over the labels of all other corpora, one over their tags; a row sees those of its own corpus."""

    def __init__(self, config: Config, labels: Labels) -> None:
        super().__init__()
        self.intents = nn.Parameter(torch.zeros(max(1, len(labels.labels)), config.width))  # a direction per label
        self.tags = nn.Linear(config.width, max(1, len(labels.source_tags)))
        self.register_buffer("allowed_intents", labels.allowed(labels.labels), persistent=False)
        self.register_buffer("allowed_tags", labels.allowed(labels.source_tags), persistent=False)

    def loss(self, sentence: Tensor, encoded: Tensor, targets: Targets) -> Tensor:
        """The loss summed over rows: the label by the cosine of the sentence vector (B, D), and the tags (B, T, D)."""
        rows = targets.borrowed != IGNORED
        total = sentence.sum() * 0.0
        if rows.any():
            logits = SHARPNESS * sentence[rows] @ F.normalize(self.intents, dim=-1).T
            logits = logits.masked_fill(~self.allowed_intents[targets.sources[rows]], -1e4)
            total = total + F.cross_entropy(logits, targets.borrowed[rows], reduction="sum")
        rows = (targets.borrowed_tags != IGNORED).any(1)
        if rows.any():
            logits = self.tags(encoded[rows]).float()
            logits = logits.masked_fill(~self.allowed_tags[targets.sources[rows]][:, None], -1e4)
            total = total + _per_row(logits, targets.borrowed_tags[rows]).sum()
        return total


def _per_row(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy over the labelled positions of each row: (B, T, C), (B, T) → (B,)."""
    losses = F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=IGNORED, reduction="none")
    return losses.sum(1) / (labels != IGNORED).sum(1).clamp(min=1)


def loss(net: Transformer, heads: BorrowedHeads, inputs: Inputs, targets: Targets) -> Tensor:
    """The loss summed over the rows of a batch."""
    encoded, first = net.encoder(inputs)
    reading = net.heads(encoded, first, inputs)
    logits = torch.cat((reading.intents, -reading.in_scope[:, None]), 1).float()
    count = logits.shape[1]
    main = targets.main * (1 - SMOOTHING) + SMOOTHING / count
    one_of = -(F.log_softmax(logits, 1) * main).sum(1)
    alone = torch.cat((reading.further, -reading.in_scope[:, None]), 1).float()
    each = F.binary_cross_entropy_with_logits(alone, targets.each, reduction="none").sum(1)
    spans = crf.loss(reading.tags.float(), net.heads.moves.float(), targets.tags, targets.tags != IGNORED)
    language = F.cross_entropy(reading.languages.float(), targets.languages, reduction="none")
    places = targets.hidden != IGNORED
    guesses = (encoded[places] @ net.encoder.pieces.weight.T).float()
    guessed = F.cross_entropy(guesses, targets.hidden[places], reduction="sum") / MESSAGE
    return (
        (targets.own * (ONE_OF * one_of + EACH * each)).sum() + SPANS * spans.sum() + LANGUAGE * language.sum()
        + HIDDEN * guessed + BORROWED * heads.loss(reading.sentence, encoded, targets)
    )  # fmt: skip


def paired_loss(first: Tensor, second: Tensor, same: Tensor) -> Tensor:
    """Each of `first` (P, D) shall find its own among `second` (P, D), and back: InfoNCE, summed over the pairs.

    van den Oord et al. 2018, with the other pairs of the batch to tell it from (Henderson et al. 2020, ConveRT).
    `same` (P, P) is True where another pair's side says the very same: neither right nor wrong.
    """
    scores = (SHARPNESS * first @ second.T).masked_fill(same, -1e4)
    own = torch.arange(len(first))
    return (F.cross_entropy(scores, own, reduction="sum") + F.cross_entropy(scores.T, own, reduction="sum")) / 2
