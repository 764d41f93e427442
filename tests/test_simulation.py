"""Short simulated days, over sockets and over HTTP: shoppers, 3 staff, and everything that can go wrong on the way."""

from pathlib import Path

import pytest
from sim_checks import check_blocked, check_chats, check_desks, check_inbox, check_writes, day, delays
from sim_peers import BAD_DAY, BAD_DAY_OVER_HTTP, Rates

pytestmark = [
    pytest.mark.usefixtures("quick_hashes"),
    pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be of type"),
]
PATIENCE = 20.0  # seconds that a chat may be held up by what is not its own; most of it real time on a busy machine


@pytest.mark.parametrize(
    ("rates", "http", "shoppers", "writes"),
    [pytest.param(BAD_DAY, False, 12, 6, id="sockets"), pytest.param(BAD_DAY_OVER_HTTP, True, 10, 4, id="http")],
)
async def test_nothing_is_lost_doubled_or_starved_on_a_bad_day(
    tmp_path: Path, rates: Rates, http: bool, shoppers: int, writes: int
) -> None:
    async with day(tmp_path, shoppers=shoppers, staff=3, seed=1, rates=rates, http=http) as over:
        assert await check_inbox(over.world, over.shoppers) > 5 * shoppers
        await check_chats(over.world, over.shoppers)
        await check_desks(over.world, over.shoppers)
        assert await check_writes(over.world, over.shoppers) == writes
        await check_blocked(over.world, over.shoppers)
        assert {"limited", "broken", "dropped", "lost"} <= set().union(*(
            chat.mishaps for chat in over.world.plan.chats.values()))  # fmt: skip
        assert (await delays(over.world, over.shoppers)).foreign < PATIENCE
        assert bool(over.world.refused) == http
