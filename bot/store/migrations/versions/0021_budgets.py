"""budgets of chats and accounts, in place of a pause on each waiting message"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import UtcTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("next_at", UtcTime, nullable=True),
        sa.Column("blocked_until", UtcTime, nullable=True),
        sa.Column("taken_until", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_budgets")),
    )
    op.execute(
        "INSERT INTO budgets (key, blocked_until) SELECT lane, MAX(not_before) FROM outbox "
        "WHERE state = 'waiting' AND not_before IS NOT NULL GROUP BY lane"
    )
    op.drop_column("outbox", "not_before")


def downgrade() -> None:
    op.add_column("outbox", sa.Column("not_before", UtcTime, nullable=True))
    op.execute(
        "UPDATE outbox SET not_before = (SELECT blocked_until FROM budgets WHERE key = outbox.lane) "
        "WHERE state = 'waiting'"
    )
    op.drop_table("budgets")
