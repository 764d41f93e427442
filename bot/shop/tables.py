"""The shop's tables. State lives on lines and parcels; money is integer minor units. Rows stay in bot/shop."""

from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from bot.store.database import BigId, Json, UtcTime


def _time(*, null: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_column=sa.Column(UtcTime, nullable=null, index=index))


def _json() -> Any:
    return Field(default=None, sa_column=sa.Column(Json, nullable=False))


def _of(target: str, *, null: bool = False, primary_key: bool = False) -> Any:
    """A foreign key; indexed, since children are always read by their parent."""
    column = sa.Column(sa.String, sa.ForeignKey(target), nullable=null, primary_key=primary_key, index=not primary_key)
    return Field(default=None, sa_column=column)


# Rows of the catalogue hold from one import up to, not including, another: `since` <= the newest import < `until`. So
# an import writes its rows ahead, hidden, and one row of `Imports` switches to all of them at once (staging.py).
FOREVER = 1 << 62


def _since(*, primary_key: bool = True) -> Any:
    column = sa.Column(sa.BigInteger, primary_key=primary_key, autoincrement=False, nullable=False, server_default="0")
    return Field(default=0, sa_column=column)


def _until() -> Any:
    return Field(default=FOREVER, sa_column=sa.Column(sa.BigInteger, nullable=False, server_default=str(FOREVER)))


def _usually(kind: Any, value: Any) -> Any:
    """A column that most rows have nothing to say about."""
    return Field(default=None, sa_column=sa.Column(kind, nullable=False, server_default=value))


def _money() -> Any:
    """An amount in minor units; the currency stands on the order."""
    return Field(sa_column=sa.Column(sa.BigInteger, nullable=False))


class Imports(SQLModel, table=True):
    """Every import, and the one that is being written ahead: `at` tells how old the data are."""

    __tablename__ = "shop_imports"
    id: int | None = Field(default=None, sa_column=sa.Column(BigId, primary_key=True, autoincrement=True))
    at: datetime = _time()
    counts: dict[str, int] = _json()
    sample: bool = False  # the shop that comes along: it is fed by nobody, so its data are never old
    switched: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})  # False: its rows are hidden


# --- catalogue -------------------------------------------------------------------------------------------------------


class Categories(SQLModel, table=True):
    __tablename__ = "shop_categories"
    id: str = Field(primary_key=True)
    since: int = _since()
    until: int = _until()
    name: dict[str, str] = _json()  # language → text, like every localised column


class Products(SQLModel, table=True):
    __tablename__ = "shop_products"
    id: str = Field(primary_key=True)
    since: int = _since()
    until: int = _until()
    category_id: str = Field(index=True)
    name: dict[str, str] = _json()
    also: dict[str, list[str]] = _json()  # other names shoppers use: searched, never shown
    brand: str = ""
    material: dict[str, str] = _json()
    description: dict[str, str] = _json()
    care: dict[str, str] = _json()
    url: str = ""
    fits: list[str] = _usually(Json, "[]")  # ids of the products it is an accessory to
    sizes: list[dict[str, Any]] = _usually(Json, "[]")  # {"size", "measure", "low", "high"}: the size chart
    runs: str = _usually(sa.String, "")  # "small", "true" or "large"
    image: str = _usually(sa.String, "")  # https address of its picture


class Variants(SQLModel, table=True):
    __tablename__ = "shop_variants"
    __table_args__ = (
        sa.UniqueConstraint("product_id", "position", "since"),
        sa.ForeignKeyConstraint(["product_id", "since"], ["shop_products.id", "shop_products.since"]),
        sa.CheckConstraint("stock >= 0", name="stock"),
    )
    sku: str = Field(primary_key=True)
    since: int = _since()
    until: int = _until()
    product_id: str
    position: int
    size: str = ""
    color: dict[str, str] = _json()
    stock: int


