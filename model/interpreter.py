"""The Transformer as the assistant's interpreter: port `bot.ports.Interpreter`."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from bot.conversation import IntentScore, SlotSpan, Understanding, Utterance
from bot.errors import ModelError
from model import checkpoint
from model.batch import Row
from model.checkpoint import Model
from model.serving import ModelThread
from model.understand import Understood, understand

log = logging.getLogger(__name__)


def load_model(folder: Path = checkpoint.SHIPPED, content: str = "") -> Model:
    """Load a model once, for interpreter and writer; ModelError, also when its hash is not `content`."""
    try:
        model = checkpoint.load(folder)
    except (checkpoint.CheckpointError, OSError) as problem:  # OSError: the folder goes while it is read
        raise ModelError(str(problem)) from problem
    if content and model.hash != content:
        raise ModelError(f"{folder} holds model {model.hash} and not {content}: its files were changed after it was "
                         f"chosen; choose it anew with: shophand model use {folder}")  # fmt: skip
    return model


def understand_batch(model: Model, rows: Sequence[Row], threshold: float = 1.0) -> list[Understanding]:
    """Understand many messages at model speed, on the calling thread."""
    return [_understanding(model, answer, threshold) for answer in understand(model, rows)]


def row(text: str, history: Sequence[Utterance] = (), expects: str = "") -> Row:
    """A message as the model reads it."""
    return Row(text, expects, tuple((turn.speaker, turn.text) for turn in history))


class TransformerInterpreter:
    """Understands messages of many conversations in shared batches, off the event loop."""

    def __init__(self, model: Model, thread: ModelThread, *, max_error: float, time_limit: float = 10.0) -> None:
        """`max_error`: the share of errors the shop tolerates among what is handled without a person.

        `time_limit` in seconds; `thread` may be shared with the writer.
        """
        limit = model.calibration.limit(max_error)
        self._threshold = limit.threshold
        log.info("model %s acts from probability %.3f on: %s", model.hash, limit.threshold, limit.promise)
        self._model, self._thread, self._time_limit = model, thread, time_limit

    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        try:
            async with asyncio.timeout(self._time_limit):
                return await self._thread.run(self._batch, row(text, history, expects))
        except TimeoutError:
            log.warning("the model took longer than %.1f s", self._time_limit)
            return self._failed(text, "timeout")
        except Exception:  # whatever the model did, the shopper gets a person
            log.exception("the model failed")  # the trace holds code, no text of the shopper
            return self._failed(text, "error")

    def _batch(self, rows: Sequence[Row]) -> list[Understanding]:
        return understand_batch(self._model, rows, self._threshold)

    def _failed(self, text: str, failure: str) -> Understanding:
        return Understanding(text=text, model=self._model.hash, failure=failure)

    def close(self) -> None:
        """Stop the model thread."""
        self._thread.close()


def _understanding(model: Model, answer: Understood, threshold: float) -> Understanding:
    return Understanding(
        text=answer.text,
        intents=tuple(IntentScore(name, probability) for name, probability in answer.intents),
        slots=tuple(SlotSpan(span.name, span.value, span.start, span.end) for span in answer.slots),
        language=answer.language,
        in_scope=answer.in_scope,
        threshold=threshold,
        model=model.hash,
    )
