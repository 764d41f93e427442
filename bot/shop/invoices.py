"""The documents of an order: its invoice, and credit notes for what was given back of it. Pure; amounts to the cent.

An issued document never changes. What an order comes to later is told by further documents, so that always

    total of the invoices − total of the credit notes = total of the order − what was given back.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from babel import Locale

from bot.commerce import Account, Invoice, InvoiceLine, InvoiceTax, LineState, Order, PostalAddress
from bot.facts import Localised, Money
from bot.shop import sums
from bot.shop.policy import Market, Shopfront

CREDITED = "credit_note"
_GONE = (LineState.CANCELLED, LineState.RETURNED)
_Amounts = dict[int | None, int]  # by rate of VAT, in minor units, VAT included
_WHOLE = 10_000  # 100 % in hundredths of a percent


class Drafting:
    """What is to be issued for one order now; numbers come when it is."""

    def __init__(
        self, order: Order, market: Market, categories: Mapping[str, str], front: Shopfront, account: Account | None,
        now: datetime,
    ) -> None:  # fmt: skip
        """`categories`: line id → category id; `account`: the buyer's, None for a guest."""
        self._order, self._market, self._categories, self._now = order, market, categories, now
        self._front, self._account = front, account

    def due(self, title: str, tax_id: str) -> tuple[Invoice, ...]:
        """The documents that are missing, in their order.

        The first invoice; a new one in place of one whose order has come to another total; a credit note for what was
        given back since.
        """
        issued, made = self._order.invoices, []
        last = next((item for item in reversed(issued) if item.kind == "invoice"), None)
        current = last
        if last is not None and last.total != self._order.total:
            if left := _less(_by_rate(last.lines), _by_rate(self._notes(last))):
                made.append(self._credit(last, left, "reversal"))
            title, tax_id, current = last.title, last.tax_id, None
        if current is None:
            current = self._document("invoice", self.positions(), title or self.buyer(), tax_id)
            made.append(current)
        credited = sum(line.amount.minor for line in self._notes(current))
        given_back = sum(refund.amount.minor for refund in self._order.refunds) - credited
        if given_back > 0:
            made.append(self._credit(current, self._shared(current, given_back), "refund"))
        return tuple(made)

    def e_fapiao(self, title: str, tax_id: str, email: str) -> Invoice:
        """The data from which the shop issues an e-fapiao: over what was paid and not given back."""
        draft = self._document("e_fapiao", self.positions(), title or self.buyer(), tax_id)
        return replace(draft, email=email, paid=self._money(sums.left(self._order)))

    def buyer(self) -> str:
        return self._account.name if self._account else self._order.address.recipient

    # --- what was sold -----------------------------------------------------------------------------------------------

    def positions(self) -> list[InvoiceLine]:
        """The order's lines, pieces of one article together; delivery and whatever else the total holds, by rate.

        Delivery goes with the goods: each rate bears its share of it.
        """
        goods: dict[tuple[object, ...], InvoiceLine] = {}
        for line in self._order.lines:
            rate = self._rate(self._categories.get(line.id, ""))
            off = line.discount or self._money(0)
            key = (line.sku, line.options, rate)
            found = goods.get(key)
            goods[key] = self._line(
                "goods", line.worth.minor + (found.amount.minor if found else 0), rate, name=line.name,
                options=line.options, quantity=line.quantity + (found.quantity if found else 0),
                discount=off + found.discount if found else off,
            )  # fmt: skip
        by_rate = _by_rate(goods.values())
        fee = self._order.delivery_fee.minor
        beside = self._order.total.minor - fee - sum(by_rate.values())
        return [
            *goods.values(),
            *(self._line("delivery", part, rate) for rate, part in _split(fee, by_rate).items()),
            *(self._line("adjustment", part, rate) for rate, part in _split(beside, by_rate).items()),
        ]

    def _rate(self, category: str) -> int | None:
        return self._market.vat_rate(category, self._order.address.country)

    def _line(
        self, kind: str, amount: int, rate: int | None, *, name: Localised | None = None, options: str = "",
        quantity: int = 1, discount: Money | None = None, tax: int | None = None,
    ) -> InvoiceLine:  # fmt: skip
        tax = contained(amount, rate) if tax is None else tax
        return InvoiceLine(
            kind, name or Localised({}), options, quantity, discount or self._money(0), self._money(amount - tax), rate,
            self._money(amount),
        )  # fmt: skip

    # --- what was given back -----------------------------------------------------------------------------------------

    def _notes(self, invoice: Invoice) -> list[InvoiceLine]:
        """The lines of the credit notes to an invoice; none while it has no number yet."""
        notes = [item for item in self._order.invoices if item.kind == CREDITED and item.corrects == invoice.number]
        return [line for note in notes for line in note.lines]

    def _shared(self, invoice: Invoice, amount: int) -> _Amounts:
        """Whose VAT an amount given back was: first that of the lines which are gone, then that of the rest."""
        credited, whole = _by_rate(self._notes(invoice)), _by_rate(invoice.lines)
        room = _less(whole, credited)
        gone: _Amounts = defaultdict(int)
        for line in self._order.lines:
            if line.state in _GONE:
                gone[self._rate(self._categories.get(line.id, ""))] += line.price.minor
        first = {rate: min(room.get(rate, 0), left) for rate, left in _less(gone, credited).items()}
        from_gone = _split(min(amount, sum(first.values())), first)
        rest = _split(amount - sum(from_gone.values()), _less(room, from_gone) or whole)
        return {rate: from_gone.get(rate, 0) + rest.get(rate, 0) for rate in {**from_gone, **rest}}

    def _credit(self, invoice: Invoice, amounts: _Amounts, kind: str) -> Invoice:
        """A note on these amounts. When all of an invoice is credited, so is its VAT, to the cent."""
        taxes = {rate: self._tax_of(invoice, rate, amount) for rate, amount in amounts.items()}
        lines = [self._line(kind, amount, rate, tax=taxes[rate]) for rate, amount in amounts.items()]
        return replace(self._document(CREDITED, lines, invoice.title, invoice.tax_id), corrects=invoice.number)

    def _tax_of(self, invoice: Invoice, rate: int | None, amount: int) -> int:
        whole, before = (
            [line for line in lines if line.rate == rate] for lines in (invoice.lines, self._notes(invoice))
        )
        total, credited = (sum(line.amount.minor for line in lines) for lines in (whole, before))
        tax, taxed = (sum(line.amount.minor - line.net.minor for line in lines) for lines in (whole, before))
        return sums.part(tax, total, credited + amount) - taxed if total else 0

    # --- the document ------------------------------------------------------------------------------------------------

    def _document(self, kind: str, lines: Sequence[InvoiceLine], title: str, tax_id: str) -> Invoice:
        order, front, language = self._order, self._front, self._market.language
        paid = sum(payment.amount.minor for payment in order.payments if payment.state == "paid")
        taxed: dict[int, list[InvoiceLine]] = defaultdict(list)
        for line in lines:
            if line.rate is not None:
                taxed[line.rate].append(line)
        return Invoice(
            number="", kind=kind, at=self._now, title=title, tax_id=tax_id, email=order.email,
            buyer=self._buyer_lines(language),
            seller=(front.company or front.name.text(language), *front.address, front.email, front.url),
            seller_vat_id=front.vat_id, lines=tuple(lines),
            taxes=tuple(
                InvoiceTax(rate, net, self._money(sum(line.amount.minor for line in group) - net.minor))
                for rate, group in sorted(taxed.items(), reverse=True)
                for net in [self._money(sum(line.net.minor for line in group))]
            ),
            total=self._money(sum(line.amount.minor for line in lines)), paid=self._money(paid),
        )  # fmt: skip

    def _buyer_lines(self, language: str) -> tuple[str, ...]:
        """The buyer's own address: a parcel for somebody else still has the buyer's invoice."""
        order, account = self._order, self._account
        elsewhere = account and account.addresses and order.address.recipient != account.name
        return postal_lines(account.addresses[0] if account and elsewhere else order.address, language)

    def _money(self, minor: int) -> Money:
        return Money(minor, self._order.total.currency)


