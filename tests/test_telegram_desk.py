"""Handoffs as topics of a forum group: the real SDK and a Bot API on loopback that refuses what Telegram refuses."""

from datetime import timedelta
from typing import Any

import pytest
from fakes import FakeOffice, FixedClock, TalkingFront
from peers.telegram import TOKEN, Refusal
from peers.telegram_forum import GROUP, ForumPeer
from telegram_rig import ANN, BOB, EVE, LAWYER, Gate, open_shop, running, settings, settled, told

from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.errors import PermanentFailure, SettingsError, StoreError, TemporaryFailure, ThreadGone
from bot.messages import Address, Attachment, Button, DeskPost, Kind, Reply, Sender
from bot.phrases import LANGUAGES, PHRASES, PhraseBook
from bot.ports import Member, Role, StaffDesk

# the SDK itself announces, whenever it builds this error, that the attribute will change its type
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be of type")

BUTTONS = (Button("Claim", "claim"), Button("Give back", "back"), Button("Close", "close"))
OPENED = DeskPost("h-17", "opened", "Reason: asked for a person", buttons=BUTTONS, title="Ann · asked for a person")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def peer(clock):
    async with ForumPeer(clock.now) as peer:
        peer.chat(ANN)
        yield peer


@pytest.fixture
def front() -> TalkingFront:
    return TalkingFront()


@pytest.fixture
async def adapter(peer, front, clock):
    adapter = TelegramAdapter(front, FakeOffice({}), settings(peer), now=clock.now)
    yield adapter
    await adapter.close()


@pytest.fixture
def desk(adapter) -> StaffDesk:
    return adapter.desk


def topic_of(reference: str) -> int:
    return int(reference.rpartition(":")[2])


def later(clock: FixedClock, seconds: float) -> None:
    clock.time += timedelta(seconds=seconds)


def line(text: str, thread: str, kind: str = "relay", **fields: Any) -> DeskPost:
    return DeskPost("h-17", kind, text, thread, **fields)


# --- what staff see ---------------------------------------------------------------------------------------------------


async def test_a_handoff_opens_a_topic_with_its_summary_and_buttons(peer, desk):
    reference = await desk.post(OPENED)
    topic = topic_of(reference)
    assert reference == f"telegram:700100:{GROUP}:{topic}"
    assert peer.topics[topic].name == "Ann · asked for a person"
    assert peer.texts(topic) == ["🙋 Reason: asked for a person"]
    assert peer.keys(topic) == ["claim:h-17", "back:h-17", "close:h-17", "menu:h-17:more"]


async def test_every_handoff_has_a_topic_of_its_own(peer, desk):
    choice = (Button("Approve", "approve"), Button("Decline", "decline"))
    first = topic_of(await desk.post(OPENED))
    second = topic_of(await desk.post(DeskPost("h-18", "approval", "Refund £300?", buttons=choice, title="Ann · £300")))
    assert (first != second, peer.keys(second)) == (True, ["approve:h-18", "decline:h-18"])


async def test_the_end_closes_the_topic_and_what_comes_after_it_opens_it_again(peer, desk):
    thread = await desk.post(OPENED)
    topic = topic_of(thread)
    closed = []
    for kind in ("relay", "note", "ended", "again"):
        assert await desk.post(line(f"a {kind}", thread, kind)) == thread
        closed.append(peer.topics[topic].closed)
    assert peer.texts(topic)[1:] == ["💬 a relay", "📝 a note", "🏁 a ended", "📝 a again"]
    assert closed == [False, False, True, False]


@pytest.mark.parametrize(
    "title", ["long " * 60, "😀" * 90, "line\nbreak " * 30, ""], ids=["words", "emoji", "lines", "none"]
)
async def test_any_title_becomes_a_name_that_telegram_takes(peer, desk, title):
    topic = topic_of(await desk.post(DeskPost("h-17", "opened", "Reason", title=title)))
    assert peer.topics[topic].name.rstrip("…") in " ".join((title or "Reason").split())


