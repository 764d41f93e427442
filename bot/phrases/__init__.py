"""The phrase book: every wording of every dialogue act, per language and tone, and the words for terms.

Reads the TOML files beside it, <language>.toml and one per topic in <language>/, and checks every value on load. Knows
neither when an act is said nor how one variant is chosen among several.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import BadInput
from bot.facts import Act, Text, fault, placeholders, words

PHRASES = Path(__file__).parent  # our own wording
LANGUAGES = ("en", "zh")  # each has its file; traditional Chinese is made from zh
TONES = ("neutral", "apologetic", "warm")

Terms = dict[str, dict[str, str]]  # group → key → word, as facts.Locale takes them


@dataclass(frozen=True, slots=True)
class Phrase:
    """One act in one language."""

    tones: Mapping[str, tuple[str, ...]]  # neutral is always there
    required: frozenset[str]  # placeholders that every variant holds
    facts: frozenset[str]  # placeholders that any variant may hold
    lexicon: frozenset[str]  # the words of all variants


@dataclass(frozen=True, slots=True)
class PhraseBook:
    _phrases: Mapping[str, Mapping[str, Phrase]]  # language → act
    _terms: Mapping[str, Terms]  # by language
    _lines: Mapping[str, str]  # language we do not speak → its one line

    @classmethod
    def load(cls, folder: Path, owner_folder: Path | None = None) -> "PhraseBook":
        """Read `folder`; acts, terms and lines of the owner's files replace ours one by one.

        Raises BadInput naming file and key of the first value that cannot be used.
        """
        phrases: dict[str, dict[str, Phrase]] = {name: {} for name in LANGUAGES}
        terms: dict[str, Terms] = {name: {} for name in LANGUAGES}
        lines: dict[str, str] = {}
        for place in filter(None, (folder, owner_folder)):
            owned = place != folder
            for name, file in _files(place):
                content = _read(file, ("acts", "terms"), owned)
                for act, table in content["acts"].items():
                    where = f"{file}: acts.{act}"
                    if owned and act not in phrases[name]:
                        raise BadInput(f"{where}: there is no such act to replace")
                    if not owned and act in phrases[name]:
                        raise BadInput(f"{where}: stands in another file too")
                    phrases[name][act] = _phrase(where, act, name, table, phrases[name].get(act))
                for group, table in content["terms"].items():
                    where, known = f"{file}: terms.{group}", terms[name].setdefault(group, {})
                    if not owned and (twice := next((key for key in table if key in known), "")):
                        raise BadInput(f"{where}.{twice}: stands in another file too")
                    known.update(_texts(where, table))
            lines |= _texts(f"{place}/other.toml: lines", _read(place / "other.toml", ("lines",), owned)["lines"])
        for act in sorted({act for name in LANGUAGES for act in phrases[name]}):
            if len({phrases[name][act].required if act in phrases[name] else None for name in LANGUAGES}) > 1:
                raise BadInput(f"{folder}: acts.{act} must stand in every language, with the same `required`")
        if "default" not in lines:
            raise BadInput(f"{folder / 'other.toml'}: lines.default is missing")
        return cls(phrases, terms, lines)

    def acts(self) -> tuple[str, ...]:
        return tuple(self._phrases[LANGUAGES[0]])

    def variants(self, act: str, language: str, tone: str = "neutral") -> tuple[str, ...]:
        """The wordings of an act; the neutral ones where the tone has none of its own. KeyError for an unknown act."""
        tones = self._phrases[_base(language)][act].tones
        return tones.get(tone) or tones["neutral"]

    def required(self, act: str) -> frozenset[str]:
        """Placeholders without which the act is not said; the same in every language."""
        return self._phrases[LANGUAGES[0]][act].required

    def lexicon(self, act: str, language: str) -> frozenset[str]:
        """Every word of the act's variants: what our own decoder may use for it (facts.fault)."""
        return self._phrases[_base(language)][act].lexicon

    def terms(self, language: str) -> Mapping[str, Mapping[str, str]]:
        """The words for facts.Term, by group and key."""
        return self._terms[_base(language)]

    def other(self, language: str) -> str:
        """The one line for a shopper who writes in a language we do not speak."""
        return self._lines.get(_base(language), self._lines["default"])


def _base(language: str) -> str:
    return language.split("-")[0]


# --- reading and checking ---------------------------------------------------------------------------------------------


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """(language, file): <language>.toml, then the topics of <language>/*.toml."""
    for name in LANGUAGES:
        yield name, folder / f"{name}.toml"
        yield from ((name, file) for file in sorted((folder / name).glob("*.toml")))


def _read(path: Path, tables: tuple[str, ...], optional: bool) -> dict[str, dict[str, Any]]:
    """The tables of a file; empty ones for an optional file that is not there."""
    if optional and not path.exists():
        return {table: {} for table in tables}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error
    for key, value in content.items():
        if key not in tables or not isinstance(value, dict):
            raise BadInput(f"{path}: {key}: only the tables {', '.join(tables)} belong here")
    return {table: content.get(table, {}) for table in tables}


def _texts(where: str, table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        raise BadInput(f"{where} must be a table")
    for key, value in table.items():
        if not isinstance(value, str) or not value.strip():
            raise BadInput(f"{where}.{key} must be a text")
    return table


def _phrase(where: str, act: str, language: str, table: Any, ours: Phrase | None) -> Phrase:
    """One act of a file. An owner's wording may use the facts of ours, and must hold those that ours must."""
    if not isinstance(table, dict):
        raise BadInput(f"{where} must be a table")
    for key, value in table.items():
        if key not in ("required", *TONES):
            raise BadInput(f"{where}.{key}: only required, {', '.join(TONES)} belong here")
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise BadInput(f"{where}.{key} must be a list of texts")
    if not table.get("neutral"):
        raise BadInput(f"{where}.neutral must have a variant")
    tones = {tone: tuple(table[tone]) for tone in TONES if tone in table}
    variants = [text for texts in tones.values() for text in texts]
    required = ours.required if ours else frozenset(table.get("required", ()))
    facts = ours.facts if ours else frozenset().union(*map(placeholders, variants))
    said = Act(act, {name: Text("") for name in facts})
    for text in variants:
        if why := fault(text, said, language, required):
            raise BadInput(f"{where}: {why}: {text!r}")
    return Phrase(tones, required, facts, frozenset(word for text in variants for word in words(text)))
