"""What a member of staff asks of the desk beside the plain acts: by a button of a menu, or by a command. Pure."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MaybeInaccessibleMessage,
    Update,
)

from adapters.telegram import limits
from adapters.telegram.addressing import Me, spoken
from adapters.telegram.commands import TOOLS, command_in
from adapters.telegram.normalise import Staff, at_desk, person_of
from adapters.telegram.render import label
from bot.office import CLOSINGS, HandoffView, ReadyReply
from bot.ports import Member

PRESSED = (*TOOLS, "say", "send")  # a canned reply that is shown, the suggestion
OPENING = ("close", "voucher")  # stand under the opening too, where they have no value
ANSWERED = ("chat", "case")  # kinds of handoffs that staff work on with these tools
AWAY = {"PT1H": "hour", "PT4H": "four_hours", "P1D": "day", "": "until_open"}
_SPAN = re.compile(r"(\d{1,4})\s*(?:(m|min|minutes?|分钟)|(h|hours?|小时)|(d|days?|天)|(w|weeks?|周))")

Words = Callable[[str], str]  # bot.ports.Front.desk_words
Rows = Sequence[Sequence[InlineKeyboardButton]]


@dataclass(frozen=True, slots=True)
class Asked:
    """`value`: a page of the menu, what stands behind the colon of a button, or the words after a command."""

    what: str
    member: Member
    at: datetime
    chat: str
    user: str
    source: str  # the message or press, for good
    value: str = ""
    handoff_id: str = ""  # of a button; a command's is that of its topic
    topic: str = ""
    under: int = 0  # the message that the pressed button stands under
    kept: Rows = ()  # of its buttons, those that belong to no menu


def asked(update: Update, me: Me, now: datetime, staff: Staff) -> Asked | None:
    """None when nobody of staff asks for anything of this kind."""
    query, message = update.callback_query, update.message
    if query is not None and query.message is not None and at_desk(query.message, staff):
        member, (what, handoff_id, value) = staff.users.get(str(query.from_user.id)), _parts(query.data or "")
        if member is None or what not in PRESSED or (what == "close" and not value):
            return None
        topic = getattr(query.message, "message_thread_id", None)  # an old message does not tell it
        return Asked(what, member, now, staff.group, str(query.from_user.id), f"cb:{query.id}", value, handoff_id,
                     str(topic or ""), query.message.message_id, _kept(query.message))
    if message is None or not at_desk(message, staff) or not message.is_topic_message:
        return None
    user, (name, words) = person_of(message), command_in(message, spoken(message, me))
    member = staff.users.get(str(user.id)) if user else None
    if member is None or name not in TOOLS or user is None:
        return None
    return Asked(name, member, message.date, staff.group, str(user.id), f"{message.chat.id}:{message.message_id}",
                 words, topic=str(message.message_thread_id))


def token(text: str) -> str:
    """Stands for a text that is too long for a button: what it stood for is found again among what there is."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def reply_token(reply: ReadyReply) -> str:
    return token(f"{reply.language}\n{reply.title}")


def span(words: str) -> str:
    """"2h" or "3 days" as an ISO 8601 duration; whatever else it is stays as it was written."""
    found = _SPAN.fullmatch(words.casefold())
    if found is None:
        return words.upper()
    number, minutes, hours, days, _ = found.groups()
    return f"PT{number}M" if minutes else f"PT{number}H" if hours else f"P{number}D" if days else f"P{number}W"


def closing(words: str, say: Words) -> str:
    """The reason that somebody wrote behind /close, "" where it is none."""
    meant = words.casefold()
    return next((why for why in CLOSINGS if meant in (why, why.replace("_", " "), say(f"close_{why}").casefold())), "")


# --- keyboards --------------------------------------------------------------------------------------------------------


def page(name: str, view: HandoffView, say: Words, names: Sequence[str] = (),
         replies: Sequence[ReadyReply] = (), kept: Rows = ()) -> InlineKeyboardMarkup:  # fmt: skip
    """A page of the menu of a handoff, under the buttons that stay: main, more, staff (`names`), away, canned
    (`replies`) or why."""
    match name:
        case "more":
            away = [("menu", "away", say("menu_snooze"))] if view.kind == "chat" else []
            keys = [("menu", "staff", say("menu_assign")), *away, ("menu", "canned", say("menu_reply")),
                    ("menu", "why", say("menu_close"))]
        case "staff":
            keys = [("assign", token(one), one) for one in names]
        case "away":
            keys = [("snooze", until, say(words)) for until, words in AWAY.items()]
        case "canned":
            keys = [("canned", reply_token(reply), f"{reply.title} ({reply.language})") for reply in replies]
        case "why":
            keys = [("close", why, say(f"close_{why}")) for why in CLOSINGS]
        case _:
            acts = ("claim", "close") if view.kind == "case" else ("claim", "back", "close")
            plain = [[InlineKeyboardButton(say(act), callback_data=f"{act}:{view.id}")] for act in acts]
            return InlineKeyboardMarkup([*(kept or plain), [more(view.id, say)]])
    back = ("menu", "main" if name == "more" else "more", say("menu_back"))
    room = limits.BUTTONS - 1 - sum(len(row) for row in kept)
    return InlineKeyboardMarkup([*kept, *([_key(*key, view.id)] for key in (*keys[:room], back))])


def more(handoff_id: str, say: Words) -> InlineKeyboardButton:
    return _key("menu", "more", say("menu_more"), handoff_id)


def sendable(text: str, what: str, value: str, handoff_id: str, say: Words) -> list[InlineKeyboardButton]:
    """Send this text as it stands, or take it along to be edited; Telegram copies only short ones."""
    copied = [InlineKeyboardButton(say("copy"), copy_text=CopyTextButton(text))]
    return [_key(what, value, say("send"), handoff_id), *(copied if len(text) <= limits.COPIED_CHARS else [])]


def _key(what: str, value: str, words: str, handoff_id: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label(words), callback_data=f"{what}:{handoff_id}:{value}")


def _kept(message: MaybeInaccessibleMessage) -> Rows:
    """An old message does not tell its buttons."""
    markup = getattr(message, "reply_markup", None)
    return tuple(row for row in markup.inline_keyboard if not _of_menu(row[0])) if markup else ()


def _of_menu(key: InlineKeyboardButton) -> bool:
    what, _, value = _parts(str(key.callback_data or ""))
    return what in TOOLS and (what not in OPENING or bool(value))


def _parts(data: str) -> tuple[str, str, str]:
    what, _, rest = data.partition(":")
    handoff_id, _, value = rest.partition(":")
    return what, handoff_id, value