async def test_files_follow_the_words_and_pictures_are_named_as_such(peer, desk, front):
    photo, paper = await front.keep_file(b"\xff\xd8\xff picture"), await front.keep_file(b"%PDF-1.7")
    files = (Attachment("photo", digest=photo), Attachment("document", name="my invoice.pdf", digest=paper),
             Attachment("voice", digest="0" * 64))  # fmt: skip
    thread = await desk.post(OPENED)
    await desk.post(line("broken\n[photo]", thread, files=files))
    assert peer.texts(topic_of(thread))[1:] == ["💬 broken\n[photo]", f"photo-{photo[:8]}.jpg", "my invoice.pdf"]
    assert peer.files["my invoice.pdf"] == b"%PDF-1.7"


async def test_a_file_that_telegram_does_not_like_costs_no_words(peer, desk, front, caplog):
    thread, empty = await desk.post(OPENED), await front.keep_file(b"")
    await desk.post(line("[document]", thread, files=(Attachment("document", digest=empty),)))
    assert peer.texts(topic_of(thread))[1:] == ["💬 [document]"] and "could not be shown" in caplog.text


async def test_a_long_line_is_cut_at_a_boundary(peer, desk):
    thread = await desk.post(OPENED)
    await desk.post(line("word " * 1500, thread))
    parts = peer.texts(topic_of(thread))[1:]
    assert [len(part) <= 4096 and part.endswith("word") for part in parts] == [True, True]


async def test_without_a_staff_group_there_is_no_desk(peer, front):
    assert TelegramAdapter(front, FakeOffice({}), settings(peer, staff_group="")).desk is None


# --- how much the group takes -----------------------------------------------------------------------------------------


async def test_an_opening_that_is_stopped_half_way_makes_one_topic_and_repeats_nothing(peer, desk):
    peer.group.patience, peer.group.floods = 1, [9]
    post = DeskPost("h-17", "opened", "word " * 1500, buttons=BUTTONS)
    with pytest.raises(TemporaryFailure) as failure:
        await desk.post(post)
    topic = topic_of(await desk.post(post))
    assert (failure.value.retry_after, list(peer.topics), len(peer.texts(topic))) == (9, [topic], 2)


async def test_a_topic_that_was_made_before_a_crash_is_written_in_after_it(peer, desk, front, clock):
    peer.group.floods = [9]
    with pytest.raises(TemporaryFailure):
        await desk.post(OPENED)
    again = TelegramAdapter(front, FakeOffice({}), settings(peer), now=clock.now)
    topic = topic_of(await again.desk.post(OPENED))
    await again.close()
    assert (list(peer.topics), len(peer.texts(topic))) == ([topic], 1)


async def test_no_topic_is_made_that_would_stand_empty(peer, desk, clock):
    thread = await desk.post(OPENED)
    for number in range(17):
        await desk.post(line(f"line {number}", thread))
    with pytest.raises(TemporaryFailure) as failure:
        await desk.post(DeskPost("h-18", "opened", "Reason"))
    assert (failure.value.retry_after, len(peer.topics)) == (60, 1)


async def test_an_end_whose_topic_cannot_be_closed_yet_is_said_once(peer, desk, clock):
    thread = await desk.post(OPENED)
    for number in range(17):
        await desk.post(line(f"line {number}", thread))
    with pytest.raises(TemporaryFailure):
        await desk.post(line("over", thread, "ended"))
    later(clock, 60)
    await desk.post(line("over", thread, "ended"))
    assert (peer.texts(topic_of(thread)).count("🏁 over"), peer.topics[topic_of(thread)].closed) == (1, True)


async def test_the_groups_messages_of_a_minute_are_never_exceeded(peer, desk, clock):
    thread = await desk.post(OPENED)  # two: the topic and the summary
    for number in range(18):
        later(clock, 1)
        await desk.post(line(f"line {number}", thread))
    with pytest.raises(TemporaryFailure) as failure:
        await desk.post(line("one too many", thread))
    assert (failure.value.retry_after, peer.floods_refused, len(peer.texts(topic_of(thread)))) == (42, 0, 19)
    later(clock, 42)
    await desk.post(line("one too many", thread))
    assert peer.texts(topic_of(thread))[-1] == "💬 one too many"


