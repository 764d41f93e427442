"""Invoices, accounts and enquiries through the whole product, what is meant written down here: modes, staff, mails."""

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import Talk, talking

from adapters.mail import MailChannel
from bot.commerce import Write
from bot.conversation import IntentScore, SlotSpan, Understanding, Utterance
from bot.errors import PermanentFailure
from bot.messages import Address, Attachment, InboundMessage, Kind, Reply, Sender
from bot.ports import Language
from bot.shop import tables as t
from bot.shop.policy import read_policy
from bot.shop.sql import SqlShop
from bot.shop.transfer import export_shop, import_shop
from bot.speech import WrittenWords
from bot.store.database import open_database, reading
from bot.store.migrate import migrate
from bot.store.tables import Handoffs, Outbox

EMMA = "emma.clarke@example.com"
INTENTS = ("invoice", "account_help", "change_address", "business_inquiry", "feedback", "bot_identity")


class Marked:
    """Reads a message with its meaning in it: "#invoice order [10042](order_id)"."""

    async def understand(self, text: str, history: Sequence[Utterance], expects: str) -> Understanding:
        spans = tuple(
            SlotSpan(hit[2], hit[1], hit.start(), hit.end()) for hit in re.finditer(r"\[([^]]+)]\((\w+)\)", text)
        )
        named = tuple(IntentScore(name, 0.95) for name in INTENTS if f"#{name}" in text)
        return Understanding(text, named, spans, "en", 0.9, 0.7, "marks")


Opened = Callable[..., Any]


@pytest.fixture
def opened(home: Path) -> Opened:
    @asynccontextmanager
    async def open_it(mode: str = "automatic", as_email: str = EMMA, **files: tuple[str, str]) -> AsyncIterator[Talk]:
        """`mode`: of every write; `files`: name of a settings file → what is replaced in it, and by what."""
        changes = {"policy": ('all = "automatic"', f'all = "{mode}"'), **files}
        for name, (old, new) in changes.items():
            file = home / f"{name}.toml"
            file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
        async with talking(
            home, Language(Marked(), WrittenWords()), as_email=as_email, mail_files=True
        ) as talk:
            yield talk

    return open_it


async def say(talk: Talk, text: str, verb: str = "text") -> list[str]:
    """The acts of the answer."""
    return (await talk.chat.line(json.dumps({verb: text})))[0]["acts"]


async def rows(talk: Talk, model: Any) -> list[dict[str, Any]]:
    async with reading(talk.product.engine) as connection:
        return [dict(row) for row in (await connection.execute(sa.select(model.__table__))).mappings()]


def mails(talk: Talk) -> list[EmailMessage]:
    files = sorted((talk.home / "mail").glob("*.eml"), key=lambda file: int(file.stem.partition("-")[2]))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]  # type: ignore[misc]


# --- invoices --------------------------------------------------------------------------------------------------------


async def test_the_invoice_is_a_pdf_in_a_mail_to_the_address_on_file(opened: Opened) -> None:
    async with opened() as talk:
        assert await say(talk, "#invoice order [10042](order_id)") == ["introduce", "done:invoice"]
        await say(talk, "#invoice order [10042](order_id) again")
        first, second = mails(talk)
    (pdf,), (again,) = (list(mail.iter_attachments()) for mail in (first, second))
    assert first["To"] == EMMA and "UK-000001" in first.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert (pdf.get_content_type(), pdf.get_filename()) == ("application/pdf", "UK-000001.pdf")
    assert pdf.get_content().startswith(b"%PDF-") and again.get_content() == pdf.get_content()


async def test_numbers_follow_one_another_in_each_market(opened: Opened) -> None:
    async with opened() as talk:
        for number in ("10042", "10055", "10042", "10043"):
            await say(talk, f"#invoice order [{number}](order_id)")
        found = {row["order_number"]: (row["number"], row["serial"]) for row in await rows(talk, t.Invoices)}
    assert found == {"10042": ("UK-000001", 1), "10055": ("UK-000002", 2), "10043": ("UK-000003", 3)}


