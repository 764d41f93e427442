"""Which passage of the sample shop's knowledge answers a question: by words alone, and with the model's vectors.

    python -m pytest -s -o addopts= tests/benchmarks/test_knowledge.py        # half a minute

knowledge.tsv: questions with the passage that answers them, "-" where none does, written by a hand that saw the pages
alone. Nothing is chosen on them. Figures are printed, never asserted. The page that a question belongs to is given; in
the product the intent gives it.
"""

import statistics
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.commerce import Passage
from bot.meaning import Meaning
from bot.shop.knowledge import Knowledge
from bot.shop.transfer import SAMPLE
from bot.skill import Alike, Request, nobody_knows
from bot.skills import knowledge
from model.encoder import TransformerEncoder
from model.interpreter import load_model
from model.serving import ModelThread

QUESTIONS = Path(__file__).with_name("knowledge.tsv").read_text(encoding="utf-8")
ROWS = [line.split("\t") for line in QUESTIONS.splitlines()]


class Pages:
    def __init__(self) -> None:
        self._knowledge = Knowledge(SAMPLE / "knowledge", ("en", "zh"))

    async def passages(self, words: str, language: str) -> tuple[Passage, ...]:
        return self._knowledge.passages(words, language)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_knowledge(language: str) -> None:
    thread = ModelThread()
    try:
        meaning = Meaning(TransformerEncoder(load_model(), thread))
        words, both = await _score(language, nobody_knows), await _score(language, meaning.alike)
        for name, figures in (("words alone", words), ("words and meaning", both)):
            print(f"\n{language}, {name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
        assert both["sure and right"] > words["sure and right"]
    finally:
        thread.close()


async def _score(language: str, alike: Alike) -> dict[str, Any]:
    counted = "answerable", "best is right", "among those shown", "sure", "sure and right", "unanswerable", "sure then"
    shop, counts, times = Pages(), dict.fromkeys(counted, 0), []
    for code, topic, title, question in ROWS:
        if code != language:
            continue
        request = Request({}, topic, question, code, datetime.now(UTC), date.today(), str, alike=alike)  # noqa: DTZ011
        began = time.perf_counter()
        found = await knowledge.find(shop, request)  # type: ignore[arg-type]
        times.append(time.perf_counter() - began)
        titles, sure = ([one.title for one in found.passages], found.sure) if found else ([], False)
        if title == "-":
            counts["unanswerable"] += 1
            counts["sure then"] += sure
            continue
        counts["answerable"] += 1
        counts["best is right"] += titles[:1] == [title]
        counts["among those shown"] += title in titles
        counts["sure"] += sure
        counts["sure and right"] += sure and titles == [title]
    return counts | {"median ms": round(1000 * statistics.median(times), 1)}
