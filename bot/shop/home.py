"""The shop's folder in the home: shop.toml, policy.toml, knowledge/ and replies/, which the owner edits there."""

import shutil
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import BadInput
from bot.ports import Clock
from bot.shop.folder import TEXT_FOLDERS, Progress, Report
from bot.shop.policy import POLICY_FILE, SHOP_FILE
from bot.shop.transfer import import_shop, quiet


def home_shop(home: Path, source: Path) -> Path:
    """The folder that the settings and texts are read from: the home, filled from `source` at first start. BadInput."""
    if not (source / SHOP_FILE).is_file():
        raise BadInput(f"{source} has no {SHOP_FILE}: SHOPHAND_SHOP must name a folder as in docs/import-format.md")
    home.mkdir(parents=True, exist_ok=True)
    if not (home / SHOP_FILE).exists():
        adopt(source, home)
    return home


def adopt(source: Path, home: Path) -> None:
    """Make a shop folder's settings, knowledge and replies the home's."""
    for name in (SHOP_FILE, POLICY_FILE):
        shutil.copy(source / name, home / name)
    for name in TEXT_FOLDERS:
        if (source / name).is_dir():
            shutil.copytree(source / name, home / name, dirs_exist_ok=True)


async def fill(engine: AsyncEngine, folder: Path, clock: Clock, progress: Progress = quiet) -> Report:
    """Import a shop folder into the store. BadInput lists every bad row."""
    report = await import_shop(engine, folder, clock.now(), progress)
    if report.problems:
        raise BadInput("\n".join(map(str, report.problems)))
    return report
