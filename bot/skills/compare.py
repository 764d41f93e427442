"""Products side by side: what they cost, come in and are made of."""

from collections.abc import Sequence

from bot.advice import compares, compares_those
from bot.commerce import Product, Shop
from bot.decision import look_at
from bot.facts import Act, Many, Text
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.skills.pictures import picture
from bot.skills.product_question import POSSIBLE, described, offered

MOST = 3


async def run(shop: Shop, request: Request) -> Outcome:
    names = [name for name in request.slots.get("goods", "").split("\n") if name]
    if len(names) < 2:
        names = request.slots.get("shown", "").split()
    found: dict[str, Product] = {}
    for name in names[:MOST]:
        best = next(iter(await shop.search(name, limit=1, market=request.market)), None)
        if best is None or best.score < POSSIBLE:
            return Outcome(Act("unknown_product", {"name": Text(name)}))
        found[best.id] = best
    if len(found) < 2:
        return Outcome(Act("ask:product/compare"), slot="goods")
    products = tuple(found.values())
    return Outcome(
        Act("inform:comparison", {"products": Many(tuple(product.name for product in products))}),
        slots={"shown": "\n".join(found)},
        cards=tuple(_card(product, products, request) for product in products),
        offers=tuple(offer for one in products for offer in look_at(one.id, request.say(one.name))),
    )


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
    acts=("inform:comparison", "ask:product/compare", "unknown_product"),
    slots=("goods", "shown"),
    fits=lambda intent, text, spans: compares(text, spans) or compares_those(text),
)
