"""One-time codes, used links and the log of proofs as rows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from store_rig import START, Rig, open_rig

from bot.store.codes import LASTS, MOST_SENT, MOST_TRIES, CodeStore, LinkStore, ProofStore
from bot.store.tables import Codes, UsedLinks
from bot.turn import CodeCheck, Tried

EMMA, OTHER = "web::emma", "web::other"
KEY = b"k" * 32


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


@pytest.fixture
def codes(rig: Rig) -> CodeStore:
    numbers = count(1)
    return CodeStore(rig.engine, rig.clock, KEY, lambda: next(numbers).to_bytes(16, "big"))


async def sent(codes: CodeStore, turn: str = "c@1", who: str = EMMA, order: str = "10423") -> str:
    """The code that went out."""
    issued = await codes.issue(who, order, turn)
    assert issued is not None
    return await codes.reveal(issued[0])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


# --- codes -----------------------------------------------------------------------------------------------------------


async def test_a_code_has_six_digits_and_is_another_each_time(codes: CodeStore) -> None:
    made = {codes._code(f"{number:032x}") for number in range(1000)}
    assert all(code.isdigit() and len(code) == 6 for code in made)
    assert len(made) > 990 and min(made) < "010000"


async def test_the_right_code_is_right_once(codes: CodeStore) -> None:
    code = await sent(codes)
    assert await codes.check(EMMA, "10423", code, "c@2") == CodeCheck("right")
    assert await codes.check(EMMA, "10423", code, "c@3") == CodeCheck("over")


async def test_a_turn_done_again_after_a_crash_ends_alike(codes: CodeStore, rig: Rig) -> None:
    first = await codes.issue(EMMA, "10423", "c@1")
    assert await codes.issue(EMMA, "10423", "c@1") == first
    assert await rig.count(Codes) == 1
    code = await codes.reveal(first[0]) if first else ""
    assert [await codes.check(EMMA, "10423", code, "c@2") for _ in range(2)] == [CodeCheck("right")] * 2


async def test_a_wrong_code_leaves_fewer_tries_and_then_none(codes: CodeStore) -> None:
    code = await sent(codes)
    tried = [await codes.check(EMMA, "10423", wrong(code), f"c@{turn}") for turn in range(MOST_TRIES)]
    assert tried == [CodeCheck("wrong", left) for left in (4, 3, 2, 1, 0)]
    assert await codes.check(EMMA, "10423", code, "c@9") == CodeCheck("over")


async def test_the_last_try_may_be_the_right_one(codes: CodeStore) -> None:
    code = await sent(codes)
    for turn in range(MOST_TRIES - 1):
        await codes.check(EMMA, "10423", wrong(code), f"c@{turn}")
    assert await codes.check(EMMA, "10423", code, "c@9") == CodeCheck("right")


async def test_a_code_runs_out(codes: CodeStore, rig: Rig) -> None:
    issued = await codes.issue(EMMA, "10423", "c@1")
    assert issued and issued[1] == START + LASTS
    code = await codes.reveal(issued[0])
    rig.clock.time += LASTS
    assert await codes.check(EMMA, "10423", code, "c@2") == CodeCheck("over")
    assert (await codes.reveal(issued[0]), await codes.live(EMMA, code)) == ("", False)


async def test_only_the_newest_code_counts(codes: CodeStore) -> None:
    first = await codes.issue(EMMA, "10423", "c@1")
    old = await codes.reveal(first[0]) if first else ""
    new = await sent(codes, "c@2")
    assert first and await codes.reveal(first[0]) == ""
    assert await codes.check(EMMA, "10423", old, "c@3") == CodeCheck("wrong", 4)
    assert await codes.check(EMMA, "10423", new, "c@4") == CodeCheck("right")


async def test_a_code_is_good_for_its_person_and_its_order(codes: CodeStore) -> None:
    code = await sent(codes)
    assert await codes.check(OTHER, "10423", code, "d@1") == CodeCheck("over")
    assert await codes.check(EMMA, "10424", code, "c@2") == CodeCheck("over")
    assert await codes.check(EMMA, "10423", code, "c@3") == CodeCheck("right")


@pytest.mark.parametrize("typed", ["", "0", "abcdef", "４８２１９３", "-" * 6, "' OR 1=1"])
async def test_what_is_no_code_is_wrong(codes: CodeStore, typed: str) -> None:
    await sent(codes)
    assert (await codes.check(EMMA, "10423", typed, "c@2")).outcome == "wrong"


@pytest.mark.parametrize(("who", "order"), [(EMMA, "10424"), (OTHER, "10423"), (EMMA, "10423")])
async def test_no_more_than_three_an_hour_for_one_person_or_one_order(
    codes: CodeStore, rig: Rig, who: str, order: str
) -> None:
    for turn in range(MOST_SENT):
        await sent(codes, f"c@{turn}")
    assert await codes.issue(who, order, "d@1") is None
    assert await codes.issue(OTHER, "10424", "d@2") is not None
    rig.clock.time += timedelta(hours=1)
    assert await codes.issue(who, order, "d@3") is not None


async def test_a_code_that_may_be_used_is_live_for_its_person_alone(codes: CodeStore) -> None:
    code = await sent(codes)
    assert await codes.live(EMMA, code)
    assert not await codes.live(OTHER, code)
    assert not await codes.live(EMMA, wrong(code))
    await codes.check(EMMA, "10423", code, "c@2")
    assert not await codes.live(EMMA, code)


async def test_a_row_tells_nothing_of_its_code_without_the_homes_key(codes: CodeStore, rig: Rig) -> None:
    code = await sent(codes)
    [row] = await rig.rows(Codes)
    assert code not in repr(row)
    other = CodeStore(rig.engine, rig.clock, b"x" * 32, lambda: b"")
    assert await other.reveal(row.salt) != code


async def test_two_tries_at_one_moment_use_a_code_once(codes: CodeStore) -> None:
    code = await sent(codes)
    both = await asyncio.gather(*(codes.check(EMMA, "10423", code, f"c@{turn}") for turn in (2, 3)))
    assert sorted(check.outcome for check in both) == ["over", "right"]


async def test_rows_that_ran_out_are_cleared_away(codes: CodeStore, rig: Rig) -> None:
    await sent(codes)
    rig.clock.time += timedelta(days=2)
    await sent(codes, "c@2")
    assert [row.turn for row in await rig.rows(Codes)] == ["c@2"]


# --- links -----------------------------------------------------------------------------------------------------------


async def test_a_link_is_good_for_the_first_who_comes_with_it(rig: Rig) -> None:
    used, until = LinkStore(rig.engine, rig.clock), START + timedelta(minutes=10)
    assert [await used.take("d1", who, until) for who in (EMMA, EMMA, OTHER)] == [True, True, False]
    assert await used.take("d2", OTHER, until)


async def test_two_who_come_at_one_moment_are_not_both_let_in(rig: Rig) -> None:
    used, until = LinkStore(rig.engine, rig.clock), START + timedelta(minutes=10)
    both = await asyncio.gather(*(used.take("d1", who, until) for who in (EMMA, OTHER)))
    assert sorted(both) == [False, True]
    rig.clock.time += timedelta(days=2)
    await used.take("d2", EMMA, rig.clock.time)
    assert [row.digest for row in await rig.rows(UsedLinks)] == ["d2"]


# --- the log ---------------------------------------------------------------------------------------------------------


async def test_the_log_gives_the_newest_tries_first(rig: Rig) -> None:
    log = ProofStore(rig.engine)
    tries = [Tried(START, EMMA, "10423", "contact", outcome) for outcome in ("miss", "customer", "delivery")]
    for tried in tries:
        await log.note(tried)
    assert await log.last(2) == tries[:0:-1]
