"""A shopper on the web page whom nobody can answer now may leave an e-mail address: the answer goes there when he has
left the page, once, with a link back. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import links
from bot.conversation import Conversation, Status
from bot.decision import Notice
from bot.facts import Act, Text
from bot.handoff import Moved
from bot.slots import email

WEB = "web"  # the one channel that ends with its page
UNANSWERED = ("waiting/closed", "waiting/long")  # what is said while nobody can answer
LASTS = timedelta(days=7)  # of a link back
BACK = "back"  # the button of a START with which somebody came by a link


@dataclass(frozen=True, slots=True)
class WayBack:
    """What the outside world gives: a link to a conversation, and whether its shopper looks at it now."""

    link: Callable[[str, datetime], str]  # of a visitor, good until then
    looks: Callable[[str], bool]  # a conversation's id


def offered(acts: tuple[Act, ...], conversation: Conversation) -> tuple[tuple[Act, ...], Conversation]:
    """With the offer to leave an address, where nobody can answer and it was not made before."""
    fits = conversation.address.channel == WEB and conversation.reach is None
    if not fits or not any(act.name in UNANSWERED for act in acts):
        return acts, conversation
    return (*acts, Act("waiting/leave_mail")), replace(conversation, reach="")


def left(moved: Moved, said: str) -> Moved:
    """He waits and has written an address after it was offered: that is said in place of the usual word."""
    conversation = moved.conversation
    asked = conversation.reach is not None and conversation.status is Status.WAITING
    address = email(said) if asked else None
    if not address:
        return moved
    kept = replace(conversation, reach=address, acknowledged=True)
    return replace(moved, conversation=kept, acts=(Act("waiting/mail_kept", {"mail": Text(address)}),))


def answered(conversation: Conversation, by: str, now: datetime, way: WayBack) -> tuple[Notice | None, Conversation]:
    """The letter of an answer, and the conversation without the address; None while he looks at it or has left none."""
    if not conversation.reach or way.looks(conversation.id):
        return None, conversation
    link = way.link(conversation.address.user, now + LASTS)
    act = Act("notice:answer", {"name": Text(by), "link": Text(link)})
    return Notice(conversation.reach, act), replace(conversation, reach="")


def came_back(conversation: Conversation) -> Conversation:
    """Somebody has come by a link, perhaps in another browser: who he is has to be proved anew.

    Nothing that was begun goes on: what was typed to prove it stands in open flows.
    """
    return replace(
        conversation, proof=None, challenge=None, flows=(), queue=(), pending=None, memory={}, noted={}
    )  # fmt: skip


def sealed(key: bytes, public_url: str) -> Callable[[str, datetime], str]:
    """How links back are made."""
    return lambda visitor, until: f"{public_url.rstrip('/')}/?back={links.seal(key, links.VISITOR, visitor, until)}"


def opened(key: bytes, token: str, now: datetime) -> str | None:
    """The visitor whose conversation a link leads to, None for one that is over or not ours."""
    signed = links.read(key, token)
    good = signed and signed.kind == links.VISITOR and signed.genuine and signed.until > now
    return signed.id if signed and good else None

