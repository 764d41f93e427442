"""A conversation driven line by line, by a script or by a person at the terminal: one JSON line in, JSON lines out.

Knows no model and no platform: it puts messages in at the front, lets the dispatcher drain, and reads what came out.
"""

import json
import mimetypes
import re
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot.clock import ManualClock
from bot.conversation import Conversation, HandoffNote, Status
from bot.durations import duration
from bot.errors import BadInput
from bot.messages import Address, Attachment, Button, DeskPost, InboundMessage, Kind, Reply, Sender
from bot.ports import Front

ADDRESS = Address(channel="terminal", account="", chat="script", user="script")
STAFF = Address(channel="terminal", account="", chat="desk", user="staff")
STAFF_NAME = "staff"
STAFF_ACTS = ("claim", "back", "close", "approve", "decline", "snooze")  # "snooze PT2H", or until the next opening
KEYS = frozenset({"text", "button", "file", "staff", "staff_do", "advance"})


class Drain(Protocol):
    async def drain(self, only: str) -> None: ...


class Seen(Protocol):
    """The terminal's channel and desk: what arrived and was not taken yet."""

    replies: deque[Reply]


class SeenByContact(Protocol):
    """The terminal's mail: (e-mail address, letter)."""

    letters: deque[tuple[str, Reply]]


class SeenByStaff(Protocol):
    posts: deque[DeskPost]


class Records(Protocol):
    async def load(self, conversation_id: str) -> tuple[Conversation, bool]: ...

    async def records(self, conversation_id: str, after: int) -> list[tuple[int, str, dict[str, Any]]]: ...


