"""modes of the writing verbs, as staff set them"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import BigId, UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "write_modes",
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("market", "verb", name=op.f("pk_write_modes")),
    )
    op.create_table(
        "write_stop",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_write_stop_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_stop")),
    )
    op.create_table(
        "write_mode_changes",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_mode_changes")),
    )


def downgrade() -> None:
    for name in ("write_mode_changes", "write_stop", "write_modes"):
        op.drop_table(name)
