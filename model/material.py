"""What a training may see: our utterances and the licensed corpora, without any text of a reported test set."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.corpora import DIALOGUES, SOURCES, read_pairs, read_reported, read_source, read_translations
from model.data import Example, read_corpus, read_labelled, without
from model.stages import digest
from model.tokenizer import key

HELD_OUT = Path(__file__).parent.parent / "tests" / "heldout"


@dataclass(frozen=True, slots=True)
class Material:
    """What a training may see: every text of a reported test set is taken out."""

    examples: list[Example]  # our own
    borrowed: list[Example]  # rows of the licensed corpora
    pairs: list[tuple[str, str]]  # turns that follow one another, and translations
    keys: frozenset[str]  # normalised texts of the test sets

    @property
    def fingerprint(self) -> list[str]:
        return [digest(self.examples), digest(self.borrowed), digest(self.pairs)]


def gather(
    corpus: Path, data: Path | None, exclude: Sequence[Path] | None = None, left_out: Collection[str] = ()
) -> Material:
    """Read what is trained on. `exclude`: test files beside the published test splits; `left_out`: corpora not used."""
    exclude = sorted(HELD_OUT.glob("*.jsonl")) if exclude is None else exclude
    keys = {key(one.text) for one in read_labelled(exclude)} | (read_reported(data) if data else set())
    borrowed: list[Example] = []
    pairs: list[tuple[str, str]] = []
    if data:
        borrowed = [one for source in SOURCES if source not in left_out
                    for one in without(read_source(data, source), keys)]  # fmt: skip
        pairs = [pair for source in DIALOGUES for pair in read_pairs(data, source)]
        pairs += [] if {"massive_en", "massive_zh"} & set(left_out) else read_translations(data)
        pairs = [pair for pair in pairs if not keys & set(map(key, pair))]
    return Material(without(read_corpus(corpus), keys), borrowed, pairs, frozenset(keys))
