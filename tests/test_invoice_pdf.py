"""The PDF of a document: everything on it is drawn, names as written, the same bytes each time, over several pages."""

import base64
import re
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import reportlab
from reportlab.pdfgen.canvas import Canvas

from bot.commerce import Invoice, InvoiceLine, InvoiceTax
from bot.facts import Localised, Money
from bot.shop import invoice_pdf

LONDON, LOCALES = ZoneInfo("Europe/London"), {"en": "en_GB", "zh": "zh_Hans_CN"}


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def line(name: str, amount: int, **fields: Any) -> InvoiceLine:
    values = {"kind": "goods", "options": "Blue, M", "quantity": 2, "discount": gbp(0), "rate": 2000, **fields}
    return InvoiceLine(name=Localised({"en": name}), net=gbp(amount * 5 // 6), amount=gbp(amount), **values)


INVOICE = Invoice(
    "UK-000042", "invoice", datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "Łuków Ökostrom Sp. z o.o.", "PL1234567890",
    "emma@example.com", ("14 Rowan Street", "Leeds", "LS6 2AB"), ("Heron & Hearth Ltd", "Bristol"), "GB 999 9999 73",
    (line("Linen shirt", 12_000, discount=gbp(1_000)), line("", 600, kind="delivery", options="", quantity=1)),
    (InvoiceTax(2000, gbp(10_500), gbp(2_100)),), gbp(12_600), gbp(12_600),
)  # fmt: skip


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[int, float], str]:
    """What stands on each line, by page and height; it is drawn twice, the second time counts."""
    texts: dict[tuple[int, float], str] = defaultdict(str)

    class Recorded(Canvas):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            texts.clear()

        def drawString(self, x: float, y: float, text: str, *more: Any, **options: Any) -> None:
            texts[self.getPageNumber(), y] += text
            super().drawString(x, y, text, *more, **options)

    monkeypatch.setattr(invoice_pdf, "Canvas", Recorded)
    return texts


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", content))


def test_everything_that_an_invoice_holds_stands_on_it(drawn: dict[tuple[int, float], str]) -> None:
    content = invoice_pdf.pdf(INVOICE, "10042", "en", LOCALES, LONDON)
    text = "\n".join(drawn.values())
    for part in (
        "Invoice", "Number: UK-000042", "Date: 2 July 2026", "Order: 10042",  # the day is the shop's own
        "Łuków Ökostrom Sp. z o.o.", "VAT number: PL1234567890", "14 Rowan Street", "Heron & Hearth Ltd",
        "VAT number: GB 999 9999 73", "Linen shirt Blue, M", "after a discount of £10.00", "Delivery", "£100.00", "20%",
        "£120.00", "Net at 20%", "£105.00", "VAT 20%", "£21.00", "Total", "£126.00", "Paid", "Page 1 of 1",
    ):  # fmt: skip
        assert part in text, part
    assert content.startswith(b"%PDF-") and pages(content) == 1
    assert b"/FontFile2" in content and b"STSong" not in content  # the font travels inside


def test_the_same_document_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = invoice_pdf.pdf(INVOICE, "10042", "en", LOCALES, LONDON)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert invoice_pdf.pdf(INVOICE, "10042", "en", LOCALES, LONDON) == first


def test_chinese_names_are_written_in_a_chinese_font() -> None:
    content = invoice_pdf.pdf(replace(INVOICE, title="杭州青禾科技有限公司"), "10042", "en", LOCALES, LONDON)
    assert b"STSong-Light" in content and b"UniGB-UCS2-H" in content
    assert any("杭州青禾科技有限公司".encode("utf-16-be") in stream for stream in drawings(content))


def test_a_letter_that_the_font_lacks_loses_its_mark_and_the_log_says_what_helps(
    drawn: dict[tuple[int, float], str], caplog: pytest.LogCaptureFixture
) -> None:
    invoice_pdf.pdf(replace(INVOICE, title="Zażółć Gęś ΔΣ"), "10042", "en", LOCALES, LONDON)
    assert "Zazółć Ges □□" in "\n".join(drawn.values())
    assert "invoice_font" in caplog.text and "ż" in caplog.text


def test_a_shop_may_bring_its_own_font() -> None:
    own = Path(reportlab.__file__).parent / "fonts" / "VeraBd.ttf"
    content = invoice_pdf.pdf(INVOICE, "10042", "en", LOCALES, LONDON, own)
    assert b"BitstreamVeraSans-Bold" in content and b"/FontFile2" in content


def drawings(content: bytes) -> Iterator[bytes]:
    """What the pages are drawn with, the escapes of its strings taken back."""
    for part in re.findall(rb"/Filter \[ /ASCII85Decode /FlateDecode \].*?stream\s+(.*?)endstream", content, re.DOTALL):
        stream = zlib.decompress(base64.a85decode(b"<~" + part.strip(), adobe=True))
        octal = re.sub(rb"\\([0-7]{3})", lambda hit: bytes([int(hit[1], 8)]), stream)
        yield re.sub(rb"\\(.)", rb"\1", octal, flags=re.DOTALL)


def test_a_long_invoice_goes_over_pages_and_says_how_many(drawn: dict[tuple[int, float], str]) -> None:
    many = tuple(line(f"Thing number {place} " + "with a long name " * 4, 1_200) for place in range(60))
    content = invoice_pdf.pdf(replace(INVOICE, lines=many), "10042", "en", LOCALES, LONDON)
    found = pages(content)
    assert found >= 3
    text = "\n".join(drawn.values())
    assert [f"Page {page} of {found}" in text for page in range(1, found + 1)] == [True] * found
    assert all(f"Thing number {place} " in text for place in range(60))
    assert min(y for _, y in drawn) > 40  # nothing runs off the paper


def test_a_credit_note_names_its_invoice_and_no_payment(drawn: dict[tuple[int, float], str]) -> None:
    note = replace(
        INVOICE, kind="credit_note", number="UK-000043", corrects="UK-000042",
        lines=(line("", 600, kind="refund", options="", quantity=1),),
    )  # fmt: skip
    invoice_pdf.pdf(note, "10042", "en", LOCALES, LONDON)
    text = "\n".join(drawn.values())
    assert "Credit note" in text and "To invoice: UK-000042" in text and "Given back" in text
    assert "Paid" not in text


def test_without_vat_there_is_no_column_of_it(drawn: dict[tuple[int, float], str]) -> None:
    plain = replace(INVOICE, taxes=(), lines=(line("Linen shirt", 12_000, rate=None),), seller_vat_id="")
    invoice_pdf.pdf(plain, "10042", "en", LOCALES, LONDON)
    text = "\n".join(drawn.values())
    assert "Net" not in text and "VAT 20%" not in text and "£126.00" in text


def test_a_market_of_another_language_reads_its_own_words(drawn: dict[tuple[int, float], str]) -> None:
    invoice_pdf.pdf(INVOICE, "10042", "zh", LOCALES, LONDON)
    text = "\n".join(drawn.values())
    assert "账单" in text and "2026年7月2日" in text and "合计" in text


def test_what_a_shopper_types_cannot_break_the_sheet(drawn: dict[tuple[int, float], str]) -> None:
    odd = "A" * 400 + " \u202e(\\) \x00 😀 " + "长" * 80
    content = invoice_pdf.pdf(replace(INVOICE, title=odd), "10042", "en", LOCALES, LONDON)
    text = "".join(drawn.values())
    assert pages(content) >= 1 and "\u202e" not in text and "\x00" not in text
    assert text.count("长") == 80