@dataclass
class ScriptedChat:
    front: Front
    dispatcher: Drain
    store: Records
    channel: Seen
    desk: SeenByStaff
    clock: ManualClock
    mail: SeenByContact | None = None  # None: mail really goes out
    run: str = field(default_factory=lambda: secrets.token_hex(4))  # message ids of two runs on one store differ

    def __post_init__(self) -> None:
        self._buttons: tuple[Button, ...] = ()  # of the last reply that had any
        self._shown: tuple[Button, ...] = ()  # of every reply, the last one's first
        self._turn, self._seen, self._begun = 0, 0, False

    async def resume(self) -> None:
        """Go on in a conversation that the store already holds: what was said before is not printed again."""
        for line, _, _ in await self.store.records(ADDRESS.conversation_id, 0):
            self._seen, self._begun = line, True

    async def line(self, text: str) -> list[dict[str, Any]]:
        """Play one line of a script. BadInput says what is wrong with it."""
        self._turn += 1
        try:
            step = json.loads(text)
        except json.JSONDecodeError as error:
            raise BadInput(f"not JSON: {error.msg}") from None
        except (ValueError, RecursionError):
            raise BadInput("not JSON that can be read: it is nested too deeply, or a number is too long") from None
        if not isinstance(step, dict) or len(step) != 1 or not step.keys() <= KEYS:
            raise BadInput(f"give one JSON object with exactly one of {', '.join(sorted(KEYS))}")
        [(verb, value)] = step.items()
        if not isinstance(value, str) and not (verb == "button" and type(value) is int):  # not isinstance: true is one
            raise BadInput(f"{verb} must be a string")
        if isinstance(value, str) and _HALF_PAIR.search(value):
            raise BadInput(f"{verb} holds half of a surrogate pair, which is no character")
        verbs: dict[str, Callable[[Any], Awaitable[None]]] = {
            "text": self._text,
            "button": self._button,
            "file": self._file,
            "staff": self._staff,
            "staff_do": self._staff_do,
            "advance": self._advance,
        }
        await verbs[verb](value)
        await self.dispatcher.drain(ADDRESS.conversation_id)
        return await self._out()

    # --- in ----------------------------------------------------------------------------------------------------------

    async def _receive(self, address: Address, **fields: Any) -> None:
        source_id = f"{self.run}-{self._turn}"
        message = InboundMessage(source_id=source_id, address=address, sent_at=self.clock.now(), **fields)
        await self.front.receive(message)
        self._begun = True

    async def _text(self, value: str) -> None:
        await self._receive(ADDRESS, text=value)

    async def _button(self, value: str | int) -> None:
        button = self.find_button(value)
        await self._receive(ADDRESS, kind=Kind.BUTTON, button=button.value, text=button.label)

    def has_buttons(self, number: int) -> bool:
        return 1 <= number <= len(self._buttons)

    def find_button(self, value: str | int) -> Button:
        """By its number from 1 among those of the last reply that had any, or by label among all that were shown."""
        if not self._buttons:
            raise BadInput("the last reply has no buttons")
        if isinstance(value, int):
            if not 1 <= value <= len(self._buttons):
                raise BadInput(f"the last reply has {len(self._buttons)} buttons, not {value}")
            return self._buttons[value - 1]
        found = next((button for button in self._shown if button.label == value), None)
        if found is None:
            raise BadInput(
                f"no button {value!r}; there are {', '.join(repr(button.label) for button in self._buttons)}"
            )
        return found

    async def _file(self, value: str) -> None:
        path = Path(value)
        try:
            content = path.read_bytes()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise BadInput(f"the file {value} cannot be read: {getattr(error, 'strerror', None) or error}") from None
        mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        kept = Attachment(
            kind="photo" if mime.startswith("image/") else "document",
            mime=mime,
            size=len(content),
            name=path.name,
            digest=await self.front.keep_file(content),
        )
        await self._receive(ADDRESS, kind=Kind.FILE, attachments=(kept,))

    async def _staff(self, value: str) -> None:
        await self._receive(
            STAFF,
            sender=Sender.STAFF,
            text=value,
            name=STAFF_NAME,
            staff=STAFF_NAME,
            handoff_id=await self._handoff_id(),
        )

    async def _staff_do(self, value: str) -> None:
        act, _, text = value.partition(" ")
        if act not in STAFF_ACTS or (text and act != "snooze"):
            raise BadInput(f"staff_do must be one of {', '.join(STAFF_ACTS)}")
        approval = act in ("approve", "decline")
        await self._receive(
            STAFF,
            sender=Sender.STAFF,
            kind=Kind.STAFF_ACT,
            act=act,
            text=text,
            name=STAFF_NAME,
            staff=STAFF_NAME,
            handoff_id=await self._handoff_id(approval=approval),
        )

    async def _handoff_id(self, *, approval: bool = False) -> str:
        conversation, _ = await self.store.load(ADDRESS.conversation_id) if self._begun else (None, True)
        notes = (
            list(conversation.approvals)
            if conversation and approval
            else [*conversation.cases, *filter(None, [conversation.handoff])]
            if conversation
            else []
        )
        note: HandoffNote | None = next((note for note in reversed(notes) if note), None)
        if note is None:
            raise BadInput("no approval is waiting" if approval else "no handoff is open")
        return note.id

    async def _advance(self, value: str) -> None:
        try:
            self.clock.advance(duration(value))
        except OverflowError:
            raise BadInput(f"{value!r} is beyond the end of the calendar") from None

    # --- out ---------------------------------------------------------------------------------------------------------

    async def _out(self) -> list[dict[str, Any]]:
        records = await self.store.records(ADDRESS.conversation_id, self._seen)
        self._seen = max([self._seen, *(line for line, _, _ in records)])
        heard = next((record for _, speaker, record in reversed(records) if speaker == "user"), {})
        acts = [act for _, speaker, record in records if speaker in ("bot", "note") for act in record.get("acts", ())]
        state = {"intent": heard.get("intent"), "confidence": heard.get("confidence"), "handoff": await self._handoff()}
        out = []
        while self.channel.replies:
            reply = self.channel.replies.popleft()
            self._buttons = reply.buttons or self._buttons
            self._shown = (*reply.buttons, *self._shown)
            out.append(
                self._line(
                    "shopper",
                    reply.as_text(),
                    [button.label for button in reply.buttons],
                    acts if not out else [],
                    state,
                )
            )
        while self.mail and self.mail.letters:
            address, letter = self.mail.letters.popleft()
            out.append(self._line("mail", f"{address}: {letter.as_text()}", [], [], state))
        while self.desk.posts:
            post = self.desk.posts.popleft()
            out.append(
                self._line("staff", post.text, [button.label for button in post.buttons], [f"desk:{post.kind}"], state)
            )
        if not any(line["to"] == "shopper" for line in out):
            out.insert(0, self._line("shopper", None, [], acts, state))
        return out

    def _line(
        self, to: str, reply: str | None, buttons: list[str], acts: list[str], state: dict[str, Any]
    ) -> dict[str, Any]:
        return {"turn": self._turn, "to": to, "reply": reply, "buttons": buttons, "acts": acts, **state}

    async def _handoff(self) -> dict[str, str] | None:
        if not self._begun:
            return None
        conversation, _ = await self.store.load(ADDRESS.conversation_id)
        beside = (*conversation.cases, *conversation.approvals)
        note = conversation.handoff or next(reversed(beside), None)
        if note is None or (conversation.status is Status.CLOSED and note is conversation.handoff):
            return None
        return {"id": note.id, "reason": note.reason, "summary": note.summary, "status": note.status}


_HALF_PAIR = re.compile("[\ud800-\udfff]")  # JSON can write it, a database cannot keep it
