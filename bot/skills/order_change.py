"""One change of an order under way: what it is worked out with, and the outcomes in which what was chosen stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.commerce import Answer, Order, Quote, Shop
from bot.conversation import Proof
from bot.facts import Act, Fact, Text
from bot.skill import Outcome, Request
from bot.skills import choices
from bot.skills.wishes import Wish


@dataclass(frozen=True, slots=True)
class Change:
    shop: Shop
    request: Request
    proof: Proof
    order: Order
    wish: Wish
    picked: Mapping[str, str] = field(default_factory=dict)  # choices that stand
    beside: Mapping[str, str] = field(default_factory=dict)  # slots of what else the message asks for

    @property
    def slots(self) -> Mapping[str, str]:
        return self.request.slots

    @property
    def said(self) -> str:
        return self.slots.get("said", "")

    def outcome(self, act: str, facts: Mapping[str, Fact], *, new: Mapping[str, str] = {}, **fields: Any) -> Outcome:
        """`new`: choices and slots that are settled with it; `fields`: the others of Outcome."""
        words = {name: value for name, value in new.items() if name not in choices.CHOICES}
        chosen = {name: value for name, value in new.items() if name in choices.CHOICES}
        settled = choices.settled({**self.slots, **words}, self.order, change=str(self.wish), **chosen)
        facts = {"order": Text(self.order.number), **facts}
        return Outcome(Act(act, facts), slots={**words, **settled}, beside=self.beside, **fields)

    def refused(self, reason: str, facts: Mapping[str, Fact] = {}, **fields: Any) -> Outcome:
        return self.outcome(f"refused:modify_order/{reason}", facts, **fields)

    async def quote(self, verb: str, arguments: Mapping[str, Any]) -> Answer[Quote]:
        return await self.shop.quote(verb, self.proof, self.order.number, arguments)
