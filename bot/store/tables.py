"""The store's tables. Rows stay in bot/store; the core sees frozen dataclasses only."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from bot.store.database import BigId, Json, UtcTime


def _id() -> Any:
    return Field(default=None, sa_column=sa.Column(BigId, primary_key=True, autoincrement=True))


def _time(*, null: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_column=sa.Column(UtcTime, nullable=null, index=index))


def _json() -> Any:
    return Field(default=None, sa_column=sa.Column(Json, nullable=False))


# what is still to be worked, as the index below says it: SQLite's "done = 0" would not find that
WAITS = sa.text("NOT inbox.done")


class Inbox(SQLModel, table=True):
    """Every accepted message; `id` is the order of acceptance."""

    __tablename__ = "inbox"
    __table_args__ = (
        sa.UniqueConstraint("channel", "account", "source_id"),
        sa.Index(
            "ix_inbox_waiting",
            "conversation_id",
            "id",
            sqlite_where=sa.text("NOT done"),
            postgresql_where=sa.text("NOT done"),
        ),
    )
    id: int | None = _id()
    channel: str
    account: str
    source_id: str
    conversation_id: str
    sender: str
    kind: str
    message: dict[str, Any] = _json()  # InboundMessage
    accepted_at: datetime = _time()
    taken: bool = False  # a worker has begun it: an edit comes too late
    done: bool = False


class Conversations(SQLModel, table=True):
    __tablename__ = "conversations"
    id: str = Field(primary_key=True)
    address: dict[str, Any] = _json()  # Address
    status: str = Field(index=True)
    language: str = ""
    state: dict[str, Any] = _json()  # Conversation, with its state_version
    version: int = 0
    lease_owner: str = ""  # which worker has it; "" when none
    lease_until: datetime | None = _time(null=True)
    created_at: datetime = _time()
    updated_at: datetime = _time()


class Turns(SQLModel, table=True):
    """The transcript, and beside each turn what the learning loop and the figures live on."""

    __tablename__ = "turns"
    id: int | None = _id()
    conversation_id: str = Field(index=True)
    session: int
    speaker: str  # "user", "bot", "staff", "note" (staff see it, the shopper does not)
    text: str
    buttons: list[list[str]] = _json()  # [label, value]
    cards: list[dict[str, Any]] = _json()
    author: str = ""  # staff account of a staff turn
    record: dict[str, Any] = (
        _json()
    )  # see transcript.heard and Dialogue._spoken: model hash, intents, threshold, decision, outcomes, step times
    at: datetime = _time()


class Outbox(SQLModel, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        sa.UniqueConstraint("handoff_id", "kind", "part"),
        sa.Index(
            "ix_outbox_waiting",
            "lane",
            "id",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )
    id: int | None = _id()
    conversation_id: str = Field(index=True)
    lane: str  # the chat: rows of one lane go out in order
    target: str  # "channel" or "desk:<name>"
    address: dict[str, Any] = _json()
    payload: dict[str, Any] = _json()  # Reply or DeskPost
    handoff_id: str | None = None  # with kind and part: exactly one handoff message
    kind: str = "reply"
    part: str = ""
    # waiting, sent, failed, kept (a person is coming), held (he has claimed: staff see it as a note)
    state: str = "waiting"
    attempts: int = 0
    error: str = ""
    reference: str = ""  # the platform's id of it
    at: datetime = _time()
    sent_at: datetime | None = _time(null=True)


class Budgets(SQLModel, table=True):
    """What a chat and an account of ours may be sent, for all processes that send; without a row: anything."""

    __tablename__ = "budgets"
    key: str = Field(primary_key=True)  # an outbox lane, "account:<channel or desk>", or "calls:<what is counted>"
    next_at: datetime | None = _time(null=True)  # the next message may go, by the platform's pace
    blocked_until: datetime | None = _time(null=True)  # the platform takes nothing, or has just failed
    taken_until: datetime | None = _time(null=True)  # one process is sending; another would send the same
    # when the last calls were made, in ISO 8601, where a platform counts every call of a while (CallStore)
    spent: list[str] | None = Field(default=None, sa_column=sa.Column(Json, nullable=True))


class Actions(SQLModel, table=True):
    """Every write, under its confirmation's id: at most once."""

    __tablename__ = "actions"
    key: str = Field(primary_key=True)
    conversation_id: str = ""
    verb: str
    arguments: dict[str, Any] = _json()
    version: int
    actor: str
    state: str = "started"  # started, finished
    answer: dict[str, Any] | None = Field(default=None, sa_column=sa.Column(Json, nullable=True))
    started_at: datetime = _time()
    finished_at: datetime | None = _time(null=True)


