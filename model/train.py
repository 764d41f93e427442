"""The recipe: tokenizer → encoder → decoder → calibration → a packed checkpoint. Staged, resumable, seeded.

Each stage leaves its result in <out>/stages and is skipped when it is there and was made from the same recipe and data.
All chance of a step comes from (seed, step), so that a resumed run takes the steps an unbroken one would have taken.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from model import checkpoint
from model.corpora import SOURCES, read_source
from model.data import CORPUS, Example, languages, read_corpus, read_labelled, without
from model.evaluate import calibrate
from model.phrasebook import Book, read_phrases
from model.recipe import TINY, Recipe
from model.teach import Say, teach_decoder, teach_encoder
from model.tokenizer import Tokenizer, key, train_tokenizer
from model.transformer import Transformer

ROOT = Path(__file__).parent.parent
PHRASES = ROOT / "bot" / "phrases"
HELD_OUT = ROOT / "tests" / "heldout"


def train(
    out: Path, *, data: Path | None = None, corpus: Path = CORPUS, phrases: Sequence[Path] = (PHRASES,),
    calibration: Sequence[Path] | None = None, exclude: Sequence[Path] | None = None, recipe: Recipe | None = None,
    threads: int = 2, say: Say = print,
) -> Path:  # fmt: skip
    """Train a model into the folder `out` and return it. Run again after a break, it goes on where it was.

    `data`: the folder of licensed corpora, for breadth; without it our own utterances alone are used.
    `calibration`: labelled rows for probabilities and thresholds (default: <corpus>/calibration/*.jsonl). Never trained
    on; a "yes" of ours that stands there too stays, as shoppers' messages will hold our words too.
    `exclude`: test files whose texts must not be trained on (default: tests/heldout/*.jsonl).
    """
    recipe = recipe or Recipe()
    torch.set_num_threads(threads)
    calibration = sorted((corpus / "calibration").glob("*.jsonl")) if calibration is None else calibration
    exclude = sorted(HELD_OUT.glob("*.jsonl")) if exclude is None else exclude
    keys = {key(one.row.text) for one in read_labelled(exclude)}
    examples = without(read_corpus(corpus), keys)
    borrowed = [one for source in SOURCES for one in without(read_source(data, source), keys)] if data else []
    book = read_phrases(*phrases)
    stages = Stages(out / "stages", say)

    made_from = [asdict(recipe), _digest(examples), _digest(borrowed)]
    tokenizer = stages.tokenizer([recipe.pieces, *made_from[1:]],
                                 lambda: _tokenizer(examples, borrowed, book, recipe.pieces))  # fmt: skip
    net = Transformer(recipe.config(tokenizer.size, languages(examples)))
    pieces = _content(stages.folder / checkpoint.TOKENIZER)
    encoder = stages.weights("encoder", [recipe.encoder(), *made_from[1:], pieces], lambda file, mark: teach_encoder(
        net, tokenizer, examples, borrowed, recipe, keys, file, mark, say))  # fmt: skip
    net.load_state_dict(encoder, strict=False)
    decoder = stages.weights("decoder", [*made_from, pieces, sorted(map(repr, book.items()))],
                             lambda file, mark: teach_decoder(
        net, tokenizer, book, [one.text for one in examples], recipe, file, mark, say))  # fmt: skip
    net.load_state_dict(decoder, strict=False)
    net = checkpoint.rounded(net)
    say("calibrating")
    fitted = calibrate(net, tokenizer, read_labelled(calibration))
    checkpoint.save(out, net, tokenizer, fitted)
    checkpoint.write_json(out / "recipe.json", {
        **asdict(recipe), "utterances": len(examples), "borrowed": len(borrowed), "torch": torch.__version__,
    })  # fmt: skip
    say(f"wrote {out}: {fitted.limit(0.05).promise}")
    return out


def train_tiny(out: Path, *, recipe: Recipe = TINY, **arguments: object) -> Path:
    """A model of the right shape in seconds, for tests: it has seen too little to understand much."""
    return train(out, recipe=recipe, exclude=(), threads=1, say=lambda _: None, **arguments)  # type: ignore[arg-type]


class Stages:
    """Results of finished stages, each with a fingerprint of what it was made from."""

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder, self.say = folder, say
        folder.mkdir(parents=True, exist_ok=True)

    def _done(self, name: str, made_from: object) -> tuple[bool, Path, str]:
        mark, print_ = self.folder / f"{name}.made", _digest(made_from)
        done = mark.exists() and mark.read_text() == print_
        self.say(f"{name}: {'already there' if done else 'starting'}")
        return done, mark, print_

    def tokenizer(self, made_from: object, make: Callable[[], Tokenizer]) -> Tokenizer:
        file = self.folder / checkpoint.TOKENIZER
        done, mark, fingerprint = self._done("tokenizer", made_from)
        if not done:
            make().save(file)
            mark.write_text(fingerprint)
        return Tokenizer.load(file)

    def weights(
        self, name: str, made_from: object, make: Callable[[Path, str], dict[str, torch.Tensor]]
    ) -> dict[str, torch.Tensor]:
        """`make` gets the file in which to keep an unfinished run, and the fingerprint to mark it with."""
        file = self.folder / f"{name}.safetensors"
        done, mark, fingerprint = self._done(name, made_from)
        if not done:
            save_file(make(self.folder / f"{name}.unfinished.safetensors", fingerprint), file)
            mark.write_text(fingerprint)
        return load_file(file)


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


def _content(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _tokenizer(examples: Sequence[Example], borrowed: Sequence[Example], book: Book, pieces: int) -> Tokenizer:
    # The corpora are many times our text: a part of them is enough to know common words.
    texts = [one.text for one in examples] * 3 + [one.text for one in borrowed if _share(one.text) < 0.3]
    replies = [template for _, phrases in sorted(book.items()) for template in phrases.all]
    return train_tokenizer(texts, replies * 2, pieces)


def _share(text: str) -> float:
    """A number from 0 to 1 that is always the same for a text: cuts data without a list."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32
