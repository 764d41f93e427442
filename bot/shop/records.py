"""The import format, one model per row of a file (docs/import-format.md). Says what a row may hold; knows no table.

Times and days come out of validation absolute: pass `context={"origin": Origin(...)}`.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from babel import Locale
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from bot.commerce import GIFT_NOTE_LENGTH, METHODS, LineState, Measure
from bot.shop.checked import known_here
from bot.shop.moments import Origin

# --- values ----------------------------------------------------------------------------------------------------------


def _moment(value: Any, info: ValidationInfo) -> Any:
    return _origin(info).moment(value) if isinstance(value, str) else value


def _day(value: Any, info: ValidationInfo) -> Any:
    return _origin(info).day(value) if isinstance(value, str) else value


def _origin(info: ValidationInfo) -> Origin:
    if info.context is None:
        raise TypeError("validate with context={'origin': Origin(...)}: relative times need a moment to count from")
    origin: Origin = info.context["origin"]
    return origin


def _not_due(state: Any) -> Any:
    """Exports of earlier versions held some of what was to be paid as payments."""
    if state in ("due", "void"):
        raise ValueError("what is still to be paid stands at its line, as due: leave this payment out")
    return state


def _amount(value: Any) -> Any:
    """Digits with a point; for anything else ValueError says how the amount would be written."""
    if isinstance(value, int | float):
        raise ValueError(f'{value}: write the amount as text, in quotes: "{value}"')
    if isinstance(value, str) and _COMMA.fullmatch(value):
        raise ValueError(f"{value!r} has a decimal comma; write it like {value.replace(',', '.')}")
    if isinstance(value, str) and not _AMOUNT.fullmatch(value):
        plain = re.sub(r"[^\d.]", "", re.sub(r",(?=\d{3}(?!\d))", "", value))
        shown = plain if _AMOUNT.fullmatch(plain) and not value.startswith("-") else "49.90"
        raise ValueError(f"{value!r}: write the amount {'as' if shown == plain else 'like'} {shown}")
    return value


def _signed(value: Any) -> Any:
    _amount(value.removeprefix("-") if isinstance(value, str) else value)
    return value


def _method(value: str) -> str:
    if value not in METHODS:
        raise ValueError(f"{value!r} is no payment method; {known_here(value, METHODS)}")
    return value


def _like(pattern: str, how: str) -> Any:
    """A text of that form; of any other ValueError says how it is written."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r}: {how}")
        return value

    return AfterValidator(check)


def _country(value: str) -> str:
    if len(value) != 2 or value not in Locale("en").territories:
        raise ValueError(f"{value!r} is no country; write its ISO 3166 code, two capital letters like GB, DE or CN")
    return value


def _https(value: str) -> str:
    if value and not _HTTPS.fullmatch(value):
        raise ValueError(f"{value!r}: write the picture's whole address, which begins with https://")
    return value


def _sorted(value: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted((key, each) for key, each in value.items() if each))


_HTTPS = re.compile(r"https://[^\s/?#@\\<>\"]+(?:[/?][^\s<>\"]*)?")
_COMMA = re.compile(r"-?\d+,\d{1,3}")
_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,3})?")
Moment = Annotated[datetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Id = Annotated[
    str, _like(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", "letters, digits, _, . and -, at most 32, a letter or digit first")
]
Number = Annotated[
    str, _like(r"[A-Z0-9][A-Z0-9-]{3,19}", "4 to 20 capital letters, digits and -, a letter or digit first")
]
Email = Annotated[
    str,
    StringConstraints(to_lower=True),
    _like(r"[^@\s]+@[^@\s]+\.[^@\s]+", "write an e-mail address like anna@shop.example"),
]
Phone = Annotated[str, _like(r"([+\d][\d\s().-]{5,20})?", "write a telephone number like +447700900101")]
Country = Annotated[str, AfterValidator(_country)]
Amount = Annotated[str, BeforeValidator(_amount)]
Method = Annotated[str, AfterValidator(_method)]
# Maps come sorted by key, whatever form they were read from: what is written back is then the same each time.
Language = Annotated[str, _like(r"[a-z]{2}(-[A-Za-z]+)?", "write a language by its code, like en or zh")]
Texts = Annotated[dict[Language, Name], Field(min_length=1), AfterValidator(_sorted)]
Names = Annotated[dict[Language, Name], AfterValidator(_sorted)]
LongTexts = Annotated[
    dict[Language, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]],
    AfterValidator(_sorted),
]
ManyNames = Annotated[dict[Language, tuple[Name, ...]], AfterValidator(_sorted)]
ImageUrl = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_https)]
Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_upper=True),
    _like(r"\S{2,40}", "2 to 40 characters without blanks"),
]
Amounts = Annotated[
    dict[Annotated[str, _like(r"[A-Z]{3}", "write a currency by its code, like GBP")], Amount], AfterValidator(_sorted)
]  # by currency


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)


