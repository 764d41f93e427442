"""Which size fits, from the shop's size chart and the shopper's measures; a measure that decides is asked for once."""

from dataclasses import replace

from bot import sizing
from bot.commerce import Measure, Product, Shop, Variant
from bot.decision import tell_me
from bot.facts import Act, Fact, Many, Term, Text
from bot.messages import Card
from bot.promises import Awaited
from bot.skill import Outcome, Request, Skill
from bot.skills import product_question
from bot.skills.pictures import picture
from bot.skills.product_question import asked, spoken_of, waited_for


async def run(shop: Shop, request: Request) -> Outcome:
    product = await product_question.pick(shop, request)
    if isinstance(product, Outcome):
        return product
    settled = spoken_of(product, request)
    about: dict[str, Fact] = {"product": product.name}
    runs = Act("inform:runs", {**about, "runs": Term("runs", product.runs)}) if product.runs else None
    beside = (runs,) if runs and product.runs != "true" else ()
    if len({variant.size for variant in product.variants if variant.size}) < 2:
        return Outcome(Act("inform:size/one", about), slots=settled)
    if not product.sizes:
        return Outcome(Act("inform:size/no_chart", about, "apologetic"), before=beside, slots=settled)
    given = {measure: float(request.slots[measure]) for measure in Measure if request.slots.get(measure)}
    fit, chart = sizing.fit(product.sizes, given, product.runs), _chart(product, request)
    if fit is None and runs and "runs" in request.slots:
        return Outcome(runs, slots=settled, cards=(chart,))
    if fit is None and "chart" in request.slots:
        return Outcome(Act("inform:size/chart", about), slots=settled, cards=(chart,))
    if fit is None:
        wanted = sizing.asked_first(product.sizes)
        asking = Act("ask:measure", {**about, "measure": Term("measure", wanted)})
        return Outcome(asking, before=beside, slot=wanted, slots=settled, cards=(chart,))
    if not fit.sizes:
        return Outcome(Act("inform:size/none", about, "apologetic"), slots=settled, cards=(chart,))
    return _told(product, fit, request)


def _told(product: Product, fit: sizing.Fit, request: Request) -> Outcome:
    facts: dict[str, Fact] = {"product": product.name, "size": Text(fit.best)}
    wanted = _variants(product, fit.best, request)
    settled = {**spoken_of(product, request), "size": "", "skus": ",".join(variant.sku for variant in wanted)}
    if not any(variant.stock > 0 for variant in wanted):
        offers = tell_me(Awaited.BACK, waited_for(product, wanted)) if wanted else ()
        return Outcome(Act("inform:size/out", facts, "apologetic"), slots=settled, offers=offers)
    if len(fit.sizes) == 1:
        return Outcome(Act("inform:size", facts), slots=settled)
    both = Many(tuple(map(Text, fit.sizes)))
    between = Act("inform:size/between", {**facts, "sizes": both})
    return Outcome(between, slots=settled, cards=(_chart(product, request),))


def _variants(product: Product, size: str, request: Request) -> tuple[Variant, ...]:
    """Those of the size, in the colour asked for if it is made at all."""
    of_size = {**request.slots, "size": size}
    in_color = asked(product, replace(request, slots=of_size, intent="product_availability"))
    return in_color or asked(product, replace(request, slots={**of_size, "color": ""}, intent="product_availability"))


def _chart(product: Product, request: Request) -> Card:
    """A row for each size: what each measure is for it."""
    rows: dict[str, list[str]] = {}
    for row in product.sizes:
        name = request.say(Term("measured", row.measure))
        rows.setdefault(row.size, []).append(f"{name} {row.low:g}–{row.high:g}")
    title = f"{request.say(product.name)}: {request.say(Term('advice', 'chart'))}"
    return Card(title, tuple((size, " · ".join(parts)) for size, parts in rows.items()), picture(product, request))


SKILL = Skill(
    name="size_help",
    intents=("size_help",),
    run=run,
    acts=(
        "inform:size", "inform:size/between", "inform:size/out", "inform:size/none", "inform:size/chart",
        "inform:size/no_chart", "inform:size/one", "inform:runs", "ask:measure", "ask:product", "ask:product/which",
        "unknown_product",
    ),
    slots=("product", "color", "shown", "chart", "runs", *Measure),
)  # fmt: skip
