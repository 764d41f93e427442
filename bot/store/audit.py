"""The log of what staff did. A line is added in the transaction of what it tells of, and never changed or taken away.

It holds no message text, no code and no password.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.office import AuditLine, AuditPage, Deed
from bot.store.database import reading
from bot.store.tables import Audit, WriteModeChanges

_audit, _changes = Audit.__table__, WriteModeChanges.__table__

PAGE = 50  # lines


async def note(
    connection: AsyncConnection, at: datetime, staff: str, what: Deed, about: str = "", detail: str = ""
) -> None:
    line = {"at": at, "staff": staff, "what": what, "about": about, "detail": detail}
    await connection.execute(_audit.insert().values(line))


async def noted(connection: AsyncConnection, since: datetime, what: Deed, detail: str) -> bool:
    """Whether there is such a line without a name."""
    same = (_audit.c.at >= since, _audit.c.what == what, _audit.c.staff == "", _audit.c.detail == detail)
    return await connection.scalar(sa.select(_audit.c.id).where(*same).limit(1)) is not None


class AuditStore:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def audit(self, page: int) -> AuditPage:
        """Page 1 has the newest lines; the history of the write modes is among them."""
        lines = sa.union_all(_own(), _of_modes()).subquery()
        newest = sa.select(lines).order_by(lines.c.at.desc(), lines.c.source, lines.c.id.desc())
        async with reading(self._engine) as connection:
            rows = list(await connection.execute(newest.limit(PAGE + 1).offset((page - 1) * PAGE)))
        shown = [AuditLine(row.at, row.staff, Deed(row.what), row.about, row.detail) for row in rows[:PAGE]]
        return AuditPage(page, tuple(shown), more=len(rows) > PAGE)


def _own() -> sa.Select:
    columns = (_audit.c.at, _audit.c.staff, _audit.c.what, _audit.c.about, _audit.c.detail)
    return sa.select(*columns, sa.literal(0).label("source"), _audit.c.id)


def _of_modes() -> sa.Select:
    def shown(mode: sa.Column[str]) -> sa.ColumnElement[str]:
        return sa.case((mode == "", "policy"), else_=mode)

    switch = _changes.c.verb == ""
    return sa.select(
        _changes.c.at,
        _changes.c.staff,
        sa.case((switch, Deed.WRITES_SWITCHED.value), else_=Deed.MODE_SET.value).label("what"),
        sa.case((switch, ""), else_=_changes.c.verb + ", " + _changes.c.market).label("about"),
        (shown(_changes.c.before) + " → " + shown(_changes.c.after)).label("detail"),
        sa.literal(1).label("source"),
        _changes.c.id,
    )