async def test_a_wait_that_telegram_asks_of_the_group_stops_no_shopper(peer, adapter):
    peer.group.floods = [7]
    with pytest.raises(TemporaryFailure) as failure:
        await adapter.desk.post(OPENED)
    await adapter.channel.send(Address("telegram", "700100", str(ANN), user=str(ANN)), Reply("hello"), "m1")
    assert (failure.value.retry_after, [sent["chat_id"] for sent in peer.sent]) == (7, [ANN])


# --- what can happen to a topic and to the group ----------------------------------------------------------------------


async def test_a_deleted_topic_asks_for_a_new_one_unless_it_is_over(peer, desk):
    thread = await desk.post(OPENED)
    del peer.topics[topic_of(thread)]
    with pytest.raises(ThreadGone):
        await desk.post(line("hello?", thread))
    assert await desk.post(line("over", thread, "ended")) == thread


@pytest.mark.parametrize("thread", ["", "slack:T0SHOP:C0STAFF:17.1", "telegram:700100:-100999:5"])
async def test_a_line_whose_handoff_has_no_topic_here_asks_for_one(peer, desk, thread):
    with pytest.raises(ThreadGone):
        await desk.post(line("hello?", thread))
    assert peer.sent == []


async def test_a_topic_deleted_while_it_is_opened_is_opened_anew(peer, desk):
    peer.group.floods = [3]
    with pytest.raises(TemporaryFailure):
        await desk.post(OPENED)
    peer.topics.clear()
    topic = topic_of(await desk.post(OPENED))
    assert (list(peer.topics), peer.texts(topic)) == ([topic], ["🙋 Reason: asked for a person"])


async def test_a_topic_that_was_closed_to_the_bot_is_opened_for_the_shoppers_words(peer, desk):
    thread = await desk.post(OPENED)
    peer.manages, peer.topics[topic_of(thread)].closed = False, True
    await desk.post(line("hello?", thread))
    assert (peer.texts(topic_of(thread))[-1], peer.topics[topic_of(thread)].closed) == ("💬 hello?", False)


async def test_a_topic_that_cannot_be_closed_costs_no_message(peer, desk, caplog):
    async def refuse(_: dict) -> bool:
        raise Refusal(400, "Bad Request: not enough rights to close the topic")

    thread, peer._close = await desk.post(OPENED), refuse
    assert await desk.post(line("over", thread, "ended")) == thread
    assert peer.texts(topic_of(thread))[-1] == "🏁 over" and "could not close a topic" in caplog.text


async def test_a_topic_that_staff_closed_already_is_none_of_anybodys_worries(peer, desk, caplog):
    thread = await desk.post(OPENED)
    peer.topics[topic_of(thread)].closed = True
    await desk.post(line("over", thread, "ended"))
    assert caplog.text == ""


async def test_a_group_that_threw_the_bot_out_is_permanent(peer, desk):
    peer.member = "kicked"
    with pytest.raises(PermanentFailure, match="kicked"):
        await desk.post(OPENED)


async def test_a_deleted_group_is_permanent(peer, desk):
    del peer.chats[GROUP]
    with pytest.raises(PermanentFailure, match="Chat not found"):
        await desk.post(OPENED)


async def test_a_bot_without_the_right_to_make_topics_is_permanent(peer, desk):
    peer.manages = False
    with pytest.raises(PermanentFailure, match="Not enough rights to create a topic"):
        await desk.post(OPENED)


# --- what staff do there ----------------------------------------------------------------------------------------------


@pytest.fixture
async def polling(adapter):
    async with running(adapter):
        yield adapter


