"""Events and buttons over HTTP: Slack on loopback, the real Bolt, a real server."""

import json
import logging

import pytest
from fakes import FakeOffice
from peers.slack import SIGNING_SECRET, SlackPeer, body, content_type, signed
from slack_rig import GatedFront, Shop, payload, settings, slack_front, slack_office, slack_peer, slack_shop  # noqa: F401 - fixtures

from adapters.slack import SlackAdapter, SlackSettings
from bot.errors import SettingsError, StoreError
from bot.messages import Address, InboundMessage, Kind, Sender
from bot.ports import Member, Receipt, Role

SECRET_WORDS = "my card is 4111 1111 1111 1111"


async def post(peer: SlackPeer, url: str, content: bytes, headers: dict[str, str]) -> int:
    async with peer.client.post(url, data=content, headers=headers) as answer:
        return answer.status


# --- what is stored before it is answered -----------------------------------------------------------------------------


async def test_a_message_is_stored(peer, shop, front):
    assert await peer.deliver(shop.url, payload("im_text")) == [200]
    assert front.texts == ["Where is order 1042?"]


async def test_a_pressed_button_is_stored(peer, shop, front):
    assert await peer.deliver(shop.url, payload("press_im")) == [200]
    assert [(message.kind, message.button) for message in front.received] == [(Kind.BUTTON, "yes:7")]


async def test_a_mention_and_its_message_event_are_one_row(peer, shop, front):
    for name in ("mention_as_message", "mention", "mention"):
        assert await peer.deliver(shop.url, payload(name)) == [200]
    assert front.texts == ["where is order 1042?"]


async def test_what_could_not_be_stored_comes_again(peer, shop, front):
    front.broken = 2
    assert await peer.deliver(shop.url, payload("im_text")) == [500, 500, 200]
    assert front.texts == ["Where is order 1042?"]


async def test_a_late_answer_brings_it_twice_and_it_is_stored_once(peer):
    front = GatedFront()
    async with Shop(front, settings(peer)) as shop:
        assert await peer.deliver(shop.url, payload("im_text"), patience=0.05, before_retry=front.gate.set) == [0, 200]
    assert front.texts == ["Where is order 1042?"]


async def test_slack_is_not_answered_before_it_is_stored(peer):
    front = GatedFront()
    async with Shop(front, settings(peer)) as shop:
        assert await peer.deliver(shop.url, payload("im_text"), patience=0.02) == [0, 0, 0, 0]
        assert front.received == []
        front.gate.set()


async def test_when_slack_cannot_say_who_we_are_the_message_comes_again(peer, shop, front):
    peer.broken = [503]
    assert await peer.deliver(shop.url, payload("im_text")) == [500, 200]
    assert front.texts == ["Where is order 1042?"]


async def test_who_we_are_is_known_before_the_first_message_has_to_be_answered(peer, shop, front):
    await shop.adapter.run()
    assert len(peer.named("auth.test")) == 1
    peer.broken = [503]
    assert await peer.deliver(shop.url, payload("im_text")) == [200]
    assert peer.broken == [503]  # nobody was asked


async def test_a_slack_that_is_away_at_the_start_is_asked_again(peer, shop, front):
    peer.broken = [503]
    await shop.adapter.run()
    assert await peer.deliver(shop.url, payload("im_text")) == [200]
    assert front.texts == ["Where is order 1042?"]


async def test_a_revoked_token_loses_nothing(peer, shop, front):
    peer.account_error = "account_inactive"
    assert await peer.deliver(shop.url, payload("im_text")) == [500] * 4
    peer.account_error = ""
    assert await peer.deliver(shop.url, payload("im_text")) == [200]
    assert front.texts == ["Where is order 1042?"]


@pytest.mark.parametrize("name", ["own_message", "joined", "home_opened", "view_submission", "channel_talk"])
async def test_what_is_not_for_us_is_answered_and_forgotten(peer, shop, front, name):
    assert await peer.deliver(shop.url, payload(name)) == [200]
    assert front.received == []


