"""What every Shop must do, over each implementation that `MAKERS` lists; they all serve the sample shop."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import bot.shop.tables
import bot.store.tables  # noqa: F401 (both register their tables)
from bot.commerce import Answer, AnswerStatus, Filters, LineState, Quote, Shop, Write
from bot.conversation import Access, Proof
from bot.facts import Money
from bot.shop.policy import read_policy
from bot.shop.sql import SqlShop
from bot.shop.transfer import SAMPLE, import_shop
from bot.store.database import open_database

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
EMMA, LI_NA = "emma.clarke@example.com", "li.na@example.com"


@dataclass
class Clock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the sample shop, made once and copied for each test."""
    path = tmp_path_factory.mktemp("shop") / "seeded.db"

    async def seed() -> None:
        engine = open_database(f"sqlite+aiosqlite:///{path}")
        async with engine.begin() as connection:
            await connection.run_sync(SQLModel.metadata.create_all)
        report = await import_shop(engine, SAMPLE, NOW)
        assert not report.problems
        await engine.dispose()

    asyncio.run(seed())
    return path


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def sql_shop(seeded: Path, folder: Path, clock: Clock) -> AsyncIterator[Shop]:
    engine = open_database(f"sqlite+aiosqlite:///{shutil.copyfile(seeded, folder / 'shop.db')}")
    yield SqlShop(engine, clock, read_policy(SAMPLE), SAMPLE / "knowledge")
    await engine.dispose()


MAKERS: dict[str, Callable[[Path, Path, Clock], AsyncIterator[Shop]]] = {"sql": sql_shop}


@pytest.fixture(params=MAKERS)
async def shop(request: pytest.FixtureRequest, seeded: Path, tmp_path: Path, clock: Clock) -> AsyncIterator[Shop]:
    async for made in MAKERS[request.param](seeded, tmp_path, clock):
        yield made


async def signed_in(shop: Shop, email: str) -> Proof:
    proof = await shop.customer(email)
    assert proof is not None
    return proof


async def write_of(quoted: Awaitable[Answer[Quote]], key: str) -> Write:
    quote = (await quoted).value
    assert quote is not None
    return Write(key, quote.verb, quote.arguments, quote.version, "shopper")


# --- who is asking ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "contact", "access"),
    [
        ("10043", EMMA, Access.CUSTOMER),
        ("#10043", "Emma.Clarke@Example.COM", Access.CUSTOMER),
        ("10043", "07700 900101", Access.CUSTOMER),
        ("10043", "+447700900101", Access.CUSTOMER),
        ("10043", "ls62ab", Access.DELIVERY),
        ("10043", "LS6 2AB", Access.DELIVERY),
        ("10102", "13800000201", Access.CUSTOMER),
        ("10102", "310012", Access.DELIVERY),
        ("10201", "guest@example.net", Access.ORDER),
        ("10201", "+447700900999", Access.ORDER),
        ("10201", "BS1 4ST", Access.DELIVERY),
        ("10161", "sophie.evans@example.net", Access.CUSTOMER),
        ("10161", "07700 900105", Access.CUSTOMER),
        ("10161", "07700 900777", Access.DELIVERY),  # it is a present: the recipient's
        ("10164", "138 0000 0202", Access.CUSTOMER),
        ("10164", "138 0000 0777", Access.DELIVERY),
        ("10164", "215005", Access.DELIVERY),
    ],
)
async def test_number_and_contact_prove_who_asks(shop: Shop, order: str, contact: str, access: Access) -> None:
    proof = await shop.identify(order, contact)
    assert proof is not None
    assert (proof.access, proof.until, bool(proof.customer)) == (access, NOW, access is Access.CUSTOMER)


