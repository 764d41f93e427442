"""What Telegram asks of a bot, box by box: the real SDK and the whole product against a Bot API on loopback.

A test is named as its box. Boxes that another file tests already are named in ELSEWHERE.
"""

import asyncio
import importlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import NOW
from fakes import FakeFront, FakeOffice, TalkingFront
from peers.telegram import TOKEN, TelegramPeer
from peers.telegram_forum import GROUP, ForumPeer
from store_rig import open_rig, reply
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter
from telegram_rig import ANN, BOB, EVE, LAWYER, Shop, open_shop, running_shop
from test_store_budgets import Platform, all_sent, to_many

from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.telegram.channel import TelegramChannel
from adapters.telegram.desk import TelegramDesk
from bot.assistant import Assistant
from bot.clock import ManualClock
from bot.conversation import IntentScore, Understanding, Utterance
from bot.errors import TemporaryFailure
from bot.leases import while_held
from bot.messages import Address, Button, Card, InboundMessage, Picture, Reply
from bot.ports import Language, Receipt
from bot.speech import WrittenWords
from bot.store.tables import Turns

# the SDK itself announces, whenever it builds this error, that the attribute will change its type
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be of type")

POLLING, WEBHOOK, CHANNEL = "test_telegram_polling", "test_telegram_webhook", "test_telegram_channel"
NORMALISE, RENDER, DESK = "test_telegram_normalise", "test_telegram_render", "test_telegram_desk"
TOOLS = "test_telegram_tools"

ELSEWHERE = {
    "the offset moves only after the commit": (POLLING, "test_what_could_not_be_stored_is_asked_for_again"),
    "a poll lasts at most 50 s": (POLLING, "test_the_poll_is_long_and_asks_only_for_what_we_read"),
    "polling or webhook, never both": (POLLING, "test_a_webhook_left_behind_is_taken_away"),
    "409 on two pollers": (POLLING, "test_a_second_poller_is_told_of_clearly_and_does_not_spin"),
    "the secret is compared in constant time": (WEBHOOK, "test_the_secret_is_compared_in_constant_time"),
    "without the secret 403": (WEBHOOK, "test_a_stranger_is_refused_unread"),
    "a store failure answers 5xx": (WEBHOOK, "test_what_could_not_be_stored_is_answered_with_500_and_sent_again"),
    "an update is known again as one of a set": (POLLING, "test_ids_that_start_anew_lower_down_are_still_received"),
    "a redelivery is one message": (WEBHOOK, "test_a_redelivery_is_stored_once"),
    "a callback older than 150 s": (POLLING, "test_a_button_too_old_to_answer_is_only_logged"),
    "a callback is answered after it is stored": (POLLING, "test_a_button_is_not_answered_before_it_is_stored"),
    "an edit": (NORMALISE, "test_edit_names_the_message_it_replaces"),
    "a deep link's payload": (NORMALISE, "test_commands"),
    "groups only when addressed": (NORMALISE, "test_not_for_us"),
    "a migrated group is written to": (CHANNEL, "test_a_reply_follows_a_group_that_became_a_supergroup"),
    "Retry-After stalls that chat alone": (CHANNEL, "test_a_flood_in_one_chat_stops_no_other"),
    "Retry-After of the staff group stalls no shopper": (
        DESK, "test_a_wait_that_telegram_asks_of_the_group_stops_no_shopper"),
    "20 a minute in the staff group": (DESK, "test_the_groups_messages_of_a_minute_are_never_exceeded"),
    "an edit counts as a message of the group": (TOOLS, "test_a_menu_for_which_the_group_has_no_room_says_so"),
    "a topic counts as a message of the group": (DESK, "test_no_topic_is_made_that_would_stand_empty"),
    "a split at a safe boundary": (RENDER, "test_cut_at_the_best_boundary"),
    "never inside a sign or a surrogate pair": (RENDER, "test_no_sign_is_torn_apart"),
    "never inside an entity": (RENDER, "test_a_bold_title_is_found_again_in_its_part"),
    "a deleted topic": (DESK, "test_a_deleted_topic_gets_a_new_one_with_the_summary"),
    "a bot thrown out of the staff group": (DESK, "test_a_bot_thrown_out_loses_no_message_and_the_console_says_so"),
    "the secret is 1 to 256 of A-Za-z0-9_-": (CHANNEL, "test_the_webhooks_secret_is_what_telegram_takes"),
    "a callback's answer is at most 200": (TOOLS, "test_every_page_and_command_has_its_words"),
    "a file of any size is fetched up to the limit": (CHANNEL, "test_a_file_that_turns_out_too_large_is_refused"),
}  # fmt: skip


