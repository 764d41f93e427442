"""size charts, accessories, what is bought together, and whose purchases suggestions may go by"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import Json

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop_products", sa.Column("fits", Json, nullable=False, server_default="[]"))
    op.add_column("shop_products", sa.Column("sizes", Json, nullable=False, server_default="[]"))
    op.add_column("shop_products", sa.Column("runs", sa.String(), nullable=False, server_default=""))
    op.add_column("shop_customers", sa.Column("personal", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "shop_bought_with",
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "other_id", name=op.f("pk_shop_bought_with")),
    )


def downgrade() -> None:
    op.drop_table("shop_bought_with")
    op.drop_column("shop_customers", "personal")
    op.drop_column("shop_products", "runs")
    op.drop_column("shop_products", "sizes")
    op.drop_column("shop_products", "fits")
