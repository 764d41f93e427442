"""What only the person who just did something at the staff desk is told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.normalise import Staff, button_of, thread_of_button

NOT_STAFF = (
    "Only the people listed in SHOPHAND_SLACK_STAFF_USERS can do this; your user id is {user}. "
    "/ 只有列在 SHOPHAND_SLACK_STAFF_USERS 中的员工可以操作，您的用户 ID 是 {user}。"
)
NO_FILES = "Files are not passed on to the shopper; only your text is. / 文件不会转给顾客，只有文字会。"


@dataclass(frozen=True, slots=True)
class Hint:
    channel: str
    thread: str
    user: str
    text: str


def hint(payload: Mapping[str, Any], staff: Staff) -> Hint | None:
    """Call it on a payload that normalise could read."""
    if not staff.channel:
        return None
    if payload.get("type") == "block_actions":
        user = payload["user"]["id"]
        if button_of(payload) and payload["channel"]["id"] == staff.channel and user not in staff.users:
            return Hint(staff.channel, thread_of_button(payload), user, NOT_STAFF.format(user=user))
        return None
    event = payload.get("event") or {}
    if event.get("subtype") == "file_share" and event["channel"] == staff.channel:
        thread, user = event.get("thread_ts"), event.get("user")
        if thread and user in staff.users:
            return Hint(staff.channel, thread, user, NO_FILES)
    return None