@pytest.mark.parametrize(
    ("order", "contact"),
    [
        ("10043", "guest@example.net"),
        ("10043", LI_NA),
        ("10043", "07700 900999"),
        ("10043", "BS1 4ST"),
        ("99999", EMMA),
        ("99999", ""),
        ("10043", ""),
        ("10043", " "),
        ("", EMMA),
        ("10043", "emma.clarke"),
        ("10043", "900101"),
        ("10043' OR 1=1 --", EMMA),
        ("%", EMMA),
    ],
)
async def test_a_miss_is_none_whichever_part_was_wrong(shop: Shop, order: str, contact: str) -> None:
    assert await shop.identify(order, contact) is None


async def test_account_is_found_by_its_email_alone(shop: Shop) -> None:
    proof = await signed_in(shop, EMMA.upper())
    assert (proof.access, proof.order) == (Access.CUSTOMER, "")
    assert await shop.customer("guest@example.net") is None


async def test_who_the_shops_own_page_signs_is_found_by_id_or_by_order(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    account, hers, guest = await shop.vouched(customer=emma.customer), await shop.vouched(order="#10043"), (
        await shop.vouched(order="10201")
    )
    assert account == hers == emma
    assert guest is not None and (guest.access, guest.customer, guest.order) == (Access.ORDER, "", "10201")
    for nobody in ({"customer": "C999"}, {"order": "99999"}, {"customer": ""}, {"customer": EMMA}):
        assert await shop.vouched(**nobody) is None


# --- who sees what ---------------------------------------------------------------------------------------------------


async def test_a_customer_sees_her_orders_newest_first(shop: Shop) -> None:
    orders = await shop.orders(await signed_in(shop, EMMA))
    assert {order.email for order in orders} == {EMMA}
    assert [order.placed_at for order in orders] == sorted((order.placed_at for order in orders), reverse=True)
    assert {"10042", "10043", "10049"} <= {order.number for order in orders}


async def test_nobody_sees_another_ones_order(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    guest = await shop.identify("10201", "guest@example.net")
    label = await shop.identify("10043", "LS6 2AB")
    assert guest is not None and label is not None
    for proof in (emma, guest, label, replace(emma, customer=""), Proof(Access.NONE, emma.customer, "10102", NOW)):
        assert await shop.order("10102", proof) is None
        assert await shop.order("00000", proof) is None
        assert (await shop.quote("cancel", proof, "10102", {})).reason == "not_found"
        assert (await shop.quote("change_address", proof, "10102", {"recipient": "X"})).reason == "not_found"
        assert (await shop.quote("return", proof, "10102", {"lines": []})).reason == "not_found"
        assert all(order.number != "10102" for order in await shop.orders(proof))
    assert await shop.order("10201", emma) is None
    assert [order.number for order in await shop.orders(guest)] == ["10201"]


async def test_a_label_opens_delivery_and_nothing_else(shop: Shop) -> None:
    proof = await shop.identify("10042", "LS6 2AB")
    assert proof is not None
    order = await shop.order("10042", proof)
    assert order is not None and order.state == "shipped" and order.parcels[0].tracking_no
    text = repr(order)
    assert not any(word in text for word in ("Harbour", "Emma", "emma", "Rowan", "+4477", "8100", "4900", "card"))
    assert (await shop.quote("cancel", proof, "10042", {})).reason == "not_found"


# --- quotes and writes -----------------------------------------------------------------------------------------------


async def test_cancel_is_quoted_then_done(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    stock = {v.sku: v.stock for p in await shop.search("vacuum-flask") for v in p.variants}
    write = await write_of(shop.quote("cancel", emma, "10043", {}), "k1")
    before = await shop.order("10043", emma)
    answer = await shop.perform(write)
    assert before is not None and answer.status is AnswerStatus.DONE and answer.value is not None
    assert answer.value == await shop.order("10043", emma)
    assert (answer.value.state, answer.value.version) == ("cancelled", before.version + 1)
    assert [(refund.amount, refund.method) for refund in answer.value.refunds] == [(Money(6500, "GBP"), "card")]
    assert [event.actor for event in answer.value.history if event.kind == "cancelled"] == ["shopper"]
    after = {v.sku: v.stock for p in await shop.search("vacuum-flask") for v in p.variants}
    assert {sku: after[sku] - stock[sku] for sku in stock if after[sku] != stock[sku]} == {"KI08-NAVY-750ML": 1}


async def test_split_payment_goes_back_in_its_shares(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    answer = await shop.perform(await write_of(shop.quote("cancel", emma, "10055", {}), "k1"))
    assert answer.value is not None
    assert {refund.method: refund.amount.minor for refund in answer.value.refunds} == {"gift_card": 5000, "card": 4300}


async def test_part_shipped_order_cancels_only_what_is_left(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    answer = await shop.perform(await write_of(shop.quote("cancel", emma, "10049", {}), "k1"))
    assert answer.value is not None
    assert [line.state for line in answer.value.lines] == [LineState.SHIPPED, LineState.CANCELLED]


@pytest.mark.parametrize(
    ("number", "reason"), [("10042", "shipped"), ("10044", "delivered"), ("10048", "packed"), ("10050", "cancelled")]
)
async def test_cancel_refuses_what_has_left(shop: Shop, number: str, reason: str) -> None:
    answer = await shop.quote("cancel", await signed_in(shop, EMMA), number, {})
    assert (answer.status, answer.reason) == (AnswerStatus.REFUSED, reason)


async def test_unpaid_order_is_cancelled_without_refund(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    quote = (await shop.quote("cancel", emma, "10051", {})).value
    assert quote is not None and quote.refund == Money(0, "GBP")
    answer = await shop.perform(Write("k1", quote.verb, quote.arguments, quote.version, "shopper"))
    assert answer.value is not None and answer.value.refunds == ()


async def test_address_is_changed_for_a_guest(shop: Shop) -> None:
    guest = await shop.identify("10201", "guest@example.net")
    assert guest is not None
    parts = {"address": "9 Mill Road, Bath BA1 5NS", "recipient": "Martha Green-Hill"}
    answer = await shop.perform(await write_of(shop.quote("change_address", guest, "10201", parts), "k1"))
    assert answer.value is not None
    address = answer.value.address
    assert (address.recipient, address.lines, address.city, address.postcode) == (
        "Martha Green-Hill",
        ("9 Mill Road",),
        "Bath",
        "BA1 5NS",
    )
    assert await shop.identify("10201", "BS1 4ST") is None  # the old label proves nothing any more


async def test_return_is_registered_with_its_label(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    wanted = {"lines": ["10044-2"], "reason": "too_small"}
    answer = await shop.perform(await write_of(shop.quote("return", emma, "10044", wanted), "k1"))
    assert answer.value is not None
    (item,) = answer.value.returns
    assert (item.line_ids, item.state, item.reason) == (("10044-2",), "open", "too_small")
    assert item.label_url.startswith("https://") and answer.value.refunds == ()
    assert (await shop.quote("return", emma, "10044", {"lines": ["10044-2"]})).reason == "nothing_left"
    assert (await shop.quote("return", emma, "10044", {"lines": ["10044-1"]})).status is AnswerStatus.DONE


@pytest.mark.parametrize(
    ("number", "reason"),
    [("10045", "window_over"), ("10042", "not_delivered"), ("10052", "nothing_left"), ("10054", "not_returnable")],
)
async def test_return_refuses_by_rule(shop: Shop, number: str, reason: str) -> None:
    assert (await shop.quote("return", await signed_in(shop, EMMA), number, {"lines": []})).reason == reason


async def test_return_in_china_costs_nothing(shop: Shop) -> None:
    quote = (await shop.quote("return", await signed_in(shop, LI_NA), "10103", {"lines": ["10103-1"]})).value
    assert quote is not None and (quote.refund, quote.fee) == (Money(42900, "CNY"), Money(0, "CNY"))


async def test_same_key_does_nothing_twice(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    write = await write_of(shop.quote("cancel", emma, "10043", {}), "k1")
    first, again = await shop.perform(write), await shop.perform(write)
    assert first == again
    order = await shop.order("10043", emma)
    assert order is not None and len(order.refunds) == 1 and order == first.value


async def test_refusal_too_is_remembered_under_its_key(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    write = await write_of(shop.quote("cancel", emma, "10043", {}), "k1")
    stale = replace(write, version=write.version + 1)
    assert (await shop.perform(stale)).reason == "changed"
    assert (await shop.perform(write)).reason == "changed"
    order = await shop.order("10043", emma)
    assert order is not None and order.state == "open"


async def test_moved_version_refuses(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    cancel = await write_of(shop.quote("cancel", emma, "10043", {}), "k1")
    await shop.perform(await write_of(shop.quote("change_address", emma, "10043", {"recipient": "Tom"}), "k2"))
    answer = await shop.perform(cancel)
    assert (answer.status, answer.reason) == (AnswerStatus.REFUSED, "changed")


async def test_of_two_writes_at_once_one_wins(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    write = await write_of(shop.quote("cancel", emma, "10043", {}), "k1")
    answers = await asyncio.gather(*(shop.perform(replace(write, key=f"k{n}")) for n in range(6)))
    assert sorted(answer.reason for answer in answers) == ["", *["changed"] * 5]
    order = await shop.order("10043", emma)
    assert order is not None and len(order.refunds) == 1


async def test_one_key_at_once_has_one_effect(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    write = await write_of(shop.quote("return", emma, "10044", {"lines": ["10044-1"]}), "k1")
    answers = await asyncio.gather(*(shop.perform(write) for _ in range(6)))
    assert all(answer == answers[0] for answer in answers) and answers[0].status is AnswerStatus.DONE
    order = await shop.order("10044", emma)
    assert order is not None and len(order.returns) == 1


async def test_rule_is_checked_again_at_the_write(shop: Shop, clock: Clock) -> None:
    """A return confirmed after its window has closed is refused by the window, not done."""
    write = await write_of(shop.quote("return", await signed_in(shop, EMMA), "10044", {"lines": ["10044-1"]}), "k1")
    clock.at = NOW + timedelta(days=40)
    assert (await shop.perform(write)).reason == "window_over"


async def test_arguments_that_were_never_quoted_are_refused(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    write = await write_of(shop.quote("cancel", emma, "10043", {}), "k1")
    forged = replace(write, arguments={**write.arguments, "refunds": [{"method": "card", "minor": 10**6}]})
    assert (await shop.perform(forged)).reason == "changed"
    stolen = replace(write, key="k2", arguments={**write.arguments, "customer": "C041"})
    assert (await shop.perform(stolen)).reason == "changed"


async def test_unknown_verb_is_unsupported(shop: Shop) -> None:
    assert (
        await shop.perform(Write("k1", "teleport", {"order": "10043"}, 1, "shopper"))
    ).status is AnswerStatus.UNSUPPORTED


async def test_reconcile_tells_what_became_of_a_key(shop: Shop) -> None:
    emma = await signed_in(shop, EMMA)
    answer = await shop.perform(await write_of(shop.quote("cancel", emma, "10043", {}), "k1"))
    assert await shop.reconcile("k1") == answer
    unknown = await shop.reconcile("k2")
    assert unknown is not None and (unknown.status, unknown.reason) == (AnswerStatus.REFUSED, "not_started")


# --- catalogue and knowledge -----------------------------------------------------------------------------------------


async def test_search_finds_by_name_and_by_id(shop: Shop) -> None:
    by_name, by_id = await shop.search("linen shirt"), await shop.search("harbour-linen-shirt")
    assert by_name[0].id == "harbour-linen-shirt" and by_name[0].score >= 0.8
    assert [(product.id, product.score) for product in by_id] == [("harbour-linen-shirt", 1.0)]
    assert by_id[0].variants[0].price == Money(4900, "GBP") and by_id[0].name.texts["zh"] == "港湾亚麻衬衫"


async def test_categories_are_those_with_goods_to_be_had(shop: Shop) -> None:
    names = [category.text("en") for category in await shop.categories()]
    assert len(names) == 12 and {"Clothing", "Pets"} <= set(names)
    assert await shop.categories("cn") == await shop.categories()


async def test_search_keeps_its_limit_and_finds_nothing_in_nothing(shop: Shop) -> None:
    assert len(await shop.search("shoes", limit=3)) == 3
    assert await shop.search("") == ()
    assert await shop.search("???") == ()


async def test_search_by_filters_alone_gives_the_most_popular_that_pass(shop: Shop) -> None:
    found = await shop.search("", filters=Filters(color="blue", price_max=Money(5000, "GBP"), in_stock=True), limit=4)
    assert len(found) == 4 and {product.score for product in found} == {1.0}
    for product in found:
        assert any(
            variant.stock > 0 and variant.price.minor <= 5000 and {"蓝", "青"} & set(variant.color.text("zh"))
            for variant in product.variants
        )  # fmt: skip
    assert await shop.search("", filters=Filters()) == () == await shop.search("", filters=Filters(brand="Nobody"))


async def test_search_with_filters_keeps_to_them_in_the_currency_asked(shop: Shop) -> None:
    cheap = Filters(category="shoes", price_max=Money(50000, "CNY"))
    found = await shop.search("鞋", filters=cheap, market="cn")
    assert found and all(product.category.texts["en"] == "Shoes" for product in found)
    assert all(min(variant.price.minor for variant in product.variants) <= 50000 for product in found)
    assert {variant.price.currency for product in found for variant in product.variants} == {"CNY"}


@pytest.mark.parametrize(
    ("topic", "words", "language", "title"),
    [
        ("return_policy", "can I return a face cream", "en", "What cannot be returned"),
        ("return_policy", "退货要运费吗", "zh", "退货要花钱吗"),
        ("shipping_info", "do you ship to Norway?", "en", "Where we deliver"),
        ("shipping_info", "運費多少", "zh-Hant", "运费是多少"),
        ("payment_methods", "支持花呗吗", "zh", "能分期或先买后付吗"),
        ("store_info", "whats your phone number", "en", "How to reach us"),
        ("warranty", "耳机保修多久", "zh", "保修多久"),
        ("warranty", "hmm", "en", "How long the warranty is"),  # nothing fits: the page's first
    ],
)
async def test_best_passage_comes_first(shop: Shop, topic: str, words: str, language: str, title: str) -> None:
    passages = await shop.passages(words, language)
    assert next(passage.title for passage in passages if passage.topic == topic) == title


async def test_all_pages_are_there_and_a_missing_language_falls_back(shop: Shop) -> None:
    french, english = await shop.passages("", "fr"), await shop.passages("", "en")
    assert french == english and {passage.language for passage in english} == {"en"}
    assert {"warranty", "shipping_info", "store_info"} <= {passage.topic for passage in english}
    assert {passage.language for passage in await shop.passages("", "zh")} == {"zh"}


async def test_a_passage_names_what_a_question_for_it_may_be_like(shop: Shop) -> None:
    [where] = [one for one in await shop.passages("", "en") if one.title == "Where we deliver"]
    assert where.asked[0] == where.title and "Norway" in " ".join(where.asked)
    assert "We do not deliver to other countries yet." in where.asked and "<!--" not in "".join(where.asked)


async def test_words_that_the_knowledge_does_not_have_count_against_a_passage(shop: Shop) -> None:
    [known, *_], [strange, *_] = [await shop.passages(words, "en") for words in ("Norway", "Norway zebra gymnastics")]
    assert known.score == 1.0 and 0 < strange.score < 0.6
