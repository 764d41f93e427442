"""Import of 100,000 products while another process stores messages and searches in the same SQLite file.

    python -m pytest -s -o addopts= tests/benchmarks/test_import.py        # some six minutes

Figures are printed, never asserted. SHOPHAND_BENCH_PRODUCTS is another number of products.
"""

import asyncio
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import catalogue
from importing import NOW

from bot.clock import ManualClock
from bot.messages import Address, InboundMessage
from bot.shop import csv_files, jsonl_files
from bot.shop.entries import Entry
from bot.shop.layout import KINDS
from bot.shop.policy import read_policy
from bot.shop.records import CategoryRecord, ProductRecord, Record, VariantRecord
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE
from bot.store.database import open_database
from bot.store.inbox import InboxStore
from bot.store.migrate import migrate

PRODUCTS = int(os.environ.get("SHOPHAND_BENCH_PRODUCTS", "100000"))
Row = TypeVar("Row", bound=Record)
PAUSE = 0.02  # seconds between two messages


def goods(raised: bool = False) -> Iterator[ProductRecord]:
    """`raised`: every price of every product is another one."""

    def dearer(variant: VariantRecord) -> VariantRecord:
        return variant.model_copy(
            update={"prices": {code: price.replace(".00", ".50") for code, price in variant.prices.items()}}
        )

    yield from sample("products", ProductRecord)
    for made in catalogue.products(PRODUCTS):
        variants = tuple(map(dearer, made.record.variants))
        yield made.record.model_copy(update={"variants": variants}) if raised else made.record


def sample(kind: str, model: type[Row]) -> list[Row]:
    entries = jsonl_files.read(SAMPLE, KINDS[kind])
    return [model.model_validate(entry.data) for entry in entries if isinstance(entry, Entry)]


def folder(path: Path, form: Any, products: Iterator[Record]) -> Path:
    """The made-up catalogue beside the sample shop's."""
    path.mkdir()
    for name in ("shop.toml", "policy.toml", "customers.jsonl", "orders.jsonl"):
        shutil.copyfile(SAMPLE / name, path / name)
    categories = {each.id: each for each in (*catalogue.categories(), *sample("categories", CategoryRecord))}
    form.write(path, KINDS["categories"], categories.values())
    form.write(path, KINDS["products"], products)
    return path


@dataclass
class Peer:
    """Stores messages and searches, as the running product does."""

    store: Path
    waits: list[float] = field(default_factory=list)
    searches: list[float] = field(default_factory=list)
    found: set[bool] = field(default_factory=set)
    running: bool = True

    async def run(self, name: str, wanted: str) -> None:
        engine = open_database(f"sqlite+aiosqlite:///{self.store}")
        inbox = InboxStore(engine, ManualClock(NOW))
        shop = SqlShop(engine, ManualClock(NOW), read_policy(SAMPLE), SAMPLE / "knowledge")
        while self.running:
            address = Address("web", "", name, user=name)
            began = time.perf_counter()
            await inbox.receive(
                InboundMessage(source_id=f"{name}-{len(self.waits)}", address=address, sent_at=NOW, text="hello")
            )
            self.waits.append(time.perf_counter() - began)
            if wanted and len(self.waits) % 10 == 0:
                began = time.perf_counter()
                self.found.add(bool(await shop.search(wanted)))
                self.searches.append(time.perf_counter() - began)
            await asyncio.sleep(PAUSE)
        await engine.dispose()


async def imported(store: Path, source: Path, title: str, wanted: str) -> None:
    peer = Peer(store)
    chatting = asyncio.create_task(peer.run(title, wanted))
    script = Path(__file__).with_name("importing.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), str(store), str(source), stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    out, _ = await process.communicate()
    peer.running = False
    await chatting
    figures = json.loads(out)
    assert not figures["problems"], figures["problems"]
    phases = ", ".join(f"{what} {seconds:.1f}" for what, seconds in figures["phases"].items())
    print(f"\n{title}: {figures['seconds']:.1f} s ({phases}); changed {figures['changed']}")
    print(f"  memory {figures['memory']} MB ({figures['memory before']} before it began); {figures['transactions']} "
          f"transactions, the longest {figures['longest'] * 1000:.0f} ms, the switch {figures['switch'] * 1000:.0f} ms")
    print(f"  {len(peer.waits)} messages stored meanwhile: median {statistics.median(peer.waits) * 1000:.1f} ms, "
          f"longest {max(peer.waits) * 1000:.0f} ms")
    if peer.searches:
        print(f"  {len(peer.searches)} searches: median {statistics.median(peer.searches) * 1000:.1f} ms, "
              f"longest {max(peer.searches) * 1000:.0f} ms")
        assert peer.found == {True}  # what is searched for was there before and is there after


async def test_import_of_many_products(tmp_path: Path) -> None:
    store = tmp_path / "shop.db"
    engine = open_database(f"sqlite+aiosqlite:///{store}")
    await migrate(engine)
    await engine.dispose()
    lines = folder(tmp_path / "lines", jsonl_files, goods())
    wanted = next(catalogue.products(PRODUCTS)).record.name["en"]
    print(f"\n{PRODUCTS} products, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    await imported(store, lines, "first import", "")
    await imported(store, lines, "again, unchanged", wanted)
    await imported(store, folder(tmp_path / "raised", jsonl_files, goods(raised=True)), "every price changed", wanted)
    await imported(store, folder(tmp_path / "tables", csv_files, goods()), "and back, from CSV", wanted)
