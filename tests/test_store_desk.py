"""Staff accounts, their sessions, the list of handoffs, and single values of the deployment."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from store_rig import OTHER, SHOPPER, START, Rig, open_rig, opening

from bot.store import desk
from bot.store.desk import SESSION, SIGN_IN_TRIES, SIGN_IN_WINDOW
from bot.store.tables import Staff, StaffSessions
from bot.turn import HandoffChange


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same algorithm with the smallest cost."""
    monkeypatch.setattr(desk, "PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as opened:
        yield opened


async def admin(rig: Rig) -> str:
    password = await rig.desk.first_account("admin")
    assert password is not None
    return password


# --- accounts --------------------------------------------------------------------------------------------------------


async def test_the_first_account_is_made_once_with_a_password_of_its_own(rig: Rig) -> None:
    password = await admin(rig)
    [row] = await rig.rows(Staff)
    assert (len(password) >= 12, row.must_change, await rig.desk.first_account("admin")) == (True, True, None)
    assert row.password.startswith("$argon2id$") and password not in row.password


async def test_the_right_password_opens_a_session_that_must_change_it(rig: Rig) -> None:
    token = await rig.desk.sign_in("admin", await admin(rig))
    assert token is not None
    session = await rig.desk.session(token)
    assert session is not None
    assert (session.staff, session.must_change, len(session.csrf) > 20) == ("admin", True, True)


@pytest.mark.parametrize(("name", "password"), [("admin", "wrong"), ("nobody", "wrong"), ("", ""), ("ADMIN", "")])
async def test_a_wrong_name_or_password_opens_nothing(rig: Rig, name: str, password: str) -> None:
    right = await admin(rig)
    assert await rig.desk.sign_in(name, password or right) is None


async def test_a_token_is_stored_as_a_hash_only(rig: Rig) -> None:
    token = await rig.desk.sign_in("admin", await admin(rig))
    [row] = await rig.rows(StaffSessions)
    assert token and row.token != token and len(row.token) == 64
    assert await rig.desk.session(row.token) is None


async def test_a_session_ends_after_its_time_or_when_signed_out(rig: Rig) -> None:
    password = await admin(rig)
    first, second = [await rig.desk.sign_in("admin", password) for _ in range(2)]
    assert first and second
    await rig.desk.sign_out(first)
    seen = [bool(await rig.desk.session(token)) for token in (first, second, "made up")]
    rig.clock.time += SESSION
    assert (seen, await rig.desk.session(second)) == ([False, True, False], None)


async def test_after_too_many_misses_even_the_right_password_must_wait(rig: Rig) -> None:
    password = await admin(rig)
    for _ in range(SIGN_IN_TRIES):
        await rig.desk.sign_in("admin", "wrong")
    locked = await rig.desk.sign_in("admin", password)
    rig.clock.time += SIGN_IN_WINDOW + timedelta(seconds=1)
    assert locked is None
    assert await rig.desk.sign_in("admin", password) is not None


async def test_misses_lock_that_name_only(rig: Rig) -> None:
    password = await admin(rig)
    for _ in range(SIGN_IN_TRIES):
        await rig.desk.sign_in("nobody", "wrong")
    assert await rig.desk.sign_in("admin", password) is not None


async def test_a_changed_password_replaces_the_old_and_ends_other_sessions(rig: Rig) -> None:
    password = await admin(rig)
    mine, other = [await rig.desk.sign_in("admin", password) for _ in range(2)]
    assert mine and other
    assert await rig.desk.change_password(mine, password, "a better password")
    session = await rig.desk.session(mine)
    assert session and not session.must_change
    assert (await rig.desk.session(other), await rig.desk.sign_in("admin", password)) == (None, None)
    assert await rig.desk.sign_in("admin", "a better password") is not None


async def test_a_password_is_changed_with_the_old_one_to_a_new_one_of_some_length(rig: Rig) -> None:
    password = await admin(rig)
    token = await rig.desk.sign_in("admin", password)
    assert token
    tries = [("wrong", "a better password"), (password, "short"), (password, password)]
    assert [await rig.desk.change_password(token, old, new) for old, new in tries] == [False] * 3
    assert await rig.desk.change_password("made up", password, "a better password") is False


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
