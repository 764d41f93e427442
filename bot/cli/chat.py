"""`shophand chat`: the assistant in the terminal, by hand or from a script."""

import asyncio
import json
import logging
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from adapters.terminal import TerminalAdapter, TerminalMailAdapter
from bot.bootstrap import shophand
from bot.bootstrap.channels import mail_adapter
from bot.cli.common import Db, Everywhere, Now, ShopDir, err, out, print_json, settings_of, start
from bot.clock import ManualClock
from bot.errors import BadInput
from bot.ports import Adapter
from bot.script import ADDRESS, ScriptedChat
from bot.serve import only_one
from bot.settings import Settings


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
    given = start.over(db, shop, now)
    if script is None:
        logging.disable(logging.CRITICAL)
    if given.db:
        settings = settings_of(given)
        with only_one(settings):
            asyncio.run(_chat(settings, given, script, as_email))
        return
    with tempfile.TemporaryDirectory(prefix="shophand-") as temporary:
        given = replace(given, db=f"sqlite+aiosqlite:///{temporary}/shophand.db")
        asyncio.run(_chat(settings_of(given, home=Path(temporary)), given, script, as_email))


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
        if script:
            await _play(driver, script)
        else:
            out.print(f"The shop is {product.policy.shop.name.text('en')}.", markup=False)
            await _talk(driver)


async def _play(driver: ScriptedChat, script: str) -> None:
    source = sys.stdin.buffer if script == "-" else _open(script)
    with source:
        for number, line in enumerate(source, 1):
            try:
                replies = await driver.line(_decoded(line))
            except BadInput as error:
                raise BadInput(f"line {number}: {error}") from None
            for reply in replies:
                print_json(reply)


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
