"""The whole way over Slack: the real store, workers, dialogue and Bolt, with Slack on loopback on the other side.

Only the model is a stand-in: what is tried here is decided by rules, whatever it understands.
"""

import asyncio
import hashlib
import tomllib
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import NOW
from fakes import NoModel
from peers.slack import SlackPeer, buttons, filled_in, visible
from slack_rig import payload, settings

from adapters.slack import SlackAdapter
from bot.bootstrap import Shophand, shophand
from bot.clock import ManualClock
from bot.messages import Address, DeskPost
from bot.office import Deed
from bot.ports import Language
from bot.roles import Role
from bot.serve import serving
from bot.settings import Settings

EN = tomllib.loads((Path(__file__).parents[1] / "bot" / "phrases" / "en.toml").read_text("utf-8"))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@dataclass
class Workspace:
    """People in Slack: what they do is delivered as Slack delivers it."""

    peer: SlackPeer
    url: str
    product: Shophand
    tick: int = field(default=0)
    desk: str = "C0STAFF"

    async def say(self, user: str, channel: str, text: str, thread: str = "") -> None:
        event = deepcopy(payload("im_text"))
        said = {"user": user, "channel": channel, "text": text, "ts": self._ts(), "channel_type": "channel"}
        event["event"] |= said | ({"thread_ts": thread} if thread else {})
        if channel.startswith("D"):
            event["event"]["channel_type"] = "im"
        event["event"].pop("blocks")
        assert await self.peer.deliver(self.url, event) == [200]

    async def link(self, user: str, account: str) -> None:
        code, _ = await self.product.links.link_code(account)
        await self.say(user, self.desk, f"link {code}")
        await self.peer.until(lambda: any(told["user"] == user for told in self.peer.whispers))

    async def press(self, user: str, message: dict, act: str, *, late: bool = False) -> None:
        keys = [key for block in message["blocks"] if block["type"] == "actions" for key in block["elements"]
                if "value" in key]
        key = next(key for key in keys if key["value"].startswith(act))
        pressed = deepcopy(payload("press_im"))
        pressed["user"]["id"], pressed["channel"]["id"] = user, message["channel"]
        pressed["message"] |= {name: message[name] for name in ("ts", "thread_ts") if name in message}
        pressed["container"] |= {"message_ts": message["ts"], "channel_id": message["channel"]}
        pressed["trigger_id"] = f"trigger-{self.tick}"
        self.peer.triggers |= set() if late else {pressed["trigger_id"]}
        pressed["actions"] = [{**key, "block_id": "b", "action_ts": self._ts()}]
        assert await self.peer.deliver(self.url, pressed) == [200]

    async def choose(self, user: str, message: dict, act: str) -> None:
        """Choose an act of a handoff's menu."""
        menu = next(element for element in message["blocks"][-1]["elements"] if element["type"] == "overflow")
        chosen = next(option for option in menu["options"] if option["value"].startswith(act))
        action = {**menu, "selected_option": chosen, "value": chosen["value"]}
        await self.press(user, {**message, "blocks": [{"type": "actions", "elements": [action]}]}, act)

    async def submit(self, user: str, choices: dict[str, list[str]]) -> None:
        """Fill in and send the modal that was opened last."""
        assert await self.peer.deliver(self.url, filled_in(self.peer.views[-1], user, choices)) == [200]

    async def seen(self, channel: str, number: int) -> dict:
        """The message with that number in a channel, once it is there."""
        await self.peer.until(lambda: len(self.messages(channel)) >= number)
        return self.messages(channel)[number - 1]

    async def shows(self, channel: str, words: str) -> None:
        await self.peer.until(lambda: any(words in visible(message) for message in self.messages(channel)))

    def messages(self, channel: str) -> list[dict]:
        return [message for message in self.peer.sent if message["channel"] == channel]

    def _ts(self) -> str:
        self.tick += 1
        return f"1790001000.{self.tick:06d}"