async def test_words_and_buttons_of_staff_belong_to_the_handoff_of_their_topic(peer, polling, front):
    reference = await polling.desk.post(OPENED)
    await peer.write(EVE, "@shophand_bot hello Ann", topic_of(reference),
                     entities=[{"type": "mention", "offset": 0, "length": 13}])  # fmt: skip
    await peer.press(EVE, peer.keys(topic_of(reference))[0])
    await settled(peer)
    await peer.until(lambda: not peer.spinning)
    word, press = front.received
    assert (word.sender, word.text, word.name, word.address.desk_ref) == (Sender.STAFF, "hello Ann", "Eve", reference)
    assert (word.staff, press.staff, {person.account_user for person in front.asked}) == (
        "eve", "eve", {f"telegram:700100:{EVE}"})  # fmt: skip
    assert (press.sender, press.kind, press.act, press.handoff_id) == (Sender.STAFF, Kind.STAFF_ACT, "claim", "h-17")


@pytest.mark.parametrize("text", ["// he is a regular", "note: he is a regular", "备注：he is a regular"])
async def test_what_staff_note_for_each_other_in_a_topic_is_no_word_to_the_shopper(peer, polling, front, text):
    reference = await polling.desk.post(OPENED)
    await peer.write(EVE, text, topic_of(reference))
    await settled(peer)
    [noted] = front.received
    assert (noted.kind, noted.act, noted.text) == (Kind.STAFF_ACT, "note", "he is a regular")


@pytest.mark.parametrize(
    ("user", "text", "topic", "fields"),
    [
        (EVE, "hello", 0, {}),
        (BOB, "@shophand_bot hi", 0, {"entities": [{"type": "mention", "offset": 0, "length": 13}]}),
        (5, "hello", 42, {"from": {"id": 5, "is_bot": True, "first_name": "B"}}),
        (EVE, "", 42, {"forum_topic_closed": {}}),
        (BOB, "", 42, {"new_chat_members": [{"id": 6, "is_bot": False, "first_name": "N"}]}),
        (EVE, "hello", 42, {"sender_chat": {"id": -1009, "type": "channel", "title": "News"}}),
    ],
    ids=["general", "general to the bot", "another bot", "a closed topic", "somebody joined", "a channel's post"],
)  # fmt: skip
async def test_other_talk_in_the_group_is_nobodys_message(peer, polling, front, user, text, topic, fields):
    await peer.write(user, text, topic, **fields)
    await settled(peer)
    assert (front.received, peer.sent) == ([], [])


async def test_an_edit_of_staff_changes_nothing(peer, polling, front):
    await peer.write(EVE, "hello", 42)
    edit = {"edit_date": 1790000030, **peer._updates[-1]["message"]}
    await peer.push({"edited_message": edit})
    await settled(peer)
    assert front.texts == ["hello"]


async def test_who_is_not_linked_is_told_so_once_and_never_heard(peer, front, clock):
    peer.topics[42] = peer.topics[43] = await _topic(peer)
    for start in range(2):  # it is known after a restart too
        async with running(TelegramAdapter(front, FakeOffice({}), settings(peer), now=clock.now)):
            for topic in (42, 43):
                await peer.write(BOB, "let me", topic)
            await peer.press(BOB, "claim:h-17", query_id=f"q{start}")
            await settled(peer)
            await peer.until(lambda: not peer.spinning)  # what was said before it has been said by now
            [hint] = await told(peer, 1)
    assert front.received == [] and "link CODE" in hint
    assert len(peer.asked("sendMessage")) == 1


async def _topic(peer: ForumPeer) -> Any:
    made = await peer._create({"chat_id": GROUP, "name": "a topic"})
    return peer.topics[made["message_thread_id"]]


async def test_who_writes_as_the_group_is_told_what_to_turn_off(peer, polling, front):
    peer.topics[42] = await _topic(peer)
    group = {"id": GROUP, "type": "supergroup", "title": "Desk"}
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    await peer.write(EVE, "hello", 42, **{"from": anonymous, "sender_chat": group})
    assert "Remain anonymous" in (await told(peer, 1))[0]
    assert front.received == []


