"""The migrations make exactly the tables that the code describes."""

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

import bot.shop.tables
import bot.store.tables  # noqa: F401 - both register their tables
from bot.store.database import open_database
from bot.store.migrate import described, is_current, migrate


async def test_a_fresh_database_gets_the_tables_of_the_code(tmp_path: Path) -> None:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    assert (await migrate(engine))[0] is None
    assert await is_current(engine)

    def differences(connection: sa.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": described})
        return compare_metadata(context, SQLModel.metadata)

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    _, after = await migrate(engine)
    assert await migrate(engine) == (after, after)
    await engine.dispose()