async def test_where_staff_approve_the_invoice_goes_out_when_they_have(opened: Opened) -> None:
    async with opened("approval") as talk:
        assert "pending:invoice/approval" in await say(talk, "#invoice order [10042](order_id)")
        assert await rows(talk, t.Invoices) == [] and mails(talk) == []
        assert await say(talk, "approve", "staff_do") == ["done:invoice"]
        assert [row["number"] for row in await rows(talk, t.Invoices)] == ["UK-000001"]
        (mail,) = mails(talk)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["UK-000001.pdf"]


async def test_declined_nothing_is_issued(opened: Opened) -> None:
    async with opened("approval") as talk:
        await say(talk, "#invoice order [10042](order_id)")
        assert await say(talk, "decline", "staff_do") == ["refused:invoice/declined"]
        assert await rows(talk, t.Invoices) == [] and mails(talk) == []


async def test_where_it_is_off_a_person_does_it(opened: Opened) -> None:
    async with opened("off") as talk:
        acts = await say(talk, "#invoice order [10042](order_id)")
        assert acts == ["introduce", "refused:invoice/unsupported", "handoff/requested"]
        assert await rows(talk, t.Invoices) == []


async def test_who_has_no_vat_number_is_not_asked_again(opened: Opened) -> None:
    async with opened() as talk:
        asked = "#invoice order [10042](order_id) to [Blue Finch](invoice_title) with our VAT number"
        assert "ask:tax_id" in await say(talk, asked)
        assert "done:invoice/company" in await say(talk, "we don't have one")
        (row,) = await rows(talk, t.Invoices)
    assert (row["title"], row["tax_id"]) == ("Blue Finch", "")


async def test_a_mail_that_the_server_refuses_is_told_to_staff(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_arguments: Any) -> str:
        raise PermanentFailure("the mail server refuses the recipient")

    monkeypatch.setattr(MailChannel, "send", refused)
    async with opened() as talk:
        await say(talk, "#invoice order [10042](order_id)")
        assert [(row["reason"], row["status"]) for row in await rows(talk, Handoffs)] == [("undeliverable", "waiting")]


async def test_an_e_fapiao_is_handed_to_staff_once_and_closing_it_ends_no_conversation(opened: Opened) -> None:
    async with opened(as_email="li.na@example.com") as talk:
        wish = "#invoice order [10103](order_id), [杭州青禾科技有限公司](invoice_title), 91330106MA2CK8XR59"
        assert "done:invoice/fapiao" in await say(talk, wish)
        await say(talk, wish)
        (case,) = await rows(talk, Handoffs)
        assert (case["kind"], case["reason"], case["status"]) == ("case", "e_fapiao", "waiting")
        for part in ("10103", "杭州青禾科技有限公司", "91330106MA2CK8XR59", "li.na@example.com", "¥758.00"):
            assert part in case["summary"], part
        assert [row["target"] for row in await rows(talk, Outbox)].count("mail") == 0


async def test_a_gift_card_order_cancelled_in_part_keeps_adding_up(opened: Opened) -> None:
    """Invoiced, cancelled, asked again: one credit note; asked once more: nothing new."""
    async with opened() as talk:
        proof = await talk.product.shop.customer(EMMA)
        await say(talk, "#invoice order [10055](order_id)")
        quote = (await talk.product.shop.quote("cancel", proof, "10055", {})).value
        await talk.product.shop.perform(Write("k1", "cancel", quote.arguments, quote.version, "shopper"))
        for _ in range(2):
            await say(talk, "#invoice order [10055](order_id)")
        kinds = [(row["kind"], row["total"], row["corrects"]) for row in await rows(talk, t.Invoices)]
    assert kinds == [("invoice", 9300, ""), ("credit_note", 9300, "UK-000001")]


