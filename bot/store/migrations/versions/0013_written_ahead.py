"""rows of the catalogue hold from one import to another, so that an import can write them ahead"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from bot.store.database import BigId, Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_FOREVER = str(1 << 62)
_SQLITE = (
    "CREATE VIRTUAL TABLE shop_search_fts USING fts5(tokens, content='shop_search_documents', content_rowid='id', "
    "tokenize=\"ascii tokenchars ':.=_-'\", detail='none', columnsize=0)",
    "CREATE TRIGGER shop_search_fts_in AFTER INSERT ON shop_search_documents BEGIN "
    "INSERT INTO shop_search_fts(rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER shop_search_fts_out AFTER DELETE ON shop_search_documents BEGIN "
    "INSERT INTO shop_search_fts(shop_search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
)
_POSTGRESQL = (
    "CREATE INDEX shop_search_fts ON shop_search_documents USING gin (array_to_tsvector(string_to_array(tokens, ' ')))",
)



def upgrade() -> None:
    op.add_column("shop_imports", sa.Column("switched", sa.Boolean(), server_default=sa.true(), nullable=False))
    _drop_search()
    _make_search(spans=True)
    with _altered("shop_prices", drop="fk_shop_prices_sku_shop_variants") as batch:
        _span_rows(batch, "shop_prices", ["sku", "currency", "since"])
    with _altered("shop_variants", drop="fk_shop_variants_product_id_shop_products") as batch:
        batch.drop_constraint("uq_shop_variants_product_id_position", type_="unique")
        batch.drop_index("ix_shop_variants_product_id")
        _span_rows(batch, "shop_variants", ["sku", "since"])
        batch.create_unique_constraint(
            "uq_shop_variants_product_id_position_since", ["product_id", "position", "since"]
        )
    with _altered("shop_products", drop="fk_shop_products_category_id_shop_categories") as batch:
        _span_rows(batch, "shop_products", ["id", "since"])
    with _altered("shop_categories") as batch:
        _span_rows(batch, "shop_categories", ["id", "since"])
    with _altered("shop_variants") as batch:
        batch.create_foreign_key(
            "fk_shop_variants_product_id_since_shop_products", "shop_products", ["product_id", "since"], ["id", "since"]
        )
    with _altered("shop_prices") as batch:
        batch.create_foreign_key(
            "fk_shop_prices_sku_since_shop_variants", "shop_variants", ["sku", "since"], ["sku", "since"]
        )


def downgrade() -> None:
    """Rows that do not hold now go."""
    _drop_search()
    newest = "(SELECT COALESCE(MAX(id), 0) FROM shop_imports WHERE switched)"
    for table in ("shop_prices", "shop_variants", "shop_products", "shop_categories"):
        op.execute(f"DELETE FROM {table} WHERE since > {newest} OR until <= {newest}")  # noqa: S608 - names of ours
    op.execute("DELETE FROM shop_imports WHERE NOT switched")
    with _altered("shop_prices", drop="fk_shop_prices_sku_since_shop_variants") as batch:
        _unspan_rows(batch, "shop_prices", ["sku", "currency"])
    with _altered("shop_variants", drop="fk_shop_variants_product_id_since_shop_products") as batch:
        batch.drop_constraint("uq_shop_variants_product_id_position_since", type_="unique")
        _unspan_rows(batch, "shop_variants", ["sku"])
        batch.create_unique_constraint("uq_shop_variants_product_id_position", ["product_id", "position"])
        batch.create_index("ix_shop_variants_product_id", ["product_id"])
    with _altered("shop_products") as batch:
        _unspan_rows(batch, "shop_products", ["id"])
    with _altered("shop_categories") as batch:
        _unspan_rows(batch, "shop_categories", ["id"])
    for table, column, parent, key in (
        ("shop_products", "category_id", "shop_categories", "id"),
        ("shop_variants", "product_id", "shop_products", "id"),
        ("shop_prices", "sku", "shop_variants", "sku"),
    ):
        with _altered(table) as batch:
            batch.create_foreign_key(f"fk_{table}_{column}_{parent}", parent, [column], [key])
    _make_search(spans=False)
    op.drop_column("shop_imports", "switched")


def _span() -> list[sa.Column[int]]:
    return [
        sa.Column("since", sa.BigInteger(), autoincrement=False, server_default="0", nullable=False),
        sa.Column("until", sa.BigInteger(), server_default=_FOREVER, nullable=False),
    ]


@contextmanager
def _altered(table: str, drop: str = "") -> Iterator[BatchOperations]:
    """`drop`: a foreign key."""
    with op.batch_alter_table(table) as batch:
        if drop:
            batch.drop_constraint(drop, type_="foreignkey")
        yield batch


def _span_rows(batch: BatchOperations, table: str, key: list[str]) -> None:
    for column in _span():
        batch.add_column(column)
    batch.drop_constraint(f"pk_{table}", type_="primary")
    batch.create_primary_key(f"pk_{table}", key)


def _unspan_rows(batch: BatchOperations, table: str, key: list[str]) -> None:
    batch.drop_constraint(f"pk_{table}", type_="primary")
    for name in ("since", "until"):
        batch.drop_column(name)
    batch.create_primary_key(f"pk_{table}", key)


def _drop_search() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE shop_search_fts")
    for name in ("shop_search_spellings", "shop_search_words", "shop_search_variants", "shop_search_documents"):
        op.drop_table(name)


def _make_search(*, spans: bool) -> None:
    """Empty: the next start of the product makes the index. Without `spans` as it was before this migration."""
    since = ["since"] if spans else []
    op.create_table(
        "shop_search_documents",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        *(_span() if spans else ()),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("also", Json, nullable=False),
        sa.Column("tokens", sa.String(), nullable=False),
        sa.Column("minus_sold", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_search_documents")),
        *(() if spans else (
            sa.ForeignKeyConstraint(
                ["product_id"], ["shop_products.id"], name=op.f("fk_shop_search_documents_product_id_shop_products")
            ),
            sa.UniqueConstraint("product_id", name=op.f("uq_shop_search_documents_product_id")),
        )),
    )  # fmt: skip
    op.create_index("ix_shop_search_documents_popular", "shop_search_documents", ["minus_sold", "product_id"])
    op.create_index(op.f("ix_shop_search_documents_version"), "shop_search_documents", ["version"])
    if spans:
        op.create_index(op.f("ix_shop_search_documents_product_id"), "shop_search_documents", ["product_id"])
    op.create_table(
        "shop_search_variants",
        sa.Column("sku", sa.String(), nullable=False),
        *(_span() if spans else ()),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("facets", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sku", *since, name=op.f("pk_shop_search_variants")),
        *(() if spans else (
            sa.ForeignKeyConstraint(
                ["product_id"], ["shop_products.id"], name=op.f("fk_shop_search_variants_product_id_shop_products")
            ),
        )),
    )  # fmt: skip
    op.create_index(op.f("ix_shop_search_variants_product_id"), "shop_search_variants", ["product_id"])
    op.create_table(
        "shop_search_words",
        sa.Column("word", sa.String(), nullable=False),
        *(_span() if spans else ()),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", *since, name=op.f("pk_shop_search_words")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shop_search_spellings",
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("form", "word", name=op.f("pk_shop_search_spellings")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_shop_search_spellings_word"), "shop_search_spellings", ["word"])
    for statement in {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}.get(op.get_bind().dialect.name, ()):
        op.execute(statement)
