"""The written variants of every dialogue act, as the decoder learns and is bound by them."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from model.data import DataError
from model.labels import SPOKEN, TONES


@dataclass(frozen=True, slots=True)
class Phrases:
    """The written variants of one act in one language."""

    required: frozenset[str]  # placeholders without which the act is not said
    variants: dict[str, tuple[str, ...]]  # tone → templates; "neutral" is always there

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(template for templates in self.variants.values() for template in templates))


def placeholders(template: str) -> set[str]:
    """The names of the facts a template needs."""
    return set(re.findall(r"\{([a-z_]+)\}", template))


Book = dict[tuple[str, str], Phrases]  # (act, language) → its phrases


def read_phrases(*folders: Path) -> Book:
    """The acts of <folder>/{en,zh}.toml and <folder>/{en,zh}/*.toml; a later folder's replace an earlier one's."""
    book: Book = {}
    for folder in folders:
        files = [(language, file) for language in SPOKEN
                 for file in (folder / f"{language}.toml", *sorted((folder / language).glob("*.toml")))]  # fmt: skip
        for language, file in files:
            if not file.exists():
                continue
            try:
                acts = tomllib.loads(file.read_text(encoding="utf-8")).get("acts", {})
            except tomllib.TOMLDecodeError as problem:
                raise DataError(f"{file}: {problem}") from problem
            for act, value in acts.items():
                variants = {tone: tuple(value[tone]) for tone in TONES if value.get(tone)}
                if "neutral" not in variants:
                    raise DataError(f"{file}: act {act!r} has no neutral variants")
                book[act, language] = Phrases(frozenset(value.get("required", ())), variants)
    if not book:
        raise DataError(f"no phrases in {', '.join(map(str, folders))}: expected en.toml and zh.toml")
    return book
