"""The Shop port on SQL, in the same database as the conversations: effect and answer of a write are one commit.

Rules and effects are in verbs/; this file opens transactions and guards who sees what.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.commerce import (
    Answer,
    AnswerStatus,
    Basket,
    Discount,
    Order,
    Passage,
    Product,
    Promotion,
    Quote,
    Terms,
    Write,
)
from bot.conversation import Access, Proof
from bot.facts import Localised, Money
from bot.ports import Clock
from bot.shop import baskets, promotions, reads
from bot.shop.addresses import same_postcode
from bot.shop.answers import answer_from_json, answer_to_json
from bot.shop.knowledge import Knowledge
from bot.shop.policy import Policy
from bot.shop.reads import col, table
from bot.shop.search import Index
from bot.shop.tables import Customers, Orders, Variants
from bot.shop.verbs import VERBS, effects
from bot.shop.verbs.verb import Case, Deed, refused
from bot.slots import same_phone
from bot.store.database import reading, writing
from bot.store.tables import Actions


class SqlShop:
    """Implements bot.ports.Shop."""

    def __init__(self, engine: AsyncEngine, clock: Clock, policy: Policy, knowledge_dir: Path) -> None:
        self._engine = engine
        self._clock = clock
        self._policy = policy
        self._knowledge = Knowledge(knowledge_dir, policy.shop.languages)
        self._index: tuple[int, Index] | None = None  # newest import it was built on, index

    # --- who is asking ---

    async def identify(self, order: str, contact: str) -> Proof | None:
        number = _number(order)
        columns = [col(Orders, name) for name in ("customer_id", "email", "phone", "address", "market")]
        async with reading(self._engine) as connection:
            found = (await connection.execute(sa.select(*columns).where(col(Orders, "number") == number))).first()
        email, phone, address = (found.email, found.phone, found.address) if found else _NOBODY
        # all are compared whatever the first ones say, and for a number that does not exist just the same
        same_email, called, lives = (
            _same_text(email, contact),
            same_phone(phone, contact),
            same_postcode(address["postcode"], contact),
        )
        if found and (same_email or called):
            access = Access.CUSTOMER if found.customer_id else Access.ORDER
            return Proof(access, found.customer_id or "", number, self._clock.now(), found.market)
        return Proof(Access.DELIVERY, "", number, self._clock.now()) if found and lives else None

    async def customer(self, email: str) -> Proof | None:
        async with reading(self._engine) as connection:
            mine = sa.select(col(Customers, "id"), col(Customers, "market"))
            found = (await connection.execute(mine.where(col(Customers, "email") == email.strip().lower()))).first()
        return Proof(Access.CUSTOMER, found.id, "", self._clock.now(), found.market) if found else None

    # --- orders ---

    async def order(self, number: str, proof: Proof) -> Order | None:
        async with reading(self._engine) as connection:
            found = await reads.order(connection, _number(number))
        if found is None or not _may_see(proof, found):
            return None
        return _label_only(found) if proof.access is Access.DELIVERY else found

    async def orders(self, proof: Proof) -> tuple[Order, ...]:
        if proof.access is not Access.CUSTOMER:
            found = await self.order(proof.order, proof) if proof.order else None
            return (found,) if found else ()
        async with reading(self._engine) as connection:
            return (
                tuple(await reads.orders(connection, col(Orders, "customer_id") == proof.customer))
                if proof.customer
                else ()
            )

    # --- quotes ---

    async def quote(self, verb: str, proof: Proof, number: str, arguments: Mapping[str, Any]) -> Answer[Quote]:
        known = VERBS.get(verb)
        if known is None:
            return Answer(AnswerStatus.UNSUPPORTED)
        if proof.access not in (Access.ORDER, Access.CUSTOMER):
            return refused("not_found")
        async with reading(self._engine) as connection:
            found = await reads.order(connection, _number(number))
            if found is None or not _may_see(proof, found):
                return refused("not_found")
            case = await self._case(connection, found, self._clock.now())
        return known.quote(case, arguments)

    async def _case(self, connection: AsyncConnection, order: Order, now: datetime) -> Case:
        products = list(dict.fromkeys(line.product_id for line in order.lines))
        return Case(
            order, self._policy.market(order.market), now, self._policy.shop.zone,
            await reads.line_categories(connection, order.number),
            await reads.products(connection, products, order.total.currency),
        )  # fmt: skip

    # --- writes ---

    async def perform(self, write: Write) -> Answer[Order]:
        async with writing(self._engine) as connection:
            action = (await connection.execute(_action(write.key).with_for_update())).mappings().first()
            if action and action["state"] == "finished":
                return answer_from_json(action["answer"])
            now = self._clock.now()
            if action is None:
                await connection.execute(
                    sa.insert(table(Actions)).values(
                        key=write.key,
                        conversation_id="",
                        verb=write.verb,
                        arguments=dict(write.arguments),
                        version=write.version,
                        actor=write.actor,
                        state="started",
                        started_at=now,
                    )
                )
            answer = await self._do(connection, write, now)
            done = sa.update(table(Actions)).where(col(Actions, "key") == write.key)
            await connection.execute(done.values(state="finished", answer=answer_to_json(answer), finished_at=now))
            return answer

    async def _do(self, connection: AsyncConnection, write: Write, now: datetime) -> Answer[Order]:
        """Check again what was quoted, then do it; the answer carries the order as it is now."""
        verb = VERBS.get(write.verb)
        if verb is None:
            return Answer(AnswerStatus.UNSUPPORTED)
        found = await reads.order(connection, _number(str(write.arguments.get("order", ""))))
        if found is None:
            return refused("not_found")
        if found.version != write.version:
            return replace(refused("changed"), value=found)
        checked = verb.quote(await self._case(connection, found, now), write.arguments)
        if checked.value is None:
            return Answer(checked.status, found, checked.reason, checked.detail)
        if checked.value.arguments != dict(write.arguments):  # not what the shopper said yes to
            return replace(refused("changed"), value=found)
        if not await effects.take_version(connection, found):
            return refused("changed")
        await verb.effect(connection, Deed(checked.value, write.actor, now, self._policy.shop.url))
        return Answer(AnswerStatus.DONE, await reads.order(connection, found.number))

    async def reconcile(self, key: str) -> Answer[Order] | None:
        """Effect and answer are one commit: without a stored answer the write certainly never ran."""
        async with reading(self._engine) as connection:
            action = (await connection.execute(_action(key))).mappings().first()
        if action and action["state"] == "finished":
            return answer_from_json(action["answer"])
        return refused("not_started")

    # --- buying ---

    async def terms(self, market: str = "") -> Terms:
        rules = self._policy.market(market)
        sole = len(self._policy.markets) == 1
        return Terms(rules.name, sole, rules.methods, rules.authorisation_days, f"{self._policy.shop.url}/pay/")

    async def fill_basket(self, items: Mapping[str, int], *, market: str = "", token: str = "") -> Basket:
        rules, now = self._policy.market(market), self._clock.now()
        async with writing(self._engine) as connection:
            goods = await baskets.goods(connection, list(items), rules.currency)
            token = await baskets.keep(connection, items, rules.name, token, goods, now)
        return baskets.priced(token, list(items.items()), goods, rules, self._policy.shop, now)

    async def basket(self, token: str) -> Basket | None:
        async with reading(self._engine) as connection:
            kept = await baskets.read(connection, token)
            if kept is None:
                return None
            rules = self._policy.market(kept[0])
            goods = await baskets.goods(connection, [sku for sku, _ in kept[1]], rules.currency)
        return baskets.priced(token, kept[1], goods, rules, self._policy.shop, self._clock.now())

    async def promotions(self, market: str = "") -> tuple[Promotion, ...]:
        case = promotions.Case(self._policy.market(market), self._today())
        async with reading(self._engine) as connection:
            rows = [row for row in await promotions.every(connection) if promotions.open_to_all(row, case)]
            return tuple([await promotions.described(connection, row, case.market) for row in rows])

    async def promotion(
        self, code: str, proof: Proof | None, *, market: str = "", basket: str = "", products: Sequence[str] = ()
    ) -> Answer[Discount]:
        filled = await self.basket(basket) if basket else None
        goods = dict.fromkeys(products, 0)
        for line in filled.lines if filled and not products else ():
            goods[line.product_id] = goods.get(line.product_id, 0) + line.price.minor
        async with reading(self._engine) as connection:
            row = await promotions.row_of(connection, code)
            if row is None:
                return refused("unknown")
            own = self._policy.shop.market
            meant = own if not row["markets"] or own in row["markets"] else row["markets"][0]
            rules = self._policy.market(filled.market if filled else market or meant)
            used, ordered = await promotions.history(connection, row["code"], proof)
            case = promotions.Case(rules, self._today(), goods or None, bool(goods and not products), used, ordered)
            shown = await promotions.described(connection, row, rules)
            return promotions.judge(row, await promotions.categories_of(connection, goods), shown, case)

    def _today(self) -> date:
        return self._clock.now().astimezone(self._policy.shop.zone).date()

    # --- catalogue and knowledge ---

    async def search(self, words: str, *, limit: int = 5, market: str = "") -> tuple[Product, ...]:
        """Priced for `market`, by default the shop's own."""
        currency = self._policy.market(market).currency
        async with reading(self._engine) as connection:
            known = await self._exactly(connection, words.strip())
            hits = [(known, 1.0)] if known else (await self._current(connection)).find(words, limit)
            found = await reads.products(connection, [id_ for id_, _ in hits], currency)
        return tuple(replace(found[id_], score=score) for id_, score in hits if id_ in found)

    async def _exactly(self, connection: AsyncConnection, words: str) -> str:
        """The product of that id or article number, "" if there is none."""
        if re.search(r"\s", words) or not words.isascii():
            return ""
        by_id = sa.select(col(reads.t.Products, "id")).where(col(reads.t.Products, "id") == words)
        by_sku = sa.select(col(Variants, "product_id")).where(col(Variants, "sku") == words.upper())
        return await connection.scalar(by_id) or await connection.scalar(by_sku) or ""

    async def _current(self, connection: AsyncConnection) -> Index:
        newest = await reads.newest_import(connection)
        if self._index is None or self._index[0] != newest:
            self._index = newest, Index(await reads.entries(connection))
        return self._index[1]

    async def passages(self, topic: str, words: str, language: str) -> tuple[Passage, ...]:
        return self._knowledge.passages(topic, words, language)


