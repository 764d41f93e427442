"""Run a wired product: one process per store, its web server, its channels, its workers."""

import asyncio
import contextlib
import fcntl
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from aiohttp import web

from bot.bootstrap import Shophand
from bot.errors import StoreBusy
from bot.leases import Lease, while_held
from bot.ports import Adapter
from bot.settings import Settings

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a channel that fell over is started again


@contextlib.contextmanager
def only_one(settings: Settings) -> Iterator[IO[str]]:
    """One running process per SQLite file: StoreBusy for the second."""
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.database.partition(":///")[2].partition("?")[0]
    name = Path(f"{path}.lock") if settings.database.startswith("sqlite") else settings.home / "run.lock"
    with name.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(
                f"another Shophand process works on {settings.database}. Stop it first, or set another SHOPHAND_HOME."
            ) from None
        yield file


@asynccontextmanager
async def serving(product: Shophand, host: str, port: int) -> AsyncIterator[int]:
    """Run the server, the channels and the workers; yields the port. The leases of a killed run are void."""
    await product.inbox.release_all()
    runner = web.AppRunner(product.web_app(), shutdown_timeout=1, access_log=None)
    await runner.setup()
    tasks = [asyncio.create_task(product.dispatcher.run())]
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        tasks += [asyncio.create_task(_keep_running(adapter, product.assistant.lease)) for adapter in product.adapters]
        yield runner.addresses[0][1]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await runner.cleanup()


async def _keep_running(adapter: Adapter, lease: Lease) -> None:
    """A channel that falls over is started again; the others never notice."""
    pause = FIRST_PAUSE
    while True:
        try:
            await (while_held(lease, adapter.sole, adapter.run) if adapter.sole else adapter.run())
        except Exception:
            log.exception("channel %s stopped; starting it again in %.0f s", adapter.name, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return
