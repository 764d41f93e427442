"""A conversation and what it remembers between turns: plain frozen data and its stored form.

Pure. The rules that move a conversation are in policy/; rows and leases are the store's business.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from bot.facts import Act, Fact, Money
from bot.messages import Address

STATE_VERSION = 1


class Status(StrEnum):
    BOT = "bot"
    WAITING = "waiting"  # a person was asked for and has not come yet
    STAFF = "staff"  # a person owns it: the bot is silent
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One earlier line of the conversation, as the interpreter reads it."""

    speaker: str  # "user" or "system"
    text: str


# --- what the interpreter says ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IntentScore:
    name: str
    probability: float  # independent per intent: several may hold at once


@dataclass(frozen=True, slots=True)
class SlotSpan:
    """`value == text[start:end]`, offsets in code points."""

    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a message means, with calibrated probabilities. A failure is a value too: `failure` says what happened."""

    text: str = ""
    intents: tuple[IntentScore, ...] = ()  # every label, best first
    slots: tuple[SlotSpan, ...] = ()
    language: str = "en"  # "en", "zh", "zh-Hant", or the code of a language we do not speak
    in_scope: float = 0.0  # probability that the shop can serve it
    threshold: float = 1.0  # the model's calibrated limit: below it the message is not handled without asking
    model: str = ""  # hash of the weights
    failure: str = ""  # "timeout", "error", "" when all went well
    parts: tuple["Understanding", ...] = ()  # of a message about several orders: what it asks for each of them

    def probability(self, intent: str) -> float:
        return next((score.probability for score in self.intents if score.name == intent), 0.0)


# --- who is asking ---------------------------------------------------------------------------------------------------


class Access(StrEnum):
    """What a proof opens, weakest first."""

    NONE = "none"
    DELIVERY = "delivery"  # one order's delivery status (order number + postcode: both stand on every parcel label)
    ORDER = "order"  # one guest order, wholly
    CUSTOMER = "customer"  # a customer's account and all its orders


def plain_number(order: str) -> str:
    """An order's number without what people leave out or change as they type it: "sp 1001" is SP-1001."""
    return "".join(filter(str.isalnum, order)).upper()


@dataclass(frozen=True, slots=True)
class Proof:
    """Who the shopper has proved to be; valid until `until` by the injected clock."""

    access: Access
    customer: str  # the shop's customer id; "" for a guest order
    order: str  # the order number that was proved; "" when signed in otherwise
    until: datetime
    market: str = ""  # the customer's, for prices
    strong_until: datetime | None = None  # until then it may redirect goods and money too (code or signed link)
    mailbox: str = ""  # ... of the orders with this e-mail on file alone; "" when the shop's own page signed him in

    @property
    def account(self) -> str:
        """Whose things they are, for staff: a customer's or a guest order's; a parcel's label is no account."""
        return "" if self.access is Access.DELIVERY else self.customer or self.order

    def opens(self, order: str, needed: Access) -> bool:
        """Whether this proof may be tried on `order` for `needed`; the shop still checks whose order it is."""
        strength = list(Access)
        if strength.index(self.access) < strength.index(needed):
            return False
        return self.access is Access.CUSTOMER or not order or plain_number(order) == plain_number(self.order)

    @property
    def person(self) -> str:
        """Whose it is: an account's, or a guest's by his order."""
        return self.customer or self.order

    def same_person(self, other: "Proof") -> bool:
        """Whether both are of one account, or of one guest's order."""
        return self.person == other.person

    def strong(self, at: datetime) -> bool:
        """Whether a one-time code or a signed link stands behind it."""
        return self.strong_until is not None and self.strong_until > at

    def redirects(self, email: str, at: datetime) -> bool:
        """Whether it may send goods or money elsewhere, for an order with this e-mail on file.

        Who reads one mailbox has proved nothing about an order that was placed with another one.
        """
        return self.strong(at) and self.mailbox in ("", email)


@dataclass(frozen=True, slots=True)
class Challenge:
    """A one-time code was sent and is waited for. The code itself is known to nobody here."""

    order: str  # "": it stands for the account
    mail: str  # where it was sent, masked
    until: datetime


# --- flows, confirmations, handoffs ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose among: a button, and what "the second one" refers to."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Flow:
    """One skill under way: its slots so far and what it is waiting for."""

    skill: str
    intent: str
    slots: dict[str, str] = field(default_factory=dict)  # canonical values, see slots.py
    expects: str = ""  # the slot asked for, "confirm", or ""
    options: tuple[Option, ...] = ()  # what the question offered
    asked: dict[str, int] = field(default_factory=dict)  # slot → how often it was asked
    left: int = 0  # how often something else was answered while its question was open

    def with_slot(self, name: str, value: str) -> "Flow":
        return replace(self, slots={**self.slots, name: value})

    def without_slot(self, name: str) -> "Flow":
        return replace(self, slots={key: value for key, value in self.slots.items() if key != name})


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A write the shopper was shown and has not answered. Its id is the write's idempotency key."""

    id: str
    skill: str
    verb: str
    arguments: dict[str, Any]  # JSON values: exactly what the write will be called with
    act: Act  # the quote as it was shown
    version: int  # the row version the quote was worked out on; a moved one refuses the write
    expires: datetime
    needs_approval: str = ""  # the rule by which staff decide first (decision.RULES); "" when the bot may do it
    market: str = ""  # whose modes it obeys
    moved: Money | None = None  # what it gives back to the shopper
    lately: int = 0  # what the same order gave back in the day before, in minor units
    approval: bool | None = None  # True: staff decide, always; False: never; None: mode and sum
    person: str = ""  # Proof.person of who was shown it: nobody else may say yes
    elsewhere: bool = False  # Quote.elsewhere: it takes what a skill that redirects goods takes

    @property
    def subject(self) -> str:
        """What it is about: two confirmations of the same subject would do the same."""
        arguments = {name: value for name, value in self.arguments.items() if name != "reason"}
        return f"{self.verb} {json.dumps(arguments, sort_keys=True)}"


