"""A voucher to make up for something. The assistant gives none: whoever asks gets a person, who may (bot/deeds.py)."""

from datetime import date

from bot.commerce import Quote, Shop
from bot.decision import HandoffRequest
from bot.facts import Act, Day, Fact, Text
from bot.skill import Outcome, Request, Skill


def given(quote: Quote) -> Act:
    """What the shopper is told once it is his."""
    told = quote.arguments
    facts: dict[str, Fact] = {"code": Text(told["code"]), "day": Day(date.fromisoformat(told["last"]))}
    return Act("done:voucher", facts | ({"amount": quote.refund} if quote.refund else {}))


async def run(shop: Shop, request: Request) -> Outcome:
    return Outcome(Act("handoff/goodwill"), handoff=HandoffRequest("goodwill"))


SKILL = Skill(name="voucher", intents=(), run=run, acts=("handoff/goodwill", "done:voucher", "pending:voucher"))
