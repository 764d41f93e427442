"""A shop folder in the import format: files of either form into checked records, records into files. No database."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import ValidationError

from bot.shop import checks, csv_files, jsonl_files, order_checks
from bot.shop.completing import complete, even_product
from bot.shop.entries import Entry, Problem, Source, reasons
from bot.shop.goods import Goods, Variants
from bot.shop.layout import KINDS, Sheet, under
from bot.shop.moments import Origin
from bot.shop.policy import POLICY_FILE, SHOP_FILE, Policy, check_policy
from bot.shop.records import OrderRecord, ProductRecord, Record
from bot.shop.replies import REPLIES, check_replies

Progress = Callable[[str, int, int], None]  # what is being done, how many rows of it, of how many (0: not known)
_UNIQUE = ("lines", "parcels", "payments", "refunds", "returns", "claims")  # their ids are unique over all orders
TEXT_FOLDERS = ("knowledge", REPLIES)  # of the owner, by language
_OFTEN = 1000  # rows between two words of progress


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or why it did nothing."""

    problems: tuple[Problem, ...] = ()
    read: Mapping[str, int] = field(default_factory=dict)  # kind → rows read
    changed: Mapping[str, int] = field(default_factory=dict)  # kind → rows that were new or different
    overruled: tuple[str, ...] = ()  # orders and customers written in the chat while the import ran: now as imported


class Shelf:
    """The products of a folder, set down on disk: there may be more of them than fit in memory."""

    def __init__(self) -> None:
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (closed with the shelf)
        self.owners: dict[str, str] = {}  # sku → id of its product
        self.ids: set[str] = set()

    def __enter__(self) -> "Shelf":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, product: ProductRecord, source: Source) -> None:
        self.ids.add(product.id)
        self.owners |= {variant.sku: product.id for variant in product.variants}
        places = [(loc, place) for loc, place in source.below.items()]
        self._file.write(json.dumps([source.file, source.line, places, product.model_dump(mode="json")]) + "\n")

    def __iter__(self) -> Iterator[tuple[ProductRecord, Source]]:
        self._file.seek(0)
        for line in self._file:
            file, number, places, row = json.loads(line)
            below = {tuple(loc): (name, at) for loc, (name, at) in places}
            yield ProductRecord.model_validate(row), Source(file, number, below)


@dataclass(slots=True)
class Parsed:
    """A folder's rows, each right by itself."""

    shelf: Shelf
    policy: Policy | None = None
    goods: Goods = field(default_factory=Goods)
    sources: dict[str, dict[str, Source]] = field(default_factory=dict)  # kind → key → where it stands
    problems: list[Problem] = field(default_factory=list)

    @property
    def wanted(self) -> set[str]:
        """The skus that orders name."""
        return {line.sku for order in self.goods.orders.values() for line in order.lines}


def parse(folder: Path, now: datetime, shelf: Shelf, progress: Progress) -> Parsed:
    """Read every file and check each row by itself."""
    if not folder.is_dir():
        return Parsed(shelf, problems=[Problem(str(folder), 0, "there is no such folder")])
    policy, settings_problems = check_policy(folder)
    settings_problems += check_replies(folder)[1]
    parsed = Parsed(shelf, policy)
    parsed.problems += [Problem(file, 0, why) for file, _, why in (text.partition(": ") for text in settings_problems)]
    present, problems = _present(folder)
    parsed.problems += problems
    if policy:
        for sheet, read in present.items():
            _read(read(folder, KINDS[sheet]), KINDS[sheet], Origin(now, policy.shop.zone), parsed, progress)
    return parsed


def check(parsed: Parsed, older: Goods, owners: Mapping[str, str], variants: Variants, now: datetime) -> Report:
    """Complete the orders of `parsed` and look at everything together, as it would lie over the `older` rows.

    `owners`: sku → product before this import; `variants`: those that orders name, of before and of now.
    """
    if parsed.policy:
        parsed.goods = complete(parsed.goods, older, variants, parsed.policy)
        parsed.problems += sorted(_faults(parsed, older, owners, parsed.policy, now), key=lambda it: (it.file, it.line))
    return Report(tuple(parsed.problems), {kind: len(rows) for kind, rows in parsed.sources.items()})


def save_settings(settings: Path, folder: Path) -> None:
    """Copy shop.toml, policy.toml, knowledge/ and replies/."""
    if settings.resolve() != folder.resolve():
        for file in (SHOP_FILE, POLICY_FILE):
            shutil.copyfile(settings / file, folder / file)
        for name in TEXT_FOLDERS:
            if (settings / name).is_dir():
                shutil.copytree(settings / name, folder / name, dirs_exist_ok=True)


# --- files -----------------------------------------------------------------------------------------------------------

_Read = Callable[[Path, Sheet], Iterator[Entry | Problem]]
Form = Literal["jsonl", "csv"]
WRITE: Mapping[Form, Callable[[Path, Sheet, Iterable[Record]], int]] = {
    "jsonl": jsonl_files.write,
    "csv": csv_files.write,
}


def other_form(folder: Path, form: Form) -> str:
    """The name of a file that holds rows in another form, "" if there is none."""
    ending = csv_files.ENDING if form == "jsonl" else jsonl_files.ENDING
    return next((kind + ending for kind in KINDS if (folder / (kind + ending)).is_file()), "")


