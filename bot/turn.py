"""What a turn takes from the store and what it leaves there: data, and the store's verbs as the core needs them.

The rows behind it are bot/store's business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.conversation import Confirmation, Conversation, Utterance
from bot.messages import Address, Called, Card, DeskPost, InboundMessage, Reply
from bot.office import HandoffView
from bot.ports import Pace
from bot.promises import Promise
from bot.routing import Crew

# --- in --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """One stored message with its place in the order of acceptance."""

    id: int
    message: InboundMessage
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A conversation that this worker owns until `until`, and the messages of one turn."""

    conversation_id: str
    owner: str
    rows: tuple[Accepted, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the bot made of one message of the session."""

    intent: str
    acts: tuple[str, ...]  # the names of what it answered, did or refused


# --- out -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One line for the transcript; `record` is what the learning loop keeps beside it."""

    speaker: str  # "user", "bot", "staff", "note"
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    cards: tuple[Card, ...] = ()
    author: str = ""
    record: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sending:
    """One row for the outbox."""

    # "reply" (held when a person claims first), "result", "handoff", "notice", "code"; or a desk post's kind, of which
    # the store makes an "unsent" one a note with what the bot was about to say
    kind: str
    payload: Reply | DeskPost
    desk: str = ""  # a desk's name, "" for the shopper's channel
    mail: str = ""  # an e-mail address on file: goes there instead
    handoff_id: str = ""  # with kind and part: sent once only
    part: str = ""


@dataclass(frozen=True, slots=True)
class HandoffChange:
    """A handoff opened or moved by this turn."""

    id: str
    status: str  # "" leaves it as it is
    kind: str = "chat"
    reason: str = ""
    summary: str = ""
    summaries: Mapping[str, str] = field(default_factory=dict)  # the same in each language of staff
    confirmation: Confirmation | None = None
    claimed_by: str = ""  # the account (InboundMessage.who)
    closing: str = ""  # why it is closed
    opening: bool = False
    released: bool = False  # nobody has it any more
    packed_by: datetime | None = None  # when what is open of its order is packed
    missed: str = ""  # a deadline that has passed now
    away_until: datetime | None = None  # put away by staff; whatever else happens to it brings it back


@dataclass(frozen=True, slots=True)
class TimerChange:
    kind: str
    subject: str
    due: datetime | None  # None: take it away


@dataclass(frozen=True, slots=True)
class PromiseChange:
    """What a shopper is to be told: made or renewed, or ended."""

    promise: Promise
    state: str  # "open", "told", "over" (it cannot happen any more, or its time has run out), "taken_back"


@dataclass(frozen=True, slots=True)
class Rated:
    """How a shopper rates a handoff; the last time counts."""

    handoff_id: str
    stars: int
    word: str


@dataclass(frozen=True, slots=True)
class TurnResult:
    conversation: Conversation
    lines: tuple[Line, ...] = ()
    sendings: tuple[Sending, ...] = ()
    handoffs: tuple[HandoffChange, ...] = ()
    timers: tuple[TimerChange, ...] = ()
    promises: tuple[PromiseChange, ...] = ()
    rated: Rated | None = None
    hidden: Mapping[int, str] = field(default_factory=dict)  # inbox row → its text without the code it held


# --- the store's verbs -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delivery:
    """One outbox row that is due."""

    id: int
    conversation_id: str
    target: str  # "channel", "mail" or "desk:<name>"
    address: Address
    payload: Reply | DeskPost
    attempts: int
    lane: str = ""  # its chat, as rows go out in order within it
    also: tuple[int, ...] = ()  # rows of the same lane that the payload holds too


    @property
    def door(self) -> str:
        """The name of the desk or channel it leaves by."""
        if isinstance(self.payload, DeskPost):
            return self.target.removeprefix("desk:")
        return "mail" if self.target == "mail" else self.address.channel


@dataclass(frozen=True, slots=True)
class Begun:
    """A write may go ahead, or was begun before."""

    fresh: bool  # False: begun by an earlier run of this turn; ask the shop what became of it


class TurnStore(Protocol):
    """Steps 4, 5 and 10."""

    async def claim(self, owner: str, only: str = "") -> Claim | None: ...

    async def release(self, claim: Claim, pause: timedelta = timedelta(0)) -> None: ...

    async def load(self, conversation_id: str) -> tuple[Conversation, bool]: ...

    async def history(self, conversation_id: str, session: int, limit: int = 6) -> tuple[Utterance, ...]: ...

    async def attempts(self, conversation_id: str, session: int) -> tuple[Attempt, ...]:
        """What the bot made of the messages of this session, oldest first."""
        ...

    async def promises(self, conversation_id: str) -> tuple[Promise, ...]:
        """Those that are open, oldest first."""
        ...

    async def said_since(self, conversation_id: str, row: int) -> Sequence[Accepted]:
        """What shopper and staff have said after that inbox row, oldest first; also what still waits."""
        ...

    async def mailed_to(self, conversation_id: str) -> str:
        """Where the last link back to it went, "" when it is not known any more."""
        ...

    async def commit(self, claim: Claim, result: TurnResult) -> int: ...

    async def handoff(self, handoff_id: str) -> HandoffView | None: ...

    async def handoffs(self) -> Sequence[HandoffView]:
        """Those that are open, the most urgent first."""
        ...

    async def confirmation(self, handoff_id: str) -> Confirmation | None: ...

    async def claims(self) -> Sequence[tuple[datetime, datetime]]:
        """When the chat handoffs that were claimed last were opened and claimed."""
    async def crew(self) -> Sequence[Crew]:
        """All members of staff, with what each has just now."""
        ...

    async def leads(self) -> list[Called]:
        """Those who may approve, and who they are on the platforms of the desks."""
        ...


class ActionLog(Protocol):
    """Every write, under its confirmation's id."""

    async def begin(
        self, confirmation: Confirmation, actor: str, conversation_id: str, *, unless_after: int | None
    ) -> Begun | None:
        """Commit the started row. None when a later message of the shopper than inbox row `unless_after` waits."""
        ...

    async def withdraw(self, key: str) -> None:
        """Forget a started write that certainly never ran: it may begin anew, or be taken back."""
        ...

    async def begun(self, key: str) -> bool:
        """Whether a write was begun under this key."""
        ...

    async def finish(self, key: str, answer: Mapping[str, Any]) -> None:
        """Keep the answer of a remote shop; the SQL shop has stored its own with the effect."""
        ...


class TryLimit(Protocol):
    """Tries to prove who one is, counted per channel account and per order."""

    async def take(self, account_user: str, order: str) -> int:
        """Count one try and say how many were left before it; at 0 none is counted and none may be made."""
        ...

    async def right(self, account_user: str, order: str) -> None:
        """The last try taken proved the shopper: it does not count."""
        ...


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """What became of a typed code."""

    outcome: str  # "right", "wrong", "over" (run out, used, replaced by a newer one, or tried too often)
    left: int = 0  # tries that a wrong one leaves


class OneTimeCodes(Protocol):
    """Codes that were sent to a contact on file. `turn` names the turn: done again after a crash it ends alike."""

    async def issue(self, account_user: str, order: str, turn: str) -> tuple[str, datetime] | None:
        """The salt of a fresh code and when it runs out; older ones are over. None when too many were sent lately."""
        ...

    async def check(self, account_user: str, order: str, typed: str, turn: str) -> CodeCheck:
        """Whether it is the code that this person was sent for the order; a right one is used up."""
        ...

    async def known(self, account_user: str, typed: str) -> bool:
        """Whether this person was sent it lately, whatever for: nobody else is to read it."""
        ...


class UsedLinkRows(Protocol):
    async def take(self, digest: str, account_user: str, until: datetime) -> bool:
        """Whether this person may come with the link: nobody has so far, or it was he."""
        ...


@dataclass(frozen=True, slots=True)
class Tried:
    """One try to prove who one is."""

    at: datetime
    who: str  # Address.account_user
    order: str  # its number, "" where none is named
    means: str  # "contact", "code", "link"
    outcome: str


class ProofLog(Protocol):
    async def note(self, tried: Tried) -> None: ...


class OutboxRows(Protocol):
    """Step 11's rows: the first waiting one of each chat, and what became of it."""

    async def due(self) -> list[Delivery]: ...

    async def begin(self, delivery: Delivery, pace: Pace) -> bool:
        """Take it for this process and spend its chat's and its account's budget; False when it may not go now."""
        ...

    async def desk_thread(self, handoff_id: str, desk: str) -> str: ...

    async def move_thread(self, handoff_id: str, desk: str, reference: str) -> None:
        """The handoff stands in another thread from now on."""
        ...

    async def sent(self, delivery: Delivery, reference: str) -> None: ...

    async def later(
        self, delivery: Delivery, error: str, retry_after: float | None, *, account: bool = False
    ) -> None: ...

    async def failed(self, delivery: Delivery, error: str) -> None: ...
