"""what is still to be paid stands at the lines alone, and no line that went is paid for any more"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_orders = sa.table("shop_orders", sa.column("number"), sa.column("total"))
_lines = sa.table(
    "shop_lines",
    *map(sa.column, ("id", "order_number", "position", "price", "adjusted", "due", "state")),
)
_payments = sa.table("shop_payments", *map(sa.column, ("order_number", "amount", "state")))
_GONE = ("cancelled", "return_open", "returned")


def upgrade() -> None:
    connection = op.get_bind()
    _ask_no_more(connection)
    waiting = sa.select(_payments.c.order_number, sa.func.sum(_payments.c.amount)).where(_payments.c.state == "due")
    for number, amount in connection.execute(waiting.group_by(_payments.c.order_number)).all():
        for line_id, due in _shared(connection, number, amount):
            line = sa.update(_lines).where(_lines.c.id == line_id)
            connection.execute(line.values(due=sa.func.coalesce(_lines.c.due, 0) + due))
    connection.execute(sa.delete(_payments).where(_payments.c.state.in_(("due", "void"))))
    op.drop_column("shop_payments", "link")


def _ask_no_more(connection: sa.Connection) -> None:
    went = sa.and_(_lines.c.state.in_(_GONE), _lines.c.due.is_not(None))
    owed = sa.select(_lines.c.order_number, sa.func.sum(_lines.c.due)).where(went).group_by(_lines.c.order_number)
    for number, due in connection.execute(owed).all():
        order = sa.update(_orders).where(_orders.c.number == number)
        connection.execute(order.values(total=_orders.c.total - due))
    connection.execute(sa.update(_lines).where(went).values(price=_lines.c.price - _lines.c.due, due=None))


def _shared(connection: sa.Connection, number: str, amount: int) -> Iterator[tuple[str, int]]:
    """Line id → its part: which line was changed to something dearer was not kept, so the last ones bear it."""
    lines = sa.select(_lines).where(_lines.c.order_number == number, _lines.c.state.not_in(_GONE))
    for line in connection.execute(lines.order_by(_lines.c.position.desc())).all():
        part = min(amount, line.price - (line.adjusted or 0) - (line.due or 0))
        if part > 0:
            amount -= part
            yield line.id, part


def downgrade() -> None:
    op.add_column("shop_payments", sa.Column("link", sa.String(), server_default="", nullable=False))
