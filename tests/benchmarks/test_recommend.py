"""Suggestions beside plain popularity on real baskets, in one run: which product was left out of a basket?

    SHOPHAND_DATA=DIR python -m pytest -s -o addopts= tests/benchmarks/test_recommend.py        # some two minutes

DIR holds shop/baskets_uci_online_retail.jsonl.gz: 61 days of the Online Retail data set (Chen 2015, UCI, CC BY 4.0),
one basket a line, as they stand in the public repository databricks/Spark-The-Definitive-Guide at commit 4ba5601. The
shop is filled with the first four fifths of the baskets, by day; of each later one the last article is left out, and
both name ten for the others. Figures are printed, never asserted. What bot/shop/bought_with.py weighs by was chosen on
the last fifth of the first part.
"""

import gzip
import json
import os
import random
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.commerce import Taste
from bot.shop.policy import read_policy
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE, import_shop
from bot.store.database import open_database
from bot.store.migrate import migrate

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
FILE = "shop/baskets_uci_online_retail.jsonl.gz"
SHOWN = 10
ADDRESS = {"recipient": "A", "lines": ["1 High Street"], "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"}


def baskets() -> list[tuple[str, list[str]]]:
    """Buyer and articles of each basket, oldest basket first."""
    path = Path(os.environ.get("SHOPHAND_DATA", "data")) / FILE
    if not path.is_file():
        pytest.fail(f"{path} is not there: set SHOPHAND_DATA; the head of this file says where the baskets are from")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = sorted(map(json.loads, file), key=lambda row: (row["date"], row["invoice"]))
    return [
        (row["customer"] or row["invoice"], list(dict.fromkeys(item[0] for item in row["items"] if item[0].isalnum())))
        for row in rows
    ]  # without "gift_0001_20" and such


def folder(path: Path, bought: Sequence[tuple[str, Sequence[str]]], every: Sequence[str]) -> Path:
    path.mkdir()
    for name in ("shop.toml", "policy.toml"):
        shutil.copyfile(SAMPLE / name, path / name)
    rows = {
        "categories": [{"id": id_, "name": {"en": id_}} for id_ in ("all", "beauty", "pantry")],
        "products": [
            {"id": id_, "name": {"en": f"Article {id_}"}, "category": "all",
             "variants": [{"sku": id_, "prices": {"GBP": "1.00"}, "stock": 9}]}
            for id_ in every
        ],
        "customers": [],
        "orders": [
            {"number": f"N-{number:06}", "market": "uk", "placed_at": "-P30D", "email": f"{buyer}@example.com",
             "address": ADDRESS, "total": f"{len(items)}.00",
             "lines": [{"id": f"{number}-{place}", "sku": id_, "price": "1.00", "state": "open"}
                       for place, id_ in enumerate(items)],
             "payments": [{"id": f"{number}-P", "method": "card", "amount": f"{len(items)}.00", "state": "paid",
                           "at": "-P30D"}]}
            for number, (buyer, items) in enumerate(bought) if items
        ],
    }  # fmt: skip
    for name, items in rows.items():
        (path / f"{name}.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    return path


async def test_what_was_left_out_of_a_basket(tmp_path: Path) -> None:
    found = baskets()
    known, last = found[: len(found) * 4 // 5], found[len(found) * 4 // 5 :]
    later = [items for _, items in last if len(items) > 1]
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'shop.db'}")
    await migrate(engine)
    every = sorted({id_ for _, items in found for id_ in items})
    began = time.perf_counter()
    report = await import_shop(engine, folder(tmp_path / "in", known, every), NOW)
    assert not report.problems, report.problems[:3]
    print(f"\n{len(known)} baskets of {len(every)} articles imported in {time.perf_counter() - began:.0f} s")
    shop = SqlShop(engine, ManualClock(NOW), read_policy(SAMPLE), tmp_path)
    popular = [id_ for id_, _ in Counter(id_ for _, items in known for id_ in items).most_common()]
    hits, plain, took = [], [], []
    for *rest, left_out in later:
        start = time.perf_counter()
        shown = await shop.suggest(Taste(beside=tuple(rest)), None, market="uk", limit=SHOWN)
        took.append(1000 * (time.perf_counter() - start))
        hits.append(left_out in [each.product.id for each in shown])
        held = set(rest)
        plain.append(left_out in [id_ for id_ in popular if id_ not in held][:SHOWN])
    await engine.dispose()
    ours, theirs = statistics.mean(hits), statistics.mean(plain)
    chance = random.Random(1)
    draws = [chance.choices(range(len(later)), k=len(later)) for _ in range(1000)]
    ratios = sorted(sum(hits[at] for at in draw) / max(1, sum(plain[at] for at in draw)) for draw in draws)
    print(f"hit rate@{SHOWN} over {len(later)} baskets: {ours:.3f}, popularity {theirs:.3f}: {ours / theirs:.2f} times")
    print(f"95 % interval of the ratio (bootstrap over baskets): {ratios[25]:.2f} to {ratios[974]:.2f}")
    worst = sorted(took)[len(took) * 95 // 100]
    print(f"a suggestion takes {statistics.median(took):.1f} ms (median), {worst:.1f} (95 %)")
