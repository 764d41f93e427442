"""Any history of an order: whatever shopper and warehouse do, in whatever order, money and goods add up to the cent.

Every verb of the shop is driven through Shop.quote and Shop.perform, on a database in memory that is made once, with
the moves of the warehouse in between (pack, ship, deliver, lose, take back, pay out); all is looked at after each step.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

import bot.store.tables  # noqa: F401 (registers its tables)
from bot.commerce import AnswerStatus, Line, LineState, Order, Product, Write
from bot.conversation import Access, Proof
from bot.facts import Money
from bot.shop import order_checks, order_rows, orders, reads, rows, sums
from bot.shop import tables as t
from bot.shop.goods import Goods
from bot.shop.moments import Origin
from bot.shop.money import to_minor, to_text
from bot.shop.policy import read_policy
from bot.shop.reads import col, stored
from bot.shop.records import CategoryRecord, CustomerRecord, OrderRecord, ProductRecord
from bot.shop.sql import SqlShop
from bot.shop.states import LINE_MOVES, PARCEL_MOVES
from bot.shop.transfer import SAMPLE
from bot.shop.verbs import VERBS
from bot.shop.verbs.effects import restock
from bot.shop.verbs.verb import Case
from bot.store.database import open_database, reading, writing

START = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
POLICY = read_policy(SAMPLE)
PRODUCTS = tuple(
    ProductRecord.model_validate({
        "id": name, "name": {"en": name}, "category": category,
        "variants": [
            {"sku": f"{name}-{place}".upper(), "size": size, "prices": {"GBP": price}, "stock": stock}
            for place, (size, price, stock) in enumerate(variants)
        ],
    })
    for name, category, variants in (
        ("shirt", "clothing", [("S", "49.00", 4), ("M", "49.00", 1), ("L", "54.50", 2)]),
        ("mug", "kitchen", [("", "7.99", 5)]),
        ("cream", "beauty", [("50 ml", "29.00", 2), ("100 ml", "41.00", 2)]),
    )
)  # fmt: skip
SKUS = [(product, variant) for product in PRODUCTS for variant in product.variants]
STOCK = {variant.sku: variant.stock for _, variant in SKUS}
ADDRESS = {"recipient": "Emma Clarke", "lines": ["14 Rowan Street"], "city": "Leeds", "postcode": "LS6 2AB",
           "country": "GB", "region": "", "phone": ""}  # fmt: skip
CUSTOMER = Proof(Access.CUSTOMER, "C1", "", START + timedelta(days=999), "uk")
STANDING = {"open": "open", "shipped": "shipped", "lost": "shipped", "delivered": "delivered"}  # parcel → line
PIECES = (LineState.CANCELLED, LineState.RETURNED)  # of lines in these states nothing is with shopper or carrier


@dataclass
class Clock:
    at: datetime = START

    def now(self) -> datetime:
        return self.at


@dataclass
class World:
    """The shop and its warehouse; every history has an order of its own in it."""

    engine: AsyncEngine
    shop: SqlShop
    clock: Clock
    histories: int = 0


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def world(runner: asyncio.Runner) -> Iterator[World]:
    engine, clock = open_database("sqlite+aiosqlite://"), Clock()

    async def made() -> World:
        async with engine.begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)
        found: rows.Rows = []
        for product in PRODUCTS:
            found += rows.category_rows(CategoryRecord(id=product.category, name=product.name))
            found += rows.product_rows(product)
        found += rows.customer_rows(
            CustomerRecord(id="C1", name="Emma", email="emma@example.com", market="uk", language="en")
        )
        async with writing(engine) as connection:
            await _insert(connection, found)
        return World(engine, SqlShop(engine, clock, POLICY, SAMPLE / "knowledge"), clock)

    yield runner.run(made())
    runner.run(engine.dispose())


async def _insert(connection: AsyncConnection, found: rows.Rows) -> None:
    for model, values in found:
        await connection.execute(sa.insert(stored(model)).values(**values))


# --- an order --------------------------------------------------------------------------------------------------------

PAYMENTS = (  # method, per cent of the total, state
    [("card", 100, "paid")],
    [("gift_card", 30, "paid"), ("card", 70, "paid")],
    [("gift_card expired", 45, "paid"), ("paypal", 55, "paid")],
    [("card", 20, "paid"), ("gift_card", 20, "paid"), ("gift_card expired", 60, "paid")],
    [("card", 60, "failed"), ("card", 100, "paid")],
    [("klarna", 100, "authorised")],
    [("card", 100, "failed")],
)


def drawn(chance: Random, number: str) -> rows.Rows:
    """An order of one to four lines, paid in one of these ways."""
    lines = [
        (chance.randrange(len(SKUS)), chance.randint(1, 3), chance.choice([0, 0, 10, 33]),
         chance.choice(["open", "shipped", "lost", "delivered", "delivered", "delivered"]))
        for _ in range(chance.randint(1, 4))
    ]  # fmt: skip
    return an_order(number, lines, chance.choice([0, 395]), chance.choice([*PAYMENTS, *PAYMENTS[:3]]), START)


def an_order(number: str, lines: Sequence[tuple[int, int, int, str]], fee: int, paid: Sequence[tuple[str, int, str]],
             at: datetime) -> rows.Rows:  # fmt: skip
    """An order of ten days ago: the lines of one standing share a parcel, which came five days ago."""
    found = []
    for place, (which, quantity, discount, standing) in enumerate(lines, 1):
        product, variant = SKUS[which]
        price = to_minor(variant.prices["GBP"], "GBP") * quantity * (100 - discount) // 100
        found.append({
            "id": f"{number}-{place}", "sku": variant.sku, "product": product.id, "category": product.category,
            "name": product.name, "quantity": quantity, "price": to_text(Money(price, "GBP")),
            "state": STANDING[standing], "parcel": "" if standing == "open" else f"{number}-{standing}",
        })  # fmt: skip
    total = sum(to_minor(line["price"], "GBP") for line in found) + fee
    amounts = [total * share // 100 for _, share, _ in paid]
    amounts[-1] += total - sum(amounts) if paid[0][1] + paid[-1][1] <= 100 else 0  # pennies that were rounded away
    record = OrderRecord.model_validate(
        {
            "number": number, "customer": "C1", "market": "uk", "currency": "GBP", "placed_at": "-P10D",
            "email": "emma@example.com", "address": ADDRESS, "lines": found, "total": to_text(Money(total, "GBP")),
            "delivery_fee": to_text(Money(fee, "GBP")),
            "parcels": [
                {"id": f"{number}-{standing}", "carrier": "DPD", "state": standing, "shipped_at": "-P8D",
                 **({"delivered_at": "-P5D"} if standing == "delivered" else {})}
                for standing in dict.fromkeys(standing for *_, standing in lines) if standing != "open"
            ],
            "payments": [
                {"id": f"{number}-P{place}", "method": method.split()[0], "amount": to_text(Money(amount, "GBP")),
                 "state": state, **({"expires": "-P1D"} if "expired" in method else {})}
                for place, ((method, _, state), amount) in enumerate(zip(paid, amounts, strict=True), 1) if amount
            ],
        },
        context={"origin": Origin(at, POLICY.shop.zone)},
    )  # fmt: skip
    return order_rows.order_rows(record)


# --- what the warehouse and the cashier do ---------------------------------------------------------------------------


async def _set(connection: AsyncConnection, model: type[SQLModel], key: str, value: str, **to: Any) -> None:
    await connection.execute(sa.update(stored(model)).where(stored(model).c[key] == value).values(**to))


async def _parcel(connection: AsyncConnection, order: Order, place: int, to: str, state: LineState, at: datetime,
                  **times: datetime) -> None:  # fmt: skip
    """A parcel that may go there does, with its lines."""
    for parcel in [parcel for parcel in order.parcels if to in PARCEL_MOVES[parcel.state]][place:][:1]:
        await _set(connection, t.Parcels, "id", parcel.id, state=to, **times)
        for line in order.lines:
            if line.parcel_id == parcel.id and state in LINE_MOVES[line.state]:
                await _set(connection, t.Lines, "id", line.id, state=state.value)


async def warehouse(connection: AsyncConnection, order: Order, move: str, place: int, at: datetime) -> None:
    match move:
        case "pack":
            for line in order.open_lines[place:][:2]:
                count = len(order.parcels)
                values = {"id": f"{order.number}-S{count}", "order_number": order.number, "position": count,
                          "carrier": "DPD", "state": "packed"}  # fmt: skip
                if line is order.open_lines[place]:
                    await _insert(connection, [(t.Parcels, values)])
                await _set(connection, t.Lines, "id", line.id, state="packed", parcel_id=values["id"])
        case "call off":  # nothing is given back yet
            line = not_to_come(order)[place]
            await _set(connection, t.Lines, "id", line.id, state="cancelled")
            await restock(connection, line.sku, line.quantity)
        case "ship":
            await _parcel(connection, order, place, "shipped", LineState.SHIPPED, at, shipped_at=at)
        case "deliver":
            await _parcel(connection, order, place, "delivered", LineState.DELIVERED, at, delivered_at=at)
        case "lose":
            await _parcel(connection, order, place, "lost", LineState.SHIPPED, at)
        case "take back":
            for item in [item for item in order.returns if item.state == "open"][place:][:1]:
                await _set(connection, t.Returns, "id", item.id, state="arrived")
                for line in (line for line in order.lines if line.id in item.line_ids):
                    assert LineState.RETURNED in LINE_MOVES[line.state]
                    await _set(connection, t.Lines, "id", line.id, state="returned")
                    await restock(connection, line.sku, line.quantity)
        case "pay out":
            for item in [item for item in order.returns if item.state == "arrived"][place:][:1]:
                await _set(connection, t.Returns, "id", item.id, state="refunded")
                assert sum(share.minor for _, share in item.shares) == sums.net(item)
                await _insert(connection, [
                    (t.Refunds, {"id": f"{item.id}-{method}", "order_number": order.number, "amount": share.minor,
                                 "position": len(order.refunds) + count, "method": method, "state": "started", "at": at,
                                 "reason": f"{item.kind}ed".replace("eed", "ed")})
                    for count, (method, share) in enumerate(item.shares)
                ])  # fmt: skip
        case "collect":  # what is due is paid
            count = len(order.payments)
            values = {"id": f"{order.number}-D{count}", "order_number": order.number, "amount": order.due.minor,
                      "position": count, "method": "paypal", "state": "paid", "at": at}  # fmt: skip
            await _insert(connection, [(t.Payments, values)])
            await _set(connection, t.Lines, "order_number", order.number, due=None)
        case "sale":
            product = PRODUCTS[place % len(PRODUCTS)]
            for variant in product.variants:
                minor = to_minor(variant.prices["GBP"], "GBP") * (85 - 15 * place) // 100
                await _set(connection, t.Prices, "sku", variant.sku, minor=minor)
    await _set(connection, t.Orders, "number", order.number, version=order.version + 1)


# --- what happens next -----------------------------------------------------------------------------------------------


def not_to_come(order: Order) -> list[Line]:
    """Lines that the shop may have to cancel: out of stock, say."""
    return [line for line in order.open_lines if not line.due and not line.replaces]


def moves(order: Order) -> list[tuple[str, int]]:
    """What the warehouse and the cashier can do to this order now."""
    counts = {
        "pack": len(order.open_lines), "sale": 3, "call off": len(not_to_come(order)),
        **{move: sum(to in PARCEL_MOVES[parcel.state] for parcel in order.parcels)
           for move, to in (("ship", "shipped"), ("deliver", "delivered"), ("lose", "lost"))},
        "take back": sum(item.state == "open" for item in order.returns),
        "pay out": sum(item.state == "arrived" for item in order.returns),
        "collect": int(order.due.minor > 0),
    }  # fmt: skip
    return [(move, place) for move, count in counts.items() for place in range(count)]


def arguments(chance: Random, order: Order) -> dict[str, Any]:
    """What a shopper might ask of any verb: some lines, some pieces, another article, a reason. Each takes its own."""
    lines = chance.sample(order.lines, chance.choice([0, 1, 1, 1, 2]) if len(order.lines) > 1 else chance.randint(0, 1))
    some = [line for line in lines if line.quantity > 1 and chance.random() < 0.5]
    siblings = [variant.sku for line in lines[:1] for product, variant in SKUS if product.id == line.product_id]
    return {
        "lines": [line.id for line in lines],
        "quantities": {line.id: chance.randint(1, line.quantity) for line in some},
        "sku": chance.choice([*siblings, *siblings, "", chance.choice(list(STOCK))]),
        "line": lines[0].id if lines else "",
        "pieces": chance.choice([0, 0, 1, 2]),
        "quantity": chance.choice([0, 0, 1, 2, 3, 4]),
        "reason": chance.choice(["", "too_small", "it arrived broken", "wrong_item"]),
        "recipient": chance.choice(["Tom", "Lucy"]),
    }


def likely(chance: Random, order: Order, goods: Mapping[str, Product], at: datetime) -> tuple[str, dict[str, Any]]:
    """Something to ask of the shop: of several wishes one that its rules allow, and sometimes any."""
    category = {product.id: product.category for product in PRODUCTS}
    categories = {line.id: category[line.product_id] for line in order.lines}
    case = Case(order, POLICY.market(order.market), at, POLICY.shop.zone, categories, goods, front=POLICY.shop)
    wishes = [(chance.choice(sorted(VERBS)), arguments(chance, order)) for _ in range(chance.choice([1, 8, 8, 8]))]
    return next((wish for wish in wishes if VERBS[wish[0]].quote(case, wish[1]).value), wishes[0])


# --- what holds after every step -------------------------------------------------------------------------------------


def out_there(order: Order) -> Counter[str]:
    """Pieces that are in no stock, by article: ordered, with the carrier, with the shopper, or lost on their way."""
    held = [line for line in order.lines if line.state not in PIECES or (line.state != "returned" and line.parcel_id)]
    return Counter({sku: sum(line.quantity for line in held if line.sku == sku) for sku in STOCK})


def check(order: Order, before: Order, stock: Counter[str], pieces: Counter[str], owed: int) -> None:
    assert min(stock.values()) >= 0
    assert stock + out_there(order) == pieces, "goods were made or lost"
    check_moves(order, before)
    check_returns(order)
    check_money(order, owed)


def check_moves(order: Order, before: Order) -> None:
    was = {line.id: line for line in before.lines}
    for line in order.lines:
        if line.id in was:
            old = was[line.id].state
            assert line.state is old or line.state in LINE_MOVES[old], f"{line.id}: {old} → {line.state}"
        elif not line.replaces or any(line.replaces == other.replaces for other in before.lines):  # pieces of a line
            froms = {other.state for other in before.lines if other.product_id == line.product_id}
            assert any(line.state is old or line.state in LINE_MOVES[old] for old in froms), f"{line.id} from {froms}"
        else:
            assert line.state is LineState.OPEN
    assert was.keys() <= {line.id for line in order.lines}


def check_returns(order: Order) -> None:
    """No line goes back twice, in a return or in an exchange."""
    states = {line.id: line.state for line in order.lines}
    sent = [line for item in order.returns for line in item.line_ids]
    assert len(sent) == len(set(sent)), "a line is in two returns"
    assert set(sent) == {line for line, state in states.items() if state in (LineState.RETURN_OPEN, LineState.RETURNED)}
    for item in order.returns:
        fitting = LineState.RETURN_OPEN if item.state == "open" else LineState.RETURNED
        assert {states[line] for line in item.line_ids} == {fitting}


def check_money(order: Order, owed: int) -> None:
    """`owed`: for lines that the shop has cancelled and not given back."""
    rest: Counter[str] = Counter()
    for payment in order.payments:
        rest[payment.method] += payment.amount.minor if payment.state == "paid" else 0
    for refund in order.refunds:
        rest[refund.method] -= refund.amount.minor
    assert all(minor >= 0 for minor in rest.values()), "more went back to a method than it paid"
    for item in sums.under_way(order):
        rest.subtract({method: share.minor for method, share in item.shares})
    assert all(minor >= 0 for minor in rest.values()), "more was promised to a method than is left of it"
    left = sum(rest.values())
    assert left == sums.left(order)
    paid = sum(payment.amount.minor for payment in order.payments if payment.state == "paid")
    changed = sum(refund.amount.minor for refund in order.refunds if refund.reason == "items changed")
    if paid - changed == order.total.minor - order.due.minor:  # all but what is due
        kept = [line for line in order.lines if line.state not in (*PIECES, LineState.RETURN_OPEN)]
        fees = sum(item.fee.minor for item in order.returns if item.fee)
        came = any(line.state is not LineState.CANCELLED for line in order.lines)
        by_id = {line.id: line.price.minor for line in order.lines}
        back = sum(item.refund.minor - sum(by_id[line] for line in item.line_ids)
                   for item in order.returns if item.kind == "return" and item.refund)  # fmt: skip
        assert back in (0, order.delivery_fee.minor) and (not back or not kept), "delivery goes back with all of it"
        delivery = order.delivery_fee.minor - back if came or owed else 0
        assert left == sum(line.price.minor for line in kept) + fees + delivery + owed
        # what the shopper has, or will have, is paid for until it is back; what was given for it may come before
        coming_back = {line.id for line in order.lines if line.state is LineState.RETURN_OPEN}
        with_shopper = (LineState.SHIPPED, LineState.DELIVERED, LineState.RETURN_OPEN)
        had = [line for line in order.lines if line.state in with_shopper and line.replaces not in coming_back]
        held = paid - sum(refund.amount.minor for refund in order.refunds)
        assert held >= sum(line.price.minor for line in had), "money went back before the goods"


def booked(order: Order) -> int:
    """What went back or is set aside to go back."""
    return sum(refund.amount.minor for refund in order.refunds) + sum(map(sums.net, sums.under_way(order)))


# --- histories -------------------------------------------------------------------------------------------------------


async def play(world: World, chance: Random, number: str, steps: int) -> Order:
    """Play a history and look at it after every step; the order as it ends."""
    world.clock.at = START
    async with writing(world.engine) as connection:
        for _, variant in SKUS:
            await _set(connection, t.Variants, "sku", variant.sku, stock=variant.stock)
            await _set(connection, t.Prices, "sku", variant.sku, minor=to_minor(variant.prices["GBP"], "GBP"))
        await _insert(connection, drawn(chance, number))
    order = await look(world, number)
    pieces, owed = await shelves(world) + out_there(order), 0
    for count in range(steps):
        before, luck = order, chance.random()
        if luck < 0.05:
            world.clock.at += timedelta(days=chance.choice([1, 6, 40]))
            continue
        if luck < 0.5:
            move, place = chance.choice(moves(order))
            owed += not_to_come(before)[place].price.minor if move == "call off" else 0
            async with writing(world.engine) as connection:
                await warehouse(connection, before, move, place, world.clock.at)
            order = await look(world, number)
        else:
            verb, wanted = likely(chance, before, await goods(world), world.clock.at)
            order = await ask(world, before, verb, wanted, f"{number}.{count}")
            if len(order.refunds) > len(before.refunds) and (verb == "refund" or order.state == "cancelled"):
                owed = 0  # all that is owed goes back
        check(order, before, await shelves(world), pieces, owed)
    return order


async def look(world: World, number: str) -> Order:
    async with reading(world.engine) as connection:
        order = await orders.read(connection, number)
    assert order is not None
    return order


async def goods(world: World) -> dict[str, Product]:
    async with reading(world.engine) as connection:
        return await reads.products(connection, [product.id for product in PRODUCTS], "GBP")


async def shelves(world: World) -> Counter[str]:
    async with reading(world.engine) as connection:
        found = await connection.execute(sa.select(col(t.Variants, "sku"), col(t.Variants, "stock")))
        return Counter({row.sku: row.stock for row in found})


async def ask(world: World, order: Order, verb: str, arguments: Mapping[str, Any], key: str) -> Order:
    """Quote a verb, do it, and do it once more: booked is what was quoted, once. The order as it is then.

    That a quote of its own arguments is the same quote is held by perform, which asks the rule once more.
    """
    quote = (await world.shop.quote(verb, CUSTOMER, order.number, arguments)).value
    if quote is None:
        return order
    shared = sum(share.minor for _, share in quote.shares)
    assert quote.refund is not None and quote.fee is not None
    assert shared == max(0, quote.refund.minor - quote.fee.minor)
    write = Write(key, quote.verb, quote.arguments, quote.version, "shopper")
    answer = await world.shop.perform(write)
    assert answer.status is AnswerStatus.DONE and answer.value is not None, answer.reason
    assert booked(answer.value) - booked(order) == shared, "booked is not what was quoted"
    assert await world.shop.perform(write) == answer
    return answer.value


@given(st.integers(0, 2**32), st.integers(1, 10))
def test_money_and_goods_add_up_whatever_happens(runner: asyncio.Runner, world: World, seed: int, steps: int) -> None:
    world.histories += 1
    order = runner.run(play(world, Random(seed), f"H-{world.histories:06}", steps))
    record = order_rows.order_record(order, {line.id: "" for line in order.lines}, {
        item.id: {"refund": item.refund.minor, "fee": item.fee.minor} for item in order.returns
    })  # fmt: skip
    faults = [*order_checks.order_faults(record, Goods(customers={"C1": record}), POLICY, world.clock.at)]  # type: ignore[dict-item]
    assert not faults, "what is exported could not be imported again"
