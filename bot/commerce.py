"""The shop: its types and its port. One deployment serves one shop; the verbs fit shop systems we do not know yet.

Implementations: bot/shop/sql.py. Each answers done, pending, refused or unsupported; a write is done at most once.
"""

from collections.abc import Mapping, Sequence
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
    expected: date | None = None  # pre-order, back-order: the day of its own that this line is promised for
    adjusted: Money | None = None  # given back because the price fell; None: never was
    due: Money | None = None  # still to be paid for it, beside `price`; None: nothing
    replaces: str = ""  # id of the line that it was given in exchange for
    discount: Money | None = None  # its share of discounts, which `price` no longer holds; None: nobody told
    image: str = ""  # https address of the picture that its product has now

    @property
    def worth(self) -> Money:
        """What it costs: what was paid for it, and what still is to be."""
        return self.price + self.due if self.due else self.price


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
    signed_by: str = ""  # who took it, as the carrier says


METHODS = ("card", "paypal", "klarna", "alipay", "wechat_pay", "gift_card", "bank_transfer")  # of payment


@dataclass(frozen=True, slots=True)
class Payment:
    id: str
    method: str  # one of METHODS
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


def delivery_in(refund: Money, lines: Sequence[Line], delivery_fee: Money) -> int:
    """How much of what a return gives back is for the delivery, in minor units."""
    return min(delivery_fee.minor, max(0, refund.minor - sum(line.price.minor for line in lines)))


@dataclass(frozen=True, slots=True)
class Claim:
    """Something wrong with an order that the shop's people look into."""

    id: str
    kind: str  # of parcels: "chase", "missing_parcel", "lost", "refused"; of goods: see PROBLEMS
    lines: Mapping[str, int]  # line id → pieces
    state: str  # "open", "settled"
    at: datetime
    parcel_id: str = ""  # "": what has not been sent, or goods
    text: str = ""  # in the shopper's words
    wish: str = ""  # "refund", "replacement", "part"; "" when none was named
    files: tuple[str, ...] = ()  # digests of what the shopper sent
    due: date | None = None  # the day by which the shopper hears


PROBLEMS = ("damaged", "wrong_item", "missing_item", "defective", "other")  # kinds of claims about goods


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an order's history."""

    at: datetime
    kind: str
    text: str
    actor: str  # "shopper", "staff:<id>", "shop"


GIFT_NOTE_LENGTH = 250  # characters


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    kind: str  # "goods", "delivery", "adjustment" (what an order costs beside these), "refund", "reversal"
    name: Localised  # of goods
    options: str
    quantity: int
    discount: Money  # its share of discounts, taken off already
    net: Money
    rate: int | None  # of VAT, in hundredths of a percent; None where none is shown
    amount: Money  # VAT included


@dataclass(frozen=True, slots=True)
class InvoiceTax:
    """What one rate of VAT comes to."""

    rate: int
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Invoice:
    """A document issued for an order. It never changes: what comes later is a document of its own."""

    number: str
    kind: str  # "invoice", "credit_note", "e_fapiao" (the data of one, for the shop to issue)
    at: datetime
    title: str  # the buyer, as it is written on it
    tax_id: str
    email: str  # where it goes
    buyer: tuple[str, ...]  # the buyer's address, line by line
    seller: tuple[str, ...]  # name and address, line by line
    seller_vat_id: str
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[InvoiceTax, ...]  # one for each rate; () where no VAT is shown
    total: Money  # VAT included; of a credit note: what is given back
    paid: Money  # when it was issued
    corrects: str = ""  # credit notes: number of the invoice


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
    coupon: str = ""  # the promotion it was placed with
    version: int = 1  # moved by every write
    gift_note: str = ""  # the shopper's own words, put in with the goods
    delivery_day: date | None = None  # the day wished for, instead of the promised one
    claims: tuple[Claim, ...] = ()  # oldest first
    as_of: datetime | None = None  # when these data were brought in, where that is too long ago to pass for now
    invoices: tuple[Invoice, ...] = ()  # oldest first
    pay_url: str = ""  # where it is paid
    packed_by: datetime | None = None  # the next cut-off, after which what is open is packed; None: nothing will be

    @property
    def due(self) -> Money:
        """What is still to be paid after a change to something dearer."""
        return Money(sum(line.due.minor for line in self.lines if line.due), self.total.currency)

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

    def given_back_since(self, moment: datetime) -> int:
        """What was refunded, or promised for a return, since then, in minor units."""
        promised = [item for item in self.returns if item.state != "refunded" and item.at > moment]
        net = sum(item.refund.minor - (item.fee.minor if item.fee else 0) for item in promised if item.refund)
        return net + sum(refund.amount.minor for refund in self.refunds if refund.at > moment)

    @property
    def open_lines(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state is LineState.OPEN)

    @property
    def delivered_lines(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state is LineState.DELIVERED)


