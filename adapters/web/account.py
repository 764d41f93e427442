"""The console's page "My account": the name shoppers see, the console's language, and who counts as him elsewhere.

Plain forms, no script. A code for linking is shown once, on the page that answers the form, and stands nowhere else.
"""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from adapters.web.console_door import PATH, Door, Visit
from adapters.web.pages import Pages
from bot.errors import BadInput
from bot.messages import Address
from bot.office import LANGUAGES, Office

PAGE = f"{PATH}/account"


class Account:
    def __init__(self, office: Office, *, door: Door, pages: Pages) -> None:
        self._office, self._door, self._pages = office, door, pages

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.get(PAGE, self.page),
            web.post(f"{PAGE}/name", self.rename),
            web.post(f"{PAGE}/language", self.set_language),
            web.post(f"{PAGE}/code", self.make_code),
            web.post(f"{PAGE}/unlink", self.unlink),
        ]

    async def page(self, request: web.Request) -> web.Response:
        return await self._page(await self._door.page_visit(request))

    async def _page(self, visit: Visit, **context: Any) -> web.Response:
        links = await self._office.links(visit.session.staff)
        return self._pages.render(
            "account.html", session=visit.session, links=links, languages=LANGUAGES, **context
        )

    async def rename(self, request: web.Request) -> web.Response:
        visit = await self._door.page_visit(request)
        fields = await self._door.form(request, visit)
        try:
            await self._office.rename(visit.session.staff, fields.get("name", "").strip())
        except BadInput as problem:
            return await self._page(visit, problem=str(problem), status=409)
        raise web.HTTPSeeOther(PAGE)

    async def set_language(self, request: web.Request) -> web.Response:
        visit = await self._door.page_visit(request)
        fields = await self._door.form(request, visit)
        try:
            await self._office.set_language(visit.session.staff, fields.get("language", ""))
        except BadInput as problem:
            return await self._page(visit, problem=str(problem), status=409)
        raise web.HTTPSeeOther(PAGE)

    async def make_code(self, request: web.Request) -> web.Response:
        visit = await self._door.page_visit(request)
        await self._door.form(request, visit)
        code, until = await self._office.link_code(visit.session.staff)
        return await self._page(visit, code=code, until=until)

    async def unlink(self, request: web.Request) -> web.Response:
        visit = await self._door.page_visit(request)
        fields = await self._door.form(request, visit)
        channel, account, user = (fields.get(name, "") for name in ("channel", "account", "user"))
        await self._office.unlink(Address(channel, account, "", user=user), visit.session.staff)
        raise web.HTTPSeeOther(PAGE)
