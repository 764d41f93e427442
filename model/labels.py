"""The inventory the shipped model is trained on: intents, slots, languages. A checkpoint carries its own copy.

The definitions stand in the main README; nothing here knows what a label leads to.
"""

OOS = "oos"  # everything the shop cannot serve: 1 - in_scope, never a logit of the intent head

INTENTS = (
    "order_status", "delivery_delay", "delivery_problem", "cancel_order", "modify_order", "change_address",
    "place_order", "invoice", "shipping_info", "product_info", "product_availability", "product_price", "size_help",
    "recommend_product", "warranty", "return_item", "exchange_item", "refund_request", "refund_status",
    "return_policy", "damaged_or_wrong_item", "payment_methods", "payment_problem", "promo_discount", "account_help",
    "store_info", "complaint", "feedback", "talk_to_human", "business_inquiry", "greeting", "thanks_bye", "affirm",
    "deny", "cancel_flow", "provide_info", "bot_identity",
)  # fmt: skip

SLOTS = (
    "order_id", "product", "color", "new_color", "size", "new_size", "quantity", "new_quantity", "reason", "date",
    "email", "phone", "name", "address", "city", "country", "postcode", "tracking_no", "payment_method", "coupon",
    "amount", "budget", "category", "brand", "shipping_method", "recipient", "invoice_title", "tax_id",
)  # fmt: skip

# What an action on a message of the intent would rest on: a wrong value here is a wrong action.
_ORDER = ("order_id",)
REQUIRED = {
    "order_status": _ORDER, "delivery_delay": _ORDER, "delivery_problem": _ORDER, "cancel_order": _ORDER,
    "return_item": _ORDER, "refund_request": _ORDER, "refund_status": _ORDER, "damaged_or_wrong_item": _ORDER,
    "warranty": _ORDER, "invoice": (*_ORDER, "invoice_title", "tax_id"),
    "modify_order": (*_ORDER, "new_size", "new_color", "new_quantity"),
    "exchange_item": (*_ORDER, "new_size", "new_color"),
    "change_address": (*_ORDER, "address", "postcode", "phone"),
    "provide_info": (*_ORDER, "email", "phone", "postcode", "size", "quantity"),
}  # fmt: skip

CONFIRM = "confirm"  # what is being asked when it is a yes or a no

SPOKEN = ("en", "zh")  # further languages are recognised, those of corpus/other

TONES = ("neutral", "apologetic", "warm")


def tags(slots: tuple[str, ...]) -> tuple[str, ...]:
    """The BIO tags of `slots`: "O" is 0, "B-" of slot i is 2i + 1, "I-" is 2i + 2."""
    return ("O", *(f"{mark}-{slot}" for slot in slots for mark in "BI"))