class Timers(SQLModel, table=True):
    __tablename__ = "timers"
    __table_args__ = (sa.UniqueConstraint("conversation_id", "kind", "subject"),)
    id: int | None = _id()
    conversation_id: str
    kind: str
    subject: str = ""  # e.g. the handoff it belongs to
    due: datetime = _time(index=True)


class Promises(SQLModel, table=True):
    """What a shopper asked to be told; each open one has a timer with its id as subject."""

    __tablename__ = "promises"
    id: str = Field(primary_key=True)
    conversation_id: str = Field(index=True)
    awaited: str
    subject: str  # an order's number; of goods "<product>/<sku>,<sku>"
    seen: list[str] = _json()  # as it stood when it was promised
    access: str  # what the shopper had proved
    customer: str
    market: str
    state: str  # open, told, over, taken_back
    until: datetime = _time()
    made_at: datetime = _time()
    ended_at: datetime | None = _time(null=True)


class Handoffs(SQLModel, table=True):
    __tablename__ = "handoffs"
    id: str = Field(primary_key=True)
    conversation_id: str = Field(index=True)
    kind: str  # "chat", "approval", "case" or "note"
    reason: str
    summary: str  # in the language of the desks
    summaries: dict[str, str] = Field(
        default_factory=dict, sa_column=sa.Column(Json, nullable=False, server_default="{}")
    )  # by language of staff
    confirmation: dict[str, Any] | None = Field(
        default=None, sa_column=sa.Column(Json, nullable=True)
    )  # approvals: what to do
    status: str = Field(index=True)  # waiting, claimed, back, closed, approved, declined
    claimed_by: str = ""  # the account
    closing: str = ""  # why it was closed, "" where nobody said
    opened_at: datetime = _time()
    claimed_at: datetime | None = _time(null=True)
    ended_at: datetime | None = _time(null=True)
    packed_by: datetime | None = _time(null=True)  # the cut-off after which what is open of its order is packed
    missed: str = ""  # the last deadline that has passed: first_answer, settled
    away_until: datetime | None = _time(null=True)  # put away by staff until then
    stars: int | None = None  # how the shopper rated it, 1 to 5
    word: str = ""  # and what he said of it


class DeskThreads(SQLModel, table=True):
    """Where a handoff stands on a desk: a message there belongs to its conversation."""

    __tablename__ = "desk_threads"
    reference: str = Field(primary_key=True)  # Address.desk_ref
    handoff_id: str = Field(index=True)
    desk: str


class Tries(SQLModel, table=True):
    """Failed proofs, per channel account and per order."""

    __tablename__ = "tries"
    id: int | None = _id()
    subject: str = Field(index=True)  # "user:…", "order:<number>" (proofs); "staff:…" (sign-ins)
    at: datetime = _time()


class Codes(SQLModel, table=True):
    """One-time codes that were sent: what each is made from, together with the home's key. Never a code itself."""

    __tablename__ = "one_time_codes"
    id: int | None = _id()
    who: str = Field(index=True)  # the person on his channel, as in tries
    order_number: str = Field(index=True)
    salt: str = Field(unique=True)
    turn: str  # in which it was sent
    sent_at: datetime = _time(index=True)
    until: datetime = _time()
    tries: int = 0
    used_by: str = ""  # the turn in which it was typed; "" while it was not


class UsedLinks(SQLModel, table=True):
    """Signed links that somebody has come with: nobody else comes with them."""

    __tablename__ = "used_links"
    digest: str = Field(primary_key=True)
    who: str
    until: datetime = _time(index=True)


