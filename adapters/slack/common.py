"""What every part of this adapter speaks of: the app, its staff, a payload. Pure."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.errors import BadInput
from bot.ports import Member

CHANNEL = "slack"

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Me:
    """The app in its workspace, as auth.test tells it."""

    team: str
    user: str  # the bot's user id, which stands in mentions
    bot: str = ""
    team_name: str = ""
    user_name: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """The channel whose threads are handoffs, and who counts as staff there: as far as a payload needs it."""

    channel: str = ""
    users: Mapping[str, Member] = field(default_factory=dict)  # by member id


@contextmanager
def documented() -> Iterator[None]:
    """BadInput when a payload does not have the documented form."""
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise BadInput("the payload does not have the documented form") from error


def is_direct(channel: str) -> bool:
    return channel.startswith("D")


def moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
