"""Ten stories of the staff desk, each told from the shopper's side and from that of staff, through the whole product
and the platforms' own adapters, with Slack and Telegram on loopback on the other side. What is understood is written
down.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import NOW
from desk_stage import OnSlack, OnTelegram, Stage, staging
from fakes import NoModel
from peers.slack import SlackPeer, buttons, visible
from slack_rig import settings as slack_settings
from test_desk_hours import DESK, add
from test_people import Heard, staff
from test_slack_product import Workspace
from test_telegram_desk import ANN, LAWYER, shop  # noqa: F401 - a fixture

from adapters.slack import SlackAdapter
from bot.bootstrap import shophand
from bot.clock import ManualClock
from bot.conversation import Status
from bot.office import Deed
from bot.ports import Language, Role
from bot.serve import serving
from bot.settings import Settings
from bot.shop.tables import Promotions
from bot.speech import WrittenWords
from bot.store.database import reading
from bot.store.tables import Actions, Handoffs

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EMMA = "emma.clarke@example.com"
APPROVED, DECLINED, EXPIRED = "approved", "declined", "expired"

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be of type"),
    pytest.mark.usefixtures("quick_hashes"),
]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture(params=[OnTelegram, OnSlack])
def kind(request: pytest.FixtureRequest) -> type[Any]:
    return request.param


@pytest.fixture
async def stage(home: Path, heard: Heard, kind: type[Any]) -> AsyncIterator[Stage]:
    async with staging(home, Language(heard, WrittenWords()), kind, as_email=EMMA) as [opened]:
        yield opened


async def opened(stage: Stage, text: str = "a person") -> str:
    """The handoff that these words of the shopper lead to; the desk's posts so far are put aside."""
    before = set(await handoffs(stage))
    await stage.says(text)
    [number] = set(await handoffs(stage)) - before
    stage.posted()
    return number


async def handoffs(stage: Stage) -> dict[str, str]:
    async with reading(stage.product.engine) as connection:
        rows = await connection.execute(sa.select(Handoffs.__table__).order_by(Handoffs.__table__.c.opened_at))
        return {row.id: row.status for row in rows}


async def actors(stage: Stage) -> list[str]:
    """By whom something was done in the shop."""
    async with reading(stage.product.engine) as connection:
        return list(await connection.scalars(sa.select(Actions.__table__.c.actor)))


async def status(stage: Stage) -> Status:
    return (await stage.product.conversations.load(stage.platform.shopper.conversation_id))[0].status


async def lines(stage: Stage, *, notes: bool = True) -> list[tuple[str, str, str]]:
    shown = await stage.product.conversations.transcript(stage.platform.shopper.conversation_id, notes=notes)
    return [(line.speaker, line.author, line.text) for line in shown]


async def test_claim_race_of_two(home: Path, heard: Heard) -> None:
    """Sam at Slack and Mei at Telegram press Claim at the same moment: one has it, the other is told, the shopper meets
    one.
    """
    async with staging(home, Language(heard, WrittenWords()), OnTelegram, OnSlack, as_email=EMMA) as [telegram, slack]:
        number = await opened(telegram)
        slack.posted()
        await asyncio.gather(telegram.platform.press("mei", "claim"), slack.platform.press("sam", "claim"))
        [joined] = await telegram.done()
        view = await telegram.product.assistant.handoff(number)
        assert view and view.status == "claimed"
        first, other = (("Sam", "Mei") if view.claimed_by == "Sam" else ("Mei", "Sam"))
        assert view.claimed_by == first and first in joined and other not in joined
        told = ["Somebody has taken this over already.", f"Taken over by {first}"]
        assert sorted({*telegram.posted(), *slack.posted()}) == told
        [claim] = [line for line in (await telegram.product.assistant.audit(1)).lines if line.what is Deed.CLAIMED]
        assert claim.staff == first.lower()


async def test_reply_while_the_bot_is_composing(stage: Stage, heard: Heard) -> None:
    """The bot reads the shopper's words when Sam answers: he hears Sam alone, and Sam reads what the bot had to say."""
    await opened(stage, "no more newsletter please")
    heard.during.append(stage.platform.write("sam", "Sam here, I look into it."))
    replies = await stage.says("cancel order 10043")
    assert len(replies) == 2 and "Sam" in replies[0] and replies[1] == "Sam here, I look into it."
    assert (await status(stage), await actors(stage)) == (Status.STAFF, [])
    [kept] = [text for speaker, _, text in await lines(stage) if speaker == "note"]
    assert "10043" in kept and kept in "\n".join(stage.posted())
    assert "10043" not in "".join(text for speaker, _, text in await lines(stage, notes=False) if speaker == "bot")


