"""One Slack payload in our words: events and pressed buttons, of shoppers and of staff. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adapters.slack import desk_menu
from adapters.slack.desk_menu import SEND, Answer, Wish
from adapters.slack.files import attachments
from adapters.slack.forms import FORM_ACTION, Opening, opening, submitted, unpacked
from adapters.slack.reading import decode, mentions, read
from bot.errors import BadInput
from bot.messages import DESK_ACTS, Address, InboundMessage, Kind, Sender, note_in
from bot.ports import Member, right_for

CHANNEL = "slack"
DESK_ACTION = "desk:"  # action ids of the buttons on handoffs; their values are "<act>:<handoff id>"
SPOKEN = frozenset({None, "file_share", "me_message", "thread_broadcast"})  # message subtypes in which a person speaks

UNDOCUMENTED = "the payload does not have the documented form"

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Me:
    """The app in its workspace, as auth.test tells it."""

    team: str
    user: str  # the bot's user id, which stands in mentions
    bot: str = ""
    team_name: str = ""
    user_name: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """The channel whose threads are handoffs, and who counts as staff there: as far as a payload needs it."""

    channel: str = ""
    users: Mapping[str, Member] = field(default_factory=dict)  # by member id


def normalise(payload: Payload, me: Me, staff: Staff) -> InboundMessage | None:
    """The payload as a message; None when it is none of ours. BadInput when it does not have the documented form."""
    try:
        match payload.get("type"):
            case "event_callback":
                return _event(payload["event"], me, staff)
            case "block_actions":
                return _pressed(payload, me, staff)
            case "view_submission":
                return submitted(payload, CHANNEL, me.team) or _answered(payload, me, staff)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(UNDOCUMENTED) from error
    return None


def desk_user(payload: Payload, channel: str) -> str:
    """Who does something at the desk in this channel, "" when it happens elsewhere or nobody does it.

    BadInput when the payload does not have the documented form.
    """
    try:
        if payload.get("type") == "block_actions":
            return payload["user"]["id"] if channel and payload["channel"]["id"] == channel else ""
        if payload.get("type") == "view_submission":
            return payload["user"]["id"] if channel and desk_menu.answer(payload) else ""
        event = payload.get("event") or {}
        return event.get("user") or "" if channel and event.get("channel") == channel else ""
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(UNDOCUMENTED) from error


def desk_wish(payload: Payload, staff: Staff) -> Wish | None:
    """What linked staff chose to do that a modal asks the rest of. Call it on what normalise could read."""
    action = button_of(payload) if payload.get("type") == "block_actions" else None
    if action is None or payload["channel"]["id"] != staff.channel:
        return None
    found = desk_menu.wish(payload, action, thread_of_button(payload))
    return found if found and found.user in staff.users else None


def desk_answer(payload: Payload, staff: Staff) -> Answer | None:
    """What linked staff sent such a modal with."""
    found = desk_menu.answer(payload) if payload.get("type") == "view_submission" else None
    return found if found and found.wish.user in staff.users else None


def form_opening(payload: Payload, pressed: InboundMessage) -> Opening | None:
    """The modal that a press opens; None for a press that is all of itself. BadInput as normalise."""
    action = button_of(payload) if payload.get("type") == "block_actions" else None
    if action is None or action["action_id"] != FORM_ACTION:
        return None
    try:
        return opening(payload, pressed, action["value"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(UNDOCUMENTED) from error


def overheard(payload: Payload, message: InboundMessage, me: Me) -> bool:
    """Whether it was said in a channel's thread without naming us: ours only if we talk with that person there."""
    if message.address.private or message.sender is Sender.STAFF or message.kind is Kind.BUTTON:
        return False
    return message.kind is Kind.EDIT or not _named(payload["event"], me)


def _event(event: Payload, me: Me, staff: Staff) -> InboundMessage | None:
    if event.get("type") not in ("message", "app_mention"):
        return None
    at_desk = event["channel"] == staff.channel
    if event.get("subtype") == "message_changed":
        return None if at_desk else _edit(event, me)
    if event.get("subtype") not in SPOKEN or not said_by_person(event, me):
        return None
    return _staff_said(event, me, staff) if at_desk else _said(event, me)


def _said(event: Payload, me: Me) -> InboundMessage | None:
    address, named = _address(event, me), _named(event, me)
    if not address.private and not named and "thread_ts" not in event:
        return None  # people talking in a channel
    files, text = attachments(event.get("files") or ()), text_of(event, me)
    if files:
        kind = Kind.FILE
    elif text:
        kind = Kind.TEXT
    elif named:  # nothing but our name: as good as opening the chat
        kind = Kind.START
    else:
        return None
    return InboundMessage(
        source_id=_source_id(event), address=address, sent_at=_time(event["ts"]), kind=kind, text=text,
        attachments=files)


def _edit(event: Payload, me: Me) -> InboundMessage | None:
    """Slack also sends this when a link was unfurled or a thread grew; then the text is the old one."""
    message, previous = event["message"], event.get("previous_message") or {}
    if not said_by_person(message, me) or not message.get("edited") or message.get("text") == previous.get("text"):
        return None
    now = {"ts": previous.get("ts"), **message, "channel": event["channel"], "channel_type": event.get("channel_type")}
    text = text_of(message, me)
    if not text:
        return None
    original = _source_id(now)
    return InboundMessage(
        source_id=f"{original}:edit:{event['ts']}", address=_address(now, me), sent_at=_time(message["edited"]["ts"]),
        kind=Kind.EDIT, text=text, edits=original)


