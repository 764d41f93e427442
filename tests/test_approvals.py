"""What staff read of a write that they decide on, and what happens when nobody decides."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from conftest import NOW, Talk, talking
from test_desk_hours import OFFICE, add, at
from test_people import Heard, actions, done, handoffs, shopper, staff

from bot import deadlines
from bot.commerce import Write
from bot.errors import StoreError
from bot.ports import Language, Right, Role, right_for
from bot.promises import LOOK_EVERY
from bot.script import ADDRESS
from bot.settings import Settings
from bot.shop.policy import read_policy
from bot.speech import WrittenWords
from bot.store.actions import ActionStore
from bot.turn import HandoffChange

LANGUAGE = Language(Heard(), WrittenWords())
EMMA = "emma.clarke@example.com"
DAY = timedelta(days=1)
REMINDER = "Still to be decided. When nobody does in time, nothing is carried out and the shopper is told so."
EXPIRED = "Expired: nobody has decided in time, and nothing was carried out."


@pytest.fixture
async def talk(home: Path) -> AsyncIterator[Talk]:
    async with talking(home, LANGUAGE, as_email=EMMA) as opened:
        yield opened


async def asked(talk: Talk) -> str:
    """A cancellation above the limit waits for staff."""
    await done(talk, shopper("m1", "cancel order 10047"))
    await done(talk, shopper("m2", "ok"))
    [number] = await handoffs(talk)
    return number


async def passed(talk: Talk, span: timedelta) -> tuple[list[str], list[str]]:
    """What the shopper and the desk hear while this time goes by."""
    talk.chat.desk.posts.clear()
    talk.clock.advance(span)
    replies = await done(talk)
    return replies, [post.text for post in talk.chat.desk.posts]


# --- the card --------------------------------------------------------------------------------------------------------


async def test_the_card_speaks_to_staff_in_facts(talk: Talk) -> None:
    await asked(talk)
    [card] = talk.chat.desk.posts
    first = card.text.splitlines()[:7]
    assert first[:3] == ["To be done: cancel", f"Customer: Emma Clarke, {EMMA}, verified", "Order: 10047"]
    assert first[3].startswith("Items: ") and first[4].startswith("Sum: £") and first[5].startswith("By: ")
    assert first[6].startswith("Rule: the sum is above the limit (£")
    assert "Shall I" not in card.text.split("Rule:")[0] and "> cancel order 10047" in card.text


async def test_the_card_is_in_the_language_of_staff(home: Path) -> None:
    async with talking(home, LANGUAGE, as_email=EMMA, settings=Settings(home=home, staff_language="zh")) as talk:
        await asked(talk)
        [card] = talk.chat.desk.posts
        assert card.text.startswith(f"待办操作: 取消\n顾客: Emma Clarke, {EMMA}, 已核实身份\n订单: 10047\n")


# --- what has happened since ---


async def since(talk: Talk, verb: str, **arguments: object) -> None:
    """The shopper has this done meanwhile."""
    shop = talk.product.shop
    proof = await shop.customer(EMMA)
    assert proof
    quote = (await shop.quote(verb, proof, "10047", arguments)).value
    assert quote
    await shop.perform(Write(verb, verb, quote.arguments, quote.version, "shopper"))


async def refunds(talk: Talk) -> list[int]:
    proof = await talk.product.shop.customer(EMMA)
    assert proof
    order = await talk.product.shop.order("10047", proof)
    assert order
    return [refund.amount.minor for refund in order.refunds]


async def test_a_gift_note_does_not_undo_what_waits_for_staff(talk: Talk) -> None:
    number = await asked(talk)
    await since(talk, "gift_note", text="With love")
    await done(talk, staff("s1", number, act="approve"))
    assert (await refunds(talk), await actions(talk)) == ([41800], 2)


async def test_what_changes_the_sum_does(talk: Talk) -> None:
    number = await asked(talk)
    await since(talk, "cancel", lines=["10047-1"])
    before = await refunds(talk)
    await done(talk, staff("s1", number, act="approve"))
    assert before and await refunds(talk) == before


# --- nobody decides --------------------------------------------------------------------------------------------------


async def test_leads_are_reminded_once_before_an_approval_is_over(talk: Talk) -> None:
    await talk.product.staff.fresh_password("Ada", Role.ADMIN)
    await talk.product.staff.fresh_password("Bo")
    await talk.product.staff.fresh_password("Lena", Role.LEAD)
    await asked(talk)
    assert await passed(talk, 2 * DAY - timedelta(minutes=1)) == ([], [])
    assert await passed(talk, timedelta(minutes=1)) == ([], [f"{REMINDER} For: Ada, Lena"])
    assert await passed(talk, DAY - timedelta(minutes=1)) == ([], [])


async def test_undecided_it_expires_nothing_is_written_and_everybody_hears_of_it(talk: Talk) -> None:
    number = await asked(talk)
    await passed(talk, 2 * DAY)
    replies, told = await passed(talk, DAY)
    assert "cancelling an order" in replies[0] and told == [EXPIRED]
    assert [button.value for button in talk.chat.channel.replies[0].buttons] == ["human"]
    assert (await handoffs(talk), await actions(talk)) == ({number: "expired"}, 0)
    view = await talk.product.assistant.handoff(number)
    assert view and view.status == "expired"


async def test_it_expires_after_a_restart_too(home: Path, talk: Talk) -> None:
    number = await asked(talk)
    talk.clock.advance(3 * DAY)
    async with talking(home, LANGUAGE, clock=talk.clock) as again:
        await again.product.dispatcher.drain()
        assert await handoffs(again) == {number: "expired"} and len(again.chat.channel.replies) == 1


async def test_a_yes_that_comes_too_late_does_nothing_and_is_told_so(talk: Talk) -> None:
    number = await asked(talk)
    await passed(talk, 3 * DAY)
    talk.chat.desk.posts.clear()
    assert await done(talk, staff("s1", number, act="approve")) == []
    assert [post.text for post in talk.chat.desk.posts] == [f"Too late, this is over. {EXPIRED}"]
    assert (await handoffs(talk), await actions(talk)) == ({number: "expired"}, 0)


async def test_what_has_expired_may_be_asked_for_again(talk: Talk) -> None:
    first = await asked(talk)
    await passed(talk, 3 * DAY)
    await done(talk, shopper("m3", "cancel order 10047"))
    await done(talk, shopper("m4", "ok"))
    second = next(number for number, state in (await handoffs(talk)).items() if state == "waiting")
    await done(talk, staff("s1", second, act="approve"))
    assert (await handoffs(talk), await actions(talk)) == ({first: "expired", second: "approved"}, 1)


async def test_what_was_decided_in_time_does_not_expire(talk: Talk) -> None:
    number = await asked(talk)
    await done(talk, staff("s1", number, act="decline"))
    assert (await passed(talk, 4 * DAY), await handoffs(talk)) == (([], []), {number: "declined"})


@pytest.mark.parametrize("act", ["drop", "do"])
async def test_an_act_that_its_card_has_no_button_for_decides_nothing(talk: Talk, act: str) -> None:
    """What takes no lead is of what staff themselves propose; a Telegram client can make up a button's data."""
    assert right_for(act) is Right.HANDOFFS
    number = await asked(talk)
    assert await done(talk, staff("s1", number, act=act)) == []
    assert (await handoffs(talk), await actions(talk)) == ({number: "waiting"}, 0)


