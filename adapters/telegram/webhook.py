"""The webhook: nobody without the secret is read, and 200 is said only to what is stored."""

import hmac
import json
import logging

from aiohttp import web
from telegram.error import TelegramError

from adapters.telegram import limits
from adapters.telegram.receive import Intake
from bot.errors import ShophandError

log = logging.getLogger(__name__)


def webhook_route(path: str, secret: str, intake: Intake) -> web.RouteDef:
    async def handle(request: web.Request) -> web.Response:
        shown = request.headers.get(limits.SECRET_HEADER, "")
        # compared as bytes: compare_digest takes no text beyond ASCII, and a stranger may send any
        if not hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), secret.encode()):
            log.warning("Refused a call of the Telegram webhook without the right secret")
            return web.Response(status=403)
        try:
            payload = json.loads(await request.read())
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            return web.Response(status=400)
        return web.Response(status=await _take(payload, intake))

    return web.post(path, handle)


async def _take(payload: dict, intake: Intake) -> int:
    """The status that makes Telegram forget the update, or send it again."""
    try:
        await intake.take(payload)
    except ShophandError as error:
        log.error("An update from Telegram could not be stored (%s); Telegram will send it again", type(error).__name__)
        return 500
    except TelegramError as error:
        log.warning("Telegram cannot be asked for the bot's name (%s); it will send the update again",
                    type(error).__name__)
        return 503
    return 200
