"""The shop: its types and its port. One deployment serves one shop; the verbs fit shop systems we do not know yet.

Implementations: bot/shop/sql.py. Each answers done, pending, refused or unsupported; a write is done at most once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from bot.conversation import Proof
from bot.facts import Localised, Money

# --- the shop: types -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostalAddress:
    recipient: str
    lines: tuple[str, ...]  # street and house; in China: detailed address below the district
    city: str
    region: str  # county, state, province; may be ""
    postcode: str
    country: str  # ISO 3166-1 alpha-2
    phone: str = ""  # E.164


class LineState(StrEnum):
    """Where one order line is. State lives on lines and parcels; the order's state is derived."""

    OPEN = "open"  # not yet packed: can be cancelled or changed
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURN_OPEN = "return_open"  # a return was registered and has not arrived
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    sku: str
    product_id: str
    name: Localised
    options: str  # "blue, M"
    quantity: int
    price: Money  # of the whole line, after its share of discounts: what was paid for it and is not given back
    state: LineState
    parcel_id: str = ""
    adjusted: Money | None = None  # given back because the price fell; None: never was
    due: Money | None = None  # still to be paid for it, beside `price`
    replaces: str = ""  # id of the line that it was given in exchange for


@dataclass(frozen=True, slots=True)
class Scan:
    at: datetime
    text: Localised
    place: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    id: str
    carrier: str
    tracking_no: str
    tracking_url: str
    state: str  # "packed", "shipped", "delivered", "lost", "refused"
    promised: date | None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    scans: tuple[Scan, ...] = ()  # oldest first


@dataclass(frozen=True, slots=True)
class Payment:
    id: str
    method: str  # "card", "paypal", "alipay", "wechat_pay", "gift_card", "bank_transfer", "klarna"
    amount: Money
    state: str  # "authorised", "paid", "failed"
    hint: str = ""  # last four digits or the like
    at: datetime | None = None
    expires: date | None = None  # the last day of a gift card


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    amount: Money
    method: str
    state: str  # "started", "done"
    at: datetime
    reason: str = ""
    expected: date | None = None  # the day by which it is on the shopper's account


@dataclass(frozen=True, slots=True)
class Return:
    id: str
    line_ids: tuple[str, ...]
    reason: str
    state: str  # "open", "arrived", "refunded"
    label_url: str
    at: datetime
    kind: str = "return"  # or "exchange": other goods are sent for it
    refund: Money | None = None  # promised for its lines
    fee: Money | None = None  # taken off that
    shares: tuple[tuple[str, Money], ...] = ()  # method → its part of refund less fee, as it was confirmed


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an order's history."""

    at: datetime
    kind: str
    text: str
    actor: str  # "shopper", "staff:<id>", "shop"


@dataclass(frozen=True, slots=True)
class Order:
    number: str
    customer: str  # "" for a guest order
    email: str
    phone: str
    market: str  # "uk", "eu", "cn"
    placed_at: datetime
    address: PostalAddress
    lines: tuple[Line, ...]
    parcels: tuple[Parcel, ...]
    payments: tuple[Payment, ...]
    delivery_fee: Money
    total: Money
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()
    history: tuple[Event, ...] = ()
    promised: date | None = None
    version: int = 1  # moved by every write

    @property
    def state(self) -> str:
        """Derived: "unpaid", "open", "packed", "part_shipped", "shipped", "delivered", "cancelled", "returned"."""
        live = [line for line in self.lines if line.state is not LineState.CANCELLED]
        exchanged = {line.replaces for line in live}  # these count no more: what was given for them does
        states = {line.state for line in live if line.id not in exchanged}
        before, gone = {LineState.OPEN, LineState.PACKED}, {LineState.RETURN_OPEN, LineState.RETURNED}
        if not states:
            return "cancelled"
        if self.payments and all(payment.state == "failed" for payment in self.payments):
            return "unpaid"
        if states <= gone:
            return "returned" if states == {LineState.RETURNED} else "return_open"
        if states <= gone | {LineState.DELIVERED}:
            return "delivered"
        if states & before and states - before:
            return "part_shipped"
        if states <= {LineState.OPEN}:
            return "open"
        return "packed" if states <= before else "shipped"

    @property
    def open_lines(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state is LineState.OPEN)

    @property
    def delivered_lines(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state is LineState.DELIVERED)


