"""One import in a process of its own, with a stopwatch on every writing transaction; prints its figures as JSON.

    python tests/benchmarks/importing.py STORE FOLDER
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.shop import staging
from bot.shop.staging import Run
from bot.shop.transfer import import_shop
from bot.store.database import open_database, writing
from bot.store.migrate import migrate

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def memory() -> int:
    """MB at most so far. Not getrusage: that of a child begins with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found, "needs Linux"
    return int(found[1]) // 1024


async def timed_import(store: str, folder: Path) -> dict[str, object]:
    held: list[float] = []  # seconds that the write lock was held, from its begin to the end of the commit
    switches: list[int] = []
    phases: dict[str, float] = {}
    plain_switch = Run.switch

    @asynccontextmanager
    async def timed(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        began = 0.0
        async with writing(engine) as connection:
            began = time.perf_counter()
            yield connection
        held.append(time.perf_counter() - began)

    async def noted(self: Run, *arguments: object) -> None:
        switches.append(len(held))
        await plain_switch(self, *arguments)  # type: ignore[arg-type]

    def progress(what: str, _done: int, _total: int) -> None:
        phases.setdefault(what, time.perf_counter())

    staging.writing, Run.switch = timed, noted  # type: ignore[assignment,method-assign]
    engine = open_database(f"sqlite+aiosqlite:///{store}")
    await migrate(engine)
    before, began = memory(), time.perf_counter()
    report = await import_shop(engine, folder, NOW, progress)
    ended = time.perf_counter()
    await engine.dispose()
    starts = [*phases.values(), ended]
    return {
        "problems": [str(problem) for problem in report.problems[:5]],
        "changed": dict(report.changed),
        "seconds": ended - began,
        "phases": {what: starts[at + 1] - starts[at] for at, what in enumerate(phases)},
        "transactions": len(held),
        "longest": max(held, default=0.0),
        "switch": held[switches[0]] if switches else 0.0,
        "memory": memory(),
        "memory before": before,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(timed_import(sys.argv[1], Path(sys.argv[2])))))
