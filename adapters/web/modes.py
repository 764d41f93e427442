"""The console's page of writes: how far the bot may go with each in each market, and the switch that stops all.

Plain forms, no script: what is saved holds from the next message.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from adapters.web.console_door import PATH, Door, Visit
from adapters.web.live import CONSOLES, Live
from adapters.web.pages import Pages
from bot.errors import BadInput
from bot.office import ModeTable, ModeWish, Office
from bot.ports import Right, WriteMode

PAGE = f"{PATH}/modes"


def field(market: str, verb: str) -> str:
    """The name of a cell's select; what it showed stands in the field of that name with "seen:" before it."""
    return f"mode:{market}:{verb}"


def wishes(fields: Mapping[str, str], table: ModeTable) -> list[ModeWish]:
    """The cells of which the form chooses another mode than it showed. BadInput for what is no mode."""
    found = []
    for market, verb in table.cells:
        name = field(market, verb)
        chosen, seen = fields.get(name), fields.get(f"seen:{name}")
        if chosen is None or seen is None or chosen == seen:
            continue
        if chosen not in ("", *WriteMode):
            raise BadInput(f"{market}, {verb}: {chosen!r} is no mode. Nothing was saved.")
        found.append(ModeWish(market, verb, WriteMode(chosen) if chosen else None, seen))
    return found


class Modes:
    def __init__(self, office: Office, *, door: Door, live: Live, pages: Pages) -> None:
        self._office, self._door, self._live, self._pages = office, door, live, pages

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.get(PAGE, self.page),
            web.post(PAGE, self.save),
            web.post(f"{PAGE}/stop", self.stop),
            web.post(f"{PAGE}/resume", self.resume),
        ]

    async def page(self, request: web.Request) -> web.Response:
        return await self._page(await self._door.page_visit(request))

    async def _page(self, visit: Visit, **context: Any) -> web.Response:
        table, changes = await self._office.modes(), await self._office.mode_changes()
        return self._pages.render(
            "modes.html", session=visit.session, table=table, changes=changes, field=field, modes=list(WriteMode),
            **context,
        )  # fmt: skip

    async def save(self, request: web.Request) -> web.Response:
        visit = await self._door.page_visit(request)
        fields = await self._door.form(request, visit)
        self._door.permit(visit, Right.MODES)
        try:
            await self._office.set_modes(wishes(fields, await self._office.modes()), visit.session.staff)
        except BadInput as problem:
            return await self._page(visit, problem=str(problem), status=409)
        raise self._seen()

    async def stop(self, request: web.Request) -> web.Response:
        return await self._switch(request, stopped=True)

    async def resume(self, request: web.Request) -> web.Response:
        return await self._switch(request, stopped=False)

    async def _switch(self, request: web.Request, *, stopped: bool) -> web.Response:
        visit = await self._door.page_visit(request)
        await self._door.form(request, visit)
        self._door.permit(visit, Right.MODES)
        await self._office.switch_writes(visit.session.staff, stopped=stopped)
        raise self._seen()

    def _seen(self) -> web.HTTPSeeOther:
        """Back to the page; consoles that are open show the switch too."""
        self._live.wake(CONSOLES)
        return web.HTTPSeeOther(PAGE)
