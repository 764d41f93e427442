"""The shop's pictures of goods, for cards."""

from collections.abc import Iterable

from bot.commerce import Line, Product
from bot.messages import Picture
from bot.skill import Request


def picture(goods: Product | Line, request: Request) -> Picture | None:
    return Picture(goods.image, request.say(goods.name)) if goods.image else None


def first_picture(lines: Iterable[Line], request: Request) -> Picture | None:
    """Of the first line that has one: a card has room for one picture."""
    return next((picture(line, request) for line in lines if line.image), None)
