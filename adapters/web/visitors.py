"""Who a browser is: a visitor by a signed cookie, as long as nobody has gone on with his chat by a link."""

import secrets
from dataclasses import dataclass

from aiohttp import web

from adapters.web.guard import Site
from adapters.web.limits import VISITOR_SECONDS
from adapters.web.signing import Signer
from adapters.web.wire import visitor_address
from bot.ports import Front

COOKIE = "shophand_visitor"


@dataclass(frozen=True, slots=True)
class Visitor:
    id: str
    place: str = ""  # of who came by a link (Front.come_back); "" of who began the chat

    @property
    def conversation(self) -> str:
        return visitor_address(self.id).conversation_id


class Visitors:
    def __init__(self, front: Front, signer: Signer, site: Site) -> None:
        self._front, self._signer, self._site = front, signer, site

    async def known(self, request: web.Request) -> Visitor | None:
        """The visitor of a cookie that we signed; None for a missing or tampered one, or where another has the chat."""
        value = self._signer.open("visitor", request.cookies.get(COOKIE, ""))
        visitor = Visitor(*value.split(":", 1)) if value else None
        return visitor if visitor and await self.holds(visitor) else None

    async def holds(self, visitor: Visitor) -> bool:
        return await self._front.holds(visitor.conversation, visitor.place)

    def welcome(self, request: web.Request, response: web.StreamResponse, visitor: Visitor | None = None) -> Visitor:
        """A new visitor, or the one that this browser goes on as."""
        visitor = visitor or Visitor(secrets.token_urlsafe(16))
        value = f"{visitor.id}:{visitor.place}" if visitor.place else visitor.id
        sealed = self._signer.seal("visitor", value)
        # Lax: a link to the shop, from anywhere, finds the conversation again
        self._site.set_cookie(request, response, COOKIE, sealed, seconds=VISITOR_SECONDS, path="/", same_site="Lax")
        return visitor
