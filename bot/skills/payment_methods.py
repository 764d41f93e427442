"""How one can pay: by the market's rules, with the shop's own words on it beside them."""

import re

from bot.commerce import Shop
from bot.facts import Act, Fact, Many, Term
from bot.skill import Outcome, Request, Skill
from bot.skills import knowledge, shop_faq

# method → how shoppers call it
_NAMES = {
    "card": r"\bcards?\b|visa|master ?card|amex|american express|[银銀]行卡|信用卡|储蓄卡|[银銀][联聯]",
    "paypal": r"pay ?pal|贝宝",
    "klarna": r"klarna",
    "gift_card": r"gift (?:card|certificate|voucher)s?|礼品卡|禮品卡|购物卡",
    "bank_transfer": r"(?:bank|wire) transfer|银行转账|銀行轉帳|转账|汇款|對公|对公",
    "alipay": r"alipay|支付宝|支付寶",
    "wechat_pay": r"we ?chat|微信",
}
_KNOWN = {method: re.compile(pattern, re.IGNORECASE) for method, pattern in _NAMES.items()}


async def run(shop: Shop, request: Request) -> Outcome:
    terms = await shop.terms(request.market)
    named = _named(request)
    elsewhere = not (request.market or terms.sole) and named is not None and named not in terms.methods
    if not terms.methods or elsewhere:  # what this market has not another may have: the page tells of every one
        return await shop_faq.run(shop, request)
    found = await knowledge.find(shop, request)
    cards = found.outcome(request).cards if found and found.sure else ()
    facts: dict[str, Fact] = {"methods": Many(tuple(Term("pay_with", method) for method in terms.methods))}
    if named is None:
        return Outcome(Act("inform:methods", facts), cards=cards)
    facts["method"] = Term("pay_with", named)
    return Outcome(Act("inform:methods/" + ("taken" if named in terms.methods else "not_taken"), facts), cards=cards)


def _named(request: Request) -> str | None:
    """The one method that is asked about; gift cards before cards."""
    said = request.slots.get("payment_method", "") or request.slots.get("said", request.text)
    found = [method for method, pattern in _KNOWN.items() if pattern.search(said)]
    if "gift_card" in found and "card" in found and not re.search(r"(?<!gift )\bcards?\b", said, re.IGNORECASE):
        found.remove("card")
    return found[0] if len(found) == 1 else None


SKILL = Skill(
    name="payment_methods",
    intents=("payment_methods",),
    run=run,
    acts=("inform:methods", "inform:methods/taken", "inform:methods/not_taken", *shop_faq.SKILL.acts),
    slots=("payment_method", "said"),
)