# --- who sees what ---------------------------------------------------------------------------------------------------


def _may_see(proof: Proof, order: Order) -> bool:
    """A customer sees the orders of that account; any other proof the one order it was given for."""
    match proof.access:
        case Access.CUSTOMER:
            return bool(proof.customer) and order.customer == proof.customer
        case Access.ORDER:
            return order.number == proof.order and not order.customer
        case Access.DELIVERY:
            return order.number == proof.order
    return False


def _label_only(order: Order) -> Order:
    """What number and postcode open: states and parcels. No name, content, price, payment or history."""
    nothing = Money(0, order.total.currency)
    return replace(
        order,
        customer="",
        email="",
        phone="",
        payments=(),
        refunds=(),
        returns=(),
        history=(),
        total=nothing,
        delivery_fee=nothing,
        address=replace(order.address, recipient="", lines=(), phone=""),
        lines=tuple(
            replace(line, sku="", product_id="", name=Localised({}), options="", quantity=1, price=nothing)
            for line in order.lines
        ),
    )


_NOBODY = ("nobody", "", {"postcode": ""})


def _same_text(known: str, given: str) -> bool:
    """Compared without regard to case, in constant time."""
    return bool(known) and hmac.compare_digest(known.strip().lower().encode(), given.strip().lower().encode())


def _number(text: str) -> str:
    return re.sub(r"\s+", "-", text.strip().lstrip("#").strip().upper())


def _action(key: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(table(Actions)).where(col(Actions, "key") == key)
