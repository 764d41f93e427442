"""The shop's own knowledge: knowledge/<language>/<topic>.md, a passage for each `## Title`; said as it stands.

A comment below a title, `<!-- other words shoppers use -->`, is searched like the title and never shown.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from pathlib import Path

from bot.commerce import Passage
from bot.shop.analyser import bigrams, chinese, fold, latin_words

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_TITLE_COUNTS = 3.0  # a word of the title says more than one of the text


@dataclass(frozen=True, slots=True)
class _Section:
    passage: Passage
    title: frozenset[str]  # units of the title and the comment
    text: frozenset[str]


class Knowledge:
    """All passages, read once."""

    def __init__(self, folder: Path, languages: tuple[str, ...]) -> None:
        self._languages = languages
        self._sections = {
            (language, path.stem): _sections(path, language)
            for language in languages
            for path in sorted((folder / language).glob("*.md"))
        }

    def passages(self, words: str, language: str) -> tuple[Passage, ...]:
        """Best for `words` first, else in page order; another language where a page is missing in this one."""
        first = dict.fromkeys((language.split("-")[0], *self._languages))
        topics = dict.fromkeys(topic for _, topic in self._sections)
        spoken = [next((code, topic) for code in first if (code, topic) in self._sections) for topic in topics]
        return _ranked([section for page in spoken for section in self._sections[page]], words)


def _sections(path: Path, language: str) -> tuple[_Section, ...]:
    parts = re.split(r"^## +(.+?)\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    sections = []
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        hints = [hint.strip() for comment in _COMMENT.findall(body) for hint in re.split("[,，、]", comment)]
        text = _unwrapped(_COMMENT.sub("", body))
        asked = tuple(filter(None, (title, *hints, *_SENTENCE.split(text))))
        passage = Passage(path.stem, title, text, language, asked=asked)
        sections.append(_Section(passage, _units(title, *hints), _units(text)))
    return tuple(sections)


def _unwrapped(text: str) -> str:
    """Lines of one paragraph joined, list items and paragraphs kept; no space between Chinese lines."""
    text = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])", "", text.strip())
    return re.sub(r"(?<=\S)[ \t]*\n(?=[^\s*\d-])", " ", text)


def _ranked(sections: Sequence[_Section], words: str) -> tuple[Passage, ...]:
    """Scores from 0 (no word in common) to 1 (all words in the title); a word that no passage has is the rarest."""
    counts = Counter(unit for section in sections for unit in section.title | section.text)
    worth = {unit: log(1 + len(sections) / max(counts[unit], 1)) for unit in _units(words)}
    whole = sum(worth.values()) * _TITLE_COUNTS
    scored = []
    for section in sections:
        found = (
            value * (_TITLE_COUNTS if unit in section.title else unit in section.text) for unit, value in worth.items()
        )
        scored.append(replace(section.passage, score=round(sum(found) / whole, 4) if whole else 0.0))
    return tuple(sorted(scored, key=lambda passage: -passage.score))  # stable: ties stay in page order


def _units(*texts: str) -> frozenset[str]:
    folded = [fold(text) for text in texts]
    return frozenset(unit for text in folded for unit in (*latin_words(text), *_pairs(text)))


def _pairs(text: str) -> set[str]:
    """Pairs of Chinese characters, run by run: a pair never spans two phrases."""
    return {pair for run in re.split(r"[^\u3400-\u9fff]+", text) for pair in bigrams(chinese(run))}
