"""Staff accounts and their sessions."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from store_rig import Rig, open_rig

from bot.errors import BadInput
from bot.roles import Role
from bot.store.actions import TRIES_COUNT_FOR
from bot.store.staff import NAME_CHARS, NAME_TRIES, SESSION, SIGN_IN_TRIES, SIGN_IN_WINDOW
from bot.store.tables import Staff, StaffSessions, Tries

pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


async def admin(rig: Rig) -> str:
    password = await rig.staff.first_account("admin")
    assert password is not None
    return password


async def sign_in(rig: Rig, name: str, password: str, address: str = "192.0.2.7") -> str | None:
    return await rig.staff.sign_in(name, password, address)


class WatchedHasher:
    """Hashes for real and keeps what it was asked, and in which thread."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.asked: list[str] = []
        self.threads: set[threading.Thread] = set()

    def hash(self, password: str) -> str:
        self._note(password)
        return self._hasher.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        self._note(password)
        return self._hasher.verify(stored, password)

    def _note(self, password: str) -> None:
        self.asked.append(password)
        self.threads.add(threading.current_thread())


@pytest.fixture
def hasher(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> WatchedHasher:
    watched = WatchedHasher()
    monkeypatch.setattr(rig.staff, "_hasher", watched)
    return watched


# --- accounts --------------------------------------------------------------------------------------------------------


async def test_the_first_account_is_made_once_with_a_password_of_its_own(rig: Rig) -> None:
    password = await admin(rig)
    [row] = await rig.rows(Staff)
    assert (len(password) >= 12, row.must_change, await rig.staff.first_account("admin")) == (True, True, None)
    assert row.password.startswith("$argon2id$") and password not in row.password


async def test_the_right_password_opens_a_session_that_must_change_it(rig: Rig) -> None:
    token = await sign_in(rig, "admin", await admin(rig))
    assert token is not None
    session = await rig.staff.session(token)
    assert session is not None
    assert (session.staff, session.must_change, len(session.csrf) > 20) == ("admin", True, True)


@pytest.mark.parametrize(("name", "password"), [("admin", "wrong"), ("nobody", "wrong"), ("", ""), ("ADMIN", "")])
async def test_a_wrong_name_or_password_opens_nothing(rig: Rig, name: str, password: str) -> None:
    right = await admin(rig)
    assert await sign_in(rig, name, password or right) is None


async def test_a_token_is_stored_as_a_hash_only(rig: Rig) -> None:
    token = await sign_in(rig, "admin", await admin(rig))
    [row] = await rig.rows(StaffSessions)
    assert token and row.token != token and len(row.token) == 64
    assert await rig.staff.session(row.token) is None


async def test_a_session_ends_after_its_time_or_when_signed_out(rig: Rig) -> None:
    password = await admin(rig)
    first, second = [await sign_in(rig, "admin", password) for _ in range(2)]
    assert first and second
    await rig.staff.sign_out(first)
    seen = [bool(await rig.staff.session(token)) for token in (first, second, "made up")]
    rig.clock.time += SESSION
    assert (seen, await rig.staff.session(second)) == ([False, True, False], None)


async def test_after_too_many_misses_even_the_right_password_must_wait(rig: Rig) -> None:
    password = await admin(rig)
    for _ in range(SIGN_IN_TRIES):
        await sign_in(rig, "admin", "wrong")
    locked = await sign_in(rig, "admin", password)
    rig.clock.time += SIGN_IN_WINDOW + timedelta(seconds=1)
    assert locked is None
    assert await sign_in(rig, "admin", password) is not None


async def test_misses_lock_that_name_only(rig: Rig) -> None:
    password = await admin(rig)
    for _ in range(SIGN_IN_TRIES):
        await sign_in(rig, "nobody", "wrong")
    assert await sign_in(rig, "admin", password) is not None


async def test_misses_lock_that_address_only_until_there_are_many(rig: Rig) -> None:
    password = await admin(rig)
    for number in range(NAME_TRIES - 1):
        await sign_in(rig, "admin", "wrong", f"203.0.113.{number // SIGN_IN_TRIES}")
    assert await sign_in(rig, "admin", password, "203.0.113.0") is None
    assert await sign_in(rig, "admin", password) is not None
    await sign_in(rig, "admin", "wrong", "203.0.113.99")
    assert await sign_in(rig, "admin", password) is None


async def test_a_name_cannot_be_written_to_lock_another_one(rig: Rig) -> None:
    password = await admin(rig)
    for name in ("at:192.0.2.7 admin", "-at:192.0.2.7 admin", "192.0.2.7 admin", "x admin"):
        for _ in range(SIGN_IN_TRIES):
            await sign_in(rig, name, "wrong")
    assert await sign_in(rig, "admin", password) is not None


async def test_tries_while_locked_do_not_keep_it_locked(rig: Rig) -> None:
    password = await admin(rig)
    for _ in range(SIGN_IN_TRIES):
        await sign_in(rig, "admin", "wrong")
    for _ in range(14):
        rig.clock.time += timedelta(minutes=1)
        assert await sign_in(rig, "admin", "wrong") is None
    rig.clock.time += timedelta(minutes=1)
    assert await sign_in(rig, "admin", password) is not None


async def test_one_wrong_try_now_and_then_does_not_keep_a_name_locked(rig: Rig) -> None:
    password = await admin(rig)
    opened = []
    for _ in range(40):
        rig.clock.time += timedelta(minutes=3)
        await sign_in(rig, "admin", "wrong")
        opened.append(await sign_in(rig, "admin", password) is not None)
    assert opened[-5:].count(True) == 4


async def test_a_right_password_is_no_miss(rig: Rig) -> None:
    password = await admin(rig)
    assert None not in [await sign_in(rig, "admin", password) for _ in range(2 * SIGN_IN_TRIES)]
    assert await rig.count(Tries) == 0


async def test_parallel_guesses_are_looked_at_as_often_as_others(rig: Rig, hasher: WatchedHasher) -> None:
    await admin(rig)
    hasher.asked.clear()
    await asyncio.gather(*(sign_in(rig, "admin", f"guess {number}") for number in range(20)))
    assert len(hasher.asked) == SIGN_IN_TRIES


async def test_nothing_is_hashed_where_everybody_waits_nor_for_a_locked_name(rig: Rig, hasher: WatchedHasher) -> None:
    password = await admin(rig)
    token = await sign_in(rig, "admin", password)
    assert token and await rig.staff.change_password(token, password, "a better password")
    await rig.staff.fresh_password("bob")
    for _ in range(SIGN_IN_TRIES):
        await sign_in(rig, "nobody", "wrong")
    assert threading.main_thread() not in hasher.threads
    hashed = len(hasher.asked)
    await sign_in(rig, "nobody", "wrong")
    assert len(hasher.asked) == hashed


async def test_a_name_longer_than_any_account_is_refused_unwritten(rig: Rig, hasher: WatchedHasher) -> None:
    assert await sign_in(rig, "n" * 7_000_000, "wrong") is None
    assert (await rig.count(Tries), hasher.asked) == (0, [])


async def test_old_tries_go_when_a_new_one_is_written(rig: Rig) -> None:
    await rig.tries.take("web::emma", "10042")
    await sign_in(rig, "one", "wrong")
    rig.clock.time += SIGN_IN_WINDOW
    await sign_in(rig, "two", "wrong")
    subjects = [row.subject for row in await rig.rows(Tries)]
    assert subjects == ["user:web::emma", "order:10042", "staff-at:192.0.2.7 two", "staff:two"]
    rig.clock.time += TRIES_COUNT_FOR
    await sign_in(rig, "three", "wrong")
    assert [row.subject for row in await rig.rows(Tries)] == ["staff-at:192.0.2.7 three", "staff:three"]


async def test_a_fresh_password_opens_an_account_or_opens_it_again(rig: Rig) -> None:
    await admin(rig)
    first = await rig.staff.fresh_password("Ann Lee")
    old = await sign_in(rig, "Ann Lee", first)
    assert old and await rig.staff.change_password(old, first, "a better password")
    for number in range(NAME_TRIES):
        await sign_in(rig, "Ann Lee", "wrong", f"203.0.113.{number}")
    for _ in range(SIGN_IN_TRIES):
        await sign_in(rig, "Ann Lee", "wrong")

    fresh = await rig.staff.fresh_password("Ann Lee")
    assert await rig.staff.session(old) is None
    assert await sign_in(rig, "Ann Lee", "a better password") is None
    token = await sign_in(rig, "Ann Lee", fresh)
    session = token and await rig.staff.session(token)
    assert session and session.must_change
    assert await rig.staff.first_account("admin") is None


@pytest.mark.parametrize("name", ["", " bob", "bob\n", "b\x00b", "b" * (NAME_CHARS + 1)])
async def test_an_account_has_a_name_that_can_be_typed_in(rig: Rig, name: str) -> None:
    with pytest.raises(BadInput, match="sign in"):
        await rig.staff.fresh_password(name)


async def test_a_password_replaced_meanwhile_opens_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check takes its time: what is replaced in it must not be let in by what it was."""
    password = await admin(rig)
    token = await sign_in(rig, "admin", password)
    assert token
    check = rig.staff._verify

    async def replaced_meanwhile(stored: str | None, given: str) -> bool:
        good = await check(stored, given)
        await rig.staff.fresh_password("admin")
        return good

    monkeypatch.setattr(rig.staff, "_verify", replaced_meanwhile)
    assert not await rig.staff.change_password(token, password, "a better password")
    monkeypatch.setattr(rig.staff, "_verify", check)
    password = await rig.staff.fresh_password("admin")
    monkeypatch.setattr(rig.staff, "_verify", replaced_meanwhile)
    assert await sign_in(rig, "admin", password) is None


async def test_a_changed_password_replaces_the_old_and_ends_other_sessions(rig: Rig) -> None:
    password = await admin(rig)
    mine, other = [await sign_in(rig, "admin", password) for _ in range(2)]
    assert mine and other
    assert await rig.staff.change_password(mine, password, "a better password")
    session = await rig.staff.session(mine)
    assert session and not session.must_change
    assert (await rig.staff.session(other), await sign_in(rig, "admin", password)) == (None, None)
    assert await sign_in(rig, "admin", "a better password") is not None


async def test_a_password_is_changed_with_the_old_one_to_a_new_one_of_some_length(rig: Rig) -> None:
    password = await admin(rig)
    token = await sign_in(rig, "admin", password)
    assert token
    tries = [("wrong", "a better password"), (password, "short"), (password, password)]
    assert [await rig.staff.change_password(token, old, new) for old, new in tries] == [False] * 3
    assert await rig.staff.change_password("made up", password, "a better password") is False


# --- roles -----------------------------------------------------------------------------------------------------------


async def roles(rig: Rig) -> dict[str, Role]:
    return {account.staff: account.role for account in await rig.staff.accounts()}


async def test_the_first_account_is_an_admins_and_others_are_agents_unless_said(rig: Rig) -> None:
    await rig.staff.fresh_password("ann")
    await rig.staff.fresh_password("bob")
    await rig.staff.fresh_password("cleo", Role.LEAD)
    assert await roles(rig) == {"ann": Role.ADMIN, "bob": Role.AGENT, "cleo": Role.LEAD}


async def test_a_fresh_password_leaves_the_role_unless_another_is_said(rig: Rig) -> None:
    await admin(rig)
    await rig.staff.fresh_password("bob", Role.LEAD)
    await rig.staff.fresh_password("bob")
    await rig.staff.fresh_password("admin")
    assert await roles(rig) == {"admin": Role.ADMIN, "bob": Role.LEAD}
    await rig.staff.fresh_password("bob", Role.ADMIN)
    await rig.staff.fresh_password("admin", Role.AGENT)
    assert await roles(rig) == {"admin": Role.AGENT, "bob": Role.ADMIN}


async def test_an_account_is_neither_added_twice_nor_reset_before_it_is_there(rig: Rig) -> None:
    password = await admin(rig)
    with pytest.raises(BadInput, match="already an account admin"):
        await rig.staff.fresh_password("admin", Role.AGENT, known=False)
    with pytest.raises(BadInput, match="no account bob"):
        await rig.staff.fresh_password("bob", known=True)
    assert await roles(rig) == {"admin": Role.ADMIN}
    assert await sign_in(rig, "admin", password) is not None


async def test_a_role_holds_from_the_next_act_of_an_open_session(rig: Rig) -> None:
    await admin(rig)
    token = await sign_in(rig, "bob", await rig.staff.fresh_password("bob"))
    assert token is not None
    await rig.staff.set_role("bob", Role.LEAD, "admin")
    session = await rig.staff.session(token)
    assert session and session.role is Role.LEAD


async def test_a_removed_account_is_signed_out_and_stays_out(rig: Rig) -> None:
    await admin(rig)
    password = await rig.staff.fresh_password("bob")
    token = await sign_in(rig, "bob", password)
    assert token is not None
    await rig.staff.remove_account("bob", "admin")
    assert (await rig.staff.session(token), await sign_in(rig, "bob", password)) == (None, None)
    assert await roles(rig) == {"admin": Role.ADMIN}


async def test_the_last_admin_is_neither_removed_nor_given_another_role(rig: Rig) -> None:
    password = await admin(rig)
    await rig.staff.fresh_password("bob", Role.LEAD)
    for attempt in (
        rig.staff.remove_account("admin", "admin"), rig.staff.set_role("admin", Role.LEAD, "admin"),
        rig.staff.fresh_password("admin", Role.AGENT),
    ):  # fmt: skip
        with pytest.raises(BadInput, match="the last admin"):
            await attempt
    assert (await roles(rig))["admin"] is Role.ADMIN
    assert await sign_in(rig, "admin", password) is not None  # which was not replaced either


async def test_two_admins_who_demote_each_other_at_once_leave_one(rig: Rig) -> None:
    await admin(rig)
    await rig.staff.fresh_password("bob", Role.ADMIN)
    attempts = rig.staff.set_role("admin", Role.AGENT, "bob"), rig.staff.remove_account("bob", "admin")
    done = await asyncio.gather(*attempts, return_exceptions=True)
    assert [type(one) for one in done].count(BadInput) == 1
    assert list((await roles(rig)).values()).count(Role.ADMIN) == 1


@pytest.mark.parametrize("role", Role)
async def test_who_has_no_account_gets_no_role_and_is_not_removed(rig: Rig, role: Role) -> None:
    await admin(rig)
    for attempt in (rig.staff.set_role("bob", role, "admin"), rig.staff.remove_account("bob", "admin")):
        with pytest.raises(BadInput, match="no account bob"):
            await attempt


# --- the name that shoppers see --------------------------------------------------------------------------------------


async def test_an_account_is_shown_by_its_own_name_until_it_has_another(rig: Rig) -> None:
    token = await sign_in(rig, "admin", await admin(rig))
    assert token is not None
    await rig.staff.rename("admin", "Anna Lee")
    session = await rig.staff.session(token)
    assert session and (session.staff, session.name) == ("admin", "Anna Lee")
    assert [(account.staff, account.name) for account in await rig.staff.accounts()] == [("admin", "Anna Lee")]


@pytest.mark.parametrize("name", ["", " Anna", "Anna\n", "a" * (NAME_CHARS + 1), "ADMIN"])
async def test_a_name_to_show_can_be_read_and_is_nobody_elses(rig: Rig, name: str) -> None:
    await admin(rig)
    await rig.staff.fresh_password("bob")
    with pytest.raises(BadInput):
        await rig.staff.rename("bob", name)
    assert [account.name for account in await rig.staff.accounts()] == ["admin", "bob"]
    await rig.staff.rename("bob", "bob")


async def test_a_language_of_ones_own_goes_with_the_session(rig: Rig) -> None:
    token = await sign_in(rig, "admin", await admin(rig))
    assert token and (await rig.staff.session(token)).language == ""
    await rig.staff.set_language("admin", "zh")
    assert (await rig.staff.session(token)).language == "zh"
    with pytest.raises(BadInput):
        await rig.staff.set_language("admin", "xx")
    assert (await rig.staff.session(token)).language == "zh"
