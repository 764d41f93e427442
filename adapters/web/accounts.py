"""The console's page of accounts, for admins: who may sign in, with which role.

Plain forms, no script. A password is shown once, on the page that answers the form, and stands nowhere else.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from aiohttp import web

from adapters.web.console_door import PATH, Door, Visit
from adapters.web.pages import Pages
from bot.errors import BadInput
from bot.office import Office, strengths
from bot.ports import Right, Role

PAGE = f"{PATH}/accounts"

# of the account with this name, as the form says, by this member of staff; a password to show
Change = Callable[[str, Mapping[str, str], str], Awaitable[str | None]]


class Accounts:
    def __init__(self, office: Office, *, door: Door, pages: Pages) -> None:
        self._office, self._door, self._pages = office, door, pages

    def routes(self) -> Sequence[web.RouteDef]:
        changes = {
            "": self._add, "/password": self._reset, "/role": self._set_role, "/strengths": self._set_strengths,
            "/remove": self._remove,
        }  # fmt: skip
        return [
            web.get(PAGE, self.page),
            *(web.post(f"{PAGE}{path}", partial(self.change, change)) for path, change in changes.items()),
        ]

    async def page(self, request: web.Request) -> web.Response:
        visit = await self._door.page_visit(request)
        self._door.permit(visit, Right.ACCOUNTS)
        return await self._page(visit)

    async def _page(self, visit: Visit, **context: Any) -> web.Response:
        return self._pages.render(
            "accounts.html", session=visit.session, accounts=await self._office.accounts(), roles=list(Role), **context
        )

    async def change(self, change: Change, request: web.Request) -> web.Response:
        visit = await self._door.page_visit(request)
        fields = await self._door.form(request, visit)
        self._door.permit(visit, Right.ACCOUNTS)
        name = fields.get("name", "").strip()
        try:
            password = await change(name, fields, visit.session.staff)
        except BadInput as problem:
            return await self._page(visit, problem=str(problem), status=409)
        if password:
            return await self._page(visit, given=(name, password))
        raise web.HTTPSeeOther(PAGE)

    async def _add(self, name: str, fields: Mapping[str, str], by: str) -> str:
        return await self._office.fresh_password(name, _role(fields), known=False, by=by)

    async def _reset(self, name: str, _: Mapping[str, str], by: str) -> str:
        return await self._office.fresh_password(name, known=True, by=by)

    async def _set_role(self, name: str, fields: Mapping[str, str], by: str) -> None:
        await self._office.set_role(name, _role(fields), by)

    async def _set_strengths(self, name: str, fields: Mapping[str, str], by: str) -> None:
        given = strengths(*(fields.get(field, "") for field in ("languages", "skills", "most")))
        await self._office.set_strengths(name, given, by)

    async def _remove(self, name: str, _: Mapping[str, str], by: str) -> None:
        await self._office.remove_account(name, by)


def _role(fields: Mapping[str, str]) -> Role:
    text = fields.get("role", "")
    try:
        return Role(text)
    except ValueError:
        raise BadInput(f"{text!r} is no role. Nothing was changed.") from None
