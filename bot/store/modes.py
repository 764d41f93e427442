"""How far the bot may go with each write: the policy's modes, and over them what staff have set, with its history."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.commerce import WriteMode
from bot.errors import BadInput
from bot.office import ModeCell, ModeChange, ModeTable, ModeWish, Stop
from bot.ports import Clock, ModesInForce
from bot.store.database import reading, writing
from bot.store.tables import WriteModeChanges, WriteModes, WriteStops

_modes, _stops, _changes = WriteModes.__table__, WriteStops.__table__, WriteModeChanges.__table__

LATEST = 50  # changes that are shown
RUNNING, STOPPED = "running", "stopped"

Policy = Mapping[str, Mapping[str, WriteMode]]  # market → verb, or "all" for every verb not named → mode


class ModeStore:
    """Implements bot.ports.WriteModes, and the modes of bot.office.Office."""

    def __init__(self, engine: AsyncEngine, clock: Clock, policy: Policy, verbs: Sequence[str]) -> None:
        """`policy` has every market, also those for which it says nothing; `verbs`: every write the shop knows."""
        self._engine, self._clock, self._policy, self._verbs = engine, clock, policy, tuple(verbs)

    async def in_force(self) -> ModesInForce:
        async with reading(self._engine) as connection:
            stopped = await connection.scalar(sa.select(_stops.c.id)) is not None
            rows = list(await connection.execute(sa.select(_modes)))
        modes = {market: dict(of) for market, of in self._policy.items()}
        for row in rows:
            modes.setdefault(row.market, {})[row.verb] = WriteMode(row.mode)
        return ModesInForce(modes, stopped)

    async def modes(self) -> ModeTable:
        async with reading(self._engine) as connection:
            stop = (await connection.execute(sa.select(_stops))).one_or_none()
            rows = {(row.market, row.verb): row for row in await connection.execute(sa.select(_modes))}
        cells = {(market, verb): self._cell(market, verb, rows.get((market, verb)))
                 for market in self._policy for verb in self._verbs}  # fmt: skip
        return ModeTable(tuple(self._policy), self._verbs, cells, Stop(stop.staff, stop.at) if stop else None)

    def _cell(self, market: str, verb: str, row: sa.Row | None) -> ModeCell:
        named = self._policy[market].get(verb) or self._policy[market].get("all")
        base = named or WriteMode.APPROVAL
        if row:
            return ModeCell(WriteMode(row.mode), "staff", base, row.staff, row.at)
        return ModeCell(base, "policy" if named else "default", base)

    async def mode_changes(self) -> list[ModeChange]:
        newest = sa.select(_changes).order_by(_changes.c.id.desc()).limit(LATEST)
        async with reading(self._engine) as connection:
            rows = list(await connection.execute(newest))
        return [ModeChange(row.market, row.verb, row.before, row.after, row.staff, row.at) for row in rows]

    async def set_modes(self, wishes: Sequence[ModeWish], staff: str) -> None:
        """All or none. What a wish leaves as it is makes no line of the history."""
        for wish in wishes:
            if wish.market not in self._policy:
                raise BadInput(f"{wish.market!r} is no market; there are {', '.join(self._policy)}")
            if wish.verb not in self._verbs:
                raise BadInput(f"{wish.verb!r} is no write; there are {', '.join(self._verbs)}")
        try:
            async with writing(self._engine) as connection:
                found = await connection.execute(sa.select(_modes).with_for_update())
                rows = {(row.market, row.verb): row for row in found}
                for wish in wishes:
                    await self._set(connection, wish, rows.get((wish.market, wish.verb)), staff)
        except IntegrityError:  # set by somebody else between our look and our write
            raise BadInput(_MEANWHILE.format("", "somebody else")) from None

    async def _set(self, connection: AsyncConnection, wish: ModeWish, row: sa.Row | None, staff: str) -> None:
        before, after = row.mode if row else "", wish.mode or ""
        if wish.seen not in (None, before):
            who = row.staff if row else "somebody else"
            raise BadInput(_MEANWHILE.format(f"{wish.market}, {wish.verb}: ", who))
        if before == after:
            return
        here = (_modes.c.market == wish.market) & (_modes.c.verb == wish.verb)
        values = {"mode": after, "staff": staff, "at": self._clock.now()}
        if not after:
            await connection.execute(_modes.delete().where(here))
        elif row:
            await connection.execute(_modes.update().where(here).values(values))
        else:
            place = {"market": wish.market, "verb": wish.verb}
            await connection.execute(_modes.insert().values(values | place))
        await self._note(connection, wish.market, wish.verb, before, after, staff)

    async def switch_writes(self, staff: str, *, stopped: bool) -> None:
        with suppress(IntegrityError):  # somebody else has just stopped them
            await self._switch(staff, stopped)

    async def _switch(self, staff: str, stopped: bool) -> None:
        async with writing(self._engine) as connection:
            if (await connection.scalar(sa.select(_stops.c.id)) is not None) is stopped:
                return
            if stopped:
                await connection.execute(_stops.insert().values(id=1, staff=staff, at=self._clock.now()))
            else:
                await connection.execute(_stops.delete())
            before, after = (RUNNING, STOPPED) if stopped else (STOPPED, RUNNING)
            await self._note(connection, "", "", before, after, staff)

    async def _note(
        self, connection: AsyncConnection, market: str, verb: str, before: str, after: str, staff: str
    ) -> None:
        values = {"market": market, "verb": verb, "before": before, "after": after, "staff": staff}
        await connection.execute(_changes.insert().values(values | {"at": self._clock.now()}))


_MEANWHILE = "{}changed by {} meanwhile. Nothing was saved; look at the table again and choose anew."
