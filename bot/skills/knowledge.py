"""The passage of the shop's own knowledge that answers a question: by its words, its meaning and what it is about."""

from dataclasses import dataclass

from bot.commerce import Passage, Shop
from bot.facts import Act, Term
from bot.messages import Card
from bot.skill import Outcome, Request

_WORDS, _PAGE = 0.5, 0.5  # beside likeness in meaning: all words in common, and to stand on the page of what is asked
_AHEAD, _FITS = 0.1, 1.0  # of every other passage; or by words and meaning alone. Figures: docs/knowledge.md
_UNASKED, _IN_COMMON = 0.9, 0.2  # that much by words and meaning, and by words, where the page is not known


@dataclass(frozen=True, slots=True)
class Found:
    passages: tuple[Passage, ...]  # the best; where it is not sure, the next best too
    sure: bool

    def outcome(self, request: Request) -> Outcome:
        act = "inform:passage" if self.sure else "inform:passage/nearest"
        if self.passages[0].language != request.language.split("-")[0]:
            act = "inform:passage/other_language"
        cards = tuple(Card(passage.title, (("", passage.text),)) for passage in self.passages)
        topic = {"topic": Term("intent", request.intent)} if request.intent else {}
        return Outcome(Act(act, topic), cards=cards)


ACTS = ("inform:passage", "inform:passage/nearest", "inform:passage/other_language")


@dataclass(frozen=True, slots=True)
class _Judged:
    passage: Passage
    fit: float
    on_page: bool

    @property
    def total(self) -> float:
        return self.fit + _PAGE * self.on_page


async def find(shop: Shop, request: Request) -> Found | None:
    """None where nothing has to do with it. A page named like the intent is the page of what is asked."""
    ranked = await _ranked(shop, request)
    if not ranked:
        return None
    sure = len(ranked) == 1 or ranked[0].fit >= _FITS or ranked[0].total - ranked[1].total >= _AHEAD
    return Found(tuple(one.passage for one in ranked[: 1 if sure else 2]), sure)


async def find_anywhere(shop: Shop, request: Request) -> Found | None:
    """The passage that answers a question of no known kind; None where none is clearly ahead, whatever it resembles."""
    ranked = await _ranked(shop, request)
    if not ranked or ranked[0].fit < _UNASKED or ranked[0].passage.score < _IN_COMMON:
        return None
    clear = len(ranked) == 1 or ranked[0].total - ranked[1].total >= _AHEAD
    return Found((ranked[0].passage,), True) if clear else None


async def _ranked(shop: Shop, request: Request) -> list[_Judged]:
    question = request.slots.get("said", request.text)  # which may have waited its turn
    passages = await shop.passages(question, request.language)
    likeness = await request.alike(question, [passage.asked for passage in passages])
    judged = [
        _Judged(passage, _WORDS * passage.score + like, passage.topic == request.intent)
        for passage, like in zip(passages, likeness, strict=True)
    ]
    return sorted((one for one in judged if one.total > 0), key=lambda one: -one.total)