# --- products.jsonl, categories.jsonl --------------------------------------------------------------------------------


class CategoryRecord(Record):
    id: Id
    name: Texts


class VariantRecord(Record):
    sku: Id
    size: str = ""
    color: Names = {}
    prices: Annotated[Amounts, Field(min_length=1)]
    stock: Annotated[int, Field(ge=0, lt=10**9)]


Centimetres = Annotated[float, Field(ge=0, le=500)]


class SizeRecord(Record):
    """One row of a size chart: what a measure of the wearer may be for a size. Weight is in kilograms."""

    size: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    measure: Measure
    low: Centimetres
    high: Centimetres

    @model_validator(mode="after")
    def _in_order(self) -> "SizeRecord":
        if self.low > self.high:
            raise ValueError("low is above high: swap them")
        return self


class ProductRecord(Record):
    id: Id
    name: Texts
    also: ManyNames = {}  # other names shoppers use, searched and never shown
    category: Id
    brand: str = ""
    material: LongTexts = {}
    description: LongTexts = {}
    care: LongTexts = {}
    url: str = ""
    image: ImageUrl = ""
    fits: tuple[Id, ...] = ()  # ids of the products it is an accessory to
    sizes: tuple[SizeRecord, ...] = ()  # the size chart, smallest size first
    runs: Literal["", "small", "true", "large"] = ""
    variants: Annotated[tuple[VariantRecord, ...], Field(min_length=1)]


# --- customers.jsonl -------------------------------------------------------------------------------------------------


class AddressRecord(Record):
    recipient: Name
    lines: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: Country
    phone: str = ""


class CustomerRecord(Record):
    id: Id
    name: Name
    email: Email
    phone: Phone = ""
    market: str
    language: str
    addresses: tuple[AddressRecord, ...] = ()  # the first one is the default
    personal: bool | None = None  # suggestions may go by what was bought; left out: as the customer said here
    version: Annotated[int, Field(ge=1)] = 1


# --- orders.jsonl ----------------------------------------------------------------------------------------------------


class LineRecord(Record):
    id: Id
    sku: Id
    quantity: Annotated[int, Field(ge=1, lt=10**6)] = 1
    price: Amount  # of the whole line
    state: LineState
    parcel: str = ""
    expected: Day | None = None  # pre-order, back-order: this line's own day
    adjusted: Amount | None = None  # of the price, given back as it fell
    due: Amount | None = None  # of the price, still to be paid
    replaces: str = ""  # the line that it was given in exchange for
    product: str = ""  # these four: taken from products.jsonl when left out
    category: str = ""
    name: Names = {}
    options: str = ""
    discount: Amount | None = None  # taken off `price` already


class ScanRecord(Record):
    at: Moment
    text: Texts
    place: str = ""


class ParcelRecord(Record):
    id: Id
    carrier: Name
    tracking_no: str = ""
    tracking_url: str = ""
    state: Literal["packed", "shipped", "delivered", "lost", "refused"]
    promised: Day | None = None
    shipped_at: Moment | None = None
    delivered_at: Moment | None = None
    scans: tuple[ScanRecord, ...] = ()
    signed_by: str = ""


class PaymentRecord(Record):
    id: Id
    method: Method
    amount: Amount
    state: Annotated[Literal["authorised", "paid", "failed"], BeforeValidator(_not_due)]
    hint: str = ""
    at: Moment | None = None
    expires: Day | None = None  # of a gift card: its last day


class RefundRecord(Record):
    id: Id
    amount: Amount
    method: Method
    state: Literal["started", "done"]
    at: Moment
    reason: str = ""


class ShareRecord(Record):
    method: Method
    amount: Amount


class ReturnRecord(Record):
    id: Id
    lines: Annotated[tuple[Id, ...], Field(min_length=1)]
    kind: Literal["return", "exchange"] = "return"
    reason: str = ""
    state: Literal["open", "arrived", "refunded"]
    label_url: str = ""
    at: Moment
    refund: Amount = "0"
    fee: Amount = "0"
    shares: tuple[ShareRecord, ...] = ()  # of refund less fee; worked out when left out