class WaysBack(SQLModel, table=True):
    """Links back to a chat on the web page, one for each mail that has one. The one used last says who has the chat."""

    __tablename__ = "ways_back"
    id: str = Field(primary_key=True)  # the link names it, beside its secret
    conversation_id: str = Field(index=True)
    mail: str  # where it went; "" once it is not asked for again
    digest: str  # SHA-256 of the link's secret
    until: datetime = _time(index=True)
    used_at: datetime | None = _time(null=True)


class Proofs(SQLModel, table=True):
    """Who tried to prove who he is, and what came of it. Holds no e-mail, phone, postcode or code."""

    __tablename__ = "proofs"
    id: int | None = _id()
    at: datetime = _time(index=True)
    who: str
    order_number: str
    means: str  # contact, code, link
    outcome: str


class Staff(SQLModel, table=True):
    __tablename__ = "staff"
    id: str = Field(primary_key=True)  # sign-in name
    password: str  # argon2 hash
    role: str  # bot.roles.Role
    name: str  # what shoppers see
    must_change: bool = True
    languages: str = ""  # that he takes, with blanks between; "" for all
    skills: str = ""  # reasons of handoffs likewise
    most: int | None = None  # conversations at a time
    language: str = ""  # that he reads the console in; "" for that of the desks
    created_at: datetime = _time()


class StaffSessions(SQLModel, table=True):
    __tablename__ = "staff_sessions"
    token: str = Field(primary_key=True)  # SHA-256 of the cookie
    staff_id: str
    csrf: str
    until: datetime = _time()


class StaffLinks(SQLModel, table=True):
    """Which person of a platform is which member of staff."""

    __tablename__ = "staff_links"
    channel: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    staff_id: str = Field(index=True)
    since: datetime = _time()


class StaffCodes(SQLModel, table=True):
    """The one code of an account by which somebody links himself to it."""

    __tablename__ = "staff_codes"
    staff_id: str = Field(primary_key=True)
    digest: str  # SHA-256 of the code
    until: datetime = _time()
    used_by: str = ""  # Address.account_user, for whom it holds on: the platform may bring his message twice


class Audit(SQLModel, table=True):
    """What staff did, never altered. No message text, code or password."""

    __tablename__ = "audit"
    id: int | None = _id()
    at: datetime = _time(index=True)
    staff: str  # the account; "" for a sign-in with a name that is nobody's
    what: str  # bot.office.Deed
    about: str  # a handoff's id, an account, a person of a platform
    detail: str


class Facts(SQLModel, table=True):
    """Single values of this deployment: when it first started, which offset a poller has reached."""

    __tablename__ = "deployment"
    name: str = Field(primary_key=True)
    value: str


class Leases(SQLModel, table=True):
    """Who holds what one process alone may hold; free again from `until` on."""

    __tablename__ = "leases"
    name: str = Field(primary_key=True)
    owner: str
    until: datetime = _time()


class WriteModes(SQLModel, table=True):
    """What staff have set over the policy's modes; the history is in WriteModeChanges."""

    __tablename__ = "write_modes"
    market: str = Field(primary_key=True)
    verb: str = Field(primary_key=True)
    mode: str  # off, approval, automatic
    staff: str
    at: datetime = _time()


class WriteStops(SQLModel, table=True):
    """One row at most: while it is there, no write is done automatically."""

    __tablename__ = "write_stop"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)
    id: int = Field(default=1, sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    staff: str
    at: datetime = _time()


class WriteModeChanges(SQLModel, table=True):
    """Who changed what when, never altered."""

    __tablename__ = "write_mode_changes"
    id: int | None = _id()
    market: str  # "" for the switch that stops all
    verb: str
    before: str  # a mode, "" for the policy's; of the switch: running, stopped
    after: str
    staff: str
    at: datetime = _time()


class ActiveModels(SQLModel, table=True):
    """The model the owner chose, one row at most; without it the settings' model answers."""

    __tablename__ = "active_model"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)
    id: int = Field(default=1, sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    folder: str
    hash: str  # of its content: another model in the same folder is not the one that was chosen
    since: datetime = _time()
