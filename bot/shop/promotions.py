"""What a promotion's code gives, or exactly why it gives nothing. The rule is pure; the reads are below it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Answer, AnswerStatus, Discount, Promotion
from bot.conversation import Access, Proof
from bot.facts import Localised, Money
from bot.shop import reads
from bot.shop import tables as t
from bot.shop.policy import Market
from bot.shop.reads import Row, col, table


@dataclass(frozen=True, slots=True)
class Case:
    """All that the rule may look at."""

    market: Market
    today: date  # in the shop's zone
    goods: Mapping[str, int] | None = None  # product id → what it costs in the basket; None: no goods were named
    priced: bool = False  # whether `goods` is a basket, so that sums count
    used: bool = False  # by this customer
    ordered: bool = False  # he has ordered before


def judge(row: Row, categories: Mapping[str, str], promotion: Promotion, case: Case) -> Answer[Discount]:
    """`categories`: product id → category id, of the goods. The first rule that fails is the reason."""

    def no(reason: str, **detail: Any) -> Answer[Discount]:
        return Answer(AnswerStatus.REFUSED, reason=reason, detail={"promotion": promotion, **detail})

    if not _held_in(row, case.market):
        return no("other_market")
    if row["last"] and case.today > row["last"]:
        return no("expired")
    if row["first"] and case.today < row["first"]:
        return no("not_yet")
    if row["most"] is not None and row["used"] >= row["most"]:
        return no("used_up")
    if row["once"] and case.used:
        return no("already_used")
    if row["first_order"] and case.ordered:
        return no("not_first")
    if case.goods is None:
        return Answer(AnswerStatus.DONE, Discount(promotion))
    fitting = {id_: minor for id_, minor in case.goods.items() if _is_for(row, id_, categories.get(id_, ""))}
    if not fitting:
        return no("other_goods")
    if not case.priced:
        return Answer(AnswerStatus.DONE, Discount(promotion))
    worth, least = sum(fitting.values()), promotion.minimum
    if least and worth < least.minor:
        return no("below_minimum", missing=Money(least.minor - worth, least.currency))
    off = promotion.amount.minor if promotion.amount else (2 * worth * promotion.percent + 100) // 200  # half up
    return Answer(AnswerStatus.DONE, Discount(promotion, Money(min(off, worth), case.market.currency)))


def open_to_all(row: Row, case: Case) -> bool:
    """Whether anybody may be told of it and use it now."""
    begun = not row["first"] or row["first"] <= case.today
    going = not row["last"] or case.today <= row["last"]
    left = row["most"] is None or row["used"] < row["most"]
    return bool(row["public"] and begun and going and left and _held_in(row, case.market))


def _held_in(row: Row, market: Market) -> bool:
    return not row["markets"] or market.name in row["markets"]


def _is_for(row: Row, product: str, category: str) -> bool:
    named = row["categories"] or row["products"]
    return not named or product in row["products"] or category in row["categories"]


# --- reads -----------------------------------------------------------------------------------------------------------


async def row_of(connection: AsyncConnection, code: str) -> Row | None:
    mine = sa.select(table(t.Promotions)).where(col(t.Promotions, "code") == code.strip().upper())
    return next(iter(reads.rows(await connection.execute(mine))), None)


async def every(connection: AsyncConnection) -> list[Row]:
    return reads.rows(await connection.execute(sa.select(table(t.Promotions)).order_by(col(t.Promotions, "code"))))


async def described(connection: AsyncConnection, row: Row, market: Market) -> Promotion:
    """The promotion as it holds in `market`."""
    names = await reads.categories(connection)
    named = sa.select(col(t.Products, "id"), col(t.Products, "name"))
    products = {found.id: found.name for found in await connection.execute(
        named.where(col(t.Products, "id").in_(row["products"])))}  # fmt: skip
    texts = [*(names.get(id_) for id_ in row["categories"]), *(products.get(id_) for id_ in row["products"])]

    def money(amounts: Mapping[str, int]) -> Money | None:
        return Money(amounts[market.currency], market.currency) if market.currency in amounts else None

    return Promotion(
        code=row["code"], text=Localised(row["text"]), percent=row["percent"], amount=money(row["amounts"]),
        first=row["first"], last=row["last"], minimum=money(row["minimum"]),
        goods=tuple(Localised(text) for text in texts if text), once=row["once"], first_order=row["first_order"],
    )  # fmt: skip


async def categories_of(connection: AsyncConnection, products: Collection[str]) -> dict[str, str]:
    """Product id → category id."""
    query = sa.select(col(t.Products, "id"), col(t.Products, "category_id"))
    found = await connection.execute(query.where(col(t.Products, "id").in_(list(products))))
    return {row.id: row.category_id for row in found}


async def history(connection: AsyncConnection, code: str, proof: Proof | None) -> tuple[bool, bool]:
    """Whether this shopper has used the code, and whether he has ordered at all; cancelled orders count for neither.

    A guest is known by the e-mail of the order he proved.
    """
    if proof is None or proof.access not in (Access.CUSTOMER, Access.ORDER):
        return False, False
    if proof.access is Access.CUSTOMER:
        mine = col(t.Orders, "customer_id") == proof.customer
    else:
        email = sa.select(col(t.Orders, "email")).where(col(t.Orders, "number") == proof.order).scalar_subquery()
        mine = col(t.Orders, "email") == email
    live = sa.select(col(t.Lines, "order_number")).where(col(t.Lines, "state") != "cancelled")
    query = sa.select(col(t.Orders, "coupon")).where(mine, col(t.Orders, "number").in_(live))
    coupons: Sequence[str] = list((await connection.execute(query)).scalars())
    return code in coupons, bool(coupons)
