"""`shophand staff …`: who may sign in to the staff console."""

import asyncio
from typing import Annotated

import typer

from bot.bootstrap.shop import open_shop
from bot.cli.common import AsJson, Db, Now, ShopDir, clock_of, out, print_json, settings_of, start
from bot.roles import Role
from bot.store.staff import StaffStore

staff_app = typer.Typer(no_args_is_help=True, help="Who may sign in to the staff console.")


@staff_app.command("password")
def password_command(
    name: str,
    role: Annotated[
        Role | None, typer.Option("--role", help="What it may do; a new account without it is an agent's.")
    ] = None,
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Print a fresh first password for a new or existing account; what is signed in with that name is signed out."""
    given = start.over(db, shop, now)

    async def go() -> str:
        clock = clock_of(given)
        async with open_shop(settings_of(given), clock=clock, shop_folder=given.shop) as opened:
            return await StaffStore(opened.engine, clock).fresh_password(name, role)

    password = asyncio.run(go())
    print_json({"name": name, "password": password}) if as_json else out.print(
        f"{name} / {password}   (shown once; the console asks to change it)", markup=False, highlight=False
    )
