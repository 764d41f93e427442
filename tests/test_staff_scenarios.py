"""The stories of the staff desk, each told from the shopper's side and from that of staff, through the whole product.

What is understood is written down; the last two run over the real adapters against their platforms on loopback.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import NOW, Talk, talking
from fakes import NoModel
from peers.slack import SlackPeer
from slack_rig import settings as slack_settings
from test_desk_hours import DESK, add
from test_people import Heard, actions, done, handoffs, lines, shopper, staff, status, suggestion
from test_slack_product import Workspace
from test_telegram_desk import ANN, LAWYER, shop  # noqa: F401 - a fixture

from adapters.slack import SlackAdapter
from bot.bootstrap import Language, shophand
from bot.clock import ManualClock
from bot.conversation import Status
from bot.office import Deed
from bot.ports import Role
from bot.script import ADDRESS
from bot.serve import serving
from bot.settings import Settings
from bot.speech import WrittenWords
from bot.store.database import reading
from bot.store.tables import Actions

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EMMA = "emma.clarke@example.com"
APPROVED, DECLINED, EXPIRED = "approved", "declined", "expired"

pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be of type")


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def talk(home: Path, heard: Heard) -> AsyncIterator[Talk]:
    async with talking(home, Language(heard, WrittenWords()), as_email=EMMA) as opened:
        yield opened


async def opened(talk: Talk, text: str = "a person") -> str:
    """The handoff that these words of the shopper lead to; the desk's posts so far are put aside."""
    before = set(await handoffs(talk))
    await done(talk, shopper(f"m-{text}-{len(before)}", text))
    [number] = set(await handoffs(talk)) - before
    talk.chat.desk.posts.clear()
    return number


async def passed(talk: Talk, span: timedelta) -> list[str]:
    """What the shopper hears while this time goes by."""
    talk.clock.advance(span)
    return await done(talk)


def posted(talk: Talk) -> list[str]:
    """What the desk was told since it was last looked at, line by line."""
    told = [line for post in talk.chat.desk.posts for line in post.text.splitlines()]
    talk.chat.desk.posts.clear()
    return told


async def test_claim_race_of_two(talk: Talk) -> None:
    """Sam and Mei press Claim at the same moment at two desks: one has it, the other is told, the shopper meets one."""
    number = await opened(talk)
    sam, mei = staff("s1", number, act="claim"), staff("s2", number, act="claim", name="Mei", desk="slack")
    replies = await done(talk, sam, mei)
    assert len(replies) == 1 and "Sam" in replies[0] and "Mei" not in replies[0]
    assert posted(talk) == ["Taken over by Sam", "Somebody has taken this over already."]
    view = await talk.product.assistant.handoff(number)
    assert view and (view.status, view.claimed_by) == ("claimed", "Sam")
    [claim] = [line for line in (await talk.product.assistant.audit(1)).lines if line.what is Deed.CLAIMED]
    assert claim.staff == "Sam"


async def test_reply_while_the_bot_is_composing(talk: Talk, heard: Heard) -> None:
    """The bot reads the shopper's words when Sam answers: he hears Sam alone, and Sam reads what the bot had to say."""
    case = await opened(talk, "no more newsletter please")
    heard.during.append(talk.product.assistant.receive(staff("s1", case, "Sam here, I look into it.")))
    replies = await done(talk, shopper("m2", "cancel order 10043"))
    assert len(replies) == 2 and "Sam" in replies[0] and replies[1] == "Sam here, I look into it."
    assert (await status(talk), await actions(talk)) == (Status.STAFF, 0)
    [kept] = [text for speaker, _, text in await lines(talk) if speaker == "note"]
    assert "10043" in kept and kept in posted(talk)
    assert "10043" not in "".join(text for speaker, _, text in await lines(talk, notes=False) if speaker == "bot")


async def test_shopper_writes_during_the_wait(talk: Talk) -> None:
    """Each message reaches the desk, one is acknowledged, none is answered by the bot; then Sam has them all."""
    number = await opened(talk)
    first = await done(talk, shopper("m2", "the box is open"))
    assert len(first) == 1 and [button.value for button in talk.chat.channel.replies[0].buttons] == ["bot"]
    assert await done(talk, shopper("m3", "and it is wet")) == []
    assert posted(talk) == ["the box is open", "and it is wet"]
    [joined] = await done(talk, staff("s1", number, act="claim"))
    assert "Sam" in joined and await done(talk, shopper("m4", "are you there")) == []
    assert await done(talk, staff("s2", number, "I am.")) == ["I am."]
    assert [text for speaker, _, text in await lines(talk) if speaker == "user"][-3:] == [
        "the box is open", "and it is wet", "are you there",
    ]  # fmt: skip


