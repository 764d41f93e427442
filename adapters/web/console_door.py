"""The door of the staff console: sign-in, first password, sign-out, and who is asking.

Accounts, sessions and tries are the office's business.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from aiohttp import web

from adapters.web.guard import Site
from adapters.web.limits import DEVICE_SECONDS, PASSWORD_CHARS, STAFF_SECONDS
from adapters.web.pages import Pages
from adapters.web.rates import peer
from adapters.web.signing import Signer
from bot.messages import storable
from bot.office import Office, StaffSession
from bot.ports import Right

COOKIE, FORM_COOKIE, DEVICE_COOKIE, PATH = "shophand_staff", "shophand_form", "shophand_device", "/staff"
SIGN_IN, PASSWORD = f"{PATH}/sign-in", f"{PATH}/password"
NEEDED = {
    Right.HANDOFFS: "Handling conversations needs an agent, a lead or an admin.",
    Right.APPROVALS: "Approving and declining needs a lead or an admin.",
    Right.MODES: "Changing what the assistant may do needs a lead or an admin.",
    Right.LOG: "Reading the log needs a lead or an admin.",
    Right.ACCOUNTS: "Managing accounts needs an admin.",
}
NOT_CHANGED = (
    "Not changed: the present password must be right, the new one another of at least {count} characters."
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in request."""

    token: str
    session: StaffSession


class Door:
    def __init__(self, office: Office, *, signer: Signer, site: Site, pages: Pages) -> None:
        self._office, self._signer, self._site, self._pages = office, signer, site, pages

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.get(SIGN_IN, self.sign_in_form),
            web.post(SIGN_IN, self.sign_in),
            web.get(PASSWORD, self.password_form),
            web.post(PASSWORD, self.change_password),
            web.post(f"{PATH}/sign-out", self.sign_out),
        ]

    # --- who is asking -----------------------------------------------------------------------------------------------

    async def page_visit(self, request: web.Request, *, changing: bool = False) -> Visit:
        """For pages: who is not signed in is sent to the door, who must change his password to that form."""
        visit = await self._visit(request)
        if visit is None:
            raise web.HTTPSeeOther(SIGN_IN)
        if visit.session.must_change and not changing:
            raise web.HTTPSeeOther(PASSWORD)
        return visit

    async def call_visit(self, request: web.Request) -> Visit:
        """For what the page's script fetches: a refusal it can read."""
        visit = await self._visit(request)
        if visit is None:
            raise web.HTTPUnauthorized(text="signed out")
        if visit.session.must_change:
            raise web.HTTPForbidden(text="change the password first")
        return visit

    def permit(self, visit: Visit, right: Right) -> None:
        """403 with what it takes, for whom his role does not allow it."""
        if not visit.session.may(right):
            role = self._pages.term(visit.session, visit.session.role, "role")
            needed = self._pages.say(visit.session, NEEDED[right])
            yours = self._pages.say(visit.session, "Your role is {role}.", role=role)
            raise web.HTTPForbidden(text=f"{needed} {yours}")

    async def still_signed_in(self, visit: Visit) -> bool:
        return await self._office.session(visit.token) is not None

    async def form(self, request: web.Request, visit: Visit) -> dict[str, str]:
        """The fields of a POST that carries this session's CSRF token; 403 for any other."""
        fields = await self._fields(request)
        if not _same(fields.get("csrf", ""), visit.session.csrf):
            raise web.HTTPForbidden(text="this form is not of this session; load the page again")
        return fields

    async def _visit(self, request: web.Request) -> Visit | None:
        token = request.cookies.get(COOKIE, "")
        session = await self._office.session(token) if token else None
        return Visit(token, session) if session else None

    async def _fields(self, request: web.Request) -> dict[str, str]:
        if not self._site.same_origin(request):
            raise web.HTTPForbidden(text="this form is for the console's own pages")
        return {name: storable(value) for name, value in (await request.post()).items() if isinstance(value, str)}

    # --- in and out --------------------------------------------------------------------------------------------------

    async def sign_in_form(self, request: web.Request) -> web.Response:
        if await self._visit(request):
            raise web.HTTPSeeOther(PATH)
        return self._sign_in_page(request)

    def _sign_in_page(self, request: web.Request, **context: Any) -> web.Response:
        # before there is a session its token cannot be in the form: the form's own cookie stands in for it
        nonce = secrets.token_urlsafe(16)
        response = self._pages.render("sign_in.html", csrf=self._signer.seal("sign-in", nonce), **context)
        self._set_cookie(request, response, FORM_COOKIE, nonce)
        return response

    async def sign_in(self, request: web.Request) -> web.Response:
        fields = await self._fields(request)
        nonce = self._signer.open("sign-in", fields.get("csrf", ""))
        if nonce is None or not _same(request.cookies.get(FORM_COOKIE, ""), nonce):
            raise web.HTTPForbidden(text="this form is too old; load the sign-in page again")
        name = fields.get("name", "").strip()
        device = self._device(request, name)
        token = await self._office.sign_in(name, fields.get("password", ""), device or peer(request))
        if token is None:
            return self._sign_in_page(request, name=name, failed=True, status=401)
        response = web.Response(status=303, headers={"Location": PATH})
        self._set_cookie(request, response, COOKIE, token)
        device = self._signer.seal(f"device:{name}", device or f"device-{secrets.token_urlsafe(16)}")
        self._set_cookie(request, response, DEVICE_COOKIE, device, seconds=DEVICE_SECONDS)
        response.del_cookie(FORM_COOKIE, path=PATH)
        return response

    def _device(self, request: web.Request, name: str) -> str | None:
        """The browser, if this name has been in with it: its misses are counted apart from those of its address.

        So nobody else who calls from there, behind the same proxy for one, can lock it out.
        """
        return self._signer.open(f"device:{name}", request.cookies.get(DEVICE_COOKIE, ""))

    async def password_form(self, request: web.Request) -> web.Response:
        return self._password_page(await self.page_visit(request, changing=True))

    def _password_page(self, visit: Visit, **context: Any) -> web.Response:
        return self._pages.render("password.html", session=visit.session, shortest=PASSWORD_CHARS, **context)

    async def change_password(self, request: web.Request) -> web.Response:
        visit = await self.page_visit(request, changing=True)
        fields = await self.form(request, visit)
        if fields.get("new", "") != fields.get("again", ""):
            problem = self._pages.say(visit.session, "The two new passwords differ.")
            return self._password_page(visit, problem=problem, status=400)
        if not await self._office.change_password(visit.token, fields.get("old", ""), fields.get("new", "")):
            problem = self._pages.say(visit.session, NOT_CHANGED, count=PASSWORD_CHARS)
            return self._password_page(visit, problem=problem, status=400)
        raise web.HTTPSeeOther(PATH)

    async def sign_out(self, request: web.Request) -> web.Response:
        visit = await self.page_visit(request, changing=True)
        await self.form(request, visit)
        await self._office.sign_out(visit.token)
        response = web.Response(status=303, headers={"Location": SIGN_IN})
        response.del_cookie(COOKIE, path=PATH)
        return response

    def _set_cookie(
        self, request: web.Request, response: web.Response, name: str, value: str, *, seconds: int = STAFF_SECONDS
    ) -> None:
        self._site.set_cookie(request, response, name, value, seconds=seconds, path=PATH, same_site="Strict")


def _same(given: str, expected: str) -> bool:
    return compare_digest(given.encode("utf-8", "replace"), expected.encode())
