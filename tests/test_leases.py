"""What one process alone may do: the store's lease, and what is done under it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import FakeFront
from store_rig import Rig, open_rig

from bot.errors import StoreError
from bot.leases import Lease, while_held
from bot.serve import _keep_running
from bot.store.leases import LeaseStore

LENGTH = 0.06  # seconds: it is renewed after a third of them


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


@pytest.fixture(params=["store", "fake"])
async def lease(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Lease]:
    if request.param == "fake":
        yield FakeFront().lease
        return
    async with open_rig(tmp_path) as rig:
        yield LeaseStore(rig.engine, rig.clock).lease


# --- the contract ----------------------------------------------------------------------------------------------------


async def test_one_holds_it_renews_it_and_gives_it_back(lease: Lease) -> None:
    assert await lease("poll", "a", 15) and await lease("poll", "a", 15)
    assert not await lease("poll", "b", 15)
    assert await lease("sockets", "b", 15)  # another name is another's
    assert await lease("poll", "a", 0)
    assert await lease("poll", "b", 15) and not await lease("poll", "a", 15)


async def test_of_many_at_once_one_gets_it(lease: Lease) -> None:
    got = await asyncio.gather(*(lease("poll", f"owner {number}", 15) for number in range(8)))
    assert sum(got) == 1


async def test_it_runs_out_by_the_clock_and_the_late_one_has_lost_it(rig: Rig) -> None:
    lease = LeaseStore(rig.engine, rig.clock).lease
    assert await lease("poll", "a", 15)
    rig.clock.time += timedelta(seconds=14)
    assert not await lease("poll", "b", 15)
    rig.clock.time += timedelta(seconds=1)
    assert await lease("poll", "b", 15) and not await lease("poll", "a", 15)


# --- what is done under it -------------------------------------------------------------------------------------------


class Work:
    """Goes on until it is told to end; counts who began and who does it now."""

    def __init__(self) -> None:
        self.begun = self.now = 0
        self.end = asyncio.Event()

    async def __call__(self) -> None:
        self.begun, self.now = self.begun + 1, self.now + 1
        try:
            await self.end.wait()
        finally:
            self.now -= 1


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)


async def test_a_second_process_waits_and_takes_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bot.leases")
    front, work = FakeFront(), Work()
    first = asyncio.create_task(while_held(front.lease, "poll", work, LENGTH))
    await until(lambda: work.now == 1)
    second = asyncio.create_task(while_held(front.lease, "poll", work, LENGTH))
    await until(lambda: "this one waits" in caplog.text)
    assert (work.begun, work.now) == (1, 1)
    first.cancel()
    await until(lambda: work.begun == 2)
    assert work.now == 1
    work.end.set()
    await second
    assert front.leased == {}
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_who_has_lost_it_stops_at_once_and_begins_anew_when_it_is_back() -> None:
    front, work = FakeFront(), Work()
    doing = asyncio.create_task(while_held(front.lease, "poll", work, LENGTH))
    await until(lambda: work.now == 1)
    front.leased["poll"] = "another"
    await until(lambda: work.now == 0)
    del front.leased["poll"]
    await until(lambda: work.begun == 2)
    work.end.set()
    await doing
    assert (work.begun, work.now) == (2, 0)


class Shaky(FakeFront):
    """So many of the next questions for a lease fail."""

    failures = 0

    async def lease(self, name: str, owner: str, seconds: float) -> bool:
        if self.failures:
            self.failures -= 1
            raise StoreError("the store is away")
        return await super().lease(name, owner, seconds)


async def test_a_store_that_is_away_for_a_moment_ends_nothing() -> None:
    front, work = Shaky(), Work()
    doing = asyncio.create_task(while_held(front.lease, "poll", work, LENGTH))
    await until(lambda: work.now == 1)
    front.failures = 1
    await until(lambda: front.failures == 0)
    work.end.set()
    await doing
    assert work.begun == 1


async def test_a_store_that_stays_away_ends_the_work_before_another_could_begin() -> None:
    front, work = Shaky(), Work()
    doing = asyncio.create_task(while_held(front.lease, "poll", work, LENGTH))
    await until(lambda: work.now == 1)
    front.failures = 10**9
    await until(lambda: work.now == 0)
    with pytest.raises(StoreError):  # whoever runs it starts it again
        await doing


class Sole:
    """An adapter that one process at a time runs."""

    name, sole = "slack", "slack:sockets"

    def __init__(self, front: FakeFront) -> None:
        self.front, self.held = front, False

    async def run(self) -> None:
        self.held = self.sole in self.front.leased


@pytest.mark.parametrize("sole", ["slack:sockets", ""])
async def test_an_adapter_that_says_so_is_run_under_its_lease(sole: str) -> None:
    front = FakeFront()
    adapter = Sole(front)
    adapter.sole = sole
    await _keep_running(adapter, front.lease)  # type: ignore[arg-type]
    assert adapter.held is bool(sole) and front.leased == {}


async def test_it_ends_as_the_work_ends() -> None:
    async def falls() -> None:
        raise RuntimeError("fell over")

    front = FakeFront()
    with pytest.raises(RuntimeError, match="fell over"):
        await while_held(front.lease, "poll", falls, LENGTH)
    assert front.leased == {}
