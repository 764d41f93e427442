"""`shophand understand` and `shophand model …`: ask a model, and choose the one that answers."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import make_url

from bot.cli.common import (
    AsJson,
    Db,
    Everywhere,
    Now,
    ShopDir,
    clock_of,
    err,
    out,
    print_json,
    settings_of,
    start,
)
from bot.conversation import Understanding
from bot.errors import BadInput, ModelError
from bot.ports import ActiveModel
from bot.store.database import open_database
from bot.store.migrate import migrate
from bot.store.models import ModelStore
from bot.understand import Asked, answers
from model.checkpoint import SHIPPED
from model.interpreter import load_model, row, understand_batch

model_app = typer.Typer(no_args_is_help=True, help="Which model answers; a running server follows with its next turn.")
ModelDir = Annotated[Path | None, typer.Option("--model", help="Folder of a trained model.", metavar="DIR")]


def stdin_descriptor() -> int:
    return sys.stdin.fileno()


def understand(model: ModelDir = None, db: Db = None, shop: ShopDir = None, now: Now = None) -> None:
    """Read JSON lines with "text" from standard input; write what the model understands, in order."""
    loaded = load_model(model or active_folder(start.over(db, shop, now)) or SHIPPED)

    def many(asked: Sequence[Asked]) -> list[Understanding]:
        return understand_batch(loaded, [row(one.text, one.history, one.expects) for one in asked])

    for answer in answers(stdin_descriptor(), many):
        print_json(answer)


def _models(given: Everywhere, work: Callable[[ModelStore], Awaitable[Any]]) -> Any:
    """What `work` does with the store's choice of a model; needs no shop."""

    async def go() -> Any:
        settings = settings_of(given)
        settings.home.mkdir(parents=True, exist_ok=True)
        engine = open_database(settings.database)
        try:
            await migrate(engine)
            return await work(ModelStore(engine, clock_of(given)))
        finally:
            await engine.dispose()

    return asyncio.run(go())


def active_folder(given: Everywhere) -> Path | None:
    """Where the active model lies, None for the shipped one; who only asks gets no store made for it."""
    settings = settings_of(given)
    place = make_url(settings.database)
    if place.get_backend_name() == "sqlite" and not Path(place.database or "").is_file():
        return settings.model
    chosen = _models(given, ModelStore.active)
    return chosen.folder if chosen else settings.model


@model_app.command("use")
def use_model(
    folder: Annotated[Path | None, typer.Argument(help="Folder of a trained model.")] = None,
    default: Annotated[bool, typer.Option("--default", help="SHOPHAND_MODEL's again, else the shipped one.")] = False,
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Let a model answer from the next turn on; one that cannot be loaded is refused, and nothing changes."""
    if default == (folder is not None):
        raise BadInput("give the folder of a model, or --default")
    given = start.over(db, shop, now)
    content = load_model(folder or settings_of(given).model or SHIPPED).hash
    _models(given, lambda models: models.use(folder, content) if folder else models.use_default())
    _print_model(given, as_json, content)


@model_app.command("show")
def show_model(db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """The active model: its folder, content hash, since when, and what is wrong with it."""
    _print_model(start.over(db, shop, now), as_json)


def _print_model(given: Everywhere, as_json: bool, loaded: str = "") -> None:
    """`loaded`: the hash, where it is known that the model can be loaded."""
    chosen: ActiveModel | None = _models(given, ModelStore.active)
    folder = chosen.folder if chosen else settings_of(given).model or SHIPPED
    content, problem = loaded or (chosen.hash if chosen else ""), ""
    try:
        content = loaded or load_model(folder, content).hash
    except ModelError as error:
        problem = str(error)
    since = chosen.since.isoformat() if chosen else None
    if as_json:
        print_json({"folder": str(folder), "hash": content, "since": since, "problem": problem})
        return
    out.print(f"{content or 'no model'} in {folder}, {f'since {since}' if since else 'the default'}", markup=False)
    if problem:
        err.print(problem, markup=False, style="red")
