"""whose a handoff is, by his account: names change"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_handoffs = sa.table("handoffs", sa.column("claimed_by", sa.String()))
_staff = sa.table("staff", sa.column("id", sa.String()), sa.column("name", sa.String()))


def upgrade() -> None:
    _rewrite(_staff.c.name, _staff.c.id)


def downgrade() -> None:
    _rewrite(_staff.c.id, _staff.c.name)


def _rewrite(before: sa.ColumnClause[str], after: sa.ColumnClause[str]) -> None:
    """What is nobody's any more stays as it stands."""
    found = sa.select(sa.func.min(after)).where(before == _handoffs.c.claimed_by).scalar_subquery()
    op.execute(_handoffs.update().values(claimed_by=sa.func.coalesce(found, _handoffs.c.claimed_by)))
