"""The staff desk: what its console, and desks in Slack and Telegram, see of the assistant, and its port `Office`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.commerce import WriteMode
from bot.messages import Address
from bot.roles import Right, Role, may
from bot.routing import ANY, Strengths
from bot.routing import strengths as strengths

# --- handoffs --------------------------------------------------------------------------------------------------------

APPROVAL_ACTS = ("approve", "decline", "mode_automatic", "mode_off")
# what can be done with an approval that staff themselves asked for, by its reason (bot/deeds.py)
PROPOSAL_ACTS = {"staff_action": ("do", "drop"), "staff_action_above": ("approve", "drop")}
LANGUAGES = ("en", "zh")  # that staff may read in
OPEN = ("waiting", "claimed")  # the states of a handoff that staff still have to deal with
CLOSINGS = ("solved", "no_answer", "duplicate", "spam", "other")  # why a handoff was closed
_SUM = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,3})?")


def is_sum(words: str) -> bool:
    """Whether it says what a voucher is to be worth, in its order's currency: "10", "10.50" or "10,50"."""
    return _SUM.fullmatch(words) is not None


@dataclass(frozen=True, slots=True)
class HandoffView:
    """One handoff as a desk lists it."""

    id: str
    conversation_id: str
    kind: str  # "chat", "approval", "case" (staff look into it, the bot goes on), "note" (to be read)
    reason: str
    summary: str
    status: str  # waiting, claimed, back, closed, approved, declined
    claimed_by: str  # what he is called now; also whom it was handed to while it waits
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
    claimer: str = ""  # the account of `claimed_by`
    summaries: Mapping[str, str] = field(default_factory=dict)  # by language; none for a handoff of an older version

    def told(self, language: str) -> str:
        """The summary as a member of staff reads it."""
        return self.summaries.get(language, self.summary)


@dataclass(frozen=True, slots=True)
class RunningChat:
    """A conversation that the bot has alone, as the console lists it."""

    conversation_id: str
    channel: str
    language: str
    name: str  # the shopper's display name
    at: datetime  # of what was last said
    last: str  # the shopper's or the bot's words then


@dataclass(frozen=True, slots=True)
class Ratings:
    """What shoppers think of the help of people."""

    average: float  # 1 to 5
    count: int


# --- canned replies --------------------------------------------------------------------------------------------------

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


# --- how far the bot may go ------------------------------------------------------------------------------------------


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


# --- accounts --------------------------------------------------------------------------------------------------------


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
    language: str = ""  # that he reads the console in; "": that of the desks

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


# --- the log ---------------------------------------------------------------------------------------------------------


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


# --- the port --------------------------------------------------------------------------------------------------------


class Office(Protocol):
    """The assistant as the staff console sees it."""

    language: str  # of the desks, and of the console for who has chosen none

    def words(self, language: str) -> Mapping[str, Mapping[str, str]]:
        """What codes (reasons, states, channels) are called in a language, by group and code."""
        ...

    async def handoffs(self, *, ended: bool = False) -> list[HandoffView]:
        """Open handoffs, the most urgent first; with `ended` those put away and the latest finished ones too."""
        ...

    async def handoff(self, handoff_id: str) -> HandoffView | None: ...

    async def running(self) -> list[RunningChat]:
        """Conversations of the last day that no person has or is waited for in, the latest first."""
        ...

    async def open_chat(self, conversation_id: str) -> str:
        """The id of the handoff by which a person has it, or is waited for; "" when the bot has it alone."""
        ...

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

    async def set_language(self, staff: str, language: str) -> None:
        """Of the console, for this account; "" for that of the desks. BadInput for one that we do not have."""
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
