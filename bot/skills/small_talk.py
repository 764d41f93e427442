"""What needs no shop: hello, thanks."""

from bot.commerce import Shop
from bot.facts import Act
from bot.skill import Outcome, Request, Skill

_ACTS = {"greeting": "greet", "thanks_bye": "thanks"}


async def run(shop: Shop, request: Request) -> Outcome:
    return Outcome(Act(_ACTS[request.intent], tone="warm"))


SKILL = Skill(name="small_talk", intents=tuple(_ACTS), run=run, acts=tuple(_ACTS.values()))
