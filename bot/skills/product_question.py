"""Facts, availability and price of a product, from the catalogue."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot import budget
from bot.advice import browses
from bot.attributes import in_name, is_color, is_size, without_size_word
from bot.commerce import Product, Shop, Terms, Variant
from bot.conversation import Option
from bot.decision import tell_me
from bot.facts import Act, Fact, Many, Money, Term, Text
from bot.messages import Card
from bot.promises import Awaited, goods
from bot.shopping import count
from bot.skill import Outcome, Request, Skill
from bot.skills.not_sold import ACTS, not_sold
from bot.skills.pictures import picture
from bot.skills.product_rows import described, offered

RECOMMEND = "recommend"  # the skill that shows a choice of a kind of goods
SURE, POSSIBLE = 0.8, 0.5  # Product.score: taken without asking / worth asking about


async def run(shop: Shop, request: Request) -> Outcome:
    asked_in = budget.currency(request.text) if request.intent == "product_price" else ""
    terms = await shop.terms(request.market) if asked_in or "tax" in request.slots else None
    if terms and not request.market and asked_in in terms.markets:  # nobody knows yet where he buys: he says it
        request = replace(request, market=terms.markets[asked_in])
        terms = await shop.terms(request.market)
    product = await pick(shop, request)
    if isinstance(product, Product):
        said = f"{request.slots['product']}\n{request.text}"
        if "color" not in request.slots and (color := color_named(said, product)):
            request = replace(request, slots={**request.slots, "color": color})
        outcome = told(product, request)
        if terms and outcome.act.family == "inform" and "price" in outcome.act.facts:
            return _in_its_form(outcome, terms, asked_in, request)
        return _with_contents(outcome, product, request) if "in_box" in request.slots else outcome
    if product.act.name == "unknown_product":
        return await not_sold(shop, request.slots["product"], request)
    a_range = browses(request.text) or "category" in request.slots  # "what lamps do you have?": a choice of them
    return Outcome(Act(f"pass:{RECOMMEND}")) if a_range and product.act.family == "ask" else product


def _in_its_form(outcome: Outcome, terms: Terms, asked_in: str, request: Request) -> Outcome:
    """With what a price holds and the currency that is taken, where that was asked. Nothing is converted."""
    rows = []
    if "tax" in request.slots and terms.taxed:
        rows.append(("", request.say(Term("advice", "taxed"))))
    if asked_in and asked_in != terms.currency:
        rows.append((request.say(Term("advice", "paid_in")), terms.currency))
    outcome = replace(outcome, cards=tuple(replace(card, rows=(*rows, *card.rows)) for card in outcome.cards))
    return outcome if terms.taxed or "tax" not in request.slots else _not_stated(outcome, request)


# a description that says what a set is made up of
_CONTENTS = re.compile(
    r"\b(?:contains?|includ(?:es?|ed|ing)|comes? with|supplied with|consists? of|(?:set|pack|box) of)\b"
    r"|包含|[内內]含|附[带帶赠贈有]|配有|含.{1,12}[个個件支]|由.{1,20}[组組]成",
    re.IGNORECASE,
)


def _with_contents(outcome: Outcome, product: Product, request: Request) -> Outcome:
    """What is in the box, where the shop's own words say so: else that they do not."""
    texts = (product.name, product.material, product.description)
    return outcome if _CONTENTS.search("\n".join(map(request.say, texts))) else _not_stated(outcome, request)


def _not_stated(outcome: Outcome, request: Request) -> Outcome:
    """What is known, and that the rest is not."""
    return replace(outcome, before=(outcome.act,), act=Act("no_passage", {"task": Term("intent", request.intent)}))


async def pick(shop: Shop, request: Request) -> Product | Outcome:
    """The product that is meant, or a question."""
    words = request.slots.get("product", "")
    if not words:
        return Outcome(Act("ask:product"), slot="product")
    found = [product for product in await shop.search(words, market=request.market) if product.score >= POSSIBLE]
    if not found:
        return Outcome(Act("unknown_product", {"name": Text(words)}))
    sure = [product for product in found if product.score >= SURE]
    if len(sure) != 1 and len(found) > 1 and not any(product.id == words for product in found):
        options = tuple(Option(request.say(product.name), product.id) for product in (sure or found)[:4])
        return Outcome(Act("ask:product/which"), slot="product", options=options)
    return (sure or found)[0]