def _staff_said(event: Payload, me: Me, staff: Staff) -> InboundMessage | None:
    """Words of linked staff in a thread. Files are not passed on, and what stands beside the threads is their own."""
    thread, text, member = event.get("thread_ts"), text_of(event, me), staff.users.get(event["user"])
    note = note_in(text)
    said = text if note is None else note
    if not thread or thread == event["ts"] or member is None or not said:
        return None
    kind, act = (Kind.TEXT, "") if note is None else (Kind.STAFF_ACT, "note")
    return InboundMessage(
        source_id=_source_id(event), sent_at=_time(event["ts"]), sender=Sender.STAFF, kind=kind, act=act, text=said,
        name=member.name, staff=member.staff,
        address=Address(CHANNEL, me.team, event["channel"], thread, event["user"], private=False))


def _pressed(payload: Payload, me: Me, staff: Staff) -> InboundMessage | None:
    action, user, channel = button_of(payload), payload["user"]["id"], payload["channel"]["id"]
    if action is None:
        return None
    private = _is_direct(channel)
    address = Address(CHANNEL, me.team, channel, thread_of_button(payload), user, private=private)
    source_id, sent_at = f"{action['action_ts']}:{user}", _time(action["action_ts"])
    if action["action_id"] == SEND and channel == staff.channel and user in staff.users:
        message_ts = (payload.get("message") or {}).get("ts") or payload["container"]["message_ts"]
        return desk_menu.sent(action, message_ts, address, staff.users[user])
    if action["action_id"].startswith(DESK_ACTION):
        (act, handoff_id), member = desk_act_of(action), staff.users.get(user)
        if channel != staff.channel or member is None or not act or not member.may(right_for(act)):
            return None
        return InboundMessage(
            source_id=source_id, address=address, sent_at=sent_at, sender=Sender.STAFF, kind=Kind.STAFF_ACT, act=act,
            handoff_id=handoff_id, name=member.name, staff=member.staff)
    if channel == staff.channel:
        return None
    value = unpacked(action["value"]).value if action["action_id"] == FORM_ACTION else action["value"]
    return InboundMessage(
        source_id=source_id, address=address, sent_at=sent_at, kind=Kind.BUTTON, button=value,
        text=decode((action.get("text") or {}).get("text") or ""), name=payload["user"].get("name") or "")


def _answered(payload: Payload, me: Me, staff: Staff) -> InboundMessage | None:
    found = desk_answer(payload, staff)
    return found.message(CHANNEL, me.team, staff.users[found.wish.user]) if found else None


# --- parts of a payload ----------------------------------------------------------------------------------------------


def _address(event: Payload, me: Me) -> Address:
    direct = event.get("channel_type") == "im" or _is_direct(event["channel"])
    thread = _agent_thread(event) if direct else event.get("thread_ts") or event["ts"]
    return Address(CHANNEL, me.team, event["channel"], thread, event["user"], private=direct)


def _agent_thread(event: Payload) -> str:
    """The thread that Slack's agent surface opened in a direct chat; a reply a person threaded himself opens none."""
    thread = event.get("thread_ts") or ""
    opened = thread == event["ts"] or "assistant_thread" in event or "app_context" in event
    return thread if opened else ""


def thread_of_button(payload: Payload) -> str:
    """The thread our message with the button stands in: in a channel its own, if it opened one."""
    message, container = payload.get("message") or {}, payload.get("container") or {}
    ts = message.get("ts") or container["message_ts"]
    thread = message.get("thread_ts") or container.get("thread_ts") or ts
    return "" if thread == ts and _is_direct(payload["channel"]["id"]) else thread


def button_of(payload: Payload) -> Payload | None:
    """The pressed button, or the menu with the value that was chosen in it."""
    for action in payload["actions"]:
        if action.get("type") == "button" and action.get("value"):
            return action
        if action.get("type") == "overflow":
            return {**action, "value": action["selected_option"]["value"]}
    return None


def desk_act_of(action: Payload) -> tuple[str, str]:
    """What a button on a handoff does, and to which; "" for any other button."""
    act, _, handoff_id = action["value"].partition(":")
    return (act, handoff_id) if action["action_id"] == f"{DESK_ACTION}{act}" and act in DESK_ACTS else ("", "")


def text_of(message: Payload, me: Me) -> str:
    return read(message.get("text") or "", me.user, message.get("blocks") or ())


def said_by_person(message: Payload, me: Me) -> bool:
    user = message.get("user")
    return bool(user) and user not in (me.user, "USLACKBOT") and not message.get("bot_id")


def _named(event: Payload, me: Me) -> bool:
    return event.get("type") == "app_mention" or mentions(event.get("text") or "", me.user)


def _is_direct(channel: str) -> bool:
    return channel.startswith("D")


def _source_id(event: Payload) -> str:
    return f"{event['channel']}:{event['ts']}"


def _time(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
