"""One thread that runs the model, with a fixed number of torch threads; requests that come together share a batch.

Knows nothing of what the jobs are: a batch function and its items. The event loop never waits for it.
"""

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch

BatchFunction = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    function: BatchFunction
    item: Any
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Any]"


class ModelThread:
    """Runs batch functions on its own thread, one batch at a time, in order of arrival."""

    def __init__(
        self,
        *,
        torch_threads: int = 2,
        gather: float = 0.003,
        batch: int = 32,
        silence: float = 10.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`gather`: seconds to wait for more of the same kind; `batch`: the most items of one call.

        `silence`: a call that has not come back after so many seconds by `monotonic` counts as stuck.
        """
        self._gather, self._batch, self._torch_threads = gather, batch, torch_threads
        self._silence, self._monotonic = silence, monotonic
        self._waiting: deque[_Job] = deque()
        self._changed = threading.Condition()  # guards what waits and whether it is closed; held for moments only
        self._closed = False
        self._begun: float | None = None  # when the running call began
        self._thread = threading.Thread(target=self._work, name="model", daemon=True)
        self._thread.start()

    async def run(self, function: BatchFunction, item: Any) -> Any:
        """function([…, item, …])'s answer for `item`; raises what `function` raises.

        Cancelled (a time limit passed), a waiting item is taken out and a running one's answer is discarded. While a
        call is stuck this is a TimeoutError at once: who would wait behind it would wait in vain.
        """
        loop = asyncio.get_running_loop()
        job = _Job(function, item, loop, loop.create_future())
        with self._changed:
            if self._closed:
                raise RuntimeError("the model thread is closed")
            if problem := self.problem():
                raise TimeoutError(problem)
            self._waiting.append(job)
            self._changed.notify()
        try:
            return await job.answer
        finally:
            with self._changed, contextlib.suppress(ValueError):  # not there: it was taken
                self._waiting.remove(job)

    def problem(self) -> str:
        """Why no answer can be expected just now, "" when all is well; holds nothing of what is asked."""
        if self._closed or not self._thread.is_alive():
            return "the model thread has ended"
        silent = self._silent()
        if silent < self._silence:
            return ""
        return f"the model has been silent for {silent:.0f} s (requests waiting: {len(self._waiting)})"

    def close(self) -> None:
        """Stop after the batch that runs, unless it is stuck; what still waits is cancelled."""
        with self._changed:
            self._closed = True
            left = self._take(self._waiting)
            self._changed.notify()
        for job in left:
            with contextlib.suppress(RuntimeError):  # its loop is closed
                job.loop.call_soon_threadsafe(job.answer.cancel)
        self._thread.join(max(0.0, self._silence - self._silent()))

    def _silent(self) -> float:
        begun = self._begun
        return 0.0 if begun is None else self._monotonic() - begun

    def _work(self) -> None:
        torch.set_num_threads(self._torch_threads)
        while batch := self._next():
            if wanted := [job for job in batch if not job.answer.cancelled()]:
                self._answer(wanted)

    def _next(self) -> list[_Job]:
        """The oldest job and those of its function that arrive within the gathering time; [] when it is to stop."""
        with self._changed:
            while not self._closed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                self._changed.wait_for(lambda: len(self._waiting) >= self._batch or self._closed, self._gather)
                if self._waiting:  # not, when the only one was taken out meanwhile
                    function = self._waiting[0].function
                    alike = (job for job in self._waiting if job.function == function)
                    return self._take(islice(alike, self._batch))
            return []

    def _take(self, jobs: Iterable[_Job]) -> list[_Job]:
        taken = list(jobs)
        for job in taken:
            self._waiting.remove(job)
        return taken

    def _answer(self, batch: list[_Job]) -> None:
        failure: Exception | None = None
        self._begun = self._monotonic()
        try:
            answers = batch[0].function([job.item for job in batch])
            if len(answers) != len(batch):
                raise ValueError(f"{len(answers)} answers for {len(batch)} items")
        except Exception as problem:
            failure, answers = problem, [None] * len(batch)
        self._begun = None  # before the first one hears of it
        for job, answer in zip(batch, answers, strict=True):
            with contextlib.suppress(RuntimeError):  # its loop is closed: nobody waits any more
                job.loop.call_soon_threadsafe(_settle, job.answer, answer, failure)


def _settle(waiting: "asyncio.Future[Any]", answer: Any, failure: Exception | None) -> None:
    if waiting.done():  # its time was over: the answer is discarded
        return
    if failure:
        waiting.set_exception(failure)
    else:
        waiting.set_result(answer)
