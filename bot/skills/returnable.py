"""Whether goods that are named may go back at all, where that is asked before any order: the rule of their category."""

import re
from collections.abc import Sequence

from bot.commerce import Shop
from bot.conversation import SlotSpan
from bot.facts import Act, Term
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.skills import return_items
from bot.skills.product_question import SURE
from bot.slots import orders_named

_ASKS = re.compile(
    r"\b(?:can|could|may|do|does|is|are)\b|(?:[能可]以?|允[许許]).{0,8}退|退.{0,6}[吗嗎么麼?？]", re.IGNORECASE
)


async def excluded(shop: Shop, request: Request) -> Outcome | None:
    """The rule that none of the goods named may go back; None where one may, or none is named."""
    named = request.slots.get("products", request.slots.get("product", ""))
    kinds = (await shop.terms(request.market)).not_returnable
    if not named or not kinds:
        return None
    found = [next(iter(await shop.search(name, limit=1, market=request.market)), None) for name in named.split("\n")]
    goods = [one for one in found if one and one.score >= SURE and one.category in kinds]
    if len(goods) < len(found):
        return None
    rule = request.say(Term("advice", "not_returnable"))
    cards = tuple(Card(request.say(one.name), (("", rule),)) for one in goods)
    return Outcome(Act("inform:passage", {"topic": Term("intent", "return_policy")}), cards=cards)


async def run(shop: Shop, request: Request) -> Outcome:
    return await excluded(shop, request) or Outcome(Act(f"pass:{return_items.SKILL.name}"))


def _asked(_intent: str, text: str, spans: Sequence[SlotSpan]) -> bool:
    goods = any(span.name == "product" for span in spans)
    return goods and not orders_named(spans, text) and bool(_ASKS.search(text))


SKILL = Skill(
    name="returnable",
    intents=("return_item",),
    run=run,
    acts=("inform:passage",),
    slots=return_items.SKILL.slots,
    fits=_asked,
)
