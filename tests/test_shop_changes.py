"""Changing what is ordered: which variant is meant, what it costs to the penny, when it may come, what is stored."""

import random
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop_folders import read_folder
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bootstrap.shop import open_shop
from bot.clock import ManualClock
from bot.commerce import (
    GIFT_NOTE_LENGTH,
    Answer,
    AnswerStatus,
    Line,
    LineState,
    Order,
    Payment,
    PostalAddress,
    Product,
    Quote,
    Variant,
    Write,
)
from bot.conversation import Access, Proof
from bot.facts import Localised, Money
from bot.settings import Settings
from bot.shop import reads, sums, variants
from bot.shop.policy import read_policy
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE, export_shop
from bot.shop.verbs import VERBS, cancel, change_items, delivery_day, gift_note
from bot.shop.verbs.verb import Case
from bot.store.database import open_database, reading

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # a Wednesday
POLICY = read_policy(SAMPLE)
HOME = PostalAddress("Emma Clarke", ("14 Rowan Street",), "Leeds", "", "LS6 2AB", "GB")
FLASK = Localised({"en": "Flask", "zh": "保温杯"})


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def variant(sku: str, size: str, en: str, zh: str, minor: int, stock: int) -> Variant:
    return Variant(sku, size, Localised({"en": en, "zh": zh}), gbp(minor), stock)


VARIANTS = (
    variant("CREAM-500", "500 ml", "Cream", "米白色", 2700, 3),
    variant("NAVY-500", "500 ml", "Navy", "藏青色", 2700, 25),
    variant("MOSS-750", "750 ml", "Moss", "苔藓绿", 3200, 35),
    variant("NAVY-750", "750 ml", "Navy", "藏青色", 3200, 0),
)
GOODS = {"flask": Product("flask", FLASK, FLASK, "", FLASK, FLASK, FLASK, VARIANTS)}


def an_order(
    *, sku: str = "NAVY-500", quantity: int = 2, price: int = 5400, state: LineState = LineState.OPEN,
    paid: tuple[tuple[str, int, str], ...] | None = None, promised: date | None = date(2026, 3, 6), due: int = 0,
) -> Order:  # fmt: skip
    """Flasks and a book of 10.00, 3.95 delivery; paid by card by default. Of the flasks' price `due` is still open."""
    book = Line("l2", "BOOK", "book", Localised({"en": "Book"}), "", 1, gbp(1000), LineState.OPEN)
    line = Line("l1", sku, "flask", FLASK, "Navy, 500 ml", quantity, gbp(price - due), state,
                due=gbp(due) if due else None)  # fmt: skip
    total = price + 1395
    payments = tuple(
        Payment(f"p{place}", method, gbp(minor), what)
        for place, (method, minor, what) in enumerate(paid or (("card", total, "paid"),))
    )
    return Order("10007", "C1", "e@example.com", "", "uk", NOW, HOME, (line, book), (), payments, gbp(395), gbp(total),
                 promised=promised, version=3)  # fmt: skip


def case(order: Order, now: datetime = NOW) -> Case:
    return Case(order, POLICY.market(order.market), now, POLICY.shop.zone, {}, GOODS)


def ask(order: Order, **arguments: Any) -> Answer[Quote]:
    return change_items.quote(case(order), {"line": "l1", **arguments})


# --- which variant ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "skus"),
    [
        ("cream", ["CREAM-500"]),  # the size stays
        ("the 750ml one", ["NAVY-750"]),  # the colour stays
        ("750 ml in moss please", ["MOSS-750"]),
        ("换成苔藓绿750ml的", ["MOSS-750"]),
        ("米白色", ["CREAM-500"]),
        ("a bigger one", ["NAVY-750"]),
        ("大一号", ["NAVY-750"]),
        ("moss", []),  # not in this size
        ("one size down", []),  # there is no smaller one
        ("red", []),
        ("", []),
    ],
)
def test_words_name_a_variant(words: str, skus: list[str]) -> None:
    assert [one.sku for one in variants.fitting(VARIANTS, VARIANTS[1], words)] == skus


