"""Suggestions turned and narrowed step by step over the sample shop; the model's marks are written into the texts."""

from dataclasses import dataclass, field

import pytest
from test_buying import LONDON, say
from test_shop_contract import NOW, clock, seeded, shop  # noqa: F401 (three are fixtures)
from test_shopping import marked

from bot import slots
from bot.commerce import Product, Shop, Variant
from bot.extents import exceeds, extents
from bot.facts import Localised, Money
from bot.flows import REMEMBERED
from bot.skill import Outcome, Request, Skill
from bot.skills import compare, product_question, recommend, wanted


@dataclass
class Talk:
    """Messages to the skills of advice, with what the conversation remembers between them."""

    shop: Shop
    language: str = "en"
    memory: dict[str, str] = field(default_factory=dict)

    async def to(self, skill: Skill, text: str, intent: str = "") -> Outcome:
        spans, plain = marked(text)
        known = {name: value for name, value in self.memory.items() if name in skill.slots}
        given = {**known, **slots.collect(spans, plain, skill.slots)}
        request = Request(given, intent or skill.intents[0], plain, self.language, NOW, NOW.date(), say, zone=LONDON)
        outcome = await skill.run(self.shop, request)
        assert outcome.act.name in skill.acts, outcome.act.name
        assert all(act.name in skill.acts for act in outcome.before)
        held = {name: value for name, value in {**given, **outcome.slots}.items() if value}
        self.memory |= {name: held.get(name, "") for name in REMEMBERED if name in held or name in outcome.slots}
        if "taste" not in held and "product" in held:
            self.memory |= {"taste": "", "seen": ""}
        return outcome

    async def says(self, text: str) -> tuple[str, list[str]]:
        outcome = await self.to(recommend.SKILL, text)
        return outcome.act.name.removeprefix("inform:suggestions/"), [card.title for card in outcome.cards]


@pytest.fixture
def talk(shop: Shop) -> Talk:  # noqa: F811
    return Talk(shop)


async def test_cheaper_is_of_the_same_kind_or_there_is_none(talk: Talk) -> None:
    _, titles = await talk.says("can you recommend a [mug](product)")
    assert titles == ["Speckled stoneware mug", "Enamel camping mug"]
    outcome = await talk.to(recommend.SKILL, "anything cheaper?")
    assert outcome.act.name == "inform:suggestions/no_cheaper"
    assert say(outcome.act.facts["product"]) == "Enamel camping mug"  # the cheapest of those shown
    assert not outcome.cards


async def test_what_is_refused_for_its_price_is_beaten_by_what_costs_less(talk: Talk) -> None:
    await talk.to(product_question.SKILL, "how much is the [Harbour linen shirt](product)?", "product_price")
    assert await talk.says("too expensive") == ("cheaper", ["Quayside Oxford shirt", "Everyday cotton T-shirt"])
    assert await talk.says("it's still too much") == ("no_cheaper", [])


async def test_a_colour_narrows_what_was_shown_and_what_has_it_not_is_only_near(talk: Talk) -> None:
    await talk.says("can you recommend a [mug](product)")
    assert await talk.says("do you have it in [blue](color)?") == ("inform:suggestions", ["Speckled stoneware mug"])
    await talk.says("show me your [mugs](product)")
    name, titles = await talk.says("in [pink](color)?")
    assert name == "nearest" and set(titles) == {"Speckled stoneware mug", "Enamel camping mug"}


async def test_what_could_not_be_met_is_let_go(talk: Talk) -> None:
    await talk.says("can you recommend a [mug](product)")
    await talk.says("in [pink](color)?")
    assert await talk.says("under 12 pounds") == ("inform:suggestions", ["Enamel camping mug"])


async def test_a_limit_stays_when_a_colour_comes(talk: Talk) -> None:
    await talk.says("show me your [bags](product) under 50 pounds")
    assert wanted.loads(talk.memory["taste"]).limits.high == Money(5000, "GBP")
    await talk.says("in [blue](color)")
    assert wanted.loads(talk.memory["taste"]).limits.high == Money(5000, "GBP")


async def test_cheaper_but_not_in_that_colour_is_only_near(talk: Talk) -> None:
    await talk.to(product_question.SKILL, "how much is the [Harbour linen shirt](product)?", "product_price")
    await talk.says("something else")
    assert await talk.says("in [blue](color)?") == ("inform:suggestions", ["Quayside Oxford shirt"])
    assert await talk.says("anything cheaper?") == ("nearest", ["Everyday cotton T-shirt"])


