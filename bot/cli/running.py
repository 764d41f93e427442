"""`shophand run`, `migrate` and `doctor`: start the product, prepare its store, look at its state."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import asdict

import typer
from rich.logging import RichHandler

from bot.bootstrap import shophand
from bot.bootstrap.channels import channels_of
from bot.cli.common import AsJson, Db, Now, ShopDir, clock_of, err, out, print_json, settings_of, start
from bot.clock import StartedClock, SystemClock
from bot.doctor import examine
from bot.serve import only_one, serving
from bot.shop.policy import read_policy
from bot.shop.transfer import SAMPLE
from bot.store.database import open_database
from bot.store.migrate import migrate

FIRST_STAFF = "admin"


def run(db: Db = None, shop: ShopDir = None, now: Now = None) -> None:
    """Start everything that has a setting; with none, the web chat and the staff console."""
    given = start.over(db, shop, now)
    settings = settings_of(given)
    logging.basicConfig(
        level=settings.log_level, format="%(name)s: %(message)s", handlers=[RichHandler(console=err, show_path=False)]
    )
    for noisy in ("httpx", "httpcore", "aiosqlite", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # httpx writes request URLs, which hold Telegram's token

    async def serve() -> None:
        with only_one(settings):
            clock = StartedClock(given.now) if given.now else SystemClock()
            async with shophand(
                settings, clock=clock, make_adapters=channels_of(settings), shop_folder=given.shop
            ) as product:
                password = await product.staff.first_account(FIRST_STAFF)
                async with serving(product, settings.host, settings.port) as port:
                    _welcome(f"http://{settings.host}:{port}", password, [adapter.name for adapter in product.adapters])
                    if product.policy.shop.name == read_policy(SAMPLE).shop.name:
                        _to_try()
                    await asyncio.Event().wait()

    try:
        asyncio.run(serve())
    except KeyboardInterrupt:
        err.print("stopped")


def _welcome(address: str, password: str | None, channels: Iterable[str]) -> None:
    out.print(f"\n[bold]Shophand is running.[/bold] Channels: {', '.join(channels)}")
    out.print(f"  Shop chat      {address}/")
    out.print(f"  Staff console  {address}/staff")
    if password:
        out.print(
            f"  First sign-in  {FIRST_STAFF} / {password}   (shown once; you will be asked to change it)", markup=False
        )


def _to_try() -> None:
    """With the orders of the sample shop."""
    out.print("\nThree things to try in the chat:")
    out.print("  1. Where is my order 10042?      (it belongs to emma.clarke@example.com)")
    out.print("  2. 我想退货，订单10103             (手机或邮箱 li.na@example.com)")
    out.print("  3. I want to talk to a person    (then sign in at the console)\n")


def migrate_command(db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """Bring the store's schema to the newest version."""

    async def go() -> tuple[str | None, str | None]:
        settings = settings_of(start.over(db, shop, now))
        settings.home.mkdir(parents=True, exist_ok=True)
        engine = open_database(settings.database)
        try:
            return await migrate(engine)
        finally:
            await engine.dispose()

    before, after = asyncio.run(go())
    print_json({"before": before, "after": after}) if as_json else out.print(f"schema {before or 'empty'} → {after}")


def doctor(db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """Say what is configured, reachable, missing."""
    given = start.over(db, shop, now)
    found = asyncio.run(examine(settings_of(given), clock_of(given), given.shop))
    if as_json:
        print_json([asdict(finding) for finding in found])
    else:
        for finding in found:
            out.print(f"{'[green]ok[/green]  ' if finding.fine else '[red]bad[/red] '}{finding.part:10} ", end="")
            out.print(finding.says, markup=False, highlight=False)
    if not all(finding.fine for finding in found):
        raise typer.Exit(1)
