"""Telegram: one bot as a channel, by long polling or webhook, and a forum group whose topics are handoffs.

The parts are read in the order of the way of a message: receive → normalise → (the assistant) → render → channel, or
desk → forum; what staff ask for by menus and commands is read in tools and done in toolbox. adapter.py puts them
together.
"""

from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.settings import TelegramSettings

__all__ = ["TelegramAdapter", "TelegramSettings"]
