"""what shoppers asked to be told"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import Json, UtcTime

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promises",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("awaited", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("seen", Json, nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index(op.f("ix_promises_conversation_id"), "promises", ["conversation_id"], unique=False)


def downgrade() -> None:
    op.drop_table("promises")
