"""The Shop port on SQL, in the same database as the conversations: effect and answer of a write are one commit.

Rules and effects are in verbs/, who sees what in access.py; this file opens the transactions.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.commerce import (
    Account,
    Answer,
    AnswerStatus,
    Basket,
    Discount,
    Document,
    Filters,
    LineState,
    Order,
    Passage,
    Product,
    Promotion,
    Quote,
    Suggestion,
    Taste,
    Terms,
    Write,
)
from bot.conversation import Access, Proof
from bot.facts import Localised
from bot.ports import Clock
from bot.shop import access, baskets, filtering, invoice_pdf, orders, promotions, reads, recommending
from bot.shop.answers import answer_from_json, answer_to_json
from bot.shop.knowledge import Knowledge
from bot.shop.policy import Policy
from bot.shop.reads import col, table
from bot.shop.search import find
from bot.shop.tables import Customers, Orders
from bot.shop.verbs import ACCOUNT_VERBS, STAFF_VERBS, VERBS, effects
from bot.shop.verbs.verb import Case, Deed, refused
from bot.store.database import reading, writing
from bot.store.tables import Actions


class SqlShop:
    """Implements bot.commerce.Shop."""

    def __init__(self, engine: AsyncEngine, clock: Clock, policy: Policy, knowledge_dir: Path) -> None:
        self._engine = engine
        self._clock = clock
        self._policy = policy
        self._knowledge = Knowledge(knowledge_dir, policy.shop.languages)

    # --- who is asking ---

    async def identify(self, order: str, contact: str) -> Proof | None:
        async with reading(self._engine) as connection:
            return await access.identify(connection, order, contact, self._clock.now())

    async def customer(self, email: str) -> Proof | None:
        async with reading(self._engine) as connection:
            return await access.customer(connection, email, self._clock.now())

    async def vouched(self, *, customer: str = "", order: str = "") -> Proof | None:
        async with reading(self._engine) as connection:
            return await access.vouched(connection, customer, order, self._clock.now())

    # --- orders ---

    async def order(self, number: str, proof: Proof) -> Order | None:
        async with reading(self._engine) as connection:
            found = await orders.read(connection, number)
            as_of = await self._as_of(connection)
        if found is None or not access.may_see(proof, found):
            return None
        if proof.access is Access.DELIVERY:
            return replace(access.label_only(found), as_of=as_of)
        return replace(self._told(found), as_of=as_of)

    async def orders(self, proof: Proof) -> tuple[Order, ...]:
        if proof.access is not Access.CUSTOMER:
            found = await self.order(proof.order, proof) if proof.order else None
            return (found,) if found else ()
        if not proof.customer:
            return ()
        async with reading(self._engine) as connection:
            mine = await orders.read_all(connection, col(Orders, "customer_id") == proof.customer)
            as_of = await self._as_of(connection)
        return tuple(replace(self._told(order), as_of=as_of) for order in mine)

    async def _as_of(self, connection: AsyncConnection) -> datetime | None:
        """When the shop was last brought up to date by an import, where that is too long ago to pass for now."""
        last, hours = await reads.last_import(connection), self._policy.as_of_hours
        if last is None or last["sample"] or not hours:
            return None
        return last["at"] if self._clock.now() - last["at"] > timedelta(hours=hours) else None

    def _told(self, order: Order) -> Order:
        """With where it is paid, when what is open is packed, and by which day each refund is on the shopper's account.

        Working days of the market are counted.
        """
        market, shop = self._policy.market(order.market), self._policy.shop
        now = self._clock.now().astimezone(shop.zone)
        ready = [line for line in order.lines if not (line.expected and line.expected > now.date())]
        open_ones = order.state != "unpaid" and any(line.state is LineState.OPEN for line in ready)
        return replace(
            order,
            pay_url=f"{shop.url}/pay/{order.number}",
            packed_by=market.working.next_cut_off(now) if open_ones else None,
            refunds=tuple(
                replace(refund, expected=market.refund_by(refund.method, refund.at.astimezone(shop.zone).date()))
                for refund in order.refunds
            ),
        )

    # --- quotes ---

    async def quote(self, verb: str, proof: Proof, number: str, arguments: Mapping[str, Any]) -> Answer[Quote]:
        if verb in ACCOUNT_VERBS:
            account = await self.account(proof)
            if account is None:
                return refused("not_found")
            return ACCOUNT_VERBS[verb].quote(account, self._policy.market(account.market), arguments)
        known = VERBS.get(verb) or STAFF_VERBS.get(verb)
        if known is None:
            return Answer(AnswerStatus.UNSUPPORTED)
        if proof.access not in (Access.ORDER, Access.CUSTOMER):
            return refused("not_found")
        async with reading(self._engine) as connection:
            found = await orders.read(connection, number)
            if found is None or not access.may_see(proof, found):
                return refused("not_found")
            case = await self._case(connection, found, self._clock.now())
        return known.quote(case, arguments)

    async def _case(self, connection: AsyncConnection, order: Order, now: datetime) -> Case:
        products = list(dict.fromkeys(line.product_id for line in order.lines))
        return Case(
            self._told(order), self._policy.market(order.market), now, self._policy.shop.zone,
            await orders.line_categories(connection, order.number),
            await reads.products(connection, products, order.total.currency),
            front=self._policy.shop,
            account=await reads.account(connection, order.customer) if order.customer else None,
        )  # fmt: skip

    # --- writes ---

    async def perform(self, write: Write) -> Answer[Order | Account]:
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

    async def _do(self, connection: AsyncConnection, write: Write, now: datetime) -> Answer[Order | Account]:
        """Check again what was quoted, then do it; the answer carries the order, or account, as it is now."""
        if write.verb in ACCOUNT_VERBS:
            return await self._do_account(connection, write)
        verb = VERBS.get(write.verb) or STAFF_VERBS.get(write.verb)
        if verb is None:
            return Answer(AnswerStatus.UNSUPPORTED)
        found = await orders.read(connection, str(write.arguments.get("order", "")))
        if found is None:
            return refused("not_found")
        if write.version and found.version != write.version:  # 0: whatever has happened since
            return replace(refused("changed"), value=found)
        checked = verb.quote(await self._case(connection, found, now), write.arguments)
        if checked.value is None:
            return Answer(checked.status, found, checked.reason, checked.detail)
        if checked.value.arguments != dict(write.arguments):  # not what the shopper said yes to
            return replace(refused("changed"), value=found)
        if not await effects.take_version(connection, found):
            return refused("changed")
        await verb.effect(connection, Deed(checked.value, write.actor, now, self._policy.shop.url))
        moved = await orders.read(connection, found.number)
        return Answer(AnswerStatus.DONE, moved and self._told(moved))

    async def _do_account(self, connection: AsyncConnection, write: Write) -> Answer[Order | Account]:
        verb, found = ACCOUNT_VERBS[write.verb], await reads.account(connection, str(write.arguments.get("customer")))
        if found is None:
            return refused("not_found")
        if write.version and found.version != write.version:
            return replace(refused("changed"), value=found)
        checked = verb.quote(found, self._policy.market(found.market), write.arguments)
        if checked.value is None:
            return Answer(checked.status, found, checked.reason, checked.detail)
        if checked.value.arguments != dict(write.arguments):
            return replace(refused("changed"), value=found)
        if not await effects.take_account(connection, found):
            return refused("changed")
        await verb.effect(connection, checked.value)
        return Answer(AnswerStatus.DONE, await reads.account(connection, found.id))

    async def reconcile(self, key: str) -> Answer[Order | Account] | None:
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
        markets = {other.currency: name for name, other in reversed(self._policy.markets.items())}
        async with reading(self._engine) as connection:
            names = await reads.categories(connection)
        kept = tuple(Localised(names[id_]) for id_ in sorted(rules.not_returnable) if id_ in names)
        return Terms(rules.name, rules.currency, sole, rules.methods, rules.authorisation_days, rules.return_days,
                     rules.warranty_days or 0, bool(rules.vat), markets, kept, rules.price_match_days)  # fmt: skip

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

    # --- accounts and documents ---

    async def account(self, proof: Proof) -> Account | None:
        if proof.access is not Access.CUSTOMER or not proof.customer:
            return None
        async with reading(self._engine) as connection:
            return await reads.account(connection, proof.customer)

    async def document(self, number: str) -> Document | None:
        async with reading(self._engine) as connection:
            found = await reads.document(connection, number)
        if found is None:
            return None
        (invoice, order, of), front = found, self._policy.shop
        market = self._policy.market(of)
        content = await asyncio.to_thread(
            invoice_pdf.pdf, invoice, order, market.language, market.locales, front.zone, front.invoice_font
        )
        return Document(f"{number}.pdf", "application/pdf", content)

    async def page(self, name: str) -> str:
        front = self._policy.shop
        return {"reset": front.reset_url or f"{front.url}/account/reset", "review": front.review_url}.get(name, "")

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

    async def categories(self, market: str = "") -> tuple[Localised, ...]:
        async with reading(self._engine) as connection:
            names = await reads.categories(connection)
            sold = await filtering.categories_sold(connection, self._policy.market(market).currency)
        return tuple(Localised(name) for id_, name in names.items() if id_ in sold)

    async def suggest(
        self, taste: Taste, proof: Proof | None, *, market: str = "", limit: int = 3
    ) -> tuple[Suggestion, ...]:
        currency = self._policy.market(market).currency
        async with reading(self._engine) as connection:
            past = await self._past(connection, proof)
            return await recommending.suggest(connection, taste, past, currency, limit)

    async def _past(self, connection: AsyncConnection, proof: Proof | None) -> recommending.History:
        """What a customer bought, where he has proved who he is and lets suggestions go by it.

        What he sent back is not brought up again, whatever he lets.
        """
        if proof is None or proof.access is not Access.CUSTOMER or not proof.customer:
            return recommending.History()
        allowed = sa.select(col(Customers, "personal")).where(col(Customers, "id") == proof.customer)
        past = await recommending.history(connection, col(Orders, "customer_id") == proof.customer)
        return past if await connection.scalar(allowed) else replace(past, bought={})

    async def set_personal(self, proof: Proof, personal: bool) -> bool:
        if proof.access is not Access.CUSTOMER or not proof.customer:
            return False
        async with writing(self._engine) as connection:
            mine = sa.update(table(Customers)).where(col(Customers, "id") == proof.customer)
            moved = {"personal": personal, "version": col(Customers, "version") + 1}
            return bool((await connection.execute(mine.values(**moved))).rowcount)

    async def passages(self, words: str, language: str) -> tuple[Passage, ...]:
        return self._knowledge.passages(words, language)


def _action(key: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(table(Actions)).where(col(Actions, "key") == key)
