"""A person writes the code that links him to his staff account: at the desk, or privately to us. Pure."""

from dataclasses import dataclass

from adapters.slack.common import Me, Payload, Staff
from adapters.slack.normalise import SPOKEN, said_by_person, text_of
from bot.messages import link_code_in


@dataclass(frozen=True, slots=True)
class Wish:
    channel: str
    thread: str
    user: str
    code: str


def link_wish(payload: Payload, me: Me, staff: Staff) -> Wish | None:
    """Call it on a payload that normalise could read. The code in it is kept nowhere."""
    event = payload.get("event") or {}
    # a post that names us comes as an app_mention too
    if not staff.channel or event.get("type") != "message" or event.get("subtype") not in SPOKEN:
        return None
    at_desk = event["channel"] == staff.channel
    if not (at_desk or event.get("channel_type") == "im") or not said_by_person(event, me):
        return None
    code = link_code_in(text_of(event, me), any_word=at_desk and event["user"] not in staff.users)
    return Wish(event["channel"], event.get("thread_ts") or "", event["user"], code) if code else None
