"""What staff can do in a topic beside the plain acts: by the menu under the opening post, and by commands."""

from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import NOW
from fakes import FakeOffice, FixedClock, TalkingFront
from peers.telegram_forum import GROUP, ForumPeer
from telegram_rig import ANN, BOB, EVE, LAWYER, open_shop, running, settings, settled

from adapters.telegram import TelegramAdapter
from adapters.telegram.commands import STAFF_MENU
from adapters.telegram.tools import span, token
from bot.messages import Button, DeskPost, InboundMessage, Kind, Sender
from bot.office import CLOSINGS, HandoffView, ReadyReply
from bot.phrases import LANGUAGES, PHRASES, PhraseBook

BUTTONS = (Button("Take over", "claim"), Button("Back to the assistant", "back"), Button("Close", "close"))
OPENED = DeskPost("h-17", "opened", "Reason: asked for a person", buttons=BUTTONS, title="Ann")
HELLO = ReadyReply("en", "Hello", "Hello Ann, Eve here.")
AT = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)


def view(**changes: Any) -> HandoffView:
    known: dict[str, Any] = {"id": "h-17", "conversation_id": "c", "kind": "chat", "reason": "requested",
                             "summary": "", "status": "claimed", "claimed_by": "Eve", "opened_at": AT,
                             "channel": "telegram", "language": "en"}  # fmt: skip
    return HandoffView(**{**known, **changes})


class Desk:
    """One handoff in its topic, and EVE, who is linked."""

    def __init__(self, peer: ForumPeer, front: TalkingFront, office: FakeOffice, adapter: TelegramAdapter) -> None:
        self.peer, self.front, self.office, self.adapter, self.topic = peer, front, office, adapter, 0

    async def post(self, post: DeskPost) -> None:
        reference = await self.adapter.desk.post(post)
        self.office.threads[reference], self.topic = post.handoff_id, int(reference.rpartition(":")[2])

    async def write(self, text: str, user: int = EVE) -> None:
        await self.peer.write(user, text, self.topic)
        await settled(self.peer)

    async def press(self, data: str, user: int = EVE) -> str:
        """What it is answered with."""
        before = len(self.peer.asked("answerCallbackQuery"))
        await self.peer.press(user, data, query_id=f"q{before}", topic=self.topic)
        await self.peer.until(lambda: len(self.peer.asked("answerCallbackQuery")) > before)
        await self.peer.until(lambda: not self.peer.spinning)
        return self.peer.asked("answerCallbackQuery")[-1].get("text", "")

    async def shown(self, number: int) -> dict[str, Any]:
        """The message of this number in the topic, once it is there."""
        def here() -> list[dict[str, Any]]:
            return [sent for sent in self.peer.sent if sent.get("message_thread_id") == str(self.topic)]

        await self.peer.until(lambda: len(here()) >= number)
        return here()[number - 1]

    @property
    def done(self) -> InboundMessage:
        [message] = self.front.received
        return message


@pytest.fixture
async def desk():
    clock, front, office = FixedClock(), TalkingFront(), FakeOffice({"Eve": "", "Bob": ""})
    office.views["h-17"] = view()
    async with ForumPeer(clock.now) as peer:
        adapter = TelegramAdapter(front, office, settings(peer), now=clock.now)
        async with running(adapter):
            desk = Desk(peer, front, office, adapter)
            await desk.post(OPENED)
            yield desk


# --- the menu ---------------------------------------------------------------------------------------------------------


async def test_the_menu_opens_page_by_page_below_the_acts_of_the_same_post(desk):
    desk.office.ready = [HELLO]
    acts = ["claim:h-17", "back:h-17", "close:h-17"]
    more = ["menu:h-17:staff", "menu:h-17:away", "menu:h-17:canned", "menu:h-17:why", "menu:h-17:main"]
    away = ["snooze:h-17:PT1H", "snooze:h-17:PT4H", "snooze:h-17:P1D", "snooze:h-17:", "menu:h-17:more"]
    for page, keys in (("more", more), ("away", away), ("more", more), ("main", ["menu:h-17:more"])):
        await desk.press(f"menu:h-17:{page}")
        assert desk.peer.keys(desk.topic) == [*acts, *keys]
    assert (len(desk.peer.texts(desk.topic)), desk.front.received) == (1, [])


async def test_no_page_of_the_menu_takes_the_suggestion_away(desk):
    desk.office.views["h-19"] = view(id="h-19")
    await desk.post(DeskPost("h-19", "opened", "…", buttons=BUTTONS, title="Bo", suggestion="It is on its way."))
    before, send = desk.peer.keys(desk.topic), f"send:h-19:{token('It is on its way.')}:0"
    await desk.press("menu:h-19:more")
    assert send in before and send in desk.peer.keys(desk.topic)
    await desk.press("menu:h-19:main")
    assert sorted(desk.peer.keys(desk.topic)) == sorted(before)