@pytest.mark.parametrize("box", ELSEWHERE)
def test_the_boxes_of_other_files_are_there(box):
    module, name = ELSEWHERE[box]
    assert callable(getattr(importlib.import_module(module), name, None)), name


INTENTS = {"cancel": "cancel_order", "where": "order_status", "yes": "affirm"}


class Heard:
    """An interpreter that knows a few words."""

    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        intents = tuple(IntentScore(name, 0.95) for word, name in INTENTS.items() if word in text.casefold())
        return Understanding(text, intents, (), "en", 0.9, 0.7, "words")


LANGUAGE = Language(Heard(), WrittenWords())
PERSON = {"id": ANN, "is_bot": False, "first_name": "Ann"}
EMMA, ORDER = "emma.clarke@example.com", "10043"


@pytest.fixture
async def shop(home):
    async with open_shop(home, LANGUAGE) as shop:
        yield shop


async def asked_to_confirm(shop: Shop) -> str:
    """ANN is asked whether her order is to be cancelled; the data of the button that says yes."""
    await shop.shopper(ANN, f"cancel order {ORDER}")
    await shop.shopper(ANN, EMMA)
    return next(data for data in shop.buttons(ANN) if data.startswith("yes:"))


async def state(shop: Shop) -> str:
    proof = await shop.product.shop.identify(ORDER, EMMA)
    assert proof is not None
    order = await shop.product.shop.order(ORDER, proof)
    assert order is not None
    return order.state


# --- the peer itself --------------------------------------------------------------------------------------------------


@pytest.fixture
async def peer():
    async with TelegramPeer() as peer:
        peer.chat(ANN)
        yield peer


@pytest.fixture
async def bot(peer):
    async with Bot(TOKEN, base_url=f"{peer.url}/bot") as bot:
        yield bot


def keys(*data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data=one)] for one in data])


@pytest.mark.parametrize(("method", "fields", "words"), [
    ("send_message", {"text": "a" * 4097}, "message is too long"),
    ("send_message", {"text": "😀" * 2049}, "message is too long"),
    ("send_message", {"text": "a", "reply_markup": keys("d" * 65)}, "button_data_invalid"),
    ("send_message", {"text": "a", "reply_markup": keys(*"d" * 101)}, "reply markup is too long"),
    ("send_message", {"text": "<b>a", "parse_mode": "HTML"}, "can't find end tag"),
    ("send_message", {"text": "a <3 <blink>b</blink>", "parse_mode": "HTML"}, "unsupported start tag"),
    ("send_message", {"text": "a", "entities": [MessageEntity("bold", 0, 2)]}, "entity_bounds_invalid"),
    ("send_message", {"text": "a", "reply_markup": ReplyKeyboardMarkup([[" "]])}, "button text must be non-empty"),
    ("send_photo", {"photo": "https://shop.example/cup.jpg", "caption": "a" * 1025}, "caption is too long"),
    ("send_photo", {"photo": "https://shop.example/none.jpg"}, "failed to get http url content"),
])
async def test_telegram_refuses_what_does_not_fit(peer, bot, method, fields, words):
    peer.pictures.add("https://shop.example/cup.jpg")
    with pytest.raises(BadRequest, match=f"(?i){words}"):
        await getattr(bot, method)(ANN, **fields)
    assert peer.sent == []


@pytest.mark.parametrize(("chat", "error"), [
    ({"blocked": True}, Forbidden), ({"migrated_to": -1001}, ChatMigrated), ({"floods": [7]}, RetryAfter),
])
async def test_telegram_refuses_a_chat_that_takes_nothing(peer, bot, chat, error):
    peer.chat(ANN, **chat)
    with pytest.raises(error):
        await bot.send_message(ANN, "hello")


