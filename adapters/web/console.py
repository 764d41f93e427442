"""The staff console: who waits, the conversation, and what staff do about it.

Every act goes in by the same road as a shopper's message: `receive` stores it, a worker does it.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import quote

from aiohttp import web

from adapters.web.console_door import PATH, Door, Visit
from adapters.web.guard import HEADERS
from adapters.web.limits import BEAT_SECONDS, TEXT_CHARS
from adapters.web.live import CONSOLES, Live
from adapters.web.pages import Pages
from adapters.web.uploads import download
from adapters.web.wire import NAME, is_uuid, shown
from bot.messages import Address, InboundMessage, Kind, Sender
from bot.office import APPROVAL_ACTS, CLOSINGS, OPEN, PROPOSAL_ACTS, HandoffView, Office, StaffSession, is_sum
from bot.ports import Front, Right, right_for

HANDLING = ("claim", "assign", "snooze", "release", "back", "close")
ONCE_CLAIMED = ("snooze", "release")
DEEDS = ("cancel", "refund", "resend", "voucher")  # about the order; quoted first (bot/deeds.py)
DECIDING = ("approve", "decline", "do", "drop")
ANSWERED = ("chat", "case")  # by writing to the shopper; an approval is answered yes or no, a note is there to be read
TAKE_OVER = "take_over"
_CHAT = PATH + "/chats/{id}"
_HANDOFF = PATH + "/handoffs/{id}"
_STREAM = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # for proxies


def normalise(
    fields: Mapping[str, str], view: HandoffView, staff: StaffSession, colleagues: Collection[str], now: datetime
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
    written = 0 < len(text) <= TEXT_CHARS
    if act == "note":
        return InboundMessage(**common, kind=Kind.STAFF_ACT, act=act, text=text) if written else None
    if act:
        value = fields.get("value", "")
        until = text if act == "snooze" else ""
        values = {"assign": colleagues, "close": ("", *CLOSINGS)}.get(act, ("",))
        known = is_sum(value) if act == "voucher" else value in values
        fits = act in (*_can(view), *_deeds(view)) and known and len(until) <= TEXT_CHARS
        return InboundMessage(**common, kind=Kind.STAFF_ACT, act=act, value=value, text=until) if fits else None
    seen = fields.get("answers", "")
    answers = int(seen) if seen.isascii() and seen.isdecimal() else None
    return InboundMessage(**common, text=text, answers=answers) if written and view.kind in ANSWERED else None


def taking_over(
    fields: Mapping[str, str], conversation_id: str, staff: StaffSession, now: datetime
) -> InboundMessage | None:
    """What one form says to a conversation that the assistant has alone: a press of the button, or words for it."""
    source, act, text = fields.get("source", ""), fields.get("act", ""), fields.get("text", "").strip()
    common: dict[str, Any] = {
        "source_id": source, "address": Address(NAME, "", f"chat:{conversation_id}", user=staff.staff), "sent_at": now,
        "sender": Sender.STAFF, "name": staff.name, "staff": staff.staff, "conversation_id": conversation_id,
    }  # fmt: skip
    if not is_uuid(source):
        return None
    if act == TAKE_OVER:
        return InboundMessage(**common, kind=Kind.STAFF_ACT, act=act)
    return InboundMessage(**common, text=text) if not act and 0 < len(text) <= TEXT_CHARS else None


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
            web.get(_CHAT, self.chat_page),
            web.get(_CHAT + "/view", self.chat),
            web.post(_CHAT + "/act", self.take_over),
            web.get(f"{PATH}/list", self.handoffs),
            web.get(_HANDOFF + "/view", self.conversation),
            web.get(_HANDOFF + "/replies", self.replies),
            web.post(_HANDOFF + "/act", self.act),
            web.get(f"{PATH}/files/{{digest}}", self.file),
            web.get(f"{PATH}/files/{{digest}}/{{name}}", self.file),
            web.get(f"{PATH}/events", self.events, allow_head=False),
        ]

    # --- pages and their parts ---------------------------------------------------------------------------------------

    async def page(self, request: web.Request) -> web.Response:
        visit = await self._door.page_visit(request)
        chosen = await self._chosen(request, visit) if "id" in request.match_info else {}
        if chosen:
            chosen |= await self._ready(chosen["view"], visit)
        listed = await self._listed()
        fixed = {"session": visit.session, "text_chars": TEXT_CHARS, "answered": ANSWERED}
        return self._pages.render("desk.html", **fixed, **listed, **chosen)

    async def chat_page(self, request: web.Request) -> web.Response:
        """A conversation that the assistant has alone; one that a person has stands with its handoff."""
        visit = await self._door.page_visit(request)
        if handoff_id := await self._office.open_chat(request.match_info["id"]):
            raise web.HTTPSeeOther(f"{PATH}/handoffs/{quote(handoff_id, safe='')}")
        running = await self._running(request)
        if running is None:
            raise web.HTTPSeeOther(PATH)
        fixed = {"session": visit.session, "text_chars": TEXT_CHARS}
        return self._pages.render("desk.html", **fixed, **await self._listed(), **running)

    async def chat(self, request: web.Request) -> web.Response:
        visit = await self._door.call_visit(request)
        running = await self._running(request)
        if running is None:  # the page looks where it stands now
            raise web.HTTPConflict(text="the assistant does not have it alone any more")
        return self._pages.render("_running.html", session=visit.session, **running)

    async def handoffs(self, request: web.Request) -> web.Response:
        visit = await self._door.call_visit(request)
        return self._pages.render("_list.html", session=visit.session, **await self._listed())

    async def conversation(self, request: web.Request) -> web.Response:
        visit = await self._door.call_visit(request)
        return self._pages.render("_conversation.html", session=visit.session, **await self._chosen(request, visit))

    async def replies(self, request: web.Request) -> web.Response:
        visit = await self._door.call_visit(request)
        ready = await self._ready(await self._view(request), visit)
        return self._pages.render("_replies.html", session=visit.session, **ready)

    async def file(self, request: web.Request) -> web.Response:
        """What a shopper sent, as a download: never shown as a page of ours, whatever it holds."""
        await self._door.page_visit(request)
        digest = request.match_info["digest"]
        content = await self._front.file(digest)
        if content is None:
            raise web.HTTPNotFound(text="there is no such file")
        mime, name = download(content, request.match_info.get("name", ""), digest)
        named = f"attachment; filename*=UTF-8''{quote(name, safe='')}"  # RFC 6266: any name
        headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
        return web.Response(body=content, content_type=mime, headers=headers)

    async def _listed(self) -> dict[str, Any]:
        views = await self._office.handoffs(ended=True)
        cases = _cases(view for view in views if view.status in OPEN and not view.away_until)
        return {
            "stop": (await self._office.modes()).stop,
            "ratings": await self._office.ratings(),
            "running": await self._office.running(),
            "waiting": [case for case in cases if any(view.status == "waiting" for view in case)],
            "claimed": [case for case in cases if all(view.status == "claimed" for view in case)],
            "away": [view for view in views if view.status in OPEN and view.away_until],
            "ended": [view for view in views if view.status not in OPEN],
        }  # fmt: skip

    async def _running(self, request: web.Request) -> dict[str, Any] | None:
        conversation_id = request.match_info["id"]
        known = {chat.conversation_id: chat for chat in await self._office.running()}
        if conversation_id not in known:
            return None
        lines = await self._front.transcript(conversation_id, notes=True)
        return {"chat": known[conversation_id], "lines": list(filter(shown, lines))}

    async def _chosen(self, request: web.Request, visit: Visit) -> dict[str, Any]:
        view = await self._view(request)
        lines = await self._front.transcript(view.conversation_id, notes=True)
        others = [name for name in await self._office.colleagues() if name != view.claimed_by]
        here = [one for one in await self._office.handoffs() if one.conversation_id == view.conversation_id]
        beside = [one for one in here if one.id != view.id and one.kind == "approval"]
        return {
            "view": view, "lines": list(filter(shown, lines)), "acts": _allowed(view, visit), "others": others,
            "closings": CLOSINGS, "deeds": _deeds(view) if view.status in OPEN else (),
            "beside": [(one, _allowed(one, visit)) for one in beside],
        }  # fmt: skip

    async def _ready(self, view: HandoffView, visit: Visit) -> dict[str, Any]:
        """What can be put into the text box: the suggestion to the shopper's last words, and the canned replies."""
        lines = await self._front.transcript(view.conversation_id, notes=True)
        last = next((line for line in reversed(lines) if line.suggestion or line.speaker in ("user", "staff")), None)
        replies = await self._office.replies(view, visit.session.name)
        return {"replies": replies, "suggested": last if last and last.suggestion else None}

    async def _view(self, request: web.Request) -> HandoffView:
        view = await self._office.handoff(request.match_info["id"])
        if view is None:
            raise web.HTTPNotFound(text="there is no such handoff")
        return view

    # --- acts --------------------------------------------------------------------------------------------------------

    async def act(self, request: web.Request) -> web.Response:
        visit = await self._door.call_visit(request)
        fields = await self._door.form(request, visit)
        view, colleagues = await self._view(request), await self._office.colleagues()
        message = normalise(fields, view, visit.session, colleagues, self._now())
        if message is None and fields.get("act") == "voucher" and "voucher" in _deeds(view):
            raise web.HTTPBadRequest(text=self._pages.say(visit.session, "a voucher needs a sum, such as 10 or 10.00"))
        if message is None:
            raise web.HTTPBadRequest(text=self._pages.say(visit.session, "this handoff cannot take that"))
        self._door.permit(visit, right_for(message.act))
        if view.status not in OPEN and message.act in DECIDING:
            status = self._pages.term(visit.session, view.status, "status")
            late = self._pages.say(visit.session, "too late, this is over ({status})", status=status)
            raise web.HTTPConflict(text=late)
        receipt = await self._front.receive(message)
        if not receipt.conversation_id:
            gone = "this handoff belongs to no conversation any more"
            raise web.HTTPConflict(text=self._pages.say(visit.session, gone))
        return web.Response(status=204)

    async def take_over(self, request: web.Request) -> web.Response:
        visit = await self._door.call_visit(request)
        fields = await self._door.form(request, visit)
        message = taking_over(fields, request.match_info["id"], visit.session, self._now())
        if message is None:
            raise web.HTTPBadRequest(text=self._pages.say(visit.session, "this handoff cannot take that"))
        self._door.permit(visit, Right.HANDOFFS)
        receipt = await self._front.receive(message)
        if not receipt.conversation_id:
            raise web.HTTPNotFound(text="there is no such conversation")
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


def _cases(views: Iterable[HandoffView]) -> list[list[HandoffView]]:
    """What is of one account and stands together is one case."""
    return [list(case) for _, case in groupby(views, key=lambda view: view.account or view.id)]


def _can(view: HandoffView) -> tuple[str, ...]:
    """All that can be done with a handoff of its kind."""
    if view.kind == "approval":
        return PROPOSAL_ACTS.get(view.reason, APPROVAL_ACTS)
    return HANDLING if view.kind in ANSWERED else ()


def _deeds(view: HandoffView) -> tuple[str, ...]:
    """What may be tried for a shopper who has proved who he is."""
    return DEEDS if view.account and view.kind in ANSWERED else ()


def _allowed(view: HandoffView, visit: Visit) -> list[tuple[str, bool]]:
    """The buttons that make sense now, and whether he may press each; of modes he sees only what he may."""
    if view.status not in OPEN:
        return []
    useless = ("claim",) if view.status == "claimed" else ONCE_CLAIMED
    acts = [(act, visit.session.may(right_for(act))) for act in _can(view) if act not in useless]
    return [(act, may) for act, may in acts if may or right_for(act) is not Right.MODES]
