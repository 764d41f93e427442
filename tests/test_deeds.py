"""What staff do about an order, and how they change a mode from an approval: through the whole product."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import Talk, talking
from test_people import Heard, done, handoffs, lines, shopper, staff

from bot.commerce import WriteMode
from bot.facts import Money
from bot.messages import DESK_ACTS, InboundMessage
from bot.office import APPROVAL_ACTS, PROPOSAL_ACTS, Deed
from bot.ports import Language, Right, Role, may, right_for
from bot.shop.tables import Promotions
from bot.shop.transfer import export_shop, import_shop
from bot.speech import WrittenWords
from bot.store.database import open_database, reading
from bot.store.migrate import migrate
from bot.store.tables import Actions, Handoffs

EMMA, SOPHIE, RUBY = "emma.clarke@example.com", "sophie.evans@example.net", "ruby.okafor@example.com"


@asynccontextmanager
async def asked(home: Path, email: str, order: str) -> AsyncIterator[tuple[Talk, str]]:
    """A verified shopper who has asked about his order waits for a person; the handoff's id."""
    async with talking(home, Language(Heard(), WrittenWords()), as_email=email) as talk:
        await done(talk, shopper("m1", f"where is {order}"))
        await done(talk, shopper("m2", "a person"))
        [number] = await handoffs(talk)
        yield talk, number


async def proposal(talk: Talk) -> tuple[str, str]:
    """The id and reason of the last approval."""
    table = Handoffs.__table__
    async with reading(talk.product.engine) as connection:
        newest = sa.select(table.c.id, table.c.reason).where(table.c.kind == "approval").order_by(table.c.opened_at)
        return tuple((await connection.execute(newest)).all()[-1])


async def written(talk: Talk) -> list[tuple[str, str]]:
    async with reading(talk.product.engine) as connection:
        return [(row.verb, row.actor) for row in await connection.execute(sa.select(Actions.__table__))]


def by(source: str, handoff_id: str, act: str, account: str = "sam") -> InboundMessage:
    return replace(staff(source, handoff_id, act=act), staff=account)


@pytest.mark.parametrize(("email", "order", "act", "verb", "sum_", "does"), [
    (EMMA, "10043", "cancel", "cancel", "£", "cancel"),
    (SOPHIE, "10073", "refund", "refund", "£95.00", "refund what is owed"),
    (RUBY, "10258", "resend", "claim", "", "send a lost parcel once more"),
])  # fmt: skip
async def test_it_is_quoted_confirmed_done_by_name_and_told_with_its_sum(
    home: Path, email: str, order: str, act: str, verb: str, sum_: str, does: str
) -> None:
    async with asked(home, email, order) as (talk, number):
        opening = talk.chat.desk.posts[-1]
        assert act in [button.value for button in opening.buttons]
        talk.chat.desk.posts.clear()
        assert await done(talk, by("s1", number, act)) == [] and await written(talk) == []
        [card] = talk.chat.desk.posts
        chosen, _ = await proposal(talk)
        assert (card.kind, card.handoff_id) == ("approval", chosen)
        assert f"Order: {order}" in card.text and "Asked for by: Sam" in card.text
        assert not sum_ or f"Sum: {sum_}" in card.text
        assert f"To be done: {does}\n" in card.text
        confirm = card.buttons[0].value
        [told] = await done(talk, by("s2", chosen, confirm))
        assert order in told and sum_ in told
        assert await done(talk, by("s3", chosen, confirm)) == []  # pressed twice it is done once
        assert await written(talk) == [(verb, "staff:sam")]
        log = (await talk.product.assistant.audit(1)).lines
        assert ("sam", Deed.APPROVED, chosen) in [(line.staff, line.what, line.about) for line in log]


