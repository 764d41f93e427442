"""What somebody who just did something at the staff desk is told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.telegram.files import KINDS
from adapters.telegram.normalise import Staff

NOT_STAFF = (  # at most 200 characters: a pressed button is answered with it
    "Only people listed in SHOPHAND_TELEGRAM_STAFF_USERS can do this; your user id is {user}. "
    "/ 只有列在 SHOPHAND_TELEGRAM_STAFF_USERS 中的员工可以操作，您的用户 ID 是 {user}。"
)
ANONYMOUS = (
    "Who writes as the group is not known as staff, and nothing is passed on: turn off “Remain anonymous” in your "
    "administrator rights. / 以群组身份发言无法识别为员工，消息不会转给顾客：请在管理员权限中关闭“匿名”。"
)
NO_FILES = "Files are not passed on to the shopper; only your text is. / 文件不会转给顾客，只有文字会。"

FILES = ("photo", "sticker", *(field for field, _ in KINDS))


@dataclass(frozen=True, slots=True)
class Hint:
    text: str
    topic: str = ""  # where it is said; "": it answers the pressed button, for him alone to read
    once: str = ""  # whom it is told once and for all; "": told each time


def hint(payload: Mapping[str, Any], staff: Staff) -> Hint | None:
    """Call it on an update that normalise could read."""
    if not staff.group:
        return None
    query, message = payload.get("callback_query"), payload.get("message")
    if query is not None:
        user = str(query["from"]["id"])
        there = str(query.get("message", {}).get("chat", {}).get("id")) == staff.group
        return Hint(NOT_STAFF.format(user=user)) if there and user not in staff.users else None
    if message is None or str(message["chat"]["id"]) != staff.group or not message.get("is_topic_message"):
        return None
    return _of_words(message, str(message["message_thread_id"]), staff)


def _of_words(message: Mapping[str, Any], topic: str, staff: Staff) -> Hint | None:
    sender, file = message.get("from", {}), any(name in message for name in FILES)
    if not (file or "text" in message):  # joined, pinned, closed the topic: nobody spoke
        return None
    if str(message.get("sender_chat", {}).get("id")) == staff.group:
        return Hint(ANONYMOUS, topic, "anonymous")
    if sender.get("is_bot") or "sender_chat" in message:
        return None
    user = str(sender.get("id"))
    if user not in staff.users:
        return Hint(NOT_STAFF.format(user=user), topic, user)
    return Hint(NO_FILES, topic) if file else None
