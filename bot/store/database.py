"""Open the database, and the column types every table shares. Knows no table."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel import SQLModel

# Alembic must be able to name every constraint on every engine.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

CONNECTIONS = 15  # of one process to SQLite, kept: a new one is a new thread

Json = sa.JSON().with_variant(JSONB(), "postgresql")
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite counts up only INTEGER keys by itself


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A timezone-aware moment, stored as UTC. ValueError for a naive one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def open_database(url: str) -> AsyncEngine:
    """An engine for `sqlite+aiosqlite://` or `postgresql+psycopg://`; connects on first use."""
    # hide_parameters: an error must not carry message texts into a log
    if not url.startswith("sqlite"):
        return create_async_engine(url, hide_parameters=True)
    in_memory = sa.make_url(url).database in (None, "", ":memory:")  # one connection holds it
    engine = create_async_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": 30},  # seconds that the writer of another process is waited for
        **({} if in_memory else {"pool_size": CONNECTIONS, "max_overflow": 0}),
        execution_options={"writers": asyncio.Lock()},
    )
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(
        engine.sync_engine,
        "begin",
        lambda connection: connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN")),
    )
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not open transactions of its own
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One short writing transaction: takes SQLite's write lock at once (a read that turns into a write would fail).

    SQLite's lock knows no queue: who waits for it looks again now and then, and under load one of many may look in vain
    until its time is over. So the writers of one process stand in line here, and each has the lock for the asking.
    """
    line = engine.get_execution_options().get("writers", nullcontext())
    async with line, engine.connect() as connection:
        connection = await connection.execution_options(begin="BEGIN IMMEDIATE")
        async with connection.begin():
            yield connection


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        yield connection
