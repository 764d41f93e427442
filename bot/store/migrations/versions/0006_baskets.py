"""baskets, promotions, the promotion of an order"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import Json, UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_baskets",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("items", Json, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_shop_baskets")),
    )
    with op.batch_alter_table("shop_baskets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_baskets_created_at"), ["created_at"], unique=False)
    op.create_table(
        "shop_promotions",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("text", Json, nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("amounts", Json, nullable=False),
        sa.Column("minimum", Json, nullable=False),
        sa.Column("first", sa.Date(), nullable=True),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("categories", Json, nullable=False),
        sa.Column("products", Json, nullable=False),
        sa.Column("markets", Json, nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("first_order", sa.Boolean(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_shop_promotions")),
    )
    with op.batch_alter_table("shop_orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("coupon", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("shop_orders", schema=None) as batch_op:
        batch_op.drop_column("coupon")
    op.drop_table("shop_promotions")
    with op.batch_alter_table("shop_baskets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_baskets_created_at"))
    op.drop_table("shop_baskets")