def sized(*names: str) -> list[Variant]:
    return [Variant(name, name, Localised({}), gbp(1), 1) for name in names]


@pytest.mark.parametrize(
    ("sizes", "words", "found"),
    [
        (("S", "M", "L", "XL"), "L please", ["L"]),
        (("S", "M", "L", "XL"), "xl", ["XL"]),
        (("S", "M", "L", "XL"), "it's the one I'm after", []),
        (("36-38", "39-41", "42-44"), "size 42", ["42-44"]),
        (("A5 dotted", "A5 lined", "A6 dotted"), "the lined one", ["A5 lined"]),
        (("A5 dotted", "A5 lined", "A6 dotted"), "A6", ["A6 dotted"]),
        (("A5 dotted", "A5 lined", "A6 dotted"), "A5", ["A5 dotted", "A5 lined"]),
        (("24 cm", "28 cm"), "28", ["28 cm"]),
        (("24 cm", "28 cm"), "30 cm", []),
        (("500 ml", "1500 ml"), "500 ml", ["500 ml"]),
    ],
)
def test_sizes_are_read_as_words_of_their_own(sizes: tuple[str, ...], words: str, found: list[str]) -> None:
    assert [one.sku for one in variants.fitting(sized(*sizes), None, words)] == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("sea green", ["Sea green"]),
        ("green", ["Green"]),  # a whole name counts before a part
        ("blue", ["Night blue", "Slate blue"]),
        ("绿色的", ["Sea green", "Green"]),
    ],
)
def test_colours_are_found_by_name_and_by_what_one_says(words: str, found: list[str]) -> None:
    names = {"Sea green": "海绿色", "Green": "森林绿", "Night blue": "夜蓝色", "Slate blue": "石板蓝"}
    colours = [Variant(en, "", Localised({"en": en, "zh": zh}), gbp(1), 1) for en, zh in names.items()]
    assert [one.sku for one in variants.fitting(colours, None, words)] == found


# --- the rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "reason", "detail"),
    [
        ({"wanted": "750 ml"}, "not_available", ["MOSS-750", "CREAM-500"]),  # the same size first
        ({"wanted": "red"}, "not_available", ["CREAM-500", "MOSS-750"]),
        ({}, "which", ["CREAM-500", "MOSS-750"]),
        ({"wanted": "navy"}, "same", None),
        ({"quantity": 2}, "same", None),
        ({"quantity": 28}, "too_few", 27),
        ({"wanted": "cream", "quantity": 4}, "too_few", 3),
        ({"pieces": 3, "wanted": "cream"}, "not_found", None),
        ({"line": "l9", "wanted": "cream"}, "not_found", None),
        ({"line": "l2", "wanted": "cream"}, "not_available", []),  # no longer in the catalogue
    ],
)
def test_what_cannot_be_changed_is_refused_with_what_is_possible(
    arguments: dict[str, Any], reason: str, detail: object
) -> None:
    answer = ask(an_order(), **arguments)
    possible = [one["sku"] for one in answer.detail["possible"]] if "possible" in answer.detail else None
    assert (answer.reason, answer.detail.get("left", possible)) == (reason, detail)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (LineState.PACKED, "packed"),
        (LineState.SHIPPED, "shipped"),
        (LineState.DELIVERED, "delivered"),
        (LineState.RETURN_OPEN, "delivered"),
        (LineState.CANCELLED, "cancelled"),
    ],
)
def test_only_an_open_line_is_changed(state: LineState, reason: str) -> None:
    assert ask(an_order(state=state), wanted="cream").reason == reason


