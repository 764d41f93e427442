"""Results of finished stages of a training, each with a fingerprint of what it was made from: a stage is done once."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from model import checkpoint
from model.tokenizer import Tokenizer

Say = Callable[[str], None]


class Stages:
    """The folder in which a training keeps what it has finished, and what it was doing when it broke off."""

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder, self.say = folder, say
        folder.mkdir(parents=True, exist_ok=True)

    def _done(self, name: str, made_from: object) -> tuple[bool, Path, str]:
        mark, print_ = self.folder / f"{name}.made", digest(made_from)
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
        file, unfinished = self.folder / f"{name}.safetensors", self.folder / f"{name}.unfinished.safetensors"
        done, mark, fingerprint = self._done(name, made_from)
        if not done:
            save_file(make(unfinished, fingerprint), file)
            mark.write_text(fingerprint)
            unfinished.unlink(missing_ok=True)
        return load_file(file)


def digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()


def content(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
