"""one-time codes, used links, and the log of proofs"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import BigId, UtcTime

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "one_time_codes",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("sent_at", UtcTime, nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sa.UniqueConstraint("salt", name=op.f("uq_one_time_codes_salt")),
    )
    for column in ("who", "order_number", "sent_at"):
        op.create_index(op.f(f"ix_one_time_codes_{column}"), "one_time_codes", [column], unique=False)
    op.create_table(
        "used_links",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_links")),
    )
    op.create_index(op.f("ix_used_links_until"), "used_links", ["until"], unique=False)
    op.create_table(
        "proofs",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofs")),
    )
    op.create_index(op.f("ix_proofs_at"), "proofs", ["at"], unique=False)


def downgrade() -> None:
    for table in ("proofs", "used_links", "one_time_codes"):
        op.drop_table(table)