@dataclass(frozen=True, slots=True)
class Account:
    """A customer with the address book; the first address is the default."""

    id: str
    name: str
    email: str
    phone: str
    market: str
    addresses: tuple[PostalAddress, ...] = ()
    version: int = 1  # moved by every write
    personal: bool = True  # suggestions may go by what was bought


@dataclass(frozen=True, slots=True)
class Document:
    """A file the shop gives out."""

    name: str  # with its ending, e.g. "UK-000001.pdf"
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Variant:
    sku: str
    size: str
    color: Localised
    price: Money
    stock: int


class Measure(StrEnum):
    """What a size chart measures: weight in kilograms, everything else in centimetres."""

    CHEST = "chest"
    WAIST = "waist"
    HIPS = "hips"
    INSIDE_LEG = "inside_leg"
    HEIGHT = "height"
    WEIGHT = "weight"
    FOOT = "foot"
    HAND = "hand"  # around the palm
    HEAD = "head"
    NECK = "neck"
    BACK = "back"  # from neck to tail


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One row of a size chart: what a measure of the wearer is for a size."""

    size: str
    measure: Measure
    low: float
    high: float


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
    image: str = ""  # https address of its picture
    score: float = 0.0  # how well it answers the search, 0 to 1
    goes_with: tuple[Localised, ...] = ()  # names of the products it is an accessory to
    sizes: tuple[SizeRow, ...] = ()  # the size chart, smallest size first
    runs: str = ""  # "small", "true" or "large"; "" when the shop does not say

    @property
    def lowest(self) -> Money | None:
        """The lowest price of what there is of it now; None when nothing is."""
        there = (variant.price for variant in self.variants if variant.stock > 0)
        return min(there, key=lambda price: price.minor, default=None)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a product must pass; left empty, everything passes. Colour, size, price and stock hold of one variant.

    ValueError when the limits of the price have two currencies, or the lower one is above the upper one.
    """

    brand: str = ""
    category: str = ""  # an id or (a part of) a name
    color: str = ""
    size: str = ""
    price_min: Money | None = None
    price_max: Money | None = None
    in_stock: bool = False

    def __post_init__(self) -> None:
        low, high = self.price_min, self.price_max
        if low and high and low.currency != high.currency:
            raise ValueError(f"a price range needs one currency, not {low.currency} and {high.currency}")
        if low and high and low.minor > high.minor:
            raise ValueError("price_min is above price_max: swap them")


@dataclass(frozen=True, slots=True)
class Taste:
    """What suggestions are to be like; left empty, whatever sells best."""

    words: str = ""  # for the kind of goods
    said: str = ""  # all that was said: where `words` are none, its words that name goods count
    filters: Filters = Filters()
    instead: str = ""  # product id: goods of its kind are wanted
    beside: tuple[str, ...] = ()  # product ids, the most important last: only what goes with them is wanted
    without: frozenset[str] = frozenset()  # product ids: not these


class Ground(StrEnum):
    """Why something is suggested, always true."""

    FITS = "fits"  # an accessory to `about`
    BOUGHT_WITH = "bought_with"  # others often bought it together with `about`
    LIKE = "like"  # of the same kind as `about`
    ASKED = "asked"  # it is what was asked for
    POPULAR = "popular"  # it sells well; bought most of its category, `about`, where that is named


@dataclass(frozen=True, slots=True)
class Suggestion:
    product: Product
    ground: Ground
    about: Localised | None = None
    bought: datetime | None = None  # when the shopper himself bought `about`
    exact: bool = True  # it is all that was asked for


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the shop's own knowledge: shown as it stands."""

    topic: str
    title: str
    text: str
    language: str
    score: float = 0.0  # from 0 (no word in common with what was asked) to 1
    asked: tuple[str, ...] = ()  # what a question for it may be like: its title, its hints, its sentences


