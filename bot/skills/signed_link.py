"""Signed in by the shop's own page: whoever comes with its link needs neither order number nor code.

Reached by the dialogue when a conversation is opened with a token; signature, time and single use stand in
bot/identity.py and bot/links.py.
"""

from bot.commerce import Shop
from bot.facts import Act
from bot.skill import Outcome, Request, Skill


async def run(shop: Shop, request: Request) -> Outcome:
    """The account or the order that the page has signed."""
    proof = await shop.vouched(customer=request.slots.get("customer", ""), order=request.slots.get("order_id", ""))
    return Outcome(Act("identify/link", tone="warm"), proof=proof) if proof else Outcome(Act("link_over"))


SKILL = Skill(name="signed_link", intents=(), run=run, acts=("identify/link", "link_over", "greet"), slots=("token",))
