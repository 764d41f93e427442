"""What needs no shop: hello, thanks, what can you do, praise."""

from bot.commerce import Shop
from bot.facts import Act
from bot.skill import Outcome, Request, Skill

_ACTS = {"greeting": "greet", "thanks_bye": "thanks", "bot_identity": "capabilities", "feedback": "feedback"}


async def run(shop: Shop, request: Request) -> Outcome:
    return Outcome(Act(_ACTS[request.intent], tone="warm"))


SKILL = Skill(name="small_talk", intents=tuple(_ACTS), run=run, acts=tuple(_ACTS.values()))
