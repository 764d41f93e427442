"""The migrations make exactly the tables that the code describes."""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

import bot.shop.tables
import bot.store.tables  # noqa: F401 - both register their tables
from bot.store.database import open_database
from bot.store.migrate import alembic_config, described, migrate


async def test_a_fresh_database_gets_the_tables_of_the_code(tmp_path: Path) -> None:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    assert (await migrate(engine))[0] is None

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


async def test_payments_that_were_due_become_what_is_due_for_lines(tmp_path: Path) -> None:
    """Of 30.00 for two lines 8.00 were due as a payment; a third one went back with 3.00 of 13.00 open."""
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path}/shop.db")

    def to(revision: str) -> Callable[[sa.Connection], None]:
        return lambda connection: command.upgrade(alembic_config(connection), revision)

    async with engine.connect() as connection:
        await connection.run_sync(to("0013"))
        await connection.execute(sa.text(
            "INSERT INTO shop_orders (number, email, phone, market, currency, placed_at, address, delivery_fee, total, "
            "version) VALUES ('10007', '', '', 'uk', 'GBP', '2026-03-01', '{}', 0, 4300, 1)"
        ))
        rows = [(2500, None, "open"), (500, None, "open"), (1300, 300, "returned")]
        for place, (price, due, state) in enumerate(rows):
            await connection.execute(
                sa.text(
                    "INSERT INTO shop_lines (id, order_number, position, sku, product_id, category_id, name, options, "
                    "quantity, price, due, state) VALUES (:id, '10007', :place, '', '', '', '{}', '', 1, :price, :due, "
                    ":state)"
                ),
                {"id": f"7-{place}", "place": place, "price": price, "due": due, "state": state},
            )
        for place, (amount, state) in enumerate([(3200, "paid"), (800, "due"), (500, "void")]):
            await connection.execute(
                sa.text(
                    "INSERT INTO shop_payments (id, order_number, position, method, amount, state, hint) "
                    "VALUES (:id, '10007', :place, 'card', :amount, :state, '')"
                ),
                {"id": f"7-P{place}", "place": place, "amount": amount, "state": state},
            )
        await connection.commit()
    await migrate(engine)
    async with engine.connect() as connection:
        lines = (await connection.execute(sa.text("SELECT price, due FROM shop_lines ORDER BY position"))).all()
        payments = (await connection.execute(sa.text("SELECT amount, state FROM shop_payments"))).all()
        total = await connection.scalar(sa.text("SELECT total FROM shop_orders"))
    assert [tuple(line) for line in lines] == [(2500, 300), (500, 500), (1000, None)]
    assert ([tuple(payment) for payment in payments], total) == ([(3200, "paid")], 4000)
    await engine.dispose()


async def test_accounts_from_before_the_roles_are_admins_under_their_own_names(tmp_path: Path) -> None:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    async with engine.connect() as connection:
        await connection.run_sync(lambda inner: command.upgrade(alembic_config(inner), "0015"))
        await connection.execute(
            sa.text("INSERT INTO staff (id, password, must_change, created_at) VALUES ('ann', '', 0, '2026-03-01')")
        )
        await connection.commit()
    await migrate(engine)
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.text("SELECT id, role, name FROM staff"))).all()
    assert [tuple(row) for row in rows] == [("ann", "admin", "ann")]
    await engine.dispose()


async def test_a_pause_of_waiting_messages_becomes_the_pause_of_their_chat(tmp_path: Path) -> None:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    async with engine.connect() as connection:
        await connection.run_sync(lambda inner: command.upgrade(alembic_config(inner), "0018"))
        for lane, state, until in (("a", "waiting", "2026-03-01 10:00"), ("a", "waiting", "2026-03-01 10:05"),
                                   ("b", "sent", "2026-03-01 10:00"), ("c", "waiting", None)):  # fmt: skip
            await connection.execute(
                sa.text(
                    "INSERT INTO outbox (conversation_id, lane, target, address, payload, kind, part, state, attempts, "
                    "not_before, error, reference, at) VALUES ('', :lane, 'channel', '{}', '{}', 'reply', '', :state, "
                    "1, :until, '', '', '2026-03-01')"
                ),
                {"lane": lane, "state": state, "until": until},
            )
        await connection.commit()
    await migrate(engine)
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.text("SELECT key, blocked_until FROM budgets"))).all()
    assert [tuple(row) for row in rows] == [("a", "2026-03-01 10:05")]
    await engine.dispose()


async def test_who_has_a_handoff_becomes_his_account_and_who_is_unknown_stays(tmp_path: Path) -> None:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "0025"))
        await connection.execute(sa.text(
            "INSERT INTO staff (id, password, role, name, must_change, created_at) "
            "VALUES ('mei', '', 'agent', 'Mei Lin', 0, '2026-03-01')"
        ))
        for name in ("Mei Lin", "Gone", ""):
            await connection.execute(
                sa.text(
                    "INSERT INTO handoffs (id, conversation_id, kind, reason, summary, status, claimed_by, closing, "
                    "opened_at, missed, word) VALUES (:name, 'c', 'chat', '', '', 'claimed', :name, '', '2026-03-01', "
                    "'', '')"
                ),
                {"name": name},
            )
        await connection.commit()
    await migrate(engine)
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.text("SELECT id, claimed_by FROM handoffs ORDER BY id"))).all()
    assert [tuple(row) for row in rows] == [("", ""), ("Gone", "Gone"), ("Mei Lin", "mei")]
    await engine.dispose()
