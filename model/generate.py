"""Decoding under a grammar: greedy, beam search or sampling in which every next piece must be one the act allows.

A grammar is made of the act's written variants. Without `memory` one of them is followed to its end: nothing else can
be said. With it, a reply may go over from one variant to another where both have the same last words: every word is one
of the act's, and every few words in a row stand in one of its variants.

The net is asked only where more than one piece is allowed. The pieces in between have probability 1 among the allowed
ones; they are fed together, as one run, when the next choice comes up, and not at all when none does.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from math import exp, inf
from random import Random

import torch
from torch import Tensor

from model.batch import Line, collate
from model.checkpoint import Model
from model.layers import KeysValues
from model.transformer import Cache, Memory

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
        self._known: list[dict[int, int] | None] = [None] * len(self._next)  # merged when first met: most never are

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

    def _moves(self, state: int) -> dict[int, int]:
        """Piece → state after it; a longer word goes on before a new one begins."""
        moves = self._known[state]
        if moves is None:
            moves, begins = self._next[state], self._then[state]
            if begins is not None:
                moves = moves | {piece: node for piece, node in self._next[begins].items() if piece not in moves}
                if self._ends[begins]:
                    moves[self.eos] = ROOT
            self._known[state] = moves
        return moves

    def allowed(self, state: int) -> list[int]:
        """The pieces that may come next."""
        return list(self._moves(state))

    def step(self, state: int, piece: int) -> int:
        """The state after an allowed piece other than the end; KeyError for one that is not allowed."""
        return self._moves(state)[piece]

    @property
    def empty(self) -> bool:
        return not self._next[ROOT]


@dataclass(frozen=True, slots=True)
class Sample:
    """Draw pieces by their probability; the same seed draws the same replies, alone or in a batch."""

    seed: int = 0
    temperature: float = 1.0  # below 1 likely pieces become likelier
    top_p: float = 1.0  # only the likeliest pieces that together have this probability are drawn from

    def __post_init__(self) -> None:
        if not (self.temperature > 0 and 0 < self.top_p <= 1):
            raise ValueError("temperature must be above 0, and top_p above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class Decoding:
    """How replies are found: by beam search (greedily with one beam), or by drawing `beams` of them."""

    beams: int = 3
    sample: Sample | None = None
    length: int | None = None  # pieces of a reply at most, its end counted; None: the net's reply_length

    def __post_init__(self) -> None:
        if self.beams < 1:
            raise ValueError("beams must be at least 1")


BEAM_SEARCH = Decoding()


@dataclass(frozen=True, slots=True)
class Reply:
    ids: tuple[int, ...]  # without the end
    score: float  # sum of log-probabilities among the allowed pieces

    @property
    def merit(self) -> float:
        return self.score / (len(self.ids) + 1) ** 0.7  # longer replies are not worse ones


def generate(
    model: Model, lines: Sequence[Line], grammars: Sequence[Grammar], decoding: Decoding = BEAM_SEARCH
) -> list[list[Reply]]:
    """For each request up to `beams` different replies, the best first, or as drawn; all are decoded together.

    Only replies that came to their end are given.
    """
    limit = decoding.length or model.config.reply_length
    searches = [_search(grammar, decoding, limit) for grammar in grammars]
    found: list[list[Reply]] = [[] for _ in lines]
    asking: dict[int, list[Beam]] = {}  # request → its beams that have a choice

    def go_on(at: int, choices: "list[Choice] | None") -> None:
        try:
            asking[at] = searches[at].send(choices)
        except StopIteration as end:
            found[at] = end.value
            asking.pop(at, None)

    for at in range(len(lines)):
        go_on(at, None)
    if asking:
        with torch.inference_mode():
            chooser = _Chooser(model, {at: lines[at] for at in asking}, grammars)
            while asking:
                answers = iter(chooser.choices([(at, beam) for at, beams in asking.items() for beam in beams]))
                for at, beams in list(asking.items()):
                    go_on(at, [next(answers) for _ in beams])
    return found


# --- searching: knows the grammar, asks for probabilities, never sees the net -----------------------------------------


@dataclass(frozen=True, slots=True)
class Past:
    """Keys and values of a beginning: of row `row` of `cache` the first `length` positions."""

    cache: Cache
    row: int
    length: int


@dataclass(frozen=True, slots=True)
class Beam:
    """A reply that has begun."""

    ids: tuple[int, ...] = ()
    state: int = ROOT
    score: float = 0.0
    past: Past | None = None  # what of it the net has seen: all up to the last choice


@dataclass(frozen=True, slots=True)
class Choice:
    """The log-probability of each allowed piece, and what the net has seen now."""

    chances: Sequence[float]
    past: Past | None


FORCED = (0.0,)

Search = Generator[list[Beam], list[Choice], list[Reply]]  # yields beams, is sent the choice that each of them has


def _search(grammar: Grammar, decoding: Decoding, limit: int) -> Search:
    if decoding.sample:
        return _drawn(grammar, decoding.beams, decoding.sample, limit)
    return _best(grammar, decoding.beams, limit)


def _best(grammar: Grammar, width: int, limit: int) -> Search:
    """Beam search."""
    finished: list[Reply] = []
    live = [Beam()]
    for _ in range(limit):
        choices = yield from _choices(grammar, live)
        options = [
            (beam.score + chance, row, piece)
            for row, (beam, choice) in enumerate(zip(live, choices, strict=True))
            for chance, piece in zip(choice.chances, grammar.allowed(beam.state), strict=True)
        ]
        kept: list[Beam] = []
        # Ties fall to the smaller piece id, so that a batch and a single request give the same.
        for score, row, piece in sorted(options, key=lambda one: (-one[0], one[1], one[2]))[: 2 * width]:
            beam = live[row]
            if piece == grammar.eos:
                finished.append(Reply(beam.ids, score))
            else:
                kept.append(Beam((*beam.ids, piece), grammar.step(beam.state, piece), score, choices[row].past))
            if len(kept) == width:
                break
        live = kept
        if not live or len(finished) >= width:
            break
    return sorted(finished, key=lambda reply: -reply.merit)[:width]


def _drawn(grammar: Grammar, count: int, sample: Sample, limit: int) -> Search:
    """Ancestral sampling of `count` replies, each with random numbers of its own; one that comes again is left out."""
    dice = [Random(f"{sample.seed}/{number}") for number in range(count)]
    finished: dict[int, Reply] = {}
    live = {} if grammar.empty else dict.fromkeys(range(count), Beam())
    for _ in range(limit):
        choices = yield from _choices(grammar, list(live.values()))
        grown: dict[int, Beam] = {}
        for (number, beam), choice in zip(live.items(), choices, strict=True):
            at = _draw(choice.chances, sample, dice[number])
            piece, score = grammar.allowed(beam.state)[at], beam.score + choice.chances[at]
            if piece == grammar.eos:
                finished[number] = Reply(beam.ids, score)
            else:
                grown[number] = Beam((*beam.ids, piece), grammar.step(beam.state, piece), score, choice.past)
        live = grown
        if not live:
            break
    different: dict[tuple[int, ...], Reply] = {}
    for number in sorted(finished):
        different.setdefault(finished[number].ids, finished[number])
    return list(different.values())


def _draw(chances: Sequence[float], sample: Sample, dice: Random) -> int:
    """The place of one of the `chances` (log-probabilities); a forced one takes no random number."""
    if len(chances) == 1:
        return 0
    highest = max(chances)
    weights = [exp((chance - highest) / sample.temperature) for chance in chances]
    order = sorted(range(len(weights)), key=lambda at: -weights[at])
    enough, mass, kept = sample.top_p * sum(weights), 0.0, 0
    while kept < len(order) and mass < enough:
        mass += weights[order[kept]]
        kept += 1
    left = dice.random() * mass
    for at in order[:kept]:
        left -= weights[at]
        if left < 0:
            return at
    return order[kept - 1]


def _choices(grammar: Grammar, live: Sequence[Beam]) -> Generator[list[Beam], list[Choice], list[Choice]]:
    """The choice of every beam, asking only for those that have one."""
    open_ = [len(grammar.allowed(beam.state)) > 1 for beam in live]
    asked = [beam for beam, has_choice in zip(live, open_, strict=True) if has_choice]
    answers = iter((yield asked) if asked else ())
    return [
        next(answers) if has_choice else Choice(FORCED[: len(grammar.allowed(beam.state))], beam.past)
        for beam, has_choice in zip(live, open_, strict=True)
    ]


# --- the net ----------------------------------------------------------------------------------------------------------


class _Chooser:
    """Asks the net for many beams at once; holds what the decoder looks at, by request."""

    def __init__(self, model: Model, lines: dict[int, Line], grammars: Sequence[Grammar]) -> None:
        self._net, self._bos, self._grammars = model.net, model.tokenizer.bos, grammars
        self._places = {at: place for place, at in enumerate(lines)}
        self._whole = model.net.remember(collate(list(lines.values()), model.tokenizer))
        self._rows, self._memory = list(range(len(lines))), self._whole

    def choices(self, asked: Sequence[tuple[int, Beam]]) -> list[Choice]:
        """For each (request, beam) the log-probabilities of what its grammar allows; R rows."""
        beams = [beam for _, beam in asked]
        allowed = [self._grammars[at].allowed(beam.state) for at, beam in asked]
        # One start for all rows: what a row has seen beyond it is seen again, and shorter rows are padded behind, where
        # nothing looks back from. That is cheaper than a call for each length.
        start = min(beam.past.length if beam.past else 0 for beam in beams)
        fed = [[self._bos, *beam.ids][start:] for beam in beams]
        longest = max(map(len, fed))
        ids = torch.tensor([row + [self._bos] * (longest - len(row)) for row in fed])
        table, decoder = self._net.encoder.pieces.weight, self._net.decoder
        memory = self._look_at([self._places[at] for at, _ in asked])
        states, cache = decoder(ids, memory, table, _kept([beam.past for beam in beams], start))
        last = states[torch.arange(len(fed)), torch.tensor([len(row) - 1 for row in fed])]  # (R, D)

        pieces = {piece: place for place, piece in enumerate(sorted(set().union(*allowed)))}
        widest = max(map(len, allowed))
        index = torch.tensor([[pieces[piece] for piece in row] + [-1] * (widest - len(row)) for row in allowed])
        logits = decoder.logits(last, table, torch.tensor(list(pieces)))  # (R, pieces of all rows)
        chances = logits.gather(1, index.clamp(min=0)).masked_fill(index < 0, -inf).log_softmax(1).tolist()
        return [
            Choice(row[: len(may)], Past(cache, place, start + len(new)))
            for place, (row, may, new) in enumerate(zip(chances, allowed, fed, strict=True))
        ]

    def _look_at(self, rows: list[int]) -> Memory:
        if rows != self._rows:
            self._rows, self._memory = rows, self._whole.rows(torch.tensor(rows))
        return self._memory


def _kept(pasts: Sequence[Past | None], start: int) -> Cache | None:
    """The first `start` positions of each past as one batch; nothing is copied where the rows stay as they are."""
    known = [past for past in pasts if past is not None] if start else []
    if not known:
        return None
    layers, rows = known[0].cache, [past.row for past in known]
    if any(past.cache is not layers for past in known):
        parts = [[layer.rows(slice(past.row, past.row + 1)) for layer in past.cache] for past in known]  # views
        layers = tuple(_stacked([part[number] for part in parts], start) for number in range(len(layers)))
    elif rows != list(range(len(layers[0].keys))):
        layers = tuple(layer.rows(torch.tensor(rows)) for layer in layers)
    return tuple(KeysValues(layer.keys[:, :, :start], layer.values[:, :, :start]) for layer in layers)


def _stacked(parts: Sequence[KeysValues], start: int) -> KeysValues:
    def joined(tensors: Iterable[Tensor]) -> Tensor:
        return torch.cat([tensor[:, :, :start] for tensor in tensors])

    return KeysValues(joined(part.keys for part in parts), joined(part.values for part in parts))
