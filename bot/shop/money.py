"""Amounts as people write them and as integers of the currency's minor unit."""

from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision

from bot.facts import Money


def to_minor(text: str, currency: str) -> int:
    """ "49.90" GBP → 4990; ValueError when it is no amount of that currency."""
    try:
        minor = Decimal(text).scaleb(get_currency_precision(currency))
    except (InvalidOperation, TypeError):
        raise ValueError(f'{text!r} is no amount; write it like "49.90"') from None
    if not minor.is_finite() or minor != minor.to_integral_value() or not 0 <= minor < 10**12:
        places = get_currency_precision(currency)
        raise ValueError(f"{text!r} is no amount in {currency}: {places or 'no'} decimal places, at most 12 digits")
    return int(minor)


def to_signed(text: str, currency: str) -> int:
    """Like `to_minor`, with a minus where an amount may be one to take off."""
    return -to_minor(text[1:], currency) if text.startswith("-") else to_minor(text, currency)


def to_text(money: Money) -> str:
    """Money(4990, "GBP") → "49.90"."""
    return str(Decimal(money.minor).scaleb(-get_currency_precision(money.currency)))
