"""The command line: `shophand run | chat | understand | model … | shop … | staff … | audit | forget | …`; training."""

import sys

import typer

from bot.cli import chat, forget, models, modes, proof, running, shop, staff
from bot.cli.common import Db, Now, ShopDir, err, start
from bot.errors import BadInput, SettingsError, ShophandError
from model.commands import register

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Shophand: a shop assistant for your messaging channels.",
)
for command in (running.run, chat.chat, models.understand, running.doctor, proof.audit, forget.forget):
    app.command()(command)
app.command("migrate")(running.migrate_command)
shop.shop_app.command("link")(proof.link_command)
shop.shop_app.add_typer(modes.modes_app, name="modes")
app.add_typer(shop.shop_app, name="shop")
app.add_typer(staff.staff_app, name="staff")
app.add_typer(models.model_app, name="model")
register(app, lambda: models.active_folder(start))


@app.callback()
def main_options(db: Db = None, shop: ShopDir = None, now: Now = None) -> None:
    start.db, start.shop, start.now = db, shop, now


def main() -> None:
    try:
        app()
    except SettingsError as error:
        err.print("[red]Settings:[/red]")
        for problem in error.problems:
            err.print(f"  - {problem}", markup=False)
        sys.exit(2)
    except ShophandError as error:
        err.print(str(error), markup=False, style="red")
        sys.exit(2 if isinstance(error, BadInput) else 1)
