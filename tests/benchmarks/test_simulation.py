"""200 shoppers and 10 staff on both platforms, on a calm day and on a bad one (`make bench`)."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from sim_checks import Delays, check_blocked, check_chats, check_desks, check_inbox, check_writes, day, delays
from sim_peers import BAD_DAY, BAD_DAY_OVER_HTTP, CALM, Rates

pytestmark = [
    pytest.mark.usefixtures("quick_hashes"),
    pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be of type"),
]
PATIENCE = 60.0  # seconds that a chat may be held up by what is not its own, on a machine that may be busy


@dataclass
class Seen:
    messages: int
    deliveries: int
    mishaps: int
    twins: int
    writes: int
    seconds: float
    delays: Delays
    refused: int


def shown(name: str, seen: Seen) -> None:
    waited = seen.delays
    print(f"{name}: {seen.messages} messages in, {seen.deliveries} out, {seen.refused} refused and brought again, "
          f"{seen.mishaps} mishaps, {seen.twins} twins, {seen.writes} writes, {seen.seconds:.0f} s; "
          f"from row to delivery median {waited.median:.2f} s, 95 % {waited.most:.2f} s, "
          f"longest {waited.longest:.1f} s, by others {waited.foreign:.2f} s")  # fmt: skip


async def lived(folder: Path, rates: Rates, *, http: bool = False) -> Seen:
    async with day(folder, shoppers=200, staff=10, seed=7, rates=rates, http=http) as over:
        world, shoppers = over.world, over.shoppers
        messages, twins = await check_inbox(world, shoppers), await check_chats(world, shoppers)
        await check_desks(world, shoppers)
        await check_blocked(world, shoppers)
        writes, waited = await check_writes(world, shoppers), await delays(world, shoppers)
        assert waited.foreign < PATIENCE
        sent = len(world.slack.sent) + len(world.telegram.sent)
        mishaps = sum(chat.mishaps.total() for chat in world.plan.chats.values())
        return Seen(messages, sent, mishaps, twins, writes, over.seconds, waited, world.refused)


async def test_a_bad_day_beside_a_calm_one(tmp_path: Path) -> None:
    calm, bad = await lived(tmp_path / "calm", CALM), await lived(tmp_path / "bad", BAD_DAY)
    print()
    shown("calm", calm)
    shown("bad", bad)
    print(f"bad beside calm: median {bad.delays.median / calm.delays.median:.1f}, "
          f"95 % {bad.delays.most / calm.delays.most:.1f}, seconds {bad.seconds / calm.seconds:.1f}")  # fmt: skip
    assert bad.mishaps > 10 * calm.mishaps
    assert calm.writes == bad.writes > 0


async def test_a_bad_day_over_http(tmp_path: Path) -> None:
    """Slack's Events API and Telegram's webhook, which call again where we answer no 2xx or are not heard."""
    bad = await lived(tmp_path, BAD_DAY_OVER_HTTP, http=True)
    print()
    shown("bad over http", bad)
    assert bad.refused and bad.writes
