"""What is shown of money that goes back: sums, fees and shares as rows of a card."""

from collections.abc import Callable, Sequence

from bot.commerce import Quote, delivery_in
from bot.facts import Fact, Money, Term
from bot.messages import Card
from bot.skill import Request


def rows(quote: Quote, request: Request) -> list[tuple[str, str]]:
    """What a quote gives back where that is more than one sum to one method: the fee, and the shares to the cent."""
    made: list[tuple[str, str]] = []
    returned = quote.order if quote.verb == "return" else None
    delivery = delivery_in(quote.refund, quote.lines, returned.delivery_fee) if returned and quote.refund else 0
    if quote.refund and (delivery or (quote.fee and quote.fee.minor)):
        made += goods(quote.refund, delivery, request)
    if quote.fee and quote.fee.minor:
        made.append((label("fee", request), minus(quote.fee, request)))
    return made + shares(quote.shares, request.say) if made or len(quote.shares) > 1 else []


def goods(refund: Money, delivery: int, request: Request) -> list[tuple[str, str]]:
    """What goes back for the items, and for their delivery where it does."""
    items = (label("items", request), request.say(Money(refund.minor - delivery, refund.currency)))
    rest = (label("delivery", request), request.say(Money(delivery, refund.currency)))
    return [items, rest] if delivery else [items]


def card(quote: Quote, request: Request) -> tuple[Card, ...]:
    made = rows(quote, request)
    return (Card(label("refund", request), tuple(made)),) if made else ()


Shares = Sequence[tuple[str, Money]]
Say = Callable[[Fact], str]


def shares(parts: Shares, say: Say) -> list[tuple[str, str]]:
    """Each method with its sum."""
    return [(capital(say(Term("method", method))), say(amount)) for method, amount in parts]


def shares_card(parts: Shares, say: Say) -> tuple[Card, ...]:
    """Which payment gets how much back, where it is more than one."""
    return (Card(say(Term("label", "shares")), tuple(shares(parts, say))),) if len(parts) > 1 else ()


def capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def minus(amount: Money, request: Request) -> str:
    return f"-{request.say(amount)}"


def label(key: str, request: Request) -> str:
    return request.say(Term("label", key))
