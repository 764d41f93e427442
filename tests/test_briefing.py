"""What a handoff carries: everything staff need to take it up, from the shop, the session and the talk."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Talk, talking
from policy_talk import CUSTOMER, NOW, order, start
from test_people import Heard, done, handoffs, shopper, staff

import bot
from bot.approval import Buyer
from bot.background import TRIED, Background, named, pressing, rows
from bot.conversation import Access
from bot.facts import Fact, Moment, Money
from bot.office import HandoffView
from bot.phrases import LANGUAGES, PhraseBook
from bot.ports import Language
from bot.skills import SKILLS
from bot.speech import WrittenWords
from bot.turn import Attempt
from model.labels import INTENTS, OOS, SLOTS

EMMA = "emma.clarke@example.com"


@pytest.fixture
async def talk(home: Path) -> AsyncIterator[Talk]:
    async with talking(home, Language(Heard(), WrittenWords()), as_email=EMMA) as opened:
        yield opened


async def summary(talk: Talk) -> dict[str, str]:
    """The rows of the chat that is handed over, by label."""
    [text] = [view.summary for view in await talk.product.assistant.handoffs() if view.kind == "chat"]
    return dict(line.split(": ", 1) for line in text.splitlines() if line[:2] not in ("> ", "< "))


async def told(talk: Talk, *texts: str) -> dict[str, str]:
    """The summary of the handoff that these messages end in."""
    for text in texts:
        await done(talk, shopper(text, text))
    return await summary(talk)


PLEA = ("where is order 10043", "cancel order 10042", "cancel order 10043", "a person")


async def test_a_handoff_carries_what_shop_session_and_talk_say(talk: Talk) -> None:
    rows = await told(talk, "cancel order 10047", "ok", *PLEA)
    number, state, total, goods, placed, promised = rows.pop("Order").split(" · ")
    assert (number, state, total) == ("10043", "waiting to be packed", "£65.00")
    assert goods == "Voyager vacuum flask and Clothbound notebook"
    assert placed.startswith("placed 4 March") and promised == "promised for Saturday 7 March"
    assert rows.items() >= {
        "Reason": "asked for a person",
        "Wants": "cancellation",
        "Customer": f"Emma Clarke, {EMMA}, verified, by a one-time code or a signed link",
        "At stake": "£65.00 (cancel)",
        "Language": "English",
        "Mood": "not angry",
        "Tried so far": "under way: cancellation; answered: order status; "
        "refused: cancellation (already sent); asked for a yes to: cancel",
        "Could be done now": "Cancel the order (£65.00)",
        "Also open, same customer": "needs approval (terminal)",
    }.items()
    view = next(view for view in await talk.product.assistant.handoffs() if view.kind == "chat")
    [post] = [post for post in talk.chat.desk.posts if post.handoff_id == view.id]
    assert "\nAlso open, same customer: needs approval (terminal)\n" in post.text  # at every desk
    assert view.told("en") == view.summary and "诉求: 取消订单\n" in view.told("zh") and "等待打包" in view.told("zh")
    talk.clock.advance(timedelta(hours=25))  # what was tried before is no attempt of the next session
    await done(talk, staff("s1", view.id, act="claim"), staff("s2", view.id, act="back"))
    rows = await told(talk, "injured by it, it exploded and burned my hand")
    assert rows["Reason"] == "possible injury" and "Tried so far" not in rows
    assert "Emma" not in rows["Customer"]  # what comes first waits for no shop


# --- the rows alone --------------------------------------------------------------------------------------------------

WORDS = {
    "summary": {"verified": "verified", "angry": "angry"},
    "task": {"cancel_order": "cancellation", "affirm": "a yes", "order_status": "order status"},
}
BUYER = Buyer("Emma Clarke", EMMA)


def row(which: str, found: Background, **changes: Any) -> str:
    def say(fact: Fact) -> str:
        return f"{fact.minor}" if isinstance(fact, Money) else str(fact)

    return rows(found, start(**changes), WORDS, say)[which]


@pytest.mark.parametrize(
    ("access", "words"),
    [(Access.DELIVERY, "verified parcel"), (Access.ORDER, "verified order"), (Access.CUSTOMER, "verified")],
)
def test_staff_see_how_far_he_has_proved_who_he_is(access: Access, words: str) -> None:
    proof = replace(CUSTOMER, access=access)
    assert row("customer", Background(buyer=BUYER, proof=proof)) == f"Emma Clarke, {EMMA}, {words}"


def test_who_has_proved_nothing_is_called_as_he_calls_himself() -> None:
    assert row("customer", Background(), name="Emma") == "Emma, not verified"


def test_what_is_owed_is_at_stake_else_what_the_order_came_to() -> None:
    ordered = replace(order("10042"), total=Money(9500, "GBP"))
    assert row("stake", Background(ordered, able=[("refund", Money(1200, "GBP"))])) == "1200 (owed)"
    assert row("stake", Background(ordered)) == "9500 (total)"


@pytest.mark.parametrize(("anger", "mood"), [(0, "not angry"), (1, "angry"), (2, "angry × 2")])
def test_the_mood(anger: int, mood: str) -> None:
    assert row("mood", Background(), anger=anger) == mood


@pytest.mark.parametrize(("minutes", "shown"), [(25, "Moment(25) (25 min)"), (121, "Moment(121)")])
def test_minutes_until_the_goods_are_packed(minutes: int, shown: str) -> None:
    left = timedelta(minutes=minutes)
    ordered = replace(order("10042"), packed_by=NOW + left)

    def say(fact: Fact) -> str:
        assert isinstance(fact, Moment)
        return f"Moment({(fact.value - NOW) // timedelta(minutes=1)})"

    words = {"summary": {"packed_in": "%d min"}}
    assert pressing(Background(ordered, packed_in=left), words, say)["packed"] == shown


def test_what_is_open_beside_it_stands_there_with_its_channel() -> None:
    views = [HandoffView(
        "h2", "c2", "chat", "requested", "", "waiting", "", NOW, "telegram", "en"
    )]  # fmt: skip
    assert row("beside", Background(beside=views)) == "requested (telegram)"


def test_what_was_tried_twice_stands_there_once_and_what_is_no_task_not_at_all() -> None:
    acts = ("introduce", "refused:cancel_order/packed", "done:cancel_order", "inform:passage")
    attempts = [Attempt("cancel_order", acts), Attempt("", acts), Attempt("affirm", ("inform:passage",))]
    assert row("tried", Background(attempts=attempts)).split("; ") == [
        "refused cancellation (packed)", "done cancellation", "answered cancellation",
    ]  # fmt: skip


# what proves who somebody is, what stands elsewhere in a summary, and what only code reads
UNTOLD = frozenset({
    "contact", "code", "token", "order_id", "products", "lines", "said", "files", "variant", "wishes", "basket",
    "again", "trouble", "claim", "scheme", "code_fails", "notice", "skus", "alternative", "cause", "chart", "cheaper",
    "goes_with", "keep", "other", "others", "personal", "runs", "same", "seen", "shown", "taste", "tax", "in_box",
    "whole",
})  # fmt: skip


def test_what_was_answered_is_told_by_what_was_said_whatever_it_answered() -> None:
    attempts = [Attempt("provide_info", ("inform:order/open",))]
    assert row("tried", Background(attempts=attempts)) == "answered order status"


def test_everything_that_can_be_wanted_refused_or_done_has_words_for_staff() -> None:
    book = PhraseBook.load(Path(bot.__file__).parent / "phrases")
    acts = [act.partition(":") for act in book.acts()]
    topics = {named(what.partition("/")[0]) for family, _, what in acts if family in TRIED and family != "inform"}
    details = {what.partition("/")[2] for family, _, what in acts if family == "refused"}
    asked = {slot for skill in SKILLS for slot in skill.slots if "/" not in slot}
    for language in LANGUAGES:
        terms = book.terms(language)
        assert not {*INTENTS, OOS, *topics} - terms["task"].keys()
        assert not {*SLOTS, *asked} - {*terms["slot"], *terms["measure"]} - UNTOLD
        assert not details - terms["refused"].keys()


async def test_what_staff_noted_last_reaches_who_takes_it_up_next_and_never_the_shopper(talk: Talk) -> None:
    await told(talk, "a person")
    [first] = await handoffs(talk)
    notes = [staff("s1", first, "wants 10043 at the weekend", act="note"), staff("s2", first, act="claim")]
    heard = [*await done(talk, *notes, staff("s3", first, act="back")), *await done(talk, shopper("m2", "cancel it"))]
    assert "10043" in heard[-1] and not any("weekend" in text for text in heard)
    rows = await told(talk, "a person please")
    assert rows["Noted last time"] == "wants 10043 at the weekend" and rows["Order"].startswith("10043")
