"""The rules of after-sales as tables: which order, what is asked, what comes of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.commerce import AnswerStatus, Line, LineState, Order, Parcel, Payment, PostalAddress, Refund
from bot.facts import Localised, Money
from bot.shop import quotes
from bot.shop.addresses import Unfit, readdress
from bot.shop.policy import read_policy
from bot.shop.transfer import SAMPLE

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
POLICY = read_policy(SAMPLE)
LEEDS = PostalAddress("Emma Clarke", ("14 Rowan Street",), "Leeds", "West Yorkshire", "LS6 2AB", "GB", "+447700900101")
HANGZHOU = PostalAddress("李娜", ("西湖区文三路268号",), "杭州市", "浙江省", "310012", "CN", "+8613800000201")
BERLIN = PostalAddress("Jonas Weber", ("Torstraße 112",), "Berlin", "", "10119", "DE", "+4917604069011")
OPEN, PACKED, SHIPPED = LineState.OPEN, LineState.PACKED, LineState.SHIPPED
DELIVERED, CANCELLED = LineState.DELIVERED, LineState.CANCELLED
RETURN_OPEN, RETURNED = LineState.RETURN_OPEN, LineState.RETURNED


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def an_order(
    *states: LineState, paid: Sequence[tuple[str, int, str]] | None = None, days: int = 5, market: str = "uk"
) -> Order:
    """Lines of 10.00, 20.00, 30.00 … and 3.95 delivery; delivered ones came `days` ago; paid by card by default."""
    arrived = NOW - timedelta(days=days)
    lines = tuple(
        Line(
            f"7-{place}",
            f"SKU{place}",
            f"p{place}",
            Localised({"en": f"Thing {place}"}),
            "",
            1,
            gbp(1000 * place),
            state,
            "7-S1",
        )
        for place, state in enumerate(states, 1)
    )
    total = sum(line.price.minor for line in lines) + 395
    payments = tuple(
        Payment(f"7-P{place}", method, gbp(amount), state, "", NOW)
        for place, (method, amount, state) in enumerate([("card", total, "paid")] if paid is None else paid, 1)
    )
    gone = bool({DELIVERED, RETURN_OPEN, RETURNED} & set(states))
    parcel = Parcel(
        "7-S1", "DPD", "1", "", "delivered" if gone else "shipped", None, arrived, arrived if gone else None
    )
    return Order(
        "10007",
        "C001",
        "emma@example.com",
        "",
        market,
        NOW,
        LEEDS,
        lines,
        (parcel,),
        payments,
        gbp(395),
        gbp(total),
        version=3,
    )


# --- cancel ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ([PACKED], "packed"),
        ([PACKED, CANCELLED], "packed"),
        ([SHIPPED], "shipped"),
        ([SHIPPED, DELIVERED], "shipped"),
        ([PACKED, SHIPPED], "shipped"),
        ([DELIVERED], "delivered"),
        ([DELIVERED, RETURN_OPEN], "delivered"),
        ([RETURNED], "delivered"),
        ([CANCELLED, CANCELLED], "cancelled"),
    ],
)
def test_nothing_open_is_refused_with_how_far_it_went(states: list[LineState], reason: str) -> None:
    answer = quotes.cancel(an_order(*states))
    assert (answer.status, answer.reason, answer.value) == (AnswerStatus.REFUSED, reason, None)


@pytest.mark.parametrize(
    ("states", "paid", "lines", "refund", "method"),
    [
        ([OPEN, OPEN], None, ["7-1", "7-2"], 3395, "card"),  # the whole order: delivery fee too
        ([OPEN, CANCELLED], [("card", 3395, "paid")], ["7-1"], 3395, "card"),  # nothing refunded for line 2 yet
        ([OPEN, SHIPPED], None, ["7-1"], 1000, "card"),
        ([SHIPPED, OPEN, OPEN], None, ["7-2", "7-3"], 5000, "card"),
        ([OPEN, PACKED], None, ["7-1"], 1000, "card"),
        ([OPEN], [("card", 1395, "failed")], ["7-1"], 0, ""),
        ([OPEN], [("klarna", 1395, "authorised")], ["7-1"], 0, ""),
        ([OPEN], [], ["7-1"], 0, ""),
        ([OPEN], [("card", 1395, "failed"), ("paypal", 1395, "paid")], ["7-1"], 1395, "paypal"),
        ([OPEN], [("gift_card", 500, "paid"), ("card", 895, "paid")], ["7-1"], 1395, quotes.ORIGINAL_METHODS),
        ([OPEN, SHIPPED], [("gift_card", 2000, "paid"), ("card", 1395, "paid")], ["7-1"], 1000, "gift_card"),
    ],
)
def test_cancel_gives_back_what_was_paid_for_the_open_lines(
    states: list[LineState], paid: list[tuple[str, int, str]] | None, lines: list[str], refund: int, method: str
) -> None:
    quote = quotes.cancel(an_order(*states, paid=paid)).value
    assert quote is not None
    assert ([line.id for line in quote.lines], quote.refund, quote.method) == (lines, gbp(refund), method)


def test_split_payment_gives_each_method_its_share() -> None:
    order = an_order(OPEN, SHIPPED, paid=[("gift_card", 600, "paid"), ("card", 2795, "paid")])
    quote = quotes.cancel(order).value
    assert quote is not None
    assert quote.arguments["refunds"] == [{"method": "gift_card", "minor": 600}, {"method": "card", "minor": 400}]


def test_what_was_refunded_is_not_refunded_again() -> None:
    order = replace(an_order(OPEN, CANCELLED), refunds=(Refund("7-F1", gbp(2000), "card", "done", NOW),))
    quote = quotes.cancel(order).value
    assert quote is not None and quote.refund == gbp(1395)


# --- change address --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ([OPEN, PACKED], "packed"),
        ([OPEN, SHIPPED], "shipped"),
        ([PACKED, SHIPPED], "shipped"),
        ([DELIVERED], "delivered"),
        ([CANCELLED], "cancelled"),
    ],
)
def test_address_stays_once_anything_is_packed(states: list[LineState], reason: str) -> None:
    answer = quotes.change_address(an_order(*states), {"address": "5 Mill Lane, Leeds LS1 1AA"}, POLICY)
    assert (answer.status, answer.reason) == (AnswerStatus.REFUSED, reason)


def test_address_change_quotes_the_whole_new_address() -> None:
    answer = quotes.change_address(an_order(OPEN, CANCELLED), {"address": "5 Mill Lane, York YO1 7HH"}, POLICY)
    assert answer.value is not None and answer.value.version == 3
    assert answer.value.address == replace(LEEDS, lines=("5 Mill Lane",), city="York", region="", postcode="YO1 7HH")


def test_missing_part_is_named_in_detail() -> None:
    answer = quotes.change_address(an_order(OPEN), {"address": "5 Mill Lane"}, POLICY)
    assert (answer.reason, dict(answer.detail)) == ("bad_address", {"missing": "postcode"})


@pytest.mark.parametrize(
    ("old", "parts", "changed"),
    [
        (
            LEEDS,
            {"address": "5 Mill Lane", "postcode": "YO17HH"},
            {"lines": ("5 Mill Lane",), "city": "", "region": "", "postcode": "YO1 7HH"},
        ),
        (
            LEEDS,
            {"address": "16 Rowan Street", "postcode": "LS62AB"},
            {"lines": ("16 Rowan Street",)},
        ),  # same postcode, same place
        (
            LEEDS,
            {"address": "send it to Flat 2, 9 Castle Court, Bristol BS1 4ST, UK"},
            {"lines": ("Flat 2", "9 Castle Court"), "city": "Bristol", "region": "", "postcode": "BS1 4ST"},
        ),
        (
            LEEDS,
            {"address": "5 Mill Lane Leeds LS1 1AA"},
            {"lines": ("5 Mill Lane Leeds",), "city": "", "region": "", "postcode": "LS1 1AA"},
        ),
        (
            LEEDS,
            {"address": "Rose Cottage, Church Lane, Kirkby, LA6 2AZ"},
            {"lines": ("Rose Cottage", "Church Lane"), "city": "Kirkby", "region": "", "postcode": "LA6 2AZ"},
        ),
        (LEEDS, {"recipient": "Tom Clarke"}, {"recipient": "Tom Clarke"}),
        (LEEDS, {"phone": "+447700900555"}, {"phone": "+447700900555"}),
        (
            LEEDS,
            {"address": "5 Mill Lane, York YO1 7HH", "recipient": "Tom", "phone": "+447700900555"},
            {
                "lines": ("5 Mill Lane",),
                "city": "York",
                "region": "",
                "postcode": "YO1 7HH",
                "recipient": "Tom",
                "phone": "+447700900555",
            },
        ),
        (
            BERLIN,
            {"address": "5 rue de Rivoli, 75001 Paris, France"},
            {"lines": ("5 rue de Rivoli",), "city": "Paris", "postcode": "75001", "country": "FR"},
        ),
        (
            BERLIN,
            {"address": "Keizersgracht 12, 1015 CS Amsterdam", "country": "荷兰"},
            {"lines": ("Keizersgracht 12",), "city": "Amsterdam", "postcode": "1015 CS", "country": "NL"},
        ),
        (
            BERLIN,
            {"address": "Lindenallee 5", "city": "Potsdam", "postcode": "14467"},
            {"lines": ("Lindenallee 5",), "city": "Potsdam", "postcode": "14467"},
        ),
        (
            HANGZHOU,
            {"address": "上海市浦东新区张江路88号3栋502室"},
            {"lines": ("浦东新区张江路88号3栋502室",), "city": "上海市", "region": "", "postcode": ""},
        ),
        (
            HANGZHOU,
            {"address": "改到广东省深圳市南山区科苑路1号"},
            {"lines": ("南山区科苑路1号",), "city": "深圳市", "region": "广东省", "postcode": ""},
        ),
        (
            HANGZHOU,
            {"address": "四川成都武侯区人民南路四段11号 610041"},
            {"lines": ("武侯区人民南路四段11号",), "city": "成都", "region": "四川", "postcode": "610041"},
        ),
        (
            HANGZHOU,
            {"address": "文三路99号", "city": "杭州"},
            {"lines": ("文三路99号",), "city": "杭州", "region": "", "postcode": ""},
        ),
    ],
)
def test_new_address_keeps_nothing_of_the_old_place(
    old: PostalAddress, parts: dict[str, str], changed: dict[str, object]
) -> None:
    served = {"GB"} if old is LEEDS else {"CN"} if old is HANGZHOU else {"DE", "FR", "NL"}
    assert readdress(old, parts, served) == replace(old, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "parts", "unfit"),
    [
        (LEEDS, {"address": "5 Mill Lane"}, Unfit("bad_address", "postcode")),
        (LEEDS, {"address": "5 Mill Lane", "city": "York"}, Unfit("bad_address", "postcode")),
        (LEEDS, {"address": "5 Mill Lane", "postcode": "12345"}, Unfit("bad_address", "postcode")),
        (LEEDS, {"address": "LS6 2AB"}, Unfit("bad_address", "address")),
        (LEEDS, {"address": "my new place"}, Unfit("bad_address", "address")),
        (LEEDS, {"address": "my office", "city": "York"}, Unfit("bad_address", "address")),
        (LEEDS, {"city": "York"}, Unfit("bad_address", "address")),
        (LEEDS, {"address": "  "}, Unfit("bad_address", "address")),
        (LEEDS, {}, Unfit("bad_address", "address")),
        (LEEDS, {"address": "5 rue de Rivoli, 75001 Paris, France"}, Unfit("country")),
        (LEEDS, {"address": "5 Mill Lane, Dublin", "country": "Ireland"}, Unfit("country")),
        (LEEDS, {"address": "5 Mill Lane", "country": "Narnia"}, Unfit("country")),
        (HANGZHOU, {"address": "文三路99号"}, Unfit("bad_address", "postcode")),
        (HANGZHOU, {"address": "我公司"}, Unfit("bad_address", "address")),
        (HANGZHOU, {"address": "中山路1号", "country": "英国"}, Unfit("country")),
    ],
)
def test_what_the_address_lacks_is_asked_for(old: PostalAddress, parts: dict[str, str], unfit: Unfit) -> None:
    assert readdress(old, parts, {old.country}) == unfit


# --- return ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "asked", "days", "reason"),
    [
        ([DELIVERED], ["7-1"], 31, "window_over"),
        ([SHIPPED], [], 0, "not_delivered"),
        ([OPEN, PACKED], [], 0, "not_delivered"),
        ([DELIVERED, SHIPPED], ["7-2"], 5, "not_delivered"),
        ([RETURNED, RETURN_OPEN], [], 5, "nothing_left"),
        ([DELIVERED, RETURN_OPEN], ["7-2"], 5, "nothing_left"),
        ([CANCELLED], [], 5, "cancelled"),
        ([DELIVERED, CANCELLED], ["7-2"], 5, "cancelled"),
        ([DELIVERED], ["7-9"], 5, "not_found"),
        ([DELIVERED, DELIVERED, DELIVERED], ["7-3"], 5, "not_returnable"),
    ],
)
def test_return_is_refused_by_its_rule(states: list[LineState], asked: list[str], days: int, reason: str) -> None:
    answer = quotes.take_back(an_order(*states, days=days), asked, "", POLICY, NOW, {"7-3": "beauty"})
    assert (answer.status, answer.reason) == (AnswerStatus.REFUSED, reason)


@pytest.mark.parametrize(
    ("market", "days", "fine"),
    [("uk", 30, True), ("uk", 31, False), ("cn", 15, True), ("cn", 16, False), ("eu", 30, True)],
)
def test_window_ends_with_the_last_day_of_its_market(market: str, days: int, fine: bool) -> None:
    answer = quotes.take_back(an_order(DELIVERED, days=days, market=market), ["7-1"], "", POLICY, NOW, {})
    assert (answer.status is AnswerStatus.DONE) is fine


def test_return_quotes_line_prices_fee_and_method() -> None:
    quote = quotes.take_back(an_order(DELIVERED, DELIVERED), ["7-2"], "too_small", POLICY, NOW, {}).value
    assert quote is not None
    assert (quote.refund, quote.fee, quote.method, quote.arguments["reason"]) == (
        gbp(2000),
        gbp(295),
        "card",
        "too_small",
    )


def test_all_is_asked_but_only_what_may_come_back_is_quoted() -> None:
    answer = quotes.take_back(an_order(DELIVERED, DELIVERED), ["7-1", "7-2"], "", POLICY, NOW, {"7-1": "pantry"})
    assert answer.value is not None and [line.id for line in answer.value.lines] == ["7-2"]
    assert answer.detail["left_out"] == {"7-1": "not_returnable"}


def test_window_counts_from_the_last_parcel() -> None:
    order = an_order(DELIVERED, DELIVERED, days=40)
    later = replace(order.parcels[0], id="7-S2", delivered_at=NOW - timedelta(days=2))
    answer = quotes.take_back(replace(order, parcels=(*order.parcels, later)), ["7-1"], "", POLICY, NOW, {})
    assert answer.status is AnswerStatus.DONE


# --- again -----------------------------------------------------------------------------------------------------------


def test_requote_refuses_when_the_sum_is_no_longer_the_one_shown() -> None:
    order = an_order(DELIVERED)
    shown = quotes.take_back(order, ["7-1"], "", POLICY, NOW, {}).value
    assert shown is not None
    uk = POLICY.markets["uk"]
    dearer = replace(POLICY, markets={**POLICY.markets, "uk": replace(uk, return_fee=gbp(495))})
    assert quotes.again("return", order, shown.arguments, POLICY, NOW, {}).status is AnswerStatus.DONE
    assert quotes.again("return", order, shown.arguments, dearer, NOW, {}).reason == "changed"


def test_requote_knows_no_other_verb() -> None:
    assert quotes.again("teleport", an_order(OPEN), {}, POLICY, NOW, {}).status is AnswerStatus.UNSUPPORTED


def test_quotes_file_asks_neither_clock_nor_database() -> None:
    source = Path(quotes.__file__).read_text(encoding="utf-8")
    assert not any(word in source for word in ("sqlalchemy", ".now(", "async "))
