"""Invoices and credit notes: whatever an order goes through, its documents add up to the cent, and none is changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commerce import Account, AnswerStatus, Invoice, Line, LineState, Order, Payment, PostalAddress, Refund
from bot.facts import Localised, Money
from bot.shop.invoices import Drafting, contained, postal_lines
from bot.shop.policy import read_policy
from bot.shop.transfer import SAMPLE
from bot.shop.verbs import invoice as verb
from bot.shop.verbs.verb import Case

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
POLICY = read_policy(SAMPLE)
BERLIN = PostalAddress("Jonas Weber", ("Torstraße 112",), "Berlin", "", "10119", "DE")
LEEDS = PostalAddress("Emma Clarke", ("14 Rowan Street",), "Leeds", "West Yorkshire", "LS6 2AB", "GB")
HANGZHOU = PostalAddress("李娜", ("西湖区文三路268号",), "杭州市", "浙江省", "310012", "CN")
CATEGORIES = ("home", "pantry", "kids")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def an_order(
    prices: Sequence[int], *, states: Sequence[LineState] = (), fee: int = 0, refunds: Sequence[int] = (),
    beside: int = 0, paid: bool = True, address: PostalAddress = BERLIN, market: str = "eu",
) -> Order:  # fmt: skip
    """Lines of these prices; `beside`: what the total holds beside lines and delivery; refunds go back to the card."""
    states = [*states, *[LineState.DELIVERED] * (len(prices) - len(states))]
    lines = tuple(
        Line(f"7-{place}", f"SKU{place}", f"p{place}", Localised({"en": f"Thing {place}"}), "", 1, eur(price), state)
        for place, (price, state) in enumerate(zip(prices, states, strict=True))
    )
    total = sum(prices) + fee + beside
    given_back = tuple(Refund(f"7-F{place}", eur(sum_), "card", "done", NOW) for place, sum_ in enumerate(refunds))
    payments = (Payment("7-P1", "card", eur(total), "paid" if paid else "failed"),)
    return Order(
        "10153", "C021", "jonas@example.com", "", market, NOW, address, lines, (), payments, eur(fee), eur(total),
        refunds=given_back, version=3,
    )  # fmt: skip


def drafting(order: Order, account: Account | None = None) -> Drafting:
    categories = {line.id: CATEGORIES[int(line.sku.removeprefix("SKU")) % 3] for line in order.lines}
    return Drafting(order, POLICY.market(order.market), categories, POLICY.shop, account, NOW)


def issued(order: Order, *, title: str = "", tax_id: str = "") -> tuple[Order, tuple[Invoice, ...]]:
    """The order with what is due now, numbered as the effect does it."""
    made: list[Invoice] = []
    last = ""
    for place, draft in enumerate(drafting(order).due(title, tax_id), len(order.invoices) + 1):
        note = draft.kind == "credit_note"
        one = replace(draft, number=f"EU-{place:06d}", corrects=draft.corrects or (last if note else ""))
        last = last if note else one.number
        made.append(one)
    return replace(order, invoices=(*order.invoices, *made)), tuple(made)


def assert_adds_up(order: Order) -> None:
    signs = {"invoice": 1, "credit_note": -1}
    documents = sum(signs[one.kind] * one.total.minor for one in order.invoices)
    assert documents == order.total.minor - sum(refund.amount.minor for refund in order.refunds)
    by_rate: dict[tuple[str, int | None], list[int]] = defaultdict(lambda: [0, 0])
    for one in order.invoices:
        assert sum(line.amount.minor for line in one.lines) == one.total.minor
        for tax in one.taxes:
            lines = [line for line in one.lines if line.rate == tax.rate]
            assert sum(line.net.minor for line in lines) == tax.net.minor
            assert sum(line.amount.minor for line in lines) == tax.net.minor + tax.tax.minor
        invoice = one.number if one.kind == "invoice" else one.corrects
        for line in one.lines:
            left = by_rate[invoice, line.rate]
            left[0] += signs[one.kind] * line.amount.minor
            left[1] += signs[one.kind] * (line.amount.minor - line.net.minor)
    for amount, tax in by_rate.values():
        assert 0 <= tax <= amount or amount == tax == 0  # no more is credited than was invoiced, at any rate
    assert issued(order)[1] == ()  # and asked again, nothing is due


def test_goods_not_paid_for_in_full_yet_stand_on_the_invoice_at_their_price() -> None:
    order = an_order([5000])
    line = replace(order.lines[0], price=eur(3000), due=eur(2000))
    _, (made,) = issued(replace(order, lines=(line,)))
    assert [(one.kind, one.amount) for one in made.lines] == [("goods", eur(5000))]


@st.composite
def histories(draw: st.DrawFn) -> list[Order]:
    """An order as it is each time somebody asks for its invoice: money given back, lines gone, another total."""
    prices = draw(st.lists(st.integers(0, 20_000), min_size=1, max_size=5).filter(any))
    fee, beside, refunds, out = draw(st.integers(0, 995)), 0, [], []
    states = [LineState.DELIVERED] * len(prices)
    for _ in range(draw(st.integers(1, 4))):
        match draw(st.sampled_from(("refund", "gone", "total", "nothing"))):
            case "refund":
                left = sum(prices) + fee + beside - sum(refunds)
                refunds = [*refunds, draw(st.integers(0, left))]
            case "gone":
                place = draw(st.integers(0, len(prices) - 1))
                states = [*states[:place], LineState.RETURNED, *states[place + 1 :]]
            case "total":
                least = max(sum(refunds) - sum(prices) - fee, -(sum(prices) // 2))
                beside = draw(st.integers(least, 5_000 + sum(refunds)))
        out.append(an_order(prices, states=states, fee=fee, refunds=refunds, beside=beside))
    return out


@given(histories())
def test_documents_add_up_through_every_history(history: list[Order]) -> None:
    documents: tuple[Invoice, ...] = ()
    for order in history:
        now, made = issued(replace(order, invoices=documents))
        assert now.invoices[: len(documents)] == documents  # what was issued stays as it is
        assert all(one.number == f"EU-{place:06d}" for place, one in enumerate(now.invoices, 1))
        assert_adds_up(now)
        documents = (*documents, *made)


@given(st.integers(-(10**9), 10**9), st.integers(0, 9_999))
def test_the_vat_in_an_amount_is_rounded_to_the_nearest_unit(amount: int, rate: int) -> None:
    exact = amount * rate / (10_000 + rate)
    assert abs(contained(amount, rate) - exact) <= 0.5 + 1e-6
    assert contained(-amount, rate) == -contained(amount, rate)


def test_an_invoice_shows_lines_vat_by_category_and_country_and_shares_out_delivery() -> None:
    _, (one,) = issued(an_order([11_900, 2_140], fee=300), title="Weber Design GmbH", tax_id="DE123456789")
    assert [(line.kind, line.rate, line.net.minor, line.amount.minor) for line in one.lines] == [
        ("goods", 1900, 10_000, 11_900),
        ("goods", 700, 2_000, 2_140),
        ("delivery", 1900, 213, 254),  # each rate bears its share
        ("delivery", 700, 43, 46),
    ]
    taxes = [(tax.rate, tax.net.minor, tax.tax.minor) for tax in one.taxes]
    assert taxes == [(1900, 10_213, 1_941), (700, 2_043, 143)]
    assert (one.title, one.tax_id) == ("Weber Design GmbH", "DE123456789")
    assert one.total == one.paid == eur(14_340)
    assert one.buyer == ("Torstraße 112", "10119 Berlin", "Germany")
    assert one.seller[0] == "Heron & Hearth Ltd" and one.seller_vat_id == "GB 999 9999 73"


def test_what_came_back_is_credited_with_its_own_vat() -> None:
    order, _ = issued(an_order([11_900, 2_140]))
    order = replace(order, lines=(order.lines[0], replace(order.lines[1], state=LineState.RETURNED)))
    order = replace(order, refunds=(Refund("7-F1", eur(2_140), "card", "done", NOW),))
    _, (note,) = issued(order)
    assert (note.kind, note.corrects, note.total) == ("credit_note", "EU-000001", eur(2_140))
    assert [(tax.rate, tax.tax.minor) for tax in note.taxes] == [(700, 140)]  # not that of the line that was kept


def test_pieces_split_off_a_line_change_no_invoice() -> None:
    order, (first,) = issued(an_order([3_000]))
    half = replace(order.lines[0], price=eur(1_500))
    split = replace(order, lines=(half, replace(half, id="7-9s", state=LineState.CANCELLED)))
    assert issued(split)[1] == ()
    assert [(line.quantity, line.amount) for line in drafting(split).positions()] == [(2, eur(3_000))]
    assert first.lines[0].amount == eur(3_000)


def test_another_total_takes_the_invoice_back_and_issues_it_anew() -> None:
    order, (first,) = issued(an_order([1_000]), title="Weber Design GmbH")
    more = replace(an_order([1_000, 500]), invoices=order.invoices)
    _, made = issued(more)
    assert [(one.kind, one.total.minor, one.corrects, one.title) for one in made] == [
        ("credit_note", 1_000, first.number, "Weber Design GmbH"),
        ("invoice", 1_500, "", "Weber Design GmbH"),
    ]


def test_the_invoice_of_a_present_names_the_buyer_not_the_recipient() -> None:
    emma = Account("C001", "Emma Clarke", "emma@example.com", "", "uk", (LEEDS,))
    present = an_order([1_000], address=replace(BERLIN, recipient="Lucy Clarke"))
    (one,) = drafting(present, emma).due("", "")
    assert (one.title, one.buyer) == (
        "Emma Clarke", ("14 Rowan Street", "Leeds", "West Yorkshire", "LS6 2AB", "United Kingdom"),
    )  # fmt: skip


def test_a_share_of_discounts_is_shown_and_not_taken_off_twice() -> None:
    order = an_order([4_000])
    order = replace(order, lines=(replace(order.lines[0], discount=eur(500)),))
    (line,) = drafting(order).positions()
    assert (line.discount, line.amount) == (eur(500), eur(4_000))


def test_without_rates_no_vat_is_shown() -> None:
    order = an_order([1_000], fee=200)
    plain = Drafting(order, replace(POLICY.market("eu"), vat={}), {}, POLICY.shop, None, NOW)
    (one,) = plain.due("", "")
    assert one.taxes == () and {line.rate for line in one.lines} == {None}
    assert [line.net for line in one.lines] == [eur(1_000), eur(200)]


def test_an_address_stands_as_its_country_writes_it() -> None:
    assert postal_lines(HANGZHOU, "zh") == ("中国", "浙江省杭州市西湖区文三路268号", "310012")
    assert postal_lines(LEEDS, "en")[-1] == "United Kingdom"


# --- the verb --------------------------------------------------------------------------------------------------------


def case(order: Order) -> Case:
    return Case(order, POLICY.market(order.market), NOW, POLICY.shop.zone, front=POLICY.shop)


@pytest.mark.parametrize(
    ("order", "arguments", "reason"),
    [
        (an_order([1_000], paid=False), {}, "unpaid"),
        (an_order([1_000], refunds=[1_000]), {}, "unpaid"),
        (an_order([1_000]), {"title": "Weber", "tax_id": "DE12345678"}, "bad_tax_id"),
        (an_order([1_000]), {"title": "Weber", "tax_id": "DE 123456789"}, "bad_tax_id"),  # not in its one form
        (issued(an_order([1_000]))[0], {"title": "Weber Design GmbH"}, "issued"),
        (issued(an_order([1_000]), title="Weber")[0], {"title": "Weber", "tax_id": "DE123456789"}, "issued"),
    ],
)
def test_what_may_not_be_issued_is_refused(order: Order, arguments: dict[str, str], reason: str) -> None:
    answer = verb.quote(case(order), arguments)
    assert (answer.status, answer.reason) == (AnswerStatus.REFUSED, reason)


@pytest.mark.parametrize("order", [an_order([1_000, 700], fee=95), an_order([900], address=HANGZHOU, market="cn")])
def test_a_quote_asked_again_is_the_same(order: Order) -> None:
    """Time apart: a document is dated when it is issued."""
    quote = verb.quote(case(order), {"title": "Weber"}).value
    assert quote is not None and quote.harmless and quote.refund == eur(0)
    later = replace(case(order), now=NOW.replace(year=2027))
    assert verb.quote(later, quote.arguments).value.arguments == quote.arguments  # type: ignore[union-attr]


def test_the_same_title_again_is_no_contradiction() -> None:
    order, _ = issued(an_order([1_000]), title="Weber Design GmbH")
    quote = verb.quote(case(order), {"title": "Weber  Design GmbH"}).value
    assert quote is not None and quote.arguments["issue"] == []


def test_china_gets_the_data_of_an_e_fapiao_once() -> None:
    order = replace(an_order([900], address=HANGZHOU, market="cn"), refunds=())
    arguments = {"title": "杭州青禾科技有限公司", "tax_id": "91330106MA2CK8XR59", "email": "cw@example.com"}
    quote = verb.quote(case(order), arguments).value
    assert quote is not None
    (draft,) = quote.arguments["issue"]
    assert (draft["kind"], draft["title"], draft["email"]) == ("e_fapiao", arguments["title"], "cw@example.com")


def test_papers_for_a_mailbox_that_is_not_on_file_are_not_harmless() -> None:
    order = replace(an_order([1_000]), email="emma@example.com")
    for email, elsewhere in (("", False), ("Emma@example.com", False), ("cw@example.com", True)):
        quote = verb.quote(case(order), {"email": email}).value
        assert quote is not None
        assert (quote.elsewhere, quote.harmless) == (elsewhere, not elsewhere)
        assert quote.arguments["email"] == (email or "emma@example.com")
