"""roles of staff, the names shoppers see, who is linked to which account, and what staff did"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import BigId, UtcTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("role", sa.String(), nullable=False, server_default="agent"))
    op.add_column("staff", sa.Column("name", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE staff SET role = 'admin', name = id")  # who was there could do everything
    op.create_table(
        "staff_links",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("since", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", "user_id", name=op.f("pk_staff_links")),
    )
    op.create_index(op.f("ix_staff_links_staff_id"), "staff_links", ["staff_id"])
    op.create_table(
        "staff_codes",
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.Column("used_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_codes")),
    )
    op.create_table(
        "audit",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])


def downgrade() -> None:
    op.drop_table("audit")
    op.drop_table("staff_codes")
    op.drop_table("staff_links")
    op.drop_column("staff", "name")
    op.drop_column("staff", "role")
