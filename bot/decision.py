"""What a turn brings in and what the policy may decide: plain data between dialogue.py and policy.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.commerce import WriteMode
from bot.conversation import Confirmation, Conversation, Flow
from bot.facts import Act, Fact
from bot.messages import Attachment, Card, Kind


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


@dataclass(frozen=True, slots=True)
class Limits:
    """The owner's numbers that the policy needs."""

    approval_above: Mapping[str, int] = field(
        default_factory=dict
    )  # currency → minor units a write may move unapproved
    modes: Mapping[str, Mapping[str, WriteMode]] = field(default_factory=dict)  # market → verb or "all" → mode
    stopped: bool = False  # no write is done automatically
    confirmation_minutes: int = 30
    questions: int = 3  # how often one slot is asked before a person comes
    threshold: float | None = None  # overrides the model's calibrated one
    spoken: tuple[str, ...] = ("en", "zh")

    def mode(self, market: str, verb: str) -> WriteMode:
        """How far the bot may go; where the owner has said nothing, staff approve each write."""
        of = self.modes.get(market, {})
        mode = of.get(verb) or of.get("all") or WriteMode.APPROVAL
        return WriteMode.APPROVAL if self.stopped and mode is WriteMode.AUTOMATIC else mode


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


Decision = Read | Perform | Speak
