"""Claims by their rules, as tables, and what they leave in the shop."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from test_shop_quotes import CANCELLED, DELIVERED, NOW, OPEN, PACKED, RETURN_OPEN, SHIPPED, an_order, case, gbp

from bot.commerce import Answer, AnswerStatus, Claim, Order, Parcel, Product, Quote, Scan, Variant, Write
from bot.conversation import Access, Proof
from bot.facts import Localised
from bot.shop.policy import read_policy
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE, export_shop, import_shop
from bot.shop.verbs import claim, settle_claim
from bot.shop.verbs.verb import Case
from bot.store.database import open_database
from bot.store.migrate import migrate

TODAY = NOW.date()  # a Friday
TEXT = Localised({"en": "Thing"})


def parcelled(*states: Any, parcel: str = "shipped", due: int = 0, scan: int = 0) -> Order:
    """`an_order` whose parcel is in this state, promised `due` days ago, last scanned `scan` days ago."""
    order, at = an_order(*states), NOW - timedelta(days=scan)
    came = at if parcel == "delivered" else None
    held = Parcel("7-S1", "DPD", "1", "", parcel, TODAY - timedelta(days=due), at, came, (Scan(at, TEXT),))
    lines = tuple(replace(line, parcel_id="" if line.state in (OPEN, CANCELLED) else "7-S1") for line in order.lines)
    return replace(order, lines=lines, parcels=(held,))


def known(kind: str, *, due: int = 2, age: int = 60, parcel: str = "7-S1", lines: tuple[str, ...] = ()) -> Claim:
    """An open claim, `age` minutes old, on which the shopper hears in `due` days."""
    day, at = TODAY + timedelta(days=due), NOW - timedelta(minutes=age)
    return Claim("10007-K1", kind, dict.fromkeys(lines, 1), "open", at, parcel, "first words", "", (), day)


def asked(order: Order, **arguments: Any) -> Answer[Quote]:
    return claim.quote(stocked(order), arguments)


def stocked(order: Order, stock: int = 9) -> Case:
    goods = {
        line.product_id: Product(
            line.product_id, TEXT, TEXT, "", TEXT, TEXT, TEXT, (Variant(line.sku, "", TEXT, gbp(1), stock),)
        )
        for line in order.lines
    }
    return replace(case(order), goods=goods)


# --- parcels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "arguments", "reason"),
    [
        (parcelled(SHIPPED), {"kind": "chase", "parcel": "7-S1"}, ""),
        (parcelled(OPEN, SHIPPED), {"kind": "chase", "parcel": ""}, ""),
        (parcelled(SHIPPED), {"kind": "chase", "parcel": ""}, "nothing_left"),
        (parcelled(DELIVERED, parcel="delivered"), {"kind": "chase", "parcel": "7-S1"}, "delivered"),
        (parcelled(SHIPPED), {"kind": "chase", "parcel": "8-S1"}, "not_found"),
        (parcelled(CANCELLED), {"kind": "chase", "parcel": ""}, "cancelled"),
        (parcelled(DELIVERED, parcel="delivered"), {"kind": "missing_parcel", "parcel": "7-S1"}, ""),
        (parcelled(RETURN_OPEN, parcel="delivered"), {"kind": "missing_parcel", "parcel": "7-S1"}, "nothing_left"),
        (parcelled(SHIPPED), {"kind": "missing_parcel", "parcel": "7-S1"}, "not_delivered"),
        (parcelled(SHIPPED, parcel="refused"), {"kind": "refused", "parcel": "7-S1"}, ""),
        (parcelled(SHIPPED), {"kind": "refused", "parcel": "7-S1"}, ""),
        (parcelled(DELIVERED, parcel="delivered"), {"kind": "refused", "parcel": "7-S1"}, "delivered"),
        (parcelled(PACKED, parcel="packed"), {"kind": "refused", "parcel": "7-S1"}, "not_sent"),
        (parcelled(SHIPPED), {"kind": "lost", "parcel": "7-S1"}, "not_lost"),
        (parcelled(SHIPPED, parcel="lost"), {"kind": "lost", "parcel": "7-S1"}, ""),
        (parcelled(SHIPPED), {"kind": "unheard_of", "parcel": "7-S1"}, "not_found"),
    ],
)
def test_a_claim_about_a_parcel_needs_a_parcel_it_can_be_about(
    order: Order, arguments: dict[str, Any], reason: str
) -> None:
    answer = asked(order, **arguments)
    assert (answer.reason, answer.status is AnswerStatus.DONE) == (reason, not reason)


@pytest.mark.parametrize(
    ("due", "scan", "lost"),
    [(9, 20, False), (10, 20, True), (20, 9, False), (20, 10, True), (0, 0, False), (60, 3, False)],
)
def test_a_parcel_is_lost_seven_working_days_after_its_day_and_its_last_scan(due: int, scan: int, lost: bool) -> None:
    order = parcelled(SHIPPED, due=due, scan=scan)  # nine days ago was a Wednesday, seven working days before today
    assert claim.counts_as_lost(case(order), order.parcels[0]) is lost
    longer = replace(case(order), market=replace(case(order).market, lost_after_days=40))
    assert not claim.counts_as_lost(longer, order.parcels[0])


def test_a_chase_says_by_when_the_shopper_hears_in_working_days() -> None:
    quote = asked(parcelled(SHIPPED), kind="chase", parcel="7-S1", text="late").value
    assert quote is not None and quote.harmless and quote.approval is False
    assert quote.arguments["due"] == "2026-03-24"  # two working days after a Friday
    assert (quote.refund, quote.arguments["refunds"]) == (gbp(0), [])


@pytest.mark.parametrize(
    ("states", "amount"), [([SHIPPED], 1395), ([SHIPPED, SHIPPED], 3395), ([SHIPPED, OPEN], 1000)]
)
def test_a_lost_parcel_gives_its_price_back_and_the_delivery_charge_where_nothing_else_is_left(
    states: list[Any], amount: int
) -> None:
    quote = asked(parcelled(*states, parcel="lost"), kind="lost", parcel="7-S1", wish="refund").value
    assert quote is not None and (quote.refund, quote.approval, quote.harmless) == (gbp(amount), True, False)


def test_a_lost_parcel_is_sent_again_as_long_as_there_is_enough_of_it() -> None:
    order = parcelled(SHIPPED, SHIPPED, parcel="lost")
    wanted = {"kind": "lost", "parcel": "7-S1", "wish": "replacement"}
    again = claim.quote(stocked(order), wanted).value
    assert again is not None and again.refund == gbp(0)
    assert {line.expected for line in again.lines} == {date(2026, 3, 25)}
    assert claim.quote(stocked(order, stock=0), wanted).reason == "out_of_stock"
    twins = replace(order, lines=tuple(replace(line, sku="SKU1", product_id="p1") for line in order.lines))
    assert claim.quote(stocked(twins, stock=1), wanted).reason == "out_of_stock"


@pytest.mark.parametrize(("market", "amount", "fee"), [("uk", 705, 295), ("cn", 1000, 0)])
def test_what_was_refused_comes_back_less_the_return_fee(market: str, amount: int, fee: int) -> None:
    order = replace(parcelled(SHIPPED, OPEN, parcel="refused"), market=market)
    answer = asked(order, kind="refused", parcel="7-S1")
    assert answer.value is not None and answer.value.refund is not None
    assert (answer.value.refund.minor, answer.detail["fee"]) == (amount, fee)


# --- goods -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "lines", "reason"),
    [
        (parcelled(DELIVERED, parcel="delivered"), ["7-1"], ""),
        (parcelled(SHIPPED), ["7-1"], ""),  # the scan is behind
        (parcelled(OPEN), ["7-1"], "not_delivered"),
        (parcelled(PACKED, parcel="packed"), ["7-1"], "not_delivered"),
        (parcelled(DELIVERED, CANCELLED, parcel="delivered"), ["7-2"], "cancelled"),
        (parcelled(RETURN_OPEN, parcel="delivered"), ["7-1"], "nothing_left"),
        (parcelled(DELIVERED, parcel="delivered"), ["8-1"], "not_found"),
        (parcelled(DELIVERED, parcel="delivered", scan=730), ["7-1"], ""),
        (parcelled(DELIVERED, parcel="delivered", scan=731), ["7-1"], "warranty_over"),
    ],
)
def test_a_claim_about_goods_needs_goods_that_are_there(order: Order, lines: list[str], reason: str) -> None:
    assert asked(order, kind="damaged", lines=lines).reason == reason


def test_the_end_of_the_warranty_is_named_and_is_never_before_the_return_window() -> None:
    order = parcelled(DELIVERED, parcel="delivered", scan=800)
    assert asked(order, kind="defective", lines=["7-1"]).detail == {"until": "2026-01-09"}
    none = replace(case(order), market=replace(case(order).market, warranty_days=0), now=NOW - timedelta(days=775))
    assert claim.quote(none, {"kind": "damaged", "lines": ["7-1"]}).status is AnswerStatus.DONE
    unsaid = replace(case(order), market=replace(case(order).market, warranty_days=None))  # staff look at each one
    assert claim.quote(unsaid, {"kind": "defective", "lines": ["7-1"]}).status is AnswerStatus.DONE


def test_never_more_pieces_are_missing_than_the_line_held() -> None:
    order = parcelled(DELIVERED, parcel="delivered")
    three = replace(order, lines=(replace(order.lines[0], quantity=3),))
    quote = asked(three, kind="missing_item", lines=["7-1"], quantities={"7-1": 2}).value
    assert quote is not None and quote.arguments["quantities"] == {"7-1": 2}
    assert asked(three, kind="missing_item", lines=["7-1"], quantities={"7-1": 4}).reason == "not_found"


# --- once more -------------------------------------------------------------------------------------------------------


def test_a_claim_that_is_open_is_refused_with_its_days() -> None:
    order = replace(parcelled(SHIPPED), claims=(known("chase"),))
    answer = asked(order, kind="chase", parcel="7-S1", text="and now?")
    assert (answer.reason, answer.detail["due"]) == ("claim_open", "2026-03-22")
    assert asked(replace(order, claims=(replace(order.claims[0], state="settled"),)), kind="chase", parcel="7-S1").value


def test_once_its_day_has_passed_it_is_made_anew_with_a_new_day() -> None:
    order = replace(parcelled(SHIPPED), claims=(known("chase", due=-1, age=5000),))
    answer = asked(order, kind="chase", parcel="7-S1", text="and now?")
    assert answer.value is not None and answer.detail["claim"] == "10007-K1"
    assert (answer.value.arguments["due"], answer.value.arguments["text"]) == ("2026-03-24", "first words")


def test_the_same_claim_within_minutes_is_the_same_message_read_again() -> None:
    fresh = asked(parcelled(SHIPPED), kind="chase", parcel="7-S1", text="first words").value
    order = replace(parcelled(SHIPPED), claims=(known("chase", age=1, due=4),))
    again = asked(order, kind="chase", parcel="7-S1", text="first words").value
    assert fresh is not None and again is not None and again.arguments == fresh.arguments


def test_new_words_and_photos_are_added_to_the_claim_about_the_same_goods() -> None:
    order = replace(
        parcelled(DELIVERED, DELIVERED, parcel="delivered"), claims=(known("damaged", parcel="", lines=("7-1",)),)
    )
    more = asked(order, kind="defective", lines=["7-1"], text="it leaks too", files=["a" * 64])
    assert more.value is not None and more.detail["claim"] == "10007-K1"
    assert (more.value.arguments["text"], more.value.arguments["files"]) == ("first words\nit leaks too", ["a" * 64])
    assert asked(order, kind="damaged", lines=["7-1"], text="first words").reason == "claim_open"
    assert "claim" not in asked(order, kind="damaged", lines=["7-2"], text="first words").detail


@pytest.mark.parametrize(
    ("order", "arguments"),
    [
        (parcelled(SHIPPED), {"kind": "chase", "parcel": "7-S1", "text": "late"}),
        (parcelled(SHIPPED, parcel="refused"), {"kind": "refused", "parcel": "7-S1"}),
        (parcelled(SHIPPED, parcel="lost"), {"kind": "lost", "parcel": "7-S1", "wish": "refund"}),
        (parcelled(SHIPPED, parcel="lost"), {"kind": "lost", "parcel": "7-S1", "wish": "replacement"}),
        (parcelled(DELIVERED, parcel="delivered"),
         {"kind": "damaged", "lines": ["7-1"], "text": "broken", "wish": "part"}),
        (replace(parcelled(DELIVERED, parcel="delivered"), claims=(known("damaged", parcel="", lines=("7-1",)),)),
         {"kind": "damaged", "lines": ["7-1"], "text": "new words"}),
        (replace(parcelled(SHIPPED), claims=(known("chase", due=-1),)), {"kind": "chase", "parcel": "7-S1"}),
    ],
)  # fmt: skip
def test_a_claim_asked_again_with_its_own_arguments_is_the_same(order: Order, arguments: dict[str, Any]) -> None:
    shown = asked(order, **arguments).value
    assert shown is not None
    later = replace(stocked(order), now=NOW + timedelta(days=1))
    again = claim.quote(later, shown.arguments).value
    assert again is not None and again.arguments == shown.arguments


def test_a_claim_is_settled_by_what_it_was_made_with() -> None:
    made = asked(parcelled(SHIPPED), kind="chase", parcel="7-S1", text="late").value
    assert made is not None
    order = replace(parcelled(SHIPPED), claims=(known("chase"),))
    settled = settle_claim.quote(case(order), made.arguments).value
    assert settled is not None and settled.arguments == made.arguments
    assert settle_claim.quote(case(parcelled(SHIPPED)), made.arguments).reason == "nothing_left"


# --- in the shop -----------------------------------------------------------------------------------------------------


@dataclass
class Clock:
    at: datetime = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Counter:
    """A shop of the sample, its writes numbered."""

    def __init__(self, shop: SqlShop, clock: Clock, engine: Any) -> None:
        self.shop, self.clock, self.engine, self.writes = shop, clock, engine, 0

    async def proof(self, email: str) -> Proof:
        proof = await self.shop.customer(email)
        assert proof is not None
        return proof

    async def do(self, proof: Proof, number: str, **arguments: Any) -> Order:
        quote = (await self.shop.quote("claim", proof, number, arguments)).value
        assert quote is not None
        return await self.write("claim", quote.arguments, quote.version)

    async def write(self, verb: str, arguments: Any, version: int) -> Order:
        self.writes += 1
        answer = await self.shop.perform(Write(f"k{self.writes}", verb, arguments, version, "shopper"))
        assert answer.status is AnswerStatus.DONE and answer.value is not None, answer
        return answer.value


@pytest.fixture
async def held(home: Path) -> AsyncIterator[Counter]:
    engine, clock = open_database(f"sqlite+aiosqlite:///{home}/shophand.db"), Clock()
    yield Counter(SqlShop(engine, clock, read_policy(SAMPLE), SAMPLE / "knowledge"), clock, engine)
    await engine.dispose()


async def test_a_chase_is_kept_made_anew_and_settled(held: Counter) -> None:
    emma = await held.proof("emma.clarke@example.com")
    order = await held.do(emma, "10046", kind="chase", parcel="10046-S1", text="where is it")
    (made,) = order.claims
    assert (made.id, made.kind, made.state, made.due) == ("10046-K1", "chase", "open", date(2026, 3, 6))
    assert [event.kind for event in order.history][-1] == "claim_opened" and order.lines[0].state is SHIPPED
    held.clock.at += timedelta(days=5)
    order = await held.do(emma, "10046", kind="chase", parcel="10046-S1", text="and now")
    assert [(one.id, one.due) for one in order.claims] == [("10046-K1", date(2026, 3, 11))]
    arguments = {"order": "10046", "kind": "chase", "parcel": "10046-S1", "lines": [], "due": "2026-03-06"}
    order = await held.write("settle_claim", arguments, 0)  # whatever has happened to the order since
    assert order.claims[0].state == "settled" and order.history[-1].kind == "claim_settled"


async def test_a_lost_parcel_is_paid_back_in_its_shares_or_sent_again(held: Counter) -> None:
    ruby = await held.proof("ruby.okafor@example.com")
    order = await held.do(ruby, "10001", kind="lost", parcel="10001-S1", wish="refund")
    assert (order.state, order.parcels[0].state, order.lines[0].parcel_id) == ("cancelled", "lost", "")
    assert {refund.method: refund.amount.minor for refund in order.refunds} == {"gift_card": 1500, "paypal": 1495}
    assert [(one.kind, one.state, one.wish) for one in order.claims] == [("lost", "settled", "refund")]
    stock = {v.sku: v.stock for p in await held.shop.search("folding camp chair") for v in p.variants}
    order = await held.do(ruby, "10258", kind="lost", parcel="10258-S1", wish="replacement")
    assert {line.state for line in order.lines} == {OPEN} and order.refunds == ()
    assert {line.expected for line in order.lines} == {date(2026, 3, 9)}
    after = {v.sku: v.stock for p in await held.shop.search("folding camp chair") for v in p.variants}
    assert after["OU09-OLIV"] == stock["OU09-OLIV"] - 1


async def test_photos_go_to_the_claim_and_nowhere_else(held: Counter) -> None:
    emma = await held.proof("emma.clarke@example.com")
    wanted = {"kind": "damaged", "lines": ["10044-1"], "text": "a hole", "wish": "refund"}
    await held.do(emma, "10044", **wanted)
    order = await held.do(emma, "10044", **wanted, files=["b" * 64])
    (made,) = order.claims
    assert (made.files, made.wish, dict(made.lines)) == (("b" * 64,), "refund", {"10044-1": 1})


async def test_a_label_shows_who_looks_for_the_parcel_and_nothing_of_the_content(held: Counter) -> None:
    emma = await held.proof("emma.clarke@example.com")
    await held.do(emma, "10044", kind="missing_parcel", parcel="10044-S1", text="not with Mrs Doyle")
    await held.do(emma, "10044", kind="damaged", lines=["10044-1"], text="a hole")
    label = await held.shop.identify("10044", "LS6 2AB")
    assert label is not None and label.access is Access.DELIVERY
    order = await held.shop.order("10044", label)
    assert order is not None and [one.kind for one in order.claims] == ["missing_parcel"]
    assert not any(word in repr(order) for word in ("Doyle", "hole", "jumper"))
    assert (await held.shop.quote("claim", label, "10044", {"kind": "chase", "parcel": ""})).reason == "not_found"


# --- in and out ------------------------------------------------------------------------------------------------------


async def test_claims_and_own_days_leave_and_come_back_as_they_were(held: Counter, tmp_path: Path) -> None:
    emma = await held.proof("emma.clarke@example.com")
    await held.do(emma, "10044", kind="damaged", lines=["10044-1"], text="a hole", files=["c" * 64])
    await export_shop(held.engine, tmp_path / "out", SAMPLE)
    other = open_database(f"sqlite+aiosqlite:///{tmp_path}/other.db")
    await migrate(other)
    assert not (await import_shop(other, tmp_path / "out", held.clock.at)).problems
    shop = SqlShop(other, held.clock, read_policy(SAMPLE), SAMPLE / "knowledge")
    for number in ("10044", "10049"):
        assert await shop.order(number, emma) == await held.shop.order(number, emma)
    await other.dispose()


async def test_an_import_that_says_nothing_of_claims_keeps_them(held: Counter, tmp_path: Path) -> None:
    emma = await held.proof("emma.clarke@example.com")
    await export_shop(held.engine, tmp_path / "old", SAMPLE)
    await held.do(emma, "10046", kind="chase", parcel="10046-S1", text="where is it")
    orders = tmp_path / "old" / "orders.jsonl"
    orders.write_text(orders.read_text("utf-8").replace("Delayed at the hub", "Still at the hub"), "utf-8")
    assert not (await import_shop(held.engine, tmp_path / "old", held.clock.at)).problems
    order = await held.shop.order("10046", emma)
    assert order is not None and order.parcels[0].scans[-1].text.text("en") == "Still at the hub"
    assert [one.kind for one in order.claims] == ["chase"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lines": {"10046-9": 1}}, "there is no line '10046-9'"),
        ({"parcel": "10046-S9"}, "there is no parcel '10046-S9'"),
        ({"at": "+P3D"}, "is in the future"),
        ({"kind": "whatever"}, "kind"),
        ({"files": ["../secret"]}, "files"),
    ],
)
async def test_a_claim_that_does_not_fit_is_named(
    held: Counter, tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    await export_shop(held.engine, tmp_path / "out", SAMPLE)
    orders = tmp_path / "out" / "orders.jsonl"
    rows = [json.loads(line) for line in orders.read_text("utf-8").splitlines()]
    one = next(row for row in rows if row["number"] == "10046")
    one["claims"] = [{"id": "10046-K1", "kind": "chase", "at": "-PT5M", **changes}]
    orders.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    report = await import_shop(held.engine, tmp_path / "out", held.clock.at)
    assert len(report.problems) == 1 and reason in str(report.problems[0])


async def test_old_imported_data_say_so_and_the_sample_never_does(held: Counter, tmp_path: Path) -> None:
    emma, brought_in = await held.proof("emma.clarke@example.com"), held.clock.at
    held.clock.at += timedelta(days=3)
    sample = await held.shop.order("10042", emma)
    assert sample is not None and sample.as_of is None
    await export_shop(held.engine, tmp_path / "own", SAMPLE)
    await import_shop(held.engine, tmp_path / "own", brought_in)
    own = await held.shop.order("10042", emma)
    assert own is not None and own.as_of == brought_in
    assert {order.as_of for order in await held.shop.orders(emma)} == {brought_in}
    held.clock.at = brought_in + timedelta(hours=24)
    fresh = await held.shop.order("10042", emma)
    assert fresh is not None and fresh.as_of is None
