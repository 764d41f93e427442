"""The sample shop is as large and as consistent as it claims; its anchor orders are what the docs say."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from shop_folders import read_folder

from bot.commerce import LineState
from bot.shop.money import to_minor
from bot.shop.policy import read_policy
from bot.shop.records import OrderRecord
from bot.shop.transfer import SAMPLE

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
SHOP = read_folder(SAMPLE, NOW)
GOODS = SHOP.goods
POLICY = read_policy(SAMPLE)
TOPICS = {"return_policy", "shipping_info", "payment_methods", "promo_discount", "store_info", "warranty"}


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2026, 11, 29, 23, 5, tzinfo=UTC),  # late, five weeks after London's clocks changed
        datetime(2026, 7, 14, 0, 3, tzinfo=UTC),
        datetime(2027, 3, 28, 23, 59, tzinfo=UTC),  # the clocks went forward
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # and back
        datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
    ],
)
def test_sample_is_without_fault_whenever_it_is_imported(now: datetime) -> None:
    """Relative times keep their order at any time of day and year."""
    assert [str(problem) for problem in read_folder(SAMPLE, now).report.problems] == []


def test_sample_is_as_large_as_promised() -> None:
    assert len(SHOP.products) >= 120 and len(GOODS.categories) >= 8
    assert len(GOODS.customers) == 60 and len(GOODS.orders) == 300
    assert Counter(customer.market for customer in GOODS.customers.values()) == {"uk": 20, "eu": 20, "cn": 20}
    assert sum(not order.customer for order in GOODS.orders.values()) >= 20
    assert sorted(GOODS.orders) == [str(number) for number in range(10001, 10301)]


def test_every_text_is_there_in_both_languages() -> None:
    for product in SHOP.products.values():
        for texts in (product.name, product.material, product.description, product.care):
            assert set(texts) == {"en", "zh"}, product.id
        for variant in product.variants:
            assert set(variant.prices) == {"GBP", "EUR", "CNY"}, variant.sku
    sold_out = [
        product.id for product in SHOP.products.values() if all(variant.stock == 0 for variant in product.variants)
    ]
    assert len(sold_out) >= 3


def test_customers_are_reachable_and_of_their_countries() -> None:
    countries = {customer.addresses[0].country for customer in GOODS.customers.values()}
    assert {"GB", "CN", "DE", "FR", "NL", "ES", "IT"} <= countries
    for customer in GOODS.customers.values():
        assert customer.phone.startswith("+") and customer.email.split("@")[1] in {
            "example.com",
            "example.org",
            "example.net",
        }
        assert customer.phone.startswith({"cn": "+861", "uk": "+447700900", "eu": "+"}[customer.market])
        assert customer.market != "cn" or len(customer.phone) == 14


def state(order: OrderRecord) -> str:
    states = {line.state for line in order.lines if line.state is not LineState.CANCELLED}
    if not states:
        return "cancelled"
    if all(payment.state == "failed" for payment in order.payments):
        return "unpaid"
    return "/".join(sorted(states))


def test_every_state_is_there_in_every_market() -> None:
    seen = {(order.market, state(order)) for order in GOODS.orders.values()}
    for name in ("cancelled", "unpaid", "open", "packed", "shipped", "delivered", "return_open", "returned"):
        assert {market for market, found in seen if found == name} == {"uk", "eu", "cn"}, name
    assert {"open/shipped", "packed/shipped", "delivered/open"} <= {found for _, found in seen}
    assert {parcel.state for order in GOODS.orders.values() for parcel in order.parcels} >= {"lost", "refused"}
    assert any(len({payment.method for payment in order.payments}) == 2 for order in GOODS.orders.values())


def test_late_and_overdue_orders_are_there() -> None:
    late = [o for o in GOODS.orders.values() if state(o) == "shipped" and o.promised and o.promised < NOW.date()]
    delivered = [
        p.delivered_at for o in GOODS.orders.values() if state(o) == "delivered" for p in o.parcels if p.delivered_at
    ]
    assert len(late) >= 15
    assert sum(at > NOW - timedelta(days=15) for at in delivered) >= 20
    assert sum(at < NOW - timedelta(days=31) for at in delivered) >= 30


def test_delivery_fees_are_those_of_the_knowledge() -> None:
    fees = {"uk": (395, 6000), "eu": (695, 9000), "cn": (1200, 19900)}
    for order in GOODS.orders.values():
        fee, free_from = fees[order.market]
        goods = sum(to_minor(line.price, order.currency) for line in order.lines)
        assert to_minor(order.delivery_fee, order.currency) == (0 if goods >= free_from else fee), order.number


@pytest.mark.parametrize(
    ("number", "email", "expected"),
    [
        ("10042", "emma.clarke@example.com", "shipped"),
        ("10043", "emma.clarke@example.com", "open"),
        ("10044", "emma.clarke@example.com", "delivered"),
        ("10045", "emma.clarke@example.com", "delivered"),
        ("10046", "emma.clarke@example.com", "shipped"),
        ("10047", "emma.clarke@example.com", "open"),
        ("10048", "emma.clarke@example.com", "packed"),
        ("10049", "emma.clarke@example.com", "open/shipped"),
        ("10050", "emma.clarke@example.com", "cancelled"),
        ("10051", "emma.clarke@example.com", "unpaid"),
        ("10052", "emma.clarke@example.com", "return_open"),
        ("10053", "emma.clarke@example.com", "returned"),
        ("10101", "li.na@example.com", "shipped"),
        ("10102", "li.na@example.com", "open"),
        ("10103", "li.na@example.com", "delivered"),
        ("10105", "li.na@example.com", "shipped"),
        ("10106", "li.na@example.com", "open"),
        ("10107", "li.na@example.com", "packed"),
        ("10108", "li.na@example.com", "open/shipped"),
        ("10151", "jonas.weber@example.com", "open"),
        ("10201", "guest@example.net", "open"),
        ("10202", "peter.aldridge@example.net", "delivered"),
    ],
)
def test_anchor_orders_are_what_the_docs_say(number: str, email: str, expected: str) -> None:
    order = GOODS.orders[number]
    assert (order.email, state(order)) == (email, expected)


def test_anchor_orders_stand_on_their_side_of_the_limits() -> None:
    def total(number: str) -> int:
        order = GOODS.orders[number]
        return to_minor(order.total, order.currency)

    assert total("10047") > POLICY.markets["uk"].approval_limit.minor > total("10043")
    assert total("10106") > POLICY.markets["cn"].approval_limit.minor > total("10102")
    for late, on_time in (("10046", "10042"), ("10105", "10101")):
        assert (GOODS.orders[late].promised or NOW.date()) < NOW.date() < (GOODS.orders[on_time].promised or NOW.date())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_topic_has_its_page(language: str) -> None:
    pages = {
        path.stem: path.read_text(encoding="utf-8").count("\n## ")
        for path in (SAMPLE / "knowledge" / language).glob("*.md")
    }
    assert pages.keys() == TOPICS and min(pages.values()) >= 5