async def test_telegram_refuses_a_callback_query_that_is_answered_late_or_twice(peer, bot):
    clock = ManualClock(NOW)
    peer._now = clock.now
    peer.spinning = {"1": clock.now(), "2": clock.now()}
    clock.advance(timedelta(seconds=150))
    assert await bot.answer_callback_query("1")
    clock.advance(timedelta(seconds=1))
    for late in ("1", "2", "3"):
        with pytest.raises(BadRequest, match=r"(?i)query is too old"):
            await bot.answer_callback_query(late)


async def test_telegram_sends_only_what_it_is_asked_for(peer, bot):
    for kind in ("message", "chat_member", "channel_post"):
        await peer.push({kind: {}})
    assert len(peer.waiting) == 2  # who is a member is told to nobody unasked
    await bot.do_api_request("getupdates", api_kwargs={"allowed_updates": ("message",), "offset": 504})
    for kind in ("message", "channel_post"):
        await peer.push({kind: {}})
    assert peer.waiting == [504]


@pytest.mark.parametrize(("update", "seconds"), [({"callback_query": {"id": "1"}}, 150), ({"message": {}}, 86400)])
async def test_telegram_drops_what_nobody_fetches_in_time(peer, bot, update, seconds):
    clock = ManualClock(NOW)
    peer._now = clock.now
    await peer.push(update)
    for waits, left in ((seconds, [501]), (1, [])):
        clock.advance(timedelta(seconds=waits))
        await bot.do_api_request("getupdates", api_kwargs={"offset": 0})
        assert peer.waiting == left


@pytest.mark.parametrize(("url", "taken"), [
    ("https://shop.example/bot", True), ("https://shop.example:8443/bot", True),
    ("https://shop.example:8080/bot", False),
])
async def test_telegram_calls_a_webhook_on_four_ports_only(bot, url, taken):
    assert (TelegramSettings(TOKEN, mode="webhook", public_url=url).problems() == ()) is taken
    if taken:
        assert await bot.set_webhook(url)
    else:
        with pytest.raises(BadRequest, match="443"):
            await bot.set_webhook(url)


# --- in ---------------------------------------------------------------------------------------------------------------


async def test_one_poller_per_token_a_second_process_waits_and_takes_over(peer):
    front = FakeFront()
    settings = TelegramSettings(TOKEN, base_url=peer.url)
    first, second = (TelegramAdapter(front, FakeOffice({}), settings) for _ in range(2))
    tasks = [asyncio.create_task(while_held(front.lease, one.sole, one.run, 0.06)) for one in (first, second)]
    await peer.push({"message": {"message_id": 1, "date": 0, "text": "one", "from": PERSON,
                                 "chat": {"id": ANN, "type": "private"}}})  # fmt: skip
    await peer.until(lambda: peer.waiting == [])
    polls = len(peer.asked("getUpdates"))
    tasks[0].cancel()
    await asyncio.gather(tasks[0], return_exceptions=True)
    await first.channel.send(Address("telegram", "700100", str(ANN), user=str(ANN)), Reply("still here"), "m1")
    await peer.push({"message": {"message_id": 2, "date": 0, "text": "two", "from": PERSON,
                                 "chat": {"id": ANN, "type": "private"}}})  # fmt: skip
    await peer.until(lambda: peer.waiting == [])
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await first.close()
    assert (front.texts, peer.asked("getUpdates")[polls]["offset"]) == (["one", "two"], "502")
    assert [sent["text"] for sent in peer.sent] == ["still here"]


async def test_a_webhook_is_answered_by_every_process():
    webhook = TelegramSettings(TOKEN, mode="webhook", public_url="https://shop.example")
    assert TelegramAdapter(FakeFront(), FakeOffice({}), webhook).sole == ""


async def test_a_callback_that_overtakes_a_message_waits_for_what_was_accepted_before_it(shop):
    """Telegram brings buttons and messages in queues of their own: the order of acceptance is the one that counts."""
    yes = await asked_to_confirm(shop)
    await shop.peer.push({"callback_query": shop.tap(ANN, yes)})
    await shop.peer.push({"message": shop.message(ANN, "no wait, where is it?")})
    await shop.peer.until(lambda: shop.peer.waiting == [])
    assert await state(shop) == "open"
    await shop.product.dispatcher.drain()
    assert await state(shop) == "open"  # she had said something else by then: nothing is done unasked


