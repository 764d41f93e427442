"""What a turn brings in and what the policy may decide: plain data between dialogue.py and policy/."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.commerce import WriteMode
from bot.conversation import Confirmation, Conversation, Flow, Proof
from bot.facts import Act, Fact, Money, Term, Text
from bot.messages import BUTTON_VALUE_BYTES, Attachment, Card, Form, Kind
from bot.promises import Awaited, Promise


@dataclass(frozen=True, slots=True)
class TurnInput:
    """One turn of the shopper: a burst of plain texts, or one button, file or other act."""

    id: str  # fresh and unguessable: a confirmation made in this turn gets it as its key
    kind: Kind
    text: str = ""
    button: str = ""
    code: str = ""  # the one-time code it holds, which `text` does not show
    attachments: tuple[Attachment, ...] = ()
    hasty: bool = False  # written before the last answer was there: no yes to what it asks
    later_waits: bool = False  # a later message of this shopper is already stored: no write now
    at: datetime | None = None  # when it was accepted: a yes given in time stays one, however long the queue was
    promises: tuple[Promise, ...] = ()  # that are open
    begun: bool = False  # a crash cut off the write it says yes to, which may have had its effect: no rule holds it now


@dataclass(frozen=True, slots=True)
class Limits:
    """The owner's numbers that the policy needs."""

    approval_above: Mapping[str, int] = field(
        default_factory=dict
    )  # currency → minor units a write may move unapproved
    modes: Mapping[str, Mapping[str, WriteMode]] = field(default_factory=dict)  # market → verb or "all" → mode
    stopped: bool = False  # no write is done automatically
    home: str = ""  # the market of a shopper nobody knows yet
    speaks: Mapping[str, str] = field(default_factory=dict)  # language → the market that speaks it
    # market → reason to bring a person → the number to call before anything else
    emergency: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    confirmation_minutes: int = 30
    questions: int = 3  # how often one slot is asked before a person comes
    threshold: float | None = None  # overrides the model's calibrated one
    spoken: tuple[str, ...] = ("en", "zh")

    def mode(self, market: str, verb: str) -> WriteMode:
        """How far the bot may go; where the owner has said nothing, staff approve each write."""
        of = self.modes.get(market, {})
        return of.get(verb) or of.get("all") or WriteMode.APPROVAL

    def limit(self, currency: str) -> Money | None:
        """The most that a write may give back unapproved."""
        return Money(self.approval_above[currency], currency) if currency in self.approval_above else None

    def rule(self, market: str, verb: str, moved: Money | None, lately: int = 0) -> str:
        """The first of RULES by which staff decide before the write is done, "" when the bot may do it.

        `lately`: what the same order gave back within a day, in minor units: a large sum is none less in slices.
        """
        if self.mode(market, verb) is not WriteMode.AUTOMATIC:
            return "mode"
        limit = self.limit(moved.currency) if moved else None
        if moved and limit and moved.minor and moved.minor + lately > limit.minor:
            return "amount"
        return "stop" if self.stopped else ""

    def person(self, reason: str, proof: Proof | None, language: str, said: str = "") -> Act:
        """What tells that a person takes over; with the number to call where the shopper is, if it is for his safety.

        Of somebody nobody knows the `language` tells best where he is. `said`: another reason's words instead.
        """
        home = self.speaks.get(language.partition("-")[0], self.home)
        market = proof.market if proof and proof.market in self.emergency else home
        number = self.emergency.get(market, {}).get(reason, "")
        facts: dict[str, Fact] = {"emergency": Text(number)} if number else {}
        return Act(f"handoff/{said or reason}", facts, "apologetic" if reason in GRAVE else "neutral")


GRAVE = frozenset({"angry", "injury", "fire", "death", "model_failure", "error"})  # reasons that call for a kind word
RULES = ("mode", "amount", "stop")  # staff approve each one; the sum is above the limit; automatic writes are stopped


@dataclass(frozen=True, slots=True)
class Read:
    """Run a skill for a flow: it asks the shop, and writes nothing."""

    skill: str
    flow: Flow
    language: str  # of this turn: what cards and buttons are written in


@dataclass(frozen=True, slots=True)
class Perform:
    """Do the confirmed write."""

    confirmation: Confirmation


@dataclass(frozen=True, slots=True)
class Offer:
    """A button whose label is still a fact: dialogue.py writes it in the shopper's language."""

    label: Fact
    value: str


PERSONAL = "personal"  # the skill that keeps whether suggestions go by what was bought
NOTIFY = "notify"  # the skill that promises to tell something, and its buttons
TAKE_BACK = Offer(Term("button", "notify_stop"), f"{NOTIFY}:stop")


def tell_me(awaited: Awaited, subject: str) -> tuple[Offer, ...]:
    """The button that asks to be told; none where its value is too long for a button."""
    value = f"{NOTIFY}:{awaited}:{subject}"
    fits = len(value.encode()) <= BUTTON_VALUE_BYTES
    return (Offer(Term("button", f"{NOTIFY}_{awaited}"), value),) if fits else ()


def look_at(product: str, name: str) -> tuple[Offer, ...]:
    """The button that shows a product."""
    value = f"about:{product}"
    return (Offer(Text(name), value),) if len(value.encode()) <= BUTTON_VALUE_BYTES else ()


@dataclass(frozen=True, slots=True)
class HandoffRequest:
    reason: str  # a key of [terms.handoff] in the phrase book
    write: Confirmation | None = None  # approval: staff decide on it, the bot goes on meanwhile; case: it was done
    kind: str = "chat"  # "approval"; "case": staff look into it and the bot goes on; "note": kept for them to read
    facts: Mapping[str, Fact] = field(default_factory=dict)  # what was found or collected, for staff


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail to the address on file."""

    mail: str
    act: Act
    files: tuple[Attachment, ...] = ()
    back: bool = False  # with a link back to the chat


@dataclass(frozen=True, slots=True)
class Speak:
    """The end of a turn: what is said, what is offered, and the conversation after it."""

    kind: str  # "ask", "confirm", "clarify", "say", "handoff"
    conversation: Conversation
    acts: tuple[Act, ...] = ()
    offers: tuple[Offer, ...] = ()
    cards: tuple[Card, ...] = ()
    handoff: HandoffRequest | None = None
    heard: tuple[str, ...] = ()  # the labels this turn acted on
    notify: tuple[Notice, ...] = ()  # told outside this conversation
    cases: tuple[HandoffRequest, ...] = ()  # for staff, beside the conversation
    code: tuple[str, str] | None = None  # (e-mail on file, salt) of a one-time code to send
    promised: tuple[Promise, ...] = ()  # made in this turn, or renewed
    taken_back: tuple[Promise, ...] = ()
    form: Form | None = None


Decision = Read | Perform | Speak
