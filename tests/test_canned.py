"""Canned replies: the owner's texts are checked, and hold what is verified of a conversation or cannot be used."""

from pathlib import Path

import pytest
from conftest import Talk, talking
from test_people import Heard, done, handoffs, shopper

from bot.canned import filled
from bot.errors import BadInput
from bot.office import REPLY_VARIABLES, CannedReply, ReadyReply
from bot.ports import Language
from bot.shop.replies import read_replies
from bot.shop.transfer import SAMPLE
from bot.speech import WrittenWords


def folder(tmp_path: Path, text: str, name: str = "en.toml") -> Path:
    (tmp_path / "replies").mkdir(exist_ok=True)
    (tmp_path / "replies" / name).write_text(text, "utf-8")
    return tmp_path


def test_replies_keep_the_order_of_their_file(tmp_path: Path) -> None:
    home = folder(tmp_path, '"B" = "b {name}"\nA = """\na\n"""\n')
    assert read_replies(home) == (CannedReply("en", "B", "b {name}"), CannedReply("en", "A", "a"))


def test_a_shop_needs_none(tmp_path: Path) -> None:
    assert read_replies(tmp_path) == ()


@pytest.mark.parametrize(("text", "why"), [
    ('Bye = " "', "replies/en.toml: Bye: must be a text"),
    ("Bye = 1", "replies/en.toml: Bye: must be a text"),
    ('Bye = "{mane}"', r"replies/en.toml: Bye: {mane} is no variable; known: {name}, {order}, {staff}, {shop}"),
    ('Bye = "{Name}"', "replies/en.toml: Bye: a brace that belongs to no variable"),
    ("Bye =", "replies/en.toml: cannot be read"),
])  # fmt: skip
def test_what_is_no_reply_is_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadInput) as problem:
        read_replies(folder(tmp_path, text))
    assert why in str(problem.value)


def test_the_sample_shop_has_the_same_replies_in_both_languages() -> None:
    by_language: dict[str, list[set[str]]] = {}
    for reply in read_replies(SAMPLE):
        used = {name for name in REPLY_VARIABLES if f"{{{name}}}" in reply.text}
        by_language.setdefault(reply.language, []).append(used)
    assert by_language["en"] == by_language["zh"]


def test_what_is_not_known_makes_a_reply_unusable_and_never_blank() -> None:
    reply = CannedReply("en", "Bye", "{name}, {order}, {name}, {shop}")
    assert filled(reply, {"shop": "Heron"}) == ReadyReply("en", "Bye", "", ("name", "order"))


def test_a_fact_is_never_read_as_a_variable() -> None:
    assert filled(CannedReply("en", "Bye", "{name}!"), {"name": "{order}", "order": "1"}).text == "{order}!"


async def ready(talk: Talk) -> list[ReadyReply]:
    [number] = await handoffs(talk)
    view = await talk.product.assistant.handoff(number)
    assert view is not None
    return await talk.product.assistant.replies(view, "Sam")


async def test_replies_hold_what_the_shopper_has_proved(home: Path) -> None:
    folder(home, 'All = "{name} {order} {staff} {shop}"')
    (home / "replies" / "zh.toml").unlink()
    async with talking(home, Language(Heard(), WrittenWords()), as_email="emma.clarke@example.com") as talk:
        await done(talk, shopper("m1", "cancel order 10043"))
        await done(talk, shopper("m2", "a person"))
        assert [reply.text for reply in await ready(talk)] == ["Emma Clarke 10043 Sam Heron & Hearth"]


async def test_of_a_stranger_nothing_is_put_in_that_he_only_said(home: Path) -> None:
    folder(home, 'All = "{name} {order}"\nShort = "{staff} {shop}"', "zh.toml")
    (home / "replies" / "en.toml").unlink()
    async with talking(home, Language(Heard(), WrittenWords())) as talk:
        await done(talk, shopper("m1", "cancel order 10043"))
        await done(talk, shopper("m2", "a person"))
        assert await ready(talk) == [
            ReadyReply("zh", "All", "", ("name", "order")), ReadyReply("zh", "Short", "Sam 鹭舍")
        ]  # fmt: skip


async def test_the_shoppers_language_comes_first(home: Path) -> None:
    folder(home, 'Hello = "Hello"')
    folder(home, 'Hej = "Hej"', "da.toml")
    async with talking(home, Language(Heard(), WrittenWords())) as talk:
        await done(talk, shopper("m1", "a person"))
        assert [reply.language for reply in await ready(talk)] == ["en", "da", *["zh"] * 7]
