"""Choosing goods one after another, over several turns: what was said becomes articles that are in stock.

A `Choice` is made anew in each turn from the slots that the last one left (`chosen_before`, `kept`). What is not said
and can be chosen becomes a question; its answer comes back in a slot named after the place it is about, "size/1".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.attributes import in_name, is_color, is_size, says, without_size_word
from bot.commerce import Basket, Product, Shop, Variant
from bot.conversation import Option
from bot.facts import Act, Fact, Number, Text
from bot.shopping import MOST, Wish, count, loads, names_basket
from bot.skill import Outcome, Request
from bot.skills.product_question import POSSIBLE, SURE, color_named

MOST_OPTIONS, MOST_LINES = 12, 30
GONE = "-"  # in place of an article: it cannot be had


@dataclass(frozen=True, slots=True)
class Pick:
    """One kind of goods: as it was said, then the product, then the article."""

    quantity: int
    name: str = ""
    product: str = ""  # id
    color: str = ""  # as it was said, or an article that has it
    size: str = ""
    sku: str = ""  # "": not decided yet

    @property
    def counts(self) -> bool:
        return self.quantity > 0 and self.sku not in ("", GONE)


@dataclass
class Choice:
    """What is chosen, while one turn works on it."""

    market: str
    picks: list[Pick]
    gone: list[tuple[str, Fact]] = field(default_factory=list)  # (act that says why it cannot be had, its name)
    absent: str = ""  # what was to be taken out and is not in
    last: str = ""  # id of the product last settled

    @property
    def ids(self) -> set[str]:
        return {pick.product for pick in self.picks}

    @property
    def open_place(self) -> int | None:
        return next((place for place, pick in enumerate(self.picks) if not pick.sku), None)


# --- what was said ---------------------------------------------------------------------------------------------------


def chosen_before(request: Request, basket: Basket | None) -> list[Pick]:
    """What this request has settled so far; at its first turn what is in the basket."""
    if "chosen" in request.slots:
        rows = (line.split("\t") for line in request.slots["chosen"].split("\n") if line)
        return [Pick(int(quantity), *parts) for quantity, *parts in rows]
    return [Pick(line.quantity, request.say(line.name), line.product_id, sku=line.sku)
            for line in (basket.lines if basket else ())]  # fmt: skip


def wishes_of(request: Request, choice: Choice) -> tuple[Wish, ...]:
    """The wishes of this message; without a word of goods in it, the product last spoken of."""
    wishes, product = loads(request.slots.get("wishes", "")), request.slots.get("product", "")
    if not product or any(wish.name for wish in wishes) or request.slots.get("chosen"):
        return wishes
    if not wishes and (product in choice.ids or ("basket" in request.slots and names_basket(request.text))):
        return ()  # "my basket, I want to order it", "yes, order it"
    return tuple(replace(wish, name=product) for wish in wishes) or (Wish("add", product),)


async def told_apart(wishes: Sequence[Wish], choice: Choice, shop: Shop) -> list[Wish]:
    """The wishes with what is no size or colour of their goods in its place: another product, or a number."""
    found: list[Wish] = []
    for wish in wishes:
        others: list[Wish] = []
        product = next(iter(await _named(wish.name, choice, shop)), None) if wish.name else None
        if product and not wish.color:
            wish = replace(wish, color=color_named(wish.name, product))
        for name in ("color", "size") if product else ():
            said = getattr(wish, name)
            if not said or any(_is(name, said, variant) for variant in product.variants):
                continue
            if name == "color" and in_name(said, product.name.texts.values()):  # "rose gloves" are none in rose
                wish = replace(wish, color="")
                continue
            named = [one for one in await _named(said, choice, shop) if one.score >= SURE and one.id != product.id]
            if named or (name == "size" and said.isdigit()):
                wish = replace(wish, **{name: ""})
            others += [Wish(wish.change, said)] if named else []
        found += [wish, *others]
    return found


def take_answers(choice: Choice, request: Request) -> None:
    """Put the answers to the questions of the last turn where they belong."""
    for place, pick in enumerate(choice.picks):
        given = {name: request.slots.get(f"{name}/{place}", "") for name in ("product", "color", "size")}
        choice.picks[place] = replace(pick, **{name: value for name, value in given.items() if value})
    place = choice.open_place
    if place is not None and (pieces := count(request.slots.get("quantity", ""))):
        choice.picks[place] = replace(choice.picks[place], quantity=pieces)


async def grant(wish: Wish, choice: Choice, shop: Shop, request: Request, *, first: bool) -> None:
    """Let one wish change the choice; what it names is looked up, so that any name of the product will do."""
    products = await _named(wish.name, choice, shop) if wish.name else ()
    place = choice.open_place
    picks = choice.picks
    asked = place is not None and "chosen" in request.slots
    if asked and wish.change != "take" and not wish.more and _answers(wish, place, choice, products, request, first):
        picks[place] = _with(picks[place], wish)  # "the linen shirt in white", asked which size
        return
    found = _meant(wish, choice, products)
    match wish.change:
        case "take" if found is None:
            choice.absent = wish.name
        case "take":
            left = picks[found].quantity - wish.quantity if wish.quantity else 0
            picks[found : found + 1] = [replace(picks[found], quantity=left)] if left > 0 else []
        case "set" if found is not None:
            picks[found] = _with(picks[found], wish)
        case "set" if asked and place is not None:  # "actually the stoneware mug", asked for a colour of another
            picks[place] = Pick(wish.quantity or picks[place].quantity, wish.name, "", wish.color, wish.size)
        case "add" if "again" in request.slots and found is not None:  # "the same again, the dog food"
            picks[found] = _with(picks[found], wish)
        case "add" if wish.more and found is not None:
            picks[found] = replace(picks[found], quantity=picks[found].quantity + (wish.quantity or 1))
        case _ if wish.name:
            picks.append(Pick(wish.quantity or 1, wish.name, "", wish.color, wish.size))
        case _ if found is not None:  # "in blue, please": of what was last put in
            picks[found] = _with(picks[found], wish)


async def _named(name: str, choice: Choice, shop: Shop) -> tuple[Product, ...]:
    return tuple(product for product in await shop.search(name, market=choice.market) if product.score >= POSSIBLE)


def _answers(
    wish: Wish, place: int, choice: Choice, products: Sequence[Product], request: Request, first: bool
) -> bool:
    """Whether a wish says more of the goods that were just asked about, and does not bring up others."""
    pick = choice.picks[place]
    chosen = first and f"product/{place}" in request.slots  # which product was asked, and this names it once more
    return not wish.name or not pick.product or chosen or any(found.id == pick.product for found in products[:1])


def _meant(wish: Wish, choice: Choice, products: Sequence[Product]) -> int | None:
    """The place of the goods that a wish is about: the best named of those chosen, or the last ones."""
    picks = choice.picks
    if not wish.name:
        last = len(picks) - 1 if picks else None
        return last if choice.open_place is None else choice.open_place
    for product in products:
        mine = [place for place, pick in enumerate(picks) if pick.product == product.id]
        fitting = [place for place in mine if _fits(picks[place], wish, product)]
        if found := fitting or (mine if wish.change == "set" else []):
            return found[-1]
    return None


def _fits(pick: Pick, wish: Wish, product: Product) -> bool:
    variant = next((variant for variant in product.variants if variant.sku == pick.sku), None)
    return variant is None or all(_is(name, getattr(wish, name), variant) for name in ("color", "size"))


def _with(pick: Pick, wish: Wish) -> Pick:
    """The pick with what the wish says of it: another colour makes another article, in the same size if there is."""
    name = wish.name if wish.name and not pick.product else pick.name
    pick = replace(pick, quantity=wish.quantity or pick.quantity, name=name)
    if not (wish.color or wish.size):
        return pick
    return replace(pick, color=wish.color or pick.color or pick.sku, size=wish.size or pick.size or pick.sku, sku="")


def kept(choice: Choice, request: Request) -> dict[str, str]:
    """The slots after this turn: the choice, and nothing of what it was made from."""
    rows = [(str(pick.quantity), pick.name, pick.product, pick.color, pick.size, pick.sku) for pick in choice.picks]
    used = {name: "" for name in request.slots if name.partition("/")[0] in ("product", "color", "size", "quantity")}
    return {**used, "wishes": "", "whole": "", "again": "", "chosen": "\n".join("\t".join(row) for row in rows),
            "product": choice.last}  # fmt: skip


# --- what there is ---------------------------------------------------------------------------------------------------


async def settle(pick: Pick, place: int, choice: Choice, shop: Shop, request: Request) -> Pick | Outcome:
    """The article of a pick, or the question that decides it. What cannot be had becomes an empty pick."""
    found = await _named(pick.product or pick.name, choice, shop)
    if not found:
        choice.gone.append(("unknown_product", Text(pick.name)))
        return replace(pick, sku=GONE)
    sure = [product for product in found if product.score >= SURE]
    if len(sure) != 1 and len(found) > 1 and not any(product.id == pick.product for product in found):
        options = tuple(Option(request.say(product.name), product.id) for product in (sure or found)[:MOST_OPTIONS])
        return Outcome(Act("ask:product/which"), slot=f"product/{place}", options=options)
    product = (sure or found)[0]
    choice.picks[place] = pick = replace(pick, product=product.id)
    choice.last = product.id
    left = [variant for variant in product.variants if variant.stock > 0]
    if pick.sku and not any(variant.sku == pick.sku for variant in left):
        left = []  # as it was bought before, it is not to be had
    if not left:
        choice.gone.append(("inform:basket/sold_out" if product.variants else "inform:product/not_sold", product.name))
        return replace(pick, sku=GONE)
    article = _article(pick, place, product, left, choice, request)
    if isinstance(article, Outcome):
        return article
    choice.picks[place] = pick = replace(pick, color="", size="", sku=article.sku)
    return _in_stock(pick, place, article, product, choice, request)


def _article(
    pick: Pick, place: int, product: Product, left: Sequence[Variant], choice: Choice, request: Request
) -> Variant | Outcome:
    """The one variant that fits what was said; else a question among what is in stock, first for the colour."""
    facts: dict[str, Fact] = {"product": product.name}
    fitting = [variant for variant in left if variant.sku == pick.sku] if pick.sku else list(left)
    for name, said in (("color", pick.color), ("size", pick.size)):
        if not any(_label(variant, name, request) for variant in product.variants):
            continue  # it is made in one only, whatever was taken for a size: the 750 ml of its name
        matching = _matching(name, said, fitting, product)
        if not matching:  # not made, or sold out in it
            choice.picks[place] = replace(pick, **{name: ""})
            facts["wanted"] = _wanted(name, said, product, request)
            return _asked(name, place, f"ask:{name}/out", facts, fitting, request)
        fitting = matching
    answered = any(f"{name}/{place}" in request.slots for name in ("color", "size"))
    for name in ("color", "size"):
        if any(_value(variant, name) != _value(fitting[0], name) for variant in fitting):
            if answered and (told := _told(name, fitting, request)):  # "green S", asked for the colour
                fitting = told
                continue
            return _asked(name, place, f"ask:{name}", facts, fitting, request)
    return fitting[0]


def _told(name: str, among: Sequence[Variant], request: Request) -> list[Variant]:
    """Those of the one size or colour that the answer also names, in so many words; none where it does not."""
    labels = {_label(variant, name, request) for variant in among}
    said = [label for label in labels if label and says(request.text, label)]
    return [variant for variant in among if [_label(variant, name, request)] == said]


def _label(variant: Variant, name: str, request: Request) -> str:
    return request.say(variant.color) if name == "color" else variant.size


def _matching(name: str, said: str, among: Sequence[Variant], product: Product) -> list[Variant]:
    """Those of the colour or size that was said: in words, or as an article that has it (an option's value)."""
    if chosen := next((variant for variant in product.variants if variant.sku == said), None):
        return [variant for variant in among if _value(variant, name) == _value(chosen, name)]
    return [variant for variant in among if _is(name, said, variant)]


def _is(name: str, said: str, variant: Variant) -> bool:
    return is_color(said, variant.color.texts.values()) if name == "color" else is_size(said, variant.size)


def _wanted(name: str, said: str, product: Product, request: Request) -> Text:
    chosen = next((variant for variant in product.variants if variant.sku == said), None)
    if chosen is None:
        return Text(without_size_word(said))
    return Text(request.say(chosen.color) if name == "color" else chosen.size)


def _value(variant: Variant, name: str) -> object:
    return variant.color if name == "color" else variant.size


def _asked(
    name: str, place: int, act: str, facts: Mapping[str, Fact], among: Sequence[Variant], request: Request
) -> Outcome:
    """A question for a colour or a size; each answer is an article that has it."""
    options: dict[str, Option] = {}
    for variant in among:
        label = _label(variant, name, request)
        options.setdefault(label, Option(label, variant.sku))
    return Outcome(Act(act, dict(facts)), slot=f"{name}/{place}", options=tuple(options.values())[:MOST_OPTIONS])


def _in_stock(
    pick: Pick, place: int, article: Variant, product: Product, choice: Choice, request: Request
) -> Pick | Outcome:
    """The pick with no more pieces than there are: fewer are asked for, or taken where it is bought once more."""
    others = [other for other in choice.picks[:place] if other.sku == article.sku]
    there = min(article.stock, MOST) - sum(other.quantity for other in others)
    if pick.quantity <= there:
        return pick
    if there > 0 and "again" not in request.slots:
        choice.picks[place] = replace(pick, sku="", color=article.sku, size=article.sku)
        return Outcome(Act("ask:quantity", {"product": product.name, "left": Number(there)}), slot="quantity")
    choice.gone.append(("inform:basket/sold_out", product.name))
    if there > 0:
        choice.picks.append(replace(pick, quantity=pick.quantity - there, sku=GONE))
    return replace(pick, quantity=there) if there > 0 else replace(pick, sku=GONE)
