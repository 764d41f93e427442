"""Answer from the shop's own knowledge, in its own sentences."""

from bot.commerce import Shop
from bot.facts import Act, Term
from bot.messages import Card
from bot.skill import Outcome, Request, Skill


async def run(shop: Shop, request: Request) -> Outcome:
    passages = await shop.passages(request.intent, request.text, request.language)
    if not passages:
        return Outcome(Act("no_passage", {"task": Term("intent", request.intent)}))
    best = passages[0]
    spoken = request.language.split("-")[0]
    act = "inform:passage" if best.language == spoken else "inform:passage/other_language"
    return Outcome(Act(act, {"topic": Term("intent", request.intent)}), cards=(Card(best.title, (("", best.text),)),))


SKILL = Skill(
    name="shop_faq",
    intents=("return_policy", "shipping_info", "store_info", "warranty"),
    run=run,
    acts=("inform:passage", "inform:passage/other_language", "no_passage"),
)
