"""Frames as the page sends them become messages, without a socket."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from web_rig import SECRET

from adapters.web import wire
from adapters.web.signing import Signer
from bot.errors import SettingsError
from bot.messages import Attachment, Kind, Sender

PAYLOADS = Path(__file__).parent / "payloads" / "web"
NOW = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)
SIGNER = Signer(SECRET)
PHOTO = Attachment("photo", "image/png", 70, "box “new”.png", digest="ab" * 32)


def payload(name: str) -> str:
    return (PAYLOADS / f"{name}.json").read_text(encoding="utf-8")


def message(name: str):
    return wire.normalise(wire.parse(payload(name)), "visitor-1", NOW, SIGNER)


def test_text():
    read = message("text")
    assert (read.kind, read.text) == (Kind.TEXT, "我的订单到哪儿了？📦")
    assert (read.language, read.sender) == ("zh-CN", Sender.SHOPPER)
    assert (read.source_id, read.sent_at) == ("0b6f3a52-6a55-4d0e-9a3e-3d2f0f6f2d11", NOW)
    assert read.address.conversation_id == "web::visitor-1::visitor-1"


def test_button_brings_value_and_label():
    read = message("button")
    assert (read.kind, read.button, read.text) == (Kind.BUTTON, "yes:c7", "Yes, cancel it")


def test_hello():
    assert wire.parse(payload("hello")) == wire.Hello(17, "en-GB")


def test_file_comes_back_as_it_was_sealed():
    frame = json.loads(payload("file")) | {"file": wire.seal_file(PHOTO, "visitor-1", SIGNER)}
    read = wire.normalise(wire.parse(json.dumps(frame)), "visitor-1", NOW, SIGNER)
    assert (read.kind, read.text, read.attachments) == (Kind.FILE, "it arrived like this", (PHOTO,))


def test_file_of_another_visitor_is_not_taken():
    assert wire.open_file(wire.seal_file(PHOTO, "visitor-2", SIGNER), "visitor-1", SIGNER) is None
    assert message("file") is None


def test_text_that_no_store_can_keep_is_mended():
    assert message("broken_text").text == "a?b"


def test_language_that_is_none_is_dropped():
    frame = json.loads(payload("text")) | {"language": "<script>"}
    assert wire.parse(json.dumps(frame)).language == ""


def test_signature_is_for_one_purpose_and_one_secret():
    sealed = SIGNER.seal("visitor", "v.1")
    assert SIGNER.open("visitor", sealed) == "v.1"
    assert SIGNER.open("file:v", sealed) is None
    assert Signer(b"t" * 32).open("visitor", sealed) is None
    assert SIGNER.open("visitor", "v.1.ключ\udcff") is None


def test_short_secret_is_refused():
    with pytest.raises(SettingsError):
        Signer(b"short")
