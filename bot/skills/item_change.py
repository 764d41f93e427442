"""Another size, colour or quantity of an item that has not left: which line, which variant, and what comes of it."""

import re
from collections.abc import Mapping
from typing import Any

from bot.commerce import Answer, AnswerStatus, Line, LineState, Quote
from bot.conversation import Option
from bot.facts import Act, Fact, Localised, Many, Money, Number, Term, Text
from bot.messages import Card
from bot.skill import Outcome
from bot.skills import cancel_order, choices, lines, pieces
from bot.skills.money_back import shares_card
from bot.skills.order_change import Change
from bot.skills.wishes import Wish

MOST_VARIANTS = 8  # offered as buttons


async def items(change: Change) -> Outcome:
    """Another size, colour or quantity of one line."""
    line = await _line(change)
    if isinstance(line, Outcome):
        return line
    if line.state is not LineState.OPEN:
        part = "line_packed" if line.state is LineState.PACKED else "line_gone"
        return change.refused(part, {"items": Many((line.name,))}, new={"lines": line.id})
    variant, wanted, number = change.picked.get("variant", ""), _wanted(change, line), _number(change, line)
    if variant or wanted or not number:
        some = pieces.some_of(change.said, line.quantity)
        given = change.slots.get("new_quantity")
        if not variant and not wanted and change.wish is Wish.QUANTITY:
            return change.outcome("ask:new_quantity", {"item": line.name}, slot="new_quantity", new={"lines": line.id})
        which = {"sku": variant} if variant else {"wanted": wanted or _untagged(change)}
        return await _quoted(change, line, which | _given(pieces=some, quantity=int(given or 0)))
    return await _quoted(change, line, {"quantity": number})


async def add(change: Change) -> Outcome:
    """More of what is in the order already is another quantity; anything else is an order of its own."""
    found = await lines.meant(change.shop, change.order, change.request, change.picked.get("lines", ""))
    other = [word.lower() for name in ("size", "color", "new_size", "new_color") if (word := change.slots.get(name))]
    names = change.slots.get("products", "").split("\n")
    if found is None or len(found) != 1 or found[0].state is not LineState.OPEN or any(map(lines.vague, names)):
        return change.refused("add")
    if any(word not in found[0].options.lower() for word in other):  # the same product, but not the same article
        return change.refused("add")
    number = _number(change, found[0]) or found[0].quantity + int(change.slots.get("quantity") or 1)
    return await _quoted(change, found[0], {"quantity": number})


async def remove(change: Change) -> Outcome:
    """An item less is a cancellation of it; which one is asked there, where no name was given."""
    slots = {**dict.fromkeys((*choices.CHOICES, "basis"), ""), "order_id": change.order.number, "part": "yes"}
    return Outcome(Act(f"pass:{cancel_order.SKILL.name}"), slots=slots, beside=change.beside)


def _given(**values: int) -> dict[str, int]:
    return {name: value for name, value in values.items() if value}


# --- which line ------------------------------------------------------------------------------------------------------


async def _line(change: Change) -> Line | Outcome:
    """The line to change, or the question which."""
    order, request = change.order, change.request
    found = await lines.meant(change.shop, order, request, change.picked.get("lines", ""))
    if found is None and (other := await _other_product(change)):
        return other
    if found == ():
        found = order.open_lines
        for name in ("color", "size"):  # the shirt in navy, the size M: as it was ordered
            word = request.slots.get(name, "").lower()
            found = tuple(line for line in found if word in line.options.lower()) or found
        if len(found) > 1:  # what only one of them can be had in
            found = tuple([line for line in found if await _can_be_had(change, line)]) or found
    if found and len(found) == 1:
        return found[0]
    options = lines.options([line for line in found or order.open_lines if line.state is LineState.OPEN], request)
    if not options:
        return change.refused("line_gone", {"items": Many(tuple(line.name for line in found or ()))})
    return change.outcome("ask:change_lines", {}, slot="lines", options=options)


async def _can_be_had(change: Change, line: Line) -> bool:
    wanted = _wanted(change, line)
    return bool(wanted) and bool((await change.quote("change_items", {"line": line.id, "wanted": wanted})).value)


async def _other_product(change: Change) -> Outcome | None:
    """ "The flask for a teapot": one product of the order, and one that is not in it."""
    names = [name for name in change.slots.get("products", "").split("\n") if name]
    found = [bool(await lines.named(change.shop, change.order.lines, name, change.request)) for name in names]
    return change.refused("other_product") if True in found and False in found else None


_OLD = re.compile(
    r"(?:\b(?:instead of|rather than|not)\b|不要|[别別]要)[^,.!?，。！？\n]*"
    r"|\bfrom\b[^,.!?，。！？\n]*?(?=\bto\b)|[从從把][^,.!?，。！？\n]*?(?=改|[换換])",
    re.IGNORECASE,
)


