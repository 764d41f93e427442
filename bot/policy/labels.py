"""The intents that the policy knows by name, and what the model may take them for."""

from bot import opt_in
from bot.promises import Awaited

# Labels that ask the shop for nothing.
QUIET = frozenset({"affirm", "deny", "provide_info", "cancel_flow", "oos", "talk_to_human", "complaint"})
SOCIAL = frozenset({"greeting", "thanks_bye", "feedback"})
TELLING = frozenset({"damaged_or_wrong_item", "delivery_delay", "delivery_problem", "warranty"})  # what is wrong
HALF = 0.5  # independent probabilities: above it, a label more likely holds than not

STATUS = "order_status"
LOOKING, ADVISING = "product_info", "recommend_product"
# What the model may take a question between products for.
LIKE_ADVISING = frozenset({LOOKING, ADVISING, "product_price", "product_availability", "size_help"}) | QUIET

OF_A_PRODUCT = frozenset({LOOKING, "product_price", "product_availability"})  # what is asked of one product

BUYING, PROMO = "place_order", "promo_discount"
# What the model may take a change of the basket for.
LIKE_BUYING = frozenset({BUYING, "modify_order", "cancel_order", "cancel_flow", "deny", "affirm", "provide_info"})

# What is asked to be told → the intent whose slots and questions it has.
TELL_OF = {
    Awaited.SENT: "order_status", Awaited.DELAYED: "delivery_delay", Awaited.REFUNDED: "refund_status",
    Awaited.BACK: "product_availability", opt_in.APPROVED: "refund_status",
}  # fmt: skip
# What the model may take words about notices for.
LIKE_NOTICES = frozenset({*TELL_OF.values(), "account_help", "shipping_info", "cancel_flow", "deny"})
