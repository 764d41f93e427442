"""By which words a shopper means the addresses kept in the account, not where one order goes. Pure."""

import re

from bot.slots import order_numbers

SKILL = "contact_data"  # that takes it up
BOOK = (
    r"\b(?:default|standard|saved|usual|home) (?:delivery |shipping )?address(?:es)?\b|\baddress[ -]?book\b"
    r"|\baddress(?:es)?\b.{0,24}\b(?:account|profile)\b|\b(?:account|profile)\b.{0,24}\baddress(?:es)?\b"
    r"|默[认認].{0,6}地址|地址[簿本]|[账帳][户戶号號].{0,6}地址|常用地址"
)
_BOOK = re.compile(BOOK, re.IGNORECASE)


def means_book(text: str) -> bool:
    """Whether no single order is meant: none is named beside it."""
    return bool(_BOOK.search(text)) and not order_numbers(text)
