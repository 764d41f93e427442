"""Open the store and the shop in it, without the assistant: what the commands that only look or import need."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.commerce import WITH_MODE, Shop
from bot.errors import BadInput
from bot.office import CannedReply
from bot.ports import Clock
from bot.settings import Settings
from bot.shop import recorded
from bot.shop.checks import policy_faults
from bot.shop.folder import Progress, Report
from bot.shop.goods import Goods
from bot.shop.home import adopt, fill, home_shop
from bot.shop.indexing import refresh
from bot.shop.policy import POLICY_FILE, Policy, read_policy
from bot.shop.replies import read_replies
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE, is_empty, quiet
from bot.store.database import open_database, reading
from bot.store.migrate import migrate
from bot.store.modes import ModeStore

MakeShop = Callable[[AsyncEngine, Clock, Policy, Path], Shop]


@dataclass(frozen=True, slots=True)
class OpenShop:
    """The store and the shop in it."""

    engine: AsyncEngine
    policy: Policy
    shop: Shop
    replies: tuple[CannedReply, ...]
    imported: Report | None = None  # of `import_from`


@asynccontextmanager
async def open_shop(
    settings: Settings,
    *,
    clock: Clock,
    shop_folder: Path | None = None,
    import_from: Path | None = None,
    progress: Progress = quiet,
    make_shop: MakeShop = SqlShop,
) -> AsyncIterator[OpenShop]:
    """Open the store, migrated; an empty one is filled from the shop folder, any one from `import_from` if given.

    `shop_folder`: read shop.toml, policy.toml, knowledge and replies from there instead of the home.
    BadInput lists what is wrong.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database)
    try:
        await migrate(engine)
        await refresh(engine)
        imported = await fill(engine, import_from, clock, progress) if import_from else None
        if import_from:
            adopt(import_from, settings.home)
        folder = shop_folder or home_shop(settings.home, settings.shop or SAMPLE)
        if await is_empty(engine):
            await fill(engine, shop_folder or settings.shop or SAMPLE, clock)
        policy = read_policy(folder)
        if faults := await _faults(engine, policy):
            raise BadInput("\n".join(faults))
        shop = make_shop(engine, clock, policy, folder / "knowledge")
        yield OpenShop(engine, policy, shop, read_replies(folder), imported)
    finally:
        await engine.dispose()


async def _faults(engine: AsyncEngine, policy: Policy) -> list[str]:
    """What is wrong with the rules for the goods that the store has."""
    async with reading(engine) as connection:
        goods = Goods(await recorded.categories(connection))
    return [f"{POLICY_FILE}: {reason}" for reason in policy_faults(policy, goods)]


def mode_store(engine: AsyncEngine, clock: Clock, policy: Policy) -> ModeStore:
    return ModeStore(engine, clock, {market.name: market.modes for market in policy.markets.values()}, WITH_MODE)
