"""Telegram's errors in our words. No text of ours, no token, no foreign page gets into what is raised here."""

import warnings
from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.errors import ChannelError, PermanentFailure, TemporaryFailure, ThreadGone

# what Telegram says of a deleted topic: the first to who writes there, the others to who closes it or opens it again
GONE = ("message thread not found", "topic_deleted", "topic_id_invalid")
REASON_LENGTH = 200  # a proxy's error page would otherwise fill the log


class TopicClosed(PermanentFailure):
    """The topic was closed, and the bot may not write in closed ones."""


def translate(error: TelegramError) -> ChannelError:
    """What the assistant should know of `error`. BadRequest comes before its parent NetworkError."""
    match error:
        case RetryAfter():
            return TemporaryFailure("Telegram asks to slow down", retry_after=wait_asked(error))
        case InvalidToken():  # 401 or 404; the SDK's own text may quote the token
            return PermanentFailure("Telegram does not know this bot or file; check the token")
        case ChatMigrated():
            return PermanentFailure("The Telegram group has become a supergroup with a new id")
        case BadRequest() if any(words in error.message.casefold() for words in GONE):
            return ThreadGone("The Telegram topic was deleted")
        case BadRequest() if "topic_closed" in error.message.casefold():
            return TopicClosed("The Telegram topic is closed")
        case Forbidden() | BadRequest():
            return PermanentFailure(f"Telegram refused: {error.message[:REASON_LENGTH]}")
        case _:  # timed out, connection lost, 5xx, an unreadable answer
            return TemporaryFailure(f"Telegram could not be reached ({type(error).__name__})")


def wait_asked(error: RetryAfter) -> float:
    """Seconds to wait before the next try."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # announces that the attribute will be a timedelta one day: both are handled
        asked = error.retry_after
    return asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
