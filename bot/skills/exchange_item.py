"""Exchange a delivered item for another size or colour of the same product, or for the same once more."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import wants
from bot.attributes import is_color, is_size, says
from bot.commerce import Answer, AnswerStatus, Line, LineState, Order, Product, Quote, Shop, Variant
from bot.conversation import Access, Option, Proof
from bot.facts import Act, Fact, Localised, Money, Term, Text
from bot.messages import Card
from bot.skill import Mode, Outcome, Request, Skill, beside
from bot.skills import choices, lines, money_back, report_problem
from bot.skills.money_back import label
from bot.skills.orders import WHICH_ORDER, pick_order

RETURN = "return"  # the option to send it back for money instead
MOST_OPTIONS = 6
SURE = 0.8  # Product.score: certainly meant
_UP = re.compile(
    r"\b(?:bigger|larger|longer|wider|next|size up|up)\b|大[一兩两二半点點些]|[加再更][大长長]", re.IGNORECASE
)
_DOWN = re.compile(
    r"\b(?:smaller|shorter|tighter|narrower|size down|down)\b|小[一兩两二半点點些]|[再更][小短]", re.IGNORECASE
)
_TWO = re.compile(r"\btwo\b|[兩两二]", re.IGNORECASE)


async def run(shop: Shop, request: Request) -> Outcome:
    reason = request.slots.get("reason", "")
    order = await pick_order(shop, request, lambda order, named: fits(order, named, request.text, reason))
    if isinstance(order, Outcome) or request.proof is None:
        return order
    if "told" not in request.slots and order.delivered_lines and wants.tells_of_fault(request.text):
        return Outcome(Act(f"pass:{report_problem.SKILL.name}"), slots={"order_id": order.number})
    outcome = await _exchange(shop, order, request, request.proof)
    held = {**request.slots, **outcome.slots}
    return replace(outcome, slots={**outcome.slots, **choices.settled(held, order, lines=held.get("lines", ""))})


async def _exchange(shop: Shop, order: Order, request: Request, proof: Proof) -> Outcome:
    settled = {"order_id": order.number, "variant": ""}
    facts: dict[str, Fact] = {"order": Text(order.number)}
    if request.slots.get("variant") == RETURN:
        return Outcome(Act("inform:way/return", facts), slots=settled, goes_on="return_item")
    meant = await _meant(shop, order, request)
    if len(meant) != 1:
        options = lines.options(meant or order.delivered_lines, request)
        return Outcome(Act("ask:exchange_line", facts), slot="lines", options=options, slots=settled | {"lines": ""})
    [line] = meant
    if request.slots.get("lines") not in (None, "", line.id):  # another one than before: that one's wish is over
        fresh = choices.since(request.slots, "new_size", "new_color", "told", "same")
        request = replace(request, slots=fresh)
    settled["lines"] = line.id
    wanted = {
        "lines": [line.id], "quantities": lines.counted(meant, request), "reason": request.slots.get("reason", ""),
    }  # fmt: skip
    answer = await shop.quote("exchange", proof, order.number, wanted)  # the rule, before any question
    if answer.reason == "not_shipped":
        return Outcome(Act("inform:way/change", facts), slots=settled, goes_on="modify_order")
    if answer.status is not AnswerStatus.DONE and answer.reason != "out_of_stock":
        reason = answer.reason or answer.status
        return Outcome(Act(f"refused:exchange_item/{reason}", facts | beside(answer.detail)), slots=settled)
    product = await _product(shop, order, line)
    if product is None or ("told" not in request.slots and await _other_product(shop, order, request)):
        return Outcome(Act("refused:exchange_item/other_product", facts | {"product": line.name}), slots=settled)
    size, color = wish(product, line, request)
    said = named(product, line, request, size, color)
    if said != (size, color) and fitting(product, line, *said):
        size, color = said
    enough = lines.counted(meant, request).get(line.id, line.quantity)
    left = [variant for variant in fitting(product, line, size, color) if variant.stock >= enough]
    settled |= {"new_size": size, "new_color": color, "size": "", "color": "", "told": "yes"}
    if len(left) != 1:
        there = left or [one for one in product.variants if one.stock >= enough and one.sku != line.sku]
        if not there:
            return Outcome(Act("refused:exchange_item/out_of_stock", facts), slots=settled)
        return _ask(product, line, request, there, missing=not left and bool(size or color), slots=settled)
    [new] = left
    answer = await shop.quote("exchange", proof, order.number, wanted | {"sku": new.sku})
    if answer.status is not AnswerStatus.DONE or answer.value is None:
        reason = answer.reason or answer.status
        return Outcome(Act(f"refused:exchange_item/{reason}", facts | beside(answer.detail)), slots=settled)
    settled |= {"new_size": new.size, "new_color": _text(new.color), "same": "yes" if new.sku == line.sku else ""}
    cards = _card(answer.value, answer.detail, request)
    return Outcome(_confirm(answer, new, request), slots=settled, quote=answer.value, cards=cards)


def fits(order: Order, named: Sequence[Line], said: str, reason: str) -> int:
    """Goods that have come are exchanged; those named without a word that they have may still be changed."""
    if not (reason or wants.in_hand(said)) and any(line.state is LineState.OPEN for line in named):
        return 2
    return any(line.state is LineState.DELIVERED for line in named or order.lines)


async def _meant(shop: Shop, order: Order, request: Request) -> tuple[Line, ...]:
    found = await lines.arrived(shop, order, request, others=True)
    if found or order.delivered_lines:
        return found
    return tuple(line for line in order.lines if line.state is not LineState.CANCELLED)


async def _product(shop: Shop, order: Order, line: Line) -> Product | None:
    """What the line's product offers today, in the order's market."""
    found = await shop.search(line.product_id, market=order.market)
    return next((product for product in found if product.id == line.product_id), None)


async def _other_product(shop: Shop, order: Order, request: Request) -> bool:
    """Whether surely another product is named than any of the order: that is no exchange, but a return and an order."""
    ordered = {line.product_id for line in order.lines}
    for name in filter(None, request.slots.get("products", "").split("\n")):
        if any(lines.called(own, name) for own in order.lines):
            continue
        found = await shop.search(name, limit=1, market=order.market)
        if found and found[0].score >= SURE and found[0].id not in ordered:
            return True
    return False


# --- which variant ---------------------------------------------------------------------------------------------------


def wish(product: Product, line: Line, request: Request) -> tuple[str, str]:
    """Size and colour asked for, as the shopper said them; "" for what is to stay as it is.

    At first a size or colour that the line has already only describes it. Once they were talked of, whatever is said
    next is meant.
    """
    slots = request.slots
    if picked := _variant(product, slots.get("variant", "")):
        return picked.size, _text(picked.color)
    old = _variant(product, line.sku)
    size, color = slots.get("size", ""), slots.get("color", "")
    if "told" in slots:
        return size or slots.get("new_size", ""), color or slots.get("new_color", "")
    size = slots.get("new_size", "") or ("" if old and is_size(size, old.size) else size)
    color = slots.get("new_color", "") or ("" if old and is_color(color, old.color.texts.values()) else color)
    if not size and not color and old and ("same" in slots or len(product.variants) == 1):
        return old.size, _text(old.color)
    return size, color


def named(product: Product, line: Line, request: Request, size: str, color: str) -> tuple[str, str]:
    """The wish with the one size and the one colour of the product that the message itself names beyond doubt."""
    old, told = _variant(product, line.sku), "told" in request.slots
    sizes = {one.size for one in product.variants if one.size and says(request.text, one.size)}
    colors = {
        _text(one.color) for one in product.variants
        if any(says(request.text, text) for text in one.color.texts.values())
    }  # fmt: skip
    if old and not told:  # what it is, beside what it is to be
        sizes, colors = sizes - {old.size}, colors - {_text(old.color)}
    return sizes.pop() if len(sizes) == 1 else size, colors.pop() if len(colors) == 1 else color


def fitting(product: Product, line: Line, size: str, color: str) -> list[Variant]:
    """The variants of that size and colour, of the line's own where one of them is not given; none for no wish."""
    old = _variant(product, line.sku)
    if not size and not color and (old is None or len(product.variants) > 1):
        return []
    found = list(product.variants)
    if color:
        exact = [one for one in found if color.lower() in (text.lower() for text in one.color.texts.values())]
        found = exact or [one for one in found if is_color(color, one.color.texts.values())]
    elif old:
        found = [one for one in found if one.color == old.color]
    if size:
        return _of_size(found, size, old)
    return [one for one in found if one.size == old.size] if old else found