async def test_an_unreadable_payload_is_not_asked_for_again(peer, shop, front, caplog):
    broken = {**payload("im_text"), "event": {"type": "message", "user": "U0ANN", "text": SECRET_WORDS}}
    assert await peer.deliver(shop.url, broken) == [200]
    assert "event_callback/message could not be read" in caplog.text and SECRET_WORDS not in caplog.text


# --- threads of channels ----------------------------------------------------------------------------------------------

ANN_IN_THREAD = Address("slack", "T0SHOP", "C0SHOP", "1790000200.000100", "U0ANN").conversation_id


async def test_a_thread_we_do_not_talk_in_is_none_of_our_business(peer, shop, front):
    for name in ("channel_thread", "channel_thread_other", "channel_thread_edited"):
        assert await peer.deliver(shop.url, payload(name)) == [200]
    assert front.received == []


async def test_a_thread_message_is_ours_while_a_reply_is_worked_out(peer, shop, front):
    front.busy.add(ANN_IN_THREAD)
    for name in ("channel_thread", "channel_thread_other"):
        await peer.deliver(shop.url, payload(name))
    assert front.texts == ["it is 1042"]


async def test_a_thread_message_is_ours_once_we_have_talked(peer, shop, front):
    front.write(ANN_IN_THREAD, "bot", "Which order?")
    for name in ("channel_thread", "channel_thread_edited", "channel_thread_other"):
        await peer.deliver(shop.url, payload(name))
    assert [message.kind for message in front.received] == [Kind.TEXT, Kind.EDIT]


# --- staff ------------------------------------------------------------------------------------------------------------


async def test_staff_words_and_acts_are_stored(peer, shop, front):
    for name in ("staff_word", "staff_claim"):
        assert await peer.deliver(shop.url, payload(name)) == [200]
    assert [(message.sender, message.kind, message.act) for message in front.received] == [
        (Sender.STAFF, Kind.TEXT, ""), (Sender.STAFF, Kind.STAFF_ACT, "claim")]


async def test_who_acts_at_the_desk_is_looked_up_once_and_a_shopper_never(peer, shop, front):
    for name in ("staff_word", "staff_claim", "im_text", "mention"):
        assert await peer.deliver(shop.url, payload(name)) == [200]
    assert [person.account_user for person in front.asked] == ["slack:T0SHOP:U0EVE"] * 2


async def test_a_lookup_that_fails_brings_the_message_again(peer, shop, front):
    known, tries = front.member, []

    async def member(person):
        tries.append(person)
        if len(tries) == 1:
            raise StoreError("the store is away")
        return await known(person)

    front.member = member
    assert await peer.deliver(shop.url, payload("staff_word")) == [500, 200]
    assert front.received[0].staff == "eve"


async def test_others_who_press_a_desk_button_are_told_why_nothing_happens(peer, shop, front):
    assert await peer.deliver(shop.url, payload("staff_claim_stranger")) == [200]
    await peer.until(lambda: bool(peer.whispers))
    told, = peer.whispers
    assert (told["channel"], told["user"], told["thread_ts"]) == ("C0STAFF", "U0ANN", "1790000600.000001")
    assert "you are not linked to a staff account" in told["text"] and front.received == []


async def test_who_is_not_linked_is_told_once_how_to_link_and_never_heard(peer, front):
    for start in range(2):  # it is known after a restart too
        async with Shop(front, settings(peer)) as shop:
            for _ in range(2):
                assert await peer.deliver(shop.url, payload("staff_word_stranger")) == [200]
            assert await peer.deliver(shop.url, payload("staff_claim_stranger")) == [200]  # a button is answered always
            await peer.until(lambda start=start: len(peer.whispers) == 2 + start)
    assert front.received == [] and "link CODE" in peer.whispers[0]["text"]


