"""One Telegram update in our words. Pure: no network, no store, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update, User

from adapters.telegram.addressing import Me, addressed, spoken
from adapters.telegram.commands import ACTS, OPENING, SHOPPER, command_in
from adapters.telegram.files import attachments, own_contact
from bot.errors import BadInput
from bot.messages import DESK_ACTS, Address, InboundMessage, Kind, Sender, note_in
from bot.ports import Member, right_for

CHANNEL = "telegram"
GONE = (ChatMember.LEFT, ChatMember.BANNED)  # who is it, is in the group no more


@dataclass(frozen=True, slots=True)
class Staff:
    """The forum group whose topics are handoffs, and who counts as staff there: as far as an update needs it."""

    group: str = ""
    users: Mapping[str, Member] = field(default_factory=dict)  # by user id


NOBODY = Staff()


def read(payload: Mapping[str, Any]) -> Update:
    """Raises BadInput when the update does not have the documented form."""
    try:
        return Update.de_json(dict(payload), None)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise BadInput("the update does not have the documented form") from error


def desk_user(update: Update, group: str) -> str:
    """Who does something at the desk in this group, "" when it happens elsewhere."""
    query, message = update.callback_query, update.message
    said = query.message if query else message
    user = query.from_user if query else message and message.from_user
    return str(user.id) if group and user and said and str(said.chat.id) == group else ""


def thrown_out(update: Update, group: str) -> str:
    """What the bot has become in this group when it may not be there any more, else ""."""
    change = update.my_chat_member
    here = change is not None and str(change.chat.id) == group
    return change.new_chat_member.status if here and change.new_chat_member.status in GONE else ""


def normalise(update: Update, me: Me, now: datetime, staff: Staff = NOBODY) -> InboundMessage | None:
    """The update as a message of a shopper or of staff; None when it is none of ours.

    `now` stands in where Telegram gives no time.
    """
    if update.callback_query is not None:
        return _button(update.callback_query, me, now, staff)
    if update.edited_message is not None:
        edit = update.edited_message
        return None if at_desk(edit, staff) else _edit(edit, me, update.update_id)
    if update.message is not None:
        message = update.message
        return _staff_said(message, me, staff) if at_desk(message, staff) else _message(message, me)
    if update.my_chat_member is not None:
        return _reachable(update.my_chat_member, me, update.update_id)
    return None  # channel posts and whatever comes later


def _message(message: Message, me: Me) -> InboundMessage | None:
    user = _shopper(message, me)
    if user is None:
        return None
    files, text, button = attachments(message), spoken(message, me), ""
    if files:
        kind = Kind.FILE
    elif own_contact(message):
        # the phone of a Telegram account is international, with or without the plus
        kind, text = Kind.TEXT, f"+{message.contact.phone_number.lstrip('+')}"
    elif message.text is None:
        return None  # joined, left, pinned, migrated: nobody spoke
    elif not text:  # nothing but our name: as good as opening the chat
        kind = Kind.START
    else:
        command, behind = command_in(message, text)
        if command in OPENING:
            kind, text = Kind.START, behind if command == "start" else ""
        else:  # with words behind it, a command is what it says
            kind, button = (Kind.BUTTON, SHOPPER[command]) if command in SHOPPER and not behind else (Kind.TEXT, "")
    return InboundMessage(
        source_id=_source_id(message), address=_address(message, user, me), sent_at=message.date, kind=kind, text=text,
        button=button, attachments=files, name=user.full_name, language=user.language_code or "")


def _reachable(change: ChatMemberUpdated, me: Me, update_id: int) -> InboundMessage | None:
    """A person blocks the bot or lets it in again; of a group nobody in particular is meant."""
    if change.chat.type != Chat.PRIVATE:
        return None
    act = "blocked" if change.new_chat_member.status == ChatMember.BANNED else "unblocked"
    return InboundMessage(
        source_id=f"member:{update_id}:{change.date.timestamp():.0f}", address=_address(change, change.from_user, me),
        sent_at=change.date, sender=Sender.CLOCK, kind=Kind.TIMER, act=act)


def _edit(message: Message, me: Me, update_id: int) -> InboundMessage | None:
    user = _shopper(message, me)
    # Telegram also sends this update when only something a bot cannot see has changed; then there is no edit date
    if user is None or message.edit_date is None or not (message.text or message.caption):
        return None
    original = _source_id(message)
    return InboundMessage(
        # one message can be edited twice within a second: the update id tells those apart, and a redelivery keeps it
        source_id=f"{original}:edit:{update_id}", address=_address(message, user, me), sent_at=message.edit_date,
        kind=Kind.EDIT, text=spoken(message, me), edits=original, name=user.full_name,
        language=user.language_code or "")


def _staff_said(message: Message, me: Me, staff: Staff) -> InboundMessage | None:
    """Words of linked staff in a topic. Files are not passed on, and what stands in General is their own; no command
    ever reaches the shopper, nor a mistyped one."""
    user, text = person_of(message), spoken(message, me)
    member = staff.users.get(str(user.id)) if user else None
    act, behind = command_in(message, text)
    note = behind if act == "note" else note_in(text)
    said = text if note is None else note
    if member is None or not message.is_topic_message or not said or (act and act not in ACTS):
        return None
    act = "note" if note is not None else act
    kind, said = (Kind.STAFF_ACT if act else Kind.TEXT), ("" if act in ("claim", "back") else said)
    return InboundMessage(
        source_id=_source_id(message), address=_address(message, user, me), sent_at=message.date, sender=Sender.STAFF,
        kind=kind, act=act, text=said, name=member.name, staff=member.staff)


def _button(query: CallbackQuery, me: Me, now: datetime, staff: Staff) -> InboundMessage | None:
    message, user = query.message, query.from_user
    if message is None or not query.data or user.is_bot:  # an inline message or a game: never sent by us
        return None
    if at_desk(message, staff):
        return _staff_pressed(query, me, now, staff)
    return InboundMessage(
        source_id=f"cb:{query.id}", address=_address(message, user, me), sent_at=now, kind=Kind.BUTTON,
        button=query.data, name=user.full_name, language=user.language_code or "")


def _staff_pressed(query: CallbackQuery, me: Me, now: datetime, staff: Staff) -> InboundMessage | None:
    """The button knows its handoff: the message it stands under may be too old for Telegram to tell its topic."""
    user, (act, handoff_id) = query.from_user, desk_act_of(query.data)
    member = staff.users.get(str(user.id))
    if member is None or not act or not member.may(right_for(act)):
        return None
    return InboundMessage(
        source_id=f"cb:{query.id}", address=_address(query.message, user, me), sent_at=now, sender=Sender.STAFF,
        kind=Kind.STAFF_ACT, act=act, handoff_id=handoff_id, name=member.name, staff=member.staff)


def desk_act_of(data: str) -> tuple[str, str]:
    """What a button on a handoff does, and to which; "" for any other button (tools.py knows more of them)."""
    act, _, handoff_id = data.partition(":")
    return (act, handoff_id) if act in DESK_ACTS and handoff_id and ":" not in handoff_id else ("", "")


def at_desk(message: Any, staff: Staff) -> bool:
    return str(message.chat.id) == staff.group


def person_of(message: Message) -> User | None:
    """Who wrote it; None for bots (we among them), channels and anonymous administrators."""
    user = message.from_user
    return None if user is None or user.is_bot or message.sender_chat is not None else user


def _shopper(message: Message, me: Me) -> User | None:
    """The person who wrote to the bot; None also for group talk among others."""
    user = person_of(message)
    if user is None:
        return None
    if message.chat.type == Chat.PRIVATE:
        return user
    if message.chat.type in (Chat.GROUP, Chat.SUPERGROUP) and addressed(message, me):
        return user
    return None


def _address(message: Any, user: User, me: Me) -> Address:
    """`message` may be an InaccessibleMessage, of which only chat and id are known."""
    in_topic = isinstance(message, Message) and message.is_topic_message
    return Address(
        channel=CHANNEL, account=str(me.id), chat=str(message.chat.id),
        thread=str(message.message_thread_id) if in_topic else "", user=str(user.id),
        private=message.chat.type == Chat.PRIVATE)


def _source_id(message: Message) -> str:
    return f"{message.chat.id}:{message.message_id}"
