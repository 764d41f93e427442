"""For whom a handoff is: languages, matters and a limit of each member of staff."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Talk, talking
from test_people import Heard, done, handoffs, shopper, staff

from bot import routing
from bot.errors import BadInput
from bot.office import Deed
from bot.ports import Language
from bot.routing import Crew, Strengths
from bot.speech import WrittenWords

MEI, SAM, LENA = Crew("Mei", Strengths(("zh",))), Crew("Sam", Strengths(("en",), (), 2)), Crew("Lena", Strengths())


@pytest.mark.parametrize(
    ("crew", "language", "fit"),
    [
        ([LENA, replace(LENA, name="Bo")], "en", ()),  # nothing is set for anybody
        ([MEI, SAM, LENA], "zh-Hant", ("Lena", "Mei")),
        ([MEI, SAM, LENA], "en", ("Lena", "Sam")),
        ([MEI, SAM, LENA], "", ("Lena", "Mei", "Sam")),  # not known yet
        ([MEI, replace(SAM, has=1), replace(LENA, has=5)], "en", ("Sam", "Lena")),  # who has least first
        ([MEI, replace(SAM, has=2), LENA], "en", ("Lena",)),
        ([Crew("Ann", Strengths((), ("payment",))), Crew("Ben", Strengths((), ("requested",)))], "en", ("Ben",)),
    ],
)
def test_who_fits(crew: list[Crew], language: str, fit: tuple[str, ...]) -> None:
    assert routing.fitting(crew, language, "requested") == fit


def test_a_form_is_read_or_refused_with_the_word() -> None:
    assert routing.strengths(" EN, zh ", "", "3") == Strengths(("en", "zh"), (), 3)
    assert routing.strengths("", "", "") == Strengths()
    for form in (("e n", "", ""), ("", "pay!", ""), ("", "", "0"), ("", "", "-1"), ("", "", "many")):
        with pytest.raises(BadInput):
            routing.strengths(*form)


@pytest.fixture
async def talk(home: Path) -> AsyncIterator[Talk]:
    async with talking(home, Language(Heard(), WrittenWords()), as_email="emma.clarke@example.com") as opened:
        for name in ("Sam", "Mei"):
            await opened.product.staff.fresh_password(name)
        yield opened


async def test_the_desk_is_told_whom_it_suits(talk: Talk) -> None:
    await talk.product.assistant.set_strengths("Mei", Strengths(("zh",)), "admin")
    await done(talk, shopper("m1", "a person"))
    [post] = talk.chat.desk.posts
    assert "\nFits: Sam\n" in post.text
    accounts = {account.staff: account.strengths for account in await talk.product.assistant.accounts()}
    assert accounts == {"Mei": Strengths(("zh",)), "Sam": Strengths()}
    log = (await talk.product.assistant.audit(1)).lines[0]
    assert (log.staff, log.what, log.about, log.detail) == ("admin", Deed.STRENGTHS_SET, "Mei", "zh")


async def test_who_is_at_his_limit_takes_no_more_but_may_always_answer(talk: Talk) -> None:
    await done(talk, shopper("m1", "a person"))
    [number] = await handoffs(talk)
    await talk.product.assistant.set_strengths("Sam", Strengths(most=1), "admin")
    other = replace(shopper("o1", "a person"), address=replace(shopper("", "").address, chat="other", user="other"))
    await done(talk, other, staff("s1", number, act="claim"))
    second = next(one for one, state in (await handoffs(talk)).items() if state == "waiting")
    talk.chat.desk.posts.clear()
    await done(talk, staff("s2", second, act="claim"))
    await done(talk, staff("s3", second, act="assign", value="Sam", name="Mei"))
    assert [line for post in talk.chat.desk.posts for line in post.text.splitlines()] == [
        "Sam: Takes no more conversations just now: Sam", "Mei: Takes no more conversations just now: Sam",
    ]  # fmt: skip
    shown = await talk.product.conversations.transcript(other.address.conversation_id, notes=True)
    assert [(line.author, line.speaker) for line in shown[-2:]] == [("Sam", "note"), ("Mei", "note")]  # in the console
    assert (await handoffs(talk))[second] == "waiting"
    await done(talk, staff("s4", number, "PT1H", act="snooze"))  # put away it counts no more
    await done(talk, staff("s5", second, act="claim"))
    assert (await handoffs(talk))[second] == "claimed"
    await done(talk, staff("s6", number, "One more thing"))
    assert [line.text for line in await talk.product.conversations.transcript(shopper("", "").address.conversation_id)][
        -1
    ] == "One more thing"


async def test_strengths_of_nobody_are_refused(talk: Talk) -> None:
    with pytest.raises(BadInput, match="no account Bo"):
        await talk.product.assistant.set_strengths("Bo", Strengths(), "admin")
