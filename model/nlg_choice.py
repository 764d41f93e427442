"""Which of many sampled texts is said: the one most like the others, of a fitting length, silent about nothing.

Minimum Bayes risk under BLEU (Kumar and Byrne 2004). Knows no net.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.nlg_score import ASKED, BINARY, SPECIAL, Act, ngrams

# Words that speak of a slot that has no value to show: whether it is wanted, or that it does not matter.
SPEAK_OF = {name: frozenset(words.split()) for name, words in {
    "pricerange": "price cost expensive", "batteryrating": "battery", "driverange": "drive", "ecorating": "eco",
    "weightrange": "weight heavy", "family": "family line product", "screensizerange": "screen size",
    "hdmiport": "hdmi", "memory": "memory", "processor": "processor", "platform": "platform operating",
    "dimension": "dimension size", "design": "design", "utility": "utility", "battery": "battery",
    "price": "price cost", "warranty": "warranty", "drive": "drive", "weight": "weight", "powerconsumption": "power",
    "audio": "audio", "resolution": "resolution", "color": "color", "accessories": "accessory",
    "screensize": "screen size",
}.items()} | BINARY  # fmt: skip
# Powers of a text's length that its merit is multiplied with: likeness to single texts misjudges the length that a pool
# of references asks for.
LENGTHS = (-0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.3)
# Taken off for each slot that is passed over. On validation rows none is any more, and BLEU is the same to 0.0005.
SILENCE = 0.1


@dataclass(frozen=True, slots=True)
class Choice:
    """The different texts of an act, most frequent first, with what speaks for and against each of them: (N,)."""

    texts: tuple[str, ...]
    likeness: np.ndarray  # expected BLEU
    lengths: np.ndarray
    silences: np.ndarray

    def best(self, power: float) -> str:
        merit = self.likeness * (self.lengths / self.lengths.mean()) ** power - SILENCE * self.silences
        return self.texts[int(merit.argmax())]


def choice(act: Act, texts: Sequence[str]) -> Choice:
    counted = Counter(texts).most_common()
    different = tuple(text for text, _ in counted)
    split = [text.split() for text in different]
    weights = np.array([count for _, count in counted], dtype=float)
    return Choice(
        different, likeness(split) @ weights / weights.sum(), np.array([len(words) + 1.0 for words in split]),
        np.array([silences(act, set(words)) for words in split], dtype=float),
    )  # fmt: skip


def likeness(texts: Sequence[Sequence[str]]) -> np.ndarray:
    """BLEU-4 of each text (row) against each other one (column): (N, N); of two to four words counts are one more."""
    lengths = np.array([len(words) for words in texts], dtype=float)
    logs = np.minimum(0.0, 1 - lengths[None, :] / np.maximum(lengths[:, None], 1))
    for length in range(1, 5):
        counts = [ngrams(words, length) for words in texts]
        columns = {gram: at for at, gram in enumerate(dict.fromkeys(gram for found in counts for gram in found))}
        table = np.zeros((len(texts), len(columns) + 1), dtype=np.float32)
        for row, found in enumerate(counts):
            table[row, [columns[gram] for gram in found]] = list(found.values())
        # The smaller of two counts is the number of times that both are reached.
        matched = np.zeros((len(texts), len(texts)))
        for reached in range(1, int(table.max()) + 1):
            one = (table >= reached).astype(np.float32)
            matched += one @ one.T
        written, more = np.maximum(lengths - length + 1, 0)[:, None], float(length > 1)
        logs += np.log(np.maximum(matched + more, 1e-9) / np.maximum(written + more, 1)) / 4
    return np.exp(logs)


def silences(act: Act, words: set[str]) -> int:
    """Slots without a shown value that no word speaks of, and those of true or false that are spoken of unasked."""
    quiet = sum(not words & SPEAK_OF[name] for name, value in act.slots if name in SPEAK_OF and not written_out(value))
    given = {name for name, _ in act.slots}
    return quiet + sum(bool(words & keywords) for name, keywords in BINARY.items() if name not in given)


def written_out(value: str) -> bool:
    return value != ASKED and value not in SPECIAL