@dataclass(frozen=True, slots=True)
class HandoffNote:
    """The handoff a conversation is in; the full record is the store's row."""

    id: str
    reason: str
    summary: str
    status: str  # "waiting", "claimed", "back", "closed"
    subject: str = ""  # approvals and cases: what they are about
    away: bool = False  # claimed, and put away for a time
    owes: bool = False  # claimed, and the shopper waits for a word
    awaits: str = ""  # the account of the colleague it was handed to, of whom the shopper has not heard yet


@dataclass(frozen=True, slots=True)
class RatingAsked:
    """The shopper was asked how a person's help was; a button of the question counts whenever it is pressed."""

    handoff: str
    expects: str = "stars"  # what his next message may be: "stars", then "word"; "" once it was something else
    stars: int = 0  # given so far


@dataclass(frozen=True, slots=True)
class Conversation:
    id: str
    address: Address
    status: Status = Status.BOT
    session: int = 1
    version: int = 0  # of the row, moved by every commit
    language: str = ""  # "" until known
    introduced: bool = False  # the line that a machine answers was said
    proof: Proof | None = None
    challenge: Challenge | None = None
    flows: tuple[Flow, ...] = ()  # the last one is on top
    queue: tuple[Flow, ...] = ()  # requests of the same message that wait their turn
    pending: Confirmation | None = None
    fallbacks: int = 0  # rungs climbed on the clarify ladder since the last understood message
    wishes: tuple[str, ...] = ()  # the intents last asked for: what a handoff is about
    noted: dict[str, str] = field(default_factory=dict)  # slot values of those requests, as they were said
    anger: int = 0  # angry messages in this session
    refused: str = ""  # the refusal last given: asked for again, the shopper insists
    # order_id, product: last spoken of, what "it" means; files: sent and not used yet; claim: the order of the last one
    memory: dict[str, str] = field(default_factory=dict)
    handoff: HandoffNote | None = None
    approvals: tuple[HandoffNote, ...] = ()  # actions staff are deciding; the bot goes on meanwhile
    cases: tuple[HandoffNote, ...] = ()  # claims staff look into; the bot goes on meanwhile
    left: str = ""  # the last note of staff about it: for who takes it up next; nobody says it to the shopper
    acknowledged: bool = False  # "your message was passed on" was said in this wait
    # the e-mail address that the answer goes to when he has left; "": it was asked for; None: it was not
    reach: str | None = None
    last_seen: datetime | None = None
    name: str = ""  # the shopper's display name on the channel
    unreachable: bool = False  # staff were told that nothing arrives at his chat; until he writes again
    rating: RatingAsked | None = None  # last asked for
    settled: int = 0  # newest message stored when the last turn was committed: it had not seen that turn's answer

    @property
    def top(self) -> Flow | None:
        return self.flows[-1] if self.flows else None

    def new_session(self) -> "Conversation":
        """After CLOSED or a long silence: only language and proof are kept."""
        return Conversation(
            id=self.id, address=self.address, session=self.session + 1, version=self.version, language=self.language,
            introduced=False, proof=self.proof, approvals=self.approvals, cases=self.cases, last_seen=self.last_seen,
            name=self.name, unreachable=self.unreachable, rating=self.rating,
        )  # fmt: skip


SESSION_SILENCE = timedelta(hours=24)

# --- stored form -----------------------------------------------------------------------------------------------------

_STATE = TypeAdapter(Conversation)

# state_version n → the function that makes n + 1 of it; pure
UPGRADES: Mapping[int, Any] = {}


def to_state(conversation: Conversation) -> dict[str, Any]:
    """The conversation as one JSON value, with its `state_version`."""
    return {"state_version": STATE_VERSION, **_STATE.dump_python(conversation, mode="json")}


def from_state(state: Mapping[str, Any], blank: Conversation) -> tuple[Conversation, bool]:
    """Read a stored state. What cannot be upgraded is dropped: `blank` with the language kept, and False."""
    value = dict(state)
    version = value.pop("state_version", 0)
    try:
        while version < STATE_VERSION:
            value, version = UPGRADES[version](value), version + 1
        if version != STATE_VERSION:
            raise ValueError(f"state version {version} was written by a newer Shophand")
        return replace(_STATE.validate_python(value), address=blank.address, version=blank.version), True
    except (LookupError, TypeError, ValueError):  # pydantic's ValidationError is a ValueError
        language = state.get("language")
        return replace(blank, language=language if isinstance(language, str) else ""), False


_FACTS: TypeAdapter[dict[str, Fact]] = TypeAdapter(dict[str, Fact])


def facts_to_json(facts: Mapping[str, Fact]) -> dict[str, Any]:
    return _FACTS.dump_python(dict(facts), mode="json")
