"""Trying again until it works: how long to wait, and what to tell the operator meanwhile."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError

from adapters.telegram import limits
from adapters.telegram.errors import REASON_LENGTH, wait_asked
from bot.errors import ShophandError

log = logging.getLogger(__name__)

Pause = Callable[[float], Awaitable[None]]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Retry:
    pause: Pause
    jitter: Callable[[], float]  # the share of a growing wait that is kept, so that many bots do not keep step

    async def persist(self, step: Callable[[], Awaitable[Result]]) -> Result:
        """Repeat `step` until Telegram and the store both take it; every wait is logged and grows."""
        failures = 0
        while True:
            try:
                return await step()
            except (TelegramError, ShophandError) as error:
                growing = min(2.0 ** min(failures, 10), limits.BACKOFF_SECONDS) * self.jitter()
                await self.pause(_wait(error, growing))
                failures += 1


def _wait(error: TelegramError | ShophandError, growing: float) -> float:
    """Log what is wrong and what to do, and say how many seconds to wait. Never the error's own text but for
    Telegram's on a refused call: the others may quote a token, an address or what a shopper wrote."""
    seconds = growing
    match error:
        case Conflict():
            seconds = limits.CONFLICT_SECONDS
            log.warning("Telegram: another process receives this bot's messages (%s). Stop the other `shophand run`, "
                        "remove its webhook, or use a second bot. Next try in %.1f s", error.message, seconds)
        case RetryAfter():
            seconds = wait_asked(error)
            log.warning("Telegram asks to slow down. Next try in %.1f s", seconds)
        case InvalidToken():
            seconds = limits.BACKOFF_SECONDS
            log.error("Telegram does not accept the bot's token. Copy it again from @BotFather (/mybots, API Token) "
                      "and start again. Next try in %.1f s", seconds)
        case BadRequest():
            log.error("Telegram refused: %s. Next try in %.1f s", error.message[:REASON_LENGTH], seconds)
        case TelegramError():
            log.warning("Telegram cannot be reached (%s). Next try in %.1f s", type(error).__name__, seconds)
        case _:
            log.error("An update from Telegram could not be stored (%s) and will be asked for again in %.1f s",
                      type(error).__name__, seconds)
    return seconds
