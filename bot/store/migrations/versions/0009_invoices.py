"""invoices, the version of a customer, the share of discounts"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import Json, UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_invoices",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("tax_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("buyer", Json, nullable=False),
        sa.Column("seller", Json, nullable=False),
        sa.Column("seller_vat_id", sa.String(), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("taxes", Json, nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("corrects", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.number"], name=op.f("fk_shop_invoices_order_number_shop_orders")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_shop_invoices")),
        sa.UniqueConstraint("market", "serial", name=op.f("uq_shop_invoices_market_serial")),
        sa.UniqueConstraint("order_number", "position", name=op.f("uq_shop_invoices_order_number_position")),
    )
    op.create_index(op.f("ix_shop_invoices_order_number"), "shop_invoices", ["order_number"])
    op.add_column("shop_lines", sa.Column("discount", sa.BigInteger(), nullable=True))
    op.add_column("shop_customers", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("shop_customers", "version")
    op.drop_column("shop_lines", "discount")
    op.drop_table("shop_invoices")
