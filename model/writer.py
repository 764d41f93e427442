"""The Transformer as the assistant's writer: port `bot.ports.ReplyWriter`. It sees fact names, never a value."""

import asyncio
import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from bot.errors import ModelError
from bot.ports import WriteRequest
from model.batch import request_line
from model.checkpoint import Model
from model.data import DataError
from model.generate import BEAM_SEARCH, Decoding, Grammar, generate
from model.phrasebook import Book, Phrases, placeholders, read_phrases
from model.serving import ModelThread

log = logging.getLogger(__name__)

# Acts that state nothing of the shop: only these may be pieced together, as elsewhere a lost "not" would be a lie.
TALK = frozenset({"greet", "introduce", "thanks", "feedback", "capabilities", "apology", "clarify", "rephrase", "oos"})
MEMORY = {"en": 4, "zh": 6}  # last words (Chinese: characters) that two variants share where one goes over to the other


def load_phrases(*folders: Path) -> Book:
    """The phrase book, an act of a later folder in place of an earlier one's; raises ModelError."""
    try:
        return read_phrases(*folders)
    except DataError as problem:
        raise ModelError(str(problem)) from problem


class TransformerWriter:
    """Writes templates for many conversations in shared batches, off the event loop."""

    free_words = False  # the decoder is held to the words of each act's written variants

    def __init__(
        self,
        model: Model,
        book: Book,
        thread: ModelThread,
        *,
        decoding: Decoding = BEAM_SEARCH,
        time_limit: float = 5.0,
    ) -> None:
        """`book`: the written variants that bound what may be said; `time_limit` in seconds."""
        self._model, self._book, self._thread = model, book, thread
        self._decoding, self._time_limit = decoding, time_limit
        self._grammar = lru_cache(maxsize=4_096)(self._make_grammar)  # a dialogue meets the same acts again and again

    async def write(self, requests: Sequence[WriteRequest]) -> list[list[str]]:
        """Candidates for each request, best first; [] for what cannot be written in time or at all."""
        try:
            async with asyncio.timeout(self._time_limit):
                return list(await asyncio.gather(*(self._thread.run(self._batch, request) for request in requests)))
        except TimeoutError:
            log.warning("the model took longer than %.1f s to write", self._time_limit)
        except Exception:  # the written phrases are always there
            log.exception("the model failed to write")
        return [[] for _ in requests]

    def close(self) -> None:
        """Stop the model thread."""
        self._thread.close()

    def _batch(self, requests: Sequence[WriteRequest]) -> list[list[str]]:
        model = self._model
        grammars = [self._grammar(request.act, request.language.split("-")[0], request.facts, request.tone)
                    for request in requests]  # fmt: skip
        lines = [request_line(request.act, sorted(request.facts), request.language, request.tone,
                              [(turn.speaker, turn.text) for turn in request.history], model.tokenizer, model.config)
                 for request in requests]  # fmt: skip
        out = []
        for request, found in zip(requests, generate(model, lines, grammars, self._decoding), strict=True):
            needed = self._phrases(request.act, request.language.split("-")[0]).required
            texts = dict.fromkeys(model.tokenizer.decode(reply.ids) for reply in found)
            out.append([text for text in texts if needed <= placeholders(text) <= request.facts])
        return out

    def _phrases(self, act: str, language: str) -> Phrases:
        return self._book.get((act, language)) or Phrases(frozenset(), {"neutral": ()})

    def _make_grammar(self, act: str, language: str, facts: frozenset[str], tone: str) -> Grammar:
        """What may be said: whole variants, and in plain talk also what can be pieced together from them."""
        phrases, tokenizer = self._phrases(act, language), self._model.tokenizer
        written = phrases.variants.get(tone) or phrases.variants["neutral"]
        usable = [template for template in written if placeholders(template) <= facts]
        if not usable:
            usable = [template for template in phrases.all if placeholders(template) <= facts]
        return Grammar(map(tokenizer.words, usable), tokenizer.eos, memory=MEMORY[language] if act in TALK else None)
