"""The wish to be told something later, and the wish to be told no more, as the words of a message say it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot import opt_in, slots
from bot.decision import NOTIFY
from bot.facts import Act
from bot.flows import Script, TurnState
from bot.policy.labels import LIKE_NOTICES, TELL_OF
from bot.policy.requests import requests
from bot.promises import Promise


def to_tell(t: TurnState, sure: Sequence[str]) -> opt_in.Asked | None:
    """A wish to be told, with the intent it belongs to: the model's, or what was spoken of, where it says only that."""
    wish = opt_in.asked(t.event.text) if NOTIFY in t.skills else None
    if wish is None or wish.awaited in TELL_OF:
        return wish and replace(wish, awaited=TELL_OF[wish.awaited])
    order = ["order_status"] if slots.orders_named(t.understanding.slots, t.event.text) else []
    likely = (*sure, *order, *reversed(t.conversation.wishes))
    about = next((name for name in likely if name in TELL_OF.values()), "")
    return replace(wish, awaited=about) if about else None


def to_take_back(t: TurnState) -> list[Promise] | None:
    """The open promises that the message takes back: all of them, or those of the orders it names.

    None where it means something else; without a promise that is also the mails of the account.
    """
    if NOTIFY not in t.skills or not opt_in.takes_back(t.event.text):
        return None
    if not t.event.promises and t.understanding.probability("account_help") >= t.threshold:
        return None
    named = slots.orders_named(t.understanding.slots, t.event.text)
    return [promise for promise in t.promises.values() if not named or promise.subject in named]


_CANCELS = re.compile("cancel|取消", re.IGNORECASE)


def asked_beside(t: TurnState, labels: Sequence[str]) -> list[str]:
    """Which of the labels are more than another word for being told no more: "stop notifying me about my order"."""
    cancels = _CANCELS.search(t.event.text)
    return [name for name in labels if name not in LIKE_NOTICES and (cancels or name != "cancel_order")]


def taken_back(t: TurnState, promises: Sequence[Promise], others: Sequence[str] = ()) -> Script:
    """He wants to be told no more; what is open goes on, and `others`, the message's other requests, are served."""
    t.taken_back += promises
    t.say(Act("done:notify/stopped"))
    t.change(fallbacks=0)
    yield from requests(t, others)
