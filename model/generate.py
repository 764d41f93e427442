"""Decoding under a grammar: beam search in which every next piece must be one the act allows.

A grammar is made of the act's written variants. Without `memory` one of them is followed to its end: nothing else can
be said. With it, a reply may go over from one variant to another where both have the same last words: every word is one
of the act's, and every few words in a row stand in one of its variants.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model.batch import Line, collate
from model.checkpoint import Model
from model.transformer import Cache

ROOT = 0

Words = Sequence[Sequence[int]]  # a variant as words, each as its pieces


class Grammar:
    """What may be written: a graph over pieces, its nodes numbered from ROOT."""

    def __init__(self, variants: Iterable[Words], eos: int, *, memory: int | None) -> None:
        """`memory`: how many last words decide which may follow; None: all of them, so the whole variant."""
        self.eos = eos
        self._next: list[dict[int, int]] = [{}]  # within a word: piece → node
        self._then: list[int | None] = [None]  # at the end of a word: the node where the next one begins
        self._ends: list[bool] = [False]  # a variant ends where this word would begin
        starts: dict[tuple[tuple[int, ...], ...], int] = {(): ROOT}
        for variant in variants:
            said: tuple[tuple[int, ...], ...] = ()
            for word in variant:
                at = self._walk(starts[said], word)
                said = (*said, tuple(word))[-memory:] if memory else (*said, tuple(word))
                if said not in starts:
                    starts[said] = self._node()
                # Words of the same pieces after the same words: the same node, or a free choice of either.
                self._then[at] = starts[said]
            self._ends[starts[said]] = bool(said)

    def _node(self) -> int:
        self._next.append({})
        self._then.append(None)
        self._ends.append(False)
        return len(self._next) - 1

    def _walk(self, at: int, word: Sequence[int]) -> int:
        for piece in word:
            if piece not in self._next[at]:
                self._next[at][piece] = self._node()
            at = self._next[at][piece]
        return at

    def allowed(self, state: int) -> list[int]:
        """The pieces that may come next."""
        pieces = dict.fromkeys(self._next[state])
        begins = self._then[state]
        if begins is not None:
            pieces |= dict.fromkeys(self._next[begins])
            if self._ends[begins]:
                pieces[self.eos] = None
        return list(pieces)

    def step(self, state: int, piece: int) -> int:
        """The state after an allowed piece other than the end; a longer word goes on before a new one begins."""
        if piece in self._next[state]:
            return self._next[state][piece]
        begins = self._then[state]
        if begins is None:
            raise KeyError(piece)
        return self._next[begins][piece]

    @property
    def empty(self) -> bool:
        return not self._next[ROOT]


@dataclass(frozen=True, slots=True)
class Beam:
    ids: tuple[int, ...]
    state: int
    score: float  # sum of log-probabilities among the allowed pieces

    @property
    def merit(self) -> float:
        return self.score / (len(self.ids) + 1) ** 0.7  # longer replies are not worse ones


def generate(
    model: Model, lines: Sequence[Line], grammars: Sequence[Grammar], *, beams: int = 3, length: int | None = None
) -> list[list[list[int]]]:
    """For each request up to `beams` replies as piece ids, best first; all requests are decoded together.

    Only replies that came to their end are given: at most `length` pieces (default: the net's reply_length).
    """
    finished: list[list[Beam]] = [[] for _ in lines]
    live = {at: [Beam((), ROOT, 0.0)] for at, grammar in enumerate(grammars) if not grammar.empty}
    with torch.inference_mode():
        memory = model.net.remember(collate(lines, model.tokenizer))
        cache: Cache | None = None
        rows = list(live)  # which request each row of the batch belongs to
        memory = memory.rows(torch.tensor(rows, dtype=torch.long))
        ids = torch.full((len(rows), 1), model.tokenizer.bos)
        for _ in range(length or model.config.reply_length):
            if not rows:
                break
            logits, cache = model.net.write(ids, memory, cache)
            live, parents, last = _grow(live, logits[:, -1], grammars, finished, beams)
            index = torch.tensor(parents, dtype=torch.long)
            memory, cache = memory.rows(index), tuple(layer.rows(index) for layer in cache)
            rows, ids = parents, torch.tensor(last, dtype=torch.long)[:, None]
    return [[list(beam.ids) for beam in sorted(done, key=lambda beam: -beam.merit)[:beams]] for done in finished]


def _grow(
    live: dict[int, list[Beam]], logits: Tensor, grammars: Sequence[Grammar], finished: list[list[Beam]], beams: int
) -> tuple[dict[int, list[Beam]], list[int], list[int]]:
    """One piece more for each beam: the new beams, the batch row each came from, and its last piece.

    Rows of `logits` (rows, V) follow the beams of `live` in order.
    """
    grown: dict[int, list[Beam]] = {}
    parents, last, row = [], [], 0
    for at, current in live.items():
        options: list[tuple[float, int, Beam, int]] = []
        for beam in current:
            allowed = grammars[at].allowed(beam.state)
            chances = torch.log_softmax(logits[row, allowed], 0).tolist()
            options += [(beam.score + chance, row, beam, piece) for chance, piece in zip(chances, allowed, strict=True)]
            row += 1
        kept: list[Beam] = []
        # Ties fall to the smaller piece id, so that a batch and a single request give the same.
        for score, parent, beam, piece in sorted(options, key=lambda one: (-one[0], one[1], one[3]))[: 2 * beams]:
            if piece == grammars[at].eos:
                finished[at].append(Beam(beam.ids, beam.state, score))
            elif len(kept) < beams:
                kept.append(Beam((*beam.ids, piece), grammars[at].step(beam.state, piece), score))
                parents.append(parent)
                last.append(piece)
            if len(kept) == beams:
                break
        if kept and len(finished[at]) < beams:
            grown[at] = kept
        else:
            del parents[len(parents) - len(kept) :], last[len(last) - len(kept) :]
    return grown, parents, last
