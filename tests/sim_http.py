"""What people do in the simulation, on its way over HTTP: the platforms call us, and again where we answer no 2xx.

Their pauses are those of contracts of the platforms: Slack three retries, Telegram until it is taken.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from peers.slack import body, content_type, signed
from simulation import World

from adapters.telegram.limits import SECRET_HEADER

SLACK_PAUSES = (0.0, 60.0, 300.0)  # Slack's Events API: at once, after a minute, after five
TELEGRAM_PAUSES = (0.0, *(min(2.0**n, 60.0) for n in range(1, 20)))  # the Bot API server: doubling from 2 s on


async def to_slack(world: World, payload: dict[str, Any], mishap: str = "") -> None:
    content = body(payload)

    async def post(attempt: int) -> int:
        headers = {"Content-Type": content_type(payload), **signed(content)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
        async with world.slack.client.post(f"{world.url}/slack/events", data=content, headers=headers) as answer:
            return answer.status

    await _until_taken(world, post, mishap, SLACK_PAUSES)


async def to_telegram(world: World, update: dict[str, Any], mishap: str = "") -> None:
    world.telegram._hand_out(update)  # from now on its button may be answered

    async def post(attempt: int) -> int:
        headers = {SECRET_HEADER: world.hook.secret}
        async with world.slack.client.post(f"{world.url}{world.hook.path}", json=update, headers=headers) as answer:
            return answer.status

    await _until_taken(world, post, mishap, TELEGRAM_PAUSES)


async def _until_taken(
    world: World, post: Callable[[int], Awaitable[int]], mishap: str, pauses: Iterable[float]
) -> None:
    """"twice": two calls at the same moment. "closed": our first answer does not arrive."""
    for attempt, pause in enumerate(itertools.chain((0.0,), pauses)):
        if pause:
            await world.time.sleep(pause)
        first = attempt == 0
        statuses = await asyncio.gather(*(post(attempt) for _ in range(2 if first and mishap == "twice" else 1)))
        world.refused += sum(status // 100 != 2 for status in statuses)
        if 200 in statuses and not (first and mishap == "closed"):
            return
    raise AssertionError("the platform has given a message up")
