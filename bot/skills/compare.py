"""Products side by side: what they cost, come in and are made of."""

from collections.abc import Sequence

from bot.advice import compares, compares_those
from bot.commerce import Product, Shop, Taste
from bot.conversation import Option
from bot.decision import look_at
from bot.facts import Act, Fact, Many, Text
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.skills.pictures import picture
from bot.skills.product_question import POSSIBLE
from bot.skills.product_rows import described, offered

MOST = 3


async def run(shop: Shop, request: Request) -> Outcome:
    names = [name for name in request.slots.get("goods", "").split("\n") if name]
    other = request.slots.get("other", "")  # the answer to which other one: beside what was asked about
    if other or len(names) < 2:
        names = request.slots.get("shown", "").split()
    found: dict[str, Product] = {}
    strange: list[str] = []
    for name in [*names[:MOST], *filter(None, [other])]:
        best = next(iter(await shop.search(name, limit=1, market=request.market)), None)
        if best is None or best.score < POSSIBLE:
            strange.append(name)
        else:
            found[best.id] = best
    if len(found) == 1:
        return await _which_other(shop, *found.values(), strange, request)
    if strange and not found:
        return Outcome(Act("unknown_product", {"name": Text(strange[0])}))
    if not found:
        return Outcome(Act("ask:product/compare"), slot="goods")
    products = tuple(found.values())
    return Outcome(
        Act("inform:comparison", {"products": Many(tuple(product.name for product in products))}),
        slots={"shown": "\n".join(found)},
        cards=tuple(_card(product, products, request) for product in products),
        offers=tuple(offer for one in products for offer in look_at(one.id, request.say(one.name))),
    )


async def _which_other(shop: Shop, product: Product, strange: Sequence[str], request: Request) -> Outcome:
    """Only one is known: what it is to be set against, with others of its kind to choose from."""
    like = await shop.suggest(Taste(instead=product.id), request.proof, market=request.market)
    options = tuple(Option(request.say(one.product.name), one.product.id) for one in like)
    facts: dict[str, Fact] = {"product": product.name}
    if strange:
        facts["name"] = Text(strange[-1])
    settled = {"goods": "", "shown": product.id, "other": ""}
    return Outcome(Act("ask:product/compare_with", facts), slot="other", options=options, slots=settled)


def _card(product: Product, among: Sequence[Product], request: Request) -> Card:
    """What sets it apart; what is the same of all stands in none."""
    rows = (*offered(product, request), *described(product, request))
    others = [{*offered(other, request), *described(other, request)} for other in among if other is not product]
    own = tuple(row for row in rows if not all(row in other for other in others))
    return Card(request.say(product.name), (*own, ("", product.url)), picture(product, request))


SKILL = Skill(
    name="compare",
    intents=("product_info", "recommend_product", "size_help", "product_price", "product_availability"),
    run=run,
    acts=("inform:comparison", "ask:product/compare", "ask:product/compare_with", "unknown_product"),
    slots=("goods", "shown", "other"),
    fits=lambda intent, text, spans: compares(text, spans) or compares_those(text),
)
