"""Baskets, promotions and terms of every Shop; and the import format's promotions and payments taken twice."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine
from test_shop_contract import EMMA, NOW, Clock, clock, seeded, shop, signed_in  # noqa: F401 (three are fixtures)
from test_shop_policy import edit, folder  # noqa: F401 (one is a fixture)
from test_shop_transfer import ORDER, Fill, engine, fill  # noqa: F401 (two are fixtures)

from bot.commerce import Answer, AnswerStatus, Discount, Promotion, Shop
from bot.conversation import Access, Proof
from bot.errors import BadInput
from bot.facts import Localised, Money
from bot.shop import orders, promotions
from bot.shop.policy import read_policy
from bot.shop.transfer import SAMPLE, import_shop
from bot.store.database import reading

SHIRT, MUG, TEA = "CL01-WHIT-M", "KI01-INK", "PA01-250G"


# --- baskets ---------------------------------------------------------------------------------------------------------


async def test_a_basket_is_priced_with_delivery_charge_and_day_of_now(shop: Shop) -> None:  # noqa: F811
    basket = await shop.fill_basket({SHIRT: 1, MUG: 2})
    assert [(line.sku, line.quantity, line.price.minor) for line in basket.lines] == [(SHIRT, 1, 4900), (MUG, 2, 3200)]
    assert (basket.goods, basket.total, basket.delivery_fee) == tuple(Money(m, "GBP") for m in (8100, 8100, 0))
    assert basket.free_delivery_from == Money(6000, "GBP") and basket.market == "uk"
    assert basket.promised == date(2026, 3, 9)  # three working days after a Wednesday
    assert basket.url == f"https://heronandhearth.example/basket/{basket.token}" and basket.lines[0].stock == 22


async def test_below_the_limit_delivery_is_charged(shop: Shop) -> None:  # noqa: F811
    basket = await shop.fill_basket({SHIRT: 1})
    assert (basket.goods.minor, basket.total.minor, basket.delivery_fee) == (4900, 5295, Money(395, "GBP"))


async def test_after_the_cut_off_the_day_is_later(shop: Shop, clock: Clock) -> None:  # noqa: F811
    clock.at = NOW.replace(hour=17)
    assert (await shop.fill_basket({SHIRT: 1})).promised == date(2026, 3, 10)


async def test_a_basket_is_in_the_currency_of_its_market(shop: Shop) -> None:  # noqa: F811
    basket = await shop.fill_basket({SHIRT: 1}, market="cn")
    assert (basket.total, basket.delivery_fee, basket.market) == (Money(42900, "CNY"), Money(0, "CNY"), "cn")


async def test_a_basket_is_read_by_its_token_at_prices_and_stock_of_now(shop: Shop) -> None:  # noqa: F811
    filled = await shop.fill_basket({SHIRT: 1})
    assert await shop.basket(filled.token) == filled
    assert await shop.basket("nobody-can-guess-this") is None


async def test_tokens_are_long_and_differ(shop: Shop) -> None:  # noqa: F811
    tokens = {(await shop.fill_basket({SHIRT: 1})).token for _ in range(20)}
    assert len(tokens) == 20 and min(map(len, tokens)) >= 20


async def test_filling_a_known_basket_replaces_its_goods_under_the_same_link(shop: Shop) -> None:  # noqa: F811
    first = await shop.fill_basket({SHIRT: 1})
    again = await shop.fill_basket({MUG: 3}, token=first.token)
    assert (again.token, again.url) == (first.token, first.url)
    assert [(line.sku, line.quantity) for line in again.lines] == [(MUG, 3)]


async def test_an_unknown_token_gets_a_fresh_basket_not_one_of_its_own_making(shop: Shop) -> None:  # noqa: F811
    assert (await shop.fill_basket({SHIRT: 1}, token="mine")).token != "mine"


async def test_what_is_not_sold_or_not_there_is_left_out_and_capped(shop: Shop) -> None:  # noqa: F811
    basket = await shop.fill_basket({"NO-SUCH": 1, "CL01-WHIT-XL": 1, "CL01-WHIT-L": 9, MUG: 0})  # XL: none, L: four
    assert [(line.sku, line.quantity) for line in basket.lines] == [("CL01-WHIT-L", 4)]


async def test_an_empty_basket_costs_nothing_but_delivery(shop: Shop) -> None:  # noqa: F811
    basket = await shop.fill_basket({})
    assert (basket.lines, basket.goods.minor) == ((), 0)


async def test_an_old_basket_is_forgotten(shop: Shop, clock: Clock) -> None:  # noqa: F811
    old = await shop.fill_basket({SHIRT: 1})
    clock.at = NOW + timedelta(days=91)
    await shop.fill_basket({MUG: 1})
    assert await shop.basket(old.token) is None


# --- terms -----------------------------------------------------------------------------------------------------------


async def test_terms_are_those_of_the_market(shop: Shop) -> None:  # noqa: F811
    uk, cn = await shop.terms(), await shop.terms("cn")
    assert uk.methods == ("card", "paypal", "klarna", "gift_card") and cn.methods == ("alipay", "wechat_pay", "card")
    assert uk.authorisation_days == 7


# --- promotions ------------------------------------------------------------------------------------------------------


async def ask(shop: Shop, code: str, **about: Any) -> Answer[Discount]:  # noqa: F811
    return await shop.promotion(code, about.pop("proof", None), **about)


@pytest.mark.parametrize(("code", "reason"), [
    ("NOPE", "unknown"), ("WINTER20", "expired"), ("SUMMER20", "not_yet"), ("HANGZHOU20", "other_market"),
    ("FIRST500", "used_up"),
])  # fmt: skip
async def test_a_code_fails_for_its_own_reason(shop: Shop, code: str, reason: str) -> None:  # noqa: F811
    answer = await ask(shop, code, market="uk")
    assert (answer.status, answer.reason) == (AnswerStatus.REFUSED, reason)
    assert ("promotion" in answer.detail) is (reason != "unknown")


async def test_a_code_is_found_whatever_its_case(shop: Shop) -> None:  # noqa: F811
    assert (await ask(shop, " spring15 ")).status is AnswerStatus.DONE


async def test_a_code_below_its_minimum_says_by_how_much(shop: Shop) -> None:  # noqa: F811
    basket = await shop.fill_basket({SHIRT: 1, MUG: 5})  # the mugs do not count
    answer = await ask(shop, "SPRING15", basket=basket.token)
    assert (answer.reason, answer.detail["missing"]) == ("below_minimum", Money(1100, "GBP"))


async def test_a_code_saves_its_share_of_the_goods_it_is_for(shop: Shop) -> None:  # noqa: F811
    basket = await shop.fill_basket({SHIRT: 2, MUG: 1})
    answer = await ask(shop, "SPRING15", basket=basket.token)
    assert answer.value is not None and answer.value.saving == Money(1470, "GBP")


async def test_a_code_does_not_count_for_other_goods(shop: Shop) -> None:  # noqa: F811
    basket = await shop.fill_basket({MUG: 9})
    assert (await ask(shop, "SPRING15", basket=basket.token)).reason == "other_goods"
    assert (await ask(shop, "SPRING15", products=("stoneware-mug",))).reason == "other_goods"
    named = await ask(shop, "SPRING15", products=("harbour-linen-shirt",))
    assert named.value is not None and named.value.saving is None


async def test_a_code_of_another_market_holds_in_its_own(shop: Shop) -> None:  # noqa: F811
    basket = await shop.fill_basket({SHIRT: 1}, market="cn")
    answer = await ask(shop, "HANGZHOU20", basket=basket.token)
    assert answer.value is not None and answer.value.saving == Money(2000, "CNY")
    assert (await ask(shop, "BRISTOL10", market="cn")).reason == "other_market"
    unknown = await ask(shop, "HANGZHOU20")  # whose market nobody knows yet is told of the code's own
    assert unknown.value is not None and unknown.value.promotion.amount == Money(2000, "CNY")


async def test_first_order_and_once_are_known_of_a_proved_shopper_only(shop: Shop) -> None:  # noqa: F811
    emma, sophie = await signed_in(shop, EMMA), await signed_in(shop, "sophie.evans@example.net")
    assert (await ask(shop, "WELCOME10")).status is AnswerStatus.DONE
    assert (await ask(shop, "WELCOME10", proof=emma)).reason == "not_first"
    assert (await ask(shop, "WELCOME10", proof=sophie)).reason == "already_used"
    delivery = Proof(Access.DELIVERY, "", "10242", NOW)
    assert (await ask(shop, "WELCOME10", proof=delivery)).status is AnswerStatus.DONE  # a postcode tells no history


async def test_a_guest_is_known_by_the_e_mail_of_his_order(shop: Shop) -> None:  # noqa: F811
    guest = await shop.identify("10201", "guest@example.net")
    assert (await ask(shop, "WELCOME10", proof=guest)).reason == "not_first"


async def test_only_public_codes_of_now_are_told(shop: Shop, clock: Clock) -> None:  # noqa: F811
    assert [promotion.code for promotion in await shop.promotions()] == ["SPRING15", "TEATIME", "WELCOME10"]
    assert "HANGZHOU20" in [promotion.code for promotion in await shop.promotions("cn")]
    clock.at = NOW + timedelta(days=45)
    assert [promotion.code for promotion in await shop.promotions()] == ["SUMMER20", "TEATIME", "WELCOME10"]


async def test_a_promotion_names_its_goods_and_sums_in_the_market(shop: Shop) -> None:  # noqa: F811
    tea = next(promotion for promotion in await shop.promotions("cn") if promotion.code == "TEATIME")
    assert (tea.amount, tea.minimum, tea.once) == (Money(4000, "CNY"), Money(20000, "CNY"), True)
    assert [name.text("zh") for name in tea.goods] == ["茶与食品"]


# --- the rule, purely ------------------------------------------------------------------------------------------------

MARKET = read_policy(SAMPLE).market("uk")
ROW: dict[str, Any] = {
    "code": "X", "percent": 10, "amounts": {}, "minimum": {}, "first": None, "last": None, "categories": [],
    "products": [], "markets": [], "public": True, "once": False, "first_order": False, "used": 0, "most": None,
}  # fmt: skip
SHOWN = Promotion("X", Localised({}), 10, None, None, None, None, (), once=False, first_order=False)
TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(("row", "day", "reason"), [
    ({"last": TODAY}, TODAY, ""), ({"last": TODAY}, TODAY + timedelta(days=1), "expired"),
    ({"first": TODAY}, TODAY, ""), ({"first": TODAY}, TODAY - timedelta(days=1), "not_yet"),
    ({"used": 4, "most": 5}, TODAY, ""), ({"used": 5, "most": 5}, TODAY, "used_up"),
    ({"markets": ["eu"], "last": TODAY - timedelta(days=9)}, TODAY, "other_market"),
])  # fmt: skip
def test_both_days_of_a_promotion_count_and_the_first_rule_that_fails_is_named(
    row: dict[str, Any], day: date, reason: str
) -> None:
    assert promotions.judge({**ROW, **row}, {}, SHOWN, promotions.Case(MARKET, day)).reason == reason


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 10**7), min_size=1), st.integers(1, 100), st.booleans())
def test_a_saving_is_never_more_than_the_goods(goods: dict[str, int], percent: int, fixed: bool) -> None:
    amount = Money(percent * 100, "GBP") if fixed else None
    shown = replace(SHOWN, percent=0 if fixed else percent, amount=amount)
    row = {**ROW, "products": ["a", "b"]}
    answer = promotions.judge(row, {}, shown, promotions.Case(MARKET, TODAY, goods, priced=True))
    fitting = sum(minor for id_, minor in goods.items() if id_ in "ab")
    if not goods.keys() & {"a", "b"}:
        assert answer.reason == "other_goods"
        return
    assert answer.value is not None and answer.value.saving is not None
    saving = answer.value.saving.minor
    assert 0 <= saving <= fitting
    assert saving == min(percent * 100, fitting) if fixed else abs(saving * 100 - fitting * percent) <= 50


# --- policy and import -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new", "problem"), [
    ('delivery_fee = "3.95"', "delivery_fee = 3.95", "policy.toml: markets.uk.delivery_fee: must be text"),
    ('delivery_fee = "3.95"\n', "", "policy.toml: markets.uk.free_delivery_from: needs a delivery_fee"),
    ('methods = ["alipay", "wechat_pay", "card"]', 'methods = ["Alipay"]', "policy.toml: markets.cn.methods: 'Alipay'"),
    ("authorisation_days = 7", "authorisation_days = -1", "policy.toml: markets.uk.authorisation_days: must be"),
])  # fmt: skip
def test_the_rules_of_buying_are_checked(folder: Path, old: str, new: str, problem: str) -> None:  # noqa: F811
    edit(folder / "policy.toml", old, new)
    with pytest.raises(BadInput) as caught:
        read_policy(folder)
    assert any(line.startswith(problem) for line in str(caught.value).splitlines()), str(caught.value)


def test_the_rules_of_buying_may_be_left_out(folder: Path) -> None:  # noqa: F811
    text = (folder / "policy.toml").read_text("utf-8").splitlines()
    names = ("delivery_fee", "free_delivery_from", "methods", "authorisation_days")
    (folder / "policy.toml").write_text("\n".join(line for line in text if not line.startswith(names)), "utf-8")
    uk = read_policy(folder).market("uk")
    assert (uk.delivery_fee, uk.delivery(100), uk.methods, uk.authorisation_days) == (None, None, (), 7)


AMOUNTS = {"GBP": "5", "EUR": "6.0", "CNY": "40"}
PROMOTION: dict[str, Any] = {"code": "save5", "text": {"en": "Five off"}, "amounts": AMOUNTS}


@pytest.mark.parametrize(("promotion", "expected"), [
    ({**PROMOTION, "percent": 10}, "percent, amounts: give one of the two"),
    ({"code": "X1", "text": {"en": "x"}}, "percent, amounts: give one of the two"),
    ({**PROMOTION, "amounts": {"GBP": "5"}}, "amounts: needs one in CNY, EUR too, for its markets"),
    ({**PROMOTION, "amounts": {"GBP": "5.005", "EUR": "6", "CNY": "4"}}, "amounts: GBP: '5.005' is no amount in GBP"),
    ({**PROMOTION, "markets": ["us"]}, "markets: 'us' is not in shop.toml"),
    ({**PROMOTION, "categories": ["shoes"]}, "categories: 'shoes' is not in categories"),
    ({**PROMOTION, "products": ["boot"]}, "products: 'boot' is not in products"),
    ({**PROMOTION, "first": "+P2D", "last": "-P2D"}, "last: 2026-03-02 is before first, 2026-03-06"),
    ({**PROMOTION, "used": 3, "most": 2}, "used: 3 is more than most, 2"),
    ({**PROMOTION, "code": "two words"}, "code: "), ({**PROMOTION, "percentage": 5}, "percentage: no field"),
])  # fmt: skip
async def test_a_bad_promotion_is_named_with_its_line(
    engine: AsyncEngine, fill: Fill, promotion: dict[str, Any], expected: str  # noqa: F811
) -> None:
    report = await import_shop(engine, fill(promotions=[promotion]), NOW)
    assert any(str(problem).startswith(f"promotions.jsonl:1: {expected}") for problem in report.problems), report


async def test_codes_are_stored_in_capitals_and_amounts_alike(
    engine: AsyncEngine, fill: Fill  # noqa: F811
) -> None:
    assert (await import_shop(engine, fill(promotions=[PROMOTION]), NOW)).changed["promotions"] == 1
    same = {**PROMOTION, "code": "SAVE5", "amounts": {"GBP": "5.00", "EUR": "6.00", "CNY": "40.00"}}
    assert (await import_shop(engine, fill(promotions=[same]), NOW)).changed["promotions"] == 0
    async with reading(engine) as connection:
        row = await promotions.row_of(connection, "Save5")
    assert row is not None and row["amounts"] == {"GBP": 500, "EUR": 600, "CNY": 4000}


async def test_an_order_that_was_charged_twice_can_be_imported(engine: AsyncEngine, fill: Fill) -> None:  # noqa: F811
    again = {**ORDER["payments"][0], "id": "10001-P2"}
    report = await import_shop(engine, fill(orders=[{**ORDER, "payments": [*ORDER["payments"], again]}]), NOW)
    assert not report.problems
    async with reading(engine) as connection:
        order = await orders.read(connection, "10001")
    assert order is not None and len(order.payments) == 2
