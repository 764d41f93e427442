"""Answer from the shop's own knowledge, in its own sentences; where it has none, from the rules of the market."""

import re

from bot.commerce import Shop, Terms
from bot.facts import Act, Number, Term
from bot.skill import Outcome, Request, Skill
from bot.skills import knowledge, product_question, returnable

# what a question is about to which a rule is an answer
_ABOUT = {
    "return_policy": re.compile(r"return|\bback\b|refund|change my mind|exchange|deadline|退|换|換", re.IGNORECASE),
    "warranty": re.compile(r"warrant|guarant|cover|broken?\b|breaks|fault|defect|保修|[质質]保|保固|[坏壞]", re.I),
}


async def run(shop: Shop, request: Request) -> Outcome:
    about = _ABOUT.get(request.intent)
    to_the_point = about is None or bool(about.search(request.slots.get("said", request.text)))
    if request.intent == "return_policy" and to_the_point and (no := await returnable.excluded(shop, request)):
        return no
    if not to_the_point and (clear := await knowledge.find_anywhere(shop, request)):  # "do you repair bikes?"
        return clear.outcome(request)
    if not to_the_point and "product" in request.slots:  # "how long does the lamp last?"
        return Outcome(Act(f"pass:{product_question.SKILL.name}"))
    found = await knowledge.find(shop, request)
    if found and (not to_the_point or any(passage.topic == request.intent for passage in found.passages)):
        return found.outcome(request)
    if to_the_point and (rule := _rule(await shop.terms(request.market), request.intent)):
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
    slots=("said", "product"),
)
