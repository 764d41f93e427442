"""Does what staff ask of the desk: looks up what is meant, and shows the next page of a menu."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from telegram import InlineKeyboardMarkup

from adapters.telegram.forum import Forum
from adapters.telegram.normalise import CHANNEL
from adapters.telegram.render import render
from adapters.telegram.tools import ANSWERED, Asked, closing, page, reply_token, sendable, span, token
from bot.messages import Address, InboundMessage, Kind, Reply, Sender
from bot.office import OPEN, HandoffView, Office, ReadyReply, is_sum
from bot.ports import Front

HEADS = {"staff": "ask_assign", "canned": "ask_reply", "why": "ask_close"}  # of a page that a command has shown
NONE = {"staff": "no_assign", "canned": "no_reply"}


@dataclass(frozen=True, slots=True)
class Used:
    """What comes of it: a message of staff to be stored, words for who asked, something to show in the group."""

    message: InboundMessage | None = None
    says: str = ""
    show: Callable[[], Awaitable[object]] | None = None


class Toolbox:
    def __init__(self, front: Front, office: Office, forum: Forum, account: str) -> None:
        self._front, self._office, self._forum, self._account = front, office, forum, account
        self._say = front.desk_words

    async def use(self, asked: Asked) -> Used:
        """Nothing is shown or stored yet."""
        view = await self._view(asked)
        if view is None or view.status not in OPEN:
            return Used(says=self._say("over"))
        if view.kind not in ANSWERED:
            return Used(says=self._say("not_here"))
        match asked.what:
            case "menu":
                return Used(show=await self._menu(asked, view, asked.value or "main"))
            case "assign":
                return await self._assign(asked, view)
            case "snooze" if view.kind != "chat" or view.status != "claimed":
                return Used(says=self._say("claim_first"))
            case "snooze":
                return Used(self._act(asked, view, text=span(asked.value)))
            case "close":
                why = closing(asked.value, self._say)
                if asked.value and not why:
                    return Used(show=await self._menu(asked, view, "why"))
                return Used(self._act(asked, view, value=why))
            case "voucher" if is_sum(asked.value):
                return Used(self._act(asked, view, value=asked.value))
            case "voucher":
                return Used(says=self._say("how_voucher"))
            case "canned":
                return await self._canned(asked, view)
            case "say":
                return await self._said(asked, view)
        return await self._suggested(asked, view)

    async def _view(self, asked: Asked) -> HandoffView | None:
        if asked.handoff_id:
            return await self._office.handoff(asked.handoff_id)
        return await self._office.handoff_at(self._address(asked))

    async def _menu(self, asked: Asked, view: HandoffView, name: str) -> Callable[[], Awaitable[object]]:
        names = [one for one in await self._office.colleagues() if one != view.claimed_by] if name == "staff" else ()
        replies = await self._office.replies(view, asked.member.name) if name == "canned" else ()
        if name in NONE and not (names or replies):
            return partial(self._write, asked, self._say(NONE[name]), None)
        keys = page(name, view, self._say, names, replies, asked.kept)
        if asked.under:
            return partial(self._forum.change_keys, asked.under, keys)
        return partial(self._write, asked, self._say(HEADS.get(name, "menu")), keys)

    async def _assign(self, asked: Asked, view: HandoffView) -> Used:
        if not asked.value:
            return Used(show=await self._menu(asked, view, "staff"))
        meant = asked.value.casefold()
        known = (one for one in await self._office.colleagues() if meant in (token(one), one.casefold()))
        return Used(self._act(asked, view, value=next(known, asked.value)))

    async def _canned(self, asked: Asked, view: HandoffView) -> Used:
        """Shows a reply with what is known in it, to be looked over; the titles while none is meant."""
        if not asked.topic:  # the button stands under a message too old to tell where that was
            return Used(says=self._say("outdated"))
        replies, meant = await self._office.replies(view, asked.member.name), asked.value.casefold()
        fit = [one for one in replies if meant == reply_token(one)] or [
            one for one in replies if meant and meant in one.title.casefold()
        ]  # fmt: skip
        if not fit:
            return Used(show=await self._menu(asked, view, "canned"))
        reply = next((one for one in fit if one.text), fit[0])
        if reply.missing:
            return Used(says=self._lacks(reply))
        keys = InlineKeyboardMarkup([sendable(reply.text, "say", reply_token(reply), view.id, self._say)])
        return Used(show=partial(self._write, asked, reply.text, keys))

    async def _said(self, asked: Asked, view: HandoffView) -> Used:
        """A canned reply that was shown goes to the shopper, once for each time it was shown."""
        replies = await self._office.replies(view, asked.member.name)
        reply = next((one for one in replies if reply_token(one) == asked.value), None)
        if reply is None:
            return Used(says=self._say("outdated"))
        if reply.missing:
            return Used(says=self._lacks(reply))
        return Used(self._message(asked, view, source_id=f"say:{asked.chat}:{asked.under}", text=reply.text))

    async def _suggested(self, asked: Asked, view: HandoffView) -> Used:
        """What the assistant would have answered to the shopper's words; the dialogue looks whether more was said."""
        meant, _, answers = asked.value.partition(":")
        lines = await self._front.transcript(view.conversation_id, notes=True)
        text = next((line.suggestion for line in lines if line.suggestion and token(line.suggestion) == meant), "")
        if not text or not answers.isdecimal():
            return Used(says=self._say("outdated"))
        once = f"send:{view.id}:{asked.value}"
        return Used(self._message(asked, view, source_id=once, text=text, answers=int(answers)))

    def _lacks(self, reply: ReadyReply) -> str:
        return f"{self._say('canned_lacks')} {', '.join(reply.missing)}"

    def _act(self, asked: Asked, view: HandoffView, **fields: Any) -> InboundMessage:
        return self._message(asked, view, kind=Kind.STAFF_ACT, act=asked.what, **fields)

    def _message(self, asked: Asked, view: HandoffView, **fields: Any) -> InboundMessage:
        common: Mapping[str, Any] = {
            "source_id": asked.source, "address": self._address(asked), "sent_at": asked.at, "sender": Sender.STAFF,
            "name": asked.member.name, "staff": asked.member.staff, "handoff_id": view.id,
        }  # fmt: skip
        return InboundMessage(**{**common, **fields})

    def _address(self, asked: Asked) -> Address:
        return Address(CHANNEL, self._account, asked.chat, asked.topic, asked.user, private=False)

    async def _write(self, asked: Asked, text: str, keys: InlineKeyboardMarkup | None) -> None:
        parts = render(Reply(text))
        for part in parts:
            await self._forum.write(asked.topic, part, keys if part is parts[-1] else None)
