"""the language in which a member of staff reads the console, and handoffs in every language of staff"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import Json

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("language", sa.String(), nullable=False, server_default=""))
    op.add_column("handoffs", sa.Column("summaries", Json, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("handoffs", "summaries")
    op.drop_column("staff", "language")
