"""The commands that make and measure models; bot/cli offers them. Results on stdout, progress on stderr."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from model.benchmarks import BENCHMARKS
from model.checkpoint import SHIPPED, CheckpointError
from model.data import DataError, read_labelled
from model.evaluate import evaluate as score
from model.evaluate import table
from model.material import HELD_OUT
from model.own import read_own
from model.peers import shop_peer
from model.report import html
from model.train import train as train_model
from model.train import train_base
from model.tune import Tuning, tune

out, err = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)

Data = Annotated[Path | None, typer.Option("--data", help="Folder of the licensed corpora.", metavar="DIR")]
Threads = Annotated[int, typer.Option("--threads", help="Processor threads.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer, active_model: Callable[[], Path | None]) -> None:
    """Add the commands; `active_model` names the model that the settings choose, None for the shipped one."""

    @app.command()
    def train(
        out_dir: Annotated[
            Path, typer.Option("--out", help="Folder for the trained model; run again to resume.", metavar="DIR")
        ],
        intents: Annotated[
            Path | None, typer.Option(help="Your own intents, .csv or .jsonl: text,intent.", metavar="FILE")
        ] = None,
        base: Annotated[Path | None, typer.Option(help="Model to build on; default: the active one.")] = None,
        alone: Annotated[bool, typer.Option("--alone", help="Your intents replace ours; else they join.")] = False,
        base_only: Annotated[
            bool, typer.Option("--base-only", help="Train only what models and benchmarks build on; needs --data.")
        ] = False,
        data: Data = None,
        threads: Threads = 2,
    ) -> None:
        """Train the whole model, or with --intents your own intents on top of one, in minutes."""
        with _clear_errors():
            if base_only:
                if data is None or intents or base:
                    raise typer.BadParameter("--base-only needs --data, and neither --intents nor --base")
                train_base(out_dir, data=data, threads=threads, say=_say)
                return
            if intents is None:
                train_model(out_dir, data=data, base=base, threads=threads, say=_say)
                return
            with Progress(console=err) as bars:
                tuned = tune(read_own(intents), out_dir, base=base or active_model() or SHIPPED,
                             tuning=Tuning(alone=alone), threads=threads, say=_say, progress=_shown(bars))  # fmt: skip
            err.print(f"Use it with: shophand model use {tuned.folder}; what to trust: {tuned.folder / 'report.html'}",
                      markup=False)  # fmt: skip

    @app.command()
    def evaluate(
        files: Annotated[
            list[Path] | None, typer.Argument(help="Labelled messages; default: tests/heldout/*.jsonl.")
        ] = None,
        model: Annotated[Path | None, typer.Option(help="Folder of a trained model.", metavar="DIR")] = None,
        max_error: Annotated[
            float, typer.Option(min=0.001, max=0.5, help="Tolerated share of errors; it decides the threshold.")
        ] = 0.03,
        report: Annotated[Path | None, typer.Option(help="Write an HTML report here.", metavar="FILE")] = None,
        with_peer: Annotated[bool, typer.Option("--peer", help="Score TF-IDF and logistic regression too.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Score a model on labelled messages that it has not seen."""
        with _clear_errors():
            chosen = files or sorted(HELD_OUT.glob("*.jsonl"))
            _say(f"scoring {', '.join(map(str, chosen))}")
            found = score(model or active_model() or SHIPPED, chosen, max_error)
            if with_peer:
                found["peer"] = shop_peer(read_labelled(chosen))
            if report:
                report.write_text(html(found), encoding="utf-8")
                err.print(f"wrote {report}", markup=False)
        out.print_json(data=found) if as_json else out.print(table(found), markup=False, highlight=False)

    @app.command()
    def benchmark(
        name: Annotated[str, typer.Argument(help=f"One of {', '.join(BENCHMARKS)}.")],
        data: Annotated[Path, typer.Option(help="Folder of the licensed corpora.", metavar="DIR")],
        base: Annotated[
            Path, typer.Option(help="What to build on: the folder base of a whole training.", metavar="DIR")
        ] = Path("runs/model/base"),
        out_dir: Annotated[Path, typer.Option("--out", help="For what is trained.", metavar="DIR")] = Path("runs"),
        threads: Threads = 2,
    ) -> None:
        """Train and score on a published test set; prints the figures as JSON."""
        with _clear_errors():
            if name not in BENCHMARKS:
                raise typer.BadParameter(f"{name!r} is none of {', '.join(BENCHMARKS)}")
            figures = BENCHMARKS[name](data, base, out_dir / name, threads=threads, say=_say)
            out_dir.mkdir(parents=True, exist_ok=True)
            (out_dir / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
            out.print_json(data={name: figures})


def _shown(bars: Progress) -> Callable[[str, int, int], None]:
    tasks: dict[str, TaskID] = {}

    def step(phase: str, done: int, total: int) -> None:
        if phase not in tasks:
            tasks[phase] = bars.add_task(phase, total=total)
        bars.update(tasks[phase], completed=done)

    return step


def _say(text: str) -> None:
    err.print(text, markup=False, highlight=False)


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except (DataError, CheckpointError, OSError) as problem:  # OSError: where a result cannot be written
        err.print(str(problem), markup=False, style="red")
        sys.exit(2)
