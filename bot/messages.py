"""What goes in and out of a channel, in our words. Knows no platform, no store, no dialogue."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

BUTTON_VALUE_BYTES = 64  # the narrowest platform: Telegram callback_data (contracts, Telegram outbound)
JOINED_UNITS = 3000  # UTF-16 units of joined posts: one message on every platform (Telegram takes 4,096 in all)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message comes from or goes to.

    In a one-to-one chat `thread` is empty unless the platform's agent surface opened one. In groups each person has his
    own conversation: `user` is part of the id.
    """

    channel: str  # "web", "telegram", "slack", "terminal"
    account: str  # which of our accounts on that channel (Slack team, Telegram bot id)
    chat: str
    thread: str = ""
    user: str = ""
    private: bool = field(default=True, compare=False)  # this user alone reads what is sent here

    @property
    def conversation_id(self) -> str:
        return ":".join(
            part.replace("%", "%25").replace(":", "%3A")
            for part in (self.channel, self.account, self.chat, self.thread, self.user)
        )

    @property
    def account_user(self) -> str:
        """The person on that channel, whatever the chat: what identity tries are counted for."""
        return f"{self.channel}:{self.account}:{self.user or self.chat}"

    @property
    def desk_ref(self) -> str:
        """The staff desk's thread, as stored with its handoff."""
        return f"{self.channel}:{self.account}:{self.chat}:{self.thread}"

    @classmethod
    def at_desk(cls, reference: str) -> "Address | None":
        """The thread that a desk reference names; None where it names none."""
        parts = reference.split(":", 3)
        return cls(*parts) if len(parts) == 4 and all(parts) else None


class Sender(StrEnum):
    SHOPPER = "shopper"
    STAFF = "staff"
    CLOCK = "clock"  # a timer that fell due


class Kind(StrEnum):
    TEXT = "text"
    BUTTON = "button"  # `button` holds the pressed button's value
    FILE = "file"  # photo, document, voice note, sticker…; `text` is its caption
    START = "start"  # the platform's "conversation opened" (Telegram /start, web page opened the first time)
    EDIT = "edit"  # `text` replaces that of the message `edits`
    # `act` is one of DESK_ACTS, take_over (a conversation that is on no desk), note (`text` is for colleagues), assign,
    # release or snooze (until `text`: bot/snooze.py). `value`: whom it is assigned to, why it is closed or released
    STAFF_ACT = "staff_act"
    # `act` is the timer's kind, or what a platform tells of a shopper without a word of his: blocked, unblocked
    TIMER = "timer"


