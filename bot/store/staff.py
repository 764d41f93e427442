"""Staff accounts and their sessions."""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import BadInput
from bot.office import COMMAND_LINE, LANGUAGES, Deed, StaffAccount, StaffSession
from bot.ports import Clock
from bot.roles import Role
from bot.routing import Strengths
from bot.store.actions import TRIES_COUNT_FOR
from bot.store.audit import note, noted
from bot.store.database import reading, writing
from bot.store.tables import Staff, StaffCodes, StaffLinks, StaffSessions, Tries

_staff, _sessions, _tries = Staff.__table__, StaffSessions.__table__, Tries.__table__
_links, _codes = StaffLinks.__table__, StaffCodes.__table__

SESSION = timedelta(hours=12)
SIGN_IN_WINDOW = timedelta(minutes=15)  # by the clock: a count begins anew with each, and every lock ends with it
SIGN_IN_TRIES = 5  # with one name from one address
NAME_TRIES = 50  # with one name from anywhere: guessing from many addresses ends too, and one stranger locks nobody out
NAME_CHARS = 64


class StaffStore:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._hasher = PasswordHasher()

    # --- accounts ----------------------------------------------------------------------------------------------------

    async def first_account(self, name: str) -> str | None:
        """Create the first staff account, an admin's, and return its password. None when there is one already."""
        password, hashed = await self._new_password()
        async with writing(self._engine) as connection:
            if await connection.scalar(sa.select(_staff.c.id).limit(1)) is not None:
                return None
            await self._add(connection, name, hashed, Role.ADMIN, COMMAND_LINE)
        return password

    async def fresh_password(
        self, name: str, role: Role | None = None, *, known: bool | None = None, by: str = COMMAND_LINE
    ) -> str:
        """A first password, which must be changed at the next sign-in, for a new account or one that there is."""
        if not _fit(name):
            raise BadInput(f"{name!r} is no name to sign in with: 1 to {NAME_CHARS} characters, no space around them")
        password, hashed = await self._new_password()
        async with writing(self._engine) as connection:
            roles = await _roles(connection)
            if known is not None and (name in roles) is not known:
                raise BadInput(f"There is {'no' if known else 'already an'} account {name}.")
            if name in roles:
                if role is not None:
                    await self._give_role(connection, roles, name, role, by)
                await self._note(connection, by, Deed.PASSWORD_RESET, name)
                await _lock_out(connection, name)
                values = {"password": hashed, "must_change": True}
                await connection.execute(_staff.update().where(_staff.c.id == name).values(values))
            else:
                await self._add(connection, name, hashed, role or (Role.AGENT if roles else Role.ADMIN), by)
        return password

    async def accounts(self) -> list[StaffAccount]:
        async with reading(self._engine) as connection:
            rows = list(await connection.execute(sa.select(_staff).order_by(_staff.c.id)))
        return [
            StaffAccount(row.id, row.name, Role(row.role), row.must_change, row.created_at, strengths_of(row))
            for row in rows
        ]

    async def rename(self, staff: str, name: str) -> None:
        """Give the account the name that shoppers see. BadInput for one that is unfit, or another's."""
        if not _fit(name):
            raise BadInput(f"{name!r} is no name to show: 1 to {NAME_CHARS} characters, no space around them")
        async with writing(self._engine) as connection:
            others = await connection.scalars(sa.select(_staff.c.name).where(_staff.c.id != staff))
            if name.casefold() in {other.casefold() for other in others}:
                raise BadInput(f"Somebody else is called {name} already.")
            await connection.execute(_staff.update().where(_staff.c.id == staff).values(name=name))
            await self._note(connection, staff, Deed.RENAMED, staff, name)

    async def set_language(self, staff: str, language: str) -> None:
        """Of the console, for this account; "" for that of the desks. BadInput for one that we do not have."""
        if language not in ("", *LANGUAGES):
            raise BadInput(f"{language!r} is no language of the console.")
        async with writing(self._engine) as connection:
            await connection.execute(_staff.update().where(_staff.c.id == staff).values(language=language))

    async def set_role(self, name: str, role: Role, by: str) -> None:
        async with writing(self._engine) as connection:
            await self._give_role(connection, await _roles(connection), name, role, by)

    async def set_strengths(self, name: str, strengths: Strengths, by: str) -> None:
        values = {"languages": " ".join(strengths.languages), "skills": " ".join(strengths.skills)}
        async with writing(self._engine) as connection:
            mine = _staff.update().where(_staff.c.id == name)
            if (await connection.execute(mine.values(values | {"most": strengths.most}))).rowcount == 0:
                raise BadInput(f"There is no account {name}.")
            detail = ", ".join(filter(None, [*values.values(), str(strengths.most or "")]))
            await self._note(connection, by, Deed.STRENGTHS_SET, name, detail)

    async def remove_account(self, name: str, by: str) -> None:
        async with writing(self._engine) as connection:
            _refuse(await _roles(connection), name, becomes=None)
            await _lock_out(connection, name)
            for table in (_links, _codes):
                await connection.execute(table.delete().where(table.c.staff_id == name))
            await connection.execute(_staff.delete().where(_staff.c.id == name))
            await self._note(connection, by, Deed.ACCOUNT_REMOVED, name)

    async def _new_password(self) -> tuple[str, str]:
        password = secrets.token_urlsafe(12)
        return password, await asyncio.to_thread(self._hasher.hash, password)

    async def _add(self, connection: AsyncConnection, name: str, hashed: str, role: Role, by: str) -> None:
        values = {"id": name, "name": name, "role": role, "password": hashed, "must_change": True}
        values |= {"languages": "", "skills": "", "most": None, "language": ""}
        await connection.execute(_tries.delete().where(_tries_of(name)))
        await connection.execute(_staff.insert().values(values | {"created_at": self._clock.now()}))
        await self._note(connection, by, Deed.ACCOUNT_ADDED, name, role)

    async def _give_role(
        self, connection: AsyncConnection, roles: Mapping[str, Role], name: str, role: Role, by: str
    ) -> None:
        _refuse(roles, name, becomes=role)
        if role is not roles[name]:
            await connection.execute(_staff.update().where(_staff.c.id == name).values(role=role))
            await self._note(connection, by, Deed.ROLE_SET, name, f"{roles[name]} → {role}")

    async def _note(
        self, connection: AsyncConnection, staff: str, what: Deed, about: str = "", detail: str = ""
    ) -> None:
        await note(connection, self._clock.now(), staff, what, about, detail)

    # --- sessions ----------------------------------------------------------------------------------------------------

    async def sign_in(self, name: str, password: str, address: str) -> str | None:
        """`address` is where the try comes from: misses lock the name there, and only many lock it everywhere."""
        if len(name) > NAME_CHARS:
            return None
        limits = {_at_address(address, name): SIGN_IN_TRIES, _anywhere(name): NAME_TRIES}
        if not await self._take_try(limits):
            return None
        stored = await self._password(name)
        if not await self._verify(stored, password):
            await self._missed(name if stored else "", address)
            return None
        token = secrets.token_urlsafe(32)
        async with writing(self._engine) as connection:
            if await connection.scalar(_password_of(name)) != stored:  # replaced while we hashed
                return None
            for subject in limits:
                last = sa.select(sa.func.max(_tries.c.id)).where(_tries.c.subject == subject).scalar_subquery()
                await connection.execute(_tries.delete().where(_tries.c.id == last))
            await connection.execute(
                _sessions.insert().values(
                    token=_hashed(token),
                    staff_id=name,
                    csrf=secrets.token_urlsafe(24),
                    until=self._clock.now() + SESSION,
                )
            )
            await self._note(connection, name, Deed.SIGNED_IN, detail=address)
        return token

    async def _missed(self, name: str, address: str) -> None:
        """A name that is nobody's may be a password that slipped into the wrong field: it is not written down.

        Of those one line in a window says enough: the log is not a stranger's to fill.
        """
        since = sign_in_window(self._clock.now())
        async with writing(self._engine) as connection:
            if name or not await noted(connection, since, Deed.SIGN_IN_FAILED, address):
                await self._note(connection, name, Deed.SIGN_IN_FAILED, detail=address)

    async def _take_try(self, limits: Mapping[str, int]) -> bool:
        """Count a try before it is looked at, so that none slips by beside others; what is locked takes none."""
        now = self._clock.now()
        since = sign_in_window(now)
        async with writing(self._engine) as connection:
            for subject, most in limits.items():
                counted = sa.select(sa.func.count()).where(_tries.c.subject == subject, _tries.c.at >= since)
                if (await connection.scalar(counted) or 0) >= most:
                    return False
            await connection.execute(_tries.delete().where(_past(now)))
            await connection.execute(_tries.insert(), [{"subject": subject, "at": now} for subject in limits])
        return True

    async def _password(self, name: str) -> str | None:
        async with reading(self._engine) as connection:
            return await connection.scalar(_password_of(name))

    async def _verify(self, stored: str | None, password: str) -> bool:
        """In a thread: it takes a fifth of a second, in which everybody else would stand still."""
        return await asyncio.to_thread(self._fits, stored, password)

    def _fits(self, stored: str | None, password: str) -> bool:
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
            sa.select(
                _sessions.c.csrf, _staff.c.id, _staff.c.must_change, _staff.c.role, _staff.c.name, _staff.c.language
            )
            .join(_staff, _staff.c.id == _sessions.c.staff_id)
            .where(_sessions.c.token == _hashed(token), _sessions.c.until > self._clock.now())
        )
        async with reading(self._engine) as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        return StaffSession(row.id, row.csrf, row.must_change, Role(row.role), row.name, row.language)

    async def change_password(self, token: str, old: str, new: str) -> bool:
        """Set a new password of at least 10 characters; other sessions of that account end."""
        session = await self.session(token)
        if session is None or len(new) < 10 or new == old:
            return False
        stored = await self._password(session.staff)
        if not await self._verify(stored, old):
            return False
        hashed = await asyncio.to_thread(self._hasher.hash, new)
        async with writing(self._engine) as connection:
            done = await connection.execute(
                _staff.update()
                .where(_staff.c.id == session.staff, _staff.c.password == stored)
                .values(password=hashed, must_change=False)
            )
            if done.rowcount == 0:  # replaced while we hashed
                return False
            await connection.execute(
                _sessions.delete().where(_sessions.c.staff_id == session.staff, _sessions.c.token != _hashed(token))
            )
            await self._note(connection, session.staff, Deed.PASSWORD_CHANGED)
        return True

    async def sign_out(self, token: str) -> None:
        async with writing(self._engine) as connection:
            await connection.execute(_sessions.delete().where(_sessions.c.token == _hashed(token)))


