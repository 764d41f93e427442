"""Stand-ins for the core's side of a port. Each is short, implements the port and keeps a record."""

import asyncio
import hashlib
import itertools
import tomllib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.conversation import Understanding, Utterance
from bot.errors import BadInput, StoreError
from bot.messages import Address, InboundMessage
from bot.office import (
    COMMAND_LINE,
    AuditLine,
    AuditPage,
    HandoffView,
    ModeCell,
    ModeChange,
    ModeTable,
    ModeWish,
    Ratings,
    ReadyReply,
    RunningChat,
    StaffAccount,
    StaffLink,
    StaffSession,
    Stop,
)
from bot.ports import Linking, Member, Receipt, Role, TranscriptLine, WayBack, WriteMode, WriteRequest
from bot.routing import Strengths


class FixedClock:
    """Time stands still until the test moves it."""

    def __init__(self, now: datetime = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


class NoModel:
    """Understands nothing and writes nothing, so the written phrases are spoken."""

    free_words = False

    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        return Understanding(text, language="en", in_scope=1.0)

    async def write(self, requests: Sequence[WriteRequest]) -> list[list[str]]:
        return [[] for _ in requests]


class SlowModel(NoModel):
    """Understands nothing before the gate opens."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()

    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        await self.gate.wait()
        return await super().understand(text, history, expects)


EVE = Member("eve", "Eve", Role.LEAD)
_PHRASES = Path(__file__).parents[1] / "bot" / "phrases"


@cache
def staff_words(language: str) -> dict[str, dict[str, str]]:
    """The terms of the phrase book, by group."""
    groups: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for path in (_PHRASES / f"{language}.toml", *(_PHRASES / language).glob("*.toml")):
        for group, words in tomllib.loads(path.read_text("utf-8")).get("terms", {}).items():
            groups[group] |= words
    return dict(groups)


DESK_WORDS = staff_words("en")["desk"]


class FakeFront:
    """Keeps what was received, once per source id; `broken` many calls of `receive` fail first."""

    def __init__(self) -> None:
        self.received: list[InboundMessage] = []
        self.memory: dict[str, str] = {}
        self.leased: dict[str, str] = {}  # name → owner
        self.members = {"U0EVE": EVE, "222": EVE}  # who is linked, by his id in Slack or Telegram
        self.code = "K7QX-2M9D-R4WT"  # links to EVE's account
        self.asked: list[Address] = []  # whom `member` was asked for
        self.tried: list[tuple[Address, str]] = []  # every code that somebody wrote
        self.links_back: dict[str, WayBack] = {}  # by token
        self.places: dict[str, str] = {}  # conversation → place of who came by a link last
        self.spent: dict[str, list[datetime]] = {}  # key → when calls were made
        self.broken = 0

    async def receive(self, message: InboundMessage) -> Receipt:
        if self.broken:
            self.broken -= 1
            raise StoreError("the store is away")
        key = (message.address.channel, message.address.account, message.source_id)
        new = key not in {(old.address.channel, old.address.account, old.source_id) for old in self.received}
        if new:
            self.received.append(message)
        return Receipt(message.address.conversation_id, new)

    async def spend(self, key: str, now: datetime, most: int, seconds: float, behind: int = 0) -> float:
        spent = self.spent[key] = [at for at in self.spent.get(key, ()) if (now - at).total_seconds() < seconds]
        over = len(spent) + behind - most
        if over >= 0:
            return seconds - (now - spent[over]).total_seconds()
        spent.append(now)
        return 0.0

    async def member(self, person: Address) -> Member | None:
        self.asked.append(person)
        return self.members.get(person.user)

    async def link(self, person: Address, code: str) -> Linking:
        self.tried.append((person, code))
        if code == self.code:
            self.members[person.user] = EVE
        return Linking.DONE if code == self.code else Linking.WRONG

    async def way_back(self, token: str) -> WayBack | None:
        return self.links_back.get(token)

    async def come_back(self, token: str) -> str:
        link = self.links_back[token]
        self.links_back[token] = replace(link, state="used")
        self.places[link.address.conversation_id] = place = f"by-{token}"
        return place

    async def holds(self, conversation_id: str, place: str) -> bool:
        return self.places.get(conversation_id, "") == place

    def desk_words(self, key: str) -> str:
        return DESK_WORDS[key]

    def command_words(self, language: str) -> dict[str, str]:
        return staff_words(language)["command"]


    async def remember(self, name: str, value: str) -> None:
        self.memory[name] = value

    async def recall(self, name: str) -> str:
        return self.memory.get(name, "")

    async def lease(self, name: str, owner: str, seconds: float) -> bool:
        mine = self.leased.setdefault(name, owner) == owner
        if mine and not seconds:
            del self.leased[name]
        return mine

    @property
    def texts(self) -> list[str]:
        return [message.text or message.button for message in self.received]


class TalkingFront(FakeFront):
    """A front whose conversations can be looked at: a test writes the lines that the core would."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, list[TranscriptLine]] = {}
        self.busy: set[str] = set()  # conversations in which a reply is being written
        self.files: dict[str, bytes] = {}
        self._events: dict[str, set[asyncio.Event]] = {}
        self._next_line = itertools.count(1)

    def write(
        self, conversation_id: str, speaker: str, text: str, *, told: bool = True, **fields: Any
    ) -> TranscriptLine:
        """Add a transcript line; `told` says whether subscribers hear of it."""
        at = fields.pop("at", datetime(2026, 9, 21, 12, 0, tzinfo=UTC))
        line = TranscriptLine(next(self._next_line), speaker, text, at, **fields)
        self.lines.setdefault(conversation_id, []).append(line)
        if told:
            self.tell(conversation_id)
        return line

    def tell(self, conversation_id: str) -> None:
        for event in (*self._events.get(conversation_id, ()), *self._events.get("", ())):
            event.set()

    async def transcript(self, conversation_id: str, after: int = 0, *, notes: bool = False) -> list[TranscriptLine]:
        lines = self.lines.get(conversation_id, [])
        return [line for line in lines if line.id > after and (notes or line.speaker != "note")]

    @asynccontextmanager
    async def subscribe(self, conversation_id: str) -> AsyncIterator[asyncio.Event]:
        event = asyncio.Event()
        self._events.setdefault(conversation_id, set()).add(event)
        try:
            yield event
        finally:
            self._events[conversation_id].discard(event)

    async def composing(self, conversation_id: str) -> bool:
        return conversation_id in self.busy

    async def keep_file(self, content: bytes) -> str:
        if self.broken:
            self.broken -= 1
            raise StoreError("the store is away")
        digest = hashlib.sha256(content).hexdigest()
        self.files[digest] = content
        return digest

    async def file(self, digest: str) -> bytes | None:
        return self.files.get(digest)


class FakeOffice:
    """Accounts with their passwords, and handoffs that the test puts in."""

    def __init__(
        self, passwords: dict[str, str] | None = None, must_change: Iterable[str] = (),
        roles: dict[str, Role] | None = None,
    ) -> None:  # fmt: skip
        """Who has no role in `roles` is an admin."""
        self.passwords, self.must_change = dict(passwords or {}), set(must_change)
        self.roles = dict.fromkeys(self.passwords, Role.ADMIN) | (roles or {})
        self.strengths: dict[str, Strengths] = {}
        self.names: dict[str, str] = {}  # that shoppers see, where they are not the accounts'
        self.linked: dict[str, list[StaffLink]] = {}  # account → who is linked to it
        self.languages: dict[str, str] = {}  # account → of its console
        self.language = "en"
        self.codes: list[tuple[str, str]] = []  # (account, code) of every code that was made
        self.done_by: list[str] = []  # who changed an account, each time
        self.log: list[AuditLine] = []  # newest first; two make a page
        self.views: dict[str, HandoffView] = {}
        self.chats: list[RunningChat] = []
        self.threads: dict[str, str] = {}  # a desk's thread → its handoff
        self.ready: list[ReadyReply] = []
        self.sessions: dict[str, str] = {}  # token → account
        self.came_from: list[str] = []  # the address of every sign-in
        self.chosen: dict[tuple[str, str], ModeCell] = {}  # market and verb → what staff have set
        self.stop: Stop | None = None
        self.changes: list[ModeChange] = []

    def words(self, language: str) -> dict[str, dict[str, str]]:
        return staff_words(language)

    async def handoffs(self, *, ended: bool = False) -> list[HandoffView]:
        return [view for view in self.views.values() if ended or view.status in ("waiting", "claimed")]

    async def running(self) -> list[RunningChat]:
        return self.chats

    async def open_chat(self, conversation_id: str) -> str:
        mine = [view.id for view in self.views.values() if view.conversation_id == conversation_id]
        return next((one for one in mine if self.views[one].status in ("waiting", "claimed")), "")

    async def ratings(self) -> Ratings | None:
        stars = [view.stars for view in self.views.values() if view.stars]
        return Ratings(sum(stars) / len(stars), len(stars)) if stars else None

    async def handoff(self, handoff_id: str) -> HandoffView | None:
        return self.views.get(handoff_id)

    async def handoff_at(self, desk: Address) -> HandoffView | None:
        return self.views.get(self.threads.get(desk.desk_ref, ""))

    async def colleagues(self) -> list[str]:
        return sorted(map(self.shown, self.passwords))

    async def replies(self, view: HandoffView, staff: str) -> list[ReadyReply]:
        return self.ready

    async def sign_in(self, name: str, password: str, address: str) -> str | None:
        self.came_from.append(address)
        if self.passwords.get(name) != password:
            return None
        token = f"token-{len(self.sessions)}-{name}"
        self.sessions[token] = name
        return token

    async def session(self, token: str) -> StaffSession | None:
        name = self.sessions.get(token)
        if name is None:
            return None
        return StaffSession(
            name, f"csrf-{token}", name in self.must_change, self.roles[name], self.shown(name),
            self.languages.get(name, ""),
        )  # fmt: skip

    def shown(self, name: str) -> str:
        return self.names.get(name, name)

    async def change_password(self, token: str, old: str, new: str) -> bool:
        name = self.sessions[token]
        if self.passwords[name] != old or len(new) < 10 or new == old:
            return False
        self.passwords[name] = new
        self.must_change.discard(name)
        return True

    async def sign_out(self, token: str) -> None:
        self.sessions.pop(token, None)

    async def accounts(self) -> list[StaffAccount]:
        since, names = FixedClock().now(), sorted(self.passwords)
        return [
            StaffAccount(
                name, self.shown(name), self.roles[name], name in self.must_change, since,
                self.strengths.get(name, Strengths()),
            )
            for name in names
        ]

    async def set_strengths(self, name: str, strengths: Strengths, by: str) -> None:
        self.strengths[name] = strengths
        self.done_by.append(by)

    async def rename(self, staff: str, name: str) -> None:
        if not name:
            raise BadInput("'' is no name to show")
        self.names[staff] = name

    async def set_language(self, staff: str, language: str) -> None:
        if language not in ("", "en", "zh"):
            raise BadInput(f"{language!r} is no language")
        self.languages[staff] = language

    async def links(self, staff: str) -> list[StaffLink]:
        return self.linked.get(staff, [])

    async def link_code(self, staff: str) -> tuple[str, datetime]:
        self.codes.append((staff, f"CODE-0000-{len(self.codes):04d}"))
        return self.codes[-1][1], FixedClock().now() + timedelta(minutes=10)

    async def unlink(self, person: Address, staff: str) -> None:
        self.linked[staff] = [link for link in await self.links(staff) if link.person != person]

    async def fresh_password(
        self, name: str, role: Role | None = None, *, known: bool | None = None, by: str = COMMAND_LINE
    ) -> str:
        if known is not None and (name in self.passwords) is not known:
            raise BadInput(f"There is {'no' if known else 'already an'} account {name}.")
        self.passwords[name] = f"first password {len(self.passwords)}"
        self.roles[name] = role or self.roles[name]
        self.done_by.append(by)
        return self.passwords[name]

    async def set_role(self, name: str, role: Role, by: str) -> None:
        self._refuse_last(name, role)
        self.done_by.append(by)
        self.roles[name] = role

    async def audit(self, page: int) -> AuditPage:
        return AuditPage(page, tuple(self.log[(page - 1) * 2 : page * 2]), more=len(self.log) > page * 2)

    async def remove_account(self, name: str, by: str) -> None:
        self._refuse_last(name)
        self.done_by.append(by)
        del self.passwords[name], self.roles[name]

    def _refuse_last(self, name: str, role: Role | None = None) -> None:
        admins = [one for one in self.passwords if self.roles[one] is Role.ADMIN]
        if role is not Role.ADMIN and admins == [name]:
            raise BadInput(f"{name} is the last admin: make somebody else an admin first.")

    # --- modes: two markets, two verbs, all automatic by the policy ---

    async def modes(self) -> ModeTable:
        base = ModeCell(WriteMode.AUTOMATIC, "policy", WriteMode.AUTOMATIC)
        markets, verbs = ("uk", "cn"), ("cancel", "change_address")
        cells = {(market, verb): self.chosen.get((market, verb), base) for market in markets for verb in verbs}
        return ModeTable(markets, verbs, cells, self.stop)

    async def mode_changes(self) -> list[ModeChange]:
        return self.changes[::-1]

    async def set_modes(self, wishes: Sequence[ModeWish], staff: str) -> None:
        for wish in wishes:
            before = self.chosen.get((wish.market, wish.verb))
            if wish.seen not in (None, before.mode if before else ""):
                raise BadInput(f"{wish.market}, {wish.verb}: changed meanwhile")
        for wish in wishes:
            place = (wish.market, wish.verb)
            before = self.chosen.pop(place, None)
            if wish.mode:
                self.chosen[place] = ModeCell(wish.mode, "staff", WriteMode.AUTOMATIC, staff, FixedClock().now())
            self._note(*place, before.mode if before else "", wish.mode or "", staff)

    async def switch_writes(self, staff: str, *, stopped: bool) -> None:
        if stopped is not (self.stop is not None):
            self.stop = Stop(staff, FixedClock().now()) if stopped else None
            self._note("", "", *(("running", "stopped") if stopped else ("stopped", "running")), staff)

    def _note(self, market: str, verb: str, before: str, after: str, staff: str) -> None:
        self.changes.append(ModeChange(market, verb, before, after, staff, FixedClock().now()))