def _of_size(found: Sequence[Variant], size: str, old: Variant | None) -> list[Variant]:
    same = [one for one in found if is_size(size, one.size)]
    if same or old is None:
        return same
    step = 1 if _UP.search(size) else -1 if _DOWN.search(size) else 0
    sizes = list(dict.fromkeys(one.size for one in found))
    place = sizes.index(old.size) + step * (2 if _TWO.search(size) else 1) if old.size in sizes else -1
    return [one for one in found if step and 0 <= place < len(sizes) and one.size == sizes[place]]


def _variant(product: Product, sku: str) -> Variant | None:
    return next((variant for variant in product.variants if variant.sku == sku), None)


def _text(color: Localised) -> str:
    return next(iter(color.texts.values()), "")


def _ask(
    product: Product, line: Line, request: Request, there: Sequence[Variant], *, missing: bool, slots: Mapping[str, str]
) -> Outcome:
    """Which one, among those that are there: nearest to the wish, or to the old one, first.

    `missing`: one was asked for that is not there; then the line may also be returned.
    """
    old = _variant(product, line.sku)
    size = slots["new_size"] or (old.size if old else "")
    color = slots["new_color"] or (_text(old.color) if old else "")
    nearest = sorted(
        there, key=lambda one: (not is_color(color, one.color.texts.values()), not is_size(size, one.size))
    )
    options = [Option(_options(one, request), one.sku) for one in nearest[:MOST_OPTIONS]]
    if missing:
        options.append(Option(request.say(Term("option", "return_instead")), RETURN))
    act = Act("ask:exchange_variant/out" if missing else "ask:exchange_variant", {"product": line.name})
    return Outcome(act, slot="variant", options=tuple(options), slots=slots)


