"""What staff do at a handoff beyond its buttons: the menu, its modals, and a suggestion that is sent or edited."""

import asyncio
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from fakes import FakeOffice
from peers.slack import SlackPeer, filled_in
from slack_rig import Shop, payload, slack_front, slack_peer, slack_shop  # noqa: F401 - fixtures

from adapters.slack.desk_menu import ACTS
from bot.messages import Button, DeskPost, Kind, Sender
from bot.office import CLOSINGS, HandoffView, ReadyReply

AT = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)


def handoff(status: str = "claimed") -> HandoffView:
    return HandoffView("h-17", "c", "chat", "requested", "", status, "Eve", AT, "slack", "en")


@pytest.fixture
def office():
    office = FakeOffice({"eve": "x", "bob": "y"})
    office.names, office.views = {"eve": "Eve", "bob": "Bob"}, {"h-17": handoff()}
    label = ReadyReply("en", "Label", "Dear Ann, the label is on its way.")
    office.ready = [label, ReadyReply("en", "Order", "", ("order",))]
    return office


class Desk:
    """What a member of staff does in the staff channel."""

    def __init__(self, shop: Shop, peer: SlackPeer, user: str = "U0EVE") -> None:
        self.shop, self.peer, self.user = shop, peer, user

    async def opens(self, suggestion: str = "", buttons: tuple[Button, ...] = ()) -> dict[str, Any]:
        post = DeskPost("h-17", "opened", "Reason", buttons=buttons, suggestion=suggestion, answers=7)
        await self.shop.adapter.desk.post(post)
        return self.peer.sent[-1]

    async def does(self, message: dict[str, Any], action_id: str, option: str = "", *, late: bool = False) -> None:
        """Press the button, or choose the option that begins so."""
        element = next(one for one in message["blocks"][-1]["elements"] if one["action_id"] == action_id)
        action = {key: element[key] for key in ("type", "action_id", "value", "text") if key in element}
        if option:
            action["selected_option"] = next(one for one in element["options"] if one["value"].startswith(option))
        pressed = deepcopy(payload("staff_claim"))
        pressed["user"]["id"] = self.user
        pressed["message"]["ts"] = pressed["container"]["message_ts"] = message["ts"]
        pressed["actions"] = [{**action, "block_id": "b", "action_ts": "1790000700.000001"}]
        self.peer.triggers |= set() if late else {pressed["trigger_id"]}
        assert await self.peer.deliver(self.shop.url, pressed) == [200]

    async def sends(self, value: Any) -> None:
        view = self.peer.views[-1]
        choices = {view["blocks"][0]["block_id"]: value}
        assert await self.peer.deliver(self.shop.url, filled_in(view, self.user, choices)) == [200]

    async def told(self) -> str:
        await self.peer.until(lambda: bool(self.peer.whispers))
        return self.peer.whispers[-1]["text"]


@pytest.fixture
def desk(shop, peer):
    return Desk(shop, peer)


@pytest.mark.parametrize(("option", "chosen", "act", "value", "text"), [
    ("assign", ["Bob"], "assign", "Bob", ""),
    ("snooze", ["PT4H"], "snooze", "", "PT4H"),
    ("snooze", ["open"], "snooze", "", ""),
    ("close", ["no_answer"], "close", "no_answer", ""),
    ("note", "ask Bob about the mug", "note", "", "ask Bob about the mug"),
])  # fmt: skip
async def test_each_act_is_chosen_in_a_modal_and_goes_in_as_the_consoles_does(
    desk, front, peer, option, chosen, act, value, text
):
    message = await desk.opens()
    await desk.does(message, "desk:more", option)
    assert front.received == []
    await desk.sends(chosen)
    did, = front.received
    assert (did.sender, did.kind, did.act, did.value, did.text) == (Sender.STAFF, Kind.STAFF_ACT, act, value, text)
    assert (did.handoff_id, did.staff, did.name) == ("h-17", "eve", "Eve")
    assert did.address.desk_ref == f"slack:T0SHOP:C0STAFF:{message['ts']}"


async def test_a_voucher_is_asked_how_much_until_it_is_a_sum(desk, front, peer):
    await desk.opens(buttons=(Button("Give a voucher", "voucher"),))
    await desk.does(peer.sent[-1], "desk:voucher")
    wrong = await peer.answered(desk.shop.url, filled_in(peer.views[-1], "U0EVE", {"voucher": "ten"}))
    assert wrong == {"response_action": "errors", "errors": {"voucher": "A voucher needs a sum, such as 10 or 10.00."}}
    assert front.received == []
    await desk.sends(" 10.50 ")
    did, = front.received
    assert (did.sender, did.kind, did.act, did.value, did.handoff_id, did.staff) == (
        Sender.STAFF, Kind.STAFF_ACT, "voucher", "10.50", "h-17", "eve")


async def test_for_what_has_ended_no_voucher_is_given(desk, front, office, peer):
    office.views["h-17"] = handoff("closed")
    await desk.does(await desk.opens(buttons=(Button("Give a voucher", "voucher"),)), "desk:voucher")
    assert "has ended" in await desk.told() and peer.views == front.received == []