async def _roles(connection: AsyncConnection) -> dict[str, Role]:
    """Of every account, by its name."""
    return {row.id: Role(row.role) for row in await connection.execute(sa.select(_staff.c.id, _staff.c.role))}


def _refuse(roles: Mapping[str, Role], name: str, *, becomes: Role | None) -> None:
    """There must be such an account, and somebody must be left who may manage accounts."""
    if name not in roles:
        raise BadInput(f"There is no account {name}.")
    if becomes is not Role.ADMIN and [one for one, role in roles.items() if role is Role.ADMIN] == [name]:
        raise BadInput(f"{name} is the last admin: make somebody else an admin first.")


async def _lock_out(connection: AsyncConnection, name: str) -> None:
    """End what is signed in with the name; its locks end too."""
    await connection.execute(_sessions.delete().where(_sessions.c.staff_id == name))
    await connection.execute(_tries.delete().where(_tries_of(name)))


def strengths_of(row: sa.Row) -> Strengths:
    return Strengths(tuple(row.languages.split()), tuple(row.skills.split()), row.most)


def _fit(name: str) -> bool:
    return name.isprintable() and name == name.strip() and 0 < len(name) <= NAME_CHARS


def _password_of(name: str) -> sa.Select[tuple[str]]:
    return sa.select(_staff.c.password).where(_staff.c.id == name)


def _anywhere(name: str) -> str:
    return f"staff:{name}"


def _at_address(address: str, name: str) -> str:
    """The address first: it holds no space, so that no name can be written to look like another one's."""
    return f"staff-at:{address} {name}"


def _tries_of(name: str) -> sa.ColumnElement[bool]:
    at_addresses = _tries.c.subject.startswith("staff-at:") & _tries.c.subject.endswith(f" {name}", autoescape=True)
    return sa.or_(_tries.c.subject == _anywhere(name), at_addresses)


def sign_in_window(now: datetime) -> datetime:
    """When the present one began. In a window that moves along, a wrong try now and then would keep a name locked."""
    return now - (now - datetime(1970, 1, 1, tzinfo=UTC)) % SIGN_IN_WINDOW


def _past(now: datetime) -> sa.ColumnElement[bool]:
    """The tries that nobody counts any more."""
    ours = _tries.c.subject.startswith("staff") & (_tries.c.at < sign_in_window(now))
    return sa.or_(ours, _tries.c.at <= now - TRIES_COUNT_FOR)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
