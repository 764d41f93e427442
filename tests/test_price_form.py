"""The form of a price, and what is in the box: answered by the market's rules and the shop's own words."""

from dataclasses import replace

import pytest
from test_narrowing import Talk
from test_shop_contract import clock, seeded, shop  # noqa: F401 (fixtures)

from bot import budget, cues
from bot.commerce import Shop, Terms
from bot.facts import Money
from bot.skill import Outcome
from bot.skills import product_question

SKILL = product_question.SKILL


@pytest.fixture
def talk(shop: Shop) -> Talk:  # noqa: F811
    return Talk(shop)


def rows(outcome: Outcome) -> list[tuple[str, str]]:
    return [row for card in outcome.cards for row in card.rows]


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("how much is it incl. VAT?", "tax"),
        ("is that including tax?", "tax"),
        ("does the price include VAT", "tax"),
        ("is VAT included?", "tax"),
        ("这个价格含税吗", "tax"),
        ("價格含增值稅嗎", "tax"),
        ("what's in the box?", "in_box"),
        ("does it come with a charger?", "in_box"),
        ("包装里有什么", "in_box"),
        ("盒子裡都有什麼", "in_box"),
        ("how much is it", ""),
        ("can I have an invoice with my company name", ""),
        ("the box was damaged", ""),
        ("包装破了", ""),
    ],
)
def test_what_is_asked_of_a_price_or_a_box(text: str, slot: str) -> None:
    assert list(cues.found(text, ("tax", "in_box"))) == ([slot] if slot else [])


@pytest.mark.parametrize(
    ("text", "code"), [("in euros?", "EUR"), ("多少欧元", "EUR"), ("in dollars", "USD"), ("how much is it now", "")]
)
def test_the_currency_a_text_names(text: str, code: str) -> None:
    assert budget.currency(text) == code


async def test_a_price_is_said_to_hold_the_tax_where_the_market_s_rules_say_so(talk: Talk) -> None:
    price = "product_price"
    plain = await talk.to(SKILL, "how much is the [Harbour linen shirt](product)?", price)
    taxed = await talk.to(SKILL, "how much is the [Harbour linen shirt](product) incl. VAT?", price)
    assert ("", "advice.taxed") in rows(taxed) and ("", "advice.taxed") not in rows(plain)


async def test_where_the_rules_say_nothing_of_taxes_that_is_said(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = await talk.shop.terms()

    async def untold(market: str = "") -> Terms:
        return replace(terms, taxed=False)

    monkeypatch.setattr(talk.shop, "terms", untold)
    outcome = await talk.to(SKILL, "is the [Harbour linen shirt](product) incl. VAT?", "product_price")
    assert [act.name for act in outcome.before] == ["inform:price"] and outcome.act.name == "no_passage"


async def test_a_price_is_never_converted(talk: Talk) -> None:
    dollars = await talk.to(SKILL, "how much is the [Harbour linen shirt](product) in dollars?", "product_price")
    assert dollars.act.facts["price"] == Money(4900, "GBP")
    assert ("advice.paid_in", "GBP") in rows(dollars)


async def test_the_price_of_another_market_is_its_own(talk: Talk) -> None:
    euros = await talk.to(SKILL, "how much is the [Harbour linen shirt](product) in euros?", "product_price")
    assert euros.act.facts["price"] == Money(5900, "EUR") and "advice.paid_in" not in dict(rows(euros))


async def test_what_is_in_the_box_is_said_or_that_it_is_not_stated(talk: Talk) -> None:
    unknown = await talk.to(SKILL, "what's in the box of the [power bank](product)?", "product_info")
    assert [act.name for act in unknown.before] == ["inform:product"] and unknown.act.name == "no_passage"
    known = await talk.to(SKILL, "what's in the box of the [linen tea towels](product)?", "product_info")
    assert known.act.name == "inform:product"  # "set of 2"
