"""Companies that want to buy, sell or work with the shop: company, wish and contact are collected, a person takes over."""

from bot.commerce import Shop
from bot.decision import HandoffRequest
from bot.facts import Act, Fact, Text
from bot.skill import Outcome, Request, Skill

MOST_TOLD = 600  # characters of a wish; the conversation holds the whole


async def run(shop: Shop, request: Request) -> Outcome:
    """Two questions at most: who and what, then how to reach them; what the message holds is not asked."""
    slots = request.slots
    if "business" not in slots and "invoice_title" not in slots:
        return Outcome(Act("ask:business"), slot="business")
    reach = slots.get("reach") or slots.get("email") or slots.get("phone")
    if not reach:
        account = await shop.account(request.proof) if request.proof else None
        if account is None:
            return Outcome(Act("ask:reach"), slot="reach")
        reach = account.email
    told = "\n".join(filter(None, (slots.get("said"), slots.get("business"))))
    facts: dict[str, Fact] = {
        "company": Text(slots.get("invoice_title", "")), "wish": Text(told[:MOST_TOLD]), "contact": Text(reach),
    }  # fmt: skip
    return Outcome(Act("inform:business"), handoff=HandoffRequest("business", facts=facts))


SKILL = Skill(
    name="business",
    intents=("business_inquiry",),
    run=run,
    acts=("ask:business", "ask:reach", "inform:business"),
    slots=("invoice_title", "email", "phone", "said"),
)
