"""Opening the desk's modals: what they offer is asked of the assistant just before."""

from dataclasses import replace
from typing import Any

from adapters.slack import desk_menu, limits
from adapters.slack.api import SlackApi
from adapters.slack.desk_menu import ASSIGN, CLOSE, REPLY, SNOOZE, VOUCHER, WRITE, Answer, Wish, Words
from bot.errors import ChannelError
from bot.office import OPEN, Office
from bot.ports import Member

Choices = list[tuple[str, str]]


class DeskModals:
    def __init__(self, api: SlackApi, office: Office, words: Words) -> None:
        self._api, self._office, self._words = api, office, words

    async def open(self, wish: Wish, member: Member) -> str:
        """Open it for whoever wishes; "" or what he is told instead (a key of the desk's words)."""
        view = await self._office.handoff(wish.handoff_id)
        if view is None or (view.status not in OPEN and wish.act in (ASSIGN, SNOOZE, CLOSE, VOUCHER)):
            return "ended"
        if wish.act == SNOOZE and view.status != "claimed":
            return "claim_first"
        choices: Choices = []
        if wish.act == ASSIGN:
            choices = [(name, name) for name in await self._office.colleagues() if name != view.claimed_by]
        elif wish.act == REPLY:
            choices = [(title, str(number)) for number, (title, _) in enumerate(await self._replies(wish, member))]
        if wish.act in (ASSIGN, REPLY) and not choices:
            return f"no_{wish.act}"
        try:
            await self._api.open_view(wish.trigger, desk_menu.view(wish, self._words, choices))
        except ChannelError:
            return "too_late"
        return ""

    async def over(self, handoff_id: str) -> bool:
        """Whether nothing waits for an answer there any more."""
        view = await self._office.handoff(handoff_id)
        return view is None or view.status not in OPEN

    async def next(self, answer: Answer, member: Member) -> dict[str, Any] | None:
        """How Slack is answered when a modal that was sent is not the last word: what is no sum is asked for once more,
        and a chosen reply is looked over before it goes.
        """
        if answer.no_sum:
            return {"response_action": "errors", "errors": {answer.wish.act: self._words("no_sum")}}
        if answer.wish.act != REPLY:
            return None
        replies = await self._replies(answer.wish, member)
        text = next((text for number, (_, text) in enumerate(replies) if str(number) == answer.value), "")
        looked_over = desk_menu.view(replace(answer.wish, act=WRITE, text=text), self._words)
        return {"response_action": "update", "view": looked_over}

    async def _replies(self, wish: Wish, member: Member) -> list[tuple[str, str]]:
        """Title and text of the canned replies that nothing is missing for."""
        view = await self._office.handoff(wish.handoff_id)
        found = await self._office.replies(view, member.name) if view else []
        return [(reply.title, reply.text) for reply in found if reply.text][: limits.OPTIONS]
