"""Answer from the shop's own knowledge, in its own sentences; where it has none, from the rules of the market."""

from bot.commerce import Shop, Terms
from bot.facts import Act, Number, Term
from bot.skill import Outcome, Request, Skill
from bot.skills import knowledge


async def run(shop: Shop, request: Request) -> Outcome:
    found = await knowledge.find(shop, request)
    if found and any(passage.topic == request.intent for passage in found.passages):
        return found.outcome(request)
    if rule := _rule(await shop.terms(request.market), request.intent):
        return Outcome(rule)
    return found.outcome(request) if found else Outcome(Act("no_passage", {"task": Term("intent", request.intent)}))


def _rule(terms: Terms, intent: str) -> Act | None:
    """What policy.toml says, where the owner has written no page on it."""
    if intent == "return_policy" and terms.return_days:
        return Act("inform:return_window", {"days": Number(terms.return_days)})
    if intent == "warranty" and terms.warranty_days:
        return Act("inform:warranty_term", {"days": Number(terms.warranty_days)})
    return None


SKILL = Skill(
    name="shop_faq",
    intents=("return_policy", "shipping_info", "store_info", "warranty"),
    run=run,
    acts=(*knowledge.ACTS, "inform:return_window", "inform:warranty_term", "no_passage"),
    slots=("said",),
)
