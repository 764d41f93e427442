"""The doors of the assistant: every port but the shop's (commerce.py), each the smallest set of verbs the core needs.

Implementations live in adapters/, model/ and bot/{store,dispatch,phrases,shop}/ and are chosen in bootstrap.py. Each
port has one contract test that runs over all its implementations.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.commerce import WriteMode
from bot.conversation import Understanding, Utterance
from bot.messages import Address, Attachment, Card, DeskPost, InboundMessage, Reply
from bot.roles import Right, Role, may
from bot.roles import right_for as right_for
from bot.routing import ANY, Strengths
from bot.routing import strengths as strengths

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

    async def set_modes(self, wishes: "Sequence[ModeWish]", staff: str) -> None:
        """As in Office."""
        ...


@dataclass(frozen=True, slots=True)
class ModeCell:
    """The mode of one verb in one market, and where it comes from."""

    mode: WriteMode
    source: str  # "staff", "policy" (policy.toml names it), "default" (nobody has said anything)
    policy: WriteMode  # what holds again once staff take theirs away
    staff: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Automatic writes are stopped: by whom, since when."""

    staff: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ModeTable:
    markets: tuple[str, ...]
    verbs: tuple[str, ...]
    cells: Mapping[tuple[str, str], ModeCell]  # by market and verb
    stop: Stop | None


@dataclass(frozen=True, slots=True)
class ModeWish:
    """What one cell is to become."""

    market: str
    verb: str
    mode: WriteMode | None  # None: the policy's again
    seen: str | None = None  # what stood there as set by staff when they chose, "" for nothing; None: nobody looked


@dataclass(frozen=True, slots=True)
class ModeChange:
    """One line of the history. Modes by name, "" for the policy's; the switch has no market and no verb."""

    market: str
    verb: str
    before: str  # a mode; of the switch "running" or "stopped"
    after: str
    staff: str
    at: datetime


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


# --- dispatch --------------------------------------------------------------------------------------------------------


class Dispatcher(Protocol):
    def wake(self, conversation_id: str) -> None:
        """Tell that the conversation has a waiting row. A hint: waiting rows are found without it at start."""
        ...

    async def run(self) -> None:
        """Work until cancelled."""
        ...

    async def drain(self) -> None:
        """Work until no conversation has a waiting row (tests, scripts)."""
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
    cards: tuple[Card, ...] = ()
    suggestion: str = ""  # user lines, for staff only: what the bot would have answered


APPROVAL_ACTS = ("approve", "decline", "mode_automatic", "mode_off")
# what can be done with an approval that staff themselves asked for, by its reason (bot/deeds.py)
PROPOSAL_ACTS = {"staff_action": ("do", "drop"), "staff_action_above": ("approve", "drop")}
OPEN = ("waiting", "claimed")  # the states of a handoff that staff still have to deal with
CLOSINGS = ("solved", "no_answer", "duplicate", "spam", "other")  # why a handoff was closed


@dataclass(frozen=True, slots=True)
class HandoffView:
    """One handoff as a desk lists it."""

    id: str
    conversation_id: str
    kind: str  # "chat", "approval", "case" (staff look into it, the bot goes on), "note" (to be read)
    reason: str
    summary: str
    status: str  # waiting, claimed, back, closed, approved, declined
    claimed_by: str  # also whom it was handed to while it waits
    opened_at: datetime
    channel: str
    language: str
    name: str = ""  # the shopper's display name
    account: str = ""  # whose it is, by a proof that held when it was opened; the same: one case
    packed_by: datetime | None = None  # the cut-off that what is open of its order is packed after
    due: datetime | None = None  # the next of its deadlines (bot/deadlines.py)
    missed: str = ""  # the last deadline that has passed
    away_until: datetime | None = None  # put away by who claimed it
    stars: int | None = None  # how the shopper rated it
    word: str = ""
    why: str = ""  # it stands before others (triage.WHY); "": by its age
    minutes: int = 0  # why "packing" or "due": that are left
    closing: str = ""  # one of CLOSINGS, "" where nobody said


@dataclass(frozen=True, slots=True)
class Ratings:
    """What shoppers think of the help of people."""

    average: float  # 1 to 5
    count: int


REPLY_VARIABLES = ("name", "order", "staff", "shop")  # what a canned reply may hold in braces


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A text of the owner's that staff often need."""

    language: str
    title: str
    text: str  # with variables


@dataclass(frozen=True, slots=True)
class ReadyReply:
    """A canned reply with what is known of a conversation in it."""

    language: str
    title: str
    text: str  # "" while something is missing
    missing: tuple[str, ...] = ()  # variables that nothing verified is known for


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
class StaffLink:
    """A person of a platform who is linked to a staff account."""

    channel: str
    account: str  # which of ours on that channel
    user: str
    since: datetime

    @property
    def person(self) -> Address:
        return Address(self.channel, self.account, "", user=self.user)


@dataclass(frozen=True, slots=True)
class StaffSession:
    staff: str
    csrf: str
    must_change: bool
    role: Role
    name: str  # what shoppers see

    def may(self, right: Right) -> bool:
        return may(self.role, right)


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """Who may sign in to the console."""

    staff: str  # the name he signs in with
    name: str  # what shoppers see
    role: Role
    must_change: bool  # he was given a password and has not chosen one of his own yet
    since: datetime
    strengths: Strengths = ANY


