"""first tables"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import BigId, Json, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "actions",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", Json, nullable=True),
        sa.Column("started_at", UtcTime, nullable=False),
        sa.Column("finished_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_actions")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("address", Json, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("lease_until", UtcTime, nullable=True),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversations_status"), ["status"], unique=False)

    op.create_table(
        "deployment",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_deployment")),
    )
    op.create_table(
        "desk_threads",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("handoff_id", sa.String(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_desk_threads")),
    )
    with op.batch_alter_table("desk_threads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_threads_handoff_id"), ["handoff_id"], unique=False)

    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("confirmation", Json, nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=False),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("claimed_at", UtcTime, nullable=True),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
    )
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handoffs_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handoffs_status"), ["status"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message", Json, nullable=False),
        sa.Column("accepted_at", UtcTime, nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "account", "source_id", name=op.f("uq_inbox_channel_account_source_id")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_waiting",
            ["conversation_id", "id"],
            unique=False,
            sqlite_where=sa.text("NOT done"),
            postgresql_where=sa.text("NOT done"),
        )

    op.create_table(
        "outbox",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("address", Json, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("handoff_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcTime, nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("sent_at", UtcTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("handoff_id", "kind", "part", name=op.f("uq_outbox_handoff_id_kind_part")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_waiting",
            ["lane", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "shop_categories",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_categories")),
    )
    op.create_table(
        "shop_customers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_customers")),
        sa.UniqueConstraint("email", name=op.f("uq_shop_customers_email")),
    )
    op.create_table(
        "shop_imports",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_imports")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_staff_sessions")),
    )
    op.create_table(
        "timers",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("due", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
        sa.UniqueConstraint("conversation_id", "kind", "subject", name=op.f("uq_timers_conversation_id_kind_subject")),
    )
    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timers_due"), ["due"], unique=False)

    op.create_table(
        "tries",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tries")),
    )
    with op.batch_alter_table("tries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tries_subject"), ["subject"], unique=False)

    op.create_table(
        "turns",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("buttons", Json, nullable=False),
        sa.Column("cards", Json, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("record", Json, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
    )
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_turns_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "shop_addresses",
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["shop_customers.id"], name=op.f("fk_shop_addresses_customer_id_shop_customers")
        ),
        sa.PrimaryKeyConstraint("customer_id", "position", name=op.f("pk_shop_addresses")),
    )
    op.create_table(
        "shop_orders",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("placed_at", UtcTime, nullable=False),
        sa.Column("address", Json, nullable=False),
        sa.Column("delivery_fee", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["shop_customers.id"], name=op.f("fk_shop_orders_customer_id_shop_customers")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_shop_orders")),
    )
    with op.batch_alter_table("shop_orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_orders_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shop_orders_placed_at"), ["placed_at"], unique=False)

    op.create_table(
        "shop_products",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("category_id", sa.String(), nullable=False),
        sa.Column("name", Json, nullable=False),
        sa.Column("also", Json, nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("material", Json, nullable=False),
        sa.Column("description", Json, nullable=False),
        sa.Column("care", Json, nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["shop_categories.id"], name=op.f("fk_shop_products_category_id_shop_categories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_products")),
    )
    with op.batch_alter_table("shop_products", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_products_category_id"), ["category_id"], unique=False)

    op.create_table(
        "shop_events",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.number"], name=op.f("fk_shop_events_order_number_shop_orders")
        ),
        sa.PrimaryKeyConstraint("order_number", "position", name=op.f("pk_shop_events")),
    )
    op.create_table(
        "shop_parcels",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking_no", sa.String(), nullable=False),
        sa.Column("tracking_url", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column("shipped_at", UtcTime, nullable=True),
        sa.Column("delivered_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.number"], name=op.f("fk_shop_parcels_order_number_shop_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_parcels")),
    )
    with op.batch_alter_table("shop_parcels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_parcels_order_number"), ["order_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_shop_parcels_tracking_no"), ["tracking_no"], unique=False)

    op.create_table(
        "shop_payments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.number"], name=op.f("fk_shop_payments_order_number_shop_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_payments")),
    )
    with op.batch_alter_table("shop_payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_payments_order_number"), ["order_number"], unique=False)

    op.create_table(
        "shop_refunds",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.number"], name=op.f("fk_shop_refunds_order_number_shop_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_refunds")),
        sa.UniqueConstraint("order_number", "position", name=op.f("uq_shop_refunds_order_number_position")),
    )
    with op.batch_alter_table("shop_refunds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_refunds_order_number"), ["order_number"], unique=False)

    op.create_table(
        "shop_returns",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("label_url", sa.String(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("refund", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.number"], name=op.f("fk_shop_returns_order_number_shop_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_returns")),
        sa.UniqueConstraint("order_number", "position", name=op.f("uq_shop_returns_order_number_position")),
    )
    with op.batch_alter_table("shop_returns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_returns_order_number"), ["order_number"], unique=False)

    op.create_table(
        "shop_variants",
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("color", Json, nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_shop_variants_stock")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], name=op.f("fk_shop_variants_product_id_shop_products")
        ),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_shop_variants")),
        sa.UniqueConstraint("product_id", "position", name=op.f("uq_shop_variants_product_id_position")),
    )
    with op.batch_alter_table("shop_variants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_variants_product_id"), ["product_id"], unique=False)

    op.create_table(
        "shop_lines",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("category_id", sa.String(), nullable=False),
        sa.Column("name", Json, nullable=False),
        sa.Column("options", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("parcel_id", sa.String(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shop_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["order_number"], ["shop_orders.number"], name=op.f("fk_shop_lines_order_number_shop_orders")
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["shop_parcels.id"], name=op.f("fk_shop_lines_parcel_id_shop_parcels")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_lines")),
        sa.UniqueConstraint("order_number", "position", name=op.f("uq_shop_lines_order_number_position")),
    )
    with op.batch_alter_table("shop_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shop_lines_order_number"), ["order_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_shop_lines_parcel_id"), ["parcel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shop_lines_sku"), ["sku"], unique=False)

    op.create_table(
        "shop_prices",
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("minor >= 0", name=op.f("ck_shop_prices_minor")),
        sa.ForeignKeyConstraint(["sku"], ["shop_variants.sku"], name=op.f("fk_shop_prices_sku_shop_variants")),
        sa.PrimaryKeyConstraint("sku", "currency", name=op.f("pk_shop_prices")),
    )
    op.create_table(
        "shop_scans",
        sa.Column("parcel_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("text", Json, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["shop_parcels.id"], name=op.f("fk_shop_scans_parcel_id_shop_parcels")),
        sa.PrimaryKeyConstraint("parcel_id", "position", name=op.f("pk_shop_scans")),
    )
    op.create_table(
        "shop_return_lines",
        sa.Column("return_id", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["shop_lines.id"], name=op.f("fk_shop_return_lines_line_id_shop_lines")),
        sa.ForeignKeyConstraint(
            ["return_id"], ["shop_returns.id"], name=op.f("fk_shop_return_lines_return_id_shop_returns")
        ),
        sa.PrimaryKeyConstraint("return_id", "line_id", name=op.f("pk_shop_return_lines")),
    )


def downgrade() -> None:
    op.drop_table("shop_return_lines")
    op.drop_table("shop_scans")
    op.drop_table("shop_prices")
    with op.batch_alter_table("shop_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_lines_sku"))
        batch_op.drop_index(batch_op.f("ix_shop_lines_parcel_id"))
        batch_op.drop_index(batch_op.f("ix_shop_lines_order_number"))

    op.drop_table("shop_lines")
    with op.batch_alter_table("shop_variants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_variants_product_id"))

    op.drop_table("shop_variants")
    with op.batch_alter_table("shop_returns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_returns_order_number"))

    op.drop_table("shop_returns")
    with op.batch_alter_table("shop_refunds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_refunds_order_number"))

    op.drop_table("shop_refunds")
    with op.batch_alter_table("shop_payments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_payments_order_number"))

    op.drop_table("shop_payments")
    with op.batch_alter_table("shop_parcels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_parcels_tracking_no"))
        batch_op.drop_index(batch_op.f("ix_shop_parcels_order_number"))

    op.drop_table("shop_parcels")
    op.drop_table("shop_events")
    with op.batch_alter_table("shop_products", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_products_category_id"))

    op.drop_table("shop_products")
    with op.batch_alter_table("shop_orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_orders_placed_at"))
        batch_op.drop_index(batch_op.f("ix_shop_orders_customer_id"))

    op.drop_table("shop_orders")
    op.drop_table("shop_addresses")
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_turns_conversation_id"))

    op.drop_table("turns")
    with op.batch_alter_table("tries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tries_subject"))

    op.drop_table("tries")
    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timers_due"))

    op.drop_table("timers")
    op.drop_table("staff_sessions")
    op.drop_table("staff")
    op.drop_table("shop_imports")
    op.drop_table("shop_customers")
    op.drop_table("shop_categories")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_outbox_conversation_id"))

    op.drop_table("outbox")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_waiting", sqlite_where=sa.text("NOT done"), postgresql_where=sa.text("NOT done"))

    op.drop_table("inbox")
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handoffs_status"))
        batch_op.drop_index(batch_op.f("ix_handoffs_conversation_id"))

    op.drop_table("handoffs")
    with op.batch_alter_table("desk_threads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_threads_handoff_id"))

    op.drop_table("desk_threads")
    op.drop_table("deployment")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversations_status"))

    op.drop_table("conversations")
    op.drop_table("actions")
