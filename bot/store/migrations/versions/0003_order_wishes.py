"""gift note and delivery day of orders, where a due payment is made"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("shop_orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gift_note", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("delivery_day", sa.Date(), nullable=True))
    with op.batch_alter_table("shop_payments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("link", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("shop_payments", schema=None) as batch_op:
        batch_op.drop_column("link")
    with op.batch_alter_table("shop_orders", schema=None) as batch_op:
        batch_op.drop_column("delivery_day")
        batch_op.drop_column("gift_note")
