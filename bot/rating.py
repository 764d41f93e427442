"""How good the help of a person was: asked once when staff have closed a chat, and what answers it. Pure."""

import re
from dataclasses import dataclass, replace

from bot import numerals
from bot.alarms import alarm
from bot.conversation import Conversation, RatingAsked, Status, Understanding
from bot.decision import Offer
from bot.facts import Act, Number
from bot.handoff import Moved
from bot.office import HandoffView
from bot.triage import FIRST

BUTTON, LOWEST, HIGHEST = "rate", 1, 5
MOST_KEPT = 1_000  # characters of a word; the conversation holds the whole
NEVER = FIRST | {"death", "chargeback"}  # reasons after which nobody is asked
_SAYS_HOW = frozenset({"feedback", "thanks_bye", "complaint", "oos"})  # intents that ask for nothing else
_HALF = 0.5
_GIVEN = re.compile(
    rf"\W*[我给給打]{{0,3}}\s*({numerals.PATTERN})\s*(?:/ ?5|out of (?:5|five)|stars?|[颗顆]?星|分)?"
    r"(?:\W*|(?=.*[^\W\d])\s*[\n,.:;!，。：；！–—-]+\s*(.+))",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Given:
    stars: int
    word: str = ""


def may_be_asked(conversation: Conversation, view: HandoffView | None) -> bool:
    """Whether a person has talked here, of something after which one can ask; what the shop knows comes beside."""
    mine = conversation.handoff
    talked = mine is not None and view is not None and mine.id == view.id and conversation.status is Status.STAFF
    return bool(talked and view and view.kind == "chat" and view.reason not in NEVER and not conversation.cases)


def asked(moved: Moved, handoff_id: str) -> Moved:
    """The end of a chat, with the question."""
    act = Act("rating/ask", {"low": Number(LOWEST), "high": Number(HIGHEST)})
    stars = range(LOWEST, HIGHEST + 1)
    return replace(
        moved,
        conversation=replace(moved.conversation, rating=RatingAsked(handoff_id)),
        acts=(*moved.acts, act),
        offers=(*moved.offers, *(Offer(Number(number), f"{BUTTON}:{number}:{handoff_id}") for number in stars)),
    )


def pressed(asked: RatingAsked, button: str) -> Given | None:
    name, _, value = button.partition(":")
    number, _, handoff_id = value.partition(":")
    mine = name == BUTTON and handoff_id == asked.handoff
    return _given(int(number)) if mine and number.isdecimal() else None


def written(asked: RatingAsked, text: str) -> Given | None:
    """A number, with a word after it or not, or the word that follows the number; the word may be something else."""
    if asked.expects == "word" and text.strip():
        return Given(asked.stars, text.strip()[:MOST_KEPT])
    found = _GIVEN.fullmatch(text) if asked.expects == "stars" else None
    return _given(numerals.value(found[1]), (found[2] or "")[:MOST_KEPT]) if found else None


def _given(stars: int | None, word: str = "") -> Given | None:
    return Given(stars, word) if stars and LOWEST <= stars <= HIGHEST else None


def says_how(understanding: Understanding) -> bool:
    """Whether a word is only about how it was, and asks for nothing."""
    heard = {score.name for score in understanding.intents if score.probability > _HALF}
    return not understanding.failure and not alarm(understanding.text) and heard <= _SAYS_HOW


def thanked(conversation: Conversation, asked: RatingAsked, given: Given) -> Moved:
    """Thanks in the tone of the number; in the middle of something else no word is waited for."""
    tone = "apologetic" if given.stars <= 2 else "warm" if given.stars >= 4 else "neutral"
    waits = not given.word and not conversation.flows and conversation.pending is None
    answered = replace(asked, expects="word" if waits else "", stars=given.stars)
    act = Act("rating/noted" if given.word else "rating/thanks", tone=tone)
    return Moved(replace(conversation, rating=answered), (act,))
