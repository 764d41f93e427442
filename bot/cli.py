"""The command line: `shophand run | chat | understand | model … | shop … | staff … | audit | doctor | …`; training."""

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table
from sqlalchemy import make_url

from adapters.terminal import TerminalAdapter, TerminalMailAdapter
from bot import links
from bot.bootstrap import (
    FIRST_STAFF,
    LINKS,
    channels_of,
    home_secret,
    mail_adapter,
    mode_store,
    open_shop,
    shophand,
)
from bot.clock import ManualClock, StartedClock, SystemClock
from bot.conversation import Understanding
from bot.doctor import examine
from bot.errors import BadInput, ModelError, SettingsError, ShophandError
from bot.ports import ActiveModel, Adapter, Clock, ModeChange, ModeTable, ModeWish, WriteMode
from bot.progress import watched
from bot.script import ADDRESS, ScriptedChat
from bot.serve import only_one, serving
from bot.settings import Settings, load_settings
from bot.shop.answers import basket_as_json
from bot.shop.folder import Form, Report
from bot.shop.show import look_up
from bot.shop.transfer import export_shop
from bot.store.codes import ProofStore
from bot.store.database import open_database
from bot.store.desk import DeskStore
from bot.store.migrate import migrate
from bot.store.models import ModelStore
from bot.store.modes import ModeStore
from bot.turn import Tried
from bot.understand import Asked, answers
from model.checkpoint import SHIPPED
from model.commands import register
from model.interpreter import load_model, row, understand_batch

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Shophand: a shop assistant for your messaging channels.",
)
shop_app = typer.Typer(no_args_is_help=True, help="The shop's data: bring it in, take it out, look at an order.")
app.add_typer(shop_app, name="shop")
staff_app = typer.Typer(no_args_is_help=True, help="Who may sign in to the staff console.")
app.add_typer(staff_app, name="staff")
model_app = typer.Typer(no_args_is_help=True, help="Which model answers; a running server follows with its next turn.")
app.add_typer(model_app, name="model")

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

