"""Handoffs as threads of the staff channel. What staff write and press there comes in through intake.py."""

from adapters.slack.api import SlackApi
from adapters.slack.normalise import CHANNEL
from adapters.slack.parts import Poster
from adapters.slack.render import render_post
from bot.messages import Address, DeskPost

OPENING = ("opened", "approval")


class SlackDesk:
    """Implements bot.ports.StaffDesk."""

    name = CHANNEL

    def __init__(self, api: SlackApi, channel: str) -> None:
        self._api = api
        self._channel = channel
        self._poster = Poster(api)

    async def post(self, post: DeskPost) -> str:
        """Open a thread for a new handoff; everything else goes into its thread, if it has one here."""
        parts = render_post(post)
        if post.kind not in OPENING and (thread := _in_slack(post.thread)):
            await self._poster.post(post, thread.chat, thread.thread, parts)
            return post.thread
        me = await self._api.who()
        sent = await self._poster.post(post, self._channel, "", parts, opens=True)
        return Address(CHANNEL, me.team, self._channel, sent[0]).desk_ref


def _in_slack(reference: str) -> Address | None:
    """The thread a desk reference names; None for "" and for a thread of another desk."""
    channel, _, rest = reference.partition(":")
    account, chat, thread = [*rest.split(":"), "", "", ""][:3]
    return Address(channel, account, chat, thread) if channel == CHANNEL and chat and thread else None
