"""What one process alone may do at a time: whoever holds the lease in the store does it, the others wait for it."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable

from bot.errors import StoreError

log = logging.getLogger(__name__)

SECONDS = 15.0  # after which another process takes over from one that was killed

Lease = Callable[[str, str, float], Awaitable[bool]]  # bot.ports.Front.lease


async def while_held(lease: Lease, name: str, work: Callable[[], Awaitable[None]], seconds: float = SECONDS) -> None:
    """Do `work` until it is done, as long as nobody else does; begin anew when the lease comes back.

    Ends as `work` ends, with its exception too. StoreError when the store cannot be asked at the start.
    """
    owner = secrets.token_hex(8)
    waited = False
    while True:
        if await lease(name, owner, seconds):
            try:
                if await _held(lease, name, owner, work, seconds):
                    return
            finally:
                with contextlib.suppress(StoreError):  # it runs out by itself
                    await lease(name, owner, 0)
        elif not waited:
            waited = True
            log.info("%s is held by another process; this one waits", name)
        await asyncio.sleep(seconds / 3)


async def _held(lease: Lease, name: str, owner: str, work: Callable[[], Awaitable[None]], seconds: float) -> bool:
    """Whether the work ended, and not the lease. A store that is away for a moment ends neither."""
    loop = asyncio.get_running_loop()
    doing = asyncio.ensure_future(work())
    renewed = loop.time()
    try:
        while True:
            done, _ = await asyncio.wait({doing}, timeout=seconds / 3)
            if done:
                doing.result()
                return True
            asked = loop.time()
            try:
                mine = await lease(name, owner, seconds)
            except StoreError:
                if loop.time() - renewed < seconds * 2 / 3:
                    continue
                mine = False
            if not mine:
                log.warning("%s is not held any more; another process may have taken over", name)
                return False
            renewed = asked
    finally:
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
