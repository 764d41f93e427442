"""The log of what staff did: one line for each act, in its transaction, newest first, and nothing secret in it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from store_rig import START, Rig, act_of_staff, open_rig, opening, said

from bot.commerce import WriteMode
from bot.errors import BadInput, LeaseLost
from bot.linking import plain
from bot.messages import Address, Sender
from bot.office import COMMAND_LINE, AuditLine, Deed, ModeWish
from bot.roles import Role
from bot.store.audit import PAGE
from bot.store.modes import ModeStore
from bot.store.staff import SIGN_IN_TRIES, SIGN_IN_WINDOW
from bot.store.tables import Audit
from bot.turn import HandoffChange

SAM = Address("slack", "T1", "D1", user="U1")
HOME = "192.0.2.7"


pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


async def lines(rig: Rig) -> list[tuple[str, str, str, str]]:
    """(who, what, about, detail), oldest first."""
    found = (await rig.audit.audit(1)).lines
    return [(line.staff, line.what.value, line.about, line.detail) for line in reversed(found)]


# --- accounts --------------------------------------------------------------------------------------------------------


async def test_accounts_and_who_changed_them(rig: Rig) -> None:
    await rig.staff.first_account("admin")
    await rig.staff.fresh_password("bob", by="admin")
    await rig.staff.fresh_password("bob", known=True, by="admin")
    await rig.staff.set_role("bob", Role.LEAD, "admin")
    await rig.staff.set_role("bob", Role.LEAD, "admin")  # changes nothing
    await rig.staff.fresh_password("bob", Role.AGENT)
    await rig.staff.rename("bob", "Bob Miller")
    await rig.staff.remove_account("bob", "admin")
    assert await lines(rig) == [
        (COMMAND_LINE, "account_added", "admin", "admin"), ("admin", "account_added", "bob", "agent"),
        ("admin", "password_reset", "bob", ""), ("admin", "role_set", "bob", "agent → lead"),
        (COMMAND_LINE, "role_set", "bob", "lead → agent"), (COMMAND_LINE, "password_reset", "bob", ""),
        ("bob", "renamed", "bob", "Bob Miller"), ("admin", "account_removed", "bob", ""),
    ]  # fmt: skip


async def test_what_was_refused_is_not_told_as_done(rig: Rig) -> None:
    await rig.staff.first_account("admin")
    for attempt in (
        rig.staff.remove_account("admin", "admin"), rig.staff.set_role("admin", Role.AGENT, "admin"),
        rig.staff.fresh_password("admin", Role.AGENT, by="admin"), rig.staff.set_role("bob", Role.LEAD, "admin"),
        rig.staff.rename("admin", ""), rig.staff.fresh_password("bob", known=True, by="admin"),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            await attempt
    assert len(await lines(rig)) == 1


async def test_sign_ins_that_worked_and_those_that_did_not(rig: Rig) -> None:
    password = await rig.staff.fresh_password("bob")
    await rig.staff.sign_in("bob", "wrong", HOME)
    token = await rig.staff.sign_in("bob", password, HOME)
    assert token and await rig.staff.change_password(token, password, "a better password")
    assert not await rig.staff.change_password(token, "wrong", "another password")
    assert (await lines(rig))[1:] == [
        ("bob", "sign_in_failed", "", HOME), ("bob", "signed_in", "", HOME), ("bob", "password_changed", "", ""),
    ]  # fmt: skip


async def test_a_name_that_is_nobodys_is_not_written_down_and_a_stranger_fills_no_log(rig: Rig) -> None:
    for number in range(20):
        await rig.staff.sign_in(f"my secret password {number}", "bob", HOME)
    await rig.staff.sign_in("eve", "x", "203.0.113.9")
    expected = [("", "sign_in_failed", "", HOME), ("", "sign_in_failed", "", "203.0.113.9")]
    assert await lines(rig) == expected
    rig.clock.time += SIGN_IN_WINDOW
    await rig.staff.sign_in("eve", "x", HOME)
    assert await lines(rig) == [*expected, ("", "sign_in_failed", "", HOME)]


async def test_tries_while_a_name_is_locked_add_nothing(rig: Rig) -> None:
    await rig.staff.fresh_password("bob")
    for _ in range(3 * SIGN_IN_TRIES):
        await rig.staff.sign_in("bob", "wrong", HOME)
    assert len(await lines(rig)) == 1 + SIGN_IN_TRIES


async def test_links_made_and_taken_away(rig: Rig) -> None:
    await rig.staff.fresh_password("bob")
    code, _ = await rig.links.link_code("bob")
    for _ in range(2):  # the platform brought it twice
        await rig.links.link(SAM, code)
    await rig.links.link(SAM, "AAAA-BBBB-CCCC")
    for _ in range(2):
        await rig.links.unlink(SAM, "bob")
    assert (await lines(rig))[1:] == [("bob", "linked", "slack:T1:U1", ""), ("bob", "unlinked", "slack:T1:U1", "")]


# --- handoffs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["claimed", "back", "closed", "approved", "declined"])
async def test_what_staff_do_with_a_handoff_is_told_by_account_and_reason(rig: Rig, status: str) -> None:
    await rig.turn("m1", handoffs=(opening(),))
    await rig.inbox.receive(act_of_staff("s1", "claim"))
    await rig.commit(await rig.taken(), handoffs=(HandoffChange("h1", status), opening("h2")))
    assert await lines(rig) == [("eve", status, "h1", "requested")]


async def test_what_is_put_away_or_handed_on_is_logged_as_that(rig: Rig) -> None:
    await rig.turn("m1", handoffs=(opening(),))
    await rig.inbox.receive(act_of_staff("s1", "snooze"))
    away = HandoffChange("h1", "claimed", away_until=START + timedelta(hours=2))
    await rig.commit(await rig.taken(), handoffs=(away,))
    await rig.inbox.receive(act_of_staff("s2", "assign"))
    await rig.commit(await rig.taken(), handoffs=(HandoffChange("h1", "", claimed_by="bob"),))
    assert [what for _, what, _, _ in await lines(rig)] == ["snoozed", "assigned"]


async def test_what_a_shopper_or_a_timer_does_is_no_act_of_staff(rig: Rig) -> None:
    await rig.turn("m1", handoffs=(opening(),))
    await rig.turn("m2", handoffs=(HandoffChange("h1", "back"),))
    await rig.inbox.receive(said("t1", sender=Sender.CLOCK))
    await rig.commit(await rig.taken(), handoffs=(HandoffChange("h1", "closed"),))
    assert await lines(rig) == []


async def test_an_act_whose_turn_is_not_kept_leaves_no_line(rig: Rig) -> None:
    await rig.turn("m1", handoffs=(opening(),))
    await rig.inbox.receive(act_of_staff("s1", "claim"))
    claim = await rig.taken()
    with pytest.raises(LeaseLost):
        await rig.commit(claim, version=7, handoffs=(HandoffChange("h1", "claimed"),))
    assert await lines(rig) == []


async def test_no_line_holds_a_text_a_code_or_a_password(rig: Rig) -> None:
    await rig.turn("m1", handoffs=(opening(),))
    await rig.inbox.receive(said("s1", "a word to the shopper", Address("slack", "T1", "C1", "17.1", "U9"),
                                 sender=Sender.STAFF, staff="eve", handoff_id="h1"))  # fmt: skip
    await rig.commit(await rig.taken(), handoffs=(HandoffChange("h1", "claimed"),))
    password = await rig.staff.fresh_password("bob")
    token = await rig.staff.sign_in("bob", password, HOME)
    assert token and await rig.staff.change_password(token, password, "a better password")
    code, _ = await rig.links.link_code("bob")
    await rig.links.link(SAM, code)
    written = str(await rig.rows(Audit))
    secrets = ("a word to", "what it is about", password, "a better password", token, code, plain(code))
    assert [secret in written for secret in secrets] == [False] * len(secrets)


# --- the page --------------------------------------------------------------------------------------------------------


async def test_the_history_of_the_modes_stands_among_it_newest_first(rig: Rig) -> None:
    modes = ModeStore(rig.engine, rig.clock, {"uk": {}}, ("cancel",))
    await rig.staff.fresh_password("bob")
    for work in (
        lambda: modes.set_modes([ModeWish("uk", "cancel", WriteMode.OFF)], "anna"),
        lambda: modes.switch_writes("ben", stopped=True),
        lambda: rig.staff.rename("bob", "Bob Miller"),
    ):
        rig.clock.time += timedelta(minutes=1)
        await work()
    found = await rig.audit.audit(1)
    assert found.lines[:3] == (
        AuditLine(START + timedelta(minutes=3), "bob", Deed.RENAMED, "bob", "Bob Miller"),
        AuditLine(START + timedelta(minutes=2), "ben", Deed.WRITES_SWITCHED, "", "running → stopped"),
        AuditLine(START + timedelta(minutes=1), "anna", Deed.MODE_SET, "cancel, uk", "policy → off"),
    )
    assert (found.page, found.more, len(found.lines)) == (1, False, 4)


async def test_pages_follow_one_another_without_a_gap(rig: Rig) -> None:
    await rig.staff.fresh_password("bob")
    for number in range(PAGE + 2):
        await rig.staff.rename("bob", f"Bob {number}")
    first, second, third = [await rig.audit.audit(page) for page in (1, 2, 3)]
    assert (len(first.lines), first.more, len(second.lines), second.more) == (PAGE, True, 3, False)
    assert [line.detail for line in (*first.lines, *second.lines)][:-1] == [f"Bob {n}" for n in range(PAGE + 1, -1, -1)]
    assert third.lines == ()