def told(product: Product, request: Request) -> Outcome:
    variants, offers = asked(product, request), ()
    made = _not_made(product, request) if request.intent == "product_availability" and not variants else None
    facts: dict[str, Fact] = {"product": product.name}
    if not product.variants and request.intent != "product_info":
        act = "inform:product/not_sold"
    elif made:
        act, facts = "inform:availability/not_made", {**facts, **made}
    elif request.intent == "product_availability":
        left = [variant for variant in variants if variant.stock > 0]
        plain = not any(_describe(variant, request) for variant in left)  # goods of one kind
        if left and not plain:
            facts = about(product, left, request)
        act = "inform:availability/" + (("plain" if plain else "in") if left else "out")
        offers = tell_me(Awaited.BACK, waited_for(product, variants)) if variants and not left else ()
    elif request.intent == "product_price":
        prices = sorted((variant.price for variant in variants), key=lambda price: price.minor)
        facts["price"] = prices[0]
        act = "inform:price" if prices[0] == prices[-1] else "inform:price/from"
    else:
        act = "inform:product"
    settled = spoken_of(product, request)
    if act == "inform:availability/out":
        settled["skus"] = ",".join(variant.sku for variant in variants)
    card = _card(product, variants, request, out=act.endswith("/out"))
    return Outcome(Act(act, facts), slots=settled, cards=(card,), offers=offers)


def spoken_of(product: Product, request: Request) -> dict[str, str]:
    """The slots that make this product the one spoken of, among those last shown where it is one of them."""
    shown = request.slots.get("shown", "")
    return {"product": product.id, "shown": shown if product.id in shown.split() else product.id}


def about(product: Product, variants: Sequence[Variant], request: Request) -> dict[str, Fact]:
    """A product and some of its variants."""
    names = Many(tuple(Text(_describe(variant, request)) for variant in variants[:6]))
    return {"product": product.name, "variants": names}


def waited_for(product: Product, variants: Sequence[Variant]) -> str:
    """The subject of a promise about these variants."""
    every = len(variants) == len(product.variants)
    return goods(product.id, () if every else tuple(variant.sku for variant in variants))


def of_skus(product: Product, skus: str) -> tuple[Variant, ...]:
    """The variants with these article numbers, parted by commas; all of them when none is named."""
    wanted = skus.split(",")
    return tuple(variant for variant in product.variants if not skus or variant.sku in wanted)


def asked(product: Product, request: Request) -> tuple[Variant, ...]:
    """The variants of the size and colour asked for; all of them when none was named or none fits."""
    size, color = request.slots.get("size", ""), request.slots.get("color", "")
    fitting = tuple(
        variant for variant in product.variants
        if is_size(size, variant.size) and is_color(color, variant.color.texts.values())
    )  # fmt: skip
    return fitting if (size or color) and (fitting or request.intent == "product_availability") else product.variants


def color_named(name: str, product: Product) -> str:
    """The colour that stands in the words for a product, 透明水壶; "" where it is part of the product's own name."""
    names = product.name.texts.values()
    texts = {text for variant in product.variants for text in variant.color.texts.values() if text}
    said = [text for text in texts if in_name(text, (name,)) and not in_name(text, names)]
    return said[0] if len(said) == 1 else ""


def _not_made(product: Product, request: Request) -> dict[str, Fact] | None:
    """The colour or size asked for in which it is not made at all, and those in which it can be had."""
    for name in ("color", "size"):
        said = request.slots.get(name, "")
        fits = [is_color(said, one.color.texts.values()) if name == "color" else is_size(said, one.size)
                for one in product.variants]  # fmt: skip
        there = [one for one in product.variants if one.stock > 0]
        names = dict.fromkeys(filter(None, (request.say(one.color) if name == "color" else one.size for one in there)))
        if not any(fits) and names:
            return {"wanted": Text(without_size_word(said)), "variants": Many(tuple(map(Text, names)))}
    return None


def _describe(variant: Variant, request: Request) -> str:
    return " ".join(part for part in (request.say(variant.color), variant.size) if part)


def _for_pieces(variants: Sequence[Variant], request: Request) -> tuple[tuple[str, str], ...]:
    """What one piece costs and what all that were asked for do, where they cost the same each."""
    pieces, prices = count(request.slots.get("quantity", "")), {variant.price for variant in variants}
    if pieces < 2 or len(prices) > 1:
        return (("1 ×", request.say(min(prices, key=_minor))),) if pieces > 1 else ()
    (price,) = prices
    return ("1 ×", request.say(price)), (f"{pieces} ×", request.say(replace(price, minor=pieces * price.minor)))


def _minor(price: Money) -> int:
    return price.minor


def _card(product: Product, variants: Sequence[Variant], request: Request, *, out: bool) -> Card:
    """`out`: with the colours and sizes that there are, in place of what was asked for."""
    told = request.intent == "product_price" or product.lowest is None
    price = _for_pieces(variants, request) if told else tuple(offered(product, request))[: None if out else 1]
    rows = (*price, *described(product, request), ("", product.url))
    return Card(request.say(product.name), tuple(row for row in rows if row[1]), picture(product, request))


SKILL = Skill(
    name="product_question",
    intents=("product_info", "product_availability", "product_price"),
    run=run,
    acts=(
        "ask:product",
        "ask:product/which",
        *ACTS,
        "no_passage",
        "inform:product",
        "inform:product/not_sold",
        "inform:price",
        "inform:price/from",
        "inform:availability/in",
        "inform:availability/plain",
        "inform:availability/out",
        "inform:availability/not_made",
    ),
    slots=("product", "category", "size", "color", "quantity", "shown", "tax", "in_box"),
)
