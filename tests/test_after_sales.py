"""Exchange, price adjustment, refunds without a return, and what is told of them: rules and skills as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from policy_talk import Talk, acts, customer, offers
from pydantic import ValidationError
from sqlmodel import SQLModel
from test_fulfilment import EMMA, Shop, fulfilment
from test_shop_quotes import (
    CANCELLED,
    DELIVERED,
    NOW,
    OPEN,
    PACKED,
    POLICY,
    RETURN_OPEN,
    RETURNED,
    SHIPPED,
    an_order,
    gbp,
)

import bot.store.tables  # noqa: F401 (registers its tables)
from bot import causes, commerce, slots
from bot.clock import ManualClock
from bot.commerce import (
    NEW_GIFT_CARD,
    ORIGINAL_METHODS,
    Answer,
    AnswerStatus,
    LineState,
    Order,
    Parcel,
    Payment,
    Product,
    Refund,
    Return,
    Variant,
    Write,
)
from bot.conversation import Access, Confirmation, Proof, SlotSpan
from bot.facts import Act, Day, Fact, Localised, Moment, Money, Term, Text
from bot.shop import order_checks, reasons, sums
from bot.shop.goods import Goods
from bot.shop.moments import Origin
from bot.shop.policy import Market
from bot.shop.records import OrderRecord, PaymentRecord
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE, export_shop, import_shop
from bot.shop.verbs import cancel, exchange, price_match, refund, send_back
from bot.shop.verbs.verb import Case, refused
from bot.skill import Outcome, Request
from bot.skills import choices, exchange_item, lines, refund_status
from bot.skills.orders import due_card
from bot.store.database import open_database

NAME = Localised({"en": "Linen shirts", "zh": "亚麻衬衫"})
RED, BLUE = Localised({"en": "Red", "zh": "红色"}), Localised({"en": "Sea blue", "zh": "海蓝色"})
TENTH = date(2026, 3, 10)
YESTERDAY = NOW.date() - timedelta(days=1)


def product(*variants: tuple[str, str, Localised, int, int], number: int = 1) -> Product:
    """(sku, size, colour, price, stock) of each variant."""
    made = tuple(Variant(sku, size, color, gbp(price), stock) for sku, size, color, price, stock in variants)
    return Product(f"p{number}", NAME, NAME, "", NAME, NAME, NAME, made)


SHIRT = product(
    ("SKU1", "S", RED, 1000, 3), ("M", "M", RED, 1000, 2), ("L", "L", RED, 1300, 2), ("XL", "XL", RED, 800, 0),
    ("B", "S", BLUE, 700, 1),
)  # fmt: skip


def case(order: Order, goods: Product | None = SHIRT, **market: Any) -> Case:
    rules: Market = replace(POLICY.market(order.market), **market)
    return Case(order, rules, NOW, POLICY.shop.zone, {}, {goods.id: goods} if goods else {})


# --- exchange --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sku", "price", "refund", "due"),
    [
        ("", 1000, 0, 0),  # the same once more
        ("SKU1", 1000, 0, 0),
        ("M", 1000, 0, 0),
        ("L", 1300, 0, 300),
        ("B", 700, 300, 0),
    ],
)
def test_exchange_settles_the_difference_of_todays_prices(sku: str, price: int, refund: int, due: int) -> None:
    order = replace(an_order(DELIVERED), pay_url="https://shop.example/pay/10007")
    answer = exchange.quote(case(order), {"lines": ["7-1"], "sku": sku})
    assert answer.value is not None and answer.value.refund == gbp(refund)
    found = answer.value.arguments
    assert (found["price"], found["due"], found["sku"]) == (price, due, sku or "SKU1")
    assert (answer.detail["until"], answer.detail["link"]) == ("2026-04-14", "https://shop.example/pay/10007")


def test_exchange_keeps_a_discount_of_the_old_line() -> None:
    """Paid 8.00 for what costs 10.00: the one for 13.00 costs 3.00 more, not 5.00."""
    order = an_order(DELIVERED)
    order = replace(order, lines=(replace(order.lines[0], price=gbp(800)),))
    quote = exchange.quote(case(order), {"lines": ["7-1"], "sku": "L"}).value
    assert quote is not None and (quote.arguments["price"], quote.arguments["due"]) == (1100, 300)


def test_exchange_of_what_is_no_longer_sold_is_settled_with_what_was_paid() -> None:
    order = an_order(DELIVERED)
    order = replace(order, lines=(replace(order.lines[0], sku="OLD"),))
    quote = exchange.quote(case(order), {"lines": ["7-1"], "sku": "L"}).value
    assert quote is not None and quote.arguments["due"] == 300
    assert exchange.quote(case(order), {"lines": ["7-1"]}).reason == "out_of_stock"


def test_exchange_never_gives_back_more_than_was_paid() -> None:
    order = an_order(DELIVERED)
    order = replace(order, lines=(replace(order.lines[0], price=gbp(200)),))
    quote = exchange.quote(case(order), {"lines": ["7-1"], "sku": "B"}).value
    assert quote is not None and (quote.arguments["price"], quote.refund) == (0, gbp(200))


def test_some_pieces_of_a_line_are_exchanged() -> None:
    order = an_order(DELIVERED)
    order = replace(order, lines=(replace(order.lines[0], quantity=3, price=gbp(3000)),))
    wanted = {"lines": ["7-1"], "quantities": {"7-1": 2}, "sku": "L"}
    quote = exchange.quote(case(order), wanted).value
    assert quote is not None
    assert (quote.arguments["price"], quote.arguments["due"], quote.arguments["quantities"]) == (2600, 600, {"7-1": 2})
    assert exchange.quote(case(order), wanted | {"quantities": {"7-1": 3}}).reason == "out_of_stock"  # two are there


@pytest.mark.parametrize(
    ("states", "wanted", "reason"),
    [
        ([OPEN], {}, "not_shipped"),
        ([PACKED], {}, "not_delivered"),
        ([SHIPPED], {}, "not_delivered"),
        ([DELIVERED, CANCELLED], {"lines": ["7-2"]}, "cancelled"),
        ([CANCELLED], {}, "cancelled"),
        ([RETURN_OPEN], {}, "nothing_left"),
        ([RETURNED], {}, "nothing_left"),
        ([DELIVERED], {"sku": "XL"}, "out_of_stock"),
        ([DELIVERED], {"sku": "another"}, "other_product"),
        ([DELIVERED], {"lines": ["8-1"]}, "not_found"),
        ([DELIVERED], {"lines": []}, "not_found"),
        ([DELIVERED, DELIVERED], {"lines": ["7-1", "7-2"]}, "not_found"),
    ],
)
def test_exchange_refuses_by_rule(states: Sequence[LineState], wanted: Mapping[str, Any], reason: str) -> None:
    answer = exchange.quote(case(an_order(*states)), {"lines": ["7-1"], **wanted})
    assert (answer.status, answer.reason) == (AnswerStatus.REFUSED, reason)


def test_what_is_still_due_is_paid_before_another_exchange() -> None:
    order = an_order(DELIVERED)
    line = replace(order.lines[0], due=gbp(300))
    order = replace(order, lines=(line,), pay_url="https://shop.example/pay/10007")
    answer = exchange.quote(case(order), {"lines": ["7-1"]})
    assert (answer.reason, answer.detail["link"]) == ("unpaid", "https://shop.example/pay/10007")


def test_a_return_gives_back_no_more_than_was_paid_for_it() -> None:
    """Of 20.00 for two pieces 3.00 are still due: the first one back is the one that is not all paid for."""
    order = an_order(DELIVERED, DELIVERED)
    order = replace(order, lines=(replace(order.lines[0], quantity=2, price=gbp(1700), due=gbp(300)), order.lines[1]))
    one = send_back.quote(case(order), {"lines": ["7-1"], "quantities": {"7-1": 1}}).value
    both = send_back.quote(case(order), {"lines": ["7-1"]}).value
    assert one is not None and both is not None
    assert (one.refund, both.refund) == (gbp(700), gbp(1700))


def exchanged(state: LineState, price: int = 1000) -> Order:
    """Line 1 is in an exchange, line 2 was given for it."""
    order = an_order(RETURN_OPEN, state)
    new = replace(order.lines[1], replaces="7-1", price=gbp(price))
    back = Return("R1", ("7-1",), "", "open", "", NOW, "exchange", gbp(0), gbp(0))
    return replace(order, lines=(order.lines[0], new), returns=(back,))


def test_return_and_exchange_of_a_line_exclude_each_other() -> None:
    assert send_back.quote(case(exchanged(OPEN)), {"lines": ["7-1"]}).reason == "in_exchange"
    assert exchange.quote(case(exchanged(OPEN)), {"lines": ["7-1"]}).reason == "nothing_left"


def test_a_reserved_replacement_is_not_cancelled_for_money() -> None:
    assert cancel.quote(case(exchanged(OPEN)), {}).reason == "exchange"


@pytest.mark.parametrize(("state", "derived"), [(OPEN, "open"), (SHIPPED, "shipped"), (DELIVERED, "delivered")])
def test_the_order_is_where_its_replacement_is(state: LineState, derived: str) -> None:
    assert exchanged(state).state == derived


def test_a_replacement_has_its_own_return_window_and_gives_the_order_no_longer_one() -> None:
    order = exchanged(DELIVERED)
    late = Parcel("7-S2", "DPD", "", "", "delivered", None, NOW, NOW)
    other = replace(order.lines[0], id="7-3", state=DELIVERED, parcel_id="7-S1")
    parts = (order.lines[0], replace(order.lines[1], parcel_id="7-S2"), other)
    order = replace(order, lines=parts, parcels=(*order.parcels, late))
    assert send_back.last_day(case(order), order.lines[1]) == date(2026, 4, 19)
    assert send_back.last_day(case(order), other) == date(2026, 4, 14)


# --- returns: fee, window, money set aside ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "fee"),
    [
        ("", 295), ("too_small", 295), ("changed my mind", 295), ("skip", 295), ("damaged", 0), ("wrong_item", 0),
        ("the zip broke after a day", 0), ("you sent the wrong one", 0), ("it's not as described", 0), ("破了个洞", 0),
        ("发错货了", 0), ("it is not broken, I just don't like it", 295), ("没坏，就是不喜欢", 295),
    ],
)  # fmt: skip
def test_fee_is_worked_out_with_the_reason(reason: str, fee: int) -> None:
    answer = send_back.quote(case(an_order(DELIVERED)), {"reason": reason})
    assert answer.value is not None and answer.value.fee == gbp(fee)
    assert answer.value.shares == (("card", gbp(1395 - fee)),)
    assert answer.detail["free"] == ["damaged", "not_as_described", "wrong_item"]


@pytest.mark.parametrize(
    ("states", "lines", "market", "refund"),
    [
        ([DELIVERED, DELIVERED], [], "uk", 3395),  # all of it: the delivery too
        ([DELIVERED, DELIVERED], ["7-1"], "uk", 1000),
        ([DELIVERED, RETURNED], ["7-1"], "uk", 1395),  # the last of it
        ([DELIVERED, CANCELLED], [], "uk", 1395),
        ([DELIVERED, OPEN], [], "uk", 1000),
        ([DELIVERED, DELIVERED], [], "cn", 3000),
    ],
)
def test_who_sends_all_of_it_back_gets_its_delivery_where_the_law_says_so(
    states: Sequence[LineState], lines: list[str], market: str, refund: int
) -> None:
    order = an_order(*states, market=market)
    quote = send_back.quote(case(order), {"lines": lines, "reason": "damaged"}).value
    assert quote is not None and quote.refund is not None and quote.refund.minor == refund


def test_a_refusal_names_the_last_day() -> None:
    answer = send_back.quote(case(an_order(DELIVERED, days=40)), {})
    assert (answer.reason, answer.detail["until"]) == ("window_over", "2026-03-10")


def test_money_for_returns_under_way_is_set_aside() -> None:
    """Two returns and a cancellation never promise the same pound twice, in total and by method."""
    order = an_order(RETURN_OPEN, DELIVERED, OPEN, paid=[("gift_card", 2500, "paid"), ("card", 3895, "paid")])
    back = Return("R1", ("7-1",), "", "open", "", NOW, "return", gbp(1000), gbp(295), (("gift_card", gbp(705)),))
    order = replace(order, returns=(back,))
    assert sums.left(order) == 2500 + 3895 - 705
    quote = send_back.quote(case(order), {"lines": ["7-2"], "reason": "damaged"}).value
    assert quote is not None and quote.shares == (("gift_card", gbp(1795)), ("card", gbp(205)))
    assert quote.method == ORIGINAL_METHODS
    imported = replace(order, returns=(replace(back, shares=()),))  # no shares were told: worked out in their order
    quote = send_back.quote(case(imported), {"lines": ["7-2"], "reason": "damaged"}).value
    assert quote is not None and quote.shares == (("gift_card", gbp(1795)), ("card", gbp(205)))


@pytest.mark.parametrize(
    ("expires", "method"),
    [
        ([None], "gift_card"),
        ([NOW.date()], "gift_card"),  # its last day
        ([YESTERDAY], NEW_GIFT_CARD),
        ([YESTERDAY, None], "gift_card"),  # another one can take it
    ],
)
def test_an_expired_gift_card_is_replaced(expires: list[date | None], method: str) -> None:
    order = an_order(DELIVERED, paid=[])
    cards = [
        Payment(f"P{place}", "gift_card", gbp(2000), "paid", "", NOW, expires=day) for place, day in enumerate(expires)
    ]
    quote = send_back.quote(case(replace(order, payments=tuple(cards))), {"reason": "damaged"}).value
    assert quote is not None and (quote.method, quote.shares) == (method, ((method, gbp(1395)),))
    assert commerce.shares_of(quote.arguments, "GBP") == quote.shares  # so the receipt says what was confirmed


# --- price adjustment ------------------------------------------------------------------------------------------------


def sold_for(price: int) -> Product:
    return product(("SKU1", "S", RED, price, 0))


def test_price_match_gives_the_difference_back_once() -> None:
    quote = price_match.quote(case(an_order(DELIVERED), sold_for(750)), {}).value
    assert quote is not None and quote.refund == gbp(250) and quote.arguments["falls"] == {"7-1": 250}
    order = an_order(DELIVERED)
    order = replace(order, lines=(replace(order.lines[0], adjusted=gbp(250), price=gbp(750)),))
    assert price_match.quote(case(order, sold_for(500)), {}).reason == "matched"


@pytest.mark.parametrize(
    ("states", "price", "rules", "reason"),
    [
        ([DELIVERED], 1000, {}, "not_cheaper"),
        ([DELIVERED], 1200, {}, "not_cheaper"),
        ([DELIVERED], 900, {"price_match_days": 0}, "unsupported"),
        ([RETURN_OPEN], 900, {}, "nothing_left"),
        ([CANCELLED], 900, {}, "cancelled"),
    ],
)
def test_price_match_refuses_by_rule(
    states: Sequence[LineState], price: int, rules: Mapping[str, Any], reason: str
) -> None:
    assert price_match.quote(case(an_order(*states), sold_for(price), **rules), {}).reason == reason


def test_price_match_ends_after_its_days() -> None:
    for days, reason in ((14, ""), (15, "price_window")):
        order = replace(an_order(DELIVERED), placed_at=NOW - timedelta(days=days))
        answer = price_match.quote(case(order, sold_for(900)), {})
        assert answer.reason == reason
        assert answer.detail["until"] == (order.placed_at.date() + timedelta(days=14)).isoformat()


def test_price_match_counts_every_piece_and_stops_at_what_is_left() -> None:
    order = an_order(DELIVERED)
    several = replace(order, lines=(replace(order.lines[0], quantity=4, price=gbp(3600)),))
    quote = price_match.quote(case(several, sold_for(800)), {}).value
    assert quote is not None and quote.refund == gbp(400)
    poor = replace(several, payments=(Payment("P", "card", gbp(150), "paid"),))
    quote = price_match.quote(case(poor, sold_for(800)), {}).value
    assert quote is not None and quote.arguments["falls"] == {"7-1": 150}
    assert price_match.quote(case(replace(order, payments=()), sold_for(800)), {}).reason == "unpaid"


# --- what is owed without a return -----------------------------------------------------------------------------------


def matched(order: Order, fall: int) -> Order:
    """The last line has become cheaper by that."""
    *others, last = order.lines
    price = gbp(last.price.minor - fall)
    return replace(order, lines=(*others, replace(last, price=price, adjusted=gbp(fall))))


def lost(*states: LineState) -> Order:
    order = an_order(*states)
    return replace(order, parcels=(replace(order.parcels[0], state="lost"),))


@pytest.mark.parametrize(
    ("order", "refunded", "amount"),
    [
        (an_order(CANCELLED), [], 1395),  # nothing is left of it: delivery too
        (an_order(CANCELLED, DELIVERED), [], 1000),
        (an_order(CANCELLED, DELIVERED), [(300, "goodwill")], 700),
        (matched(an_order(CANCELLED, DELIVERED), 300), [(300, "price_match")], 1000),
        (matched(an_order(CANCELLED, OPEN), 500), [(500, "items changed")], 1000),
        (lost(SHIPPED, SHIPPED), [], 3395),
        (lost(SHIPPED, OPEN), [], 1000),
        (lost(SHIPPED, CANCELLED), [(2000, "cancelled")], 1395),
    ],
)
def test_what_is_owed_is_given_back(order: Order, refunded: list[tuple[int, str]], amount: int) -> None:
    paid_back = [Refund(f"F{n}", gbp(minor), "card", "done", NOW, why) for n, (minor, why) in enumerate(refunded)]
    quote = refund.quote(case(replace(order, refunds=tuple(paid_back))), {}).value
    assert quote is not None and quote.refund == gbp(amount)


@pytest.mark.parametrize(
    ("order", "refunded", "reason"),
    [
        (an_order(DELIVERED), 0, "not_owed"),
        (an_order(SHIPPED, OPEN), 0, "not_owed"),
        (an_order(CANCELLED, DELIVERED), 1000, "not_owed"),
        (an_order(CANCELLED), 1395, "not_owed"),
        (an_order(CANCELLED, paid=[("card", 1395, "failed")]), 0, "unpaid"),
        (an_order(CANCELLED, paid=[]), 0, "unpaid"),
    ],
)
def test_nothing_is_given_back_twice_or_for_nothing(order: Order, refunded: int, reason: str) -> None:
    for why in ("cancelled", "not in stock"):  # an owner may say it in his own words
        paid_back = (Refund("F1", gbp(refunded), "card", "done", NOW, why),) if refunded else ()
        assert refund.quote(case(replace(order, refunds=paid_back)), {}).reason == reason


def test_delivery_that_a_return_gives_back_is_not_kept_from_what_is_owed() -> None:
    """The shop cancelled one line and gave nothing back; the shopper sends the other, and with it all of the order."""
    order = an_order(CANCELLED, RETURN_OPEN)
    sent = Return("R1", ("7-2",), "", "open", "", NOW, refund=gbp(2395), shares=(("card", gbp(2395)),))
    quote = refund.quote(case(replace(order, returns=(sent,))), {}).value
    assert quote is not None and quote.refund == gbp(1000)


def test_what_is_owed_holds_no_fee_of_a_return() -> None:
    order = an_order(CANCELLED, RETURNED)
    returned = Return("R1", ("7-2",), "", "refunded", "", NOW, refund=gbp(2000), fee=gbp(295))
    refunds = tuple(
        Refund(why, gbp(minor), "card", "done", NOW, why) for minor, why in ((1000, "sold out"), (1705, "returned"))
    )
    assert refund.quote(case(replace(order, returns=(returned,), refunds=refunds)), {}).reason == "not_owed"


# --- what is told ----------------------------------------------------------------------------------------------------


def request(text: str = "", **slots: str) -> Request:
    proof = Proof(Access.CUSTOMER, "C001", "", NOW, "uk")
    return Request(slots, "refund_status", text, "en", NOW, NOW.date(), said, proof)


def said(fact: Fact) -> str:
    match fact:
        case Money():
            return f"{fact.minor / 100:.2f}"
        case Localised():
            return fact.text("en")
        case Term():
            return fact.key
        case Text():
            return fact.value
        case Day() | Moment():
            return f"{fact.value:%m-%d}"
    return str(fact)


BACK = Return("R1", ("7-1",), "", "open", "https://l", NOW, "return", gbp(1000), gbp(295), (("card", gbp(705)),))
GONE_BACK = Refund("F1", gbp(705), "card", "started", NOW, "returned", date(2026, 3, 31))


@pytest.mark.parametrize(
    ("order", "text", "act", "amount"),
    [
        (replace(an_order(RETURN_OPEN), returns=(BACK,)), "", "inform:refund/open", 705),
        (replace(an_order(RETURNED), returns=(replace(BACK, state="arrived"),)), "", "inform:refund/arrived", 705),
        (replace(an_order(DELIVERED), refunds=(GONE_BACK,)), "", "inform:refund/expected", 705),
        (replace(an_order(DELIVERED), refunds=(replace(GONE_BACK, expected=None),)), "", "inform:refund/started", 705),
        (
            replace(an_order(DELIVERED), refunds=(replace(GONE_BACK, expected=YESTERDAY),)), "",
            "inform:refund/overdue", 705,
        ),
        (replace(an_order(DELIVERED), refunds=(replace(GONE_BACK, state="done"),)), "", "inform:refund/done", 705),
        (
            replace(an_order(RETURN_OPEN, DELIVERED), returns=(BACK,), refunds=(replace(GONE_BACK, amount=gbp(1)),)),
            "has my return arrived?", "inform:refund/open", 705,
        ),
        (
            replace(an_order(RETURN_OPEN, DELIVERED), returns=(BACK,), refunds=(replace(GONE_BACK, amount=gbp(1)),)),
            "where is my money", "inform:refund/expected", 1,
        ),
        (exchanged(OPEN), "", "inform:refund/exchange", None),
        (an_order(DELIVERED), "", "inform:refund/none", None),
        (an_order(CANCELLED), "", "inform:way/refund", None),
        (an_order(CANCELLED, paid=[("card", 1395, "failed")]), "", "inform:refund/none", None),
    ],
)  # fmt: skip
def test_refund_status_tells_what_is_under_way_first(order: Order, text: str, act: str, amount: int | None) -> None:
    outcome = refund_status.told(order, request(text))
    found = outcome.act.facts.get("amount")
    assert (outcome.act.name, found) == (act, None if amount is None else gbp(amount))
    assert outcome.goes_on == ("refund_request" if act == "inform:way/refund" else "")


def test_refund_status_explains_every_difference() -> None:
    shares = (("gift_card", gbp(500)), ("card", gbp(205)))
    order = replace(an_order(RETURN_OPEN), returns=(replace(BACK, shares=shares),))
    [card] = refund_status.told(order, request()).cards
    assert card.rows == (
        ("return", "Thing 1 · open"), ("items", "10.00"), ("fee", "-2.95"), ("Gift_card", "5.00"), ("Card", "2.05"),
        ("return_label", "https://l"), ("delivery_kept", "3.95"),
    )  # fmt: skip


# --- which size, which colour, how many ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "slots", "skus"),
    [
        ("", {}, []),
        ("", {"new_size": "M"}, ["M"]),
        ("", {"new_size": "size m"}, ["M"]),
        ("", {"new_size": "medium"}, ["M"]),
        ("", {"new_size": "中号"}, ["M"]),
        ("", {"new_size": "bigger"}, ["M"]),
        ("", {"new_size": "two sizes bigger"}, ["L"]),
        ("", {"new_size": "大两码"}, ["L"]),
        ("", {"new_size": "smaller"}, []),  # there is none below
        ("", {"new_color": "blue"}, ["B"]),
        ("", {"new_color": "海蓝色"}, ["B"]),
        ("", {"new_color": "green"}, []),
        ("", {"size": "S", "new_size": "L"}, ["L"]),
        ("", {"size": "S"}, []),  # which it is already: no wish
        ("", {"size": "L"}, ["L"]),
        ("", {"same": "yes"}, ["SKU1"]),
        ("", {"variant": "B"}, ["B"]),
        ("no, L please", {"told": "yes", "new_size": "M", "new_color": "Red"}, ["L"]),
        ("rather in sea blue", {"told": "yes", "new_size": "S", "new_color": "Red"}, ["B"]),
        ("I'm fine with M", {"told": "yes", "new_size": "L", "new_color": "Red"}, ["M"]),
        ("it's too small, I'm between sizes", {"new_size": "M"}, ["M"]),
        ("S is too small, L", {}, ["L"]),
        ("换成L码", {}, ["L"]),
    ],
)
def test_variant_meant(text: str, slots: Mapping[str, str], skus: list[str]) -> None:
    line, asked = an_order(DELIVERED).lines[0], request(text, **slots)
    size, color = exchange_item.wish(SHIRT, line, asked)
    spoken = exchange_item.named(SHIRT, line, asked, size, color)
    wanted = spoken if exchange_item.fitting(SHIRT, line, *spoken) else (size, color)
    assert [variant.sku for variant in exchange_item.fitting(SHIRT, line, *wanted)] == skus


def test_what_comes_in_one_variant_is_exchanged_for_itself() -> None:
    only = product(("SKU1", "", Localised({}), 1000, 1))
    line = an_order(DELIVERED).lines[0]
    assert exchange_item.fitting(only, line, *exchange_item.wish(only, line, request())) == list(only.variants)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("one of the two shirts", "1"), ("I'd send back two of them", "2"), ("just one please", "1"), ("退一件", "1"),
        ("只退其中一个", "1"), ("两件里就换两双", "2"), ("that one", ""), ("the second one", ""), ("第二件", ""),
        ("just one question", ""), ("all of them", ""), ("order 10042", ""),
        ("not all, one bottle only", "1"), ("只取消一个", "1"), ("keep one only", ""),
    ],
)  # fmt: skip
def test_pieces_said_beyond_doubt(text: str, said: str) -> None:
    assert causes.pieces(text) == said


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("it's cheaper now, refund me the difference", "price"), ("the price dropped by a tenner", "price"),
        ("刚买就降价了，退差价", "price"), ("能价保吗", "price"), ("I want compensation", "goodwill"),
        ("can I keep it and get some money back", "goodwill"), ("给点补偿", "goodwill"), ("不退货，仅退款", "goodwill"),
        ("I was charged twice", "charge"), ("the coupon was not applied", "charge"), ("多收了运费", "charge"),
        ("it never arrived", "lost"), ("my parcel hasn't come", "lost"), ("快递丢了", "lost"), ("一直没收到", "lost"),
        ("I want a refund", ""), ("我要退款", ""), ("you cancelled my order", ""),
    ],
)  # fmt: skip
def test_cause_of_a_refund(text: str, cause: str) -> None:
    assert causes.cause(text) == cause


@pytest.mark.parametrize(
    ("reason", "key"),
    [
        ("too_small", "too_small"), ("way too tight", "too_small"), ("裤子长了，太大", "too_big"),
        ("色差太大", "not_as_described"), ("the colour is different from the picture", "not_as_described"),
        ("the sole came loose", "damaged"),
        ("it doesn't work", "damaged"), ("开不了机", "damaged"), ("寄错了", "wrong_item"), ("买多了", "changed_mind"),
        ("my dog hates it", ""), ("", ""),
    ],
)  # fmt: skip
def test_reasons_in_own_words(reason: str, key: str) -> None:
    assert reasons.known(reason) == key


class Catalogue:
    """Finds the mug by a typing error, and nothing else."""

    async def search(self, words: str, *, limit: int, market: str) -> tuple[Product, ...]:
        return (replace(product(number=2), score=0.9),) if words == "stonewear mug" else ()


async def test_lines_are_found_by_a_plural_and_with_a_typing_error() -> None:
    order = an_order(DELIVERED, DELIVERED)
    shirt, mug = (replace(line, name=Localised({"en": name})) for line, name in zip(
        order.lines, ("Harbour linen shirt", "Speckled stoneware mug"), strict=True
    ))  # fmt: skip
    order, shop = replace(order, lines=(shirt, mug)), cast(commerce.Shop, Catalogue())
    for words, found in (("shirts", [shirt]), ("stonewear mug", [mug]), ("mugs\nshirt", [shirt, mug]), ("lamp", [])):
        assert list(await lines.arrived(shop, order, request(products=words))) == found, words
    assert await lines.arrived(shop, order, request(products="mug\nlamp"), others=True) == (mug,)


@pytest.mark.parametrize(
    ("said", "names", "found"),
    [
        ("no, just the shirt", "shirt", "1"),
        ("actually keep the mug", "mug", "1"),
        ("send it back without the mug", "mug", "1"),
        ("杯子留着，只退衬衫", "杯子\n衬衫", "1"),
        ("the lamp instead", "lamp", "3"),
        ("no, only the hat", "hat", ""),  # asked again: it is none of these
    ],
)
async def test_a_choice_of_what_goes_back_ends_with_other_words(said: str, names: str, found: str) -> None:
    order, shop = an_order(DELIVERED, DELIVERED, DELIVERED), cast(commerce.Shop, Catalogue())
    called = ({"en": "Linen shirt", "zh": "亚麻衬衫"}, {"en": "Stoneware mug", "zh": "陶杯子"}, {"en": "Desk lamp"})
    order = replace(order, lines=tuple(
        replace(line, name=Localised(texts)) for line, texts in zip(order.lines, called, strict=True)
    ))  # fmt: skip
    before = {"said": "return the shirt and the mug", "products": "shirt\nmug"}
    chosen = choices.settled(before, order, lines="7-1,7-2")
    same = await lines.arrived(shop, order, request(**before, **chosen))
    assert [line.id for line in same] == ["7-1", "7-2"]
    span = [SlotSpan("product", name, said.index(name), said.index(name) + len(name)) for name in names.split("\n")]
    new = slots.collect(span, said, ("products", "keep"))
    now = await lines.arrived(shop, order, request(**{**before, **chosen, **new, "said": said}))
    assert [line.id for line in now] == [f"7-{number}" for number in found]


async def test_of_all_that_goes_some_pieces_of_a_line_stay() -> None:
    order = an_order(DELIVERED, DELIVERED)
    mugs = replace(order.lines[0], name=Localised({"en": "Mug"}), quantity=3)
    two = (mugs, replace(order.lines[1], name=Localised({"en": "Scarf"})))
    told = request(said="keep one mug", products="mug")
    assert await lines.but_kept(None, two, told) == {"7-1": 2}  # type: ignore[arg-type]
    assert await lines.but_kept(None, two, request(said="not the mug", products="mug")) == {}  # type: ignore[arg-type]


def test_pieces_belong_to_the_only_line_that_has_several() -> None:
    order = an_order(DELIVERED, DELIVERED)
    two = replace(order.lines[0], quantity=2)
    assert lines.counted((two,), request(quantity="1")) == {"7-1": 1}
    assert lines.counted((two, order.lines[1]), request(quantity="1")) == {"7-1": 1}
    assert lines.counted((two,), request(quantity="2")) == {}
    assert lines.counted((two,), request()) == {}
    assert lines.counted((order.lines[1],), request(quantity="5")) == {}


def test_gift_card_has_its_money_at_once_and_others_after_working_days() -> None:
    market = POLICY.market("uk")
    assert market.refund_by("gift_card", date(2026, 3, 20)) == date(2026, 3, 20)
    assert market.refund_by("card", date(2026, 3, 20)) == date(2026, 3, 31)  # seven working days from a Friday
    assert market.refund_by("card", date(2026, 12, 23)) == date(2027, 1, 6)  # with three days off in between
    assert datetime(2026, 3, 20, tzinfo=UTC).weekday() == 4


# --- from one request to another -------------------------------------------------------------------------------------


def hand_on(intent: str) -> Talk:
    talk = customer()
    slots = {"order_id": "10103", "reason": "broken", "lines": "l1", "cause": "price"}
    outcome = Outcome(Act("inform:way/return", {"order": Text("10103")}), slots=slots, goes_on=intent)
    talk.answers["cancel_order"] = lambda read: outcome
    return talk


def test_another_skill_takes_over_with_what_was_said() -> None:
    talk = hand_on("return_item")
    speak = talk.text("money back for 10103", {"order_id": "10103"}, cancel_order=0.9)
    assert acts(speak) == ["inform:way/return", "confirm:return_items"]  # neither lines nor reason are asked again
    assert talk.reads[-1].flow.slots == {"order_id": "10103", "reason": "broken", "lines": "l1"}
    assert [flow.skill for flow in talk.conversation.flows] == ["return_items"]
    assert talk.conversation.wishes == ("return_item",)


def test_what_people_do_is_handed_on_to_them() -> None:
    talk = hand_on("delivery_problem")
    speak = talk.text("money back for 10103", {"order_id": "10103"}, cancel_order=0.9)
    assert acts(speak) == ["inform:way/return", "no_skill"] and offers(speak) == ["human"]
    assert not talk.conversation.flows


# --- done, and kept --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "act", "facts"),
    [
        (refused("window_over", until="2026-03-10"), "refused:return_items/window_over", {"day": Day(TENTH)}),
        (refused("window_over"), "refused:return_items/unsupported", {}),  # a shop that does not say its last day
        (refused("in_exchange"), "refused:return_items/in_exchange", {}),
    ],
)
async def test_a_refusal_at_the_last_moment_names_its_day_too(
    answer: Answer[Order], act: str, facts: Mapping[str, Fact]
) -> None:
    confirmed = Act("confirm:return_items", {"order": Text("10007")})
    pending = Confirmation("key", "return_items", "return", {}, confirmed, 1, NOW)
    outcome = await fulfilment(Shop(answer)).perform(pending, "shopper", EMMA, unless_after=None)
    assert outcome is not None and outcome.act.name == act
    assert outcome.act.facts == {**confirmed.facts, **facts}


async def test_exchanges_and_adjusted_prices_are_exported_without_loss(tmp_path: Path) -> None:
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'shop.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    clock = ManualClock(datetime(2026, 3, 4, 10, 0, tzinfo=UTC))
    assert not (await import_shop(engine, SAMPLE, clock.now())).problems
    shop = SqlShop(engine, clock, POLICY, SAMPLE / "knowledge")
    bag = {"lines": ["10056-2"], "quantities": {"10056-2": 1}, "sku": "OU08-YELL-20L"}
    for key, (email, verb, number, wanted) in enumerate([
        ("pau.serra@example.org", "exchange", "10056", bag),
        ("amelia.patel@example.org", "exchange", "10023", {"lines": ["10023-2"], "sku": "KI08-NAVY-500ML"}),
        ("amelia.patel@example.org", "return", "10023", {"lines": ["10023-1"]}),
        ("noah.fletcher@example.com", "price_match", "10127", {}),
        ("ruby.okafor@example.com", "refund", "10258", {}),
    ]):  # fmt: skip
        proof = await shop.customer(email)
        assert proof is not None
        quote = (await shop.quote(verb, proof, number, wanted)).value
        assert quote is not None, (verb, number)
        write = Write(f"k{key}", verb, quote.arguments, quote.version, "shopper")
        assert (await shop.perform(write)).status is AnswerStatus.DONE
        if key == 0:
            order = await shop.order(number, proof)
            assert order is not None and order.due == Money(800, order.total.currency)
            [row] = due_card(order, lambda fact: str(fact))[0].rows
            assert row[1] == "https://heronandhearth.example/pay/10056"
    await export_shop(engine, tmp_path / "out", SAMPLE)
    text = (tmp_path / "out" / "orders.jsonl").read_text(encoding="utf-8")
    for kept in ('"kind": "exchange"', '"replaces": "10056-4s"', '"due": "8.00"', '"adjusted": "4.00"', '"shares": [{'):
        assert kept in text
    assert '"expires": "2026-03-02"' in text
    report = await import_shop(engine, tmp_path / "out", clock.now())
    assert not report.problems and not any(report.changed.values())
    await engine.dispose()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"lines": {"adjusted": "11.00"}}, "adjusted and due are more than its price"),
        ({"lines": {"due": "12.00"}}, "adjusted and due are more than its price"),
        ({"lines": {"due": "3.00"}}, "is return_open, so nothing is due for it"),
        ({"lines": {"due": "3.00"}}, "more is due than the order's total leaves open"),
        ({"lines": {"replaces": "7-9"}}, "replaces '7-9', which is in no exchange of this order"),
        ({"payments": {"expires": "2026-05-01"}}, "expires belongs to a gift_card"),
        ({"returns": {"shares": [{"method": "card", "amount": "7.00"}]}}, "shares must make refund less fee"),
    ],
)
def test_import_names_what_does_not_add_up(change: dict[str, dict[str, Any]], fault: str) -> None:
    row: dict[str, Any] = {
        "number": "10007", "market": "uk", "currency": "GBP", "placed_at": "-P10D", "email": "a@example.com",
        "address": {"recipient": "A", "lines": ["1 High Street"], "postcode": "LS1 1AA", "country": "GB"},
        "lines": [{"id": "7-1", "sku": "SKU1", "name": {"en": "Shirt"}, "price": "10.00", "state": "return_open",
                   "parcel": "7-S1"}],
        "total": "10.00",
        "parcels": [
            {"id": "7-S1", "carrier": "DPD", "state": "delivered", "shipped_at": "-P8D", "delivered_at": "-P5D"}
        ],
        "payments": [{"id": "7-P1", "method": "card", "amount": "10.00", "state": "paid"}],
        "returns": [{"id": "7-R1", "lines": ["7-1"], "state": "open", "at": "-P1D", "refund": "10.00", "fee": "2.95"}],
    }  # fmt: skip
    def faults() -> list[str]:
        record = OrderRecord.model_validate(row, context={"origin": Origin(NOW, POLICY.shop.zone)})
        return list(order_checks.order_faults(record, Goods(), POLICY, NOW))

    assert faults() == []
    for part, values in change.items():
        row[part][0] |= values
    assert any(fault in found for found in faults())


@pytest.mark.parametrize("state", ["due", "void"])
def test_import_takes_no_payment_for_what_is_still_to_be_paid(state: str) -> None:
    """Exports of earlier versions held it twice: as such a payment, and at its line."""
    payment = {"id": "7-P2", "method": "online", "amount": "3.00", "state": state}
    with pytest.raises(ValidationError, match="stands at its line, as due: leave this payment out"):
        PaymentRecord.model_validate(payment, context={"origin": Origin(NOW, POLICY.shop.zone)})