WORDED = ("location", "poll", "checklist", "dice", "contact")  # kinds that are kept as a file of their words
# by a name that ends so platforms show or play it; what the content is, it says itself: (where, what) → ending
SUFFIXES = {
    (0, b"\xff\xd8\xff"): ".jpg", (0, b"\x89PNG"): ".png", (0, b"%PDF"): ".pdf", (0, b"OggS"): ".ogg",
    (8, b"WEBP"): ".webp", (4, b"ftyphei"): ".heic", (4, b"ftypmif1"): ".heic", (4, b"ftypM4A"): ".m4a",
    (4, b"ftyp"): ".mp4", (0, b"\x1aE\xdf\xa3"): ".webm",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file a shopper sent, which the adapter fetches into the files folder under its hash; or one that we send."""

    kind: str  # "photo", "document", "voice", "video", "sticker"
    mime: str = ""
    size: int = 0  # bytes, 0 when the platform does not say
    name: str = ""
    handle: str = ""  # the platform's id to fetch it by
    digest: str = ""  # SHA-256 of the fetched content, "" while not fetched

    def told_whole(self, content: bytes) -> bool:
        """Whether all of it stands in the line that names it."""
        return self.kind in WORDED and self.name == " ".join(content.decode("utf-8", "replace").split())

    def file_name(self, content: bytes) -> str:
        """Under which name a staff desk shows it."""
        if self.name and self.kind not in WORDED:
            return self.name
        known = (end for (at, sign), end in SUFFIXES.items() if content.startswith(sign, at))
        return f"{self.kind}-{self.digest[:8]}{'.txt' if self.kind in WORDED else next(known, '')}"


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message as a channel normalised it; (channel, account, source_id) makes its delivery exactly once."""

    source_id: str
    address: Address
    sent_at: datetime
    sender: Sender = Sender.SHOPPER
    kind: Kind = Kind.TEXT
    text: str = ""
    button: str = ""
    act: str = ""
    value: str = ""  # what an act needs to be told beside it
    edits: str = ""  # source id of the message that an EDIT replaces
    attachments: tuple[Attachment, ...] = ()
    name: str = ""  # display name of the sender
    language: str = ""  # the platform's locale hint, e.g. "zh-hans"
    handoff_id: str = ""  # staff messages: which handoff; "" when only the desk thread tells
    conversation_id: str = ""  # staff messages to a conversation that is on no desk: which one; they take it over
    staff: str = ""  # staff messages: the account they are done with; `name` is what shoppers see
    answers: int | None = None  # of a suggestion that staff send as it stands: DeskPost.answers

    @property
    def who(self) -> str:
        """Staff messages: who did it, whatever he is called; his name only where a desk knows no accounts."""
        return self.staff or self.name

    def __post_init__(self) -> None:
        for name in ("text", "button", "value", "name"):
            object.__setattr__(self, name, storable(getattr(self, name)))
        object.__setattr__(self, "text", without_card_numbers(self.text))


def storable(text: str) -> str:
    """Text that every store can keep: no lone surrogates (JSON allows them), no NUL (PostgreSQL refuses it)."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


_NOTE = re.compile(r"\s*(?://|(?:note|备注|備註)\s*[:：])\s*", re.IGNORECASE)


def note_in(text: str) -> str | None:
    """What staff write for each other where there is no button for it, "" for nothing; None: it is for the shopper."""
    mark = _NOTE.match(text)
    return text[mark.end() :].strip() if mark else None
_LINK = re.compile(r"/?link[\s:：]+(\S+)", re.IGNORECASE)
_LINK_CODE = re.compile(r"\w{3,5}(?:-\w{3,5}){2}")


def link_code_in(text: str, *, any_word: bool = False) -> str:
    """The code that somebody wrote to be linked to a staff account, "" where he wrote something else.

    `any_word`: one that looks like none is a wrong code, not a part of what he says.
    """
    found = _LINK.fullmatch(text.strip())
    return found[1] if found and (any_word or _LINK_CODE.fullmatch(found[1])) else ""


MASK = "•"  # stands for each digit of a payment card's number
# Solid, or in the groups that are printed on cards; other groups are phones or several order numbers. A country code
# in front makes it a phone, a letter at it a parcel's or an article's number.
_GAP = r"[ \u00a0.\-–—]"
_CARD = re.compile(
    rf"(?<![A-Za-z_\d+{MASK}])(?<!\d{_GAP})(?:\d{{13,19}}|\d{{4}}(?:{_GAP}\d{{4}}){{2}}{_GAP}\d{{1,4}}(?:{_GAP}\d{{1,3}})?"
    rf"|\d{{4}}{_GAP}\d{{6}}{_GAP}\d{{4,5}}|\d{{4}}(?:{_GAP}\d{{3}}){{3}}|\d{{6}}{_GAP}\d{{7,13}})(?!{_GAP}?\d)(?![A-Za-z_])"
)
_MASKED = re.compile(rf"{MASK}{{4,}}(?:{_GAP}{MASK}+)*")


def without_card_numbers(text: str) -> str:
    """The text with every number of 13 to 19 digits that passes the card check (Luhn, ISO/IEC 7812-1) masked."""
    return _CARD.sub(lambda found: re.sub(r"\d", MASK, found[0]) if _luhn(found[0]) else found[0], text)


def has_masked_card(text: str) -> bool:
    return bool(_MASKED.search(text))


def _luhn(text: str) -> bool:
    digits = [int(character) for character in text if character.isdecimal()]  # full-width ones too
    doubled = (digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2])
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


@dataclass(frozen=True, slots=True)
class Button:
    """`value` comes back in InboundMessage.button; it is untrusted then, like any text."""

    label: str
    value: str

    def __post_init__(self) -> None:
        if not 0 < len(self.value.encode()) <= BUTTON_VALUE_BYTES:
            raise ValueError(f"button value {self.value!r} must be 1 to {BUTTON_VALUE_BYTES} bytes long")


@dataclass(frozen=True, slots=True)
class Picture:
    """One of the shop's own pictures, which whoever reads the message fetches himself."""

    url: str  # https
    alt: str  # what it shows, for who does not see it


@dataclass(frozen=True, slots=True)
class Card:
    """Facts rendered from data, never by the model: a title and (label, value) rows; either half may be empty."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form, answered by choosing; a field of `many` needs one choice at least."""

    slot: str
    label: str
    options: tuple[Button, ...]
    initial: str = ""  # the value that is chosen at first
    many: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Several questions at once, where a platform has forms; elsewhere the same is asked in words, one by one."""

    label: str  # of the button that opens it
    title: str
    submit: str
    value: str  # form_value of what is known already
    fields: tuple[Field, ...]


FORM = "form:"
FORM_CHARS = 2000  # of a filled form that is looked at


def form_value(skill: str, values: Mapping[str, str]) -> str:
    """What a form comes back as, in InboundMessage.button: whose it is, and what was chosen."""
    return f"{FORM}{skill}?{urlencode(values)}"


def filled(value: str, choices: Mapping[str, Sequence[str]]) -> str:
    """A form's `value` with the choices made in it."""
    chosen = urlencode({slot: ",".join(values) for slot, values in choices.items() if values})
    return "&".join(filter(None, [value, chosen]))


def form_in(button: str) -> tuple[str, dict[str, str]] | None:
    """The skill and the values of a filled form; None for another button. Both are untrusted."""
    if not button.startswith(FORM) or len(button) > FORM_CHARS:
        return None
    skill, _, values = button.removeprefix(FORM).partition("?")
    return skill, dict(parse_qsl(values))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the shopper gets, channel-neutral; the adapter lowers what its platform lacks."""

    text: str
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    form: Form | None = None  # offered beside the buttons
    attachments: tuple[Attachment, ...] = ()  # kept files, by digest; only mail carries them
    share: str = ""  # label of a button that shares the shopper's own phone number, where a platform has such a thing
    salt: str = ""  # of a one-time code, which is worked out and written below the text when it is sent, never stored
    answers: str = ""  # source id of what the shopper wrote, where others talk too
    back: bool = False  # a link back to the chat is made and written below the text when it is sent, never stored

    def as_text(self, *, number_buttons: bool = False) -> str:
        """The whole reply in plain text; buttons as a numbered list where the platform has none."""
        parts = [self.text] if self.text else []
        parts += ["\n".join([card.title, *(": ".join(filter(None, row)) for row in card.rows)]) for card in self.cards]
        if number_buttons and self.buttons:
            parts.append("\n".join(f"{number}. {button.label}" for number, button in enumerate(self.buttons, 1)))
        return "\n\n".join(parts)


# the last two lines: of an approval, of what staff themselves may do about an order (bot/deeds.py)
DESK_ACTS = frozenset({
    "claim", "back", "close",
    "approve", "decline", "mode_automatic", "mode_off",
    "cancel", "refund", "resend", "do", "drop",
})  # fmt: skip
OPENING = ("opened", "approval")  # kinds of posts that open a thread
# what staff see first of a post, by its kind
SIGNS = {"opened": "🙋", "relay": "💬", "note": "📝", "ended": "🏁", "again": "📝", "approval": "❓"}


@dataclass(frozen=True, slots=True)
class Called:
    """A member of staff whom a post is for."""

    name: str  # what shoppers see
    people: tuple[Address, ...] = ()  # who he is on the platforms that he linked to his account

    def on(self, channel: str, account: str) -> str:
        """His id there, "" where he is not known."""
        here = (one.user for one in self.people if (one.channel, one.account) == (channel, account))
        return next(here, "")


@dataclass(frozen=True, slots=True)
class DeskPost:
    """What a staff desk is told about a handoff."""

    handoff_id: str
    # "opened", "approval", "relay" (the shopper wrote), "note" (for staff), "ended", "again" (a note in a thread that
    # has ended: it may be written in again); in the making "unsent"
    kind: str
    text: str
    thread: str = ""  # the desk thread of this handoff once it exists, else ""
    buttons: tuple[Button, ...] = ()  # values: DESK_ACTS
    title: str = ""  # of an opening: a name for its thread, where threads have one
    files: tuple[Attachment, ...] = ()  # what the shopper sent, kept, by digest; shown where a desk can
    suggestion: str = ""  # what `text` names as what the bot would answer, for a desk that can send it at a press
    calls: tuple[Called, ...] = ()  # whom it is for: `text` ends with their names, and a desk calls those it knows
    answers: int = 0  # the newest message (inbox row) that who sends the suggestion has seen

    @property
    def signed(self) -> str:
        return f"{SIGNS[self.kind]} {self.text}" if self.kind in SIGNS else self.text

    @property
    def names(self) -> str:
        """The end of `text` where it is for somebody."""
        return ", ".join(call.name for call in self.calls)


def joined(first: DeskPost, second: DeskPost) -> DeskPost | None:
    """Two posts of one handoff as one that is a single message on every desk; None when they must stay two."""
    text = f"{first.text}\n{second.text}"
    alike = first.kind == second.kind and first.kind in ("relay", "note")
    alike = alike and not any(post.files or post.calls for post in (first, second))
    both = replace(first, text=text, suggestion=second.suggestion, answers=second.answers)
    return both if alike and len(text.encode("utf-16-le")) // 2 <= JOINED_UNITS else None
