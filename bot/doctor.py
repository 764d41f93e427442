"""`shophand doctor`: what is configured, reachable, missing."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.bootstrap import channels_of, shophand
from bot.errors import ShophandError
from bot.ports import Clock
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    fine: bool
    says: str


async def examine(settings: Settings, clock: Clock, shop_folder: Path | None) -> list[Finding]:
    """Open everything as a run would, without serving; what cannot be opened is said, not raised."""
    found: list[Finding] = []
    try:
        async with shophand(
            settings, clock=clock, make_adapters=channels_of(settings), shop_folder=shop_folder
        ) as product:
            store = product.engine.url.render_as_string(hide_password=True)
            shop = f"{product.policy.shop.name.text('en')}, markets {', '.join(product.policy.markets)}"
            found += [Finding("store", True, f"{store}, schema current"), Finding("shop", True, shop)]
            found.append(Finding("model", True, f"from {settings.model or 'the weights that come with Shophand'}"))
            for adapter in product.adapters:
                said = await adapter.check()  # bad news starts with "!"
                found.append(Finding(adapter.name, not said.startswith("!"), said.lstrip("! ")))
    except (ShophandError, OSError, SQLAlchemyError) as error:
        found.append(Finding("start", False, str(error)))
    for name, secret in (("telegram", settings.telegram_token), ("slack", settings.slack_bot_token)):
        if not secret.get_secret_value():
            found.append(Finding(name, True, f"not set up; see docs/connect-{name}.md"))
    return found
