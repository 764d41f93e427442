"""What there is to know of a product, as rows of its card."""

from bot.commerce import Product
from bot.facts import Many, Term, Text
from bot.skill import Request


def offered(product: Product, request: Request, *, sizes: bool = True) -> tuple[tuple[str, str], ...]:
    """What it costs and comes in, of what there is now."""

    def word(key: str) -> str:
        return request.say(Term("advice", key))

    there = [variant for variant in product.variants if variant.stock > 0]
    prices = sorted({variant.price.minor for variant in there})
    colors = dict.fromkeys(filter(None, (request.say(variant.color) for variant in there)))
    made = dict.fromkeys(variant.size for variant in there if variant.size and sizes)
    rows = [(word("price" if len(prices) == 1 else "from"), request.say(product.lowest))] if product.lowest else []
    rows += [
        (word(key), request.say(Many(tuple(map(Text, values)))))
        for key, values in (("colors", colors), ("sizes", made)) if values
    ]  # fmt: skip
    return tuple(rows)


def described(product: Product, request: Request) -> tuple[tuple[str, str], ...]:
    """What it is, what it is made of, how it is cared for and what it goes with."""
    facts = {"material": product.material, "care": product.care, "fits": Many(product.goes_with)}
    said = {key: request.say(fact) for key, fact in facts.items()}
    rows = ((request.say(Term("advice", key)), text) for key, text in said.items() if text)
    return (*((("", about),) if (about := request.say(product.description)) else ()), *rows)
