"""What a document must hold, and how either engine is asked for it: all that SQLite and PostgreSQL differ in.

Both index the tokens that the analyser made (bot/shop/tables.py): SQLite as FTS5, PostgreSQL as a tsvector.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from bot.shop import tables as t
from bot.shop.reads import table

DOCUMENTS = table(t.SearchDocuments)
_FTS = sa.table("shop_search_fts", sa.column("rowid", sa.BigInteger), sa.column("shop_search_fts"))


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Expression", ...]


Expression = str | All | Either  # a token, or several


def all_of(*expressions: Expression | None) -> Expression | None:
    """All that are given; None if there is none."""
    given = tuple(expression for expression in expressions if expression is not None)
    return All(given) if given else None


def either_of(*expressions: Expression | None) -> Expression | None:
    given = tuple(expression for expression in expressions if expression is not None)
    return Either(given) if given else None


def marked(token: str, marks: Collection[str]) -> Expression:
    """The token in one of those places."""
    return Either(tuple(mark + token for mark in marks))


def query_text(expression: Expression, dialect: str) -> str:
    """The expression for FTS5's MATCH or as a tsquery; every token quoted, so that none is an operator."""
    lite = dialect == "sqlite"
    if isinstance(expression, str):
        quote = '"' if lite else "'"
        return quote + (expression if lite else expression.replace("\\", "\\\\")).replace(quote, quote * 2) + quote
    conjunction, disjunction = (" AND ", " OR ") if lite else (" & ", " | ")
    inner = (query_text(part, dialect) for part in expression.parts)
    return f"({(conjunction if isinstance(expression, All) else disjunction).join(inner)})"


def holding(expression: Expression, dialect: str, *, listed: bool = True) -> sa.ColumnElement[bool]:
    """That a document holds it.

    `listed`: SQLite starts from all that do; else it goes through the documents in the order asked for and looks each
    up, quicker where many do and the first few are wanted.
    """
    text = query_text(expression, dialect)
    if dialect == "sqlite":
        found = sa.select(_FTS.c.rowid).where(_FTS.c.shop_search_fts.bool_op("MATCH")(text))
        return (DOCUMENTS.c.id if listed else DOCUMENTS.c.id + 0).in_(found)
    tokens = sa.func.array_to_tsvector(sa.func.string_to_array(DOCUMENTS.c.tokens, sa.literal_column("' '")))
    return tokens.bool_op("@@")(sa.cast(sa.literal(text), TSQUERY))


def shortest(
    expression: Expression, dialect: str, columns: Sequence[sa.ColumnElement[Any]], *where: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """Documents that hold it, the shortest names first."""
    statement = sa.select(*columns).where(*where)
    if dialect != "sqlite":
        # a sum: so PostgreSQL does not go through the whole primary key in search of what few documents hold
        return statement.where(holding(expression, dialect)).order_by(DOCUMENTS.c.id + 0)
    # joined: so SQLite reads its index in this very order and stops at the limit
    joined = sa.join(_FTS, DOCUMENTS, DOCUMENTS.c.id == _FTS.c.rowid)
    holds = _FTS.c.shop_search_fts.bool_op("MATCH")(query_text(expression, dialect))
    return statement.select_from(joined).where(holds).order_by(_FTS.c.rowid)