async def test_staff_who_write_where_nobody_gets_it_are_told_so(peer, shop, front):
    async def of_no_handoff(message: InboundMessage) -> Receipt:
        return Receipt("", False)

    front.receive = of_no_handoff
    assert await peer.deliver(shop.url, payload("staff_word")) == [200]
    await peer.until(lambda: bool(peer.whispers))
    told, = peer.whispers
    assert (told["user"], told["thread_ts"]) == ("U0EVE", "1790000600.000001")
    assert "Nobody got this" in told["text"]


async def test_an_agent_who_approves_is_told_who_may(peer, shop, front):
    front.members["U0EVE"] = Member("eve", "Eve", Role.AGENT)
    for name in ("staff_approve_in_thread", "staff_claim"):
        assert await peer.deliver(shop.url, payload(name)) == [200]
    await peer.until(lambda: bool(peer.whispers))
    told, = peer.whispers
    assert (told["user"], "needs a lead or an admin" in told["text"]) == ("U0EVE", True)
    assert [message.act for message in front.received] == ["claim"]


# --- linking ----------------------------------------------------------------------------------------------------------


def writes(name: str, text: str) -> dict:
    said = payload(name)
    said["event"]["text"] = text
    said["event"].pop("blocks", None)
    return said


@pytest.mark.parametrize(("name", "channel"), [("staff_word_stranger", "C0STAFF"), ("im_text", "D0ANN")])
async def test_who_writes_his_code_is_linked_told_so_alone_and_heard_from_then_on(peer, shop, front, name, channel):
    peer.open("D0ANN", "U0ANN")
    assert await peer.deliver(shop.url, writes(name, f"link {front.code}")) == [200]
    await peer.until(lambda: bool(peer.whispers))
    told, = peer.whispers
    assert (told["channel"], told["user"], told["text"][:5], peer.sent) == (channel, "U0ANN", "Done:", [])
    assert [(person.account_user, code) for person, code in front.tried] == [("slack:T0SHOP:U0ANN", front.code)]
    assert front.received == []
    assert await peer.deliver(shop.url, payload("staff_claim_stranger")) == [200]
    assert [(message.act, message.staff) for message in front.received] == [("claim", "eve")]


async def test_a_wrong_code_is_answered_and_stored_nowhere(peer, shop, front):
    peer.open("D0ANN", "U0ANN")
    for name, text in (("staff_word_stranger", "link 42"), ("im_text", "link AAAA-BBBB-CCCC")):
        assert await peer.deliver(shop.url, writes(name, text)) == [200]
    await peer.until(lambda: len(peer.whispers) == 2)
    assert ["not right" in told["text"] for told in peer.whispers] == [True, True]
    assert front.received == [] and "42" not in str(front.memory)


async def test_who_lost_his_link_is_told_anew(peer, shop, front):
    for text in ("hello", f"link {front.code}"):
        assert await peer.deliver(shop.url, writes("staff_word_stranger", text)) == [200]
    await peer.until(lambda: len(peer.whispers) == 2)
    del front.members["U0ANN"]
    assert await peer.deliver(shop.url, payload("staff_word_stranger")) == [200]
    await peer.until(lambda: len(peer.whispers) == 3)
    assert [told["text"][:4] for told in peer.whispers] == ["This", "Done", "This"]


async def test_a_hint_that_cannot_be_shown_harms_nobody(peer, shop, front):
    peer.channels.clear()
    assert await peer.deliver(shop.url, payload("staff_claim_stranger")) == [200]
    await peer.until(lambda: bool(peer.named("chat.postEphemeral")))
    assert await peer.deliver(shop.url, payload("im_text")) == [200]


# --- who may knock ----------------------------------------------------------------------------------------------------


async def test_slack_checks_the_address(peer, shop):
    asked = json.dumps({"type": "url_verification", "token": "legacy", "challenge": "3eZbrw1aBm2rZgRNFdxV"}).encode()
    headers = {"Content-Type": "application/json", **signed(asked)}
    async with peer.client.post(shop.url, data=asked, headers=headers) as answer:
        assert (answer.status, await answer.json()) == (200, {"challenge": "3eZbrw1aBm2rZgRNFdxV"})


