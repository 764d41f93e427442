"""What is kept of a person can be taken away: his words, what staff noted of him, his proofs and his files."""

import pytest
import sqlalchemy as sa
from peers.telegram_forum import GROUP
from sqlmodel import SQLModel
from telegram_rig import ANN, BOB, LAWYER, Shop, open_shop

from bot.errors import BadInput
from bot.store.erasure import ErasureStore
from bot.store.tables import Budgets

PHOTO = [{"file_id": "p", "file_unique_id": "u", "width": 9, "height": 9}]
PERSON = f"telegram:700100:{ANN}"


@pytest.fixture
async def shop(home):
    async with open_shop(home) as shop:
        shop.peer.chat(BOB)
        shop.peer.files["p"] = b"\xff\xd8\xff picture"
        for user in (ANN, BOB):
            await shop.shopper(user, "", photo=PHOTO)
            await shop.shopper(user, LAWYER)
        yield shop


@pytest.fixture
def erasure(shop, home) -> ErasureStore:
    return ErasureStore(shop.product.engine, home / "files")


async def rows_naming(shop: Shop, text: str) -> set[str]:
    """The tables with a row in which this stands."""
    found = set()
    async with shop.product.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if any(text in str(tuple(row)) for row in await connection.execute(sa.select(table))):
                found.add(table.name)
    return found


async def test_nothing_names_who_was_forgotten_and_the_others_are_as_they_were(shop, erasure):
    before = await rows_naming(shop, f"Shopper {BOB}")
    assert {"inbox", "turns", "conversations", "handoffs"} <= await rows_naming(shop, str(ANN))
    gone = await erasure.forget(PERSON)
    assert (gone.person, gone.conversations, gone.handoffs) == (PERSON, 1, 1)
    assert await rows_naming(shop, f"Shopper {ANN}") == await rows_naming(shop, PERSON) == set()
    assert await rows_naming(shop, f"Shopper {BOB}") == before


async def test_what_paces_other_chats_and_the_desk_stays(shop, erasure):
    budgets = Budgets.__table__.c.key
    await erasure.forget(PERSON)
    async with shop.product.engine.connect() as connection:
        kept = set(await connection.scalars(sa.select(budgets)))
    group = f"calls:telegram:700100:{GROUP}"
    assert kept == {"account:telegram", "desk:telegram", f"telegram:700100:{BOB}", group}


async def test_a_file_goes_with_the_last_one_who_sent_it(shop, erasure, home):
    assert (await erasure.forget(PERSON)).files == 0
    assert len(list((home / "files").iterdir())) == 1
    assert (await erasure.forget(f"telegram:700100:{BOB}")).files == 1
    assert list((home / "files").iterdir()) == []


async def test_one_of_his_handoffs_names_him_too(shop, erasure):
    [view] = [one for one in await shop.product.assistant.handoffs() if one.name == f"Shopper {ANN}"]
    assert (await erasure.forget(view.id)).person == PERSON


async def test_who_was_forgotten_is_a_newcomer(shop, erasure):
    await erasure.forget(PERSON)
    await shop.shopper(ANN, "hello")
    assert "automat" in shop.heard(ANN)[-1].casefold() or "assistant" in shop.heard(ANN)[-1].casefold()


async def test_a_name_that_is_nobodys_is_said_to_be_that(erasure):
    with pytest.raises(BadInput, match="nobody is known as telegram:1:2"):
        await erasure.forget("telegram:1:2")
