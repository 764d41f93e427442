"""What the model makes nothing of, looked up on the pages of the shop."""

from collections.abc import Generator

from bot import slots
from bot.conversation import Flow
from bot.decision import Decision
from bot.flows import TurnState
from bot.policy.language import tells
from bot.skill import Outcome

ANY_PAGE = "any_page"


def on_a_page(t: TurnState) -> Generator[Decision, Outcome, bool]:
    """Whether a page of the shop plainly answers what the model makes nothing of; then it has been said."""
    if ANY_PAGE not in t.skills or not tells(slots.without_values(t.event.text)):
        return False
    found = yield from t.read(Flow(ANY_PAGE, "", {"said": t.event.text}))
    if found.act.family != "inform":
        return False
    t.say(found.act)
    t.cards += found.cards
    t.change(fallbacks=0)
    return True
