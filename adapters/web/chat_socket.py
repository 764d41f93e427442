"""One open chat page: what it sends is stored and then acknowledged; what is new in the transcript is pushed to it.

The transcript is the truth: a socket holds nothing that a lost connection could lose.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from adapters.web import wire
from adapters.web.limits import BEAT_SECONDS, COMPOSING_SECONDS, HISTORY_LINES, SOCKETS_PER_VISITOR
from adapters.web.live import Live
from adapters.web.rates import Rates
from adapters.web.signing import Signer
from adapters.web.visitors import Visitor, Visitors
from bot.errors import BadInput
from bot.ports import Front

log = logging.getLogger(__name__)


class _Elsewhere(Exception):
    """Another browser has the chat now."""


class ChatSocket:
    def __init__(
        self, ws: web.WebSocketResponse, visitor: Visitor, peer: str, *, front: Front, visitors: Visitors, live: Live,
        signer: Signer, rates: Rates, now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._ws, self._visitor, self._peer = ws, visitor, peer
        self._front, self._visitors, self._live, self._signer = front, visitors, live, signer
        self._rates, self._now = rates, now
        self._conversation = visitor.conversation

    async def serve(self) -> None:
        """Until the browser goes, sends what no page of ours would, or the store fails: then it comes back."""
        try:
            if self._live.count(self._conversation) >= SOCKETS_PER_VISITOR:
                await self._ws.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"too many windows are open")
                return
            hello = await self._next()
            if not isinstance(hello, wire.Hello):
                await self._refuse("the first frame must be hello")
                return
            async with self._front.subscribe(self._conversation) as event:
                with self._live.joined(self._conversation, event):
                    await self._greet(hello)
                    await self._both_ways(event, hello.after)
        except BadInput as error:
            await self._refuse(str(error))
        except _Elsewhere:
            await self._ws.close(code=wire.ELSEWHERE, message=b"this chat goes on in another browser")
        except ConnectionResetError:
            pass  # gone while something was sent to it; it asks again when it is back
        finally:
            # after a failure above, which goes on to the server's log: the browser comes back and sends again
            await self._ws.close(code=WSCloseCode.INTERNAL_ERROR, message=b"please come back")

    async def _refuse(self, why: str) -> None:
        log.info("web: a chat socket was closed: %s", why)
        await self._ws.close(code=WSCloseCode.POLICY_VIOLATION, message=why.encode()[:120])

    async def _check(self) -> None:
        """Who came by a link from a mail has the chat alone: the browser before him neither reads nor writes in it."""
        if not await self._visitors.holds(self._visitor):
            raise _Elsewhere

    async def _greet(self, hello: wire.Hello) -> None:
        fresh = hello.after == 0 and not await self._front.transcript(self._conversation)
        if fresh and not self._rates.opening(self._peer):  # too many of one address: answered, but not greeted
            await self._front.receive(wire.start(self._visitor.id, self._now(), hello.language))

    async def _both_ways(self, event: asyncio.Event, after: int) -> None:
        tasks = [asyncio.create_task(self._read(event)), asyncio.create_task(self._push(event, after))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # --- in ----------------------------------------------------------------------------------------------------------

    async def _next(self) -> wire.Hello | wire.Frame | None:
        """The next frame, None when the browser has gone. BadInput for junk."""
        message = await self._ws.receive()
        if message.type is WSMsgType.TEXT:
            return wire.parse(message.data)
        if message.type is WSMsgType.BINARY:
            raise BadInput("frames are text")
        return None

    async def _read(self, event: asyncio.Event) -> None:
        while (frame := await self._next()) is not None:
            if isinstance(frame, wire.Hello):
                raise BadInput("hello comes once")
            await self._check()
            await self._ws.send_json(await self._take(frame))
            event.set()  # a reply is being written from now on

    async def _take(self, frame: wire.Frame) -> dict[str, Any]:
        """Store one message; the answer to the browser."""
        wait = self._rates.message(self._visitor.id, self._peer)
        if wait:
            return {"slow": frame.id, "seconds": round(wait, 1)}
        message = wire.normalise(frame, self._visitor.id, self._now(), self._signer)
        if message is None:
            return {"refused": frame.id}
        await self._front.receive(message)
        return {"ack": frame.id}

    # --- out ---------------------------------------------------------------------------------------------------------

    async def _push(self, event: asyncio.Event, after: int) -> None:
        first, composing, waited = True, False, True
        while not self._live.stopping:
            event.clear()
            lines = await self._front.transcript(self._conversation, after)
            frame: dict[str, Any] = {}
            if lines:
                await self._check()
                shown = [line for line in lines if wire.shown(line)]
                frame["lines"] = [wire.line_data(line) for line in shown[-HISTORY_LINES:]]
                after = lines[-1].id
            now_composing = await self._front.composing(self._conversation)
            if first or now_composing != composing:
                frame["composing"] = composing = now_composing
            if frame or (waited and not composing):  # an empty frame only shows that we are there
                await self._ws.send_json(frame)
            first, waited = False, not await _set_within(event, COMPOSING_SECONDS if composing else BEAT_SECONDS)
        await self._ws.close(code=WSCloseCode.GOING_AWAY, message=b"back in a moment")


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
            return True
    return False
