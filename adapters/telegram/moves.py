"""Groups that have become supergroups, which gave them a new id: its people go on in the conversations they had."""

from bot.ports import Front


class Moves:
    """The newer id reaches Telegram, the older one stays in our addresses."""

    def __init__(self, front: Front, account: str) -> None:
        self._front, self._account = front, account
        self._now: dict[str, str] = {}
        self._home: dict[str, str] = {}  # of every supergroup that has spoken to us, itself when it was never another

    async def learn(self, home: str, now: str) -> None:
        self._now[home], self._home[now] = now, home
        await self._front.remember(self._name(now), home)

    async def home(self, chat: str) -> str:
        """The id under which the group is known here."""
        if not chat.startswith("-"):
            return chat
        if chat not in self._home:
            self._home[chat] = await self._front.recall(self._name(chat)) or chat
        return self._home[chat]

    def now(self, chat: str) -> str:
        """The id that Telegram takes, as far as it has been learnt since the start; Telegram tells it otherwise."""
        return self._now.get(chat, chat)

    def _name(self, chat: str) -> str:
        return f"telegram:{self._account}:was:{chat}"
