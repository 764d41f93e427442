"""What a shopper asked to be told: a promise is kept once, or is over. Plain data.

bot/skills/notify.py makes one, bot/skills/notices.py looks whether it has come true, bot/notifier.py keeps it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.conversation import Access

TIMER = "promise"  # the timer of one, with its id as subject
LOOK_EVERY = timedelta(hours=1)
LASTS = timedelta(days=60)
MOST = 20  # open ones in one conversation


class Awaited(StrEnum):
    SENT = "sent"  # what had not left when it was promised
    DELAYED = "delayed"  # the promised day has passed, or another, later one was promised
    REFUNDED = "refunded"
    BACK = "back"  # goods in stock again


@dataclass(frozen=True, slots=True)
class Promise:
    awaited: Awaited
    subject: str  # an order's number; of goods see `goods`
    until: datetime  # the last look
    seen: tuple[str, ...] = ()  # as it stood: lines that had not left; the promised day; refunds that were done
    access: Access = Access.NONE  # whose order it is, by what was proved when it was promised
    customer: str = ""
    market: str = ""
    id: str = ""

    @property
    def key(self) -> str:
        """What is promised: the same twice is one."""
        return f"{self.awaited}:{self.subject}"

    def next_look(self, now: datetime) -> datetime:
        return min(now + LOOK_EVERY, self.until)


def goods(product: str, skus: tuple[str, ...]) -> str:
    """The subject of goods: a product and its variants that are waited for, none for whichever it has."""
    return f"{product}/{','.join(sorted(skus))}"
