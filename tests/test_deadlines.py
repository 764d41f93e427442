"""Deadlines of handoffs: put on, taken away, and told once when they pass."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from conftest import NOW, Talk, talking
from test_desk_hours import MINUTE, OFFICE, add, at
from test_people import Heard, done, handoffs, shopper, staff

from bot import deadlines
from bot.errors import BadInput
from bot.messages import Address, Called
from bot.ports import Language, Role
from bot.shop.policy import read_policy
from bot.speech import WrittenWords
from bot.turn import HandoffChange, TimerChange

OVER = [(kind, None) for kind in ("first_answer", "settled", "approval", "approval_reminder", "idle")]
TARGETS = {"first_answer": timedelta(minutes=30), "settled": timedelta(hours=9)}
OPENING = HandoffChange("h1", "waiting", opening=True)
LATE = "Late: nobody has taken this over in the time that was set for it."
UNSETTLED = "Late: this has not been settled in the time that was set for it."
LANGUAGE = Language(Heard(), WrittenWords())


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (OPENING, [("first_answer", at(5, 9, 20)), ("settled", at(9, 9, 50))]),
        (HandoffChange("h1", "closed", kind="note", opening=True), OVER),
        (HandoffChange("h1", "claimed"), [("first_answer", None)]),
        (HandoffChange("h1", "approved"), OVER),
        (HandoffChange("h1", "back"), OVER),
        (HandoffChange("h1", "", claimed_by="Mei"), []),
        (HandoffChange("h1", "waiting", missed="first_answer"), []),
    ],
)
def test_deadlines_count_open_time_and_go_with_what_they_are_for(
    change: HandoffChange, wanted: list[tuple[str, datetime | None]]
) -> None:
    """At ten to five; the day after is worked, the next one is off, then comes the weekend."""
    due = [TimerChange(kind, "h1", moment) for kind, moment in wanted]
    assert list(deadlines.timers([change], TARGETS, OFFICE, at(4, 16, 50))) == due


def test_without_deadlines_none_is_put_on() -> None:
    assert list(deadlines.timers([OPENING], {}, OFFICE, NOW)) == []


@pytest.mark.parametrize("value", ["0", "-5", '"30"', "true", "1.5"])
def test_a_deadline_is_a_number_of_minutes(home: Path, value: str) -> None:
    add(home, f"[desk]\nfirst_answer = {value}\n")
    with pytest.raises(BadInput, match=r"policy\.toml: desk\.first_answer: must be a whole number of minutes"):
        read_policy(home)


@pytest.fixture
async def talk(home: Path) -> AsyncIterator[Talk]:
    add(home, "[desk]\nfirst_answer = 30\nsettled = 120\n")
    async with talking(home, LANGUAGE, as_email="emma.clarke@example.com") as opened:
        yield opened


async def passed(talk: Talk, minutes: int) -> list[str]:
    """What the desk is told while so many minutes go by."""
    talk.chat.desk.posts.clear()
    talk.clock.advance(minutes * MINUTE)
    await talk.product.dispatcher.drain()
    return [post.text for post in talk.chat.desk.posts]


async def marks(talk: Talk) -> list[str]:
    return [view.missed for view in await talk.product.desk.handoffs()]


async def test_a_late_first_answer_marks_the_handoff_and_is_told_once(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    assert (await passed(talk, 29), await marks(talk)) == ([], [""])
    assert (await passed(talk, 1), await marks(talk)) == ([LATE], ["first_answer"])
    assert await passed(talk, 60) == []


async def test_leads_are_named_and_known_by_their_links(talk: Talk) -> None:
    lena = Address("slack", "T0SHOP", "", user="U0LENA")
    for name, role in (("Mei", Role.LEAD), ("Lena", Role.ADMIN), ("Sam", Role.AGENT)):
        await talk.product.staff.fresh_password(name, role)
    await talk.product.links.link(lena, (await talk.product.links.link_code("Lena"))[0])
    await done(talk, shopper("m1", "a person"))
    assert await passed(talk, 30) == [f"{LATE} For: Lena, Mei"]
    assert talk.chat.desk.posts[-1].calls == (Called("Lena", (lena,)), Called("Mei"))


async def test_claimed_in_time_nothing_is_late_until_it_should_be_settled(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="claim"))
    assert (await passed(talk, 119), await marks(talk)) == ([], [""])
    assert (await passed(talk, 1), await marks(talk)) == ([UNSETTLED], ["settled"])


async def test_of_what_has_ended_nothing_is_late(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="claim"), staff("s2", number, act="close"))
    assert await passed(talk, 200) == []


async def test_an_approval_has_deadlines_too(talk: Talk) -> None:
    await done(talk, shopper("m1", "cancel order 10047"))
    await done(talk, shopper("m2", "ok"))
    assert await passed(talk, 30) == [LATE]
    [number] = await handoffs(talk)
    await done(talk, staff("s1", number, act="approve"))
    assert await passed(talk, 200) == []


async def test_a_deadline_outlives_a_restart(home: Path, talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    talk.clock.advance(30 * MINUTE)
    async with talking(home, LANGUAGE, clock=talk.clock) as again:
        assert await passed(again, 0) == [LATE]


async def test_the_next_deadline_stands_with_the_handoff(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    [view] = await talk.product.desk.handoffs()
    assert (view.due, view.why, view.minutes) == (NOW + 30 * MINUTE, "due", 30)
