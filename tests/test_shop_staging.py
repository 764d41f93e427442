"""An import is written ahead, hidden, and shown at once: the shop is whole at every moment, and the chat goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import test_shop_transfer
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from test_shop_transfer import ADDRESS, CUSTOMER, NOW, ORDER, PRODUCT, Fill, everything

from bot.clock import ManualClock
from bot.commerce import AnswerStatus, Write
from bot.conversation import Proof
from bot.errors import BadInput
from bot.shop import staging, transfer
from bot.shop import tables as t
from bot.shop.policy import read_policy
from bot.shop.reads import stored, table
from bot.shop.sql import SqlShop
from bot.shop.staging import CATALOGUE, Run, begin
from bot.shop.transfer import SAMPLE, export_shop, import_shop
from bot.store.database import open_database, reading, writing
from bot.store.migrate import migrate

engine, fill = test_shop_transfer.engine, test_shop_transfer.fill  # its fixtures
BAG = {"id": "bag", "name": {"en": "Bag", "zh": "包"}, "category": "hats",
       "variants": [{"sku": "BAG", "prices": {"GBP": "20"}, "stock": 1}]}  # fmt: skip
DEARER = {**PRODUCT, "name": {"en": "Bonnet", "zh": "童帽"}, "variants": [
    {"sku": "CAP", "prices": {"GBP": "12"}, "stock": 5}, {"sku": "CAP-2", "prices": {"GBP": "13"}, "stock": 1},
]}  # fmt: skip


class Killed(Exception):
    """The process ends here."""


def shop_of(engine: AsyncEngine) -> SqlShop:
    return SqlShop(engine, ManualClock(NOW), read_policy(SAMPLE), SAMPLE / "knowledge")


async def exported(engine: AsyncEngine, folder: Path) -> dict[str, str]:
    await export_shop(engine, folder)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


async def shown(engine: AsyncEngine) -> dict[str, list[tuple[str, int, tuple[int, ...]]]]:
    """What the shop answers to each of these words."""
    found = {}
    for words in ("cap", "bonnet", "bag", "hat"):
        products = await shop_of(engine).search(words)
        found[words] = [(each.id, len(each.variants), tuple(one.price.minor for one in each.variants))
                        for each in products]  # fmt: skip
    return found


async def counts(engine: AsyncEngine) -> dict[str, int]:
    """Rows in the tables themselves, hidden ones too."""
    async with reading(engine) as connection:
        return {
            model.__name__: await connection.scalar(sa.select(sa.func.count()).select_from(stored(model))) or 0
            for model in (*CATALOGUE, t.SearchSpellings, t.Orders, t.Lines)
        }


async def meanwhile(
    monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[None]]
) -> None:
    """Something happens after everything was written ahead and before the switch."""
    plain = transfer._switch

    async def after(*arguments: Any) -> Any:
        await happens()
        return await plain(*arguments)

    monkeypatch.setattr(transfer, "_switch", after)


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[str]]:
    """Let the process end in its nth writing transaction, before its commit; the list says which there were."""

    def arm(last: int) -> list[str]:
        done: list[str] = []

        @asynccontextmanager
        async def dying(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
            async with writing(engine) as connection:
                yield connection
                done.append("step")
                if len(done) == last:
                    raise Killed

        monkeypatch.setattr(staging, "writing", dying)
        return done

    return arm


# --- whole at every moment -------------------------------------------------------------------------------------------


async def test_a_crash_at_any_step_leaves_the_shop_as_it_was_or_as_it_is_to_be(
    fill: Fill, tmp_path: Path, killed_at: Callable[[int], list[str]]
) -> None:
    packed = {**ORDER, "lines": [{**ORDER["lines"][0], "state": "packed"}]}
    seen = []
    for step in count(1):
        engine = open_database(f"sqlite+aiosqlite:///{tmp_path}/{step}.db")
        await migrate(engine)
        killed_at(0)
        await import_shop(engine, fill(products=[PRODUCT]), NOW)
        before = (await exported(engine, tmp_path / "out"), await shown(engine))
        steps = killed_at(step)
        with suppress(Killed):
            await import_shop(engine, fill(products=[DEARER, BAG], orders=[packed]), NOW)
        then = (await exported(engine, tmp_path / "out"), await shown(engine))
        killed_at(0)
        await import_shop(engine, fill(products=[DEARER, BAG], orders=[packed]), NOW)
        after = (await exported(engine, tmp_path / "out"), await shown(engine))
        await engine.dispose()
        assert then in (before, after) and before != after, step
        seen.append(then == after)
        if len(steps) < step:
            break
    assert seen == sorted(seen) and seen.count(False) >= 5 and seen.count(True) >= 2


async def test_nothing_of_a_run_that_was_cut_off_stays(
    engine: AsyncEngine, fill: Fill, tmp_path: Path, killed_at: Callable[[int], list[str]]
) -> None:
    await import_shop(engine, fill(products=[PRODUCT]), NOW)
    clean, answers = await counts(engine), await shown(engine)
    for step in range(1, 5):
        killed_at(step)
        with pytest.raises(Killed):
            await import_shop(engine, fill(products=[DEARER, BAG]), NOW)
    killed_at(0)
    assert await counts(engine) != clean  # it lies there hidden
    report = await import_shop(engine, fill(products=[PRODUCT]), NOW)
    assert set(report.changed.values()) == {0}
    assert await counts(engine) == clean and await shown(engine) == answers


async def test_what_is_written_ahead_is_not_seen_until_the_switch(
    engine: AsyncEngine, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_shop(engine, fill(), NOW)
    before, ahead = await shown(engine), []

    async def look() -> None:
        ahead.append((await shown(engine), await everything(engine), await counts(engine)))

    await meanwhile(monkeypatch, look)
    await import_shop(engine, fill(products=[DEARER, BAG]), NOW)
    ((answers, _, rows),) = ahead
    assert answers == before and rows["Products"] == 3  # two of them hidden
    after = await shown(engine)
    assert after["bag"] == [("bag", 1, (2000,))] and after["bonnet"] == [("cap", 2, (1200, 1300))]
    assert (await counts(engine))["Products"] == 2  # what holds no more is gone


async def test_a_sku_and_an_email_may_move(engine: AsyncEngine, fill: Fill) -> None:
    other = {**CUSTOMER, "id": "C2", "email": "b@example.com"}
    await import_shop(engine, fill(products=[PRODUCT, BAG], customers=[CUSTOMER, other]), NOW)
    swapped = [{**PRODUCT, "variants": BAG["variants"]}, {**BAG, "variants": PRODUCT["variants"]}]
    report = await import_shop(engine, fill(products=swapped, customers=[CUSTOMER, other]), NOW)
    assert not report.problems and report.changed["products"] == 2
    assert (await shown(engine))["bag"] == [("bag", 1, (1000,))]


async def test_a_category_that_is_renamed_is_found_by_its_new_name(engine: AsyncEngine, fill: Fill) -> None:
    await import_shop(engine, fill(), NOW)
    others = [{"id": id_, "name": {"en": id_}} for id_ in ("beauty", "pantry")]
    folder = fill(categories=[{"id": "hats", "name": {"en": "Headwear"}}, *others])
    (folder / "products.jsonl").unlink()
    assert (await import_shop(engine, folder, NOW)).changed["categories"] == 1
    assert [each.id for each in await shop_of(engine).search("headwear")] == ["cap"]


# --- two imports -----------------------------------------------------------------------------------------------------


async def test_the_import_that_began_last_goes_on_and_the_other_one_stops(
    engine: AsyncEngine, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_shop(engine, fill(), NOW)
    second: list[Run] = []

    async def another() -> None:
        second.append(await begin(engine, NOW, after=1))

    await meanwhile(monkeypatch, another)
    with pytest.raises(BadInput, match="another import has begun"):
        await import_shop(engine, fill(products=[DEARER]), NOW)
    assert (await shown(engine))["bonnet"] == []
    async with second[0].step() as connection:  # the other one goes on
        await second[0].switch(connection, {})
    assert (await shown(engine))["bonnet"] == []


async def test_an_import_that_was_checked_against_an_older_shop_is_refused(
    engine: AsyncEngine, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_shop(engine, fill(), NOW)
    plain = transfer.check

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(transfer, "check", plain)
        asyncio.run(finished())
        return plain(*arguments)

    async def finished() -> None:
        other = open_database(str(engine.url))
        await import_shop(other, fill(products=[DEARER]), NOW)
        await other.dispose()

    monkeypatch.setattr(transfer, "check", overtaken)
    with pytest.raises(BadInput, match="another import was finished while this one was being checked"):
        await import_shop(engine, fill(products=[PRODUCT, BAG]), NOW)
    assert (await shown(engine))["bonnet"] != [] == (await shown(engine))["bag"]


# --- the chat goes on ------------------------------------------------------------------------------------------------


async def owner(engine: AsyncEngine) -> Proof:
    found = await shop_of(engine).identify("10001", "a@example.com")
    assert found is not None
    return found


async def wish(engine: AsyncEngine, verb: str, key: str, **arguments: Any) -> Write:
    """A write that a shopper was shown and said yes to."""
    quoted = await shop_of(engine).quote(verb, await owner(engine), "10001", arguments)
    assert quoted.value is not None, quoted
    return Write(key, verb, quoted.value.arguments, quoted.value.version, "shopper")


async def test_an_order_that_the_chat_changes_meanwhile_is_as_imported_with_a_version_of_its_own_and_is_named(
    engine: AsyncEngine, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_shop(engine, fill(), NOW)
    shown_before = await wish(engine, "cancel", "late")

    async def chat() -> None:
        answer = await shop_of(engine).perform(await wish(engine, "gift_note", "now", text="Happy birthday"))
        assert answer.status is AnswerStatus.DONE, answer

    await meanwhile(monkeypatch, chat)
    packed = {**ORDER, "lines": [{**ORDER["lines"][0], "state": "packed"}]}
    report = await import_shop(engine, fill(orders=[packed]), NOW)
    (order,) = await everything(engine)
    assert report.overruled == ("10001",) and report.changed["orders"] == 1
    assert (order.state, order.gift_note, order.version) == ("packed", "", 3)
    answer = await shop_of(engine).perform(shown_before)
    assert (answer.status, answer.reason) == (AnswerStatus.REFUSED, "changed")


async def test_a_claim_made_meanwhile_stays(
    engine: AsyncEngine, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"id": "S1", "carrier": "DPD", "state": "delivered", "shipped_at": "-P2D", "delivered_at": "-P1D"}
    delivered = {**ORDER, "parcels": [there],
                 "lines": [{**ORDER["lines"][0], "state": "delivered", "parcel": "S1"}]}  # fmt: skip
    await import_shop(engine, fill(orders=[delivered]), NOW)

    async def chat() -> None:
        claim = {"kind": "damaged", "lines": {"10001-1": 1}, "text": "torn", "wish": "refund"}
        answer = await shop_of(engine).perform(await wish(engine, "claim", "now", **claim))
        assert answer.status is AnswerStatus.DONE, answer

    await meanwhile(monkeypatch, chat)
    report = await import_shop(engine, fill(orders=[{**delivered, "parcels": [{**there, "signed_by": "A"}]}]), NOW)
    (order,) = await everything(engine)
    assert report.overruled == ("10001",)
    assert order.parcels[0].signed_by == "A" and [claim.text for claim in order.claims] == ["torn"]


async def test_what_the_chat_writes_to_others_meanwhile_stays(
    engine: AsyncEngine, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_shop(engine, fill(products=[PRODUCT, BAG]), NOW)

    async def chat() -> None:
        answer = await shop_of(engine).perform(await wish(engine, "cancel", "now"))
        assert answer.status is AnswerStatus.DONE, answer

    await meanwhile(monkeypatch, chat)
    report = await import_shop(engine, fill(products=[PRODUCT, {**BAG, "brand": "New"}]), NOW)
    (order,) = await everything(engine)
    assert (report.overruled, order.state) == ((), "cancelled")
    (cap,) = await shop_of(engine).search("cap")
    assert cap.variants[0].stock == 4  # its piece is back on the shelf


async def test_what_does_not_go_together_any_more_is_refused_and_nothing_is_changed(
    engine: AsyncEngine, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_shop(engine, fill(), NOW)

    async def chat() -> None:  # the id of a payment of the folder's new order goes to another one
        async with writing(engine) as connection:
            row = {"id": "X-P1", "order_number": "10001", "position": 1, "method": "card", "amount": 1, "state": "paid"}
            await connection.execute(sa.insert(table(t.Payments)), row)

    await meanwhile(monkeypatch, chat)
    paid = {**ORDER["payments"][0], "id": "X-P1"}
    new = {**ORDER, "number": "10002", "lines": [{**ORDER["lines"][0], "id": "10002-1"}], "payments": [paid]}
    with pytest.raises(BadInput, match="import again"):
        await import_shop(engine, fill(orders=[ORDER, new], products=[PRODUCT, BAG]), NOW)
    assert len(await everything(engine)) == 1 and (await shown(engine))["bag"] == []


async def test_messages_are_stored_between_any_two_steps(
    engine: AsyncEngine, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction is open while anything else is done."""
    written = []
    plain = Run.step

    @asynccontextmanager
    async def between(self: Run) -> AsyncIterator[AsyncConnection]:
        async with writing(engine) as connection:  # would wait for ever if the import held the lock
            written.append(await connection.scalar(sa.select(sa.func.count()).select_from(stored(t.Baskets))))
        async with plain(self) as connection:
            yield connection

    monkeypatch.setattr(Run, "step", between)
    products = [{**PRODUCT, "id": f"p{at}", "variants": [{**PRODUCT["variants"][0], "sku": f"P{at}"}]}
                for at in range(450)]  # fmt: skip
    await import_shop(engine, fill(products=products, orders=[]), NOW)
    assert len(written) >= 5


async def test_addresses_of_a_customer_are_replaced_as_a_whole(engine: AsyncEngine, fill: Fill) -> None:
    await import_shop(engine, fill(), NOW)
    moved = {**CUSTOMER, "addresses": [{**ADDRESS, "city": "York"}, ADDRESS]}
    report = await import_shop(engine, fill(customers=[moved], orders=[]), NOW)
    account = await shop_of(engine).account(await owner(engine))
    assert report.changed["customers"] == 1 and account is not None
    assert ([each.city for each in account.addresses], account.version) == (["York", "Leeds"], 2)
