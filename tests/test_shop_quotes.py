"""The rules of after-sales as tables: which order, what is asked, what comes of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.commerce import AnswerStatus, Line, LineState, Order, Parcel, Payment, PostalAddress, Refund
from bot.facts import Localised, Money
from bot.shop.addresses import Unfit, readdress
from bot.shop.policy import Season, read_policy
from bot.shop.transfer import SAMPLE
from bot.shop.verbs import VERBS, cancel, change_address, send_back
from bot.shop.verbs.verb import ORIGINAL_METHODS, Case

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


def case(order: Order, categories: dict[str, str] | None = None) -> Case:
    return Case(order, POLICY.market(order.market), NOW, POLICY.shop.zone, categories or {})


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
    answer = cancel.quote(case(an_order(*states)), {})
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
        ([OPEN], [("gift_card", 500, "paid"), ("card", 895, "paid")], ["7-1"], 1395, ORIGINAL_METHODS),
        ([OPEN, SHIPPED], [("gift_card", 2000, "paid"), ("card", 1395, "paid")], ["7-1"], 1000, "gift_card"),
    ],
)
def test_cancel_gives_back_what_was_paid_for_the_open_lines(
    states: list[LineState], paid: list[tuple[str, int, str]] | None, lines: list[str], refund: int, method: str
) -> None:
    quote = cancel.quote(case(an_order(*states, paid=paid)), {}).value
    assert quote is not None
    assert ([line.id for line in quote.lines], quote.refund, quote.method) == (lines, gbp(refund), method)


def test_split_payment_gives_each_method_its_share() -> None:
    order = an_order(OPEN, SHIPPED, paid=[("gift_card", 600, "paid"), ("card", 2795, "paid")])
    quote = cancel.quote(case(order), {}).value
    assert quote is not None
    assert quote.arguments["refunds"] == [{"method": "gift_card", "minor": 600}, {"method": "card", "minor": 400}]


def test_what_was_refunded_is_not_refunded_again() -> None:
    order = replace(an_order(OPEN, CANCELLED), refunds=(Refund("7-F1", gbp(2000), "card", "done", NOW),))
    quote = cancel.quote(case(order), {}).value
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
    answer = change_address.quote(case(an_order(*states)), {"address": "5 Mill Lane, Leeds LS1 1AA"})
    assert (answer.status, answer.reason) == (AnswerStatus.REFUSED, reason)


def test_address_change_quotes_the_whole_new_address() -> None:
    answer = change_address.quote(case(an_order(OPEN, CANCELLED)), {"address": "5 Mill Lane, York YO1 7HH"})
    assert answer.value is not None and answer.value.version == 3
    assert answer.value.address == replace(LEEDS, lines=("5 Mill Lane",), city="York", region="", postcode="YO1 7HH")


def test_missing_part_is_named_in_detail() -> None:
    answer = change_address.quote(case(an_order(OPEN)), {"address": "5 Mill Lane"})
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
        (LEEDS, {"phone": "07700900555"}, {"phone": "+447700900555"}),
        (HANGZHOU, {"phone": "13900001111"}, {"phone": "+8613900001111"}),
        (
            LEEDS,
            {"address": "Rose Cottage, Mill Road, Whitby YO22 4BG"},
            {"lines": ("Rose Cottage", "Mill Road"), "city": "Whitby", "region": "", "postcode": "YO22 4BG"},
        ),
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
        (LEEDS, {"address": "Mill Road, Leeds LS1 4DY"}, Unfit("bad_address", "address")),
        (LEEDS, {"address": "Mill Lane, Leeds LS1 4DY"}, Unfit("bad_address", "address")),
        (LEEDS, {"address": "somewhere in Park, ZZ99 9ZZ"}, Unfit("bad_address", "address")),
        (HANGZHOU, {"address": "文三路18号", "postcode": "310000"}, Unfit("bad_address", "address")),
        (HANGZHOU, {"phone": "138000000"}, Unfit("bad_address", "phone")),
        (HANGZHOU, {"address": "上海市徐汇区漕溪北路88号", "phone": "057112345678"}, Unfit("bad_address", "phone")),
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
    answer = send_back.quote(case(an_order(*states, days=days), {"7-3": "beauty"}), {"lines": asked})
    assert (answer.status, answer.reason) == (AnswerStatus.REFUSED, reason)


@pytest.mark.parametrize(
    ("market", "days", "fine"),
    [("uk", 30, True), ("uk", 31, False), ("cn", 15, True), ("cn", 16, False), ("eu", 30, True)],
)
def test_window_ends_with_the_last_day_of_its_market(market: str, days: int, fine: bool) -> None:
    answer = send_back.quote(case(an_order(DELIVERED, days=days, market=market)), {"lines": ["7-1"]})
    assert (answer.status is AnswerStatus.DONE) is fine


def test_return_quotes_line_prices_fee_and_method() -> None:
    quote = send_back.quote(case(an_order(DELIVERED, DELIVERED)), {"lines": ["7-2"], "reason": "too_small"}).value
    assert quote is not None
    assert (quote.refund, quote.fee, quote.method, quote.arguments["reason"]) == (
        gbp(2000),
        gbp(295),
        "card",
        "too_small",
    )


def test_all_is_asked_but_only_what_may_come_back_is_quoted() -> None:
    answer = send_back.quote(case(an_order(DELIVERED, DELIVERED), {"7-1": "pantry"}), {"lines": ["7-1", "7-2"]})
    assert answer.value is not None and [line.id for line in answer.value.lines] == ["7-2"]
    assert answer.detail["left_out"] == {"7-1": "not_returnable"}


def test_window_counts_from_the_last_parcel() -> None:
    order = an_order(DELIVERED, DELIVERED, days=40)
    later = replace(order.parcels[0], id="7-S2", delivered_at=NOW - timedelta(days=2))
    answer = send_back.quote(case(replace(order, parcels=(*order.parcels, later))), {"lines": ["7-1"]})
    assert answer.status is AnswerStatus.DONE


# --- asked again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "states", "arguments"), [
    ("cancel", [OPEN, OPEN], {}), ("cancel", [OPEN, SHIPPED], {"lines": ["7-1"]}),
    ("change_address", [OPEN], {"address": "5 Mill Lane, York YO1 7HH"}),
    ("return", [DELIVERED, DELIVERED], {"lines": ["7-2"], "reason": "too_big"}),
])  # fmt: skip
def test_a_quote_asked_again_with_its_own_arguments_is_the_same(verb: str, states: list[LineState], arguments: dict):
    before = case(an_order(*states))
    shown = VERBS[verb].quote(before, arguments).value
    assert shown is not None
    again = VERBS[verb].quote(before, shown.arguments).value
    assert again is not None and again.arguments == shown.arguments


def test_a_quote_asked_again_tells_when_the_sum_is_another() -> None:
    order = an_order(DELIVERED)
    shown = send_back.quote(case(order), {"lines": ["7-1"]}).value
    assert shown is not None
    dearer = replace(case(order), market=replace(POLICY.markets["uk"], return_fee=gbp(495)))
    again = send_back.quote(dearer, shown.arguments).value
    assert again is not None and again.arguments != shown.arguments


# --- single pieces ---------------------------------------------------------------------------------------------------


def test_some_pieces_of_a_line_cost_their_part_and_no_cent_is_lost() -> None:
    three = replace(an_order(OPEN, paid=[("card", 1395, "paid")]).lines[0], quantity=3)
    order = replace(an_order(OPEN, paid=[("card", 1395, "paid")]), lines=(three,))
    one = cancel.quote(case(order), {"quantities": {"7-1": 1}}).value
    two = cancel.quote(case(order), {"quantities": {"7-1": 2}}).value
    assert one is not None and two is not None and one.refund is not None and two.refund is not None
    assert (one.refund.minor, two.refund.minor) == (333, 667)
    assert one.arguments["quantities"] == {"7-1": 1}


@pytest.mark.parametrize("pieces", [0, -1, 4])
def test_more_pieces_than_there_are_are_not_found(pieces: int) -> None:
    three = replace(an_order(OPEN).lines[0], quantity=3)
    order = replace(an_order(OPEN), lines=(three,))
    assert cancel.quote(case(order), {"quantities": {"7-1": pieces}}).reason == "not_found"


# --- rules of the market ---------------------------------------------------------------------------------------------


def test_money_goes_back_in_the_order_the_shop_sets() -> None:
    order = an_order(OPEN, SHIPPED, paid=[("card", 2795, "paid"), ("gift_card", 600, "paid")])
    quote = cancel.quote(case(order), {}).value
    assert quote is not None
    assert quote.arguments["refunds"] == [{"method": "gift_card", "minor": 600}, {"method": "card", "minor": 400}]


def test_what_was_bought_in_a_season_may_come_back_until_its_day() -> None:
    season = Season(date(2026, 3, 1), date(2026, 3, 31), date(2026, 6, 30))
    market = replace(POLICY.markets["uk"], seasons=(season,))
    order = replace(an_order(DELIVERED, days=90), placed_at=datetime(2026, 3, 2, tzinfo=UTC))
    late = replace(case(order), market=market, now=datetime(2026, 6, 30, 20, tzinfo=UTC))
    assert send_back.quote(late, {}).status is AnswerStatus.DONE
    assert send_back.quote(replace(late, now=datetime(2026, 7, 1, 20, tzinfo=UTC)), {}).reason == "window_over"


def test_a_fault_of_ours_costs_no_return_fee() -> None:
    quote = send_back.quote(case(an_order(DELIVERED)), {"reason": "damaged"}).value
    assert quote is not None and quote.fee == gbp(0)
