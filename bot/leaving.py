"""A shopper on the web page whom nobody can answer now may leave an e-mail address: the answer goes there when he has
left the page, once, with a link back. Pure; the links themselves are the store's (bot/store/ways_back.py).
"""

from collections.abc import Callable
from dataclasses import replace

from bot.conversation import Conversation, Status
from bot.decision import Notice
from bot.facts import Act, Number, Text
from bot.handoff import Moved
from bot.slots import email

WEB = "web"  # the one channel that ends with its page
UNANSWERED = ("waiting/closed", "waiting/long")  # what is said while nobody can answer
HOURS = 24  # that a link back lasts, from when its mail goes out
# the buttons of a START: somebody came by a link; somebody asks for another one in place of a link that is over
BACK, AGAIN = "back", "again"

Looks = Callable[[str], bool]  # whether the shopper of a conversation, by its id, has it before him now


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


def answered(conversation: Conversation, by: str, looks: Looks) -> tuple[Notice | None, Conversation]:
    """The letter of an answer, and the conversation without the address; None while he looks at it or has left none."""
    if not conversation.reach or looks(conversation.id):
        return None, conversation
    act = Act("notice:answer", {"name": Text(by), "hours": Number(HOURS)})
    return Notice(conversation.reach, act, back=True), replace(conversation, reach="")


def another(mail: str) -> Notice:
    """The letter with a fresh link, to where the answer went."""
    return Notice(mail, Act("notice:link", {"hours": Number(HOURS)}), back=True)


def came_back(conversation: Conversation) -> Conversation:
    """Somebody has come by a link, perhaps in another browser: who he is has to be proved anew.

    Nothing that was begun goes on: what was typed to prove it stands in open flows.
    """
    return replace(
        conversation, proof=None, challenge=None, flows=(), queue=(), pending=None, memory={}, noted={}
    )  # fmt: skip
