"""Praise and suggestions: thanks, the shop's review page where it has one, and kept for staff to read."""

from bot.commerce import Shop
from bot.decision import HandoffRequest
from bot.facts import Act, Text
from bot.skill import Outcome, Request, Skill

MOST_KEPT = 1_000  # characters; the conversation holds the whole


async def run(shop: Shop, request: Request) -> Outcome:
    page = await shop.page("review")
    act = Act("feedback/review", {"url": Text(page)}, "warm") if page else Act("feedback", tone="warm")
    kept = HandoffRequest("feedback", facts={"wish": Text(request.slots.get("said", request.text)[:MOST_KEPT])}, kind="note")
    return Outcome(act, handoff=kept)


SKILL = Skill(name="feedback", intents=("feedback",), run=run, acts=("feedback", "feedback/review"), slots=("said",))
