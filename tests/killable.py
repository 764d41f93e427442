"""A real Shophand process over a given home that kills itself at one point of a turn. Run by test_kill.py.

    python killable.py HOME POINT SCRIPT      SCRIPT: JSON list of texts, each [source id, text]

Prints one line per platform answer and per delivered reply, flushed, so that the test sees what left the process.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from adapters.terminal import TerminalAdapter, TerminalChannel
from bot.bootstrap import shophand
from bot.bootstrap.language import own_language
from bot.clock import ManualClock
from bot.messages import Address, InboundMessage, Reply
from bot.ports import ActiveModel, Language
from bot.settings import Settings
from bot.shop.sql import SqlShop

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
ADDRESS = Address(channel="terminal", account="", chat="script", user="script")

# step of the way of one message (README) → how the SQL that is executed there begins
STATEMENTS = {
    "3-storing": "INSERT INTO inbox",
    "4-claiming": "UPDATE conversations SET lease_owner",
    "5-loading": "SELECT turns.speaker",
    "8-beginning": "INSERT INTO actions",
    "8-effect": "UPDATE shop_orders",
    "10-committing": "UPDATE conversations SET status",
    "10-outbox": "INSERT INTO outbox",
    "11-marking": "UPDATE outbox SET state",
}
POINTS = ("3-stored", "6-understanding", "7-decided", "8-done", "9-writing", "11-sending", "11-sent", *STATEMENTS)


def die() -> None:
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


class Killer:
    """Dies at its point once it is armed."""

    def __init__(self, point: str) -> None:
        self.point, self.armed = point, False

    def at(self, point: str) -> None:
        if self.armed and point == self.point:
            die()


class Interpreter:
    def __init__(self, real: Any, killer: Killer) -> None:
        self._real, self._killer = real, killer

    async def understand(self, *arguments: Any) -> Any:
        self._killer.at("6-understanding")
        return await self._real.understand(*arguments)


class Writer:
    free_words = False

    def __init__(self, real: Any, killer: Killer) -> None:
        self._real, self._killer = real, killer

    async def write(self, requests: Sequence[Any]) -> Any:
        self._killer.at("9-writing")
        return await self._real.write(requests)


class Shop(SqlShop):
    killer: Killer

    async def perform(self, write: Any) -> Any:
        self.killer.at("7-decided")
        answer = await super().perform(write)
        self.killer.at("8-done")
        return answer


class Channel(TerminalChannel):
    def __init__(self, killer: Killer) -> None:
        super().__init__()
        self._killer = killer

    async def send(self, address: Address, reply: Reply, message_id: str) -> str:
        self._killer.at("11-sending")
        print("delivered", json.dumps([message_id, reply.text]), flush=True)
        self._killer.at("11-sent")
        return message_id


async def main(home: Path, point: str, texts: list[list[str]]) -> None:
    killer, terminal = Killer(point), TerminalAdapter()
    terminal.channel = Channel(killer)

    def make_shop(*arguments: Any) -> Shop:
        shop = Shop(*arguments)
        shop.killer = killer
        return shop

    def language(settings: Settings, max_error: float, _chosen: ActiveModel | None) -> Language:
        real = own_language(settings, max_error)
        return Language(Interpreter(real.interpreter, killer), Writer(real.writer, killer), close=real.close)

    async with shophand(
        Settings(home=home), clock=ManualClock(NOW), make_shop=make_shop,
        make_adapters=lambda *_: [terminal], language=language,
    ) as product:  # fmt: skip

        @sa.event.listens_for(product.engine.sync_engine, "before_cursor_execute")
        def _statement(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if STATEMENTS.get(point) and statement.startswith(STATEMENTS[point]):
                killer.at(point)

        await product.inbox.release_all()
        for source_id, text in texts:
            killer.armed = source_id == texts[-1][0]
            message = InboundMessage(source_id=source_id, address=ADDRESS, sent_at=NOW, text=text)
            await product.assistant.receive(message)
            print("answered", source_id, flush=True)
            killer.at("3-stored")
            await product.dispatcher.drain()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])))
