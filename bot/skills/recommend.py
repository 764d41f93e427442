"""Suggest goods: what fits the wish, goes with what is spoken of or was bought, takes its place, or costs less.

What was shown can be turned from ("anything cheaper?", "in blue", "another brand"): what was wished before still holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot import budget, slots
from bot.advice import goods_browsed, turned
from bot.budget import Budget
from bot.commerce import Ground, Product, Shop, Suggestion, Taste
from bot.cues import YES
from bot.decision import look_at
from bot.extents import exceeds
from bot.facts import Act, Day, Fact, Many, Term
from bot.messages import Card
from bot.skill import Outcome, Request, Skill
from bot.skills import wanted
from bot.skills.not_sold import not_sold
from bot.skills.pictures import picture
from bot.skills.product_question import POSSIBLE, RECOMMEND, SURE, pick, told
from bot.skills.product_rows import offered
from bot.skills.wanted import Wanted

MOST = 3
RELATIVE = ("cheaper", "goes_with", "alternative", "others", "other_brand", "bigger", "smaller")  # than other goods
_SIZED = {"bigger", "smaller"}
_OTHER = {"cheaper", "alternative", "others", "other_brand", *_SIZED}  # than those that were shown
_LOOKED = 30  # goods looked through for another brand, or a bigger one
_SEEN = 30  # suggestions for a wish


async def run(shop: Shop, request: Request) -> Outcome:
    if turn := turned(request.text):  # whatever the model took its words for, it names no goods
        one = request.slots.get("product", "")
        of_those = one if one in request.slots.get("shown", "").split() else ""
        given = {turn: YES, "goods": "", "category": "", "product": of_those}
        request = replace(request, slots={**request.slots, **given})
    before = wanted.loads(request.slots.get("taste", ""))
    goes_on = _goes_on(before, request)
    rivals = await _rivals(shop, request) if goes_on else ()
    if len(rivals) == 1 and _SIZED & request.slots.keys() and len({one.size for one in rivals[0].variants}) > 1:
        return told(rivals[0], replace(request, intent="product_availability", slots={}))
    named = None if goes_on else await _named(shop, request)
    if isinstance(named, Outcome):
        return named
    rivals = (named,) if named else rivals
    wish = await _wish(before if goes_on else Wanted(), rivals, named, shop, request)
    taste = await _taste(wish, rivals, shop, request)
    found = await _found(taste, rivals, shop, request)
    if taste.words and not found and not goes_on and not await _sold(shop, taste.words, request):
        return await not_sold(shop, taste.words, request)
    about = next((one for one in rivals if one.id == taste.instead), None)
    if "cheaper" in request.slots and (taste.words or taste.instead):  # else nobody knows of what kind
        about = min(rivals, key=_costs, default=None)
    about = rivals[0] if taste.beside and len(rivals) == 1 else about
    kept = wish if found and all(each.exact for each in found) else before
    settled = {"taste": wanted.dumps(kept), "product": request.slots.get("product", "")}
    if found:
        spoken_of = found[0].product.id if len(found) == 1 else about.id if about else taste.words
        ids = [each.product.id for each in found]
        settled |= {
            "shown": "\n".join(ids), "product": spoken_of, "seen": "\n".join([*sorted(taste.without), *ids][-_SEEN:])
        }  # fmt: skip
    return Outcome(
        _act(found, taste, about, request),
        slots=settled,
        cards=tuple(_card(each, request) for each in found),
        offers=tuple(offer for one in found for offer in look_at(one.product.id, request.say(one.product.name))),
    )


# --- what is wished --------------------------------------------------------------------------------------------------


def _said(request: Request) -> str:
    """The goods that this message names."""
    return request.slots.get("goods", "").partition("\n")[0] or goods_browsed(request.text)


def _goes_on(before: Wanted, request: Request) -> bool:
    """ "Anything cheaper?", "in blue?", "a cheaper mug" after mugs: it is about what was spoken of."""
    given = budget.named(request.text) or any(request.slots.get(name) for name in ("color", "size", "budget"))
    narrows = given and slots.points_at_shown(request.text)
    said, words = _said(request).casefold(), before.words.casefold()
    other = (said and not (words and (said in words or words in said))) or request.slots.get("category")
    return not other and (narrows or any(name in request.slots for name in RELATIVE))


async def _rivals(shop: Shop, request: Request) -> tuple[Product, ...]:
    """The product spoken of, or all that were last shown where none of them was singled out."""
    shown, product = request.slots.get("shown", "").split(), request.slots.get("product", "")
    ids = shown if shown and product not in shown else [product]
    found = [one for id_ in filter(None, ids) for one in await shop.search(id_, limit=1, market=request.market)]
    return tuple(one for one in found if one.score >= SURE)


async def _named(shop: Shop, request: Request) -> Product | Outcome | None:
    """The product that something is to be like or beside; a question where several may be meant."""
    if not _said(request) or not any(name in request.slots for name in RELATIVE):
        return None
    found = await pick(shop, replace(request, slots={"product": _said(request)}))
    if isinstance(found, Outcome):
        return replace(found, slot="goods") if found.act.family == "ask" else None
    return found


async def _wish(
    before: Wanted, rivals: Sequence[Product], named: Product | None, shop: Shop, request: Request
) -> Wanted:
    """What is wished now: what was before, or what the message begins, with all that it says."""
    if named or (rivals and not before.begun):
        before = Wanted(like=rivals[0].id)
    elif not before.begun:
        before = Wanted(words=_said(request), said=request.text)
    limits = _limits(request, (await shop.terms(request.market)).currency)
    wish = before.narrowed(request.slots, limits)
    if "cheaper" not in request.slots or not rivals:
        return wish
    least = min(map(_costs, rivals)) - 1
    below = replace(next(one.price for rival in rivals for one in rival.variants), minor=max(least, 0))
    high = min(below, wish.limits.high or below, key=lambda limit: limit.minor)
    low = wish.limits.low if wish.limits.low and wish.limits.low.minor <= high.minor else None
    return replace(wish, limits=Budget(low, high))


def _limits(request: Request, currency: str) -> Budget:
    """What it may cost, as this message says."""
    said, span = budget.read(request.text, currency), request.slots.get("budget", "")
    return budget.read(f"budget {span}", currency) if said == Budget() and span else said


def _costs(product: Product) -> int:
    """Its lowest price, of what is there; else of what is made."""
    if product.lowest:
        return product.lowest.minor
    return min((variant.price.minor for variant in product.variants), default=0)


async def _taste(wish: Wanted, rivals: Sequence[Product], shop: Shop, request: Request) -> Taste:
    seen = request.slots.get("seen", "").split() if {"others", "other_brand"} & request.slots.keys() else ()
    without = frozenset((*seen, *(one.id for one in rivals)) if _OTHER & request.slots.keys() else ())
    if "goes_with" not in request.slots:
        return wish.taste(without)
    return wish.taste(without, tuple(one.id for one in rivals) or await _in_basket(shop, request))


async def _in_basket(shop: Shop, request: Request) -> tuple[str, ...]:
    """ "Anything that goes with it?" of what was chosen so far."""
    held = await shop.basket(request.slots["basket"]) if "basket" in request.slots and not _said(request) else None
    return tuple(dict.fromkeys(line.product_id for line in held.lines)) if held else ()


async def _found(
    taste: Taste, rivals: Sequence[Product], shop: Shop, request: Request
) -> tuple[Suggestion, ...]:
    """What fits the wish, or comes near; never what is dearer or of another kind where it is to be cheaper."""
    picky = {"other_brand", *_SIZED} & request.slots.keys()  # what no filter tells
    found = await shop.suggest(taste, request.proof, market=request.market, limit=_LOOKED if picky else MOST)
    if "cheaper" in request.slots and taste.filters.price_max:
        most = taste.filters.price_max.minor
        found = tuple(each for each in found if _costs(each.product) <= most and (each.exact or not taste.instead))
        plain = replace(taste, filters=replace(taste.filters, color="", size=""))
        if taste.instead and not found and plain != taste:  # cheaper, but not in blue
            found = tuple(replace(each, exact=False) for each in await _found(plain, rivals, shop, request))
    if picky:
        fitting = [each for each in found if all(_differs(name, each.product, rivals) for name in picky)]
        nearest = () if _SIZED & picky else [replace(each, exact=False) for each in found]
        found = tuple(fitting or nearest)
    return found[:MOST]


async def _sold(shop: Shop, words: str, request: Request) -> bool:
    """Whether the shop has such goods at all, though perhaps not now."""
    return any(one.score >= POSSIBLE for one in await shop.search(words, limit=1, market=request.market))


def _differs(name: str, product: Product, rivals: Sequence[Product]) -> bool:
    if name == "other_brand":
        return product.brand not in [rival.brand for rival in rivals]
    if name == "bigger":
        return exceeds(product, rivals)
    return bool(rivals) and all(exceeds(rival, (product,)) for rival in rivals)


# --- what is said ----------------------------------------------------------------------------------------------------


def _act(found: Sequence[Suggestion], taste: Taste, spoken_of: Product | None, request: Request) -> Act:
    about: dict[str, Fact] = {"product": spoken_of.name} if spoken_of else {}
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
    if about:
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
        "inform:suggestions/no_cheaper", "inform:suggestions/with", "inform:availability/in",
        "ask:product/which", "unknown_product",
    ),
    slots=(
        "product", "goods", "category", "color", "size", "budget", "cheaper", "goes_with", "alternative", "others",
        "shown", "seen", "taste", "basket",
    ),
)  # fmt: skip