async def test_no_page_of_the_menu_takes_the_voucher_away(desk):
    await desk.post(DeskPost("h-17", "opened", "…", buttons=(*BUTTONS, Button("Give a voucher", "voucher"))))
    before = desk.peer.keys(desk.topic)
    await desk.press("menu:h-17:more")
    assert "voucher:h-17" in before and "voucher:h-17" in desk.peer.keys(desk.topic)
    await desk.press("menu:h-17:main")
    assert desk.peer.keys(desk.topic) == before


@pytest.mark.parametrize(("words", "worth"), [("/voucher 10", "10"), ("/voucher 10,50", "10,50"), ("/voucher ten", "")])
async def test_a_voucher_is_given_by_a_command_with_its_sum(desk, words, worth):
    await desk.write(words)
    if worth:
        assert (desk.done.kind, desk.done.act, desk.done.value) == (Kind.STAFF_ACT, "voucher", worth)
    else:
        assert "/voucher 10" in (await desk.shown(2))["text"] and desk.front.received == []


async def test_a_shop_with_many_replies_has_as_many_buttons_as_telegram_takes(desk):
    desk.office.ready = [ReadyReply("en", f"Reply {number}", "…") for number in range(200)]
    await desk.press("menu:h-17:more")
    await desk.press("menu:h-17:canned")
    assert len(desk.peer.keys(desk.topic)) == 100


async def test_a_page_that_is_there_already_is_answered_all_the_same(desk):
    keys = "menu:h-17:more"
    await desk.press(keys)
    opening = await desk.shown(1)
    await desk.peer.push({"callback_query": {
        "id": "twice", "from": {"id": EVE, "is_bot": False, "first_name": "E"}, "chat_instance": "1", "data": keys,
        "message": {"message_id": opening["message_id"], "date": 0, "chat": {"id": GROUP, "type": "supergroup"}}}})
    await desk.peer.until(lambda: len(desk.peer.asked("answerCallbackQuery")) == 2)
    assert "text" not in desk.peer.asked("answerCallbackQuery")[-1]


async def test_a_menu_for_which_the_group_has_no_room_says_so(desk):
    for number in range(18):
        await desk.post(DeskPost("h-17", "relay", f"line {number}", f"telegram:700100:{GROUP}:{desk.topic}"))
    assert "try again in a minute" in await desk.press("menu:h-17:more")
    assert desk.peer.floods_refused == 0


@pytest.mark.parametrize(("data", "act", "value", "text"), [
    (f"assign:h-17:{token('Bob')}", "assign", "Bob", ""),
    ("snooze:h-17:PT4H", "snooze", "", "PT4H"),
    ("snooze:h-17:", "snooze", "", ""),
    ("close:h-17:solved", "close", "solved", ""),
])
async def test_a_button_of_the_menu_does_what_the_console_does(desk, data, act, value, text):
    for page in ("more", {"assign": "staff", "snooze": "away", "close": "why"}[act]):
        await desk.press(f"menu:h-17:{page}")
    await desk.press(data)
    said = desk.done
    assert (said.sender, said.kind, said.act, said.value, said.text) == (
        Sender.STAFF, Kind.STAFF_ACT, act, value, text)  # fmt: skip
    assert (said.handoff_id, said.staff, said.name) == ("h-17", "eve", "Eve")


async def test_a_case_is_not_put_away_nor_given_back(desk):
    desk.office.views["h-17"] = view(kind="case")
    await desk.press("menu:h-17:more")
    assert "menu:h-17:away" not in desk.peer.keys(desk.topic)
    await desk.write("/menu")
    await desk.shown(2)
    assert desk.peer.keys(desk.topic)[-3:] == ["claim:h-17", "close:h-17", "menu:h-17:more"]


async def test_an_approval_has_no_menu(desk):
    await desk.post(DeskPost("h-18", "approval", "Refund £300?", buttons=(Button("Approve", "approve"),), title="£300"))
    assert desk.peer.keys(desk.topic) == ["approve:h-18"]


