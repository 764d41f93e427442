"""the search index"""

import sqlalchemy as sa
from alembic import op

from bot.store.database import BigId, Json

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# SQLite and PostgreSQL each index the tokens in their own way
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
    """The tables stay empty here: the next start of the product makes the index from the catalogue."""
    op.create_table(
        "shop_search_documents",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("also", Json, nullable=False),
        sa.Column("tokens", sa.String(), nullable=False),
        sa.Column("minus_sold", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], name=op.f("fk_shop_search_documents_product_id_shop_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_search_documents")),
        sa.UniqueConstraint("product_id", name=op.f("uq_shop_search_documents_product_id")),
    )
    op.create_index("ix_shop_search_documents_popular", "shop_search_documents", ["minus_sold", "product_id"])
    op.create_index(op.f("ix_shop_search_documents_version"), "shop_search_documents", ["version"])
    op.create_table(
        "shop_search_variants",
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("facets", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["shop_products.id"], name=op.f("fk_shop_search_variants_product_id_shop_products")
        ),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_shop_search_variants")),
    )
    op.create_index(op.f("ix_shop_search_variants_product_id"), "shop_search_variants", ["product_id"])
    op.create_table(
        "shop_search_words",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("products", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_shop_search_words")),
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


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE shop_search_fts")  # the triggers go with their table
    for name in ("shop_search_spellings", "shop_search_words", "shop_search_variants", "shop_search_documents"):
        op.drop_table(name)
