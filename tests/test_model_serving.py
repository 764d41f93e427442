"""The model thread and the interpreter on it: batches across conversations, and failures that are values."""

import asyncio
import threading

import pytest
from test_model_tiny import tiny_model

from bot.conversation import Utterance
from model.calibration import STRICT
from model.interpreter import TransformerInterpreter, row, understand_batch
from model.serving import ModelThread


@pytest.fixture
def thread():
    thread = ModelThread(torch_threads=1, gather=0.05)
    yield thread
    thread.close()


async def test_requests_that_come_together_share_a_batch(thread: ModelThread):
    sizes = []

    def double(items):
        sizes.append(len(items))
        return [2 * item for item in items]

    assert await asyncio.gather(*(thread.run(double, item) for item in range(8))) == [2 * item for item in range(8)]
    assert sizes == [8]


async def test_a_failing_batch_fails_its_requests_only(thread: ModelThread):
    def broken(items):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await thread.run(broken, 1)
    assert await thread.run(list, 3) == 3


async def test_a_cancelled_request_is_not_computed(thread: ModelThread):
    go, seen = threading.Event(), []

    def wait(items):
        go.wait(5)
        return items

    def note(items):
        seen.extend(items)
        return items

    first = asyncio.create_task(thread.run(wait, 0))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(thread.run(note, 1))]
    await asyncio.sleep(0)
    waiting[0].cancel()  # still waiting
    go.set()
    assert await first == 0
    assert await thread.run(note, 2) == 2
    assert seen == [2]


async def test_the_interpreter_says_what_the_model_says(thread: ModelThread):
    model = tiny_model()
    interpreter = TransformerInterpreter(model, thread, max_error=0.05)
    history = [Utterance("system", "Which size?")]
    texts = ["42", "", "😀", "訂單什麼時候到"]
    found = await asyncio.gather(*(interpreter.understand(text, history, "size") for text in texts))
    for text, one in zip(texts, found, strict=True):
        [alone] = understand_batch(model, [row(text, history, "size")])
        assert (one.text, one.failure, one.model, one.threshold) == (text, "", "tiny", STRICT)
        assert [score.name for score in one.intents] == [score.name for score in alone.intents]
        assert len(one.intents) == 38


async def test_a_model_too_slow_is_a_value(thread: ModelThread):
    gate = threading.Event()
    interpreter = TransformerInterpreter(tiny_model(), thread, max_error=0.05, time_limit=0.01)
    running = [asyncio.create_task(thread.run(lambda items: [gate.wait(5) for _ in items], 0))]
    await asyncio.sleep(0)
    answer = await interpreter.understand("hello", [], "")
    gate.set()
    await running[0]
    assert (answer.failure, answer.text, answer.intents) == ("timeout", "hello", ())


async def test_a_broken_model_is_a_value_and_its_log_holds_no_text(thread: ModelThread, caplog, monkeypatch):
    def broken(*_):
        raise RuntimeError("shape mismatch")

    monkeypatch.setattr("model.interpreter.understand", broken)
    answer = await TransformerInterpreter(tiny_model(), thread, max_error=0.05).understand("my secret", [], "")
    assert answer.failure == "error"
    assert "shape mismatch" in caplog.text
    assert "my secret" not in caplog.text
