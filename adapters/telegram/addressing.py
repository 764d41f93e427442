"""Who a group message is meant for, and what it says without the bot's name. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from telegram import Message, MessageEntity

UTF16 = "utf-16-le"  # entity offsets count UTF-16 units


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself, as getMe tells it."""

    id: int
    username: str  # without @


def addressed(message: Message, me: Me) -> bool:
    """Whether a group message speaks to the bot: mention, reply to the bot, or command@bot."""
    return _replies_to(message, me) or any(True for _ in _own_names(message, me))


def spoken(message: Message, me: Me) -> str:
    """The text or caption without the bot's name."""
    units = _units(message)
    for start, end in sorted(_own_names(message, me), reverse=True):
        # what joined the name to the sentence goes with it: "@bot, where is…", "where @bot is"
        after = re.sub(r"^[\s,:，：、]+", " ", units[end * 2:].decode(UTF16, "replace")).encode(UTF16)
        before = units[:start * 2].decode(UTF16, "replace").rstrip(" ").encode(UTF16)
        units = before + after
    return units.decode(UTF16, "replace").strip()


def _units(message: Message) -> bytes:
    """The text in the units that Telegram counts in; JSON may hold half a surrogate pair."""
    return (message.text or message.caption or "").encode(UTF16, "surrogatepass")


def _replies_to(message: Message, me: Me) -> bool:
    original = message.reply_to_message
    if original is None or original.from_user is None:
        return False
    # in a forum every post "replies" to the service message that opened its topic
    return original.from_user.id == me.id and original.forum_topic_created is None


def _own_names(message: Message, me: Me) -> Iterator[tuple[int, int]]:
    """Spans of the bot's name, in UTF-16 units: whole mentions, and the @bot part of commands."""
    name = f"@{me.username}".casefold()
    units = _units(message)
    for entity in message.entities or message.caption_entities:
        start, end = entity.offset, entity.offset + entity.length
        words = units[start * 2:end * 2].decode(UTF16, "ignore").casefold()
        by_id = entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == me.id
        if by_id or (entity.type == MessageEntity.MENTION and words == name):
            yield start, end
        elif entity.type == MessageEntity.BOT_COMMAND and words.endswith(name):
            yield end - len(name), end  # user names are ASCII: one unit a character
