"""`shophand shop …`: bring the shop's data in, take it out, look at it."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.bootstrap.shop import open_shop
from bot.cli.common import AsJson, Db, Now, ShopDir, clock_of, err, out, print_json, settings_of, start
from bot.cli.progress import watched
from bot.errors import BadInput
from bot.shop.answers import basket_as_json
from bot.shop.folder import Form, Report
from bot.shop.show import look_up
from bot.shop.transfer import export_shop

shop_app = typer.Typer(no_args_is_help=True, help="The shop's data: bring it in, take it out, look at an order.")


@shop_app.command("import")
def import_command(
    folder: Annotated[Path, typer.Argument(help="Folder in the import format (docs/import-format.md).")],
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Check a shop folder and bring it in, all or nothing; it becomes this store's shop."""
    given = start.over(db, shop, now)

    async def go() -> Report:
        with watched(err) as progress:
            async with open_shop(
                settings_of(given), clock=clock_of(given), import_from=folder, progress=progress
            ) as opened:
                return opened.imported or Report()

    report = asyncio.run(go())
    if as_json:
        print_json({
            "imported": str(folder), "read": report.read, "changed": report.changed, "overruled": report.overruled
        })  # fmt: skip
        return
    counts = ", ".join(f"{count} {kind} ({report.changed[kind]} new or changed)" for kind, count in report.read.items())
    out.print(f"imported {folder}: {counts}", markup=False)
    for key in report.overruled:
        out.print(f"{key} was changed in the chat during the import; it is now as the folder has it", markup=False)


@shop_app.command("export")
def export_command(
    folder: Annotated[Path, typer.Argument(help="Folder to write.")],
    form: Annotated[Form, typer.Option("--format", help="JSON lines or CSV tables.")] = "jsonl",
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Write the shop in the import format."""
    given = start.over(db, shop, now)

    async def go() -> dict[str, int]:
        async with open_shop(settings_of(given), clock=clock_of(given), shop_folder=given.shop) as opened:
            return await export_shop(opened.engine, folder, given.shop or settings_of(given).home, form)

    counts = asyncio.run(go())
    print_json(counts) if as_json else out.print(
        f"wrote {folder}: " + ", ".join(f"{count} {name}" for name, count in counts.items())
    )


show_app = typer.Typer(no_args_is_help=True, help="Look at the shop's data.")
shop_app.add_typer(show_app, name="show")


@show_app.command("order")
def show_order(number: str, db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """An order with its lines, parcels, payments, returns, refunds and history."""

    given = start.over(db, shop, now)

    async def go() -> dict[str, Any] | None:
        async with open_shop(settings_of(given), clock=clock_of(given), shop_folder=given.shop) as opened:
            return await look_up(opened.engine, number)

    order = asyncio.run(go())
    if order is None:
        raise BadInput(f"there is no order {number}")
    print_json(order) if as_json else out.print_json(data=order)


@show_app.command("basket")
def show_basket(token: str, db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """A basket that was filled in a chat, by the token in its link: goods, prices and stock of now."""

    given = start.over(db, shop, now)

    async def go() -> dict[str, Any] | None:
        async with open_shop(settings_of(given), clock=clock_of(given), shop_folder=given.shop) as opened:
            found = await opened.shop.basket(token)
            return basket_as_json(found) if found else None

    basket = asyncio.run(go())
    if basket is None:
        raise BadInput(f"there is no basket {token}: it was never filled, or is older than 90 days")
    print_json(basket) if as_json else out.print_json(data=basket)