async def test_a_modal_that_is_sent_twice_is_one_row(desk, front):
    await desk.does(await desk.opens(), "desk:more", "close")
    for _ in range(2):
        await desk.sends(["solved"])
    assert len(front.received) == 1


async def test_what_can_be_chosen_is_what_there_is(desk, peer):
    message = await desk.opens()
    for option, values in (("assign", ["Bob"]), ("close", list(CLOSINGS)), ("reply", ["0"])):
        await desk.does(message, "desk:more", option)
        options = peer.views[-1]["blocks"][0]["element"]["options"]
        assert [one["value"] for one in options] == values, option


async def test_a_canned_reply_is_looked_over_and_changed_before_it_goes(desk, peer, front):
    await desk.does(await desk.opens(), "desk:more", "reply")
    choice = filled_in(peer.views[-1], "U0EVE", {"reply": ["0"]})
    update = await peer.answered(desk.shop.url, choice)
    assert update["response_action"] == "update" and front.received == []
    assert peer.views[-1]["blocks"][0]["element"]["initial_value"] == "Dear Ann, the label is on its way."
    await desk.sends("Dear Ann, it is on its way!")
    said, = front.received
    assert (said.sender, said.kind, said.text, said.handoff_id) == (
        Sender.STAFF, Kind.TEXT, "Dear Ann, it is on its way!", "h-17")


async def test_a_suggestion_is_sent_at_one_press_and_once_however_many_press(desk, front):
    message = await desk.opens("It comes on Friday.\nWith GLS.")
    for _ in range(2):
        await desk.does(message, "desk:send")
    said, = front.received
    assert (said.sender, said.kind, said.text, said.handoff_id, said.answers) == (
        Sender.STAFF, Kind.TEXT, "It comes on Friday.\nWith GLS.", "h-17", 7)


async def test_an_old_suggestion_does_not_open_anew_what_has_ended(desk, front, office):
    office.views["h-17"] = handoff("closed")
    await desk.does(await desk.opens("It is on its way."), "desk:send")
    assert "has ended" in await desk.told() and front.received == []


async def test_a_suggestion_is_edited_first(desk, peer, front):
    await desk.does(await desk.opens("It comes on Friday."), "desk:edit")
    assert peer.views[-1]["blocks"][0]["element"]["initial_value"] == "It comes on Friday." and front.received == []
    await desk.sends("It comes on Saturday.")
    assert [(said.kind, said.text, said.staff, said.answers) for said in front.received] == [
        (Kind.TEXT, "It comes on Saturday.", "eve", None)]


@pytest.mark.parametrize(("option", "status", "says"), [
    ("snooze", "waiting", "Take it over first"), ("close", "closed", "has ended"), ("assign", "back", "has ended"),
])  # fmt: skip
async def test_what_cannot_be_done_now_is_said_instead(desk, office, peer, front, option, status, says):
    office.views = {"h-17": handoff(status)}
    await desk.does(await desk.opens(), "desk:more", option)
    assert says in await desk.told() and peer.views == [] and front.received == []


async def test_without_colleagues_or_replies_that_is_said(desk, office, peer):
    office.passwords, office.ready = {"eve": "x"}, []
    message = await desk.opens()
    for option, says in (("assign", "no colleague"), ("reply", "no canned reply")):
        await desk.does(message, "desk:more", option)
        await peer.until(lambda says=says: any(says in told["text"] for told in peer.whispers))
    assert len(peer.whispers) == 2 and peer.views == []


async def test_a_modal_that_did_not_open_in_time_is_asked_to_be_tried_again(desk):
    await desk.does(await desk.opens(), "desk:more", "note", late=True)
    assert "try once more" in await desk.told()


@pytest.mark.parametrize(
    ("action", "option"), [*(("desk:more", act) for act in ACTS), ("desk:send", ""), ("desk:edit", "")])
async def test_who_is_not_linked_opens_and_sends_nothing(shop, peer, front, action, option):
    stranger = Desk(shop, peer, "U0ANN")
    await stranger.does(await stranger.opens("Hi"), action, option)
    assert "not linked" in await stranger.told()
    assert peer.views == [] and front.received == []


async def test_who_lost_his_link_while_the_modal_stood_open_does_nothing(desk, front):
    await desk.does(await desk.opens(), "desk:more", "close")
    del front.members["U0EVE"]
    await desk.sends(["solved"])
    assert front.received == []


async def test_a_store_that_is_away_keeps_the_modal_open(desk, front, peer):
    await desk.does(await desk.opens(), "desk:more", "close")
    front.broken = 1
    sent = filled_in(peer.views[-1], "U0EVE", {"close": ["solved"]})
    assert await peer.deliver(desk.shop.url, sent) == [500, 200]
    assert len(front.received) == 1


async def test_slack_that_opens_no_modal_in_time_does_not_keep_the_answer_back(desk, peer, monkeypatch):
    monkeypatch.setattr("adapters.slack.limits.TRIGGER_SECONDS", 0.05)
    message, peer.stalled = await desk.opens(), asyncio.Event()
    await desk.does(message, "desk:more", "note")
    peer.stalled.set()
    assert "try once more" in await desk.told()