async def test_issued_documents_are_exported_and_come_back_as_they_were(opened: Opened, tmp_path: Path) -> None:
    async with opened() as talk:
        for number in ("10042", "10053"):
            await say(talk, f"#invoice order [{number}](order_id)")
        before = [await talk.product.shop.document(f"UK-{place:06d}") for place in (1, 2, 3)]
        counts = await export_shop(talk.product.engine, tmp_path / "out", talk.home)
        now = talk.clock.now()
        assert counts["invoices"] == 3
        report = await import_shop(talk.product.engine, tmp_path / "out", now)  # nothing is different
        assert not report.problems and set(report.changed.values()) == {0}
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    await migrate(engine)
    assert not (await import_shop(engine, tmp_path / "out", now)).problems
    other = SqlShop(engine, talk.clock, read_policy(tmp_path / "out"), tmp_path / "out" / "knowledge")
    assert [await other.document(f"UK-{place:06d}") for place in (1, 2, 3)] == before
    await engine.dispose()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"title": "Emma Clarke"', '"title": "Someone Else"', "an issued document is never changed"),
        ('"total": "81.00"', '"total": "80.00"', "total: is 80.00, but its lines make another sum"),
        ('"order": "10042"', '"order": "99999"', "order: '99999' is not in orders"),
        ('"tax": "', '"tax": "9', "taxes: at 20 % the lines make"),
    ],
)
async def test_a_document_that_is_not_right_is_not_imported(
    opened: Opened, tmp_path: Path, old: str, new: str, problem: str
) -> None:
    async with opened() as talk:
        await say(talk, "#invoice order [10042](order_id)")
        await export_shop(talk.product.engine, tmp_path / "out", talk.home)
        file = tmp_path / "out" / "invoices.jsonl"
        assert old in file.read_text("utf-8")
        file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
        report = await import_shop(talk.product.engine, tmp_path / "out", talk.clock.now())
    assert any(problem in str(one) and str(one).startswith("invoices.jsonl:1") for one in report.problems)


# --- the account -----------------------------------------------------------------------------------------------------


async def test_a_default_address_waits_for_its_yes_and_is_told_to_the_mailbox(opened: Opened) -> None:
    async with opened() as talk:
        wish = "#change_address my default address: [9 New Road](address) [York](city) [YO1 7HH](postcode)"
        assert "confirm:contact_data" in await say(talk, wish)
        assert "done:contact_data" in await say(talk, "yes")
        proof = await talk.product.shop.customer(EMMA)
        account = await talk.product.shop.account(proof)
        assert [one.city for one in account.addresses] == ["York", "Leeds", "Leeds"] and account.version == 2
        (mail,) = mails(talk)
        assert mail["To"] == EMMA and "9 New Road" in mail.get_content().replace("\n", " ")
        assert (await talk.product.shop.order("10043", proof)).address.city == "Leeds"


async def test_a_kept_address_is_named_by_its_street(opened: Opened) -> None:
    async with opened() as talk:
        assert "ask:address" in await say(talk, "#change_address my default address")
        assert "confirm:contact_data" in await say(talk, "3 Wharf Street")
        await say(talk, "yes")
        account = await talk.product.shop.account(await talk.product.shop.customer(EMMA))
        assert [one.postcode for one in account.addresses] == ["LS2 7EQ", "LS6 2AB"]  # moved, not doubled


async def test_an_account_changed_meanwhile_is_not_written_over(opened: Opened) -> None:
    async with opened() as talk:
        shop = talk.product.shop
        proof = await shop.customer(EMMA)
        await say(talk, "#change_address my default address: [9 New Road](address) [York](city) [YO1 7HH](postcode)")
        quote = (await shop.quote("default_address", proof, "", {"address": "3 Wharf Street"})).value
        await shop.perform(Write("k1", "default_address", quote.arguments, quote.version, "shopper"))
        assert "refused:contact_data/changed" in await say(talk, "yes")
        account = await shop.account(proof)
        assert (account.version, account.addresses[0].lines) == (2, ("Aire Studios", "3 Wharf Street"))


async def test_the_address_of_one_order_is_no_matter_of_the_book(opened: Opened) -> None:
    async with opened() as talk:
        wish = "#change_address of [10043](order_id), not my default address: [9 New Road](address) [YO1 7HH](postcode)"
        assert "confirm:change_address" in await say(talk, wish)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("delete my account", "deletion"),
        ("send me a copy of my data", "own_data"),
        ("I have a new phone number, change it", "contact_data"),
        ("the code for the login is not arriving", "account"),
    ],
)
async def test_what_only_people_do_reaches_them_with_the_facts(opened: Opened, words: str, reason: str) -> None:
    async with opened() as talk:
        assert "handoff/requested" in await say(talk, f"#account_help {words}")
        (row,) = await rows(talk, Handoffs)
    assert (row["kind"], row["reason"]) == ("chat", reason) and words in row["summary"]


