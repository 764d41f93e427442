"""A last look into the shop's knowledge, for a message that is otherwise not understood: one clear answer or none."""

from bot.commerce import Shop
from bot.facts import Act
from bot.skill import Outcome, Request, Skill
from bot.skills import knowledge


async def run(shop: Shop, request: Request) -> Outcome:
    found = await knowledge.find_anywhere(shop, request)
    return found.outcome(request) if found else Outcome(Act("oos"))


SKILL = Skill(name="any_page", intents=(), run=run, acts=(*knowledge.ACTS, "oos"), slots=("said",))
