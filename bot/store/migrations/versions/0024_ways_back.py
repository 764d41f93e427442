"""links from a mail back to a chat: one use each, and which one was used last"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import UtcTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ways_back",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("mail", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.Column("used_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ways_back")),
    )
    for column in ("conversation_id", "until"):
        op.create_index(op.f(f"ix_ways_back_{column}"), "ways_back", [column])


def downgrade() -> None:
    op.drop_table("ways_back")