@pytest.fixture
async def workspace(home):
    async with SlackPeer() as peer:
        for channel in ("D0ANN", "C0STAFF"):
            peer.open(channel, "U0EVE", "U0BOB")
        async with (
            shophand(
                Settings(home=home), clock=ManualClock(NOW),
                language=lambda *_: Language(NoModel(), NoModel()),
                make_adapters=lambda assistant, policy: [SlackAdapter(assistant, assistant, settings(peer))],
            ) as product,
            serving(product, "127.0.0.1", 0) as port,
        ):  # fmt: skip
            shop = Workspace(peer, f"http://127.0.0.1:{port}/slack/events", product)
            await product.staff.fresh_password("eve")
            await product.staff.rename("eve", "Eve")
            await shop.link("U0EVE", "eve")
            yield shop


async def test_a_person_takes_over_answers_and_gives_back(workspace):
    await workspace.say("U0ANN", "D0ANN", "My lawyer will write to you about this cup")  # a person at once, by rule
    handoff = await workspace.seen("C0STAFF", 1)
    assert [value.partition(":")[0] for _, value in buttons(handoff)] == ["claim", "back", "close"]
    await workspace.press("U0EVE", handoff, "claim")
    claimed = await workspace.seen("C0STAFF", 2)
    await workspace.say("U0EVE", "C0STAFF", "Hello Ann, Eve here", thread=handoff["ts"])
    await workspace.shows("D0ANN", "Hello Ann, Eve here")
    await workspace.say("U0ANN", "D0ANN", "The cup is broken")
    await workspace.shows("C0STAFF", "The cup is broken")
    await workspace.press("U0EVE", handoff, "back")
    await workspace.shows("C0STAFF", "with the assistant again")
    log = (await workspace.product.assistant.audit(1)).lines
    assert [(line.staff, line.what, line.detail) for line in log[:3]] == [
        ("eve", Deed.BACK, "legal"), ("eve", Deed.CLAIMED, "legal"), ("eve", Deed.LINKED, ""),
    ]  # fmt: skip
    assert {message["thread_ts"] for message in workspace.messages("C0STAFF")[1:]} == {handoff["ts"]}
    assert "Eve" in visible(claimed)


async def test_who_is_not_linked_takes_nothing_over(workspace):
    await workspace.say("U0ANN", "D0ANN", "My lawyer will write to you about this cup")
    handoff = await workspace.seen("C0STAFF", 1)
    await workspace.press("U0BOB", handoff, "claim")
    await workspace.say("U0BOB", "C0STAFF", "let me", thread=handoff["ts"])
    await workspace.peer.until(lambda: any(told["user"] == "U0BOB" for told in workspace.peer.whispers))
    await workspace.press("U0EVE", handoff, "claim")
    assert "Eve" in visible(await workspace.seen("C0STAFF", 2))


async def test_a_removed_account_is_nobody_at_the_desk(workspace):
    await workspace.product.staff.fresh_password("bob", Role.ADMIN)
    await workspace.link("U0BOB", "bob")
    await workspace.product.staff.remove_account("eve", "admin")
    await workspace.say("U0ANN", "D0ANN", "My lawyer will write to you about this cup")
    handoff = await workspace.seen("C0STAFF", 1)
    await workspace.press("U0EVE", handoff, "claim")
    await workspace.press("U0BOB", handoff, "claim")
    assert "bob" in visible(await workspace.seen("C0STAFF", 2))


