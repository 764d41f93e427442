"""Texts as vectors by what they want, the Transformer's sentence head: port `bot.ports.Encoder`."""

import asyncio
import logging
from collections.abc import Sequence

import torch

from model.batch import Row, collate, line
from model.checkpoint import Model
from model.serving import ModelThread

log = logging.getLogger(__name__)


def vectors(model: Model, texts: Sequence[str]) -> list[tuple[float, ...]]:
    """One of length 1 for each text, on the calling thread."""
    lines = [line(Row(text), model.tokenizer, model.config) for text in texts]
    with torch.inference_mode():
        return [tuple(vector) for vector in model.net.read(collate(lines, model.tokenizer)).sentence.tolist()]


class TransformerEncoder:
    def __init__(self, model: Model, thread: ModelThread, *, time_limit: float = 5.0) -> None:
        """`time_limit` in seconds for all texts of one call; `thread` is shared with interpreter and writer."""
        self._model, self._thread, self._time_limit = model, thread, time_limit

    async def vectors(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        try:
            async with asyncio.timeout(self._time_limit):
                return list(await asyncio.gather(*(self._thread.run(self._batch, text) for text in texts)))
        except TimeoutError:
            log.warning("the model took longer than %.1f s to encode %d texts", self._time_limit, len(texts))
        except Exception:  # whatever the model did, the answer is found by its words
            log.exception("the model failed to encode")  # the trace holds code, no text of the shopper
        return []

    def _batch(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return vectors(self._model, texts)