def test_what_was_given_in_exchange_is_changed_by_a_person() -> None:
    """It stands for goods that have not come back: money for it would go back before them."""
    order = an_order()
    order = replace(order, lines=(replace(order.lines[0], replaces="l0"), order.lines[1]))
    assert ask(order, quantity=1).reason == "unsupported"


@pytest.mark.parametrize(
    ("order", "arguments", "price", "refund", "fee", "due"),
    [
        (an_order(), {"wanted": "cream"}, 5400, 0, 0, 0),  # like for like
        (an_order(price=4000), {"wanted": "cream"}, 4000, 0, 0, 0),  # a discount stays
        (an_order(), {"wanted": "moss 750 ml"}, 6400, 0, 1000, 1000),
        (an_order(price=4000), {"wanted": "moss 750 ml"}, 5000, 0, 1000, 1000),
        (an_order(), {"pieces": 1, "wanted": "moss 750 ml"}, 3200, 0, 500, 500),
        (an_order(sku="MOSS-750", price=6400), {"wanted": "navy 500 ml"}, 5400, 1000, 0, 0),
        (an_order(), {"quantity": 3}, 8100, 0, 2700, 2700),
        (an_order(price=4000), {"quantity": 3}, 6700, 0, 2700, 2700),  # the further piece at its price of today
        (an_order(), {"quantity": 1}, 2700, 2700, 0, 0),
        (an_order(quantity=3, price=1000), {"quantity": 2}, 667, 333, 0, 0),
        (an_order(price=100), {"wanted": "moss 750 ml", "quantity": 1}, 550, 0, 450, 450),
        (an_order(sku="GONE", price=5000), {"wanted": "cream"}, 5400, 0, 400, 400),  # the old one is sold no more
        (an_order(sku="MOSS-750", price=500), {"wanted": "cream 500 ml"}, 0, 500, 0, 0),  # never below nothing
        # still due from an earlier change: less is asked for before anything is given back
        (an_order(due=600), {"quantity": 1}, 2700, 2100, 0, 0),
        (an_order(due=3000), {"quantity": 1}, 2700, 0, 0, 300),
        (an_order(due=600), {"quantity": 3}, 8100, 0, 2700, 3300),
        # not paid at all: the whole order is still to be paid, with its new total
        (an_order(paid=(("card", 6795, "failed"),)), {"quantity": 3}, 8100, 0, 0, 0),
        (an_order(paid=(("card", 6795, "failed"),)), {"quantity": 1}, 2700, 0, 0, 0),
        (an_order(paid=(("klarna", 6795, "authorised"),)), {"quantity": 3}, 8100, 0, 2700, 2700),
        (an_order(paid=(("klarna", 6795, "authorised"),)), {"quantity": 1}, 2700, 0, 0, 0),
    ],
)
def test_the_difference_is_given_back_or_left_to_be_paid(
    order: Order, arguments: dict[str, Any], price: int, refund: int, fee: int, due: int
) -> None:
    quote = ask(order, **arguments).value
    assert quote is not None
    assert (quote.arguments["price"], quote.refund, quote.fee) == (price, gbp(refund), gbp(fee))
    assert quote.arguments["due"] == due
    part = sums.part(order.lines[0].worth.minor, order.lines[0].quantity, quote.arguments["pieces"])
    assert quote.arguments["total"] == order.total.minor - part + price


def test_split_payments_get_their_shares_back_in_the_shops_order() -> None:
    order = an_order(paid=(("card", 4795, "paid"), ("gift_card", 2000, "paid")))
    quote = ask(order, quantity=1).value
    assert quote is not None and quote.method == "original_methods"
    assert quote.arguments["refunds"] == [{"method": "gift_card", "minor": 2000}, {"method": "card", "minor": 700}]


