"""What Slack's contract asks of us, box by box, tried by the real libraries on a Slack that refuses what Slack refuses.

A box that another file's test covers is named in ELSEWHERE; the others have their test here, named after the box.
"""

import asyncio
import hmac
import importlib
import json
from copy import deepcopy
from typing import Any

import pytest
from conftest import NOW
from fakes import FakeOffice, SlowModel
from peers.slack import APP_TOKEN, BOT_TOKEN, NEEDED, SCOPES, SlackPeer, body, content_type, filled_in, signed, visible
from slack_rig import over_sockets, payload, settings, slack_front, slack_office, slack_peer, slack_shop  # noqa: F401 - fixtures
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from store_rig import open_rig, reply
from test_store_budgets import Platform, all_sent, to_many

from adapters.slack import SlackAdapter, desk_menu
from adapters.slack.channel import SlackChannel
from adapters.slack.desk import SlackDesk
from adapters.slack.desk_menu import Wish
from bot.bootstrap import shophand
from bot.clock import ManualClock
from bot.errors import TemporaryFailure
from bot.messages import Address, Kind, Reply
from bot.office import HandoffView, ReadyReply
from bot.ports import Language
from bot.serve import serving
from bot.settings import Settings

ELSEWHERE = {
    "what could not be stored is delivered again, four times at most": [
        "test_slack_http.test_what_could_not_be_stored_comes_again",
        "test_slack_http.test_a_revoked_token_loses_nothing"],
    "never answered before it is stored": ["test_slack_http.test_slack_is_not_answered_before_it_is_stored"],
    "an event that comes again while its first delivery is still being stored is one row": [
        "test_slack_http.test_a_late_answer_brings_it_twice_and_it_is_stored_once"],
    "app_mention and message for the same post are one row": [
        "test_slack_http.test_a_mention_and_its_message_event_are_one_row",
        "test_slack_normalise.test_a_mention_and_the_same_post_as_message_are_one_row"],
    "signature: its secret, its body, its age": ["test_slack_http.test_a_forged_or_stale_signature_is_refused",
                                                 "test_slack_http.test_an_unverified_body_is_not_even_parsed"],
    "url_verification": ["test_slack_http.test_slack_checks_the_address"],
    "ssl_check": ["test_slack_http.test_slack_checks_the_certificate"],
    "Socket Mode: no acknowledgement before it is stored, none for what was not": [
        "test_slack_socket_mode.test_slack_is_not_answered_before_it_is_stored",
        "test_slack_socket_mode.test_what_could_not_be_stored_is_not_acknowledged_and_comes_again",
        "test_slack_socket_mode.test_a_repeated_envelope_is_one_row"],
    "Socket Mode: disconnect, refresh, a closed socket, a used address": [
        "test_slack_socket_mode.test_slack_moves_us_to_another_address",
        "test_slack_socket_mode.test_a_closed_socket_is_opened_again",
        "test_slack_socket_mode.test_an_address_that_slack_no_longer_takes_is_given_up"],
    "Socket Mode: one process per token": ["test_leases.test_a_second_process_waits_and_takes_over"],
    "Socket Mode: a socket that is open but silent is replaced": [
        "test_slack_socket_mode.test_a_socket_that_answers_no_ping_is_replaced",
        "test_slack_socket_mode.test_a_socket_that_is_open_and_answers_pings_but_never_greets_is_replaced",
        "test_slack_socket_mode.test_a_greeted_socket_that_falls_silent_is_replaced"],
    "own messages, other bots, joins are ignored": ["test_slack_normalise.test_what_is_not_said_to_us_is_nothing",
                                                    "test_slack_http.test_what_is_not_for_us_is_answered_and_forgotten"],
    "our name is stripped, links and mailto are unwrapped, entities decoded": [
        "test_slack_normalise.test_text_is_read_as_it_was_typed",
        "test_slack_normalise.test_our_name_is_taken_out_and_nothing_else"],
    "an edit replaces its message": ["test_slack_normalise.test_an_edit_names_what_it_replaces"],
    "session keys": ["test_slack_normalise.test_all_plain_direct_messages_are_one_conversation",
                     "test_slack_normalise.test_a_thread_of_the_agent_surface_is_a_conversation_of_its_own",
                     "test_slack_normalise.test_in_a_channel_every_person_has_his_own_conversation_in_the_posts_thread"],
    "replies stand in thread_ts": ["test_slack_channel.test_a_reply_stands_where_the_shopper_is"],
    "a lost answer does not post twice by itself": [
        "test_slack_channel.test_after_a_lost_answer_the_sdk_does_not_post_twice",
        "test_slack_channel.test_a_second_try_does_not_repeat_the_parts_that_arrived"],
    "429 in one channel stops no other": ["test_slack_channel.test_a_flood_in_one_channel_does_not_stop_another"],
    "limits of text, blocks, buttons": [
        "test_slack_render.test_slack_takes_whatever_is_said_and_nothing_is_lost",
        "test_slack_render.test_many_and_long_buttons_are_taken"],
    "limits of modals": ["test_slack_forms.test_slack_takes_every_form_or_none_is_offered",
                         "test_slack_forms.test_the_metadata_is_small"],
    "a trigger lives for three seconds": ["test_slack_forms.test_slack_that_opens_nothing_in_time_is_not_waited_for",
                                          "test_slack_forms.test_an_expired_trigger_makes_the_press_an_ordinary_message"],
    "& < > are escaped, mrkdwn is no Markdown": ["test_slack_render.test_a_text_is_seen_as_it_is",
                                                 "test_slack_render.test_links_are_clickable_and_mentions_are_not"],
    "agent surface: the status line": ["test_slack_channel.test_typing_is_shown_where_slack_has_it"],
}  # fmt: skip


