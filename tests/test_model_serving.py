"""The model thread and the interpreter on it: batches across conversations, and failures that are values."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from test_model_tiny import tiny_model

from bot.conversation import Utterance
from bot.errors import ModelError
from model import checkpoint
from model.calibration import STRICT
from model.interpreter import TransformerInterpreter, load_model, row, understand_batch
from model.serving import ModelThread


class Seconds:
    """A monotonic clock that the test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Stuck:
    """A batch function that does not come back before `go`."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, items):
        self.begun.set()
        assert self.go.wait(5)
        return items

    async def running(self, thread: ModelThread) -> asyncio.Task:
        """A request that the thread is working on."""
        task = asyncio.create_task(thread.run(self, "stuck"))
        assert await asyncio.to_thread(self.begun.wait, 5)
        return task


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@contextmanager
def one_thread(seconds: Seconds, **settings: object) -> Iterator[ModelThread]:
    thread = ModelThread(torch_threads=1, monotonic=seconds, **settings)
    try:
        yield thread
    finally:
        thread.close()


@pytest.fixture
def thread(seconds: Seconds) -> Iterator[ModelThread]:
    with one_thread(seconds, gather=0.05) as thread:
        yield thread


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    stuck = Stuck()
    yield stuck
    stuck.go.set()


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


async def test_a_batch_that_answers_too_few_fails_its_requests_only(thread: ModelThread):
    with pytest.raises(ValueError):
        await thread.run(lambda items: [], 1)
    assert await thread.run(list, 3) == 3


async def test_a_batch_takes_the_oldest_kind_and_no_more_than_its_limit(seconds: Seconds, stuck: Stuck):
    seen = []

    def note(items):
        seen.append(list(items))
        return items

    def other(items):
        return note(items)

    with one_thread(seconds, batch=2) as thread:
        first = await stuck.running(thread)
        asked = [thread.run(function, item) for item, function in enumerate((note, other, note, note))]
        waiting = [asyncio.create_task(one) for one in asked]
        await asyncio.sleep(0)
        stuck.go.set()
        assert await asyncio.gather(first, *waiting) == ["stuck", 0, 1, 2, 3]
    assert seen == [[0, 2], [1], [3]]


async def test_the_model_has_one_thread_with_its_own_number_of_torch_threads(thread: ModelThread):
    def where(items):
        return [(threading.current_thread().name, torch.get_num_threads()) for _ in items]

    assert {await thread.run(where, 0), await thread.run(where, 1)} == {("model", 1)}


async def test_a_time_out_takes_a_waiting_request_out(thread: ModelThread, seconds: Seconds, stuck: Stuck):
    seen = []

    def note(items):
        seen.extend(items)
        return items

    first = await stuck.running(thread)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await thread.run(note, 1)
    seconds.now += 10
    assert "(requests waiting: 0)" in thread.problem()
    seconds.now -= 10
    stuck.go.set()
    assert await first == "stuck"
    assert await thread.run(note, 2) == 2
    assert seen == [2]


async def test_a_time_out_discards_the_answer_of_a_running_request(thread: ModelThread, stuck: Stuck):
    first = await stuck.running(thread)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    stuck.go.set()
    assert await thread.run(list, 2) == 2


async def test_a_call_silent_for_ten_seconds_is_a_problem_until_it_comes_back(
    thread: ModelThread, seconds: Seconds, stuck: Stuck
):
    first = await stuck.running(thread)
    behind = asyncio.create_task(thread.run(list, 1))
    await asyncio.sleep(0)
    seconds.now += 9.9
    assert thread.problem() == ""
    seconds.now += 0.1
    assert thread.problem() == "the model has been silent for 10 s (requests waiting: 1)"
    with pytest.raises(TimeoutError, match="silent"):
        await thread.run(list, 2)  # who comes now does not queue up in vain
    stuck.go.set()
    assert await asyncio.gather(first, behind) == ["stuck", 1]
    assert (thread.problem(), await thread.run(list, 3)) == ("", 3)


async def test_an_idle_thread_is_not_silent(thread: ModelThread, seconds: Seconds):
    await thread.run(list, 1)
    seconds.now += 1_000
    assert thread.problem() == ""


async def test_a_stuck_call_does_not_hold_up_the_end(thread: ModelThread, seconds: Seconds, stuck: Stuck):
    await stuck.running(thread)
    behind = asyncio.create_task(thread.run(list, 1))
    await asyncio.sleep(0)
    seconds.now += 10
    thread.close()
    with pytest.raises(asyncio.CancelledError):
        await behind
    assert thread.problem() == "the model thread has ended"
    with pytest.raises(RuntimeError, match="closed"):
        await thread.run(list, 2)


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


async def test_a_model_too_slow_is_a_value(thread: ModelThread, seconds: Seconds, stuck: Stuck):
    interpreter = TransformerInterpreter(tiny_model(), thread, max_error=0.05, time_limit=0.01)
    await stuck.running(thread)
    answer = await interpreter.understand("hello", [], "")
    assert (answer.failure, answer.text, answer.intents) == ("timeout", "hello", ())
    seconds.now += 10
    assert (await interpreter.understand("hello", [], "")).failure == "timeout"


async def test_a_broken_model_is_a_value_and_its_log_holds_no_text(thread: ModelThread, caplog, monkeypatch):
    def broken(*_):
        raise RuntimeError("shape mismatch")

    monkeypatch.setattr("model.interpreter.understand", broken)
    answer = await TransformerInterpreter(tiny_model(), thread, max_error=0.05).understand("my secret", [], "")
    assert answer.failure == "error"
    assert "shape mismatch" in caplog.text
    assert "my secret" not in caplog.text


def test_a_model_of_another_hash_than_the_chosen_one_is_refused(tmp_path):
    model = tiny_model()
    checkpoint.save(tmp_path, model.net, model.tokenizer, model.calibration)
    found = load_model(tmp_path).hash
    assert load_model(tmp_path, found).hash == found
    with pytest.raises(ModelError, match=f"holds model {found} and not 0123456789ab: its files were changed"):
        load_model(tmp_path, "0123456789ab")
