"""Alembic's entry point. To add a migration: change the tables, then

python -m bot.store.migrations.new "what changes"
"""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

import bot.shop.tables
import bot.store.tables  # noqa: F401 - both register their tables
from bot.store.database import BigId, Json, UtcTime
from bot.store.migrate import described


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our own column types by their names, so that a migration reads like the tables."""
    if kind != "type":
        return False
    for name, ours in (("Json", Json), ("BigId", BigId)):
        if item is ours:
            return name
    if isinstance(item, UtcTime):
        return "UtcTime"
    return "sa.String()" if isinstance(item, AutoString) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=render,
    render_as_batch=True,  # SQLite can alter little in place
    transactional_ddl=True,  # a failed migration leaves nothing half done, on SQLite too (database.py begins itself)
    compare_type=True,
    include_name=described,
)
with context.begin_transaction():
    context.run_migrations()
