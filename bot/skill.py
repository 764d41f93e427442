"""What a skill is: one thing a shopper can get done. Skills themselves are in bot/skills/, one file each.

A skill's `run` asks the shop and answers with an Outcome; the family of the outcome's act tells the policy what comes
next: `ask` a slot, `confirm` a quoted write, or say it and be finished.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.commerce import Quote, Shop
from bot.conversation import Access, Option, Proof
from bot.facts import Act, Day, Fact, Text
from bot.messages import Card


class Mode(StrEnum):
    READ = "read"
    WRITE = "write"  # `run` only quotes; the write itself is Shop.perform, after an explicit yes


@dataclass(frozen=True, slots=True)
class Request:
    """What a skill gets: who asks, what is known, and the words it was asked in."""

    slots: Mapping[str, str]  # canonical values, see slots.py
    intent: str
    text: str
    language: str
    now: datetime
    today: date  # in the shop's zone, in which days are promised and shown
    say: Callable[[Fact], str]  # a fact in the shopper's language, for cards and buttons
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: a dialogue act with its facts, and what belongs to it."""

    act: Act
    slot: str = ""  # ask: the slot that is asked for
    options: tuple[Option, ...] = ()  # ask: what can be chosen
    slots: Mapping[str, str] = field(default_factory=dict)  # slots the skill has settled itself
    quote: Quote | None = None  # confirm: what will be done
    cards: tuple[Card, ...] = ()
    proof: Proof | None = None  # identify: who it is
    tries_left: int | None = None  # identify: after a miss
    notify: str = ""  # done: the e-mail address on file that is told of the change
    goes_on: str = ""  # the intent that takes over after this act, with the slots settled so far


def beside(detail: Mapping[str, Any]) -> dict[str, Fact]:
    """The facts that a shop's answer carries beside its quote: a last day, a link."""
    facts: dict[str, Fact] = {}
    if "until" in detail:
        facts["day"] = Day(date.fromisoformat(str(detail["until"])))
    if "link" in detail:
        facts["link"] = Text(str(detail["link"]))
    return facts


Run = Callable[[Shop, Request], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Skill:
    name: str
    intents: tuple[str, ...]  # of the inventory; "" intents: reached by the dialogue itself
    run: Run
    acts: tuple[str, ...]  # every act it can end in; each has phrases in every language
    mode: Mode = Mode.READ
    slots: tuple[str, ...] = ()  # what it takes from the message
    access: Access = Access.NONE  # the proof it needs
    sounds_like: tuple[str, ...] = ()  # intents that an answer within it may be taken for: no requests of their own
