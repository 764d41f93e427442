"""Text ↔ pieces: one byte-fallback BPE over English and Chinese, with offsets in code points of the original text.

Every normalisation keeps the length, so a span of the normalised text is a span of the text as it was written. Nothing
is ever unknown: a character the training text lacks becomes its UTF-8 bytes. Knows nothing of intents or nets.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import opencc
from tokenizers import Tokenizer as Backend
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Split
from tokenizers.trainers import BpeTrainer

from model.labels import CONFIRM, SLOTS, TONES

CJK = "\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
SPACE = "\u2581"  # marks a piece before which the text has white space, or the text begins

PAD, BOS, EOS, CLS, SEP, MASK = "[pad]", "[bos]", "[eos]", "[cls]", "[sep]", "[mask]"
ASKS = ("", CONFIRM, *SLOTS, "other")  # what may be being asked, as one token each
SPECIALS = (PAD, BOS, EOS, CLS, SEP, MASK, *(f"[ask:{name}]" for name in ASKS), *(f"[tone:{tone}]" for tone in TONES),
            "[lang:en]", "[lang:zh]")  # fmt: skip
_BYTES = tuple(f"<0x{value:02X}>" for value in range(256))

# A placeholder, one CJK character, one digit, a run of letters with inner apostrophes, or any other single character.
_WORD = re.compile(rf"(\s*)(\{{[a-z_]+\}}|[{CJK}]|\d|[^\W\d_{CJK}]+(?:'[^\W\d_{CJK}]+)*|\S)")
_LETTERS = re.compile(rf"[^\W\d_{CJK}]")

# --- normalisation ---------------------------------------------------------------------------------------------------

_TO_SIMPLIFIED, _TO_TRADITIONAL = opencc.OpenCC("t2s"), opencc.OpenCC("s2t")


class _Characters(dict[int, str]):
    """A translation table that works out each character when it is first seen."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if 0xFF01 <= code <= 0xFF5E:  # full width → half width
            character = chr(code - 0xFEE0)
        elif character in "’‘ʼ":
            character = "'"
        elif character.isspace():
            character = " "
        elif code >= 0x2E80:
            character = _TO_SIMPLIFIED.convert(character)
        lower = character.lower()
        self[code] = lower if len(lower) == 1 else chr(code)
        return self[code]


_CHARACTERS = _Characters()


def normalise(text: str) -> str:
    """Lower case, half width, simplified Chinese; exactly as long as `text`."""
    return text.translate(_CHARACTERS)


def key(text: str) -> str:
    """What two texts share when they differ in case, width, script, spacing and punctuation only."""
    return "".join(re.findall(r"\w+", normalise(text))) or normalise(text).strip()


def traditional(text: str) -> bool:
    """Whether a Chinese text is written in traditional characters."""
    only_traditional = sum(_TO_SIMPLIFIED.convert(character) != character for character in text)
    only_simplified = sum(_TO_TRADITIONAL.convert(character) != character for character in text)
    return only_traditional > only_simplified


# --- pieces ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text cut into pieces; all three have the same length."""

    ids: list[int]
    starts: list[int]  # code points of the original text
    ends: list[int]

    def __len__(self) -> int:
        return len(self.ids)