@pytest.mark.parametrize("box", ELSEWHERE)
def test_a_box_that_is_covered_elsewhere_is(box: str):
    for name in ELSEWHERE[box]:
        module, _, test = name.partition(".")
        assert callable(getattr(importlib.import_module(module), test)), name


async def post(peer: SlackPeer, url: str, content: dict[str, Any], **headers: str) -> int:
    raw = body(content)
    headers = {"Content-Type": content_type(content), **signed(raw), **headers}
    async with peer.client.post(url, data=raw, headers=headers) as answer:
        return answer.status


# --- 2.1 inbound ------------------------------------------------------------------------------------------------------


async def test_answered_in_three_seconds_while_the_dialogue_is_slow(peer, home):
    model = SlowModel()
    async with (
        shophand(
            Settings(home=home), clock=ManualClock(NOW), language=lambda *_: Language(model, model),
            make_adapters=lambda assistant, policy: [SlackAdapter(assistant, assistant, settings(peer))],
        ) as product,
        serving(product, "127.0.0.1", 0) as port,
    ):  # fmt: skip
        assert await peer.deliver(f"http://127.0.0.1:{port}/slack/events", payload("im_text"), patience=3.0) == [200]
        assert peer.sent == []
        model.gate.set()
        await peer.until(lambda: len(peer.sent) == 1)


async def test_retry_headers_are_no_proof_that_it_was_stored(peer, shop, front):
    """The first delivery may have been lost on the way: what says "retry 1" may be new."""
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert await post(peer, shop.url, payload("im_text"), **again) == 200
    assert await post(peer, shop.url, payload("im_text"), **again) == 200
    assert front.texts == ["Where is order 1042?"]


async def test_a_retry_is_never_refused_for_good(peer, shop, front):
    front.broken = 1
    raw = body(payload("im_text"))
    headers = {"Content-Type": "application/json", **signed(raw)}
    async with peer.client.post(shop.url, data=raw, headers=headers) as answer:
        assert answer.status == 500 and "X-Slack-No-Retry" not in answer.headers


@pytest.mark.parametrize("second", [{}, {"event_id": "Ev0OTHER"}], ids=["same event_id", "another event_id"])
async def test_one_event_id_and_one_post_are_one_row(peer, shop, front, second):
    for changes in ({}, second):
        assert await post(peer, shop.url, {**payload("im_text"), **changes}) == 200
    assert len(front.received) == 1


