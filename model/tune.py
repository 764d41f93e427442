"""A shop's own intents on top of a trained model: all of the net is trained on, a linear model on n-grams beside it.

Two phases. First some messages are held out: they stop the training in time, weigh the net against the linear model,
and are what the report and the probabilities rest on. Then, where nobody gave messages for that, all are learnt in as
many steps, so that no example is lost. Staged, resumable, seeded like the recipe. No share of errors is promised: the
messages held out have chosen the weights, and are learnt in the end.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from model import checkpoint, mixture, slips
from model.augment import Augmenter
from model.batch import line
from model.calibration import Calibration
from model.checkpoint import Model
from model.data import CORPUS, Example, Labelled, read_labelled, without
from model.evaluate import calibrate, evaluate_rows
from model.fillers import Fillers
from model.labels import OOS
from model.material import Material, gather
from model.objective import BorrowedHeads, Labels
from model.optimise import Run
from model.own import joined, slots_of, split
from model.recipe import Recipe
from model.report import html
from model.stages import Say, Stages, digest
from model.teach import learn
from model.transformer import Transformer
from model.understand import logits

Progress = Callable[[str, int, int], None]

EVALUATIONS = 12  # of a whole first phase; as often each phase is put aside
PATIENCE = 3  # evaluations in a row, measurably worse than the best, that end it


@dataclass(frozen=True, slots=True)
class Tuning:
    """What decides a tuned model, beside its base and its rows."""

    alone: bool = False  # the rows are the whole inventory; else they join the base's
    seed: int = 1
    epochs: float = 24.0  # passes through the rows at most
    fewest: int = 420  # steps of a first phase at least, if nothing stops it before
    most: int = 4_000
    batch: int = 64
    rehearsed: int = 48  # utterances of the base's own inventory a step, where the rows join it
    rate: float = 1e-3
    table_rate: float = 4.0
    hide: float = 0.05
    dropout: float = 0.15
    held_out: float = 0.15  # share of the rows, where no validation rows are given

    def steps(self, rows: int) -> int:
        return int(min(self.most, max(self.fewest, self.epochs * rows / self.batch)))

    def recipe(self) -> Recipe:
        """The settings of one training."""
        return Recipe(seed=self.seed, rate=self.rate, table_rate=self.table_rate, hide=self.hide, warm_up=40,
                      average=0.99)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tuned:
    folder: Path
    steps: int
    accuracy: float  # on the messages held out
    held_out: int


def tune(
    rows: Sequence[Example], out: Path, *, base: Path = checkpoint.SHIPPED, validation: Sequence[Example] = (),
    tuning: Tuning | None = None, corpus: Path = CORPUS, exclude: Sequence[Path] | None = None, threads: int = 2,
    say: Say = print, progress: Progress = lambda *_: None,
) -> Tuned:  # fmt: skip
    """Train `rows` on top of `base` into the folder `out`; run again after a break, it goes on where it was.

    `validation`: messages to hold out, else a part of `rows` is. `corpus`: utterances of ours, learnt beside `rows`
    that join them, without the texts of the test files `exclude` (default: tests/heldout/*.jsonl). `progress` is told
    (phase, steps done, steps at most). Beside the model stands report.html, on the messages held out. Raises
    CheckpointError for a base that cannot be used.
    """
    tuning = tuning or Tuning()
    torch.set_num_threads(threads)
    start = checkpoint.load(base)
    known = ((), ()) if tuning.alone else (start.config.intents, start.config.slots)
    config = replace(
        start.config, intents=joined(rows, known[0]), slots=slots_of(rows, known[1]), lexical=0,
        dropout=tuning.dropout, further=False,
    )  # fmt: skip
    rest, held = (list(rows), list(validation)) if validation else split(rows, tuning.held_out)
    ours, known_rows = Material([], [], [], frozenset()), []
    if not tuning.alone:
        ours = gather(corpus, None, exclude)
        ours = replace(ours, examples=[one for one in ours.examples if one.intents])
        known_rows = without(read_labelled(sorted((corpus / "calibration").glob("*.jsonl"))), ours.keys)
    stages = Stages(out / "stages", say)
    made_from = [asdict(tuning), start.hash, digest(rest), digest(held), *ours.fingerprint]
    judged = [_labelled(one) for one in held]

    first = _grown(start, config)
    found = stages.weights("first", made_from, lambda file, mark: _first(
        first, start, rest, ours, judged, tuning, file, mark, say, progress))  # fmt: skip
    steps = int(found.pop("steps"))
    weights = tuple(found.pop("weights").tolist())
    first.load_state_dict(found, strict=False)
    say("calibrating")
    final = mixture.mixed(first, [*rest, *ours.examples], weights)
    fitted = replace(calibrate(final, start.tokenizer, [*judged, *known_rows]), trials=())
    measured = Model(final, start.tokenizer, fitted, "first phase")
    accuracy = _accuracy(measured, judged)
    report = evaluate_rows(measured, judged, 0.03, [f"{len(judged)} messages held out of the training"])
    say(f"{accuracy:.1%} of {len(judged)} messages held out, after {steps} steps")
    if not validation:
        second = _grown(start, config)
        found = stages.weights("second", [*made_from, steps], lambda file, mark: _of_net(_phase(second, start,
            list(rows), ours, tuning, steps, file, mark, partial(progress, "all rows")).average))  # fmt: skip
        second.load_state_dict(found, strict=False)
        final = mixture.mixed(second, [*rows, *ours.examples], weights)
    checkpoint.save(out, final, start.tokenizer, fitted)
    checkpoint.write_json(out / "recipe.json", {**asdict(tuning), "base": start.hash, "rows": len(rows),
                                                "steps": steps, "torch": torch.__version__})  # fmt: skip
    checkpoint.write_json(out / "report.json", report)
    (out / "report.html").write_text(html(report, "What the new model understands"), encoding="utf-8")
    say(f"wrote {out}")
    return Tuned(out, steps, accuracy, len(judged))


def _labelled(one: Example) -> Labelled:
    slots = tuple((slot, text) for text, slot in one.parts if slot)
    return Labelled(one.row, one.intents[0], frozenset({one.intents[0]}), slots=slots, language=one.language)


def _grown(start: Model, config: object) -> Transformer:
    """A net of the new shape with the base's weights; rows of intents and tags that the base knows are taken over."""
    torch.manual_seed(0)
    net = Transformer(config)  # type: ignore[arg-type]
    old, new = start.net.state_dict(), net.state_dict()
    with torch.no_grad():
        for name, tensor in new.items():
            known = name in old and old[name].shape == tensor.shape
            if known and not name.startswith(("heads.intents", "heads.lexical")):
                tensor.copy_(old[name])
        for place, intent in enumerate(net.config.intents):
            if intent in start.config.intents:
                at = start.config.intents.index(intent)
                for part in ("weight", "bias"):
                    new[f"heads.intents.{part}"][place] = old[f"heads.intents.{part}"][at]
        if net.config.slots[: len(start.config.slots)] == start.config.slots:
            count = len(old["heads.tags.weight"])  # the tags of further slots come after those of known ones
            for part in ("weight", "bias"):
                new[f"heads.tags.{part}"][:count] = old[f"heads.tags.{part}"]
            new["heads.moves"][:count, :count] = old["heads.moves"]
    return net


def _first(
    net: Transformer, start: Model, rest: list[Example], ours: Material, judged: list[Labelled],
    tuning: Tuning, file: Path, mark: str, say: Say, progress: Progress,
) -> dict[str, Tensor]:  # fmt: skip
    """The phase with messages held out: its best weights, how many steps they took, and the weights of the mixture."""
    steps = tuning.steps(len(rest))

    def look(run: Run) -> bool:
        trial = _grown(start, net.config)
        trial.load_state_dict(_of_net(run.average), strict=False)
        right = _accuracy(Model(checkpoint.rounded(trial), start.tokenizer, Calibration(), ""), judged)
        say(f"  step {run.step}/{steps}: {right:.1%} of {len(judged)} messages held out")
        best = max(right, float(run.beside.get("best", -1.0)))
        waited = int(run.beside.get("waited", 0)) + 1
        # The longest training that is not measurably worse than the best: a few messages more or less are chance.
        if right >= best - (best * (1 - best) / max(1, len(judged))) ** 0.5:
            waited, weights = 0, {f"weights/{name}": value.clone() for name, value in _of_net(run.average).items()}
            run.beside = {**weights, "steps": torch.tensor(run.step)}
        run.beside |= {"best": torch.tensor(best, dtype=torch.float64), "waited": torch.tensor(waited)}
        return waited < PATIENCE

    kept = _phase(net, start, rest, ours, tuning, steps, file, mark, partial(progress, "held out"), look).beside
    weights = {name.removeprefix("weights/"): value for name, value in kept.items() if name.startswith("weights/")}
    net.load_state_dict(weights, strict=False)
    shares = mixture.weigh(checkpoint.rounded(net), start.tokenizer, [*rest, *ours.examples], judged)
    say(f"  net × {shares[0]:.2f}, linear model × {shares[1]:.2f}")
    return {**weights, "steps": kept["steps"], "weights": torch.tensor(shares)}


def _of_net(average: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in average.items() if not name.startswith("borrowed.")}


def _phase(
    net: Transformer, start: Model, rows: list[Example], ours: Material, tuning: Tuning, steps: int,
    file: Path, mark: str, progress: Callable[[int, int], None], look: Callable[[Run], bool] = lambda _: True,
) -> Run:  # fmt: skip
    """One training, put aside now and then; before that `look` sees it and says whether it goes on."""
    recipe, labels = tuning.recipe(), Labels(net.config)
    heads = BorrowedHeads(net.config, labels)
    module = nn.ModuleDict({"encoder": net.encoder, "heads": net.heads, "borrowed": heads})
    run = Run(module, recipe, steps, file, mark)
    draw = _draw(rows, ours, tuning)
    for step in range(run.step, steps):
        net.train()
        torch.manual_seed(tuning.seed * 1_000_003 + step)
        batch = draw(step)
        learn(net, heads, labels, start.tokenizer, batch, random.Random(f"{tuning.seed}/hide/{step}"), recipe)
        run.update(save=False)
        progress(step + 1, steps)
        if run.step % max(1, steps // EVALUATIONS) == 0 or run.step == steps:
            if not look(run):
                break
            run.save()
    return run


def _draw(rows: list[Example], ours: Material, tuning: Tuning) -> Callable[[int], list[Example]]:
    """The batch of a step: shuffled passes through the rows, and some of the base's utterances."""
    augment = Augmenter(ours.examples) if ours.examples else None
    fillers = Fillers(rows, made=False)

    def changed(one: Example, rng: random.Random) -> Example:
        parts = tuple((fillers.draw(slot, one.language, rng) or text if slot and rng.random() < 0.5 else text, slot)
                      for text, slot in one.parts)  # fmt: skip
        one = replace(one, parts=parts)
        return slips.slipped(one, rng) if rng.random() < 0.4 else one

    def draw(step: int) -> list[Example]:
        rng = random.Random(f"{tuning.seed}/{step}")
        out = []
        for place in range(step * tuning.batch, (step + 1) * tuning.batch):
            turn, at = divmod(place, len(rows))
            out.append(changed(rows[_order(len(rows), f"{tuning.seed}/{turn}")[at]], rng))
        if augment:
            # A changed value may make the very text of a test row.
            out += without((augment(one, rng) for one in rng.choices(ours.examples, k=tuning.rehearsed)), ours.keys)
        return out

    return draw


_orders: dict[tuple[int, str], list[int]] = {}


def _order(count: int, seed: str) -> list[int]:
    if (count, seed) not in _orders:
        _orders.clear()
        order = list(range(count))
        random.Random(seed).shuffle(order)
        _orders[count, seed] = order
    return _orders[count, seed]


def _accuracy(model: Model, judged: Sequence[Labelled]) -> float:
    """Share of messages in scope whose intent comes first among the intents."""
    known = [one for one in judged if one.intent != OOS]
    lines = [line(one.row, model.tokenizer, model.config) for one in known]
    names = model.config.intents
    right = sum(names[int(raw.intents.argmax())] == known[at].intent for at, raw in logits(model, lines))
    return right / max(1, len(known))

