"""Writes at most once, and failed proofs: what the database counts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from store_rig import OTHER, SHOPPER, START, Rig, confirmation, open_rig, said

from bot.messages import Kind, Sender
from bot.store.actions import MOST_TRIES, TRIES_COUNT_FOR
from bot.store.tables import Actions
from bot.turn import Begun

WHERE = SHOPPER.conversation_id


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


async def begin(rig: Rig, key: str = "c1", after: int | None = None) -> Begun | None:
    return await rig.actions.begin(confirmation(key), "shopper", WHERE, unless_after=after)


# --- writes ----------------------------------------------------------------------------------------------------------


async def test_a_write_is_stored_as_started_before_it_is_done(rig: Rig) -> None:
    assert await begin(rig) == Begun(fresh=True)
    [row] = await rig.rows(Actions)
    assert (row.key, row.verb, row.arguments, row.version, row.actor, row.state) == (
        "c1",
        "cancel",
        {"order": "10423"},
        4,
        "shopper",
        "started",
    )


async def test_a_write_begun_before_is_not_fresh(rig: Rig) -> None:
    await begin(rig)
    assert await begin(rig) == Begun(fresh=False)
    assert await rig.count(Actions) == 1


async def test_a_finished_write_is_not_fresh_either(rig: Rig) -> None:
    await begin(rig)
    await rig.actions.finish("c1", {"status": "done"})
    assert await begin(rig) == Begun(fresh=False)


async def test_a_finished_answer_is_never_overwritten(rig: Rig) -> None:
    await begin(rig)
    await rig.actions.finish("c1", {"status": "done"})
    await rig.actions.finish("c1", {"status": "refused"})
    [row] = await rig.rows(Actions)
    assert (row.answer, row.finished_at) == ({"status": "done"}, START)


async def test_of_many_at_once_one_is_fresh(rig: Rig) -> None:
    begun = await asyncio.gather(*(begin(rig) for _ in range(6)))
    assert [one.fresh for one in begun if one].count(True) == 1


async def test_another_confirmation_is_another_write(rig: Rig) -> None:
    assert [(await begin(rig, key)) for key in ("c1", "c2")] == [Begun(fresh=True)] * 2


async def test_a_later_message_of_the_shopper_supersedes_the_yes(rig: Rig) -> None:
    await rig.hear("m1", "yes")
    claim = await rig.taken()
    await rig.hear("m2", "no wait")
    assert await begin(rig, after=claim.rows[-1].id) is None
    assert await rig.count(Actions) == 0


@pytest.mark.parametrize("kind", [Kind.EDIT, Kind.BUTTON, Kind.FILE, Kind.TEXT])
async def test_whatever_the_shopper_did_later_supersedes_the_yes(rig: Rig, kind: Kind) -> None:
    await rig.hear("m1", "yes")
    claim = await rig.taken()
    await rig.hear("m2", "x", kind=kind, edits="m1", button="no:c1")
    assert await begin(rig, after=claim.rows[-1].id) is None


async def test_the_messages_of_the_turn_itself_do_not_supersede_it(rig: Rig) -> None:
    await rig.hear("m1", "yes")
    await rig.hear("m2", "please")
    claim = await rig.taken()
    assert await begin(rig, after=claim.rows[-1].id) == Begun(fresh=True)


async def test_neither_staff_nor_clock_nor_another_shopper_supersede_a_yes(rig: Rig) -> None:
    await rig.hear("m1", "yes")
    claim = await rig.taken()
    await rig.hear("m2", "no", OTHER)
    await rig.inbox.receive(said("t1", "", kind=Kind.TIMER, sender=Sender.CLOCK))
    assert await begin(rig, after=claim.rows[-1].id) == Begun(fresh=True)


async def test_a_write_that_was_begun_goes_on_whatever_came_since(rig: Rig) -> None:
    await rig.hear("m1", "yes")
    claim = await rig.taken()
    await begin(rig, after=claim.rows[-1].id)
    await rig.hear("m2", "no wait")
    assert await begin(rig, after=claim.rows[-1].id) == Begun(fresh=False)


async def test_a_write_that_never_ran_may_be_withdrawn_and_then_taken_back(rig: Rig) -> None:
    await rig.hear("m1", "yes")
    claim = await rig.taken()
    await begin(rig, after=claim.rows[-1].id)
    await rig.hear("m2", "no wait")
    await rig.actions.withdraw("c1")
    assert await begin(rig, after=claim.rows[-1].id) is None


async def test_a_finished_write_cannot_be_withdrawn(rig: Rig) -> None:
    await begin(rig)
    await rig.actions.finish("c1", {"status": "done"})
    await rig.actions.withdraw("c1")
    assert await begin(rig) == Begun(fresh=False)


async def test_staff_approving_wait_for_no_message(rig: Rig) -> None:
    await rig.hear("m1", "hello?")
    assert await begin(rig, after=None) == Begun(fresh=True)


async def test_a_later_message_and_the_start_of_a_write_are_one_decision(rig: Rig) -> None:
    """Whoever commits first wins: a write is never begun after a message that it should have waited for."""
    await rig.hear("m1", "yes")
    claim = await rig.taken()
    begun, _ = await asyncio.gather(begin(rig, after=claim.rows[-1].id), rig.inbox.receive(said("m2", "no wait")))
    assert await rig.count(Actions) == (1 if begun else 0)


# --- failed proofs ---------------------------------------------------------------------------------------------------


async def test_tries_are_counted_per_account_and_per_order(rig: Rig) -> None:
    for _ in range(MOST_TRIES):
        await rig.tries.take("web::emma", "10423")
    left = [
        await rig.tries.take(*pair) for pair in (("web::emma", "10424"), ("web::li", "10423"), ("web::li", "10424"))
    ]
    assert left == [0, 0, MOST_TRIES]


async def test_each_miss_takes_one_and_a_day_gives_them_back(rig: Rig) -> None:
    left = [await rig.tries.take("web::emma", "10423") for _ in range(MOST_TRIES + 1)]
    rig.clock.time += TRIES_COUNT_FOR - timedelta(seconds=1)
    left.append(await rig.tries.take("web::emma", "10423"))
    rig.clock.time += timedelta(seconds=1)
    left.append(await rig.tries.take("web::emma", "10423"))
    assert left == [3, 2, 1, 0, 0, 3]


async def test_a_try_that_was_right_does_not_count(rig: Rig) -> None:
    await rig.tries.take("web::emma", "10423")
    for _ in range(5):
        assert await rig.tries.take("web::emma", "10423") == MOST_TRIES - 1
        await rig.tries.right("web::emma", "10423")


async def test_many_accounts_at_the_same_moment_share_the_tries_of_an_order(rig: Rig) -> None:
    left = await asyncio.gather(*(rig.tries.take(f"web::{number}", "10423") for number in range(12)))
    assert sorted(left, reverse=True) == [3, 2, 1, *[0] * 9]
