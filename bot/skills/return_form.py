"""The return in one form: which items, why, and money back or another one. What it asks can be said in words, too."""

from bot.commerce import Order
from bot.facts import Term
from bot.messages import Button, Field, Form, form_value
from bot.skill import Request
from bot.skills import lines

# anything else may be said in own words
REASONS = ("too_small", "too_big", "not_as_described", "damaged", "wrong_item", "changed_mind", "skip")
REFUND, EXCHANGE = WAYS = ("refund", "exchange")
SLOTS = ("order_id", "lines", "reason", "way")


def form(order: Order, request: Request) -> Form | None:
    """None where nothing can be sent back, or the proof shows no names."""
    if not order.delivered_lines or not all(request.say(line.name) for line in order.delivered_lines):
        return None

    def word(key: str) -> str:
        return request.say(Term("form", key))

    items = tuple(Button(option.label, option.value) for option in lines.options(order.delivered_lines, request))
    reasons = tuple(Button(request.say(Term("reason", key)), key) for key in REASONS)
    ways = tuple(Button(word(key), key) for key in WAYS)
    return Form(
        word("open"), word("title"), word("submit"), form_value("return_items", {"order_id": order.number}),
        (
            Field("lines", word("lines"), items, many=True), Field("reason", word("reason"), reasons, "skip"),
            Field("way", word("way"), ways, REFUND),
        ),
    )  # fmt: skip
