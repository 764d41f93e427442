"""The external check of our replies: RNNLG laptop and TV (Wen et al. 2016), written by nets of our own layers.

A dialogue act goes in slot by slot, a text with placeholders comes out. A text must hold every placeholder of its act
as often as the act does and no other, so values are neither lost nor made up. Of many sampled texts the one is said
that is most like the others: minimum Bayes risk under BLEU (Kumar and Byrne 2004). Shapes: B rows, S slots, T words,
N texts of a row, V words known, D width.
"""

import gzip
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.corpora import ORIGINS
from model.data import DataError
from model.evaluate import interval, wilson
from model.layers import Dropout, EncoderLayer, rotary
from model.nlg_choice import LENGTHS, Choice, choice, written_out
from model.nlg_score import (
    ASKED,
    SPECIAL,
    Act,
    Row,
    binary_errors,
    bleu,
    categorical_errors,
    delexicalise,
    is_placeholder,
    matches,
    normalise,
    placeholder,
    pooled,
    relexicalise,
)
from model.optimise import Run, precision, training
from model.recipe import Recipe
from model.stages import Say
from model.transformer import Cache, Config, Decoder, Memory

DOMAINS = ("laptop", "tv")
PAD, BEGIN, END, UNKNOWN = range(4)  # the first words of every vocabulary
LENGTH = 64  # words of a text at most; the longest of the corpora have fewer
OFTEN = 5  # rows that must hold a value before it has an embedding

