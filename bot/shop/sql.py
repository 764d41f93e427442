"""The Shop port on SQL, in the same database as the conversations: effect and answer of a write are one commit.

The rules are in quotes.py, the effects in writes.py; this file opens transactions and guards who sees what.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.commerce import Answer, AnswerStatus, Filters, Order, Passage, Product, Quote, Write
from bot.conversation import Access, Proof
from bot.facts import Localised, Money
from bot.ports import Clock
from bot.shop import quotes, reads, writes
from bot.shop.addresses import same_postcode
from bot.shop.answers import answer_from_json, answer_to_json
from bot.shop.knowledge import Knowledge
from bot.shop.policy import Policy
from bot.shop.reads import col, table
from bot.shop.search import find
from bot.shop.tables import Customers, Orders
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

    async def quote_cancel(self, proof: Proof, number: str) -> Answer[Quote]:
        found, _ = await self._own(proof, number)
        return quotes.cancel(found) if found else quotes.refused("not_found")

    async def quote_address(self, proof: Proof, number: str, address: Mapping[str, str]) -> Answer[Quote]:
        found, _ = await self._own(proof, number)
        return quotes.change_address(found, address, self._policy) if found else quotes.refused("not_found")

    async def quote_return(self, proof: Proof, number: str, line_ids: Sequence[str], reason: str) -> Answer[Quote]:
        found, categories = await self._own(proof, number)
        if found is None:
            return quotes.refused("not_found")
        return quotes.take_back(found, line_ids, reason, self._policy, self._clock.now(), categories)

    async def _own(self, proof: Proof, number: str) -> tuple[Order | None, dict[str, str]]:
        """The order, for a proof that may change it, with its lines' categories."""
        if proof.access not in (Access.ORDER, Access.CUSTOMER):
            return None, {}
        async with reading(self._engine) as connection:
            found = await reads.order(connection, _number(number))
            categories = await reads.line_categories(connection, found.number) if found else {}
        return (found, categories) if found and _may_see(proof, found) else (None, {})

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
        if write.verb not in ("cancel", "change_address", "return"):
            return Answer(AnswerStatus.UNSUPPORTED)
        found = await reads.order(connection, _number(str(write.arguments.get("order", ""))))
        if found is None:
            return quotes.refused("not_found")
        if found.version != write.version:
            return replace(quotes.refused("changed"), value=found)
        categories = await reads.line_categories(connection, found.number)
        checked = quotes.again(write.verb, found, write.arguments, self._policy, now, categories)
        if checked.value is None:
            return Answer(checked.status, found, checked.reason, checked.detail)
        if not await writes.take_version(connection, found):
            return quotes.refused("changed")
        match write.verb:
            case "cancel":
                await writes.cancel(connection, checked.value, write.actor, now)
            case "change_address":
                await writes.change_address(connection, checked.value, write.actor, now)
            case "return":
                await writes.take_back(connection, checked.value, write.actor, now, self._policy.shop.url)
        return Answer(AnswerStatus.DONE, await reads.order(connection, found.number))

    async def reconcile(self, key: str) -> Answer[Order] | None:
        """Effect and answer are one commit: without a stored answer the write certainly never ran."""
        async with reading(self._engine) as connection:
            action = (await connection.execute(_action(key))).mappings().first()
        if action and action["state"] == "finished":
            return answer_from_json(action["answer"])
        return quotes.refused("not_started")

    # --- catalogue and knowledge ---

    async def search(
        self, words: str, *, limit: int = 5, market: str = "", filters: Filters | None = None
    ) -> tuple[Product, ...]:
        """Priced for `market`, by default the shop's own."""
        currency = self._policy.market(market).currency
        async with reading(self._engine) as connection:
            hits = await find(connection, words, filters, currency, limit)
            found = await reads.products(connection, [id_ for id_, _ in hits], currency)
        return tuple(replace(found[id_], score=score) for id_, score in hits if id_ in found)

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
