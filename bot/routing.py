"""For whom a handoff is: who speaks the shopper's language, knows the matter and has room for one more. Pure.

Nobody is put on anything: the desks are told who fits, and who is at his limit takes no more.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.errors import BadInput

_WORD = re.compile(r"[a-z][a-z_-]{1,31}")


@dataclass(frozen=True, slots=True)
class Strengths:
    """What an admin has set for an account; left empty, everything fits."""

    languages: tuple[str, ...] = ()  # "en", "zh"
    skills: tuple[str, ...] = ()  # reasons of handoffs
    most: int | None = None  # conversations at a time


ANY = Strengths()


@dataclass(frozen=True, slots=True)
class Crew:
    """A member of staff with what he has just now."""

    name: str  # what shoppers see
    strengths: Strengths
    has: int = 0  # conversations that he has claimed and not put away
    account: str = ""

    @property
    def full(self) -> bool:
        return self.strengths.most is not None and self.has >= self.strengths.most


def fitting(crew: Iterable[Crew], language: str, reason: str) -> tuple[str, ...]:
    """The names of those whom it suits, who has least first; () where nobody's strengths are set."""
    crew, spoken = list(crew), language.split("-")[0]
    if not any(one.strengths != ANY for one in crew):
        return ()
    fit = [one for one in crew if not one.full and _suits(one.strengths, spoken, reason)]
    return tuple(one.name for one in sorted(fit, key=lambda one: (one.has, one.name)))


def _suits(strengths: Strengths, language: str, reason: str) -> bool:
    speaks = not strengths.languages or not language or language in strengths.languages
    return speaks and (not strengths.skills or reason in strengths.skills)


def full(crew: Sequence[Crew], account: str) -> bool:
    """Whether he takes no more."""
    return any(one.full for one in crew if one.account == account)


def strengths(languages: str, skills: str, most: str) -> Strengths:
    """What a form says: words with blanks or commas between them, and a number or nothing. BadInput for what is not."""
    words = [tuple(re.split(r"[\s,]+", text.strip().lower())) if text.strip() else () for text in (languages, skills)]
    if strange := next((word for word in (*words[0], *words[1]) if not _WORD.fullmatch(word)), ""):
        raise BadInput(f"{strange!r} is no language or reason: write e.g. en zh, and payment invoice.")
    if most.strip() and not (most.strip().isascii() and most.strip().isdigit() and 0 < int(most) < 1000):
        raise BadInput(f"{most!r} is no number of conversations from 1 to 999.")
    return Strengths(words[0], words[1], int(most) if most.strip() else None)
