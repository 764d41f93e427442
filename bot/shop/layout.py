"""Which files a shop folder has: each kind of row, its model and key, and what hangs below it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.shop import records as r


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of row. As JSON lines what hangs below stands inside its row, as CSV in files of its own."""

    name: str  # of the file, without its ending
    model: type[r.Record]
    key: str = "id"  # the field that rows below name it by
    field: str = ""  # where the row above holds these
    up: str = ""  # the CSV column that names the row above
    below: tuple["Sheet", ...] = ()


# the names are those of the fields of goods.Goods; each kind may name only what stands in those before it
KINDS: Mapping[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet("categories", r.CategoryRecord),
        Sheet("products", r.ProductRecord, below=(
            Sheet("variants", r.VariantRecord, "sku", "variants", "product"),
            Sheet("sizes", r.SizeRecord, "", "sizes", "product"),
        )),
        Sheet("customers", r.CustomerRecord, below=(Sheet("addresses", r.AddressRecord, "", "addresses", "customer"),)),
        Sheet("orders", r.OrderRecord, "number", below=(
            Sheet("lines", r.LineRecord, "id", "lines", "order"),
            Sheet("parcels", r.ParcelRecord, "id", "parcels", "order", (
                Sheet("scans", r.ScanRecord, "", "scans", "parcel"),
            )),
            Sheet("payments", r.PaymentRecord, "id", "payments", "order"),
            Sheet("refunds", r.RefundRecord, "id", "refunds", "order"),
            Sheet("returns", r.ReturnRecord, "id", "returns", "order", (
                Sheet("shares", r.ShareRecord, "", "shares", "return"),
            )),
            Sheet("claims", r.ClaimRecord, "id", "claims", "order"),
            Sheet("history", r.EventRecord, "", "history", "order"),
        )),
        Sheet("promotions", r.PromotionRecord, "code"),
        Sheet("invoices", r.InvoiceRecord, "number", below=(
            Sheet("invoice_lines", r.InvoiceLineRecord, "", "lines", "invoice"),
            Sheet("invoice_taxes", r.InvoiceTaxRecord, "", "taxes", "invoice"),
        )),
    )
}  # fmt: skip


def under(sheet: Sheet) -> list[Sheet]:
    """The sheet and all below it."""
    return [sheet, *(each for child in sheet.below for each in under(child))]
