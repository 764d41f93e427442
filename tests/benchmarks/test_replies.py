"""What the decoder writes over the whole phrase book (`make bench`): how often it is used and new, and how fast."""

import random
import statistics
import time
from itertools import product

from bot.phrases import PHRASES
from bot.ports import Language, WriteRequest
from model.phrasebook import placeholders, read_phrases


async def test_replies_over_all_acts_languages_and_tones(language: Language) -> None:
    book = read_phrases(PHRASES)
    requests, written = [], []
    for (act, code), phrases in sorted(book.items()):
        facts = sorted({name for template in phrases.all for name in placeholders(template)})
        for tone, known in product(phrases.variants, {tuple(facts), tuple(sorted(phrases.required))}):
            requests.append(WriteRequest(act, frozenset(known), code, tone))
            written.append(set(phrases.all))
    found = []
    for start in range(0, len(requests), 32):
        found += await language.writer.write(requests[start : start + 32])
    used = sum(bool(candidates) for candidates in found)
    new = sum(bool(candidates) and candidates[0] not in known for candidates, known in zip(found, written, strict=True))
    print(f"\n{len(requests)} requests: {used} written by the decoder, {new} of them in none of the written variants")
    for request, candidates, known in zip(requests, found, written, strict=True):
        if candidates and candidates[0] not in known:
            print(f"  {request.act} {request.language} {request.tone}: {candidates[0]}")
    assert used > 0.98 * len(requests)

    taken = []
    for request in random.Random(1).sample(requests, 100):  # one alone, as a turn asks for it
        began = time.perf_counter()
        await language.writer.write([request])
        taken.append(1000 * (time.perf_counter() - began))
    print(f"one reply: median {statistics.median(taken):.1f} ms, 95th percentile {sorted(taken)[94]:.1f} ms")
