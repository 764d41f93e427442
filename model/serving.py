"""One thread that runs the model, with a fixed number of torch threads; requests that come together share a batch.

Knows nothing of what the jobs are: a batch function and its items. The event loop never waits for it.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

BatchFunction = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class _Job:
    function: BatchFunction
    item: Any
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Any]"


class ModelThread:
    """Runs batch functions on its own thread, one batch at a time, in order of arrival."""

    def __init__(self, *, torch_threads: int = 2, gather: float = 0.003, batch: int = 32) -> None:
        """`gather`: seconds to wait for more of the same kind; `batch`: the most items of one call."""
        self._gather, self._batch, self._torch_threads = gather, batch, torch_threads
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="model", daemon=True)
        self._thread.start()

    async def run(self, function: BatchFunction, item: Any) -> Any:
        """function([…, item, …])'s answer for `item`; raises what `function` raises.

        Cancelled (a time limit passed), a waiting item is taken out and a running one's answer is discarded.
        """
        if self._closed:
            raise RuntimeError("the model thread is closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._jobs.put(_Job(function, item, loop, answer))
        return await answer

    def close(self) -> None:
        """Stop after the batch that runs; what still waits is cancelled."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join()

    def _work(self) -> None:
        torch.set_num_threads(self._torch_threads)
        held: _Job | None = None
        while True:
            first = held or self._jobs.get()
            if first is None:
                break
            batch, held, closing = self._collect(first)
            waiting = [job for job in batch if not job.answer.cancelled()]
            if waiting:
                self._answer(waiting)
            if closing:
                break
        for job in (held, *self._rest()):
            if job:
                _tell(job, lambda job=job: job.answer.cancel())

    def _collect(self, first: _Job) -> tuple[list[_Job], _Job | None, bool]:
        """Jobs of one function that arrive within the gathering time, a job of another one, and whether to stop."""
        batch, until = [first], time.monotonic() + self._gather
        while len(batch) < self._batch:
            try:
                job = self._jobs.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if job is None:
                return batch, None, True
            if job.function != first.function:
                return batch, job, False
            batch.append(job)
        return batch, None, False

    def _answer(self, batch: list[_Job]) -> None:
        try:
            answers = batch[0].function([job.item for job in batch])
        except Exception as problem:
            for job in batch:
                _tell(job, lambda job=job, problem=problem: job.answer.done() or job.answer.set_exception(problem))
            return
        for job, answer in zip(batch, answers, strict=True):
            _tell(job, lambda job=job, answer=answer: job.answer.done() or job.answer.set_result(answer))

    def _rest(self) -> list[_Job]:
        rest = []
        while not self._jobs.empty():
            if job := self._jobs.get():
                rest.append(job)
        return rest


def _tell(job: _Job, action: Callable[[], object]) -> None:
    try:
        job.loop.call_soon_threadsafe(action)
    except RuntimeError:  # its loop is closed: nobody waits any more
        return
