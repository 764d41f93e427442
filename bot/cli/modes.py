"""`shophand shop modes …`: how far the assistant may go with each write, and the switch that stops them all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.bootstrap.shop import mode_store, open_shop
from bot.cli.common import AsJson, Db, Everywhere, Now, ShopDir, clock_of, out, print_json, settings_of, start
from bot.errors import BadInput
from bot.office import COMMAND_LINE, ModeChange, ModeTable, ModeWish
from bot.ports import WriteMode
from bot.store.modes import ModeStore

modes_app = typer.Typer(
    invoke_without_command=True,
    help="How far the assistant may go with each write in each market; a running server follows with its next turn.",
)
By = Annotated[str, typer.Option("--by", help="Whose name the history keeps.", metavar="NAME")]


def _modes(given: Everywhere, work: Callable[[ModeStore], Awaitable[Any]]) -> Any:
    async def go() -> Any:
        clock = clock_of(given)
        async with open_shop(settings_of(given), clock=clock, shop_folder=given.shop) as opened:
            return await work(mode_store(opened.engine, clock, opened.policy))

    return asyncio.run(go())


def _print_modes(given: Everywhere, as_json: bool) -> None:
    async def read(modes: ModeStore) -> tuple[ModeTable, list[ModeChange]]:
        return await modes.modes(), await modes.mode_changes()

    table, changes = _modes(given, read)
    stop = table.stop and {"staff": table.stop.staff, "at": table.stop.at.isoformat()}
    if as_json:
        print_json({
            "stopped": stop,
            "modes": [{"market": market, "verb": verb, **_plain(cell)} for (market, verb), cell in table.cells.items()],
            "changes": [_plain(change) for change in changes],
        })  # fmt: skip
        return
    out.print(f"Automatic writes are stopped by {stop['staff']} since {stop['at']}." if stop else
              "Automatic writes are running.", markup=False, style="bold red" if stop else "")  # fmt: skip
    shown = Table("", *table.markets)
    for verb in table.verbs:
        cells = [table.cells[market, verb] for market in table.markets]
        shown.add_row(verb, *(f"{cell.mode} ({cell.staff or cell.source})" for cell in cells))
    out.print(shown)


def _plain(value: Any) -> dict[str, Any]:
    """A frozen dataclass as JSON values."""
    return {name: part.isoformat() if isinstance(part, datetime) else part for name, part in asdict(value).items()}


@modes_app.callback()
def modes_of_shop(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        _print_modes(start, as_json=False)


@modes_app.command("show")
def show_modes(db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """The mode in force in every market, where it comes from, and (with --json) who changed what when."""
    _print_modes(start.over(db, shop, now), as_json)


@modes_app.command("set")
def set_mode(
    market: Annotated[str, typer.Argument(help="A market of shop.toml.")],
    verb: Annotated[str, typer.Argument(help="A write, or all.")],
    mode: Annotated[str, typer.Argument(help="off, approval, automatic, or policy: what policy.toml says again.")],
    by: By = COMMAND_LINE,
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Set how far the assistant may go with a write; it holds from the next message."""
    if mode not in ("policy", *WriteMode):
        raise BadInput(f"{mode!r} is no mode; known: {', '.join((*WriteMode, 'policy'))}")
    wanted = None if mode == "policy" else WriteMode(mode)
    given = start.over(db, shop, now)

    async def change(modes: ModeStore) -> None:
        verbs = (await modes.modes()).verbs if verb == "all" else (verb,)
        await modes.set_modes([ModeWish(market, one, wanted) for one in verbs], by)

    _modes(given, change)
    _print_modes(given, as_json)


@modes_app.command("stop")
def stop_writes(
    by: By = COMMAND_LINE, db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False
) -> None:
    """Stop all automatic writes: from the next message on each waits for staff's approval."""
    given = start.over(db, shop, now)
    _modes(given, lambda modes: modes.switch_writes(by, stopped=True))
    _print_modes(given, as_json)


@modes_app.command("resume")
def resume_writes(
    by: By = COMMAND_LINE, db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False
) -> None:
    """Let automatic writes run again where the modes say so."""
    given = start.over(db, shop, now)
    _modes(given, lambda modes: modes.switch_writes(by, stopped=False))
    _print_modes(given, as_json)