class Prices(SQLModel, table=True):
    """What a variant costs, tax included, in each currency it is sold in."""

    __tablename__ = "shop_prices"
    __table_args__ = (
        sa.ForeignKeyConstraint(["sku", "since"], ["shop_variants.sku", "shop_variants.since"]),
        sa.CheckConstraint("minor >= 0", name="minor"),
    )
    sku: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    since: int = _since()
    until: int = _until()
    minor: int = _money()


# --- search: made from the catalogue by indexing.py, read by search.py -----------------------------------------------


class SearchDocuments(SQLModel, table=True):
    """What is searched of a product."""

    __tablename__ = "shop_search_documents"
    __table_args__ = (sa.Index("ix_shop_search_documents_popular", "minus_sold", "product_id"),)
    id: int = Field(sa_column=sa.Column(BigId, primary_key=True, autoincrement=False))  # ascending: short names first
    since: int = _since(primary_key=False)
    until: int = _until()
    product_id: str = Field(index=True)
    names: list[str] = _json()  # evened, in every language
    also: list[str] = _json()
    tokens: str  # a space between two, none around: PostgreSQL takes no empty one
    minus_sold: int  # minus the units sold: one ascending index gives popular products first, ties by id
    version: int = Field(index=True)  # of the analyser


class SearchVariants(SQLModel, table=True):
    """Colour and size of a variant as tokens, each between two spaces."""

    __tablename__ = "shop_search_variants"
    sku: str = Field(primary_key=True)
    since: int = _since()
    until: int = _until()
    product_id: str = Field(index=True)
    facets: str


class SearchWords(SQLModel, table=True):
    """How many products have a token; under "", how many there are."""

    __tablename__ = "shop_search_words"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    word: str = Field(primary_key=True)
    since: int = _since()
    until: int = _until()
    products: int


class SearchSpellings(SQLModel, table=True):
    """What the known words are found by when they are misspelt; those of a word that does not hold are never met."""

    __tablename__ = "shop_search_spellings"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    form: str = Field(primary_key=True)
    word: str = Field(primary_key=True, index=True)


class BoughtWith(SQLModel, table=True):
    """What is often bought in one order with a product, the few that say most; bought_with.py makes it from the orders.
    """

    __tablename__ = "shop_bought_with"
    product_id: str = Field(primary_key=True)
    other_id: str = Field(primary_key=True)
    weight: float


# Each engine indexes the very tokens we made. SQLite's tokenizer splits on spaces alone: what else stands in a token is
# declared as a part of it. Documents are inserted and deleted, never updated in their tokens.
for _dialect, _statement in (
    (
        "sqlite",
        "CREATE VIRTUAL TABLE IF NOT EXISTS shop_search_fts USING fts5(tokens, content='shop_search_documents', "
        "content_rowid='id', tokenize=\"ascii tokenchars ':.=_-'\", detail='none', columnsize=0)",
    ),
    (
        "sqlite",
        "CREATE TRIGGER shop_search_fts_in AFTER INSERT ON shop_search_documents BEGIN "
        "INSERT INTO shop_search_fts(rowid, tokens) VALUES (new.id, new.tokens); END",
    ),
    (
        "sqlite",
        "CREATE TRIGGER shop_search_fts_out AFTER DELETE ON shop_search_documents BEGIN "
        "INSERT INTO shop_search_fts(shop_search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
    ),
    (
        "postgresql",
        "CREATE INDEX shop_search_fts ON shop_search_documents "
        "USING gin (array_to_tsvector(string_to_array(tokens, ' ')))",
    ),
):
    sa.event.listen(
        SearchDocuments.__table__,  # type: ignore[attr-defined]
        "after_create",
        sa.DDL(_statement).execute_if(dialect=_dialect),
    )


# --- customers -------------------------------------------------------------------------------------------------------


