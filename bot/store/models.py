"""Which model the owner chose: one row, read before every turn."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StoreError
from bot.ports import ActiveModel, Clock
from bot.store.database import reading, writing
from bot.store.tables import ActiveModels

_active = ActiveModels.__table__


class ModelStore:
    """Implements bot.ports.ModelChoice."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def active(self) -> ActiveModel | None:
        """The chosen model, None for the settings'. StoreError when the store cannot be read."""
        try:
            async with reading(self._engine) as connection:
                row = (await connection.execute(sa.select(_active))).one_or_none()
        except SQLAlchemyError as error:
            raise StoreError(f"the store cannot be read: {type(error).__name__}") from error
        return row and ActiveModel(Path(row.folder), row.hash, row.since)

    async def use(self, folder: Path, content: str) -> None:
        """Choose the model of this folder and content hash."""
        await self._replace({"folder": str(folder.resolve()), "hash": content, "since": self._clock.now()})

    async def use_default(self) -> None:
        """Choose none: the settings' model."""
        await self._replace(None)

    async def _replace(self, values: dict[str, object] | None) -> None:
        async with writing(self._engine) as connection:
            await connection.execute(_active.delete())
            if values:
                await connection.execute(_active.insert().values(id=1, **values))
