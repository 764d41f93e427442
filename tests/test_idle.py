"""What is claimed goes back into the queue after too long without a word, and when who has it signs out."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Talk, talking
from test_desk_hours import add
from test_people import Heard, done, handoffs, shopper, staff, status

from bot.conversation import Status
from bot.office import Deed
from bot.ports import Language, Role
from bot.speech import WrittenWords

MINUTE = timedelta(minutes=1)
IDLE = "Nobody has written to the shopper for too long: this waits for a person again."


@pytest.fixture
async def talk(home: Path) -> AsyncIterator[Talk]:
    add(home, "[desk]\nidle = 60\n")
    async with talking(home, Language(Heard(), WrittenWords()), as_email="emma.clarke@example.com") as opened:
        yield opened


async def claimed(talk: Talk) -> str:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="claim"))
    talk.chat.desk.posts.clear()
    return number


async def passed(talk: Talk, minutes: int) -> list[str]:
    """What the desk is told while so many minutes go by."""
    talk.chat.desk.posts.clear()
    talk.clock.advance(minutes * MINUTE)
    await talk.product.dispatcher.drain()
    return [post.text for post in talk.chat.desk.posts]


async def test_claimed_and_left_without_a_word_it_waits_again_for_anybody(talk: Talk) -> None:
    number = await claimed(talk)
    assert (await passed(talk, 59), await passed(talk, 1)) == ([], [IDLE])
    view = await talk.product.assistant.handoff(number)
    assert view and (view.status, view.claimed_by, await status(talk)) == ("waiting", "", Status.WAITING)
    assert len(await done(talk, shopper("m2", "are you there"))) == 1  # passed on, he hears
    [joined] = await done(talk, staff("s2", number, act="claim", name="Mei"))
    assert "Mei" in joined


async def test_leads_hear_of_it(talk: Talk) -> None:
    await talk.product.staff.fresh_password("Lena", Role.LEAD)
    await claimed(talk)
    assert await passed(talk, 60) == [f"{IDLE} For: Lena"]
    assert [call.name for call in talk.chat.desk.posts[-1].calls] == ["Lena"]


async def test_the_time_runs_from_the_first_message_without_an_answer(talk: Talk) -> None:
    number = await claimed(talk)
    await done(talk, staff("s2", number, "Hello"))
    assert await passed(talk, 300) == []  # it is the shopper's turn
    await done(talk, shopper("m2", "one"))
    await passed(talk, 30)
    await done(talk, shopper("m3", "two"))
    assert (await passed(talk, 29), await passed(talk, 1)) == ([], [IDLE])


async def test_a_claim_that_comes_too_late_does_not_put_back_what_was_answered(talk: Talk) -> None:
    number = await claimed(talk)
    await done(talk, staff("s2", number, "Hello"))
    await done(talk, staff("s3", number, act="claim", name="Mei"))
    assert await passed(talk, 300) == [] and await status(talk) is Status.STAFF


async def test_what_is_put_away_waits_for_its_time(talk: Talk) -> None:
    number = await claimed(talk)
    await done(talk, staff("s2", number, "PT3H", act="snooze"))
    assert await passed(talk, 120) == [] and await status(talk) is Status.STAFF
    assert (await passed(talk, 60))[0].startswith("The time this was put away for is over.")


async def test_what_has_ended_is_not_put_back(talk: Talk) -> None:
    number = await claimed(talk)
    await done(talk, staff("s2", number, act="back"))
    assert await passed(talk, 120) == [] and await handoffs(talk) == {number: "back"}


async def test_who_signs_out_puts_back_what_is_his(talk: Talk, quick_hashes: None) -> None:
    office = talk.product.assistant
    password = await talk.product.staff.fresh_password("Sam")
    number = await claimed(talk)
    token = await office.sign_in("Sam", password, "127.0.0.1")
    assert token
    await office.sign_out(token)
    await talk.product.dispatcher.drain()
    assert await office.session(token) is None and await handoffs(talk) == {number: "waiting"}
    assert [post.text for post in talk.chat.desk.posts] == ["Signed out, so this waits for a person again: Sam"]
    assert Deed.RELEASED in [line.what for line in (await office.audit(1)).lines]


async def test_a_colleagues_sign_out_leaves_it_alone(talk: Talk, quick_hashes: None) -> None:
    office = talk.product.assistant
    password = await talk.product.staff.fresh_password("Mei")
    number = await claimed(talk)
    token = await office.sign_in("Mei", password, "127.0.0.1")
    assert token
    await office.sign_out(token)
    await talk.product.dispatcher.drain()
    assert await handoffs(talk) == {number: "claimed"}


async def test_it_can_be_put_back_by_hand(talk: Talk) -> None:
    number = await claimed(talk)
    assert await done(talk, staff("s2", number, act="release")) == []
    assert await handoffs(talk) == {number: "waiting"}
    assert [post.text for post in talk.chat.desk.posts] == ["Put back into the queue by Sam"]
