"""The real SDK sends to a Bot API on loopback that refuses what Telegram refuses."""

import logging
from dataclasses import dataclass

import pytest
from channel_contract import CHECKS, Delivered
from fakes import FakeFront, FakeOffice
from peers.telegram import TOKEN, Chat, TelegramPeer

from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.telegram.limits import FILE_BYTES
from bot.errors import PermanentFailure, SettingsError, TemporaryFailure
from bot.messages import Address, Attachment, Button, Reply

# the SDK itself announces, whenever it builds this error, that the attribute will change its type
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be of type")

ANN = Address("telegram", "700100", "111", user="111")
LONG = "\n\n".join(letter * 3000 for letter in "abc")


@pytest.fixture
async def peer():
    async with TelegramPeer() as peer:
        peer.chat(111)
        yield peer


@pytest.fixture
async def adapter(peer):
    adapter = TelegramAdapter(FakeFront(), FakeOffice({}), TelegramSettings(TOKEN, base_url=peer.url))
    yield adapter
    await adapter.close()


@pytest.fixture
def channel(adapter):
    return adapter.channel


@dataclass
class TelegramRig:
    peer: TelegramPeer
    channel: object
    chat: Chat
    address = ANN
    buttons = True
    long_text = 10_000

    def delivered(self):
        return [Delivered(message["text"], tuple((key["text"], key["callback_data"]) for row in
                                                 message.get("reply_markup", {}).get("inline_keyboard", [])
                                                 for key in row)) for message in self.peer.sent]

    def flood(self, seconds):
        self.chat.floods.append(seconds)
        return True

    def block(self):
        self.chat.blocked = True
        return True


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_channel_contract(check, peer, channel):
    await check(TelegramRig(peer, channel, peer.chats[111]))


async def test_nothing_is_sent_as_markup_and_no_link_is_unfolded(peer, channel):
    await channel.send(ANN, Reply("<b>*x*</b> https://shop.example"), "m1")
    (message,) = peer.sent
    assert "parse_mode" not in message
    assert message["link_preview_options"] == {"is_disabled": True}


async def test_buttons_stand_under_the_last_part(peer, channel):
    sent = await channel.send(ANN, Reply(LONG, (Button("Yes", "y"),)), "m1")
    assert [message["text"][0] for message in peer.sent] == ["a", "b", "c"]
    assert ["reply_markup" in message for message in peer.sent] == [False, False, True]
    assert sent == f"111:{peer.sent[-1]['message_id']}"


async def test_a_second_try_goes_on_where_the_first_was_stopped(peer, channel):
    peer.chats[111].floods, peer.chats[111].patience = [3], 1
    with pytest.raises(TemporaryFailure):
        await channel.send(ANN, Reply(LONG), "m1")
    await channel.send(ANN, Reply(LONG), "m1")
    assert [message["text"][0] for message in peer.sent] == ["a", "b", "c"]


async def test_a_reply_goes_into_its_topic(peer, channel):
    peer.chat(-1004002, type="supergroup", threads=(42,))
    address = Address("telegram", "700100", "-1004002", thread="42", user="111", private=False)
    await channel.send(address, Reply("hello"), "m1")
    await channel.typing(address)
    assert peer.sent[0]["message_thread_id"] == peer.asked("sendChatAction")[0]["message_thread_id"] == "42"


async def test_a_reply_follows_a_group_that_became_a_supergroup(peer, channel):
    peer.chat(-4001, type="group", migrated_to=-1004001)
    peer.chat(-1004001, type="supergroup")
    group = Address("telegram", "700100", "-4001", user="111", private=False)
    assert (await channel.send(group, Reply("one"), "m1")).startswith("-1004001:")
    await channel.send(group, Reply("two"), "m2")
    assert [call["chat_id"] for call in peer.asked("sendMessage")] == ["-4001", "-1004001", "-1004001"]


