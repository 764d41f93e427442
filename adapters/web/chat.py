"""The shopper's chat page, its socket and its uploads."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from adapters.web import uploads, wire
from adapters.web.chat_socket import ChatSocket
from adapters.web.guard import CSP, HEADERS, Site, with_pictures
from adapters.web.limits import CLOSE_SECONDS, FILE_BYTES, HEARTBEAT_SECONDS, MESSAGE_BYTES, TEXT_CHARS
from adapters.web.live import Live
from adapters.web.pages import Pages
from adapters.web.rates import Rates, counted, peer
from adapters.web.signing import Signer
from adapters.web.visitors import Visitors
from bot.errors import BadInput
from bot.messages import Attachment
from bot.ports import Front


class Chat:
    def __init__(
        self, front: Front, *, visitors: Visitors, signer: Signer, site: Site, live: Live, rates: Rates, pages: Pages,
        now: Callable[[], datetime], pictures: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._rules = with_pictures(pictures)
        self._front, self._visitors, self._signer, self._site, self._live = front, visitors, signer, site, live
        self._rates, self._pages, self._now = rates, pages, now

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.get("/chat/ws", self.socket, allow_head=False),
            web.post("/chat/upload", self.upload),
        ]

    async def page(self, request: web.Request) -> web.Response:
        if "link" in request.query:
            return await self._signed_in(request)
        response = self._pages.render("chat.html", file_bytes=FILE_BYTES, text_chars=TEXT_CHARS)
        response.headers[CSP] = self._rules
        if await self._visitors.known(request) is None:
            self._visitors.welcome(request, response)
        return response

    async def _signed_in(self, request: web.Request) -> web.Response:
        """A link of the shop's account page: its token goes in like a message, and out of the browser's address bar."""
        response = web.Response(status=303, headers={"Location": request.path, "Cache-Control": "no-store"})
        visitor = await self._visitors.known(request) or self._visitors.welcome(request, response)
        token = request.query["link"]
        if wire.is_token(token):
            counted(self._rates, request, visitor.id)
            hint = wire.language_of(request.headers.get("Accept-Language", ""))
            await self._front.receive(wire.start(visitor.id, self._now(), hint, token))
        return response

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        if not self._site.same_origin(request):
            raise web.HTTPForbidden(text="this socket is for the shop's own page")
        ws = web.WebSocketResponse(
            max_msg_size=MESSAGE_BYTES, heartbeat=HEARTBEAT_SECONDS, timeout=CLOSE_SECONDS, compress=False
        )
        visitor = await self._visitors.known(request)
        if visitor is None:  # the cookie ran out while the page stood open
            visitor = self._visitors.welcome(request, ws)
        ws.headers.update(HEADERS)
        await ws.prepare(request)
        await ChatSocket(
            ws, visitor, peer(request), front=self._front, live=self._live, signer=self._signer, rates=self._rates,
            now=self._now, visitors=self._visitors,
        ).serve()  # fmt: skip
        return ws

    async def upload(self, request: web.Request) -> web.Response:
        """Keep one file and return what a file message names it by. Nobody hears of it before that message."""
        visitor = await self._visitors.known(request)
        if visitor is None or not self._site.same_origin(request):
            return web.json_response({"error": "visitor"}, status=403)
        # who does not say how much is coming is counted as sending the most there may be
        size = FILE_BYTES if request.content_length is None else request.content_length
        if size > FILE_BYTES:
            return web.json_response({"error": "too_large"}, status=413)
        if self._rates.upload(visitor.id, peer(request), size):
            return web.json_response({"error": "slow"}, status=429)
        content = await uploads.read_limited(request.content, FILE_BYTES)
        if content is None:
            return web.json_response({"error": "too_large"}, status=413)
        mime = uploads.sniff(content)
        if not mime:
            return web.json_response({"error": "type"}, status=415)
        try:
            digest = await self._front.keep_file(content)
        except BadInput:  # the shop allows less than we do
            return web.json_response({"error": "too_large"}, status=413)
        name = uploads.file_name(request.headers.get("X-File-Name", ""))
        kept = Attachment(uploads.file_kind(mime), mime, len(content), name, digest=digest)
        return web.json_response({"file": wire.seal_file(kept, visitor.id, self._signer), "kind": kept.kind})