# --- what is shown ---------------------------------------------------------------------------------------------------


def _options(variant: Variant, request: Request) -> str:
    return ", ".join(filter(None, (request.say(variant.color), variant.size)))


def _confirm(answer: Answer[Quote], new: Variant, request: Request) -> Act:
    quote = answer.value
    if quote is None:
        raise ValueError("nothing was quoted")
    [line] = quote.lines
    times = f" × {line.quantity}" if line.quantity > 1 else ""
    facts: dict[str, Fact] = {
        "order": Text(quote.order.number),
        "item": Text(lines.described(line, request)),
        "new": Text(f"{request.say(line.name)} {_options(new, request)}".strip() + times),
    }
    if due := quote.arguments["due"]:
        amount = Money(due, quote.order.total.currency)
        return Act("confirm:exchange_item/due", {**facts, "amount": amount, "link": beside(answer.detail)["link"]})
    if quote.refund and quote.shares:
        method = Term("method", quote.method)
        return Act("confirm:exchange_item/refund", {**facts, "amount": quote.refund, "method": method})
    return Act("confirm:exchange_item", facts)


def _card(quote: Quote, detail: Mapping[str, Any], request: Request) -> tuple[Card, ...]:
    rows = money_back.rows(quote, request)
    if day := beside(detail).get("day"):
        rows.append((label("send_by", request), request.say(day)))
    return (Card(label("exchange", request), tuple(rows)),) if rows else ()


REFUSALS = (
    "not_delivered", "window_over", "not_returnable", "nothing_left", "cancelled", "unpaid", "out_of_stock",
    "other_product", "changed", "declined", "unsupported", "unknown",
)  # fmt: skip
SKILL = Skill(
    name="exchange_item",
    intents=("exchange_item",),
    run=run,
    mode=Mode.WRITE,
    acts=(
        "ask:exchange_line", "ask:exchange_variant", "ask:exchange_variant/out", "inform:way/return",
        "inform:way/change",
        *(f"{family}:exchange_item{detail}" for family in ("confirm", "done") for detail in ("", "/refund", "/due")),
        "pending:exchange_item", "pending:exchange_item/approval",
        *(f"refused:exchange_item/{reason}" for reason in REFUSALS),
        *WHICH_ORDER,
    ),
    slots=(
        "order_id", "contact", "products", "lines", "quantity", "reason", "size", "new_size", "color", "new_color",
        "same", "variant",
    ),
    access=Access.ORDER,
    sounds_like=("modify_order",),
)  # fmt: skip