async def test_a_button_that_can_no_longer_be_answered_still_confirms(shop, monkeypatch):
    yes, receive = await asked_to_confirm(shop), Assistant.receive

    async def slowly(self: Assistant, message: InboundMessage) -> Receipt:
        shop.clock.advance(timedelta(seconds=151))
        return await receive(self, message)

    monkeypatch.setattr(Assistant, "receive", slowly)
    await shop.done({"callback_query": shop.tap(ANN, yes)})
    await shop.peer.until(lambda: shop.peer.asked("answerCallbackQuery") != [])
    assert (await state(shop), len(shop.peer.spinning)) == ("cancelled", 1)


async def test_a_button_that_telegram_has_dropped_is_made_up_for_by_the_word(home):
    clock = ManualClock(NOW)
    async with ForumPeer(clock.now) as peer:
        peer.chat(ANN)
        async with running_shop(home, peer, clock, LANGUAGE) as shop:
            yes, said = await asked_to_confirm(shop), shop.said
            tap = shop.tap(ANN, yes)
        await peer.push({"callback_query": tap})  # while nobody is there
        clock.advance(timedelta(seconds=151))
        async with running_shop(home, peer, clock, LANGUAGE) as shop:
            shop.said = said + 1
            await shop.done()
            assert (await state(shop), peer.asked("answerCallbackQuery")) == ("open", [])
            await shop.shopper(ANN, "yes")
            assert await state(shop) == "cancelled"


async def test_the_word_yes_confirms_as_the_button_does(shop):
    await asked_to_confirm(shop)
    await shop.shopper(ANN, "yes")
    assert await state(shop) == "cancelled"


async def test_a_yes_that_comes_twice_acts_once(shop):
    yes = await asked_to_confirm(shop)
    tap = shop.tap(ANN, yes)
    await shop.done({"callback_query": tap})
    said = len(shop.heard(ANN))
    await shop.done({"callback_query": tap})  # redelivered
    assert len(shop.heard(ANN)) == said
    await shop.done({"callback_query": shop.tap(ANN, yes)})  # pressed again
    assert await state(shop) == "cancelled" and "button" in shop.heard(ANN)[-1]


async def test_a_pending_confirmation_survives_a_restart(home):
    clock = ManualClock(NOW)
    async with ForumPeer(clock.now) as peer:
        peer.chat(ANN)
        async with running_shop(home, peer, clock, LANGUAGE) as shop:
            await asked_to_confirm(shop)
            said = shop.said
        await peer.push({"message": {**shop.message(ANN, "yes"), "message_id": said + 1}})  # while nobody is there
        async with running_shop(home, peer, clock, LANGUAGE) as shop:
            await shop.done()
            assert await state(shop) == "cancelled"


async def test_an_edit_counts_until_the_message_is_worked_on_and_is_hinted_at_after_that(shop):
    first = shop.message(ANN, "cancel order 10042")
    await shop.peer.push({"message": first})
    await shop.done({"edited_message": {**first, "text": f"where is order {ORDER}?", "edit_date": 1790000005}})
    assert len(shop.heard(ANN)) == 1 and not any("10042" in text for text in shop.heard(ANN))
    await shop.done({"edited_message": {**first, "text": "cancel it", "edit_date": 1790000009}})
    assert len(shop.heard(ANN)) == 2 and "edit" in shop.heard(ANN)[-1].casefold()


async def test_a_deep_link_that_is_none_of_ours_opens_the_chat_and_proves_nothing(shop):
    await shop.shopper(ANN, "/start order-10043", entities=[{"type": "bot_command", "offset": 0, "length": 6}])
    assert "intent:order_status" in shop.buttons(ANN) and ORDER not in shop.heard(ANN)[-1]


async def test_a_command_of_the_menu_does_what_it_says(shop):
    await shop.shopper(ANN, "/person", entities=[{"type": "bot_command", "offset": 0, "length": 7}])
    [view] = await shop.product.assistant.handoffs()
    assert view.reason == "requested"


