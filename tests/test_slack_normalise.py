"""Slack payloads in our words. Each payload file names the page of the documentation that it follows."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import EVE

from adapters.slack.common import Me, Staff
from adapters.slack.hints import hint
from adapters.slack.linking import Wish, link_wish
from adapters.slack.normalise import desk_user, normalise, overheard
from adapters.slack.reading import read as read_text
from bot.errors import BadInput
from bot.messages import Address, Attachment, InboundMessage, Kind, Sender
from bot.ports import Member, Role

FOLDER = Path(__file__).parent / "payloads" / "slack"
ME = Me("T0SHOP", "U0BOT", "B0BOT")
STAFF = Staff("C0STAFF", {"U0EVE": EVE})
SENT = datetime.fromtimestamp(1790000100, UTC) + timedelta(microseconds=100)
ANN = Address("slack", "T0SHOP", "D0ANN", user="U0ANN")
ANN_IN_THREAD = Address("slack", "T0SHOP", "C0SHOP", "1790000200.000100", "U0ANN", private=False)
DESK_THREAD = Address("slack", "T0SHOP", "C0STAFF", "1790000600.000001", "U0EVE", private=False)


def payload(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())["payload"]


def read(name: str, staff: Staff = STAFF) -> InboundMessage | None:
    return normalise(payload(name), ME, staff)


def test_every_payload_names_its_page_and_can_be_read():
    for file in FOLDER.glob("*.json"):
        assert json.loads(file.read_text())["page"].startswith("https://docs.slack.dev/"), file
        read(file.stem)


def test_a_direct_message():
    assert read("im_text") == InboundMessage("D0ANN:1790000100.000100", ANN, SENT, text="Where is order 1042?")
    assert read("im_text").address.private


def test_all_plain_direct_messages_are_one_conversation():
    names = ("im_text", "im_chinese", "im_own_thread", "press_im", "press_im_threaded", "im_edited", "im_file")
    assert {read(name).address for name in names} == {ANN}


def test_a_thread_of_the_agent_surface_is_a_conversation_of_its_own():
    assert read("im_agent_thread").address.thread == read("press_agent").address.thread == "1790000090.000100"
    assert read("im_agent_root").address.thread == "1790000107.000100"
    assert read("im_agent_thread").address.private


@pytest.mark.parametrize(("name", "text"), [
    ("im_chinese", "我的订单到哪儿了？"),
    ("im_links", "I am ann@example.com, call 020 7946 0000, see https://shop.example/a?x=1&y=2 and shop.example, "
                 "5 < 6 & 7 > 2, &lt;"),
    ("im_mentions", "ask @U0EVE or @bob in #help or #C0OTHER, @here @team 21 Sep"),
    ("im_emoji", "👍🏽 🎉 :partyparrot:"),
    ("im_me", "waits for order 1042"),
    ("mention", "where is order 1042?"),
    ("mention_in_thread", "hey what about mine, 1043?"),
])  # fmt: skip
def test_text_is_read_as_it_was_typed(name: str, text: str):
    message = read(name)
    assert (message.kind, message.text) == (Kind.TEXT, text)


@pytest.mark.parametrize(("typed", "text"), [
    ("where is <@U0BOT>?", "where is?"), ("<@U0BOT|shophand>: hi", "hi"), ("请问<@U0BOT>我的订单", "请问 我的订单"),
    ("a\n<@U0BOT> b\nc <@U0BOT>\nd", "a\nb\nc\nd"), ("<@U0BOTTOM> hi", "@U0BOTTOM hi"),
    ("&lt;@U0BOT&gt; &amp;amp;", "<@U0BOT> &amp;"),
])  # fmt: skip
def test_our_name_is_taken_out_and_nothing_else(typed: str, text: str):
    assert read_text(typed, "U0BOT") == text


def test_a_mention_and_the_same_post_as_message_are_one_row():
    assert read("mention") == read("mention_as_message")
    assert read("mention").source_id == "C0SHOP:1790000200.000100"


def test_in_a_channel_every_person_has_his_own_conversation_in_the_posts_thread():
    ann, bob = read("mention").address, read("mention_in_thread").address
    assert ann == ANN_IN_THREAD and not ann.private and not bob.private
    assert (bob.thread, bob.user) == (ann.thread, "U0BOB")
    assert {read(name).address for name in ("channel_thread", "channel_broadcast", "channel_thread_edited")} == {ann}


def test_groups_of_people_are_channels_too():
    assert not read("mpim_mention").address.private and not read("private_channel_mention").address.private


def test_our_bare_name_opens_the_chat():
    assert (read("mention_bare").kind, read("mention_bare").text) == (Kind.START, "")


@pytest.mark.parametrize("name", [
    "channel_talk", "im_empty", "own_message", "own_edited", "other_bot", "slackbot", "joined", "im_deleted",
    "im_unfurled", "home_opened", "view_submission", "press_other_element", "claim_elsewhere",
])  # fmt: skip
def test_what_is_not_said_to_us_is_nothing(name: str):
    assert read(name) is None


@pytest.mark.parametrize(("name", "expected"), [
    ("im_text", False), ("mention", False), ("mention_in_thread", False), ("mention_file", False),
    ("press_channel", False), ("staff_word", False), ("channel_thread", True), ("channel_thread_edited", True),
])  # fmt: skip
def test_what_a_thread_says_without_our_name_was_overheard(name: str, expected: bool):
    assert overheard(payload(name), read(name), ME) is expected


def test_a_file():
    message = read("im_file")
    assert (message.kind, message.text) == (Kind.FILE, "it came broken")
    assert message.attachments == (Attachment(
        "photo", "image/png", 92582, "cup.png", "https://files.slack.com/files-pri/T0SHOP-F0IMG/download/cup.png"),)
    assert (read("mention_file").kind, read("mention_file").text) == (Kind.FILE, "broken")


def test_files_by_their_kind():
    assert [file.kind for file in read("im_files_bare").attachments] == ["document", "voice", "video"]
    assert read("im_file_withheld").attachments == (Attachment("document"),)


def test_an_edit_names_what_it_replaces():
    message = read("im_edited")
    assert (message.kind, message.text, message.edits) == (Kind.EDIT, "Where is order 1042?", read("im_text").source_id)
    assert message.source_id not in (message.edits, read("im_text").source_id)


def test_a_button():
    message = read("press_im")
    assert (message.kind, message.button, message.text) == (Kind.BUTTON, "yes:7", "Yes & cancel")
    assert message.source_id == "1790000500.000001:U0ANN"


def test_a_button_pressed_by_another_goes_to_his_own_conversation():
    address = read("press_channel").address
    assert (address.thread, address.user, address.private) == ("1790000200.000100", "U0BOB", False)


# --- staff ------------------------------------------------------------------------------------------------------------


def test_staff_words_belong_to_the_desk_thread():
    message = read("staff_word")
    assert (message.sender, message.kind, message.name, message.staff) == (Sender.STAFF, Kind.TEXT, "Eve", "eve")
    assert message.text == "Hello Ann, I will look into it & write back"
    assert message.address == DESK_THREAD and message.address.desk_ref == "slack:T0SHOP:C0STAFF:1790000600.000001"


def test_staff_may_name_the_app():
    assert (read("staff_word_mention").sender, read("staff_word_mention").text) == (Sender.STAFF, "hello Ann")


def test_staff_files_are_not_passed_on_but_their_words_are():
    message = read("staff_file_with_words")
    assert (message.kind, message.text, message.attachments) == (Kind.TEXT, "see this", ())
    assert read("staff_file") is None


def test_staff_words_behind_the_mark_are_a_note():
    said = payload("staff_word")
    said["event"] |= {"text": "// she is a regular &amp; kind", "blocks": []}
    message = normalise(said, ME, STAFF)
    assert (message.kind, message.act, message.text) == (Kind.STAFF_ACT, "note", "she is a regular & kind")
    said["event"]["text"] = "//"
    assert normalise(said, ME, STAFF) is None


@pytest.mark.parametrize(("name", "act", "handoff"), [
    ("staff_claim", "claim", "h-17"), ("staff_approve_in_thread", "approve", "h-18")])
def test_staff_buttons(name: str, act: str, handoff: str):
    message = read(name)
    assert (message.sender, message.kind, message.act) == (Sender.STAFF, Kind.STAFF_ACT, act)
    assert (message.handoff_id, message.name, message.staff, message.address) == (handoff, "Eve", "eve", DESK_THREAD)


@pytest.mark.parametrize("name", [
    "staff_word_stranger", "staff_beside", "staff_mention_beside", "staff_edited", "staff_claim_stranger",
    "staff_reply_button", "staff_unknown_act",
])  # fmt: skip
def test_nothing_else_in_the_staff_channel_is_ours(name: str):
    assert read(name) is None


@pytest.mark.parametrize("name", ["staff_word", "staff_word_mention", "staff_claim"])
def test_without_a_staff_channel_nobody_is_staff(name: str):
    message = read(name, Staff())
    assert message is None or message.sender is Sender.SHOPPER


@pytest.mark.parametrize(("name", "user"), [
    ("staff_claim_stranger", "U0ANN"), ("staff_word_stranger", "U0ANN"), ("staff_file", "U0EVE"),
    ("staff_file_with_words", "U0EVE")])  # fmt: skip
def test_a_hint_for_who_did_what_has_no_effect(name: str, user: str):
    shown = hint(payload(name), STAFF)
    assert (shown.channel, shown.thread, shown.user) == ("C0STAFF", "1790000600.000001", user)


def test_words_of_who_is_not_linked_bring_one_hint_and_his_buttons_one_each():
    assert hint(payload("staff_word_stranger"), STAFF).once and not hint(payload("staff_claim_stranger"), STAFF).once


@pytest.mark.parametrize(("name", "role", "may"), [
    ("staff_claim", Role.AGENT, True), ("staff_approve_in_thread", Role.AGENT, False),
    ("staff_approve_in_thread", Role.LEAD, True), ("staff_approve_in_thread", Role.ADMIN, True),
])  # fmt: skip
def test_a_button_does_what_the_role_allows_and_says_what_it_does_not(name: str, role: Role, may: bool):
    staff = Staff("C0STAFF", {"U0EVE": Member("eve", "Eve", role)})
    shown = hint(payload(name), staff)
    assert ((read(name, staff) is not None), shown is None) == (may, may)
    assert may or (shown.user, shown.says) == ("U0EVE", "not_allowed")


@pytest.mark.parametrize(("name", "user"), [
    ("staff_word", "U0EVE"), ("staff_word_stranger", "U0ANN"), ("staff_claim_stranger", "U0ANN"),
    ("im_text", ""), ("claim_elsewhere", ""), ("mention", ""), ("home_opened", ""), ("view_submission", ""),
])  # fmt: skip
def test_who_does_something_at_the_desk_is_looked_up_and_nobody_else(name: str, user: str):
    assert desk_user(payload(name), "C0STAFF") == user
    assert desk_user(payload(name), "") == ""


# --- linking ----------------------------------------------------------------------------------------------------------

CODE = "K7QX-2M9D-R4WT"


def wish(name: str, text: str, staff: Staff = STAFF, **fields: Any) -> Wish | None:
    said = payload(name)
    said["event"] |= {"text": text, **fields}
    said["event"].pop("blocks", None)
    return link_wish(said, ME, staff)


@pytest.mark.parametrize(("name", "where"), [
    ("im_text", ("D0ANN", "", "U0ANN")), ("staff_beside", ("C0STAFF", "", "U0EVE")),
    ("staff_word_stranger", ("C0STAFF", "1790000600.000001", "U0ANN")),
    ("staff_word", ("C0STAFF", "1790000600.000001", "U0EVE")),
])  # fmt: skip
@pytest.mark.parametrize("text", ["link {}", " LINK  {} ", "/link {}", "<@U0BOT> link {}", "link: {}"])
def test_a_code_is_heard_at_the_desk_and_in_private(name: str, where: tuple[str, str, str], text: str):
    assert wish(name, text.format(CODE)) == Wish(*where, CODE)


@pytest.mark.parametrize(("name", "text"), [
    ("im_text", "link broken"), ("im_text", "link to order 1042"), ("im_text", f"link {CODE} please"),
    ("im_text", "the link K7QX-2M9D-R4WT"), ("channel_thread", f"link {CODE}"), ("staff_word", "link below"),
    ("own_message", f"link {CODE}"), ("mention", f"<@U0BOT> link {CODE}"),
])  # fmt: skip
def test_what_only_looks_like_it_is_no_wish(name: str, text: str):
    assert wish(name, text) is None


def test_at_the_desk_a_stranger_hears_of_every_wrong_code():
    assert wish("staff_word_stranger", "link 42").code == "42"


def test_without_a_staff_channel_nobody_is_linked():
    assert wish("im_text", f"link {CODE}", Staff()) is None


def test_all_others_get_no_hint():
    told = {file.stem for file in FOLDER.glob("*.json") if hint(payload(file.stem), STAFF)}
    assert told == {"staff_claim_stranger", "staff_word_stranger", "staff_file", "staff_file_with_words"}


# --- forms that are not documented ------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [
    {"type": "event_callback"}, {"type": "event_callback", "event": {"type": "message", "user": "U0ANN"}},
    {"type": "event_callback", "event": {"type": "message", "user": "U0ANN", "channel": "D0ANN", "ts": "soon",
                                         "text": "hi"}},
    {"type": "block_actions", "user": {"id": "U0ANN"}}, {"type": "block_actions", "user": "U0ANN", "actions": []},
])  # fmt: skip
def test_an_undocumented_form_is_said_so(broken: dict[str, Any]):
    with pytest.raises(BadInput):
        normalise(broken, ME, STAFF)


@pytest.mark.parametrize("broken", [
    {"type": "event_callback", "event": "message"}, {"type": "block_actions", "user": {"id": "U0ANN"}},
    {"type": "block_actions", "user": "U0ANN", "channel": {"id": "C0STAFF"}},
])  # fmt: skip
def test_nobody_is_looked_up_for_an_undocumented_form(broken: dict[str, Any]):
    with pytest.raises(BadInput):
        desk_user(broken, "C0STAFF")
