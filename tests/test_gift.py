"""Who a present goes to sees how it travels, and nothing of what it is, what it cost or who sent it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import NOW

from bot.bootstrap.shop import open_shop
from bot.clock import ManualClock
from bot.commerce import Shop
from bot.conversation import Access, Proof
from bot.facts import Fact
from bot.settings import Settings
from bot.shop.reads import col, table
from bot.shop.tables import Orders
from bot.skill import Request, Skill
from bot.skills import SKILLS
from bot.store.database import writing

NUMBER, BUYER = "10161", "Sophie Evans"
RECIPIENTS = ("07700 900777", "+447700900777", "BA1 5NF", "ba15nf")
# buyer, what was bought, what it cost and how it was paid, and what only a label or the buyer holds
SECRET = (
    "Sophie", "sophie.evans", "900105", "Owen", "Walcot", "C005", "6600", "66.00", "3800", "2800", "38.00", "28.00",
    "paypal", "10161-P1", "BA05", "KI03", "order placed", "payment received",
)  # fmt: skip


async def opened(home: Path):
    return open_shop(Settings(home=home), clock=ManualClock(NOW))


async def proved(shop: Shop, contact: str) -> Proof:
    proof = await shop.identify(NUMBER, contact)
    assert proof is not None
    return proof


def wishes() -> Iterator[tuple[Skill, str]]:
    """Every skill with each of its intents; also those that write: what they show before that is read as well."""
    for skill in SKILLS:
        yield from ((skill, intent) for intent in skill.intents)


@pytest.mark.parametrize("contact", RECIPIENTS)
async def test_phone_and_postcode_of_the_recipient_open_delivery_alone(home: Path, contact: str) -> None:
    async with await opened(home) as shop:
        assert (await proved(shop.shop, contact)).access is Access.DELIVERY
        assert (await proved(shop.shop, "07700 900105")).access is Access.CUSTOMER


async def test_a_recipients_phone_that_stands_with_the_order_too_opens_no_more(home: Path) -> None:
    """Some shops ask for one phone only, for the driver: for a present that is the recipient's."""
    async with await opened(home) as shop:
        async with writing(shop.engine) as connection:
            gift = sa.update(table(Orders)).where(col(Orders, "number") == NUMBER)
            await connection.execute(gift.values(phone="+447700900777"))
        assert (await proved(shop.shop, "07700 900777")).access is Access.DELIVERY
        assert (await proved(shop.shop, "07700 900105")).access is Access.CUSTOMER
        assert (await proved(shop.shop, "sophie.evans@example.net")).access is Access.CUSTOMER


async def told(skill: Skill, intent: str, shop: Shop, slots: dict[str, str], proof: Proof | None) -> str:
    """Everything that a run of the skill may show: its outcome, and each fact that it had written out."""
    heard: list[Fact] = []
    request = Request(
        slots=slots, intent=intent, text=f"what is in {NUMBER} and what did it cost?", language="en", now=NOW,
        today=NOW.date(), say=lambda fact: heard.append(fact) or repr(fact), proof=proof,
    )  # fmt: skip
    return repr((await skill.run(shop, request), heard))


async def test_no_skill_lets_anything_through(home: Path) -> None:
    async with await opened(home) as shop:
        proof = await proved(shop.shop, RECIPIENTS[0])
        ran = set()
        for skill, intent in wishes():
            if skill.access is not Access.NONE and not proof.opens(NUMBER, skill.access):
                continue
            for slots in ({"order_id": NUMBER}, {}):
                shown = await told(skill, intent, shop.shop, slots, proof)
                public = await told(skill, intent, shop.shop, slots, None) if skill.access is Access.NONE else ""
                leaks = [word for word in SECRET if word in shown and word not in public]  # prices of goods are public
                assert not leaks, (skill.name, intent)
                ran.add(skill.name)
        assert "track_order" in ran
        order = await shop.shop.order(NUMBER, proof)
        assert order is not None and not [word for word in SECRET if word in repr(order)]
        assert [other.number for other in await shop.shop.orders(proof)] == [NUMBER]


async def test_no_write_is_even_quoted_for_a_recipient(home: Path) -> None:
    async with await opened(home) as shop:
        proof = await proved(shop.shop, RECIPIENTS[0])
        for verb in ("cancel", "change_address", "return"):
            assert (await shop.shop.quote(verb, proof, NUMBER, {"recipient": "Me"})).reason == "not_found"


def test_the_words_looked_for_are_those_of_the_order(seeded: Path) -> None:
    """Or the test above would find nothing whatever is said."""

    async def whole() -> str:
        async with open_shop(Settings(home=seeded), clock=ManualClock(NOW)) as shop:
            buyer = await shop.shop.customer("sophie.evans@example.net")
            return repr(await shop.shop.order(NUMBER, buyer)) if buyer else ""

    text = asyncio.run(whole())
    found = [word for word in SECRET if word in text]
    assert len(found) >= len(SECRET) - 5, set(SECRET) - set(found)
