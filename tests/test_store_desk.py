"""The list of handoffs, and single values of the deployment."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from store_rig import OTHER, SHOPPER, START, Rig, open_rig, opening

from bot.conversation import Access, Proof
from bot.turn import HandoffChange


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


# --- handoffs --------------------------------------------------------------------------------------------------------


async def test_open_handoffs_are_listed_oldest_first_with_channel_and_language(rig: Rig) -> None:
    await rig.turn("m1", handoffs=(opening("h1"),), language="zh")
    rig.clock.time += timedelta(minutes=1)
    await rig.turn("m2", address=OTHER, handoffs=(opening("h2"),))
    views = await rig.desk.handoffs()
    assert [(view.id, view.status, view.channel, view.language) for view in views] == [
        ("h1", "waiting", "web", "zh"),
        ("h2", "waiting", "web", ""),
    ]
    assert (views[0].conversation_id, views[0].reason, views[0].opened_at) == (
        SHOPPER.conversation_id,
        "requested",
        START,
    )


async def test_ended_handoffs_are_listed_on_request_latest_first(rig: Rig) -> None:
    await rig.turn("m1", handoffs=tuple(opening(name) for name in ("h1", "h2", "h3", "h4")))
    for minutes, (name, status) in enumerate((("h1", "back"), ("h2", "claimed"), ("h3", "closed"))):
        rig.clock.time = START + timedelta(minutes=minutes + 1)
        await rig.turn(f"n{minutes}", handoffs=(HandoffChange(name, status),))
    assert [view.id for view in await rig.desk.handoffs()] == ["h2", "h4"]
    assert [view.id for view in await rig.desk.handoffs(ended=True)] == ["h2", "h4", "h3", "h1"]


@pytest.mark.parametrize(
    ("access", "customer", "holds", "account"),
    [
        (Access.CUSTOMER, "C001", 1, "C001"), (Access.ORDER, "", 1, "10042"), (Access.DELIVERY, "", 1, ""),
        (Access.CUSTOMER, "C001", 0, ""),
    ],
)  # fmt: skip
async def test_a_handoff_knows_the_account_that_was_proved(
    rig: Rig, access: Access, customer: str, holds: int, account: str
) -> None:
    proof = Proof(access, customer, "10042", START + timedelta(hours=holds))
    await rig.turn("m1", handoffs=(opening("h1"),), proof=proof)
    await rig.turn("m2", address=OTHER, handoffs=(opening("h2"),))
    assert {view.id: view.account for view in await rig.desk.handoffs()} == {"h1": account, "h2": ""}


async def test_one_handoff_is_found_by_its_id(rig: Rig) -> None:
    await rig.turn("m1", handoffs=(opening("h1"),))
    view = await rig.desk.handoff("h1")
    assert view and (view.summary, view.kind) == ("what it is about", "chat")
    assert await rig.desk.handoff("h2") is None


# --- single values ---------------------------------------------------------------------------------------------------


async def test_a_value_is_remembered_replaced_and_empty_when_unknown(rig: Rig) -> None:
    await rig.desk.remember("offset", "1")
    await rig.desk.remember("offset", "2")
    assert [await rig.desk.recall(name) for name in ("offset", "other")] == ["2", ""]
