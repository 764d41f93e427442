"""The store on a database of one test's own, with a clock that stands still."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fakes import FixedClock
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

import bot.shop.tables
import bot.store.tables  # noqa: F401 - both register their tables
from bot.conversation import Confirmation, Conversation
from bot.facts import Act
from bot.messages import Address, InboundMessage, Kind, Reply, Sender
from bot.store.actions import ActionStore, TryStore
from bot.store.audit import AuditStore
from bot.store.conversations import ConversationStore
from bot.store.database import open_database, reading
from bot.store.desk import DeskStore
from bot.store.inbox import InboxStore
from bot.store.links import StaffLinkStore
from bot.store.outbox import OutboxStore
from bot.store.staff import StaffStore
from bot.turn import Claim, HandoffChange, Sending, TurnResult

SHOPPER = Address("web", "", "emma", user="emma")
OTHER = Address("web", "", "li", user="li")
DESK = Address("slack", "T1", "C1", thread="17.1", user="U9")
START = FixedClock().now()


@dataclass
class Rig:
    engine: AsyncEngine
    clock: FixedClock
    jitter: float = 1.0  # the share of a growing pause that is kept

    def __post_init__(self) -> None:
        self.inbox = InboxStore(self.engine, self.clock)
        self.outbox = OutboxStore(self.engine, self.clock, lambda: self.jitter)
        self.conversations, self.desk = ConversationStore(self.engine, self.clock), DeskStore(self.engine, self.clock)
        self.staff, self.links = StaffStore(self.engine, self.clock), StaffLinkStore(self.engine, self.clock)
        self.audit = AuditStore(self.engine)
        self.actions, self.tries = ActionStore(self.engine, self.clock), TryStore(self.engine, self.clock)

    async def hear(self, source_id: str, text: str = "hello", address: Address = SHOPPER, **fields: Any) -> None:
        await self.inbox.receive(said(source_id, text, address, **fields))

    async def taken(self, owner: str = "w1") -> Claim:
        claim = await self.inbox.claim(owner)
        assert claim is not None
        return claim

    async def commit(self, claim: Claim, *sendings: Sending, **parts: Any) -> Conversation:
        """Commit a turn that answers with these; `parts` are TurnResult's or, else, changes of the conversation."""
        conversation, _ = await self.conversations.load(claim.conversation_id)
        changes = {name: parts.pop(name) for name in list(parts) if name not in TurnResult.__dataclass_fields__}
        conversation = replace(conversation, **changes)
        await self.conversations.commit(claim, TurnResult(conversation, sendings=sendings, **parts))
        return conversation

    async def turn(self, source_id: str, *sendings: Sending, address: Address = SHOPPER, **parts: Any) -> Conversation:
        """A message in and its answers out."""
        await self.hear(source_id, address=address)
        return await self.commit(await self.taken(), *sendings, **parts)

    async def rows(self, model: type[SQLModel]) -> list[Any]:
        table = model.__table__  # type: ignore[attr-defined]
        async with reading(self.engine) as connection:
            return list(await connection.execute(sa.select(table).order_by(*table.primary_key.columns)))

    async def count(self, model: type[SQLModel]) -> int:
        return len(await self.rows(model))

    async def due_texts(self) -> list[str]:
        return [delivery.payload.text for delivery in await self.outbox.due()]


@asynccontextmanager
async def open_rig(folder: Path) -> AsyncIterator[Rig]:
    engine = open_database(f"sqlite+aiosqlite:///{folder / 'store.db'}")
    try:
        async with engine.begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)
        yield Rig(engine, FixedClock())
    finally:
        await engine.dispose()


def said(source_id: str, text: str = "hello", address: Address = SHOPPER, **fields: Any) -> InboundMessage:
    return InboundMessage(source_id=source_id, address=address, sent_at=START, text=text, **fields)


def act_of_staff(source_id: str, act: str, handoff_id: str = "h1") -> InboundMessage:
    by = {"sender": Sender.STAFF, "staff": "eve", "name": "Eve Miller"}
    return said(source_id, "", DESK, kind=Kind.STAFF_ACT, act=act, handoff_id=handoff_id, **by)


def texts(claim: Claim) -> list[str]:
    return [row.message.text or row.message.button or row.message.act for row in claim.rows]


def reply(text: str, kind: str = "reply", **fields: Any) -> Sending:
    return Sending(kind, Reply(text), **fields)


def confirmation(key: str = "c1") -> Confirmation:
    return Confirmation(key, "cancel_order", "cancel", {"order": "10423"}, Act("confirm:cancel_order"), 4, START)


def opening(handoff_id: str = "h1", kind: str = "chat", **fields: Any) -> HandoffChange:
    return HandoffChange(handoff_id, "waiting", kind, "requested", "what it is about", opening=True, **fields)
