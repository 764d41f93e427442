"""The two trainings: the encoder with its heads on messages, then the decoder on the phrase book."""

import math
import random
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from model.augment import Augmenter, answer, noise
from model.batch import Line, Row, collate, line, request_line
from model.data import Example
from model.labels import SPOKEN
from model.material import Material
from model.objective import IGNORED, PAIRED, BorrowedHeads, Labels, loss, paired_loss
from model.optimise import Run, precision, training
from model.phrasebook import Book, placeholders
from model.recipe import Recipe
from model.stages import Say
from model.tokenizer import Tokenizer, key
from model.transformer import Transformer

# --- the encoder -----------------------------------------------------------------------------------------------------


def teach_encoder(
    net: Transformer, tokenizer: Tokenizer, material: Material, recipe: Recipe, unfinished: Path, made_from: str,
    say: Say = print, start: Transformer | None = None,
) -> dict[str, torch.Tensor]:  # fmt: skip
    """Train encoder and heads and return their averaged weights. `unfinished`: where a broken-off run is kept.

    `start`: a net of the same shape to go on from; without one, weights are drawn from the seed.
    """
    labels = Labels(net.config, material.borrowed)
    torch.manual_seed(recipe.seed)
    net.apply(_initial)
    if start:
        net.load_state_dict(start.state_dict())
    heads = BorrowedHeads(net.config, labels)
    module = nn.ModuleDict({"encoder": net.encoder, "heads": net.heads, "borrowed": heads})
    run = Run(module, recipe, recipe.steps, unfinished, made_from)
    draw = Draw(material.examples, material.borrowed, recipe, material.keys)
    began, total = time.monotonic(), 0.0
    for step in range(run.step, recipe.steps):
        net.train()
        torch.manual_seed(recipe.seed * 1_000_003 + step)
        batch = draw(step)
        rng = random.Random(f"{recipe.seed}/hide/{step}")
        total += learn(net, heads, labels, tokenizer, batch, rng, recipe)
        if material.pairs and recipe.pairs:
            with training(recipe):
                lost = PAIRED * _paired(net, tokenizer, rng.choices(material.pairs, k=recipe.pairs)) / len(batch)
            lost.backward()
            total += float(lost.detach())
        run.update()
        if (step + 1) % 100 == 0:
            say(f"encoder {step + 1}/{recipe.steps}  loss {total / 100:.3f}  {time.monotonic() - began:.0f} s")
            total = 0.0
    return {name: tensor.clone() for name, tensor in run.average.items() if not name.startswith("borrowed.")}


def learn(
    net: Transformer, heads: BorrowedHeads, labels: Labels, tokenizer: Tokenizer, batch: Sequence[Example],
    rng: random.Random, recipe: Recipe,
) -> float:  # fmt: skip
    """Add the gradients of a batch to those of the net, and return its mean loss."""
    lines, hidden = zip(*(masked(line(one.row, tokenizer, net.config), rng, tokenizer, recipe) for one in batch),
                        strict=True)  # fmt: skip
    total = 0.0
    for chosen in _shares(lines):
        inputs = collate([lines[at] for at in chosen], tokenizer)
        targets = labels.targets([batch[at] for at in chosen], [lines[at] for at in chosen],
                                 [hidden[at] for at in chosen])  # fmt: skip
        with training(recipe):
            lost = loss(net, heads, inputs, targets) / len(batch)
        lost.backward()
        total += float(lost.detach())
    return total


