"""roles of staff"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("role", sa.String(), nullable=False, server_default="agent"))
    op.execute("UPDATE staff SET role = 'admin'")  # who was there could do everything


def downgrade() -> None:
    op.drop_column("staff", "role")