Db = Annotated[str | None, typer.Option("--db", help="SQLAlchemy URL of the store.", metavar="URL")]
ShopDir = Annotated[Path | None, typer.Option("--shop", help="Shop folder in the import format.", metavar="DIR")]
Now = Annotated[
    datetime | None,
    typer.Option("--now", help="Where the clock starts.", metavar="ISO8601", parser=lambda text: moment(text)),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ModelDir = Annotated[Path | None, typer.Option("--model", help="Folder of a trained model.", metavar="DIR")]


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


_given = Everywhere()


@app.callback()
def main_options(db: Db = None, shop: ShopDir = None, now: Now = None) -> None:
    _given.db, _given.shop, _given.now = db, shop, now


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


def stdin_descriptor() -> int:
    return sys.stdin.fileno()


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def _settings(given: Everywhere, *, home: Path | None = None) -> Settings:
    changes = {"database_url": given.db, "shop": given.shop, "home": home}
    return load_settings().model_copy(update={name: value for name, value in changes.items() if value is not None})


def _clock(given: Everywhere) -> Clock:
    return ManualClock(given.now) if given.now else SystemClock()


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


# --- run -------------------------------------------------------------------------------------------------------------


@app.command()
def run(db: Db = None, shop: ShopDir = None, now: Now = None) -> None:
    """Start everything that has a setting; with none, the web chat and the staff console."""
    given = _given.over(db, shop, now)
    settings = _settings(given)
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
                password = await product.desk.first_account(FIRST_STAFF)
                async with serving(product, settings.host, settings.port) as port:
                    _welcome(f"http://{settings.host}:{port}", password, [adapter.name for adapter in product.adapters])
                    await asyncio.Event().wait()

    try:
        _run(serve())
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
    out.print("\nThree things to try in the chat:")
    out.print("  1. Where is my order 10042?      (it belongs to emma.clarke@example.com)")
    out.print("  2. 我想退货，订单10103             (手机或邮箱 li.na@example.com)")
    out.print("  3. I want to talk to a person    (then sign in at the console)\n")


# --- chat ------------------------------------------------------------------------------------------------------------


@app.command()
def chat(
    script: Annotated[
        str | None, typer.Option("--script", help="JSON lines to play, - for standard input.", metavar="FILE|-")
    ] = None,
    as_email: Annotated[
        str | None, typer.Option("--as", help="Start as this verified customer.", metavar="EMAIL")
    ] = None,
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
) -> None:
    """Talk to the assistant here, or play a script; without --db on a fresh temporary store."""
    given = _given.over(db, shop, now)
    if script is None:
        logging.disable(logging.CRITICAL)
    if given.db:
        settings = _settings(given)
        with only_one(settings):
            _run(_chat(settings, given, script, as_email))
        return
    with tempfile.TemporaryDirectory(prefix="shophand-") as temporary:
        given = replace(given, db=f"sqlite+aiosqlite:///{temporary}/shophand.db")
        _run(_chat(_settings(given, home=Path(temporary)), given, script, as_email))


async def _chat(settings: Settings, given: Everywhere, script: str | None, as_email: str | None) -> None:
    clock = ManualClock(given.now or datetime.now(UTC))
    terminal, shown = TerminalAdapter(), TerminalMailAdapter()
    mailed = bool(settings.smtp_url.get_secret_value())

    def make(assistant: Any, policy: Any) -> list[Adapter]:
        return [terminal, mail_adapter(settings, policy.shop.name.text("en"), assistant.file) if mailed else shown]

    async with shophand(settings, clock=clock, make_adapters=make, shop_folder=given.shop) as product:
        if as_email:
            proof = await product.shop.customer(as_email)
            if proof is None:
                raise BadInput(f"the shop has no customer {as_email}")
            until = clock.now() + timedelta(days=30)
            await product.conversations.vouch(ADDRESS, replace(proof, until=until, strong_until=until))
        driver = ScriptedChat(
            product.assistant, product.dispatcher, product.conversations, terminal.channel, terminal.desk, clock,
            None if mailed else shown.channel,
        )  # fmt: skip
        await driver.resume()
        await (_play(driver, script) if script else _talk(driver))


async def _play(driver: ScriptedChat, script: str) -> None:
    source = sys.stdin.buffer if script == "-" else _open(script)
    with source:
        for number, line in enumerate(source, 1):
            try:
                replies = await driver.line(_decoded(line))
            except BadInput as error:
                raise BadInput(f"line {number}: {error}") from None
            for reply in replies:
                _print_json(reply)


def _open(script: str) -> IO[bytes]:
    try:
        return open(script, "rb")
    except OSError as error:
        raise BadInput(f"{script}: {error.strerror}") from None


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8: {error.reason} at byte {error.start + 1}") from None


SPEAKERS = {"shopper": "bot", "mail": "mail", "staff": "desk"}  # who a line goes to → how the terminal marks it


async def _talk(driver: ScriptedChat) -> None:
    out.print(
        "[dim]You are a shopper. A number presses a button; /staff TEXT answers as staff; /back gives back.[/dim]"
    )
    while True:
        try:
            text = (await asyncio.to_thread(input, "you> ")).strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not text:
            continue
        try:
            replies = await driver.line(json.dumps(_step(driver, text), ensure_ascii=False))
        except BadInput as error:
            err.print(str(error), markup=False, style="red")
            continue
        for reply in replies:
            if reply["reply"]:
                out.print(
                    f"{SPEAKERS[reply['to']]}> {reply['reply']}",
                    markup=False,
                    style="cyan" if reply["to"] == "shopper" else "yellow",
                )
                out.print(
                    "     " + "   ".join(f"[{number}] {label}" for number, label in enumerate(reply["buttons"], 1)),
                    markup=False,
                    style="dim",
                )


def _step(driver: ScriptedChat, text: str) -> dict[str, Any]:
    if text.startswith("/staff "):
        return {"staff": text.removeprefix("/staff ")}
    if text in ("/claim", "/back", "/close", "/approve", "/decline"):
        return {"staff_do": text[1:]}
    if text.isdigit() and len(text) == 1 and driver.has_buttons(int(text)):
        return {"button": int(text)}
    return {"text": text}


# --- model -----------------------------------------------------------------------------------------------------------


@app.command()
def understand(model: ModelDir = None, db: Db = None, shop: ShopDir = None, now: Now = None) -> None:
    """Read JSON lines with "text" from standard input; write what the model understands, in order."""
    loaded = load_model(model or _active_folder(_given.over(db, shop, now)) or SHIPPED)

    def many(asked: Sequence[Asked]) -> list[Understanding]:
        return understand_batch(loaded, [row(one.text, one.history, one.expects) for one in asked])

    for answer in answers(stdin_descriptor(), many):
        _print_json(answer)


register(app, lambda: _active_folder(_given))


def _models(given: Everywhere, work: Callable[[ModelStore], Awaitable[Any]]) -> Any:
    """What `work` does with the store's choice of a model; needs no shop."""

    async def go() -> Any:
        settings = _settings(given)
        settings.home.mkdir(parents=True, exist_ok=True)
        engine = open_database(settings.database)
        try:
            await migrate(engine)
            return await work(ModelStore(engine, _clock(given)))
        finally:
            await engine.dispose()

    return _run(go())


def _active_folder(given: Everywhere) -> Path | None:
    """Where the active model lies, None for the shipped one; who only asks gets no store made for it."""
    settings = _settings(given)
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
    given = _given.over(db, shop, now)
    content = load_model(folder or _settings(given).model or SHIPPED).hash
    _models(given, lambda models: models.use(folder, content) if folder else models.use_default())
    _print_model(given, as_json, content)


@model_app.command("show")
def show_model(db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """The active model: its folder, content hash, since when, and what is wrong with it."""
    _print_model(_given.over(db, shop, now), as_json)


def _print_model(given: Everywhere, as_json: bool, loaded: str = "") -> None:
    """`loaded`: the hash, where it is known that the model can be loaded."""
    chosen: ActiveModel | None = _models(given, ModelStore.active)
    folder = chosen.folder if chosen else _settings(given).model or SHIPPED
    content, problem = loaded or (chosen.hash if chosen else ""), ""
    try:
        content = loaded or load_model(folder, content).hash
    except ModelError as error:
        problem = str(error)
    since = chosen.since.isoformat() if chosen else None
    if as_json:
        _print_json({"folder": str(folder), "hash": content, "since": since, "problem": problem})
        return
    out.print(f"{content or 'no model'} in {folder}, {f'since {since}' if since else 'the default'}", markup=False)
    if problem:
        err.print(problem, markup=False, style="red")


# --- store and shop --------------------------------------------------------------------------------------------------


@app.command("migrate")
def migrate_command(db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """Bring the store's schema to the newest version."""

    async def go() -> tuple[str | None, str | None]:
        settings = _settings(_given.over(db, shop, now))
        settings.home.mkdir(parents=True, exist_ok=True)
        engine = open_database(settings.database)
        try:
            return await migrate(engine)
        finally:
            await engine.dispose()

    before, after = _run(go())
    _print_json({"before": before, "after": after}) if as_json else out.print(f"schema {before or 'empty'} → {after}")


@shop_app.command("import")
def import_command(
    folder: Annotated[Path, typer.Argument(help="Folder in the import format (docs/import-format.md).")],
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Check a shop folder and bring it in, all or nothing; it becomes this store's shop."""
    given = _given.over(db, shop, now)

    async def go() -> Report:
        with watched(Console(stderr=True)) as progress:
            async with open_shop(
                _settings(given), clock=_clock(given), import_from=folder, progress=progress
            ) as opened:
                return opened.imported or Report()

    report = _run(go())
    if as_json:
        _print_json({
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
    given = _given.over(db, shop, now)

    async def go() -> dict[str, int]:
        async with open_shop(_settings(given), clock=_clock(given), shop_folder=given.shop) as opened:
            return await export_shop(opened.engine, folder, given.shop or _settings(given).home, form)

    counts = _run(go())
    _print_json(counts) if as_json else out.print(
        f"wrote {folder}: " + ", ".join(f"{count} {name}" for name, count in counts.items())
    )


show_app = typer.Typer(no_args_is_help=True, help="Look at the shop's data.")
shop_app.add_typer(show_app, name="show")


@show_app.command("order")
def show_order(number: str, db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """An order with its lines, parcels, payments, returns, refunds and history."""

    given = _given.over(db, shop, now)

    async def go() -> dict[str, Any] | None:
        async with open_shop(_settings(given), clock=_clock(given), shop_folder=given.shop) as opened:
            return await look_up(opened.engine, number)

    order = _run(go())
    if order is None:
        raise BadInput(f"there is no order {number}")
    _print_json(order) if as_json else out.print_json(data=order)


@show_app.command("basket")
def show_basket(token: str, db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """A basket that was filled in a chat, by the token in its link: goods, prices and stock of now."""

    given = _given.over(db, shop, now)

    async def go() -> dict[str, Any] | None:
        async with open_shop(_settings(given), clock=_clock(given), shop_folder=given.shop) as opened:
            found = await opened.shop.basket(token)
            return basket_as_json(found) if found else None

    basket = _run(go())
    if basket is None:
        raise BadInput(f"there is no basket {token}: it was never filled, or is older than 90 days")
    _print_json(basket) if as_json else out.print_json(data=basket)


# --- who is asking ---------------------------------------------------------------------------------------------------


@shop_app.command("link")
def link_command(
    who: Annotated[str, typer.Argument(help="A customer's e-mail, or an order's number.", metavar="EMAIL|ORDER")] = "",
    channel: Annotated[Literal["web", "telegram"], typer.Option("--channel", help="Where it opens the chat.")] = "web",
    bot: Annotated[str, typer.Option("--bot", help="Telegram: your bot's user name.", metavar="NAME")] = "YOUR_BOT",
    minutes: Annotated[int, typer.Option("--minutes", help="How long it is good.", min=1, max=24 * 60)] = 10,
    key: Annotated[bool, typer.Option("--key", help="Print the key that the account page signs with.")] = False,
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """A link that signs somebody in, as the shop's account page makes it (docs/signed-links.md)."""
    given = _given.over(db, shop, now)
    settings = _settings(given)
    signing = links.derived(home_secret(settings.home), LINKS)
    if key:
        _print_json({"key": signing.hex()}) if as_json else out.print(signing.hex(), highlight=False)
        return
    if not who:
        raise BadInput("give a customer's e-mail address or an order's number, or --key")

    async def go() -> str:
        clock = _clock(given)
        async with open_shop(settings, clock=clock, shop_folder=given.shop) as opened:
            email = "@" in who
            proof = await (opened.shop.customer(who) if email else opened.shop.vouched(order=who))
            if proof is None:
                raise BadInput(f"the shop has no {'customer' if email else 'order'} {who}")
            kind, id_ = (links.CUSTOMER, proof.customer) if email else (links.ORDER, who.lstrip("#").upper())
            return links.seal(signing, kind, id_, clock.now() + timedelta(minutes=minutes))

    token = _run(go())
    if channel == "telegram" and len(token) > links.TELEGRAM_CHARS:
        raise BadInput(f"Telegram takes {links.TELEGRAM_CHARS} characters, this has {len(token)}: name an order")
    page = settings.public_url or f"http://{settings.host}:{settings.port}"
    url = f"https://t.me/{bot}?start={token}" if channel == "telegram" else f"{page.rstrip('/')}/?link={token}"
    _print_json({"url": url, "token": token}) if as_json else out.print(url, markup=False, highlight=False)


@app.command()
def audit(
    last: Annotated[int, typer.Option("--last", help="How many.", min=1, max=10_000)] = 50,
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """The last tries to prove who somebody is: when, who, which order, by what, and what came of it."""
    given = _given.over(db, shop, now)

    async def go() -> list[Tried]:
        async with open_shop(_settings(given), clock=_clock(given), shop_folder=given.shop) as opened:
            return await ProofStore(opened.engine).last(last)

    for tried in _run(go()):
        row = {**asdict(tried), "at": tried.at.isoformat()}
        _print_json(row) if as_json else out.print("  ".join(f"{value:10}" for value in row.values()), markup=False)


# --- modes of the writes ---------------------------------------------------------------------------------------------

modes_app = typer.Typer(
    invoke_without_command=True,
    help="How far the assistant may go with each write in each market; a running server follows with its next turn.",
)
shop_app.add_typer(modes_app, name="modes")

By = Annotated[str, typer.Option("--by", help="Whose name the history keeps.", metavar="NAME")]
AT_THE_COMMAND_LINE = "command line"


def _modes(given: Everywhere, work: Callable[[ModeStore], Awaitable[Any]]) -> Any:
    async def go() -> Any:
        clock = _clock(given)
        async with open_shop(_settings(given), clock=clock, shop_folder=given.shop) as opened:
            return await work(mode_store(opened.engine, clock, opened.policy))

    return _run(go())


def _print_modes(given: Everywhere, as_json: bool) -> None:
    async def read(modes: ModeStore) -> tuple[ModeTable, list[ModeChange]]:
        return await modes.modes(), await modes.mode_changes()

    table, changes = _modes(given, read)
    stop = table.stop and {"staff": table.stop.staff, "at": table.stop.at.isoformat()}
    if as_json:
        _print_json({
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
        _print_modes(_given, as_json=False)


@modes_app.command("show")
def show_modes(db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """The mode in force in every market, where it comes from, and (with --json) who changed what when."""
    _print_modes(_given.over(db, shop, now), as_json)


@modes_app.command("set")
def set_mode(
    market: Annotated[str, typer.Argument(help="A market of shop.toml.")],
    verb: Annotated[str, typer.Argument(help="A write, or all.")],
    mode: Annotated[str, typer.Argument(help="off, approval, automatic, or policy: what policy.toml says again.")],
    by: By = AT_THE_COMMAND_LINE,
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Set how far the assistant may go with a write; it holds from the next message."""
    if mode not in ("policy", *WriteMode):
        raise BadInput(f"{mode!r} is no mode; known: {', '.join((*WriteMode, 'policy'))}")
    wanted = None if mode == "policy" else WriteMode(mode)
    given = _given.over(db, shop, now)

    async def change(modes: ModeStore) -> None:
        verbs = (await modes.modes()).verbs if verb == "all" else (verb,)
        await modes.set_modes([ModeWish(market, one, wanted) for one in verbs], by)

    _modes(given, change)
    _print_modes(given, as_json)


@modes_app.command("stop")
def stop_writes(
    by: By = AT_THE_COMMAND_LINE, db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False
) -> None:
    """Stop all automatic writes: from the next message on each waits for staff's approval."""
    given = _given.over(db, shop, now)
    _modes(given, lambda modes: modes.switch_writes(by, stopped=True))
    _print_modes(given, as_json)


@modes_app.command("resume")
def resume_writes(
    by: By = AT_THE_COMMAND_LINE, db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False
) -> None:
    """Let automatic writes run again where the modes say so."""
    given = _given.over(db, shop, now)
    _modes(given, lambda modes: modes.switch_writes(by, stopped=False))
    _print_modes(given, as_json)


# --- staff -----------------------------------------------------------------------------------------------------------


@staff_app.command("password")
def password_command(name: str, db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """Print a fresh first password for a new or existing account; what is signed in with that name is signed out."""
    given = _given.over(db, shop, now)

    async def go() -> str:
        clock = _clock(given)
        async with open_shop(_settings(given), clock=clock, shop_folder=given.shop) as opened:
            return await DeskStore(opened.engine, clock).fresh_password(name)

    password = _run(go())
    _print_json({"name": name, "password": password}) if as_json else out.print(
        f"{name} / {password}   (shown once; the console asks to change it)", markup=False, highlight=False
    )


# --- doctor ----------------------------------------------------------------------------------------------------------


@app.command()
def doctor(db: Db = None, shop: ShopDir = None, now: Now = None, as_json: AsJson = False) -> None:
    """Say what is configured, reachable, missing."""
    given = _given.over(db, shop, now)
    found = _run(examine(_settings(given), _clock(given), given.shop))
    if as_json:
        _print_json([asdict(finding) for finding in found])
    else:
        for finding in found:
            out.print(f"{'[green]ok[/green]  ' if finding.fine else '[red]bad[/red] '}{finding.part:10} ", end="")
            out.print(finding.says, markup=False, highlight=False)
    if not all(finding.fine for finding in found):
        raise typer.Exit(1)
