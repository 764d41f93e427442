"""An issued document as a PDF: A4, as many pages as its lines need. The same document gives the same bytes.

Written in a font that travels inside the file, Chinese in Adobe's STSong, which PDF readers bring. The font is
Bitstream Vera, which reportlab brings, for the letters of Western Europe; a shop whose customers' names need more names
its own (invoice_font in shop.toml). Knows no order and no policy: what it shows stands on the document.
"""

import io
import logging
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_percent, get_currency_precision
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import cidfonts, pdfmetrics, ttfonts
from reportlab.pdfgen.canvas import Canvas

from bot.commerce import Invoice, InvoiceLine
from bot.facts import Money, clean

log = logging.getLogger(__name__)

_USUAL, _CHINESE = "Vera.ttf", "STSong-Light"
_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, _WIDTH - 56.0, _HEIGHT - 56.0, 72.0  # points, as all lengths here
_SIZE, _SMALL, _BIG = 9.0, 7.5, 18.0
_ENDS = {"quantity": 350.0, "net": 415.0, "rate": 465.0, "amount": _RIGHT}  # right ends of the columns of figures

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "invoice": "Invoice", "credit_note": "Credit note", "e_fapiao": "Data for an e-fapiao", "number": "Number",
        "date": "Date", "order": "Order", "corrects": "To invoice", "to": "Billed to", "tax_id": "VAT number",
        "item": "Item", "quantity": "Quantity", "net": "Net", "rate": "VAT", "amount": "Sum", "delivery": "Delivery",
        "adjustment": "Adjustment of the order", "refund": "Given back", "reversal": "Invoice taken back",
        "discount": "after a discount of {amount}", "net_at": "Net at {rate}", "tax_at": "VAT {rate}",
        "total": "Total", "paid": "Paid", "page": "Page {page} of {pages}",
    },
    "zh": {
        "invoice": "账单", "credit_note": "退款单", "e_fapiao": "电子发票开票信息", "number": "编号", "date": "日期",
        "order": "订单", "corrects": "对应账单", "to": "购买方", "tax_id": "税号", "item": "项目",
        "quantity": "数量", "net": "不含税", "rate": "税率", "amount": "金额", "delivery": "运费",
        "adjustment": "订单调整", "refund": "退款", "reversal": "账单冲销", "discount": "已优惠 {amount}",
        "net_at": "不含税（{rate}）", "tax_at": "税额（{rate}）",
        "total": "合计", "paid": "已付", "page": "第 {page} 页，共 {pages} 页",
    },
}  # fmt: skip


def pdf(
    invoice: Invoice, order: str, language: str, locales: Mapping[str, str], zone: ZoneInfo, font: Path | None = None
) -> bytes:
    """`locales`: language → Babel locale, as the market has them; the day is that of `zone`; `font`: TrueType."""
    words = _WORDS.get(language, _WORDS["en"])
    sheet = _Sheet(invoice, order, words, locales.get(language, language), zone, _face(str(font or _USUAL)))
    return sheet.drawn()


def check_font(file: Path) -> None:
    """ValueError with the reason when a PDF cannot carry this font."""
    try:
        ttfonts.TTFont(str(file), str(file))
    except ttfonts.TTFError as error:
        raise ValueError(f"{file} cannot be used: {error}; it must be a TrueType file (.ttf)") from None


@dataclass(frozen=True, slots=True)
class _Run:
    font: str
    text: str


@dataclass(frozen=True, slots=True)
class _Face:
    """The font inside and what it can write; the rest goes to the Chinese one, or to the nearest plain letter."""

    font: str
    known: frozenset[str]

    def runs(self, text: str) -> list[_Run]:
        """The text in pieces of one font each."""
        shown = (self._written(character) for character in clean(text))
        pieces = groupby(shown, lambda character: self.font if character in self.known else _CHINESE)
        return [_Run(font, "".join(piece)) for font, piece in pieces]

    def wide(self, text: str, size: float) -> float:
        return sum(pdfmetrics.stringWidth(run.text, run.font, size) for run in self.runs(text))

    def _written(self, character: str) -> str:
        return character if character in self.known or _chinese(character) else _nearest(self, character)


def _chinese(character: str) -> bool:
    """Whether STSong, which has the characters of GBK, is the font for it."""
    try:
        return unicodedata.east_asian_width(character) in "WF" and bool(character.encode("gbk"))
    except UnicodeEncodeError:
        return False


@cache  # so that the log names each letter once
def _nearest(face: _Face, character: str) -> str:
    """The letter without its marks where the font has that one; else a box, which is in the Chinese font."""
    base = unicodedata.normalize("NFKD", character)[0]
    found = base if base in face.known else "□"
    log.warning(
        "invoices: the font has no %s, %s is written; invoice_font in shop.toml names another", character, found
    )
    return found


@cache
def _face(file: str) -> _Face:
    """Register the font, once, and the Chinese one."""
    inside = ttfonts.TTFont(file, file)
    pdfmetrics.registerFont(inside)
    pdfmetrics.registerFont(cidfonts.UnicodeCIDFont(_CHINESE))
    return _Face(file, frozenset(map(chr, inside.face.charToGlyph)))


def _wrapped(face: _Face, text: str, size: float, width: float) -> Iterator[str]:
    """Lines no wider than `width`: broken at blanks, or anywhere in what has none."""
    line = ""
    for word in clean(text).split(" "):
        joined = f"{line} {word}" if line else word
        if face.wide(joined, size) <= width:
            line = joined
            continue
        if line:
            yield line
        line = ""
        for character in word:
            if line and face.wide(line + character, size) > width:
                yield line
                line = ""
            line += character
    yield line


