"""Codes and discounts by the shop's rules: what a code gives, exactly why it fails, and what there is just now."""

import re
from dataclasses import replace

from bot.commerce import Answer, AnswerStatus, Discount, Promotion, Shop
from bot.decision import HandoffRequest
from bot.facts import Act, Day, Fact, Many, Number, Term, Text
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.skills import knowledge
from bot.skills.product_question import POSSIBLE

_FITS = 0.34  # Passage.score: the shop's knowledge answers the question
_PRICE_MATCH = re.compile(r"price[ -]?match|match (?:it|the price|that)|[保补補][价價]|[退补補]差[价價]", re.IGNORECASE)
_REASONS = (
    "unknown", "expired", "not_yet", "other_market", "used_up", "already_used", "not_first", "other_goods",
    "below_minimum",
)  # fmt: skip


async def run(shop: Shop, request: Request) -> Outcome:
    code, order = request.slots.get("coupon", ""), request.slots.get("order_id", "")
    if order and order in request.text.upper():  # for an order that is placed already: a person's goodwill
        facts: dict[str, Fact] = {"order": Text(order), **({"code": Text(code)} if code else {})}
        return Outcome(Act("inform:promotion/after_order", facts), handoff=HandoffRequest("promotion", facts=facts))
    if code:
        return await _judged(shop, request, code)
    if "code_fails" in request.slots:
        return Outcome(Act("ask:coupon"), slot="coupon")
    if "scheme" in request.slots:
        return await _scheme(shop, request)
    return await _open_to_all(shop, request)


async def _judged(shop: Shop, request: Request, code: str) -> Outcome:
    """What the code gives, on the basket or the product that is spoken of, or why nothing."""
    products: tuple[str, ...] = ()
    basket = request.slots.get("basket", "")
    if named := request.slots.get("products", "" if basket else request.slots.get("product", "")).split("\n")[0]:
        found = [product for product in await shop.search(named, market=request.market) if product.score >= POSSIBLE]
        products = tuple(product.id for product in found[:1])
    answer = await shop.promotion(
        code, request.proof, market=request.market, basket=basket, products=products
    )
    shown = answer.value.promotion if answer.value else answer.detail.get("promotion")
    facts: dict[str, Fact] = {"code": Text(shown.code if shown else code.upper())}
    if answer.status is not AnswerStatus.DONE:
        return _failed(answer, shown, facts, request)
    if answer.value is None:
        raise ValueError("a promotion that holds has its discount")
    facts["benefit"] = _benefit(answer.value.promotion)
    name = "inform:promotion"
    if answer.value.saving:
        facts["saving"], name = answer.value.saving, "inform:promotion/saving"
    return Outcome(Act(name, facts), cards=(_card(answer.value.promotion, request),))


def _failed(answer: Answer[Discount], shown: Promotion | None, facts: dict[str, Fact], request: Request) -> Outcome:
    reason = answer.reason if answer.reason in _REASONS else "unknown"
    if shown and reason == "expired" and shown.last:
        facts["day"] = Day(shown.last)
    elif shown and reason == "not_yet" and shown.first:
        facts["day"] = Day(shown.first)
    elif shown and reason == "other_goods":
        facts["goods"] = Many(shown.goods)
    elif shown and reason == "below_minimum" and shown.minimum:
        facts |= {"minimum": shown.minimum, "missing": answer.detail["missing"]}
    return Outcome(Act(f"inform:promotion/{reason}", facts))


async def _scheme(shop: Shop, request: Request) -> Outcome:
    """Points, students and the like: the shop's own words if it has any on it, else an honest no."""
    found = await knowledge.find(shop, request)
    if found is None or not found.sure or found.passages[0].score < _FITS:
        if _PRICE_MATCH.search(request.text) and (days := (await shop.terms(request.market)).price_match_days):
            row = (request.say(Term("advice", "price_match_days")), request.say(Number(days)))
            card = Card(request.say(Term("advice", "price_match")), (row,))
            return Outcome(Act("inform:passage", {"topic": Term("intent", request.intent)}), cards=(card,))
        offers = await _open_to_all(shop, request)
        act = "inform:scheme/none" if offers.act.name == "inform:promotions/none" else "inform:scheme/but"
        return replace(offers, act=Act(act, offers.act.facts))
    return found.outcome(request)


async def _open_to_all(shop: Shop, request: Request) -> Outcome:
    """The discounts that anybody may use now, each with its conditions."""
    found = await shop.promotions(request.market)
    if not found:
        return Outcome(Act("inform:promotions/none"))
    codes = Many(tuple(Text(promotion.code) for promotion in found))
    return Outcome(
        Act("inform:promotions", {"codes": codes}), cards=tuple(_card(promotion, request) for promotion in found)
    )


def _benefit(promotion: Promotion) -> Fact:
    return promotion.amount or Text(f"{promotion.percent}%")


def _card(promotion: Promotion, request: Request) -> Card:
    """What it is and every condition it has."""

    def word(key: str) -> str:
        return request.say(Term("promotion", key))

    goods = request.say(Many(promotion.goods)) if promotion.goods else ""
    rows = (
        ("", request.say(promotion.text)),
        (word("minimum"), request.say(promotion.minimum) if promotion.minimum else ""),
        (word("only_for"), goods),
        (word("until"), request.say(Day(promotion.last)) if promotion.last else ""),
        ("", word("once") if promotion.once else ""),
        ("", word("first_order") if promotion.first_order else ""),
    )
    return Card(promotion.code, tuple(row for row in rows if row[1]))


SKILL = Skill(
    name="promo_discount",
    intents=("promo_discount",),
    run=run,
    acts=(
        "ask:coupon", "inform:promotion", "inform:promotion/saving", "inform:promotion/after_order",
        *(f"inform:promotion/{reason}" for reason in _REASONS),
        "inform:promotions", "inform:promotions/none", "inform:scheme/none", "inform:scheme/but", *knowledge.ACTS,
    ),
    slots=("coupon", "product", "products", "basket", "order_id", "scheme", "code_fails"),
)  # fmt: skip
