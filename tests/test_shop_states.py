"""The two state machines, move by move: what the tables allow, what they forbid, and that nothing goes round them."""

import itertools
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bootstrap.shop import open_shop
from bot.clock import ManualClock
from bot.commerce import Line, LineState, Order, Parcel, PostalAddress, Product, Quote, Variant
from bot.facts import Localised, Money
from bot.settings import Settings
from bot.shop import orders, reads
from bot.shop import tables as t
from bot.shop.policy import read_policy
from bot.shop.records import ParcelRecord
from bot.shop.states import LINE_MOVES, PARCEL_MOVES, sources
from bot.shop.transfer import SAMPLE
from bot.shop.verbs import VERBS, effects
from bot.shop.verbs.verb import Case, Deed
from bot.store.database import open_database, writing

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
S = LineState
# Written out, not derived: each pair is a decision.
ALLOWED = {
    (S.OPEN, S.PACKED), (S.OPEN, S.CANCELLED),
    (S.PACKED, S.OPEN), (S.PACKED, S.SHIPPED), (S.PACKED, S.CANCELLED),
    (S.SHIPPED, S.DELIVERED), (S.SHIPPED, S.CANCELLED), (S.SHIPPED, S.OPEN),  # lost: given up, or sent once more
    (S.DELIVERED, S.RETURN_OPEN),
    (S.RETURN_OPEN, S.RETURNED), (S.RETURN_OPEN, S.DELIVERED),
}  # fmt: skip
PARCELS = ("packed", "shipped", "delivered", "lost", "refused")
PARCELS_ALLOWED = {
    ("packed", "shipped"), ("shipped", "delivered"), ("shipped", "lost"), ("shipped", "refused"), ("lost", "delivered"),
}  # fmt: skip
PAIRS = list(itertools.product(LineState, LineState))


# --- the tables ------------------------------------------------------------------------------------------------------


def test_every_state_has_its_row() -> None:
    assert set(LINE_MOVES) == set(LineState)
    assert set(PARCEL_MOVES) == set(PARCELS) == set(get_args(ParcelRecord.model_fields["state"].annotation))


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_line_moves_where_it_may_and_nowhere_else(before: LineState, after: LineState) -> None:
    assert (after in LINE_MOVES[before]) is ((before, after) in ALLOWED)
    assert (before in sources(after)) is ((before, after) in ALLOWED)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(PARCELS, PARCELS)))
def test_a_parcel_moves_where_it_may_and_nowhere_else(before: str, after: str) -> None:
    assert (after in PARCEL_MOVES[before]) is ((before, after) in PARCELS_ALLOWED)


def test_what_has_ended_stays_ended() -> None:
    assert {state for state in LineState if not LINE_MOVES[state]} == {S.CANCELLED, S.RETURNED}
    assert {state for state in PARCELS if not PARCEL_MOVES[state]} == {"delivered", "refused"}


# --- the effect keeps to them ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import asyncio

    home = tmp_path_factory.mktemp("states")

    async def seed() -> None:
        async with open_shop(Settings(home=home), clock=ManualClock(NOW)):
            pass

    asyncio.run(seed())
    return next(home.glob("*.db"))


@pytest.fixture
async def engine(seeded: Path, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_database(f"sqlite+aiosqlite:///{shutil.copyfile(seeded, tmp_path / 'shop.db')}")
    yield engine
    await engine.dispose()


@pytest.mark.parametrize(("before", "after"), PAIRS)
async def test_lines_are_moved_by_the_table_alone(engine: AsyncEngine, before: LineState, after: LineState) -> None:
    lines = sa.update(reads.table(t.Lines)).where(reads.col(t.Lines, "id") == "10043-1")
    async with writing(engine) as connection:
        await connection.execute(lines.values(state=before.value))
    async with writing(engine) as connection:
        order = await orders.read(connection, "10043")
        assert order is not None
        deed = Deed(Quote("any", {}, order, (order.lines[0],)), "shop", NOW, "")
        if (before, after) in ALLOWED:
            assert await effects.move_lines(connection, deed, after) == ["10043-1"]
        else:
            with pytest.raises(ValueError, match=f"may become {after}"):
                await effects.move_lines(connection, deed, after)
        moved = await orders.read(connection, "10043")
    assert moved is not None and moved.lines[0].state is (after if (before, after) in ALLOWED else before)


# --- the rules keep to them ------------------------------------------------------------------------------------------

POLICY = read_policy(SAMPLE)
NAME = Localised({"en": "Mug"})
MUG = Product("mug", NAME, NAME, "", NAME, NAME, NAME, tuple(
    Variant(f"MUG-{size}", size, Localised({}), Money(1000, "GBP"), 9) for size in ("S", "L")
))  # fmt: skip


def case(state: LineState) -> Case:
    address = PostalAddress("A", ("1 High Street",), "Leeds", "", "LS1 1AA", "GB")
    line = Line("l1", "MUG-S", "mug", NAME, "S", 1, Money(1000, "GBP"), state, "s1")
    arrived = NOW if state in (S.DELIVERED, S.RETURN_OPEN, S.RETURNED) else None
    parcel = Parcel("s1", "DPD", "", "", "delivered" if arrived else "shipped", None, NOW, arrived)
    nothing = Money(0, "GBP")
    order = Order("10001", "c1", "a@example.com", "", "uk", NOW, address, (line,), (parcel,), (), nothing, nothing)
    return Case(order, POLICY.markets["uk"], NOW, POLICY.shop.zone, {}, {"mug": MUG})


ARGUMENTS = {
    "cancel": {"lines": ["l1"]}, "return": {"lines": ["l1"]}, "change_items": {"line": "l1", "wanted": "L"},
    "change_address": {"recipient": "Tom"}, "gift_note": {"text": "Hello"}, "delivery_day": {"day": "2026-03-11"},
}  # fmt: skip
WORKS_ON = {verb: {S.DELIVERED} if verb == "return" else {S.OPEN} for verb in ARGUMENTS}


@pytest.mark.parametrize(("verb", "state"), list(itertools.product(ARGUMENTS, LineState)))
def test_a_verb_works_on_lines_of_its_states_only(verb: str, state: LineState) -> None:
    answer = VERBS[verb].quote(case(state), ARGUMENTS[verb])
    assert (answer.value is not None) is (state in WORKS_ON[verb]), answer.reason
    assert answer.value is not None or answer.reason


def test_an_order_of_several_lines_is_what_its_lines_are() -> None:
    open_one = case(S.OPEN).order
    line = open_one.lines[0]

    def state(*states: LineState) -> str:
        lines = tuple(replace(line, id=f"l{place}", state=one) for place, one in enumerate(states))
        return replace(open_one, lines=lines).state

    assert [state(one) for one in LineState] == [
        "open", "packed", "shipped", "delivered", "cancelled", "return_open", "returned",
    ]  # fmt: skip
    assert state(S.OPEN, S.SHIPPED) == state(S.PACKED, S.DELIVERED) == "part_shipped"
    assert (state(S.OPEN, S.PACKED), state(S.CANCELLED, S.SHIPPED)) == ("packed", "shipped")
    assert (state(S.RETURNED, S.DELIVERED), state(S.RETURNED, S.RETURN_OPEN)) == ("delivered", "return_open")
