"""About how long a person takes: from the last claims, rounded, and nothing where they say nothing."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from conftest import talking
from policy_talk import start
from store_rig import START, Rig, open_rig, opening
from test_desk_hours import MINUTE, acts
from test_people import Heard, done, shopper, staff

from bot import waiting
from bot.decision import Speak
from bot.facts import Act, Number
from bot.opening import OpeningHours
from bot.ports import Language
from bot.speech import WrittenWords
from bot.turn import HandoffChange

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
OFFICE = OpeningHours(frozenset(range(5)), time(9), time(17), frozenset({date(2026, 3, 3)}))


def said(*minutes: float, now: datetime = NOON, hours: OpeningHours = OFFICE, reason: str = "requested") -> list[Act]:
    """What is said of the wait after claims that took so long."""
    claims = [(NOON, NOON + timedelta(minutes=one)) for one in minutes]
    speak = Speak("handoff", start(), (Act("handoff/requested"),))
    return list(waiting.told(speak, reason, hours, claims, now).acts[1:])


@pytest.mark.parametrize(
    ("waits", "act", "fact", "number"),
    [
        ((0, 0, 0.2, 1, 1), "waiting/minutes", "minutes", 5),
        ((1, 7, 8, 8, 200), "waiting/minutes", "minutes", 10),  # one long wait moves nothing
        ((5, 5, 5, 5, 5), "waiting/minutes", "minutes", 5),
        ((4, 6, 20, 24, 60, 90), "waiting/minutes", "minutes", 25),
        ((85, 85, 85, 85, 85), "waiting/minutes", "minutes", 85),
        ((86, 86, 86, 86, 86), "waiting/hours", "hours", 2),
        ((121, 121, 121, 121, 121), "waiting/hours", "hours", 3),
    ],
)
def test_the_median_of_the_last_waits_is_said_rounded_up(
    waits: tuple[float, ...], act: str, fact: str, number: int
) -> None:
    assert said(*waits) == [Act(act, {fact: Number(number)})]


def test_of_fewer_than_five_claims_nothing_is_said() -> None:
    assert said(5, 5, 5, 5) == []


@pytest.mark.parametrize("reason", ["injury", "fire", "threat", "recall"])
def test_who_is_in_danger_is_not_told_to_wait(reason: str) -> None:
    assert said(5, 5, 5, 5, 5, reason=reason) == []


def test_nothing_is_said_when_the_desk_closes_before() -> None:
    assert said(30, 30, 30, 30, 30, now=NOON + timedelta(hours=4, minutes=45)) == []


def test_a_night_or_a_day_off_is_no_wait() -> None:
    monday, wednesday = datetime(2026, 3, 2, 16, 50, tzinfo=UTC), datetime(2026, 3, 4, 9, 10, tzinfo=UTC)
    speak = Speak("handoff", start(), ())
    [act] = waiting.told(speak, "requested", OFFICE, [(monday, wednesday)] * 5, NOON).acts
    assert act.facts == {"minutes": Number(20)}


async def test_the_claims_of_chats_are_remembered_by_their_first_time(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as rig:
        await _claimed(rig, "h1", "chat")
        await _claimed(rig, "h2", "case")
        await rig.turn("again", handoffs=(HandoffChange("h1", "claimed"),))
        assert await rig.desk.claims() == [(START, START + timedelta(minutes=7))]
        rig.clock.time += timedelta(days=15)
        assert await rig.desk.claims() == []


async def _claimed(rig: Rig, name: str, kind: str) -> None:
    rig.clock.time = START
    await rig.turn(f"{name} opened", handoffs=(opening(name, kind),))
    rig.clock.time += timedelta(minutes=7)
    await rig.turn(f"{name} claimed", handoffs=(HandoffChange(name, "claimed"),))
    rig.clock.time += timedelta(minutes=7)


async def test_a_shopper_hears_how_long_others_have_waited(home: Path) -> None:
    async with talking(home, Language(Heard(), WrittenWords())) as talk:
        for number in range(5):
            await done(talk, shopper(f"m{number}", "a person"))
            talk.clock.advance(8 * MINUTE)
            [view] = await talk.product.desk.handoffs()
            await done(talk, staff(f"s{number}", view.id, act="claim"), staff(f"b{number}", view.id, act="back"))
            assert not [act for act in await acts(talk) if act.startswith("waiting")]
        [reply] = await done(talk, shopper("last", "a person"))
        assert (await acts(talk))[-1] == "waiting/minutes" and "10 minutes" in reply