async def test_below_the_limit_an_agent_confirms_and_above_it_a_lead(home: Path) -> None:
    async with asked(home, EMMA, "10043") as (talk, number):
        await done(talk, by("s1", number, "cancel"))
        assert (await proposal(talk))[1] == "staff_action"
    assert [right_for(act) for act in PROPOSAL_ACTS["staff_action"]] == [Right.HANDOFFS, Right.HANDOFFS]
    async with talking(home, Language(Heard(), WrittenWords()), as_email=EMMA) as talk:
        await done(talk, staff("s2", number, act="close"), shopper("m3", "where is 10047"))
        await done(talk, shopper("m4", "a person"))
        again = next(view.id for view in await talk.product.desk.handoffs() if view.kind == "chat")
        talk.chat.desk.posts.clear()
        await done(talk, by("s3", again, "cancel"))
        chosen, reason = await proposal(talk)
        [card] = talk.chat.desk.posts
        assert reason == "staff_action_above" and "Rule: the sum is above the limit" in card.text
        assert [button.value for button in card.buttons] == ["approve", "drop"]
        assert await done(talk, by("s4", chosen, "do")) == [] and await written(talk) == []  # a button it has not
        [told] = await done(talk, by("s5", chosen, "approve", "lena"))
        assert "10047" in told and await written(talk) == [("cancel", "staff:lena")]


async def test_left_undone_or_expired_the_shopper_hears_nothing(home: Path) -> None:
    async with asked(home, EMMA, "10043") as (talk, number):
        await done(talk, by("s1", number, "cancel"))
        chosen, _ = await proposal(talk)
        assert await done(talk, by("s2", chosen, "drop")) == []
        assert talk.chat.desk.posts[-1].text == "Left undone. The shopper was told nothing."
        await done(talk, staff("s3", number, act="claim"), by("s4", number, "cancel"))
        chosen, _ = await proposal(talk)
        talk.clock.advance(timedelta(days=4))
        assert await done(talk) == [] and (await handoffs(talk))[chosen] == "expired" and await written(talk) == []


async def test_an_order_that_has_changed_since_is_not_touched(home: Path) -> None:
    async with asked(home, EMMA, "10043") as (talk, number):
        await done(talk, by("s1", number, "cancel"))
        first, _ = await proposal(talk)
        await done(talk, by("s2", number, "cancel"))
        second = next(view.id for view in await talk.product.desk.handoffs() if view.id not in (first, number))
        assert len(await done(talk, by("s3", second, "do"))) == 1
        assert await done(talk, by("s4", first, "do")) == []
        assert talk.chat.desk.posts[-1].text.startswith("Not carried out: the order has changed")
        assert ("note", "Sam") in [(speaker, author) for speaker, author, _ in await lines(talk)]


async def test_from_an_old_card_nothing_is_done_about_the_order_spoken_of_since(home: Path) -> None:
    async with asked(home, EMMA, "10043") as (talk, number):
        await done(talk, by("s1", number, "close"), shopper("m3", "where is 10047"))
        await done(talk, by("s2", number, "cancel"))
        assert talk.chat.desk.posts[-1].text.startswith("Sam: This handoff has ended.")
        assert await handoffs(talk) == {number: "closed"}


async def test_what_the_rules_do_not_give_is_said(home: Path) -> None:
    async with asked(home, EMMA, "10043") as (talk, number):
        talk.chat.desk.posts.clear()
        await done(talk, by("s1", number, "refund"))
        [post] = talk.chat.desk.posts
        assert post.text == "Sam: Refund what is owed: there is nothing of that to do by the shop's rules. (10043)"


async def test_a_voucher_is_given_and_holds_for_a_later_order(home: Path) -> None:
    async with asked(home, EMMA, "10043") as (talk, number):
        wish = replace(by("s1", number, "voucher"), value="12,50")
        await done(talk, wish)
        chosen, reason = await proposal(talk)
        assert reason == "staff_action" and await written(talk) == []
        assert [button.label for button in talk.chat.desk.posts[-1].buttons] == ["Do it", "Leave it"]
        card = talk.chat.desk.posts[-1].text
        assert "To be done: give a voucher" in card and "Sum: £12.50" in card
        [told] = await done(talk, by("s2", chosen, "do"))
        code = re.search(r"GIFT-[0-9A-F]{12}", told)[0]
        assert "£12.50" in told and "31 August" in told and await written(talk) == [("voucher", "staff:sam")]
        answer = await talk.product.shop.promotion(code, None, market="uk")
        assert answer.value and answer.value.promotion.amount == Money(1250, "GBP")
        assert code not in [one.code for one in await talk.product.shop.promotions("uk")]  # nobody else is told of it
        assert (await talk.product.shop.promotion(code, None, market="eu")).reason == "other_market"


