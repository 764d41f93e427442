"""Commands: what they stand for, and the menus that Telegram shows of them. Pure."""

from collections.abc import Mapping

from telegram import BotCommand, Message, MessageEntity

# what a shopper's command does when nothing stands behind it: a button that means the same (bot/policy/buttons.py)
SHOPPER = {
    "track": "intent:order_status", "cancel": "intent:cancel_order", "return": "intent:return_item",
    "person": "human", "stop": "notify:stop",
}  # fmt: skip
OPENING = ("start", "help")  # of a conversation
SHOPPER_MENU = ("help", *SHOPPER)

ACTS = ("note", "claim", "back")  # staff's commands that say all there is to know
TOOLS = ("menu", "assign", "snooze", "canned", "voucher", "close")  # those for which something must be looked up
STAFF_MENU = ("note", "claim", "assign", "snooze", "canned", "voucher", "back", "close", "menu")


def command_in(message: Message, text: str) -> tuple[str, str]:
    """The command that a text without the bot's name begins with and what stands behind it; "" for other texts."""
    first = next((entity for entity in message.entities if entity.type == MessageEntity.BOT_COMMAND), None)
    if first is None or first.offset or not text.startswith("/"):
        return "", ""
    name, *rest = text.split(maxsplit=1)
    return name[1:].casefold(), rest[0].strip() if rest else ""


def menu(names: tuple[str, ...], words: Mapping[str, str]) -> list[BotCommand]:
    """`words`: what each command does."""
    return [BotCommand(name, words[name]) for name in names]