@pytest.mark.parametrize("end", [APPROVED, DECLINED, EXPIRED])
async def test_approve_decline_expire(talk: Talk, end: str) -> None:
    """A cancellation above the limit waits for a lead; whatever becomes of it, the shopper hears it once."""
    await done(talk, shopper("m1", "cancel order 10047"))
    number = await opened(talk, "ok")
    assert (await status(talk), await actions(talk)) == (Status.BOT, 0)
    if end == EXPIRED:
        [told] = await passed(talk, 3 * DAY)
    else:
        [told] = await done(talk, staff("s1", number, act=end.removesuffix("d")))
    words = {APPROVED: "10047", DECLINED: "10047", EXPIRED: "cancelling an order"}[end]
    assert words in told and posted(talk)[-1] == {
        APPROVED: "Approved, and carried out where the shop's rules allowed it.",
        DECLINED: "Declined.",
        EXPIRED: "Expired: nobody has decided in time, and nothing was carried out.",
    }[end]  # fmt: skip
    assert (await handoffs(talk), await actions(talk)) == ({number: end}, 1 if end == APPROVED else 0)
    async with reading(talk.product.engine) as connection:
        actors = list(await connection.scalars(sa.select(Actions.__table__.c.actor)))
    assert actors == (["staff:"] if end == APPROVED else [])
    proof = (await talk.product.conversations.load(shopper("", "").address.conversation_id))[0].proof
    assert proof is not None
    order = await talk.product.shop.order("10047", proof)
    assert order is not None and (order.state == "cancelled") is (end == APPROVED)
    assert await done(talk, staff("s2", number, act="approve")) == []
    assert posted(talk)[-1].startswith("Too late, this is over.") and await passed(talk, 4 * DAY) == []


async def test_out_of_hours(home: Path, heard: Heard) -> None:
    """The desk is closed until eleven: he hears when, leaves a message, and reads the answer in the same chat."""
    add(home, DESK)
    async with talking(home, Language(heard, WrittenWords()), as_email=EMMA) as talk:
        [told] = await done(talk, shopper("m1", "a person"))
        assert "4 March, 11:00" in told
        [number] = await handoffs(talk)
        assert len(await done(talk, shopper("m2", "the box is open"))) == 1
        assert await passed(talk, HOUR) == []
        joined, answer = await done(talk, staff("s1", number, "We send another one."))
        assert "Sam" in joined and answer == "We send another one."
        assert "the box is open" in posted(talk)


async def test_sla_breach(home: Path, heard: Heard) -> None:
    """Nobody answers for half an hour: the leads are told by name, it stands first, and the shopper has heard too."""
    add(home, "[desk]\nfirst_answer = 30\n")
    async with talking(home, Language(heard, WrittenWords()), as_email=EMMA) as talk:
        await talk.product.staff.fresh_password("Lena", Role.ADMIN)
        number = await opened(talk)
        [long] = await passed(talk, 10 * MINUTE)
        assert long and posted(talk) == []
        assert await passed(talk, 20 * MINUTE) == []
        assert posted(talk) == ["Late: nobody has taken this over in the time that was set for it. For: Lena"]
        [view] = await talk.product.desk.handoffs()
        assert (view.id, view.missed, view.why) == (number, "first_answer", "overdue")
        [joined] = await done(talk, staff("s1", number, act="claim", name="Lena"))
        assert "Lena" in joined


async def test_give_back_and_again_hand_over(talk: Talk) -> None:
    """Given back, the bot answers as if new; asked again, another handoff begins and the first stays as it ended."""
    first = await opened(talk)
    await done(talk, staff("s1", first, act="claim"))
    [back] = await done(talk, staff("s2", first, act="back"))
    assert back and await status(talk) is Status.BOT
    assert "10042" in (await done(talk, shopper("m2", "where is 10042")))[0]
    second = await opened(talk)
    assert second != first and await status(talk) is Status.WAITING
    joined, answer = await done(talk, staff("s3", second, "Me again."))
    assert "Sam" in joined and answer == "Me again."
    await done(talk, staff("s4", second, act="close"))
    assert await handoffs(talk) == {first: "back", second: "closed"}


