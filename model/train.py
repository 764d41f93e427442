"""The recipe: tokenizer → base → encoder → decoder → calibration → a packed checkpoint. Staged, resumable, seeded.

Each stage leaves its result in <out>/stages and is skipped when it is there and was made from the same recipe and data.
All chance of a step comes from (seed, step), so that a resumed run takes the steps an unbroken one would have taken.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from model import checkpoint
from model.calibration import Calibration
from model.data import CORPUS, languages, read_labelled, without
from model.evaluate import calibrate
from model.material import Material, gather
from model.optimise import has_bfloat16
from model.phrasebook import Book, read_phrases
from model.recipe import BASE, TINY, Recipe
from model.stages import Say, Stages, content, digest
from model.teach import teach_decoder, teach_encoder, teach_further
from model.tokenizer import Tokenizer, train_tokenizer
from model.transformer import Transformer

ROOT = Path(__file__).parent.parent
PHRASES = ROOT / "bot" / "phrases"
LEFT_OUT = ("banking77", "hwu64", "massive_en", "massive_zh")  # of the base


def train_base(
    out: Path, *, data: Path, corpus: Path = CORPUS, phrases: Sequence[Path] = (PHRASES,),
    exclude: Sequence[Path] | None = None, recipe: Recipe = BASE, threads: int = 2, say: Say = print,
) -> Path:  # fmt: skip
    """Train what the shop's model and every benchmark build on into the folder `out`: breadth, and comparing sentences.

    It sees neither BANKING77 nor HWU64 nor MASSIVE, so that what is measured on them is carried over.
    """
    torch.set_num_threads(threads)
    material, book = gather(corpus, data, exclude, LEFT_OUT), read_phrases(*phrases)
    stages = Stages(out / "stages", say)
    made_from = [asdict(recipe), *material.fingerprint]
    tokenizer = stages.tokenizer([recipe.pieces, *made_from[1:]],
                                 lambda: _tokenizer(material, book, recipe.pieces))  # fmt: skip
    torch.manual_seed(recipe.seed)  # what no stage trains is saved too, and must be the same when it is run again
    net = Transformer(recipe.config(tokenizer.size, languages(material.examples)))
    encoder = stages.weights("encoder", [*made_from, content(stages.folder / checkpoint.TOKENIZER)],
                             lambda file, mark: teach_encoder(net, tokenizer, material, recipe, file, mark, say))
    net.load_state_dict(encoder, strict=False)
    checkpoint.save(out, net, tokenizer, Calibration())
    return out


def train(
    out: Path, *, data: Path | None = None, base: Path | None = None, corpus: Path = CORPUS,
    phrases: Sequence[Path] = (PHRASES,), exclude: Sequence[Path] | None = None, recipe: Recipe | None = None,
    threads: int = 2, say: Say = print,
) -> Path:  # fmt: skip
    """Train a model into the folder `out` and return it. Run again after a break, it goes on where it was.

    `data`: the folder of licensed corpora; without it our own utterances alone are used.
    `base`: a model to start from; without it, and with `data`, one is trained into <out>/base first.
    `corpus`: utterances; its folder calibration, labelled rows from which alone probabilities and thresholds come, is
    never trained on; a "yes" of ours that stands there too stays, as shoppers' messages will hold our words too.
    `exclude`: test files whose texts nothing may be learnt from (default: tests/heldout/*.jsonl); those of the
    corpora's own test splits that are reported are kept out as well.
    """
    recipe = recipe or Recipe()
    torch.set_num_threads(threads)
    if data and not base:
        base = train_base(out / "base", data=data, corpus=corpus, phrases=phrases, exclude=exclude, threads=threads,
                          say=say)  # fmt: skip
    start = checkpoint.load(base) if base else None
    material, book = gather(corpus, data, exclude), read_phrases(*phrases)
    stages = Stages(out / "stages", say)

    made_from = [asdict(recipe), *material.fingerprint, start and start.hash]
    tokenizer = start.tokenizer if start else stages.tokenizer(
        [recipe.pieces, *made_from[1:]], lambda: _tokenizer(material, book, recipe.pieces))  # fmt: skip
    net = Transformer(recipe.config(tokenizer.size, languages(material.examples)))
    pieces = digest(start.hash) if start else content(stages.folder / checkpoint.TOKENIZER)
    encoder = stages.weights("encoder", [recipe.encoder(), *made_from[1:], pieces], lambda file, mark: teach_encoder(
        net, tokenizer, material, recipe, file, mark, say, start and start.net))  # fmt: skip
    net.load_state_dict(encoder, strict=False)
    further = stages.weights("further", [*made_from, pieces], lambda file, mark: teach_further(
        net, tokenizer, material, recipe, file, mark, say))  # fmt: skip
    net.load_state_dict(further, strict=False)
    decoder = stages.weights("decoder", [*made_from, pieces, sorted(map(repr, book.items()))],
                             lambda file, mark: teach_decoder(
        net, tokenizer, book, [one.text for one in material.examples], recipe, file, mark, say))  # fmt: skip
    net.load_state_dict(decoder, strict=False)
    net = checkpoint.rounded(net)
    say("calibrating")
    known = read_labelled(sorted((corpus / "calibration").glob("*.jsonl")))
    fitted = calibrate(net, tokenizer, without(known, material.keys))
    checkpoint.save(out, net, tokenizer, fitted)
    checkpoint.write_json(out / "recipe.json", {
        **asdict(recipe), "bf16": recipe.bf16 and has_bfloat16(), "base": start and start.hash,
        "utterances": len(material.examples), "borrowed_rows": len(material.borrowed),
        "text_pairs": len(material.pairs), "torch": torch.__version__,
    })  # fmt: skip
    say(f"wrote {out}: {fitted.limit(0.03).promise}")
    return out


def train_tiny(out: Path, *, recipe: Recipe = TINY, **arguments: object) -> Path:
    """A model of the right shape in seconds, for tests: it has seen too little to understand much."""
    return train(out, recipe=recipe, exclude=(), threads=1, say=lambda _: None, **arguments)  # type: ignore[arg-type]


def _tokenizer(material: Material, book: Book, pieces: int) -> Tokenizer:
    # The corpora are many times our text: a part of them is enough to know common words.
    texts = [one.text for one in material.examples] * 3
    texts += [one.text for one in material.borrowed if _share(one.text) < 0.3]
    replies = [template for _, phrases in sorted(book.items()) for template in phrases.all]
    return train_tokenizer(texts, replies * 2, pieces)


def _share(text: str) -> float:
    """A number from 0 to 1 that is always the same for a text: cuts data without a list."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32