@pytest.mark.parametrize(("changes", "says"), [
    ({"status": "waiting", "claimed_by": ""}, "Take it over first"),
    ({"status": "closed"}, "This handoff has ended"),
    ({"kind": "approval"}, "Nothing was done"),
])
async def test_what_cannot_be_done_now_is_said_and_changes_nothing(desk, changes, says):
    desk.office.views["h-17"] = view(**changes)
    await desk.peer.press(EVE, "snooze:h-17:PT1H")
    await desk.peer.until(lambda: bool(desk.peer.asked("answerCallbackQuery")))
    assert desk.peer.asked("answerCallbackQuery")[0]["text"].startswith(says) and desk.front.received == []


async def test_who_is_not_linked_can_use_none_of_it(desk):
    assert "not linked" in await desk.press("menu:h-17:more", user=BOB)
    await desk.write("/assign Bob", user=BOB)
    assert desk.front.received == [] and "menu:h-17:more" in desk.peer.keys(desk.topic)


# --- commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "act", "value", "words"), [
    ("/note he is a regular", "note", "", "he is a regular"),
    ("/claim", "claim", "", ""),
    ("/back", "back", "", ""),
    ("/back@shophand_bot", "back", "", ""),
    ("/assign bob", "assign", "Bob", ""),
    ("/assign Nobody", "assign", "Nobody", ""),
    ("/snooze 2h", "snooze", "", "PT2H"),
    ("/snooze", "snooze", "", ""),
    ("/close", "close", "", ""),
    ("/close no answer", "close", "no_answer", ""),
])
async def test_a_command_does_what_the_console_does(desk, text, act, value, words):
    await desk.write(text)
    said = desk.done
    assert (said.kind, said.act, said.value, said.text) == (Kind.STAFF_ACT, act, value, words)
    assert said.staff == "eve" and said.address.desk_ref.endswith(f":{desk.topic}")


@pytest.mark.parametrize(("text", "asks", "first"), [
    ("/menu", "What is to be done?", "claim:h-17"),
    ("/assign", "Who goes on with this?", f"assign:h-17:{token('Bob')}"),
    ("/canned", "Which one? You can change it before it is sent.", "canned:h-17:"),
    ("/close because", "Why is it closed?", "close:h-17:solved"),
])
async def test_a_command_without_its_words_offers_them_as_buttons(desk, text, asks, first):
    desk.office.ready = [HELLO]
    await desk.write(text)
    shown = await desk.shown(2)
    assert shown["text"] == asks
    assert shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"].startswith(first)
    assert desk.front.received == []


@pytest.mark.parametrize("text", ["/colse", "/start", "/close@other_bot"])
async def test_a_mistyped_command_never_reaches_the_shopper(desk, text):
    await desk.write(text)
    assert "no such command" in (await desk.shown(2))["text"] and desk.front.received == []


@pytest.mark.parametrize(("text", "says"), [("/snooze 1h", "This handoff has ended"), ("/assign", "This handoff has")])
async def test_a_command_that_cannot_be_done_is_answered_in_its_topic(desk, text, says):
    desk.office.views["h-17"] = view(status="back")
    await desk.write(text)
    assert (await desk.shown(2))["text"].startswith(says) and desk.front.received == []


async def test_a_colleague_is_offered_only_where_there_is_one(desk):
    del desk.office.passwords["Bob"]
    await desk.write("/assign")
    assert (await desk.shown(2))["text"] == "There is no colleague to hand it to."


@pytest.mark.parametrize(("words", "duration"), [
    ("2h", "PT2H"), ("30 min", "PT30M"), ("1 day", "P1D"), ("2小时", "PT2H"), ("1w", "P1W"), ("pt10m", "PT10M"),
    ("soon", "SOON"), ("", ""),
])
def test_a_span_is_written_as_people_write_it(words, duration):
    assert span(words) == duration


# --- canned replies and suggestions -----------------------------------------------------------------------------------


async def test_a_canned_reply_is_shown_first_and_sent_once(desk):
    desk.office.ready = [HELLO, ReadyReply("zh", "你好", "您好！")]
    await desk.write("/canned hello")
    shown = await desk.shown(2)
    send, copy = shown["reply_markup"]["inline_keyboard"][0]
    assert (shown["text"], copy["copy_text"]) == ("Hello Ann, Eve here.", {"text": "Hello Ann, Eve here."})
    for _ in range(2):
        await desk.press(send["callback_data"])
    assert (desk.done.sender, desk.done.kind, desk.done.text) == (Sender.STAFF, Kind.TEXT, "Hello Ann, Eve here.")


async def test_a_canned_reply_that_lacks_something_says_what(desk):
    desk.office.ready = [ReadyReply("en", "Order", "", ("order",))]
    await desk.press("menu:h-17:more")
    await desk.press("menu:h-17:canned")
    assert (await desk.press(desk.peer.keys(desk.topic)[3])).endswith("order")
    assert desk.front.received == []


