"""exchanges, price adjustments, gift cards that expire"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop_lines", sa.Column("adjusted", sa.BigInteger(), nullable=True))
    op.add_column("shop_lines", sa.Column("due", sa.BigInteger(), nullable=True))
    op.add_column("shop_lines", sa.Column("replaces", sa.String(), nullable=False, server_default=""))
    op.add_column("shop_payments", sa.Column("expires", sa.Date(), nullable=True))
    op.add_column("shop_returns", sa.Column("kind", sa.String(), nullable=False, server_default="return"))
    op.add_column("shop_returns", sa.Column("shares", Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    for table, column in (
        ("shop_returns", "shares"), ("shop_returns", "kind"), ("shop_payments", "expires"),
        ("shop_lines", "replaces"), ("shop_lines", "due"), ("shop_lines", "adjusted"),
    ):  # fmt: skip
        op.drop_column(table, column)
