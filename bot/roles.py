"""What a member of staff may do, by his role. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"


class Right(StrEnum):
    HANDOFFS = "handoffs"  # claim, answer, give back, close
    APPROVALS = "approvals"  # approve or decline a write
    MODES = "modes"  # how far the assistant may go with each write, and the switch that stops all
    LOG = "log"  # read what staff did
    ACCOUNTS = "accounts"  # add, set the role of, give a new password to, remove


_OF: Mapping[Role, frozenset[Right]] = {
    Role.AGENT: frozenset({Right.HANDOFFS}),
    Role.LEAD: frozenset({Right.HANDOFFS, Right.APPROVALS, Right.MODES, Right.LOG}),
    Role.ADMIN: frozenset(Right),
}


def may(role: Role, right: Right) -> bool:
    return right in _OF[role]


def right_for(act: str) -> Right:
    """What an act at a desk takes (bot.messages.DESK_ACTS)."""
    if act in ("approve", "decline"):
        return Right.APPROVALS
    return Right.MODES if act in ("mode_automatic", "mode_off") else Right.HANDOFFS
