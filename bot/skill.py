"""What a skill is: one thing a shopper can get done. Skills themselves are in bot/skills/, one file each.

A skill's `run` asks the shop and answers with an Outcome; the family of the outcome's act tells the policy what comes
next: `ask` a slot, `confirm` a quoted write, or say it and be finished.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.commerce import Account, Order, Quote, Shop
from bot.conversation import Access, Confirmation, Option, Proof
from bot.decision import HandoffRequest, Notice
from bot.facts import Act, Fact
from bot.messages import Attachment, Card


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
    """What came of a run: a dialogue act with its facts, and what belongs to it.

    The act "pass:<skill>" is not said: that skill goes on with the same slots.
    """

    act: Act
    slot: str = ""  # ask: the slot that is asked for
    options: tuple[Option, ...] = ()  # ask: what can be chosen
    slots: Mapping[str, str] = field(default_factory=dict)  # slots the skill has settled itself
    quote: Quote | None = None  # confirm: what will be done
    cards: tuple[Card, ...] = ()
    proof: Proof | None = None  # identify: who it is
    tries_left: int | None = None  # identify: after a miss
    notify: str = ""  # done: the e-mail address on file that is told of the change
    documents: tuple[str, ...] = ()  # done: numbers of the shop's documents that go with that mail
    files: tuple[Attachment, ...] = ()  # ... and these, as files
    handoff: HandoffRequest | None = None  # staff take it up after this is said, or beside the conversation

    def notices(self, skill: str) -> tuple[Notice, ...]:
        """What the address on file is told of a write of `skill` that was done."""
        return (Notice(self.notify, Act(f"notice:{skill}", self.act.facts), self.files),) if self.notify else ()


Run = Callable[[Shop, Request], Awaitable[Outcome]]
Told = Callable[[Confirmation, Order | Account, Outcome], Outcome]


@dataclass(frozen=True, slots=True)
class Skill:
    name: str
    intents: tuple[str, ...]  # of the inventory; "" intents: reached by the dialogue itself
    run: Run
    acts: tuple[str, ...]  # every act it can end in; each has phrases in every language
    mode: Mode = Mode.READ
    slots: tuple[str, ...] = ()  # what it takes from the message; "said": all of it
    access: Access = Access.NONE  # the proof it needs
    covers: tuple[str, ...] = ()  # further intents that are part of the same request when one message has both
    told: Told | None = None  # what a write that was done adds to its outcome, from the row as it is now
