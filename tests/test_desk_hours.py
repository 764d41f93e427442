"""When people are at the desk, what a shopper is told outside these hours, and that waits count open time only."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import NOW, Talk, talking
from test_people import Heard, done, handoffs, shopper, staff, status

from bot.conversation import Status, Understanding, Utterance
from bot.errors import BadInput
from bot.opening import OpeningHours
from bot.ports import Language
from bot.shop.policy import POLICY_FILE, read_policy
from bot.speech import WrittenWords

LONDON, SHANGHAI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai")
OFFICE = OpeningHours(frozenset(range(5)), time(9), time(17), frozenset({date(2026, 3, 6)}), LONDON)
NIGHT = OpeningHours(frozenset({4}), time(22), time(6), zone=LONDON)  # Friday to Saturday
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DESK = '[desk]\ndays = ["mon", "wed", "thu"]\nfrom = 11:00:00\nto = 17:00:00\nholidays = [2026-03-05]\n'


class Chinese(Heard):
    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        return replace(await super().understand(text, history, expects), language="zh")


def at(day: int, hour: int, minute: int = 0, zone: ZoneInfo = LONDON) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=zone).astimezone(UTC)


# --- counting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        (OpeningHours(), at(1, 3), at(1, 3)),
        (OFFICE, at(4, 10), at(4, 10)),
        (OFFICE, at(4, 8, 59), at(4, 9)),
        (OFFICE, at(4, 17), at(5, 9)),  # the last minute is over
        (OFFICE, at(5, 18), at(9, 9)),  # a day off, then the weekend
        (OFFICE, at(28, 12), at(30, 9)),  # clocks go forward in between
        (NIGHT, at(7, 5), at(7, 5)),
        (NIGHT, at(7, 6), at(13, 22)),
        (OpeningHours(OFFICE.days, time(9), time(17), zone=SHANGHAI), at(4, 10), at(5, 9, zone=SHANGHAI)),
    ],
)
def test_the_desk_opens_on_its_days_at_its_hours_in_its_zone(
    hours: OpeningHours, now: datetime, opens: datetime
) -> None:
    assert (hours.opens(now), hours.open(now)) == (opens, opens == now)


@pytest.mark.parametrize(
    ("hours", "since", "span", "moment"),
    [
        (OpeningHours(), at(1, 3), 50 * HOUR, at(3, 5)),
        (OFFICE, at(4, 10), 10 * MINUTE, at(4, 10, 10)),
        (OFFICE, at(4, 16, 55), 10 * MINUTE, at(5, 9, 5)),
        (OFFICE, at(4, 20), 10 * MINUTE, at(5, 9, 10)),
        (OFFICE, at(5, 9), 12 * HOUR, at(9, 13)),
        (NIGHT, at(6, 23), 8 * HOUR, at(13, 23)),
    ],
)
def test_a_wait_goes_on_while_people_are_there_only(
    hours: OpeningHours, since: datetime, span: timedelta, moment: datetime
) -> None:
    assert (hours.after(since, span), hours.between(since, moment)) == (moment, span)


# --- the owner's table -----------------------------------------------------------------------------------------------


def test_without_a_table_the_desk_is_always_open_and_its_zone_is_the_shops(home: Path) -> None:
    assert read_policy(home).hours == OpeningHours()
    add(home, DESK)
    assert read_policy(home).hours == OpeningHours(
        frozenset({0, 2, 3}), time(11), time(17), frozenset({date(2026, 3, 5)}), LONDON
    )


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('days = ["monday"]', "desk.days: 'monday' is no day"),
        ("days = []", "desk.days: at least one day must be worked"),
        ("from = 09:00:00", "desk.from: from and to belong together"),
        ('from = "9"\nto = 17:00:00', "desk.from: '9' is no time of day"),
        ('zone = "Mars"', "desk.zone: 'Mars' is no time zone"),
        ('holidays = ["Easter"]', "desk.holidays: 'Easter' is no day"),
        ("open = true", "desk.open: not a setting"),
    ],
)
def test_each_problem_of_the_desk_is_named_with_its_key(home: Path, table: str, problem: str) -> None:
    add(home, f"[desk]\n{table}\n")
    with pytest.raises(BadInput) as caught:
        read_policy(home)
    assert str(caught.value).startswith(f"policy.toml: {problem}")


def add(home: Path, table: str) -> None:
    with (home / POLICY_FILE).open("a", encoding="utf-8") as file:
        file.write(f"\n{table}")


# --- what the shopper hears ------------------------------------------------------------------------------------------


@pytest.fixture
async def talk(home: Path) -> AsyncIterator[Talk]:
    """At ten on a Wednesday; the desk opens at eleven, then not before Monday."""
    add(home, DESK)
    async with talking(home, Language(Heard(), WrittenWords()), as_email="emma.clarke@example.com") as opened:
        yield opened


async def acts(talk: Talk) -> list[str]:
    records = await talk.product.conversations.records(shopper("", "").address.conversation_id, 0)
    return [act for _, speaker, record in records if speaker == "bot" for act in record["acts"] if act != "introduce"]


async def test_outside_the_hours_a_shopper_hears_when_people_are_back(talk: Talk) -> None:
    [reply] = await done(talk, shopper("m1", "a person"))
    assert await acts(talk) == ["handoff/requested", "waiting/closed"] and "4 March, 11:00" in reply
    assert [button.value for button in talk.chat.channel.replies[-1].buttons] == ["bot"]


async def test_a_chinese_shopper_hears_it_in_chinese(home: Path) -> None:
    add(home, DESK)
    async with talking(home, Language(Chinese(), WrittenWords())) as talk:
        [reply] = await done(talk, shopper("m1", "转人工 person"))
        assert "3月4日 11:00" in reply


async def test_while_people_are_there_nothing_is_said_of_the_hours(talk: Talk) -> None:
    talk.clock.advance(HOUR)
    await done(talk, shopper("m1", "a person"))
    assert await acts(talk) == ["handoff/requested"]


async def test_danger_is_said_at_once_and_first(talk: Talk) -> None:
    [reply] = await done(talk, shopper("m1", "the lamp exploded and my hand is bleeding"))
    assert await acts(talk) == ["handoff/injury", "waiting/closed"] and reply.index("999") < reply.index("11:00")


async def test_a_message_left_overnight_is_answered_on_the_same_channel(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"), shopper("m2", "my parcel is open"))
    [number] = await handoffs(talk)
    talk.clock.advance(2 * HOUR)
    assert (await done(talk, staff("s1", number, "We send another one.")))[-1] == "We send another one."


async def test_the_assistant_can_be_gone_on_with_outside_the_hours(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    await done(talk, shopper("m2", "go on with the bot"))
    assert await status(talk) is Status.BOT


async def test_the_long_wait_begins_with_the_opening(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    talk.clock.advance(HOUR + 9 * MINUTE)
    await talk.product.dispatcher.drain()
    assert "waiting/long" not in await acts(talk)
    talk.clock.advance(MINUTE)
    await talk.product.dispatcher.drain()
    assert (await acts(talk))[-1] == "waiting/long" and talk.clock.now() == NOW + HOUR + 10 * MINUTE
