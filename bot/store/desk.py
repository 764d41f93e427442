"""Handoffs as staff see them, staff accounts and their sessions, and the deployment's single values."""

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.conversation import Confirmation
from bot.ports import Clock, HandoffView, StaffSession
from bot.store.codec import CONFIRMATION
from bot.store.database import reading, writing
from bot.store.tables import Conversations, Facts, Handoffs, Staff, StaffSessions, Tries

_handoffs, _conversations, _facts = Handoffs.__table__, Conversations.__table__, Facts.__table__
_staff, _sessions, _tries = Staff.__table__, StaffSessions.__table__, Tries.__table__

SESSION = timedelta(hours=12)
SIGN_IN_TRIES, SIGN_IN_WINDOW = 5, timedelta(minutes=15)
OPEN = ("waiting", "claimed")


class DeskStore:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._hasher = PasswordHasher()

    # --- handoffs ----------------------------------------------------------------------------------------------------

    async def handoffs(self, *, ended: bool = False) -> list[HandoffView]:
        query = sa.select(_handoffs, _conversations.c.address, _conversations.c.language, _conversations.c.state).join(
            _conversations, _conversations.c.id == _handoffs.c.conversation_id
        )
        opened = query.where(_handoffs.c.status.in_(OPEN)).order_by(_handoffs.c.opened_at, _handoffs.c.id)
        finished = (
            query.where(_handoffs.c.status.not_in(OPEN)).order_by(_handoffs.c.ended_at.desc(), _handoffs.c.id).limit(20)
        )
        async with reading(self._engine) as connection:
            rows = list(await connection.execute(opened)) + (list(await connection.execute(finished)) if ended else [])
        return [_view(row) for row in rows]

    async def handoff(self, handoff_id: str) -> HandoffView | None:
        query = sa.select(_handoffs, _conversations.c.address, _conversations.c.language, _conversations.c.state).join(
            _conversations, _conversations.c.id == _handoffs.c.conversation_id
        )
        async with reading(self._engine) as connection:
            row = (await connection.execute(query.where(_handoffs.c.id == handoff_id))).first()
        return _view(row) if row else None

    async def confirmation(self, handoff_id: str) -> Confirmation | None:
        """The write that an approval handoff decides on."""
        async with reading(self._engine) as connection:
            stored = await connection.scalar(sa.select(_handoffs.c.confirmation).where(_handoffs.c.id == handoff_id))
        return CONFIRMATION.load(stored) if stored else None

    # --- accounts ----------------------------------------------------------------------------------------------------

    async def first_account(self, name: str) -> str | None:
        """Create the first staff account and return its password, once. None when there is an account already."""
        password = secrets.token_urlsafe(12)
        hashed = self._hasher.hash(password)
        async with writing(self._engine) as connection:
            if await connection.scalar(sa.select(_staff.c.id).limit(1)) is not None:
                return None
            await connection.execute(
                _staff.insert().values(id=name, password=hashed, must_change=True, created_at=self._clock.now())
            )
        return password

    async def sign_in(self, name: str, password: str) -> str | None:
        now, subject = self._clock.now(), f"staff:{name}"
        async with reading(self._engine) as connection:
            stored = await connection.scalar(sa.select(_staff.c.password).where(_staff.c.id == name))
            misses = await connection.scalar(
                sa.select(sa.func.count()).where(_tries.c.subject == subject, _tries.c.at > now - SIGN_IN_WINDOW)
            )
        good = self._verify(stored, password) and (misses or 0) < SIGN_IN_TRIES
        async with writing(self._engine) as connection:
            if not good:
                await connection.execute(_tries.insert().values(subject=subject, at=now))
                return None
            token = secrets.token_urlsafe(32)
            await connection.execute(
                _sessions.insert().values(
                    token=_hashed(token),
                    staff_id=name,
                    csrf=secrets.token_urlsafe(24),
                    until=now + SESSION,
                )
            )
        return token

    def _verify(self, stored: str | None, password: str) -> bool:
        """Also hashes when there is no such account, so that the time taken tells nothing."""
        if stored is None:
            self._hasher.hash(password)
            return False
        try:
            return self._hasher.verify(stored, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    async def session(self, token: str) -> StaffSession | None:
        query = (
            sa.select(_sessions.c.staff_id, _sessions.c.csrf, _staff.c.must_change)
            .join(_staff, _staff.c.id == _sessions.c.staff_id)
            .where(_sessions.c.token == _hashed(token), _sessions.c.until > self._clock.now())
        )
        async with reading(self._engine) as connection:
            row = (await connection.execute(query)).first()
        return StaffSession(row.staff_id, row.csrf, row.must_change) if row else None

    async def change_password(self, token: str, old: str, new: str) -> bool:
        """Set a new password of at least 10 characters; other sessions of that account end."""
        session = await self.session(token)
        if session is None or len(new) < 10 or new == old:
            return False
        async with reading(self._engine) as connection:
            stored = await connection.scalar(sa.select(_staff.c.password).where(_staff.c.id == session.staff))
        if not self._verify(stored, old):
            return False
        async with writing(self._engine) as connection:
            await connection.execute(
                _staff.update()
                .where(_staff.c.id == session.staff)
                .values(password=self._hasher.hash(new), must_change=False)
            )
            await connection.execute(
                _sessions.delete().where(_sessions.c.staff_id == session.staff, _sessions.c.token != _hashed(token))
            )
        return True

    async def sign_out(self, token: str) -> None:
        async with writing(self._engine) as connection:
            await connection.execute(_sessions.delete().where(_sessions.c.token == _hashed(token)))

    # --- single values -----------------------------------------------------------------------------------------------

    async def remember(self, name: str, value: str) -> None:
        async with writing(self._engine) as connection:
            done = await connection.execute(_facts.update().where(_facts.c.name == name).values(value=value))
            if done.rowcount == 0:
                await connection.execute(_facts.insert().values(name=name, value=value))

    async def recall(self, name: str) -> str:
        async with reading(self._engine) as connection:
            return await connection.scalar(sa.select(_facts.c.value).where(_facts.c.name == name)) or ""


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _view(row: sa.Row) -> HandoffView:
    return HandoffView(
        id=row.id,
        conversation_id=row.conversation_id,
        kind=row.kind,
        reason=row.reason,
        summary=row.summary,
        status=row.status,
        claimed_by=row.claimed_by,
        opened_at=row.opened_at,
        channel=row.address["channel"],
        language=row.language,
        name=row.state.get("name", ""),
    )
