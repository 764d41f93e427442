"""Handoffs in the staff channel: posted by the desk, answered through intake, with the same thread reference."""

from dataclasses import replace

import pytest
from fakes import FakeOffice, TalkingFront
from peers.slack import buttons, visible
from slack_rig import Shop, payload, settings, slack_front, slack_peer  # noqa: F401 - fixtures

from adapters.slack import SlackAdapter
from bot.errors import PermanentFailure, TemporaryFailure, ThreadGone
from bot.messages import Address, Attachment, Button, Called, DeskPost
from bot.ports import StaffDesk

BUTTONS = (Button("Claim", "claim"), Button("Give back", "back"), Button("Close", "close"))


@pytest.fixture
def desk(peer, front) -> StaffDesk:
    return SlackAdapter(front, FakeOffice(), settings(peer)).desk


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


@pytest.mark.parametrize("thread", [
    "", "telegram:7:-100:5", "slack:T0SHOP:C0STAFF:", "slack:T0SHOP:C0OLD:1790000000.000001"])
async def test_without_a_thread_in_this_channel_the_opening_must_come_first(peer, desk, thread):
    peer.open("C0OLD").posts.add("1790000000.000001")
    with pytest.raises(ThreadGone):
        await desk.post(DeskPost("h-17", "relay", "hello?", thread=thread))
    assert await desk.post(DeskPost("h-17", "ended", "Closed", thread=thread)) == thread  # nobody misses it
    assert peer.sent == []


async def test_in_the_thread_of_a_deleted_opening_nothing_is_said(peer, desk):
    thread = await desk.post(DeskPost("h-17", "opened", "Reason"))
    peer.removed("C0STAFF", peer.sent[0]["ts"])
    for _ in range(2):
        with pytest.raises(ThreadGone):
            await desk.post(DeskPost("h-17", "relay", "hello?", thread=thread))
    assert len(peer.named("chat.postMessage")) == 3 and peer.sent == []  # what Slack put beside it was taken back


async def test_words_that_cannot_be_taken_back_stand_there_and_the_opening_comes_all_the_same(peer, desk):
    thread = await desk.post(DeskPost("h-17", "opened", "Reason"))
    peer.removed("C0STAFF", peer.sent[0]["ts"])
    peer._chat_delete = lambda _: {"ok": False, "error": "cant_delete_message"}
    with pytest.raises(ThreadGone):
        await desk.post(DeskPost("h-17", "relay", "hello?", thread=thread))


async def test_an_opening_that_is_deleted_while_it_is_written_is_written_anew(peer, desk):
    post = DeskPost("h-17", "opened", "word " * 4000, buttons=BUTTONS)
    peer.channels["C0STAFF"].patience, peer.channels["C0STAFF"].floods = 1, [9]
    with pytest.raises(TemporaryFailure):
        await desk.post(post)
    peer.removed("C0STAFF", peer.sent[0]["ts"])
    with pytest.raises(TemporaryFailure, match="deleted"):
        await desk.post(post)
    assert peer.sent == []
    await desk.post(post)
    first, *rest = peer.sent
    assert "thread_ts" not in first and {message["thread_ts"] for message in rest} == {first["ts"]}


async def test_a_long_summary_goes_on_in_the_thread_and_is_not_repeated(peer, desk):
    post = DeskPost("h-17", "opened", "word " * 4000, buttons=BUTTONS)
    peer.channels["C0STAFF"].patience, peer.channels["C0STAFF"].floods = 1, [9]
    with pytest.raises(TemporaryFailure) as failure:
        await desk.post(post)
    reference = await desk.post(post)
    first, *rest = peer.sent
    assert failure.value.retry_after == 9 and reference.endswith(first["ts"]) and "thread_ts" not in first
    assert rest and {message["thread_ts"] for message in rest} == {first["ts"]}


