"""Pressed buttons, chosen options and sent modals in our words, of shoppers and of staff. Pure."""

from adapters.slack import desk_menu
from adapters.slack.common import CHANNEL, Me, Payload, Staff, documented, is_direct, moment
from adapters.slack.desk_menu import SEND, Answer, Wish
from adapters.slack.forms import FORM_ACTION, Opening, opening, submitted, unpacked
from adapters.slack.reading import decode
from bot.messages import DESK_ACTS, Address, InboundMessage, Kind, Sender
from bot.ports import right_for

DESK_ACTION = "desk:"  # action ids of the buttons on handoffs; their values are "<act>:<handoff id>"


def pressed(payload: Payload, me: Me, staff: Staff) -> InboundMessage | None:
    action, user, channel = button_of(payload), payload["user"]["id"], payload["channel"]["id"]
    if action is None:
        return None
    private = is_direct(channel)
    address = Address(CHANNEL, me.team, channel, thread_of_button(payload), user, private=private)
    source_id, sent_at = f"{action['action_ts']}:{user}", moment(action["action_ts"])
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


def answered(payload: Payload, me: Me, staff: Staff) -> InboundMessage | None:
    """A modal that was sent: a shopper's form, or one of the desk's."""
    found = desk_answer(payload, staff)
    if found:
        return found.message(CHANNEL, me.team, staff.users[found.wish.user])
    return submitted(payload, CHANNEL, me.team)


# --- modals to open, and what they were sent with --------------------------------------------------------------------


def desk_wish(payload: Payload, staff: Staff) -> Wish | None:
    """What linked staff chose to do that a modal asks the rest of. BadInput as normalise, like the two below."""
    with documented():
        action = button_of(payload) if payload.get("type") == "block_actions" else None
        if action is None or payload["channel"]["id"] != staff.channel:
            return None
        found = desk_menu.wish(payload, action, thread_of_button(payload))
        return found if found and found.user in staff.users else None


def desk_answer(payload: Payload, staff: Staff) -> Answer | None:
    """What linked staff sent such a modal with."""
    with documented():
        found = desk_menu.answer(payload) if payload.get("type") == "view_submission" else None
        return found if found and found.wish.user in staff.users else None


def suggestion_sent(payload: Payload) -> bool:
    """Whether the press sends a suggestion as it stands. BadInput as above."""
    with documented():
        action = button_of(payload) if payload.get("type") == "block_actions" else None
        return action is not None and action["action_id"] == SEND


def form_opening(payload: Payload, pressed: InboundMessage) -> Opening | None:
    """The modal that a press opens; None for a press that is all of itself."""
    with documented():
        action = button_of(payload) if payload.get("type") == "block_actions" else None
        return opening(payload, pressed, action["value"]) if action and action["action_id"] == FORM_ACTION else None


# --- parts of a payload ----------------------------------------------------------------------------------------------


def thread_of_button(payload: Payload) -> str:
    """The thread our message with the button stands in: in a channel its own, if it opened one."""
    message, container = payload.get("message") or {}, payload.get("container") or {}
    ts = message.get("ts") or container["message_ts"]
    thread = message.get("thread_ts") or container.get("thread_ts") or ts
    return "" if thread == ts and is_direct(payload["channel"]["id"]) else thread


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