async def test_shopper_writes_during_the_wait(stage: Stage) -> None:
    """Each message reaches the desk, one is acknowledged, none is answered by the bot; then Sam has them all."""
    await opened(stage)
    first = await stage.says("the box is open")
    assert len(first) == 1 and stage.platform.buttons() == ["bot"]
    assert await stage.says("and it is wet") == []
    assert stage.posted() == ["the box is open", "and it is wet"]
    [joined] = await stage.presses("sam", "claim")
    assert "Sam" in joined and await stage.says("are you there") == []
    assert await stage.writes("sam", "I am.") == ["I am."]
    assert [text for speaker, _, text in await lines(stage) if speaker == "user"][-3:] == [
        "the box is open", "and it is wet", "are you there",
    ]  # fmt: skip


@pytest.mark.parametrize("end", [APPROVED, DECLINED, EXPIRED])
async def test_approve_decline_expire(stage: Stage, end: str) -> None:
    """A cancellation above the limit waits for a lead; whatever becomes of it, the shopper hears it once, and who has
    consented stands with the deed.
    """
    await stage.says("cancel order 10047")
    number = await opened(stage, "ok")
    assert (await status(stage), await actors(stage)) == (Status.BOT, [])
    assert await stage.presses("sam", "approve") == [] and await handoffs(stage) == {number: "waiting"}  # no lead
    if end == EXPIRED:
        [told] = await stage.passed(3 * DAY)
    else:
        [told] = await stage.presses("lena", end.removesuffix("d"))
    words = {APPROVED: "10047", DECLINED: "10047", EXPIRED: "cancelling an order"}[end]
    assert words in told and stage.posted()[-1] == {
        APPROVED: "Approved, and carried out where the shop's rules allowed it.",
        DECLINED: "Declined.",
        EXPIRED: "Expired: nobody has decided in time, and nothing was carried out.",
    }[end]  # fmt: skip
    assert (await handoffs(stage), await actors(stage)) == ({number: end}, ["staff:lena"] if end == APPROVED else [])
    proof = (await stage.product.conversations.load(stage.platform.shopper.conversation_id))[0].proof
    assert proof is not None
    order = await stage.product.shop.order("10047", proof)
    assert order is not None and (order.state == "cancelled") is (end == APPROVED)
    assert await stage.presses("lena", "approve") == []
    assert stage.posted()[-1].startswith("Too late, this is over.") and await stage.passed(4 * DAY) == []


async def test_a_voucher_is_given_from_the_desk(stage: Stage) -> None:
    """Sam names the sum and confirms what it comes to; the shopper reads the code, which takes off just that, once."""
    await stage.says("where is 10043")
    await opened(stage)
    await stage.platform.give("sam", "10,50")
    assert await stage.done() == []
    card = stage.posted()
    assert {"To be done: give a voucher", "Sum: £10.50", "Asked for by: Sam"} <= set(card)
    assert await actors(stage) == []
    [told] = await stage.presses("sam", "do")
    assert "£10.50" in told and await actors(stage) == ["staff:sam"]
    [code] = [word.strip(".,:;") for word in told.split() if word.startswith("GIFT-")]
    async with reading(stage.product.engine) as connection:
        given = sa.select(Promotions.__table__).where(Promotions.__table__.c.code == code)
        [voucher] = list(await connection.execute(given))
    assert (voucher.amounts, voucher.most, voucher.public) == ({"GBP": 1050}, 1, False)
    assert await stage.presses("sam", "do") == []  # once, however often


async def test_what_is_no_sum_gives_no_voucher_and_the_desk_says_so(stage: Stage) -> None:
    await stage.says("where is 10043")
    before = await handoffs(stage)
    await opened(stage)
    for worth in ("a lot", "10%", "-5"):
        await stage.platform.give("sam", worth)
    assert await stage.done() == [] and len(await handoffs(stage)) == len(before) + 1
    assert not any("give a voucher" in line for line in stage.posted())


