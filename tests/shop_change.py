"""What a shop's next import says: one order or one article otherwise than before, brought in as a folder."""

import json
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.shop.transfer import SAMPLE, export_shop, import_shop

Row = dict[str, Any]


def _sent(order: Row, now: str, lines: slice = slice(None)) -> None:
    """What has not left goes out in one parcel; `lines`: which of it."""
    leaving = [line for line in order["lines"] if line["state"] in ("open", "packed")][lines]
    parcel = f"{order['number']}-OUT{len(order.get('parcels', []))}"
    order["parcels"] = [parcel_ for parcel_ in order.get("parcels", []) if parcel_["state"] != "packed"]
    order["parcels"].append({
        "id": parcel, "carrier": "Swift Post", "tracking_no": "SW123", "state": "shipped", "shipped_at": now,
    })  # fmt: skip
    for line in leaving:
        line |= {"state": "shipped", "parcel": parcel}


def _delivered(order: Row, now: str) -> None:
    for parcel in order["parcels"]:
        parcel |= {"state": "delivered", "delivered_at": parcel.get("delivered_at") or now}
    for line in order["lines"]:
        line["state"] = "delivered" if line["state"] == "shipped" else line["state"]


def _cancelled(order: Row, now: str) -> None:
    order["parcels"] = []
    for line in order["lines"]:
        line.pop("parcel", None)
        line["state"] = "cancelled"


def _refunded(order: Row, now: str) -> None:
    for refund in order["refunds"]:
        refund["state"] = "done"


_CHANGES: dict[str, Callable[[Row, str], None]] = {
    "sent": _sent,
    "part_sent": lambda order, now: _sent(order, now, slice(1)),
    "delivered": _delivered,
    "cancelled": _cancelled,
    "refunded": _refunded,
}


def changed(order: Row, change: str, now: datetime) -> None:
    """`change`: a key of _CHANGES, or promised=YYYY-MM-DD."""
    name, _, value = change.partition("=")
    if name == "promised":
        order["promised"] = value
        for parcel in order.get("parcels", []):
            parcel["promised"] = value
        return
    _CHANGES[name](order, now.isoformat())


async def bring_in(engine: AsyncEngine, now: datetime, about: str, change: str) -> None:
    """Import what the shop says now: of an order `changed`, of an article stock=PIECES."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        await export_shop(engine, folder, SAMPLE)
        name = "products" if change.startswith("stock=") else "orders"
        file = folder / f"{name}.jsonl"
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        if name == "orders":
            [row] = [row for row in rows if row["number"] == about]
            changed(row, change, now)
        else:
            [(row, variant)] = [
                (row, variant) for row in rows for variant in row["variants"] if variant["sku"] == about
            ]
            variant["stock"] = int(change.removeprefix("stock="))
        file.write_text(json.dumps(row), "utf-8")
        report = await import_shop(engine, folder, now)
        assert not report.problems, report.problems
        assert sum(report.changed.values()) == 1, report.changed
