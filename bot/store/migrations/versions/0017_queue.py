"""handoffs know the cut-off after which what is open of their order is packed, and which deadline they have missed"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import UtcTime

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoffs", sa.Column("packed_by", UtcTime, nullable=True))
    op.add_column("handoffs", sa.Column("missed", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("handoffs", "missed")
    op.drop_column("handoffs", "packed_by")