async def test_out_of_hours(home: Path, heard: Heard, kind: type[Any]) -> None:
    """The desk is closed until eleven: he hears when, leaves a message, and reads the answer in the same chat."""
    add(home, DESK)
    async with staging(home, Language(heard, WrittenWords()), kind, as_email=EMMA) as [stage]:
        [told] = await stage.says("a person")
        assert "4 March, 11:00" in told
        assert len(await stage.says("the box is open")) == 1
        assert await stage.passed(HOUR) == []
        joined, answer = await stage.writes("sam", "We send another one.")
        assert "Sam" in joined and answer == "We send another one."
        assert "the box is open" in stage.posted()


async def test_sla_breach(home: Path, heard: Heard, kind: type[Any]) -> None:
    """Nobody answers for half an hour: the desk is told, it stands first, and the shopper has heard too."""
    add(home, "[desk]\nfirst_answer = 30\n")
    async with staging(home, Language(heard, WrittenWords()), kind, as_email=EMMA) as [stage]:
        number = await opened(stage)
        [long] = await stage.passed(10 * MINUTE)
        assert long and stage.posted() == []
        assert await stage.passed(20 * MINUTE) == []
        assert stage.posted()[0].startswith("Late: nobody has taken this over in the time that was set for it.")
        [view] = await stage.product.desk.handoffs()
        assert (view.id, view.missed, view.why) == (number, "first_answer", "overdue")
        [joined] = await stage.presses("lena", "claim")
        assert "Lena" in joined


async def test_sla_breach_in_slack(home: Path) -> None:
    """The same in Slack: the lead who is linked there is called, and in the channel, not in a thread he never saw."""
    add(home, "[desk]\nfirst_answer = 30\n")
    clock = ManualClock(NOW)
    async with SlackPeer() as peer:
        for channel in ("D0ANN", "C0STAFF"):
            peer.open(channel, "U0LENA")
        async with slack_shop(home, peer, "C0STAFF", clock) as space:
            await space.product.staff.fresh_password("Lena", Role.LEAD)
            await space.link("U0LENA", "Lena")
            await space.say("U0ANN", "D0ANN", LAWYER)
            opening = await space.seen("C0STAFF", 1)
            clock.advance(30 * MINUTE)
            late = await space.seen("C0STAFF", 2)
            assert visible(late).startswith("📝 Late: nobody has taken this over") and peer.called == ["@U0LENA"]
            assert (late["thread_ts"], late["reply_broadcast"]) == (opening["ts"], True)


async def test_give_back_and_again_hand_over(stage: Stage) -> None:
    """Given back, the bot answers as if new; asked again, another handoff begins and the first stays as it ended."""
    first = await opened(stage)
    await stage.presses("sam", "claim")
    [back] = await stage.presses("sam", "back")
    assert back and await status(stage) is Status.BOT
    assert "10042" in (await stage.says("where is 10042"))[0]
    second = await opened(stage)
    assert second != first and await status(stage) is Status.WAITING
    joined, answer = await stage.writes("sam", "Me again.")
    assert "Sam" in joined and answer == "Me again."
    await stage.presses("sam", "close")
    assert await handoffs(stage) == {first: "back", second: "closed"}


async def test_staff_edits_a_suggestion(stage: Stage) -> None:
    """What the assistant would answer is for Sam alone; the shopper gets Sam's words, and they are Sam's in the log."""
    await opened(stage)
    await stage.presses("sam", "claim")
    assert await stage.says("where is 10042") == []
    shown = await stage.product.conversations.transcript(stage.platform.shopper.conversation_id, notes=True)
    offered = [line for line in shown if line.speaker == "user"][-1].suggestion
    assert "10042" in offered and offered in "\n".join(stage.posted())
    edited = f"Hello Emma! {offered} Anything else?"
    assert await stage.writes("sam", edited) == [edited]
    assert (await lines(stage, notes=False))[-1] == ("staff", "Sam", edited)
    assert offered not in [text for _, _, text in await lines(stage)]