async def test_a_voucher_goes_along_with_an_export(home: Path, tmp_path: Path) -> None:
    async with asked(home, EMMA, "10043") as (talk, number):
        await done(talk, replace(by("s1", number, "voucher"), value="12.50"))
        await done(talk, by("s2", (await proposal(talk))[0], "do"))
        await export_shop(talk.product.engine, tmp_path / "out", home)
        again = open_database(f"sqlite+aiosqlite:///{tmp_path}/other.db")
        await migrate(again)
        assert not (await import_shop(again, tmp_path / "out", talk.clock.now())).problems
        async with reading(again) as connection:
            rows = await connection.execute(sa.select(Promotions.__table__).where(Promotions.__table__.c.most == 1))
            [kept] = [row for row in rows if row.code.startswith("GIFT-")]
        assert (kept.amounts, kept.markets, kept.public, kept.once) == ({"GBP": 1250}, ["uk"], False, True)
        await again.dispose()


@pytest.mark.parametrize("amount", ["", "0", "-5", "ten", "1.234"])
async def test_a_voucher_needs_a_sum(home: Path, amount: str) -> None:
    async with asked(home, EMMA, "10043") as (talk, number):
        await done(talk, replace(by("s1", number, "voucher"), value=amount))
        assert "approval" not in [view.kind for view in await talk.product.desk.handoffs()]
        assert talk.chat.desk.posts[-1].text.startswith("Sam: Give a voucher: ")


async def test_above_the_limit_a_voucher_is_a_leads_and_lapses_without_a_word(home: Path) -> None:
    async with asked(home, EMMA, "10043") as (talk, number):
        await done(talk, replace(by("s1", number, "voucher"), value="150.01"))
        chosen, reason = await proposal(talk)
        assert reason == "staff_action_above"
        await done(talk, staff("s2", number, "Hello"))
        talk.clock.advance(timedelta(days=3))
        assert await done(talk) == [] and (await handoffs(talk))[chosen] == "expired"


async def test_without_a_proof_nothing_can_be_done(home: Path) -> None:
    async with talking(home, Language(Heard(), WrittenWords())) as talk:
        await done(talk, shopper("m1", "a person"))
        [number] = await handoffs(talk)
        assert "cancel" not in [button.value for button in talk.chat.desk.posts[-1].buttons]
        await done(talk, by("s1", number, "cancel"))
        assert talk.chat.desk.posts[-1].text.startswith("Sam: Nothing can be done from here")


# --- the mode, from the card -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("act", "mode"), [("mode_automatic", WriteMode.AUTOMATIC), ("mode_off", WriteMode.OFF)])
async def test_a_lead_changes_the_mode_from_the_card(home: Path, act: str, mode: WriteMode) -> None:
    async with talking(home, Language(Heard(), WrittenWords()), as_email=EMMA) as talk:
        await done(talk, shopper("m1", "cancel order 10047"))
        await done(talk, shopper("m2", "ok"))
        [number] = await handoffs(talk)
        talk.chat.desk.posts.clear()
        assert await done(talk, by("s1", number, act, "lena")) == []
        assert (await talk.product.modes.in_force()).modes["uk"]["cancel"] is mode
        [post] = talk.chat.desk.posts
        assert post.text.startswith("Sam: cancel (uk): from now on")
        assert (await handoffs(talk))[number] == "waiting"  # the one at hand is still to be decided
        log = (await talk.product.assistant.audit(1)).lines
        changed = [(line.staff, line.about) for line in log if line.what is Deed.MODE_SET]
        assert changed == [("lena", "cancel, uk")]


def test_agents_may_change_no_mode_and_every_button_is_an_act() -> None:
    modes = ("mode_automatic", "mode_off")
    assert not any(may(Role.AGENT, right_for(act)) for act in modes)
    assert all(may(Role.LEAD, right_for(act)) for act in modes)
    assert {*APPROVAL_ACTS, *PROPOSAL_ACTS["staff_action"], *PROPOSAL_ACTS["staff_action_above"]} <= DESK_ACTS
