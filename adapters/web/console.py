"""The staff console: who waits, the conversation, and what staff do about it.

Every act goes in by the same road as a shopper's message: `receive` stores it, a worker does it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.web.console_door import PATH, Door, Visit
from adapters.web.guard import HEADERS
from adapters.web.limits import BEAT_SECONDS, TEXT_CHARS
from adapters.web.live import CONSOLES, Live
from adapters.web.pages import Pages
from adapters.web.wire import NAME, is_uuid, shown
from bot.messages import Address, InboundMessage, Kind, Sender
from bot.ports import Front, HandoffView, Office, StaffSession, right_for

ACTS = {
    "chat": ("claim", "back", "close"), "case": ("claim", "back", "close"), "approval": ("approve", "decline")
}  # fmt: skip
OPEN = ("waiting", "claimed")
_HANDOFF = PATH + "/handoffs/{id}"
_STREAM = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # for proxies


def normalise(
    fields: Mapping[str, str], view: HandoffView, staff: StaffSession, now: datetime
) -> InboundMessage | None:
    """What one form of the console says; None when it says nothing that this handoff can take.

    `source` is made by the page, once per press: a double click or a repeated request counts once.
    """
    source, act, text = fields.get("source", ""), fields.get("act", ""), fields.get("text", "").strip()
    if not is_uuid(source):
        return None
    common: dict[str, Any] = {
        "source_id": source, "address": Address(NAME, "", f"desk:{view.id}", user=staff.staff), "sent_at": now,
        "sender": Sender.STAFF, "name": staff.name, "staff": staff.staff, "handoff_id": view.id,
    }  # fmt: skip
    if act:
        return InboundMessage(**common, kind=Kind.STAFF_ACT, act=act) if act in ACTS.get(view.kind, ()) else None
    # an approval is answered yes or no; who writes to the shopper does so in a chat handoff
    return InboundMessage(**common, text=text) if text and len(text) <= TEXT_CHARS and view.kind != "approval" else None


class Console:
    def __init__(
        self, front: Front, office: Office, *, door: Door, live: Live, pages: Pages, now: Callable[[], datetime]
    ) -> None:
        self._front, self._office, self._door = front, office, door
        self._live, self._pages, self._now = live, pages, now

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.get(PATH, self.page),
            web.get(_HANDOFF, self.page),
            web.get(f"{PATH}/list", self.handoffs),
            web.get(_HANDOFF + "/view", self.conversation),
            web.post(_HANDOFF + "/act", self.act),
            web.get(f"{PATH}/files/{{digest}}", self.file),
            web.get(f"{PATH}/events", self.events, allow_head=False),
        ]

    # --- pages and their parts ---------------------------------------------------------------------------------------

    async def page(self, request: web.Request) -> web.Response:
        visit = await self._door.page_visit(request)
        chosen = await self._chosen(request, visit) if "id" in request.match_info else {}
        listed = await self._listed()
        return self._pages.render("desk.html", session=visit.session, text_chars=TEXT_CHARS, **listed, **chosen)

    async def handoffs(self, request: web.Request) -> web.Response:
        await self._door.call_visit(request)
        return self._pages.render("_list.html", **await self._listed())

    async def conversation(self, request: web.Request) -> web.Response:
        visit = await self._door.call_visit(request)
        return self._pages.render("_conversation.html", session=visit.session, **await self._chosen(request, visit))

    async def file(self, request: web.Request) -> web.Response:
        """What a shopper sent, as a download: never shown as a page of ours, whatever it holds."""
        await self._door.page_visit(request)
        digest = request.match_info["digest"]
        content = await self._front.file(digest)
        if content is None:
            raise web.HTTPNotFound(text="there is no such file")
        headers = {"Content-Disposition": f'attachment; filename="{digest[:12]}"', "Cache-Control": "no-store"}
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)

    async def _listed(self) -> dict[str, Any]:
        views = await self._office.handoffs(ended=True)
        return {
            "stop": (await self._office.modes()).stop,
            "waiting": [view for view in views if view.status == "waiting"],
            "claimed": [view for view in views if view.status == "claimed"],
            "ended": [view for view in views if view.status not in OPEN],
        }  # fmt: skip

    async def _chosen(self, request: web.Request, visit: Visit) -> dict[str, Any]:
        view = await self._view(request)
        lines = await self._front.transcript(view.conversation_id, notes=True)
        acts = [(act, visit.session.may(right_for(act))) for act in _acts(view)]
        return {"view": view, "lines": list(filter(shown, lines)), "acts": acts}

    async def _view(self, request: web.Request) -> HandoffView:
        view = await self._office.handoff(request.match_info["id"])
        if view is None:
            raise web.HTTPNotFound(text="there is no such handoff")
        return view

    # --- acts --------------------------------------------------------------------------------------------------------

    async def act(self, request: web.Request) -> web.Response:
        visit = await self._door.call_visit(request)
        fields = await self._door.form(request, visit)
        message = normalise(fields, await self._view(request), visit.session, self._now())
        if message is None:
            raise web.HTTPBadRequest(text="this handoff cannot take that")
        self._door.permit(visit, right_for(message.act))
        receipt = await self._front.receive(message)
        if not receipt.conversation_id:
            raise web.HTTPConflict(text="this handoff belongs to no conversation any more")
        return web.Response(status=204)

    # --- live updates ------------------------------------------------------------------------------------------------

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Say "changed" whenever something may have; the page then fetches what it shows. Carries no data."""
        visit = await self._door.call_visit(request)
        response = web.StreamResponse(headers={**HEADERS, **_STREAM})
        await response.prepare(request)
        async with self._front.subscribe("") as event:
            with self._live.joined(CONSOLES, event), suppress(ConnectionResetError):
                await self._tell(response, event, visit)
        return response

    async def _tell(self, response: web.StreamResponse, event: asyncio.Event, visit: Visit) -> None:
        news = b"event: changed\ndata: -\n\n"  # once at the start: what changed since the page was made
        while not self._live.stopping and await self._door.still_signed_in(visit):
            event.clear()
            await response.write(news)
            news = b": still here\n\n"
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await event.wait()
                    news = b"event: changed\ndata: -\n\n"


def _acts(view: HandoffView) -> tuple[str, ...]:
    """The buttons that make sense now."""
    if view.status not in OPEN:
        return ()
    offered = ACTS.get(view.kind, ())
    return tuple(act for act in offered if not (act == "claim" and view.status == "claimed"))