def _paired(net: Transformer, tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> torch.Tensor:
    first, second = (
        net.read(collate([line(Row(text), tokenizer, net.config) for text in side], tokenizer)).sentence
        for side in zip(*pairs, strict=True)
    )
    said = [tuple(map(key, pair)) for pair in pairs]
    same = [[i != j and (a[0] == b[0] or a[1] == b[1]) for j, b in enumerate(said)] for i, a in enumerate(said)]
    return paired_loss(first, second, torch.tensor(same))


def teach_further(
    net: Transformer, tokenizer: Tokenizer, material: Material, recipe: Recipe, unfinished: Path, made_from: str,
    say: Say = print,
) -> dict[str, torch.Tensor]:  # fmt: skip
    """Train the head for any request of a message on, with many more messages that hold several; return it.

    All else stands still. Beside one clear request a second one is easily lost.
    """
    if (head := net.heads.further) is None:
        return {}
    labels = Labels(net.config)
    run = Run(nn.ModuleDict({"further": head}), recipe, recipe.further_steps, unfinished, made_from)
    own = [one for one in material.examples if one.intents]
    several, augment = [one for one in own if len(one.intents) > 1], Augmenter(material.examples)
    total = 0.0
    for step in range(run.step, recipe.further_steps):
        net.eval()
        head.train()
        torch.manual_seed(recipe.seed * 1_000_003 + step)
        rng = random.Random(f"{recipe.seed}/further/{step}")
        batch = [augment(one, rng) for one in (*rng.choices(own, k=36), *rng.choices(several or own, k=12))]
        batch += [augment.several(language, rng) for language in SPOKEN for _ in range(8)]
        batch = [one for one in batch if key(one.text) not in material.keys]
        lines = [line(one.row, tokenizer, net.config) for one in batch]
        for chosen in _shares(lines):
            inputs = collate([lines[at] for at in chosen], tokenizer)
            wanted = labels.each([batch[at] for at in chosen])
            with training(recipe):
                with torch.no_grad():
                    encoded, first = net.encoder(inputs)
                further = net.heads(encoded, first, inputs).further.float()
            lost = F.binary_cross_entropy_with_logits(further, wanted, reduction="sum") / len(batch)
            lost.backward()
            total += float(lost.detach())
        run.update()
        net.heads.zero_grad(set_to_none=True)
        if (step + 1) % 100 == 0:
            say(f"further {step + 1}/{recipe.further_steps}  loss {total / 100:.3f}")
            total = 0.0
    return {f"heads.{name}": tensor.clone() for name, tensor in run.average.items()}


def _initial(module: nn.Module) -> None:
    """Weights again from the seed, whatever was drawn before."""
    if isinstance(module, (nn.Linear, nn.LayerNorm)):
        module.reset_parameters()
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=module.embedding_dim**-0.5)
    elif isinstance(module, nn.EmbeddingBag):
        nn.init.zeros_(module.weight)


def masked(one: Line, rng: random.Random, tokenizer: Tokenizer, recipe: Recipe) -> tuple[Line, list[int]]:
    """Hide some positions of the message, and what was there (IGNORED elsewhere).

    A position loses its piece, its n-grams or both: the net learns to do with what is left, as with unknown words.
    """
    ids, grams, hidden = list(one.ids), list(one.grams), [IGNORED] * len(one)
    for at in range(1, len(one.pieces) + 1):
        chance = rng.random()
        if chance < 2 * recipe.hide:
            hidden[at], ids[at] = ids[at], tokenizer.mask
        if recipe.hide < chance < 3 * recipe.hide:
            grams[at] = ()
    return replace(one, ids=ids, grams=grams), hidden


def _shares(lines: Sequence[Line], tokens: int = 1_024) -> Iterator[list[int]]:
    """Cut a batch into parts of like length, so that little of the work is on padding."""
    part: list[int] = []
    for at in sorted(range(len(lines)), key=lambda at: len(lines[at])):
        if part and len(lines[at]) * (len(part) + 1) > tokens:
            yield part
            part = []
        part.append(at)
    yield part