@pytest.mark.parametrize(("fields", "kind", "kept"), [
    ({"voice": {"file_id": "f", "file_unique_id": "u", "duration": 2}}, "voice", b"OggS voice"),
    ({"video_note": {"file_id": "f", "file_unique_id": "u", "duration": 2, "length": 9}}, "video", b"....ftypmp42"),
    ({"document": {"file_id": "f", "file_unique_id": "u", "file_name": "I.HEIC", "mime_type": "image/heic"}},
     "document", b"....ftypheic"),
    ({"sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 9, "height": 9,
                  "is_animated": False, "is_video": False}}, "sticker", b"RIFF....WEBP"),
    ({"location": {"latitude": 51.5, "longitude": -0.1}}, "location", b"51.500000, -0.100000"),
    ({"dice": {"emoji": "🎲", "value": 4}}, "dice", "🎲 4".encode()),
], ids=["voice", "video note", "HEIC", "sticker", "location", "dice"])
async def test_what_is_no_text_is_kept_for_staff_and_the_shopper_is_told_that_the_bot_cannot_tell(
    shop, fields, kind, kept
):
    shop.peer.files["f"] = kept
    await shop.shopper(ANN, "", **fields)
    assert (await _acts(shop))[-1] == "file_kept"
    await shop.shopper(ANN, LAWYER)
    [view] = await shop.product.assistant.handoffs()
    [line] = [line for line in await shop.product.assistant.transcript(view.conversation_id) if line.attachments]
    assert await shop.product.assistant.file(line.attachments[0]) == kept
    _, shown = shop.peer.texts(shop.topic)  # after the summary
    assert shop.peer.files[shown] == kept


async def test_a_place_sent_to_a_person_stands_in_the_line_itself(shop):
    await shop.shopper(ANN, LAWYER)
    await shop.shopper(ANN, "", location={"latitude": 51.5, "longitude": -0.1})
    assert shop.peer.texts(shop.topic)[1:] == ["💬 [location 51.500000, -0.100000]"]


async def test_of_what_no_bot_gets_the_shopper_is_told_that_it_did_not_come_through(shop):
    await shop.shopper(ANN, "", story={"id": 3, "chat": {"id": ANN, "type": "private"}})
    assert (await _acts(shop))[-1] == "file_lost"


async def _acts(shop: Shop) -> list[str]:
    """Everything the bot has said so far."""
    turns = Turns.__table__
    async with shop.product.engine.connect() as connection:
        rows = await connection.execute(
            sa.select(turns.c.record).where(turns.c.speaker == "bot").order_by(turns.c.id))
        return [act for row in rows for act in row.record["acts"]]


async def test_a_shared_contact_proves_the_phone_only_of_him_who_sent_it(shop):
    await shop.shopper(ANN, f"where is order {ORDER}?")
    shared = {"phone_number": await _phone(shop), "first_name": "Emma"}
    await shop.shopper(ANN, "", contact={**shared, "user_id": BOB})
    assert "identify/done" not in await _acts(shop)
    await shop.shopper(ANN, "", contact={**shared, "user_id": ANN})
    assert "identify/done" in await _acts(shop)


async def test_who_is_asked_for_his_contact_can_share_his_number_with_one_press(shop):
    await shop.shopper(ANN, f"where is order {ORDER}?")
    keys = shop.peer.sent[-1]["reply_markup"]
    assert keys["keyboard"] == [[{"text": "Share my phone number", "request_contact": True}]]
    assert keys["one_time_keyboard"] is True
    await shop.shopper(ANN, EMMA)
    assert "keyboard" not in shop.peer.sent[-1].get("reply_markup", {})


async def test_no_number_is_asked_for_by_a_button_in_a_group(peer, channel):
    peer.chat(-4001, type="group")
    group = Address("telegram", "700100", "-4001", user=str(ANN), private=False)
    await channel.send(group, Reply("Which phone number?", share="Share my phone number"), "m1")
    assert "reply_markup" not in peer.sent[0]