async def test_staff_hand_over_note_and_close_with_a_reason_from_the_menu(workspace):
    await workspace.product.staff.fresh_password("bob")
    await workspace.say("U0ANN", "D0ANN", "My lawyer will write to you about this cup")
    handoff = await workspace.seen("C0STAFF", 1)
    await workspace.press("U0EVE", handoff, "claim")
    await workspace.seen("C0STAFF", 2)
    for act, chosen, shown in (("assign", ["bob"], "Handed to bob (Eve)"), ("close", ["duplicate"], "(duplicate)")):
        await workspace.choose("U0EVE", handoff, act)
        await workspace.submit("U0EVE", {act: chosen})
        await workspace.shows("C0STAFF", shown)
    view, = await workspace.product.assistant.handoffs(ended=True)
    assert (view.status, view.closing) == ("closed", "duplicate")


async def test_a_suggestion_is_sent_from_the_desk_and_takes_the_conversation_over(workspace):
    """At the second press: the shopper has written since what it was made for."""
    await workspace.say("U0ANN", "D0ANN", "My lawyer will write to you about this cup")
    handoff = await workspace.seen("C0STAFF", 1)
    desk = workspace.product.adapters[0].desk
    view, = await workspace.product.assistant.handoffs()
    await desk.post(DeskPost(view.id, "relay", "and now?", f"slack:T0SHOP:C0STAFF:{handoff['ts']}", suggestion="Soon."))
    await workspace.press("U0EVE", await workspace.seen("C0STAFF", 2), view.id)
    await workspace.shows("C0STAFF", "Not sent: more was said")
    await workspace.press("U0EVE", await workspace.seen("C0STAFF", 3), view.id)
    await workspace.shows("D0ANN", "Soon.")
    assert (await workspace.product.assistant.handoff(view.id)).status == "claimed"


def photo_and_its_mention() -> tuple[dict, dict]:
    """One post as Slack tells of it twice: as a message with its photo, and as a mention without."""
    whole, mention = deepcopy(payload("mention_file")), deepcopy(payload("mention"))
    mention["event"] |= {name: whole["event"][name] for name in ("ts", "event_ts", "text")}
    return whole, mention


@pytest.mark.parametrize("first", ["message", "mention"])
async def test_a_photo_that_is_sent_with_our_name_is_kept_whichever_event_comes_first(workspace, first):
    peer, event = workspace.peer, photo_and_its_mention()
    peer.open("C0SHOP")
    peer.files["cup.png"] = PNG
    event[0]["event"]["files"][0]["url_private_download"] = f"{peer.url}/files-pri/cup.png"
    for told in event if first == "message" else reversed(event):
        assert await peer.deliver(workspace.url, told) == [200]
    shopper = Address("slack", "T0SHOP", "C0SHOP", event[0]["event"]["ts"], "U0ANN").conversation_id
    async with asyncio.timeout(10), workspace.product.assistant.subscribe(shopper) as changed:
        while not (files := [digest for line in await workspace.product.assistant.transcript(shopper)
                             for digest in line.attachments]):
            changed.clear()
            await changed.wait()
    assert files == [hashlib.sha256(PNG).hexdigest()]


@pytest.mark.parametrize(("file", "content"), [
    ({"name": "audio_message.m4a", "mimetype": "audio/mp4", "subtype": "slack_audio"}, b"....ftypM4A voice"),
    ({"name": "IMG_1.HEIC", "mimetype": "image/heic"}, b"....ftypheic photo"),
    ({"name": "video_message.mp4", "mimetype": "video/mp4", "subtype": "slack_video"}, b"....ftypmp42 video"),
], ids=["voice", "HEIC", "video"])
async def test_what_is_no_text_is_kept_and_stands_with_the_handoff(workspace, file, content):
    peer, sent = workspace.peer, deepcopy(payload("im_file"))
    peer.files["sent"] = content
    sent["event"]["text"] = ""
    sent["event"]["files"][0] |= {**file, "url_private_download": f"{peer.url}/files-pri/sent"}
    assert await peer.deliver(workspace.url, sent) == [200]
    assert "colleague" in visible(await workspace.seen("D0ANN", 1))
    await workspace.say("U0ANN", "D0ANN", "My lawyer will write to you about this cup")
    opening = await workspace.seen("C0STAFF", 1)
    await peer.until(lambda: bool(peer.shared))
    shown, = peer.shared
    assert (shown["channel"], shown["thread_ts"], shown["content"]) == ("C0STAFF", opening["ts"], content)
    assert Path(shown["name"]).suffix == Path(file["name"]).suffix.lower()


