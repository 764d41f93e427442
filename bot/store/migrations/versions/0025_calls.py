"""the calls of the last while, where a platform counts each of them"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import Json

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("budgets", sa.Column("spent", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("budgets", "spent")
