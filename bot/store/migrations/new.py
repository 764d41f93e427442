"""Write a migration from the difference between the tables and the newest revision."""

import sys

import sqlalchemy as sa
from alembic import command

from bot.store.migrate import alembic_config


def main(message: str) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
        command.revision(alembic_config(connection), message=message, autogenerate=True)


if __name__ == "__main__":
    main(sys.argv[1])