def contained(amount: int, rate: int | None) -> int:
    """The VAT in an amount that holds it, half a unit rounded away from zero."""
    if not rate:
        return 0
    tax = (2 * abs(amount) * rate + _WHOLE + rate) // (2 * (_WHOLE + rate))
    return tax if amount >= 0 else -tax


def postal_lines(address: PostalAddress, language: str) -> tuple[str, ...]:
    """An address without its recipient, as its country writes it, line by line."""
    country = Locale.parse(language).territories.get(address.country, address.country)
    if address.country == "CN":
        city = "" if address.city in address.region else address.city
        lines = (country, address.region + city + "".join(address.lines), address.postcode)
    elif address.country == "GB":
        lines = (*address.lines, address.city, address.region, address.postcode, country)
    else:
        lines = (*address.lines, f"{address.postcode} {address.city}".strip(), address.region, country)
    return tuple(filter(None, lines))


# --- amounts by rate -------------------------------------------------------------------------------------------------


def _by_rate(lines: Iterable[InvoiceLine]) -> _Amounts:
    amounts: _Amounts = defaultdict(int)
    for line in lines:
        amounts[line.rate] += line.amount.minor
    return dict(amounts)


def _less(amounts: _Amounts, taken: _Amounts) -> _Amounts:
    """What is left where something is."""
    return {rate: left for rate, amount in amounts.items() if (left := amount - taken.get(rate, 0)) > 0}


def _split(amount: int, weights: _Amounts) -> _Amounts:
    """An amount, perhaps a negative one, shared out by weights; shares of nothing are left out."""
    parts = sums.allocated(abs(amount), list(weights.values()))
    sign = 1 if amount >= 0 else -1
    return {rate: sign * part for rate, part in zip(weights, parts, strict=True) if part}
