"""Handoffs in the staff channel: posted by the desk, answered through intake, with the same thread reference."""

import pytest
from fakes import FakeOffice, TalkingFront
from peers.slack import buttons, visible
from slack_rig import Shop, payload, settings, slack_peer  # noqa: F401 - fixtures

from adapters.slack import SlackAdapter
from bot.errors import PermanentFailure, TemporaryFailure
from bot.messages import Button, DeskPost
from bot.ports import StaffDesk

BUTTONS = (Button("Claim", "claim"), Button("Give back", "back"), Button("Close", "close"))


@pytest.fixture
def desk(peer) -> StaffDesk:
    return SlackAdapter(TalkingFront(), FakeOffice(), settings(peer)).desk


async def test_a_handoff_opens_a_thread(peer, desk):
    reference = await desk.post(DeskPost("h-17", "opened", "Reason: asked for a person", buttons=BUTTONS))
    sent, = peer.sent
    assert reference == f"slack:T0SHOP:C0STAFF:{sent['ts']}" and "thread_ts" not in sent
    assert visible(sent) == "🙋 Reason: asked for a person"
    assert buttons(sent) == (("Claim", "claim:h-17"), ("Give back", "back:h-17"), ("Close", "close:h-17"))


async def test_everything_later_stands_in_its_thread(peer, desk):
    thread = await desk.post(DeskPost("h-17", "opened", "Reason"))
    for kind in ("relay", "note", "ended"):
        assert await desk.post(DeskPost("h-17", kind, f"a {kind}", thread=thread)) == thread
    assert [message.get("thread_ts") for message in peer.sent] == [None] + [peer.sent[0]["ts"]] * 3
    assert [visible(message) for message in peer.sent[1:]] == ["💬 a relay", "📝 a note", "🏁 a ended"]


async def test_an_approval_is_a_post_of_its_own(peer, desk):
    thread = await desk.post(DeskPost("h-17", "opened", "Reason"))
    choice = (Button("Approve", "approve"), Button("Decline", "decline"))
    card = DeskPost("h-18", "approval", "Refund £300?", thread, choice)
    assert await desk.post(card) != thread
    assert buttons(peer.sent[-1]) == (("Approve", "approve:h-18"), ("Decline", "decline:h-18"))


async def test_what_staff_do_there_carries_the_reference_the_desk_gave(peer):
    """A reply in the thread resolves by Address.desk_ref, a button by the handoff's id."""
    front = TalkingFront()
    async with Shop(front, settings(peer)) as shop:
        reference = await shop.adapter.desk.post(DeskPost("h-17", "opened", "Reason", buttons=BUTTONS))
        sent, = peer.sent
        word, press = payload("staff_word"), payload("staff_claim")
        word["event"]["thread_ts"] = sent["ts"]
        press["message"]["ts"] = press["container"]["message_ts"] = sent["ts"]
        element = sent["blocks"][-1]["elements"][0]
        press["actions"][0] |= {"value": element["value"], "action_id": element["action_id"]}
        for said in (word, press):
            assert await peer.deliver(shop.url, said) == [200]
    assert {message.address.desk_ref for message in front.received} == {reference}
    assert (front.received[1].act, front.received[1].handoff_id) == ("claim", "h-17")


@pytest.mark.parametrize("thread", ["", "telegram:7:-100:5", "slack:T0SHOP:C0STAFF:"])
async def test_a_post_without_a_thread_here_opens_one(peer, desk, thread):
    reference = await desk.post(DeskPost("h-17", "relay", "hello?", thread=thread))
    assert reference == f"slack:T0SHOP:C0STAFF:{peer.sent[0]['ts']}"


async def test_a_long_summary_goes_on_in_the_thread_and_is_not_repeated(peer, desk):
    post = DeskPost("h-17", "opened", "word " * 4000, buttons=BUTTONS)
    peer.channels["C0STAFF"].patience, peer.channels["C0STAFF"].floods = 1, [9]
    with pytest.raises(TemporaryFailure) as failure:
        await desk.post(post)
    reference = await desk.post(post)
    first, *rest = peer.sent
    assert failure.value.retry_after == 9 and reference.endswith(first["ts"]) and "thread_ts" not in first
    assert rest and {message["thread_ts"] for message in rest} == {first["ts"]}


async def test_a_channel_the_app_was_not_invited_to_is_permanent(peer, desk):
    peer.channels["C0STAFF"].error = "not_in_channel"
    with pytest.raises(PermanentFailure, match="not_in_channel"):
        await desk.post(DeskPost("h-17", "opened", "Reason"))


def test_without_a_staff_channel_there_is_no_desk(peer):
    assert SlackAdapter(TalkingFront(), FakeOffice(), settings(peer, staff_channel="")).desk is None