@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides the texts, beside the data."""

    recipe: Recipe = field(default_factory=lambda: Recipe(
        width=128, heads=4, inner=512, encoder_layers=2, decoder_layers=2, dropout=0.15, rate=2e-3, table_rate=1.0,
        average=0.995, hide=0.15, decoder_batch=48,
    ))  # fmt: skip
    epochs: int = 9
    nets: int = 3  # of other seeds: what they agree on is less one net's whim
    texts: int = 32  # sampled from each net for an act
    temperature: float = 0.8
    judged: int = 600  # validation rows on which the power of length is chosen


def read(data: Path, domain: str, split: str) -> list[Row]:
    file = data / "nlg" / f"{domain}_{split}.jsonl.gz"
    if not file.exists():
        raise DataError(f"{file} is missing: {ORIGINS[domain]}")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [Row(Act.parse(value["act"]), normalise(value["reference"]), normalise(value["handcrafted"]))
                for value in map(json.loads, lines)]  # fmt: skip


# --- what the nets read and write -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """An act and a text with placeholders that says all of it."""

    act: Act
    text: str


def pairs(rows: Sequence[Row]) -> list[Pair]:
    """The rows whose text holds each value of its act: from the others a net would learn to leave some out."""
    found = [Pair(row.act, delexicalise(row.reference, row.act)) for row in rows]
    return [pair for pair in found if Counter(filter(is_placeholder, pair.text.split())) == wanted(pair.act)]


def wanted(act: Act) -> Counter[str]:
    return Counter(place for place, _ in act.values)


class Vocabulary:
    """Numbers for words, and for kinds, slots and values of acts. Of the latter 0 is padding and 1 unknown."""

    def __init__(self, known: Sequence[Pair]) -> None:
        given = acts_of(known)
        words = Counter(word for pair in known for word in pair.text.split())
        slots = sorted({name for act in given for name, _ in act.slots})
        places = {placeholder(name, number) for name in slots for number in (1, 2, 3)}
        # Other words seen once are mostly slips of the keyboard.
        plain = {word for word, count in words.items() if count > 1 and not is_placeholder(word)}
        self.words = ("[pad]", "[begin]", "[end]", "[unknown]", *sorted(places), *sorted(plain))
        self.word = {word: number for number, word in enumerate(self.words)}
        self.places = torch.arange(END + 2, END + 2 + len(places))  # the numbers of all placeholders
        self.kinds = self._numbered({act.kind for act in given})
        self.slots = self._numbered(places)
        values = Counter(value for act in given for _, value in act.slots)
        self.values = self._numbered({value for value, count in values.items() if count >= OFTEN} | {ASKED, *SPECIAL})

    @staticmethod
    def _numbered(names: set[str]) -> dict[str, int]:
        return {name: number for number, name in enumerate(sorted(names), 2)}

    def ids(self, text: str) -> list[int]:
        return [self.word.get(word, UNKNOWN) for word in text.split()]

    def text(self, ids: Sequence[int]) -> str:
        return " ".join(self.words[number] for number in ids)

    def left(self, acts: Sequence[Act]) -> Tensor:
        """How often each placeholder is to be said: (B, placeholders)."""
        counts = torch.zeros(len(acts), len(self.places), dtype=torch.long)
        for row, act in enumerate(acts):
            for place, _ in act.values:
                if place not in self.word:
                    raise DataError(f"no training text speaks of {place}")
                counts[row, self.word[place] - int(self.places[0])] += 1
        return counts

    def read(self, acts: Sequence[Act], hide: float = 0.0, chance: random.Random | None = None) -> "Read":
        """Acts as numbers; `hide`: the share of written-out values that are not shown."""
        ids = torch.zeros(4, len(acts), max(len(act.slots) for act in acts) + 1, dtype=torch.long)
        for row, act in enumerate(acts):
            ids[3, row, : len(act.slots) + 1] = 1
            ids[0, row, : len(act.slots) + 1] = self.kinds.get(act.kind, 1)
            seen: Counter[str] = Counter()
            for at, (name, value) in enumerate(act.slots, 1):
                seen[name] += 1
                ids[1, row, at] = self.slots.get(placeholder(name, seen[name]), 1)
                hidden = chance is not None and written_out(value) and chance.random() < hide
                ids[2, row, at] = 1 if hidden else self.values.get(value, 1)
        return Read(ids[0], ids[1], ids[2], ids[3].bool())


@dataclass(frozen=True, slots=True)
class Read:
    """A batch of acts, each (B, S): position 0 is the act itself, the slots follow in the order given."""

    kinds: Tensor
    slots: Tensor
    values: Tensor
    mask: Tensor  # True on true positions


class Net(nn.Module):
    """Encoder of acts, decoder of texts."""

    def __init__(self, vocabulary: Vocabulary, config: Config) -> None:
        super().__init__()
        self.config = config
        width = config.width
        sizes = (len(vocabulary.kinds) + 2, len(vocabulary.slots) + 2, len(vocabulary.values) + 2, config.pieces)
        self.kinds, self.slots, self.values, self.words = tables = [nn.Embedding(size, width) for size in sizes]
        for table in tables:
            nn.init.normal_(table.weight, std=width**-0.5)
        self.dropout = Dropout(config.dropout)
        self.layers = nn.ModuleList(
            EncoderLayer(width, config.heads, config.inner, config.dropout) for _ in range(config.encoder_layers)
        )
        self.norm = nn.LayerNorm(width)
        self.decoder = Decoder(config)

    def remember(self, acts: Read) -> Memory:
        # People follow the order in which the slots are given more often than not: it counts.
        x = self.dropout(self.kinds(acts.kinds) + self.slots(acts.slots) + self.values(acts.values))
        turns = rotary(x.shape[1], self.config.width // self.config.heads)
        for layer in self.layers:
            x = layer(x, acts.mask[:, None, None, :], turns)
        return self.decoder.remember(self.norm(x), acts.mask)

    def write(self, ids: Tensor, memory: Memory, past: Cache | None = None) -> tuple[Tensor, Cache]:
        """Logits (B, T, V) of the word after each of `ids` (B, T), and the new cache."""
        states, cache = self.decoder(ids, memory, self.words.weight, past)
        return self.decoder.logits(states, self.words.weight), cache


def make(vocabulary: Vocabulary, recipe: Recipe) -> Net:
    return Net(vocabulary, recipe.config(len(vocabulary.words), ("en",)))


# --- training ---------------------------------------------------------------------------------------------------------


def train(known: Sequence[Pair], vocabulary: Vocabulary, plan: Plan, seed: int) -> Net:
    """A net that gives the texts of `known` a high probability; its averaged weights."""
    torch.manual_seed(seed)
    chance = random.Random(seed)
    net = make(vocabulary, plan.recipe)
    data = [(pair.act, vocabulary.ids(pair.text)) for pair in known]
    size = plan.recipe.decoder_batch
    with tempfile.TemporaryDirectory() as folder:
        run = Run(net, plan.recipe, plan.epochs * -(-len(data) // size), Path(folder) / "run.safetensors", "")
        for _ in range(plan.epochs):
            # Texts of like length stand together, so that little is padding.
            chance.shuffle(data)
            order = sorted(range(len(data)), key=lambda at: (at // (20 * size), len(data[at][1])))
            starts = list(range(0, len(data), size))
            chance.shuffle(starts)
            for start in starts:
                batch = [data[at] for at in order[start : start + size]]
                acts = vocabulary.read([act for act, _ in batch], plan.recipe.hide, chance)
                with training(plan.recipe):
                    loss(net, acts, [ids for _, ids in batch]).backward()
                run.update()
        net.load_state_dict(run.average)
    return net.eval()


def loss(net: Net, acts: Read, texts: Sequence[Sequence[int]]) -> Tensor:
    """Cross-entropy of the texts, each with its end."""
    ids = torch.full((len(texts), max(map(len, texts)) + 2), PAD)
    for row, text in enumerate(texts):
        ids[row, : len(text) + 2] = torch.tensor([BEGIN, *text, END])
    logits, _ = net.write(ids[:, :-1], net.remember(acts))
    return F.cross_entropy(logits.flatten(0, 1).float(), ids[:, 1:].flatten(), ignore_index=PAD)


# --- writing ----------------------------------------------------------------------------------------------------------


@torch.inference_mode()
def sample(
    net: Net, vocabulary: Vocabulary, acts: Sequence[Act], number: int, *, temperature: float, seed: int,
    bf16: bool = False, together: int = 1024,
) -> list[list[str]]:
    """`number` texts with placeholders for each act, each of which says all of the act and nothing else.

    `together` texts are written at a time. `bf16`: with matrix products in bfloat16, in half the time.
    """
    out: list[list[str]] = []
    generator = torch.Generator().manual_seed(seed)
    for start in range(0, len(acts), max(1, together // number)):
        some = acts[start : start + max(1, together // number)]
        with precision(bf16):
            out += _sample(net, vocabulary, some, number, temperature, generator)
    return out


def _sample(
    net: Net, vocabulary: Vocabulary, acts: Sequence[Act], number: int, temperature: float, generator: torch.Generator
) -> list[list[str]]:
    owners = torch.arange(len(acts)).repeat_interleave(number)  # which act each row of the batch belongs to
    memory, left = net.remember(vocabulary.read(acts)).rows(owners), vocabulary.left(acts)[owners]
    ids, said = torch.full((len(owners), 1), BEGIN), torch.zeros(len(owners), 0, dtype=torch.long)
    cache: Cache | None = None
    out: list[list[str]] = [[] for _ in acts]
    for at in range(LENGTH + 1):
        logits, cache = net.write(ids, memory, cache)
        chances = forbid(logits[:, -1].float(), vocabulary, left, LENGTH - at).div(temperature).softmax(1).double()
        sums = chances.cumsum(1)
        # By the sums: drawing for every word, as torch.multinomial does, costs as much as a layer.
        drawn = torch.rand(len(sums), 1, generator=generator, dtype=torch.double) * (1 - 1e-12) * sums[:, -1:]
        ids = torch.searchsorted(sums, drawn, right=True)
        ended = ids[:, 0] == END
        for row in ended.nonzero()[:, 0].tolist():
            out[owners[row]].append(vocabulary.text(said[row].tolist()))
        said, left = torch.cat((said, ids), 1), left - (ids == vocabulary.places).long()
        if ended.any():
            on = (~ended).nonzero()[:, 0]
            if not len(on):
                break
            ids, said, left, owners, memory = ids[on], said[on], left[on], owners[on], memory.rows(on)
            cache = tuple(layer.rows(on) for layer in cache)
    return out


def forbid(logits: Tensor, vocabulary: Vocabulary, left: Tensor, room: int) -> Tensor:
    """Logits (B, V) of what may come next; `left` (B, placeholders) is still to be said, in `room` words."""
    never = -torch.inf
    logits, due = logits.clone(), left.sum(1)
    # When there is room only for what is still to be said, nothing else is.
    tight = (due >= room)[:, None].expand(-1, len(vocabulary.words) - UNKNOWN - 1 - len(vocabulary.places))
    first, last = int(vocabulary.places[0]), int(vocabulary.places[-1])
    logits[:, [PAD, BEGIN, UNKNOWN]] = never
    logits[:, END].masked_fill_(due > 0, never)
    logits[:, first : last + 1].masked_fill_(left == 0, never)
    logits[:, last + 1 :].masked_fill_(tight, never)
    return logits


def choices(nets: Sequence[Net], vocabulary: Vocabulary, acts: Sequence[Act], plan: Plan, seed: int) -> list[Choice]:
    found = [
        sample(net, vocabulary, acts, plan.texts, temperature=plan.temperature, seed=seed + number,
               bf16=plan.recipe.bf16)
        for number, net in enumerate(nets)
    ]  # fmt: skip
    return [choice(act, [text for each in of_nets for text in each])
            for act, *of_nets in zip(acts, *found, strict=True)]  # fmt: skip


# --- the check --------------------------------------------------------------------------------------------------------


def rnnlg(
    data: Path, domain: str, *, seed: int = 1, threads: int = 2, plan: Plan | None = None, say: Say = print
) -> dict[str, Any]:
    """Train on the train split, choose on the valid split, and score one text for each row of the test split."""
    began, plan = time.monotonic(), plan or Plan()
    torch.set_num_threads(threads)
    known, held, test = pairs(read(data, domain, "train")), read(data, domain, "valid"), read(data, domain, "test")
    vocabulary = Vocabulary(known)
    nets = []
    for number in range(plan.nets):
        nets.append(train(known, vocabulary, plan, seed + 1000 * number))
        say(f"{domain}: net {number + 1} of {plan.nets} after {time.monotonic() - began:.0f} s")
    trained = time.monotonic() - began

    scored, offered = Scored(held, plan.judged), choices(nets, vocabulary, acts_of(held[: plan.judged]), plan, seed)
    valid = {power: bleu(scored.matches([one.best(power) for one in offered])) for power in LENGTHS}
    power = max(valid, key=lambda one: valid[one])
    say(f"{domain}: length to the power {power}, valid BLEU {valid[power]:.4f} after {time.monotonic() - began:.0f} s")

    scored = Scored(test)
    texts = [one.best(power) for one in choices(nets, vocabulary, acts_of(test), plan, seed)]
    said = [(relexicalise(text, row.act), row.act) for text, row in zip(texts, test, strict=True)]
    categorical, binary = categorical_errors(said), binary_errors(said)
    ours, theirs = scored.matches(texts), scored.matches(handcrafted(test))
    figures = {
        "bleu": interval(len(test), lambda some: bleu(ours[some])), "handcrafted_bleu": bleu(theirs),
        "categorical_slot_errors": wilson(categorical.wrong, categorical.slots),
        "binary_slot_errors": wilson(binary.wrong, binary.slots),
        "wrong_categorical": categorical.wrong, "categorical_slots": categorical.slots,
        "wrong_binary": binary.wrong, "binary_slots": binary.slots,
        "valid_bleu": valid[power], "length_power": power, "seed": seed,
        "rows": len(test), "trained_seconds": round(trained), "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    say(f"{domain}: {figures}")
    return figures


class Scored:
    """The first rows of a split, or all, and the pooled references of each."""

    def __init__(self, rows: Sequence[Row], first: int | None = None) -> None:
        self.acts, self.pools = acts_of(rows)[:first], pooled(rows)[:first]

    def matches(self, texts: Sequence[str]) -> np.ndarray:
        """Of texts with placeholders, one a row: what BLEU sums (texts, 10)."""
        return np.array([matches(relexicalise(text, act), pool)
                         for text, act, pool in zip(texts, self.acts, self.pools, strict=True)])  # fmt: skip


def handcrafted(rows: Sequence[Row]) -> list[str]:
    """What the toolkit's rules write, with placeholders; for each delexicalised act the first row's, as it does."""
    first: dict[object, str] = {}
    for row in rows:
        first.setdefault(row.act.key, delexicalise(row.handcrafted, row.act))
    return [first[row.act.key] for row in rows]


def acts_of(rows: Sequence[Row] | Sequence[Pair]) -> list[Act]:
    return [row.act for row in rows]