def test_another_price_or_stock_since_then_refuses_the_old_quote() -> None:
    order = an_order()
    shown = ask(order, wanted="cream").value
    assert shown is not None
    for changed in (replace(VARIANTS[0], price=gbp(2900)), replace(VARIANTS[0], stock=1)):
        goods = {"flask": replace(GOODS["flask"], variants=(changed, *VARIANTS[1:]))}
        again = change_items.quote(replace(case(order), goods=goods), shown.arguments).value
        assert again is None or again.arguments != shown.arguments


PENCE = st.integers(0, 20_000)


@given(
    price=PENCE, old=PENCE, new=PENCE, quantity=st.integers(1, 6), pieces=st.integers(1, 6), wanted=st.integers(1, 8),
    same=st.booleans(), owed=st.floats(0, 1), paid=st.floats(0, 1),
    state=st.sampled_from(["paid", "authorised", "failed"]),
)  # fmt: skip
def test_no_penny_is_lost_whatever_is_changed(
    price: int, old: int, new: int, quantity: int, pieces: int, wanted: int, same: bool, owed: float, paid: float,
    state: str,
) -> None:  # fmt: skip
    pieces = min(pieces, quantity)
    total = price + 1395
    order = an_order(sku="OLD", quantity=quantity, price=price, due=round(price * owed),
                     paid=(("card", round(total * paid), state),))  # fmt: skip
    both = (variant("OLD", "", "Old", "旧", old, 9), variant("NEW", "", "New", "新", old if same else new, 9))
    here = replace(case(order), goods={"flask": replace(GOODS["flask"], variants=both)})
    asked = {"line": "l1", "sku": "NEW", "pieces": pieces, "quantity": wanted}
    quote = change_items.quote(here, asked).value
    assert quote is not None and quote.refund is not None and quote.fee is not None
    base = sums.part(price, quantity, pieces)
    difference = quote.arguments["price"] - base
    due = quote.lines[0].due.minor if quote.lines[0].due else 0
    lowered = due - quote.arguments["due"]
    assert quote.arguments["price"] >= 0 and quote.arguments["total"] == total + difference
    assert 0 <= quote.refund.minor <= sums.left(order) and not (quote.refund.minor and quote.fee.minor)
    if difference >= 0:
        assert quote.refund.minor == 0 and lowered == -quote.fee.minor
        assert quote.fee.minor == (0 if state == "failed" else difference)
    else:
        assert lowered == min(due, -difference) and quote.refund.minor == min(sums.left(order), -difference - lowered)
    if same and wanted == pieces:
        assert difference == 0
    again = change_items.quote(here, quote.arguments).value
    assert again is not None and again.arguments == quote.arguments


# --- what is still due, and a cancellation ---------------------------------------------------------------------------


def test_what_was_never_paid_is_not_given_back_on_a_cancellation() -> None:
    order = an_order(price=8100, quantity=3, due=2700, paid=(("card", 6795, "paid"),))
    one = cancel.quote(case(order), {"lines": ["l1"], "quantities": {"l1": 1}}).value
    two = cancel.quote(case(order), {"lines": ["l1"], "quantities": {"l1": 2}}).value
    everything = cancel.quote(case(order), {}).value
    assert one and two and everything
    assert (one.refund, one.arguments["due"]) == (gbp(0), 0)
    assert (two.refund, two.arguments["due"]) == (gbp(2700), 0)
    assert (everything.refund, everything.arguments["due"]) == (gbp(6795), 0)
    assert cancel.quote(case(order), one.arguments).value == one


# --- gift note and delivery day --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [("x" * GIFT_NOTE_LENGTH, ""), ("x" * (GIFT_NOTE_LENGTH + 1), "too_long"), ("  ", "no_note"), ("两\n行", "")],
)
def test_a_note_has_its_length(text: str, reason: str) -> None:
    answer = gift_note.quote(case(an_order()), {"text": text})
    assert answer.reason == reason
    if answer.value:
        assert answer.value.harmless and answer.value.arguments["text"] == " ".join(text.split())
        assert gift_note.quote(case(an_order()), answer.value.arguments) == answer


