"""Replies out, files in: the real slack_sdk against Slack on loopback."""

from pathlib import Path

import pytest
import yaml
from aiohttp import web
from channel_contract import CHECKS, Delivered
from fakes import FakeOffice, TalkingFront
from peers.slack import APP_TOKEN, SCOPES, buttons, pictures, visible
from slack_rig import settings, slack_peer  # noqa: F401 - fixtures

from adapters.slack import SlackAdapter
from adapters.slack import limits as slack_limits
from bot.errors import PermanentFailure, TemporaryFailure
from bot.messages import Address, Attachment, Button, Card, Picture, Reply

ANN = Address("slack", "T0SHOP", "D0ANN", user="U0ANN")
THREAD = Address("slack", "T0SHOP", "C0SHOP", "1790000200.000100", "U0ANN", private=False)
AGENT = Address("slack", "T0SHOP", "D0ANN", "1790000090.000100", "U0ANN")


@pytest.fixture
def channel(peer):
    return SlackAdapter(TalkingFront(), FakeOffice(), settings(peer)).channel


class SlackRig:
    buttons = True
    long_text = 30_000

    def __init__(self, peer, channel, address) -> None:
        self.peer, self.channel, self.address = peer, channel, address

    def delivered(self):
        return [Delivered(visible(message), buttons(message)) for message in self.peer.sent]

    def flood(self, seconds):
        self.peer.channels[self.address.chat].floods = [seconds]
        return True

    def block(self):
        self.peer.account_error = "account_inactive"
        return True


@pytest.mark.parametrize("address", [ANN, THREAD, AGENT], ids=["direct", "thread", "agent"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_contract(check, address, peer, channel):
    await check(SlackRig(peer, channel, address))


async def test_a_reply_stands_where_the_shopper_is(peer, channel):
    for address in (ANN, THREAD, AGENT):
        await channel.send(address, Reply("hello"), f"m-{address.thread}")
    places = [(message["channel"], message.get("thread_ts", "")) for message in peer.sent]
    assert places == [(address.chat, address.thread) for address in (ANN, THREAD, AGENT)]


async def test_the_id_of_a_sent_message_is_slacks(peer, channel):
    assert await channel.send(ANN, Reply("hello"), "m1") == f"D0ANN:{peer.sent[0]['ts']}"


async def test_notifications_get_the_whole_text_and_links_do_not_unfurl(peer, channel):
    await channel.send(ANN, Reply("a & b", cards=(Card("Order 1042"),)), "m1")
    sent, = peer.sent
    assert sent["text"] == "a &amp; b\n\nOrder 1042"
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


# --- trying again -----------------------------------------------------------------------------------------------------


async def test_a_second_try_does_not_repeat_the_parts_that_arrived(peer, channel):
    words = [f"word{number}." for number in range(4000)]
    peer.channels["D0ANN"].patience, peer.channels["D0ANN"].floods = 2, [30]
    reply = Reply(" ".join(words), (Button("More", "more"),))
    with pytest.raises(TemporaryFailure):
        await channel.send(ANN, reply, "m1")
    assert len(peer.sent) == 2
    await channel.send(ANN, reply, "m1")
    assert " ".join(visible(message) for message in peer.sent).split() == words


async def test_after_a_lost_answer_the_sdk_does_not_post_twice(peer, channel):
    peer.lost_answers = 1
    with pytest.raises(TemporaryFailure):
        await channel.send(ANN, Reply("hello"), "m1")
    assert len(peer.sent) == 1


async def test_a_flood_in_one_channel_does_not_stop_another(peer, channel):
    peer.channels["C0SHOP"].floods = [30]
    with pytest.raises(TemporaryFailure):
        await channel.send(THREAD, Reply("hello"), "m1")
    await channel.send(ANN, Reply("hello"), "m2")
    assert [message["channel"] for message in peer.sent] == ["D0ANN"]


async def test_a_picture_that_slack_cannot_fetch_is_left_out_and_the_words_arrive_once(peer, channel):
    peer.lost_pictures = {"https://shop.example/gone.jpg"}
    card = Card("Mug", (("Price", "£12.50"),), Picture("https://shop.example/gone.jpg", "Mug"))
    await channel.send(ANN, Reply("Here:", cards=(card,)), "m1")
    sent, = peer.sent
    assert (visible(sent), pictures(sent)) == ("Here:\nMug\nPrice: £12.50", ())


# --- what Slack answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [
    "is_archived", "not_in_channel", "restricted_action", "user_not_found", "missing_scope"])
