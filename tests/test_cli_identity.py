"""`shophand shop link` and `shophand audit`, run as a user would, and what a script sees of mail."""

import json
import re

import pytest
from test_cli import EMMA, NOW, own_home, script, shophand  # noqa: F401 - fixtures

from bot import links
from bot.keys import Keys


@pytest.fixture
def run(shophand):  # noqa: F811
    return shophand


def test_a_link_for_each_channel(run, tmp_path) -> None:
    web = run("shop", "link", EMMA, "--now", NOW, "--json").lines[0]
    telegram = run("shop", "link", EMMA, "--channel", "telegram", "--bot", "heron_bot", "--now", NOW).out.strip()
    assert web["url"] == f"http://127.0.0.1:8080/?link={web['token']}"
    assert telegram == f"https://t.me/heron_bot?start={web['token']}"
    signed = links.read(Keys.of(tmp_path / "home").links, web["token"])
    assert signed and (signed.genuine, signed.kind, signed.id) == (True, "c", "C001")
    assert signed.until.isoformat() == "2026-03-04T10:10:00+00:00"


def test_a_shopper_is_forgotten_by_the_name_that_the_log_has_for_him(run, tmp_path) -> None:
    run("chat", "--script", "-", "--db", f"sqlite+aiosqlite:///{tmp_path}/one.db", "--now", NOW,
        stdin=script({"text": "where is order 10042"}, {"text": EMMA}))  # fmt: skip
    store = ("--db", f"sqlite+aiosqlite:///{tmp_path}/one.db", "--now", NOW, "--json")
    [tried] = run("audit", *store).lines
    gone = run("forget", tried["who"], *store).lines[0]
    assert (gone["person"], gone["conversations"]) == (tried["who"], 1) and run("audit", *store).lines == []
    again = run("forget", tried["who"], *store)
    assert (again.code, again.out) == (2, "") and "nobody is known as" in again.err


def test_a_link_for_a_guests_order(run) -> None:
    key = bytes.fromhex(run("shop", "link", "--key").out.strip())
    token = run("shop", "link", "#10201", "--minutes", "60", "--json").lines[0]["token"]
    signed = links.read(key, token)
    assert signed and (signed.genuine, signed.kind, signed.id) == (True, "o", "10201")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nobody@example.com",), "no customer nobody@example.com"),
        (("99999",), "no order 99999"),
        ((), "give a customer's e-mail address or an order's number"),
        ((EMMA, "--minutes", "9999"), "less than or equal to 1440"),
        ((EMMA, "--channel", "slack"), "'slack' is not one of"),
    ],
)
def test_a_link_that_cannot_be_made_says_why(run, arguments: tuple[str, ...], complaint: str) -> None:
    ran = run("shop", "link", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert complaint in " ".join(re.sub("[│╭╮╰╯─]", " ", ran.err).split())


def test_a_script_sees_the_mail_and_the_log_what_was_tried(run, tmp_path) -> None:
    db = f"sqlite+aiosqlite:///{tmp_path}/talk.db"
    wish = {"text": "please change the delivery address of order 10043 to 27 Mill Lane, York YO10 4AB"}
    first = run(
        "chat", "--script", "-", "--db", db, "--now", NOW,
        stdin=script(wish, {"text": "emma.clark@example.com"}, {"text": EMMA}),
    )  # fmt: skip
    assert first.code == 0, first.err
    [mail] = [line for line in first.lines if line["to"] == "mail"]
    code = re.search(r"^\d{6}$", mail["reply"], re.MULTILINE)
    assert code and mail["reply"].startswith(f"{EMMA}: ") and mail["acts"] == []
    second = run("chat", "--script", "-", "--db", db, "--now", NOW, stdin=script({"text": code[0]}, {"text": "yes"}))
    assert "done:change_address" in second.lines[1]["acts"]
    log = run("audit", "--db", db, "--json").lines
    assert [(row["order"], row["means"], row["outcome"]) for row in log] == [
        ("10043", "code", "right"), ("10043", "code", "sent"), ("10043", "contact", "customer"),
        ("10043", "contact", "miss"),
    ]  # fmt: skip
    assert {row["who"] for row in log} == {"terminal::script"} and log[0]["at"] == NOW
    assert "@example.com" not in json.dumps(log)
    assert len(run("audit", "--db", db, "--last", "1").out.splitlines()) == 1