class Draw:
    """The examples of a step: our own in shuffled passes, others by source, and generated ones."""

    def __init__(
        self, examples: Sequence[Example], borrowed: Sequence[Example], recipe: Recipe, keys: Collection[str]
    ) -> None:
        self.own = [one for one in examples if one.intents]
        self.other = [one for one in examples if not one.intents]
        self.augment, self.recipe, self.keys = Augmenter(examples), recipe, keys
        self.sources: dict[str, list[Example]] = {}
        for one in borrowed:
            self.sources.setdefault(one.source, []).append(one)

    def __call__(self, step: int) -> list[Example]:
        seed, count = self.recipe.seed, self.recipe.own
        rng = random.Random(f"{seed}/{step}")
        out = [self.augment(one, rng) for one in self._pass(step * count, count)]
        out += rng.choices(self.other, k=max(1, count // 16)) if self.other else []
        answers = (answer(self.augment.fillers, self.augment.around, language, rng) for language in ("en", "zh"))
        out += [one for one in answers if one]
        out.append(noise(rng))
        names = sorted(self.sources)
        if names and self.recipe.borrowed:
            weights = [math.sqrt(len(self.sources[name])) for name in names]
            out += [rng.choice(self.sources[name]) for name in rng.choices(names, weights, k=self.recipe.borrowed)]
        # A changed value may make the very text of a test row.
        return [one for one in out if key(one.text) not in self.keys] or out[:1]

    def _pass(self, start: int, count: int) -> list[Example]:
        """Places start … start + count - 1 of an endless row of shuffled passes through our utterances."""
        out = []
        for place in range(start, start + count):
            turn, at = divmod(place, len(self.own))
            out.append(self.own[_shuffled(len(self.own), f"{self.recipe.seed}/{turn}")[at]])
        return out


@lru_cache(maxsize=2)
def _shuffled(count: int, seed: str) -> tuple[int, ...]:
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return tuple(order)


# --- the decoder -----------------------------------------------------------------------------------------------------


def teach_decoder(
    net: Transformer, tokenizer: Tokenizer, book: Book, said: Sequence[str], recipe: Recipe, unfinished: Path,
    made_from: str, say: Say = print,
) -> dict[str, torch.Tensor]:  # fmt: skip
    """Train the decoder on the phrase book; the encoder stays as it is. `said`: messages that may have come before."""
    torch.manual_seed(recipe.seed)
    net.decoder.apply(_initial)
    net.encoder.requires_grad_(False)
    pairs = [(act, language, tone, template) for (act, language), phrases in sorted(book.items())
             for tone, templates in phrases.variants.items() for template in templates]  # fmt: skip
    known = sorted({name for *_, template in pairs for name in placeholders(template)})
    said_so = (piece for *_, template in pairs for piece in tokenizer.encode(template, cased=True).ids)
    used = torch.tensor(sorted({tokenizer.pad, tokenizer.eos, *said_so}))
    module = nn.ModuleDict({"decoder": net.decoder})
    run = Run(module, recipe, recipe.decoder_steps, unfinished, made_from)
    total = 0.0
    for step in range(run.step, recipe.decoder_steps):
        net.eval().decoder.train()
        torch.manual_seed(recipe.seed * 1_000_003 + step)
        rng = random.Random(f"{recipe.seed}/{step}")
        chosen = rng.choices(pairs, k=recipe.decoder_batch)
        lines = [_request(pair, known, said, rng, tokenizer, net) for pair in chosen]
        with precision(recipe.bf16):
            lost = _reply_loss(net, tokenizer, lines, [template for *_, template in chosen], used)
        lost.backward()
        total += float(lost.detach())
        run.update()
        if (step + 1) % 100 == 0:
            say(f"decoder {step + 1}/{recipe.decoder_steps}  loss {total / 100:.3f}")
            total = 0.0
    return {name: tensor.clone() for name, tensor in run.average.items()}


def _request(
    pair: tuple[str, str, str, str], known: Sequence[str], said: Sequence[str], rng: random.Random,
    tokenizer: Tokenizer, net: Transformer,
) -> Line:  # fmt: skip
    """What is asked of the decoder: the facts the variant uses, often some it does not, often a turn before."""
    act, language, tone, template = pair
    facts = placeholders(template) | set(rng.sample(known, min(len(known), rng.choice((0, 0, 1, 2)))))
    history = [("user", rng.choice(said))] if said and rng.random() < 0.5 else []
    return request_line(act, sorted(facts), language, tone, history, tokenizer, net.config)


def _reply_loss(
    net: Transformer, tokenizer: Tokenizer, lines: Sequence[Line], replies: Sequence[str], used: torch.Tensor
) -> torch.Tensor:
    """Mean cross-entropy of each next piece of the replies, among the pieces `used` in any (sorted)."""
    written = [tokenizer.encode(reply, cased=True).ids for reply in replies]
    longest = max(map(len, written)) + 1
    given = torch.tensor([[tokenizer.bos, *ids] + [tokenizer.pad] * (longest - 1 - len(ids)) for ids in written])
    wanted = torch.tensor([[*ids, tokenizer.eos] + [tokenizer.pad] * (longest - 1 - len(ids)) for ids in written])
    table = net.encoder.pieces.weight
    with torch.no_grad():
        inputs = collate(lines, tokenizer)
        encoded, _ = net.encoder(inputs)
    states, _ = net.decoder(given, net.decoder.remember(encoded, inputs.mask), table)
    logits = net.decoder.logits(states, table, used)
    labels = torch.searchsorted(used, wanted).masked_fill(wanted == tokenizer.pad, IGNORED)
    return F.cross_entropy(logits.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORED, label_smoothing=0.05)
