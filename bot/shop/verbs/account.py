"""What a verb on a customer's account is; like verb.py for orders: the rule is pure, the effect decides nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commerce import Account, Answer, Quote
from bot.shop.policy import Market
from bot.shop.verbs.verb import Arguments


@dataclass(frozen=True, slots=True)
class AccountVerb:
    name: str
    quote: Callable[[Account, Market, Arguments], Answer[Quote]]
    effect: Callable[[AsyncConnection, Quote], Awaitable[None]]  # in the caller's transaction
