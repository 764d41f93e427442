"""handoffs know the cut-off after which what is open of their order is packed"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import UtcTime

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoffs", sa.Column("packed_by", UtcTime, nullable=True))


def downgrade() -> None:
    op.drop_column("handoffs", "packed_by")