async def test_two_posts_are_two_rows_whatever_their_text(peer, shop, front):
    for ts in ("1790000100.000100", "1790000100.000200"):
        said = deepcopy(payload("im_text"))
        said["event"] |= {"ts": ts, "event_ts": ts}
        assert await post(peer, shop.url, said) == 200
    assert len(front.received) == 2


async def test_app_rate_limited_is_answered_and_said(peer, shop, front, caplog):
    """docs.slack.dev/reference/events/app_rate_limited"""
    told = {"type": "app_rate_limited", "token": "legacy", "team_id": "T0SHOP", "minute_rate_limited": 1790000100,
            "api_app_id": "A0SHOP"}  # fmt: skip
    raw = json.dumps(told).encode()
    headers = {"Content-Type": "application/json", **signed(raw)}
    async with peer.client.post(shop.url, data=raw, headers=headers) as answer:
        assert answer.status == 200
    assert front.received == [] and "30,000 an hour" in caplog.text


@pytest.mark.parametrize(("age", "status"), [(295, 200), (305, 401), (-305, 401)])
async def test_signature_window_of_five_minutes(peer, shop, age, status):
    raw = body(payload("im_text"))
    headers = {"Content-Type": "application/json", **signed(raw, age=age)}
    async with peer.client.post(shop.url, data=raw, headers=headers) as answer:
        assert answer.status == status


async def test_signature_is_compared_in_constant_time(peer, shop, monkeypatch):
    compared, real = [], hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda one, two: compared.append((one, two)) or real(one, two))
    raw = body(payload("im_text"))
    right, wrong = signed(raw), signed(raw, secret="another")
    assert await post(peer, shop.url, payload("im_text"), **wrong) == 401
    assert (right["X-Slack-Signature"], wrong["X-Slack-Signature"]) in [tuple(map(str, pair)) for pair in compared]