async def _phone(shop: Shop) -> str:
    proof = await shop.product.shop.identify(ORDER, EMMA)
    assert proof is not None
    order = await shop.product.shop.order(ORDER, proof)
    assert order is not None and order.phone
    return order.phone


def in_group(shop: Shop, chat: int, text: str) -> dict[str, Any]:
    said = f"@shophand_bot {text}"
    group = {"id": chat, "type": "supergroup" if chat < -1000 * 10**6 else "group", "title": "Family"}
    return {"message": shop.message(ANN, said, chat=group, entities=[{"type": "mention", "offset": 0, "length": 13}])}


async def test_order_data_is_said_in_private_only(shop):
    shop.peer.chat(-4001, type="group")
    await shop.done(in_group(shop, -4001, f"where is order {ORDER}?"))
    [said] = [sent["text"] for sent in shop.peer.sent if sent["chat_id"] == -4001]
    assert "go_private" in await _acts(shop) and ORDER not in said


async def test_in_a_group_an_answer_quotes_whom_it_answers_and_in_private_it_quotes_nobody(shop):
    shop.peer.chat(-4001, type="group")
    asked = in_group(shop, -4001, "hello")
    await shop.done(asked)
    [said] = [sent for sent in shop.peer.sent if sent["chat_id"] == -4001]
    assert said["reply_parameters"] == {
        "message_id": asked["message"]["message_id"], "allow_sending_without_reply": True}  # fmt: skip
    await shop.shopper(ANN, "hello")
    assert "reply_parameters" not in shop.peer.sent[-1]


async def test_only_the_first_part_quotes_and_a_button_is_no_message(peer, channel):
    peer.chat(-4001, type="group")
    group = Address("telegram", "700100", "-4001", user=str(ANN), private=False)
    await channel.send(group, Reply("word " * 1500, answers="-4001:7"), "m1")
    for other in ("cb:98", "-4002:7", "-4001:7:edit:3"):
        await channel.send(group, Reply("hello", answers=other), other)
    assert ["reply_parameters" in sent for sent in peer.sent] == [True] + [False] * 4


async def test_a_group_that_becomes_a_supergroup_keeps_its_conversations(shop):
    shop.peer.chat(-4001, type="group")
    await shop.done(in_group(shop, -4001, LAWYER))
    topic = shop.topic
    shop.peer.chat(-4001, type="group", migrated_to=-1001234567001)
    shop.peer.chat(-1001234567001, type="supergroup")
    group = {"id": -4001, "type": "group", "title": "Family"}
    await shop.done({"message": shop.message(ANN, "", chat=group, migrate_to_chat_id=-1001234567001)})
    await shop.done(in_group(shop, -1001234567001, "are you there?"))
    await shop.staff("Yes, Ann", topic)
    assert shop.peer.texts(topic)[-1] == "📝 Taken over by Eve"
    assert "💬 are you there?" in shop.peer.texts(topic)
    assert [sent["text"] for sent in shop.peer.sent if sent["chat_id"] == -1001234567001][-1] == "Yes, Ann"


async def member(shop: Shop, status: str) -> None:
    shop.said += 1
    bot = {"id": 700100, "is_bot": True, "first_name": "S", "username": "shophand_bot"}
    new = {"status": status, "user": bot, **({"until_date": 0} if status == "kicked" else {})}
    await shop.done({"my_chat_member": {"chat": {"id": ANN, "type": "private", "first_name": "Ann"}, "from": PERSON,
                                        "date": 1790000000 + shop.said, "old_chat_member": new,
                                        "new_chat_member": new}})  # fmt: skip


async def test_who_blocks_the_bot_or_lets_it_in_again_is_noted_for_whoever_talks_with_him(shop):
    await shop.shopper(ANN, LAWYER)
    heard = len(shop.heard(ANN))
    await member(shop, "kicked")
    await member(shop, "member")
    blocked, free = shop.peer.texts(shop.topic)[1:]
    assert blocked.startswith("📝 The shopper has blocked") and free.startswith("📝 The shopper has let")
    assert len(shop.heard(ANN)) == heard


async def test_who_blocks_the_bot_while_nobody_talks_with_him_calls_nobody(shop):
    await shop.shopper(ANN, "hello")
    await member(shop, "kicked")
    assert await shop.product.assistant.handoffs() == [] and shop.peer.topics == {}