# --- a yes that was cut off ------------------------------------------------------------------------------------------


async def cut_off(talk: Talk, number: str, *, ran: bool) -> None:
    """A lead has approved it, and the turn failed for good once the write had begun."""
    pending = await talk.product.desk.confirmation(number)
    assert pending is not None
    store = ActionStore(talk.product.engine, talk.clock)
    await store.begin(pending, "staff:lena", ADDRESS.conversation_id, unless_after=None)
    if ran:
        write = Write(pending.id, pending.verb, pending.arguments, pending.version, "staff:lena")
        await talk.product.shop.perform(write)


async def test_what_has_run_before_its_yes_was_cut_off_does_not_expire_as_undone(talk: Talk) -> None:
    number = await asked(talk)
    await cut_off(talk, number, ran=True)
    [told], _ = await passed(talk, 3 * DAY)
    assert "cancelled" in told and (await handoffs(talk), await actions(talk)) == ({number: "approved"}, 1)


async def test_nor_is_it_declined(talk: Talk) -> None:
    number = await asked(talk)
    await cut_off(talk, number, ran=True)
    [told] = await done(talk, staff("s1", number, act="decline"))
    assert "cancelled" in told and (await handoffs(talk), await actions(talk)) == ({number: "approved"}, 1)


async def test_while_the_shop_cannot_say_it_waits_for_its_word(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_: str) -> None:
        raise StoreError("no answer")

    number = await asked(talk)
    await cut_off(talk, number, ran=True)
    with monkeypatch.context() as broken:
        broken.setattr(talk.product.shop, "reconcile", away)
        assert (await passed(talk, 3 * DAY))[0] == [] and await handoffs(talk) == {number: "waiting"}
    [told], _ = await passed(talk, LOOK_EVERY)
    assert "cancelled" in told and await handoffs(talk) == {number: "approved"}


async def test_what_never_ran_expires_and_stays_undone(talk: Talk) -> None:
    number = await asked(talk)
    await cut_off(talk, number, ran=False)
    [told], _ = await passed(talk, 3 * DAY)
    assert "not carried out" in told and (await handoffs(talk), await actions(talk)) == ({number: "expired"}, 0)


async def test_while_a_person_talks_the_shopper_hears_it_without_a_button(talk: Talk) -> None:
    await asked(talk)
    await done(talk, shopper("m3", "a person"))
    chat = next(view.id for view in await talk.product.desk.handoffs() if view.kind == "chat")
    await done(talk, staff("s1", chat, act="claim"))
    replies, _ = await passed(talk, 3 * DAY)
    assert "cancelling an order" in replies[0] and talk.chat.channel.replies[0].buttons == ()


# --- how long --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("targets", "reminds", "expires"),
    [
        ({}, at(9, 16, 50), at(10, 16, 50)),  # three days of eight hours
        ({"approval": timedelta(hours=3)}, at(5, 10, 50), at(5, 11, 50)),
    ],
)
def test_open_time_is_counted(targets: dict[str, timedelta], reminds: datetime, expires: datetime) -> None:
    """At ten to five; the day after is worked, the next one is off, then comes the weekend."""
    opening = HandoffChange("h1", "waiting", "approval", opening=True)
    due = {timer.kind: timer.due for timer in deadlines.timers([opening], targets, OFFICE, at(4, 16, 50))}
    assert due == {"approval_reminder": reminds, "approval": expires}


async def test_the_owner_sets_how_long(home: Path) -> None:
    add(home, "[desk]\napproval = 60\n")
    assert read_policy(home).deadlines == {"approval": timedelta(hours=1)}
    async with talking(home, LANGUAGE, as_email=EMMA) as talk:
        await asked(talk)
        [view] = await talk.product.desk.handoffs()
        assert view.due == NOW + timedelta(hours=1)
