"""pictures of goods"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop_products", sa.Column("image", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("shop_products", "image")
