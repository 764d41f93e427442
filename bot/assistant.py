"""The assistant as channels and the staff console see it: messages in, transcripts out, and who is watching."""

import asyncio
import hashlib
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.errors import BadInput
from bot.idle import RELEASE, SIGNED_OUT
from bot.messages import Address, InboundMessage, Kind, Sender
from bot.office import (
    COMMAND_LINE,
    AuditPage,
    HandoffView,
    ModeChange,
    ModeTable,
    ModeWish,
    Ratings,
    ReadyReply,
    RunningChat,
    StaffAccount,
    StaffLink,
    StaffSession,
)
from bot.ports import Clock, Linking, Member, Receipt, TranscriptLine, WayBack
from bot.roles import Role
from bot.routing import Strengths

Terms = Mapping[str, Mapping[str, str]]  # group → code → word
_DIGEST = re.compile(r"[0-9a-f]{64}")
LARGEST_FILE = 10 * 1024 * 1024  # bytes


class Watchers:
    """Events that are set whenever a conversation ("" for any) may have something new."""

    def __init__(self) -> None:
        self._events: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @asynccontextmanager
    async def watch(self, conversation_id: str) -> AsyncIterator[asyncio.Event]:
        event = asyncio.Event()
        self._events[conversation_id].add(event)
        try:
            yield event
        finally:
            self._events[conversation_id].discard(event)
            if not self._events[conversation_id]:
                del self._events[conversation_id]

    def watched(self, conversation_id: str) -> bool:
        """Whether somebody looks at this conversation, e.g. a shopper on his page."""
        return conversation_id in self._events

    def changed(self, conversation_id: str) -> None:
        for key in {conversation_id, ""}:
            for event in self._events.get(key, ()):
                event.set()


class InboxRows(Protocol):
    async def receive(self, message: InboundMessage) -> Receipt: ...

    async def composing(self, conversation_id: str) -> bool: ...


class TranscriptRows(Protocol):
    async def transcript(
        self, conversation_id: str, after: int = 0, *, notes: bool = False
    ) -> list[TranscriptLine]: ...


class DeskRows(Protocol):
    async def handoffs(self, *, ended: bool = False) -> list[HandoffView]: ...

    async def handoff(self, handoff_id: str) -> HandoffView | None: ...

    async def running(self) -> list[RunningChat]: ...

    async def open_chat(self, conversation_id: str) -> str: ...

    async def handoff_at(self, desk: Address) -> HandoffView | None: ...

    async def ratings(self) -> Ratings | None: ...

    async def colleagues(self) -> list[str]: ...

    async def remember(self, name: str, value: str) -> None: ...

    async def recall(self, name: str) -> str: ...


class CallRows(Protocol):
    async def spend(self, key: str, now: datetime, most: int, seconds: float, behind: int = 0) -> float: ...


class WayBackRows(Protocol):
    async def way_back(self, token: str) -> WayBack | None: ...

    async def come_back(self, token: str) -> str: ...

    async def holds(self, conversation_id: str, place: str) -> bool: ...


class LeaseRows(Protocol):
    async def lease(self, name: str, owner: str, seconds: float) -> bool: ...


class StaffRows(Protocol):
    async def sign_in(self, name: str, password: str, address: str) -> str | None: ...

    async def session(self, token: str) -> StaffSession | None: ...

    async def change_password(self, token: str, old: str, new: str) -> bool: ...

    async def sign_out(self, token: str) -> None: ...

    async def accounts(self) -> list[StaffAccount]: ...

    async def fresh_password(
        self, name: str, role: Role | None = None, *, known: bool | None = None, by: str = COMMAND_LINE
    ) -> str: ...

    async def set_role(self, name: str, role: Role, by: str) -> None: ...

    async def remove_account(self, name: str, by: str) -> None: ...

    async def set_strengths(self, name: str, strengths: Strengths, by: str) -> None: ...

    async def rename(self, staff: str, name: str) -> None: ...

    async def set_language(self, staff: str, language: str) -> None: ...


class LinkRows(Protocol):
    async def member(self, person: Address) -> Member | None: ...

    async def link(self, person: Address, code: str) -> Linking: ...

    async def links(self, staff: str) -> list[StaffLink]: ...

    async def link_code(self, staff: str) -> tuple[str, datetime]: ...

    async def unlink(self, person: Address, staff: str) -> None: ...


class AuditRows(Protocol):
    async def audit(self, page: int) -> AuditPage: ...


class CannedReplies(Protocol):
    async def replies(self, view: HandoffView, staff: str) -> list[ReadyReply]: ...


