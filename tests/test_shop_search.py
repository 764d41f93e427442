"""How well the index finds the sample shop's products, misspelt and in both languages."""

import json

import pytest

from bot.shop.search import Entry, Index
from bot.shop.transfer import SAMPLE


def entry(row: dict) -> Entry:  # type: ignore[type-arg]
    also = tuple(name for names in row.get("also", {}).values() for name in names)
    colors = tuple(color for variant in row["variants"] for color in variant.get("color", {}).values())
    return Entry(
        row["id"],
        tuple(row["name"].values()),
        also,
        (row["brand"], *row["material"].values(), *colors),
        tuple(row["description"].values()),
    )


INDEX = Index(entry(json.loads(line)) for line in (SAMPLE / "products.jsonl").read_text(encoding="utf-8").splitlines())
SHIRT, TENT = "harbour-linen-shirt", "two-person-tent"


@pytest.mark.parametrize(
    ("words", "product", "least"),
    [
        ("Harbour linen shirt", SHIRT, 0.99),
        ("harbor linnen shirt", SHIRT, 0.85),
        ("港湾亚麻衬衫", SHIRT, 0.99),
        ("港灣亞麻襯衫", SHIRT, 0.99),
        ("HARBOUR LINEN SHIRTS", SHIRT, 0.85),
        ("linen shirt", SHIRT, 0.8),
        ("linen shrit", SHIRT, 0.8),
        ("亚麻衬衫", SHIRT, 0.8),
        ("do you have the linen shirt", SHIRT, 0.8),
        ("你们有没有那款亚麻衬衫", SHIRT, 0.8),
        ("the tent", TENT, 0.8),
        ("curlew tnet", TENT, 0.5),
        ("wakling boots", "fell-walking-boots", 0.8),
        ("hiking boots", "fell-walking-boots", 0.8),
        ("vaccum flask", "vacuum-flask", 0.8),
        ("thermos", "vacuum-flask", 0.8),
        ("保温杯", "vacuum-flask", 0.8),
        ("umbrela", "storm-umbrella", 0.8),
        ("bamboo choping board", "bamboo-cutting-board", 0.8),
        ("tshirt", "everyday-cotton-tee", 0.8),
        ("bluetooth speeker", "bluetooth-speaker", 0.8),
        ("降噪耳机", "northlight-headphones", 0.8),
        ("跑鞋", "swift-running-shoes", 0.8),
        ("猫抓板", "cat-scratching-post", 0.8),
        ("亚嘛衬衫", SHIRT, 0.5),
        ("羊毛围巾", "lambswool-scarf", 0.8),
        ("sage green desk lamp", "desk-lamp-led", 0.5),
        ("fountain pen", "fountain-pen", 0.8),
    ],
)
def test_the_product_meant_comes_first(words: str, product: str, least: float) -> None:
    best = INDEX.find(words, 5)
    assert best[0][0] == product and best[0][1] >= least


@pytest.mark.parametrize("words", ["shirt", "mug", "headphones", "耳机", "雨衣", "台灯", "杯子", "cat toy"])
def test_a_name_that_several_have_is_not_sure(words: str) -> None:
    possible = [score for _, score in INDEX.find(words, 5) if score >= 0.5]
    assert len(possible) > 1 and max(possible) < 0.8


@pytest.mark.parametrize(
    "words",
    [
        "bread maker",
        "电饭煲",
        "washing machine",
        "iphone",
        "sofa",
        "bicycle",
        "洗衣机",
        "yoga mat",
        "garden hose",
        "the",
        "买",
        "asdfgh",
    ],
)
def test_what_the_shop_does_not_have_is_not_found(words: str) -> None:
    assert all(score < 0.5 for _, score in INDEX.find(words, 5))


def test_an_exact_name_beats_its_neighbours() -> None:
    sure = [id_ for id_, score in INDEX.find("Harbour deck shoes", 5) if score >= 0.8]
    assert sure == ["harbour-deck-shoes"]
