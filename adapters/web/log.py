"""The console's page of what staff did, for leads and admins: newest first, by page."""

from collections.abc import Sequence

from aiohttp import web

from adapters.web.console_door import PATH, Door
from adapters.web.pages import Pages
from bot.office import Deed, Office
from bot.ports import Right

PAGE = f"{PATH}/log"
OF_HANDOFFS = (
    Deed.ASSIGNED, Deed.SNOOZED, Deed.RELEASED, Deed.CLAIMED, Deed.BACK, Deed.CLOSED, Deed.APPROVED, Deed.DECLINED,
)  # fmt: skip


class Log:
    def __init__(self, office: Office, *, door: Door, pages: Pages) -> None:
        self._office, self._door, self._pages = office, door, pages

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.get(PAGE, self.page)]

    async def page(self, request: web.Request) -> web.Response:
        visit = await self._door.page_visit(request)
        self._door.permit(visit, Right.LOG)
        found = await self._office.audit(_number(request.query.get("page", "")))
        return self._pages.render("log.html", session=visit.session, found=found, of_handoffs=OF_HANDOFFS)


def _number(text: str) -> int:
    """The page that is asked for; the first for whatever is none."""
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 7 and int(text) else 1