@dataclass(frozen=True, slots=True)
class Variant:
    sku: str
    size: str
    color: Localised
    price: Money
    stock: int


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    name: Localised
    category: Localised
    brand: str
    material: Localised
    description: Localised
    care: Localised
    variants: tuple[Variant, ...]
    url: str = ""
    score: float = 0.0  # how well it answers the search, 0 to 1


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the shop's own knowledge: shown as it stands."""

    topic: str
    title: str
    text: str
    language: str
    score: float = 0.0


# --- the shop: verbs -------------------------------------------------------------------------------------------------


class WriteMode(StrEnum):
    """How far the bot may go with a verb in a market."""

    OFF = "off"  # a person does it
    APPROVAL = "approval"  # the bot asks the shopper, staff approve each one
    AUTOMATIC = "automatic"  # up to the limit


class AnswerStatus(StrEnum):
    DONE = "done"
    PENDING = "pending"  # the shop has taken it and will finish it later
    REFUSED = "refused"  # a rule says no: `reason` is its name
    UNSUPPORTED = "unsupported"  # this shop system cannot: a person does it


ORIGINAL_METHODS = "original_methods"  # Quote.method when more than one payment gets its share back
NEW_GIFT_CARD = "new_gift_card"  # in Quote.method and Quote.shares: for a gift card that has expired


@dataclass(frozen=True, slots=True)
class Quote:
    """What a write would do, worked out before the shopper says yes."""

    verb: str
    arguments: dict[str, Any]  # JSON values; passed back unchanged in Write
    order: Order
    lines: tuple[Line, ...] = ()
    refund: Money | None = None  # what goes back to the shopper
    method: str = ""  # to which payment method
    fee: Money | None = None  # what the shopper pays
    address: PostalAddress | None = None
    shares: tuple[tuple[str, Money], ...] = ()  # method → its part of refund less fee
    version: int = 0  # Order.version it was worked out on
    harmless: bool = False  # it moves no goods and no money and can be done again: no yes is needed


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Value]):
    status: AnswerStatus
    value: Value | None = None
    reason: str = (
        ""  # for REFUSED: shipped, delivered, cancelled, window_over, not_returnable, nothing_left, bad_address,
    )
    # changed (the version moved), not_found
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Write:
    """One write, at most once under `key`."""

    key: str  # the confirmation's id
    verb: str
    arguments: Mapping[str, Any]
    version: int
    actor: str  # "shopper" or "staff:<id>"


class Shop(Protocol):
    async def identify(self, order: str, contact: str) -> Proof | None:
        """Prove a shopper by order number and e-mail, phone (or postcode: delivery only). None whichever was wrong.

        `until` of the proof is the shop's `now`; the caller sets how long it lasts.
        """
        ...

    async def customer(self, email: str) -> Proof | None:
        """The account of that e-mail, for a shopper a trusted page has already verified."""
        ...

    async def order(self, number: str, proof: Proof) -> Order | None:
        """The order, if `proof` may see it; None alike when it is another's or does not exist."""
        ...

    async def orders(self, proof: Proof) -> tuple[Order, ...]:
        """All orders the proof opens, newest first."""
        ...

    async def quote(self, verb: str, proof: Proof, number: str, arguments: Mapping[str, Any]) -> Answer[Quote]:
        """What a write would do to an order the proof opens; REFUSED names the rule, UNSUPPORTED an unknown verb.

        Verbs and their arguments (JSON values):
        cancel: lines (ids; all that have not left when left out), quantities (line id → pieces, where not all)
        change_address: the parts given of address, city, postcode, country, recipient, phone
        return: lines, quantities, reason
        exchange: lines (one), quantities, sku (of the same product; its own when left out), reason
        price_match: lines (all whose price has fallen when left out)
        refund: what is owed for lines that were cancelled or lost
        """
        ...

    async def perform(self, write: Write) -> Answer[Order]:
        """Do a quoted write. The same key again gives the stored answer and does nothing."""
        ...

    async def reconcile(self, key: str) -> Answer[Order] | None:
        """After a crash: the answer stored under `key`; REFUSED/"not_started" if it never ran; None if unknown."""
        ...

    async def search(self, words: str, *, limit: int = 5, market: str = "") -> tuple[Product, ...]:
        """Products by name, best first, typos tolerated; priced for `market`, by default the shop's own."""
        ...

    async def passages(self, topic: str, words: str, language: str) -> tuple[Passage, ...]:
        """The shop's knowledge on a topic (an intent's name), best for `words` first."""
        ...
