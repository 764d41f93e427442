"""A stronger proof: a code sent to the e-mail address on file, for what sends goods or money elsewhere.

Reached by the dialogue when a skill is `strong`; sending, checking and counting stand in bot/identity.py. It never goes
to an address that was named in the chat.
"""

from bot.codes import masked
from bot.commerce import Shop
from bot.facts import Act, Text
from bot.skill import Outcome, Request, Skill


async def run(shop: Shop, request: Request) -> Outcome:
    """Where a code would go; nobody's mailbox when the order has no e-mail address."""
    order = await shop.order(request.slots["order_id"], request.proof) if request.proof else None
    if order is None or not order.email:
        return Outcome(Act("handoff/no_code"))
    return Outcome(Act("ask:code", {"mail": Text(masked(order.email))}), slot="code", notify=order.email)


SKILL = Skill(
    name="one_time_code",
    intents=(),
    run=run,
    acts=(
        "ask:code",
        "ask:code/again",
        "ask:code/resent",
        "ask:code/wrong",
        "ask:code/expired",
        "ask:code/on_file",
        "identify/done",
        "handoff/no_code",
        "notice:code",
    ),
    slots=("order_id", "code"),
)