async def test_staff_edits_a_suggestion(talk: Talk) -> None:
    """What the assistant would answer is for Sam alone; the shopper gets Sam's words, and they are Sam's in the log."""
    number = await opened(talk)
    await done(talk, staff("s1", number, act="claim"))
    assert await done(talk, shopper("m2", "where is 10042")) == []
    offered = await suggestion(talk)
    assert "10042" in offered and offered in "\n".join(posted(talk))
    edited = f"Hello Emma! {offered} Anything else?"
    assert await done(talk, staff("s2", number, edited)) == [edited]
    assert (await lines(talk, notes=False))[-1] == ("staff", "Sam", edited)
    assert offered not in [text for _, _, text in await lines(talk)]


async def test_a_suggestion_is_overtaken(talk: Talk) -> None:
    """Sam presses Send while Emma writes on: Sam is shown what she wrote and decides again; Emma gets it once."""
    number = await opened(talk)
    await done(talk, staff("s1", number, act="claim"))
    await done(talk, shopper("m2", "where is 10042"))
    first = talk.chat.desk.posts[-1]
    await done(talk, shopper("m3", "no, I meant the other one"))
    assert await done(talk, staff("s2", number, first.suggestion, answers=first.answers)) == []
    shown = talk.chat.desk.posts[-1]
    assert "Not sent" in shown.text and "no, I meant the other one" in shown.text and first.suggestion in shown.text
    noted = (await talk.product.conversations.transcript(ADDRESS.conversation_id, notes=True))[-1]
    assert (noted.speaker, noted.suggestion, noted.answers) == ("note", first.suggestion, shown.answers)
    again = staff("s3", number, shown.suggestion, answers=shown.answers)
    assert await done(talk, again) == [first.suggestion]
    # a colleague who still sees the first one
    assert await done(talk, replace(again, source_id="s4", answers=first.answers, name="Ann")) == []
    assert f"Sam: {first.suggestion}" in talk.chat.desk.posts[-1].text


async def test_a_message_that_waits_stops_a_suggestion_too(talk: Talk) -> None:
    """Emma's message is stored and not worked on yet: it is read where it belongs, behind Sam's press."""
    number = await opened(talk)
    await done(talk, shopper("m2", "where is 10042"))
    first = talk.chat.desk.posts[-1]
    await talk.product.assistant.receive(staff("s1", number, first.suggestion, answers=first.answers))
    assert await done(talk, shopper("m3", "wait")) == []
    assert ["Not sent" in post.text for post in list(talk.chat.desk.posts)[-2:]] == [True, False]


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


async def test_desk_channel_deleted(home: Path) -> None:
    """Slack's staff channel is gone: the console says so and shows all, from there he is answered; a channel that is
    back gets what he writes next.
    """
    async with SlackPeer() as peer:
        for channel in ("D0ANN", "C0STAFF"):
            peer.open(channel, "U0EVE")
        peer.channels["C0STAFF"].error = "channel_not_found"

        def adapters(assistant: Any, policy: Any) -> list[SlackAdapter]:
            return [SlackAdapter(assistant, assistant, slack_settings(peer))]

        async with (
            shophand(
                Settings(home=home), clock=ManualClock(NOW), language=lambda *_: Language(NoModel(), NoModel()),
                make_adapters=adapters,
            ) as product,
            serving(product, "127.0.0.1", 0) as port,
        ):  # fmt: skip
            space = Workspace(peer, f"http://127.0.0.1:{port}/slack/events", product)
            await space.say("U0ANN", "D0ANN", LAWYER)
            await space.seen("D0ANN", 1)
            [view] = await product.assistant.handoffs()

            async def told() -> list[str]:
                shown = await product.assistant.transcript(view.conversation_id, notes=True)
                return [line.text for line in shown if line.speaker == "note"]

            async with product.assistant.subscribe(view.conversation_id) as changed:
                while not await told():
                    changed.clear()
                    await changed.wait()
            assert (await told())[0].startswith("A staff desk cannot show this conversation, go on here: slack:")
            await product.assistant.receive(staff("s1", view.id, "Hello Ann, Eve here", name="Eve"))
            await space.shows("D0ANN", "Hello Ann, Eve here")
            peer.channels["C0STAFF"].error = ""
            await space.say("U0ANN", "D0ANN", "The cup is broken")
            await space.shows("C0STAFF", "The cup is broken")
            conversation, _ = await product.conversations.load(view.conversation_id)
            assert conversation.status is Status.STAFF