async def test_the_page_for_a_new_password_is_the_shops(opened: Opened) -> None:
    front = ("shop", ('review_url = ', 'reset_url = "https://id.heronandhearth.example/new"\nreview_url = '))
    async with opened(**dict([front])) as talk:
        lines = await talk.chat.line('{"text": "#account_help I forgot my password"}')
    assert "https://id.heronandhearth.example/new" in lines[0]["reply"]


async def test_a_case_is_closed_without_a_word_to_the_shopper(opened: Opened) -> None:
    async with opened() as talk:
        await say(talk, "#account_help unsubscribe me from the newsletter")
        (case,) = await rows(talk, Handoffs)
        conversation = case["conversation_id"]
        where = Address("console", "", case["id"])
        act = InboundMessage(
            "c1", where, talk.clock.now(), Sender.STAFF, Kind.STAFF_ACT, act="close", name="Sam", handoff_id=case["id"]
        )  # fmt: skip
        await talk.product.assistant.receive(act)
        await talk.product.dispatcher.drain(conversation)
        (case,) = await rows(talk, Handoffs)
        assert case["status"] == "closed"
        assert (await talk.product.conversations.load(conversation))[0].status == "bot"
        assert not talk.chat.channel.replies or all(not reply.text for reply in talk.chat.channel.replies)


async def test_feedback_is_kept_and_calls_nobody(opened: Opened) -> None:
    async with opened() as talk:
        lines = await talk.chat.line('{"text": "#feedback the wrapping is lovely"}')
        assert [line["to"] for line in lines] == ["shopper"]
        (note,) = await rows(talk, Handoffs)
    assert (note["kind"], note["status"], note["ended_at"] is not None) == ("note", "closed", True)
    assert "the wrapping is lovely" in note["summary"]


async def test_without_a_review_page_none_is_named(opened: Opened) -> None:
    async with opened(shop=('review_url = "https://heronandhearth.example/reviews"', "")) as talk:
        assert "feedback" in await say(talk, "#feedback lovely")


async def test_a_company_is_asked_two_things_at_most(opened: Opened) -> None:
    async with opened(as_email="") as talk:
        assert "ask:business" in await say(talk, "#business_inquiry wholesale?")
        assert "ask:reach" in await say(talk, "Harbour Hotels, bath robes")
        assert "handoff/requested" in await say(talk, "ring Ann at the hotel")  # whatever it is, it is passed on
        (row,) = await rows(talk, Handoffs)
    assert row["reason"] == "business"
    assert all(part in row["summary"] for part in ("wholesale?", "Harbour Hotels, bath robes", "ring Ann at the hotel"))


async def test_what_a_company_has_said_already_is_not_asked(opened: Opened) -> None:
    async with opened(as_email="") as talk:
        wish = "#business_inquiry [Harbour Hotels](invoice_title) needs robes, mail [a@harbour.example](email)"
        assert await say(talk, wish) == ["introduce", "inform:business", "handoff/requested"]


async def test_the_assistant_tells_of_the_skills_it_has(opened: Opened) -> None:
    async with opened() as talk:
        lines = await talk.chat.line('{"text": "#bot_identity what can you do"}')
    for task in ("your order status", "an invoice", "your account", "returning an item"):
        assert task in lines[0]["reply"]


# --- mail ------------------------------------------------------------------------------------------------------------


async def test_a_file_that_is_gone_is_no_mail_without_it(tmp_path: Path) -> None:
    async def gone(_digest: str) -> bytes | None:
        return None

    channel = MailChannel("", "shop@example.com", "Shop", tmp_path, gone)
    file = Attachment("document", "application/pdf", name="UK-000001.pdf", digest="0" * 64)
    with pytest.raises(PermanentFailure, match=r"UK-000001\.pdf"):
        await channel.send(Address("mail", "", EMMA), Reply("here", attachments=(file,)), "out-1")
    assert list(tmp_path.iterdir()) == []
