"""Invoice and credit notes of an order, or the data of an e-fapiao: issued once, sent as often as they are wanted."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import tax_ids
from bot.commerce import Answer, Invoice, Quote
from bot.shop import sums
from bot.shop import tables as t
from bot.shop.invoices import Drafting
from bot.shop.reads import col
from bot.shop.verbs import effects
from bot.shop.verbs.verb import Arguments, Case, Deed, Verb, quoted, refused

_DRAFT: TypeAdapter[Invoice] = TypeAdapter(Invoice)


def quote(case: Case, arguments: Arguments) -> Answer[Quote]:
    """What is missing is issued, what is there is sent again: harmless to the mailbox on file, so no yes is needed.

    `title`: the buyer as the invoice is to name it, left out: the buyer's own name; `tax_id`; `email`: where it goes,
    left out: where an e-fapiao went before, else the e-mail on file. REFUSED: "bad_tax_id"; "issued" with
    another title or tax number, which nobody changes but a person; "unpaid" when no payment stands behind it.
    """
    if case.front is None:
        raise ValueError("an invoice needs to know who sells")
    order = case.order
    title, tax_id = " ".join(str(arguments.get("title", "")).split()), str(arguments.get("tax_id", ""))
    if tax_id and tax_ids.checked(tax_id, order.address.country) != tax_id:
        return refused("bad_tax_id")
    kind = "e_fapiao" if order.address.country == "CN" else "invoice"
    issued = next((item for item in reversed(order.invoices) if item.kind == kind), None)
    if issued and ((title and title != issued.title) or (tax_id and tax_id != issued.tax_id)):
        return refused("issued", number=issued.number, title=issued.title, tax_id=issued.tax_id)
    if issued is None and not sums.left(order):
        return refused("unpaid")
    drafting = Drafting(order, case.market, case.categories, case.front, case.account, case.now)
    email = str(arguments.get("email") or (issued.email if issued else "") or order.email)
    elsewhere = email.lower() != order.email.lower()
    if kind == "invoice":
        issue = drafting.due(title, tax_id)
    else:
        issue = () if issued else (drafting.e_fapiao(title, tax_id, email),)
    values = {
        "title": issued.title if issued else title or drafting.buyer(),
        "tax_id": issued.tax_id if issued else tax_id, "email": email,
        "issue": [_DRAFT.dump_python(item, mode="json", exclude={"at"}) for item in issue],
    }  # fmt: skip
    return quoted("invoice", case, order.lines, values, harmless=not elsewhere, elsewhere=elsewhere)


async def effect(connection: AsyncConnection, deed: Deed) -> None:
    """New documents get their numbers, the next ones of their market's series."""
    order, last = deed.quote.order, ""
    for draft in deed.quote.arguments["issue"]:
        issued = await _issue(connection, deed, _DRAFT.validate_python({**draft, "at": deed.now}), last)
        last = issued if draft["kind"] == "invoice" else last
    sent_to = deed.quote.arguments["email"]
    await effects.event(connection, order, deed.now, "invoice_sent", f"to {sent_to}", deed.actor)


async def _issue(connection: AsyncConnection, deed: Deed, draft: Invoice, invoice: str) -> str:
    """Number and store a document; `invoice`: the one issued just before it, to which a credit note may belong.

    Two at the same moment would take the same number: the second is refused by the table, and its turn is done again.
    """
    order = deed.quote.order
    serial, number = None, f"{order.number}-E"
    if draft.kind != "e_fapiao":
        newest = sa.select(sa.func.max(col(t.Invoices, "serial"))).where(col(t.Invoices, "market") == order.market)
        serial = (await connection.scalar(newest) or 0) + 1
        number = f"{order.market.upper()}-{serial:06d}"
    await effects.insert(
        connection, t.Invoices, number=number, order_number=order.number, market=order.market, serial=serial,
        position=await effects.next_place(connection, t.Invoices, order), **row(draft, deed.now),
        corrects=draft.corrects or (invoice if draft.kind == "credit_note" else ""),
    )  # fmt: skip
    await effects.event(connection, order, deed.now, f"{draft.kind}_issued", number, deed.actor)
    return number


def row(draft: Invoice, at: datetime) -> dict[str, Any]:
    """The columns of a document that do not depend on its place among others."""
    lines = [
        {
            "kind": line.kind, "name": line.name.texts, "options": line.options, "quantity": line.quantity,
            "discount": line.discount.minor, "net": line.net.minor, "rate": line.rate, "amount": line.amount.minor,
        }
        for line in draft.lines
    ]  # fmt: skip
    return {
        "kind": draft.kind, "at": at, "title": draft.title, "tax_id": draft.tax_id, "email": draft.email,
        "buyer": list(draft.buyer), "seller": list(draft.seller), "seller_vat_id": draft.seller_vat_id, "lines": lines,
        "taxes": [{"rate": tax.rate, "net": tax.net.minor, "tax": tax.tax.minor} for tax in draft.taxes],
        "total": draft.total.minor, "paid": draft.paid.minor,
    }  # fmt: skip


VERB = Verb("invoice", quote, effect)
