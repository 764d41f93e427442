"""Goods that the shop does not have: an honest no, with the nearest that there are, or else what it sells at all."""

import re
from collections.abc import Iterator, Sequence

from bot.attributes import in_name, says
from bot.commerce import Filters, Product, Shop
from bot.decision import look_at
from bot.facts import Act, Localised, Many, Term, Text
from bot.messages import Card
from bot.skill import Outcome, Request
from bot.skills.pictures import picture
from bot.skills.product_rows import offered

ACTS = ("unknown_product", "inform:suggestions/nearest")
_MOST, _LOOKED = 3, 10
_NEAR = 0.25  # Product.score, of goods whose name shares a word with what was asked for


async def not_sold(shop: Shop, words: str, request: Request) -> Outcome:
    no = Act("unknown_product", {"name": Text(words)})
    kinds = await shop.categories(request.market)
    near = await _near(shop, words, kinds, request)
    if not near:
        card = Card(request.say(Term("advice", "range")), (("", request.say(Many(kinds))),))
        return Outcome(no, slots={"product": ""}, cards=(card,) if kinds else ())
    return Outcome(
        Act("inform:suggestions/nearest", {"products": Many(tuple(one.name for one in near))}),
        before=(no,),
        slots={"product": "", "shown": "\n".join(one.id for one in near)},
        cards=tuple(_card(one, request) for one in near),
        offers=tuple(offer for one in near for offer in look_at(one.id, request.say(one.name))),
    )


async def _near(shop: Shop, words: str, kinds: Sequence[Localised], request: Request) -> Sequence[Product]:
    """What sells best of the category that is named, else what the words come nearest to."""
    if category := next((name for kind in kinds if (name := _named(kind, words))), request.slots.get("category", "")):
        filters = Filters(category=category, in_stock=True)
        if best := await shop.search("", limit=_MOST, market=request.market, filters=filters):
            return best
    found = await shop.search(words, limit=_LOOKED, market=request.market, filters=Filters(in_stock=True))
    near = [one for one in found if one.score >= _NEAR and _shares_a_word(words, one)]
    return near[:_MOST]


def _named(category: Localised, words: str) -> str:
    """The category's name, where one of its words stands in what was asked for; else ""."""
    parts = {name: re.split(r"\W+|\band\b|[和与與及]", name) for name in category.texts.values()}
    return next((name for name, some in parts.items() if any(len(one) > 1 and says(words, one) for one in some)), "")


def _shares_a_word(words: str, product: Product) -> bool:
    return any(in_name(word, product.name.texts.values()) for word in _words(words))


_NO_WORDS = frozenset(("the", "and", "for", "any", "with", "some", "set"))  # that tell of no goods


def _words(text: str) -> Iterator[str]:
    """Latin words without plural endings, too, and pairs of Chinese characters."""
    for word in re.findall("[a-z]{3,}", text.casefold()):
        if word not in _NO_WORDS:
            yield from (word, word.removesuffix("s"))
    for run in re.findall("[\u3400-\u9fff]+", text):
        yield from (run[at : at + 2] for at in range(len(run) - 1))


def _card(product: Product, request: Request) -> Card:
    address = (("", product.url),) if product.url else ()
    rows = (*offered(product, request, sizes=False), *address)
    return Card(request.say(product.name), rows, picture(product, request))