# --- the shop: buying ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """What buying in a market comes with."""

    market: str
    currency: str
    sole: bool  # the shop sells in no other
    methods: tuple[str, ...]  # of payment, as in Payment.method; () where the owner has named none
    authorisation_days: int  # after which money that was only reserved is free again
    return_days: int = 0  # from delivery; 0: not said
    warranty_days: int = 0  # from delivery; 0: not said
    taxed: bool = False  # its prices hold the value added tax; False: not said
    markets: Mapping[str, str] = field(default_factory=dict)  # currency → a market of the shop that sells in it
    not_returnable: tuple[Localised, ...] = ()  # categories of which nothing goes back
    price_match_days: int = 0  # after the order, in which a lower price is paid back; 0: never


@dataclass(frozen=True, slots=True)
class BasketLine:
    sku: str
    product_id: str
    name: Localised
    size: str
    color: Localised
    quantity: int
    price: Money  # of the whole line, now
    stock: int  # pieces there are now


@dataclass(frozen=True, slots=True)
class Basket:
    """Goods chosen, with prices, stock, delivery charge and day of now. Nothing is ordered or reserved by it."""

    token: str
    market: str
    lines: tuple[BasketLine, ...]
    goods: Money  # without delivery
    total: Money  # with it, where it is known
    delivery_fee: Money | None  # None: the owner has named none
    free_delivery_from: Money | None
    promised: date  # to the door, were it ordered now
    url: str  # where it is checked out and paid


@dataclass(frozen=True, slots=True)
class Promotion:
    """A discount by the shop's rules, in one market."""

    code: str
    text: Localised  # what it is, in the shop's words
    percent: int  # off the goods it is for; 0 where it is an amount
    amount: Money | None  # off them
    first: date | None  # days on which it holds, both included
    last: date | None
    minimum: Money | None  # of the goods it is for
    goods: tuple[Localised, ...]  # categories and products it is for; () for all
    once: bool  # per customer
    first_order: bool  # of a customer


@dataclass(frozen=True, slots=True)
class Discount:
    promotion: Promotion
    saving: Money | None = None  # off the basket it was asked for; None without one


# --- the shop: verbs -------------------------------------------------------------------------------------------------


class WriteMode(StrEnum):
    """How far the bot may go with a verb in a market."""

    OFF = "off"  # a person does it
    APPROVAL = "approval"  # the bot asks the shopper, staff approve each one
    AUTOMATIC = "automatic"  # up to the limit


# verbs that have a mode: what the assistant may do
WITH_MODE = (
    "cancel", "change_address", "change_items", "claim", "delivery_day", "exchange", "gift_note", "invoice",
    "price_match", "refund", "return", "settle_claim", "default_address",
)  # fmt: skip


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
    order: Order | None  # None: it is about the account
    lines: tuple[Line, ...] = ()
    refund: Money | None = None  # what goes back to the shopper
    method: str = ""  # to which payment method
    fee: Money | None = None  # what the shopper pays
    address: PostalAddress | None = None
    shares: tuple[tuple[str, Money], ...] = ()  # method → its part of refund less fee
    version: int = 0  # Order.version it was worked out on
    harmless: bool = False  # it moves no goods and no money and can be done again: no yes is needed
    approval: bool | None = None  # True: staff decide, always; False: never, they hear of it anyway; None: mode and sum
    account: Account | None = None
    elsewhere: bool = False  # it sends papers to a mailbox that is not the one on file

    @property
    def market(self) -> str:
        """Whose rules it stands under."""
        about = self.order or self.account
        return about.market if about else ""


