"""Suggest goods: what fits the wish, goes with what is spoken of or was bought, takes its place, or costs less."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot import budget, slots
from bot.advice import goods_browsed, wants_more
from bot.commerce import Filters, Ground, Product, Shop, Suggestion, Taste
from bot.cues import YES
from bot.decision import look_at
from bot.facts import Act, Day, Fact, Many, Money, Term
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.skills.pictures import picture
from bot.skills.product_question import RECOMMEND, SURE, offered, pick

MOST = 3
RELATIVE = ("cheaper", "goes_with", "alternative", "others")  # slots of a wish that is about other goods
_KEPT, _SEEN = 300, 30  # characters of a wish, suggestions for it


async def run(shop: Shop, request: Request) -> Outcome:
    if wants_more(request.text):
        request = replace(request, slots={**request.slots, "others": YES})
    anchor = await _anchor(shop, request)
    if isinstance(anchor, Outcome):
        return anchor
    taste = await _taste(shop, request, anchor)
    found = await shop.suggest(taste, request.proof, market=request.market, limit=MOST)
    if taste.instead and "cheaper" in request.slots:  # cheaper goods of another kind are none of it
        found = tuple(each for each in found if each.exact)
    spoken_of = found[0].product.id if len(found) == 1 else anchor.id if anchor else taste.words
    return Outcome(
        _act(found, taste, anchor, request),
        slots={
            "shown": "\n".join(each.product.id for each in found), "product": spoken_of, "taste": taste.said[-_KEPT:],
            "seen": "\n".join([*sorted(taste.without), *(each.product.id for each in found)][-_SEEN:]),
        },
        cards=tuple(_card(each, request) for each in found),
        offers=tuple(offer for one in found for offer in look_at(one.product.id, request.say(one.product.name))),
    )


# --- what is wished --------------------------------------------------------------------------------------------------


def _said(request: Request) -> str:
    """The goods that this message names."""
    return request.slots.get("goods", "").partition("\n")[0] or goods_browsed(request.text)


def _goes_on(request: Request) -> bool:
    """ "Anything cheaper?", "in blue?": it is about what was spoken of."""
    narrows = slots.brief(request.text) and any(request.slots.get(name) for name in ("color", "size", "budget"))
    names_other = _said(request) or request.slots.get("category")
    return not names_other and (narrows or any(name in request.slots for name in RELATIVE))


async def _anchor(shop: Shop, request: Request) -> Product | Outcome | None:
    """The product that the wish is about: the one spoken of, or one named to have something like it or beside it.

    A question where several may be meant.
    """
    if _goes_on(request):
        spoken_of = "" if request.slots.get("taste") else request.slots.get("product", "")
        best = next(iter(await shop.search(spoken_of, limit=1, market=request.market)), None) if spoken_of else None
        return best if best and best.score >= SURE else None
    if not _said(request) or not any(name in request.slots for name in RELATIVE):
        return None
    found = await pick(shop, replace(request, slots={"product": _said(request)}))
    if isinstance(found, Outcome):
        return replace(found, slot="goods") if found.act.family == "ask" else None
    return found


async def _taste(shop: Shop, request: Request, anchor: Product | None) -> Taste:
    shown = request.slots.get("shown", "").split()
    before = request.slots.get("taste", "") if _goes_on(request) else ""
    seen = request.slots.get("seen", "").split() if _goes_on(request) else []
    limits = await _limits(shop, before, shown, anchor, request)
    filters = Filters(
        color=request.slots.get("color", ""), size=request.slots.get("size", ""),
        price_min=limits.low, price_max=limits.high,
    )  # fmt: skip
    without = frozenset(seen if {"cheaper", "others"} & request.slots.keys() else ())
    if "goes_with" in request.slots and (beside := (anchor.id,) if anchor else await _in_basket(shop, request)):
        return Taste(filters=filters, beside=beside, without=without)
    if anchor:
        return Taste(filters=filters, instead=anchor.id, without=without)
    words = _said(request)
    return Taste(words, "" if words else f"{before}\n{request.text}".strip(), filters, without=without)


async def _in_basket(shop: Shop, request: Request) -> tuple[str, ...]:
    """ "Anything that goes with it?" of what was chosen so far."""
    held = await shop.basket(request.slots["basket"]) if "basket" in request.slots and not _said(request) else None
    return tuple(dict.fromkeys(line.product_id for line in held.lines)) if held else ()


async def _limits(
    shop: Shop, before: str, shown: Sequence[str], anchor: Product | None, request: Request
) -> budget.Budget:
    """What it may cost: as is said now, less than what was shown, or as was said before."""
    currency = (await shop.terms(request.market)).currency
    span = request.slots.get("budget", "")
    said = budget.read(request.text, currency)
    if said == budget.Budget() and span:
        said = budget.read(f"budget {span}", currency)
    if "cheaper" in request.slots and (below := await _below(shop, shown, anchor, request)):
        return replace(said, high=min(below, said.high or below, key=lambda limit: limit.minor))
    return said if said != budget.Budget() else budget.read(before, currency)


async def _below(shop: Shop, shown: Sequence[str], anchor: Product | None, request: Request) -> Money | None:
    """One minor unit less than the product spoken of costs, or the cheapest of those last shown."""
    ids = [anchor.id] if anchor else shown
    about = [found for id_ in ids for found in await shop.search(id_, limit=1, market=request.market)]
    prices = [variant.price for product in about for variant in product.variants]
    lowest = min(prices, key=lambda price: price.minor, default=None)
    return replace(lowest, minor=max(lowest.minor - 1, 0)) if lowest else None


# --- what is said ----------------------------------------------------------------------------------------------------


def _act(found: Sequence[Suggestion], taste: Taste, anchor: Product | None, request: Request) -> Act:
    about: dict[str, Fact] = {"product": anchor.name} if anchor else {}
    products: dict[str, Fact] = {"products": Many(tuple(each.product.name for each in found))}
    cheaper = "cheaper" in request.slots
    if not found:
        name = "no_cheaper" if about and cheaper else "none"
        return Act(f"inform:suggestions/{name}", about if about and cheaper else {}, "apologetic")
    if taste.beside:
        return Act("inform:suggestions/with" if about else "inform:suggestions", products | about)
    foreign = budget.named(request.text) and not (taste.filters.price_min or taste.filters.price_max)
    if foreign or not all(each.exact for each in found):  # a limit in money that the shop does not take cannot be kept
        return Act("inform:suggestions/nearest", products)
    if taste.instead:
        return Act("inform:suggestions/" + ("cheaper" if cheaper else "instead"), products | about)
    if any(each.bought for each in found):
        return Act("inform:suggestions/for_you", products)
    popular = all(each.ground is Ground.POPULAR and each.about for each in found)
    return Act("inform:suggestions/popular" if popular else "inform:suggestions", products)


def _card(one: Suggestion, request: Request) -> Card:
    product = one.product
    address = (("", product.url),) if product.url else ()
    rows = (*offered(product, request, sizes=False), *_why(one, request), *address)
    return Card(request.say(product.name), rows, picture(product, request))


def _why(one: Suggestion, request: Request) -> Iterator[tuple[str, str]]:
    """The reason; that it was asked for needs no words."""
    if one.about is None:
        return
    about = request.say(one.about)
    if one.bought:
        about = f"{about} ({request.say(Term('advice', 'bought'))} {request.say(Day(request.day(one.bought)))})"
    yield request.say(Term("advice", one.ground)), about


SKILL = Skill(
    name=RECOMMEND,
    intents=("recommend_product",),
    run=run,
    acts=(
        "inform:suggestions", "inform:suggestions/for_you", "inform:suggestions/popular", "inform:suggestions/nearest",
        "inform:suggestions/none", "inform:suggestions/instead", "inform:suggestions/cheaper",
        "inform:suggestions/no_cheaper", "inform:suggestions/with", "ask:product/which",
    ),
    slots=(
        "product", "goods", "category", "color", "size", "budget", "cheaper", "goes_with", "alternative", "others",
        "shown", "seen", "taste", "basket",
    ),
)  # fmt: skip