class ClaimRecord(Record):
    id: Id
    kind: Literal[
        "chase", "missing_parcel", "lost", "refused", "damaged", "wrong_item", "missing_item", "defective", "other"
    ]
    lines: Annotated[dict[Id, Annotated[int, Field(ge=1, lt=10**6)]], AfterValidator(_sorted)] = {}  # line id → pieces
    parcel: str = ""
    text: str = ""
    wish: Literal["", "refund", "replacement", "part"] = ""
    files: tuple[Annotated[str, _like(r"[0-9a-f]{64}", "must be a SHA-256 in small hexadecimal digits")], ...] = ()
    state: Literal["open", "settled"] = "open"
    at: Moment
    due: Day | None = None


class EventRecord(Record):
    at: Moment
    kind: Name
    text: str = ""
    actor: str = "shop"


class OrderRecord(Record):
    number: Number
    customer: str = ""  # "": a guest order
    market: str
    currency: str = ""  # left out: the market's
    placed_at: Moment
    promised: Day | None = None  # left out: placed_at and the market's promised_days
    email: Annotated[str, StringConstraints(to_lower=True)] = ""  # these three: the customer's when left out
    phone: Phone = ""
    address: AddressRecord | None = None
    coupon: Code | Literal[""] = ""  # the promotion it was placed with
    lines: Annotated[tuple[LineRecord, ...], Field(min_length=1)]
    delivery_fee: Amount = "0"
    total: Amount
    parcels: tuple[ParcelRecord, ...] = ()
    payments: tuple[PaymentRecord, ...] = ()
    refunds: tuple[RefundRecord, ...] = ()
    returns: tuple[ReturnRecord, ...] = ()
    claims: tuple[ClaimRecord, ...] | None = None  # left out: those that were made in the chat stay
    history: tuple[EventRecord, ...] = ()
    version: Annotated[int, Field(ge=1)] = 1
    gift_note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=GIFT_NOTE_LENGTH)] = ""
    delivery_day: Day | None = None


# --- promotions.jsonl ------------------------------------------------------------------------------------------------


class PromotionRecord(Record):
    code: Code
    text: Texts  # what it is, as shoppers may read it
    percent: Annotated[int, Field(ge=0, le=100)] = 0  # off the goods it is for; this or `amounts`
    amounts: Amounts = {}
    minimum: Amounts = {}  # of the goods it is for
    first: Day | None = None  # days on which it holds, both included
    last: Day | None = None
    categories: tuple[Id, ...] = ()
    products: tuple[Id, ...] = ()
    markets: tuple[str, ...] = ()
    public: bool = True
    once: bool = False
    first_order: bool = False
    used: Annotated[int, Field(ge=0)] = 0
    most: Annotated[int, Field(ge=1)] | None = None


# --- invoices.jsonl --------------------------------------------------------------------------------------------------

SignedAmount = Annotated[str, BeforeValidator(_signed)]


class InvoiceLineRecord(Record):
    kind: Literal["goods", "delivery", "adjustment", "refund", "reversal"]
    name: Names = {}
    options: str = ""
    quantity: Annotated[int, Field(ge=1, lt=10**6)] = 1
    discount: Amount = "0"
    net: SignedAmount
    rate: Annotated[int, Field(ge=0, lt=10_000)] | None = None  # hundredths of a percent
    amount: SignedAmount


class InvoiceTaxRecord(Record):
    rate: Annotated[int, Field(ge=0, lt=10_000)]
    net: SignedAmount
    tax: SignedAmount


class InvoiceRecord(Record):
    number: Id
    order: str
    kind: Literal["invoice", "credit_note", "e_fapiao"]
    market: str = ""  # these two: the order's when left out
    currency: str = ""
    serial: Annotated[int, Field(ge=1)] | None = None
    position: Annotated[int, Field(ge=0)] = 0
    at: Moment
    title: Name
    tax_id: str = ""
    email: Annotated[str, StringConstraints(to_lower=True)] = ""
    buyer: tuple[str, ...] = ()
    seller: tuple[str, ...] = ()
    seller_vat_id: str = ""
    lines: Annotated[tuple[InvoiceLineRecord, ...], Field(min_length=1)]
    taxes: tuple[InvoiceTaxRecord, ...] = ()
    total: Amount
    paid: Amount = "0"
    corrects: str = ""  # credit notes: the invoice's number
