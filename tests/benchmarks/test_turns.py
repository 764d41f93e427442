"""How fast whole turns are beside their parts, in one run (`make bench`). Figures are printed, never asserted."""

import asyncio
import shutil
import statistics
import time
from pathlib import Path

from conftest import talking

from bot.conversation import IntentScore, Understanding
from bot.ports import Language
from bot.speech import WrittenWords

MESSAGES = ("hello", "where is my order 10042?", "is the linen shirt in stock?", "我想查一下订单10042到哪了", "thanks")
ROUNDS = 12


class NoModel:
    """A turn without the Transformer: what store, policy, shop and delivery cost."""

    async def understand(self, text, history, expects) -> Understanding:
        return Understanding(text, (IntentScore("order_status", 0.99),), (), "en", 0.99, threshold=0.5)


async def _turns(home: Path, language: Language) -> list[float]:
    """Seconds from message to delivered reply, one by one."""
    taken = []
    async with talking(home, language, as_email="emma.clarke@example.com") as talk:
        for _ in range(ROUNDS):
            for text in MESSAGES:
                began = time.perf_counter()
                replies = await talk.chat.line('{"text": "%s"}' % text)  # noqa: UP031 - JSON with braces
                taken.append(time.perf_counter() - began)
                assert replies[0]["reply"]
    return taken


async def test_a_turn_with_and_without_the_model(home: Path, language: Language, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(home, other)
    with_model = await _turns(home, language)
    without = await _turns(other, Language(NoModel(), WrittenWords()))
    whole, rest = statistics.median(with_model) * 1000, statistics.median(without) * 1000
    print(f"\nturn, median: {whole:.1f} ms with the model, {rest:.1f} ms without; ratio {whole / rest:.2f}")
    assert len(with_model) == len(without) == ROUNDS * len(MESSAGES)


async def test_understanding_together_and_one_by_one(language: Language) -> None:
    texts = [f"{text} {number}" for number in range(ROUNDS) for text in MESSAGES]
    began = time.perf_counter()
    for text in texts:
        await language.interpreter.understand(text, (), "")
    single = time.perf_counter() - began
    began = time.perf_counter()
    found = await asyncio.gather(*(language.interpreter.understand(text, (), "") for text in texts))
    together = time.perf_counter() - began
    ratio = single / together
    print(f"\n{len(texts)} messages: {single:.2f} s one by one, {together:.2f} s together, ratio {ratio:.1f}")
    assert all(not meaning.failure for meaning in found)
