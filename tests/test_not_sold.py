"""What is answered for goods that the shop does not have: over the sample shop, in both languages."""

import pytest
from test_narrowing import Talk
from test_shop_contract import clock, seeded, shop  # noqa: F401 (fixtures)

from bot.commerce import Shop
from bot.skill import Outcome
from bot.skills import product_question, recommend

ASKED = "product_availability"


@pytest.fixture
def talk(shop: Shop) -> Talk:  # noqa: F811
    return Talk(shop)


def titles(outcome: Outcome) -> list[str]:
    return [card.title for card in outcome.cards]


@pytest.mark.parametrize("text", ["do you sell [hair dryers](product)?", "有没有[吹风机](product)"])
async def test_where_nothing_is_near_it_is_said_what_there_is(talk: Talk, text: str) -> None:
    outcome = await talk.to(product_question.SKILL, text, ASKED)
    assert outcome.act.name == "unknown_product" and not outcome.before
    (card,) = outcome.cards
    assert "Kitchen" in card.rows[0][1] and "Pets" in card.rows[0][1]


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("do you have a [gaming chair](product)?", "Folding camp chair"),
        ("do you sell [coffee machines](product)?", "Pour-over coffee set"),
    ],
)
async def test_the_nearest_goods_follow_the_no(talk: Talk, text: str, near: str) -> None:
    outcome = await talk.to(product_question.SKILL, text, ASKED)
    assert [act.name for act in outcome.before] == ["unknown_product"]
    assert outcome.act.name == "inform:suggestions/nearest" and near in titles(outcome)
    assert all(row[1] for card in outcome.cards for row in card.rows)


@pytest.mark.parametrize("text", ["do you sell a [pets aquarium](product)?", "有[宠物鱼缸](product)卖吗"])
async def test_goods_of_a_category_that_is_named_are_near(talk: Talk, text: str) -> None:
    outcome = await talk.to(product_question.SKILL, text, ASKED)
    assert [act.name for act in outcome.before] == ["unknown_product"]
    for id_ in outcome.slots["shown"].split():
        (product,) = await talk.shop.search(id_, limit=1)
        assert product.category.text("en") == "Pets"


async def test_what_only_looks_alike_is_not_near(talk: Talk) -> None:
    outcome = await talk.to(product_question.SKILL, "do you have a [sofa](product)?", ASKED)  # "soft" is no sofa
    assert outcome.act.name == "unknown_product" and titles(outcome) == ["advice.range"]


async def test_a_suggestion_of_goods_the_shop_does_not_have_is_a_no(talk: Talk) -> None:
    outcome = await talk.to(recommend.SKILL, "can you recommend a [lawn mower](product)?")
    assert outcome.act.name == "unknown_product"
    assert "lawn mower" not in talk.memory.values()


async def test_what_is_sold_out_is_not_said_to_be_unknown(talk: Talk) -> None:
    outcome = await talk.to(recommend.SKILL, "can you recommend a [mineral sunscreen](product)?")
    assert outcome.act.name == "inform:suggestions/none"


async def test_the_nearest_can_be_narrowed(talk: Talk) -> None:
    await talk.to(product_question.SKILL, "do you have a [gaming chair](product)?", ASKED)
    name, _ = await talk.says("anything cheaper?")
    assert name == "no_cheaper"
