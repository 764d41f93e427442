"""Bring a database to the newest schema, by Alembic's migrations beside this file."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncEngine

MIGRATIONS = Path(__file__).with_name("migrations")


def alembic_config(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration without an ini file; `connection` is used instead of opening another."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def migrate(engine: AsyncEngine) -> tuple[str | None, str | None]:
    """Upgrade to the newest revision; the revisions before and after."""
    async with engine.connect() as connection:
        before = await connection.run_sync(_revision)
        await connection.run_sync(lambda inner: command.upgrade(alembic_config(inner), "head"))
        await connection.commit()
        return before, await connection.run_sync(_revision)


def described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether something in a database is described by the tables of the code: all but the full-text index."""
    return not (kind in ("table", "index") and name and name.startswith("shop_search_fts"))


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
