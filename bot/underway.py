"""What a turn works with: what the owner has set about conversations, and the turn's own state on its way."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot import deadlines, idle
from bot.conversation import Conversation, Utterance
from bot.decision import Limits
from bot.messages import Attachment, InboundMessage
from bot.opening import OpeningHours
from bot.ports import ModesInForce
from bot.promises import Promise
from bot.skill import Outcome
from bot.turn import Claim


@dataclass(frozen=True, slots=True)
class Settings:
    """What the owner sets about conversations."""

    limits: Limits = field(default_factory=Limits)
    desks: tuple[str, ...] = ("console",)
    wait: timedelta = timedelta(minutes=10)  # unclaimed for so long while people are there: the shopper is told once
    hours: OpeningHours = field(default_factory=OpeningHours)  # when they are
    deadlines: Mapping[str, timedelta] = field(default_factory=dict)  # of each handoff → open time
    staff_language: str = "en"

    def limits_under(self, modes: ModesInForce) -> Limits:
        return replace(self.limits, modes=modes.modes, stopped=modes.stopped)

    def idle_at(self, now: datetime) -> datetime:
        """When who has claimed a handoff has been silent for too long."""
        return self.hours.after(now, self.deadlines.get(deadlines.IDLE, idle.AFTER))

    def long_at(self, now: datetime) -> datetime:
        """When a wait that begins now is a long one."""
        return self.hours.after(now, self.wait)


@dataclass
class Turn:
    """Working state of one turn."""

    claim: Claim
    conversation: Conversation
    history: tuple[Utterance, ...]
    text: str
    now: datetime
    restarted: bool = False  # the stored state could not be read
    started: float = field(default_factory=time.perf_counter)
    steps: dict[str, float] = field(default_factory=dict)  # milliseconds since the start, by step
    outcomes: list[Outcome] = field(default_factory=list)
    promises: tuple[Promise, ...] = ()  # that are open
    effects: bool = False  # a write was done: its result is told whatever happens
    code: str = ""  # the one-time code in these messages; their texts do not show it
    hidden: dict[int, str] = field(default_factory=dict)  # inbox row → text without it
    suggestion: str = ""  # for staff: what the bot would have answered

    @property
    def first(self) -> InboundMessage:
        """The message itself wherever a turn has one only: all but a burst of plain texts."""
        return self.claim.rows[0].message

    @property
    def files(self) -> tuple[Attachment, ...]:
        return tuple(item for row in self.claim.rows for item in row.message.attachments)

    @property
    def suggested(self) -> dict[str, Any]:
        """The suggestion, as the transcript keeps it beside the shopper's line."""
        return {"suggestion": self.suggestion, "answers": self.newest} if self.suggestion else {}

    @property
    def newest(self) -> int:
        """The inbox row of the last message of this turn."""
        return self.claim.rows[-1].id

    def mark(self, step: str) -> None:
        self.steps[step] = round((time.perf_counter() - self.started) * 1000, 2)
