"""which languages and matters a member of staff takes, and how many conversations at a time"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("languages", sa.String(), nullable=False, server_default=""))
    op.add_column("staff", sa.Column("skills", sa.String(), nullable=False, server_default=""))
    op.add_column("staff", sa.Column("most", sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ("most", "skills", "languages"):
        op.drop_column("staff", name)
