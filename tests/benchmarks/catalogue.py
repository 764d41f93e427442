"""A made-up shop of any size, the same for the same seed: English and Chinese products out of catalogue.toml."""

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.shop.records import CategoryRecord, ProductRecord, VariantRecord

_LISTS = tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8"))
_CATEGORIES = _LISTS["categories"]
Pair = tuple[str, str]  # English and Chinese


@dataclass(frozen=True, slots=True)
class Made:
    record: ProductRecord
    series: Pair
    noun: Pair


def categories() -> list[CategoryRecord]:
    return [CategoryRecord(id=row["id"], name=dict(zip(("en", "zh"), row["name"], strict=True))) for row in _CATEGORIES]


def products(count: int, seed: int = 7) -> Iterator[Made]:
    chance = random.Random(seed)
    nouns = [(row["id"], *noun) for row in _CATEGORIES for noun in row["nouns"]]
    series = [_coined(chance) for _ in range(count // 12 + 3)]
    brands = [_coined(chance)[0] for _ in range(count // 250 + 3)]
    used: set[str] = set()
    while len(used) < count:
        category, noun, noun_zh, sized = chance.choice(nouns)
        own = chance.choice(series)
        style, material = (chance.choice(_LISTS[kind]) for kind in ("styles", "materials"))
        rest = [pair for pair in (style, material) if chance.random() < 0.7]
        name = " ".join((own[0], *(pair[0] for pair in rest), noun))
        if name in used:
            continue
        used.add(name)
        name_zh = "".join((own[1], *(pair[1] for pair in rest), noun_zh))
        told = chance.sample(_LISTS["sentences"], 3)
        record = ProductRecord.model_construct(
            id=f"P{len(used)}", name={"en": name, "zh": name_zh}, also={}, category=category, url="",
            brand=chance.choice(brands), material={"en": material[0], "zh": material[1]}, care={},
            description={"en": " ".join(each[0] for each in told), "zh": "".join(each[1] for each in told)},
            variants=tuple(_variants(chance, f"S{len(used)}", _LISTS["sizes"][sized])),
        )  # fmt: skip
        yield Made(record, own, (noun, noun_zh))


def _variants(chance: random.Random, sku: str, sizes: list[str]) -> Iterator[VariantRecord]:
    price = round(4 * 2 ** (chance.random() * 7))
    for color in chance.sample(_LISTS["colors"], chance.randint(1, 3)):
        for size in chance.sample(sizes, min(2, len(sizes))):
            yield VariantRecord.model_construct(
                sku=f"{sku}-{color[0]}-{size}".replace(" ", ""), size=size, color={"en": color[0], "zh": color[1]},
                prices={"GBP": f"{price}.00", "CNY": f"{9 * price}.00"}, stock=chance.choice((0, 0, 2, 9, 40)),
            )  # fmt: skip


def _coined(chance: random.Random) -> Pair:
    chosen = [chance.choice(_LISTS["syllables"]) for _ in range(chance.randint(2, 4))]
    return "".join(each[0] for each in chosen).capitalize(), "".join(each[1] for each in chosen)
