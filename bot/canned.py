"""Canned replies with the facts of a conversation in them, for staff to look over and send.

Only what is verified is put in; a reply that needs more than is known cannot be used, and says what it needs.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.commerce import Shop
from bot.conversation import Conversation
from bot.facts import PLACEHOLDER, Localised
from bot.office import CannedReply, HandoffView, ReadyReply
from bot.ports import Clock
from bot.summary import order_of


class Canned:
    def __init__(
        self,
        replies: Sequence[CannedReply],
        shop: Shop,
        load: Callable[[str], Awaitable[tuple[Conversation, bool]]],
        shop_name: Localised,
        to_traditional: Callable[[str], str],
        clock: Clock,
    ) -> None:
        self._replies, self._shop, self._load, self._clock = replies, shop, load, clock
        self._shop_name, self._to_traditional = shop_name, to_traditional

    async def replies(self, view: HandoffView, staff: str) -> list[ReadyReply]:
        """All of them as this member of staff would send them, the shopper's language first."""
        if not self._replies:
            return []
        conversation, _ = await self._load(view.conversation_id)
        known = {"staff": staff, **await self._verified(conversation)}
        own = conversation.language.split("-")[0]
        ready = []
        for reply in sorted(self._replies, key=lambda reply: reply.language != own):  # stable
            one = filled(reply, {**known, "shop": self._shop_name.text(reply.language)})
            traditional = conversation.language == "zh-Hant" and reply.language == "zh"
            ready.append(_each(one, self._to_traditional) if traditional else one)
        return ready

    async def _verified(self, conversation: Conversation) -> dict[str, str]:
        proof = conversation.proof
        if proof is None or proof.until <= self._clock.now():
            return {}
        account, number = await self._shop.account(proof), order_of(conversation)
        order = await self._shop.order(number, proof) if number else None
        facts = {"name": account.name if account else "", "order": order.number if order else ""}
        return {name: fact for name, fact in facts.items() if fact}


def filled(reply: CannedReply, facts: Mapping[str, str]) -> ReadyReply:
    """Text inside a fact is never read as a variable."""
    needed = dict.fromkeys(PLACEHOLDER.findall(reply.text))
    missing = tuple(name for name in needed if name not in facts)
    text = "" if missing else PLACEHOLDER.sub(lambda match: facts[match[1]], reply.text)
    return ReadyReply(reply.language, reply.title, text, missing)


def _each(reply: ReadyReply, change: Callable[[str], str]) -> ReadyReply:
    return ReadyReply(reply.language, change(reply.title), change(reply.text), reply.missing)