async def test_socket_mode_ack_is_the_envelope_id_and_one_socket_is_open(peer, front):
    adapter = SlackAdapter(front, FakeOffice(), over_sockets(peer), ping_seconds=0.05)
    running = asyncio.create_task(adapter.run())
    for name in ("im_text", "im_chinese"):
        envelope = await peer.push(payload(name))
        async with asyncio.timeout(10):
            await envelope.acked.wait()
        assert [ack["envelope_id"] for ack in envelope.acks] == [envelope.id]
        await peer.disconnect()
    await peer.until(lambda: peer.greetings == 3 and len(peer._sockets) == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await adapter.close()


async def test_socket_mode_ack_says_how_a_modal_goes_on(peer, front):
    office = FakeOffice()
    office.views["h-17"] = HandoffView("h-17", "c", "chat", "requested", "", "claimed", "Eve", NOW, "slack", "en")
    office.ready = [ReadyReply("en", "Label", "The label is on its way.")]
    adapter = SlackAdapter(front, office, over_sockets(peer))
    running = asyncio.create_task(adapter.run())
    view = desk_menu.view(Wish("reply", "h-17", "U0EVE", "C0STAFF", "1790000600.000001", 1790000600.0),
                          front.desk_words, [("Label", "0")])  # fmt: skip
    envelope = await peer.push(filled_in({**view, "id": "V1", "hash": "h1"}, "U0EVE", {"reply": ["0"]}))
    async with asyncio.timeout(10):
        await envelope.acked.wait()
    ack, = envelope.acks
    assert (ack["envelope_id"], ack["payload"]["response_action"]) == (envelope.id, "update")
    assert ack["payload"]["view"]["blocks"][0]["element"]["initial_value"] == "The label is on its way."
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await adapter.close()


async def test_a_deletion_is_answered_and_forgotten(peer, shop, front):
    assert await post(peer, shop.url, payload("im_deleted")) == 200
    assert front.received == []


async def test_an_edit_and_a_link_that_was_unfurled_are_told_apart(peer, shop, front):
    for name in ("im_edited", "im_unfurled"):
        assert await post(peer, shop.url, payload(name)) == 200
    assert [message.kind for message in front.received] == [Kind.EDIT]


async def test_mailto_is_unwrapped_so_that_an_address_is_heard(peer, shop, front):
    said = deepcopy(payload("im_text"))
    said["event"]["text"] = "it is <mailto:ann@example.com|ann@example.com>"
    said["event"].pop("blocks", None)
    assert await post(peer, shop.url, said) == 200
    assert front.texts == ["it is ann@example.com"]


# --- 2.2 outbound -----------------------------------------------------------------------------------------------------

ANN = Address("slack", "T0SHOP", "D0ANN", user="U0ANN")


async def test_post_message_one_a_second_per_channel_after_a_short_burst(tmp_path):
    async with open_rig(tmp_path) as rig:
        await rig.turn("m1", *(reply(f"{number}") for number in range(8)))
        sent = await all_sent([rig], Platform(rig, SlackChannel.pace), seconds=3)
    assert [at for at, _ in sent] == [0, 0, 0, 0, 0, 1, 2, 3]
    assert SlackDesk.pace == SlackChannel.pace


async def test_several_hundred_a_minute_in_a_workspace(tmp_path):
    async with open_rig(tmp_path) as rig:
        assert await to_many(rig, SlackChannel.pace, 35) == {0: 30, 0.5: 2, 1: 3}


async def test_429_is_obeyed_for_as_long_as_slack_says(peer, shop):
    peer.channels["D0ANN"].floods = [37]
    with pytest.raises(TemporaryFailure) as failure:
        await shop.adapter.channel.send(ANN, Reply("hello"), "m1")
    assert failure.value.retry_after == 37 and peer.sent == []
    assert len(peer.named("chat.postMessage")) == 1  # nobody tries again behind our back


async def test_when_nothing_was_sent_the_next_try_posts_once(peer, shop):
    await shop.adapter.channel.send(ANN, Reply("first"), "m0")
    peer.refused = 1
    with pytest.raises(TemporaryFailure):
        await shop.adapter.channel.send(ANN, Reply("hello"), "m1")
    await shop.adapter.channel.send(ANN, Reply("hello"), "m1")
    assert [visible(message) for message in peer.sent] == ["first", "hello"]


async def test_dialogue_state_is_never_rebuilt_from_slacks_history(peer, shop, front):
    for name in ("im_text", "channel_thread", "staff_word", "press_im", "mention"):
        await post(peer, shop.url, payload(name))
    await shop.adapter.channel.send(ANN, Reply("hello"), "m1")
    assert {method for method, _ in peer.calls} <= {"auth.test", "chat.postMessage", "chat.postEphemeral"}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**changes: Any) -> dict[str, Any]:
    label = {"type": "plain_text", "text": changes.pop("label", "Yes")}
    return {"type": "button", "action_id": "a", "value": "v", "text": label, **changes}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


