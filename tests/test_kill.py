"""Killed with SIGKILL at each step of a turn and started again: every message is answered, no action done twice."""

import asyncio
import json
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from killable import ADDRESS, NOW, POINTS

from bot.bootstrap.shop import open_shop
from bot.clock import ManualClock
from bot.settings import Settings
from bot.shop.show import look_up
from bot.store.conversations import ConversationStore
from bot.store.database import reading
from bot.store.tables import Actions, Inbox, Outbox

HERE = Path(__file__).parent
EMAIL, ORDER = "emma.clarke@example.com", "10043"
ASKING, YES = ["m1", f"please cancel order {ORDER}"], ["m2", "yes"]


async def _process(home: Path, point: str, texts: list[list[str]]) -> tuple[int, list[str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "killable.py"), str(home), point, json.dumps(texts), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode().splitlines()


async def _vouched(home: Path) -> None:
    async with open_shop(Settings(home=home), clock=ManualClock(NOW)) as opened:
        proof = await opened.shop.customer(EMAIL)
        assert proof is not None
        until = NOW.replace(year=2030)
        await ConversationStore(opened.engine, ManualClock(NOW)).vouch(
            ADDRESS, replace(proof, until=until)
        )


@pytest.fixture(scope="session")
def asked(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the shopper has asked for a cancellation and sees the confirmation."""
    home = tmp_path_factory.mktemp("asked") / "home"
    shutil.copytree(seeded, home)

    async def ask() -> None:
        await _vouched(home)
        code, out = await _process(home, "never", [ASKING])
        assert code == 0
        assert len([line for line in out if line.startswith("delivered")]) == 1

    asyncio.run(ask())
    return home


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at(point: str, asked: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(asked, home)

    code, before = await _process(home, point, [YES])
    assert code == -signal.SIGKILL
    # the platform sends again what was never answered; a second delivery of what was answered changes nothing
    code, after = await _process(home, "never", [YES])
    assert code == 0

    delivered = [json.loads(line.removeprefix("delivered ")) for line in before + after if line.startswith("delivered")]
    await _check(home, delivered, twice=point in ("11-sent", "11-marking"))


async def _check(home: Path, delivered: list[list[str]], *, twice: bool) -> None:
    async with open_shop(Settings(home=home), clock=ManualClock(NOW)) as opened:
        order = await look_up(opened.engine, ORDER)
        async with reading(opened.engine) as connection:
            waiting = await connection.scalar(sa.select(sa.func.count()).where(sa.not_(Inbox.__table__.c.done)))
            actions = (await connection.execute(sa.select(Actions.__table__.c.state))).scalars().all()
            unsent = await connection.scalar(sa.select(sa.func.count()).where(Outbox.__table__.c.state == "waiting"))
    assert order is not None
    assert (order["state"], len(order["refunds"])) == ("cancelled", 1)
    assert actions == ["finished"]
    assert (waiting, unsent) == (0, 0)
    # one answer; it may repeat only where the crash hid that it had been sent
    assert len({message for message, _ in delivered}) == 1
    assert len(delivered) == (2 if twice else 1)
