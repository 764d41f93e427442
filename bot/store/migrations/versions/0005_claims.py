"""claims, days of single lines, who signed, imports of the sample"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import Json, UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_claims",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parcel_id", sa.String(), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.number"], name=op.f("fk_shop_claims_order_number_shop_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_claims")),
        sa.UniqueConstraint("order_number", "position", name=op.f("uq_shop_claims_order_number_position")),
    )
    op.create_index(op.f("ix_shop_claims_order_number"), "shop_claims", ["order_number"])
    op.add_column("shop_lines", sa.Column("expected", sa.Date(), nullable=True))
    op.add_column("shop_parcels", sa.Column("signed_by", sa.String(), nullable=False, server_default=""))
    op.add_column("shop_imports", sa.Column("sample", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("shop_imports", "sample")
    op.drop_column("shop_parcels", "signed_by")
    op.drop_column("shop_lines", "expected")
    op.drop_index(op.f("ix_shop_claims_order_number"), table_name="shop_claims")
    op.drop_table("shop_claims")
