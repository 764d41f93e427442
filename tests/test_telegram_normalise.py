"""Telegram updates in our words. Each payload file names the page of the documentation that it follows."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.telegram.addressing import Me
from adapters.telegram.files import words_in
from adapters.telegram.normalise import normalise
from adapters.telegram.normalise import read as update
from bot.errors import BadInput
from bot.messages import Address, Attachment, InboundMessage, Kind, Sender

FOLDER = Path(__file__).parent / "payloads" / "telegram"
ME = Me(id=700100, username="shophand_bot")
NOW = datetime(2026, 9, 21, 15, 0, tzinfo=UTC)
SENT = datetime.fromtimestamp(1790000000, UTC)
ANN = Address("telegram", "700100", "111", user="111")


def read(name: str) -> InboundMessage | None:
    return normalise(update(json.loads((FOLDER / f"{name}.json").read_text())["payload"]), ME, NOW)


def test_every_payload_names_its_page_and_can_be_read():
    for file in FOLDER.glob("*.json"):
        assert json.loads(file.read_text())["page"].startswith("https://core.telegram.org/bots/api#"), file
        read(file.stem)


def test_private_text():
    assert read("private_text") == InboundMessage(
        source_id="111:10", address=ANN, sent_at=SENT, text="Where is order 1042?", name="Ann Smith", language="en")
    assert read("private_text").address.private


def test_chinese_with_the_locale_hint():
    message = read("private_chinese")
    assert (message.text, message.language, message.name) == ("我的订单到哪了？", "zh-hans", "魏 明")


def test_emoji_only_is_text():
    assert read("private_emoji").text == "👍🏽"


def test_thread_of_a_private_chat_with_topics_is_kept():
    assert read("private_topic").address == Address("telegram", "700100", "111", thread="77", user="111")


@pytest.mark.parametrize(("name", "kind", "text"), [
    ("start", Kind.START, ""),
    ("start_payload", Kind.START, "order-1042"),
    ("help", Kind.START, ""),
])
def test_commands(name, kind, text):
    assert (read(name).kind, read(name).text) == (kind, text)


@pytest.mark.parametrize(("name", "text"), [
    ("group_mention", "👋 where is order 1042?"),
    ("group_text_mention", "hi"),
    ("group_reply", "没收到"),
    ("group_command", "/status 1042"),
    ("topic_mention", "hello"),
])
def test_group_message_to_the_bot_loses_the_bots_name(name, text):
    message = read(name)
    assert (message.kind, message.text, message.address.private) == (Kind.TEXT, text, False)


def test_two_people_in_one_group_have_their_own_conversations():
    ann, wei = read("group_mention").address, read("group_reply").address
    assert ann.chat == wei.chat == "-4001"
    assert ann.conversation_id != wei.conversation_id


def test_topic_of_a_forum_is_the_thread():
    assert read("topic_mention").address == Address("telegram", "700100", "-1004002", thread="42", user="111")


def test_bare_mention_opens_the_conversation():
    assert (read("group_bare_mention").kind, read("group_bare_mention").text) == (Kind.START, "")


@pytest.mark.parametrize("name", [
    "group_talk", "group_other_mention", "group_other_command", "topic_implicit_reply", "other_bot", "own_message",
    "as_channel", "joined", "migrated", "thrown_out", "channel_post", "edited_invisibly", "button_inline",
])
def test_not_for_us(name):
    assert read(name) is None


def test_edit_names_the_message_it_replaces():
    message = read("edited")
    assert (message.kind, message.text, message.edits) == (Kind.EDIT, "Where is order 1043?", "111:10")
    assert message.source_id != message.edits
    assert message.sent_at == SENT + timedelta(seconds=30)


def test_button():
    assert read("button") == InboundMessage(
        source_id="cb:98765", address=ANN, sent_at=NOW, kind=Kind.BUTTON, button="confirm:yes", name="Ann Smith",
        language="en")


def test_button_in_a_group_belongs_to_who_pressed_it():
    assert read("button_in_group").address == Address("telegram", "700100", "-1004002", thread="42", user="222")


def test_button_under_an_old_message_still_counts():
    assert read("button_old").address == ANN


@pytest.mark.parametrize(("name", "text", "attachment"), [
    ("photo", "It came broken", Attachment("photo", "image/jpeg", 128000, "", "photo-1280")),
    ("photo_bare", "", Attachment("photo", "image/jpeg", 128000, "", "photo-1280")),
    ("group_photo", "broken", Attachment("photo", "image/jpeg", 128000, "", "photo-1280")),
    ("document", "", Attachment("document", "application/pdf", 5120, "invoice.pdf", "doc-1")),
    ("voice", "", Attachment("voice", "audio/ogg", 800, "", "voice-1")),
    ("video", "", Attachment("video", "video/mp4", 0, "", "video-1")),
    ("video_note", "", Attachment("video", "", 70000, "", "note-1")),
    ("heic", "", Attachment("document", "image/heic", 900000, "IMG_0001.HEIC", "heic-1")),
    ("animation", "", Attachment("video", "video/mp4", 0, "", "gif-1")),
    ("sticker", "", Attachment("sticker", "image/webp", 900, "", "st-1")),
])
def test_files(name, text, attachment):
    message = read(name)
    assert (message.kind, message.text, message.attachments) == (Kind.FILE, text, (attachment,))


@pytest.mark.parametrize(("name", "kind", "words"), [
    ("location", "location", "51.500000, -0.100000"),
    ("venue", "location", "51.500729, -0.124625\nParcel locker\n2 Bridge Street"),
    ("poll", "poll", "Which colour?\n- Blue\n- Green"),
    ("dice", "dice", "🎲 4"),
    ("contact_other", "contact", "Bob\n020 7946 0018"),
])
def test_what_is_neither_text_nor_file_is_a_file_of_its_words(name, kind, words):
    message = read(name)
    (kept,) = message.attachments
    assert (message.kind, message.text, kept.kind) == (Kind.FILE, "", kind)
    assert (words_in(kept.handle).decode(), kept.name) == (words, " ".join(words.split()))


def test_of_what_a_bot_gets_nothing_the_file_did_not_come_through():
    assert read("story").attachments == (Attachment("story"),)


def test_ones_own_shared_contact_is_its_phone_number():
    assert (read("contact_own").kind, read("contact_own").text) == (Kind.TEXT, "+447700900123")


@pytest.mark.parametrize("act", ["blocked", "unblocked"])
def test_who_blocks_us_or_lets_us_in_again_says_nothing_himself(act):
    message = read(act)
    assert (message.sender, message.kind, message.act) == (Sender.CLOCK, Kind.TIMER, act)
    assert (message.address, message.source_id) == (ANN, "member:5001:1790000000")


@pytest.mark.parametrize("payload", [{}, {"update_id": 1, "message": {"text": "no chat"}}])
def test_a_malformed_update_is_bad_input(payload):
    with pytest.raises(BadInput):
        normalise(update(payload), ME, NOW)
