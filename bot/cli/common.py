"""What the commands share: options, consoles, and from options to settings and clock."""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.clock import ManualClock, SystemClock
from bot.ports import Clock
from bot.settings import Settings, load_settings

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

Db = Annotated[str | None, typer.Option("--db", help="SQLAlchemy URL of the store.", metavar="URL")]
ShopDir = Annotated[Path | None, typer.Option("--shop", help="Shop folder in the import format.", metavar="DIR")]
Now = Annotated[
    datetime | None,
    typer.Option("--now", help="Where the clock starts.", metavar="ISO8601", parser=lambda text: moment(text)),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def moment(text: str) -> datetime:
    """An ISO 8601 time; without an offset it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time such as 2026-11-23T09:00:00+00:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass
class Everywhere:
    """The options that work before and after a command."""

    db: str | None = None
    shop: Path | None = None
    now: datetime | None = None

    def over(self, db: str | None, shop: Path | None, now: datetime | None) -> "Everywhere":
        return Everywhere(db or self.db, shop or self.shop, now or self.now)


start = Everywhere()  # the options before the command; the program's callback fills it


def settings_of(given: Everywhere, *, home: Path | None = None) -> Settings:
    changes = {"database_url": given.db, "shop": given.shop, "home": home}
    return load_settings().model_copy(update={name: value for name, value in changes.items() if value is not None})


def clock_of(given: Everywhere) -> Clock:
    return ManualClock(given.now) if given.now else SystemClock()


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()
