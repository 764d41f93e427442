"""the active model"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "active_model",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("since", UtcTime, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_active_model_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_active_model")),
    )


def downgrade() -> None:
    op.drop_table("active_model")