def _present(folder: Path) -> tuple[dict[str, _Read], list[Problem]]:
    """Which kinds there are, and how each is read; and what is wrong with the choice of files."""
    found: dict[str, _Read] = {}
    problems = []
    names = {path.name for path in folder.glob("*.csv")}
    for kind, sheet in KINDS.items():
        tables = [each.name + csv_files.ENDING for each in under(sheet)]
        head, as_lines = tables[0], kind + jsonl_files.ENDING
        lines = (folder / as_lines).is_file()
        if lines or head in names:
            found[kind] = jsonl_files.read if lines else csv_files.read
        for name in (name for name in tables if name in names and (lines or head not in names)):
            lacking = f"belongs to {head}, which is missing"
            problems.append(Problem(name, 0, f"stands beside {as_lines}; give one of the two" if lines else lacking))
        names.difference_update(tables)
    known = ", ".join(each.name + csv_files.ENDING for sheet in KINDS.values() for each in under(sheet))
    problems += [Problem(name, 0, f"is no table of the import format; known: {known}") for name in sorted(names)]
    if not found:
        problems.append(Problem(folder.name, 0, f"has none of {', '.join(KINDS)}, as .jsonl or .csv"))
    return found, problems


def _read(entries: Iterator[Entry | Problem], sheet: Sheet, origin: Origin, parsed: Parsed, progress: Progress) -> None:
    sources: dict[str, Source] = {}
    rows: dict[str, Any] = {}
    for count, entry in enumerate(entries):
        if count % _OFTEN == 0:
            progress(f"checking {sheet.name}", count, 0)
        if isinstance(entry, Problem):
            parsed.problems.append(entry)
            kinds = (sheet.name, "skus") if sheet.name == "products" else (sheet.name,)
            parsed.goods.refused |= {f"{kind}:{key}" for kind in kinds for key in entry.named or ("",)}
            continue
        try:
            record = sheet.model.model_validate(entry.data, context={"origin": origin})
        except ValidationError as error:
            parsed.problems += reasons(error, entry.source, sheet.model)
            parsed.goods.refused |= _refused(entry.data, sheet)
            continue
        key: str = getattr(record, sheet.key)
        if key in sources:
            place = f"stands already on line {sources[key].line}"
            parsed.problems.append(Problem(entry.source.file, entry.source.line, f"{sheet.key} {key!r} {place}"))
            continue
        sources[key] = entry.source
        if isinstance(record, ProductRecord):
            parsed.shelf.put(even_product(record), entry.source)
            sources[key] = Source(entry.source.file, entry.source.line)  # the shelf keeps the rest
        else:
            rows[key] = record
    parsed.sources[sheet.name] = sources
    setattr(parsed.goods, sheet.name, parsed.shelf.ids if sheet.name == "products" else rows)


def _refused(data: Any, sheet: Sheet) -> set[str]:
    """What a row that is wrong by itself would have been, so that nothing else is blamed for it."""
    row = data if isinstance(data, dict) else {}
    variants = row.get("variants") if sheet.name == "products" else None
    skus = [each.get("sku") for each in variants if isinstance(each, dict)] if isinstance(variants, list) else []
    return {f"{sheet.name}:{row.get(sheet.key)}", *(f"skus:{sku}" for sku in skus)}


# --- rows together ---------------------------------------------------------------------------------------------------


def _faults(
    parsed: Parsed, older: Goods, owners: Mapping[str, str], policy: Policy, now: datetime
) -> Iterator[Problem]:
    new, goods = parsed.goods, parsed.goods.over(older)
    yield from (Problem(POLICY_FILE, 0, reason) for reason in checks.policy_faults(policy, goods))
    # what the folder does not name stays, and keeps its skus and e-mails
    owned = parsed.shelf.owners | {sku: id_ for sku, id_ in owners.items() if id_ not in new.products}
    staying = [customer for id_, customer in older.customers.items() if id_ not in new.customers]
    emails = {customer.email: customer.id for customer in (*new.customers.values(), *staying)}
    for product, source in parsed.shelf:
        for reason in checks.product_faults(product, goods, owned, policy):
            yield source.fault(product, reason)
    found: Mapping[str, Callable[[Any], Iterator[str]]] = {
        "customers": lambda customer: checks.customer_faults(customer, emails, policy),
        "orders": lambda order: order_checks.order_faults(order, goods, policy, now),
        "promotions": lambda promotion: checks.promotion_faults(promotion, goods, policy),
        "invoices": lambda invoice: order_checks.invoice_faults(invoice, goods, older),
    }
    for kind, faults in found.items():
        for key, record in getattr(new, kind).items():
            for reason in faults(record):
                yield parsed.sources[kind][key].fault(record, reason)
    for number, reason in _id_faults(goods.orders.values(), new.orders.keys()):
        yield parsed.sources["orders"][number].fault(new.orders[number], reason)


def _id_faults(orders: Iterable[OrderRecord], new: Set[str]) -> Iterator[tuple[str, str]]:
    """(order number, reason) for each of the new orders that has an id of another one, or one twice."""
    for kind in _UNIQUE:
        ids = Counter((item.id, order.number) for order in orders for item in getattr(order, kind) or ())
        seen: dict[str, str] = {}
        for (id_, number), times in ids.items():
            other = seen.setdefault(id_, number)
            if times > 1 and number in new:
                yield number, f"{kind}: {id_}: stands twice"
            if other != number:
                yield from (
                    (one, f"{kind}: {id_}: is also used by order {two}")
                    for one, two in ((number, other), (other, number)) if one in new
                )  # fmt: skip
