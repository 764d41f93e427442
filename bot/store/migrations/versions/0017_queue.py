"""handoffs know when their order is packed, what deadline was missed, until when they are away, and their rating"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import UtcTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoffs", sa.Column("packed_by", UtcTime, nullable=True))
    op.add_column("handoffs", sa.Column("missed", sa.String(), nullable=False, server_default=""))
    op.add_column("handoffs", sa.Column("away_until", UtcTime, nullable=True))
    op.add_column("handoffs", sa.Column("stars", sa.Integer(), nullable=True))
    op.add_column("handoffs", sa.Column("word", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("handoffs", "word")
    op.drop_column("handoffs", "stars")
    op.drop_column("handoffs", "away_until")
    op.drop_column("handoffs", "missed")
    op.drop_column("handoffs", "packed_by")