def test_a_note_is_taken_out_by_no_words() -> None:
    order = replace(an_order(), gift_note="Happy birthday")
    answer = gift_note.quote(case(order), {"text": ""})
    assert answer.value is not None and answer.value.arguments["text"] == ""


@pytest.mark.parametrize(
    ("promised", "day", "reason"),
    [
        (date(2026, 3, 6), "2026-03-06", ""),
        (date(2026, 3, 6), "2026-03-05", "day_range"),  # before the promised day
        (date(2026, 3, 2), "2026-03-04", "day_range"),  # late already, but not today any more
        (date(2026, 3, 2), "2026-03-05", ""),
        (date(2026, 3, 6), "2026-03-08", "day_off"),  # a Sunday
        (date(2026, 3, 6), "2026-04-03", ""),
        (date(2026, 3, 6), "2026-04-06", "day_range"),
        (date(2026, 3, 6), "", "no_day"),
        (date(2026, 3, 6), "soon", "no_day"),
        (None, "2026-03-05", ""),
    ],
)
def test_a_delivery_day_is_a_working_day_in_its_range(promised: date | None, day: str, reason: str) -> None:
    answer = delivery_day.quote(case(an_order(promised=promised)), {"day": day})
    assert answer.reason == reason
    if reason:
        possible = answer.detail["possible"]
        assert len(possible) == 5 and possible == sorted(possible)
        assert all(delivery_day.quote(case(an_order(promised=promised)), {"day": one}).value for one in possible)
    else:
        assert answer.value is not None and answer.value.harmless and answer.value.arguments["day"] == day


def test_holidays_and_worked_weekends_of_the_market_count() -> None:
    off, worked = frozenset({date(2026, 3, 9)}), frozenset({date(2026, 3, 8)})
    working = replace(POLICY.markets["uk"].working, holidays=off, extra=worked)
    here = replace(case(an_order()), market=replace(POLICY.markets["uk"], working=working))
    assert delivery_day.quote(here, {"day": "2026-03-09"}).reason == "day_off"
    assert delivery_day.quote(here, {"day": "2026-03-08"}).value is not None


def test_what_is_promised_beyond_every_choice_goes_to_a_person() -> None:
    order = an_order(promised=NOW.date() + timedelta(days=60))
    assert delivery_day.quote(case(order), {"day": "2026-05-04"}).status is AnswerStatus.UNSUPPORTED


@pytest.mark.parametrize("verb", ["gift_note", "delivery_day"])
def test_note_and_day_are_for_what_is_not_packed(verb: str) -> None:
    asked = {"text": "Hello", "day": "2026-03-11"}
    gone = replace(an_order(), lines=tuple(replace(line, state=LineState.PACKED) for line in an_order().lines))
    assert VERBS[verb].quote(case(gone), asked).reason == "packed"
    part = an_order(state=LineState.SHIPPED)  # the book is still here
    assert [line.id for line in VERBS[verb].quote(case(part), asked).value.lines] == ["l2"]  # type: ignore[union-attr]


# --- in the shop -----------------------------------------------------------------------------------------------------

EMMA = Proof(Access.CUSTOMER, "C001", "", NOW.replace(year=2030), "uk")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import asyncio

    home = tmp_path_factory.mktemp("changes")

    async def seed() -> None:
        async with open_shop(Settings(home=home), clock=ManualClock(NOW)):
            pass

    asyncio.run(seed())
    return next(home.glob("*.db"))


