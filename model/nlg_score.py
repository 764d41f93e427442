"""The scorer of the external check of replies, by the protocol of RNNLG (Wen et al. 2016).

Texts are split alike, the values of the act are taken out, and all references of one delexicalised act are pooled; each
row is measured against its pool with its own values put back in. BLEU-4 over the whole set (Papineni et al. 2002), and
slot errors: placeholders of the text that are not those of the act.
"""

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

# Values that are not written out, with the spellings of each; "?" is a slot without a value.
SPECIAL = {"none": ("none",), "yes": ("true", "yes"), "no": ("false", "no"), "dontcare": ("dontcare", "dont_care")}
ASKED = "?"
_SPECIAL = {spelling: value for value, spellings in SPECIAL.items() for spelling in spellings}

UNMENTIONED = "type"  # every row's text may say "laptop" or "television" as often as it likes
# Slots of true or false, and the words that speak of them.
BINARY = {
    "hasusbport": frozenset({"usb"}),
    "isforbusinesscomputing": frozenset({"business", "nonbusiness", "home", "personal", "general"}),
}


@dataclass(frozen=True)
class Act:
    """A dialogue act: what to say, and the slots to say it of, in the order given."""

    kind: str
    slots: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> "Act":
        """`inform(name=some name;type=laptop;hasusbport=true)`; a slot without "=" is asked for."""
        kind, _, rest = text.partition("(")
        slots = []
        for part in rest.replace(")", "").split(";"):
            name, given, value = part.partition("=")
            name, value = re.sub("[_ ]", "", name).strip("'\""), value.strip("'\"")
            if name:
                slots.append((name, _SPECIAL.get(value, value) if given else ASKED))
        return cls(kind, tuple(slots))

    @cached_property
    def values(self) -> tuple[tuple[str, str], ...]:
        """Placeholder and value of each slot whose value is written out; a slot given twice is numbered."""
        seen: Counter[str] = Counter()
        out = []
        for name, value in self.slots:
            if name != UNMENTIONED and value != ASKED and value not in SPECIAL:
                seen[name] += 1
                out.append((placeholder(name, seen[name]), value))
        return tuple(out)

    @cached_property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The delexicalised act: rows of one key say the same of other things."""
        return self.kind, tuple(sorted(
            (name, value if value == ASKED or value in SPECIAL else "_") for name, value in self.slots
        ))  # fmt: skip


def placeholder(name: str, number: int = 1) -> str:
    return f"@{name}" if number == 1 else f"@{name}.{number}"


def is_placeholder(word: str) -> bool:
    return word.startswith("@")


# --- texts ------------------------------------------------------------------------------------------------------------

# The toolkit's way with words, from its list of replacements: contractions are written out, endings cut off.
_WORDS = {
    "it's": "it is", "don't": "do not", "doesn't": "does not", "didn't": "did not", "you'd": "you would",
    "you're": "you are", "you'll": "you will", "i'm": "i am", "they're": "they are", "that's": "that is",
    "what's": "what is", "couldn't": "could not", "i've": "i have", "we've": "we have", "can't": "cannot",
    "i'd": "i would", "aren't": "are not", "isn't": "is not", "wasn't": "was not", "weren't": "were not",
    "won't": "will not", "there's": "there is", "there're": "there are", "children": "child -s", "teh": "the",
    "cheaper": "cheap -er", "kidfriendly": "kid friendly", "st": "street", "ave": "avenue", "upmarket": "expensive",
    "inpricey": "cheap", "inches": "inch -s", "businesses": "business -s", "lunches": "lunch -s",
    "policies": "policy -s", "families": "family -s", "accessories": "accessory -s", "truly": "true -ly",
    "driverange": "drive range", "ecorating": "eco rating", "pricerange": "price range",
    "batteryrating": "battery rating", "weightrange": "weight range", "harddrive": "hard drive",
    "batterylife": "battery life", "#": "number", "&": "and",
}  # fmt: skip
_MANY = """restaurant hotel laptop dinner breakfast price place venue range meal location area kid card use dimension
    include computer machine rating constraint requirement drive specification hour port television restriction driver
    factor"""
_HOW = "expensive moderate cheap extreme actual typical definite most nice sure certain total"
_WORDS |= {f"{word}s": f"{word} -s" for word in _MANY.split()} | {f"{word}ly": f"{word} -ly" for word in _HOW.split()}


def normalise(text: str) -> str:
    """Lower-case words with a space between, without the end mark."""
    text = re.sub(r" [.?!]$", "", text).lower().strip()
    text = text.replace(";", ",").replace("/", " and ")
    text = re.sub(r'[":<>@]', "", text).replace(" - ", "")
    text = re.sub(r"(?<!\d)[?.,!]|[?.,!](?!\d)", r" \g<0> ", text)
    text = re.sub(r"^'|'$", "", text)
    text = re.sub(r"'\s|\s'", " ", text)
    words = " ".join(_WORDS.get(word, word) for word in text.split())
    words = re.sub(r"(?<=\S)'s(?= |$)", " 's", words).replace(" . . ", " . ")
    return re.sub(r"(?<!\S)(\d+) (?=\d+(?: |$))", r"\1", words)  # numbers side by side are one


def delexicalise(text: str, act: Act) -> str:
    """A normalised text with a placeholder for each of the act's values that it holds; the longest value first."""
    text = f" {text} "
    for place, value in sorted(act.values, key=lambda one: -len(one[1])):
        parts = normalise(value).replace(" or ", " and ").split(" and ")
        orders = itertools.permutations(parts) if len(parts) <= 4 else [parts]
        for said in (f" {joint.join(order)} " for order in orders for joint in (" and ", " or ")):
            if said in text:
                text = text.replace(said, f" {place} ", 1)
                break
    return text.strip()


