"""The doors of the assistant, each the smallest set of verbs the core needs; the shop's is in commerce.py, the staff
console's in office.py.

Implementations live in adapters/, model/ and bot/{store,dispatch,phrases,shop}/ and are chosen in bootstrap/. What
a channel and a shop promise is written down as a test that every implementation passes.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.commerce import WriteMode
from bot.conversation import Understanding, Utterance
from bot.messages import Address, Attachment, Card, DeskPost, InboundMessage, Reply
from bot.office import ModeWish
from bot.roles import Right, Role, may
from bot.roles import right_for as right_for

# --- time ------------------------------------------------------------------------------------------------------------


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, timezone-aware, in UTC."""
        ...


# --- language --------------------------------------------------------------------------------------------------------


class Interpreter(Protocol):
    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        """What `text` means after `history` (oldest first), while `expects` (slot, "confirm" or "") is being asked.

        Never raises for a bad model: a failure or a missed time limit is an Understanding with `failure` set.
        """
        ...


class Encoder(Protocol):
    async def vectors(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector of length 1 for each text; the larger the product of two, the more alike is what they mean.

        Never raises for a bad model: a failure or a missed time limit is [].
        """
        ...


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """What the writer is told: never a value, only which facts there are."""

    act: str
    facts: frozenset[str]  # names of the facts that may stand as placeholders
    language: str  # "en" or "zh"
    tone: str = "neutral"
    history: tuple[Utterance, ...] = ()


class ReplyWriter(Protocol):
    free_words: bool  # False: it keeps to the words of each act's written variants, and is checked for it

    async def write(self, requests: Sequence[WriteRequest]) -> list[list[str]]:
        """For each request the candidate templates, best first; [] when it has none. Checked and filled by the core."""
        ...


@dataclass(frozen=True, slots=True)
class ActiveModel:
    """The model that the owner chose with `shophand model use`."""

    folder: Path
    hash: str  # of its content
    since: datetime


@dataclass(frozen=True, slots=True)
class Language:
    """What understands, writes and compares texts, all on one model; `close` ends their threads."""

    interpreter: Interpreter
    writer: ReplyWriter
    encoder: Encoder | None = None
    close: Callable[[], None] = lambda: None
    problem: Callable[[], str] = lambda: ""  # why it does not answer just now, "" when all is well; no shopper's word
    model: str = ""  # hash of its content
    chosen: ActiveModel | None = None  # None: the model of the settings
    switch: "Callable[[ActiveModel | None], Language] | None" = None  # the same on another model, or ModelError


class ModelChoice(Protocol):
    async def active(self) -> ActiveModel | None:
        """The model that the next turn is to use, None for the settings'. Raises StoreError."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """Whether messages are understood and kept just now. Everybody may read it."""

    model: str
    problem: str = ""  # "" when all is well


# --- how far the bot may go ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ModesInForce:
    """The owner's policy with what staff have set over it."""

    modes: Mapping[str, Mapping[str, WriteMode]]  # market → verb, or "all" for every verb not named → mode
    stopped: bool = False  # no write is done automatically


class WriteModes(Protocol):
    async def in_force(self) -> ModesInForce:
        """What holds now: asked once at the start of a turn."""
        ...

    async def set_modes(self, wishes: Sequence[ModeWish], staff: str) -> None:
        """As in Office."""
        ...


# --- channels and desks ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` messages at once, then one every `seconds`; 0 seconds: as many as there are."""

    seconds: float = 0.0
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform takes messages, by chat and from one account of ours."""

    chat: Rate = Rate()
    account: Rate = Rate()


class Channel(Protocol):
    name: str
    pace: Pace

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        """Deliver one reply and return the platform's id of it. `message_id` is ours and the same on every try.

        Raises TemporaryFailure (try again) or PermanentFailure (tell staff).
        """
        ...

    async def typing(self, address: Address) -> None:
        """Show that a reply is being written, where the platform has it. Never raises."""
        ...

    async def fetch(self, attachment: Attachment) -> bytes:
        """The content of a file a shopper sent. Raises TemporaryFailure or PermanentFailure."""
        ...


class StaffDesk(Protocol):
    name: str
    pace: Pace

    async def post(self, post: DeskPost) -> str:
        """Show it to staff and return the desk thread's reference (Address.desk_ref), "" if the desk needs none.

        Raises TemporaryFailure or PermanentFailure like a channel, and ThreadGone when the opening must come first.
        """
        ...


# --- what adapters may ask of the assistant --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receipt:
    """The message is stored: the platform may be answered now."""

    conversation_id: str  # "" when a staff message belongs to no handoff: nothing was stored
    new: bool  # False for a message delivered before


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One line as shopper or staff see it; `id` grows, so "after id" replays what was missed."""

    id: int
    speaker: str  # "user", "bot", "staff", "note" (staff only)
    text: str
    at: datetime
    buttons: tuple[tuple[str, str], ...] = ()  # (label, value)
    author: str = ""  # of staff's lines, and of notes that they wrote
    source_id: str = ""  # user lines: the message's own id, by which a browser knows it as its own
    attachments: tuple[str, ...] = ()  # digests of kept files
    names: Mapping[str, str] = field(default_factory=dict)  # digest → what the shopper called it, where he said
    cards: tuple[Card, ...] = ()
    suggestion: str = ""  # for staff only: what the bot would have answered to this line
    answers: int = 0  # ... and as DeskPost.answers


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff, as a desk in Slack or Telegram knows him."""

    staff: str  # his account
    name: str  # what shoppers see
    role: Role

    def may(self, right: Right) -> bool:
        return may(self.role, right)


class Linking(StrEnum):
    """What became of a code for linking; each is a key of what is said to him who wrote it."""

    DONE = "linked"
    WRONG = "link_wrong"  # or run out, or used by another
    LOCKED = "link_locked"  # too many wrong ones


@dataclass(frozen=True, slots=True)
class WayBack:
    """A link back to a conversation, as whoever opens it finds it."""

    address: Address
    state: str  # "good", "used", "over"


class Front(Protocol):
    """The assistant as channels see it."""

    async def receive(self, message: InboundMessage) -> Receipt:
        """Store one message and commit; only then answer the platform. The same source id again changes nothing."""
        ...

    async def transcript(self, conversation_id: str, after: int = 0, *, notes: bool = False) -> list[TranscriptLine]:
        """Lines of a conversation after a line id, oldest first; `notes` adds what only staff may see."""
        ...

    def subscribe(self, conversation_id: str) -> AbstractAsyncContextManager[asyncio.Event]:
        """An event that is set whenever the conversation may have a new line ("" for any change)."""
        ...

    async def composing(self, conversation_id: str) -> bool:
        """Whether a reply is being worked out."""
        ...

    async def remember(self, name: str, value: str) -> None:
        """Keep one value of this deployment (a poller's offset)."""
        ...

    async def recall(self, name: str) -> str:
        """The kept value, "" if none."""
        ...

    async def lease(self, name: str, owner: str, seconds: float) -> bool:
        """Take or renew what one owner alone may hold at a time; 0 seconds give it back. False: another holds it.

        StoreError when the store cannot be asked.
        """
        ...

    async def spend(self, key: str, now: datetime, most: int, seconds: float, behind: int = 0) -> float:
        """Count one of at most so many calls in so many seconds, for all processes; 0.0 when it may be made.

        Else nothing is counted: the seconds until there is room for it, and for as many right `behind` it.
        """
        ...

    async def member(self, person: Address) -> Member | None:
        """The member of staff that a person of a platform is linked to. One small query."""
        ...

    async def link(self, person: Address, code: str) -> Linking:
        """Link him to the account whose code he wrote; a wrong code counts as a try."""
        ...

    async def way_back(self, token: str) -> "WayBack | None":
        """What a link back to a chat on the web page is good for; nothing is used up. None for one that is not ours."""
        ...

    async def come_back(self, token: str) -> str:
        """Use the link up: the place of whoever came by it, in place of all before him. "" when it is over."""
        ...

    async def holds(self, conversation_id: str, place: str) -> bool:
        """Whether a browser has this conversation still: nobody has come by a link since it got its place."""
        ...

    def desk_words(self, key: str) -> str:
        """What staff read at a desk, in their language (terms.desk of the phrase book)."""
        ...

    def command_words(self, language: str) -> Mapping[str, str]:
        """What a shopper's commands do, by command, as a platform's menu says it (terms.command of the phrase book)."""
        ...

    async def keep_file(self, content: bytes) -> str:
        """Store a file under its SHA-256 and return that digest. BadInput when it is too large."""
        ...

    async def file(self, digest: str) -> bytes | None:
        """A kept file, None when there is none of that digest."""
        ...


class Adapter(Protocol):
    """What bootstrap mounts and runs for one platform."""

    name: str
    channel: Channel
    desk: StaffDesk | None
    sole: str  # name of the lease under which `run` is done by one process at a time; "": by all of them

    def routes(self) -> Sequence[Any]:
        """aiohttp routes to mount on the one server."""
        ...

    async def run(self) -> None:
        """Sockets or polling, until cancelled. Returns at once when webhooks do it all."""
        ...

    async def check(self) -> str:
        """One line for `shophand doctor`: reachable and as whom, or what is wrong and what to do."""
        ...