def shares_of(arguments: Mapping[str, Any], currency: str) -> tuple[tuple[str, Money], ...]:
    """Method → what goes back to it, as the arguments of a quote hold it; a gift card that has expired is a new one."""
    return tuple(
        (NEW_GIFT_CARD if share.get("renewed") else share["method"], Money(share["minor"], currency))
        for share in arguments.get("refunds", ())
    )


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
    version: int  # of the order it was quoted on; 0: whatever has happened since, as long as the quote is the same
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

    async def vouched(self, *, customer: str = "", order: str = "") -> Proof | None:
        """The account of that id, or whose order that is, for a shopper whom the shop's own page has signed in."""
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
        change_items: line (id), wanted (words for size and colour) or sku, pieces (where not all of the line), quantity
        gift_note: text, "" takes it out again
        delivery_day: day (ISO 8601)
        change_address: the parts given of address, city, postcode, country, recipient, phone
        return: lines, quantities, reason
        claim: kind, parcel (of parcels) or lines and quantities (of goods), text, wish, files (digests)
        settle_claim: the arguments of the claim; staff have dealt with it
        exchange: lines (one), quantities, sku (of the same product; its own when left out), reason
        price_match: lines (all whose price has fallen when left out)
        refund: what is owed for lines that were cancelled or lost
        invoice: title, tax_id, email (of an e-fapiao; everything else goes to the e-mail on file)
        voucher: amount ("10.00"), code: a sum off one later order, which staff give
        default_address: like change_address, of the proof's account; `number` is ""
        """
        ...

    async def perform(self, write: Write) -> Answer[Order | Account]:
        """Do a quoted write. The same key again gives the stored answer and does nothing."""
        ...

    async def reconcile(self, key: str) -> Answer[Order | Account] | None:
        """After a crash: the answer stored under `key`; REFUSED/"not_started" if it never ran; None if unknown."""
        ...

    async def terms(self, market: str = "") -> Terms:
        """What buying in `market` comes with, by default the shop's own."""
        ...

    async def fill_basket(self, items: Mapping[str, int], *, market: str = "", token: str = "") -> Basket:
        """Keep these goods (sku → pieces) in the basket `token`, or in a new one; nothing is ordered.

        What the market does not sell is left out, and no more is kept than there is in stock.
        """
        ...

    async def basket(self, token: str) -> Basket | None:
        """A basket as it is worth now; None when there is none (any more)."""
        ...

    async def promotions(self, market: str = "") -> tuple[Promotion, ...]:
        """What anybody may be told of and use now, in the order of their codes."""
        ...

    async def promotion(
        self, code: str, proof: Proof | None, *, market: str = "", basket: str = "", products: Sequence[str] = ()
    ) -> Answer[Discount]:
        """What a code gives now, for the goods of a basket or for products (ids), where they are named.

        `market`: left out, the shop's own, or the one that the code is for.
        REFUSED: unknown, expired, not_yet, other_market, used_up, already_used, not_first, other_goods, below_minimum.
        `detail` holds the "promotion" where it is known, and the "missing" Money below the minimum. Whether it was
        used before is only known of a shopper with a proof.
        """
    async def account(self, proof: Proof) -> Account | None:
        """The account that the proof opens, None for guests."""
        ...

    async def document(self, number: str) -> Document | None:
        """An issued document as a file, for the e-mail address on file alone: who asks for it has proved the order."""
        ...

    async def page(self, name: str) -> str:
        """Web address of a page for shoppers, "" if there is none: "reset" (a new password), "review"."""
        ...

    async def search(
        self, words: str, *, limit: int = 5, market: str = "", filters: Filters | None = None
    ) -> tuple[Product, ...]:
        """Products by name, best first, typos tolerated; priced for `market`, by default the shop's own.

        With `filters` only what passes them and is sold in the market; without words the most popular of it.
        """
        ...

    async def categories(self, market: str = "") -> tuple[Localised, ...]:
        """Those of which there is something to be had now."""
        ...

    async def suggest(
        self, taste: Taste, proof: Proof | None, *, market: str = "", limit: int = 3
    ) -> tuple[Suggestion, ...]:
        """Goods that are to be had now, best first; by what the shopper bought, where he has a proof and allows it.

        Then never what he has sent back. Where nothing is all that was asked for, the nearest, which are not `exact`.
        """
        ...

    async def set_personal(self, proof: Proof, personal: bool) -> bool:
        """Whether suggestions may go by what this customer bought; False when the proof opens no account."""
        ...

    async def passages(self, words: str, language: str) -> tuple[Passage, ...]:
        """All of the shop's knowledge, best for `words` first; a page missing in `language` in another one."""
        ...
