"""`shophand shop link` and `shophand audit`: how somebody proves who he is, and the tries at it."""

import asyncio
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Literal

import typer

from bot import links
from bot.bootstrap.shop import open_shop
from bot.cli.common import AsJson, Db, Now, ShopDir, clock_of, out, print_json, settings_of, start
from bot.errors import BadInput
from bot.keys import Keys
from bot.store.codes import ProofStore
from bot.turn import Tried


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
    given = start.over(db, shop, now)
    settings = settings_of(given)
    signing = Keys.of(settings.home).links
    if key:
        print_json({"key": signing.hex()}) if as_json else out.print(signing.hex(), highlight=False)
        return
    if not who:
        raise BadInput("give a customer's e-mail address or an order's number, or --key")

    async def go() -> str:
        clock = clock_of(given)
        async with open_shop(settings, clock=clock, shop_folder=given.shop) as opened:
            email = "@" in who
            proof = await (opened.shop.customer(who) if email else opened.shop.vouched(order=who))
            if proof is None:
                raise BadInput(f"the shop has no {'customer' if email else 'order'} {who}")
            kind, id_ = (links.CUSTOMER, proof.customer) if email else (links.ORDER, who.lstrip("#").upper())
            return links.seal(signing, kind, id_, clock.now() + timedelta(minutes=minutes))

    token = asyncio.run(go())
    if channel == "telegram" and len(token) > links.TELEGRAM_CHARS:
        raise BadInput(f"Telegram takes {links.TELEGRAM_CHARS} characters, this has {len(token)}: name an order")
    page = settings.public_url or f"http://{settings.host}:{settings.port}"
    url = f"https://t.me/{bot}?start={token}" if channel == "telegram" else f"{page.rstrip('/')}/?link={token}"
    print_json({"url": url, "token": token}) if as_json else out.print(url, markup=False, highlight=False)


def audit(
    last: Annotated[int, typer.Option("--last", help="How many.", min=1, max=10_000)] = 50,
    db: Db = None,
    shop: ShopDir = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """The last tries to prove who somebody is: when, who, which order, by what, and what came of it."""
    given = start.over(db, shop, now)

    async def go() -> list[Tried]:
        async with open_shop(settings_of(given), clock=clock_of(given), shop_folder=given.shop) as opened:
            return await ProofStore(opened.engine).last(last)

    for tried in asyncio.run(go()):
        row = {**asdict(tried), "at": tried.at.isoformat()}
        print_json(row) if as_json else out.print("  ".join(f"{value:10}" for value in row.values()), markup=False)
