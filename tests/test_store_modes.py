"""Modes of the writes in the store: what staff set over the policy, the switch, and the history of both."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from store_rig import START, Rig, open_rig

from bot.commerce import WriteMode
from bot.errors import BadInput
from bot.office import ModeCell, ModeChange, ModeWish, Stop
from bot.ports import ModesInForce
from bot.store.modes import LATEST, ModeStore

OFF, APPROVAL, AUTOMATIC = WriteMode.OFF, WriteMode.APPROVAL, WriteMode.AUTOMATIC
POLICY = {"uk": {"all": AUTOMATIC, "return": APPROVAL}, "cn": {}}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


@pytest.fixture
def modes(rig: Rig) -> ModeStore:
    return ModeStore(rig.engine, rig.clock, POLICY, ("cancel", "return"))


def wish(market: str, verb: str, mode: WriteMode | None, seen: str | None = None) -> ModeWish:
    return ModeWish(market, verb, mode, seen)


async def test_nothing_set_is_the_policy_and_without_one_staff_approve(modes: ModeStore) -> None:
    assert await modes.in_force() == ModesInForce(POLICY, stopped=False)
    table = await modes.modes()
    assert (table.markets, table.verbs, table.stop) == (("uk", "cn"), ("cancel", "return"), None)
    assert table.cells == {
        ("uk", "cancel"): ModeCell(AUTOMATIC, "policy", AUTOMATIC),
        ("uk", "return"): ModeCell(APPROVAL, "policy", APPROVAL),
        ("cn", "cancel"): ModeCell(APPROVAL, "default", APPROVAL),
        ("cn", "return"): ModeCell(APPROVAL, "default", APPROVAL),
    }


async def test_what_staff_set_lies_over_the_policy_and_can_be_taken_away_again(rig: Rig, modes: ModeStore) -> None:
    await modes.set_modes([wish("uk", "cancel", OFF), wish("cn", "return", AUTOMATIC)], "anna")
    table, found = await modes.modes(), await modes.in_force()
    assert table.cells["uk", "cancel"] == ModeCell(OFF, "staff", AUTOMATIC, "anna", START)
    assert table.cells["uk", "return"].source == "policy"
    assert found.modes == {"uk": {"all": AUTOMATIC, "return": APPROVAL, "cancel": OFF}, "cn": {"return": AUTOMATIC}}

    await modes.set_modes([wish("uk", "cancel", None)], "ben")
    assert (await modes.modes()).cells["uk", "cancel"] == ModeCell(AUTOMATIC, "policy", AUTOMATIC)
    assert (await modes.in_force()).modes["uk"] == POLICY["uk"]


async def test_another_process_on_the_same_store_sees_a_change_at_once(rig: Rig, modes: ModeStore) -> None:
    other = ModeStore(rig.engine, rig.clock, POLICY, ("cancel", "return"))
    await modes.set_modes([wish("uk", "cancel", OFF)], "anna")
    await modes.switch_writes("anna", stopped=True)
    found = await other.in_force()
    assert (found.modes["uk"]["cancel"], found.stopped) == (OFF, True)


async def test_every_change_is_a_line_of_the_history_newest_first(rig: Rig, modes: ModeStore) -> None:
    await modes.set_modes([wish("uk", "cancel", OFF)], "anna")
    rig.clock.time += timedelta(minutes=1)
    await modes.set_modes([wish("uk", "cancel", APPROVAL)], "ben")
    await modes.switch_writes("ben", stopped=True)
    await modes.switch_writes("anna", stopped=False)
    await modes.set_modes([wish("uk", "cancel", None)], "ben")
    later = START + timedelta(minutes=1)
    assert await modes.mode_changes() == [
        ModeChange("uk", "cancel", "approval", "", "ben", later),
        ModeChange("", "", "stopped", "running", "anna", later),
        ModeChange("", "", "running", "stopped", "ben", later),
        ModeChange("uk", "cancel", "off", "approval", "ben", later),
        ModeChange("uk", "cancel", "", "off", "anna", START),
    ]


async def test_what_changes_nothing_makes_no_line(modes: ModeStore) -> None:
    await modes.set_modes([wish("uk", "cancel", None)], "anna")
    await modes.set_modes([wish("uk", "cancel", OFF)], "anna")
    await modes.set_modes([wish("uk", "cancel", OFF)], "ben")
    for stopped in (False, True, True):
        await modes.switch_writes("ben", stopped=stopped)
    assert len(await modes.mode_changes()) == 2
    assert (await modes.modes()).cells["uk", "cancel"].staff == "anna"


async def test_the_switch_names_who_threw_it_and_when(rig: Rig, modes: ModeStore) -> None:
    await modes.switch_writes("anna", stopped=True)
    rig.clock.time += timedelta(hours=1)
    await modes.switch_writes("ben", stopped=True)
    assert (await modes.modes()).stop == Stop("anna", START)
    await modes.switch_writes("ben", stopped=False)
    assert ((await modes.modes()).stop, (await modes.in_force()).stopped) == (None, False)


@pytest.mark.parametrize(
    ("bad", "says"),
    [(("us", "cancel"), r"'us' is no market; there are uk, cn"), (("uk", "all"), r"'all' is no write; there are canc")],
)
async def test_an_unknown_market_or_verb_is_refused_and_nothing_is_saved(
    modes: ModeStore, bad: tuple[str, str], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        await modes.set_modes([wish("uk", "cancel", OFF), wish(*bad, OFF)], "anna")
    assert (await modes.mode_changes(), (await modes.in_force()).modes) == ([], POLICY)


@pytest.mark.parametrize(("before", "seen"), [(OFF, ""), (None, "off"), (OFF, "approval")])
async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    modes: ModeStore, before: WriteMode | None, seen: str
) -> None:
    await modes.set_modes([wish("uk", "cancel", before)], "ben")
    changes = await modes.mode_changes()
    with pytest.raises(BadInput, match=r"uk, cancel: changed by .* meanwhile\. Nothing was saved"):
        await modes.set_modes([wish("cn", "return", OFF, ""), wish("uk", "cancel", AUTOMATIC, seen)], "anna")
    assert await modes.mode_changes() == changes
    assert (await modes.modes()).cells["cn", "return"].source == "default"


async def test_of_many_who_choose_at_once_one_wins_and_the_others_are_told(modes: ModeStore) -> None:
    choices = [modes.set_modes([wish("uk", "cancel", OFF, "")], f"staff {number}") for number in range(8)]
    results = await asyncio.gather(*choices, return_exceptions=True)
    assert sorted(isinstance(result, BadInput) for result in results) == [False] + [True] * 7
    assert len(await modes.mode_changes()) == 1


async def test_of_many_who_stop_at_once_one_is_noted(modes: ModeStore) -> None:
    await asyncio.gather(*(modes.switch_writes(f"staff {number}", stopped=True) for number in range(8)))
    assert len(await modes.mode_changes()) == 1


async def test_a_row_of_a_market_that_is_gone_harms_nothing(rig: Rig, modes: ModeStore) -> None:
    await modes.set_modes([wish("cn", "cancel", OFF)], "anna")
    fewer = ModeStore(rig.engine, rig.clock, {"uk": POLICY["uk"]}, ("cancel", "return"))
    assert (await fewer.modes()).markets == ("uk",)
    assert (await fewer.in_force()).modes["uk"] == POLICY["uk"]


async def test_the_history_shows_the_latest_and_keeps_all(rig: Rig, modes: ModeStore) -> None:
    for number in range(LATEST + 3):
        await modes.switch_writes("anna", stopped=number % 2 == 0)
    assert len(await modes.mode_changes()) == LATEST
