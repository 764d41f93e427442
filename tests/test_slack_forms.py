"""Forms as modals: what travels with the button, what Slack takes, and what comes back."""

import asyncio
import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peers.slack import _good_view, filled_in, wrong_with
from slack_rig import payload, slack_front, slack_office, slack_peer, slack_shop  # noqa: F401 - fixtures

from adapters.slack import limits as slack_limits
from adapters.slack.common import Me, Staff
from adapters.slack.forms import packed, unpacked
from adapters.slack.interactions import form_opening
from adapters.slack.normalise import normalise
from adapters.slack.render import render
from bot.errors import BadInput
from bot.messages import Button, Field, Form, Kind, Reply, form_in

ME = Me("T0SHOP", "U0BOT")


def form(items: int = 2, label: str = "Linen shirt") -> Form:
    lines = tuple(Button(f"{label} {number}", f"10103-{number}") for number in range(items))
    ways = (Button("Money back", "refund"), Button("An exchange", "exchange"))
    return Form("Choose items", "Return items", "Continue", "form:return_items?order_id=10103", (
        Field("lines", "Which items?", lines, many=True), Field("way", "What would you like?", ways, "refund")))


def press_of(made: Form) -> dict:
    """The press of the button that a reply with this form shows."""
    part, = render(Reply("Your order:", form=made))
    assert wrong_with({"text": part.text, "blocks": list(part.blocks)}) == ""
    pressed = deepcopy(payload("press_im"))
    pressed["actions"][0] |= {**part.blocks[-1]["elements"][-1], "action_ts": "1790000500.000001"}
    return pressed


def view_of(made: Form) -> dict:
    pressed = press_of(made)
    return form_opening(pressed, normalise(pressed, ME, Staff())).view


def test_the_modal_asks_what_the_form_asks():
    view = view_of(form())
    items, way = view["blocks"]
    assert (view["title"]["text"], view["submit"]["text"]) == ("Return items", "Continue")
    assert items["element"]["type"] == "checkboxes" and len(items["element"]["options"]) == 2
    assert way["element"]["type"] == "radio_buttons" and way["element"]["initial_option"]["value"] == "refund"


def test_many_items_are_a_menu():
    assert view_of(form(20))["blocks"][0]["element"]["type"] == "multi_static_select"


def test_what_is_chosen_comes_back_as_one_press_with_its_words():
    sent = filled_in({**view_of(form()), "id": "V1", "hash": "h1"}, "U0ANN", {"lines": ["10103-0", "10103-1"]})
    message = normalise(sent, ME, Staff())
    assert (message.kind, message.source_id, message.text) == (
        Kind.BUTTON, "V1:h1", "Linen shirt 0, Linen shirt 1; Money back")
    assert form_in(message.button) == (
        "return_items", {"order_id": "10103", "lines": "10103-0,10103-1", "way": "refund"})
    assert (message.address.chat, message.address.thread, message.address.user) == ("D0ANN", "", "U0ANN")
    assert message.address == normalise(press_of(form()), ME, Staff()).address


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(1, 40), st.text(max_size=120), st.text(min_size=1, max_size=60))
def test_slack_takes_every_form_or_none_is_offered(items: int, label: str, title: str):
    made = form(items, label or "x")
    made = Form(made.label, title.strip() or "x", title.strip() or "x", made.value, made.fields)
    if not packed(made):
        assert [block["type"] for block in render(Reply("hi", form=made))[0].blocks] == ["section"]
        return
    assert _good_view(view_of(made))
    assert [field.slot for field in unpacked(packed(made)).fields] == ["lines", "way"]


def test_a_form_that_no_button_can_carry_is_asked_for_in_words():
    assert packed(form(95)) == ""


@pytest.mark.parametrize("value", ["x", "[]", '["a"]', '[1,2,3,4,[["s"]]]', "null", '{"a":1}'])
def test_a_button_that_is_none_of_ours_is_said_to_be_so(value: str):
    pressed = press_of(form())
    pressed["actions"][0]["value"] = value
    with pytest.raises(BadInput):
        normalise(pressed, ME, Staff())


def test_another_modal_is_none_of_ours():
    assert normalise(payload("view_submission"), ME, Staff()) is None


@pytest.mark.parametrize("metadata", ["", "[]", "[1,2]", "null"])
def test_a_modal_that_was_tampered_with_is_said_to_be_so(metadata: str):
    sent = filled_in({**view_of(form()), "id": "V1", "hash": "h1", "private_metadata": metadata}, "U0ANN", {})
    with pytest.raises(BadInput):
        normalise(sent, ME, Staff())


# --- on the wire ------------------------------------------------------------------------------------------------------


async def test_a_press_opens_the_modal_and_stores_nothing_and_what_is_sent_is_stored_once(peer, shop, front):
    pressed = press_of(form())
    peer.triggers.add(pressed["trigger_id"])
    assert await peer.deliver(shop.url, pressed) == [200]
    assert front.received == [] and len(peer.views) == 1
    for _ in range(2):
        sent = filled_in(peer.views[0], "U0ANN", {"lines": ["10103-1"]})
        assert await peer.deliver(shop.url, sent) == [200]
    message, = front.received
    assert form_in(message.button)[1]["lines"] == "10103-1"


async def test_a_submission_that_could_not_be_stored_is_not_answered_as_taken(peer, shop, front):
    view = {**view_of(form()), "id": "V1", "hash": "h1"}
    front.broken = 1
    assert await peer.deliver(shop.url, filled_in(view, "U0ANN", {"lines": ["10103-1"]})) == [500, 200]
    assert len(front.received) == 1


async def test_an_expired_trigger_makes_the_press_an_ordinary_message(peer, shop, front):
    assert await peer.deliver(shop.url, press_of(form())) == [200]
    message, = front.received
    assert (message.button, message.text) == ("form:return_items?order_id=10103", "Choose items")


async def test_slack_that_opens_nothing_in_time_is_not_waited_for(peer, shop, front, monkeypatch):
    monkeypatch.setattr(slack_limits, "TRIGGER_SECONDS", 0.05)
    peer.stalled = asyncio.Event()
    assert await peer.deliver(shop.url, press_of(form())) == [200]
    peer.stalled.set()
    assert [message.button for message in front.received] == ["form:return_items?order_id=10103"]


def test_the_metadata_is_small(peer):
    assert len(view_of(form(20))["private_metadata"]) < 300 and json.loads(view_of(form())["private_metadata"])