class Deed(StrEnum):
    """What the log says that a member of staff did."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a deed
    RENAMED = "renamed"
    LINKED = "linked"
    UNLINKED = "unlinked"
    ACCOUNT_ADDED = "account_added"
    ROLE_SET = "role_set"
    STRENGTHS_SET = "strengths_set"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a deed
    ACCOUNT_REMOVED = "account_removed"
    ASSIGNED = "assigned"  # handed to a colleague
    SNOOZED = "snoozed"  # put away for a time
    RELEASED = "released"  # put back into the queue, or signed out
    CLAIMED = "claimed"  # these five by the status of the handoff
    BACK = "back"
    CLOSED = "closed"
    APPROVED = "approved"
    DECLINED = "declined"
    MODE_SET = "mode_set"
    WRITES_SWITCHED = "writes_switched"


COMMAND_LINE = "command line"  # whom the log names for what is done at the machine itself


@dataclass(frozen=True, slots=True)
class AuditLine:
    at: datetime
    staff: str  # an account, or COMMAND_LINE; "" for a sign-in with a name that is nobody's
    what: Deed
    about: str  # a handoff's id, an account, a person of a platform
    detail: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    page: int  # from 1
    lines: tuple[AuditLine, ...]  # newest first
    more: bool  # there are older ones


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

    async def member(self, person: Address) -> Member | None:
        """The member of staff that a person of a platform is linked to. One small query."""
        ...

    async def link(self, person: Address, code: str) -> Linking:
        """Link him to the account whose code he wrote; a wrong code counts as a try."""
        ...

    def returning(self, token: str) -> str | None:
        """Which visitor of the web page a link back belongs to; None for one that is over or not ours."""
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


class Office(Protocol):
    """The assistant as the staff console sees it."""

    async def handoffs(self, *, ended: bool = False) -> list[HandoffView]:
        """Open handoffs, the most urgent first; with `ended` those put away and the latest finished ones too."""
        ...

    async def handoff(self, handoff_id: str) -> HandoffView | None: ...

    async def handoff_at(self, desk: Address) -> HandoffView | None:
        """The one whose thread this place of a desk is."""
        ...

    async def ratings(self) -> Ratings | None:
        """Of all that were rated; None while none was."""
        ...

    async def colleagues(self) -> list[str]:
        """The names that shoppers see of all members of staff."""
        ...

    async def replies(self, view: HandoffView, staff: str) -> list[ReadyReply]:
        """The owner's canned replies as this member of staff would send them, the shopper's language first."""
        ...

    async def sign_in(self, name: str, password: str, address: str) -> str | None:
        """A fresh session token, or None when name or password is wrong or there were too many tries.

        `address`: where the try comes from; tries are counted for it and the name.
        """
        ...

    async def session(self, token: str) -> StaffSession | None: ...

    async def change_password(self, token: str, old: str, new: str) -> bool: ...

    async def sign_out(self, token: str) -> None: ...

    async def accounts(self) -> list[StaffAccount]:
        """By name."""
        ...

    async def fresh_password(
        self, name: str, role: Role | None = None, *, known: bool | None = None, by: str = COMMAND_LINE
    ) -> str:
        """A first password, said once, for a new account or one whose sessions and locks end with it.

        `role`: None leaves it; a new account is then an agent, the very first an admin. `known`: whether there must be
        such an account already, None for either. `by`: whom the log names. BadInput says what is wrong.
        """
        ...

    async def set_role(self, name: str, role: Role, by: str) -> None:
        """Holds from his next act. BadInput: no such account, or the last admin."""
        ...

    async def set_strengths(self, name: str, strengths: Strengths, by: str) -> None:
        """Holds from the next handoff. BadInput: no such account."""
        ...

    async def remove_account(self, name: str, by: str) -> None:
        """With its sessions and links. BadInput: no such account, or the last admin."""
        ...

    async def rename(self, staff: str, name: str) -> None:
        """Give an account the name that shoppers see. BadInput for one that is unfit, or another's."""
        ...

    async def links(self, staff: str) -> list[StaffLink]:
        """Who is linked to an account, oldest first."""
        ...

    async def link_code(self, staff: str) -> tuple[str, datetime]:
        """A one-time code for linking, said once, and when it runs out; an older one of the account is over."""
        ...

    async def unlink(self, person: Address, staff: str) -> None:
        """He does not count as staff any more. Nothing when he is not linked to that account."""
        ...

    async def audit(self, page: int) -> AuditPage:
        """What staff did, from page 1 on; the history of the write modes is among it."""
        ...

    async def modes(self) -> ModeTable:
        """How far the bot may go with each write in each market."""
        ...

    async def mode_changes(self) -> list[ModeChange]:
        """The latest changes, newest first."""
        ...

    async def set_modes(self, wishes: Sequence[ModeWish], staff: str) -> None:
        """All or none; holds from the next message. BadInput: no such market or verb, or it is not as it was `seen`."""
        ...

    async def switch_writes(self, staff: str, *, stopped: bool) -> None:
        """Stop all automatic writes from the next message, or let them run again; said twice it changes nothing."""
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