class _Sheet:
    """One document on its way onto paper; `y` is where the next line goes."""

    def __init__(
        self, invoice: Invoice, order: str, words: Mapping[str, str], locale: str, zone: ZoneInfo, face: _Face
    ) -> None:
        self._invoice, self._order, self._words, self._locale, self._zone = invoice, order, words, locale, zone
        self._face = face
        self._taxed = bool(invoice.taxes)
        self._pages = 0  # not known before all is drawn

    def drawn(self) -> bytes:
        self._draw()
        self._pages = self._page  # the second time every page can say how many there are
        return self._draw()

    def _draw(self) -> bytes:
        out = io.BytesIO()
        self._canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1)
        self._canvas.setTitle(f"{self._words[self._invoice.kind]} {self._invoice.number}")
        self._canvas.setAuthor(self._invoice.seller[0])
        self._page, self._y = 1, _TOP
        self._head()
        self._columns()
        for line in self._invoice.lines:
            self._line(line)
        self._sums()
        self._foot()
        self._canvas.save()
        return out.getvalue()

    # --- parts -------------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        invoice, words = self._invoice, self._words
        day = format_date(invoice.at.astimezone(self._zone).date(), "long", locale=self._locale)
        facts = [("number", invoice.number), ("date", day), ("order", self._order), ("corrects", invoice.corrects)]
        self._right(words[invoice.kind], _RIGHT, _TOP - 6, _BIG)
        y = _TOP - 30
        for name, value in facts:
            if value:
                self._right(f"{words[name]}: {value}", _RIGHT, y)
                y -= 13
        self._block(invoice.seller, 12.0)
        self._y = min(self._y, y) - 26
        self._put(words["to"], _LEFT, self._y, _SMALL)
        self._y -= 14
        tax_id = (f"{words['tax_id']}: {invoice.tax_id}",) if invoice.tax_id else ()
        self._block((invoice.title, *invoice.buyer, *tax_id), 10.0)
        self._y -= 30

    def _block(self, lines: tuple[str, ...], first: float) -> None:
        """Lines below one another, the first one larger."""
        for place, text in enumerate(lines):
            size = first if place == 0 else _SIZE
            for piece in _wrapped(self._face, text, size, 260):
                self._put(piece, _LEFT, self._y, size)
                self._y -= size + 4

    def _columns(self) -> None:
        self._put(self._words["item"], _LEFT, self._y, _SMALL)
        for name, end in _ENDS.items():
            if self._taxed or name in ("quantity", "amount"):
                self._right(self._words[name], end, self._y, _SMALL)
        self._rule(self._y - 5)
        self._y -= 20

    def _line(self, line: InvoiceLine) -> None:
        name = line.name.text(self._locale[:2]) or self._words[line.kind]
        pieces = [(piece, _SIZE) for piece in _wrapped(self._face, f"{name} {line.options}".strip(), _SIZE, 235)]
        if line.discount.minor:
            pieces.append((self._words["discount"].format(amount=self._sum(line.discount)), _SMALL))
        self._room(13.0 * len(pieces))
        self._right(str(line.quantity), _ENDS["quantity"], self._y)
        if self._taxed:
            self._right(self._sum(line.net), _ENDS["net"], self._y)
            self._right("–" if line.rate is None else self._rate(line.rate), _ENDS["rate"], self._y)
        self._right(self._sum(line.amount), _ENDS["amount"], self._y)
        for text, size in pieces:
            self._put(text, _LEFT, self._y, size)
            self._y -= 13
        self._y -= 3

    def _sums(self) -> None:
        invoice, words = self._invoice, self._words
        rows: list[tuple[str, Money]] = []
        for tax in invoice.taxes:
            rate = self._rate(tax.rate)
            rows += [(words["net_at"].format(rate=rate), tax.net), (words["tax_at"].format(rate=rate), tax.tax)]
        rows.append((words["total"], invoice.total))
        if invoice.kind == "invoice":
            rows.append((words["paid"], invoice.paid))
        self._room(15.0 * len(rows) + 12)
        self._rule(self._y + 4)
        self._y -= 12
        for label, amount in rows:
            size = 11.0 if label == words["total"] else _SIZE
            self._right(label, _ENDS["rate"], self._y, size)
            self._right(self._sum(amount), _RIGHT, self._y, size)
            self._y -= 15

    def _foot(self) -> None:
        seller, words = self._invoice.seller_vat_id, self._words
        if seller:
            self._put(f"{words['tax_id']}: {seller}", _LEFT, 44, _SMALL)
        self._right(words["page"].format(page=self._page, pages=self._pages), _RIGHT, 44, _SMALL)

    # --- drawing -----------------------------------------------------------------------------------------------------

    def _room(self, height: float) -> None:
        """Go on to a new page where less than `height` is left of this one."""
        if self._y - height >= _BOTTOM:
            return
        self._foot()
        self._canvas.showPage()
        self._page, self._y = self._page + 1, _TOP
        self._columns()

    def _put(self, text: str, x: float, y: float, size: float = _SIZE) -> None:
        for run in self._face.runs(text):
            self._canvas.setFont(run.font, size)
            self._canvas.drawString(x, y, run.text)
            x += pdfmetrics.stringWidth(run.text, run.font, size)

    def _right(self, text: str, end: float, y: float, size: float = _SIZE) -> None:
        self._put(text, end - self._face.wide(text, size), y, size)

    def _rule(self, y: float) -> None:
        self._canvas.setLineWidth(0.5)
        self._canvas.line(_LEFT, y, _RIGHT, y)

    def _sum(self, amount: Money) -> str:
        value = Decimal(amount.minor).scaleb(-get_currency_precision(amount.currency))
        return format_currency(value, amount.currency, locale=self._locale)

    def _rate(self, rate: int) -> str:
        return format_percent(Decimal(rate) / 10_000, "#,##0.##%", locale=self._locale)
