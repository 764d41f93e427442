"""Long polling. An update counts as received only when it is stored: the offset never runs ahead of the store."""

from typing import Any

from telegram import Bot

from adapters.telegram import limits
from adapters.telegram.receive import Intake
from adapters.telegram.retry import Retry
from bot.ports import Front


class Poller:
    def __init__(self, bot: Bot, account: str, intake: Intake, front: Front, retry: Retry) -> None:
        self._bot = bot
        self._intake = intake
        self._front = front
        self._retry = retry
        self._key = f"telegram:{account}:offset"
        self._offset: int | None = None  # None: from the oldest update that Telegram still holds

    async def run(self) -> None:
        """Poll until cancelled. The long poll itself is the wait between two rounds."""
        await self._retry.persist(self._prepare)
        while True:
            await self._retry.persist(self._round)

    async def _prepare(self) -> None:
        kept = await self._front.recall(self._key)
        self._offset = int(kept) if kept else None
        await self._bot.delete_webhook()  # Telegram refuses getUpdates while one is set

    async def _round(self) -> None:
        updates = await self._fetch()
        for update in updates:
            await self._intake.take(update)
            # "the last one plus one", never "the highest": Telegram starts anew at a random id after a quiet week, and
            # an offset that could only grow would then ask for the same updates for ever
            self._offset = int(update["update_id"]) + 1
        if updates:
            await self._front.remember(self._key, str(self._offset))

    async def _fetch(self) -> list[dict[str, Any]]:
        # Raw, not Bot.get_updates: that parses the whole batch, logs all of it when one update is malformed, and would
        # then be stuck on it. The name is in lower case because the SDK warns about names that it has a method for;
        # Telegram reads method names in any case.
        return await self._bot.do_api_request(
            "getupdates", read_timeout=limits.POLL_SECONDS + limits.READ_SECONDS,
            api_kwargs={"offset": self._offset, "limit": limits.POLL_BATCH, "timeout": limits.POLL_SECONDS,
                        "allowed_updates": limits.ALLOWED_UPDATES})
