"""A stronger proof: a code sent to the e-mail address on file, for what sends goods or money elsewhere.

Reached by the dialogue when a skill is `strong`; sending, checking and counting stand in bot/identity.py. It never goes
to an address that was named in the chat.
"""

from bot.codes import masked
from bot.commerce import Shop
from bot.facts import Act, Text
from bot.skill import Outcome, Request, Skill


async def run(shop: Shop, request: Request) -> Outcome:
    """Where a code would go: to the mailbox of the order, or of the account where none is named; it may have none."""
    number, proof = request.slots.get("order_id"), request.proof
    about = await (shop.order(number, proof) if number else shop.account(proof)) if proof else None
    if about is None or not about.email:
        return Outcome(Act("handoff/no_code"))
    return Outcome(Act("ask:code", {"mail": Text(masked(about.email))}), slot="code", notify=about.email)


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