async def test_an_unknown_chat_is_permanent(channel):
    with pytest.raises(PermanentFailure, match="Chat not found"):
        await channel.send(Address("telegram", "700100", "999", user="999"), Reply("hello"), "m1")


async def test_an_empty_reply_is_permanent(channel):
    with pytest.raises(PermanentFailure):
        await channel.send(ANN, Reply(" "), "m1")


async def test_a_flood_in_one_chat_stops_no_other(peer, channel):
    peer.chat(222)
    peer.chats[111].floods.append(30)
    with pytest.raises(TemporaryFailure):
        await channel.send(ANN, Reply("one"), "m1")
    await channel.send(Address("telegram", "700100", "222", user="222"), Reply("two"), "m2")
    assert [message["chat_id"] for message in peer.sent] == [222]


async def test_an_unreachable_server_is_temporary(unused_tcp_port):
    settings = TelegramSettings(TOKEN, base_url=f"http://127.0.0.1:{unused_tcp_port}")
    adapter = TelegramAdapter(FakeFront(), FakeOffice({}), settings)
    with pytest.raises(TemporaryFailure) as failure:
        await adapter.channel.send(ANN, Reply("hello"), "m1")
    assert failure.value.retry_after is None
    await adapter.channel.typing(ANN)
    assert (await adapter.check()).startswith("! telegram: http://127.0.0.1:")
    await adapter.close()


async def test_a_refused_token_is_permanent_and_named_nowhere(peer, caplog):
    caplog.set_level(logging.DEBUG)
    settings = TelegramSettings("700100:AAF-wrong", base_url=peer.url)
    adapter = TelegramAdapter(FakeFront(), FakeOffice({}), settings)
    with pytest.raises(PermanentFailure) as failure:
        await adapter.channel.send(ANN, Reply("a private matter"), "m1")
    told = await adapter.check()
    await adapter.close()
    assert "@BotFather" in told
    assert "AAF-wrong" not in f"{failure.value}{told}{settings}{caplog.text}"
    assert "private matter" not in caplog.text


async def test_a_file_is_fetched(peer, channel):
    peer.files["photo-1280"] = b"\xff\xd8 picture"
    assert await channel.fetch(Attachment("photo", handle="photo-1280")) == b"\xff\xd8 picture"


async def test_a_file_known_to_be_too_large_is_not_asked_for(peer, channel):
    with pytest.raises(PermanentFailure, match="larger than 10 MB"):
        await channel.fetch(Attachment("video", handle="v", size=FILE_BYTES + 1))
    assert peer.asked("getFile") == []


async def test_a_file_that_turns_out_too_large_is_refused(peer, channel):
    peer.files["v"] = bytes(FILE_BYTES + 1)
    with pytest.raises(PermanentFailure, match="larger than 10 MB"):
        await channel.fetch(Attachment("video", handle="v"))


async def test_a_file_that_is_gone_is_permanent(channel):
    with pytest.raises(PermanentFailure, match="Wrong file_id"):
        await channel.fetch(Attachment("photo", handle="gone"))


async def test_check_tells_who_we_are(adapter):
    assert await adapter.check() == "telegram: connected as @shophand_bot (polling)"


def test_all_wrong_settings_are_reported_together():
    with pytest.raises(SettingsError) as error:
        settings = TelegramSettings("nonsense", mode="webhook", public_url="http://shop.example", secret_token="ü")
        TelegramAdapter(FakeFront(), FakeOffice({}), settings)
    assert len(error.value.problems) == 3
    assert "nonsense" not in str(error.value)
    assert TelegramSettings(TOKEN, mode="pull").problems() == (
        "The Telegram mode 'pull' is unknown. Use polling or webhook.",)


@pytest.mark.parametrize(("secret", "taken"), [("a", True), ("aZ_-9" * 51 + "z", True), ("a" * 257, False),
                                               ("a b", False), ("ü", False)])  # fmt: skip
def test_the_webhooks_secret_is_what_telegram_takes(secret, taken):
    assert (TelegramSettings(TOKEN, secret_token=secret).problems() == ()) is taken