async def test_in_a_channel_nothing_of_an_order_is_said(workspace):
    workspace.peer.open("C0SHOP")
    await workspace.say("U0ANN", "C0SHOP", "<@U0BOT> 10103")
    await workspace.press("U0ANN", await workspace.seen("C0SHOP", 1), "intent:order_status")
    told = await workspace.seen("C0SHOP", 2)
    go_private = EN["acts"]["go_private"]["neutral"]
    assert visible(told) in go_private and buttons(told) == ()
    assert {message["thread_ts"] for message in workspace.messages("C0SHOP")} == {"1790001000.000002"}


async def signed_in(workspace: Workspace) -> dict:
    """Li Na proves who she is and sees her delivered order; its card offers the return in one form."""
    await workspace.say("U0ANN", "D0ANN", "10103")
    await workspace.press("U0ANN", await workspace.seen("D0ANN", 1), "intent:order_status")
    await workspace.seen("D0ANN", 2)
    await workspace.say("U0ANN", "D0ANN", "li.na@example.com")
    return await workspace.seen("D0ANN", 3)


async def test_a_return_is_made_in_one_modal(workspace):
    card = await signed_in(workspace)
    assert buttons(card)[-1][0] == "Choose items to return"
    await workspace.press("U0ANN", card, "[")
    view, = workspace.peer.views
    items = view["blocks"][0]
    assert [block["block_id"] for block in view["blocks"]] == ["lines", "reason", "way"]
    chosen = [items["element"]["options"][0]["value"]]
    await workspace.submit("U0ANN", {"lines": chosen, "reason": ["too_small"], "way": ["refund"]})
    confirmation = await workspace.seen("D0ANN", 4)
    assert [label for label, _ in buttons(confirmation)] == ["Yes, do it", "No"]
    await workspace.press("U0ANN", confirmation, "yes")
    await workspace.seen("D0ANN", 5)
    shop = workspace.product.shop
    order = await shop.order("10103", await shop.identify("10103", "li.na@example.com"))
    assert [(item.line_ids, item.reason) for item in order.returns] == [(tuple(chosen), "too_small")]


async def test_a_modal_may_ask_for_an_exchange_too(workspace):
    await workspace.press("U0ANN", await signed_in(workspace), "[")
    view, = workspace.peer.views
    chosen = [view["blocks"][0]["element"]["options"][0]["value"]]
    await workspace.submit("U0ANN", {"lines": chosen, "way": ["exchange"]})
    asked = await workspace.seen("D0ANN", 4)
    assert "size" in visible(asked).lower() or "colour" in visible(asked).lower()


async def test_a_modal_that_comes_too_late_is_asked_for_in_words(workspace):
    card = await signed_in(workspace)
    await workspace.press("U0ANN", card, "[", late=True)
    asked = await workspace.seen("D0ANN", 4)
    lines = [value for _, value in buttons(asked) if value.startswith("pick:")]
    assert workspace.peer.views == [] and "pick:all" in lines
    await workspace.press("U0ANN", asked, "pick:all")
    assert "pick:too_small" in [value for _, value in buttons(await workspace.seen("D0ANN", 5))]


async def test_a_closed_modal_has_changed_nothing(workspace):
    await workspace.press("U0ANN", await signed_in(workspace), "[")
    shop, before = workspace.product.shop, len(workspace.messages("D0ANN"))
    await workspace.say("U0ANN", "D0ANN", "hello")
    await workspace.seen("D0ANN", before + 1)
    order = await shop.order("10103", await shop.identify("10103", "li.na@example.com"))
    assert order.returns == () and order.delivered_lines
