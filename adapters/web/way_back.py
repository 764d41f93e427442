"""A link from a mail back to a chat. What only looks at it, as mail scanners do, uses nothing up: a POST goes on."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from adapters.web import wire
from adapters.web.guard import Site
from adapters.web.pages import Pages
from adapters.web.rates import Rates, counted
from adapters.web.visitors import Visitor, Visitors
from bot.ports import Front, WayBack

STATUS = {"good": 200, "asked": 200, "used": 410, "over": 410, "unknown": 404}


class WayBackPage:
    def __init__(
        self, front: Front, *, visitors: Visitors, site: Site, rates: Rates, pages: Pages, now: Callable[[], datetime]
    ) -> None:
        self._front, self._visitors, self._site = front, visitors, site
        self._rates, self._pages, self._now = rates, pages, now

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.get("/back", self.look),
            web.post("/back", self.come),
            web.post("/back/again", self.ask_again),
        ]

    async def look(self, request: web.Request) -> web.Response:
        token = request.query.get("link", "")
        link = await self._link(token)
        known = await self._visitors.known(request)
        if link and known and known.id == link.address.user:
            return _to_the_chat()
        return self._page(request, link.state if link else "unknown", token)

    async def come(self, request: web.Request) -> web.Response:
        """This browser goes on with that conversation, in place of the one before, and proves anew who it is."""
        token, link = await self._posted(request)
        if link is None:
            return self._page(request, "unknown")
        place = await self._front.come_back(token) if link.state == "good" else ""
        if not place:
            return self._page(request, "over" if link.state == "over" else "used", token)
        visitor = link.address.user
        await self._front.receive(wire.way_back(wire.BACK, visitor, self._now(), secrets.token_urlsafe(16)))
        response = _to_the_chat()
        self._visitors.welcome(request, response, Visitor(visitor, place))
        return response

    async def ask_again(self, request: web.Request) -> web.Response:
        """A fresh link goes to where the old one went: one for each old one a day."""
        token, link = await self._posted(request)
        if link is None:
            return self._page(request, "unknown")
        once = hashlib.sha256(f"{token} {self._now():%Y-%m-%d}".encode()).hexdigest()[:32]
        await self._front.receive(wire.way_back(wire.AGAIN, link.address.user, self._now(), once))
        return self._page(request, "asked")

    async def _posted(self, request: web.Request) -> tuple[str, WayBack | None]:
        if not self._site.same_origin(request):
            raise web.HTTPForbidden(text="this form is for the shop's own page")
        token = str((await request.post()).get("link", ""))
        link = await self._link(token)
        if link:
            counted(self._rates, request, link.address.user)
        return token, link

    async def _link(self, token: str) -> WayBack | None:
        return await self._front.way_back(token) if wire.is_way_back(token) else None

    def _page(self, request: web.Request, state: str, token: str = "") -> web.Response:
        chinese = wire.language_of(request.headers.get("Accept-Language", "")).lower().startswith("zh")
        return self._pages.render("back.html", status=STATUS[state], state=state, token=token, chinese=chinese)


def _to_the_chat() -> web.Response:
    return web.Response(status=303, headers={"Location": "/", "Cache-Control": "no-store"})