class Customers(SQLModel, table=True):
    __tablename__ = "shop_customers"
    id: str = Field(primary_key=True)
    name: str
    email: str = Field(unique=True)  # lower case
    phone: str = ""  # E.164
    market: str
    language: str
    version: int = Field(default=1, sa_column=sa.Column(sa.Integer, nullable=False, server_default="1"))  # every write
    personal: bool = _usually(sa.Boolean, sa.true())  # suggestions may go by what was bought


class Addresses(SQLModel, table=True):
    """A customer's address book; position 0 is the default. Orders keep a copy of their own."""

    __tablename__ = "shop_addresses"
    customer_id: str = _of("shop_customers.id", primary_key=True)
    position: int = Field(primary_key=True)
    recipient: str
    lines: list[str] = _json()
    city: str
    region: str = ""
    postcode: str = ""
    country: str  # ISO 3166-1 alpha-2
    phone: str = ""


# --- orders ----------------------------------------------------------------------------------------------------------


class Orders(SQLModel, table=True):
    __tablename__ = "shop_orders"
    number: str = Field(primary_key=True)
    customer_id: str | None = _of("shop_customers.id", null=True)  # None: a guest order
    email: str  # lower case
    phone: str = ""
    market: str
    currency: str  # of every amount of this order
    placed_at: datetime = _time(index=True)
    address: dict[str, Any] = _json()  # PostalAddress
    delivery_fee: int = _money()
    total: int = _money()  # as ordered; cancelling and returning add refunds, only changing items moves it
    promised: date | None = None
    coupon: str = ""  # the promotion's code, capital letters
    version: int = 1  # moved by every write
    gift_note: str = Field(default="", sa_column_kwargs={"server_default": ""})
    delivery_day: date | None = None


class Parcels(SQLModel, table=True):
    __tablename__ = "shop_parcels"
    id: str = Field(primary_key=True)
    order_number: str = _of("shop_orders.number")
    position: int
    carrier: str
    tracking_no: str = Field(default="", index=True)
    tracking_url: str = ""
    state: str
    promised: date | None = None
    shipped_at: datetime | None = _time(null=True)
    delivered_at: datetime | None = _time(null=True)
    signed_by: str = ""


class Scans(SQLModel, table=True):
    __tablename__ = "shop_scans"
    parcel_id: str = _of("shop_parcels.id", primary_key=True)
    position: int = Field(primary_key=True)
    at: datetime = _time()
    text: dict[str, str] = _json()
    place: str = ""


class Lines(SQLModel, table=True):
    """Name, options and category are those of the day it was bought: the article may change, the order does not."""

    __tablename__ = "shop_lines"
    __table_args__ = (
        sa.UniqueConstraint("order_number", "position"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
    )
    id: str = Field(primary_key=True)
    order_number: str = _of("shop_orders.number")
    position: int
    sku: str = Field(index=True)
    product_id: str
    category_id: str
    name: dict[str, str] = _json()
    options: str = ""
    quantity: int
    price: int = _money()  # of the whole line, after its share of discounts
    adjusted: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger))  # of price, given back as it fell
    due: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger))  # of price, still to be paid
    discount: int | None = Field(default=None, sa_column=sa.Column(sa.BigInteger))  # that share; None: nobody told
    state: str
    replaces: str = _usually(sa.String, "")  # id of the line that it was given in exchange for
    parcel_id: str | None = _of("shop_parcels.id", null=True)
    expected: date | None = None  # pre-order, back-order


class Payments(SQLModel, table=True):
    __tablename__ = "shop_payments"
    id: str = Field(primary_key=True)
    order_number: str = _of("shop_orders.number")
    position: int
    method: str
    amount: int = _money()
    state: str
    hint: str = ""
    at: datetime | None = _time(null=True)
    expires: date | None = None  # the last day of a gift card


class Refunds(SQLModel, table=True):
    __tablename__ = "shop_refunds"
    __table_args__ = (sa.UniqueConstraint("order_number", "position"),)
    id: str = Field(primary_key=True)
    order_number: str = _of("shop_orders.number")
    position: int
    amount: int = _money()
    method: str
    state: str
    at: datetime = _time()
    reason: str = ""