REFUSED = {
    "nothing to say": ({"text": " "}, "no_text"),
    "a text too long": ({"text": "x" * 40_001}, "msg_too_long"),
    "too many blocks": ({"blocks": [section("x")] * 51}, "invalid_blocks"),
    "a section too long": ({"blocks": [section("x" * 3001)]}, "invalid_blocks"),
    "an empty section": ({"blocks": [section("")]}, "invalid_blocks"),
    "all sections too long": ({"blocks": [section("x" * 3000)] * 4}, "msg_blocks_too_long"),
    "a block that there is not": ({"blocks": [{"type": "card"}]}, "invalid_blocks"),
    "a button's value too long": ({"blocks": [actions(button(value="v" * 2001))]}, "invalid_blocks"),
    "a button's label too long": ({"blocks": [actions(button(label="x" * 76))]}, "invalid_blocks"),
    "two buttons of one id": ({"blocks": [actions(button(), button())]}, "invalid_blocks"),
    "too many buttons": ({"blocks": [actions(*(button(action_id=str(n)) for n in range(26)))]}, "invalid_blocks"),
    "a thread that is none": ({"text": "x", "thread_ts": "now"}, "invalid_thread_ts"),
    "a picture over http": (
        {"blocks": [{**section("x"), "accessory": {"type": "image", "image_url": "http://x", "alt_text": "x"}}]},
        "invalid_blocks",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("message", "error"), REFUSED.values(), ids=REFUSED)
async def test_slack_on_loopback_refuses_what_slack_refuses(peer, message, error):
    client = AsyncWebClient(BOT_TOKEN, base_url=peer.api)
    with pytest.raises(SlackApiError) as refusal:  # without the SDK's own advice
        await client.api_call("chat.postMessage", json={"channel": "D0ANN", **message})
    assert refusal.value.response["error"] == error and peer.sent == []


@pytest.mark.parametrize("token", ["xoxb-wrong", APP_TOKEN])
async def test_slack_on_loopback_refuses_a_wrong_token(peer, token):
    with pytest.raises(SlackApiError) as refusal:
        await AsyncWebClient(token, base_url=peer.api).chat_postMessage(channel="D0ANN", text="x")
    assert refusal.value.response["error"] == "invalid_auth" and peer.sent == []


@pytest.mark.parametrize("method", NEEDED)
async def test_slack_on_loopback_refuses_what_a_scope_is_missing_for(peer, method):
    peer.scopes = ",".join(set(SCOPES.split(",")) - {NEEDED[method]})
    with pytest.raises(SlackApiError) as refusal:
        await AsyncWebClient(BOT_TOKEN, base_url=peer.api).api_call(method, json={"channel": "C0STAFF", "text": "x"})
    assert refusal.value.response["error"] == "missing_scope"


@pytest.mark.parametrize(("trouble", "error"), [
    ({"error": "is_archived"}, "is_archived"), ({"floods": [9]}, "ratelimited")])
async def test_slack_on_loopback_whispers_where_it_posts(peer, trouble, error):
    for name, value in trouble.items():
        setattr(peer.channels["C0STAFF"], name, value)
    with pytest.raises(SlackApiError) as refusal:
        client = AsyncWebClient(BOT_TOKEN, base_url=peer.api)
        await client.chat_postEphemeral(channel="C0STAFF", user="U0EVE", text="x")
    assert refusal.value.response["error"] == error and peer.whispers == []


async def test_slack_on_loopback_takes_no_modal_that_slack_does_not_show(peer):
    good = {"type": "modal", "title": {"text": "t"}, "submit": {"text": "s"}, "blocks": [section("x")]}
    peer.views = [{**good, "id": "V1"}]
    peer._goes_on(json.dumps({"response_action": "update", "view": good}).encode())
    for answer in ({"view": {**good, "title": {"text": "t" * 25}}}, {"view": {**good, "blocks": []}}, {}):
        with pytest.raises(AssertionError):
            peer._goes_on(json.dumps({"response_action": "update", **answer}).encode())
    assert len(peer.views) == 2


async def test_slack_on_loopback_keeps_ten_sockets_open(peer):
    client = AsyncWebClient(base_url=peer.api)
    places = [await client.apps_connections_open(app_token=APP_TOKEN) for _ in range(11)]
    sockets = [await peer.client.ws_connect(place["url"]) for place in places]
    said = [await socket.receive_json() for socket in sockets]
    assert [word["type"] for word in said] == ["hello"] * 10 + ["disconnect"]
    assert said[-1]["reason"] == "too_many_websockets"


async def test_slack_on_loopback_calls_people_where_nothing_is_escaped(peer, shop):
    """So that a test that says that nobody is called can fail."""
    client = AsyncWebClient(BOT_TOKEN, base_url=peer.api)
    await client.chat_postMessage(channel="C0SHOP", text="<!channel> <@U0ANN>", blocks=[section("<!channel> hi")])
    assert peer.called == ["!channel"]
    await shop.adapter.channel.send(
        Address("slack", "T0SHOP", "C0SHOP", "1790000200.000100", "U0ANN"), Reply("<!channel> <@U0ANN> @here"), "m1")
    assert peer.called == ["!channel"]