async def test_slacks_last_word_is_permanent(peer, channel, code):
    peer.channels["D0ANN"].error = code
    with pytest.raises(PermanentFailure, match=code):
        await channel.send(ANN, Reply("my words"), "m1")


async def test_an_unknown_channel_is_permanent(channel):
    with pytest.raises(PermanentFailure, match="channel_not_found"):
        await channel.send(Address("slack", "T0SHOP", "D0GONE", user="U1"), Reply("hello"), "m1")


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable", "rate_limited"])
async def test_slacks_own_trouble_is_temporary(peer, channel, code):
    peer.channels["D0ANN"].error = code
    with pytest.raises(TemporaryFailure) as refused:
        await channel.send(ANN, Reply("hello"), "m1")
    assert refused.value.account is False


async def test_too_many_messages_of_the_workspace_hold_all_its_chats(peer, channel):
    peer.channels["D0ANN"].error = "message_limit_exceeded"
    with pytest.raises(TemporaryFailure) as refused:
        await channel.send(ANN, Reply("hello"), "m1")
    assert refused.value.account is True


@pytest.mark.parametrize("status", [500, 502, 503, 404])
async def test_a_page_instead_of_an_answer_is_temporary(peer, channel, status):
    peer.broken = [status]
    with pytest.raises(TemporaryFailure):
        await channel.send(ANN, Reply("hello"), "m1")


async def test_nobody_there_is_temporary(channel, peer):
    await peer._runner.cleanup()
    with pytest.raises(TemporaryFailure):
        await channel.send(ANN, Reply("hello"), "m1")


async def test_an_empty_reply_is_permanent(peer, channel):
    with pytest.raises(PermanentFailure):
        await channel.send(ANN, Reply(" "), "m1")
    assert peer.calls == []


async def test_failures_name_no_text_and_no_token(peer, channel):
    peer.channels["D0ANN"].error = "is_archived"
    with pytest.raises(PermanentFailure) as error:
        await channel.send(ANN, Reply("my words"), "m1")
    assert str(error.value) == "Slack refused chat.postMessage: is_archived"


# --- typing -----------------------------------------------------------------------------------------------------------


async def test_typing_is_shown_where_slack_has_it(peer, channel):
    for address in (ANN, THREAD, AGENT):
        await channel.typing(address)
    assert [call["thread_ts"] for call in peer.named("assistant.threads.setStatus")] == [AGENT.thread]


async def test_typing_does_not_keep_the_turn_waiting(peer, channel, monkeypatch):
    monkeypatch.setattr(slack_limits, "TYPING_SECONDS", 0.0)
    await channel.typing(AGENT)
    assert peer.named("assistant.threads.setStatus") == []  # given up before Slack had it


# --- files ------------------------------------------------------------------------------------------------------------


def image(url: str, size: int = 0) -> Attachment:
    return Attachment("photo", "image/png", size, "cup.png", url)


async def test_a_file_is_fetched(peer, channel):
    peer.files["T0SHOP-F0IMG/download/cup.png"] = b"\x89PNG" * 50_000
    assert await channel.fetch(image(f"{peer.url}/files-pri/T0SHOP-F0IMG/download/cup.png")) == b"\x89PNG" * 50_000


@pytest.mark.parametrize("url", [
    "https://files.slack.com.evil.example/cup.png", "https://files.slack.com@evil.example/cup.png",
    "http://files.slack.com/cup.png", "https://files.slack.com:8443/cup.png", "https://evil.example/files.slack.com",
    "http://127.0.0.1/cup.png", "file:///etc/passwd", "",
])  # fmt: skip
async def test_the_token_is_shown_to_slack_only(channel, url):
    """The closed network would fail the test if anything were asked."""
    with pytest.raises(PermanentFailure):
        await channel.fetch(image(url))


