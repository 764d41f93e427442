"""Step 9: dialogue acts with facts become a Reply. The writer proposes templates; facts.py has the last word.

A candidate that says more than its act is dropped; after the last one the written phrase is used. How often that
happens is counted in `Spoken.fallbacks`.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.conversation import Utterance
from bot.decision import Speak
from bot.facts import EFFECT_FAMILIES, Act, Fact, Locale, Term, fault, fill, placeholders, render
from bot.messages import Button, Reply
from bot.ports import ReplyWriter, WriteRequest

log = logging.getLogger(__name__)

# What may save somebody is never left out, and stands where it was written to stand: before anything else.
VITAL = frozenset({"emergency"})


class Phrases(Protocol):
    """The written variants: see bot/phrases."""

    def variants(self, act: str, language: str, tone: str) -> tuple[str, ...]: ...

    def required(self, act: str) -> frozenset[str]: ...

    def lexicon(self, act: str, language: str) -> frozenset[str]: ...

    def terms(self, language: str) -> Mapping[str, Mapping[str, str]]: ...

    def other(self, language: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Spoken:
    text: str
    fallbacks: int  # acts for which no candidate of the writer could be used
    acts: int


class Speech:
    def __init__(
        self,
        writer: ReplyWriter,
        phrases: Phrases,
        zone: ZoneInfo,
        english: str,
        to_traditional: Callable[[str], str],
    ) -> None:
        """`english`: the Babel locale that English texts are formatted for, e.g. "en_GB"."""
        self._writer, self._phrases, self._to_traditional = writer, phrases, to_traditional
        simplified = phrases.terms("zh")
        traditional = {
            group: {key: to_traditional(word) for key, word in words.items()} for group, words in simplified.items()
        }
        self._locales = {
            "en": Locale("en", english, zone, phrases.terms("en")),
            "zh": Locale("zh", "zh_Hans_CN", zone, simplified),
            # numbers and dates as in simplified: Babel's traditional locales write ¥ as CN¥
            "zh-Hant": Locale("zh-Hant", "zh_Hans_CN", zone, traditional, to_traditional),
        }

    def locale(self, language: str) -> Locale:
        return self._locales.get(language) or self._locales.get(language.split("-")[0]) or self._locales["en"]

    def say(self, fact: Fact, language: str) -> str:
        return render(fact, self.locale(language))

    def _label(self, fact: Fact, language: str) -> str:
        """A button begins with a capital where its words are ours; the shop's stand as they are."""
        label = self.say(fact, language)
        return label[:1].upper() + label[1:] if isinstance(fact, Term) else label

    async def reply(self, decision: Speak, history: Sequence[Utterance]) -> tuple[Reply | None, Spoken]:
        """The reply of a decision in its conversation's language; None when it says nothing."""
        language = decision.conversation.language or "en"
        spoken = await self.sentences(decision.acts, language, history)
        buttons = tuple(Button(self._label(offer.label, language), offer.value) for offer in decision.offers)
        if not spoken.text and not decision.cards:
            return None, spoken
        top = decision.conversation.top
        asks = decision.kind == "ask" and top is not None and top.expects.partition("/")[0] == "contact"
        share = self._label(Term("button", "share"), language) if asks else ""
        return Reply(spoken.text, buttons, decision.cards, decision.form, share=share), spoken

    async def sentences(self, acts: Sequence[Act], language: str, history: Sequence[Utterance] = ()) -> Spoken:
        base = language.split("-")[0]
        asked = [
            WriteRequest(act.name, frozenset(act.facts), base, act.tone, tuple(history))
            for act in acts
            if not act.name.startswith("other_language/")
        ]
        proposals = iter(await self._proposed(asked))
        texts, fallbacks = [], 0
        for act in acts:
            if act.name.startswith("other_language/"):
                texts.append(self._phrases.other(act.name.partition("/")[2]))
                continue
            template = self._choose(act, base, next(proposals, []))
            if template is None:
                fallbacks += 1
                template = self._written(act, base)
            if language == "zh-Hant":
                template = self._to_traditional(template)
            texts.append(fill(template, act.facts, self.locale(language)))
        return Spoken(("" if base == "zh" else " ").join(texts), fallbacks, len(acts))

    async def _proposed(self, asked: Sequence[WriteRequest]) -> list[list[str]]:
        """For each request its candidates; none at all from a writer that answers other than it was asked."""
        try:
            found = await self._writer.write(asked) if asked else []
            proposals = [[text for text in candidates if isinstance(text, str)] if isinstance(candidates, list) else []
                         for candidates in found]  # fmt: skip
        except Exception:  # whatever a writer does, the shopper gets an answer: the written phrases are always there
            log.exception("the writer failed")
            return []
        if len(proposals) != len(asked):  # which candidate belongs to which act is not known
            log.error("the writer answered %d of %d requests", len(proposals), len(asked))
            return []
        return proposals

    def _choose(self, act: Act, language: str, candidates: Sequence[str]) -> str | None:
        """The first candidate that may be said; None when there is none."""
        vital = VITAL & act.facts.keys()
        required = self._phrases.required(act.name) | vital
        lexicon = None if self._writer.free_words else self._phrases.lexicon(act.name, language)
        written = self._all_variants(act, language)
        for candidate in candidates:
            wrong = fault(candidate, act, language, required, lexicon, written)
            if not wrong and (vital or act.family in EFFECT_FAMILIES) and candidate not in written:
                wrong = "an effect, or what is vital, is only said in written words"
            if not wrong:
                return candidate
            log.info("reply candidate dropped", extra={"act": act.name, "why": wrong})
        return None

    def _all_variants(self, act: Act, language: str) -> tuple[str, ...]:
        tones = ("neutral", "apologetic", "warm")
        return tuple(text for tone in tones for text in self._phrases.variants(act.name, language, tone))

    def _written(self, act: Act, language: str) -> str:
        """The richest written variant that the facts can fill; the same one each time."""
        fitting = [
            text
            for text in self._phrases.variants(act.name, language, act.tone)
            if placeholders(text) <= act.facts.keys()
        ]
        if not fitting:
            fitting = [text for text in self._all_variants(act, language) if placeholders(text) <= act.facts.keys()]
        if not fitting:
            raise LookupError(
                f"the phrase book has nothing to say for {act.name} in {language} with {sorted(act.facts)}"
            )
        return max(fitting, key=lambda text: len(placeholders(text)))


class WrittenWords:
    """A writer that leaves every act to the written phrases: for who wants them word for word, and for tests."""

    free_words = False

    async def write(self, requests: Sequence[WriteRequest]) -> list[list[str]]:
        return [[] for _ in requests]