async def test_slack_checks_the_certificate(peer, shop, front):
    content = b"token=legacy&ssl_check=1"
    headers = {"Content-Type": "application/x-www-form-urlencoded", **signed(content)}
    assert await post(peer, shop.url, content, headers) == 200
    assert front.received == []


FORGERIES = {  # made when they are sent: their times count from then
    "none": lambda _: {},
    "another secret": lambda content: signed(content, secret="another"),
    "of another body": lambda content: signed(content + b" "),
    "six minutes old": lambda content: signed(content, age=361),
    "six minutes ahead": lambda content: signed(content, age=-361),
    "time is no number": lambda content: {**signed(content), "X-Slack-Request-Timestamp": "now"},
    "not ASCII": lambda content: {**signed(content), "X-Slack-Signature": "v0=ключ"},
    "without time": lambda content: {"X-Slack-Signature": signed(content)["X-Slack-Signature"]},
}


@pytest.mark.parametrize("name", ["im_text", "staff_word", "press_im", "staff_claim", "view_submission"])
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_or_stale_signature_is_refused(peer, shop, front, forgery, name):
    said = payload(name)
    content = body(said)
    assert await post(peer, shop.url, content, {"Content-Type": content_type(said), **forgery(content)}) == 401
    assert front.received == [] and peer.calls == []


async def test_an_unverified_body_is_not_even_parsed(peer, shop):
    assert await post(peer, shop.url, b"\xff{not json", {"Content-Type": "application/json"}) == 401


async def test_without_a_signing_secret_there_is_no_door(peer, front):
    chosen = settings(peer, signing_secret="", app_token="xapp-1")
    assert SlackAdapter(front, FakeOffice(), chosen).routes() == ()


# --- what never reaches the log ---------------------------------------------------------------------------------------


async def test_no_text_token_or_unverified_body_is_logged(peer, front, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("slack_bolt.AsyncRequestVerification", "slack_bolt.AsyncApp", "slack_sdk", "adapters"):
        caplog.set_level(logging.DEBUG, logger=name)
    said = payload("im_text")
    said["event"]["text"] = SECRET_WORDS

    async def receive(message):
        raise RuntimeError(f"INSERT INTO inbox … [parameters: ({message.text!r},)]")

    async with Shop(front, settings(peer)) as shop:
        await post(peer, shop.url, body(said), {"Content-Type": "application/json", **signed(body(said), secret="x")})
        assert await peer.deliver(shop.url, said) == [200]
        front.receive = receive
        assert await peer.deliver(shop.url, said) == [500] * 4
        own = payload("own_message")
        own["event"]["text"] = SECRET_WORDS
        await peer.deliver(shop.url, own)
    assert "could not be stored (RuntimeError)" in caplog.text and "wrong or old signature" in caplog.text
    for secret in (SECRET_WORDS, SIGNING_SECRET, "xoxb-", "legacy-verification-token", "v0="):
        assert secret not in caplog.text
        assert not [record for record in caplog.records if secret in repr(vars(record))]


# --- settings ---------------------------------------------------------------------------------------------------------


def test_all_wrong_settings_are_reported_at_once_and_no_secret_is_shown(front):
    wrong = SlackSettings(
        "xoxp-secret", app_token="secret-app", staff_channel="#help", base_url="slack")
    with pytest.raises(SettingsError) as error:
        SlackAdapter(front, FakeOffice(), wrong)
    assert len(error.value.problems) == 4 and "secret" not in str(error.value).replace("signing secret", "")
    assert "secret" not in repr(wrong)


def test_one_of_socket_mode_and_http_is_needed(front):
    with pytest.raises(SettingsError, match="app token"):
        SlackAdapter(front, FakeOffice(), SlackSettings("xoxb-1"))


def test_content_types_are_slacks():
    assert content_type(payload("press_im")) == "application/x-www-form-urlencoded"