# --- out --------------------------------------------------------------------------------------------------------------


async def test_what_can_never_be_delivered_brings_in_a_person(shop):
    shop.peer.chats[ANN].blocked = True
    await shop.shopper(ANN, "hello")
    [view] = await shop.product.assistant.handoffs()
    assert view.reason == "undeliverable" and len(shop.peer.topics) == 1


async def test_a_bot_thrown_out_of_the_staff_group_says_so_in_the_log(shop, caplog):
    bot = {"id": 700100, "is_bot": True, "first_name": "S", "username": "shophand_bot"}
    gone = {"status": "kicked", "user": bot, "until_date": 0}
    await shop.done({"my_chat_member": {"chat": {"id": GROUP, "type": "supergroup", "title": "Desk"}, "from": PERSON,
                                        "date": 1790000000, "old_chat_member": gone, "new_chat_member": gone}})
    assert "no longer in the staff group (kicked)" in caplog.text
    assert await shop.product.assistant.handoffs() == []


async def test_a_deleted_staff_group_loses_no_message_and_the_console_says_so(shop):
    del shop.peer.chats[GROUP]
    await shop.shopper(ANN, LAWYER)
    [view] = await shop.product.assistant.handoffs()
    lines = await shop.product.assistant.transcript(view.conversation_id, notes=True)
    assert ["chat not found" in line.text.casefold() for line in lines if line.speaker == "note"] == [True]


async def test_one_message_a_second_to_a_person_after_a_short_burst(tmp_path):
    async with open_rig(tmp_path) as rig:
        await rig.turn("m1", *(reply(f"{number}") for number in range(8)))
        sent = await all_sent([rig], Platform(rig, TelegramChannel.pace), seconds=3)
    assert [at for at, _ in sent] == [0, 0, 0, 0, 0, 1, 2, 3]


async def test_thirty_messages_a_second_in_all(tmp_path):
    async with open_rig(tmp_path) as rig:
        assert await to_many(rig, TelegramChannel.pace, 46) == {0: 30, 0.5: 15, 1: 1}
    assert TelegramDesk.pace.account == TelegramChannel.pace.account


async def test_who_answers_a_shopper_in_a_hurry_is_never_refused(shop):
    await shop.shopper(ANN, LAWYER)
    lines = [f"line {number}" for number in range(12)]
    for line in lines:
        await shop.peer.write(EVE, line, shop.topic)
    await shop.done()
    assert len(shop.heard(ANN)) == 5
    for _ in lines:
        shop.clock.advance(timedelta(seconds=1))
        await shop.done()
    assert (shop.heard(ANN)[-12:], shop.peer.floods_refused) == (lines, 0)


async def test_telegram_refuses_who_writes_too_fast_to_one_and_to_all():
    clock = ManualClock(NOW)
    async with TelegramPeer(clock.now) as peer, Bot(TOKEN, base_url=f"{peer.url}/bot") as bot:
        for user in (ANN, *range(40)):
            peer.chat(user)
        for _ in range(10):
            await bot.send_message(ANN, "hello")
        with pytest.raises(RetryAfter, match="1 second"):
            await bot.send_message(ANN, "hello")
        for user in range(20):
            await bot.send_message(user, "hello")
        with pytest.raises(RetryAfter):
            await bot.send_message(30, "hello")
        clock.advance(timedelta(seconds=1))
        await bot.send_message(ANN, "hello")
        assert peer.floods_refused == 2


@pytest.fixture
async def channel(peer):
    settings = TelegramSettings(TOKEN, base_url=peer.url)
    adapter = TelegramAdapter(TalkingFront(), FakeOffice({}), settings, now=ManualClock(NOW).now)
    yield adapter.channel
    await adapter.close()


async def test_20_a_minute_in_a_shoppers_group_of_all_its_topics(peer, channel):
    peer.chat(-1004002, type="supergroup", threads=(1, 2))
    there = [Address("telegram", "700100", "-1004002", str(topic), str(ANN), private=False) for topic in (1, 2)]
    for number in range(20):
        await channel.send(there[number % 2], Reply(f"line {number}"), f"m{number}")
    with pytest.raises(TemporaryFailure) as failure:
        await channel.send(there[0], Reply("one too many"), "m20")
    assert (failure.value.retry_after, len(peer.sent)) == (60, 20)
    await channel.send(Address("telegram", "700100", str(ANN), user=str(ANN)), Reply("elsewhere"), "m21")