def _wanted(change: Change, line: Line) -> str:
    """The size and colour that were tagged, without those that are wished away: "red instead of navy"."""
    said, slots = change.said.lower(), change.slots
    kept = _OLD.sub(" ", said)
    tagged = {name: slots[name] for name in ("new_size", "new_color", "size", "color") if slots.get(name)}
    tagged = {name: word for name, word in tagged.items() if word.lower() in kept or word.lower() not in said}
    other = {name: word for name, word in tagged.items() if word.lower() not in line.options.lower()}
    new = [word for name, word in tagged.items() if name.startswith("new_") or name in other]
    return " ".join(new)


def _untagged(change: Change) -> str:
    """The words in which size and colour are looked for where the tags do not tell: without what is named as it was."""
    slots, said = change.slots, _OLD.sub(" ", change.said)
    old = [slots.get(name, "") for name in ("size", "color")] if slots.get("new_size") or slots.get("new_color") else []
    for words in filter(None, (change.order.number, *old, *slots.get("products", "").split("\n"))):
        said = said.replace(words, " ")
    return said.strip()


def _number(change: Change, line: Line) -> int:
    """How many pieces there are to be; 0 when that is not said. An answer counts before the words it was asked on."""
    given = change.slots.get("new_quantity", "")
    if given and choices.answered(change.slots, "new_quantity"):
        return int(given)
    return pieces.to_have(change.said, given, line.quantity)


# --- what comes of it ------------------------------------------------------------------------------------------------


async def _quoted(change: Change, line: Line, arguments: Mapping[str, Any]) -> Outcome:
    answer = await change.quote("change_items", {"line": line.id, **arguments})
    if answer.reason == "which" and arguments.get("wanted"):  # a tag may be too short: "A5" of "A5 lined"
        fuller = {"line": line.id, **arguments, "wanted": _untagged(change)}
        answer = found if (found := await change.quote("change_items", fuller)).value else answer
    if answer.status is AnswerStatus.DONE and answer.value:
        variant = {"variant": arguments["sku"]} if "sku" in arguments else {}
        return _confirm(change, answer.value, {"lines": line.id, **variant})
    return _not_so(change, line, answer, arguments)


def _confirm(change: Change, quote: Quote, settled: Mapping[str, str]) -> Outcome:
    (line,), new, currency = quote.lines, quote.arguments, quote.order.total.currency
    counted = any(whole.quantity != 1 for whole in quote.order.lines if whole.id == line.id) or new["quantity"] != 1
    facts: dict[str, Fact] = {
        "item": line.name,
        "old": Text(_shown(line.options, line.quantity, counted)),
        "new": Text(_shown(new["options"], new["quantity"], counted)),
    }
    act, cards = "confirm:modify_order", shares_card(quote.shares, change.request.say)
    if quote.fee and quote.fee.minor:
        act, facts = f"{act}/due", {**facts, "due": quote.fee}
        if quote.order.due.minor:
            cards += _row(change, "due", quote.order.due + quote.fee)
    elif quote.refund and quote.refund.minor:
        act, facts = f"{act}/refund", {**facts, "amount": quote.refund, "method": Term("method", quote.method)}
    elif new["total"] != quote.order.total.minor:  # not paid yet: the order costs another sum
        cards += _row(change, "new_total", Money(new["total"], currency))
    return change.outcome(act, facts, quote=quote, cards=cards, new=settled)


def _shown(options: str, quantity: int, counted: bool) -> str:
    return f"{options} × {quantity}".strip() if counted else options


def _row(change: Change, label: str, amount: Money) -> tuple[Card, ...]:
    return (Card("", ((change.request.say(Term("label", label)), change.request.say(amount)),)),)


def _not_so(change: Change, line: Line, answer: Answer[Quote], arguments: Mapping[str, Any]) -> Outcome:
    """A change that is not possible as it was wished, with what is possible instead."""
    item, settled = {"item": line.name}, {"lines": line.id}
    options = tuple(
        Option(" ".join(filter(None, (change.request.say(Localised(one["color"])), one["size"]))), one["sku"])
        for one in answer.detail.get("possible", ())[:MOST_VARIANTS]
    )
    wanted = _wanted(change, line)
    match answer.reason:
        case "which" | "not_available" if options and not wanted and "wanted" in arguments:  # none was named
            return change.outcome("ask:variant", item, slot="variant", options=options, new=settled)
        case "which" if options:
            return change.outcome("ask:variant", item, slot="variant", options=options, new=settled)
        case "which" | "not_available":
            facts = {**item, **({"new": Text(wanted)} if wanted else {})}
            slot = "variant" if options else ""
            return change.refused("not_available", facts, slot=slot, options=options, new=settled)
        case "too_few":
            facts = {**item, "left": Number(answer.detail["left"])}
            return change.refused("too_few", facts, slot="new_quantity", new={**settled, "new_quantity": ""})
        case "same":
            return change.refused("same", item, new=settled)
    return change.refused(answer.reason or str(answer.status), item, new=settled)
