"""Who is asking, and what that opens: proofs of identity from the shop's rows, and what each lets its bearer see."""

import hmac
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Order
from bot.conversation import Access, Proof
from bot.facts import Localised, Money
from bot.shop import orders
from bot.shop.addresses import same_postcode
from bot.shop.reads import col, table
from bot.shop.tables import Customers, Orders
from bot.slots import same_phone


async def identify(connection: AsyncConnection, order: str, contact: str, now: datetime) -> Proof | None:
    """What an order's number and a contact prove: e-mail or phone of who bought, else those of the parcel's address."""
    columns = [col(Orders, name) for name in ("customer_id", "email", "phone", "address", "market")]
    buyer = [col(Customers, "name").label("buyer"), col(Customers, "phone").label("own_phone")]
    both = table(Orders).outerjoin(table(Customers), col(Customers, "id") == col(Orders, "customer_id"))
    query = sa.select(*columns, *buyer).select_from(both)
    number = await orders.spelled(connection, order)
    found = (await connection.execute(query.where(col(Orders, "number") == number))).first()
    email, phone, own, address = (found.email, found.phone, found.own_phone, found.address) if found else _NOBODY
    # all are compared whatever the first ones say, and for a number that does not exist just the same
    same_email, called, own_called, theirs, lives = (
        _same_text(email, contact),
        same_phone(phone, contact),
        same_phone(own or "", contact),
        same_phone(address.get("phone", ""), contact),
        same_postcode(address["postcode"], contact),
    )
    gift = bool(found and found.buyer and found.buyer.casefold() != address["recipient"].casefold())
    if gift and theirs:
        called = False  # the phone that the parcel's driver calls is the recipient's, wherever else it stands
    if found and (same_email or called or own_called):
        access = Access.CUSTOMER if found.customer_id else Access.ORDER
        return Proof(access, found.customer_id or "", number, now, found.market)
    return Proof(Access.DELIVERY, "", number, now, found.market) if found and (theirs or lives) else None


async def customer(connection: AsyncConnection, email: str, now: datetime) -> Proof | None:
    """The proof of a customer whom somebody else has identified, by his e-mail."""
    mine = sa.select(col(Customers, "id"), col(Customers, "market"))
    found = (await connection.execute(mine.where(col(Customers, "email") == email.strip().lower()))).first()
    return Proof(Access.CUSTOMER, found.id, "", now, found.market) if found else None


async def vouched(connection: AsyncConnection, customer: str, order: str, now: datetime) -> Proof | None:
    """The proof of a customer, or of who placed an order, that the shop's own account page vouches for."""
    account = sa.select(col(Customers, "market")).where(col(Customers, "id") == customer)
    number = await orders.spelled(connection, order)
    whose = sa.select(col(Orders, "customer_id"), col(Orders, "market")).where(col(Orders, "number") == number)
    found = (await connection.execute(account if customer else whose)).first()
    if found is None:
        return None
    customer = customer or found.customer_id or ""
    access = Access.CUSTOMER if customer else Access.ORDER
    return Proof(access, customer, "" if customer else number, now, found.market)


def may_see(proof: Proof, order: Order) -> bool:
    """A customer sees the orders of that account; any other proof the one order it was given for."""
    match proof.access:
        case Access.CUSTOMER:
            return bool(proof.customer) and order.customer == proof.customer
        case Access.ORDER:
            return order.number == proof.order and not order.customer
        case Access.DELIVERY:
            return order.number == proof.order
    return False


def label_only(order: Order) -> Order:
    """What number and postcode open: states, parcels and who looks for them. No name, content, price or history."""
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
        gift_note="",
        claims=tuple(replace(claim, lines={}, text="", wish="", files=()) for claim in order.claims if claim.parcel_id),
        parcels=tuple(replace(parcel, signed_by="") for parcel in order.parcels),
        invoices=(),
        total=nothing,
        delivery_fee=nothing,
        address=replace(order.address, recipient="", lines=(), phone=""),
        lines=tuple(
            replace(
                line, sku="", product_id="", name=Localised({}), options="", quantity=1, price=nothing, adjusted=None,
                due=None, image="",
            )
            for line in order.lines
        ),
    )  # fmt: skip


_NOBODY = ("nobody", "", "", {"postcode": "", "phone": "", "recipient": ""})


def _same_text(known: str, given: str) -> bool:
    """Compared without regard to case, in constant time."""
    return bool(known) and hmac.compare_digest(known.strip().lower().encode(), given.strip().lower().encode())