def relexicalise(text: str, act: Act) -> str:
    values = dict(act.values)
    return " ".join(normalise(values[word]) if word in values else word for word in text.split())


# --- scores -----------------------------------------------------------------------------------------------------------


def ngrams(words: Sequence[str], length: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[start:] for start in range(length)), strict=False))


def matches(text: str, references: Sequence[str]) -> list[int]:
    """What BLEU sums over texts: n-grams matched (4), n-grams written (4), words, words of the nearest reference."""
    words, others = text.split(), [reference.split() for reference in references]
    matched, written = [], []
    for length in range(1, 5):
        own, most = ngrams(words, length), Counter()
        for other in others:
            most |= ngrams(other, length)
        matched.append((own & most).total())
        written.append(own.total())
    nearest = min((len(other) for other in others), key=lambda one: abs(one - len(words)))
    return [*matched, *written, len(words), nearest]


def bleu(counts: np.ndarray) -> float:
    """BLEU-4 of the texts whose `matches` are the rows (texts, 10)."""
    *each, words, wanted = counts.sum(0).tolist()
    if not all(each[:4]):
        return 0.0
    precision = sum(math.log(good / all_) for good, all_ in zip(each[:4], each[4:], strict=True)) / 4
    return math.exp(min(0.0, 1 - wanted / words) + precision)


@dataclass(frozen=True, slots=True)
class Row:
    """An act, what a person wrote for it, and what the toolkit's rules write; both normalised."""

    act: Act
    reference: str
    handcrafted: str = ""


def pooled(rows: Sequence[Row]) -> list[list[str]]:
    """For each row the references of all rows of the same delexicalised act, with the row's own values."""
    pools: dict[object, list[str]] = defaultdict(list)
    for row in rows:
        pools[row.act.key].append(delexicalise(row.reference, row.act))
    return [[relexicalise(text, row.act) for text in pools[row.act.key]] for row in rows]


@dataclass(frozen=True, slots=True)
class SlotErrors:
    """Slots that are missing or said too often, and how many there are to say."""

    wrong: int
    slots: int

    @property
    def rate(self) -> float:
        return self.wrong / max(1, self.slots)


def categorical_errors(texts: Iterable[tuple[str, Act]]) -> SlotErrors:
    """Of the slots with a written-out value, in texts with values put in."""
    wrong, slots = 0, 0
    for text, act in texts:
        wanted = Counter(place for place, _ in act.values)
        said = Counter(word for word in delexicalise(text, act).split() if is_placeholder(word))
        wrong += (wanted - said).total() + (said - wanted).total()
        slots += wanted.total()
    return SlotErrors(wrong, slots)


def binary_errors(texts: Iterable[tuple[str, Act]]) -> SlotErrors:
    """Of the slots of true or false: their keywords, counted. Only an estimate: it can be said in other words."""
    wrong, slots = 0, 0
    for text, act in texts:
        words = text.split()
        for name, keywords in BINARY.items():
            wanted = sum(slot == name and value != ASKED for slot, value in act.slots)
            wrong += abs(wanted - sum(word in keywords for word in words))
            slots += wanted
    return SlotErrors(wrong, slots)
