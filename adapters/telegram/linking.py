"""A person writes the code that links him to his staff account: at the desk, or privately to the bot. Pure."""

from dataclasses import dataclass

from telegram import Chat, Update

from adapters.telegram.addressing import Me, spoken
from adapters.telegram.normalise import Staff, at_desk, person_of
from bot.messages import link_code_in


@dataclass(frozen=True, slots=True)
class Wish:
    user: str
    code: str
    chat: str  # where he wrote it
    topic: str = ""  # of the group; "" for General


def link_wish(update: Update, me: Me, staff: Staff) -> Wish | None:
    """The code in it is kept nowhere."""
    message = update.message
    if message is None or not staff.group or not (at_desk(message, staff) or message.chat.type == Chat.PRIVATE):
        return None
    user = person_of(message)
    if user is None:
        return None
    stranger = at_desk(message, staff) and str(user.id) not in staff.users
    code = link_code_in(spoken(message, me), any_word=stranger)
    topic = str(message.message_thread_id) if message.is_topic_message else ""
    return Wish(str(user.id), code, str(message.chat.id), topic) if code else None
