"""Answer from the shop's own knowledge, in its own sentences."""

from bot.commerce import Shop
from bot.facts import Act, Term
from bot.skill import Outcome, Request, Skill
from bot.skills import knowledge


async def run(shop: Shop, request: Request) -> Outcome:
    found = await knowledge.find(shop, request)
    return found.outcome(request) if found else Outcome(Act("no_passage", {"task": Term("intent", request.intent)}))


SKILL = Skill(
    name="shop_faq",
    intents=("return_policy", "shipping_info", "store_info", "warranty"),
    run=run,
    acts=(*knowledge.ACTS, "no_passage"),
    slots=("said",),
)