async def test_a_long_canned_reply_is_sent_whole_and_has_no_copy_button(desk):
    desk.office.ready = [ReadyReply("en", "Long", "word " * 60)]
    await desk.write("/canned long")
    assert len((await desk.shown(2))["reply_markup"]["inline_keyboard"][0]) == 1


async def suggest(desk: Desk, text: str = "Order 10042 is on its way.") -> str:
    """The shopper asks something, which the assistant would have answered so; the button to send that."""
    desk.front.write("c", "user", "where is it?", suggestion=text)
    await desk.post(DeskPost("h-17", "relay", f"where is it?\n\nIt would answer:\n{text}",
                             f"telegram:700100:{GROUP}:{desk.topic}", suggestion=text, answers=7))
    return f"send:h-17:{token(text)}:7"


async def test_a_suggestion_is_sent_with_one_press_and_not_twice(desk):
    button = await suggest(desk)
    assert desk.peer.keys(desk.topic)[-1] == button
    await desk.press(button)
    said = desk.done
    expected = (Sender.STAFF, Kind.TEXT, "Order 10042 is on its way.", 7)
    assert (said.sender, said.kind, said.text, said.answers) == expected
    await desk.press(button)  # by a colleague
    assert desk.front.received == [said]


async def test_a_suggestion_that_the_transcript_does_not_know_is_not_sent(desk):
    button = await suggest(desk)
    desk.front.lines["c"].clear()  # forgotten since
    assert "not the newest" in await desk.press(button) and desk.front.received == []


async def test_the_opening_offers_its_suggestion_beside_the_acts(desk):
    await desk.post(DeskPost("h-19", "opened", "…", buttons=BUTTONS, title="Bo", suggestion="It is on its way."))
    assert desk.peer.keys(desk.topic)[3:] == ["menu:h-19:more", f"send:h-19:{token('It is on its way.')}:0"]


# --- what Telegram lists ----------------------------------------------------------------------------------------------


async def test_menus_are_in_the_shoppers_language_and_for_the_staff_group_alone(desk):
    await desk.peer.until(lambda: bool(desk.peer.asked("getUpdates")))  # which comes after the menus
    menus = desk.peer.menus
    assert menus["", ""]["person"] == "Talk to a person" and menus["", "zh"]["person"] == "转人工客服"
    assert tuple(menus[str(GROUP), ""]) == STAFF_MENU and "note" not in menus["", ""]


async def test_without_the_staff_group_shoppers_are_served_all_the_same(caplog):
    clock, front = FixedClock(), TalkingFront()
    async with ForumPeer(clock.now) as peer:
        peer.member = "kicked"
        async with running(TelegramAdapter(front, FakeOffice({}), settings(peer), now=clock.now)):
            await peer.until(lambda: bool(peer.asked("getUpdates")))
    assert set(peer.menus) == {("", ""), ("", "zh")} and "does not take a menu" in caplog.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_and_command_has_its_words(language):
    terms = PhraseBook.load(PHRASES).terms(language)
    assert all(1 <= len(terms["desk"][f"command_{name}"]) <= 256 for name in STAFF_MENU)
    assert all(f"close_{why}" in terms["desk"] for why in CLOSINGS)
    answers = ("outdated", "claim_first", "not_here", "busy", "over", "how_voucher")
    assert all(len(terms["desk"][key]) <= 200 for key in answers)


# --- the whole way ----------------------------------------------------------------------------------------------------


async def test_put_away_handed_over_and_closed_in_the_topic_stands_in_the_console(home):
    async with open_shop(home) as shop:
        await shop.product.staff.fresh_password("bob")
        await shop.product.staff.rename("bob", "Bob")
        await shop.shopper(ANN, LAWYER)
        topic = shop.topic
        await shop.staff("/claim", topic)
        await shop.staff("/note he is a regular", topic)
        await shop.staff("/snooze 2h", topic)
        [away] = await shop.product.assistant.handoffs(ended=True)
        await shop.staff("/assign bob", topic)
        [handed] = await shop.product.assistant.handoffs()
        await shop.staff("/close solved", topic)
        [closed] = await shop.product.assistant.handoffs(ended=True)
        lines = await shop.product.assistant.transcript(closed.conversation_id, notes=True)
    assert ((away.away_until - NOW).total_seconds() // 60, handed.claimed_by) == (121, "Bob")
    assert (closed.status, closed.closing) == ("closed", "solved")
    assert "he is a regular" in [line.text for line in lines if line.speaker == "note"]
    assert not any("/" in text or "regular" in text for text in shop.heard(ANN))
