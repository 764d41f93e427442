"""Which person of a platform is which member of staff, and the one-time codes that say so. Only hashes are kept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.linking import BITS, MINUTES, plain, written
from bot.messages import Address
from bot.office import Deed, StaffLink
from bot.ports import Clock, Linking, Member
from bot.roles import Role
from bot.store.audit import note
from bot.store.database import reading, writing
from bot.store.staff import sign_in_window
from bot.store.tables import Staff, StaffCodes, StaffLinks, Tries

_staff, _codes, _links, _tries = Staff.__table__, StaffCodes.__table__, StaffLinks.__table__, Tries.__table__

LASTS = timedelta(minutes=MINUTES)
LINK_TRIES = 5  # wrong codes of one person in a window


class StaffLinkStore:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def link_code(self, staff: str) -> tuple[str, datetime]:
        """A fresh code and when it runs out; an older one of this account is over."""
        code, until = written(secrets.randbits(BITS)), self._clock.now() + LASTS
        values = {"staff_id": staff, "digest": _digest(code), "until": until, "used_by": ""}
        async with writing(self._engine) as connection:
            await connection.execute(_codes.delete().where(_codes.c.staff_id == staff))
            await connection.execute(_codes.insert().values(values))
        return code, until

    async def link(self, person: Address, code: str) -> Linking:
        """Link who wrote the code; a wrong one counts as a try. Done again with the same code it ends alike."""
        who = person.account_user
        subject = f"staff-link:{who}"
        async with writing(self._engine) as connection:
            tried = sa.select(sa.func.count()).where(
                _tries.c.subject == subject, _tries.c.at >= sign_in_window(self._clock.now())
            )
            if (await connection.scalar(tried) or 0) >= LINK_TRIES:
                return Linking.LOCKED
            staff = await self._account_of(connection, code, who)
            if staff is None:
                await connection.execute(_tries.insert().values(subject=subject, at=self._clock.now()))
                return Linking.WRONG
            await connection.execute(_codes.update().where(_codes.c.staff_id == staff).values(used_by=who))
            await self._keep(connection, person, staff)
        return Linking.DONE

    async def _account_of(self, connection: AsyncConnection, code: str, who: str) -> str | None:
        """Whose code it is. Every open one is compared, so that the time taken tells nothing."""
        still_open = sa.select(_codes).where(_codes.c.until > self._clock.now(), _codes.c.used_by.in_(("", who)))
        digest, rows = _digest(code), list(await connection.execute(still_open))
        return next(iter([row.staff_id for row in rows if compare_digest(row.digest, digest)]), None)

    async def _keep(self, connection: AsyncConnection, person: Address, staff: str) -> None:
        here = _is(person)
        if await connection.scalar(sa.select(_links.c.staff_id).where(here)) == staff:
            return
        place = {"channel": person.channel, "account": person.account, "user_id": person.user}
        await connection.execute(_links.delete().where(here))
        await connection.execute(_links.insert().values(place | {"staff_id": staff, "since": self._clock.now()}))
        await note(connection, self._clock.now(), staff, Deed.LINKED, person.account_user)

    async def unlink(self, person: Address, staff: str) -> None:
        """Nothing when he is not linked to that account."""
        async with writing(self._engine) as connection:
            gone = await connection.execute(_links.delete().where(_is(person), _links.c.staff_id == staff))
            if gone.rowcount:
                await note(connection, self._clock.now(), staff, Deed.UNLINKED, person.account_user)

    async def member(self, person: Address) -> Member | None:
        """Whose account a person of a platform is linked to."""
        found = sa.select(_staff.c.id, _staff.c.name, _staff.c.role).join(_links, _links.c.staff_id == _staff.c.id)
        async with reading(self._engine) as connection:
            row = (await connection.execute(found.where(_is(person)))).first()
        return Member(row.id, row.name, Role(row.role)) if row else None

    async def links(self, staff: str) -> list[StaffLink]:
        """Of one account, oldest first."""
        mine = sa.select(_links).where(_links.c.staff_id == staff).order_by(_links.c.since, _links.c.user_id)
        async with reading(self._engine) as connection:
            rows = list(await connection.execute(mine))
        return [StaffLink(row.channel, row.account, row.user_id, row.since) for row in rows]

    async def linked_channels(self) -> frozenset[str]:
        """The channels on which anybody is linked."""
        async with reading(self._engine) as connection:
            return frozenset(await connection.scalars(sa.select(_links.c.channel).distinct()))


def _is(person: Address) -> sa.ColumnElement[bool]:
    mine = (_links.c.channel == person.channel, _links.c.account == person.account, _links.c.user_id == person.user)
    return sa.and_(*mine)


def _digest(code: str) -> str:
    return hashlib.sha256(plain(code).encode()).hexdigest()
