"""Who may do what one process alone may do, by name, for some seconds."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StoreError
from bot.ports import Clock
from bot.store.database import writing
from bot.store.tables import Leases

_leases = Leases.__table__


class LeaseStore:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def lease(self, name: str, owner: str, seconds: float) -> bool:
        now = self._clock.now()
        until = now + timedelta(seconds=seconds)
        free = sa.or_(_leases.c.owner == owner, _leases.c.until <= now)
        try:
            async with writing(self._engine) as connection:
                mine = _leases.update().where(_leases.c.name == name, free).values(owner=owner, until=until)
                if (await connection.execute(mine)).rowcount == 0:
                    await connection.execute(_leases.insert().values(name=name, owner=owner, until=until))
        except IntegrityError:  # there is one, and it is another's
            return False
        except SQLAlchemyError as error:
            raise StoreError(f"a lease could not be asked for: {type(error).__name__}") from error
        return True