class Returns(SQLModel, table=True):
    __tablename__ = "shop_returns"
    __table_args__ = (sa.UniqueConstraint("order_number", "position"),)
    id: str = Field(primary_key=True)
    order_number: str = _of("shop_orders.number")
    position: int
    kind: str = _usually(sa.String, "return")  # or "exchange"
    reason: str = ""
    state: str
    label_url: str = ""
    at: datetime = _time()
    refund: int = _money()  # what was promised for its lines
    fee: int = _money()  # what the shopper bears of it
    shares: list[dict[str, Any]] = _usually(Json, "[]")  # {"method", "minor"}: refund less fee, as it was confirmed


class ReturnLines(SQLModel, table=True):
    __tablename__ = "shop_return_lines"
    return_id: str = _of("shop_returns.id", primary_key=True)
    line_id: str = _of("shop_lines.id", primary_key=True)
    position: int


class Claims(SQLModel, table=True):
    """What staff look into. Parcel and lines are plain ids: an import may bring others, and the claim stays."""

    __tablename__ = "shop_claims"
    __table_args__ = (sa.UniqueConstraint("order_number", "position"),)
    id: str = Field(primary_key=True)
    order_number: str = _of("shop_orders.number")
    position: int
    kind: str
    parcel_id: str = ""
    lines: dict[str, int] = _json()  # line id → pieces
    text: str = ""
    wish: str = ""
    files: list[str] = _json()  # digests
    state: str  # open, settled
    at: datetime = _time()
    due: date | None = None


class Events(SQLModel, table=True):
    __tablename__ = "shop_events"
    order_number: str = _of("shop_orders.number", primary_key=True)
    position: int = Field(primary_key=True)
    at: datetime = _time()
    kind: str
    text: str
    actor: str


# --- buying ----------------------------------------------------------------------------------------------------------


class Promotions(SQLModel, table=True):
    __tablename__ = "shop_promotions"
    code: str = Field(primary_key=True)  # capital letters
    text: dict[str, str] = _json()
    percent: int = 0
    amounts: dict[str, int] = _json()  # currency → minor units, like `minimum`
    minimum: dict[str, int] = _json()
    first: date | None = None  # days in the shop's zone, both included
    last: date | None = None
    categories: list[str] = _json()  # ids; none of them and no products: all goods
    products: list[str] = _json()
    markets: list[str] = _json()  # names; none: all
    public: bool  # may be told to anybody who asks for discounts
    once: bool  # per customer
    first_order: bool
    used: int
    most: int | None = None  # how often it can be used


class Baskets(SQLModel, table=True):
    """Goods somebody has chosen in a chat; who it was is not kept."""

    __tablename__ = "shop_baskets"
    token: str = Field(primary_key=True)  # unguessable: it is all that opens the basket
    market: str
    items: list[list[Any]] = _json()  # [sku, pieces], in the order they were chosen
    created_at: datetime = _time(index=True)


class Invoices(SQLModel, table=True):
    """Documents issued for orders; a row never changes. Every market counts its own, without gaps."""

    __tablename__ = "shop_invoices"
    __table_args__ = (sa.UniqueConstraint("order_number", "position"), sa.UniqueConstraint("market", "serial"))
    number: str = Field(primary_key=True)
    order_number: str = _of("shop_orders.number")
    position: int
    market: str
    serial: int | None = None  # None: not of the market's series
    kind: str
    at: datetime = _time()
    title: str
    tax_id: str
    email: str
    buyer: list[str] = _json()
    seller: list[str] = _json()
    seller_vat_id: str
    lines: list[dict[str, Any]] = _json()  # commerce.InvoiceLine, amounts in minor units
    taxes: list[dict[str, Any]] = _json()  # commerce.InvoiceTax
    total: int = _money()
    paid: int = _money()
    corrects: str  # number of the invoice that a credit note belongs to
