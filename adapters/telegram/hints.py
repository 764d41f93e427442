"""What somebody who just did something at the staff desk is told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.telegram.commands import ACTS
from adapters.telegram.files import KINDS
from adapters.telegram.normalise import Staff, desk_act_of
from bot.ports import right_for

FILES = ("photo", "sticker", *(field for field, _ in KINDS))


@dataclass(frozen=True, slots=True)
class Hint:
    says: str  # a key of bot.ports.Front.desk_words
    topic: str = ""  # where it is said in the group; "" for General, and for a pressed button, which it answers
    once: str = ""  # whom it is told once and for all; "": told each time


def hint(payload: Mapping[str, Any], staff: Staff) -> Hint | None:
    """Call it on an update that normalise could read."""
    if not staff.group:
        return None
    query, message = payload.get("callback_query"), payload.get("message")
    if query is not None:
        there = str(query.get("message", {}).get("chat", {}).get("id")) == staff.group
        return _of_button(str(query["from"]["id"]), query.get("data", ""), staff) if there else None
    if message is None or str(message["chat"]["id"]) != staff.group or not message.get("is_topic_message"):
        return None
    return _of_words(message, str(message["message_thread_id"]), staff)


def _of_button(user: str, data: str, staff: Staff) -> Hint | None:
    member, (act, _) = staff.users.get(user), desk_act_of(data)
    if member is None:
        return Hint("unlinked")
    return Hint("not_allowed") if act and not member.may(right_for(act)) else None


def _of_words(message: Mapping[str, Any], topic: str, staff: Staff) -> Hint | None:
    sender, file = message.get("from", {}), any(name in message for name in FILES)
    if not (file or "text" in message):  # joined, pinned, closed the topic: nobody spoke
        return None
    if str(message.get("sender_chat", {}).get("id")) == staff.group:
        return Hint("anonymous", topic, "anonymous")
    if sender.get("is_bot") or "sender_chat" in message:
        return None
    user = str(sender.get("id"))
    if user not in staff.users:
        return Hint("unlinked", topic, user)
    if (name := _command(message)) and name not in ACTS:
        return Hint("no_command", topic)
    return Hint("no_files", topic) if file else None


def _command(message: Mapping[str, Any]) -> str:
    """The command that the words begin with; the desk's tools are used before anybody is told of them."""
    first = next((mark for mark in message.get("entities", ()) if mark["type"] == "bot_command"), None)
    if first is None or first["offset"]:
        return ""
    return message["text"][1 : first["length"]].partition("@")[0].casefold()
