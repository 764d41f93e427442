"""SQLite under load: writers have their turn, who finds nothing to do holds nobody up, and no look reads everything."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from store_rig import Rig, open_rig, opening, reply

from bot.store.database import open_database, reading, writing
from bot.store.tables import Facts


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


async def test_writers_of_one_process_write_in_the_order_in_which_they_came(rig: Rig) -> None:
    """SQLite alone lets whoever looks at the right moment in; the others may be told that it is locked."""
    written: list[int] = []

    async def write(number: int) -> None:
        async with writing(rig.engine) as connection:
            await connection.execute(sa.insert(Facts).values(name=str(number), value=""))
            written.append(number)

    await asyncio.gather(*(write(number) for number in range(40)))
    assert written == list(range(40))


async def test_a_writer_that_fails_lets_the_next_one_in(rig: Rig) -> None:
    with pytest.raises(ZeroDivisionError):
        async with writing(rig.engine):
            raise ZeroDivisionError
    await rig.hear("m1")
    assert await rig.inbox.any_waiting()


async def test_who_finds_nothing_to_do_waits_for_no_writer(rig: Rig) -> None:
    """Another process writes, for longer than anybody here would wait."""
    other = open_database(rig.engine.url.render_as_string(hide_password=False))
    async with writing(other), asyncio.timeout(5):
        assert await rig.inbox.claim("w1") is None
        assert await rig.inbox.fire_timers() == []
        assert await rig.outbox.due() == []
    await other.dispose()


async def test_what_waits_is_found_without_reading_all_that_ever_came(rig: Rig) -> None:
    seen: dict[str, Any] = {}

    def noted(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen[statement] = parameters

    event.listen(rig.engine.sync_engine, "before_cursor_execute", noted)
    await rig.turn("m1", reply("one"), handoffs=(opening(),))
    await rig.hear("m2")
    assert await rig.inbox.composing((await rig.taken()).conversation_id)
    assert await rig.inbox.any_waiting()
    for delivery in await rig.outbox.due():
        await rig.outbox.sent(delivery, "ref 1")
    event.remove(rig.engine.sync_engine, "before_cursor_execute", noted)
    async with reading(rig.engine) as connection:
        for statement, parameters in seen.items():
            if statement.startswith(("SELECT", "UPDATE")):
                plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                steps = [step.detail for step in plan]
                assert not {"SCAN inbox", "SCAN outbox", "SCAN conversations", "SCAN turns"} & set(steps), statement


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"])
async def test_a_store_in_memory_opens_too(url: str) -> None:
    engine = open_database(url)
    async with writing(engine) as connection:
        await connection.execute(sa.text("CREATE TABLE kept (one INTEGER)"))
    async with reading(engine) as connection:
        assert (await connection.execute(sa.text("SELECT count(*) FROM kept"))).scalar() == 0
    await engine.dispose()