class ModeRows(Protocol):
    async def modes(self) -> ModeTable: ...

    async def mode_changes(self) -> list[ModeChange]: ...

    async def set_modes(self, wishes: Sequence[ModeWish], staff: str) -> None: ...

    async def switch_writes(self, staff: str, *, stopped: bool) -> None: ...


class Assistant:
    """Implements bot.ports.Front and bot.office.Office."""

    def __init__(
        self,
        *,
        inbox: InboxRows,
        transcripts: TranscriptRows,
        desk: DeskRows,
        staff: StaffRows,
        links: LinkRows,
        audit: AuditRows,
        modes: ModeRows,
        leases: LeaseRows,
        calls: CallRows,
        ways_back: WayBackRows,
        canned: CannedReplies,
        watchers: Watchers,
        words: Callable[[str], Terms],
        staff_language: str,
        files: Path,
        wake: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._watchers, self._files, self._wake, self._clock = watchers, files, wake, clock
        self.composing = inbox.composing
        self.transcript = transcripts.transcript
        self.subscribe = watchers.watch
        self.words, self.language = words, staff_language
        self.spend = calls.spend
        self.way_back, self.come_back, self.holds = ways_back.way_back, ways_back.come_back, ways_back.holds
        self.handoffs, self.handoff, self.ratings = desk.handoffs, desk.handoff, desk.ratings
        self.handoff_at, self.running, self.open_chat = desk.handoff_at, desk.running, desk.open_chat
        self.colleagues, self.replies = desk.colleagues, canned.replies
        self.sign_in, self.session, self._sign_out = staff.sign_in, staff.session, staff.sign_out
        self.change_password = staff.change_password
        self.accounts, self.fresh_password = staff.accounts, staff.fresh_password
        self.set_role, self.remove_account, self.rename = staff.set_role, staff.remove_account, staff.rename
        self.set_strengths, self.set_language = staff.set_strengths, staff.set_language
        self.member, self.link = links.member, links.link
        self.links, self.link_code, self.unlink = links.links, links.link_code, links.unlink
        self.audit = audit.audit
        self.remember, self.recall, self.lease = desk.remember, desk.recall, leases.lease
        self.modes, self.mode_changes = modes.modes, modes.mode_changes
        self.set_modes, self.switch_writes = modes.set_modes, modes.switch_writes

    def desk_words(self, key: str) -> str:
        """What staff read at a desk, in its language."""
        return self.words(self.language)["desk"][key]

    def command_words(self, language: str) -> Mapping[str, str]:
        """What a shopper's commands do, by command."""
        return self.words(language)["command"]

    async def receive(self, message: InboundMessage) -> Receipt:
        """Store one message and commit; the workers are woken after that."""
        receipt = await self._inbox.receive(message)
        if receipt.conversation_id:
            self._wake(receipt.conversation_id)
            self._watchers.changed(receipt.conversation_id)
        return receipt

    async def sign_out(self, token: str) -> None:
        """What he has claimed and not put away waits for a person again."""
        session = await self.session(token)
        await self._sign_out(token)
        mine = [view for view in await self.handoffs() if session and view.claimer == session.staff]
        for view in mine:
            if session and view.status == "claimed":
                await self.receive(self._released(view, session, token))

    def _released(self, view: HandoffView, session: StaffSession, token: str) -> InboundMessage:
        once = hashlib.sha256(f"{token}:{view.id}".encode()).hexdigest()[:32]
        return InboundMessage(
            f"{SIGNED_OUT}:{once}", Address("web", "", f"desk:{view.id}", user=session.staff), self._clock.now(),
            Sender.STAFF, Kind.STAFF_ACT, act=RELEASE, value=SIGNED_OUT, handoff_id=view.id, name=session.name,
            staff=session.staff,
        )  # fmt: skip

    async def keep_file(self, content: bytes) -> str:
        """Store a file under its SHA-256; the same content is stored once."""
        if len(content) > LARGEST_FILE:
            raise BadInput(f"the file has {len(content)} bytes; at most {LARGEST_FILE} are kept")
        digest = hashlib.sha256(content).hexdigest()
        await asyncio.to_thread(self._write, digest, content)
        return digest

    async def file(self, digest: str) -> bytes | None:
        """A kept file; only a digest is ever looked for, so no path can be asked for."""
        if not _DIGEST.fullmatch(digest):
            return None
        path = self._files / digest
        return await asyncio.to_thread(path.read_bytes) if await asyncio.to_thread(path.is_file) else None

    def _write(self, digest: str, content: bytes) -> None:
        self._files.mkdir(parents=True, exist_ok=True)
        target = self._files / digest
        if not target.exists():
            partial = target.with_suffix(".part")
            partial.write_bytes(content)
            partial.replace(target)
