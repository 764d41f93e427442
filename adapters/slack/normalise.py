"""One Slack payload in our words: what people wrote; what they pressed stands in interactions.py. Pure."""

from adapters.slack import desk_menu
from adapters.slack.common import CHANNEL, Me, Payload, Staff, documented, is_direct, moment
from adapters.slack.files import attachments
from adapters.slack.interactions import answered, pressed
from adapters.slack.reading import mentions, read
from bot.messages import Address, InboundMessage, Kind, Sender, note_in

SPOKEN = frozenset({None, "file_share", "me_message", "thread_broadcast"})  # message subtypes in which a person speaks


def normalise(payload: Payload, me: Me, staff: Staff) -> InboundMessage | None:
    """The payload as a message; None when it is none of ours. BadInput when it does not have the documented form."""
    with documented():
        match payload.get("type"):
            case "event_callback":
                return _event(payload["event"], me, staff)
            case "block_actions":
                return pressed(payload, me, staff)
            case "view_submission":
                return answered(payload, me, staff)
    return None


def desk_user(payload: Payload, channel: str) -> str:
    """Who does something at the desk in this channel, "" when it happens elsewhere or nobody does it.

    BadInput when the payload does not have the documented form.
    """
    with documented():
        if payload.get("type") == "block_actions":
            return payload["user"]["id"] if channel and payload["channel"]["id"] == channel else ""
        if payload.get("type") == "view_submission":
            return payload["user"]["id"] if channel and desk_menu.answer(payload) else ""
        event = payload.get("event") or {}
        return event.get("user") or "" if channel and event.get("channel") == channel else ""


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
        source_id=_source_id(event), address=address, sent_at=moment(event["ts"]), kind=kind, text=text,
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
        source_id=f"{original}:edit:{event['ts']}", address=_address(now, me), sent_at=moment(message["edited"]["ts"]),
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
        source_id=_source_id(event), sent_at=moment(event["ts"]), sender=Sender.STAFF, kind=kind, act=act, text=said,
        name=member.name, staff=member.staff,
        address=Address(CHANNEL, me.team, event["channel"], thread, event["user"], private=False))


# --- parts of a payload ----------------------------------------------------------------------------------------------


def _address(event: Payload, me: Me) -> Address:
    direct = event.get("channel_type") == "im" or is_direct(event["channel"])
    thread = _agent_thread(event) if direct else event.get("thread_ts") or event["ts"]
    return Address(CHANNEL, me.team, event["channel"], thread, event["user"], private=direct)


def _agent_thread(event: Payload) -> str:
    """The thread that Slack's agent surface opened in a direct chat; a reply a person threaded himself opens none."""
    thread = event.get("thread_ts") or ""
    opened = thread == event["ts"] or "assistant_thread" in event or "app_context" in event
    return thread if opened else ""


def text_of(message: Payload, me: Me) -> str:
    return read(message.get("text") or "", me.user, message.get("blocks") or ())


def said_by_person(message: Payload, me: Me) -> bool:
    user = message.get("user")
    return bool(user) and user not in (me.user, "USLACKBOT") and not message.get("bot_id")


def _named(event: Payload, me: Me) -> bool:
    return event.get("type") == "app_mention" or mentions(event.get("text") or "", me.user)


def _source_id(event: Payload) -> str:
    return f"{event['channel']}:{event['ts']}"
