"""The HTTP route. A body is neither parsed nor logged before its signature has been verified."""

import logging

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

log = logging.getLogger(__name__)

PATH = "/slack/events"


def events_route(bolt: AsyncApp, signing_secret: str) -> web.RouteDef:
    """Events and pressed buttons both come here. Bolt verifies too, but parses first and logs what it refuses."""
    verifier = SignatureVerifier(signing_secret)

    async def take(request: web.Request) -> web.Response:
        if not _signed(verifier, await request.read(), request):
            log.warning("A request to %s with a wrong or old signature was refused. If Slack sent it, compare "
                        "SHOPHAND_SLACK_SIGNING_SECRET and this machine's clock", PATH)
            return web.Response(status=401, text="invalid signature")
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    return web.post(PATH, take)


def _signed(verifier: SignatureVerifier, body: bytes, request: web.Request) -> bool:
    """Compares in constant time and takes five minutes of age at most."""
    timestamp, signature = (request.headers.get(f"X-Slack-{name}") for name in ("Request-Timestamp", "Signature"))
    try:
        return verifier.is_valid(body, timestamp, signature)
    except (ValueError, TypeError):  # a timestamp that is no number, a body or signature in another encoding
        return False