class Tokenizer:
    """Cuts texts into pieces and joins pieces to texts; the vocabulary is fixed once trained."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._cache: dict[str, list[tuple[int, int]]] = {}  # word → its pieces as (id, length in code points)
        self.size = backend.get_vocab_size()
        self.pad, self.bos, self.eos, self.cls, self.sep, self.mask = (self.id(name) for name in SPECIALS[:6])
        self._space = self.id(SPACE)

    @classmethod
    def load(cls, file: Path) -> "Tokenizer":
        """Read what `save` wrote; raises Exception of the backend when it is not a tokenizer."""
        return cls(Backend.from_file(str(file)))

    def save(self, file: Path) -> None:
        self._backend.save(str(file))

    def id(self, piece: str) -> int:
        """The id of a special piece; KeyError when there is none."""
        found = self._backend.token_to_id(piece)
        if found is None:
            raise KeyError(piece)
        return found

    def ask(self, expects: str) -> int:
        """The token that stands for what is being asked."""
        return self.id(f"[ask:{expects if expects in ASKS else 'other'}]")

    def encode(self, text: str, *, cased: bool = False) -> Pieces:
        """Cut `text`, normalised unless `cased` (replies keep their capitals, and every space)."""
        pieces = Pieces([], [], [])
        for match in _WORD.finditer(text if cased else normalise(text)):
            position = match.start(2)
            for piece, length in self._pieces(_marked(match), spaced=cased):
                pieces.ids.append(piece)
                pieces.starts.append(position)
                pieces.ends.append(position + max(length, 1))
                position += length
        return pieces

    def words(self, text: str) -> list[list[int]]:
        """The pieces of a reply, one list per word, mark or placeholder, with the space before it."""
        return [[piece for piece, _ in self._pieces(_marked(match), spaced=True)] for match in _WORD.finditer(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids`; special tokens are left out, broken bytes become U+FFFD."""
        out = bytearray()
        for piece in (self._backend.id_to_token(index) for index in ids):
            if piece in _BYTES:
                out.append(int(piece[3:5], 16))
            elif piece and piece not in SPECIALS:
                out += piece.replace(SPACE, " ").encode()
        return out.decode(errors="replace").removeprefix(" ")

    def _pieces(self, word: str, *, spaced: bool) -> list[tuple[int, int]]:
        found = self._cache.get(word)
        if found is None:
            if len(self._cache) > 100_000:  # a server sees new words for years
                self._cache.clear()
            found = self._cache[word] = self._cut(word)
        return found if spaced or found[0][0] != self._space else found[1:]

    def _cut(self, word: str) -> list[tuple[int, int]]:
        """Pieces of one word. Only words of letters melt with the space before them; for all else it is a piece."""
        bare = word.removeprefix(SPACE)
        if bare != word and not _LETTERS.match(bare):
            return [(self._space, 0), *self._cut(bare)]
        if len(bare) > 2 and bare.startswith("{") and (whole := self._backend.token_to_id(bare)) is not None:
            return [(whole, len(bare))]
        pieces, character = [], b""  # of a character in bytes, only the last byte moves on
        for token in self._backend.model.tokenize(word):
            if token.value in _BYTES:
                character += bytes([int(token.value[3:5], 16)])
                whole = len(character) == _width(character[0])
                pieces.append((token.id, int(whole)))
                character = b"" if whole else character
            else:
                pieces.append((token.id, len(token.value.removeprefix(SPACE))))
        return pieces


def _marked(match: re.Match[str]) -> str:
    """A word as the pieces know it: with a mark for the white space before it; a text begins with one."""
    begins = match.start() == 0 and _LETTERS.match(match[2])
    return SPACE + match[2] if match[1] or begins else match[2]


def _width(first: int) -> int:
    """How many bytes the UTF-8 character has that begins with byte `first`."""
    return 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


# --- training --------------------------------------------------------------------------------------------------------


def train_tokenizer(texts: Iterable[str], replies: Iterable[str], size: int) -> Tokenizer:
    """Learn at most `size` pieces from `texts` (normalised) and `replies` (templates, case kept).

    Characters seen once are left to the byte pieces: 8,000 pieces are soon full of rare Chinese characters.
    """
    replies = list(replies)
    words: Counter[str] = Counter()
    for text in (*map(normalise, texts), *replies):
        for word in map(_marked, _WORD.finditer(text)):
            words[word if _LETTERS.match(word.removeprefix(SPACE)) else word.removeprefix(SPACE)] += 1
    placeholders = sorted(word for word in words if len(word) > 2 and word.startswith("{"))
    characters: Counter[str] = Counter()
    for word, count in words.items():
        characters.update(dict.fromkeys(word, count))
    kept = [
        word for word in sorted(words)
        if word not in placeholders and all(characters[character] > 1 for character in word)
    ]  # fmt: skip
    backend = Backend(BPE(byte_fallback=True))
    backend.pre_tokenizer = Split("\n", "removed")
    trainer = BpeTrainer(
        vocab_size=size, min_frequency=2, show_progress=False, special_tokens=[*SPECIALS, *_BYTES, *placeholders],
        initial_alphabet=[SPACE],
    )  # fmt: skip
    # Each distinct word with its count, as lines of one text: the cut is ours, the merges are the library's.
    backend.train_from_iterator(("\n".join([word] * words[word]) for word in kept), trainer)
    return Tokenizer(backend)
