"""Socket Mode: the real AsyncSocketModeHandler on a WebSocket of Slack on loopback."""

import asyncio
import logging
from contextlib import asynccontextmanager

from fakes import FakeOffice, TalkingFront
from peers.slack import APP_TOKEN, SlackPeer
from slack_rig import GatedFront, over_sockets, payload, settings, slack_front, slack_peer  # noqa: F401 - fixtures

from adapters.slack import SlackAdapter
from adapters.slack import limits as slack_limits


@asynccontextmanager
async def listening(peer: SlackPeer, front: TalkingFront, *, ping_seconds: float = 10.0):
    adapter = SlackAdapter(front, FakeOffice(), over_sockets(peer), ping_seconds=ping_seconds)
    running = asyncio.create_task(adapter.run())
    try:
        yield adapter
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await adapter.close()


async def acknowledged(envelope):
    async with asyncio.timeout(10):
        await envelope.acked.wait()


async def test_messages_and_buttons_are_stored_and_acknowledged(peer, front):
    async with listening(peer, front):
        for name in ("im_text", "press_im", "staff_claim"):
            await acknowledged(await peer.push(payload(name)))
    assert front.texts == ["Where is order 1042?", "Yes & cancel", ""]


async def test_slack_is_not_answered_before_it_is_stored(peer):
    front = GatedFront()
    async with listening(peer, front):
        envelope = await peer.push(payload("im_text"))
        later = await peer.push(payload("home_opened"))  # nothing to store: answered while the other one waits
        await acknowledged(later)
        assert not envelope.acks and not front.received
        front.gate.set()
        await acknowledged(envelope)
    assert front.texts == ["Where is order 1042?"]


async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(peer, front):
    front.broken = 1
    async with listening(peer, front):
        envelope = await peer.push(payload("im_text"))
        await acknowledged(await peer.push(payload("home_opened")))
        await peer.push_again(envelope)
        await acknowledged(envelope)
    assert (envelope.attempts, len(envelope.acks)) == (2, 1)
    assert front.texts == ["Where is order 1042?"]


async def test_a_repeated_envelope_is_one_row(peer, front):
    async with listening(peer, front):
        envelope = await peer.push(payload("im_text"))
        await acknowledged(envelope)
        envelope.acked.clear()
        await peer.push_again(envelope)
        await acknowledged(envelope)
    assert front.texts == ["Where is order 1042?"]


async def test_slack_moves_us_to_another_address(peer, front):
    async with listening(peer, front):
        await acknowledged(await peer.push(payload("im_text")))
        await peer.disconnect()
        await acknowledged(await peer.push(payload("im_chinese")))
    assert peer.greetings == 2 and len(front.received) == 2


async def test_a_closed_socket_is_opened_again(peer, front):
    async with listening(peer, front, ping_seconds=0.05):
        await acknowledged(await peer.push(payload("im_text")))
        await peer.drop()
        await acknowledged(await peer.push(payload("im_chinese")))
    assert len(front.received) == 2


async def test_an_address_that_slack_no_longer_takes_is_given_up(peer, front):
    """The SDK alone would try the used address for ever: it forgets to ask for a new one."""
    peer.dead_tickets = 1
    async with listening(peer, front, ping_seconds=0.02):
        await acknowledged(await peer.push(payload("im_text")))
    assert len(peer.named("apps.connections.open")) == 2


async def test_a_socket_that_answers_no_ping_is_replaced(peer, front):
    peer.mute = True
    async with listening(peer, front, ping_seconds=0.05):
        await peer.until(lambda: peer.greetings > 0)
        peer.mute = False
        await acknowledged(await peer.push(payload("im_text")))
    assert front.texts == ["Where is order 1042?"]


async def test_a_socket_that_is_open_and_answers_pings_but_never_greets_is_replaced(peer, front):
    peer.silent = True
    async with listening(peer, front, ping_seconds=0.02):
        await peer.until(lambda: peer.greetings > 0)
        peer.silent = False
        await acknowledged(await peer.push(payload("im_text")))
    assert front.texts == ["Where is order 1042?"]


async def test_a_greeted_socket_that_falls_silent_is_replaced(peer, front, monkeypatch, caplog):
    monkeypatch.setattr(slack_limits, "QUIET_SECONDS", 0.1)
    async with listening(peer, front, ping_seconds=0.02):
        await acknowledged(await peer.push(payload("im_text")))
        await peer.until(lambda: peer.greetings > 1)
        await acknowledged(await peer.push(payload("im_chinese")))
    assert len(front.received) == 2 and "has brought nothing" in caplog.text


async def test_a_silent_socket_is_let_go_only_when_the_next_one_listens(peer, front, monkeypatch):
    monkeypatch.setattr(slack_limits, "QUIET_SECONDS", 0.1)
    async with listening(peer, front, ping_seconds=0.02):
        await peer.until(lambda: peer.least < 99)  # one was closed
        assert peer.least >= 1


async def test_a_socket_that_brings_something_now_and_then_stays(peer, front, monkeypatch):
    monkeypatch.setattr(slack_limits, "QUIET_SECONDS", 1.0)
    async with listening(peer, front, ping_seconds=0.02):
        for _ in range(8):
            await acknowledged(await peer.push(payload("home_opened")))
    assert peer.greetings == 1


async def test_slack_away_at_the_start_is_waited_for(peer, front):
    peer.broken = [503, 503]
    async with listening(peer, front, ping_seconds=0.02):
        await acknowledged(await peer.push(payload("im_text")))
    assert front.texts == ["Where is order 1042?"]


async def test_stopping_does_not_wait_for_a_dead_peer(peer, front, monkeypatch):
    monkeypatch.setattr(slack_limits, "CLOSE_SECONDS", 0.05)
    peer.mute = True
    async with asyncio.timeout(5):
        async with listening(peer, front):
            await peer.until(lambda: peer.greetings > 0)
    assert front.received == []


def test_one_process_per_app_token_and_the_token_is_not_in_the_leases_name(peer, front):
    first, second = (SlackAdapter(front, FakeOffice(), over_sockets(peer)) for _ in range(2))
    assert first.sole == second.sole != "" and APP_TOKEN not in first.sole
    assert SlackAdapter(front, FakeOffice(), settings(peer)).sole == ""


async def test_over_http_no_socket_is_opened(peer, front):
    await SlackAdapter(front, FakeOffice(), settings(peer)).run()
    assert peer.named("apps.connections.open") == []


async def test_no_text_and_no_ticket_is_logged(peer, front, caplog):
    caplog.set_level(logging.DEBUG)
    peer.dead_tickets, front.broken = 1, 1
    async with listening(peer, front, ping_seconds=0.02):
        await acknowledged(await peer.push(payload("home_opened")))
        envelope = await peer.push(payload("im_text"))
        await acknowledged(await peer.push(payload("home_opened")))
        await peer.push_again(envelope)
        await acknowledged(envelope)
    assert "Failed to connect" in caplog.text and "could not be stored (StoreError)" in caplog.text
    for secret in ("Where is order 1042?", APP_TOKEN, "xoxb-", "ticket-"):
        assert not [record for record in caplog.records if secret in repr(vars(record))]
