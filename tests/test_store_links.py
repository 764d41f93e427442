"""Who is linked to which staff account: by a code that is shown once, counts once, and soon runs out."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from store_rig import Rig, open_rig

from bot.linking import MINUTES, plain
from bot.messages import Address
from bot.ports import Linking, Member
from bot.roles import Role
from bot.store import links
from bot.store.links import LINK_TRIES
from bot.store.staff import SIGN_IN_WINDOW
from bot.store.tables import StaffCodes, StaffLinks, Tries

SAM, MEI = Address("slack", "T1", "D1", user="U1"), Address("telegram", "7", "-100", "5", user="222")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        await opened.staff.fresh_password("sam")
        await opened.staff.fresh_password("mei")
        yield opened


async def code(rig: Rig, staff: str = "sam") -> str:
    return (await rig.links.link_code(staff))[0]


async def test_who_writes_a_code_is_linked_to_its_account_alone(rig: Rig) -> None:
    assert await rig.links.member(SAM) is None
    assert await rig.links.link(SAM, await code(rig)) is Linking.DONE
    assert await rig.links.member(SAM) == Member("sam", "sam", Role.ADMIN)
    elsewhere = [Address("slack", "T2", "D1", user="U1"), Address("telegram", "T1", "D1", user="U1"), MEI]
    assert [await rig.links.member(person) for person in elsewhere] == [None, None, None]
    assert await rig.count(Tries) == 0


async def test_the_same_person_is_meant_in_every_chat_and_thread(rig: Rig) -> None:
    await rig.links.link(SAM, await code(rig))
    assert await rig.links.member(Address("slack", "T1", "C9", "17.1", user="U1", private=False)) is not None


async def test_shoppers_see_the_name_that_the_account_has_now_and_its_role_holds_at_once(rig: Rig) -> None:
    await rig.links.link(MEI, await code(rig, "mei"))
    await rig.staff.rename("mei", "Mei Lin")
    await rig.staff.set_role("mei", Role.LEAD, "admin")
    assert await rig.links.member(MEI) == Member("mei", "Mei Lin", Role.LEAD)


async def test_a_code_is_kept_as_a_hash_only(rig: Rig) -> None:
    made = await code(rig)
    [row] = await rig.rows(StaffCodes)
    assert len(row.digest) == 64 and made not in str(row) and plain(made) not in str(row)


async def test_a_code_counts_for_one_person_and_for_him_again_should_his_message_come_twice(rig: Rig) -> None:
    made = await code(rig)
    assert [await rig.links.link(person, made) for person in (SAM, SAM, MEI)] == [
        Linking.DONE, Linking.DONE, Linking.WRONG,
    ]  # fmt: skip
    assert await rig.count(StaffLinks) == 1


async def test_a_code_runs_out_by_the_clock(rig: Rig) -> None:
    made, until = await rig.links.link_code("sam")
    assert until - rig.clock.now() == timedelta(minutes=MINUTES)
    rig.clock.time += timedelta(minutes=MINUTES)
    assert await rig.links.link(SAM, made) is Linking.WRONG


async def test_a_new_code_ends_the_one_before_and_no_other_accounts(rig: Rig) -> None:
    first, others, second = await code(rig), await code(rig, "mei"), await code(rig)
    assert await rig.links.link(SAM, first) is Linking.WRONG
    assert await rig.links.link(SAM, second) is Linking.DONE
    assert await rig.links.link(MEI, others) is Linking.DONE


async def test_codes_are_compared_in_constant_time_with_every_open_one(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(links, "compare_digest", compare)
    made, _ = await code(rig), await code(rig, "mei")
    await rig.links.link(SAM, made)
    assert len(compared) == 2


async def test_wrong_codes_count_as_tries_and_lock_that_person_for_a_while(rig: Rig) -> None:
    made = await code(rig)
    for _ in range(LINK_TRIES):
        assert await rig.links.link(SAM, "AAAA-BBBB-CCCC") is Linking.WRONG
    assert {row.subject for row in await rig.rows(Tries)} == {"staff-link:slack:T1:U1"}
    assert await rig.links.link(SAM, made) is Linking.LOCKED
    assert await rig.links.link(MEI, made) is Linking.DONE
    rig.clock.time += SIGN_IN_WINDOW
    assert await rig.links.link(SAM, await code(rig)) is Linking.DONE


async def test_guesses_at_once_are_looked_at_as_often_as_others(rig: Rig) -> None:
    made = [f"AAAA-BBBB-{number:04d}" for number in range(20)]
    told = await asyncio.gather(*(rig.links.link(SAM, one) for one in made))
    assert (told.count(Linking.WRONG), told.count(Linking.LOCKED)) == (LINK_TRIES, 20 - LINK_TRIES)


async def test_a_code_of_another_account_moves_the_link(rig: Rig) -> None:
    await rig.links.link(SAM, await code(rig))
    await rig.links.link(SAM, await code(rig, "mei"))
    assert await rig.links.member(SAM) == Member("mei", "mei", Role.AGENT)
    assert await rig.links.links("sam") == []


async def test_the_links_of_an_account_are_listed_and_can_be_taken_away_by_it_alone(rig: Rig) -> None:
    for person in (SAM, MEI):
        await rig.links.link(person, await code(rig))
        rig.clock.time += timedelta(minutes=1)
    assert [(link.channel, link.account, link.user) for link in await rig.links.links("sam")] == [
        ("slack", "T1", "U1"), ("telegram", "7", "222"),
    ]  # fmt: skip
    await rig.links.unlink(SAM, "mei")
    assert await rig.links.member(SAM) is not None
    await rig.links.unlink((await rig.links.links("sam"))[0].person, "sam")
    assert [link.user for link in await rig.links.links("sam")] == ["222"]
    assert await rig.links.member(SAM) is None
    assert await rig.links.linked_channels() == {"telegram"}


async def test_a_reset_password_keeps_the_links_and_a_removed_account_loses_them(rig: Rig) -> None:
    await rig.links.link(MEI, await code(rig, "mei"))
    await rig.staff.fresh_password("mei", known=True)
    assert await rig.links.member(MEI) is not None
    waiting = await code(rig, "mei")
    await rig.staff.remove_account("mei", "admin")
    assert (await rig.links.member(MEI), await rig.links.link(SAM, waiting)) == (None, Linking.WRONG)
    await rig.staff.fresh_password("mei")
    assert await rig.links.member(MEI) is None
