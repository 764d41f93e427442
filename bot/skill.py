"""What a skill is: one thing a shopper can get done. Skills themselves are in bot/skills/, one file each.

A skill's `run` asks the shop and answers with an Outcome; the family of the outcome's act tells the policy what comes
next: `ask` a slot, `confirm` a quoted write, or say it and be finished.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from typing import Any

from bot.commerce import Account, Order, Quote, Shop
from bot.conversation import Access, Challenge, Confirmation, Option, Proof, SlotSpan
from bot.decision import HandoffRequest, Notice, Offer
from bot.facts import Act, Day, Fact, Term, Text
from bot.messages import Attachment, Card, Form
from bot.promises import Promise


class Mode(StrEnum):
    READ = "read"
    WRITE = "write"  # `run` only quotes; the write itself is Shop.perform, after an explicit yes


Alike = Callable[[str, Sequence[Sequence[str]]], Awaitable[list[float]]]


async def nobody_knows(text: str, groups: Sequence[Sequence[str]]) -> list[float]:
    return [0.0] * len(groups)


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
    proof: Proof | None = None  # while it holds
    market: str = ""  # whose prices and rules count; "": the shop's own
    zone: tzinfo = UTC  # the shop's
    alike: Alike = nobody_knows  # how near a text is to each group of texts, from -1 to 1
    approvals: tuple[str, ...] = ()  # what staff are deciding: Confirmation.subject

    def day(self, at: datetime) -> date:
        """The shop's calendar day of a moment."""
        return at.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: a dialogue act with its facts, and what belongs to it.

    The act "pass:<skill>" is not said: that skill goes on with the same slots.
    """

    act: Act
    before: tuple[Act, ...] = ()  # said first: what was found
    slot: str = ""  # ask: the slot that is asked for
    options: tuple[Option, ...] = ()  # ask: what can be chosen
    slots: Mapping[str, str] = field(default_factory=dict)  # slots the skill has settled itself
    quote: Quote | None = None  # confirm: what will be done
    cards: tuple[Card, ...] = ()
    proof: Proof | None = None  # identify: who it is
    tries_left: int | None = None  # identify: after a miss
    notify: str = ""  # the e-mail address on file that is told of the change, or gets the code
    challenge: Challenge | None = None  # one_time_code: one was sent, to `notify`
    salt: str = ""  # ... and what it is made from when the mail goes out
    beside: Mapping[str, str] = field(default_factory=dict)  # slots of another request that the message holds
    needs: Access = Access.NONE  # a proof without which it cannot go on: who is asking comes first, then it runs again
    documents: tuple[str, ...] = ()  # done: numbers of the shop's documents that go with that mail
    files: tuple[Attachment, ...] = ()  # ... and these, as files
    handoff: HandoffRequest | None = None  # staff take it up after this is said, or beside the conversation
    offers: tuple[Offer, ...] = ()  # buttons, where nothing is asked after it
    form: Form | None = None  # by which this skill, or another, can be told at once what it would ask
    promise: Promise | None = None  # done: what the shopper will be told
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
Fits = Callable[[str, str, Sequence[SlotSpan]], bool]  # (intent, text, what the model tagged in it) → its own?
Told = Callable[[Confirmation, Order | Account, Outcome], Outcome]


@dataclass(frozen=True, slots=True)
class Skill:
    name: str
    intents: tuple[str, ...]  # of the inventory; "" intents: reached by the dialogue itself
    run: Run
    acts: tuple[str, ...]  # every act it can end in; each has phrases in every language
    mode: Mode = Mode.READ
    slots: tuple[str, ...] = ()  # what it takes from the message; "said": all of it, "files": what was sent so far
    access: Access = Access.NONE  # the proof it needs
    fits: Fits | None = None  # pure: which messages of its intents it takes, before an earlier skill of the list
    covers: tuple[str, ...] = ()  # further intents that are part of the same request when one message has both
    case: str = ""  # staff are told of each write that it did, under this reason; the bot goes on meanwhile
    told: Told | None = None  # what a write that was done adds to its outcome, from the row as it is now
    sounds_like: tuple[str, ...] = ()  # intents that an answer within it may be taken for: no requests of their own
    form: tuple[str, ...] = ()  # slots that a filled form may give it
    strong: bool = False  # its write redirects goods or money: it needs a one-time code or a signed link besides

    @property
    def acts_itself(self) -> bool:
        """Whether its run may change something, a basket for one: a read that can end in something done."""
        return self.mode is Mode.READ and any(act.startswith("done:") for act in self.acts)

    @property
    def notice(self) -> str:
        """The act that tells the contact on file of its write, where it has words of its own."""
        return f"notice:{self.name}"

    def notices(self, outcome: Outcome) -> tuple[Notice, ...]:
        """What the contact on file is told once its write is done."""
        if not outcome.notify:
            return ()
        if self.notice in self.acts:
            return (Notice(outcome.notify, Act(self.notice, outcome.act.facts), outcome.files),)
        told = Act("notice:change", {**outcome.act.facts, "task": Term("intent", self.intents[0])})
        return (Notice(outcome.notify, told, outcome.files),)