def test_slacks_own_file_host_may_see_it(channel):
    assert channel._api._may_see_token("https://files.slack.com/files-pri/T0SHOP-F0IMG/download/cup.png")


async def test_slacks_sign_in_page_is_not_a_file(peer, channel):
    peer.scopes = "chat:write"
    with pytest.raises(PermanentFailure, match="files:read"):
        await channel.fetch(image(f"{peer.url}/files-pri/T0SHOP-F0IMG/download/cup.png"))
    with pytest.raises(PermanentFailure, match="files:read"):
        await channel.fetch(image(f"{peer.url}/signin"))


async def test_no_redirect_is_followed(peer, channel):
    peer.moved["old"], peer.files["new"] = f"{peer.url}/files-pri/new", b"content"
    with pytest.raises(PermanentFailure, match="302"):
        await channel.fetch(image(f"{peer.url}/files-pri/old"))


async def test_a_large_file_is_refused_by_its_name_and_by_its_weight(peer, channel):
    with pytest.raises(PermanentFailure, match="10 MB"):
        await channel.fetch(image(f"{peer.url}/files-pri/big", size=11 * 1024 * 1024))
    assert peer.calls == []
    peer.files["big"] = bytes(slack_limits.FILE_BYTES + 1)  # Slack did not say its size
    with pytest.raises(PermanentFailure, match="10 MB"):
        await channel.fetch(image(f"{peer.url}/files-pri/big"))


async def test_a_lost_file_is_permanent_and_a_lost_connection_is_not(peer, channel):
    with pytest.raises(PermanentFailure):
        await channel.fetch(image(f"{peer.url}/files-pri/gone"))
    await peer._runner.cleanup()
    with pytest.raises(TemporaryFailure):
        await channel.fetch(image(f"{peer.url}/files-pri/gone"))


# --- doctor -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def adapter(peer):
    return SlackAdapter(TalkingFront(), FakeOffice(), settings(peer, app_token=APP_TOKEN))


async def test_check_says_who_we_are(adapter):
    assert await adapter.check() == "Slack: connected to Shop as shophand (Socket Mode), staff in C0STAFF"


@pytest.mark.parametrize(("spoil", "said"), [
    (lambda peer: setattr(peer, "account_error", "invalid_auth"), "bot token is not accepted"),
    (lambda peer: setattr(peer, "broken", [502]), "no answer from"),
    (lambda peer: setattr(peer, "scopes", "chat:write,im:history"), "lacks app_mentions:read"),
])  # fmt: skip
async def test_check_says_what_is_wrong(peer, adapter, spoil, said):
    spoil(peer)
    line = await adapter.check()
    assert line.startswith("! Slack: ") and said in line and "xox" not in line


async def test_check_tries_the_app_token(peer):
    line = await SlackAdapter(TalkingFront(), FakeOffice(), settings(peer, app_token="xapp-wrong")).check()
    assert line.startswith("! Slack: the app token") and "xapp-" not in line


def test_a_route_is_offered_for_bootstrap(peer):
    route, = SlackAdapter(TalkingFront(), FakeOffice(), settings(peer)).routes()
    assert isinstance(route, web.RouteDef) and (route.method, route.path) == ("POST", "/slack/events")


def test_the_documented_app_has_the_scopes_that_we_check():
    manifest = yaml.safe_load((Path(__file__).parents[1] / "docs" / "slack-manifest.yaml").read_text("utf-8"))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == slack_limits.SCOPES == set(SCOPES.split(","))
    assert manifest["features"]["app_home"]["messages_tab_enabled"]
    events = {"app_mention", "message.channels", "message.groups", "message.im"}
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == events
    assert manifest["settings"]["interactivity"]["is_enabled"] and manifest["settings"]["socket_mode_enabled"]