@pytest.fixture
async def engine(seeded: Path, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_database(f"sqlite+aiosqlite:///{shutil.copyfile(seeded, tmp_path / 'shop.db')}")
    yield engine
    await engine.dispose()


@pytest.fixture
def shop(engine: AsyncEngine) -> SqlShop:
    return SqlShop(engine, ManualClock(NOW), POLICY, SAMPLE / "knowledge")


async def do(shop: SqlShop, key: str, verb: str, number: str, **arguments: Any) -> Answer[Order]:
    quote = (await shop.quote(verb, EMMA, number, arguments)).value
    assert quote is not None
    return await shop.perform(Write(key, verb, quote.arguments, quote.version, "shopper"))


async def stock(engine: AsyncEngine, product: str) -> dict[str, int]:
    async with reading(engine) as connection:
        found = await reads.products(connection, [product], "GBP")
    return {one.sku: one.stock for one in found[product].variants}


async def test_a_change_moves_line_stock_and_money(shop: SqlShop, engine: AsyncEngine) -> None:
    before = await stock(engine, "vacuum-flask")
    answer = await do(shop, "k1", "change_items", "10043", line="10043-1", wanted="500 ml")
    order = answer.value
    assert order is not None and answer.status is AnswerStatus.DONE
    line = order.lines[0]
    assert (line.sku, line.options, line.quantity, line.price) == ("KI08-NAVY-500ML", "Navy, 500 ml", 1, gbp(2700))
    assert (order.total, [refund.amount for refund in order.refunds]) == (gbp(6000), [gbp(500)])
    after = await stock(engine, "vacuum-flask")
    moved = {sku: after[sku] - before[sku] for sku in before if after[sku] != before[sku]}
    assert moved == {"KI08-NAVY-750ML": 1, "KI08-NAVY-500ML": -1}
    assert "items_changed" in [event.kind for event in order.history]


async def test_some_pieces_become_a_line_of_their_own(shop: SqlShop) -> None:
    answer = await do(shop, "k1", "change_items", "10043", line="10043-2", pieces=1, wanted="brick")
    assert answer.value is not None
    lines = [(line.sku, line.quantity, line.price.minor) for line in answer.value.lines[1:]]
    assert lines == [("ST01-MOSS-A5DOTTED", 1, 1650), ("ST01-BRIC-A5DOTTED", 1, 1650)]
    assert answer.value.total == gbp(6500)


async def test_a_dearer_change_is_still_to_be_paid_at_the_shops_link(shop: SqlShop) -> None:
    first = await do(shop, "k1", "change_items", "10043", line="10043-2", quantity=3)
    second = await do(shop, "k2", "change_items", "10043", line="10043-2", quantity=4)
    less = await do(shop, "k3", "change_items", "10043", line="10043-2", quantity=3)
    none = await do(shop, "k4", "cancel", "10043", lines=["10043-2"], quantities={"10043-2": 1})
    orders = [answer.value for answer in (first, second, less, none) if answer.value]
    assert [order.due for order in orders] == [gbp(1650), gbp(3300), gbp(1650), gbp(0)]
    assert [order.total for order in orders] == [gbp(8150), gbp(9800), gbp(8150), gbp(6500)]
    assert {order.pay_url for order in orders} == {"https://heronandhearth.example/pay/10043"}
    assert none.value is not None and none.value.refunds == ()


async def test_what_is_still_due_for_a_line_is_nobodys_to_pay_once_it_goes(shop: SqlShop) -> None:
    """Two notebooks were paid for with 33.00, two more are not paid for yet."""
    await do(shop, "k1", "change_items", "10043", line="10043-2", quantity=4)
    part = await do(shop, "k2", "cancel", "10043", lines=["10043-2"], quantities={"10043-2": 1})
    rest = await do(shop, "k3", "cancel", "10043", lines=["10043-2"])
    assert part.value is not None and rest.value is not None
    assert [(line.quantity, line.price, line.due) for line in part.value.lines[1:]] == [
        (3, gbp(3300), gbp(1650)), (1, gbp(0), None),
    ]  # fmt: skip
    assert [(line.state, line.price, line.due) for line in rest.value.lines[1:]] == [
        (LineState.CANCELLED, gbp(3300), None), (LineState.CANCELLED, gbp(0), None),
    ]  # fmt: skip
    assert (rest.value.total, [refund.amount for refund in rest.value.refunds]) == (gbp(6500), [gbp(3300)])


async def test_note_and_day_are_stored_and_a_label_does_not_show_the_note(shop: SqlShop) -> None:
    await do(shop, "k1", "gift_note", "10043", text="Happy birthday, Tom!")
    await do(shop, "k2", "delivery_day", "10043", day="2026-03-11")
    order = await shop.order("10043", EMMA)
    assert order is not None
    assert (order.gift_note, order.delivery_day, order.version) == ("Happy birthday, Tom!", date(2026, 3, 11), 3)
    label = await shop.order("10043", Proof(Access.DELIVERY, "", "10043", NOW))
    assert label is not None and (label.gift_note, label.delivery_day) == ("", date(2026, 3, 11))
    await do(shop, "k3", "gift_note", "10043", text="")
    assert (await shop.order("10043", EMMA)).gift_note == ""  # type: ignore[union-attr]


async def test_two_changes_of_one_version_are_one(shop: SqlShop) -> None:
    quote = (await shop.quote("change_items", EMMA, "10043", {"line": "10043-1", "wanted": "500 ml"})).value
    assert quote is not None
    writes = [Write(key, quote.verb, quote.arguments, quote.version, "shopper") for key in ("a", "b", "a")]
    answers = [await shop.perform(write) for write in writes]
    assert [answer.reason for answer in answers] == ["", "changed", ""]
    assert answers[0].value == answers[2].value


async def test_many_changes_in_a_row_keep_the_order_sound(shop: SqlShop, engine: AsyncEngine, tmp_path: Path) -> None:
    """Random changes, cancellations and payments of one order: its sums, the stock and the export hold throughout."""
    dice = random.Random(7)
    products = {"vacuum-flask": 1, "linen-notebook": 2}  # pieces of each in the order
    shelves = {product: await stock(engine, product) for product in products}
    done = 0
    for turn in range(60):
        order = await shop.order("10043", EMMA)
        assert order is not None
        if not order.open_lines:
            break
        line = dice.choice(order.open_lines)
        other = dice.choice(list(shelves[line.product_id]))
        verb, arguments = dice.choice([
            ("change_items", {"line": line.id, "sku": other}),
            ("change_items", {"line": line.id, "quantity": dice.randint(1, 4)}),
            ("change_items", {"line": line.id, "sku": other, "pieces": 1, "quantity": dice.randint(1, 3)}),
            ("cancel", {"lines": [line.id], "quantities": {line.id: 1}}),
        ])  # fmt: skip
        if len(order.open_lines) == 1 and verb == "cancel" and line.quantity == 1 and turn < 50:
            continue
        quote = (await shop.quote(verb, EMMA, "10043", arguments)).value
        if quote is None:
            continue
        answer = await shop.perform(Write(f"k{turn}", verb, quote.arguments, quote.version, "shopper"))
        assert answer.status is AnswerStatus.DONE and answer.value is not None
        order, done = answer.value, done + 1
        assert order.total.minor == sum(one.worth.minor for one in order.lines) + order.delivery_fee.minor
        refunded = sum(one.amount.minor for one in order.refunds)
        assert 0 <= refunded <= 6500
        live = sum(one.worth.minor for one in order.open_lines)
        assert 6500 - refunded + order.due.minor == live  # paid and due is what the live lines cost, to the penny
    assert done > 20
    order = await shop.order("10043", EMMA)
    assert order is not None
    for product, pieces in products.items():
        now = await stock(engine, product)
        held = sum(one.quantity for one in order.open_lines if one.product_id == product)
        assert min(now.values()) >= 0
        assert sum(now.values()) + held == sum(shelves[product].values()) + pieces
    await export_shop(engine, tmp_path / "out", SAMPLE)
    assert not read_folder(tmp_path / "out", NOW).report.problems
