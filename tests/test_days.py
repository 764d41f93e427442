"""Days and numbers as shoppers write them: each is read alike on every day of the week; what is no day is none."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import days, numerals

TODAY = date(2026, 3, 4)  # a Wednesday


def march(day: int) -> date:
    return date(2026, 3, day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Friday", march(6)),
        ("on Fri please", march(6)),
        ("fri", march(6)),
        ("this Friday", march(6)),
        ("Wednesday", march(11)),  # today is one
        ("next Friday", march(13)),
        ("can it come next wed?", march(11)),
        ("Friday week", march(13)),
        ("a week on Friday", march(13)),
        ("Friday the 13th", march(13)),
        ("Friday 13 March", march(13)),
        ("13 March (Friday)", march(13)),
        ("the 16th", march(16)),
        ("on the 3rd", date(2026, 4, 3)),
        ("12 May", date(2026, 5, 12)),
        ("the 12th of May", date(2026, 5, 12)),
        ("May 12th, 2027", date(2027, 5, 12)),
        ("1 March", date(2027, 3, 1)),
        ("29 February", date(2028, 2, 29)),
        ("13/3", march(13)),
        ("3/13", march(13)),
        ("5/12", date(2026, 12, 5)),
        ("13.3.", march(13)),
        ("2026-03-20", march(20)),
        ("today", TODAY),
        ("tomorrow", march(5)),
        ("the day after tomorrow", march(6)),
        ("in three days", march(7)),
        ("in two weeks' time", march(18)),
        ("a week from today", march(11)),
        ("at the end of the month", march(31)),
        ("end of next month", date(2026, 4, 30)),
        ("Wednesday instead of Friday", march(11)),
        ("on the 19th rather than the 18th", march(19)),
        ("move it from Tuesday to Thursday", march(5)),
        ("any day from Tuesday", march(10)),
        ("after the 15th", march(16)),
        ("not before 12 March", march(12)),
        ("before Friday", march(5)),
        ("hold it until after 10 August", date(2026, 8, 11)),
        ("周五", march(6)),
        ("能不能礼拜五送", march(6)),
        ("这周五", march(6)),
        ("下周三", march(11)),
        ("下个星期三", march(11)),
        ("下下周一", march(16)),
        ("星期天", march(8)),
        ("周末", march(7)),
        ("週五", march(6)),
        ("5月12号", date(2026, 5, 12)),
        ("五月十二号", date(2026, 5, 12)),
        ("３月１３日", march(13)),
        ("16号", march(16)),
        ("二十三号", march(23)),
        ("下个月5号", date(2026, 4, 5)),
        ("明年1月5日", date(2027, 1, 5)),
        ("月底", march(31)),
        ("下月底", date(2026, 4, 30)),
        ("明天下午", march(5)),
        ("后天", march(6)),
        ("大后天", march(7)),
        ("三天后", march(7)),
        ("过两天再送", march(6)),
        ("两周之后", march(18)),
        ("3月13号周五", march(13)),
        ("周日改到周一", march(9)),
        ("原定15号，改16号送", march(16)),
        ("等我11号回国再寄", march(11)),
        ("5月12号以后", date(2026, 5, 13)),
    ],
)
def test_a_day_is_read(text: str, day: date) -> None:
    assert days.parse(text, TODAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "", "next month", "next week", "as soon as possible", "yesterday", "last Friday", "an hour ago", "上周五",
        "昨天", "the sun hat", "I sat down", "March of the penguins", "may I change it", "1.5 kg", "order 10043",
        "size 12", "5号电池", "3号楼", "can't do Friday, pick another day", "下个月", "改成三个",
    ],
)  # fmt: skip
def test_what_names_no_day_to_come_is_none(text: str) -> None:
    assert days.mention(text) == "" and days.parse(text, TODAY) is None


@pytest.mark.parametrize("text", ["30 February", "31/4", "2月30日", "13/13", "0 May", "45号"])
def test_a_day_that_does_not_exist_is_none(text: str) -> None:
    assert days.parse(text, TODAY) is None


def test_figures_are_read_as_the_language_writes_them() -> None:
    assert (days.parse("5/12", TODAY, "zh"), days.parse("改到5/12", TODAY)) == (date(2026, 5, 12),) * 2
    assert days.parse("5/12", TODAY, "en") == date(2026, 12, 5)


def test_the_words_of_the_day_are_cut_out() -> None:
    assert days.mention("can it come next Friday instead?") == "next Friday"
    assert days.mention("please not before, but after the 15th") == "after the 15th"
    assert days.mention("5月12号之后送") == "5月12号之后"
    assert days.mention("from Tuesday to Wednesday") == "Wednesday"


SOME_DAY = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@given(SOME_DAY, st.sampled_from(["Monday", "Tuesday", "Sunday", "周一", "礼拜六", "星期天"]))
def test_a_weekday_is_within_a_week_and_next_is_in_the_next_one(today: date, name: str) -> None:
    plain = days.parse(name, today)
    later = days.parse(f"next {name}" if name.isascii() else f"下{name}", today)
    assert plain and later and plain.weekday() == later.weekday()
    assert timedelta(1) <= plain - today <= timedelta(7)
    monday = today - timedelta(days=today.weekday())
    assert monday + timedelta(7) <= later < monday + timedelta(14)


@given(SOME_DAY, SOME_DAY)
def test_a_written_day_is_that_day_or_its_next_return(today: date, day: date) -> None:
    whole = (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day.day} {day:%B} {day.year}")
    assert {days.parse(text, today) for text in whole} == {day}
    for text in (f"{day.day} {day:%B}", f"{day:%B} {day.day}", f"{day.month}月{day.day}号"):
        found = days.parse(text, today)
        assert found and found >= today and (found.month, found.day) == (day.month, day.day)


@given(SOME_DAY, st.text(max_size=40))
def test_no_text_breaks_it(today: date, text: str) -> None:
    assert days.parse(text, today) is None or days.mention(text)


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("3", 3), ("12", 12), ("three", 3), ("Twelve", 12), ("两", 2), ("兩", 2), ("十", 10), ("十二", 12),
        ("二十", 20), ("二十三", 23), ("廿三", 23), ("一", 1),
    ],
)  # fmt: skip
def test_a_number_word_has_its_value(word: str, number: int) -> None:
    assert numerals.value(word) == number == numerals.first(f"改成{word}个")


@pytest.mark.parametrize("word", ["", "many", "三四", "百", "no"])
def test_another_word_has_none(word: str) -> None:
    assert numerals.value(word) is None