async def test_telegram_topic_flood(shop: Any) -> None:  # noqa: F811
    """Twelve shoppers write three lines each within a minute: the group takes twenty messages, none is lost, each topic
    has its own talk, and every shopper is answered at once all the same.
    """
    people = range(1001, 1013)
    for user in people:
        shop.peer.chat(user)
        await shop.shopper(user, LAWYER)
    for number in range(3):
        for user in people:
            await shop.shopper(user, f"line {number}")
    assert all(shop.heard(user) for user in people) and len(shop.peer.topics) < len(people)
    await shop.minutes(4)
    talks = {shop.peer.topics[topic].name: "\n".join(shop.peer.texts(topic)[1:]) for topic in shop.peer.topics}
    assert set(talks) == {f"Shopper {user} · legal matter" for user in people} and shop.peer.floods_refused == 0
    assert {text.replace("💬 ", "") for text in talks.values()} == {"line 0\nline 1\nline 2"}
    await shop.shopper(ANN, LAWYER)
    await shop.minutes(1)
    await shop.press("claim", shop.topic)
    await shop.staff("Hello Ann, Eve here", shop.topic)
    assert shop.heard(ANN)[-1] == "Hello Ann, Eve here"


@asynccontextmanager
async def slack_shop(
    home: Path, peer: SlackPeer, staff_channel: str, clock: ManualClock | None = None
) -> AsyncIterator[Workspace]:
    """One run of the shop with its desk in this channel."""

    def adapters(assistant: Any, policy: Any) -> list[SlackAdapter]:
        return [SlackAdapter(assistant, assistant, slack_settings(peer, staff_channel=staff_channel))]

    async with (
        shophand(
            Settings(home=home), clock=clock or ManualClock(NOW), language=lambda *_: Language(NoModel(), NoModel()),
            make_adapters=adapters,
        ) as product,
        serving(product, "127.0.0.1", 0) as port,
    ):  # fmt: skip
        yield Workspace(peer, f"http://127.0.0.1:{port}/slack/events", product, desk=staff_channel)


async def test_desk_channel_deleted(home: Path) -> None:
    """Slack's staff channel is gone: the console says so and shows all, from there he is answered. A channel does not
    come back under its id: in a new one the open conversation stands with summary and buttons before what he writes.
    """
    async with SlackPeer() as peer:
        for channel in ("D0ANN", "D0BOB", "C0OLD", "C0NEW"):
            peer.open(channel, "U0EVE")
        async with slack_shop(home, peer, "C0OLD") as space:
            await space.say("U0ANN", "D0ANN", LAWYER)
            await space.seen("C0OLD", 1)
            [view] = await space.product.assistant.handoffs()
            peer.channels["C0OLD"].error = "channel_not_found"
            await space.say("U0BOB", "D0BOB", LAWYER)  # his was never opened anywhere
            await space.say("U0ANN", "D0ANN", "The cup is broken")

            async def told() -> list[str]:
                shown = await space.product.assistant.transcript(view.conversation_id, notes=True)
                return [line.text for line in shown if line.speaker == "note"]

            async with space.product.assistant.subscribe(view.conversation_id) as changed:
                while not await told():
                    changed.clear()
                    await changed.wait()
            assert (await told())[0].startswith("A staff desk cannot show this conversation, go on here: slack:")
            await space.product.assistant.receive(staff("s1", view.id, "Hello Ann, Eve here", name="Eve"))
            await space.shows("D0ANN", "Hello Ann, Eve here")
            conversation, _ = await space.product.conversations.load(view.conversation_id)
            assert conversation.status is Status.STAFF
        async with slack_shop(home, peer, "C0NEW", ManualClock(NOW + MINUTE)) as space:
            await space.product.staff.fresh_password("eve")
            await space.link("U0EVE", "eve")
            space.tick = 100
            for user, channel in (("U0ANN", "D0ANN"), ("U0BOB", "D0BOB")):
                await space.say(user, channel, f"And the saucer of {user}")
                await space.shows("C0NEW", f"And the saucer of {user}")
                [relayed] = [said for said in space.messages("C0NEW") if user in visible(said)]
                [opening] = [said for said in space.messages("C0NEW") if said["ts"] == relayed["thread_ts"]]
                assert "Reason: legal matter" in visible(opening) and LAWYER in visible(opening)
                assert [value.partition(":")[0] for _, value in buttons(opening)] == ["claim", "back", "close"]
                await space.say("U0EVE", "C0NEW", "We send a new one", thread=opening["ts"])
                await space.shows(channel, "We send a new one")