async def test_callback_data_is_1_to_64_bytes(peer, channel):
    """No longer one can be made, and Telegram takes the longest that can."""
    for value in ("", "x" * 65, "杯" * 22):
        with pytest.raises(ValueError, match="64 bytes"):
            Button("Cup", value)
    longest = ("x" * 64, "杯" * 21 + "x")
    buttons = tuple(Button("Cup", value) for value in longest)
    await channel.send(Address("telegram", "700100", str(ANN), user=str(ANN)), Reply("Which cup?", buttons), "m1")
    [sent] = peer.sent
    keys = [key for row in sent["reply_markup"]["inline_keyboard"] for key in row]
    assert tuple(key["callback_data"] for key in keys) == longest


async def test_telegram_takes_a_hundred_buttons_and_reads_the_others_in_words(peer, channel):
    buttons = tuple(Button(f"Cup {number}", f"pick:{number}") for number in range(1, 151))
    await channel.send(Address("telegram", "700100", str(ANN), user=str(ANN)), Reply("Which cup?", buttons), "m1")
    asked, others = peer.sent
    assert (asked["text"], "reply_markup" in asked, others["text"][:12]) == ("Which cup?", False, "101. Cup 101")
    keys = [key for row in others["reply_markup"]["inline_keyboard"] for key in row]
    assert [key["callback_data"] for key in keys] == [f"pick:{number}" for number in range(1, 101)]


CUP = Picture("https://shop.example/cup.jpg", "A cup")
HERS = Address("telegram", "700100", str(ANN), user=str(ANN))


async def test_a_card_with_a_picture_is_a_photo_with_its_caption_and_buttons(peer, channel):
    peer.pictures.add(CUP.url)
    card = Card("Blue cup", (("Price", "£12.50"),), CUP)
    await channel.send(HERS, Reply("Here it is.", (Button("Buy", "buy"),), (card,)), "m1")
    [photo] = peer.sent
    assert (photo["photo"], photo["caption"]) == (CUP.url, "Here it is.\n\nBlue cup\nPrice: £12.50")
    assert photo["caption_entities"] == [{"type": "bold", "offset": 13, "length": 8}]
    assert photo["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "buy"


async def test_a_picture_that_telegram_refuses_costs_no_word(peer, channel, caplog):
    card = Card("Blue cup", (("Price", "£12.50"),), CUP)
    await channel.send(HERS, Reply("Here it is.", (Button("Buy", "buy"),), (card,)), "m1")
    [text] = peer.sent
    assert (text["text"], "photo" in text) == ("Here it is.\n\nBlue cup\nPrice: £12.50", False)
    assert "reply_markup" in text and "does not take a picture" in caplog.text


async def test_a_caption_that_is_too_long_goes_as_text(peer, channel):
    peer.pictures.add(CUP.url)
    await channel.send(HERS, Reply("Here it is.", cards=(Card("Blue cup", (("", "😀" * 600),), CUP),)), "m1")
    assert [("photo" in sent, len(sent["text"])) for sent in peer.sent] == [(False, 13 + 9 + 600)]


async def test_of_several_cards_the_first_pictures_are_shown_and_all_words_in_order(peer, channel):
    peer.pictures.add(CUP.url)
    cards = tuple(Card(f"Cup {number}", (), CUP if number != 1 else None) for number in range(6))
    await channel.send(HERS, Reply("Six cups.", (Button("More", "more"),), cards), "m1")
    assert [sent.get("caption") or sent["text"] for sent in peer.sent] == [
        "Six cups.", "Cup 0", "Cup 1", "Cup 2", "Cup 3", "Cup 4\n\nCup 5"]  # fmt: skip
    assert ["photo" in sent for sent in peer.sent] == [False, True, False, True, True, False]
    assert ["reply_markup" in sent for sent in peer.sent] == [False] * 5 + [True]
