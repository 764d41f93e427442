"""Another default address in a customer's address book: where orders go from now on. Orders keep the one they have."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Account, Answer, AnswerStatus, PostalAddress, Quote
from bot.shop import tables as t
from bot.shop.addresses import Unfit, readdress
from bot.shop.policy import Market
from bot.shop.reads import address as read_address
from bot.shop.reads import col, table
from bot.shop.verbs.account import AccountVerb
from bot.shop.verbs.change_address import PARTS
from bot.shop.verbs.verb import Arguments, refused

MOST_KEPT = 20  # addresses of one book; the last one leaves it


def quote(account: Account, market: Market, arguments: Arguments) -> Answer[Quote]:
    """`PARTS` as the shopper gave them; `entry`: the place of a kept address; `new`: a whole one quoted before."""
    book = account.addresses
    if "new" in arguments:
        address: PostalAddress | Unfit = read_address(arguments["new"])
    elif (entry := str(arguments.get("entry", ""))).isdecimal() and int(entry) < len(book):
        address = book[int(entry)]
    else:
        parts = {part: arguments[part] for part in PARTS if arguments.get(part)}
        address = kept(book, parts.get("address", "")) or readdress(_first(account, market), parts, market.countries)
    if isinstance(address, Unfit):
        return refused(address.reason, missing=address.missing) if address.missing else refused(address.reason)
    if book and address == book[0]:
        return refused("same")
    values: dict[str, Any] = {"customer": account.id, "new": {**asdict(address), "lines": list(address.lines)}}
    done = Quote("default_address", values, None, address=address, version=account.version, account=account)
    return Answer(AnswerStatus.DONE, done)


def kept(book: Sequence[PostalAddress], words: str) -> PostalAddress | None:
    """The address of the book that these words point at, None unless it is exactly one."""
    plain = " ".join(words.casefold().split())
    hits = [one for one in book if plain and any(_within(plain, part.casefold()) for part in (*one.lines, one.postcode))]
    return hits[0] if len(hits) == 1 else None


def _within(words: str, part: str) -> bool:
    return bool(part) and (words == part or (len(words) >= 6 and words in part))


def _first(account: Account, market: Market) -> PostalAddress:
    """What a new address takes name and phone from."""
    nowhere = PostalAddress(account.name, (), "", "", "", min(market.countries), account.phone)
    return account.addresses[0] if account.addresses else nowhere


async def effect(connection: AsyncConnection, quote: Quote) -> None:
    """The book is written anew: the new default first, the others after it."""
    account, new = quote.account, quote.address
    if account is None or new is None:
        raise ValueError("default_address needs its account and address")
    book = [new, *(one for one in account.addresses if one != new)][:MOST_KEPT]
    mine = col(t.Addresses, "customer_id") == account.id
    await connection.execute(sa.delete(table(t.Addresses)).where(mine))
    rows = [
        {"customer_id": account.id, "position": place, **asdict(one), "lines": list(one.lines)}
        for place, one in enumerate(book)
    ]
    await connection.execute(sa.insert(table(t.Addresses)), rows)


VERB = AccountVerb("default_address", quote, effect)