async def test_another_brand_is_another_brand(talk: Talk) -> None:
    await talk.to(product_question.SKILL, "tell me about the [stoneware mug](product)")
    assert await talk.says("another [brand](product)") == ("instead", ["Enamel camping mug"])
    await talk.to(product_question.SKILL, "how much is the [Harbour linen shirt](product)?", "product_price")
    name, titles = await talk.says("do you have other brands?")
    assert name == "nearest" and "Quayside Oxford shirt" in titles


async def test_what_was_turned_down_does_not_come_back(talk: Talk) -> None:
    await talk.to(product_question.SKILL, "how much is the [Harbour linen shirt](product)?", "product_price")
    first = await talk.says("not that one, something else")
    assert first == ("instead", ["Quayside Oxford shirt", "Everyday cotton T-shirt"])
    name, titles = await talk.says("not those, something else")
    assert not {"Harbour linen shirt", *first[1]} & set(titles) and name in ("nearest", "none")


async def test_what_was_turned_down_before_is_cheaper_all_the_same(talk: Talk) -> None:
    await talk.says("can you recommend a [mug](product) in [forest](color)")
    assert talk.memory["shown"] == "enamel-camp-mug"
    await talk.says("not that one, something else")
    assert talk.memory["shown"] == "stoneware-mug"
    assert await talk.says("anything cheaper?") == ("cheaper", ["Enamel camping mug"])


async def test_where_no_kind_was_named_cheaper_claims_none(talk: Talk) -> None:
    await talk.says("what would you recommend?")
    name, titles = await talk.says("anything cheaper?")
    assert name == "inform:suggestions" and titles


async def test_bigger_is_said_by_sizes_or_by_measures_in_names(talk: Talk) -> None:
    await talk.to(product_question.SKILL, "tell me about the [ferry canvas backpack](product)")
    assert await talk.says("do you have a bigger one?") == ("nearest", ["Tarn duffel bag, 45 litres"])  # no backpack
    await talk.to(product_question.SKILL, "how much is the [roll-top dry bag](product)?", "product_price")
    outcome = await talk.to(recommend.SKILL, "a bigger one")
    assert outcome.act.name == "inform:availability/in"
    assert "20 l" in say(outcome.act.facts["variants"])


async def test_after_a_comparison_it_is_about_both(talk: Talk) -> None:
    await talk.to(compare.SKILL, "compare the [Alder Chelsea boots](product) and the [Ridgeway walking boots](product)")
    assert await talk.says("anything cheaper?") == ("cheaper", ["Tidepool wellington boots"])


async def test_the_same_in_chinese(talk: Talk) -> None:
    talk.language = "zh"
    await talk.says("推荐一个[马克杯](product)")
    assert (await talk.says("有便宜点的吗"))[0] == "no_cheaper"
    assert await talk.says("有[蓝色](color)的吗") == ("inform:suggestions", ["Speckled stoneware mug"])
    assert (await talk.says("换个[牌子](product)"))[0] == "none"
    assert "牌子" not in talk.memory.values()


def test_what_an_earlier_version_left_is_no_wish() -> None:
    assert not wanted.loads("something for my sister").begun
    assert wanted.loads(wanted.dumps(wanted.Wanted(words="mug", color="blue"))).color == "blue"


def product(name: str, *sizes: str) -> Product:
    nothing = Localised({})
    variants = tuple(Variant(size, size, nothing, Money(100, "GBP"), 3) for size in sizes or ("",))
    return Product(name, Localised({"en": name}), nothing, "", nothing, nothing, nothing, variants)


@pytest.mark.parametrize(
    ("name", "sizes", "found"),
    [
        ("Tarn duffel bag, 45 litres", (), {"volume": 45_000}),
        ("Flask", ("500 ml", "750 ml"), {"volume": 750}),
        ("过滤水壶 650毫升", (), {"volume": 650}),
        ("Wool rug", ("80 × 150 cm", "160 × 230 cm"), {"length": 2300}),
        ("Power bank 10,000 mAh", (), {"charge": 10_000}),
        ("65 W USB-C charger", (), {}),
        ("Linen shirt", ("S", "M"), {}),
    ],
)
def test_how_large_goods_say_they_are(name: str, sizes: tuple[str, ...], found: dict[str, float]) -> None:
    assert extents(product(name, *sizes)) == found


def test_larger_is_larger_than_all_that_say_how_large_they_are() -> None:
    small, large, none = product("Bag, 22 litres"), product("Bag, 45 l"), product("Bag")
    assert exceeds(large, (small, none)) and not exceeds(small, (large, none))
    assert not exceeds(none, (small,)) and not exceeds(large, (none,)) and not exceeds(large, (large,))