async def test_a_button_of_who_is_not_linked_is_answered_and_does_nothing(peer, polling, front):
    await peer.press(BOB, "claim:h-17")
    await settled(peer)
    await peer.until(lambda: not peer.spinning)
    [answer] = peer.asked("answerCallbackQuery")
    assert front.received == [] and "not linked to a staff account" in answer["text"]


async def test_an_agent_who_approves_is_told_who_may_and_nothing_happens(peer, polling, front):
    front.members[str(EVE)] = Member("eve", "Eve", Role.AGENT)
    await peer.press(EVE, "approve:h-17")
    await settled(peer)
    await peer.until(lambda: not peer.spinning)
    [answer] = peer.asked("answerCallbackQuery")
    assert front.received == [] and "needs a lead or an admin" in answer["text"]
    await peer.press(EVE, "claim:h-17", query_id="q2")
    await settled(peer)
    assert [message.act for message in front.received] == ["claim"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_button_is_answered_with_is_as_short_as_telegram_wants_it(language):
    words = PhraseBook.load(PHRASES).terms(language)["desk"]
    assert [len(words[key]) <= 200 for key in ("unlinked", "not_allowed")] == [True, True]


@pytest.mark.parametrize("data", ["claim", "claim:", "fire:h-17", "confirm:yes"])
async def test_a_button_that_is_none_of_the_desks_is_answered_all_the_same(peer, polling, front, data):
    await peer.press(EVE, data)
    await settled(peer)
    await peer.until(lambda: not peer.spinning)
    assert (front.received, len(peer.asked("answerCallbackQuery"))) == ([], 1)


async def test_of_a_file_only_the_words_are_passed_on_and_staff_are_told(peer, polling, front):
    peer.topics[42] = await _topic(peer)
    photo = [{"file_id": "p", "file_unique_id": "u", "width": 9, "height": 9}]
    await peer.write(EVE, "", 42, caption="like this one", photo=photo)
    assert "Files are not passed on" in (await told(peer, 1))[0]
    assert [(message.text, message.attachments) for message in front.received] == [("like this one", ())]


async def test_a_hint_for_which_there_is_no_room_is_given_the_next_time(peer, polling, front, clock):
    thread = await polling.desk.post(OPENED)
    for number in range(18):
        await polling.desk.post(line(f"line {number}", thread))
    await peer.write(BOB, "let me", topic_of(thread))
    await settled(peer)
    assert len(peer.texts(topic_of(thread))) == 19
    later(clock, 60)
    await peer.write(BOB, "please", topic_of(thread))
    assert "link CODE" in (await told(peer, 20))[-1]


async def test_words_of_staff_are_stored_before_telegram_forgets_them(peer, front, clock):
    gate, front.broken = Gate(), 1
    await peer.write(EVE, "hello Ann", 42)
    async with running(TelegramAdapter(front, FakeOffice({}), settings(peer), now=clock.now, pause=gate)):
        await gate.begun.wait()
        assert (len(peer.waiting), front.received) == (1, [])
        gate.open.set()
        await settled(peer)
    assert front.texts == ["hello Ann"]


# --- linking ----------------------------------------------------------------------------------------------------------


async def private(peer: ForumPeer, user: int, text: str) -> None:
    name = {"id": user, "is_bot": False, "first_name": f"U{user}"}
    await peer.push({"message": {"message_id": 7, "date": 1790000000, "text": text, "from": name,
                                 "chat": {"id": user, "type": "private"}}})  # fmt: skip


@pytest.mark.parametrize("text", ["link {}", "/link@shophand_bot {}", "@shophand_bot link {}"])
async def test_who_writes_his_code_in_a_topic_is_linked_and_heard_from_then_on(peer, polling, front, text):
    peer.topics[42], said = await _topic(peer), text.format(front.code)
    command = {"type": "bot_command", "offset": 0, "length": 18}
    name = {"type": "mention", "offset": 0, "length": 13}
    marks = [command] if said[0] == "/" else [name] if said[0] == "@" else []
    await peer.write(BOB, said, 42, entities=marks)
    assert (await told(peer, 1))[0].startswith("Done:") and peer.texts(42)
    await peer.write(BOB, "hello Ann", 42)
    await settled(peer)
    assert [(message.text, message.staff) for message in front.received] == [("hello Ann", "eve")]
    assert [(person.account_user, code) for person, code in front.tried] == [(f"telegram:700100:{BOB}", front.code)]


async def test_a_code_counts_in_general_and_in_private_and_is_answered_there(peer, polling, front):
    peer.chat(BOB)
    await peer.write(BOB, f"link {front.code}")
    await told(peer, 1)
    await private(peer, BOB, f"link {front.code}")
    await told(peer, 2)
    assert [(sent["chat_id"], sent.get("message_thread_id")) for sent in peer.sent] == [(GROUP, None), (BOB, None)]
    assert all(sent["text"].startswith("Done:") for sent in peer.sent) and front.received == []


async def test_a_wrong_code_is_answered_and_stored_nowhere(peer, polling, front):
    peer.chat(BOB)
    await peer.write(BOB, "link 42")
    await private(peer, BOB, "link AAAA-BBBB-CCCC")
    assert ["not right" in text for text in await told(peer, 2)] == [True, True]
    assert front.received == [] and "42" not in str(front.memory)


async def test_a_shopper_who_writes_of_a_link_is_a_shopper(peer, polling, front):
    for text in ("link broken", "link to my order please"):
        await private(peer, ANN, text)
    await settled(peer)
    assert (front.texts, front.tried, front.asked) == (["link broken"], [], [])  # the second one is the same message


async def test_where_there_is_no_group_of_staff_a_code_is_a_shoppers_word(peer, front, clock):
    async with running(TelegramAdapter(front, FakeOffice({}), settings(peer, staff_group=""), now=clock.now)):
        await private(peer, BOB, f"link {front.code}")
        await settled(peer)
    assert (front.tried, front.texts) == ([], [f"link {front.code}"])


async def test_a_code_that_could_not_be_looked_up_is_asked_for_again(peer, front, clock):
    gate, known, tries = Gate(), front.link, []

    async def link(person, code):
        tries.append(code)
        if len(tries) == 1:
            raise StoreError("the store is away")
        return await known(person, code)

    front.link = link
    await peer.write(BOB, f"link {front.code}")
    async with running(TelegramAdapter(front, FakeOffice({}), settings(peer), now=clock.now, pause=gate)):
        await gate.begun.wait()
        gate.open.set()
        assert (await told(peer, 1))[0].startswith("Done:")


# --- what doctor and the settings say ---------------------------------------------------------------------------------


async def test_check_names_the_staff_group(adapter):
    assert await adapter.check() == f"telegram: connected as @shophand_bot (polling), staff in {GROUP}"


@pytest.mark.parametrize(
    ("trouble", "advice"),
    [
        ({"is_forum": False}, "Turn on Topics in the group's settings."),
        ({"manages": False}, "with the right Manage Topics."),
        ({"member": "member"}, "Make it an administrator there"),
        ({"member": "kicked"}, "Add the bot to it as an administrator"),
        ({"chats": {}}, "correct SHOPHAND_TELEGRAM_STAFF_GROUP"),
    ],
    ids=["no forum", "no right", "no administrator", "thrown out", "no such group"],
)
async def test_check_says_what_keeps_the_group_from_being_a_desk(peer, adapter, trouble, advice):
    for name, value in trouble.items():
        setattr(peer, name, value)
    said = await adapter.check()
    assert said.startswith("! telegram: connected as @shophand_bot, but ") and advice in said


def test_a_group_by_its_name_is_refused():
    with pytest.raises(SettingsError, match="The Telegram staff group must be"):
        TelegramAdapter(TalkingFront(), FakeOffice({}), TelegramSettings(TOKEN, staff_group="@desk"))


# --- the whole way ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def shop(home):
    async with open_shop(home) as shop:
        yield shop


async def test_a_person_takes_over_answers_gives_back_and_takes_over_again(shop):
    await shop.shopper(ANN, LAWYER)
    topic = shop.topic
    assert (shop.peer.topics[topic].name, len(shop.peer.keys(topic))) == (f"Shopper {ANN} · legal matter", 4)
    await shop.press("claim", topic)
    await shop.staff("Hello Ann, Eve here", topic)
    await shop.shopper(ANN, "The cup is broken")
    await shop.press("back", topic)
    assert shop.heard(ANN)[-2] == "Hello Ann, Eve here"
    assert [text[0] for text in shop.peer.texts(topic)] == ["🙋", "📝", "💬", "🏁"]
    assert shop.peer.topics[topic].closed
    await shop.press("claim", topic)  # too late, but the topic may be written in again
    assert not shop.peer.topics[topic].closed
    await shop.staff("One more thing", topic)
    assert shop.heard(ANN)[-1] == "One more thing"
    assert (shop.peer.texts(topic)[-1], list(shop.peer.topics)) == ("📝 Taken over by Eve", [topic])


async def test_a_photo_of_a_waiting_shopper_goes_into_the_topic(shop):
    shop.peer.files["p"] = b"\xff\xd8\xff picture"
    await shop.shopper(ANN, LAWYER)
    photo = [{"file_id": "p", "file_unique_id": "u", "width": 9, "height": 9}]
    await shop.shopper(ANN, "", caption="look", photo=photo)
    words, picture = shop.peer.texts(shop.topic)[1:]
    assert words.startswith("💬 look\n[photo ") and shop.peer.files[picture] == b"\xff\xd8\xff picture"


async def test_more_talk_than_the_group_takes_arrives_joined_in_order_and_complete(shop):
    shoppers = range(1001, 1013)
    for user in shoppers:
        shop.peer.chat(user)
        await shop.shopper(user, LAWYER)
    for number in range(3):
        for user in shoppers:
            await shop.shopper(user, f"line {number}")
    before = len(shop.peer.topics)
    await shop.minutes(4)
    talks = {shop.peer.topics[topic].name: shop.peer.texts(topic)[1:] for topic in shop.peer.topics}
    assert (before, shop.peer.floods_refused) == (10, 0)
    assert set(talks) == {f"Shopper {user} · legal matter" for user in shoppers}
    assert {"\n".join(texts).replace("💬 ", "") for texts in talks.values()} == {"line 0\nline 1\nline 2"}
    assert ["💬 line 0\nline 1\nline 2"] in talks.values()


async def test_a_deleted_topic_gets_a_new_one_with_the_summary(shop):
    await shop.shopper(ANN, LAWYER)
    first = shop.topic
    summary = shop.peer.texts(first)[0]
    del shop.peer.topics[first]
    await shop.shopper(ANN, "Are you there?")
    assert (shop.topic != first, shop.peer.texts(shop.topic)) == (True, [summary, "💬 Are you there?"])
    assert len(shop.peer.keys(shop.topic)) == 4
    await shop.staff("Yes, Ann", shop.topic)
    assert shop.heard(ANN)[-1] == "Yes, Ann"


async def test_a_bot_thrown_out_loses_no_message_and_the_console_says_so(shop):
    shop.peer.member = "kicked"
    await shop.shopper(ANN, LAWYER)
    await shop.shopper(ANN, "Are you there?")
    [view] = await shop.product.assistant.handoffs()
    lines = await shop.product.assistant.transcript(view.conversation_id, notes=True)
    assert "Are you there?" in [line.text for line in lines]
    assert [line.text for line in lines if line.speaker == "note"] == [
        "A staff desk cannot show this conversation, go on here: telegram: Telegram refused: "
        "Forbidden: bot was kicked from the supergroup chat"
    ]
    shop.peer.member = "administrator"
    await shop.shopper(ANN, "Hello?")
    assert [text[0] for text in shop.peer.texts(shop.topic)] == ["🙋", "💬"]
