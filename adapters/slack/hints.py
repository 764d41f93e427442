"""What only the person who just did something at the staff desk is told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.common import Staff
from adapters.slack.interactions import button_of, desk_act_of, thread_of_button
from adapters.slack.normalise import SPOKEN
from bot.ports import right_for


@dataclass(frozen=True, slots=True)
class Hint:
    channel: str
    thread: str
    user: str
    says: str  # a key of bot.ports.Front.desk_words
    once: bool = False  # told once and for all; else each time


def hint(payload: Mapping[str, Any], staff: Staff) -> Hint | None:
    """Call it on a payload that normalise could read."""
    if not staff.channel:
        return None
    if payload.get("type") == "block_actions":
        return _of_button(payload, staff)
    event = payload.get("event") or {}
    thread, user = event.get("thread_ts"), event.get("user")
    if not (thread and user) or event["channel"] != staff.channel or event.get("bot_id"):
        return None
    if user not in staff.users:
        spoken = event.get("type") == "message" and event.get("subtype") in SPOKEN
        return Hint(staff.channel, thread, user, "unlinked", once=True) if spoken else None
    return Hint(staff.channel, thread, user, "no_files") if event.get("subtype") == "file_share" else None


def astray(payload: Mapping[str, Any], staff: Staff, bot: str) -> Hint | None:
    """For what a member of staff wrote that belonged to no handoff, in a thread of ours: Slack may hold two openings of
    one handoff after a lost answer, and only the last one's thread is answered in.
    """
    event = payload.get("event") or {}
    ours = event.get("channel") == staff.channel and event.get("parent_user_id") == bot
    return Hint(staff.channel, event["thread_ts"], event["user"], "astray") if ours else None


def _of_button(payload: Mapping[str, Any], staff: Staff) -> Hint | None:
    action, user = button_of(payload), payload["user"]["id"]
    if action is None or payload["channel"]["id"] != staff.channel:
        return None
    member = staff.users.get(user)
    if member is None:
        return Hint(staff.channel, thread_of_button(payload), user, "unlinked")
    act, _ = desk_act_of(action)
    if act and not member.may(right_for(act)):
        return Hint(staff.channel, thread_of_button(payload), user, "not_allowed")
    return None
