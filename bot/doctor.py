"""`shophand doctor`: what is configured, reachable, missing."""

from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout
from sqlalchemy.exc import SQLAlchemyError

from bot.bootstrap import Shophand, shophand
from bot.bootstrap.channels import channels_of
from bot.errors import ModelError, ShophandError
from bot.ports import Clock
from bot.settings import Settings

LINKED = frozenset({"slack", "telegram"})  # desks whose people are linked to accounts
SERVER_SECONDS = 5.0  # within which a running server answers


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
            found += [await _model(settings, product), await _server(settings)]
            for adapter in product.adapters:
                said = await adapter.check()  # bad news starts with "!"
                found.append(Finding(adapter.name, not said.startswith("!"), said.lstrip("! ")))
            found += await _desks(product)
    except (ShophandError, OSError, SQLAlchemyError) as error:
        found.append(Finding("start", False, str(error)))
    for name, secret in (("telegram", settings.telegram_token), ("slack", settings.slack_bot_token)):
        if not secret.get_secret_value():
            found.append(Finding(name, True, f"not set up; see docs/connect-{name}.md"))
    return found


async def _desks(product: Shophand) -> list[Finding]:
    """Desks at which nobody counts as staff."""
    linked = await product.links.linked_channels()
    unlinked = [name for adapter in product.adapters if adapter.desk and (name := adapter.desk.name) in LINKED - linked]
    says = "the staff desk is set up, but nobody is linked to a staff account (in the console under My account)"
    return [Finding(name, False, says) for name in unlinked]


async def _model(settings: Settings, product: Shophand) -> Finding:
    """Which model answers, and whether it does; that the chosen one cannot be loaded is bad news all the same."""
    language, chosen = product.live.language, await product.models.active()
    folder = language.chosen.folder if language.chosen else settings.model
    said = f"{language.model} from {folder or 'the weights that come with Shophand'}"
    if language.switch and chosen != language.chosen:
        try:
            language.switch(chosen)  # for the reason
        except ModelError as problem:
            return Finding("model", False, f"{problem}. Until then {said} answers")
    answer = await language.interpreter.understand("hello", (), "")
    return Finding("model", not answer.failure, f"{said} does not answer: {answer.failure}" if answer.failure else said)


async def _server(settings: Settings) -> Finding:
    """What a server that runs with these settings says of itself."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - a name to look up
    place = f"{host}:{settings.port}"
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=SERVER_SECONDS)) as session,
            session.get(f"http://{place}/health") as answer,
        ):
            said = await answer.json()
            return Finding("server", said["ok"], f"{place}: {said['reason'] or 'all is well'}")
    except ClientConnectorError:
        return Finding("server", True, f"none runs on {place}")
    except (ClientError, TimeoutError, ValueError, TypeError, KeyError) as error:
        return Finding("server", False, f"{place} does not answer as Shophand does ({type(error).__name__})")
