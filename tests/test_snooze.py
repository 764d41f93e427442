"""What staff put away leaves the list, and comes back when its time is over or the shopper writes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from conftest import NOW, Talk, talking
from test_desk_hours import HOUR, OFFICE, at
from test_handoff import STAFF as TALKING
from test_handoff import WAITING
from test_people import Heard, done, shopper, status
from test_people import staff as by_staff

from bot import snooze
from bot.conversation import Status
from bot.errors import BadInput
from bot.handoff import Moved
from bot.messages import InboundMessage
from bot.opening import OpeningHours
from bot.ports import Language
from bot.speech import WrittenWords

LANGUAGE = Language(Heard(), WrittenWords())


@pytest.mark.parametrize(
    ("text", "now", "back"),
    [
        ("PT90M", at(4, 10), at(4, 11, 30)),
        ("P1DT2H", at(4, 10), at(5, 12)),
        ("", at(4, 10), at(5, 9)),
        ("", at(4, 18), at(5, 9)),
        ("", at(5, 10), at(9, 9)),
    ],
)
def test_it_is_put_away_for_a_time_or_until_people_come_again(text: str, now: datetime, back: datetime) -> None:
    assert snooze.until(text, OFFICE, now) == back


@pytest.mark.parametrize("text", ["soon", "P", "2h", "P91D", "P999999999W"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=text):
        snooze.until(text, OpeningHours(), NOW)


def test_only_what_a_person_has_claimed_is_put_away_and_brought_back() -> None:
    assert snooze.put_away(WAITING, "h1", NOW, "") == Moved(WAITING)
    assert snooze.put_away(TALKING, "h2", NOW, "") == Moved(TALKING)
    assert snooze.brought_back(TALKING, "h1", "") == Moved(TALKING)
    away = snooze.put_away(TALKING, "h1", NOW, "").conversation
    assert snooze.brought_back(away, "h1", "").conversation == TALKING


@pytest.fixture
async def talk(home: Path) -> AsyncIterator[Talk]:
    """A chat that staff have claimed."""
    async with talking(home, LANGUAGE) as opened:
        await done(opened, shopper("m1", "a person"))
        await done(opened, await staff(opened, "s1", "claim"))
        yield opened


async def staff(talk: Talk, source_id: str, act: str, text: str = "") -> InboundMessage:
    [view] = await talk.product.desk.handoffs(ended=True)
    return replace(by_staff(source_id, view.id, act=act), text=text)


async def listed(talk: Talk) -> int:
    return len(await talk.product.desk.handoffs())


async def noted(talk: Talk, *messages: InboundMessage) -> list[str]:
    talk.chat.desk.posts.clear()
    await done(talk, *messages)
    return [post.text for post in talk.chat.desk.posts]


async def test_put_away_it_leaves_the_list_until_its_time_is_over(talk: Talk) -> None:
    assert await noted(talk, await staff(talk, "s2", "snooze", "PT2H")) == ["Put away until 4 March, 12:00"]
    assert (await listed(talk), len(await talk.product.desk.handoffs(ended=True))) == (0, 1)
    talk.clock.advance(2 * HOUR)
    assert await noted(talk) == ["The time this was put away for is over."]
    assert (await listed(talk), await status(talk)) == (1, Status.STAFF)


async def test_it_comes_back_as_soon_as_the_shopper_writes(talk: Talk) -> None:
    await done(talk, await staff(talk, "s2", "snooze", "PT2H"))
    assert await noted(talk, shopper("m2", "any news?")) == [
        "any news?", "The shopper has written, so this is in the list again.",
    ]  # fmt: skip
    assert await listed(talk) == 1
    talk.clock.advance(2 * HOUR)
    assert await noted(talk) == []


async def test_a_restart_in_between_changes_nothing(home: Path, talk: Talk) -> None:
    await done(talk, await staff(talk, "s2", "snooze", "PT2H"))
    talk.clock.advance(2 * HOUR)
    async with talking(home, LANGUAGE, clock=talk.clock) as again:
        await done(again)
        assert await listed(again) == 1


async def test_put_away_and_closed_it_is_over(talk: Talk) -> None:
    await done(talk, await staff(talk, "s2", "snooze", "PT2H"), await staff(talk, "s3", "close"))
    assert [view.status for view in await talk.product.desk.handoffs(ended=True)] == ["closed"]
    talk.clock.advance(timedelta(hours=2))
    assert (await noted(talk), await listed(talk)) == ([], 0)


async def test_staff_hear_what_is_wrong_with_a_time(talk: Talk) -> None:
    [note] = await noted(talk, await staff(talk, "s2", "snooze", "tomorrow"))
    assert "no ISO 8601 duration" in note and await listed(talk) == 1


async def test_a_script_can_put_away(home: Path) -> None:
    async with talking(home, LANGUAGE) as talk:
        for line in ('{"text": "a person"}', '{"staff_do": "claim"}', '{"staff_do": "snooze PT2H"}'):
            await talk.chat.line(line)
        assert await listed(talk) == 0