async def test_what_is_late_is_shown_in_the_channel_too_and_calls_the_lead(peer, desk):
    thread = await desk.post(DeskPost("h-17", "opened", "Reason"))
    lena = Called("Lena", (Address("slack", "T0SHOP", "", user="U0LENA"),))
    await desk.post(DeskPost("h-17", "note", "Late. For: Lena", thread=thread, calls=(lena,)))
    await desk.post(DeskPost("h-17", "relay", "hello?", thread=thread))
    assert peer.called == ["@U0LENA"]
    assert [message.get("reply_broadcast") for message in peer.sent] == [None, True, None]


# --- what shoppers send ----------------------------------------------------------------------------------------------


async def photo_in(thread: str, front: TalkingFront) -> DeskPost:
    digest = await front.keep_file(b"\xff\xd8\xff picture")
    return DeskPost("h-17", "relay", "broken\n[photo]", thread, files=(Attachment("photo", digest=digest),))


async def test_files_follow_the_words_into_the_thread_and_pictures_are_named_as_such(peer, desk, front):
    thread = await desk.post(DeskPost("h-17", "opened", "Reason"))
    post = await photo_in(thread, front)
    paper = await front.keep_file(b"%PDF-1.7")
    more = (Attachment("document", name="my invoice.pdf", digest=paper), Attachment("voice", digest="0" * 64))
    await desk.post(replace(post, files=(*post.files, *more)))
    assert visible(peer.sent[1]) == "💬 broken\n[photo]"
    name = f"photo-{post.files[0].digest[:8]}.jpg"
    assert [(file["name"], file["content"]) for file in peer.shared] == [
        (name, b"\xff\xd8\xff picture"), ("my invoice.pdf", b"%PDF-1.7")]  # what was taken away since is left out
    assert {(file["channel"], file["thread_ts"]) for file in peer.shared} == {("C0STAFF", peer.sent[0]["ts"])}


async def test_files_that_came_before_the_handoff_stand_under_its_opening(peer, desk, front):
    post = await photo_in("", front)
    await desk.post(replace(post, kind="opened"))
    assert [file["thread_ts"] for file in peer.shared] == [peer.sent[0]["ts"]]


async def test_a_place_that_its_line_tells_whole_is_no_file(peer, desk, front):
    digest = await front.keep_file(b"59.329300, 18.068600")
    place = Attachment("location", name="59.329300, 18.068600", digest=digest)
    await desk.post(DeskPost("h-17", "opened", "[location]", files=(place,)))
    assert peer.shared == []


async def test_a_file_that_slack_has_no_time_for_is_sent_again_without_its_words(peer, desk, front):
    thread = await desk.post(DeskPost("h-17", "opened", "Reason"))
    post, peer.upload_errors = await photo_in(thread, front), [503]
    with pytest.raises(TemporaryFailure):
        await desk.post(post)
    await desk.post(post)
    assert len(peer.sent) == 2 and len(peer.shared) == 1


@pytest.mark.parametrize("trouble", ["no scope", "refused", "empty"])
async def test_a_file_that_slack_does_not_take_costs_no_words(peer, desk, front, caplog, trouble):
    thread = await desk.post(DeskPost("h-17", "opened", "Reason"))
    post = await photo_in(thread, front)
    if trouble == "no scope":
        peer.scopes = peer.scopes.replace("files:write,", "")
    elif trouble == "refused":
        peer.upload_errors = [413]
    else:
        post = replace(post, files=(Attachment("document", digest=await front.keep_file(b"")),))
    assert await desk.post(post) == thread
    assert visible(peer.sent[-1]) == "💬 broken\n[photo]" and peer.shared == []
    assert "could not be shown" in caplog.text


async def test_a_channel_the_app_was_not_invited_to_is_permanent(peer, desk):
    peer.channels["C0STAFF"].error = "not_in_channel"
    with pytest.raises(PermanentFailure, match="not_in_channel"):
        await desk.post(DeskPost("h-17", "opened", "Reason"))


def test_without_a_staff_channel_there_is_no_desk(peer):
    assert SlackAdapter(TalkingFront(), FakeOffice(), settings(peer, staff_channel="")).desk is None
