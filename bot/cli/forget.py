"""`shophand forget`: what is kept of a person is taken away."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from bot.bootstrap.shop import open_shop
from bot.cli.common import AsJson, Db, Now, ShopDir, clock_of, out, print_json, settings_of, start
from bot.store.erasure import ErasureStore, Forgotten


def forget(
    who: Annotated[str, typer.Argument(help="As `audit` lists him, e.g. telegram:<bot>:<user>; or a handoff's id.")],
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Take away a shopper's conversations, handoffs, proofs and files. Orders, and threads on platforms, stay."""
    given = start.over(db, shop, now)
    settings = settings_of(given)

    async def go() -> Forgotten:
        async with open_shop(settings, clock=clock_of(given), shop_folder=given.shop) as opened:
            return await ErasureStore(opened.engine, settings.home / "files").forget(who)

    gone = asyncio.run(go())
    if as_json:
        print_json(asdict(gone))
        return
    out.print(
        f"{gone.person}: {gone.conversations} conversations, {gone.handoffs} handoffs and {gone.files} files are gone. "
        "What stands in a Slack or Telegram thread, and in the person's own chat, is deleted there.",
        markup=False,
    )
