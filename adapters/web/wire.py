"""What goes over the chat socket, in both directions. Pure.

The browser sends one JSON object per frame, `type` and what belongs to it:

    {"type": "hello", "after": 17, "language": "zh-CN"}             first of all: the last line it has seen, 0 for none
    {"type": "text", "id": UUID, "text": …, "language": …}
    {"type": "button", "id": UUID, "value": …, "text": label, "language": …}
    {"type": "file", "id": UUID, "file": what /chat/upload gave, "text": caption, "language": …}

The server sends objects with any of these keys:

    lines      new transcript lines, oldest first         composing  whether a reply is being written
    ack        the id of a message that is stored now     refused    the id of a message that can never be taken
    slow       the id of a message that came too fast, with `seconds` to wait before it is sent again
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from adapters.web.limits import TEXT_CHARS
from adapters.web.signing import Signer
from bot.errors import BadInput
from bot.messages import BUTTON_VALUE_BYTES, Address, Attachment, Card, InboundMessage, Kind, storable
from bot.ports import TranscriptLine

NAME = "web"
BACK, AGAIN = "back", "again"  # see bot/leaving.py
ELSEWHERE = 4001  # close code: the chat goes on in another browser, and this page begins a new one
START = "start:"  # source id of a first page open, or of a signed link: one per visitor, and per link

# other source ids ("timer:4") stand in the same unique column: a browser must not be able to make one of those
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WAY_BACK = re.compile(r"[0-9a-f]{1,64}\.[0-9a-f]{1,64}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,512}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_KINDS = {"text": Kind.TEXT, "button": Kind.BUTTON, "file": Kind.FILE}
_GREATEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Hello:
    after: int
    language: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a browser, well-formed but not yet looked into."""

    kind: Kind
    id: str
    text: str
    value: str  # of a button
    file: str  # as /chat/upload sealed it
    language: str


def visitor_address(visitor: str) -> Address:
    return Address(channel=NAME, account="", chat=visitor, user=visitor, private=True)


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def parse(data: str) -> Hello | Frame:
    """Read one frame. BadInput when no page of ours would have sent it."""
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadInput("a frame is not JSON") from error
    if not isinstance(fields, dict):
        raise BadInput("a frame is not a JSON object")
    language = _text(fields, "language")
    if not _LANGUAGE.fullmatch(language):
        language = ""
    if fields.get("type") == "hello":
        after = fields.get("after", 0)
        if type(after) is not int or not 0 <= after <= _GREATEST_ID:
            raise BadInput("hello needs a line id in `after`")
        return Hello(after, language)
    kind = _KINDS.get(_text(fields, "type"))
    message_id = _text(fields, "id")
    if kind is None or not is_uuid(message_id):
        raise BadInput("a frame needs a known `type` and a UUID as `id`")
    return Frame(kind, message_id, _text(fields, "text"), _text(fields, "value"), _text(fields, "file"), language)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise BadInput(f"`{name}` must be text")
    return storable(value)


def normalise(frame: Frame, visitor: str, now: datetime, signer: Signer) -> InboundMessage | None:
    """The message, or None when it can never be taken: empty, too long, a value or file that is not ours."""
    if len(frame.text) > TEXT_CHARS:
        return None
    common: dict[str, Any] = {
        "source_id": frame.id, "address": visitor_address(visitor), "sent_at": now, "kind": frame.kind,
        "text": frame.text.strip(), "language": frame.language,
    }  # fmt: skip
    if frame.kind is Kind.BUTTON:
        good = frame.value.isascii() and 0 < len(frame.value) <= BUTTON_VALUE_BYTES
        return InboundMessage(**common, button=frame.value) if good else None
    if frame.kind is Kind.FILE:
        attachment = open_file(frame.file, visitor, signer)
        return InboundMessage(**common, attachments=(attachment,)) if attachment else None
    return InboundMessage(**common) if common["text"] else None


def start(visitor: str, now: datetime, language: str, token: str = "") -> InboundMessage:
    """A visitor without a word so far has opened the page, or one has come with a signed link."""
    source_id = f"{START}{visitor}" + (f":{hashlib.sha256(token.encode()).hexdigest()[:32]}" if token else "")
    return InboundMessage(source_id, visitor_address(visitor), now, kind=Kind.START, text=token, language=language)


def way_back(button: str, visitor: str, now: datetime, once: str) -> InboundMessage:
    """BACK: another browser goes on with this visitor's conversation. AGAIN: it asks for another link to it.

    `once`: twice the same is one message.
    """
    return replace(start(visitor, now, "", f"{button} {once}"), text="", button=button)


def is_way_back(text: str) -> bool:
    """Whether it may be a link back to a chat; whether it is one is not known here."""
    return _WAY_BACK.fullmatch(text) is not None


def is_token(text: str) -> bool:
    """Whether it may be a signed link's token; whether it is one is not known here."""
    return _TOKEN.fullmatch(text) is not None


def language_of(header: str) -> str:
    """The language a browser likes best, of its Accept-Language header; "" when it names none."""
    first = re.split("[,;]", header, maxsplit=1)[0].strip()
    return first if _LANGUAGE.fullmatch(first) else ""


# --- files: uploaded first, then named in a message ------------------------------------------------------------------


def seal_file(attachment: Attachment, visitor: str, signer: Signer) -> str:
    """What the browser keeps of an uploaded file; only the visitor who uploaded it can use it."""
    fields = [attachment.kind, attachment.mime, attachment.size, attachment.name, attachment.digest]
    return signer.seal(f"file:{visitor}", json.dumps(fields))


def open_file(sealed: str, visitor: str, signer: Signer) -> Attachment | None:
    fields = signer.open(f"file:{visitor}", sealed)
    if fields is None:
        return None
    kind, mime, size, name, digest = json.loads(fields)
    return Attachment(kind, mime, size, name, digest=digest)


# --- out -------------------------------------------------------------------------------------------------------------


def line_data(line: TranscriptLine) -> dict[str, Any]:
    return {
        "id": line.id, "who": line.speaker, "text": line.text, "at": line.at.isoformat(), "author": line.author,
        "source": line.source_id, "files": len(line.attachments),
        "buttons": [{"label": label, "value": value} for label, value in line.buttons],
        "cards": [_card_data(card) for card in line.cards],
    }  # fmt: skip


def _card_data(card: Card) -> dict[str, Any]:
    data: dict[str, Any] = {"title": card.title, "rows": [list(row) for row in card.rows]}
    return {**data, "picture": {"url": card.picture.url, "alt": card.picture.alt}} if card.picture else data


def shown(line: TranscriptLine) -> bool:
    """The opening of the page is no line that the shopper wrote."""
    return not line.source_id.startswith(START)
