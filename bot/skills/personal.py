"""Whether suggestions may go by what the shopper bought: he says so, and it holds for his account."""

from bot.commerce import Shop
from bot.conversation import Access
from bot.decision import PERSONAL
from bot.facts import Act
from bot.skill import Outcome, Request, Skill


async def run(shop: Shop, request: Request) -> Outcome:
    if request.proof is None or not request.proof.opens("", Access.ORDER):
        return Outcome(Act("ask:order_id"), needs=Access.ORDER)
    wish = request.slots["personal"]
    if not await shop.set_personal(request.proof, wish == "on"):
        return Outcome(Act("inform:personal/guest"))
    return Outcome(Act(f"done:personal/{wish}"))


SKILL = Skill(
    name=PERSONAL,
    intents=(),
    run=run,
    acts=("done:personal/off", "done:personal/on", "inform:personal/guest", "ask:order_id"),
    slots=("personal", "order_id", "contact"),
)
