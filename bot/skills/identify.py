"""Prove who is asking: order number + e-mail or phone of that order; a postcode opens delivery status only.

Reached by the dialogue when a skill needs a proof; tries are counted and limited there. A miss is answered alike
whichever part was wrong.
"""

from bot.commerce import Shop
from bot.facts import Act, Text
from bot.skill import Outcome, Request, Skill


async def run(shop: Shop, request: Request) -> Outcome:
    proof = await shop.identify(request.slots["order_id"], request.slots["contact"])
    if proof is None:
        return Outcome(Act("identify/miss"))
    return Outcome(Act("identify/done", {"order": Text(proof.order or request.slots["order_id"])}), proof=proof)


SKILL = Skill(
    name="identify",
    intents=(),
    run=run,
    acts=("identify/done", "identify/miss"),
    slots=("order_id", "contact"),
)
